//! Packets, intervals, and what is asked.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[test]
fn the_interval_is_wilsons() {
    // By hand: 8 of 10 lies between 49,02% and 94,33%; none of 10 reaches 27,75%; 5 of 5 begins at 56,55%.
    for ((good, of), (low, high)) in [
        ((8, 10), (4901, 9434)),
        ((0, 10), (0, 2776)),
        ((5, 5), (5655, 10_000)),
        ((50, 100), (4038, 5962)),
    ] {
        let found = wilson(good, of);
        assert!(
            (found.0 - low).abs() <= 1 && (found.1 - high).abs() <= 1,
            "{good}/{of}: {found:?}"
        );
    }
    assert_eq!(wilson(0, 0), (0, 10_000));
}

#[test]
fn of_fewer_than_five_nothing_is_told() {
    assert_eq!(share(4, 4), None);
    assert_eq!(share(-1, -1), None);
    assert_eq!(share(4, 5).map(|it| (it.good, it.of)), Some((4, 5)));
}

#[test]
fn a_quarter_has_its_days_and_its_name() {
    let it = Quarter::of(date(2026, 11, 26));
    assert_eq!((it.code(), it.label()), ("2026-q4".to_owned(), "quý 4/2026".to_owned()));
    assert_eq!(it.days(), (date(2026, 10, 1), date(2026, 12, 31)));
    assert_eq!(Quarter::from_code("2026-q4"), Some(it));
    assert_eq!(
        Quarter::from_code("2026-q1").map(|it| it.before().code()).as_deref(),
        Some("2025-q4")
    );
    for bad in ["", "2026", "2026-q5", "2026-q0", "26-q1"] {
        assert_eq!(Quarter::from_code(bad), None, "{bad}");
    }
}

#[test]
fn a_packet_counts_in_the_quarter_in_which_it_is_full() {
    let days: Vec<Date> =
        (1..=4).map(|day| date(2026, 3, day)).chain([date(2026, 4, 1), date(2026, 4, 2)]).collect();
    let open = |quarter: &str| open_in(&days, |it| *it, Quarter::from_code(quarter).unwrap()).len();
    assert_eq!((open("2026-q1"), open("2026-q2")), (0, 5));
    assert_eq!(opened(days.len()), (5, 1));
}

#[test]
fn what_ships_asks_four_things_beside_the_face_and_the_law_keeps_its_own() {
    let official: OfficialFile =
        toml::from_str(include_str!("../../../../law/evaluation/official.toml")).unwrap();
    let law: crate::evaluation::IndicatorFile =
        toml::from_str(include_str!("../../../../law/evaluation/counter.toml")).unwrap();
    let day = date(2026, 3, 2);
    let (official, law) = (official_sets(official), crate::evaluation::sets(law));
    let (official, law) = (official.on(day).unwrap(), law.on(day).unwrap());
    let codes: Vec<&str> = official.item.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["attitude", "guidance", "time", "trouble"]);
    let with: Vec<String> = official.asked(&law.item, true).into_iter().map(|it| it.code).collect();
    assert_eq!(with, ["time", "contacts", "agencies", "attitude", "guidance", "trouble"]);
    let without = official.asked(&law.item, false);
    let codes: Vec<&str> = without.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["attitude", "guidance", "trouble"]);
    for it in without {
        assert!(!it.vi.is_empty() && !it.en.is_empty() && it.answer.len() == 3, "{}", it.code);
    }
}

proptest! {
    #[test]
    fn the_interval_holds_the_share_and_narrows(of in 1_i64..5000, part in 0_i64..5000) {
        let good = part % (of + 1);
        let (low, high) = wilson(good, of);
        let share = good * 10_000 / of;
        prop_assert!(0 <= low && low <= share && share <= high && high <= 10_000);
        let (low_more, high_more) = wilson(good * 4, of * 4);
        prop_assert!(high_more - low_more <= high - low + 2);
        // What is good for one is bad for the other.
        let (low_bad, high_bad) = wilson(of - good, of);
        prop_assert!((low_bad - (10_000 - high)).abs() <= 1 && (high_bad - (10_000 - low)).abs() <= 1);
    }

    /// Whatever came when: two looks, or two quarters, differ by whole packets, and all quarters together are all
    /// that is open.
    #[test]
    fn no_difference_of_two_looks_is_smaller_than_a_packet(
        steps in proptest::collection::vec(0_i64..40, 0..80),
        more in 0_usize..20,
    ) {
        let mut day = date(2026, 1, 1);
        let days: Vec<Date> = steps.iter().map(|it| { day = day.saturating_add(it.days()); day }).collect();
        let looks = |days: &[Date]| -> Vec<usize> {
            let mut quarter = Quarter::of(date(2026, 1, 1));
            let mut counts = Vec::new();
            for _ in 0..48 {
                counts.push(open_in(days, |it| *it, quarter).len());
                quarter = Quarter::of(quarter.days().1.saturating_add(1.day()));
            }
            counts
        };
        let early = looks(days.get(..days.len().saturating_sub(more)).unwrap_or_default());
        let late = looks(&days);
        prop_assert_eq!(late.iter().sum::<usize>(), opened(days.len()).0);
        for (before, after) in early.iter().zip(&late) {
            prop_assert!(after >= before && (after - before) % PACKET == 0 && after % PACKET == 0);
        }
    }
}
