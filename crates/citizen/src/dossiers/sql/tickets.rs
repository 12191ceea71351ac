//! Tickets of signing: what the agent may fetch and hand back, once, for a while.

use domain::ids::{AccountId, DossierId, StaffId};
use store::{Fault, Tx};

/// Who signs which file, and until when.
pub struct Ticket {
    /// Of which dossier.
    pub dossier: DossierId,
    /// Which version of the result.
    pub file: i64,
    /// Who pressed.
    pub account: AccountId,
    /// Who signs.
    pub staff: StaffId,
    /// Milliseconds since the epoch.
    pub expires_ms: i64,
}

/// Keeps one under the hashes of its two tokens, for fetching and for handing back.
pub fn insert(tx: &mut Tx<'_>, it: &Ticket, (fetch, put): (&str, &str)) -> Result<(), Fault> {
    tx.execute(
        "insert into signing_ticket
           (fetch_sha256, put_sha256, dossier, file, account, staff, expires_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            fetch.into(),
            put.into(),
            it.dossier.into(),
            it.file.into(),
            it.account.into(),
            it.staff.into(),
            it.expires_ms.into(),
        ],
    )?;
    Ok(())
}

fn read(row: &store::Row) -> Result<Ticket, Fault> {
    Ok(Ticket {
        dossier: row.get(0)?,
        file: row.get(1)?,
        account: row.get(2)?,
        staff: row.get(3)?,
        expires_ms: row.get(4)?,
    })
}

/// The ticket whose file may still be fetched; fetched by this, unless it is only looked at.
pub fn by_fetch(tx: &mut Tx<'_>, hash: &str, keeps: bool) -> Result<Option<Ticket>, Fault> {
    let row = tx.query_one(
        "select dossier, file, account, staff, expires_ms from signing_ticket
         where fetch_sha256 = ?1 and fetched_ms is null and expires_ms > ?2",
        &[hash.into(), tx.now().into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    if !keeps {
        let taken = tx.execute(
            "update signing_ticket set fetched_ms = ?2 where fetch_sha256 = ?1 and fetched_ms is null",
            &[hash.into(), tx.now().into()],
        )?;
        if taken == 0 {
            return Ok(None);
        }
    }
    read(&row).map(Some)
}

/// The ticket under which a file may still be handed back.
pub fn by_put(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Ticket>, Fault> {
    let row = tx.query_one(
        "select dossier, file, account, staff, expires_ms from signing_ticket
         where put_sha256 = ?1 and used_ms is null and expires_ms > ?2",
        &[hash.into(), tx.now().into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// Uses it up; false if somebody was first.
pub fn used(tx: &mut Tx<'_>, hash: &str) -> Result<bool, Fault> {
    let count = tx.execute(
        "update signing_ticket set used_ms = ?2 where put_sha256 = ?1 and used_ms is null",
        &[hash.into(), tx.now().into()],
    )?;
    Ok(count == 1)
}
