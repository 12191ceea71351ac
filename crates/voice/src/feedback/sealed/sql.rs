//! SQL of the sealed way. Nothing here reads or writes an open word.

use std::collections::HashMap;

use domain::{
    ids::{AccountId, FeedbackId},
    time::Instant,
};
use store::{Fault, Select, Tx};

/// Keeps what was said.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    sealed: &str,
    about_head: bool,
) -> Result<(), Fault> {
    tx.execute(
        "insert into denunciation (feedback, sealed, about_head) values (?1, ?2, ?3)",
        &[id.0.into(), sealed.into(), about_head.into()],
    )?;
    Ok(())
}

/// What of several is sealed, and whether it is about the head of the competent unit, in one question.
pub(super) fn all_said(
    tx: &mut Tx<'_>,
    ids: &[FeedbackId],
) -> Result<HashMap<FeedbackId, (String, bool)>, Fault> {
    let ids: Vec<i64> = ids.iter().map(|it| it.0).collect();
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let select = Select::new("d.feedback, d.sealed, d.about_head", "denunciation d")
        .and_in("d.feedback", ids);
    let read = |row: &store::Row| Ok((FeedbackId(row.get(0)?), (row.get(1)?, row.get(2)?)));
    select.rows(tx, count)?.iter().map(read).collect()
}

/// What was said.
pub(super) fn said(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<String>, Fault> {
    let sql = "select sealed from denunciation where feedback = ?1";
    tx.query_one(sql, &[id.0.into()])?.map(|it| it.get(0)).transpose()
}

/// Whether it is about the head of the competent unit itself, as nobody stands above it.
pub(super) fn about_head(tx: &mut Tx<'_>, id: FeedbackId) -> Result<bool, Fault> {
    let sql = "select about_head from denunciation where feedback = ?1";
    Ok(tx.query_one(sql, &[id.0.into()])?.map(|it| it.get(0)).transpose()?.unwrap_or(false))
}

/// Keeps who said it.
pub(super) fn insert_identity(tx: &mut Tx<'_>, id: FeedbackId, sealed: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into denunciation_identity (feedback, sealed) values (?1, ?2)",
        &[id.0.into(), sealed.into()],
    )?;
    Ok(())
}

/// Who said it.
pub(super) fn identity(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<String>, Fault> {
    let sql = "select sealed from denunciation_identity where feedback = ?1";
    tx.query_one(sql, &[id.0.into()])?.map(|it| it.get(0)).transpose()
}

/// Keeps a file.
pub(super) fn insert_file(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    name: &str,
    body: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into denunciation_file (feedback, name, body) values (?1, ?2, ?3)",
        &[id.0.into(), name.into(), body.into()],
    )?;
    Ok(())
}

/// The files: row and name.
pub(super) fn files(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<(i64, String)>, Fault> {
    let sql = "select id, name from denunciation_file where feedback = ?1 order by id";
    tx.query(sql, &[id.0.into()])?.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect()
}

/// One file: name and body.
pub(super) fn file(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    file: i64,
) -> Result<Option<(String, String)>, Fault> {
    let sql = "select name, body from denunciation_file where feedback = ?1 and id = ?2";
    tx.query_one(sql, &[id.0.into(), file.into()])?
        .map(|it| Ok((it.get(0)?, it.get(1)?)))
        .transpose()
}

/// A wish to open who said it.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub id: i64,
    pub asked_by: AccountId,
    pub asked_at: Instant,
    /// Sealed.
    pub reason: String,
    pub answered_by: Option<AccountId>,
    pub approved: Option<bool>,
    pub looked_at: Option<Instant>,
}

/// Every wish, the newest first.
pub(super) fn wishes(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<Wish>, Fault> {
    let rows = tx.query(
        "select id, asked_by, asked_at, reason, answered_by, approved, looked_at from denunciation_reveal
         where feedback = ?1 order by id desc limit 100",
        &[id.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Wish {
                id: row.get(0)?,
                asked_by: row.get(1)?,
                asked_at: Instant::from_epoch_ms(row.get(2)?),
                reason: row.get(3)?,
                answered_by: row.get::<Option<i64>>(4)?.map(AccountId),
                approved: row.get::<Option<i64>>(5)?.map(|it| it == 1),
                looked_at: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
            })
        })
        .collect()
}

/// Keeps a wish.
pub(super) fn ask(tx: &mut Tx<'_>, id: FeedbackId, reason: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into denunciation_reveal (feedback, asked_by, asked_at, reason) values (?1, ?2, ?3, ?4)",
        &[id.0.into(), tx.by().into(), tx.now().into(), reason.into()],
    )?;
    Ok(())
}

/// Another one says yes or no to it; whether it was still open and another one's.
pub(super) fn answer(tx: &mut Tx<'_>, id: FeedbackId, wish: i64, yes: bool) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update denunciation_reveal set answered_by = ?3, answered_at = ?4, approved = ?5
         where feedback = ?1 and id = ?2 and answered_by is null and asked_by <> ?3",
        &[id.0.into(), wish.into(), tx.by().into(), tx.now().into(), yes.into()],
    )?;
    Ok(touched == 1)
}

/// Whoever asked looks, once, within a day of the yes; whether he may.
pub(super) fn look(tx: &mut Tx<'_>, id: FeedbackId, wish: i64) -> Result<bool, Fault> {
    let since = tx.now().epoch_ms() - 24 * 3_600_000;
    let touched = tx.execute(
        "update denunciation_reveal set looked_at = ?4
         where feedback = ?1 and id = ?2 and asked_by = ?3 and approved = 1 and looked_at is null
           and answered_at >= ?5",
        &[id.0.into(), wish.into(), tx.by().into(), tx.now().into(), since.into()],
    )?;
    Ok(touched == 1)
}
