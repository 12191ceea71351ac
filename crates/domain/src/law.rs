//! Rules that change on a date, and the packs of rules that decrees make.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::dossier::codes::codes;

#[cfg(test)]
mod tests;

/// Successive versions of one rule, each in force from a date until the next begins.
///
/// A dossier received on a day is judged by the version of that day, for ever.
#[derive(Debug, Clone)]
pub struct Versions<T> {
    /// Sorted by date, ascending, without duplicates.
    in_force_from: Vec<(Date, T)>,
}

impl<T> Versions<T> {
    /// Sorts the versions; of two that begin on one day the later in `versions` wins.
    #[must_use]
    pub fn new(mut versions: Vec<(Date, T)>) -> Self {
        versions.reverse();
        versions.sort_by_key(|(from, _)| *from);
        versions.dedup_by_key(|(from, _)| *from);
        Self { in_force_from: versions }
    }

    /// The version in force on `day`, or `None` before the first.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&T> {
        let next = self.in_force_from.partition_point(|(from, _)| *from <= day);
        next.checked_sub(1).and_then(|at| self.in_force_from.get(at)).map(|(_, it)| it)
    }

    /// Every version, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.in_force_from.iter().map(|(_, it)| it)
    }
}

/// Which set of printed forms holds. Forms are known by set and name, never by number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FormSet {
    /// TT 01/2018/TT-VPCP: forms 01 to 06.
    #[serde(rename = "tt-01-2018")]
    Six2018,
    /// TT 03/2025/TT-VPCP: forms 01 to 07.
    #[serde(rename = "tt-03-2025")]
    Seven2025,
}

/// How a dossier code is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeShape {
    /// `000.24.18.H41-260210-0007`, read right to left (TT 01/2018 Đ.19).
    RightToLeft,
    /// `H41.18.24-260210-0007`, read left to right (QĐ 20/2020; TT 03/2025, inferred).
    LeftToRight,
}

codes! {
    /// What happens to the limit when missing papers come (NĐ 61/2018 Đ.19 k.4).
    pub enum AfterSupplement {
        /// It counts again from nought.
        Restart = "restart", "Tính lại từ đầu";
        /// It goes on where it stopped.
        Resume = "resume", "Tính tiếp phần còn lại";
    }
}

/// The rules of one-stop under one decree. Loaded from `law/rules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePack {
    /// Its name for ever: a dossier keeps it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// First day in force.
    pub in_force_from: Date,
    /// Printed forms.
    pub forms: FormSet,
    /// Dossier codes.
    pub code: CodeShape,
    /// Directly received dossiers accepted after this go on the next working day.
    pub transfer_cutoff: Time,
    /// Requests for supplement before acceptance, at most.
    pub intake_supplements_max: u8,
    /// Requests for supplement after acceptance, at most.
    pub supplements_max: u8,
    /// Working days after acceptance within which a supplement may be asked for.
    pub supplement_within_days: u16,
    /// Working days that the citizen has to supplement.
    pub supplement_wait_days: u16,
    /// What happens to the limit then.
    pub after_supplement: AfterSupplement,
    /// New appointments, at most.
    pub extensions_max: u8,
    /// The article by which the limit counts anew after a supplement.
    pub restart_source: String,
    /// The article by which a new appointment is made with an apology.
    pub extension_source: String,
    /// Days before the due date by which the apology must have been sent.
    pub apology_days_before: u16,
    /// Working hours within which an online dossier must be answered.
    pub online_answer_hours: u16,
    /// Documents, for people to read.
    pub sources: Vec<String>,
}

/// A file of `law/rules`.
#[derive(Debug, Clone, Deserialize)]
pub struct RuleFile {
    /// Its packs.
    pub pack: Vec<RulePack>,
}

/// The packs by date.
#[must_use]
pub fn packs(files: Vec<RuleFile>) -> Versions<RulePack> {
    let packs = files.into_iter().flat_map(|it| it.pack);
    Versions::new(packs.map(|it| (it.in_force_from, it)).collect())
}
