//! The catalogue of procedures: versions by date, public pages, notice boards, exchange.

pub mod exchange;
pub mod facts;
mod sql;
