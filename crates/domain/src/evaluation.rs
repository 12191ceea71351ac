//! Evaluation of a one-stop shop and of its people by nine indicators of 0, 1 or 2 points.
//!
//! Each indicator that is counted by dossier is the mean of its points, rounded to one decimal *before*
//! indicators are added up; half a tenth goes up. What did not occur is left out; what is not recorded is
//! left out too and said so: neither is ever full or nought. Leaving out does not change the bands of the
//! classes, so that the class says how many indicators are missing.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.27–32; TT 01/2018/TT-VPCP Đ.12–15.

use jiff::civil::Date;
use serde::Deserialize;

use crate::{dossier::Timing, law::Versions, procedure::Tier};

#[cfg(test)]
mod tests;

/// What was found for an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Points of so many dossiers together.
    Dossiers {
        /// Their points.
        points: i64,
        /// How many were scored.
        count: i64,
    },
    /// The points of the unit as a whole.
    Unit(i64),
    /// Nothing of the kind occurred in the period (không phát sinh).
    Nothing,
    /// The program does not record it (chưa có dữ liệu).
    Unrecorded,
}

/// The score of an indicator in tenths of a point; nothing if it is left out.
#[must_use]
pub fn tenths(found: Found) -> Option<i64> {
    match found {
        Found::Dossiers { points, count } if count > 0 => Some((points * 20 + count) / (2 * count)),
        Found::Unit(points) => Some(points * 10),
        Found::Dossiers { .. } | Found::Nothing | Found::Unrecorded => None,
    }
}

/// Points for the time of a dossier by the appointment that was promised first.
#[must_use]
pub const fn time_points(timing: Timing) -> i64 {
    match timing {
        Timing::Early => 2,
        Timing::OnTime => 1,
        Timing::Late => 0,
    }
}

/// Points for so many contacts to complete a dossier.
#[must_use]
pub const fn contact_points(contacts: i64) -> i64 {
    match contacts {
        0 => 2,
        1 => 1,
        _ => 0,
    }
}

/// Points for behaviour: as for time, and none if somebody complained of it. What came late without a
/// complaint the circular does not name; it has none either.
#[must_use]
pub const fn conduct_points(timing: Timing, complained: bool) -> i64 {
    if complained { 0 } else { time_points(timing) }
}

/// A share as basis points, rounded down; nothing of nothing.
#[must_use]
pub fn share_bp(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part.clamp(0, whole) * 10_000 / whole)
}

/// An indicator as the law has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Indicator {
    /// From 1 to 9.
    pub number: u8,
    /// What it is.
    pub label: String,
    /// Whether it counts for an official.
    pub official: bool,
    /// What has two points.
    pub two: String,
    /// What has one.
    pub one: String,
    /// What has none.
    pub zero: String,
}

/// A class and from how many tenths on it holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Class {
    /// Tenths of a point.
    pub least_tenths: i64,
    /// What it is called.
    pub label: String,
}

/// An answer to an item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The stable name.
    pub code: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// 0, 1 or 2.
    pub points: i64,
}

/// An item that a citizen is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Item {
    /// The stable name.
    pub code: String,
    /// The indicator that it speaks of.
    pub indicator: u8,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// The answers.
    pub answer: Vec<Answer>,
}

/// The indicators, points and classes in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IndicatorSet {
    /// The stable name.
    pub id: String,
    /// The documents.
    pub title: String,
    /// The first day.
    pub in_force_from: Date,
    /// Share of procedures settled at the counter for two points, by tier, in basis points.
    pub processed_province_bp: i64,
    /// The same for a district.
    pub processed_district_bp: i64,
    /// The same for a commune.
    pub processed_commune_bp: i64,
    /// Share of procedures of level 3 and 4 for two points.
    pub online_procedures_bp: i64,
    /// Share of dossiers online for two points.
    pub online_dossiers_bp: i64,
    /// Share of dossiers online for one point.
    pub online_dossiers_some_bp: i64,
    /// Share of feedback answered in time for one point.
    #[serde(default = "nine_tenths")]
    pub feedback_some_bp: i64,
    /// The nine.
    pub indicator: Vec<Indicator>,
    /// Classes of units, best first.
    pub unit_class: Vec<Class>,
    /// Classes of officials, best first.
    pub official_class: Vec<Class>,
    /// What citizens are asked.
    pub item: Vec<Item>,
}

