//! What the tests of several slices start from: the two communes of the counter's own tests.

#[path = "../../counter/src/tests.rs"]
mod office;

pub use office::*;
