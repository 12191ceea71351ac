//! The citizens' portal: accounts, filing over the line, following, receiving. It stands on `citizen` and
//! `counter` and is known to nobody but the binary.

use site::Routes;

pub mod account;
pub mod board;
pub mod filing;
pub mod follow;
pub mod meter;
mod vault;

#[cfg(test)]
mod tests;

/// The routes of every slice in this crate.
#[must_use]
pub fn routes() -> Routes {
    account::routes()
        .and(board::routes())
        .and(filing::routes())
        .and(follow::routes())
        .and(meter::routes())
        .and(vault::routes())
}
