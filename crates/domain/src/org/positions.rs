//! Positions of officials and the roles that go with them: `data/positions.json`.

use serde::{Deserialize, Serialize};

use super::UnitKind;

/// What somebody may do in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Quản trị hệ thống.
    Administrator,
    /// Trưởng đơn vị: divides the work.
    UnitHead,
    /// Công chức một cửa.
    CounterOfficial,
    /// Công chức chuyên môn.
    Specialist,
    /// Văn thư.
    Clerk,
    /// Lãnh đạo: signs.
    Leader,
    /// Cán bộ cải cách hành chính.
    ReformOfficer,
    /// Kiểm tra, thanh tra: only reads.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::Administrator,
        Self::UnitHead,
        Self::CounterOfficial,
        Self::Specialist,
        Self::Clerk,
        Self::Leader,
        Self::ReformOfficer,
        Self::Auditor,
    ];

    /// The code that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::UnitHead => "unit_head",
            Self::CounterOfficial => "counter_official",
            Self::Specialist => "specialist",
            Self::Clerk => "clerk",
            Self::Leader => "leader",
            Self::ReformOfficer => "reform_officer",
            Self::Auditor => "auditor",
        }
    }

    /// Reads a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// What pages call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Administrator => "Quản trị hệ thống",
            Self::UnitHead => "Trưởng đơn vị",
            Self::CounterOfficial => "Công chức một cửa",
            Self::Specialist => "Công chức chuyên môn",
            Self::Clerk => "Văn thư",
            Self::Leader => "Lãnh đạo",
            Self::ReformOfficer => "Cán bộ cải cách hành chính",
            Self::Auditor => "Kiểm tra, thanh tra",
        }
    }
}

/// In which kind of unit a position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The committee of a district.
    District,
    /// A division of a district.
    DistrictDivision,
    /// The one-stop of a district.
    DistrictOneStop,
    /// The committee of a commune.
    Commune,
    /// A division of a commune.
    CommuneDivision,
    /// The one-stop of a commune.
    CommuneOneStop,
}

impl Seat {
    /// The seat of a unit under a tier of government.
    #[must_use]
    pub const fn of(unit: UnitKind, tier: UnitKind) -> Option<Self> {
        match (unit, tier) {
            (UnitKind::District, _) => Some(Self::District),
            (UnitKind::Commune, _) => Some(Self::Commune),
            (UnitKind::Division, UnitKind::District) => Some(Self::DistrictDivision),
            (UnitKind::Division, UnitKind::Commune) => Some(Self::CommuneDivision),
            (UnitKind::OneStop, UnitKind::District) => Some(Self::DistrictOneStop),
            (UnitKind::OneStop, UnitKind::Commune) => Some(Self::CommuneOneStop),
            _ => None,
        }
    }
}

/// A position (chức danh).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The profile that it belongs to.
    pub profile: String,
    /// Where it sits.
    pub seat: Seat,
    /// The last part of the key of the one division that has it; none: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    /// Its key.
    pub code: String,
    /// Its name.
    pub title: String,
    /// The roles that its holder normally has.
    pub roles: Vec<Role>,
    /// How many people hold it; 0 where a real office had nobody.
    pub posts: u8,
}

/// The positions that `data/positions.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positions {
    /// What is real in it and what is usual.
    pub note: String,
    /// The documents behind it.
    pub sources: Vec<String>,
    /// The positions.
    pub positions: Vec<Position>,
}

impl Positions {
    /// The positions of a unit: of its profile, its seat and, for a division, its key's last part.
    pub fn of<'a>(
        &'a self,
        profile: &'a str,
        seat: Seat,
        unit_id: &'a str,
    ) -> impl Iterator<Item = &'a Position> {
        let part = unit_id.rsplit('.').next().unwrap_or_default();
        self.positions.iter().filter(move |position| {
            position.profile == profile
                && position.seat == seat
                && position.division.as_deref().is_none_or(|division| division == part)
        })
    }
}
