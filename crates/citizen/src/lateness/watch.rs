//! The look at every open dossier: what rings, what has stopped ringing, which apologies are owed.
//!
//! Reading goes on beside the office's work; only what changed is written, a few hundred dossiers
//! in a transaction.

use std::collections::HashSet;

use domain::{
    calendar::WorkCalendar,
    ids::DossierId,
    lateness::{self, Alarm, AlarmKind, Ear, LatenessCause, Thresholds, Watched},
};
use jiff::civil::DateTime;
use people::calendar::facts as calendar;
use site::{Failure, Site, tree::Tree};
use store::{Db, Fault, Stamp, Tx, journal::Entry};

use super::sql::{self, Candidate};
use crate::dossiers::desk::{self, Desk, OnDesk, Shelf};

/// Open dossiers looked at in one transaction.
const CHUNK: i64 = 500;
/// What the journal calls an alarm.
pub(super) const SUBJECT: &str = "alarm";

/// What a look found about a dossier.
struct Found {
    id: DossierId,
    alarms: Vec<Alarm>,
    draft: Option<Draft>,
}

/// An apology as it is drafted.
pub(super) struct Draft {
    pub due_at: DateTime,
    pub new_due_at: DateTime,
    pub cause: LatenessCause,
    pub words: String,
}

/// The job.
pub(super) async fn look(site: Site) -> Result<(), Failure> {
    let (db, now) = (site.db.clone(), (site.clock)());
    let done = tokio::task::spawn_blocking(move || look_once(&db, now)).await;
    done.map_err(|e| Failure::Fault(Fault::Worker(e.to_string())))?
}

/// One look at every open dossier at `now`.
///
/// # Errors
/// [`Failure::Fault`] if the database fails.
pub fn look_once(db: &Db, now: domain::time::Instant) -> Result<(), Failure> {
    let stamp = || Stamp::of_program(now, "job");
    let (tree, calendars, thresholds) = db.read_blocking(stamp(), |tx| {
        Ok::<_, Fault>((site::tree_of(tx)?, calendar::load(tx)?, super::thresholds(tx)?))
    })?;
    let desk = Desk { tree: &tree, calendars: &calendars };
    let mut shelf = Shelf::default();
    let mut after = DossierId(0);
    loop {
        let (next, found) =
            db.read_blocking(stamp(), |tx| look_at(tx, desk, &mut shelf, &thresholds, after))?;
        if !found.is_empty() {
            db.write_blocking(stamp(), |tx| {
                found.iter().try_for_each(|it| keep(tx, it)).map_err(Failure::Fault)
            })?;
        }
        match next {
            Some(it) => after = it,
            None => break,
        }
    }
    // What is over rings no more.
    db.write_blocking(stamp(), |tx| sql::clear_what_is_over(tx).map_err(Failure::Fault))
}

/// Whether the columns alone rule out that a dossier rings: most of them, most of the time.
fn is_quiet(
    calendar: &WorkCalendar,
    it: &Candidate,
    thresholds: &Thresholds,
    now: DateTime,
) -> bool {
    if it.is_ringing || it.waits_for_papers || it.step_due_at.is_some_and(|it| now > it) {
        return false;
    }
    let silent_ms = domain::time::Instant::from_civil(now).epoch_ms() - it.last_event_ms;
    if silent_ms >= i64::from(thresholds.still_hours) * 3_600_000 {
        return false;
    }
    let Some(due_at) = it.due_at else { return true };
    if now > due_at || calendar.working_days_between(now.date(), due_at.date()) <= 2 {
        return false;
    }
    let total = calendar.minutes_between(it.received_at, due_at);
    let left = calendar.minutes_between(now, due_at);
    left * 100 > (100 - i64::from(thresholds.holder_percent)) * total
}

