//! Boxes for other slices: hung up, opened, their slips settled, by the same functions as their pages'. A slip gives up what
//! it holds when that is sealed.

use domain::{
    feedback::Class,
    ids::{BoxOpeningId, FeedbackId, PositionId, UnitId},
    reception::Pattern,
};
use jiff::civil::Date;
use site::{Failure, Site};
use store::{Fault, StoredBlob, Tx, journal::Entry};

pub(crate) use super::SOURCE;
use super::{
    BOX, OPENING, opening, picture, slips,
    sql::{self, Kept, Opening},
};
use crate::feedback::facts::{Held, NewFile, Sender};

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

/// Begins to open this box: who does is called `name`.
pub(super) fn begin_kept(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    name: &str,
) -> Result<BoxOpeningId, Fault> {
    let id = sql::insert(tx, kept, name)?;
    let sha256 = site::token_sha256(&opening::code_of(site, id));
    sql::set_code(tx, id, &sha256)?;
    tx.journal(Entry::new(OPENING, id.0, "begin_opening"));
    Ok(id)
}

/// Begins to open a box, as whoever does this transaction and is called `name`.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn begin(site: &Site, tx: &mut Tx<'_>, kept: i64, name: &str) -> Result<BoxOpeningId, Failure> {
    let it = sql::find_box(tx, kept)?.ok_or(Failure::NotFound)?;
    Ok(begin_kept(site, tx, &it, name)?)
}

/// The second one is here, who does this transaction and is called `name`: it is open.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn confirm(tx: &mut Tx<'_>, id: BoxOpeningId, name: &str) -> Result<(), Fault> {
    sql::confirm(tx, id, name)?;
    tx.journal(Entry::new(OPENING, id.0, "confirm_opening"));
    Ok(())
}

/// Both counted so many slips; before, if they counted before.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn declare(
    tx: &mut Tx<'_>,
    id: BoxOpeningId,
    (before, slips): (Option<i64>, i64),
) -> Result<(), Fault> {
    sql::declare(tx, id, slips)?;
    let details = serde_json::json!({ "slips": slips, "before": before });
    tx.journal(Entry::new(OPENING, id.0, "declare_slips").details(&details));
    Ok(())
}

/// The picture of a slip as it is kept: drawn anew, nothing in it but the picture.
///
/// # Errors
/// [`Failure::Refused`] if it does not read as one.
pub fn drawn_anew(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    picture::drawn_anew(bytes).map_err(Failure::Refused)
}

/// Numbers a slip of this opening by its picture.
pub(super) fn add_slip_to(tx: &mut Tx<'_>, it: &Opening, sha256: &str) -> Result<i64, Fault> {
    let (slip, number) = sql::insert_slip(tx, it, sha256)?;
    let details = serde_json::json!({ "slip": slip, "number": number });
    tx.journal(Entry::new(OPENING, it.id.0, "add_slip").details(&details));
    Ok(slip)
}

/// Numbers a slip by the picture that lies under this hash.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn add_slip(tx: &mut Tx<'_>, id: BoxOpeningId, sha256: &str) -> Result<i64, Failure> {
    let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
    Ok(add_slip_to(tx, &it, sha256)?)
}

/// Puts a slip of an opening aside: its words, a code of why, the reason.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn put_aside(
    tx: &mut Tx<'_>,
    (id, slip): (BoxOpeningId, i64),
    (words, kind, reason): (&str, &str, &str),
) -> Result<(), Fault> {
    sql::put_aside(tx, slip, (words, kind, reason))?;
    let details = serde_json::json!({ "slip": slip, "why": kind });
    tx.journal(Entry::new(OPENING, id.0, "put_slip_aside").details(&details));
    Ok(())
}

/// Makes a feedback of a slip with its picture.
///
/// # Errors
/// [`Failure::Refused`] if it was handed on before; any fault of the engine.
pub fn hand_on(
    site: &Site,
    tx: &mut Tx<'_>,
    (id, slip, picture): (BoxOpeningId, i64, &StoredBlob),
    (class, words, sender): (Class, &str, Option<Sender>),
) -> Result<FeedbackId, Failure> {
    let opening = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
    let it = sql::find_slip(tx, slip)?.ok_or(Failure::NotFound)?;
    let file = NewFile {
        sha256: picture.sha256.clone(),
        name: slips::file_name(&it),
        media_type: "image/jpeg".to_owned(),
        size: picture.size,
        bytes: None,
    };
    let said = slips::Said { class, words, sender, accused: &(String::new(), false) };
    Ok(slips::handed_on(site, tx, (&opening, &it, Some(file)), said)?.id)
}

/// Closes an opening for good: how many slips were counted, how many numbered, and why if these are not as many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn close(
    tx: &mut Tx<'_>,
    id: BoxOpeningId,
    (declared, slips, why): (i64, i64, &str),
) -> Result<(), Fault> {
    sql::close(tx, id, if slips == declared { "" } else { why })?;
    let details = serde_json::json!({ "declared": declared, "slips": slips });
    tx.journal(Entry::new(OPENING, id.0, "close_opening").details(&details));
    Ok(())
}
