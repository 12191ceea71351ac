//! Deadlines: a budget and a ledger of what stopped it, never a bare instant.
//!
//! A [`Term`] holds what was promised (the limit), when it began, and every pause and
//! extension; [`Term::due`] is asked, not stored. The same term on another calendar gives
//! another date, which is how a changed holiday moves open deadlines. [`explain`] shows the
//! working, day by day.
//!
//! Law: BLDS 2015 Đ.147, 148 (the first day is not counted, an end on a day off rolls on);
//! NĐ 61/2018/NĐ-CP Đ.17–20.

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Time},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, calendar::WorkCalendar};

pub mod explain;
pub mod preview;
#[cfg(test)]
mod tests;

pub use explain::{Explanation, Step, explain};

/// Minutes of a working hour; one working day counts eight of them.
pub const MINUTES_PER_DAY: i64 = 480;

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeLimit {
    /// So many working days; the day of receipt is not counted.
    WorkingDays(u32),
    /// So many days, whatever they are; an end on a day off rolls on.
    CalendarDays(u32),
    /// So many months, to the same day or the last of the month.
    Months(u32),
    /// So many minutes of office time.
    WorkingMinutes(i64),
    /// On the day of receipt.
    SameDay,
    /// On the day of receipt; received after this hour, on the next working day.
    SameDayUntil(Time),
}

impl TimeLimit {
    /// Minutes of office time that the limit of a dossier stands for, received and due then: by them its steps share
    /// it. The rest of the day of receipt, and an evening before it, count to no limit in days.
    ///
    /// Law: BLDS 2015 Đ.147.
    #[must_use]
    pub fn office_minutes(
        self,
        calendar: &WorkCalendar,
        (received_at, due_at): (DateTime, DateTime),
    ) -> i64 {
        let between = calendar.minutes_between(received_at, due_at);
        match self {
            Self::WorkingDays(days) => between.min(i64::from(days) * MINUTES_PER_DAY),
            Self::WorkingMinutes(minutes) => between.min(minutes),
            Self::CalendarDays(_) | Self::Months(_) => {
                calendar.minutes_between(received_at.date().to_datetime(Time::MAX), due_at)
            }
            Self::SameDay | Self::SameDayUntil(_) => between,
        }
    }
}

/// What the clock does when a pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterPause {
    /// It counts again from nought (NĐ 61/2018 Đ.19 k.4).
    Restart,
    /// It goes on.
    Resume,
}

/// A time in which the clock stands still. The day on which it begins was still counted if
/// it was to be; the day on which it ends is not: as with receipt, counting begins the day after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From when.
    pub from: DateTime,
    /// Until when; still standing if nothing.
    pub until: Option<DateTime>,
    /// What happens then.
    pub after: AfterPause,
    /// Why, in Vietnamese.
    pub reason: String,
    /// The article by which the limit counts anew after it; empty if it goes on.
    #[serde(default)]
    pub source: String,
}

/// A limit that began to run, and all that stopped it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What was promised.
    pub limit: TimeLimit,
    /// When the dossier was received.
    pub received_at: DateTime,
    /// Pauses, in order, without overlap.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// The one extension: a new appointment that the citizen was told, with its reason.
    #[serde(default)]
    pub extension: Option<Extension>,
}

/// A new appointment after an apology (NĐ 61/2018 Đ.19 k.9). The original is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The new appointment.
    pub due_at: DateTime,
    /// Why.
    pub reason: String,
    /// By which article.
    #[serde(default)]
    pub source: String,
}

/// What a term comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// By the law's clock; nothing while it stands still.
    pub original_at: Option<DateTime>,
    /// What holds: the extension if there is one.
    pub at: Option<DateTime>,
    /// Whether the date lies beyond the calendar that documents have settled.
    pub provisional: bool,
}

/// Why no due time can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeadlineError {
    /// A limit of nought says nothing.
    #[error("Thời hạn giải quyết phải từ 1 trở lên.")]
    Nothing,
    /// The calendar ends before the limit does.
    #[error("Lịch làm việc chỉ có đến ngày {last}; không tính được ngày hẹn xa hơn.")]
    BeyondCalendar {
        /// The last day of the calendar.
        last: Date,
    },
    /// A pause begins before the last one ended.
    #[error("Các lần tạm dừng chồng lên nhau hoặc không theo thứ tự thời gian.")]
    PausesOverlap,
}

impl Refusal for DeadlineError {}

/// The day from which a limit is counted: the day of receipt, or the next working day if it
/// came on a day off or after closing time. A desk that is open on a Saturday does not make
/// Saturday count.
///
/// # Errors
/// [`DeadlineError::BeyondCalendar`].
pub fn effective_reception(
    calendar: &WorkCalendar,
    received_at: DateTime,
) -> Result<Date, DeadlineError> {
    let day = received_at.date();
    let late = received_at.time() >= calendar.hours.closing(day);
    let found = if calendar.works_on(day) && !late {
        Some(day)
    } else if calendar.works_on(day) {
        calendar.nth_after(day, 1)
    } else {
        calendar.working_from(day)
    };
    found.ok_or_else(|| beyond(calendar))
}

