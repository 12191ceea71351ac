//! The hotline (đường dây nóng): who answers when, and lists of calls as telephone exchanges write them.

use jiff::civil::{Date, Time};

use crate::{dossier::codes::codes, hours::Span};

pub mod list;

#[cfg(test)]
mod tests;

codes! {
    /// How a call went.
    pub enum CallKind {
        /// Somebody answered.
        Answered = "answered", "Đã nghe";
        /// Nobody did: it must be called back.
        Missed = "missed", "Gọi nhỡ";
    }
}

codes! {
    /// What came of a test of a number.
    pub enum TestResult {
        /// Whoever it belongs to answered.
        Answered = "answered", "Có người nghe";
        /// It rang in vain.
        Silent = "silent", "Không ai nghe";
        /// It does not exist, or belongs to somebody else.
        Wrong = "wrong", "Số sai hoặc không liên lạc được";
    }
}

codes! {
    /// What came of a promise to call back.
    pub enum BackResult {
        /// It was told.
        Reached = "reached", "Đã gọi lại, đã trả lời";
        /// Nobody answered, three times.
        Unreachable = "unreachable", "Gọi lại nhiều lần không gặp";
        /// It was not to be called back.
        NotNeeded = "not_needed", "Không cần gọi lại";
    }
}

/// The hours of a day in which nobody is on duty.
#[must_use]
pub fn gaps(hours: &[Span], shifts: &[(Time, Time)]) -> Vec<(Time, Time)> {
    let mut shifts = shifts.to_vec();
    shifts.sort_unstable();
    let mut found = Vec::new();
    for span in hours {
        let mut at = span.from;
        for (from, until) in &shifts {
            if *until <= at || *from >= span.until {
                continue;
            }
            if *from > at {
                found.push((at, *from));
            }
            at = at.max(*until);
        }
        if at < span.until {
            found.push((at, span.until));
        }
    }
    found
}

/// When a box that was to be opened on these days was last missed: a day that has gone by since it was opened last.
#[must_use]
pub fn missed(due: &[Date], opened: Option<Date>, today: Date) -> Option<Date> {
    due.iter().copied().find(|it| opened.is_none_or(|last| *it > last) && *it < today)
}
