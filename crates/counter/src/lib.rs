//! What happens around the desk: queue, registers, ratings. It stands on `citizen` and is known to
//! nobody but the binary.

use site::Routes;

pub mod books;
pub mod evaluation;
pub mod queue;
pub mod ratings;

#[cfg(test)]
mod tests;

/// The routes of every slice in this crate.
#[must_use]
pub fn routes() -> Routes {
    books::routes().and(queue::routes()).and(ratings::routes()).and(evaluation::routes())
}
