//! SQL of blank forms.

use domain::{ids::AccountId, time::Instant};
use store::{Fault, Row, Tx};

/// A form as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// Its number.
    pub id: i64,
    /// The procedure's code; empty for every procedure that names the form.
    pub procedure: String,
    /// Which form.
    pub form: String,
    /// The file's name.
    pub file_name: String,
    /// By its bytes.
    pub media_type: String,
    /// How many bytes.
    pub bytes: i64,
    /// Of its bytes.
    pub sha256: String,
    /// From 1 for each procedure and form.
    pub edition: i64,
    /// Who added it.
    pub by: AccountId,
    /// When.
    pub at: Instant,
    /// Since when it is no longer offered.
    pub ended: Option<Instant>,
}

const COLUMNS: &str =
    "select id, procedure, form, file_name, media_type, bytes, sha256, edition, added_by,
    added_ms, ended_ms from blank_form";

fn blank(row: &Row) -> Result<Blank, Fault> {
    let ended: Option<i64> = row.get(10)?;
    Ok(Blank {
        id: row.get(0)?,
        procedure: row.get(1)?,
        form: row.get(2)?,
        file_name: row.get(3)?,
        media_type: row.get(4)?,
        bytes: row.get(5)?,
        sha256: row.get(6)?,
        edition: row.get(7)?,
        by: row.get(8)?,
        at: Instant::from_epoch_ms(row.get(9)?),
        ended: ended.map(Instant::from_epoch_ms),
    })
}

/// The forms of a procedure and those of every procedure, the newest of each first.
pub(super) fn of(tx: &mut Tx<'_>, procedure: &str) -> Result<Vec<Blank>, Fault> {
    let sql = format!(
        "{COLUMNS} where procedure = ?1 or procedure = '' order by form, edition desc, procedure desc"
    );
    tx.query(&sql, &[procedure.into()])?.iter().map(blank).collect()
}

/// The form with this number.
pub(super) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Blank>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where id = ?1"), &[id.into()])?;
    row.as_ref().map(blank).transpose()
}

/// Adds a form; what was offered under the same name ends.
pub(super) fn insert(tx: &mut Tx<'_>, it: &Blank) -> Result<i64, Fault> {
    let (by, now) = (tx.by(), tx.now());
    tx.execute(
        "update blank_form set ended_by = ?3, ended_ms = ?4
         where procedure = ?1 and form = ?2 and ended_ms is null",
        &[it.procedure.as_str().into(), it.form.as_str().into(), by.into(), now.into()],
    )?;
    let edition = 1 + tx.query_number(
        "select cast(coalesce(max(edition), 0) as bigint) from blank_form
         where procedure = ?1 and form = ?2",
        &[it.procedure.as_str().into(), it.form.as_str().into()],
    )?;
    tx.insert(
        "insert into blank_form (procedure, form, file_name, media_type, bytes, sha256, scan, edition,
           added_by, added_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, 'clean', ?7, ?8, ?9) returning id",
        &[
            it.procedure.as_str().into(),
            it.form.as_str().into(),
            it.file_name.as_str().into(),
            it.media_type.as_str().into(),
            it.bytes.into(),
            it.sha256.as_str().into(),
            edition.into(),
            by.into(),
            now.into(),
        ],
    )
}

/// Offers a form no more; says whether it was offered.
pub(super) fn end(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let (by, now) = (tx.by(), tx.now());
    let ended = tx.execute(
        "update blank_form set ended_by = ?2, ended_ms = ?3 where id = ?1 and ended_ms is null",
        &[id.into(), by.into(), now.into()],
    )?;
    Ok(ended > 0)
}
