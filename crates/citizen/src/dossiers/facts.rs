//! Dossiers for other slices: the only door.

use domain::{
    dossier::{Dossier, Event},
    ids::DossierId,
    workflow::Workflow,
};
use store::{Fault, Tx};

pub use super::show::StepView;
use super::sql;

/// The number of the dossier with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn id_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<DossierId>, Fault> {
    Ok(sql::find_by_code(tx, code)?.map(|it| it.id))
}

/// The secret on the receipt of the dossier with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn secret_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<String>, Fault> {
    let Some(id) = id_of(tx, code)? else { return Ok(None) };
    Ok(sql::person(tx, id)?.map(|it| it.secret))
}

/// Everything that happened to a dossier, oldest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn events(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Event>, Fault> {
    sql::events(tx, id)
}

/// The steps passed and to come, without anybody's name.
#[must_use]
pub fn way(workflow: &Workflow, dossier: &Dossier) -> Vec<StepView> {
    super::show::way(workflow, dossier, "")
}

/// Dossiers whose row is not the fold of their events. Empty in a sound database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unfolded(tx: &mut Tx<'_>) -> Result<Vec<DossierId>, Fault> {
    const CHUNK: i64 = 500;
    let mut wrong = Vec::new();
    let mut after = DossierId(0);
    loop {
        let kept = sql::all_after(tx, after, CHUNK)?;
        let Some(last) = kept.last() else { return Ok(wrong) };
        after = last.id;
        for it in kept {
            let events = sql::events(tx, it.id)?;
            if Dossier::fold(&events) != it.dossier {
                wrong.push(it.id);
            }
        }
    }
}
