//! Who holds a case now: its parts, each with its unit, its clock and its slips. Everybody who sees one of
//! them sees this much of the others.

use domain::{
    dossier::{Maker, Status},
    ids::DossierId,
    link::{Arrangement, Direction, HandOverState, LinkState, may_have_children, passes},
};
use site::Failure;
use store::Tx;

use super::{
    acts::{gives_back, leads, receives},
    slip::may_print,
    sql::{self, HandOver, Link},
};
use crate::{
    dossiers::{
        desk::{self, OnDesk},
        sql::{self as dossiers, Kept},
        turns::{NOBODY, Turns},
        view::Around,
    },
    procedures::facts as procedures,
};

/// A slip, as a page shows it.
pub struct SlipView {
    pub id: i64,
    /// “Số 002 ngày 08/01/2026”.
    pub number: String,
    pub direction: &'static str,
    pub from: String,
    pub to: String,
    pub given: String,
    pub state: &'static str,
    pub state_class: &'static str,
    /// Who took it and when, or why not.
    pub closed: String,
    pub due: String,
    pub is_late: bool,
    pub may_take: bool,
    pub may_print: bool,
}

/// One part of a case.
#[derive(Default)]
pub struct PartView {
    pub link: i64,
    /// Empty if there is none, or none that whoever looks may open.
    pub href: String,
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub competent: String,
    pub holder: String,
    pub status: String,
    pub status_class: &'static str,
    pub due: String,
    pub is_late: bool,
    /// Its date lies after that of the whole.
    pub passes: bool,
    pub arrangement: &'static str,
    pub request: String,
    pub result: String,
    pub is_here: bool,
    pub slips: Vec<SlipView>,
    pub may_withdraw: bool,
    pub may_open: bool,
    pub may_send_back: bool,
    pub is_waiting: bool,
    /// What is still to be said to another installation.
    pub line: String,
}

/// The whole case around one dossier.
pub struct Chain {
    pub parent: Option<PartView>,
    pub children: Vec<PartView>,
    pub may_open: bool,
    /// How many parts the lead still waits for.
    pub open: usize,
    /// Whether the dossier is itself a part.
    pub is_part: bool,
    /// Whether it has parts of its own that are still out.
    pub waits: bool,
}

impl Chain {
    /// Whether there is anything to show.
    pub const fn is_empty(&self) -> bool {
        self.parent.is_none() && self.children.is_empty()
    }

    /// Whether who looks has something to do here.
    pub fn waits_here(&self) -> bool {
        self.parent
            .iter()
            .chain(&self.children)
            .any(|it| it.may_open || it.may_send_back || it.slips.iter().any(|slip| slip.may_take))
    }
}

/// The number of a slip as people write it.
pub fn slip_number(it: &HandOver) -> String {
    format!("Số {:03} ngày {}", it.number, domain::text::date(it.day))
}

fn unit_name(around: &Around, unit: Option<domain::ids::UnitId>, elsewhere: &str) -> String {
    unit.map_or_else(|| elsewhere.to_owned(), |it| around.who.tree.title(it).to_owned())
}

pub(super) fn slip_view(
    tx: &mut Tx<'_>,
    around: &Around,
    it: &HandOver,
    elsewhere: &str,
    (may_take, may_print): (bool, bool),
) -> Result<SlipView, Failure> {
    let waits = it.state == HandOverState::Waiting;
    let given_by = people::staff::facts::account_name(tx, it.given_by)?;
    let by = match it.closed_by {
        Some(id) => people::staff::facts::account_name(tx, id)?,
        None => String::new(),
    };
    let at = it.closed.map_or_else(String::new, |it| domain::text::date_time(it.civil()));
    let closed = [by, at, it.reason.clone()];
    Ok(SlipView {
        id: it.id,
        number: slip_number(it),
        direction: it.direction.label(),
        from: unit_name(around, it.from_unit, elsewhere),
        to: unit_name(around, it.to_unit, elsewhere),
        given: format!("{given_by}, {}", domain::text::date_time(it.given.civil()))
            .trim_start_matches(", ")
            .to_owned(),
        state: it.state.label(),
        state_class: match it.state {
            HandOverState::Waiting => "warn",
            HandOverState::Confirmed => "good",
            HandOverState::Refused => "bad",
            HandOverState::Recalled => "",
        },
        closed: closed.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", "),
        due: domain::text::date_time(it.due_at),
        is_late: waits && it.due_at < around.who.now.civil(),
        may_take: may_take && waits,
        may_print,
    })
}

