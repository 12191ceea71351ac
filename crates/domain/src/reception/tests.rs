//! Tests of the rules of receptions.

use jiff::civil::{Weekday, date, time};
use proptest::prelude::*;

use super::*;
use crate::{
    calendar::{CalendarEntry, DayKind as Off, EntryState},
    hours::OfficeHours,
};

fn calendar(off: &[(i16, i8, i8)]) -> WorkCalendar {
    let entries = off
        .iter()
        .map(|(year, month, day)| CalendarEntry {
            date: date(*year, *month, *day),
            kind: Off::Off,
            reason: "nghỉ".into(),
            source: String::new(),
            decided_on: None,
            state: EntryState::Confirmed,
        })
        .chain([CalendarEntry {
            date: date(2026, 12, 31),
            kind: Off::Working,
            reason: String::new(),
            source: String::new(),
            decided_on: None,
            state: EntryState::Confirmed,
        }]);
    WorkCalendar::new(entries.collect(), date(2027, 12, 31), OfficeHours::new(Vec::new()))
}

fn rules() -> Versions<ReceptionRules> {
    versions(toml::from_str(include_str!("../../../../law/reception.toml")).unwrap())
}

#[test]
fn each_time_has_its_own_numbers_and_the_unread_law_says_so() {
    let rules = rules();
    let minimum = |day, kind: &str| {
        let it = rules.on(day).unwrap().minimum_of(kind).unwrap();
        (it.days, it.every)
    };
    assert!(rules.on(date(2014, 6, 30)).is_none());
    assert_eq!(minimum(date(2024, 5, 1), "commune"), (1, Every::Week));
    assert_eq!(minimum(date(2025, 6, 30), "district"), (2, Every::Month));
    assert_eq!(minimum(date(2025, 7, 1), "district"), (1, Every::Month));
    assert_eq!(minimum(date(2024, 5, 1), "division"), (1, Every::Month));
    assert_eq!(minimum(date(2026, 6, 30), "commune"), (1, Every::Week));
    assert_eq!(minimum(date(2026, 7, 1), "commune"), (2, Every::Month));
    let new = rules.on(date(2026, 7, 1)).unwrap();
    assert!(!new.verified && !new.note.is_empty() && !new.substitutes);
    assert!(rules.on(date(2026, 6, 30)).unwrap().substitutes);
}

#[test]
fn patterns_are_read_back_from_their_code_and_find_their_days() {
    for it in [
        Pattern::Weekly(Weekday::Thursday),
        Pattern::NthWeekday(2, Weekday::Monday),
        Pattern::NthWeekday(5, Weekday::Friday),
        Pattern::MonthDay(31),
    ] {
        assert_eq!(Pattern::from_code(&it.code()), Some(it));
    }
    for wrong in ["", "w0", "w8", "n6-1", "n1", "d32", "x1", "đ1"] {
        assert_eq!(Pattern::from_code(wrong), None, "{wrong}");
    }
    let december = (date(2026, 12, 1), date(2026, 12, 31));
    let days = |it: Pattern| it.days(december.0, december.1);
    assert_eq!(days(Pattern::NthWeekday(2, Weekday::Monday)), [date(2026, 12, 14)]);
    assert_eq!(days(Pattern::NthWeekday(5, Weekday::Friday)), [date(2026, 12, 25)]);
    assert_eq!(days(Pattern::MonthDay(31)), [date(2026, 12, 31)]);
    assert_eq!(
        Pattern::MonthDay(31).days(date(2026, 2, 1), date(2026, 2, 28)),
        [date(2026, 2, 28)]
    );
    assert_eq!(days(Pattern::Weekly(Weekday::Thursday)).len(), 5);
}

