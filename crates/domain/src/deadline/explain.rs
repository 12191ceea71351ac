//! A due date that shows its working: every day counted or skipped, and why.

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::{
    DeadlineError, Due, Extension, MINUTES_PER_DAY, Pause, Term, TimeLimit, days_between,
    effective_reception,
};
use crate::{
    calendar::{DayKind, EntryState, WorkCalendar},
    hours::is_rest_day,
};

/// One day of the working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The day.
    pub date: Date,
    /// Whether it was counted.
    pub counted: bool,
    /// What it counted for: the running number of days, or minutes of office time.
    pub counts: i64,
    /// Why, in Vietnamese.
    pub reason: String,
    /// By which document; empty if none is needed.
    pub source: String,
}

/// A due date and its working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The day from which it was counted.
    pub effective_reception: Date,
    /// What it came to; nothing while the clock stands still.
    pub due: Option<DateTime>,
    /// Whether that lies beyond the settled calendar.
    pub provisional: bool,
    /// Day by day.
    pub steps: Vec<Step>,
    /// The rule in one sentence.
    pub rule: String,
}

const CIVIL_CODE: &str = "Bộ luật Dân sự 2015 Điều 147, 148";

/// The working of `term` on `calendar`.
///
/// The numbers of the counted days add up to the limit: days to the number of days, minutes
/// to the minutes.
///
/// # Errors
/// As [`Term::due`].
pub fn explain(calendar: &WorkCalendar, term: &Term) -> Result<Explanation, DeadlineError> {
    let Due { original_at, at, provisional } = term.due(calendar)?;
    let (from, pauses) = term.running();
    let start = effective_reception(calendar, from)?;
    let mut steps = Vec::new();
    if from != term.received_at {
        steps.push(Step {
            date: term.received_at.date(),
            counted: false,
            counts: 0,
            reason: "Tiếp nhận lần đầu; thời hạn tính lại từ khi nhận đủ giấy tờ bổ sung".into(),
            source: term
                .pauses
                .iter()
                .find(|it| it.until == Some(from))
                .map_or_else(String::new, |it| it.source.clone()),
        });
    }
    // A pause still standing: shown up to its beginning.
    let last = match original_at {
        Some(end) => end.date(),
        None => pauses.last().map_or(start, |it| it.from.date()),
    };
    match term.limit {
        TimeLimit::WorkingMinutes(minutes) => {
            let end = original_at.unwrap_or_else(|| pauses.last().map_or(from, |it| it.from));
            minutes_of(calendar, from, end, minutes, pauses, &mut steps);
        }
        TimeLimit::SameDay | TimeLimit::SameDayUntil(_) => {
            same_day(calendar, from, last, pauses, &mut steps);
        }
        _ => days_of(calendar, term.limit, from, start, last, pauses, &mut steps),
    }
    if let (Some(extension), Some(original)) = (&term.extension, original_at) {
        extended(calendar, extension, original.date(), &mut steps);
    }
    Ok(Explanation {
        effective_reception: start,
        due: at,
        provisional,
        steps,
        rule: rule(term.limit),
    })
}

/// The days between the law's date and the new appointment, none of them counted.
fn extended(calendar: &WorkCalendar, extension: &Extension, original: Date, steps: &mut Vec<Step>) {
    let last = extension.due_at.date().max(original);
    let mut day = original;
    while let Ok(next) = day.tomorrow() {
        day = next;
        if day >= last {
            break;
        }
        let (reason, source) = if calendar.works_on(day) {
            ("Ngoài thời hạn, trong thời gian hẹn lại".to_owned(), String::new())
        } else {
            day_off(calendar, day)
        };
        steps.push(Step { date: day, counted: false, counts: 0, reason, source });
    }
    let original = original.strftime("%d/%m/%Y");
    let why =
        if extension.reason.is_empty() { String::new() } else { format!(": {}", extension.reason) };
    steps.push(Step {
        date: last,
        counted: false,
        counts: 0,
        reason: format!("Xin lỗi và hẹn lại{why} (hẹn ban đầu {original})"),
        source: extension.source.clone(),
    });
}

