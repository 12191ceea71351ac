//! The shipped organisations: `data/units-2020-district.json`, `data/units-2025-two-tier.json`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Org, Unit, Version};

/// An organisation as a file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// `2020-district`, `2025-two-tier`.
    pub profile: String,
    /// What it shows, for people.
    pub title: String,
    /// A day on which the profile is what its title says.
    pub reference_date: Date,
    /// Where it is from and what in it is made up.
    pub note: String,
    /// The documents that made it so.
    pub sources: Vec<String>,
    /// The units; keys are names such as `tk.phu-son`.
    pub units: Vec<Unit<String>>,
}

impl Profile {
    /// The tree on the profile's own day.
    #[must_use]
    pub fn org(&self) -> Org<String> {
        Org::on(&self.units, self.reference_date)
    }

    /// The units of the profile's own day, as if nothing had changed before or since.
    ///
    /// For a demo whose clock does not stand in the profile's time: every unit has one version
    /// from `from` on, without an end.
    #[must_use]
    pub fn held_open(&self, from: Date) -> Vec<Unit<String>> {
        let held = |unit: &Unit<String>| {
            let version = unit.on(self.reference_date)?;
            let version = Version { valid_from: from, valid_to: None, ..version.clone() };
            let (id, kind) = (unit.id.clone(), unit.kind);
            Some(Unit { id, kind, predecessors: Vec::new(), versions: vec![version] })
        };
        self.units.iter().filter_map(held).collect()
    }
}
