//! The register of complaints and denunciations: numbers, steps, clocks.

pub(super) mod pages;
pub(super) mod sql;

use domain::{
    feedback::{
        Class,
        petition::{Petition, Stage, Step, Weight, next_due, step},
    },
    ids::{FeedbackId, UnitId},
    time::Instant,
};
use site::{Failure, OrRefuse as _, Site};
use store::{Fault, Tx};

use super::{desk, intake, rules, sql::core::Kept};

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
    let unit = kept.state.unit;
    if sql::find(tx, kept.id)?.is_some() {
        return Ok(());
    }
    let own = kept.said_class == class;
    let received_at = if own { kept.state.received_at } else { tx.now().civil() };
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
    sql::insert(tx, (kept.id, class, unit), &petition, due)?;
    Ok(())
}

/// Takes a complaint out of the register of complaints, because it is a denunciation; the words of its steps.
pub(super) fn leave(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<String>, Fault> {
    let words = sql::steps(tx, id)?.into_iter().map(|it| it.words).collect();
    sql::delete(tx, id)?;
    Ok(words)
}

/// Takes a step. `document` is the number of the decision or the letter; `sealed` the words that stand with it.
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
    Ok(after)
}
