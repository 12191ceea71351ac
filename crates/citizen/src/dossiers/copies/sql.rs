//! SQL of electronic copies.

use domain::{
    ids::{AccountId, DossierId, UnitId},
    time::Instant,
};
use store::{Fault, Row, Tx};

/// An electronic copy.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    pub id: i64,
    pub code: String,
    pub dossier: DossierId,
    pub file: i64,
    pub paper: String,
    pub sha256: String,
    pub body: UnitId,
    pub certifier: String,
    pub certified: Instant,
    pub revoked: Option<Instant>,
}

const COLUMNS: &str =
    "select id, code, dossier, file, paper, sha256, body, certifier, certified_ms,
    revoked_ms from electronic_copy";

fn copy(row: &Row) -> Result<Copy, Fault> {
    Ok(Copy {
        id: row.get(0)?,
        code: row.get(1)?,
        dossier: row.get(2)?,
        file: row.get(3)?,
        paper: row.get(4)?,
        sha256: row.get(5)?,
        body: row.get(6)?,
        certifier: row.get(7)?,
        certified: Instant::from_epoch_ms(row.get(8)?),
        revoked: row.get::<Option<i64>>(9)?.map(Instant::from_epoch_ms),
    })
}

pub(super) fn of(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Copy>, Fault> {
    let sql = format!("{COLUMNS} where dossier = ?1 order by id");
    tx.query(&sql, &[dossier.into()])?.iter().map(copy).collect()
}

pub(super) fn find(tx: &mut Tx<'_>, code: &str) -> Result<Option<Copy>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where code = ?1"), &[code.into()])?;
    row.as_ref().map(copy).transpose()
}

pub(super) fn insert(tx: &mut Tx<'_>, it: &Copy, by: AccountId) -> Result<i64, Fault> {
    tx.insert(
        "insert into electronic_copy
           (code, dossier, file, paper, sha256, body, certifier, certified_by, certified_ms,
            revoked_ms, revoked_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, null, null) returning id",
        &[
            it.code.as_str().into(),
            it.dossier.into(),
            it.file.into(),
            it.paper.as_str().into(),
            it.sha256.as_str().into(),
            it.body.into(),
            it.certifier.as_str().into(),
            by.into(),
            it.certified.into(),
        ],
    )
}

/// Takes a copy back; `false` if it was taken back before.
pub(super) fn revoke(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update electronic_copy set revoked_ms = ?2, revoked_by = ?3
         where id = ?1 and revoked_ms is null",
        &[id.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(touched > 0)
}
