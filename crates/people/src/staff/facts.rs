//! Staff for other slices.

use domain::{
    access::{Grant, Role},
    ids::{AccountId, PositionId, StaffId, UnitId},
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

pub use super::exchange::{Plan, RowMistake, apply, plan};
pub(crate) use super::list::{Candidate, address, candidates, options};
use super::sql;
pub use super::sql::Person;
pub use super::sql::holdings::Holder;
pub(crate) use super::sql::list::{Filter, belongs, find, of_units, posts};
pub use crate::substitutions::facts::{stood_in_for, substitute};

/// What the journal calls a member of staff.
pub const SUBJECT: &str = "staff";

/// Somebody new, in a position from a day on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn create(
    tx: &mut Tx<'_>,
    name: &str,
    phone: &str,
    demo: bool,
    position: PositionId,
    from: Date,
) -> Result<StaffId, Fault> {
    let id = sql::insert(tx, name, phone, "", demo)?;
    sql::insert_holding(tx, id, position, from, None)?;
    tx.journal(Entry::new(SUBJECT, id.0, "create").details(&position));
    Ok(id)
}

/// A position of a unit; those with a smaller `rank` stand first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn create_position(
    tx: &mut Tx<'_>,
    unit: UnitId,
    title: &str,
    rank: i64,
    signs: bool,
) -> Result<PositionId, Fault> {
    sql::insert_position(tx, unit, title, rank, signs)
}

/// Who holds one of `roles` on `day` for one of `units`, by name.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn with_any_role(
    tx: &mut Tx<'_>,
    roles: &[Role],
    units: &[UnitId],
    day: Date,
) -> Result<Vec<Person>, Fault> {
    sql::with_any_role(tx, roles, units, day)
}

/// What the accounts of these people were granted, whenever it holds.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn grants_of(tx: &mut Tx<'_>, staff: &[StaffId]) -> Result<Vec<Grant>, Fault> {
    if staff.is_empty() { Ok(Vec::new()) } else { sql::grants_of(tx, staff) }
}

/// Somebody with the title of `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn person(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<Option<Person>, Fault> {
    Ok(sql::person(tx, id, day)?.map(|(it, _)| it))
}

/// The names of people, in one question.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn names(tx: &mut Tx<'_>, staff: &[StaffId]) -> Result<Vec<(StaffId, String)>, Fault> {
    if staff.is_empty() { Ok(Vec::new()) } else { sql::names(tx, staff) }
}

/// Whether somebody holds a position that signs for its unit on `day`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn signs(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<bool, Fault> {
    Ok(sql::holdings::signing(tx, id, day)? > 0)
}

/// The names behind accounts, in one question; the program itself has none.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn account_names(
    tx: &mut Tx<'_>,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, String)>, Fault> {
    sql::account_names(tx, accounts)
}

/// Who of the office is behind accounts; the program, and whoever is not of the office, is left out.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_accounts(
    tx: &mut Tx<'_>,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, StaffId)>, Fault> {
    sql::of_accounts(tx, accounts)
}

/// Whoever holds a position of `units` on `day`, heads first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn holders(tx: &mut Tx<'_>, units: &[UnitId], day: Date) -> Result<Vec<Holder>, Fault> {
    sql::holdings::holders(tx, units, day, false)
}

/// The officials among [`holders`]: whoever only files for others, such as the head of a village, is none.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn officials(tx: &mut Tx<'_>, units: &[UnitId], day: Date) -> Result<Vec<Holder>, Fault> {
    sql::holdings::holders(tx, units, day, true)
}

/// The name behind an account; empty for the program itself.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn account_name(tx: &mut Tx<'_>, account: AccountId) -> Result<String, Fault> {
    sql::account_name(tx, account.0)
}

/// The unit and the position that whoever has this account held on `day`; nothing if he held none or it is the
/// program itself.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn place_of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    day: Date,
) -> Result<Option<(UnitId, String)>, Fault> {
    sql::holdings::of_account(tx, account, day)
}
