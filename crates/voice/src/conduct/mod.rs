//! Reports about officials: screening, the right to explain, conclusion, correction.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
