//! `motcua bench`: what the product needs of a machine, as ratios in one run.

pub mod child;
pub mod visitor;
