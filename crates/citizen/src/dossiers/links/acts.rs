//! What is done with children: open, confirm, refuse, send back, receive, withdraw. Pages, the demo, jobs
//! and the relay come through here.

use domain::{
    calendar::WorkCalendar,
    deadline::DeadlineError,
    dossier::{Collector, Command, Ground, Maker, Part, ReturnChannel, Status, What},
    ids::{DossierId, UnitId},
    link::{
        Arrangement, Carriage, Direction, HandOverState, LinkAct, LinkError, LinkState, has_turn,
        may_have_children, passes,
    },
    money::Dong,
    procedure::ChannelKind,
};
use jiff::civil::Time;
use site::{Failure, OrRefuse};
use store::{StoredBlob, Tx, journal::Entry};

use super::sql::{self, HandOver, Handed, Link};
use crate::{
    dossiers::{
        desk::{self, Desk, DeskError, Intake, OnDesk},
        sql::{self as dossiers, Kept, Paper, SUBJECT},
    },
    relay::outgoing as relay,
};

/// What is asked of another unit.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The one-stop shop that is to receive it.
    pub to: UnitId,
    /// Code of the procedure.
    pub procedure: String,
    /// Whether it waits for those before it.
    pub arrangement: Arrangement,
    /// How the papers travel.
    pub carriage: Carriage,
    /// Working days that were agreed on, where no limit is published or a shorter one is wanted.
    pub agreed_days: Option<u16>,
    /// What is asked.
    pub request: String,
    /// What goes with it; files are the parent's.
    pub papers: Vec<Handed>,
}

/// Whether somebody may open children of a dossier, take their results and call them back.
#[must_use]
pub fn leads(maker: &Maker) -> bool {
    maker.plays_any(&[Part::Officer, Part::Dispatcher, Part::Counter, Part::CounterHead])
}

/// Whether somebody takes papers in for a dossier's one-stop shop.
#[must_use]
pub fn receives(maker: &Maker) -> bool {
    maker.plays_any(&[Part::Counter, Part::CounterHead])
}

/// Whether somebody sends a child's result back.
#[must_use]
pub fn gives_back(maker: &Maker) -> bool {
    maker.plays_any(&[Part::Counter, Part::CounterHead, Part::Officer, Part::Clerk])
}

/// The same person as the one who leads the case, for steps on its child.
fn as_lead(maker: &Maker) -> Maker {
    Maker { parts: vec![Part::Lead], lent: Vec::new(), answers_for: Vec::new(), ..maker.clone() }
}

pub(super) fn stale() -> Failure {
    Failure::Refused(DeskError::Stale.to_string())
}

pub(crate) fn said(tx: &mut Tx<'_>, link: &Link, act: LinkAct, words: Option<String>) {
    let about = serde_json::json!({"link": link.id, "unit": link.to_unit.map(|it| it.0)});
    // Of a case of another installation's, the child here keeps the journal.
    if let Some(id) = link.parent.or(link.child) {
        let act = format!("link_{}", act.code());
        tx.journal(Entry::new(SUBJECT, id.0, &act).details(&about).words(words));
    }
}

/// Moves a link on and says so in the parent's journal.
pub(crate) fn move_on(
    tx: &mut Tx<'_>,
    link: &mut Link,
    act: LinkAct,
    words: Option<String>,
) -> Result<(), Failure> {
    link.state = link.state.after(act).or_refuse()?;
    if !sql::keep(tx, link)? {
        return Err(stale());
    }
    link.edition += 1;
    said(tx, link, act, words);
    Ok(())
}

/// 15:00 where no rule pack says otherwise (NĐ 61/2018 Đ.18).
pub(crate) fn cutoff(desk: Desk<'_>, tx: &Tx<'_>) -> Time {
    let day = tx.now().civil().date();
    desk.calendars.pack_on(day).map_or(Time::constant(15, 0, 0, 0), |it| it.transfer_cutoff)
}

/// Gives papers from one unit to another: a slip with the next number of the giver's day.
pub(crate) fn give(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    link: i64,
    direction: Direction,
    (from_unit, to_unit): (Option<UnitId>, Option<UnitId>),
    papers: &[Handed],
) -> Result<i64, Failure> {
    let now = tx.now().civil();
    let clock: &WorkCalendar = match to_unit.or(from_unit) {
        Some(it) => desk.calendar(it),
        None => desk.calendars.general(),
    };
    let due = domain::link::hand_over_due(clock, now, cutoff(desk, tx));
    let due_at = due.ok_or(DeadlineError::PausesOverlap).or_refuse()?;
    let giver = from_unit.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let number = dossiers::next_number(tx, &format!("hand-over:{giver}:{}", now.date()))?;
    let slip = HandOver {
        id: 0,
        link,
        direction,
        from_unit,
        to_unit,
        day: now.date(),
        number,
        state: HandOverState::Waiting,
        given_by: tx.by(),
        given: tx.now(),
        due_at,
        closed_by: None,
        closed: None,
        reason: String::new(),
    };
    Ok(sql::insert_slip(tx, &slip, papers)?)
}

