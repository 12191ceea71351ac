//! Who sent something, sealed, and who looked.

use domain::{
    ids::{AccountId, FeedbackId},
    time::Instant,
};
use store::{Fault, Tx};

/// Keeps the sealed sender.
pub(in crate::feedback) fn insert(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    sealed: &str,
    may_tell: bool,
) -> Result<(), Fault> {
    tx.execute(
        "insert into feedback_sender (feedback, sealed, may_tell) values (?1, ?2, ?3)",
        &[id.0.into(), sealed.into(), may_tell.into()],
    )?;
    Ok(())
}

/// The sealed sender, and whether he agreed to be told.
pub(in crate::feedback) fn find(
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Option<(String, bool)>, Fault> {
    let sql = "select sealed, may_tell from feedback_sender where feedback = ?1";
    tx.query_one(sql, &[id.0.into()])?.map(|it| Ok((it.get(0)?, it.get(1)?))).transpose()
}

/// Forgets him.
pub(in crate::feedback) fn delete(tx: &mut Tx<'_>, id: FeedbackId) -> Result<bool, Fault> {
    Ok(tx.execute("delete from feedback_sender where feedback = ?1", &[id.0.into()])? > 0)
}

/// Somebody looked.
pub(in crate::feedback) fn looked(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    by: AccountId,
    reason: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into feedback_look (feedback, done_at, by_account, reason) values (?1, ?2, ?3, ?4)",
        &[id.0.into(), tx.now().into(), by.into(), reason.into()],
    )?;
    Ok(())
}

/// Who looked, when and why.
pub(in crate::feedback) fn looks(
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Vec<(Instant, AccountId, String)>, Fault> {
    let sql = "select done_at, by_account, reason from feedback_look where feedback = ?1 order by id limit 200";
    tx.query(sql, &[id.0.into()])?
        .iter()
        .map(|it| Ok((Instant::from_epoch_ms(it.get(0)?), it.get(1)?, it.get(2)?)))
        .collect()
}

/// Why somebody looked is told here no more: that it was done stays.
pub(in crate::feedback) fn empty_looks(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    tx.execute("update feedback_look set reason = '' where feedback = ?1", &[id.0.into()])?;
    Ok(())
}
