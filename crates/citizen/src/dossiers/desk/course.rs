//! How a dossier follows its workflow: what a step demands before it is left, who reviews, who
//! takes part, where its number comes from, and when it moves on by itself.

use domain::{
    calendar::WorkCalendar,
    dossier::{CommandKind, Dossier, Event, Hop, Maker, Part, What},
    ids::{DossierId, StaffId, UnitId},
    text,
    workflow::{FileKind, Place, Present, Question, Series, Workflow},
};
use jiff::civil::DateTime;
use people::calendar::facts::calendars;
use site::{Failure, OrRefuse, Site};
use store::{Fault, Stamp, Tx};

use super::{Desk, OnDesk};
use crate::dossiers::sql::{self, Kept, MemberKey};

/// Dossiers that a run of the clock looks at in one go.
const CHUNK: i64 = 200;

/// The hop to the step `at` of a workflow, for a limit of so many minutes of office time.
pub(super) fn hop_to(
    workflow: &Workflow,
    calendar: &WorkCalendar,
    at: usize,
    holder: Option<StaffId>,
    (now, limit): (DateTime, i64),
) -> Option<Hop> {
    let after =
        |minutes: i64| (minutes > 0).then(|| calendar.after_minutes(now, minutes)).flatten();
    let timer = workflow.steps.get(at)?.moves_after.filter(|_| workflow.may_move_on(at));
    Some(Hop {
        step: u16::try_from(at).ok()?,
        holder,
        due_at: after(workflow.step_minutes(at, limit)),
        moves_at: timer.and_then(after),
    })
}

/// The step of receipt, where the workflow has a timer for it.
pub(super) fn intake_hop(
    workflow: &Workflow,
    calendar: &WorkCalendar,
    now: DateTime,
    limit: i64,
) -> Option<Hop> {
    hop_to(workflow, calendar, 0, None, (now, limit)).filter(|it| it.moves_at.is_some())
}

/// What is there of a dossier for the guards of its step.
fn present(tx: &mut Tx<'_>, kept: &Kept) -> Result<Present, Fault> {
    let dossier = &kept.dossier;
    let papers = sql::papers(tx, kept.id)?.into_iter().filter(|it| it.sufficient);
    let documents = sql::documents(tx, kept.id)?;
    let made = |file: i64| documents.iter().any(|(it, _)| *it == file);
    let files = sql::files(tx, kept.id)?;
    let files = files.iter().map(|it| if made(it.id) { FileKind::Result } else { FileKind::Scan });
    Ok(Present {
        is_paid: dossier.financial != domain::dossier::Financial::Due,
        papers: papers.map(|it| it.name).collect(),
        files: files.collect(),
        documents: documents.iter().map(|(_, name)| name.clone()).collect(),
        asked: dossier.consultations.len(),
        awaited: dossier.open_consultations().count(),
    })
}

/// The steps of the workflow that an event leaves behind.
fn left(before: &Dossier, after: &Dossier, what: &What) -> std::ops::Range<usize> {
    let (from, to) = (before.at_step(), after.at_step());
    match what.kind() {
        CommandKind::Transfer
        | CommandKind::Assign
        | CommandKind::HandOver
        | CommandKind::MoveOn => from..to,
        // The workflow may have no step for what follows.
        CommandKind::PutUp
        | CommandKind::Approve
        | CommandKind::Sign
        | CommandKind::Number
        | CommandKind::Return => from..to.max(from + 1),
        _ => 0..0,
    }
}

/// Who takes part in the present step, as the database compares them.
fn member_keys(kept: &Kept, workflow: &Workflow) -> Vec<MemberKey> {
    let Some(step) = workflow.steps.get(kept.dossier.at_step()) else { return Vec::new() };
    if kept.dossier.status.is_over() {
        return Vec::new();
    }
    let office = kept.dossier.settled_by.unwrap_or(kept.body);
    let members = step.members.iter().map(|it| {
        let who = match it.place {
            Place::Office => key(office, false, it.role.code()),
            Place::Counter => key(kept.unit, false, it.role.code()),
            Place::Body => key(kept.body, true, it.role.code()),
        };
        MemberKey { who, title: text::fold(&it.title), way: it.way }
    });
    members.collect()
}

