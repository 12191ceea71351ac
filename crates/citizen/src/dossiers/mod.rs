//! Dossiers of the one-stop shop: received, handed on, settled, returned.
//!
//! The rules are in `domain::dossier` and `domain::deadline`; here is how a dossier is found,
//! kept and shown.

pub mod desk;
mod files;
mod intake;
mod list;
pub mod parts;
mod show;
mod sql;
mod steps;
mod view;

pub use sql::{Paper, Person};
