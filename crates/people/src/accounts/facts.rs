//! Accounts for other slices and for the first start.

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{SaltString, rand_core::OsRng},
};
use domain::{
    access::Role,
    ids::{AccountId, StaffId, UnitId},
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::sql;

/// What the journal calls an account.
pub const SUBJECT: &str = "account";

/// Hashes a password with argon2id. Takes some tens of milliseconds, on purpose.
///
/// # Errors
/// [`Fault::Broken`] if there is no randomness.
pub fn hash_password(password: &str) -> Result<String, Fault> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|it| it.to_string())
        .map_err(|e| Fault::Broken(format!("a password could not be hashed: {e}")))
}

/// Whether `password` is the one behind `hash`.
#[must_use]
pub fn verify_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|it| Argon2::default().verify_password(password.as_bytes(), &it).is_ok())
}

/// An account about to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewAccount<'a> {
    /// Sign-in name, lower case.
    pub login: &'a str,
    /// The name to show.
    pub name: &'a str,
    /// The member of staff behind it.
    pub staff: Option<StaffId>,
    /// argon2id.
    pub password_hash: &'a str,
    /// Whether the password must be changed first.
    pub must_change: bool,
    /// Roles, each within a unit.
    pub roles: &'a [(Role, UnitId)],
    /// First day of the roles.
    pub from: Date,
}

/// Opens an account.
///
/// # Errors
/// Any [`Fault`] of the engine; a sign-in name that is taken.
pub fn create(tx: &mut Tx<'_>, it: &NewAccount<'_>) -> Result<AccountId, Fault> {
    let id = sql::insert(tx, it.login, it.name, it.staff, it.password_hash, it.must_change)?;
    for (role, unit) in it.roles {
        sql::insert_grant(tx, id, *role, *unit, it.from, None)?;
    }
    let granted: Vec<(&str, i64)> =
        it.roles.iter().map(|(role, unit)| (role.code(), unit.0)).collect();
    tx.journal(Entry::new(SUBJECT, id.0, "create").details(&granted));
    Ok(id)
}

/// How many accounts there are.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    sql::count(tx)
}

/// The accounts with this sign-in name, or of people whose name holds these words.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn named(tx: &mut Tx<'_>, name: &str) -> Result<Vec<AccountId>, Fault> {
    sql::named(tx, name)
}

/// The accounts of somebody: number, sign-in name, whether it is shut.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<(AccountId, String, bool)>, Fault> {
    sql::of_staff(tx, staff)
}

/// Shows somebody's accounts under another name: the person was renamed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn rename(tx: &mut Tx<'_>, staff: StaffId, name: &str) -> Result<(), Fault> {
    sql::rename(tx, staff, name)?;
    Ok(())
}
