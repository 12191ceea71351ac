//! Units as dated data: names, codes and parents hold from a date to a date.

pub mod facts;
mod sql;