/// `law/evaluation/counter.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct IndicatorFile {
    /// The sets.
    pub set: Vec<IndicatorSet>,
}

/// The sets by the day from which they hold.
#[must_use]
pub fn sets(file: IndicatorFile) -> Versions<IndicatorSet> {
    Versions::new(file.set.into_iter().map(|it| (it.in_force_from, it)).collect())
}

/// Dossiers and procedures of a period as the indicator of online services sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Online {
    /// Procedures that the unit settles.
    pub procedures: i64,
    /// Of these, those of level 3 and 4.
    pub high: i64,
    /// Dossiers received.
    pub dossiers: i64,
    /// Of these, online.
    pub online: i64,
    /// Of these, past their appointment.
    pub late: i64,
}

/// Feedback of a period as the indicator of its handling sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Feedback {
    /// What had to be answered in the period.
    pub due: i64,
    /// Of these, answered in time.
    pub on_time: i64,
    /// What is over its time and still has no answer.
    pub prolonged: i64,
}

/// 90%, as the circular says.
const fn nine_tenths() -> i64 {
    9_000
}

impl IndicatorSet {
    /// Whose evaluation it is: the nine of a unit, or those of an official.
    pub fn indicators(&self, of_official: bool) -> impl Iterator<Item = &Indicator> {
        self.indicator.iter().filter(move |it| !of_official || it.official)
    }

    /// Points for the organisation of the counter: `here` of `whole` procedures were settled there, and
    /// `through` of them received and returned there.
    #[must_use]
    pub fn organisation(&self, tier: Tier, here: i64, through: i64, whole: i64) -> Found {
        let Some(share) = share_bp(here, whole) else { return Found::Nothing };
        let least = match tier {
            Tier::Commune => self.processed_commune_bp,
            Tier::District => self.processed_district_bp,
            _ => self.processed_province_bp,
        };
        Found::Unit(if share >= least {
            2
        } else if through >= whole {
            1
        } else {
            0
        })
    }

    /// Points for online services.
    #[must_use]
    pub fn online(&self, it: Online) -> Found {
        let Some(dossiers) = share_bp(it.online, it.dossiers) else { return Found::Nothing };
        let high = share_bp(it.high, it.procedures).unwrap_or(0);
        let full = high >= self.online_procedures_bp && dossiers >= self.online_dossiers_bp;
        // 30% online with too few procedures is not named by the circular; it has one point.
        let some = it.high > 0 && dossiers >= self.online_dossiers_some_bp;
        Found::Unit(if it.late > 0 || !some {
            0
        } else if full {
            2
        } else {
            1
        })
    }

    /// Points for how feedback was handled: full where none arose or all was answered in time, one from the share
    /// of the set on, none below it or if anything dragged on.
    ///
    /// Law: TT 01/2018/TT-VPCP Đ.13 (chỉ số 8).
    #[must_use]
    pub fn feedback(&self, it: Feedback) -> Found {
        let Some(share) = share_bp(it.on_time, it.due) else {
            return Found::Unit(if it.prolonged > 0 { 0 } else { 2 });
        };
        Found::Unit(if it.prolonged > 0 || share < self.feedback_some_bp {
            0
        } else if it.on_time >= it.due {
            2
        } else {
            1
        })
    }

    /// The sum of what was scored and its class; nothing if nothing was.
    #[must_use]
    pub fn judge(&self, of_official: bool, found: &[(u8, Found)]) -> Option<Judged> {
        let scored: Vec<i64> = self
            .indicators(of_official)
            .filter_map(|it| found.iter().find(|(number, _)| *number == it.number))
            .filter_map(|(_, it)| tenths(*it))
            .collect();
        if scored.is_empty() {
            return None;
        }
        let tenths: i64 = scored.iter().sum();
        let whole = self.indicators(of_official).count();
        let classes = if of_official { &self.official_class } else { &self.unit_class };
        let class = classes.iter().find(|it| tenths >= it.least_tenths);
        Some(Judged {
            tenths,
            most_tenths: i64::try_from(whole).unwrap_or(0) * 20,
            left_out: whole - scored.len(),
            class: class.map_or_else(String::new, |it| it.label.clone()),
        })
    }
}

/// A sum and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Tenths of a point.
    pub tenths: i64,
    /// The most that there are.
    pub most_tenths: i64,
    /// Indicators that were left out.
    pub left_out: usize,
    /// The class.
    pub class: String,
}
