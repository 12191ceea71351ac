//! The citizens' voice: feedback through every door, the suggestion box, the hotline, reports about officials,
//! receptions. It stands on `citizen`; `counter` and `portal` stand on it.

use site::Routes;

pub mod boxes;
pub mod conduct;
pub mod feedback;
pub mod hotline;
mod onward;
pub mod reception;
#[cfg(test)]
mod tests;
mod typed;

/// The routes of every slice in this crate.
#[must_use]
pub fn routes() -> Routes {
    boxes::routes()
        .and(conduct::routes())
        .and(feedback::routes())
        .and(hotline::routes())
        .and(reception::routes())
}
