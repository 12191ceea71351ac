//! What happened to a feedback, its files, and who looked at its sender.

use domain::{
    feedback::{Class, Status},
    ids::{AccountId, FeedbackId},
    time::Instant,
};
use store::{Fault, Tx};

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Happened {
    /// When.
    pub at: Instant,
    /// Who; nobody: its sender.
    pub by: Option<AccountId>,
    /// What.
    pub act: String,
    /// How far it was then.
    pub status: Status,
    /// What it was taken for then.
    pub class: Class,
    /// What was said with it.
    pub words: String,
    /// Whether its sender reads that.
    pub told: bool,
}

/// Keeps it.
pub(in crate::feedback) fn insert(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    it: &Happened,
) -> Result<(), Fault> {
    tx.execute(
        "insert into feedback_event (feedback, done_at, by_account, act, status, class, words, told)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            id.0.into(),
            it.at.into(),
            it.by.into(),
            (&it.act).into(),
            it.status.code().into(),
            it.class.code().into(),
            (&it.words).into(),
            it.told.into(),
        ],
    )?;
    Ok(())
}

/// All of it, the oldest first.
pub(in crate::feedback) fn of(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<Happened>, Fault> {
    let rows = tx.query(
        "select done_at, by_account, act, status, class, words, told from feedback_event
         where feedback = ?1 order by id limit 500",
        &[id.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Happened {
                at: Instant::from_epoch_ms(row.get(0)?),
                by: row.get::<Option<i64>>(1)?.map(AccountId),
                act: row.get(2)?,
                status: row.parse(3, "status", Status::from_code)?,
                class: row.parse(4, "class", Class::from_code)?,
                words: row.get(5)?,
                told: row.get(6)?,
            })
        })
        .collect()
}

/// A letter tells no more which part was cut from it: that part is sealed.
pub(in crate::feedback) fn forget_part(
    tx: &mut Tx<'_>,
    letter: FeedbackId,
    code: &str,
) -> Result<(), Fault> {
    tx.execute(
        "update feedback_event set words = '' where feedback = ?1 and act = 'split' and words = ?2",
        &[letter.0.into(), code.into()],
    )?;
    Ok(())
}

/// A file that came with it.
#[derive(Debug, Clone)]
pub struct SentFile {
    /// Its row.
    pub id: i64,
    /// Its bytes.
    pub sha256: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

/// Keeps a file.
pub(in crate::feedback) fn insert_file(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    it: &SentFile,
) -> Result<(), Fault> {
    tx.execute(
        "insert into feedback_file (feedback, sha256, name, media_type, size) values (?1, ?2, ?3, ?4, ?5)",
        &[
            id.0.into(),
            (&it.sha256).into(),
            (&it.name).into(),
            (&it.media_type).into(),
            it.size.into(),
        ],
    )?;
    Ok(())
}

/// Its files.
pub(in crate::feedback) fn files(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<SentFile>, Fault> {
    let rows = tx.query(
        "select id, sha256, name, media_type, size from feedback_file where feedback = ?1 order by id",
        &[id.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(SentFile {
                id: row.get(0)?,
                sha256: row.get(1)?,
                name: row.get(2)?,
                media_type: row.get(3)?,
                size: row.get(4)?,
            })
        })
        .collect()
}

/// What a letter came with goes where a part of it goes.
pub(in crate::feedback) fn move_files(
    tx: &mut Tx<'_>,
    from: FeedbackId,
    to: FeedbackId,
) -> Result<(), Fault> {
    let sql = "update feedback_file set feedback = ?2 where feedback = ?1";
    tx.execute(sql, &[from.0.into(), to.0.into()])?;
    Ok(())
}

/// Forgets its files; their hashes.
pub(in crate::feedback) fn drop_files(
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Vec<String>, Fault> {
    let hashes = files(tx, id)?.into_iter().map(|it| it.sha256).collect();
    tx.execute("delete from feedback_file where feedback = ?1", &[id.0.into()])?;
    Ok(hashes)
}
