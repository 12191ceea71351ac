//! Counting dossiers of a period so that nothing is lost and nothing counted twice.
//!
//! Every dossier that was there in the period takes exactly one place on the side of what came
//! and exactly one on the side of what became of it: opening + received = resolved + stopped +
//! pending holds because it cannot do otherwise.
//!
//! Law: TT 01/2020/TT-VPCP, biểu II.06a.

use jiff::civil::{Date, DateTime};

use crate::dossier::{Precision, Timing, codes::codes, timing};

#[cfg(test)]
mod tests;

/// A period in whole days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
}

impl Period {
    fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }
}

/// What counting needs to know of a dossier. Times are civil time in Viet Nam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When it was accepted. What never was is counted nowhere.
    pub received_at: DateTime,
    /// The appointment that was promised first; an extension does not move it.
    pub due_at: Option<DateTime>,
    /// Whether it came over the network.
    pub online: bool,
    /// When its result reached the counter.
    pub finished_at: Option<DateTime>,
    /// When it was withdrawn, stopped or closed without a result.
    pub stopped_at: Option<DateTime>,
    /// Whether the clock stands still now.
    pub paused: bool,
    /// Whether days or moments are compared.
    pub precision: Precision,
}

codes! {
    /// How a dossier came into the period.
    pub enum CameAs {
        /// It was open when the period began.
        Carried = "carried", "Kỳ trước chuyển qua";
        /// Over the network.
        Online = "online", "Tiếp nhận trực tuyến";
        /// At the counter or by post.
        Direct = "direct", "Tiếp nhận trực tiếp, bưu chính";
    }
}

codes! {
    /// What became of it by the end of the period.
    pub enum Became {
        /// Resolved before its day.
        Early = "early", "Giải quyết trước hạn";
        /// Resolved on its day.
        OnTime = "on_time", "Giải quyết đúng hạn";
        /// Resolved after it.
        Late = "late", "Giải quyết quá hạn";
        /// Withdrawn or closed without a result.
        Stopped = "stopped", "Rút, dừng giải quyết";
        /// Still being settled, in time or with the clock standing still.
        PendingInTime = "pending_in_time", "Đang giải quyết trong hạn";
        /// Still being settled, past its day.
        PendingLate = "pending_late", "Đang giải quyết quá hạn";
    }
}

/// The place of a dossier in the figures of `period`; nothing if it has none.
#[must_use]
pub fn place(it: &Counted, period: &Period) -> Option<(CameAs, Became)> {
    let received_on = it.received_at.date();
    if received_on > period.until {
        return None;
    }
    let ended_on = match (it.finished_at, it.stopped_at) {
        (Some(at), _) | (None, Some(at)) => Some(at.date()),
        (None, None) => None,
    };
    // Whatever ended before the period began belongs to an earlier one.
    if ended_on.is_some_and(|it| it < period.from) {
        return None;
    }
    let came = if received_on < period.from {
        CameAs::Carried
    } else if it.online {
        CameAs::Online
    } else {
        CameAs::Direct
    };
    let became = match (it.finished_at, it.stopped_at) {
        (Some(at), _) if period.holds(at.date()) => {
            match it.due_at.map(|due| timing(due, at, it.precision)) {
                Some(Timing::Late) => Became::Late,
                Some(Timing::OnTime) => Became::OnTime,
                // Where nothing was promised nothing is late.
                Some(Timing::Early) | None => Became::Early,
            }
        }
        (None, Some(at)) if period.holds(at.date()) => Became::Stopped,
        _ => {
            let end = period.until;
            let still = it.paused && it.finished_at.is_none() && it.stopped_at.is_none();
            let late = it.due_at.is_some_and(|due| end > due.date());
            if late && !still { Became::PendingLate } else { Became::PendingInTime }
        }
    };
    Some((came, became))
}

/// The figures of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    came: [i64; 3],
    became: [i64; 6],
}

impl Tally {
    /// Counts a dossier in its place.
    pub fn count(&mut self, (came, became): (CameAs, Became)) {
        if let Some(at) = CameAs::ALL.iter().position(|it| *it == came)
            && let Some(cell) = self.came.get_mut(at)
        {
            *cell += 1;
        }
        if let Some(at) = Became::ALL.iter().position(|it| *it == became)
            && let Some(cell) = self.became.get_mut(at)
        {
            *cell += 1;
        }
    }

    /// These figures and those.
    pub fn add(&mut self, more: &Self) {
        for (cell, it) in self.came.iter_mut().zip(more.came) {
            *cell += it;
        }
        for (cell, it) in self.became.iter_mut().zip(more.became) {
            *cell += it;
        }
    }

    /// How many came so.
    #[must_use]
    pub fn came(&self, how: CameAs) -> i64 {
        let at = CameAs::ALL.iter().position(|it| *it == how);
        at.and_then(|at| self.came.get(at)).copied().unwrap_or(0)
    }

    /// Of how many that became.
    #[must_use]
    pub fn became(&self, what: Became) -> i64 {
        let at = Became::ALL.iter().position(|it| *it == what);
        at.and_then(|at| self.became.get(at)).copied().unwrap_or(0)
    }

    /// Everything that was there: opening and received (column 3).
    #[must_use]
    pub fn all(&self) -> i64 {
        self.came.iter().sum()
    }

    /// Resolved with a result (column 7).
    #[must_use]
    pub fn resolved(&self) -> i64 {
        self.became(Became::Early) + self.became(Became::OnTime) + self.became(Became::Late)
    }

    /// Not resolved at the end of the period (column 11).
    #[must_use]
    pub fn pending(&self) -> i64 {
        self.became(Became::PendingInTime) + self.became(Became::PendingLate)
    }
}
