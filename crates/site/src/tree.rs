//! The units of today as a tree: for rights that reach a subtree, and for names on pages.

use std::collections::HashMap;

use domain::{access::Scope, ids::UnitId};

/// Levels of the tree at most; a longer line is a circle.
const LEVELS_MAX: usize = 12;

/// A unit as it is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitToday {
    /// Its number.
    pub id: UnitId,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// `domain::org` kind code: province, district, commune, division, one_stop.
    pub kind: String,
    /// Short name: "Phú Sơn".
    pub name: String,
    /// Full title: "Ủy ban nhân dân xã Phú Sơn".
    pub title: String,
    /// GSO code; empty if there is none.
    pub code: String,
    /// Mã định danh, such as `000.24.18.H41`.
    pub agency_code: String,
    /// Where it is.
    pub address: String,
    /// Its telephone.
    pub phone: String,
    /// Place name on papers.
    pub place: String,
}

/// The units that exist today.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    units: HashMap<UnitId, UnitToday>,
    children: HashMap<UnitId, Vec<UnitId>>,
    order: Vec<UnitId>,
    /// Units that are no more, and who has taken over from them.
    past: HashMap<UnitId, (UnitToday, Option<UnitId>)>,
}

impl Tree {
    /// A tree of these units, in this order.
    #[must_use]
    pub fn of(units: Vec<UnitToday>) -> Self {
        let mut tree = Self::default();
        for unit in units {
            if let Some(parent) = unit.parent {
                tree.children.entry(parent).or_default().push(unit.id);
            }
            tree.order.push(unit.id);
            tree.units.insert(unit.id, unit);
        }
        tree
    }

    /// Adds a unit that is no more: what it left belongs to its heir, or to the unit that was above.
    pub fn bury(&mut self, unit: UnitToday, heir: Option<UnitId>) {
        let heir = heir.or(unit.parent);
        if let Some(heir) = heir {
            self.children.entry(heir).or_default().push(unit.id);
        }
        self.past.insert(unit.id, (unit, heir));
    }

    /// The unit, whether it exists today or is no more.
    #[must_use]
    pub fn known(&self, id: UnitId) -> Option<&UnitToday> {
        self.units.get(&id).or_else(|| self.past.get(&id).map(|(it, _)| it))
    }

    /// The unit, if it exists today.
    #[must_use]
    pub fn unit(&self, id: UnitId) -> Option<&UnitToday> {
        self.units.get(&id)
    }

    /// Every unit of today, in the order of the profile.
    pub fn all(&self) -> impl Iterator<Item = &UnitToday> {
        self.order.iter().filter_map(|id| self.units.get(id))
    }

    /// Whether there are districts today: the number of tiers is what the units say.
    #[must_use]
    pub fn has_districts(&self) -> bool {
        self.units.values().any(|it| it.kind == "district")
    }

    /// Its title, its last one if it is no more; a dash if there never was such a unit.
    #[must_use]
    pub fn title(&self, id: UnitId) -> &str {
        self.known(id).map_or("–", |it| it.title.as_str())
    }

    /// Whose site this is: the only district, else the only commune where there is no district,
    /// else the first unit.
    #[must_use]
    pub fn seat(&self) -> Option<&UnitToday> {
        let of = |kind: &'static str| self.all().filter(move |it| it.kind == kind);
        let (districts, communes) = (of("district").count(), of("commune").count());
        match (districts, communes) {
            (1, _) => of("district").next(),
            (0, 1) => of("commune").next(),
            _ => self.all().next(),
        }
    }

    /// The unit and all above it, nearest first; above a unit that is no more stands its heir.
    #[must_use]
    pub fn line(&self, id: UnitId) -> Vec<UnitId> {
        let mut line = vec![id];
        let mut at = id;
        let above = |at: &UnitId| match self.units.get(at) {
            Some(it) => it.parent,
            None => self.past.get(at).and_then(|(_, heir)| *heir),
        };
        while let Some(parent) = above(&at) {
            if line.len() >= LEVELS_MAX {
                break;
            }
            line.push(parent);
            at = parent;
        }
        line
    }

    /// Units right below; those that are no more stand below their heirs.
    #[must_use]
    pub fn children(&self, id: UnitId) -> &[UnitId] {
        self.children.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The unit and all below it.
    #[must_use]
    pub fn subtree(&self, id: UnitId) -> Vec<UnitId> {
        let mut found = vec![id];
        let mut at = 0;
        while let Some(unit) = found.get(at).copied() {
            if found.len() > self.units.len() + self.past.len() + 1 {
                break;
            }
            found.extend_from_slice(self.children(unit));
            at += 1;
        }
        found
    }

    /// What the subtrees of `tops` hold.
    #[must_use]
    pub fn scope(&self, tops: impl IntoIterator<Item = UnitId>) -> Scope {
        let mut units = Vec::new();
        for top in tops {
            let is_root = self.units.get(&top).is_some_and(|it| it.parent.is_none());
            if is_root && self.order.first() == Some(&top) {
                return Scope::Everything;
            }
            units.extend(self.subtree(top));
        }
        units.sort_unstable();
        units.dedup();
        Scope::Units(units)
    }
}
