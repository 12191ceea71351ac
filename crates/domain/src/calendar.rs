//! The working calendar: which days count, why, and by which document.
//!
//! Monday to Friday count unless an entry says otherwise; an entry names its document and
//! the day of its decision, so that the calendar can also be asked as it was known earlier.
//! Days are kept as a table with running counts, so that a limit of any length is two look-ups.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::{
    hours::{OfficeHours, is_rest_day},
    lunar,
};

pub mod computed;
#[cfg(test)]
pub(crate) mod tests;

/// First day of the table.
pub const FIRST: Date = Date::constant(2018, 12, 1);
/// Years after the last confirmed one that the table holds, by computation.
const YEARS_AHEAD: i16 = 12;

/// What an entry makes of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A day off (nghỉ lễ, nghỉ bù, nghỉ hoán đổi).
    Off,
    /// A day worked in exchange (ngày làm bù).
    Working,
}

/// How sure an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// Decided by a document.
    Confirmed,
    /// Computed from the law; the year's document may change it.
    Provisional,
    /// Not in force: somebody has to switch it on.
    Draft,
}

macro_rules! codes {
    ($type:ident { $($variant:ident = $code:literal, $label:literal;)* }) => {
        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What people read.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }

            /// The value with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.code() == code)
            }
        }
    };
}

codes!(DayKind {
    Off = "off", "Nghỉ";
    Working = "working", "Làm việc";
});
codes!(EntryState {
    Confirmed = "confirmed", "Đã có văn bản";
    Provisional = "provisional", "Tạm tính";
    Draft = "draft", "Chưa áp dụng";
});

/// A day that differs from the week's pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEntry {
    /// The day.
    pub date: Date,
    /// Off or worked.
    pub kind: DayKind,
    /// Why, in Vietnamese.
    pub reason: String,
    /// The document.
    pub source: String,
    /// When that was decided; unknown counts as always known.
    #[serde(default)]
    pub decided_on: Option<Date>,
    /// How sure it is.
    pub state: EntryState,
}

/// A file of `law/calendar`: one year.
#[derive(Debug, Clone, Deserialize)]
pub struct YearFile {
    /// The year.
    pub year: i16,
    /// Whether the year's document is not out yet.
    pub estimated: bool,
    /// How it was checked.
    pub verification: String,
    /// Its days.
    pub entry: Vec<CalendarEntry>,
}

/// One day of the table.
#[derive(Debug, Clone, Copy)]
struct Day {
    works: bool,
    /// Working days from the first day of the table up to and with this one.
    count: u32,
    /// Which entry made it so.
    entry: Option<u32>,
}

/// The working calendar of a unit. All times are civil times in Viet Nam.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    entries: Vec<CalendarEntry>,
    days: Vec<Day>,
    /// Places in `days` of the working days, in order.
    working: Vec<u32>,
    /// The last day whose year is settled by documents.
    pub confirmed_through: Date,
    /// Office hours.
    pub hours: OfficeHours,
}

impl WorkCalendar {
    /// A calendar of these entries; drafts are left out. Years after `confirmed_through` that
    /// no entry speaks of are filled with what the law gives, as provisional.
    #[must_use]
    pub fn new(entries: Vec<CalendarEntry>, confirmed_through: Date, hours: OfficeHours) -> Self {
        let mut entries: Vec<CalendarEntry> =
            entries.into_iter().filter(|it| it.state != EntryState::Draft).collect();
        let last_year = confirmed_through.year().saturating_add(YEARS_AHEAD);
        for year in confirmed_through.year()..=last_year {
            if !entries.iter().any(|it| it.date.year() == year) {
                entries.extend(computed::year(year));
            }
        }
        // Of two entries for one day the later decision holds.
        entries.sort_by_key(|a| (a.date, a.decided_on));
        let last = Date::new(last_year, 12, 31).unwrap_or(confirmed_through);
        let mut calendar =
            Self { entries, days: Vec::new(), working: Vec::new(), confirmed_through, hours };
        calendar.lay_out(last);
        calendar
    }

    fn lay_out(&mut self, last: Date) {
        let mut entries = self.entries.iter().zip(0u32..).peekable();
        let mut count = 0;
        let days = std::iter::successors(Some(FIRST), |it| it.tomorrow().ok());
        for (day, place) in days.take_while(|it| *it <= last).zip(0u32..) {
            while entries.peek().is_some_and(|(it, _)| it.date < day) {
                entries.next();
            }
            let mut entry = None;
            while let Some((_, at)) = entries.next_if(|(it, _)| it.date == day) {
                entry = Some(at);
            }
            let kind = entry.and_then(|at| self.entries.get(at as usize)).map(|it| it.kind);
            let works = match kind {
                Some(kind) => kind == DayKind::Working,
                None => !is_rest_day(day),
            };
            if works {
                count += 1;
                self.working.push(place);
            }
            self.days.push(Day { works, count, entry });
        }
    }

    /// The calendar as people knew it on `day`: later decisions are not in it.
    #[must_use]
    pub fn as_known_on(&self, day: Date) -> Self {
        let known = |it: &&CalendarEntry| it.decided_on.is_none_or(|decided| decided <= day);
        let entries = self.entries.iter().filter(known).cloned().collect();
        Self::new(entries, self.confirmed_through, self.hours.clone())
    }

    /// The last decision made by `day`, and whether any was made since: all days between two
    /// decisions knew the same calendar.
    #[must_use]
    pub fn decided_by(&self, day: Date) -> (Option<Date>, bool) {
        let decided = self.entries.iter().filter_map(|it| it.decided_on);
        let last = decided.clone().filter(|it| *it <= day).max();
        (last, decided.into_iter().any(|it| it > day))
    }