#[test]
fn a_day_off_gives_way_to_the_next_working_day_of_its_week() {
    // Thursday 10 and Friday 11 December 2026 are off: Wednesday of the same week takes their place.
    let two_off = calendar(&[(2026, 12, 10), (2026, 12, 11)]);
    let weekly = Pattern::Weekly(Weekday::Thursday);
    let days = plan(&two_off, weekly, date(2026, 12, 7), date(2026, 12, 20));
    assert_eq!(
        days[0],
        PlannedDay { day: date(2026, 12, 9), moved_from: Some(date(2026, 12, 10)) }
    );
    assert_eq!(days[1], PlannedDay { day: date(2026, 12, 17), moved_from: None });
    let one_off = calendar(&[(2026, 12, 10)]);
    let days = plan(&one_off, weekly, date(2026, 12, 7), date(2026, 12, 13));
    assert_eq!(days[0].day, date(2026, 12, 11));
    // Sunday the 15th of a month: Monday.
    let days = plan(&one_off, Pattern::MonthDay(15), date(2026, 11, 1), date(2026, 11, 30));
    assert_eq!(days[0].day, date(2026, 11, 16));
    let week: Vec<_> = (7..=11).map(|day| (2026, 12, day)).collect();
    assert_eq!(plan(&calendar(&week), weekly, date(2026, 12, 7), date(2026, 12, 13)), []);
}

#[test]
fn what_is_missing_is_told_by_week_and_by_month() {
    let calendar = calendar(&[]);
    let monthly = Minimum { rank: Rank::DistrictChairman, days: 2, every: Every::Month };
    let december = (date(2026, 12, 1), date(2026, 12, 31));
    let days = [date(2026, 12, 3), date(2026, 12, 3)];
    let short = shortfalls(monthly, &calendar, &days, december);
    assert_eq!(short[0].said(), "tháng 12/2026 mới có 1/2 ngày");
    assert_eq!(
        shortfalls(monthly, &calendar, &[date(2026, 12, 3), date(2026, 12, 4)], december),
        []
    );
    let weekly = Minimum { rank: Rank::CommuneChairman, days: 1, every: Every::Week };
    let short = shortfalls(
        weekly,
        &calendar,
        &[date(2026, 12, 9)],
        (date(2026, 12, 7), date(2026, 12, 20)),
    );
    assert_eq!(short.len(), 1);
    assert_eq!(short[0].said(), "tuần 14/12–20/12 mới có 0/1 ngày");
}

#[test]
fn a_week_without_working_days_owes_nothing() {
    let week: Vec<_> = (7..=11).map(|day| (2026, 12, day)).collect();
    let weekly = Minimum { rank: Rank::CommuneChairman, days: 1, every: Every::Week };
    let of = (date(2026, 12, 7), date(2026, 12, 13));
    assert_eq!(shortfalls(weekly, &calendar(&week), &[], of), []);
}

#[test]
fn a_calendar_is_posted_five_working_days_before() {
    // Friday 11 December: the five working days before it are 4, 7, 8, 9, 10.
    assert_eq!(posted_latest(&calendar(&[]), date(2026, 12, 11), 5), Some(date(2026, 12, 4)));
    let off = calendar(&[(2026, 12, 9)]);
    assert_eq!(posted_latest(&off, date(2026, 12, 11), 5), Some(date(2026, 12, 3)));
}

#[test]
fn many_send_few() {
    let said: Vec<_> = [1, 4, 5, 10, 11, 200].map(representatives_max).to_vec();
    assert_eq!(said, [None, None, Some(2), Some(2), Some(5), Some(5)]);
}

#[test]
fn slots_fill_the_reception_and_never_run_over() {
    let all = slots(time(8, 0, 0, 0), time(9, 20, 0, 0), 30);
    assert_eq!(all, [time(8, 0, 0, 0), time(8, 30, 0, 0)]);
    assert_eq!(slots(time(8, 0, 0, 0), time(9, 0, 0, 0), 0), []);
    assert_eq!(slots(time(23, 30, 0, 0), time(23, 59, 59, 0), 20).len(), 1);
}

proptest! {
    #[test]
    fn a_planned_day_is_a_working_day_once(nth in 1_i8..=5, weekday in 1_i8..=7, off in proptest::collection::vec(1_i8..=31, 0..6)) {
        let off: Vec<_> = off.into_iter().map(|day| (2026, 12, day)).collect();
        let calendar = calendar(&off);
        let weekday = Weekday::from_monday_one_offset(weekday).unwrap();
        for pattern in [Pattern::Weekly(weekday), Pattern::NthWeekday(nth, weekday), Pattern::MonthDay(nth * 6)] {
            let days = plan(&calendar, pattern, date(2026, 11, 1), date(2027, 1, 31));
            for it in &days {
                prop_assert!(calendar.works_on(it.day));
                prop_assert_eq!(days.iter().filter(|other| other.day == it.day).count(), 1);
            }
        }
    }
}
