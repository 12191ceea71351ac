//! Units for other slices, and the profiles that ship.

use std::collections::HashMap;

use domain::{
    ids::UnitId,
    org::{Profile, Unit},
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

pub use super::reach::{Reach, plain};
use super::{
    reach::{names, short_name},
    sql::{self, NewVersion},
};

/// What the journal calls a unit.
pub const SUBJECT: &str = "unit";

/// The profiles that ship, by name.
///
/// # Errors
/// If there is no such profile, or its file does not read.
pub fn shipped(name: &str) -> Result<Profile, Fault> {
    let text = match name {
        "2020-district" => include_str!("../../../../data/units-2020-district.json"),
        "2025-two-tier" => include_str!("../../../../data/units-2025-two-tier.json"),
        other => return Err(Fault::Broken(format!("there is no profile {other}"))),
    };
    serde_json::from_str(text).map_err(|e| Fault::Broken(format!("profile {name}: {e}")))
}

/// Writes units with all their versions; gives their numbers by the profile's keys.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn import(tx: &mut Tx<'_>, units: &[Unit<String>]) -> Result<HashMap<String, UnitId>, Fault> {
    let mut ids = HashMap::new();
    for unit in units {
        let id = sql::insert_unit(tx, unit.kind.code())?;
        tx.journal(Entry::new(SUBJECT, id.0, "found").details(&unit.id));
        ids.insert(unit.id.clone(), id);
    }
    let mut places: HashMap<&str, String> = HashMap::new();
    for unit in units {
        let Some(id) = ids.get(&unit.id) else { continue };
        for version in &unit.versions {
            let parent = version.parent.as_ref().and_then(|it| ids.get(it)).copied();
            let short = short_name(&version.name);
            let place = if unit.kind.is_tier() {
                short.to_owned()
            } else {
                let above = version.parent.as_deref().and_then(|it| places.get(it));
                above.cloned().unwrap_or_default()
            };
            places.insert(&unit.id, place.clone());
            let (name, title) = names(unit.kind, &version.name);
            let it = NewVersion {
                parent,
                name: &name,
                title: &title,
                code: version.gso_code.as_deref().unwrap_or(""),
                agency_code: version.agency_code.as_deref().unwrap_or(""),
                address: "",
                phone: "",
                place: &place,
                from: version.valid_from,
                until: version.valid_to,
            };
            sql::insert_version(tx, *id, &it)?;
        }
        for predecessor in unit.predecessors.iter().filter_map(|it| ids.get(it)) {
            let since =
                unit.versions.first().map_or(Date::constant(2020, 1, 1), |it| it.valid_from);
            sql::insert_successor(tx, *predecessor, *id, since)?;
        }
    }
    site::outdate(tx, site::UNITS_EDITION)?;
    Ok(ids)
}
