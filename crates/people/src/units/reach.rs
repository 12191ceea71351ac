//! How far an administrator reaches: the units, of any time, within the subtrees of his grants.
//!
//! Rights are asked of today's tree. A unit that is over, or is yet to be, stands where it stood
//! last, or will stand first; so its administrator still finds it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::{Action, may},
    ids::UnitId,
    org::{Org, Unit, UnitKind},
};
use jiff::civil::Date;
use site::{Failure, Who};
use store::{Fault, Tx};

use super::sql::{self, Kept, Version};

/// Levels of the tree at most; a longer line is a circle.
const LEVELS_MAX: usize = 12;

/// Every unit, and which of them somebody administers.
#[derive(Debug, Clone)]
pub struct Reach {
    units: BTreeMap<UnitId, Kept>,
    within: BTreeSet<UnitId>,
    today: Date,
}

impl Reach {
    /// The units, and those of them where `who` may do `action` today.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn load(tx: &mut Tx<'_>, who: &Who, action: Action) -> Result<Self, Fault> {
        let today = who.today();
        let tops: BTreeSet<UnitId> = who
            .grants
            .iter()
            .filter(|it| it.holds_on(today) && may(it.role, action))
            .map(|it| it.unit)
            .collect();
        Self::of(tx, today, |line| line.iter().any(|it| tops.contains(it)))
    }

    /// The units, all of them within: for commands.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn whole(tx: &mut Tx<'_>) -> Result<Self, Fault> {
        let today = tx.now().civil().date();
        Self::of(tx, today, |_| true)
    }

    fn of(
        tx: &mut Tx<'_>,
        today: Date,
        is_within: impl Fn(&[UnitId]) -> bool,
    ) -> Result<Self, Fault> {
        let units = sql::all(tx)?.into_iter().map(|it| (it.id, it)).collect();
        let mut reach = Self { units, within: BTreeSet::new(), today };
        let within = reach.units.keys().filter(|id| is_within(&reach.line(**id)));
        reach.within = within.copied().collect();
        Ok(reach)
    }

    /// The unit and all above it, nearest first, as near to today as it comes.
    #[must_use]
    pub fn line(&self, id: UnitId) -> Vec<UnitId> {
        let mut line = vec![id];
        let mut at = id;
        while let Some(parent) = self.near(at).and_then(|it| it.parent) {
            if line.len() >= LEVELS_MAX || line.contains(&parent) {
                break;
            }
            line.push(parent);
            at = parent;
        }
        line
    }

    /// The day that all this is asked on.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    /// Whether `unit` is within.
    #[must_use]
    pub fn holds(&self, unit: UnitId) -> bool {
        self.within.contains(&unit)
    }

    /// Whether every unit is within.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.within.len() == self.units.len()
    }

    /// The units within, for a query; none: every unit, and what belongs to none.
    #[must_use]
    pub fn narrow(&self) -> Option<Vec<UnitId>> {
        (!self.is_whole()).then(|| self.within.iter().copied().collect())
    }

    /// The unit, if it is within.
    ///
    /// # Errors
    /// [`Failure::NotFound`], so that nobody learns what there is elsewhere.
    pub(crate) fn demand(&self, unit: UnitId) -> Result<&Kept, Failure> {
        self.units.get(&unit).filter(|_| self.holds(unit)).ok_or(Failure::NotFound)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Kept> {
        self.units.values()
    }

    pub(crate) fn get(&self, unit: UnitId) -> Option<&Kept> {
        self.units.get(&unit)
    }

    /// What the unit is today, was last, or will be first.
    pub(crate) fn near(&self, unit: UnitId) -> Option<&Version> {
        let versions = &self.units.get(&unit)?.versions;
        versions.iter().rfind(|it| it.from <= self.today).or_else(|| versions.first())
    }

    /// Whether the unit exists on `day`.
    #[must_use]
    pub fn exists(&self, unit: UnitId, day: Date) -> bool {
        self.units.get(&unit).is_some_and(|it| it.versions.iter().any(|it| it.holds_on(day)))
    }

    /// The title, as near to today as it comes; a dash for a unit that never was.
    #[must_use]
    pub fn title(&self, unit: UnitId) -> &str {
        self.near(unit).map_or("–", |it| it.title.as_str())
    }

    /// The title with that of the unit above, if it does not say it: “Phòng Kinh tế, xã Tân Phú”.
    #[must_use]
    pub fn full_title(&self, unit: UnitId) -> String {
        let Some(version) = self.near(unit) else { return "–".to_owned() };
        let is_tier = self.units.get(&unit).is_some_and(|it| it.kind.is_tier());
        let above = version.parent.and_then(|it| self.near(it)).map(|it| plain(&it.title));
        match above {
            Some(above) if !is_tier && !version.title.ends_with(above) => {
                format!("{}, {above}", version.title)
            }
            _ => version.title.clone(),
        }
    }

    /// The unit and all below it, of any time.
    #[must_use]
    pub fn subtree(&self, top: UnitId) -> Vec<UnitId> {
        self.units.keys().copied().filter(|it| self.line(*it).contains(&top)).collect()
    }

    /// As the rules see it. The names are full ones, so that refusals can say them.
    pub(crate) fn units(&self) -> Vec<Unit<UnitId>> {
        self.units.values().map(rule).collect()
    }

    /// The units within that exist on `day`, in the order of the tree, with their depth.
    #[must_use]
    pub fn ordered(&self, day: Date) -> Vec<(UnitId, usize)> {
        let org = Org::on(&self.units(), day);
        let roots: Vec<UnitId> = org.roots().map(|it| it.id).collect();
        let mut found = Vec::new();
        for id in roots.into_iter().flat_map(|root| org.subtree(&root)) {
            if self.holds(id) {
                let above = org.ancestors(&id);
                found.push((id, above.iter().filter(|it| self.holds(it.id)).count()));
            }
        }
        found
    }

    /// The units within that exist on `day`, to choose from.
    #[must_use]
    pub fn options(&self, day: Date) -> Vec<(String, String)> {
        let one = |(id, depth): (UnitId, usize)| {
            let title = self.full_title(id);
            (id.to_string(), format!("{}{title}", "— ".repeat(depth)))
        };
        self.ordered(day).into_iter().map(one).collect()
    }

    /// Whether `unit` may be chosen on `day`.
    #[must_use]
    pub fn may_choose(&self, unit: UnitId, day: Date) -> bool {
        self.holds(unit) && self.exists(unit, day)
    }

    /// The tier of government that a unit is or serves, as near to today as it comes.
    #[must_use]
    pub fn body_of(&self, unit: UnitId) -> UnitId {
        let is_tier = |id: &UnitId| self.units.get(id).is_some_and(|it: &Kept| it.kind.is_tier());
        self.line(unit).into_iter().find(is_tier).unwrap_or(unit)
    }
}

