//! SQL of units.

use domain::ids::UnitId;
use jiff::civil::Date;
use store::{Fault, Tx};

/// One version of a unit, about to be written.
pub struct NewVersion<'a> {
    pub parent: Option<UnitId>,
    pub name: &'a str,
    pub title: &'a str,
    pub code: &'a str,
    pub agency_code: &'a str,
    pub address: &'a str,
    pub phone: &'a str,
    pub place: &'a str,
    pub from: Date,
    pub until: Option<Date>,
}

pub fn insert_unit(tx: &mut Tx<'_>, kind: &str) -> Result<UnitId, Fault> {
    tx.insert("insert into unit (kind) values (?1) returning id", &[kind.into()])
}

pub fn insert_version(tx: &mut Tx<'_>, unit: UnitId, it: &NewVersion<'_>) -> Result<usize, Fault> {
    tx.execute(
        "insert into unit_version
           (unit, valid_from, valid_until, parent, name, title, code, agency_code, address, phone,
            place)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[
            unit.into(),
            it.from.into(),
            it.until.into(),
            it.parent.into(),
            it.name.into(),
            it.title.into(),
            it.code.into(),
            it.agency_code.into(),
            it.address.into(),
            it.phone.into(),
            it.place.into(),
        ],
    )
}

pub fn insert_successor(
    tx: &mut Tx<'_>,
    predecessor: UnitId,
    successor: UnitId,
    since: Date,
) -> Result<usize, Fault> {
    tx.execute(
        "insert into unit_successor (predecessor, successor, since) values (?1, ?2, ?3)",
        &[predecessor.into(), successor.into(), since.into()],
    )
}
