//! Levels of online services: what is possible, what holds, what was used.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{money::Dong, procedure::Fee};

fn all() -> Means {
    Means { online: true, payment: true, seal: SealState::Trusted }
}

#[test]
fn a_level_takes_what_its_definition_names() {
    let none = Means::default();
    assert_eq!(none.highest(), ServiceLevel::Forms);
    assert_eq!(none.obstacles(ServiceLevel::Partial), [Obstacle::NoOnline]);
    assert_eq!(
        none.obstacles(ServiceLevel::EndToEnd),
        [Obstacle::NoOnline, Obstacle::NoPayment, Obstacle::NoResult]
    );
    assert_eq!(Means { online: true, ..none }.highest(), ServiceLevel::Partial);
    assert_eq!(all().highest(), ServiceLevel::EndToEnd);
    assert!(none.obstacles(ServiceLevel::Information).is_empty());
}

#[test]
fn the_unit_sets_its_level_from_a_day_and_gives_it_back() {
    let rows = [
        Setting { from: date(2026, 3, 1), level: Some(ServiceLevel::Forms) },
        Setting { from: date(2026, 5, 1), level: None },
    ];
    let on = |day| held_on(&rows, ServiceLevel::Partial, all(), day);
    let before = on(date(2026, 2, 28));
    assert_eq!((before.level, before.origin), (ServiceLevel::Partial, Origin::Catalogue));
    let within = on(date(2026, 3, 1));
    assert_eq!((within.level, within.origin), (ServiceLevel::Forms, Origin::Unit));
    assert_eq!(on(date(2026, 5, 1)), before);
}

#[test]
fn of_two_settings_of_one_day_the_later_counts() {
    let day = date(2026, 3, 1);
    let rows = [
        Setting { from: day, level: Some(ServiceLevel::Forms) },
        Setting { from: day, level: Some(ServiceLevel::Partial) },
    ];
    assert_eq!(held_on(&rows, ServiceLevel::Unknown, all(), day).level, ServiceLevel::Partial);
}

#[test]
fn what_is_not_possible_is_not_offered_and_the_reason_is_kept() {
    let means = Means { seal: SealState::None, ..all() };
    let held = held_on(&[], ServiceLevel::EndToEnd, means, date(2026, 1, 1));
    assert_eq!(held.level, ServiceLevel::Partial);
    assert_eq!(held.obstacles, [Obstacle::NoResult]);
    let untrusted = Means { seal: SealState::Untrusted, ..all() };
    assert_eq!(untrusted.obstacles(ServiceLevel::EndToEnd), [Obstacle::UntrustedSeal]);
    assert_eq!(untrusted.highest(), ServiceLevel::Partial);
    let nobody = held_on(&[], ServiceLevel::Unknown, means, date(2026, 1, 1));
    assert_eq!((nobody.level, nobody.origin), (ServiceLevel::Information, Origin::Nobody));
}

#[test]
fn what_is_free_needs_no_account() {
    let mut body: ProcedureVersion = serde_json::from_value(serde_json::json!({
        "code": "1.000001", "name": "A", "sector": "B", "tiers": ["commune"], "body": "ubnd",
        "level": "partial",
    }))
    .unwrap();
    assert_eq!(
        Means::of(&body, false, SealState::None),
        Means { online: true, payment: true, seal: SealState::None }
    );
    let fee = |amount| Fee { channels: String::new(), amount, note: String::new() };
    body.fees = vec![fee(Some(Dong(0)))];
    assert!(Means::of(&body, false, SealState::None).payment);
    body.fees.push(fee(None));
    assert!(
        !Means::of(&body, false, SealState::None).payment,
        "what the province sets may cost something"
    );
    assert!(Means::of(&body, true, SealState::None).payment);
    body.level = ServiceLevel::Unknown;
    assert!(!Means::of(&body, true, SealState::None).online);
}

proptest! {
    #[test]
    fn nothing_is_ever_offered_above_what_is_possible(
        online: bool, payment: bool, seal in 0_usize..3, wanted in 0_usize..4, set: bool,
    ) {
        let seal = [SealState::None, SealState::Untrusted, SealState::Trusted][seal];
        let means = Means { online, payment, seal };
        let level = LEVELS[wanted];
        let day = date(2026, 3, 1);
        let rows = if set { vec![Setting { from: day, level: Some(level) }] } else { Vec::new() };
        let held = held_on(&rows, level, means, day);
        prop_assert!(means.obstacles(held.level).is_empty());
        prop_assert!(held.level.number() <= level.number());
        prop_assert_eq!(held.obstacles.is_empty(), held.level == level);
    }

    #[test]
    fn uses_add_up(a in 0_u64..1000, b in 0_u64..1000) {
        let of = |n| Use { procedures: 1, used: 1, received: n, online: n / 2 };
        let sum = of(a).and(of(b));
        prop_assert_eq!(sum.received, a + b);
        prop_assert!(sum.online <= sum.received);
    }
}
