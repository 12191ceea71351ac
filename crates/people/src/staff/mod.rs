//! People who work for the office: positions held over time, substitution, who may do what.

pub mod facts;
mod sql;
