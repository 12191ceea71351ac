//! The number that a step asks for: proposed, and held against those that were given.

use domain::dossier::CommandKind;
use site::{Failure, Fields, Tie};
use store::{Fault, Tx};

use crate::dossiers::desk::OnDesk;

/// The field of a number.
pub(super) const FIELD: &str = "so-van-ban";

/// Whether a step asks for a number that somebody types.
fn is_typed(on_desk: &OnDesk, kind: CommandKind) -> bool {
    match kind {
        CommandKind::Number => on_desk.series().is_none(),
        CommandKind::OnTheSpot => on_desk.series_at_once().is_none(),
        CommandKind::FinishCorrection => true,
        _ => false,
    }
}

/// The next free number, at the steps that ask for one that is typed.
pub(super) fn proposed(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    kind: CommandKind,
) -> Result<Option<String>, Fault> {
    if is_typed(on_desk, kind) { on_desk.proposed_number(tx) } else { Ok(None) }
}

/// The number of an entry in a register that the dossier has, where nobody else has it: it is the result's.
pub(super) fn of_entry(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    kind: CommandKind,
    ties: &[Tie],
) -> Result<Option<String>, Fault> {
    if !is_typed(on_desk, kind) {
        return Ok(None);
    }
    for number in ties.iter().rev().filter_map(|it| it.number.as_deref()) {
        if on_desk.number_taken(tx, number)?.is_none() {
            return Ok(Some(number.to_owned()));
        }
    }
    Ok(None)
}

/// A number that was typed; a mistake beside it if the body has given it in this year.
pub(super) fn read(
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    fields: &mut Fields,
    typed: Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(number) = typed else { return Ok(None) };
    match on_desk.number_taken(tx, &number)? {
        None => Ok(Some(number)),
        Some(why) => {
            fields.wrong(FIELD, why.to_string());
            Ok(None)
        }
    }
}
