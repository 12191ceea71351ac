//! Vectors computed by independent tools, cases from the law, and properties.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::calendar::tests::shipped;

fn limit(kind: &str, n: u32) -> TimeLimit {
    match kind {
        "working_day" => TimeLimit::WorkingDays(n),
        "calendar_day" => TimeLimit::CalendarDays(n),
        "month" => TimeLimit::Months(n),
        "working_hour" => TimeLimit::WorkingMinutes(i64::from(n) * 60),
        // In the vectors of the rules every same-day procedure has the hour of 15:00.
        "same_day" | "same_day_15h" => TimeLimit::SameDayUntil(Time::constant(15, 0, 0, 0)),
        other => panic!("{other}"),
    }
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[track_caller]
fn check(received: &str, kind: &str, n: u32, due: &str) {
    let found = due_at(&shipped(), at(received), limit(kind, n)).unwrap();
    let found = if due.contains('T') {
        found.strftime("%Y-%m-%dT%H:%M").to_string()
    } else {
        found.date().to_string()
    };
    assert_eq!(found, due, "{received} {n} {kind}");
}

#[test]
fn every_row_of_the_vectors() {
    let calendar = shipped();
    let mut rows = 0;
    for row in include_str!("vectors.csv").lines().skip(1) {
        let [kind, received, n, effective, due] =
            row.split(',').collect::<Vec<_>>().try_into().unwrap();
        let limit = limit(kind, n.parse().unwrap());
        let received = at(received);
        let found = due_at(&calendar, received, limit).unwrap();
        assert_eq!(found.date().to_string(), due, "{row}");
        let explained = explain(&calendar, &Term::new(limit, received)).unwrap();
        assert_eq!(explained.due, Some(found), "{row}");
        assert_eq!(explained.effective_reception.to_string(), effective, "{row}");
        rows += 1;
    }
    assert_eq!(rows, 30);
}

#[derive(serde::Deserialize)]
struct Vectors {
    deadlines: Vec<DeadlineVector>,
    apology: Vec<ApologyVector>,
    classification: Vec<ClassVector>,
}
#[derive(serde::Deserialize)]
struct DeadlineVector {
    id: String,
    accepted_at: String,
    limit: LimitVector,
    due: String,
}
#[derive(serde::Deserialize)]
struct LimitVector {
    n: u32,
    unit: String,
}
#[derive(serde::Deserialize)]
struct ApologyVector {
    due: Date,
    send_no_later_than: Date,
}
#[derive(serde::Deserialize)]
struct ClassVector {
    due: Date,
    finished: Option<Date>,
    expected: String,
}

#[test]
fn every_case_of_the_rule_vectors() {
    let vectors: Vectors = serde_json::from_str(include_str!("rules-vectors.json")).unwrap();
    assert!(vectors.deadlines.len() >= 13);
    for it in &vectors.deadlines {
        let due = it.due.get(..16).unwrap_or(&it.due);
        println!("{}", it.id);
        check(&it.accepted_at, &it.limit.unit, it.limit.n, due);
    }
    let calendar = shipped();
    for it in &vectors.apology {
        assert_eq!(apology_latest(&calendar, it.due, 1), Some(it.send_no_later_than));
    }
    for it in &vectors.classification {
        let end = |day: Date| day.at(17, 0, 0, 0);
        let now = it.expected.rsplit_once(' ').and_then(|(_, day)| day.parse::<Date>().ok());
        let found = lateness(
            TimeLimit::WorkingDays(3),
            end(it.due),
            it.finished.map(|day| day.at(9, 0, 0, 0)),
            now.unwrap_or(it.due).at(9, 0, 0, 0),
        );
        let code = serde_json::to_value(found).unwrap();
        assert!(it.expected.starts_with(code.as_str().unwrap()), "{} {code}", it.expected);
    }
}

/// Annex A of the domain reference.
#[test]
fn the_cases_of_the_reference() {
    check("2020-10-29T16:00", "working_day", 3, "2020-11-03");
    check("2026-08-20T10:00", "working_day", 5, "2026-08-26");
    check("2026-02-02T09:00", "calendar_day", 15, "2026-02-23");
    check("2026-08-03T09:00", "calendar_day", 30, "2026-09-03");
    check("2020-10-26T15:00", "same_day", 0, "2020-10-26");
    check("2020-10-30T15:30", "same_day", 0, "2020-11-02");
    check("2020-10-26T09:00", "working_hour", 4, "2020-10-26T14:30");
    check("2026-04-15T09:00", "working_hour", 8, "2026-04-16T08:30");
    let calendar = shipped();
    let latest = |day| apology_latest(&calendar, day, 1).unwrap();
    assert_eq!(latest(date(2020, 11, 2)), date(2020, 10, 30));
    assert_eq!(latest(date(2026, 9, 3)), date(2026, 8, 28));
}

#[test]
fn the_late_swap_of_january_2026_moves_what_was_promised_before_it() {
    let calendar = shipped();
    let before = calendar.as_known_on(date(2025, 12, 24));
    let due = |calendar: &WorkCalendar, received, n| {
        due_at(calendar, at(received), TimeLimit::WorkingDays(n)).unwrap().date()
    };
    // Off since the decision: one day later.
    assert_eq!(due(&before, "2025-12-30T09:00", 3), date(2026, 1, 5));
    assert_eq!(due(&calendar, "2025-12-30T09:00", 3), date(2026, 1, 6));
    // Worked on Saturday 10 January since the decision: one day earlier again.
    assert_eq!(due(&before, "2026-01-08T09:00", 2), date(2026, 1, 12));
    assert_eq!(due(&calendar, "2026-01-08T09:00", 2), date(2026, 1, 10));
}

#[test]
fn receipt_after_closing_before_opening_and_on_a_day_off() {
    check("2026-03-03T17:00", "working_day", 1, "2026-03-05");
    check("2026-03-03T16:59", "working_day", 1, "2026-03-04");
    check("2026-03-03T05:00", "working_day", 1, "2026-03-04");
    check("2026-03-03T05:00", "working_hour", 1, "2026-03-03T08:30");
    check("2026-03-03T18:00", "working_hour", 1, "2026-03-04T08:30");
    check("2026-03-07T09:00", "working_hour", 1, "2026-03-09T08:30");
    // Across lunch, and half a day.
    check("2026-03-03T11:30", "working_hour", 1, "2026-03-03T14:00");
    check("2026-03-03T07:30", "working_hour", 4, "2026-03-03T11:30");
    let calendar = shipped();
    let half = due_at(&calendar, at("2026-03-03T13:30"), TimeLimit::WorkingMinutes(240)).unwrap();
    assert_eq!(half, at("2026-03-04T08:00"));
}

#[test]
fn limits_longer_than_a_year_and_limits_of_nought() {
    let calendar = shipped();
    let due = due_at(&calendar, at("2020-01-02T09:00"), TimeLimit::WorkingDays(400)).unwrap();
    assert_eq!(calendar.working_days_between(date(2020, 1, 2), due.date()), 400);
    let nothing = due_at(&calendar, at("2020-01-02T09:00"), TimeLimit::WorkingDays(0));
    assert_eq!(nothing, Err(DeadlineError::Nothing));
    let far = due_at(&calendar, at("2020-01-02T09:00"), TimeLimit::WorkingDays(100_000));
    assert!(matches!(far, Err(DeadlineError::BeyondCalendar { .. })));
}

#[test]
fn beyond_the_settled_calendar_a_date_is_marked() {
    let calendar = shipped();
    let term = |received: &str| Term::new(TimeLimit::WorkingDays(10), at(received));
    assert!(!term("2026-12-01T09:00").due(&calendar).unwrap().provisional);
    assert!(term("2026-12-28T09:00").due(&calendar).unwrap().provisional);
}

fn pause(from: &str, until: Option<&str>, after: AfterPause) -> Pause {
    Pause {
        from: at(from),
        until: until.map(at),
        after,
        reason: "chờ bổ sung".into(),
        source: "Điều thử".into(),
    }
}

#[test]
fn missing_papers_start_the_limit_anew_and_a_pause_of_sector_law_does_not() {
    let calendar = shipped();
    let mut term = Term::new(TimeLimit::WorkingDays(10), at("2026-03-02T09:00"));
    let due = |term: &Term| term.due(&calendar).unwrap().at.map(DateTime::date);
    assert_eq!(due(&term), Some(date(2026, 3, 16)));
    // Three days counted (3, 4, 5 March), then papers are asked for.
    term.pauses = vec![pause("2026-03-05T10:00", None, AfterPause::Restart)];
    assert_eq!(due(&term), None);
    term.pauses = vec![pause("2026-03-05T10:00", Some("2026-03-12T10:00"), AfterPause::Restart)];
    assert_eq!(due(&term), Some(date(2026, 3, 26)), "ten days after 12 March");
    term.pauses = vec![pause("2026-03-05T10:00", Some("2026-03-12T10:00"), AfterPause::Resume)];
    assert_eq!(due(&term), Some(date(2026, 3, 23)), "seven days after 12 March");
}

#[test]
fn four_pauses_in_a_row() {
    let calendar = shipped();
    let mut term = Term::new(TimeLimit::WorkingDays(10), at("2026-03-02T09:00"));
    term.pauses = vec![
        pause("2026-03-03T10:00", Some("2026-03-04T10:00"), AfterPause::Resume),
        pause("2026-03-05T10:00", Some("2026-03-06T10:00"), AfterPause::Resume),
        pause("2026-03-09T10:00", Some("2026-03-10T10:00"), AfterPause::Resume),
        pause("2026-03-11T10:00", Some("2026-03-13T10:00"), AfterPause::Resume),
    ];
    // Five working days lie in the pauses: 4, 6, 10, 12, 13 March.
    assert_eq!(term.due(&calendar).unwrap().at.unwrap().date(), date(2026, 3, 23));
    let explained = explain(&calendar, &term).unwrap();
    assert_eq!(explained.steps.iter().map(|it| it.counts).sum::<i64>(), 10);
    assert_eq!(explained.steps.iter().filter(|it| it.reason.starts_with("Tạm dừng")).count(), 5);
}

#[test]
fn hours_stop_and_go_on_within_a_day() {
    let calendar = shipped();
    let mut term = Term::new(TimeLimit::WorkingMinutes(240), at("2026-03-03T08:00"));
    term.pauses = vec![pause("2026-03-03T09:00", Some("2026-03-03T14:00"), AfterPause::Resume)];
    assert_eq!(term.due(&calendar).unwrap().at, Some(at("2026-03-03T17:00")));
    let explained = explain(&calendar, &term).unwrap();
    assert_eq!(explained.steps.iter().map(|it| it.counts).sum::<i64>(), 240);
}

#[test]
fn an_extension_leaves_the_original_as_it_was() {
    let calendar = shipped();
    let mut term = Term::new(TimeLimit::WorkingDays(5), at("2026-03-02T09:00"));
    term.extension = Some(Extension {
        due_at: at("2026-03-13T17:00"),
        reason: "cần xác minh thêm".into(),
        source: String::new(),
    });
    let due = term.due(&calendar).unwrap();
    assert_eq!(due.original_at, Some(at("2026-03-09T17:00")));
    assert_eq!(due.at, Some(at("2026-03-13T17:00")));
}

#[test]
fn pauses_that_overlap_are_refused() {
    let mut term = Term::new(TimeLimit::WorkingDays(5), at("2026-03-02T09:00"));
    term.pauses = vec![
        pause("2026-03-03T10:00", Some("2026-03-06T10:00"), AfterPause::Resume),
        pause("2026-03-05T10:00", Some("2026-03-09T10:00"), AfterPause::Resume),
    ];
    assert_eq!(term.due(&shipped()), Err(DeadlineError::PausesOverlap));
}

#[test]
fn an_explanation_names_its_documents() {
    let term = Term::new(TimeLimit::WorkingDays(5), at("2026-02-12T10:00"));
    let explained = explain(&shipped(), &term).unwrap();
    let tet = explained.steps.iter().find(|it| it.date == date(2026, 2, 17)).unwrap();
    assert!(!tet.counted);
    assert_eq!(tet.source, "Công văn 9859/VPCP-KGVX ngày 16/10/2025");
    assert_eq!(explained.steps.len(), 15, "every day from 12 to 26 February");
}

#[test]
fn a_changed_calendar_moves_what_it_touches_and_nothing_else() {
    let new = shipped();
    let old = new.as_known_on(date(2025, 12, 24));
    let terms = [
        (1, Term::new(TimeLimit::WorkingDays(3), at("2025-12-30T09:00"))),
        (2, Term::new(TimeLimit::WorkingDays(3), at("2025-12-01T09:00"))),
        (3, Term::new(TimeLimit::CalendarDays(3), at("2025-12-30T09:00"))),
    ];
    let moved = preview::moved(terms, &old, &new);
    // The third ends on 2 January: a day off since the decision, so it rolls to Monday.
    assert_eq!(moved.iter().map(|it| it.id).collect::<Vec<_>>(), [1, 3]);
}

fn oracle(calendar: &WorkCalendar, start: Date, n: u32) -> Date {
    let (mut day, mut left) = (start, n);
    while left > 0 {
        day = day.tomorrow().unwrap();
        left -= u32::from(calendar.works_on(day));
    }
    day
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_fast_way_equals_counting(start in 0..2800_i64, hour in 6..20_i8, n in 1..300_u32) {
        let calendar = shipped();
        let received = date(2019, 1, 1).checked_add(start.days()).unwrap().at(hour, 0, 0, 0);
        let due = due_at(&calendar, received, TimeLimit::WorkingDays(n)).unwrap();
        let effective = effective_reception(&calendar, received).unwrap();
        prop_assert_eq!(due.date(), oracle(&calendar, effective, n));
    }

    #[test]
    fn more_days_never_end_earlier(start in 0..2800_i64, n in 1..200_u32, kind in 0..4_usize) {
        let calendar = shipped();
        let received = date(2019, 1, 1).checked_add(start.days()).unwrap().at(9, 0, 0, 0);
        let kind = ["working_day", "calendar_day", "month", "working_hour"][kind];
        let n = if kind == "month" { n % 24 + 1 } else { n };
        let due = |n| due_at(&calendar, received, limit(kind, n)).unwrap();
        prop_assert!(due(n) <= due(n + 1));
    }

    #[test]
    fn splitting_a_pause_changes_nothing(
        n in 2..40_u32, from in 1..30_i64, first in 0..20_i64, second in 0..20_i64, kind in 0..2_usize,
    ) {
        let calendar = shipped();
        let start = date(2026, 1, 5).at(9, 0, 0, 0);
        let day = |d: i64| start.checked_add(d.days()).unwrap();
        let stop = |a, b| Pause {
            from: day(a), until: Some(day(b)), after: AfterPause::Resume, reason: String::new(), source: String::new() };
        let limit = [TimeLimit::WorkingDays(n), TimeLimit::WorkingMinutes(i64::from(n) * 60)][kind];
        let mut whole = Term::new(limit, start);
        whole.pauses = vec![stop(from, from + first + second)];
        let mut split = Term::new(limit, start);
        split.pauses = vec![stop(from, from + first), stop(from + first, from + first + second)];
        prop_assert_eq!(whole.due(&calendar).unwrap(), split.due(&calendar).unwrap());
    }

    #[test]
    fn a_pause_of_so_many_working_days_moves_the_date_by_so_many(
        n in 2..40_u32, from in 0..30_i64, length in 0..40_i64,
    ) {
        let calendar = shipped();
        let start = date(2026, 1, 5).at(9, 0, 0, 0);
        let mut term = Term::new(TimeLimit::WorkingDays(n), start);
        let before = term.due(&calendar).unwrap().at.unwrap().date();
        let began = start.checked_add(from.days()).unwrap();
        prop_assume!(began.date() <= before);
        let until = began.checked_add(length.days()).unwrap();
        term.pauses = vec![Pause {
            from: began, until: Some(until), after: AfterPause::Resume, reason: String::new(), source: String::new() }];
        let after = term.due(&calendar).unwrap().at.unwrap().date();
        let lost = calendar.working_days_between(began.date(), until.date());
        let expected = calendar.nth_after(before, lost).filter(|_| lost > 0).unwrap_or(before);
        // A pause that begins on the last day and ends on a day off leaves the end where work goes on.
        let expected = expected.max(calendar.working_from(until.date()).unwrap().min(after));
        prop_assert_eq!(after, expected);
    }

    #[test]
    fn the_explanation_adds_up_to_the_budget(
        start in 0..2500_i64, n in 1..120_u32, from in 1..40_i64, length in 0..20_i64, kind in 0..3_usize,
    ) {
        let calendar = shipped();
        let received = date(2019, 1, 1).checked_add(start.days()).unwrap().at(10, 0, 0, 0);
        let (limit, budget) = [
            (TimeLimit::WorkingDays(n), i64::from(n)),
            (TimeLimit::CalendarDays(n), i64::from(n)),
            (TimeLimit::WorkingMinutes(i64::from(n) * 30), i64::from(n) * 30),
        ][kind];
        let mut term = Term::new(limit, received);
        let began = received.checked_add(from.days()).unwrap();
        term.pauses = vec![Pause {
            from: began, until: Some(began.checked_add(length.days()).unwrap()),
            after: AfterPause::Resume, reason: String::new(), source: String::new() }];
        let explained = explain(&calendar, &term).unwrap();
        prop_assert_eq!(explained.steps.iter().map(|it| it.counts).sum::<i64>(), budget);
        prop_assert!(explained.steps.iter().all(|it| it.counted == (it.counts > 0)));
    }
}
