//! What citizens' answers say of one official, without telling whose answer it was.
//!
//! Answers are opened by packets of [`PACKET`], in the order in which they came; a packet counts in the quarter in
//! which it became full. So nothing is shown of fewer answers than that, two looks at the same page or two quarters
//! subtracted from each other never single out fewer either, and no answer is lost: it waits for its packet.

use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;

use crate::{
    evaluation::{Answer, Item},
    law::Versions,
};

#[cfg(test)]
mod tests;

/// Answers that are opened together, and the fewest of which a share is told.
pub const PACKET: usize = 5;

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    /// From 1 to 4.
    number: i8,
}

impl Quarter {
    /// The quarter of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), number: (day.month() + 2) / 3 }
    }

    /// Reads `2026-q1`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let (year, number) = code.split_once("-q")?;
        let year = year.parse().ok().filter(|it| (2000..=2199).contains(it))?;
        let number = number.parse().ok().filter(|it| (1..=4).contains(it))?;
        Some(Self { year, number })
    }

    /// `2026-q1`.
    #[must_use]
    pub fn code(self) -> String {
        format!("{}-q{}", self.year, self.number)
    }

    /// `quý 1/2026`.
    #[must_use]
    pub fn label(self) -> String {
        format!("quý {}/{}", self.number, self.year)
    }

    /// Its first day and its last.
    #[must_use]
    pub fn days(self) -> (Date, Date) {
        let from = Date::new(self.year, self.number * 3 - 2, 1).unwrap_or(Date::ZERO);
        let until = from.saturating_add(3.months()).saturating_sub(1.day());
        (from, until)
    }

    /// The one before.
    #[must_use]
    pub const fn before(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 4 },
            number => Self { year: self.year, number: number - 1 },
        }
    }
}

/// The answers that are open in a quarter, of all that were ever given of one official, in the order in which they
/// came.
#[must_use]
pub fn open_in<T>(all: &[T], day: impl Fn(&T) -> Date, quarter: Quarter) -> Vec<&T> {
    let full = |packet: &&[T]| packet.last().is_some_and(|it| Quarter::of(day(it)) == quarter);
    all.chunks_exact(PACKET).filter(full).flatten().collect()
}

/// How many answers are open at all, and how many wait for their packet.
#[must_use]
pub const fn opened(all: usize) -> (usize, usize) {
    (all - all % PACKET, all % PACKET)
}

/// A share with the interval in which it lies with 95% confidence, in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// So many said yes.
    pub good: i64,
    /// Of so many.
    pub of: i64,
    /// At least; rounded down.
    pub low_bp: i64,
    /// At most; rounded up.
    pub high_bp: i64,
}

/// The share of `good` in `of` with Wilson's interval; nothing of fewer than [`PACKET`].
#[must_use]
pub fn share(good: i64, of: i64) -> Option<Share> {
    if usize::try_from(of).ok()? < PACKET {
        return None;
    }
    let good = good.clamp(0, of);
    let (low_bp, high_bp) = wilson(good, of);
    Some(Share { good, of, low_bp, high_bp })
}

/// Wilson's interval for `good` of `of` with z = 1,96, in basis points, in whole numbers throughout.
///
/// (2k + z² ∓ z·√(z² + 4k(n−k)/n)) / 2(n + z²), all of it times 10⁴ (z² = 3,8416) and the root times another 10⁶.
#[must_use]
pub fn wilson(good: i64, of: i64) -> (i64, i64) {
    const FINE: i128 = 1_000_000;
    const Z2: i128 = 38_416;
    if of <= 0 {
        return (0, 10_000);
    }
    let (k, n) = (i128::from(good.clamp(0, of)), i128::from(of));
    let root = (Z2 * (Z2 * n + 40_000 * k * (n - k)) * FINE * FINE / n).isqrt();
    let middle = FINE * (20_000 * k + Z2);
    let whole = 2 * FINE * (10_000 * n + Z2);
    let low = (middle - root - 1).max(0) * 10_000 / whole;
    let high = ((middle + root + 1) * 10_000 + whole - 1) / whole;
    let bp = |it: i128| i64::try_from(it.clamp(0, 10_000)).unwrap_or(0);
    (bp(low), bp(high))
}

/// An item of which an official's figures are made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfficialItem {
    /// The stable name: of an item of the law's own set, or of the one that follows.
    pub code: String,
    /// What the office calls it, short.
    pub label: String,
    /// From so many points on an answer speaks for him.
    pub good_from: i64,
    /// Whether it is asked of somebody who came without a dossier.
    pub visit: bool,
    /// In Vietnamese; empty: the law's own words.
    #[serde(default)]
    pub vi: String,
    /// In English.
    #[serde(default)]
    pub en: String,
    /// The answers; none: the law's own.
    #[serde(default)]
    pub answer: Vec<Answer>,
}

/// What is asked about whoever served somebody, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfficialSet {
    /// The first day.
    pub in_force_from: Date,
    /// Where it is written.
    pub title: String,
    /// From this face on somebody is satisfied.
    pub glad_from: i64,
    /// The items beside the face.
    pub item: Vec<OfficialItem>,
}

/// `law/evaluation/official.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct OfficialFile {
    /// The sets.
    pub set: Vec<OfficialSet>,
}

/// The sets by the day from which they hold.
#[must_use]
pub fn official_sets(file: OfficialFile) -> Versions<OfficialSet> {
    Versions::new(file.set.into_iter().map(|it| (it.in_force_from, it)).collect())
}

impl OfficialSet {
    /// What is asked of whoever came, beside the face: with a dossier all that the law asks and the items of the
    /// official's own; without one these items alone, as far as they fit.
    #[must_use]
    pub fn asked(&self, law: &[Item], with_dossier: bool) -> Vec<Item> {
        let of_law = |code: &str| law.iter().find(|it| it.code == code);
        let own = |it: &OfficialItem| Item {
            code: it.code.clone(),
            indicator: 0,
            vi: it.vi.clone(),
            en: it.en.clone(),
            answer: it.answer.clone(),
        };
        if with_dossier {
            let more = self.item.iter().filter(|it| of_law(&it.code).is_none()).map(own);
            return law.iter().cloned().chain(more).collect();
        }
        let fitting = self.item.iter().filter(|it| it.visit);
        fitting.map(|it| of_law(&it.code).cloned().unwrap_or_else(|| own(it))).collect()
    }
}
