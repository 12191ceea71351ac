//! The organisation as dated data: units, what they were called and where they belonged, and when.
//!
//! How many tiers there are is data: huyện Tân Kỳ of 2020 and the two tiers of
//! July 2025 are two states of the same kind of tree.

mod change;
mod check;
mod positions;
mod profile;
#[cfg(test)]
mod tests;
mod tree;

pub use change::{ChangeError, check_change};
pub use check::{OrgError, check};
pub use positions::{Position, Positions, Role, Seat};
pub use profile::Profile;
pub use tree::{Node, Org};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// Tỉnh, thành phố trực thuộc trung ương.
    Province,
    /// Huyện, thị xã, thành phố thuộc tỉnh.
    District,
    /// Xã, phường, thị trấn.
    Commune,
    /// Phòng, ban chuyên môn.
    Division,
    /// Bộ phận một cửa, trung tâm phục vụ hành chính công.
    OneStop,
}

impl UnitKind {
    /// All kinds, from the top.
    pub const ALL: [Self; 5] =
        [Self::Province, Self::District, Self::Commune, Self::Division, Self::OneStop];

    /// The code that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
            Self::Division => "division",
            Self::OneStop => "one_stop",
        }
    }

    /// Reads a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What pages call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Province => "Tỉnh",
            Self::District => "Huyện",
            Self::Commune => "Xã, phường, thị trấn",
            Self::Division => "Phòng chuyên môn",
            Self::OneStop => "Bộ phận Một cửa",
        }
    }

    /// May a unit of this kind belong to one of that kind? A tier of government belongs to a
    /// higher tier; a division and a one-stop to anything but a one-stop.
    #[must_use]
    pub fn may_belong_to(self, parent: Self) -> bool {
        if self.is_tier() { parent < self } else { parent != Self::OneStop }
    }

    /// Is it a tier of government, with a People's Committee of its own?
    #[must_use]
    pub const fn is_tier(self) -> bool {
        matches!(self, Self::Province | Self::District | Self::Commune)
    }
}

/// What a unit was during a stretch of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version<K> {
    /// The name with its kind in front: `"xã Phú Sơn"`.
    pub name: String,
    /// The unit that it belonged to; none for the top.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub parent: Option<K>,
    /// The statistical code; reused across epochs, so a key only together with a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gso_code: Option<String>,
    /// The agency identifier, as issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_code: Option<String>,
    /// The agency identifier is made up until the office enters its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub agency_code_placeholder: bool,
    /// The first day.
    pub valid_from: Date,
    /// The last day; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

const fn none<K>() -> Option<K> {
    None
}

impl<K> Version<K> {
    /// Was the unit so on a day?
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// A unit through time. `K` is a row number in the database, a name in a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit<K> {
    /// Its key, for ever.
    pub id: K,
    /// What it is.
    pub kind: UnitKind,
    /// The units that were merged or split into it.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<K>,
    /// Its versions in order of time.
    pub versions: Vec<Version<K>>,
}

impl<K> Unit<K> {
    /// What the unit was on a day; nothing before it was founded and after it was closed.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&Version<K>> {
        self.versions.iter().find(|version| version.holds_on(day))
    }
}
