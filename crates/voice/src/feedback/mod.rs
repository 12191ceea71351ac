//! Feedback: one intake for every door, sorted by law, answered, published, closed by its sender.
//!
//! Who sent something lies sealed and apart (`sender`); what is a denunciation leaves the open tables in the transaction
//! that says so (`sealed`). Every step goes through `desk::carry_out`, every intake through `intake::receive`.

use domain::ids::UnitId;
use jiff::civil::Date;
use site::Routes;
use store::{Fault, Tx};

pub(crate) mod configuration;
mod desk;
pub mod facts;
pub(crate) mod files;
mod intake;
mod jobs;
mod letters;
mod office;
mod open311;
mod petitions;
mod public;
mod rules;
mod sealed;
mod sender;
mod sql;
#[cfg(test)]
mod tests;

/// What the journal calls a feedback.
const SUBJECT: &str = "feedback";
/// Letters of what is said at most.
const SAID_MAX: usize = 4_000;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    public::routes()
        .and(office::routes())
        .and(petitions::routes())
        .and(sealed::routes())
        .and(open311::routes())
        .needs_unit(needs)
        .configures(configuration::PART)
        .job("feedback_escalate", 60, jobs::escalate)
        .job("feedback_silence", 60, jobs::close_silent)
        .job("feedback_clocks", 24 * 60, jobs::count_clocks)
}

/// What still needs a unit: feedback that is not over, petitions that are not settled.
fn needs(tx: &mut Tx<'_>, unit: UnitId, _: Date) -> Result<Option<String>, Fault> {
    let (open, petitions) = (sql::list::open_of(tx, unit)?, sql::list::petitions_of(tx, unit)?);
    Ok((open + petitions > 0).then(|| format!("{} phản ánh, đơn chưa xong", open + petitions)))
}
