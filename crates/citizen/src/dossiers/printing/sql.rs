//! SQL of the print queue.

use domain::{
    ids::{AccountId, DossierId},
    time::Instant,
};
use store::{Fault, Row, Tx};

/// Rows of each list of the page at most.
const ROWS: i64 = 100;

/// A paper that waits or was printed.
pub(super) struct Job {
    pub id: i64,
    pub dossier: DossierId,
    pub code: String,
    pub applicant: String,
    pub paper: String,
    pub queued: Instant,
    pub printed: Option<Instant>,
    pub times: i64,
}

const COLUMNS: &str =
    "select j.id, j.dossier, d.code, d.applicant, j.paper, j.queued_ms, j.printed_ms,
    j.times from print_job j join dossier d on d.id = j.dossier";

fn job(row: &Row) -> Result<Job, Fault> {
    Ok(Job {
        id: row.get(0)?,
        dossier: row.get(1)?,
        code: row.get(2)?,
        applicant: row.get(3)?,
        paper: row.get(4)?,
        queued: Instant::from_epoch_ms(row.get(5)?),
        printed: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
        times: row.get(7)?,
    })
}

/// Puts a paper into the queue of whoever acts; `false` if it is there already.
pub(super) fn put(tx: &mut Tx<'_>, dossier: DossierId, paper: &str) -> Result<bool, Fault> {
    let new = tx.execute(
        "insert into print_job (account, dossier, paper, queued_ms, printed_ms, times)
         values (?1, ?2, ?3, ?4, null, 0) on conflict (account, dossier, paper) do nothing",
        &[tx.by().into(), dossier.into(), paper.into(), tx.now().into()],
    )?;
    Ok(new > 0)
}

/// Whether a paper of a dossier waits in the queue of whoever acts.
pub(super) fn is_waiting(tx: &mut Tx<'_>, dossier: DossierId, paper: &str) -> Result<bool, Fault> {
    let row = tx.query_one(
        "select 1 from print_job
         where account = ?1 and dossier = ?2 and paper = ?3 and printed_ms is null",
        &[tx.by().into(), dossier.into(), paper.into()],
    )?;
    Ok(row.is_some())
}

/// What waits, the first first.
pub(super) fn waiting(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Job>, Fault> {
    let sql =
        format!("{COLUMNS} where j.account = ?1 and j.printed_ms is null order by j.id limit ?2");
    tx.query(&sql, &[account.into(), ROWS.into()])?.iter().map(job).collect()
}

/// What was printed within a day, the last first.
pub(super) fn printed(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Job>, Fault> {
    let since = Instant::from_epoch_ms(tx.now().epoch_ms() - 24 * 3_600_000);
    let sql = format!(
        "{COLUMNS} where j.account = ?1 and j.printed_ms >= ?2 order by j.printed_ms desc, j.id desc limit ?3"
    );
    tx.query(&sql, &[account.into(), since.into(), ROWS.into()])?.iter().map(job).collect()
}

pub(super) fn find(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<Option<Job>, Fault> {
    let row = tx.query_one(
        &format!("{COLUMNS} where j.account = ?1 and j.id = ?2"),
        &[account.into(), id.into()],
    )?;
    row.as_ref().map(job).transpose()
}

pub(super) fn mark_printed(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update print_job set printed_ms = ?3, times = times + 1 where account = ?1 and id = ?2",
        &[account.into(), id.into(), tx.now().into()],
    )?;
    Ok(())
}

pub(super) fn again(tx: &mut Tx<'_>, job: i64, reason: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into print_again (job, reason, at_ms, by_account) values (?1, ?2, ?3, ?4)",
        &[job.into(), reason.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(())
}

/// Why a paper was printed again, the first first.
pub(super) fn reasons(tx: &mut Tx<'_>, job: i64) -> Result<Vec<String>, Fault> {
    let rows =
        tx.query("select reason from print_again where job = ?1 order by id", &[job.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(super) fn remove(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<(), Fault> {
    tx.execute(
        "delete from print_job where account = ?1 and id = ?2 and printed_ms is null",
        &[account.into(), id.into()],
    )?;
    Ok(())
}
