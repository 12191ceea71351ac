//! Suggestion boxes (hòm thư góp ý): opened by two people, every slip photographed and numbered.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
