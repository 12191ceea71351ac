//! Reception of citizens (tiếp công dân): the calendar, bookings, the book, what was promised.

use site::Routes;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
