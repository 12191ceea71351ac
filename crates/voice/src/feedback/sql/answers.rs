//! Answers and what is published of them.

use domain::{
    feedback::Class,
    ids::{AccountId, FeedbackId},
    text,
    time::Instant,
};
use store::{Fault, Row, Tx};

use super::core::Kept;

/// An answer, drafted or released.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its row.
    pub id: i64,
    /// What it says.
    pub text: String,
    /// Who drafted it.
    pub drafted_by: AccountId,
    /// Why it was sent back; empty if it was not.
    pub sent_back: String,
    /// Who released it.
    pub released_by: Option<AccountId>,
    /// When.
    pub released_at: Option<Instant>,
}

fn read(row: &Row) -> Result<Answer, Fault> {
    Ok(Answer {
        id: row.get(0)?,
        text: row.get(1)?,
        drafted_by: row.get(2)?,
        sent_back: row.get(3)?,
        released_by: row.get::<Option<i64>>(4)?.map(AccountId),
        released_at: row.get::<Option<i64>>(5)?.map(Instant::from_epoch_ms),
    })
}

/// All answers, the oldest first.
pub(in crate::feedback) fn of(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<Answer>, Fault> {
    let rows = tx.query(
        "select id, text, drafted_by, sent_back, released_by, released_at from feedback_answer
         where feedback = ?1 order by id limit 100",
        &[id.0.into()],
    )?;
    rows.iter().map(read).collect()
}

/// The draft that waits: the last answer, if it was not released.
pub(in crate::feedback) fn draft(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<Answer>, Fault> {
    Ok(of(tx, id)?.pop().filter(|it| it.released_at.is_none()))
}

/// Keeps a draft in place of the one that waits.
pub(in crate::feedback) fn keep_draft(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    said: &str,
    by: AccountId,
) -> Result<i64, Fault> {
    if let Some(it) = draft(tx, id)? {
        tx.execute(
            "update feedback_answer set text = ?2, drafted_by = ?3, drafted_at = ?4, sent_back = '' where id = ?1",
            &[it.id.into(), said.into(), by.into(), tx.now().into()],
        )?;
        return Ok(it.id);
    }
    tx.insert(
        "insert into feedback_answer (feedback, text, drafted_by, drafted_at, sent_back)
         values (?1, ?2, ?3, ?4, '') returning id",
        &[id.0.into(), said.into(), by.into(), tx.now().into()],
    )
}

/// Sends a draft back to its drafter.
pub(in crate::feedback) fn send_back(tx: &mut Tx<'_>, answer: i64, why: &str) -> Result<(), Fault> {
    tx.execute(
        "update feedback_answer set sent_back = ?2 where id = ?1",
        &[answer.into(), why.into()],
    )?;
    Ok(())
}

/// Releases a draft.
pub(in crate::feedback) fn release(
    tx: &mut Tx<'_>,
    answer: i64,
    by: AccountId,
) -> Result<(), Fault> {
    tx.execute(
        "update feedback_answer set released_by = ?2, released_at = ?3 where id = ?1",
        &[answer.into(), by.into(), tx.now().into()],
    )?;
    Ok(())
}

/// What is or may become public.
#[derive(Debug, Clone)]
pub struct Public {
    /// What was said, without what names anybody.
    pub said: String,
    /// What was answered, likewise.
    pub answered: String,
    /// Who proposed these words.
    pub proposed_by: AccountId,
    /// When it was published; nothing while it waits.
    pub published_at: Option<Instant>,
}

impl Public {
    /// Whether somebody else has to read it.
    pub const fn waits(&self) -> bool {
        self.published_at.is_none()
    }

    /// What was read: other words are another proposal.
    pub fn mark(&self) -> String {
        site::form::mark_of([&self.said, &self.answered])
    }
}

/// What is or may become public of a feedback.
pub(in crate::feedback) fn public(
    tx: &mut Tx<'_>,
    id: FeedbackId,
) -> Result<Option<Public>, Fault> {
    let sql =
        "select said, answered, proposed_by, published_at from feedback_public where feedback = ?1";
    tx.query_one(sql, &[id.0.into()])?
        .map(|row| {
            Ok(Public {
                said: row.get(0)?,
                answered: row.get(1)?,
                proposed_by: row.get(2)?,
                published_at: row.get::<Option<i64>>(3)?.map(Instant::from_epoch_ms),
            })
        })
        .transpose()
}

/// Proposes what may become public, in place of what was.
pub(in crate::feedback) fn propose(
    tx: &mut Tx<'_>,
    it: &Kept,
    (said, answered): (&str, &str),
    by: AccountId,
) -> Result<(), Fault> {
    unpublish(tx, it.id)?;
    tx.execute(
        "insert into feedback_public (feedback, unit, class, said, answered, proposed_by)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            it.id.0.into(),
            it.state.unit.into(),
            it.state.class.code().into(),
            said.into(),
            answered.into(),
            by.into(),
        ],
    )?;
    Ok(())
}

/// Publishes what was proposed.
pub(in crate::feedback) fn publish(
    tx: &mut Tx<'_>,
    it: &Kept,
    public: &Public,
    by: AccountId,
) -> Result<(), Fault> {
    tx.execute(
        "update feedback_public set published_by = ?2, published_at = ?3 where feedback = ?1",
        &[it.id.0.into(), by.into(), tx.now().into()],
    )?;
    let mut words = text::words(&format!("{} {}", public.said, public.answered));
    words.sort();
    words.dedup();
    words.truncate(600);
    let params: Vec<store::Param> =
        words.into_iter().flat_map(|word| [word.into(), it.id.0.into()]).collect();
    tx.execute("delete from feedback_public_word where feedback = ?1", &[it.id.0.into()])?;
    tx.insert_rows("insert into feedback_public_word (word, feedback) values", "", 2, &params)
}

/// Takes it off.
pub(in crate::feedback) fn unpublish(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    for table in ["feedback_public_word", "feedback_public"] {
        tx.execute(&format!("delete from {table} where feedback = ?1"), &[id.0.into()])?;
    }
    Ok(())
}

/// A proposal that nobody released is over: it was about an older answer.
pub(in crate::feedback) fn drop_proposal(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    tx.execute(
        "delete from feedback_public where feedback = ?1 and published_at is null",
        &[id.0.into()],
    )?;
    Ok(())
}

/// Proposals of these units to publish something, that somebody else than `by` has to read.
pub(in crate::feedback) fn proposed(
    tx: &mut Tx<'_>,
    units: &[domain::ids::UnitId],
    by: AccountId,
) -> Result<i64, Fault> {
    let select =
        store::Select::new("f.id", "feedback_public p join feedback f on f.id = p.feedback")
            .and_in("f.unit", units.to_vec())
            .and("f.status in ('answered', 'closed')", [])
            .and("p.published_at is null and p.proposed_by <> ?", [by.into()]);
    select.count(tx, 1_000)
}

/// One line of the public page.
#[derive(Debug, Clone)]
pub struct PublicLine {
    /// Its code.
    pub code: String,
    /// Of which unit.
    pub unit: domain::ids::UnitId,
    /// Its class.
    pub class: Class,
    /// See [`Public`].
    pub said: String,
    /// See [`Public`].
    pub answered: String,
    /// When it was published.
    pub published_at: Instant,
}

/// Drafts of these units that somebody else than `by` has to release.
pub(in crate::feedback) fn waiting(
    tx: &mut Tx<'_>,
    units: &[domain::ids::UnitId],
    by: AccountId,
) -> Result<i64, Fault> {
    let select =
        store::Select::new("f.id", "feedback_answer a join feedback f on f.id = a.feedback")
            .and_in("f.unit", units.to_vec())
            .and("f.status in ('received', 'handling', 'reopened')", [])
            .and("a.released_at is null and a.sent_back = '' and a.drafted_by <> ?", [by.into()]);
    select.count(tx, 1_000)
}
