//! Early, on time or late.

use jiff::civil::DateTime;

use super::{Dossier, codes::codes};

codes! {
    /// How an answer compares with its appointment. Early is never merged with on time.
    pub enum Timing {
        /// Before the due day (or moment).
        Early = "early", "Trước hạn";
        /// On it.
        OnTime = "on_time", "Đúng hạn";
        /// After it.
        Late = "late", "Quá hạn";
    }
}

codes! {
    /// Whether days or moments are compared.
    pub enum Precision {
        /// Limits in days or months.
        Day = "day", "Theo ngày";
        /// Limits in hours.
        Moment = "moment", "Theo giờ";
    }
}

/// How `finished_at` compares with `due_at`; both are civil time in Viet Nam.
///
/// Limits in days compare dates; limits in hours compare moments.
#[must_use]
pub fn timing(due_at: DateTime, finished_at: DateTime, precision: Precision) -> Timing {
    let order = match precision {
        Precision::Day => finished_at.date().cmp(&due_at.date()),
        Precision::Moment => finished_at.cmp(&due_at),
    };
    match order {
        std::cmp::Ordering::Less => Timing::Early,
        std::cmp::Ordering::Equal => Timing::OnTime,
        std::cmp::Ordering::Greater => Timing::Late,
    }
}

impl Dossier {
    /// How the finished dossier compares with its original appointment; nothing if it has
    /// no result.
    #[must_use]
    pub fn finished_timing(&self, precision: Precision) -> Option<Timing> {
        Some(timing(self.due_original_at?, self.finished_at?, precision))
    }

    /// Whether an open dossier is past the appointment that the citizen was told last.
    ///
    /// Never while the clock stands still, and never once the result is at the counter.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime, precision: Precision) -> bool {
        self.status.is_open()
            && self.due_at.is_some_and(|due_at| timing(due_at, now, precision) == Timing::Late)
    }
}
