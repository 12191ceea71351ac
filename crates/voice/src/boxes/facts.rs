//! Boxes for other slices: hung up by the same function as its page's; a slip gives up what it holds when that is sealed.

use domain::{
    ids::{PositionId, UnitId},
    reception::Pattern,
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

pub(crate) use super::SOURCE;
use super::{
    BOX, slips,
    sql::{self, Kept},
};
use crate::feedback::facts::{Held, NewFile};

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

/// The picture of a slip, without its bytes.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn file_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<NewFile>, Fault> {
    Ok(sql::find_slip(tx, id)?.as_ref().and_then(slips::picture_of))
}

/// What a slip became.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn became(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Fault> {
    sql::became(tx, id)
}

/// Takes what a slip holds out of it: what it became is sealed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn take_out(tx: &mut Tx<'_>, id: i64) -> Result<Option<Held>, Fault> {
    let Some(it) = sql::find_slip(tx, id)? else { return Ok(None) };
    let place = match sql::find(tx, it.opening, false)? {
        Some(opening) => sql::any_box(tx, opening.kept)?.map_or_else(String::new, |it| it.place),
        None => String::new(),
    };
    sql::wipe(tx, id)?;
    Ok(Some(Held {
        origin: format!("Hòm thư góp ý {place}, phiếu {:03}/{}", it.number, it.year),
        files: slips::picture_of(&it).into_iter().collect(),
        words: vec![it.words, it.reason],
        sender: None,
    }))
}
