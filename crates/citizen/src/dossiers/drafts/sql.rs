//! SQL of drafts.

use domain::{ids::AccountId, time::Instant};
use store::{Fault, Row, Tx};

/// A draft as it is kept.
pub(super) struct Kept {
    pub id: i64,
    pub token: String,
    pub procedure: String,
    pub sealed: String,
    pub waits: bool,
    pub saved: Instant,
}

const COLUMNS: &str = "select id, token, procedure, sealed, waits, saved_ms from intake_draft";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        token: row.get(1)?,
        procedure: row.get(2)?,
        sealed: row.get(3)?,
        waits: row.get(4)?,
        saved: Instant::from_epoch_ms(row.get(5)?),
    })
}

/// Drafts of an account, the newest first.
pub(super) fn of(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where account = ?1 order by saved_ms desc, id desc limit 50");
    tx.query(&sql, &[account.into()])?.iter().map(kept).collect()
}

pub(super) fn find(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<Option<Kept>, Fault> {
    let row = tx.query_one(
        &format!("{COLUMNS} where account = ?1 and id = ?2"),
        &[account.into(), id.into()],
    )?;
    row.as_ref().map(kept).transpose()
}

/// Writes a draft over what the same form kept before.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    account: AccountId,
    token: &str,
    procedure: &str,
    sealed: &str,
    waits: bool,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into intake_draft (account, token, procedure, sealed, waits, saved_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (account, token) do update
         set procedure = excluded.procedure, sealed = excluded.sealed, waits = excluded.waits,
             saved_ms = excluded.saved_ms
         returning id",
        &[
            account.into(),
            token.into(),
            procedure.into(),
            sealed.into(),
            waits.into(),
            tx.now().into(),
        ],
    )
}

/// Lets go of the oldest beyond `most`.
pub(super) fn make_room(tx: &mut Tx<'_>, account: AccountId, most: i64) -> Result<(), Fault> {
    tx.execute(
        "delete from intake_draft where account = ?1 and id not in
           (select id from intake_draft where account = ?1 order by saved_ms desc, id desc limit ?2)",
        &[account.into(), most.into()],
    )?;
    Ok(())
}

pub(super) fn forget_token(tx: &mut Tx<'_>, account: AccountId, token: &str) -> Result<(), Fault> {
    tx.execute(
        "delete from intake_draft where account = ?1 and token = ?2",
        &[account.into(), token.into()],
    )?;
    Ok(())
}

pub(super) fn discard(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<bool, Fault> {
    let gone = tx.execute(
        "delete from intake_draft where account = ?1 and id = ?2",
        &[account.into(), id.into()],
    )?;
    Ok(gone > 0)
}

pub(super) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    tx.execute("delete from intake_draft where saved_ms < ?1", &[before.into()])
}
