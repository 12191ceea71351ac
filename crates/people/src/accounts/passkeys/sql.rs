//! SQL of passkeys.

use domain::{ids::AccountId, time::Instant};
use store::{Fault, Row, Tx};

/// A passkey as it is kept.
pub(super) struct Kept {
    pub id: i64,
    pub account: AccountId,
    pub credential: String,
    pub public_key: String,
    pub counter: i64,
    pub name: String,
    pub created: Instant,
    pub used: Option<Instant>,
}

const COLUMNS: &str =
    "select id, account, credential, public_key, counter, name, created_ms, used_ms from passkey";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        account: row.get(1)?,
        credential: row.get(2)?,
        public_key: row.get(3)?,
        counter: row.get(4)?,
        name: row.get(5)?,
        created: Instant::from_epoch_ms(row.get(6)?),
        used: row.get::<Option<i64>>(7)?.map(Instant::from_epoch_ms),
    })
}

/// The passkeys of an account, the oldest first.
pub(super) fn of(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where account = ?1 order by id");
    tx.query(&sql, &[account.into()])?.iter().map(kept).collect()
}

/// How many an account has.
pub(super) fn count(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, Fault> {
    tx.query_number("select count(*) from passkey where account = ?1", &[account.into()])
}

/// The passkey that an authenticator names so, held until the transaction is done.
pub(super) fn named(tx: &mut Tx<'_>, credential: &str) -> Result<Option<Kept>, Fault> {
    let sql = format!("{COLUMNS} where credential = ?1{}", tx.for_update());
    tx.query_one(&sql, &[credential.into()])?.as_ref().map(kept).transpose()
}

/// A new one.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    made: &signing::passkey::Made,
    name: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into passkey (account, credential, public_key, counter, name, created_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            account.into(),
            made.credential.as_str().into(),
            made.public_key.as_str().into(),
            made.counter.into(),
            name.into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// It was used, and counts so far now.
pub(super) fn used(tx: &mut Tx<'_>, id: i64, counter: i64) -> Result<(), Fault> {
    tx.execute(
        "update passkey set counter = ?2, used_ms = ?3 where id = ?1",
        &[id.into(), counter.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Gives one of an account's another name.
pub(super) fn rename(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: i64,
    name: &str,
) -> Result<usize, Fault> {
    tx.execute(
        "update passkey set name = ?3 where id = ?1 and account = ?2",
        &[id.into(), account.into(), name.into()],
    )
}

/// Removes one of an account's.
pub(super) fn remove(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from passkey where id = ?1 and account = ?2", &[id.into(), account.into()])
}

/// Removes every one of an account's.
pub(super) fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<usize, Fault> {
    tx.execute("delete from passkey where account = ?1", &[account.into()])
}