/// Closes the hand-over of a link that waits, if there is one.
pub(crate) fn close_waiting(
    tx: &mut Tx<'_>,
    link: i64,
    state: HandOverState,
    reason: &str,
) -> Result<(), Failure> {
    let slips = sql::slips(tx, link)?;
    let Some(waiting) = slips.iter().rev().find(|it| it.state == HandOverState::Waiting) else {
        return Ok(());
    };
    if sql::close_slip(tx, waiting.id, state, reason)? { Ok(()) } else { Err(stale()) }
}

/// Opens a child of `parent` at another unit, or plans it if its turn has not come.
///
/// # Errors
/// [`Failure::Refused`] if the parent has no place for it, the unit does not settle it, or its date would
/// pass the parent's.
pub fn open(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    parent: &OnDesk,
    plan: &Plan,
) -> Result<Link, Failure> {
    let kept = &parent.kept;
    if !leads(maker) {
        return Err(Failure::Forbidden);
    }
    if !may_have_children(kept.dossier.status) {
        return Err(LinkError::ParentNotOpen).or_refuse();
    }
    let office = desk.office(plan.to).ok_or(Failure::Refused(DeskError::NotHere.to_string()))?;
    if office.body == kept.body {
        return Err(LinkError::SameBody).or_refuse();
    }
    let child = promised(tx, desk, kept, plan)?;
    if passes(child, kept.dossier.due_at) {
        let (Some(child), Some(parent)) = (child, kept.dossier.due_at) else {
            return Err(Failure::Refused(DeskError::NoLimit.to_string()));
        };
        return Err(LinkError::PassesParent { child, parent }).or_refuse();
    }
    let ahead: Vec<_> =
        sql::children(tx, kept.id)?.iter().map(|it| (it.arrangement, it.state)).collect();
    let mut link = link_of(tx, maker, kept, plan)?;
    link.id = sql::insert(tx, &link)?;
    if has_turn(plan.arrangement, &ahead) {
        hand_in(tx, desk, maker, kept, &mut link, &plan.papers)?;
    }
    Ok(link)
}

/// A link that is about to be written: planned, behind those that the parent has.
pub(crate) fn link_of(
    tx: &mut Tx<'_>,
    maker: &Maker,
    kept: &Kept,
    plan: &Plan,
) -> Result<Link, store::Fault> {
    let before = sql::children(tx, kept.id)?;
    let from_unit = if maker.plays_any(&[Part::Officer, Part::Dispatcher]) {
        kept.competent
    } else {
        kept.unit
    };
    Ok(Link {
        id: 0,
        parent: Some(kept.id),
        child: None,
        place: before.iter().map(|it| it.place).max().unwrap_or(0) + 1,
        arrangement: plan.arrangement,
        state: LinkState::Planned,
        from_unit: Some(from_unit),
        to_unit: Some(plan.to),
        procedure: plan.procedure.clone(),
        carriage: plan.carriage,
        agreed_days: plan.agreed_days,
        request: plan.request.clone(),
        outcome: None,
        number: String::new(),
        opened_by: tx.by(),
        opened: tx.now(),
        edition: 1,
    })
}

/// When the other unit would promise its result, if it accepted now.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be received there.
pub fn promised(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    parent: &Kept,
    plan: &Plan,
) -> Result<Option<jiff::civil::DateTime>, Failure> {
    let way = (channel(parent), plan.agreed_days);
    let now = tx.now().civil();
    Ok(desk::promise(tx, desk, &plan.procedure, plan.to, way, now)?.explanation.due)
}

fn channel(parent: &Kept) -> ChannelKind {
    parent.dossier.channel.unwrap_or(ChannelKind::Direct)
}