/// A unit, or all of a body, and a role.
pub(in crate::dossiers) fn key(unit: UnitId, whole: bool, role: &str) -> String {
    format!("{unit}{}:{role}", if whole { "*" } else { "" })
}

/// Keeps beside a dossier what its workflow says of its present step.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    before: Option<&Kept>,
    kept: &Kept,
    workflow: &Workflow,
) -> Result<(), Fault> {
    let members = member_keys(kept, workflow);
    if before.map_or_else(Vec::new, |it| member_keys(it, workflow)) != members {
        sql::set_members(tx, kept.id, &members)?;
    }
    if before.and_then(|it| it.dossier.moves_at()) != kept.dossier.moves_at() {
        sql::set_timer(tx, kept.id, &kept.dossier)?;
    }
    Ok(())
}

/// What a step demands and is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demanded {
    /// Documents that it still has to make.
    pub documents: Vec<String>,
    /// Everything that keeps the dossier there, in words for people.
    pub kept_by: Vec<String>,
}

impl OnDesk {
    /// Refuses what would leave a step before all that it demands is there.
    pub(super) fn may_leave(
        &self,
        tx: &mut Tx<'_>,
        after: &Dossier,
        event: &Event,
    ) -> Result<(), Failure> {
        let left = left(&self.kept.dossier, after, &event.what);
        let mut steps = self.workflow.demanding(left, after.outcome).peekable();
        if steps.peek().is_none() {
            return Ok(());
        }
        let present = present(tx, &self.kept)?;
        steps.try_for_each(|at| self.workflow.leave(at, &present).or_refuse())
    }

    /// A draft, or the draft of a refusal, on its way to the reviewer or the signer.
    #[must_use]
    pub fn put_up(&self, desk: Desk<'_>, officer: StaffId, refuses: bool, now: DateTime) -> What {
        let (hop, review) = self.to_signer(desk, now);
        if refuses {
            What::Refuse { officer, hop, review }
        } else {
            What::PutUp { officer, hop, review }
        }
    }

    /// A reviewed draft on its way to the signer, or to another reviewer.
    #[must_use]
    pub fn approve(&self, desk: Desk<'_>, reviewer: StaffId, now: DateTime) -> What {
        let (hop, review) = self.to_signer(desk, now);
        What::Approve { reviewer, hop, review }
    }

    fn to_signer(&self, desk: Desk<'_>, now: DateTime) -> (Option<Hop>, bool) {
        match self.workflow.review_after(self.kept.dossier.at_step()) {
            Some(at) => (self.hop_at(desk, at, None, now), true),
            None => (self.hop(desk, Part::Signer, None, now), false),
        }
    }

    /// The hop back to the last step of the officer before the present one.
    #[must_use]
    pub fn hop_back(&self, desk: Desk<'_>, now: DateTime) -> Option<Hop> {
        let officer = self.kept.dossier.officer;
        match self.workflow.last_of(self.kept.dossier.at_step(), Part::Officer) {
            Some(at) => self.hop_at(desk, at, officer, now),
            None => self.hop(desk, Part::Officer, officer, now),
        }
    }

