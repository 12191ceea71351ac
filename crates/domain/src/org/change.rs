//! What can be done to a unit's life: a new version from a day, an end, a new beginning.
//!
//! Nothing here looks at other units; [`check_change`] does.

use std::fmt::Display;

use jiff::civil::Date;
use thiserror::Error;

use super::{OrgError, Unit, Version, check};
use crate::{Refusal, text};

/// Why a unit's life cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// The unit was not yet founded.
    #[error("Đơn vị mới có từ ngày {}. Hãy chọn từ ngày đó trở đi.", text::date(*founded))]
    BeforeFounding {
        /// Its first day.
        founded: Date,
    },
    /// The unit is over by then.
    #[error("Đơn vị đã kết thúc ngày {}. Hãy chọn ngày không muộn hơn.", text::date(*last))]
    AfterEnd {
        /// Its last day.
        last: Date,
    },
    /// A version begins after the day that is to be the last.
    #[error(
        "Đơn vị đã có thời kỳ mới từ ngày {}. Ngày hoạt động cuối cùng phải từ ngày đó trở đi.",
        text::date(*from)
    )]
    LaterVersion {
        /// The first day of that version.
        from: Date,
    },
    /// It has no end that could be taken back.
    #[error("Đơn vị đang hoạt động, không có ngày kết thúc nào để bỏ.")]
    NotEnded,
}

impl Refusal for ChangeError {}

impl<K: Clone> Unit<K> {
    /// The first day of all.
    #[must_use]
    pub fn founded(&self) -> Option<Date> {
        self.versions.iter().map(|it| it.valid_from).min()
    }

    /// The last day of all; none while the unit lasts.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.versions.iter().max_by_key(|it| it.valid_from)?.valid_to
    }

    /// What the unit was nearest to a day: on it, else before it, else its first version.
    #[must_use]
    pub fn near(&self, day: Date) -> Option<&Version<K>> {
        let before = self.versions.iter().filter(|it| it.valid_from <= day);
        before
            .max_by_key(|it| it.valid_from)
            .or_else(|| self.versions.iter().min_by_key(|it| it.valid_from))
    }

    /// The unit with `version` from its first day on, up to where the version of that day ended.
    ///
    /// The former version ends the day before. One that begins on the same day is corrected:
    /// nothing ever was as it says.
    ///
    /// # Errors
    /// [`ChangeError`] if the unit does not exist on that day.
    pub fn changed(&self, version: Version<K>) -> Result<Self, ChangeError> {
        let from = version.valid_from;
        let mut unit = self.clone();
        let Some(at) = unit.versions.iter().position(|it| it.holds_on(from)) else {
            return Err(self.absent(from));
        };
        let Some(old) = unit.versions.get_mut(at) else { return Err(self.absent(from)) };
        let version = Version { valid_to: old.valid_to, ..version };
        if old.valid_from == from {
            *old = version;
        } else {
            old.valid_to = from.yesterday().ok();
            unit.versions.insert(at + 1, version);
        }
        Ok(unit)
    }

    /// The unit with `last` as its last day.
    ///
    /// # Errors
    /// [`ChangeError`] if the unit does not exist on that day or is something else after it.
    pub fn ended(&self, last: Date) -> Result<Self, ChangeError> {
        if let Some(later) = self.versions.iter().find(|it| it.valid_from > last) {
            return Err(match self.founded() {
                Some(founded) if founded > last => ChangeError::BeforeFounding { founded },
                _ => ChangeError::LaterVersion { from: later.valid_from },
            });
        }
        let mut unit = self.clone();
        let Some(version) = unit.versions.iter_mut().find(|it| it.holds_on(last)) else {
            return Err(self.absent(last));
        };
        version.valid_to = Some(last);
        Ok(unit)
    }

    /// The unit without an end.
    ///
    /// # Errors
    /// [`ChangeError::NotEnded`] if it has none.
    pub fn reopened(&self) -> Result<Self, ChangeError> {
        let mut unit = self.clone();
        match unit.versions.iter_mut().max_by_key(|it| it.valid_from) {
            Some(last) if last.valid_to.is_some() => last.valid_to = None,
            _ => return Err(ChangeError::NotEnded),
        }
        Ok(unit)
    }

    fn absent(&self, day: Date) -> ChangeError {
        match (self.founded(), self.last_day()) {
            (Some(founded), _) if day < founded => ChangeError::BeforeFounding { founded },
            (_, Some(last)) => ChangeError::AfterEnd { last },
            (founded, None) => ChangeError::BeforeFounding { founded: founded.unwrap_or(day) },
        }
    }
}

/// Whether the organisation holds together with `changed` in place of the unit of its key, or
/// beside the others if it is new.
///
/// # Errors
/// The first thing that is wrong then and was not before.
pub fn check_change<K: Ord + Clone + Display>(
    units: &[Unit<K>],
    changed: &Unit<K>,
) -> Result<(), OrgError> {
    let before = check(units);
    let mut after: Vec<Unit<K>> = units.to_vec();
    match after.iter_mut().find(|it| it.id == changed.id) {
        Some(old) => *old = changed.clone(),
        None => after.push(changed.clone()),
    }
    match check(&after).into_iter().find(|it| !before.contains(it)) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
