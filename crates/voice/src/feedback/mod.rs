//! Feedback: one intake for every door, sorted by law, answered, published, closed by its sender.
//!
//! Who sent something lies sealed and apart (`sender`); what is a denunciation leaves the open tables in the transaction
//! that says so (`sealed`). Every step goes through `desk::carry_out`, every intake through `intake::receive`.

use site::Routes;

mod desk;
pub mod facts;
mod figures;
mod intake;
mod petitions;
mod rules;
mod sealed;
mod sender;
mod sql;

/// What the journal calls a feedback.
const SUBJECT: &str = "feedback";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
