//! Workflows for the demo and other slices.

use domain::workflow::Workflow;
use site::{Failure, OrRefuse as _};
use store::Tx;

use super::{changes, sql};

/// Begins a draft of what `change` makes of the newest version of a workflow.
///
/// # Errors
/// [`Failure::NotFound`] if there is no such workflow.
pub fn draft(
    tx: &mut Tx<'_>,
    code: &str,
    change: impl FnOnce(&mut Workflow),
) -> Result<(), Failure> {
    let draft = changes::begin(tx, code)?.ok_or(Failure::NotFound)?;
    let mut body = draft.body.clone();
    change(&mut body);
    changes::keep(tx, &draft, draft.edition, &body)?.or_refuse()
}

/// Publishes a workflow, in force from today, by way of a draft of its own.
///
/// # Errors
/// [`Failure::Refused`] if it has a draft already, or mistakes.
pub fn publish(tx: &mut Tx<'_>, body: &Workflow) -> Result<(), Failure> {
    changes::bring(tx, body)?.or_refuse()?;
    let draft = sql::draft(tx, &body.code)?.ok_or(Failure::NotFound)?;
    let today = tx.now().civil().date();
    changes::publish(tx, &draft, draft.edition, (today, None))?.or_refuse()?;
    Ok(())
}