fn beyond(calendar: &WorkCalendar) -> DeadlineError {
    DeadlineError::BeyondCalendar { last: calendar.last_day() }
}

/// The day on which a limit ends that began to be counted after `start`.
fn end_after(calendar: &WorkCalendar, start: Date, limit: Left) -> Result<Date, DeadlineError> {
    let found = match limit {
        Left::Working(0) | Left::Calendar(0) => calendar.working_from(start),
        Left::Working(days) => calendar.nth_after(start, days),
        Left::Calendar(days) => {
            start.checked_add(i64::from(days).days()).ok().and_then(|it| calendar.working_from(it))
        }
        Left::Months(months, days) => start
            .checked_add(i64::from(months).months())
            .and_then(|it| it.checked_add(i64::from(days).days()))
            .ok()
            .and_then(|it| calendar.working_from(it)),
    };
    found.ok_or_else(|| beyond(calendar))
}

/// What is left of a limit in days.
#[derive(Debug, Clone, Copy)]
enum Left {
    Working(u32),
    Calendar(u32),
    /// Months from the start, and days on top that pauses took.
    Months(u32, u32),
}

/// The latest moment at which an answer to something received at `received_at` is on time,
/// without any pause: the fast way.
///
/// Days end with the closing time of their last day.
///
/// # Errors
/// [`DeadlineError::Nothing`] for a limit of nought, [`DeadlineError::BeyondCalendar`].
pub fn due_at(
    calendar: &WorkCalendar,
    received_at: DateTime,
    limit: TimeLimit,
) -> Result<DateTime, DeadlineError> {
    let left = match limit {
        TimeLimit::WorkingDays(0)
        | TimeLimit::CalendarDays(0)
        | TimeLimit::Months(0)
        | TimeLimit::WorkingMinutes(..=0) => return Err(DeadlineError::Nothing),
        TimeLimit::WorkingMinutes(minutes) => {
            return calendar.after_minutes(received_at, minutes).ok_or_else(|| beyond(calendar));
        }
        TimeLimit::SameDay => Left::Working(0),
        TimeLimit::SameDayUntil(cutoff) => {
            let in_time = calendar.works_on(received_at.date()) && received_at.time() <= cutoff;
            let day = if in_time {
                Some(received_at.date())
            } else if calendar.works_on(received_at.date()) {
                calendar.nth_after(received_at.date(), 1)
            } else {
                calendar.working_from(received_at.date())
            };
            return day.map(|it| closing(calendar, it)).ok_or_else(|| beyond(calendar));
        }
        TimeLimit::WorkingDays(days) => Left::Working(days),
        TimeLimit::CalendarDays(days) => Left::Calendar(days),
        TimeLimit::Months(months) => Left::Months(months, 0),
    };
    let start = effective_reception(calendar, received_at)?;
    Ok(closing(calendar, end_after(calendar, start, left)?))
}

fn closing(calendar: &WorkCalendar, day: Date) -> DateTime {
    day.to_datetime(calendar.hours.closing(day))
}

impl Term {
    /// A limit that begins to run at `received_at`.
    #[must_use]
    pub const fn new(limit: TimeLimit, received_at: DateTime) -> Self {
        Self { limit, received_at, pauses: Vec::new(), extension: None }
    }