fn rule(limit: TimeLimit) -> String {
    match limit {
        TimeLimit::WorkingDays(n) => format!("{n} ngày làm việc, tính từ ngày sau ngày tiếp nhận."),
        TimeLimit::CalendarDays(n) => format!(
            "{n} ngày, tính từ ngày sau ngày tiếp nhận; ngày cuối rơi vào ngày nghỉ thì lùi sang \
             ngày làm việc tiếp theo."
        ),
        TimeLimit::Months(n) => format!(
            "{n} tháng, đến ngày tương ứng; không có ngày tương ứng thì đến ngày cuối tháng."
        ),
        TimeLimit::WorkingMinutes(n) if n % 60 == 0 => {
            format!("{} giờ làm việc, tính theo giờ hành chính.", n / 60)
        }
        TimeLimit::WorkingMinutes(n) => {
            format!("{} giờ {} phút làm việc, tính theo giờ hành chính.", n / 60, n % 60)
        }
        TimeLimit::SameDay => "Giải quyết trong ngày làm việc.".to_owned(),
        TimeLimit::SameDayUntil(cutoff) => format!(
            "Giải quyết trong ngày; nhận sau {} giờ thì trả vào ngày làm việc tiếp theo.",
            cutoff.hour()
        ),
    }
}

/// The pause that a whole day lies in: after the day it began, up to the day it ended.
fn pause_over(pauses: &[Pause], day: Date) -> Option<&Pause> {
    pauses
        .iter()
        .find(|it| it.from.date() < day && it.until.is_none_or(|until| day <= until.date()))
}

/// Why a day that is no working day is none, and by which document.
fn day_off(calendar: &WorkCalendar, day: Date) -> (String, String) {
    match calendar.entry_on(day) {
        Some(entry) if entry.kind == DayKind::Off => {
            let sure = if entry.state == EntryState::Provisional { " (tạm tính)" } else { "" };
            (format!("{}{sure}", entry.reason), entry.source.clone())
        }
        _ => ("Nghỉ hằng tuần".to_owned(), String::new()),
    }
}

fn day_on(calendar: &WorkCalendar, day: Date) -> (String, String) {
    match calendar.entry_on(day) {
        Some(entry) if is_rest_day(day) => (entry.reason.clone(), entry.source.clone()),
        _ => (String::new(), String::new()),
    }
}

fn before_start(calendar: &WorkCalendar, from: DateTime, start: Date, steps: &mut Vec<Step>) {
    let received = from.date();
    if received == start {
        steps.push(Step {
            date: received,
            counted: false,
            counts: 0,
            reason: "Ngày tiếp nhận, không tính".into(),
            source: CIVIL_CODE.into(),
        });
        return;
    }
    let reason = if calendar.works_on(received) {
        "Tiếp nhận sau giờ làm việc, coi như nhận ngày làm việc tiếp theo".to_owned()
    } else {
        let (why, _) = day_off(calendar, received);
        format!("Tiếp nhận vào ngày nghỉ ({why}), coi như nhận ngày làm việc tiếp theo")
    };
    steps.push(Step { date: received, counted: false, counts: 0, reason, source: String::new() });
    let mut day = received;
    while let Ok(next) = day.tomorrow() {
        day = next;
        if day >= start {
            break;
        }
        let (reason, source) = day_off(calendar, day);
        steps.push(Step { date: day, counted: false, counts: 0, reason, source });
    }
    steps.push(Step {
        date: start,
        counted: false,
        counts: 0,
        reason: "Coi như ngày tiếp nhận, không tính".into(),
        source: CIVIL_CODE.into(),
    });
}

