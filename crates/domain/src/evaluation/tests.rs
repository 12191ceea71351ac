//! The nine indicators by the examples of the circular, and that what is missing is never scored.

use proptest::prelude::*;

use super::*;

fn set() -> IndicatorSet {
    let text = include_str!("../../../../law/evaluation/counter.toml");
    let file: IndicatorFile = toml::from_str(text).unwrap();
    sets(file).on(jiff::civil::date(2026, 1, 1)).unwrap().clone()
}

#[test]
fn four_dossiers_early_twice_on_time_and_late_have_one_point() {
    let times = [Timing::Early, Timing::OnTime, Timing::OnTime, Timing::Late];
    let points = times.into_iter().map(time_points).sum();
    assert_eq!(tenths(Found::Dossiers { points, count: 4 }), Some(10));
}

#[test]
fn each_indicator_is_rounded_before_they_are_added() {
    assert_eq!(tenths(Found::Dossiers { points: 5, count: 4 }), Some(13), "1.25 goes up");
    assert_eq!(tenths(Found::Dossiers { points: 4, count: 3 }), Some(13));
    assert_eq!(tenths(Found::Dossiers { points: 5, count: 3 }), Some(17));
    let found = [
        (1, Found::Dossiers { points: 5, count: 4 }),
        (3, Found::Dossiers { points: 5, count: 4 }),
    ];
    assert_eq!(set().judge(true, &found).unwrap().tenths, 26, "1.3 + 1.3, not 2.5");
}

#[test]
fn what_is_missing_is_left_out_and_said() {
    for it in [Found::Nothing, Found::Unrecorded, Found::Dossiers { points: 0, count: 0 }] {
        assert_eq!(tenths(it), None);
    }
    let found: Vec<(u8, Found)> = (1..=9).map(|it| (it, Found::Unit(2))).collect();
    let whole = set().judge(false, &found).unwrap();
    assert_eq!((whole.tenths, whole.left_out, whole.class.as_str()), (180, 0, "Xuất sắc"));
    let mut less = found;
    less[1].1 = Found::Unrecorded;
    less[7].1 = Found::Nothing;
    let less = set().judge(false, &less).unwrap();
    assert_eq!(
        (less.tenths, less.left_out, less.class.as_str()),
        (140, 2, "Tốt"),
        "the bands stay"
    );
    assert_eq!(set().judge(false, &[(1, Found::Nothing)]), None);
}

#[test]
fn classes_begin_where_the_circular_says() {
    let class = |tenths: i64| {
        let points = tenths / 10;
        let found = [(1, Found::Dossiers { points, count: 1 })];
        let mut set = set();
        set.indicator.truncate(1);
        set.judge(false, &found).unwrap().class
    };
    for (points, label) in [
        (15, "Xuất sắc"),
        (14, "Tốt"),
        (12, "Tốt"),
        (11, "Khá"),
        (9, "Khá"),
        (8, "Trung bình"),
        (6, "Trung bình"),
        (5, "Yếu"),
        (0, "Yếu"),
    ] {
        assert_eq!(class(points * 10), label, "{points}");
    }
}

#[test]
fn an_official_is_judged_by_his_own_indicators() {
    let set = set();
    assert_eq!(set.indicators(true).map(|it| it.number).collect::<Vec<_>>(), [1, 2, 3, 4, 7]);
    let found: Vec<(u8, Found)> = (1..=9).map(|it| (it, Found::Unit(1))).collect();
    let judged = set.judge(true, &found).unwrap();
    assert_eq!((judged.tenths, judged.most_tenths), (50, 100));
    assert_eq!(judged.class, "Hoàn thành 100% nhiệm vụ");
}

#[test]
fn behaviour_counts_with_time_and_a_complaint_takes_all() {
    assert_eq!(conduct_points(Timing::Early, false), 2);
    assert_eq!(conduct_points(Timing::OnTime, false), 1);
    assert_eq!(conduct_points(Timing::Late, false), 0);
    assert_eq!(conduct_points(Timing::Early, true), 0);
    assert_eq!([0, 1, 2, 9].map(contact_points), [2, 1, 0, 0]);
}

#[test]
fn the_counter_is_judged_by_its_tier() {
    let set = set();
    assert_eq!(set.organisation(Tier::Commune, 10, 10, 10), Found::Unit(2));
    assert_eq!(set.organisation(Tier::Commune, 9, 10, 10), Found::Unit(1));
    assert_eq!(set.organisation(Tier::Commune, 9, 9, 10), Found::Unit(0));
    assert_eq!(set.organisation(Tier::District, 5, 10, 10), Found::Unit(2));
    assert_eq!(set.organisation(Tier::Province, 2, 10, 10), Found::Unit(2));
    assert_eq!(set.organisation(Tier::Commune, 0, 0, 0), Found::Nothing);
}

#[test]
fn online_services_are_judged_by_three_conditions() {
    let set = set();
    let it = Online { procedures: 10, high: 2, dossiers: 10, online: 3, late: 0 };
    assert_eq!(set.online(it), Found::Unit(2));
    assert_eq!(set.online(Online { high: 1, ..it }), Found::Unit(1), "too few procedures");
    assert_eq!(set.online(Online { online: 2, ..it }), Found::Unit(1));
    assert_eq!(set.online(Online { online: 1, ..it }), Found::Unit(0));
    assert_eq!(set.online(Online { high: 0, ..it }), Found::Unit(0));
    assert_eq!(set.online(Online { late: 1, ..it }), Found::Unit(0));
    assert_eq!(set.online(Online { dossiers: 0, online: 0, ..it }), Found::Nothing);
}

#[test]
fn the_law_reads_whole() {
    let set = set();
    assert_eq!(
        set.indicator.iter().map(|it| it.number).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7, 8, 9]
    );
    assert_eq!(set.item.len(), 5);
    for item in &set.item {
        let points: Vec<i64> = item.answer.iter().map(|it| it.points).collect();
        assert_eq!(points, [2, 1, 0], "{}", item.code);
    }
}

proptest! {
    /// A score lies within 0 and 2, and is within half a tenth of the true mean.
    #[test]
    fn a_score_is_the_mean(points in proptest::collection::vec(0_i64..=2, 1..400)) {
        let (sum, count) = (points.iter().sum::<i64>(), points.len() as i64);
        let found = tenths(Found::Dossiers { points: sum, count }).unwrap();
        prop_assert!((0..=20).contains(&found));
        prop_assert!((found * count * 2 - sum * 20).abs() <= count);
    }
}

#[test]
fn feedback_scores_full_without_any_and_nothing_when_it_drags_on() {
    let set = set();
    let points = |due, on_time, prolonged| set.feedback(Feedback { due, on_time, prolonged });
    assert_eq!(points(0, 0, 0), Found::Unit(2));
    assert_eq!(points(10, 10, 0), Found::Unit(2));
    assert_eq!(points(10, 9, 0), Found::Unit(1));
    assert_eq!(points(100, 89, 0), Found::Unit(0));
    assert_eq!(points(10, 10, 1), Found::Unit(0), "something of before still waits");
    assert_eq!(points(0, 0, 1), Found::Unit(0));
}