    /// Whether the clock stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|it| it.until.is_none())
    }

    fn check(&self) -> Result<(), DeadlineError> {
        let mut last = None;
        for (at, pause) in self.pauses.iter().enumerate() {
            let is_last = at + 1 == self.pauses.len();
            let backwards = pause.until.is_some_and(|until| until < pause.from);
            let overlaps = last.is_some_and(|it| pause.from < it);
            if backwards || overlaps || (pause.until.is_none() && !is_last) {
                return Err(DeadlineError::PausesOverlap);
            }
            last = pause.until;
        }
        Ok(())
    }

    /// When the term ends on `calendar`.
    ///
    /// # Errors
    /// [`DeadlineError`] if it cannot be told.
    pub fn due(&self, calendar: &WorkCalendar) -> Result<Due, DeadlineError> {
        self.check()?;
        let original_at = self.end(calendar)?;
        let at = match (&self.extension, original_at) {
            // While the clock stands still there is no appointment, extended or not.
            (_, None) => None,
            (Some(it), Some(original)) => Some(it.due_at.max(original)),
            (None, original) => original,
        };
        let provisional =
            at.or(original_at).is_some_and(|it| it.date() > calendar.confirmed_through);
        Ok(Due { original_at, at, provisional })
    }

    /// The last restart, or the receipt: from where the running count began, and the pauses since.
    pub(super) fn running(&self) -> (DateTime, &[Pause]) {
        let restart = self
            .pauses
            .iter()
            .rposition(|it| it.after == AfterPause::Restart && it.until.is_some());
        match restart {
            Some(at) => {
                let since = self.pauses.get(at).and_then(|it| it.until);
                (since.unwrap_or(self.received_at), self.pauses.get(at + 1..).unwrap_or(&[]))
            }
            None => (self.received_at, &self.pauses),
        }
    }

    fn end(&self, calendar: &WorkCalendar) -> Result<Option<DateTime>, DeadlineError> {
        let (from, pauses) = self.running();
        if pauses.is_empty() {
            return due_at(calendar, from, self.limit).map(Some);
        }
        if let TimeLimit::WorkingMinutes(minutes) = self.limit {
            return end_of_minutes(calendar, from, minutes, pauses);
        }
        let mut end = due_at(calendar, from, self.limit)?.date();
        let (mut start, mut left) = (effective_reception(calendar, from)?, self.left());
        for pause in pauses {
            let began = pause.from.date();
            // A pause after the end changes nothing; before the count began, it delays the start.
            if began > end {
                break;
            }
            let Some(until) = pause.until else { return Ok(None) };
            let until = until.date();
            left = match left {
                Left::Working(days) => {
                    Left::Working(days.saturating_sub(calendar.working_days_between(start, began)))
                }
                Left::Calendar(days) => {
                    Left::Calendar(days.saturating_sub(days_between(start, began)))
                }
                Left::Months(months, days) => {
                    Left::Months(months, days.saturating_add(days_between(began.max(start), until)))
                }
            };
            if !matches!(left, Left::Months(..)) {
                start = start.max(until);
            }
            end = end_after(calendar, start, left)?;
        }
        Ok(Some(closing(calendar, end)))
    }

    fn left(&self) -> Left {
        match self.limit {
            TimeLimit::WorkingDays(days) => Left::Working(days),
            TimeLimit::CalendarDays(days) => Left::Calendar(days),
            TimeLimit::Months(months) => Left::Months(months, 0),
            TimeLimit::SameDay | TimeLimit::SameDayUntil(_) | TimeLimit::WorkingMinutes(_) => {
                Left::Working(0)
            }
        }
    }
}

fn days_between(from: Date, until: Date) -> u32 {
    let days = crate::calendar::ordinal(until) - crate::calendar::ordinal(from);
    u32::try_from(days).unwrap_or(0)
}

fn end_of_minutes(
    calendar: &WorkCalendar,
    from: DateTime,
    minutes: i64,
    pauses: &[Pause],
) -> Result<Option<DateTime>, DeadlineError> {
    let (mut start, mut left) = (from, minutes);
    for pause in pauses {
        let end = calendar.after_minutes(start, left).ok_or_else(|| beyond(calendar))?;
        if pause.from > end {
            return Ok(Some(end));
        }
        let Some(until) = pause.until else { return Ok(None) };
        left -= calendar.minutes_between(start, pause.from.max(start));
        start = start.max(until);
    }
    calendar.after_minutes(start, left.max(0)).map(Some).ok_or_else(|| beyond(calendar))
}

/// The last day on which an apology for a late answer is in time: the last working day at
/// least `days_before` days before the due date (NĐ 61/2018 Đ.19 k.9).
#[must_use]
pub fn apology_latest(calendar: &WorkCalendar, due: Date, days_before: u16) -> Option<Date> {
    let day = due.checked_sub(i64::from(days_before).days()).ok()?;
    calendar.working_until(day)
}

/// [`apology_latest`] of an answer to what came in on `received`; none if that day lies before it: the limit is
/// so short that nobody could have told of a delay in time.
#[must_use]
pub fn apology_day(
    calendar: &WorkCalendar,
    received: Date,
    due: Date,
    days_before: u16,
) -> Option<Date> {
    apology_latest(calendar, due, days_before).filter(|it| *it >= received)
}

/// How an answer, or the wait for one, compares with the due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lateness {
    /// Answered before the due day.
    Early,
    /// Answered on it.
    OnTime,
    /// Answered after it.
    Overdue,
    /// Not answered, and the due time is not past.
    PendingInTime,
    /// Not answered, and it is.
    PendingOverdue,
}

/// Compares by day, or by moment if the limit counts hours.
#[must_use]
pub fn lateness(
    limit: TimeLimit,
    due_at: DateTime,
    finished_at: Option<DateTime>,
    now: DateTime,
) -> Lateness {
    let by_moment = matches!(limit, TimeLimit::WorkingMinutes(_));
    let compare = |at: DateTime| {
        if by_moment { at.cmp(&due_at) } else { at.date().cmp(&due_at.date()) }
    };
    match finished_at {
        Some(at) => match compare(at) {
            std::cmp::Ordering::Less => Lateness::Early,
            std::cmp::Ordering::Equal => Lateness::OnTime,
            std::cmp::Ordering::Greater => Lateness::Overdue,
        },
        None if compare(now).is_gt() => Lateness::PendingOverdue,
        None => Lateness::PendingInTime,
    }
}
