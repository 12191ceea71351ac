//! Feedback: one intake for every door, sorted by law, answered, published, closed by its sender.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
