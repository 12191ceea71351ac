//! What ships reads; silence is no; a text that asks for more asks again.

use jiff::civil::{Date, date};

use super::*;

fn purpose(version: i64, from: Date, asks_again: bool) -> Purpose {
    let said = || Said { vi: "v".to_owned(), en: "e".to_owned() };
    Purpose {
        code: "notify".to_owned(),
        version,
        in_force_from: from,
        asks_again,
        title: said(),
        text: said(),
        data: said(),
        stops: said(),
    }
}

#[test]
fn what_ships_reads_and_says_everything_in_both_languages() {
    let file: ConsentFile = toml::from_str(include_str!("../../../../law/consent.toml")).unwrap();
    let today = date(2026, 1, 8);
    let shown = on(&file.purpose, today);
    assert!(shown.len() >= 4);
    for it in &file.purpose {
        for said in [&it.title, &it.text, &it.data, &it.stops] {
            assert!(said.vi.len() > 8 && said.en.len() > 5, "{}", it.code);
        }
        let same = file.purpose.iter().filter(|o| o.code == it.code && o.version == it.version);
        assert_eq!(same.count(), 1, "{} {}", it.code, it.version);
    }
}

#[test]
fn silence_is_no_consent_and_consent_can_be_taken_back() {
    let all = [purpose(1, date(2020, 1, 1), false)];
    let today = date(2026, 1, 8);
    assert!(!holds(&all, "notify", None, today));
    assert!(holds(&all, "notify", Some(LastSaid { version: 1, agreed: true }), today));
    assert!(!holds(&all, "notify", Some(LastSaid { version: 1, agreed: false }), today));
}

#[test]
fn a_text_that_asks_for_more_asks_again_from_its_day_on() {
    let agreed = Some(LastSaid { version: 1, agreed: true });
    let plain = [purpose(1, date(2020, 1, 1), false), purpose(2, date(2026, 1, 1), false)];
    let more = [purpose(1, date(2020, 1, 1), false), purpose(2, date(2026, 1, 1), true)];
    assert!(holds(&plain, "notify", agreed, date(2026, 1, 8)));
    assert!(holds(&more, "notify", agreed, date(2025, 12, 31)));
    assert!(!holds(&more, "notify", agreed, date(2026, 1, 1)));
    assert_eq!(on(&more, date(2025, 12, 31))[0].version, 1);
    assert_eq!(on(&more, date(2026, 1, 1))[0].version, 2);
    assert!(on(&more, date(2019, 1, 1)).is_empty());
}
