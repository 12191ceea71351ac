//! The article's own figures, and that no figure leans on another.

use proptest::prelude::*;

use super::*;

fn item(level: ServiceLevel, posted: bool) -> Item {
    Item {
        code: String::new(),
        name: String::new(),
        sector: String::new(),
        level,
        posted_on: posted.then(|| jiff::civil::date(2020, 10, 1)),
        posted_old: false,
        lacks: None,
        province: Some(posted),
        national: None,
    }
}

fn of(figures: &[Figure], measure: Measure) -> Option<(i64, i64)> {
    figures.iter().find(|it| it.measure == measure).map(|it| (it.part, it.whole))
}

/// Báo Nghệ An 26/10/2020: 282 of 375 are listed; 36 at level 3 and 339 at level 2, of all 375 and not of the 282.
#[test]
fn the_figures_of_the_article_have_each_their_own_base() {
    let items: Vec<Item> = (0..375)
        .map(|at| {
            item(
                if at % 10 == 0 && at < 360 { ServiceLevel::Partial } else { ServiceLevel::Forms },
                at < 282,
            )
        })
        .collect();
    let all = figures(&items);
    assert_eq!(of(&all, Measure::Board), Some((282, 375)));
    assert_eq!(of(&all, Measure::Level3), Some((36, 375)));
    assert_eq!(of(&all, Measure::Level2), Some((339, 375)));
    assert_eq!(of(&all, Measure::National), None, "nobody answered");
    assert_eq!(Figure { measure: Measure::Board, part: 282, whole: 375 }.share(), "75,2%");
}

#[test]
fn nearly_all_is_not_all_and_nearly_none_is_not_none() {
    let share = |part, whole| Figure { measure: Measure::Board, part, whole }.share();
    assert_eq!(share(9_999, 10_000), "99,9%");
    assert_eq!(share(1, 10_000), "0,1%");
    assert_eq!(share(10_000, 10_000), "100,0%");
    assert_eq!(share(0, 7), "0,0%");
    assert_eq!(share(0, 0), "–");
    assert_eq!(share(1, 8), "12,5%");
    assert_eq!(share(1, 3), "33,3%");
    assert_eq!(share(2, 3), "66,7%");
}

fn any_item() -> impl Strategy<Value = Item> {
    (0..5_usize, any::<bool>())
        .prop_map(|(level, posted)| item(*ServiceLevel::ALL.get(level).expect("a level"), posted))
}

proptest! {
    #[test]
    fn levels_make_up_the_whole_and_no_part_is_larger(items in prop::collection::vec(any_item(), 0..60)) {
        let all = figures(&items);
        let levels: i64 = all.iter().filter(|it| it.measure.is_level()).map(|it| it.part).sum();
        prop_assert_eq!(usize::try_from(levels).expect("a size"), items.len());
        for it in all.iter().filter(|_| !items.is_empty()) {
            prop_assert!((0..=it.whole).contains(&it.part));
            prop_assert_eq!(it.tenths() == Some(1_000), it.part == it.whole);
        }
    }
}
