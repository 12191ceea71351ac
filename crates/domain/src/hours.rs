//! Office hours: by season, by date, by unit; and desks that open on a day that does not count.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

#[cfg(test)]
pub(crate) mod tests;

/// A stretch of a working day, from and until.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Opens.
    pub from: Time,
    /// Closes.
    pub until: Time,
}

impl Span {
    /// Whole minutes.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        minutes(self.until) - minutes(self.from)
    }
}

fn minutes(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

/// A day of the year, without a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl MonthDay {
    fn of(date: Date) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

/// Office hours of a part of the year, such as summer in Nghệ An.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// What people call it.
    pub name: String,
    /// First day of the year.
    pub from: MonthDay,
    /// Last day; a season may go over New Year.
    pub until: MonthDay,
    /// Morning and afternoon.
    pub spans: Vec<Span>,
}

impl Season {
    fn holds(&self, day: MonthDay) -> bool {
        if self.from <= self.until {
            self.from <= day && day <= self.until
        } else {
            self.from <= day || day <= self.until
        }
    }
}

/// A desk that receives on a weekday that is no working day, such as Saturday morning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// 1 Monday to 7 Sunday.
    pub weekday: i8,
    /// When the desk is open.
    pub spans: Vec<Span>,
}

/// The office hours that hold from a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursRule {
    /// First day.
    pub valid_from: Date,
    /// Last day, or none.
    #[serde(default)]
    pub valid_until: Option<Date>,
    /// The seasons of the year.
    pub seasons: Vec<Season>,
    /// Desks open on days that do not count.
    #[serde(default)]
    pub duties: Vec<Duty>,
    /// The document.
    pub source: String,
}

impl HoursRule {
    /// The first day of the year for which no season has hours; nothing if the year is covered.
    #[must_use]
    pub fn uncovered(&self) -> Option<MonthDay> {
        // A leap year has every day that a year can have.
        let mut day = Date::constant(2024, 1, 1);
        while day.year() == 2024 {
            let it = MonthDay::of(day);
            if !self.seasons.iter().any(|season| season.holds(it)) {
                return Some(it);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// The office hours of a unit. A later rule stands before an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHours {
    rules: Vec<HoursRule>,
    fallback: Vec<Span>,
}

impl OfficeHours {
    /// Hours by these rules; where none holds, 08:00–12:00 and 13:00–17:00.
    #[must_use]
    pub fn new(rules: Vec<HoursRule>) -> Self {
        Self::layered([rules])
    }

    /// Hours by rules of several levels of offices, the nearest last: where a rule of a nearer
    /// office holds, it goes before those of the offices above, whichever is the later.
    #[must_use]
    pub fn layered(levels: impl IntoIterator<Item = Vec<HoursRule>>) -> Self {
        let in_order = |mut rules: Vec<HoursRule>| {
            rules.sort_by_key(|it| it.valid_from);
            rules
        };
        let rules = levels.into_iter().flat_map(in_order).collect();
        let span = |from, until| Span {
            from: Time::constant(from, 0, 0, 0),
            until: Time::constant(until, 0, 0, 0),
        };
        Self { rules, fallback: vec![span(8, 12), span(13, 17)] }
    }

    fn rule(&self, day: Date) -> Option<&HoursRule> {
        self.rules.iter().rev().find(|it| it.holds_on(day))
    }

    /// The stretches of a working day.
    #[must_use]
    pub fn spans(&self, day: Date) -> &[Span] {
        let season = self
            .rule(day)
            .and_then(|rule| rule.seasons.iter().find(|it| it.holds(MonthDay::of(day))));
        season.map_or(&self.fallback, |it| &it.spans)
    }

    /// The document behind the hours of a day.
    #[must_use]
    pub fn source(&self, day: Date) -> &str {
        self.rule(day).map_or("", |it| it.source.as_str())
    }

    /// When the desk is open on a day that does not count; empty if it is shut.
    #[must_use]
    pub fn duty(&self, day: Date) -> &[Span] {
        let weekday = day.weekday().to_monday_one_offset();
        let duty =
            self.rule(day).and_then(|rule| rule.duties.iter().find(|it| it.weekday == weekday));
        duty.map_or(&[], |it| &it.spans)
    }

    /// When a working day closes.
    #[must_use]
    pub fn closing(&self, day: Date) -> Time {
        self.spans(day).last().map_or(Time::constant(17, 0, 0, 0), |it| it.until)
    }

    /// When a working day opens.
    #[must_use]
    pub fn opening(&self, day: Date) -> Time {
        self.spans(day).first().map_or(Time::constant(8, 0, 0, 0), |it| it.from)
    }

    /// Minutes of a working day that lie within `from` and `until`, both on that day.
    #[must_use]
    pub fn minutes_between(&self, day: Date, from: Time, until: Time) -> i64 {
        let within =
            |span: &Span| (minutes(span.until.min(until)) - minutes(span.from.max(from))).max(0);
        self.spans(day).iter().map(within).sum()
    }

    /// The moment of a working day when `wanted` minutes have passed since `from`; what is
    /// left over if the day is too short.
    ///
    /// # Errors
    /// The minutes that the day could not take.
    pub fn after(&self, day: Date, from: Time, wanted: i64) -> Result<DateTime, i64> {
        let mut left = wanted;
        for span in self.spans(day) {
            let begin = minutes(span.from.max(from));
            let room = (minutes(span.until) - begin).max(0);
            if room >= left && room > 0 {
                let at = begin + left;
                let clock = i8::try_from(at / 60).ok().zip(i8::try_from(at % 60).ok());
                if let Some((hour, minute)) = clock {
                    return Ok(day.at(hour, minute, 0, 0));
                }
            }
            left -= room;
        }
        Err(left)
    }
}

/// Whether a weekday is one of rest for offices that work Monday to Friday (QĐ 188/1999).
#[must_use]
pub fn is_rest_day(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}
