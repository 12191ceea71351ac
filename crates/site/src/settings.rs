//! Settings: short texts by name. This is the one door to their table.

use store::{Fault, Tx};

use crate::sql;

/// The text under `name`; none if nobody set one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn get(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    sql::setting(tx, name)
}

/// Keeps a text under `name`, in place of what stood there.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    sql::set_setting(tx, name, value)
}

/// Forgets what stands under `name`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    sql::forget_setting(tx, name)
}
