//! The register of complaints and denunciations: numbers, steps, clocks.

pub(super) mod pages;
pub(super) mod sql;

use domain::{
    feedback::{
        Class, Command,
        petition::{Petition, Stage, Step, Weight, next_due, step},
    },
    ids::{FeedbackId, UnitId},
    time::Instant,
};
use jiff::civil::DateTime;
use site::{Failure, OrRefuse as _, Site};
use store::{Fault, Tx};

use super::{
    desk::{self, By},
    intake, rules,
    sql::core::{self, Kept},
};

pub(super) use pages::routes;
pub(super) use sql::Entry;

fn due(
    site: &Site,
    tx: &mut Tx<'_>,
    class: Class,
    unit: UnitId,
    it: &Petition,
) -> Result<Option<Instant>, Fault> {
    let limits = rules::petition_on(class, it.received_at.date())?;
    let calendar = intake::calendar(site, tx, unit)?;
    Ok(next_due(it, &calendar, limits).ok().flatten().map(Instant::from_civil))
}

/// Enters a petition with the next number of its unit's year. The clock of acceptance runs from its own intake: from
/// now, if it was first taken for something else.
pub(super) fn register(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    class: Class,
) -> Result<(), Failure> {
    if sql::find(tx, kept.id)?.is_some() {
        return Ok(());
    }
    let own = kept.said_class == class;
    let received_at = if own { kept.state.received_at } else { tx.now().civil() };
    Ok(enter(site, tx, (kept.id, class, kept.state.unit), received_at)?)
}

fn enter(
    site: &Site,
    tx: &mut Tx<'_>,
    (id, class, unit): (FeedbackId, Class, UnitId),
    received_at: DateTime,
) -> Result<(), Fault> {
    let petition = Petition {
        stage: Stage::Registered,
        weight: Weight::Plain,
        several: false,
        remote: sql::is_remote(tx, unit)?,
        received_at,
        accepted_at: None,
        concluded_at: None,
        extensions: 0,
    };
    let due = due(site, tx, class, unit, &petition)?;
    sql::insert(tx, (id, class, unit), &petition, due)
}

/// Whether a complaint may leave its register for another one or for another class: not once it is taken up.
///
/// # Errors
/// [`Failure::Refused`] if it was.
pub(super) fn may_leave(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Failure> {
    let entry = sql::find(tx, id)?;
    if entry.is_some_and(|it| matches!(it.petition.stage, Stage::Accepted | Stage::Concluded)) {
        return Err(Failure::Refused(
            "Đơn đã được thụ lý: giải quyết xong hoặc ghi việc rút đơn ở sổ đơn, không chuyển và không phân loại lại."
                .to_owned(),
        ));
    }
    Ok(())
}

/// It is no complaint: its number is struck out.
pub(super) fn strike(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    match sql::find(tx, id)? {
        Some(entry) => sql::strike(tx, &entry, "sorted"),
        None => Ok(()),
    }
}

/// The letter goes into the register of the unit that has it now; its old number stays struck out. The clock of
/// acceptance runs from now.
pub(super) fn move_on(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    reason: &str,
) -> Result<(), Fault> {
    if let Some(entry) = sql::find(tx, kept.id)? {
        let tree = site.tree(tx)?;
        let words =
            format!("Số {}/{}, {}. {reason}", entry.number, entry.year, tree.title(entry.unit));
        let moved = Entry {
            petition: Petition { stage: Stage::Referred, ..entry.petition },
            ..entry.clone()
        };
        sql::insert_step(tx, &moved, Step::Refer.code(), &words)?;
        sql::strike(tx, &entry, "moved")?;
    }
    let now = tx.now().civil();
    enter(site, tx, (kept.id, Class::Complaint, kept.state.unit), now)
}

/// Takes a complaint out of the register of complaints, because it is a denunciation; the words of its steps.
pub(super) fn leave(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<String>, Fault> {
    let words = sql::steps(tx, id)?.into_iter().map(|it| it.words).collect();
    if let Some(entry) = sql::find(tx, id)? {
        sql::strike(tx, &entry, "gone")?;
    }
    sql::forget(tx, id)?;
    Ok(words)
}

/// Takes a step. `document` is the number of the decision or the letter; `words` stand with it, sealed if it is a
/// denunciation. A complaint's feedback goes where its register says.
///
/// # Errors
/// [`Failure::Refused`] if it may not be taken, or somebody was quicker.
pub(super) fn take(
    site: &Site,
    tx: &mut Tx<'_>,
    entry: &Entry,
    (what, document, words): (Step, &str, &str),
) -> Result<Entry, Failure> {
    let now = tx.now().civil();
    let limits = rules::petition_on(entry.class, entry.petition.received_at.date())?;
    let next = step(&entry.petition, what, now, limits).or_refuse()?;
    let mut after = Entry { petition: next, ..entry.clone() };
    after.due = due(site, tx, entry.class, entry.unit, &next)?;
    if !document.is_empty() {
        document.clone_into(&mut after.document);
    }
    if !sql::keep(tx, &after)? {
        return Err(desk::changed());
    }
    sql::insert_step(tx, &after, what.code(), words)?;
    if entry.class == Class::Complaint
        && let Some(mut kept) = core::find(tx, entry.id)?
        && !kept.state.status.is_over()
    {
        let mut said = what.label().to_owned();
        if !document.is_empty() {
            said = format!("{said}, văn bản số {document}");
        }
        // Why it is not dealt with here, its sender is owed.
        if matches!(what, Step::Decline | Step::Refer) {
            said = format!("{said}. {words}");
        }
        if what == Step::Refer {
            kept.handed_to = format!("Văn bản số {document}");
        }
        let by = By::Office(tx.by());
        if next.stage == entry.petition.stage {
            desk::keep_due(tx, &mut kept, after.due)?;
            desk::note(tx, &kept, by, ("petition", &said, true))?;
        } else {
            let command = Command::Petition { stage: next.stage };
            desk::carry_out(site, tx, &mut kept, by, (command, Some(said)))?;
        }
    }
    Ok(after)
}

/// Counts the clock of a complaint anew, as a changed calendar moves it, and brings its feedback where its register
/// says, if it is elsewhere.
///
/// # Errors
/// Any fault of the engine.
pub(super) fn follow(site: &Site, tx: &mut Tx<'_>, kept: &mut Kept, by: By) -> Result<(), Failure> {
    let Some(mut entry) = sql::find(tx, kept.id)? else { return Ok(()) };
    let now_due = due(site, tx, entry.class, entry.unit, &entry.petition)?;
    if entry.due != now_due {
        entry.due = now_due;
        sql::keep(tx, &entry)?;
    }
    let stage = entry.petition.stage;
    if matches!(stage, Stage::Declined | Stage::Referred | Stage::Withdrawn | Stage::Finished) {
        let said = stage.label().to_owned();
        return desk::carry_out(site, tx, kept, by, (Command::Petition { stage }, Some(said)));
    }
    if kept.due != entry.due {
        desk::keep_due(tx, kept, entry.due)?;
    }
    Ok(())
}

/// Until when the next step of a letter is due, as its register says.
pub(super) fn due_of(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<Instant>, Fault> {
    Ok(sql::find(tx, id)?.and_then(|it| it.due))
}
