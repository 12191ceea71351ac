//! Links for other slices: who is whose child, and how many count.

use domain::{
    ids::{DossierId, UnitId},
    link::{LinkState, passes},
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Tx};

use super::sql;

/// The condition that a dossier `d` is no child: consolidated figures count parents only, a unit's own
/// figures count what it settles (one-stop.md 8.1).
pub const NO_CHILD: &str = "not exists (select 1 from dossier_link nc
    where nc.child = d.id and nc.kind = 'child')";

/// What a body received within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// All that it received: what its own table shows.
    pub all: i64,
    /// Of these, parts of other bodies' cases: what the consolidated table leaves out.
    pub children: i64,
}

/// What a body, or all of them, received from one day to another, both included.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn received(
    tx: &mut Tx<'_>,
    body: Option<UnitId>,
    from: Date,
    until: Date,
) -> Result<Received, Fault> {
    let (all, children) = sql::received(tx, body, from, until)?;
    Ok(Received { all, children })
}

/// Whether a dossier is a part of another one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_child(tx: &mut Tx<'_>, id: DossierId) -> Result<bool, Fault> {
    Ok(sql::above(tx, id)?.is_some())
}

/// The office that leads the whole of which a dossier is a part; nothing for a dossier of its own.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn lead(tx: &mut Tx<'_>, who: &site::Who, id: DossierId) -> Result<Option<String>, Fault> {
    let Some(link) = sql::above(tx, id)? else { return Ok(None) };
    if let Some(parent) = link.parent {
        let kept = crate::dossiers::sql::find(tx, parent)?;
        return Ok(kept.map(|it| crate::dossiers::papers::agency(who, it.body).name));
    }
    Ok(crate::relay::facts::elsewhere(tx, link.id)?.map(|it| it.unit))
}

/// The office that leads hears in its dossier that a part of it is late, until when and why. What another
/// installation leads hears of the new date by the relay alone.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn apologised(
    tx: &mut Tx<'_>,
    part: &crate::dossiers::sql::Kept,
    number: &str,
    why: &str,
) -> Result<(), Fault> {
    let Some(parent) = sql::above(tx, part.id)?.and_then(|it| it.parent) else { return Ok(()) };
    let about = serde_json::json!({ "unit": part.unit });
    let due = part.dossier.due_at.map_or_else(String::new, domain::text::date_time);
    let said = format!("Phiếu số {number}; hẹn lại {due}. {why}");
    let entry = store::journal::Entry::new(crate::dossiers::sql::SUBJECT, parent.0, "link_apology");
    tx.journal(entry.details(&about).words(Some(said)));
    Ok(())
}

/// The parts, in this installation, of cases whose result came on one of these days, both included: the case,
/// the part.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn parts_of_period(
    tx: &mut Tx<'_>,
    from: Date,
    until: Date,
) -> Result<Vec<(DossierId, DossierId)>, Fault> {
    sql::parts_of_period(tx, from, until)
}

/// A part of a case as its citizen may read it.
#[derive(Debug, Clone)]
pub struct PublicPart {
    /// The one-stop shop that does it; nothing if it is another installation's.
    pub unit: Option<UnitId>,
    /// What that installation calls its unit; empty if it is ours.
    pub elsewhere: String,
    /// What is done there.
    pub procedure: String,
    /// How far it is.
    pub state: LinkState,
    /// When it is due there.
    pub due_at: Option<DateTime>,
    /// Whether that lies after the date of the whole.
    pub passes: bool,
}

/// The parts of a case, in order.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn public_parts(
    tx: &mut Tx<'_>,
    parent: DossierId,
    due_at: Option<DateTime>,
) -> Result<Vec<PublicPart>, Fault> {
    let mut parts = Vec::new();
    for link in sql::children(tx, parent)? {
        let mut part = PublicPart {
            unit: link.to_unit,
            elsewhere: String::new(),
            procedure: link.procedure.clone(),
            state: link.state,
            due_at: None,
            passes: false,
        };
        let day = tx.now().civil().date();
        if let Some(version) = crate::procedures::facts::in_force(tx, &link.procedure, day)? {
            part.procedure.clone_from(&version.body.name);
        }
        if let Some(kept) = match link.child {
            Some(id) => crate::dossiers::sql::find(tx, id)?,
            None => None,
        } {
            part.due_at = kept.dossier.due_at;
            part.passes = link.state.is_open() && passes(kept.dossier.due_at, due_at);
        }
        if let Some(it) = crate::relay::facts::elsewhere(tx, link.id)? {
            part.elsewhere = it.unit;
            part.due_at = it.due_at;
            part.passes = link.state.is_open() && passes(it.due_at, due_at);
        }
        parts.push(part);
    }
    Ok(parts)
}

/// Dossiers that are not where their link says. Empty in a sound database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn torn(tx: &mut Tx<'_>) -> Result<Vec<DossierId>, Fault> {
    sql::torn(tx)
}

/// Erases what people wrote on the links of a dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    crate::relay::facts::erase(tx, id)?;
    sql::erase(tx, id)
}
