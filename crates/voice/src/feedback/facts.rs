//! Feedback for other slices: receive, find again, hear what was done, count.

use std::collections::HashMap;

use domain::{
    feedback::{Class, Command, Status},
    ids::{AccountId, FeedbackId, StaffId, UnitId},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use site::{Failure, Site, Who};
use store::{Fault, Select, Tx, journal::Entry};

use super::{
    SUBJECT,
    desk::{self, By},
    sql::{
        answers,
        core::{self, Kept, read_row},
    },
};
pub(crate) use super::{
    files::{erase, with_bytes},
    sealed::{
        close::receive_case,
        sources::{Held, of_reports},
    },
};
pub use super::{
    intake::{NewFeedback, NewFile, Received, receive},
    sender::Sender,
};

/// `who`, so that nothing of where he is gets into the journal, unless he is signed in: what somebody says to an office, or
/// of it, he may say without a name, and his address is one.
#[must_use]
pub fn nowhere(who: &Who) -> Who {
    let mut it = who.clone();
    if it.account.0 == 0 {
        it.origin = "".into();
    }
    it
}

/// What was taken from a source: its number, its code, how far it is in words.
pub type Taken = (FeedbackId, String, &'static str);

/// What was taken from one thing, such as `("box_slip", 17)`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_source(tx: &mut Tx<'_>, kind: &str, id: i64) -> Result<Option<Taken>, Fault> {
    // What is sealed is not found by what it came from.
    let found = core::of_source(tx, kind, id)?.filter(|it| it.state.status != Status::Sealed);
    Ok(found.map(|it| (it.id, it.code, it.state.status.label())))
}

/// What was taken from several things of one kind, for their list.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_sources(tx: &mut Tx<'_>, kind: &str, ids: &[i64]) -> Result<HashMap<i64, Taken>, Fault> {
    let select = Select::new("f.source_id, f.id, f.code, f.status", "feedback f")
        .and("f.source_kind = ?", [kind.into()])
        .and("f.status <> 'sealed'", [])
        .and_in("f.source_id", ids.to_vec());
    let mut all = HashMap::new();
    for row in select.rows(tx, 10_000)? {
        let status = row.parse(3, "status", Status::from_code)?;
        all.insert(row.get(0)?, (FeedbackId(row.get(1)?), row.get(2)?, status.label()));
    }
    Ok(all)
}

/// A report about an official, without who sent it.
#[derive(Debug, Clone)]
pub struct ConductReport {
    /// Its number.
    pub id: FeedbackId,
    /// Its code.
    pub code: String,
    /// The unit that answers for it.
    pub unit: UnitId,
    /// Its class.
    pub class: Class,
    /// How far it is.
    pub status: Status,
    /// Whether the office has classified it.
    pub is_sorted: bool,
    /// What was said.
    pub text: String,
    /// Whom it names, as it was typed.
    pub accused: String,
    /// Whom it names, if his badge was read.
    pub staff: Option<StaffId>,
    /// When it happened, as it was said.
    pub happened: String,
    /// Whether nobody gave a name.
    pub anonymous: bool,
    /// When it came in.
    pub received_at: DateTime,
    /// Until when it is to be answered.
    pub due: Option<Instant>,
}

fn report(it: Kept) -> ConductReport {
    ConductReport {
        id: it.id,
        code: it.code,
        unit: it.state.unit,
        class: it.state.class,
        status: it.state.status,
        is_sorted: it.state.is_sorted,
        text: it.text,
        accused: it.accused,
        staff: it.staff,
        happened: it.happened,
        anonymous: it.anonymous,
        received_at: it.state.received_at,
        due: it.due,
    }
}

/// The reports about officials of these units that were sorted as such and are still to be answered, the oldest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn conduct_reports(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    limit: i64,
) -> Result<Vec<ConductReport>, Fault> {
    let select = Select::new(core::ROW, "feedback f")
        .and_in("f.unit", units.to_vec())
        .and("f.class = ?", [Class::Conduct.code().into()])
        .and(
            "f.is_sorted = 1 and f.status in ('received', 'handling', 'reopened', 'need_info')",
            [],
        )
        .order_by("f.received_at, f.id");
    select.rows(tx, limit)?.iter().map(|it| read_row(it).map(report)).collect()
}

/// One feedback, without who sent it; nothing of what is sealed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn by_id(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<ConductReport>, Fault> {
    Ok(core::find(tx, id)?.filter(|it| it.state.status != Status::Sealed).map(report))
}

/// Answers a report about an official with what came of its case: `text`, which `drafted_by` wrote and whoever does
/// this transaction releases. It goes the way of every answer: its sender says whether it is solved.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be answered from where it is, or one person does both; any fault of the engine.
pub fn close_conduct(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
    (text, drafted_by): (&str, AccountId),
) -> Result<(), Failure> {
    let mut kept = desk::held(tx, id)?;
    if kept.state.status == Status::NeedInfo {
        // His case is over: what he was asked for is waited for no longer.
        let by = By::Office(tx.by());
        desk::carry_out(site, tx, &mut kept, by, (Command::Supply, None))?;
    }
    answer(site, tx, id, (text, drafted_by))
}

/// Answers a feedback with `text`, which `drafted_by` wrote and whoever does this transaction releases.
///
/// # Errors
/// As [`close_conduct`].
pub fn answer(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
    (text, drafted_by): (&str, AccountId),
) -> Result<(), Failure> {
    let mut kept = desk::held(tx, id)?;
    let by = tx.by();
    let answer = answers::keep_draft(tx, id, text, drafted_by)?;
    let command = Command::Answer { drafted_by: drafted_by.0, released_by: by.0 };
    desk::carry_out(site, tx, &mut kept, By::Office(by), (command, None))?;
    Ok(answers::release(tx, answer, by)?)
}

