//! What ships reads; terms are counted by the calendar.

use jiff::civil::date;

use super::*;

fn file() -> RetentionFile {
    toml::from_str(include_str!("../../../../law/retention.toml")).unwrap()
}

#[test]
fn every_kind_has_a_rule_with_its_source() {
    let file = file();
    for kept in Kept::ALL {
        let rule = on(&file, *kept, date(2026, 1, 8));
        let rule = rule.unwrap_or_else(|| panic!("no rule about {}", kept.code()));
        assert!(rule.source.len() > 10 && rule.since.len() > 5 && rule.erases.len() > 10);
        assert!(rule.over_until(date(2026, 1, 8)) <= date(2026, 1, 8));
    }
}

#[test]
fn terms_are_counted_by_the_calendar() {
    let mut rule = on(&file(), Kept::Codes, date(2026, 1, 8)).unwrap();
    (rule.days, rule.months, rule.years) = (0, 24, 0);
    assert_eq!(rule.over_until(date(2026, 1, 8)), date(2024, 1, 8));
    assert_eq!(rule.term(), "24 tháng");
    (rule.days, rule.months, rule.years) = (1, 0, 0);
    assert_eq!(rule.over_until(date(2026, 3, 1)), date(2026, 2, 28));
    (rule.days, rule.months, rule.years) = (0, 1, 0);
    assert_eq!(rule.over_until(date(2026, 3, 31)), date(2026, 2, 28));
}

#[test]
fn the_rule_of_the_day_holds() {
    let mut file = file();
    let first = on(&file, Kept::Codes, date(2026, 1, 8)).unwrap();
    file.rule.push(Rule { in_force_from: date(2026, 2, 1), days: 3, ..first.clone() });
    assert_eq!(on(&file, Kept::Codes, date(2026, 1, 31)), Some(first));
    assert_eq!(on(&file, Kept::Codes, date(2026, 2, 1)).unwrap().days, 3);
    assert_eq!(on(&file, Kept::Codes, date(2000, 1, 1)), None);
}
