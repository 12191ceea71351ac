//! The hotline (đường dây nóng): numbers of leaders, duty, calls and what was promised in them.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
