//! Show.
use crate::Shell;
macro_rules! pages { ($($n:ident),*) => { $( /// page
 #[must_use] pub fn $n(_: Shell) -> String { stringify!($n).to_owned() } )* } }
pages!(not_found, forbidden, stale, too_large);
/// p
#[must_use]
pub fn too_many(_: Shell, _: i64) -> String {
    "too_many".to_owned()
}
/// p
#[must_use]
pub fn refused(_: Shell, why: String) -> String {
    why
}
/// p
#[must_use]
pub fn fault(_: Shell, incident: String) -> String {
    incident
}
