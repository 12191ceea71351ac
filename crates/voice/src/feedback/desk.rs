//! Every step of a feedback, by whoever takes it: pages, jobs, other slices.

use domain::{
    feedback::{Class, Command, Status, apply, decide, petition::Stage},
    ids::{AccountId, FeedbackId},
    time::Instant,
};
use site::{Failure, OrRefuse as _, Site};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT,
    intake::{self, NewFeedback},
    letters, petitions, rules,
    sealed::close::{self, More},
    sender,
    sql::{
        answers,
        core::{self, Kept},
        events::{self, Happened},
    },
};

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody of the office, or the program itself.
    Office(AccountId),
    /// Whoever sent it.
    Sender,
}

/// What a sender is told in a message: a key, Vietnamese, English.
const fn news(command: &Command) -> Option<(&'static str, &'static str, &'static str)> {
    match command {
        Command::AskMore { .. } => {
            Some(("more", "cần bạn bổ sung thông tin", "needs more information from you"))
        }
        Command::Reject { .. } => {
            Some(("no", "không được thụ lý, mời xem lý do", "was not taken up"))
        }
        Command::HandOut { .. } => {
            Some(("out", "đã chuyển cơ quan có thẩm quyền", "was handed to the competent body"))
        }
        Command::Answer { .. } => Some((
            "answer",
            "đã có trả lời, mời xem và cho biết đã giải quyết chưa",
            "has been answered: please say whether it is solved",
        )),
        Command::Petition { stage: Stage::Accepted } => {
            Some(("accepted", "đơn đã được thụ lý", "was taken up"))
        }
        Command::Petition { stage: Stage::Declined } => {
            Some(("declined", "đơn không được thụ lý, mời xem lý do", "was not taken up"))
        }
        Command::Petition { stage: Stage::Referred } => Some((
            "referred",
            "đơn đã chuyển nơi có thẩm quyền",
            "was handed to the competent body",
        )),
        Command::Petition { stage: Stage::Concluded } => {
            Some(("decided", "đơn đã có quyết định giải quyết", "was decided"))
        }
        Command::Remind => Some((
            "again",
            "đã có trả lời, xin cho biết đã giải quyết chưa",
            "was answered: please say whether it is solved",
        )),
        _ => None,
    }
}

/// The words that belong to a step, and whether its sender reads them.
fn words(command: &Command) -> (String, bool) {
    match command {
        Command::AskMore { words: it } | Command::Reject { reason: it } => (it.clone(), true),
        Command::HandOn { reason, .. } | Command::Reopen { reason } => (reason.clone(), true),
        Command::HandOut { body, reason } => (format!("{body}. {reason}"), true),
        Command::Petition { .. } => (String::new(), true),
        _ => (String::new(), false),
    }
}

/// Takes a step, at the moment of the transaction. `said` is what stands with it instead of the step's own words.
///
/// # Errors
/// [`Failure::Refused`] if it may not be taken, or somebody changed the feedback since it was read.
pub(super) fn carry_out(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &mut Kept,
    by: By,
    (command, said): (Command, Option<String>),
) -> Result<(), Failure> {
    let now = tx.now();
    let limits = rules::on(now.civil().date())?;
    let decided = decide(&kept.state, command, now.civil(), limits).or_refuse()?;
    let (before, due_before) = (kept.state.clone(), kept.due);
    let was_complaint = before.class == Class::Complaint && before.is_sorted;
    if was_complaint && matches!(decided.command, Command::Sort { .. } | Command::HandOn { .. }) {
        petitions::may_leave(tx, kept.id)?;
    }
    apply(&mut kept.state, &decided);
    let calendar = intake::calendar(site, tx, kept.state.unit)?;
    match &decided.command {
        Command::Sort { .. } => kept.sort_due = None,
        Command::HandOn { .. } => {
            let (sort, hand) = intake::clocks(&calendar, limits, now.civil());
            (kept.sort_due, kept.hand_due) = (sort.filter(|_| !kept.state.is_sorted), hand);
        }
        Command::Assign { .. } => kept.hand_due = None,
        Command::Answer { .. } => {
            let late = kept.due.is_some_and(|due| due < now);
            if kept.first_answered.is_none() {
                (kept.first_answered, kept.answered_late) = (Some(now), Some(late));
            }
            // What was proposed to be published is an older answer.
            answers::drop_proposal(tx, kept.id)?;
        }
        Command::Petition { .. } => (kept.sort_due, kept.hand_due) = (None, None),
        Command::HandOut { body, .. } => kept.handed_to.clone_from(body),
        _ => {}
    }
    kept.due = if kept.state.status.is_open() || kept.state.status == Status::NeedInfo {
        intake::due(&calendar, &kept.state.term)
    } else {
        None
    };
    let is_complaint = kept.state.class == Class::Complaint && kept.state.is_sorted;
    match &decided.command {
        Command::HandOn { reason, .. } if was_complaint => {
            petitions::move_on(site, tx, kept, reason)?;
        }
        Command::Sort { .. } if was_complaint => petitions::strike(tx, kept.id)?,
        Command::Sort { .. } if is_complaint => {
            petitions::register(site, tx, kept, Class::Complaint)?;
        }
        _ => {}
    }
    if is_complaint && !kept.state.status.is_over() {
        // Its clock is that of its register.
        kept.due = petitions::due_of(tx, kept.id)?;
    }
    if matches!(decided.command, Command::Sort { .. }) && !kept.state.class.is_open() {
        // Published while it was taken for something that may be.
        answers::unpublish(tx, kept.id)?;
    }
    let is_anew = matches!(
        decided.command,
        Command::Sort { .. }
            | Command::Assign { .. }
            | Command::HandOn { .. }
            | Command::Reopen { .. }
    );
    if is_anew || kept.due != due_before {
        // Its head and whoever has it hear of it again when it is late or due soon.
        kept.escalated = None;
        core::clear_reminded(tx, kept.id)?;
    }
    if kept.state.status.is_over() {
        (kept.sort_due, kept.hand_due, kept.ended) = (None, None, Some(now));
    } else {
        kept.ended = None;
    }
    if !core::keep(tx, kept)? {
        return Err(changed());
    }
    kept.edition += 1;
    let (own, told) = words(&decided.command);
    let act = match (&decided.command, by) {
        // Whoever was asked for more said nothing: the office goes on without it.
        (Command::Supply, By::Office(_)) => "go_on",
        (it, _) => it.code(),
    };
    note(tx, kept, by, (act, &said.unwrap_or(own), told || matches!(by, By::Sender)))?;
    if decided.command == Command::Seal {
        // Which one it was, the journal does not tell.
        tx.journal(Entry::new("denunciation", kept.state.unit.0, "feedback_seal"));
        return Ok(());
    }
    let details = serde_json::json!({
        "from": before.status, "to": kept.state.status, "class": kept.state.class, "unit": kept.state.unit,
    });
    let act = format!("feedback_{}", decided.command.code());
    tx.journal(Entry::new(SUBJECT, kept.id.0, &act).details(&details));
    if let (By::Office(_), Some(news)) = (by, news(&decided.command)) {
        sender::tell(site, tx, kept, news)?;
    }
    Ok(())
}