/// Lays the child on the counter of the unit that is to receive it.
fn hand_in(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    parent: &Kept,
    link: &mut Link,
    papers: &[Handed],
) -> Result<(), Failure> {
    let to = link.to_unit.ok_or(Failure::NotFound)?;
    let mut person = dossiers::person(tx, parent.id)?.unwrap_or_default();
    if !link.request.is_empty() {
        person.request.clone_from(&link.request);
    }
    let intake = Intake {
        procedure: link.procedure.clone(),
        unit: to,
        channel: channel(parent),
        received_at: tx.now().civil(),
        person,
        papers: papers_of(papers),
        fee: Dong::ZERO,
        agreed_days: link.agreed_days,
    };
    let received = desk::hand_in(tx, desk, &as_lead(maker), &intake)?;
    copy_files(tx, parent.id, received.id, papers, "scan")?;
    link.child = Some(received.id);
    move_on(tx, link, LinkAct::Give, None)?;
    give(tx, desk, link.id, Direction::Out, (link.from_unit, Some(to)), papers)?;
    Ok(())
}

/// Papers that were handed over, as a dossier's; electronic files are its files.
#[must_use]
pub fn papers_of(handed: &[Handed]) -> Vec<Paper> {
    let papers = handed.iter().filter(|it| it.form != "file");
    papers
        .zip(1_i64..)
        .map(|(it, place)| Paper {
            id: 0,
            place,
            name: it.name.clone(),
            form: it.form.clone(),
            count: it.count,
            sufficient: true,
            note: String::new(),
        })
        .collect()
}

/// Names the giver's files as the receiver's too: the bytes are kept once.
fn copy_files(
    tx: &mut Tx<'_>,
    from: DossierId,
    to: DossierId,
    handed: &[Handed],
    kind: &str,
) -> Result<(), Failure> {
    let files = dossiers::files(tx, from)?;
    for it in handed.iter().filter_map(|it| it.file) {
        let Some(file) = files.iter().find(|file| file.id == it) else { continue };
        let blob = StoredBlob { sha256: file.sha256.clone(), size: file.size };
        let new = dossiers::NewFile {
            paper: None,
            kind,
            name: &file.name,
            media_type: &file.media_type,
            stored: &blob,
            verdict: &file.verdict,
            scan: &file.scan,
        };
        dossiers::insert_file(tx, to, &new)?;
    }
    Ok(())
}