    /// Every entry in force, by date.
    #[must_use]
    pub fn entries(&self) -> &[CalendarEntry] {
        &self.entries
    }

    /// The last day of the table.
    #[must_use]
    pub fn last_day(&self) -> Date {
        i32::try_from(self.days.len()).ok().and_then(|it| self.date(it - 1)).unwrap_or(FIRST)
    }

    fn place(&self, day: Date) -> Option<usize> {
        let days = ordinal(day) - ordinal(FIRST);
        usize::try_from(days).ok().filter(|at| *at < self.days.len())
    }

    fn date(&self, place: i32) -> Option<Date> {
        FIRST.checked_add(jiff::Span::new().try_days(place).ok()?).ok()
    }

    fn day(&self, day: Date) -> Option<&Day> {
        self.place(day).and_then(|at| self.days.get(at))
    }

    /// Whether a day counts.
    #[must_use]
    pub fn works_on(&self, day: Date) -> bool {
        self.day(day).is_some_and(|it| it.works)
    }

    /// The entry that made a day what it is, if one did.
    #[must_use]
    pub fn entry_on(&self, day: Date) -> Option<&CalendarEntry> {
        let at = self.day(day)?.entry?;
        self.entries.get(at as usize)
    }

    /// The `n`-th working day after `day`; `day` itself is not counted.
    #[must_use]
    pub fn nth_after(&self, day: Date, n: u32) -> Option<Date> {
        let before = self.day(day)?.count;
        let at = usize::try_from(before.checked_add(n)?.checked_sub(1)?).ok()?;
        let place = *self.working.get(at)?;
        self.date(i32::try_from(place).ok()?)
    }

    /// `day` if it counts, else the next day that does.
    #[must_use]
    pub fn working_from(&self, day: Date) -> Option<Date> {
        if self.day(day)?.works { Some(day) } else { self.nth_after(day, 1) }
    }

    /// The last working day on or before `day`.
    #[must_use]
    pub fn working_until(&self, day: Date) -> Option<Date> {
        let count = self.day(day)?.count;
        let at = usize::try_from(count.checked_sub(1)?).ok()?;
        let place = *self.working.get(at)?;
        self.date(i32::try_from(place).ok()?)
    }

    /// Working days after `from` up to and with `until`.
    #[must_use]
    pub fn working_days_between(&self, from: Date, until: Date) -> u32 {
        let count = |day| self.day(day).map_or(0, |it| it.count);
        count(until).saturating_sub(count(from))
    }

    /// Minutes of office time between two moments.
    #[must_use]
    pub fn minutes_between(&self, from: DateTime, until: DateTime) -> i64 {
        if from >= until {
            return 0;
        }
        let midnight = jiff::civil::Time::midnight();
        let end = jiff::civil::Time::MAX;
        if from.date() == until.date() {
            return self.minutes_of(from.date(), from.time(), until.time());
        }
        let first = self.minutes_of(from.date(), from.time(), end);
        let last = self.minutes_of(until.date(), midnight, until.time());
        let mut total = first + last;
        let mut day = from.date();
        while let Some(next) = self.nth_after(day, 1).filter(|it| *it < until.date()) {
            total += self.minutes_of(next, midnight, end);
            day = next;
        }
        total
    }

    fn minutes_of(&self, day: Date, from: jiff::civil::Time, until: jiff::civil::Time) -> i64 {
        if self.works_on(day) { self.hours.minutes_between(day, from, until) } else { 0 }
    }

    /// The moment when `minutes` of office time have passed since `from`.
    #[must_use]
    pub fn after_minutes(&self, from: DateTime, minutes: i64) -> Option<DateTime> {
        let mut left = minutes;
        let mut day = from.date();
        if self.works_on(day) {
            match self.hours.after(day, from.time(), left) {
                Ok(at) => return Some(at),
                Err(rest) => left = rest,
            }
        }
        loop {
            day = self.nth_after(day, 1)?;
            match self.hours.after(day, jiff::civil::Time::midnight(), left) {
                Ok(at) => return Some(at),
                Err(rest) => left = rest,
            }
        }
    }

    /// Whether the office works at a moment.
    #[must_use]
    pub fn is_open_at(&self, at: DateTime) -> bool {
        let spans = if self.works_on(at.date()) {
            self.hours.spans(at.date())
        } else {
            self.hours.duty(at.date())
        };
        spans.iter().any(|it| it.from <= at.time() && at.time() < it.until)
    }

    /// When the office opens next, after `at`; nothing if the calendar tells of no such day within
    /// 60 days.
    #[must_use]
    pub fn opens_after(&self, at: DateTime) -> Option<DateTime> {
        let mut day = at.date();
        for _ in 0..60 {
            let spans =
                if self.works_on(day) { self.hours.spans(day) } else { self.hours.duty(day) };
            let starts = spans.iter().map(|it| day.to_datetime(it.from));
            if let Some(opens) = starts.filter(|it| *it > at).min() {
                return Some(opens);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

/// Days since a fixed day, by the civil calendar (Hinnant's algorithm), without going through
/// spans: this is what makes a due date cheap.
#[must_use]
pub fn ordinal(date: Date) -> i32 {
    let (year, month, day) =
        (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

/// Whether the computed lunar holidays of a year agree with its entries: Tết's first day and
/// Giỗ Tổ are off.
#[must_use]
pub fn agrees_with_the_moon(calendar: &WorkCalendar, year: i16) -> bool {
    [lunar::tet(year), lunar::gio_to(year)].into_iter().flatten().all(|it| !calendar.works_on(it))
}
