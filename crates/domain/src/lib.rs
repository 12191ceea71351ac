//! The words of the office and the rules of the law, as plain values and pure functions.
//!
//! Nothing here reads a clock, a file, a socket or a database; everything a
//! function needs is an argument. That is what lets the whole crate be tested
//! in milliseconds, and its rules be read next to the article they carry out.

pub mod access;
pub mod assurance;
pub mod books;
pub mod calendar;
pub mod codes;
pub mod conduct;
pub mod consent;
pub mod deadline;
pub mod dossier;
pub mod eform;
pub mod evaluation;
pub mod feedback;
pub mod fees;
pub mod guide;
pub mod hotline;
pub mod hours;
pub mod identity;
pub mod ids;
pub mod lang;
pub mod lateness;
pub mod law;
pub mod level;
pub mod life_event;
pub mod link;
pub mod lunar;
pub mod message;
pub mod money;
pub mod names;
pub mod names_replaced;
pub mod org;
pub mod paper;
pub mod party;
pub mod plain;
pub mod procedure;
pub mod publication;
pub mod queue;
pub mod rating;
pub mod reception;
pub mod results;
pub mod retention;
pub mod search;
pub mod substitution;
pub mod survey;
pub mod tally;
pub mod text;
pub mod time;
pub mod visit;
pub mod workflow;

/// An expected "no": the law, the office's rules or the state of a file forbid it.
///
/// Its `Display` text is Vietnamese and is shown to the person as it stands.
/// An unexpected failure is never a `Refusal`; see `store::Fault`.
pub trait Refusal: std::error::Error {}
