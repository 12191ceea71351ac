//! SQL of supplements that were not sent yet.

use domain::{dossier::Status, ids::DossierId, time::Instant};
use store::{Fault, Tx};

/// A draft as it is kept.
pub(in crate::follow) struct Row {
    pub asked: Instant,
    pub typed: String,
    pub edition: i64,
}

/// The draft of a dossier.
pub(in crate::follow) fn find(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Row>, Fault> {
    let sql = "select asked_ms, typed, edition from supplement_draft where dossier = ?1";
    let row = tx.query_one(sql, &[id.into()])?;
    row.map(|row| {
        Ok(Row {
            asked: Instant::from_epoch_ms(row.get(0)?),
            typed: row.get(1)?,
            edition: row.get(2)?,
        })
    })
    .transpose()
}

/// Its files as they are kept: row, row of the paper, the rest as JSON.
pub(in crate::follow) fn files(
    tx: &mut Tx<'_>,
    id: DossierId,
) -> Result<Vec<(i64, i64, String)>, Fault> {
    let sql = "select id, paper, stored from supplement_file where dossier = ?1 order by id";
    let rows = tx.query(sql, &[id.into()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Puts what was typed in the place of what was there.
pub(in crate::follow) fn put(
    tx: &mut Tx<'_>,
    id: DossierId,
    (asked, typed, edition): (Instant, &str, i64),
) -> Result<(), Fault> {
    tx.execute(
        "insert into supplement_draft (dossier, asked_ms, typed, changed_ms, edition)
         values (?1, ?2, ?3, ?4, ?5)
         on conflict (dossier) do update
         set typed = excluded.typed, changed_ms = excluded.changed_ms, edition = excluded.edition",
        &[id.into(), asked.into(), typed.into(), tx.now().into(), edition.into()],
    )?;
    Ok(())
}

/// Adds a file; its row.
pub(in crate::follow) fn insert_file(
    tx: &mut Tx<'_>,
    id: DossierId,
    paper: i64,
    (sha256, size, stored): (&str, i64, &str),
) -> Result<i64, Fault> {
    tx.insert(
        "insert into supplement_file (dossier, paper, sha256, size, stored)
         values (?1, ?2, ?3, ?4, ?5) returning id",
        &[id.into(), paper.into(), sha256.into(), size.into(), stored.into()],
    )
}

/// Takes a file out; its hash.
pub(in crate::follow) fn delete_file(
    tx: &mut Tx<'_>,
    id: DossierId,
    file: i64,
) -> Result<Vec<String>, Fault> {
    let sql = "delete from supplement_file where dossier = ?1 and id = ?2 returning sha256";
    tx.query(sql, &[id.into(), file.into()])?.iter().map(|row| row.get(0)).collect()
}

/// Forgets a draft; the hashes of its files.
pub(in crate::follow) fn delete(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let sql = "delete from supplement_file where dossier = ?1 returning sha256";
    let rows = tx.query(sql, &[id.into()])?;
    tx.execute("delete from supplement_draft where dossier = ?1", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Drafts that nobody touched since, and those whose dossier asks for nothing any more.
pub(in crate::follow) fn over(
    tx: &mut Tx<'_>,
    before: Instant,
    limit: usize,
) -> Result<Vec<DossierId>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx.query(
        "select s.dossier from supplement_draft s join dossier d on d.id = s.dossier
         where s.changed_ms < ?1 or d.status not in (?2, ?3) order by s.dossier limit ?4",
        &[
            before.into(),
            Status::IntakeSupplement.code().into(),
            Status::AwaitSupplement.code().into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Erases what was typed and chosen for a supplement that was never sent; the hashes of its files.
pub(in crate::follow) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let sql = "delete from supplement_file where dossier = ?1 returning sha256";
    let rows = tx.query(sql, &[id.into()])?;
    tx.execute("delete from supplement_draft where dossier = ?1", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}
