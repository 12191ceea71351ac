//! SQL of codes that are good once.

use domain::{ids::CitizenId, time::Instant};
use store::{Fault, Tx};

/// A code that was given out.
pub(in crate::account) struct Code {
    pub id: i64,
    pub purpose: String,
    pub phone: String,
    pub citizen: Option<CitizenId>,
    pub code_sha256: String,
    pub tries: i64,
    pub expires: Instant,
}

/// A new code.
pub(in crate::account) struct New<'a> {
    pub handle_sha256: &'a str,
    pub purpose: &'a str,
    pub phone: &'a str,
    pub citizen: Option<CitizenId>,
    pub code_sha256: &'a str,
    /// Who asked for it, as a keyed hash; empty for a code of the counter.
    pub asker: &'a str,
    pub expires: Instant,
}

pub(in crate::account) fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<(), Fault> {
    tx.execute(
        "insert into citizen_code
           (handle_sha256, purpose, phone, citizen, code_sha256, asker, tries, created_ms, expires_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
        &[
            it.handle_sha256.into(),
            it.purpose.into(),
            it.phone.into(),
            it.citizen.into(),
            it.code_sha256.into(),
            it.asker.into(),
            tx.now().into(),
            it.expires.into(),
        ],
    )?;
    Ok(())
}

/// Codes given out for a telephone since a moment.
pub(in crate::account) fn count_since(
    tx: &mut Tx<'_>,
    phone: &str,
    since: Instant,
) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from citizen_code where phone = ?1 and created_ms > ?2",
        &[phone.into(), since.into()],
    )
}

/// Codes given out for a telephone to one asker since a moment.
pub(in crate::account) fn count_of_asker(
    tx: &mut Tx<'_>,
    phone: &str,
    asker: &str,
    since: Instant,
) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from citizen_code where phone = ?1 and asker = ?2 and created_ms > ?3",
        &[phone.into(), asker.into(), since.into()],
    )
}

/// Whatever was given out for this purpose before to the same asker is void: his newest code alone opens. What
/// somebody else asked for stays: nobody takes another's code away by asking for one.
pub(in crate::account) fn void(
    tx: &mut Tx<'_>,
    purpose: &str,
    (phone, asker): (&str, &str),
    citizen: Option<CitizenId>,
) -> Result<(), Fault> {
    tx.execute(
        "update citizen_code set used_ms = ?4
         where purpose = ?1 and phone = ?2 and (citizen = ?3 or (?3 = 0 and citizen is null))
           and asker = ?5 and used_ms is null",
        &[
            purpose.into(),
            phone.into(),
            citizen.map_or(0, |it| it.0).into(),
            tx.now().into(),
            asker.into(),
        ],
    )?;
    Ok(())
}

/// The unused code behind a handle, held until the transaction is done: of many tries at once each counts.
pub(in crate::account) fn find(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Code>, Fault> {
    let sql = format!(
        "select id, purpose, phone, citizen, code_sha256, tries, expires_ms from citizen_code
         where handle_sha256 = ?1 and used_ms is null{}",
        tx.for_update()
    );
    let row = tx.query_one(&sql, &[handle.into()])?;
    row.map(|row| {
        Ok(Code {
            id: row.get(0)?,
            purpose: row.get(1)?,
            phone: row.get(2)?,
            citizen: row.get(3)?,
            code_sha256: row.get(4)?,
            tries: row.get(5)?,
            expires: Instant::from_epoch_ms(row.get(6)?),
        })
    })
    .transpose()
}

pub(in crate::account) fn tried(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("update citizen_code set tries = tries + 1 where id = ?1", &[id.into()])?;
    Ok(())
}

pub(in crate::account) fn used(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update citizen_code set used_ms = ?2 where id = ?1",
        &[id.into(), tx.now().into()],
    )?;
    Ok(())
}