/// Everything that a dossier holds now, for the next in a sequence.
fn all_of(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Handed>, store::Fault> {
    let papers = dossiers::papers(tx, id)?.into_iter().map(|it| Handed {
        name: it.name,
        form: it.form,
        count: it.count,
        file: None,
    });
    let mut handed: Vec<Handed> = papers.collect();
    handed.extend(dossiers::files(tx, id)?.into_iter().map(|it| Handed {
        name: it.name,
        form: "file".to_owned(),
        count: 1,
        file: Some(it.id),
    }));
    Ok(handed)
}

/// Opens a planned child whose turn has come, with all that the parent holds now: results of those
/// before it go with it.
///
/// # Errors
/// [`Failure::Refused`] if its turn has not come.
pub fn open_planned(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    parent: &Kept,
    link: &mut Link,
) -> Result<(), Failure> {
    let all = sql::children(tx, parent.id)?;
    let before: Vec<_> = all
        .iter()
        .filter(|it| it.place < link.place)
        .map(|it| (it.arrangement, it.state))
        .collect();
    if !has_turn(link.arrangement, &before) {
        return Err(LinkError::NotItsTurn).or_refuse();
    }
    let papers = all_of(tx, parent.id)?;
    hand_in(tx, desk, maker, parent, link, &papers)
}

/// The receiver confirms the papers and accepts the child: its clock starts.
///
/// # Errors
/// [`Failure::Refused`] if it is not for him or not waiting.
pub fn accept(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    child: &mut OnDesk,
) -> Result<(), Failure> {
    let link = sql::above(tx, child.kept.id)?.ok_or(Failure::NotFound)?;
    let now = tx.now().civil();
    let what = child.acceptance(tx, desk, now, Dong::ZERO, link.agreed_days)?;
    child.step(tx, desk, maker, what.into())
}

/// The receiver does not take it, and says why.
///
/// # Errors
/// [`Failure::Refused`] if it is not for him or not waiting.
pub fn refuse(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    child: &mut OnDesk,
    (ground, why): (Ground, String),
) -> Result<(), Failure> {
    child.step(tx, desk, maker, Command::saying(What::RefuseIntake { ground }, why))
}

/// Sends a child's result back to the lead: papers and files, by a slip.
///
/// # Errors
/// [`Failure::Refused`] if there is no result, or somebody else was first.
pub fn send_back(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    child: &OnDesk,
    papers: &[Handed],
) -> Result<(), Failure> {
    if !gives_back(maker) {
        return Err(Failure::Forbidden);
    }
    let mut link = sql::above(tx, child.kept.id)?.ok_or(Failure::NotFound)?;
    move_on(tx, &mut link, LinkAct::SendBack, None)?;
    give(tx, desk, link.id, Direction::Back, (link.to_unit, link.from_unit), papers)?;
    if link.parent.is_none() {
        relay::send_result(tx, &link, &child.kept, papers)?;
    }
    Ok(())
}

/// The lead takes the result: its files become the parent's, the parent goes on, and the next in the
/// sequence has its turn.
///
/// # Errors
/// [`Failure::Refused`] if none waits.
pub fn receive(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    parent: &Kept,
    link: &mut Link,
) -> Result<(), Failure> {
    if !leads(maker) {
        return Err(Failure::Forbidden);
    }
    let slips = sql::slips(tx, link.id)?;
    let slip = slips.iter().rev().find(|it| it.state == HandOverState::Waiting);
    let papers = match slip {
        Some(it) => sql::handed(tx, it.id)?,
        None => Vec::new(),
    };
    if let Some(id) = link.child {
        copy_files(tx, id, parent.id, &papers, "result")?;
    }
    returned(tx, desk, &as_lead(maker), link)?;
    if link.to_unit.is_none() {
        relay::tell(tx, link, LinkAct::Receive, "")?;
    }
    let next = sql::children(tx, parent.id)?
        .into_iter()
        .find(|it| it.state == LinkState::Planned && it.place > link.place);
    if let Some(mut next) = next
        && may_have_children(parent.dossier.status)
        && open_children_before(tx, parent.id, &next)? == 0
    {
        open_planned(tx, desk, maker, parent, &mut next)?;
    }
    Ok(())
}

/// A result is in its lead's hands: what was done for it is over.
pub(crate) fn returned(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    lead: &Maker,
    link: &mut Link,
) -> Result<(), Failure> {
    move_on(tx, link, LinkAct::Receive, None)?;
    close_waiting(tx, link.id, HandOverState::Confirmed, "")?;
    if let Some(id) = link.child {
        let mut child = desk::take(tx, id)?;
        let what = What::Return { channel: ReturnChannel::Counter, collector: Collector::Lead };
        child.step(tx, desk, lead, what.into())?;
    }
    Ok(())
}

/// [`receive`] by the link's number.
///
/// # Errors
/// [`Failure::NotFound`] if there is no such link, else as [`receive`].
pub fn receive_of(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    parent: &Kept,
    id: i64,
) -> Result<(), Failure> {
    let mut link = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    receive(tx, desk, maker, parent, &mut link)
}

fn open_children_before(
    tx: &mut Tx<'_>,
    parent: DossierId,
    next: &Link,
) -> Result<usize, store::Fault> {
    let all = sql::children(tx, parent)?;
    let before = all.iter().filter(|it| it.place < next.place);
    Ok(before.filter(|it| it.arrangement == Arrangement::Sequence && it.state.is_open()).count())
}

/// The lead does not take the result, and says why: it goes back to who made it.
///
/// # Errors
/// [`Failure::Refused`] if none waits.
pub fn refuse_result(
    tx: &mut Tx<'_>,
    maker: &Maker,
    link: &mut Link,
    why: &str,
) -> Result<(), Failure> {
    if !leads(maker) {
        return Err(Failure::Forbidden);
    }
    move_on(tx, link, LinkAct::RefuseResult, Some(why.to_owned()))?;
    close_waiting(tx, link.id, HandOverState::Refused, why)?;
    if link.to_unit.is_none() {
        relay::tell(tx, link, LinkAct::RefuseResult, why)?;
    }
    Ok(())
}

/// The lead calls a child back, or stops it.
///
/// # Errors
/// [`Failure::Refused`] if there is a result already.
pub fn withdraw(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    link: &mut Link,
    why: &str,
) -> Result<(), Failure> {
    let as_lead = as_lead(maker);
    let Some(id) = link.child else {
        move_on(tx, link, LinkAct::Withdraw, Some(why.to_owned()))?;
        if link.to_unit.is_none() {
            close_waiting(tx, link.id, HandOverState::Recalled, "")?;
            relay::tell(tx, link, LinkAct::Withdraw, why)?;
        }
        return Ok(());
    };
    link.state.after(LinkAct::Withdraw).or_refuse()?;
    let mut child = desk::take(tx, id)?;
    if child.kept.dossier.status != Status::WithdrawRequested {
        let ask = Command::saying(What::RequestWithdraw, why);
        child.step(tx, desk, &as_lead, ask)?;
    }
    // What follows the step closes the link and its slip.
    child.step(tx, desk, &as_lead, Command::saying(What::Withdraw, why))
}
