//! What a step does beside the dossier itself: the visit that it is part of, the members of a
//! group, who took the result home.

use domain::{
    dossier::{Collector, CommandKind, Event, Maker, What},
    ids::DossierId,
    party::{Authority, may_collect},
    time::Instant,
    visit::{Cause, cause_of},
};
use site::Failure;
use store::{Fault, Tx};

use super::{Desk, DeskError, Intake, OnDesk, no, receive};
use crate::dossiers::sql::{
    self, Collection, Kept, MemberOutcome, Person, party,
    visits::{self, came},
};

/// Whoever handed in, as whoever collects.
pub(super) fn filer(person: &Person) -> Collection {
    if person.proxy_name.is_empty() {
        return Collection {
            collector: Collector::Applicant.code().to_owned(),
            name: person.name.clone(),
            id_number: person.id_number.clone(),
            ..Collection::default()
        };
    }
    Collection {
        collector: Collector::Proxy.code().to_owned(),
        name: person.proxy_name.clone(),
        id_number: person.proxy_id_number.clone(),
        authority: person.proxy_paper.as_ref().map(|it| it.authority),
        number: person.proxy_paper.as_ref().map_or_else(String::new, |it| it.number.clone()),
        ..Collection::default()
    }
}

/// A dossier was opened by these events.
pub(super) fn opened(
    tx: &mut Tx<'_>,
    id: DossierId,
    intake: &Intake,
    events: &[Event],
) -> Result<(), Fault> {
    let by_post =
        intake.person.proxy_paper.as_ref().map(|it| it.authority) == Some(Authority::Post);
    for event in events {
        match &event.what {
            What::SettleOnTheSpot { number, .. } if !intake.person.members.is_empty() => {
                for mut member in party::members(tx, id)? {
                    member.outcome = MemberOutcome::Granted;
                    member.number = number.clone().unwrap_or_default();
                    party::decide_member(tx, &member)?;
                }
            }
            What::Return { .. } => {
                let at = event.at.civil();
                let places: Vec<i64> = intake.person.members.iter().map(|it| it.place).collect();
                party::collect_members(tx, id, &places, at)?;
                let collection = Collection { collected_at: Some(at), ..filer(&intake.person) };
                party::insert_collection(tx, id, &collection)?;
            }
            What::Submit { .. } if !by_post => {
                if let Some(cause) = cause_of(&event.what, Some(intake.channel)) {
                    came(tx, id, intake.unit, cause, None)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the members of a group let the step be taken: a draft says something of each, and a
/// result that goes to the counter has a number for each that is granted.
///
/// # Errors
/// [`Failure::Refused`] with how many are missing.
pub(super) fn allow(tx: &mut Tx<'_>, kept: &Kept, event: &Event) -> Result<(), Failure> {
    let kind = event.what.kind();
    if !matches!(kind, CommandKind::PutUp | CommandKind::Number) {
        return Ok(());
    }
    let (pending, unnumbered) = party::unanswered(tx, kept.id)?;
    if pending > 0 {
        return Err(no(&DeskError::MembersPending { count: pending }));
    }
    if unnumbered > 0 && kind == CommandKind::Number {
        return Err(no(&DeskError::MembersUnnumbered { count: unnumbered }));
    }
    Ok(())
}

/// Follows a step that was just written; `before` is the dossier before it.
pub(super) fn follow(tx: &mut Tx<'_>, before: &Kept, event: &Event) -> Result<(), Fault> {
    let id = before.id;
    match &event.what {
        What::Undo => {
            if let Some(at) = before.dossier.last.as_ref().and_then(|it| it.at) {
                visits::take_back(tx, id, Instant::from_civil(at))?;
                party::uncollect(tx, id, at)?;
            }
        }
        What::Refuse { .. } => {
            party::refuse_pending(tx, id, event.words.as_deref().unwrap_or_default())?;
        }
        What::Return { .. } => {
            let waiting = party::members(tx, id)?;
            let places: Vec<i64> =
                waiting.iter().filter(|it| it.collected_at.is_none()).map(|it| it.place).collect();
            party::collect_members(tx, id, &places, event.at.civil())?;
        }
        _ => {}
    }
    match cause_of(&event.what, before.dossier.channel) {
        // Each member of a group comes for himself: for the dossier that is one way, not many.
        Some(Cause::Collection) if visits::of(tx, id)?.iter().any(is_collection) => Ok(()),
        Some(cause) => came(tx, id, before.unit, cause, None).map(|_| ()),
        None => Ok(()),
    }
}

fn is_collection(it: &visits::Came) -> bool {
    it.cause == Cause::Collection
}

/// What is handed in together is one visit.
fn on_one_visit(tx: &mut Tx<'_>, ids: &[DossierId]) -> Result<(), Fault> {
    let mut shared = None;
    for id in ids {
        let came = visits::of(tx, *id)?;
        let Some(own) = came.iter().find(|it| it.cause == Cause::Intake) else { continue };
        match shared {
            Some(visit) => visits::share(tx, *id, visit)?,
            None => shared = Some(own.visit),
        }
    }
    Ok(())
}

/// Receives several dossiers of one visit: each its own code and clock, one trip for all.
///
/// # Errors
/// [`Failure::Refused`] if one of them cannot be received: then none is.
pub fn receive_together(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intakes: &[Intake],
) -> Result<Vec<DossierId>, Failure> {
    let mut ids = Vec::with_capacity(intakes.len());
    for intake in intakes {
        ids.push(receive(tx, desk, maker, intake)?.id);
    }
    on_one_visit(tx, &ids)?;
    Ok(ids)
}

/// Grants every member of a group that has no outcome, each with the next free number, written like `like`.
///
/// # Errors
/// [`Failure::Refused`] if no number like it is free.
pub fn answer_members(tx: &mut Tx<'_>, on_desk: &OnDesk, like: &str) -> Result<(), Failure> {
    let numbering = on_desk.numbering(tx.now().civil());
    for mut member in party::members(tx, on_desk.kept.id)? {
        if member.outcome == MemberOutcome::Pending {
            member.outcome = MemberOutcome::Granted;
            let next = numbering.next_like(tx, like)?;
            member.number = next.ok_or_else(|| no(&DeskError::NoFreeNumber))?;
            party::decide_member(tx, &member)?;
            numbering.give(tx, &member.number)?;
        }
    }
    Ok(())
}

/// Writes that whoever handed in takes the result home now, if what he showed lets him; else the
/// applicant does. Who it is, and the words of the step that says so.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn hand_to_filer(tx: &mut Tx<'_>, id: DossierId) -> Result<(Collector, String), Fault> {
    let now = tx.now().civil();
    let mut person = sql::person(tx, id)?.unwrap_or_default();
    let paper = person.proxy_paper.as_ref().map(|it| it.authorisation());
    if may_collect(paper, now.date()).is_err() {
        person.proxy_name = String::new();
    }
    let left = party::members(tx, id)?;
    let left = left.iter().filter(|it| it.collected_at.is_none()).map(|it| it.place).collect();
    let collection = Collection { members: left, collected_at: Some(now), ..filer(&person) };
    party::insert_collection(tx, id, &collection)?;
    let collector = Collector::from_code(&collection.collector).unwrap_or(Collector::Applicant);
    let words = match collector {
        Collector::Applicant | Collector::Lead => String::new(),
        Collector::Proxy => collection.words(),
    };
    Ok((collector, words))
}