    /// What the present step asks other units, all at once.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        let step = self.workflow.steps.get(self.kept.dossier.at_step());
        step.map_or(&[], |it| it.questions.as_slice())
    }

    /// What its present step still demands.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn demanded(&self, tx: &mut Tx<'_>) -> Result<Demanded, Fault> {
        let dossier = &self.kept.dossier;
        let at = dossier.at_step();
        let step = self.workflow.steps.get(at).filter(|_| !dossier.status.is_over());
        let demands = self.workflow.demanding(at..at + 1, dossier.outcome).next().is_some();
        let Some(step) = step.filter(|_| demands) else { return Ok(Demanded::default()) };
        let present = present(tx, &self.kept)?;
        Ok(Demanded {
            documents: step.owed(&present).map(str::to_owned).collect(),
            kept_by: step.blocks(&present).iter().map(ToString::to_string).collect(),
        })
    }

    /// The series from which the result gets its number, if the workflow names one.
    #[must_use]
    pub fn series(&self) -> Option<&Series> {
        let at = self.kept.dossier.at_step();
        let here = self.workflow.steps.get(at).filter(|it| it.part == Part::Clerk);
        let next =
            || self.workflow.next_of(at, Part::Clerk).and_then(|it| self.workflow.steps.get(it));
        here.or_else(next).and_then(|it| it.series.as_ref())
    }

    /// Whether its procedure is settled at the desk in one go (NĐ 61/2018 Đ.17 k.5).
    #[must_use]
    pub fn is_settled_at_once(&self) -> bool {
        self.version.body.on_the_spot
    }

    /// The series that numbers what is settled at the desk, if the workflow names one.
    #[must_use]
    pub fn series_at_once(&self) -> Option<&Series> {
        series_at_once(&self.workflow)
    }

    /// The number of what is settled at the desk out of its series; nothing if it is typed.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn number_at_once(&self, tx: &mut Tx<'_>, now: DateTime) -> Result<Option<String>, Fault> {
        let Some(series) = self.series_at_once() else { return Ok(None) };
        self.number_in(tx, series, now).map(Some)
    }

    /// The number of the result out of its series; nothing if the clerk types it.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn number_of_series(
        &self,
        tx: &mut Tx<'_>,
        now: DateTime,
    ) -> Result<Option<String>, Fault> {
        let Some(series) = self.series() else { return Ok(None) };
        self.number_in(tx, series, now).map(Some)
    }

    /// What happens when the time at its step is over; nothing if there is no step to go to.
    #[must_use]
    pub fn move_on(&self, desk: Desk<'_>, now: DateTime) -> Option<What> {
        let dossier = &self.kept.dossier;
        let at = dossier.at_step();
        if !self.workflow.may_move_on(at) {
            return None;
        }
        let next = self.workflow.steps.get(at + 1)?;
        let holder = dossier.officer.filter(|_| next.part == Part::Officer);
        let hop = self.hop_at(desk, at + 1, holder, now)?;
        let unit = dossier.settled_by.is_none().then_some(self.kept.body);
        Some(What::MoveOn { unit, hop })
    }
}

/// The series of a workflow that is gone through in one go.
pub(in crate::dossiers) fn series_at_once(workflow: &Workflow) -> Option<&Series> {
    workflow.steps.iter().find_map(|it| it.series.as_ref())
}

/// Moves on every dossier whose time at its step is over and that nothing keeps there: the job. Each
/// in a transaction of its own: what is refused, or fails, of one leaves nothing behind and keeps
/// none of the others.
///
/// # Errors
/// If the dossiers whose time is over cannot be read.
pub async fn move_all_on(site: Site) -> Result<(), Failure> {
    let mut after = DossierId(0);
    loop {
        let stamp = Stamp::of_program((site.clock)(), "job");
        let now = stamp.now.civil();
        let ringing: Vec<DossierId> =
            site.db.read(stamp, move |tx| sql::ringing(tx, now, after, CHUNK)).await?;
        let Some(last) = ringing.last() else { return Ok(()) };
        after = *last;
        for id in ringing {
            let inner = site.clone();
            match site.as_program("job", move |tx| move_one_on(&inner, tx, id)).await {
                // What keeps it there keeps it there; it goes on when that is done.
                Ok(()) | Err(Failure::Refused(_)) => {}
                Err(failure) => tracing::error!(dossier = id.0, ?failure, "it was not moved on"),
            }
        }
    }
}

fn move_one_on(site: &Site, tx: &mut Tx<'_>, id: DossierId) -> Result<(), Failure> {
    let calendars = calendars(site, tx)?;
    let tree = site.tree(tx)?;
    let desk = Desk { tree: &tree, calendars: &calendars };
    let now = tx.now().civil();
    let mut on_desk = super::take(tx, id)?;
    // Somebody may have been faster.
    if on_desk.kept.dossier.moves_at().is_none_or(|it| it > now) {
        return Ok(());
    }
    let Some(what) = on_desk.move_on(desk, now) else { return Ok(()) };
    let at = on_desk.kept.dossier.at_step();
    let words = format!("Hết thời gian của bước {} theo quy trình.", at + 1);
    let command = domain::dossier::Command::saying(what, words);
    on_desk.step(tx, desk, &Maker::system(), command)
}