/// A dossier of the case, whoever looks.
fn part(
    tx: &mut Tx<'_>,
    around: &Around,
    kept: &Kept,
    here: DossierId,
) -> Result<PartView, Failure> {
    let dossier = &kept.dossier;
    let now = around.who.now.civil();
    let version = procedures::version(tx, kept.version)?;
    let holder = match Turns::default().held_now(tx, around, dossier, kept.competent)? {
        it if it == NOBODY => String::new(),
        it => it,
    };
    let is_late = dossier.status.is_open() && dossier.due_at.is_some_and(|it| it < now);
    Ok(PartView {
        href: if kept.id != here && around.sees(kept) {
            format!("/co-quan/ho-so/{}", kept.id)
        } else {
            String::new()
        },
        code: kept.code.clone(),
        procedure: version.map_or_else(String::new, |it| it.body.name.clone()),
        unit: around.who.tree.title(kept.unit).to_owned(),
        competent: around.who.tree.title(kept.competent).to_owned(),
        holder,
        status: dossier.status.label().to_owned(),
        due: dossier.due_at.map_or_else(String::new, domain::text::date_time),
        is_late,
        result: dossier.number.clone().unwrap_or_default(),
        is_here: kept.id == here,
        ..PartView::default()
    })
}

/// How far a part is, and where it stands at the receiver's, unless that says the same once more.
fn at_receiver(state: LinkState, status: &str) -> String {
    let label = state.label();
    if label.to_lowercase().ends_with(&status.to_lowercase()) {
        return label.to_owned();
    }
    format!("{label}: {status}")
}

const fn state_class(state: LinkState) -> &'static str {
    match state {
        LinkState::Done => "good",
        LinkState::Refused => "bad",
        LinkState::AtCounter | LinkState::Queued | LinkState::SentBack => "warn",
        LinkState::Planned | LinkState::Accepted | LinkState::Finished | LinkState::Withdrawn => "",
    }
}

/// One child of the case, with its slips and what whoever looks may do.
fn child(
    tx: &mut Tx<'_>,
    around: &Around,
    (parent, lead): (Option<&Kept>, Option<&Maker>),
    link: &Link,
    here: DossierId,
    elsewhere: &str,
) -> Result<PartView, Failure> {
    let kept = match link.child {
        Some(id) => dossiers::find(tx, id)?,
        None => None,
    };
    let mut view = match &kept {
        Some(kept) => part(tx, around, kept, here)?,
        None => {
            let day = around.who.today();
            let version = procedures::in_force(tx, &link.procedure, day)?;
            PartView {
                procedure: version
                    .map_or_else(|| link.procedure.clone(), |it| it.body.name.clone()),
                unit: unit_name(around, link.to_unit, elsewhere),
                ..PartView::default()
            }
        }
    };
    let at_work = matches!(link.state, LinkState::Accepted);
    view.link = link.id;
    view.status = match (&kept, at_work) {
        (Some(it), true) => at_receiver(link.state, it.dossier.status.label()),
        _ => link.state.label().to_owned(),
    };
    view.status_class = state_class(link.state);
    view.arrangement = link.arrangement.label();
    view.request.clone_from(&link.request);
    view.is_waiting = link.state.is_open();
    let outcome = link.outcome.map(|it| it.label());
    let number = (!link.number.is_empty()).then(|| format!("số {}", link.number));
    view.result =
        [outcome.map(str::to_owned), number].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let mut due_at = kept.as_ref().and_then(|it| it.dossier.due_at);
    if kept.is_none()
        && let Some(it) = crate::relay::facts::elsewhere(tx, link.id)?
    {
        due_at = it.due_at;
        view.code = it.code;
        view.due = it.due_at.map_or_else(String::new, domain::text::date_time);
        if at_work && !it.status.is_empty() {
            view.status = at_receiver(link.state, &it.status);
        }
        view.line = line_of(&it.unsent);
    }
    view.passes = link.state.is_open() && passes(due_at, parent.and_then(|it| it.dossier.due_at));
    let child_maker = match &kept {
        Some(it) if around.sees(it) => Some(around.maker(tx, it)?),
        _ => None,
    };
    let at_counter = child_maker.as_ref().is_some_and(receives);
    let leads = lead.is_some_and(leads);
    let may_print = may_print(tx, around, kept.iter().chain(parent))?;
    for it in sql::slips(tx, link.id)? {
        let may_take = match it.direction {
            Direction::Out => at_counter,
            Direction::Back => leads,
        };
        view.slips.push(slip_view(tx, around, &it, elsewhere, (may_take, may_print))?);
    }
    let goes_on = parent.is_some_and(|it| may_have_children(it.dossier.status));
    view.may_withdraw = leads && link.state.after(domain::link::LinkAct::Withdraw).is_ok();
    view.may_open = leads && goes_on && link.state == LinkState::Planned;
    view.may_send_back =
        link.state == LinkState::Finished && child_maker.as_ref().is_some_and(gives_back);
    Ok(view)
}

