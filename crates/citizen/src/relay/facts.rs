//! Other installations, for dossiers: where the other half of a case is, and where one may send.

use domain::ids::DossierId;
use jiff::civil::DateTime;
use store::{Fault, Tx};

use super::sql::{self, Route};

/// The half of a case that is elsewhere.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The unit there, as people call it.
    pub unit: String,
    /// Its dossier code; empty until it has one.
    pub code: String,
    /// What is done there.
    pub procedure: String,
    /// What it said last, in words; empty if nothing.
    pub status: String,
    /// When it is due there.
    pub due_at: Option<DateTime>,
    /// How many messages to it are not acknowledged, and why the oldest is not.
    pub unsent: (i64, String),
}

/// The other half of a link, if it is in another installation.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn elsewhere(tx: &mut Tx<'_>, link: i64) -> Result<Option<Elsewhere>, Fault> {
    let Some(case) = sql::case_of(tx, link)? else { return Ok(None) };
    Ok(Some(Elsewhere {
        unit: case.unit,
        code: case.code,
        procedure: case.procedure,
        status: case.status,
        due_at: case.due_at,
        unsent: sql::unsent(tx, link)?,
    }))
}

/// Units of other installations that dossiers may go to.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn all_routes(tx: &mut Tx<'_>) -> Result<Vec<Route>, Fault> {
    sql::routes(tx, None)
}

/// Erases what messages that wait say of a dossier's people.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    sql::erase(tx, id)
}
