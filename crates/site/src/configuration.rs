//! What an office has set up for itself, as parts of one archive: each slice says how its part is
//! taken out and brought in.

use domain::ids::UnitId;
use serde_json::Value;
use store::{Fault, Tx};

use crate::{Failure, Site, Who, tree::Tree};

/// How a part is brought in: it changes what differs and says what it changed, a line each, in
/// Vietnamese. Nothing to change is no line. It journals as its own pages would.
pub type BringIn = fn(&Site, &Who, &mut Tx<'_>, &Value) -> Result<Vec<String>, Failure>;

/// A part of the configuration.
#[derive(Clone, Copy)]
pub struct ConfigPart {
    /// Its file in the archive, such as `calendar`. Never changed once released.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Takes it out: what stands now, without secrets and without people's data.
    pub take_out: fn(&Tree, &mut Tx<'_>) -> Result<Value, Fault>,
    /// Brings it in.
    pub bring_in: BringIn,
}

/// A unit as an archive names it: by its agency code, or its title where it has none. Numbers mean
/// nothing on another installation.
#[must_use]
pub fn unit_name(tree: &Tree, id: UnitId) -> String {
    tree.unit(id).map_or_else(String::new, |it| {
        if it.agency_code.is_empty() { it.title.clone() } else { it.agency_code.clone() }
    })
}

/// The unit that an archive names so; none if there is no such unit here.
#[must_use]
pub fn unit_named(tree: &Tree, name: &str) -> Option<UnitId> {
    let by_code = tree.all().find(|it| !it.agency_code.is_empty() && it.agency_code == name);
    by_code.or_else(|| tree.all().find(|it| it.title == name)).map(|it| it.id)
}