/// What is still to be said to another installation; empty if nothing.
fn line_of((count, failure): &(i64, String)) -> String {
    match (*count, failure.as_str()) {
        (0, _) => String::new(),
        (count, "") => format!("{count} bản tin chờ gửi"),
        (count, why) => format!("{count} bản tin chưa gửi được: {why}"),
    }
}

/// The whole of a case that another installation leads.
fn whole_elsewhere(tx: &mut Tx<'_>, link: &Link) -> Result<Option<PartView>, Failure> {
    let Some(it) = crate::relay::facts::elsewhere(tx, link.id)? else { return Ok(None) };
    Ok(Some(PartView {
        code: it.code,
        procedure: it.procedure,
        competent: it.unit,
        status: "Ở hệ thống khác".to_owned(),
        due: it.due_at.map_or_else(String::new, domain::text::date_time),
        line: line_of(&it.unsent),
        ..PartView::default()
    }))
}

/// The case around a dossier.
///
/// # Errors
/// Any fault of the engine.
pub fn chain(
    tx: &mut Tx<'_>,
    around: &Around,
    on_desk: &OnDesk,
    maker: &Maker,
) -> Result<Chain, Failure> {
    let here = on_desk.kept.id;
    let above = sql::above(tx, here)?;
    let (top, lead) = match above.as_ref().map(|it| it.parent) {
        // This one is the top of its case.
        None => (Some(on_desk.kept.clone()), Some(maker.clone())),
        // A part of a case of another installation's.
        Some(None) => (None, None),
        Some(Some(id)) => {
            let kept = desk::take(tx, id)?.kept;
            let maker = if around.sees(&kept) { Some(around.maker(tx, &kept)?) } else { None };
            (Some(kept), maker)
        }
    };
    let elsewhere = super::elsewhere(tx, above.as_ref())?;
    let links = match (&above, &top) {
        (Some(link), None) => vec![link.clone()],
        (_, Some(top)) => sql::children(tx, top.id)?,
        (None, None) => Vec::new(),
    };
    let mut children = Vec::with_capacity(links.len());
    for link in &links {
        let name = super::elsewhere(tx, Some(link))?;
        let name = if name.is_empty() { elsewhere.as_str() } else { name.as_str() };
        children.push(child(tx, around, (top.as_ref(), lead.as_ref()), link, here, name)?);
    }
    let is_out = |it: &Link| it.state.is_open();
    let mut waits = links.iter().any(is_out);
    // What is itself a part may have parts of its own.
    if above.is_some() {
        let own_parts = sql::children(tx, here)?;
        waits = own_parts.iter().any(is_out);
        for link in own_parts {
            let own = (Some(&on_desk.kept), Some(maker));
            children.push(child(tx, around, own, &link, here, "")?);
        }
    }
    let open = children.iter().filter(|it| it.is_waiting && !it.is_here).count();
    let parent = match &top {
        Some(top) if !children.is_empty() => Some(part(tx, around, top, here)?),
        None => match &above {
            Some(link) => whole_elsewhere(tx, link)?,
            None => None,
        },
        Some(_) => None,
    };
    Ok(Chain {
        parent,
        children,
        may_open: leads(maker) && may_have_children(on_desk.kept.dossier.status),
        open,
        is_part: above.is_some(),
        waits,
    })
}

/// Steps that a dossier's page does not offer because of those that it goes together with.
#[must_use]
pub const fn hides(chain: &Chain, status: Status, kind: domain::dossier::CommandKind) -> bool {
    use domain::dossier::CommandKind as K;
    let as_child = chain.is_part
        && (matches!(kind, K::RequestIntakeSupplement | K::SendByPost | K::Return)
            || (matches!(status, Status::Submitted)
                && matches!(kind, K::Accept | K::RefuseIntake)));
    as_child || (chain.waits && domain::link::waits_for_children(kind))
}

/// The arrangements as choices of a form.
pub(super) fn arrangements() -> Vec<(String, String)> {
    Arrangement::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())).collect()
}
