//! The organisation on one day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Unit, UnitKind, Version};
use crate::text;

/// A unit as it was on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<K> {
    /// Its key.
    pub id: K,
    /// What it is.
    pub kind: UnitKind,
    /// The version of the day.
    pub version: Version<K>,
}

/// The tree of the units that exist on one day.
#[derive(Debug, Clone)]
pub struct Org<K> {
    day: Date,
    nodes: BTreeMap<K, Node<K>>,
    children: BTreeMap<K, Vec<K>>,
    successors: BTreeMap<K, Vec<K>>,
    predecessors: BTreeMap<K, Vec<K>>,
}

impl<K: Ord + Clone> Org<K> {
    /// The tree on a day. Children are sorted by kind, then by name in the Vietnamese alphabet.
    #[must_use]
    pub fn on(units: &[Unit<K>], day: Date) -> Self {
        let mut org = Self {
            day,
            nodes: BTreeMap::new(),
            children: BTreeMap::new(),
            successors: BTreeMap::new(),
            predecessors: BTreeMap::new(),
        };
        for unit in units {
            for old in &unit.predecessors {
                org.successors.entry(old.clone()).or_default().push(unit.id.clone());
            }
            org.predecessors.insert(unit.id.clone(), unit.predecessors.clone());
            if let Some(version) = unit.on(day) {
                let (id, version) = (unit.id.clone(), version.clone());
                org.nodes.insert(id.clone(), Node { id, kind: unit.kind, version });
            }
        }
        let mut sorted: Vec<&Node<K>> = org.nodes.values().collect();
        sorted
            .sort_by_cached_key(|node| (node.kind, text::sort_key(bare_name(&node.version.name))));
        for node in sorted {
            if let Some(parent) = &node.version.parent {
                org.children.entry(parent.clone()).or_default().push(node.id.clone());
            }
        }
        org
    }

    /// The day of the tree.
    #[must_use]
    pub const fn day(&self) -> Date {
        self.day
    }

    /// A unit, if it exists on the day.
    #[must_use]
    pub fn get(&self, id: &K) -> Option<&Node<K>> {
        self.nodes.get(id)
    }

    /// All units of the day.
    pub fn nodes(&self) -> impl Iterator<Item = &Node<K>> {
        self.nodes.values()
    }

    /// The units without a parent on the day.
    pub fn roots(&self) -> impl Iterator<Item = &Node<K>> {
        self.nodes.values().filter(|node| {
            node.version.parent.as_ref().is_none_or(|parent| !self.nodes.contains_key(parent))
        })
    }

    /// The units right below one.
    pub fn children<'a>(&'a self, id: &K) -> impl Iterator<Item = &'a Node<K>> + use<'a, K> {
        self.children.get(id).into_iter().flatten().filter_map(|child| self.nodes.get(child))
    }

    /// The unit that one belongs to.
    #[must_use]
    pub fn parent(&self, id: &K) -> Option<&Node<K>> {
        self.nodes.get(self.nodes.get(id)?.version.parent.as_ref()?)
    }

    /// The units above one, the nearest first; stops at a ring.
    #[must_use]
    pub fn ancestors(&self, id: &K) -> Vec<&Node<K>> {
        let mut seen = BTreeSet::from([id.clone()]);
        let mut above = Vec::new();
        let mut at = id;
        while let Some(parent) = self.parent(at) {
            if !seen.insert(parent.id.clone()) {
                break;
            }
            above.push(parent);
            at = &parent.id;
        }
        above
    }

    /// A unit and everything below it, parents before children; empty if there is no such unit.
    #[must_use]
    pub fn subtree(&self, id: &K) -> Vec<K> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![id.clone()];
        while let Some(next) = open.pop() {
            if !self.nodes.contains_key(&next) || !seen.insert(next.clone()) {
                continue;
            }
            open.extend(
                self.children(&next)
                    .map(|child| child.id.clone())
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev(),
            );
            found.push(next);
        }
        found
    }

    /// Does a unit lie within another's subtree, itself included?
    #[must_use]
    pub fn is_within(&self, id: &K, top: &K) -> bool {
        self.nodes.contains_key(id)
            && (id == top || self.ancestors(id).iter().any(|node| node.id == *top))
    }

    /// How many tiers of government there are on the day.
    #[must_use]
    pub fn tier_count(&self) -> usize {
        let kinds: BTreeSet<UnitKind> =
            self.nodes.values().map(|node| node.kind).filter(|kind| kind.is_tier()).collect();
        kinds.len()
    }

    /// From the top down: `"tỉnh Nghệ An › huyện Tân Kỳ › xã Phú Sơn"`.
    #[must_use]
    pub fn path(&self, id: &K) -> String {
        let names = self.ancestors(id).into_iter().rev().chain(self.nodes.get(id));
        names.map(|node| node.version.name.as_str()).collect::<Vec<_>>().join(" › ")
    }

    /// The name that papers bear: `"UBND xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"`.
    ///
    /// A division and a one-stop keep their own name; tiers that their own name already says are
    /// not repeated.
    #[must_use]
    pub fn full_name(&self, id: &K) -> String {
        let Some(node) = self.nodes.get(id) else { return String::new() };
        let mut name = node.version.name.clone();
        if node.kind.is_tier() {
            name.insert_str(0, "UBND ");
        }
        for above in self.ancestors(id) {
            let shown = &above.version.name;
            if above.kind.is_tier() && !name.ends_with(shown.as_str()) {
                name.push_str(", ");
                name.push_str(shown);
            }
        }
        name
    }

    /// The tier of government that a unit is, or that it serves.
    #[must_use]
    pub fn committee_of(&self, id: &K) -> Option<&Node<K>> {
        let itself = self.nodes.get(id).into_iter();
        itself.chain(self.ancestors(id)).find(|node| node.kind.is_tier())
    }

    /// The one-stop of a unit: itself, its own, or its tier's.
    #[must_use]
    pub fn one_stop_of(&self, id: &K) -> Option<&Node<K>> {
        if let Some(node) = self.nodes.get(id).filter(|node| node.kind == UnitKind::OneStop) {
            return Some(node);
        }
        let committee = self.committee_of(id)?;
        self.children(&committee.id).find(|child| child.kind == UnitKind::OneStop)
    }

    /// The units that exist on the day and go back to one; several after a split. A unit that
    /// still exists is its own successor.
    #[must_use]
    pub fn successors(&self, id: &K) -> Vec<K> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![id.clone()];
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            if self.nodes.contains_key(&next) {
                found.push(next);
            } else {
                open.extend(self.successors.get(&next).into_iter().flatten().cloned());
            }
        }
        found.sort();
        found
    }

    /// All units that went into one, the oldest last.
    #[must_use]
    pub fn predecessors(&self, id: &K) -> Vec<K> {
        let mut found = Vec::new();
        let mut open: Vec<K> = self.predecessors.get(id).cloned().unwrap_or_default();
        while !open.is_empty() {
            let mut older = Vec::new();
            for next in open {
                if !found.contains(&next) {
                    older.extend(self.predecessors.get(&next).into_iter().flatten().cloned());
                    found.push(next);
                }
            }
            open = older;
        }
        found
    }
}

/// `"xã Phú Sơn"` without its kind, so that lists go by the name.
fn bare_name(name: &str) -> &str {
    ["thị trấn ", "thành phố ", "thị xã ", "phường ", "huyện ", "tỉnh ", "xã "]
        .iter()
        .find_map(|kind| name.strip_prefix(kind))
        .unwrap_or(name)
}