fn days_of(
    calendar: &WorkCalendar,
    limit: TimeLimit,
    from: DateTime,
    start: Date,
    last: Date,
    pauses: &[Pause],
    steps: &mut Vec<Step>,
) {
    before_start(calendar, from, start, steps);
    let wanted = match limit {
        TimeLimit::WorkingDays(n) | TimeLimit::CalendarDays(n) => i64::from(n),
        TimeLimit::Months(n) => start
            .checked_add(jiff::Span::new().months(i64::from(n)))
            .map_or(0, |end| i64::from(days_between(start, end))),
        _ => 0,
    };
    let by_working_day = matches!(limit, TimeLimit::WorkingDays(_));
    let mut number = 0;
    let mut day = start;
    while let Ok(next) = day.tomorrow() {
        day = next;
        if day > last {
            break;
        }
        let mut skip = |reason: String, source: String| {
            steps.push(Step { date: day, counted: false, counts: 0, reason, source });
        };
        if let Some(pause) = pause_over(pauses, day) {
            skip(format!("Tạm dừng: {}", pause.reason), String::new());
            continue;
        }
        let works = calendar.works_on(day);
        if by_working_day && !works {
            let (reason, source) = day_off(calendar, day);
            skip(reason, source);
            continue;
        }
        if number >= wanted {
            let (reason, source) = if works {
                ("Ngày làm việc đầu tiên sau khi hết hạn".to_owned(), CIVIL_CODE.to_owned())
            } else {
                let (why, source) = day_off(calendar, day);
                (format!("Hết hạn vào ngày nghỉ, lùi tiếp ({why})"), source)
            };
            skip(reason, source);
            continue;
        }
        number += 1;
        let (why, source) = day_on(calendar, day);
        let rolls = number == wanted && !works;
        let reason = match (why.is_empty(), rolls) {
            (_, true) => format!("Ngày thứ {number}, rơi vào ngày nghỉ nên lùi"),
            (true, _) => format!("Ngày thứ {number}"),
            (false, _) => format!("Ngày thứ {number} ({why})"),
        };
        steps.push(Step { date: day, counted: true, counts: 1, reason, source });
    }
}

fn same_day(
    calendar: &WorkCalendar,
    from: DateTime,
    last: Date,
    pauses: &[Pause],
    steps: &mut Vec<Step>,
) {
    let mut day = from.date();
    while day < last {
        let (reason, source) = if let Some(pause) = pause_over(pauses, day) {
            (format!("Tạm dừng: {}", pause.reason), String::new())
        } else if day == from.date() && calendar.works_on(day) {
            ("Tiếp nhận quá giờ trả trong ngày".to_owned(), String::new())
        } else {
            day_off(calendar, day)
        };
        steps.push(Step { date: day, counted: false, counts: 0, reason, source });
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return,
        }
    }
    let (why, source) = day_on(calendar, last);
    let reason = if why.is_empty() {
        "Trả trong ngày".to_owned()
    } else {
        format!("Trả trong ngày ({why})")
    };
    steps.push(Step { date: last, counted: true, counts: 1, reason, source });
}

fn minutes_of(
    calendar: &WorkCalendar,
    from: DateTime,
    end: DateTime,
    wanted: i64,
    pauses: &[Pause],
    steps: &mut Vec<Step>,
) {
    let mut left = wanted;
    let mut day = from.date();
    while day <= end.date() {
        let opens = if day == from.date() { from } else { day.at(0, 0, 0, 0) };
        let closes = if day == end.date() { end } else { day.to_datetime(jiff::civil::Time::MAX) };
        let open = calendar.minutes_between(opens, closes);
        let stopped: i64 = pauses
            .iter()
            .map(|it| {
                let until = it.until.unwrap_or(closes).min(closes);
                calendar.minutes_between(it.from.max(opens), until)
            })
            .sum();
        let counts = (open - stopped).clamp(0, left);
        left -= counts;
        let shown = |minutes: i64| match (minutes / 60, minutes % 60) {
            (hours, 0) => format!("{hours} giờ"),
            (0, minutes) => format!("{minutes} phút"),
            (hours, minutes) => format!("{hours} giờ {minutes} phút"),
        };
        let (reason, source) = if !calendar.works_on(day) {
            day_off(calendar, day)
        } else if counts == 0 && stopped > 0 {
            ("Tạm dừng".to_owned(), String::new())
        } else if counts == 0 {
            ("Ngoài giờ làm việc".to_owned(), String::new())
        } else if counts == MINUTES_PER_DAY {
            ("Cả ngày, 8 giờ".to_owned(), calendar.hours.source(day).to_owned())
        } else {
            (format!("Tính {}", shown(counts)), calendar.hours.source(day).to_owned())
        };
        steps.push(Step { date: day, counted: counts > 0, counts, reason, source });
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return,
        }
    }
}
