//! What is wrong with a dated organisation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use jiff::civil::Date;
use thiserror::Error;

use super::{Unit, Version};
use crate::{Refusal, text};

/// Why an organisation cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrgError {
    /// Two units of one key.
    #[error("Mã đơn vị “{unit}” bị trùng.")]
    Twice {
        /// The key.
        unit: String,
    },
    /// A unit that never was.
    #[error("Đơn vị “{unit}” chưa có tên và thời gian hoạt động.")]
    NoVersion {
        /// The key.
        unit: String,
    },
    /// A version without a name.
    #[error("Đơn vị “{unit}” thiếu tên.")]
    NoName {
        /// The key.
        unit: String,
    },
    /// A version that ends before it begins.
    #[error("Đơn vị “{unit}” có ngày kết thúc trước ngày bắt đầu {}.", text::date(*from))]
    Backwards {
        /// The unit's name.
        unit: String,
        /// The first day.
        from: Date,
    },
    /// Two versions on one day.
    #[error("Đơn vị “{unit}” có hai thời kỳ chồng nhau từ ngày {}.", text::date(*on))]
    Overlap {
        /// The unit's name.
        unit: String,
        /// The first day of both.
        on: Date,
    },
    /// Days between two versions.
    #[error("Đơn vị “{unit}” bị hổng thời gian sau ngày {}.", text::date(*after))]
    Gap {
        /// The unit's name.
        unit: String,
        /// The last day before the gap.
        after: Date,
    },
    /// A parent that does not exist on a day.
    #[error("Đơn vị “{unit}” không có đơn vị cấp trên vào ngày {}.", text::date(*on))]
    Orphan {
        /// The unit's name.
        unit: String,
        /// The first such day.
        on: Date,
    },
    /// A ring of parents.
    #[error("Đơn vị “{unit}” thuộc về chính mình qua các cấp trên vào ngày {}.", text::date(*on))]
    Cycle {
        /// The unit's name.
        unit: String,
        /// The first such day.
        on: Date,
    },
    /// A predecessor that nobody knows, or the unit itself.
    #[error("Đơn vị “{unit}” kế thừa một đơn vị không có trong danh sách.")]
    Predecessor {
        /// The unit's name.
        unit: String,
    },
}

impl Refusal for OrgError {}

/// Everything that is wrong with an organisation; nothing if it may be used.
#[must_use]
pub fn check<K: Ord + Clone + Display>(units: &[Unit<K>]) -> Vec<OrgError> {
    let mut wrong = Vec::new();
    let mut by_id: BTreeMap<&K, &Unit<K>> = BTreeMap::new();
    for unit in units {
        if by_id.insert(&unit.id, unit).is_some() {
            wrong.push(OrgError::Twice { unit: unit.id.to_string() });
        }
    }
    for unit in units {
        check_versions(unit, &mut wrong);
        if unit.predecessors.iter().any(|old| *old == unit.id || !by_id.contains_key(old)) {
            wrong.push(OrgError::Predecessor { unit: name_of(unit) });
        }
    }
    // Nothing changes between two of these days.
    let days: BTreeSet<Date> = units
        .iter()
        .flat_map(|unit| &unit.versions)
        .flat_map(|version| {
            let after = version.valid_to.and_then(|last| last.tomorrow().ok());
            [Some(version.valid_from), after].into_iter().flatten()
        })
        .collect();
    let mut said: BTreeSet<&K> = BTreeSet::new();
    for day in days {
        for unit in units {
            if let Some(error) = check_parents(unit, day, &by_id)
                && said.insert(&unit.id)
            {
                wrong.push(error);
            }
        }
    }
    wrong
}

fn check_versions<K: Display>(unit: &Unit<K>, wrong: &mut Vec<OrgError>) {
    if unit.versions.is_empty() {
        wrong.push(OrgError::NoVersion { unit: unit.id.to_string() });
    }
    let mut sorted: Vec<&Version<K>> = unit.versions.iter().collect();
    sorted.sort_by_key(|version| version.valid_from);
    for version in &sorted {
        if version.name.trim().is_empty() {
            wrong.push(OrgError::NoName { unit: unit.id.to_string() });
        }
        if version.valid_to.is_some_and(|last| last < version.valid_from) {
            wrong.push(OrgError::Backwards { unit: name_of(unit), from: version.valid_from });
        }
    }
    for pair in sorted.windows(2) {
        let [before, after] = pair else { continue };
        let next = before.valid_to.and_then(|last| last.tomorrow().ok());
        match next {
            Some(next) if next == after.valid_from => {}
            Some(next) if next < after.valid_from => wrong.push(OrgError::Gap {
                unit: name_of(unit),
                after: before.valid_to.unwrap_or(before.valid_from),
            }),
            _ => wrong.push(OrgError::Overlap { unit: name_of(unit), on: after.valid_from }),
        }
    }
}

fn check_parents<K: Ord + Clone + Display>(
    unit: &Unit<K>,
    day: Date,
    by_id: &BTreeMap<&K, &Unit<K>>,
) -> Option<OrgError> {
    let mut seen = BTreeSet::from([&unit.id]);
    let mut parent = unit.on(day)?.parent.as_ref();
    while let Some(id) = parent {
        if !seen.insert(id) {
            let ring = *id == unit.id;
            return ring.then(|| OrgError::Cycle { unit: name_of(unit), on: day });
        }
        let above = by_id.get(id).and_then(|above| above.on(day));
        match above {
            None if seen.len() == 2 => {
                return Some(OrgError::Orphan { unit: name_of(unit), on: day });
            }
            None => return None,
            Some(above) => parent = above.parent.as_ref(),
        }
    }
    None
}

fn name_of<K: Display>(unit: &Unit<K>) -> String {
    unit.versions.last().map_or_else(|| unit.id.to_string(), |version| version.name.clone())
}