/// “Ủy ban nhân dân xã Phú Sơn” as people say it: “xã Phú Sơn”.
#[must_use]
pub fn plain(title: &str) -> &str {
    title.strip_prefix("Ủy ban nhân dân ").unwrap_or(title)
}

/// A unit as the rules see it.
pub(super) fn rule(kept: &Kept) -> Unit<UnitId> {
    let versions = kept.versions.iter().map(version).collect();
    Unit { id: kept.id, kind: kept.kind, predecessors: Vec::new(), versions }
}

pub(super) fn version(it: &Version) -> domain::org::Version<UnitId> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    domain::org::Version {
        name: plain(&it.title).to_owned(),
        parent: it.parent,
        gso_code: some(&it.code),
        agency_code: some(&it.agency_code),
        agency_code_placeholder: false,
        valid_from: it.from,
        valid_to: it.until,
    }
}

/// The names of a unit with this full name: its short name and its title.
pub(super) fn names(kind: UnitKind, full: &str) -> (String, String) {
    let short = short_name(full).to_owned();
    match kind {
        _ if kind.is_tier() => (short, format!("Ủy ban nhân dân {full}")),
        UnitKind::OneStop => (full.to_owned(), full.to_owned()),
        _ => (short, full.to_owned()),
    }
}

/// “xã Phú Sơn” without its kind: “Phú Sơn”.
pub(super) fn short_name(name: &str) -> &str {
    ["tỉnh ", "huyện ", "thị trấn ", "xã ", "phường ", "thị xã ", "thành phố "]
        .iter()
        .find_map(|kind| name.strip_prefix(kind))
        .unwrap_or(name)
}