/// What turns out to be a denunciation leaves the open path in the transaction that says so, with everything that it came
/// from. The hashes of open files that are waste now.
///
/// # Errors
/// As [`carry_out`].
pub(super) fn seal(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &mut Kept,
    by: By,
    more: &More<'_>,
) -> Result<Vec<String>, Failure> {
    let mut said = kept.clone();
    carry_out(site, tx, kept, by, (Command::Seal, None))?;
    letters::give_up(site, tx, &mut said)?;
    close::take_over(site, tx, &said, more)
}

/// Another day by which its next step is due; whoever hears of that hears of it again.
pub(super) fn keep_due(
    tx: &mut Tx<'_>,
    kept: &mut Kept,
    due: Option<Instant>,
) -> Result<(), Failure> {
    (kept.due, kept.escalated) = (due, None);
    core::clear_reminded(tx, kept.id)?;
    if !core::keep(tx, kept)? {
        return Err(changed());
    }
    kept.edition += 1;
    Ok(())
}

/// Somebody else was quicker.
pub(super) fn changed() -> Failure {
    Failure::Refused(
        "Phản ánh này vừa được người khác xử lý ở cửa sổ khác. Hãy mở lại trang để xem trạng thái mới.".to_owned(),
    )
}

/// Writes down that something happened which is no step.
pub(super) fn note(
    tx: &mut Tx<'_>,
    kept: &Kept,
    by: By,
    (act, words, told): (&str, &str, bool),
) -> Result<(), Fault> {
    let at: Instant = tx.now();
    let happened = Happened {
        at,
        by: match by {
            By::Office(it) => Some(it),
            By::Sender => None,
        },
        act: act.to_owned(),
        status: kept.state.status,
        class: kept.state.class,
        words: words.to_owned(),
        told,
    };
    events::insert(tx, kept.id, &happened)
}

/// The feedback that a step is about.
///
/// # Errors
/// [`Failure::NotFound`] if there is none.
pub(super) fn held(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Kept, Failure> {
    core::find(tx, id)?.ok_or(Failure::NotFound)
}

/// Cuts a part out of a mixed letter: it becomes one more of its own class, with the sender of the whole and a clock from
/// its own intake. Its sender follows it on the page of the whole. The same words are cut out once. What is a denunciation
/// is not cut out: the whole letter goes the sealed way with it.
///
/// # Errors
/// [`Failure::Refused`] if it is one, or the letter is over; as [`intake::receive`].
pub(super) fn split(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (class, said): (Class, &str),
) -> Result<(), Failure> {
    if class.is_sealed() {
        return Err(Failure::Refused(NO_SEALED_PART.to_owned()));
    }
    if kept.state.status.is_over() {
        return Err(changed());
    }
    let known = core::parts_of(tx, kept.id)?;
    if known.iter().any(|it| it.said_class == class && it.text == said.trim()) {
        return Ok(());
    }
    let new = NewFeedback {
        accused: kept.accused.clone(),
        staff: kept.staff,
        happened: kept.happened.clone(),
        village: kept.village,
        place: kept.place.clone(),
        position: kept.position,
        sender: sender::open(site, tx, kept.id)?,
        ..NewFeedback::of(kept.state.unit, kept.door, class, said)
    };
    let part = intake::receive(site, tx, &new)?;
    core::set_parent(tx, part.id, kept.id)?;
    let by = By::Office(tx.by());
    if let Some(mut part) = core::find(tx, part.id)? {
        carry_out(site, tx, &mut part, by, (Command::Sort { class }, None))?;
    }
    note(tx, kept, by, ("split", &part.code, true))?;
    tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_split"));
    Ok(())
}

/// Why a denunciation is no part.
pub(super) const NO_SEALED_PART: &str =
    "Phần là tố cáo thì không tách: chuyển cả lá đơn sang đường niêm kín ở mục “Là đơn tố cáo”.";
