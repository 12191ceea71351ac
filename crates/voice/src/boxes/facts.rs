//! Boxes for other slices: hung up by the same function as its page's.

use domain::{
    ids::{PositionId, UnitId},
    reception::Pattern,
};
use store::{Fault, Tx, journal::Entry};

use super::{BOX, sql, sql::Kept};

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
