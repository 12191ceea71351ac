//! Versions by date, and the files of `law/`.

use jiff::civil::date;

use super::*;

#[test]
fn a_version_holds_until_the_next_begins() {
    let versions = Versions::new(vec![(date(2025, 7, 1), "mới"), (date(2018, 6, 21), "cũ")]);
    assert_eq!(versions.on(date(2018, 6, 20)), None);
    assert_eq!(versions.on(date(2018, 6, 21)), Some(&"cũ"));
    assert_eq!(versions.on(date(2025, 6, 30)), Some(&"cũ"));
    assert_eq!(versions.on(date(2026, 1, 1)), Some(&"mới"));
}

#[test]
fn the_packs_of_law_load_and_change_on_their_days() {
    let file: RuleFile =
        toml::from_str(include_str!("../../../../law/rules/one-stop.toml")).unwrap();
    let packs = packs(vec![file]);
    let on = |day| packs.on(day).map(|it| it.id.as_str());
    assert_eq!(on(date(2018, 6, 20)), None);
    assert_eq!(on(date(2020, 10, 26)), Some("nd-61-2018"));
    assert_eq!(on(date(2025, 6, 30)), Some("nd-61-2018"));
    assert_eq!(on(date(2025, 7, 1)), Some("nd-118-2025"));
    assert_eq!(on(date(2025, 9, 15)), Some("nd-118-2025-tt-03"));
    // TT 01/2018 forms stay in use until TT 03/2025 brings the seven new ones.
    assert_eq!(packs.on(date(2025, 7, 1)).unwrap().forms, FormSet::Six2018);
    assert_eq!(packs.on(date(2026, 1, 1)).unwrap().forms, FormSet::Seven2025);
    // The state machine asks once, each time: a pack that allows more needs a change there.
    for it in packs.all() {
        let once = (it.intake_supplements_max, it.supplements_max, it.extensions_max);
        assert_eq!(once, (1, 1, 1), "{}", it.id);
    }
}
