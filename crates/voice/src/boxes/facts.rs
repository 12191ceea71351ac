//! Boxes for other slices: hung up by the same function as its page's.

use domain::{
    ids::{PositionId, UnitId},
    reception::Pattern,
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::{BOX, sql, sql::Kept};

/// The unit of a slip that is nothing yet.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn open_slip(tx: &mut Tx<'_>, id: i64) -> Result<Option<UnitId>, Fault> {
    let slip = sql::find_slip(tx, id)?.filter(|it| it.state == "new");
    let Some(slip) = slip else { return Ok(None) };
    Ok(sql::find(tx, slip.opening, false)?.map(|it| it.unit))
}

/// A box on the wall, and an opening that goes on, keep a unit from being closed: what lies in it is somebody's.
pub(super) fn needs_unit(tx: &mut Tx<'_>, unit: UnitId, _: Date) -> Result<Option<String>, Fault> {
    let hanging = sql::boxes(tx, vec![unit])?.len();
    let open = sql::openings(tx, vec![unit], OPENINGS_MAX)?;
    let open = open.iter().filter(|it| matches!(it.state.as_str(), "waiting" | "open")).count();
    let mut parts = Vec::new();
    if hanging > 0 {
        parts.push(format!("{hanging} hòm thư góp ý chưa mở lần cuối và gỡ xuống"));
    }
    if open > 0 {
        parts.push(format!("{open} lần mở hòm thư chưa đóng"));
    }
    Ok((!parts.is_empty()).then(|| parts.join(", ")))
}

/// Openings that are looked through: one that goes on is among the last.
const OPENINGS_MAX: i64 = 200;

/// Hangs a box up: where, who holds its keys, when it is opened.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (place, pattern): (&str, Pattern),
    keepers: [PositionId; 2],
) -> Result<i64, Fault> {
    let since = tx.now().civil().date();
    let id = sql::insert_box(
        tx,
        &Kept { id: 0, unit, place: place.to_owned(), keepers, pattern, since },
    )?;
    tx.journal(Entry::new(BOX, id, "create"));
    Ok(id)
}
