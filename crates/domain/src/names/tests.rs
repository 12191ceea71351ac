//! Tests of the people of the demo.

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn data() -> NameData {
    serde_json::from_str(include_str!("../../../../data/names.json")).unwrap()
}

/// SplitMix64.
fn stream(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

const PLACE: &str = "xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An";

#[test]
fn the_data_has_no_unknown_names() {
    let data = data();
    for list in [
        &data.surnames,
        &data.middle_male,
        &data.middle_female,
        &data.given_male,
        &data.given_female,
        &data.villages,
        &data.province_codes,
    ] {
        assert!(list.len() > 3);
        assert!(list.iter().all(|word| !word.text.trim().is_empty() && word.weight > 0));
    }
    for prefix in &data.mobile_prefixes {
        assert!(Phone::parse(&format!("{prefix}1234567")).is_ok(), "{prefix}");
    }
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let data = data();
    let people = |seed| -> Vec<Person> {
        let mut stream = stream(seed);
        let today = date(2026, 2, 10);
        (0..50).map(|_| data.person(&mut stream, today, Ages::ADULT, PLACE).unwrap()).collect()
    };
    assert_eq!(people(7), people(7));
    assert_ne!(people(7), people(8));
}

#[test]
fn frequent_surnames_are_frequent() {
    let data = data();
    let mut stream = stream(1);
    let today = date(2020, 10, 1);
    let people: Vec<Person> =
        (0..2_000).map(|_| data.person(&mut stream, today, Ages::ADULT, PLACE).unwrap()).collect();
    let nguyen = people.iter().filter(|person| person.name.starts_with("Nguyễn ")).count();
    assert!((580..800).contains(&nguyen), "{nguyen} of 2000");
    let women = people.iter().filter(|person| person.sex == Sex::Female).count();
    assert!((900..1_100).contains(&women), "{women} of 2000");
    let numbers: BTreeSet<&str> = people.iter().map(|person| person.number.reveal()).collect();
    assert!(numbers.len() > 1_990);
}

#[test]
fn a_birthday_today_counts_as_the_full_age() {
    let data = data();
    let today = date(2026, 2, 10);
    let one = Ages { from: 18, to: 18 };
    let first = data.person(&mut || 0, today, one, PLACE).unwrap();
    let last = data.person(&mut || u64::MAX, today, one, PLACE).unwrap();
    assert_eq!((first.born_on, last.born_on), (date(2007, 2, 11), date(2008, 2, 10)));
}

proptest! {
    #[test]
    fn every_person_obeys_the_rules(seed in any::<u64>(), from in 0..60i16, more in 0..40i16) {
        let today = date(2026, 2, 28);
        let ages = Ages { from, to: from + more };
        let person = data().person(&mut stream(seed), today, ages, PLACE).unwrap();
        prop_assert_eq!(person.number.check(Some(person.sex), Some(person.born_on)), vec![]);
        prop_assert!(person.name.split(' ').count() >= 2);
        prop_assert!(person.address.ends_with(PLACE));
        let age = (person.born_on.until((jiff::Unit::Year, today)).unwrap()).get_years();
        prop_assert!((from..=from + more).contains(&age));
    }

    #[test]
    fn any_stream_of_one_number_makes_somebody(random in any::<u64>()) {
        let person = data().person(&mut || random, date(2020, 2, 29), Ages::ADULT, PLACE);
        prop_assert!(person.is_some());
    }
}
