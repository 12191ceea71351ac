//! The working calendar: what ships, what the office adds, and what a change would move.
//!
//! The rules are in `domain::calendar` and `domain::hours`.

pub mod facts;
pub mod sql;
