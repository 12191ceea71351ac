//! Accounts of citizens: who they are, how surely we know it, their sessions.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
