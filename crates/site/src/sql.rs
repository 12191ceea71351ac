//! What every request reads: the session, its grants, the units of today.

use domain::{
    access::{Grant, Role},
    ids::{AccountId, SessionId, StaffId},
    time::Instant,
};
use store::{Fault, Tx};

use crate::{
    tree::{Tree, UnitToday},
    who::Stage,
};

/// A session that is still open, and whose it is.
pub(crate) struct Found {
    pub session: SessionId,
    pub account: AccountId,
    pub staff: Option<StaffId>,
    pub name: String,
    pub stage: Stage,
    pub csrf: String,
    pub seen_ms: i64,
}

pub(crate) fn session(tx: &mut Tx<'_>, token_sha256: &str) -> Result<Option<Found>, Fault> {
    let row = tx.query_one(
        "select s.id, s.account, a.staff, a.name, s.stage, s.csrf, s.seen_ms
         from session s join account a on a.id = s.account
         where s.token_sha256 = ?1 and s.expires_ms > ?2 and a.disabled = 0",
        &[token_sha256.into(), tx.now().into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Found {
        session: row.get(0)?,
        account: row.get(1)?,
        staff: row.get(2)?,
        name: row.get(3)?,
        stage: row.parse(4, "stage", Stage::from_code)?,
        csrf: row.get(5)?,
        seen_ms: row.get(6)?,
    }))
}

pub(crate) fn grants(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Grant>, Fault> {
    let rows = tx.query(
        "select role, unit, valid_from, valid_until from role_grant where account = ?1 order by id",
        &[account.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Grant {
                role: row.parse(0, "role", Role::from_code)?,
                unit: row.get(1)?,
                from: row.parse(2, "date", |it| it.parse().ok())?,
                until: row.parse_opt(3, "date", |it| it.parse().ok())?,
            })
        })
        .collect()
}

/// Pushes the end of an idle session away.
pub(crate) fn seen(tx: &mut Tx<'_>, session: SessionId, expires: Instant) -> Result<(), Fault> {
    tx.execute(
        "update session set seen_ms = ?2, expires_ms = ?3 where id = ?1",
        &[session.into(), tx.now().into(), expires.into()],
    )?;
    Ok(())
}

