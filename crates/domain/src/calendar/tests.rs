//! The calendar of `law/`, and what the law alone gives.

use jiff::{ToSpan as _, civil::date};

use super::*;

const YEARS: &[&str] = &[
    include_str!("../../../../law/calendar/2019.toml"),
    include_str!("../../../../law/calendar/2020.toml"),
    include_str!("../../../../law/calendar/2021.toml"),
    include_str!("../../../../law/calendar/2022.toml"),
    include_str!("../../../../law/calendar/2023.toml"),
    include_str!("../../../../law/calendar/2024.toml"),
    include_str!("../../../../law/calendar/2025.toml"),
    include_str!("../../../../law/calendar/2026.toml"),
    include_str!("../../../../law/calendar/2027.toml"),
];

fn files() -> Vec<YearFile> {
    YEARS.iter().map(|it| toml::from_str(it).unwrap()).collect()
}

/// The calendar that ships.
pub(crate) fn shipped() -> WorkCalendar {
    static SHIPPED: std::sync::LazyLock<WorkCalendar> = std::sync::LazyLock::new(read);
    SHIPPED.clone()
}

fn read() -> WorkCalendar {
    let entries = files().into_iter().flat_map(|it| it.entry).collect();
    WorkCalendar::new(entries, date(2026, 12, 31), crate::hours::tests::nghe_an())
}

#[test]
fn days_since_a_fixed_day_agree_with_the_civil_calendar() {
    for day in FIRST.series(jiff::Span::new().days(1)).take(9000) {
        let since = day.since(FIRST).unwrap().get_days();
        assert_eq!(ordinal(day) - ordinal(FIRST), since, "{day}");
    }
}

#[test]
fn the_moon_agrees_with_every_year_that_ships() {
    let calendar = shipped();
    for year in 2019..=2038 {
        assert!(agrees_with_the_moon(&calendar, year), "{year}");
    }
}

#[test]
fn what_the_law_alone_gives_is_what_was_decided_but_for_what_is_decided_yearly() {
    // Days that a document fixes each year: swaps, the split of Tết, the second national day.
    for file in files() {
        let decided: Vec<Date> = file
            .entry
            .iter()
            .filter(|it| it.kind == DayKind::Off && it.state != EntryState::Draft)
            .map(|it| it.date)
            .collect();
        let alone: Vec<Date> = computed::year(file.year).iter().map(|it| it.date).collect();
        for (month, day) in [(1, 1), (4, 30), (5, 1), (9, 2)] {
            let it = date(file.year, month, day);
            assert!(decided.contains(&it) && alone.contains(&it), "{it}");
        }
        let missing: Vec<&Date> = decided.iter().filter(|it| !alone.contains(it)).collect();
        let around = |it: &Date| {
            let tet = lunar::tet(file.year).unwrap();
            (ordinal(*it) - ordinal(tet)).abs() <= 8 || it.month() == 9 || it.month() == 8
        };
        let swaps =
            |it: &Date| file.entry.iter().any(|e| e.date == *it && e.reason.contains("oán đổi"));
        assert!(missing.iter().all(|it| around(it) || swaps(it)), "{}: {missing:?}", file.year);
    }
}

#[test]
fn a_decision_is_not_known_before_its_day() {
    let calendar = shipped();
    let before = calendar.as_known_on(date(2025, 12, 24));
    let after = calendar.as_known_on(date(2025, 12, 25));
    assert!(before.works_on(date(2026, 1, 2)) && !before.works_on(date(2026, 1, 10)));
    assert!(!after.works_on(date(2026, 1, 2)) && after.works_on(date(2026, 1, 10)));
}

#[test]
fn all_days_between_two_decisions_know_the_same_calendar() {
    let calendar = shipped();
    let days = std::iter::successors(Some(date(2018, 1, 1)), |it| it.checked_add(9.days()).ok());
    for day in days.take_while(|it| *it < date(2027, 6, 1)) {
        let (last, decided_since) = calendar.decided_by(day);
        let known = calendar.as_known_on(day);
        if !decided_since {
            assert_eq!(known.entries(), calendar.entries(), "{day}");
        }
        if let Some(last) = last {
            assert_eq!(known.entries(), calendar.as_known_on(last).entries(), "{day}");
        }
    }
}

#[test]
fn a_day_that_nobody_has_decided_is_switched_on_by_hand() {
    let calendar = shipped();
    let day = date(2026, 11, 24);
    assert!(calendar.works_on(day));
    let mut entries: Vec<CalendarEntry> = files().into_iter().flat_map(|it| it.entry).collect();
    for entry in entries.iter_mut().filter(|it| it.date == day) {
        entry.state = EntryState::Confirmed;
    }
    let switched = WorkCalendar::new(entries, date(2026, 12, 31), calendar.hours.clone());
    assert!(!switched.works_on(day));
}

#[test]
fn of_two_entries_for_a_day_the_later_decision_holds() {
    let entry = |kind, decided| CalendarEntry {
        date: date(2026, 3, 3),
        kind,
        reason: "thử".into(),
        source: "thử".into(),
        decided_on: Some(decided),
        state: EntryState::Confirmed,
    };
    let calendar = WorkCalendar::new(
        vec![entry(DayKind::Working, date(2026, 2, 2)), entry(DayKind::Off, date(2026, 1, 1))],
        date(2026, 12, 31),
        crate::hours::tests::nghe_an(),
    );
    assert!(calendar.works_on(date(2026, 3, 3)));
}

#[test]
fn working_days_between_are_counted_after_the_first_and_with_the_last() {
    let calendar = shipped();
    // Tết 2026: off 16 to 20 February, weekends around.
    assert_eq!(calendar.working_days_between(date(2026, 2, 12), date(2026, 2, 26)), 5);
    assert_eq!(calendar.working_until(date(2026, 2, 22)), Some(date(2026, 2, 13)));
    assert_eq!(calendar.working_from(date(2026, 2, 14)), Some(date(2026, 2, 23)));
}

#[test]
fn the_office_opens_next_when_its_hours_begin() {
    let calendar = shipped();
    let at = |day: jiff::civil::Date, hour| calendar.opens_after(day.at(hour, 0, 0, 0)).unwrap();
    let friday = date(2026, 1, 9);
    assert_eq!(at(friday, 0).date(), friday);
    assert_eq!(
        at(friday, 20).date(),
        date(2026, 1, 10),
        "the Saturday worked for the second of January"
    );
    assert_eq!(at(date(2026, 1, 10), 20).date(), date(2026, 1, 12), "after the day off");
    assert!(at(friday, 8) > friday.at(12, 0, 0, 0), "in the afternoon");
    for hour in 0..24 {
        assert!(calendar.is_open_at(at(friday, hour)), "{hour}");
    }
}
