//! Sociological surveys that cannot be gamed: a sample that anybody can draw again, links that answer once,
//! answers that nobody ties to a person, results that nobody sees before the end. It stands on `citizen`.

use site::Routes;

/// The routes of this crate.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
