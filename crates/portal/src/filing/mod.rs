//! Filing over the line: a draft with an address of its own, sent to a one-stop shop, received there.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
