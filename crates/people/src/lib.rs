//! Who we are: units, people, accounts, the working calendar.

use site::Routes;

pub mod accounts;
pub mod admin;
pub mod calendar;
pub mod configuration;
pub mod journal;
pub mod sheets;
pub mod staff;
pub mod substitutions;
pub mod units;
pub mod upkeep;

#[cfg(test)]
mod tests;

/// The routes of every slice in this crate.
#[must_use]
pub fn routes() -> Routes {
    admin::routes()
        .and(units::routes())
        .and(staff::routes())
        .and(substitutions::routes())
        .and(accounts::routes())
        .and(calendar::routes())
        .and(configuration::routes())
        .and(journal::routes())
        .and(upkeep::routes())
}
