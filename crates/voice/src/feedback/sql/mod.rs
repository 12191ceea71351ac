//! SQL of feedback, by what it is about.

pub(in crate::feedback) mod answers;
pub(in crate::feedback) mod core;
pub(in crate::feedback) mod events;
pub(in crate::feedback) mod figures;
pub(in crate::feedback) mod list;
pub(in crate::feedback) mod sender;
