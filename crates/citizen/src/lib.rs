//! What citizens ask of the office: procedures, dossiers, tracking.

use site::Routes;

pub mod blanks;
pub mod calendar;
pub mod dossiers;
pub mod eforms;
pub mod erasure;
pub mod fees;
pub mod figures;
pub mod find;
pub mod hand_entries;
pub mod head;
pub mod lateness;
pub mod levels;
pub mod notices;
pub mod paper_texts;
pub mod procedures;
pub mod relay;
pub mod results;
pub mod signatures;
pub mod tracking;
pub mod vault;
pub mod workflows;

/// The routes of every slice in this crate.
#[must_use]
pub fn routes() -> Routes {
    dossiers::routes()
        .and(eforms::routes())
        .and(lateness::routes())
        .and(figures::routes())
        .and(notices::routes())
        .and(procedures::routes())
        .and(results::routes())
        .and(vault::routes())
        .and(workflows::routes())
        .and(tracking::routes())
        .and(calendar::routes())
        .and(erasure::routes())
        .and(signatures::routes())
        .and(fees::routes())
        .and(head::routes())
        .and(hand_entries::routes())
        .and(paper_texts::routes())
        .and(relay::routes())
        .and(levels::routes())
        .and(find::routes())
        .and(blanks::routes())
}