/// Writes on the timeline of a report that its case was opened or moved on; its sender reads `told`, if it is one for
/// him.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn note_conduct(
    tx: &mut Tx<'_>,
    id: FeedbackId,
    words: &str,
    told: bool,
) -> Result<(), Failure> {
    let kept = desk::held(tx, id)?;
    let by = By::Office(tx.by());
    desk::note(tx, &kept, by, ("conduct", words, told))?;
    tx.journal(Entry::new(SUBJECT, id.0, "feedback_conduct"));
    Ok(())
}

/// What became of feedback of some units in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Received.
    pub received: i64,
    /// Of these, with a right to an answer by law: only they count as in time or late.
    pub with_right: i64,
    /// Of these, answered in time.
    pub in_time: i64,
    /// Of these, answered late, or not answered though it is over.
    pub late: i64,
    /// Of these, still not answered: it drags on.
    pub overdue: i64,
    /// Of these, not answered and not due.
    pub waiting: i64,
    /// Of all received: closed, however.
    pub closed: i64,
    /// Of these, solved as their senders say.
    pub solved: i64,
    /// Opened again at least once.
    pub reopened: i64,
}

/// What became of what these units received from `from` to `until`, both included. Denunciations and complaints have
/// a register of their own and are not in it; nor is what was turned down or handed out counted as late.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn figures(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
    until: Date,
) -> Result<Figures, Fault> {
    let mut all = Figures::default();
    for it in super::sql::figures::rows(tx, units, from, until)? {
        it.count_into(&mut all);
    }
    Ok(all)
}

/// Rows that one run erases at most; the rest waits for the next.
const AT_ONCE: i64 = 500;

/// Forgets who sent what was over before this moment; how many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget_senders(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    let over = Select::new("f.id", "feedback f join feedback_sender s on s.feedback = f.id")
        .and("f.ended_at < ?", [before.into()]);
    let rows = over.rows(tx, AT_ONCE)?;
    for row in &rows {
        let id = FeedbackId(row.get(0)?);
        crate::feedback::sql::sender::delete(tx, id)?;
        // What he was told stands with his telephone in the outbox.
        messages::facts::forget(tx, SUBJECT, id.0)?;
    }
    Ok(rows.len())
}

/// Forgets what was not taken up before this moment, words, files and sender; how many, and the hashes of files that
/// are waste.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget_unqualified(tx: &mut Tx<'_>, before: Instant) -> Result<(usize, Vec<String>), Fault> {
    let over = Select::new("f.id", "feedback f")
        // A complaint that was not taken up stays as long as its register.
        .and("f.status = 'rejected' and f.is_erased = 0 and f.class <> 'complaint'", [])
        .and("f.ended_at < ?", [before.into()]);
    let rows = over.rows(tx, AT_ONCE)?;
    let mut hashes = Vec::new();
    for row in &rows {
        let id = FeedbackId(row.get(0)?);
        crate::feedback::sql::sender::delete(tx, id)?;
        messages::facts::forget(tx, SUBJECT, id.0)?;
        hashes.extend(crate::feedback::sql::events::drop_files(tx, id)?);
        core::empty(tx, id, true)?;
    }
    Ok((rows.len(), site::files::unnamed(tx, hashes)?))
}

/// Takes a step of a feedback on behalf of whoever does this transaction, or of its sender.
///
/// # Errors
/// [`Failure::Refused`] if it may not be taken; any fault of the engine.
pub fn take_step(
    site: &Site,
    tx: &mut Tx<'_>,
    id: FeedbackId,
    (command, by_sender): (Command, bool),
) -> Result<(), Failure> {
    let mut kept = desk::held(tx, id)?;
    let by = if by_sender { By::Sender } else { By::Office(tx.by()) };
    desk::carry_out(site, tx, &mut kept, by, (command, None))
}

/// Proposes to publish an answered feedback without what names anybody, on behalf of whoever does this transaction.
///
/// # Errors
/// [`Failure::Refused`] if it was not answered; any fault of the engine.
pub fn propose(site: &Site, tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Failure> {
    let kept = desk::held(tx, id)?;
    let answered = answers::of(tx, id)?.into_iter().rfind(|it| it.released_at.is_some());
    let answered = answered.ok_or_else(desk::changed)?;
    let redacted = |it: &str| domain::feedback::redacted(it, &[]);
    let texts = (redacted(&kept.text), redacted(&answered.text));
    super::office::propose(site, tx, &kept, (&texts.0, &texts.1))
}

/// Publishes what somebody else proposed.
///
/// # Errors
/// [`Failure::Refused`] if nothing waits, or whoever does this transaction proposed it or wrote the answer; any fault of
/// the engine.
pub fn publish(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Failure> {
    let kept = desk::held(tx, id)?;
    super::office::publish(tx, &kept, None)
}

/// Whoever stood at a screen in a hall has gone: what he sent or followed there is seen no more.
pub fn leave(response: &mut axum::response::Response) {
    super::public::pass::leave(response);
}

/// Adds a village to the list of a unit.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add_village(tx: &mut Tx<'_>, unit: UnitId, name: &str) -> Result<(), Fault> {
    crate::feedback::sql::list::add_village(tx, unit, name)?;
    Ok(())
}

/// The village of a unit with this name.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn village(tx: &mut Tx<'_>, unit: UnitId, name: &str) -> Result<Option<i64>, Fault> {
    let all = crate::feedback::sql::list::villages(tx, unit, false)?;
    Ok(all.into_iter().find(|it| it.name == name).map(|it| it.id))
}