fn look_at(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    shelf: &mut Shelf,
    thresholds: &Thresholds,
    after: DossierId,
) -> Result<(Option<DossierId>, Vec<Found>), Failure> {
    let now = tx.now().civil();
    let candidates = sql::candidates(tx, after, CHUNK)?;
    let full = i64::try_from(candidates.len()).is_ok_and(|it| it == CHUNK);
    let next = candidates.last().filter(|_| full).map(|it| it.id);
    let mut found = Vec::new();
    for it in candidates {
        let calendar = desk.calendar(it.unit);
        if is_quiet(calendar, &it, thresholds, now) {
            continue;
        }
        let on_desk = desk::take_with(tx, shelf, it.id)?;
        let dossier = &on_desk.kept.dossier;
        let pack = desk.calendars.pack(&on_desk.kept.rules);
        let days_before = pack.map_or(1, |it| it.apology_days_before);
        let remaining = remaining_minutes(calendar, &on_desk, now);
        let restarts = on_desk.version.body.clock.restarts(pack);
        let rule = (days_before, restarts, thresholds.holder_percent);
        let owed = lateness::apology_is_due(calendar, dossier, remaining, rule, now);
        let draft =
            if owed { draft_of(desk.tree, calendar, &on_desk, remaining, now) } else { None };
        let watched = Watched {
            dossier,
            restarts,
            last_event_at: domain::time::Instant::from_epoch_ms(it.last_event_ms).civil(),
            apology_owed: draft.is_some(),
        };
        let alarms = lateness::alarms(calendar, &watched, thresholds, now);
        if it.is_ringing || !alarms.is_empty() || draft.is_some() {
            found.push(Found { id: it.id, alarms, draft });
        }
    }
    Ok((next, found))
}

/// Minutes of office time that the steps from the present one on still need.
fn remaining_minutes(calendar: &WorkCalendar, on_desk: &OnDesk, now: DateTime) -> i64 {
    let (workflow, dossier) = (&on_desk.workflow, &on_desk.kept.dossier);
    let limit = on_desk.limit_minutes(calendar);
    let present = dossier.hop.map_or(0, |it| usize::from(it.step));
    let this = dossier
        .hop
        .and_then(|it| it.due_at)
        .map_or(0, |it| if it > now { calendar.minutes_between(now, it) } else { 0 });
    let later = (present + 1)..workflow.steps.len();
    this + later.map(|at| workflow.step_minutes(at, limit)).sum::<i64>()
}

fn draft_of(
    tree: &Tree,
    calendar: &WorkCalendar,
    on_desk: &OnDesk,
    remaining: i64,
    now: DateTime,
) -> Option<Draft> {
    let dossier = &on_desk.kept.dossier;
    let due_at = dossier.due_at?;
    let asked: Vec<String> =
        dossier.open_consultations().map(|it| tree.title(it.unit).to_owned()).collect();
    Some(Draft {
        due_at,
        new_due_at: lateness::new_appointment(calendar, due_at, remaining, now)?,
        cause: lateness::cause_of(dossier.status),
        words: lateness::cause_in_words(dossier, &asked),
    })
}

/// Writes what a look found; what rang before and does not any more is cleared.
fn keep(tx: &mut Tx<'_>, found: &Found) -> Result<(), Fault> {
    let mut known: HashSet<(String, String)> = HashSet::new();
    for it in sql::ringing(tx, found.id)? {
        let still = found.alarms.iter().any(|a| a.kind.code() == it.kind && a.cause == it.cause);
        if still {
            known.insert((it.kind, it.cause));
        } else {
            sql::clear(tx, it.id)?;
        }
    }
    for it in &found.alarms {
        if known.contains(&(it.kind.code().to_owned(), it.cause.clone())) {
            continue;
        }
        let id = sql::raise(tx, found.id, it)?;
        if it.kind.ear() == Ear::Above {
            escalated(tx, id, found.id, it.kind);
        }
    }
    match &found.draft {
        Some(draft) => sql::draft(tx, found.id, draft),
        None => sql::drop_draft(tx, found.id),
    }
}

fn escalated(tx: &mut Tx<'_>, id: i64, dossier: DossierId, kind: AlarmKind) {
    let details = serde_json::json!({"dossier": dossier.0, "kind": kind.code()});
    tx.journal(Entry::new(SUBJECT, id, "escalate").details(&details));
}