pub(crate) fn setting(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    let row = tx.query_one("select value from setting where name = ?1", &[name.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn set_setting(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into setting (name, value) values (?1, ?2)
         on conflict (name) do update set value = excluded.value",
        &[name.into(), value.into()],
    )?;
    Ok(())
}

pub(crate) fn forget_setting(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    tx.execute("delete from setting where name = ?1", &[name.into()])?;
    Ok(())
}

/// Grows whenever what it stands for changes, so that every process notices.
pub(crate) fn setting_number(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    let row = tx.query_one("select value from setting where name = ?1", &[name.into()])?;
    number_of(row)
}

/// The same, held until the transaction is done: whoever changes it waits for who wrote by it.
pub(crate) fn setting_number_held(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    let sql = format!("select value from setting where name = ?1{}", tx.for_share());
    let row = tx.query_one(&sql, &[name.into()])?;
    number_of(row)
}

fn number_of(row: Option<store::Row>) -> Result<i64, Fault> {
    match row {
        None => Ok(0),
        Some(row) => row.parse(0, "number", |it| it.parse().ok()),
    }
}

/// One more than before; caches that were built for the old number are built anew.
pub(crate) fn grow_setting(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into setting (name, value) values (?1, '1')
         on conflict (name) do update
         set value = cast(cast(setting.value as bigint) + 1 as text)",
        &[name.into()],
    )?;
    Ok(())
}

/// Whether a run of the job is due; if it is, this run is the claimer's.
pub(crate) fn claim_job(tx: &mut Tx<'_>, name: &str, every_ms: i64) -> Result<bool, Fault> {
    let now = tx.now().epoch_ms();
    let claimed = tx.execute(
        "insert into job_run (name, ran_ms) values (?1, ?2)
         on conflict (name) do update set ran_ms = excluded.ran_ms
         where job_run.ran_ms <= excluded.ran_ms - ?3",
        &[name.into(), now.into(), every_ms.into()],
    )?;
    Ok(claimed > 0)
}

/// When a job ran last, whichever it was.
pub(crate) fn last_job(tx: &mut Tx<'_>) -> Result<Option<Instant>, Fault> {
    let row = tx.query_one("select max(ran_ms) from job_run", &[])?;
    let last = row.map(|it| it.get::<Option<i64>>(0)).transpose()?.flatten();
    Ok(last.map(Instant::from_epoch_ms))
}

pub(crate) fn tree(tx: &mut Tx<'_>) -> Result<Tree, Fault> {
    let today = tx.now().civil().date().to_string();
    let rows = tx.query(
        "select u.id, v.parent, u.kind, v.name, v.title, v.code, v.agency_code, v.address,
                v.phone, v.place
         from unit u join unit_version v on v.unit = u.id
         where v.valid_from <= ?1 and (v.valid_until >= ?1 or v.valid_until is null)
         order by u.id",
        &[today.as_str().into()],
    )?;
    let units = rows.iter().map(unit).collect::<Result<Vec<_>, Fault>>()?;
    let mut tree = Tree::of(units);
    // Those that are no more, by their last version; of several heirs the first.
    let rows = tx.query(
        "select u.id, v.parent, u.kind, v.name, v.title, v.code, v.agency_code, v.address,
                v.phone, v.place,
                (select min(s.successor) from unit_successor s where s.predecessor = u.id)
         from unit u join unit_version v on v.unit = u.id
         where v.valid_until < ?1
           and not exists (select 1 from unit_version w
                           where w.unit = u.id and w.valid_from > v.valid_from)
         order by u.id",
        &[today.as_str().into()],
    )?;
    for row in &rows {
        tree.bury(unit(row)?, row.get(10)?);
    }
    Ok(tree)
}

fn unit(row: &store::Row) -> Result<UnitToday, Fault> {
    Ok(UnitToday {
        id: row.get(0)?,
        parent: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        title: row.get(4)?,
        code: row.get(5)?,
        agency_code: row.get(6)?,
        address: row.get(7)?,
        phone: row.get(8)?,
        place: row.get(9)?,
    })
}

pub(crate) fn submission(tx: &mut Tx<'_>, token: &str) -> Result<Option<String>, Fault> {
    let row = tx.query_one("select location from submission where token = ?1", &[token.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn remember_submission(
    tx: &mut Tx<'_>,
    token: &str,
    location: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into submission (token, location, at_ms) values (?1, ?2, ?3)",
        &[token.into(), location.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Tokens are known by the length of their hash: 64 digits. Marks have names, which are never as long.
pub(crate) fn forget_submissions(
    tx: &mut Tx<'_>,
    before_ms: i64,
    at_most: i64,
) -> Result<usize, Fault> {
    tx.execute(
        "delete from submission where token in (
             select token from submission where at_ms < ?1 and length(token) = 64
             order by at_ms limit ?2)",
        &[before_ms.into(), at_most.into()],
    )
}

/// Holds a file until a moment, or longer if it is held already.
pub(crate) fn hold_file(tx: &mut Tx<'_>, sha256: &str, until_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "insert into file_held (sha256, until_ms) values (?1, ?2)
         on conflict (sha256) do update set until_ms = excluded.until_ms
         where file_held.until_ms < excluded.until_ms",
        &[sha256.into(), until_ms.into()],
    )?;
    Ok(())
}

/// Ends the holdings that are over, the oldest first; their files.
pub(crate) fn end_holdings(tx: &mut Tx<'_>, at_most: usize) -> Result<Vec<String>, Fault> {
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let rows = tx.query(
        "delete from file_held where sha256 in (
             select sha256 from file_held where until_ms < ?1 order by until_ms limit ?2)
         returning sha256",
        &[tx.now().into(), at_most.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether a row names this file, or holds it. Every table that does is here: a file that one room lets go
/// may be another's too, since the same bytes are kept once.
pub(crate) fn is_file_named(tx: &mut Tx<'_>, sha256: &str) -> Result<bool, Fault> {
    let tables = [
        "dossier_file",
        "filing_file",
        "supplement_file",
        "blank_form",
        "box_slip",
        "feedback_file",
    ];
    for table in tables {
        let sql = format!("select 1 from {table} where sha256 = ?1 limit 1");
        if tx.query_one(&sql, &[sha256.into()])?.is_some() {
            return Ok(true);
        }
    }
    let held = "select 1 from file_held where sha256 = ?1 and until_ms >= ?2";
    Ok(tx.query_one(held, &[sha256.into(), tx.now().into()])?.is_some())
}

/// How many migrations have run: a question that any sound database answers.
pub(crate) fn migrations(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.query_number("select count(*) from schema_migration", &[])
}
