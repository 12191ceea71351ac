//! Messages to other installations: queued with the change that causes them.

use domain::{
    dossier::{Event, What},
    ids::DossierId,
    link::{LinkAct, LinkError, LinkState, may_have_children},
};
use serde::Serialize;
use site::{Failure, OrRefuse};
use store::{Fault, Tx};

use super::{
    message::{
        Applicant, FILES_BYTES_MAX, FILES_MAX, File, Message, Opening, Paper, Progress, Returned,
        Said,
    },
    sql::{self, Case, Outgoing, Route},
};
use crate::{
    dossiers::{
        desk::{Desk, OnDesk},
        links::{Handed, Link, acts, sql as links},
        sql::{self as dossiers, Kept},
    },
    procedures::facts as procedures,
};

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|e| Fault::Broken(format!("a message: {e}")))
}

/// Queues what is said about a case.
pub(super) fn queue(tx: &mut Tx<'_>, case: &Case, said: Said) -> Result<(), Fault> {
    let sequence = sql::next_sequence(tx, case.link)?;
    let kind = said.kind().to_owned();
    let message = Message { reference: case.reference.clone(), sequence, said };
    let outgoing = Outgoing {
        id: 0,
        partner: case.partner,
        link: case.link,
        key: site::random_hex(16),
        sequence,
        kind,
        body: json(&message)?,
        state: "waiting".to_owned(),
        attempts: 0,
        next: tx.now(),
        created: tx.now(),
        closed: None,
        failure: String::new(),
    };
    sql::insert_message(tx, &outgoing)?;
    Ok(())
}

/// What was handed, as it travels. Files are named by their hash; their bytes go with the message.
fn travelling(
    tx: &mut Tx<'_>,
    id: DossierId,
    handed: &[Handed],
) -> Result<(Vec<Paper>, Vec<File>), Failure> {
    let known = dossiers::files(tx, id)?;
    let files: Vec<File> = handed
        .iter()
        .filter_map(|it| known.iter().find(|file| Some(file.id) == it.file))
        .map(|it| File {
            name: it.name.clone(),
            media_type: it.media_type.clone(),
            size: it.size,
            sha256: it.sha256.clone(),
            data: String::new(),
        })
        .collect();
    let bytes: i64 = files.iter().map(|it| it.size).sum();
    if files.len() > FILES_MAX || bytes > FILES_BYTES_MAX {
        return Err(Failure::Refused(format!(
            "Mỗi lần gửi sang hệ thống khác tối đa {FILES_MAX} tệp, tổng {} MB. Hãy bỏ chọn bớt tệp.",
            FILES_BYTES_MAX >> 20
        )));
    }
    let papers = handed
        .iter()
        .filter(|it| it.file.is_none())
        .map(|it| Paper { name: it.name.clone(), form: it.form.clone(), count: it.count })
        .collect();
    Ok((papers, files))
}

/// What is asked of another installation's unit.
pub struct RemotePlan {
    /// Where to.
    pub route: Route,
    /// The rest, as for a unit of ours; its unit is not looked at.
    pub plan: acts::Plan,
}

/// Opens a part of a case at a unit of another installation: it waits to be sent.
///
/// # Errors
/// [`Failure::Refused`] if the parent has no place for it, or the route does not take the procedure.
pub fn open(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &domain::dossier::Maker,
    parent: &OnDesk,
    wanted: &RemotePlan,
) -> Result<Link, Failure> {
    let (kept, plan, route) = (&parent.kept, &wanted.plan, &wanted.route);
    if !acts::leads(maker) {
        return Err(Failure::Forbidden);
    }
    if !may_have_children(kept.dossier.status) {
        return Err(LinkError::ParentNotOpen).or_refuse();
    }
    if !takes(route, &plan.procedure) {
        return Err(Failure::Refused(format!("{} chưa nhận liên thông thủ tục này.", route.name)));
    }
    let day = tx.now().civil().date();
    let version = procedures::in_force(tx, &plan.procedure, day)?.ok_or_else(|| {
        Failure::Refused(format!(
            "Thủ tục {} không có trong danh mục đang áp dụng.",
            plan.procedure
        ))
    })?;
    let (papers, files) = travelling(tx, kept.id, &plan.papers)?;
    let mut link = acts::link_of(tx, maker, kept, plan)?;
    link.to_unit = None;
    link.state = LinkState::Queued;
    link.id = links::insert(tx, &link)?;
    let reference = format!("{}:{}", kept.code, link.id);
    let case = Case {
        link: link.id,
        partner: route.partner,
        reference,
        agency: route.agency.clone(),
        unit: route.name.clone(),
        code: String::new(),
        procedure: version.body.name.clone(),
        status: String::new(),
        due_at: None,
        sent: 0,
        received: 0,
    };
    sql::insert_case(tx, &case)?;
    acts::said(tx, &link, LinkAct::Give, None);
    let person = dossiers::person(tx, kept.id)?.unwrap_or_default();
    let from = link.from_unit.unwrap_or(kept.body);
    let body = desk.tree.unit(kept.body);
    let opening = Opening {
        to_agency: route.agency.clone(),
        from_agency: body.map_or_else(String::new, |it| it.agency_code.clone()),
        from_unit: desk.tree.title(from).to_owned(),
        procedure: plan.procedure.clone(),
        whole_code: kept.code.clone(),
        whole_procedure: parent.version.body.name.clone(),
        whole_due_at: kept.dossier.due_at,
        channel: kept.dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct),
        carriage: plan.carriage.code().to_owned(),
        agreed_days: plan.agreed_days,
        request: plan.request.clone(),
        applicant: Applicant {
            name: person.name,
            id_number: person.id_number,
            birth_date: person.birth_date,
            phone: person.phone,
            email: person.email,
            address: person.address,
        },
        papers,
        files,
    };
    queue(tx, &case, Said::Open(Box::new(opening)))?;
    acts::give(
        tx,
        desk,
        link.id,
        domain::link::Direction::Out,
        (link.from_unit, None),
        &plan.papers,
    )?;
    Ok(link)
}

/// Whether dossiers on a procedure may go that way.
#[must_use]
pub fn takes(route: &Route, procedure: &str) -> bool {
    let mut listed = route.procedures.split_whitespace().peekable();
    listed.peek().is_none() || listed.any(|it| it == procedure)
}

/// Tells the lead elsewhere what a step of a part here means.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn report(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    link: &Link,
    kept: &Kept,
    (event, act): (&Event, Option<LinkAct>),
) -> Result<(), Fault> {
    let Some(case) = sql::case_of(tx, link.id)? else { return Ok(()) };
    let reason = match &event.what {
        What::RefuseIntake { .. } | What::Withdraw | What::CloseNoSupplement => {
            event.words.clone().unwrap_or_default()
        }
        _ => String::new(),
    };
    let progress = Progress {
        act: act.map_or_else(String::new, |it| it.code().to_owned()),
        status: kept.dossier.status.label().to_owned(),
        unit: desk.tree.title(kept.dossier.settled_by.unwrap_or(kept.unit)).to_owned(),
        code: kept.code.clone(),
        due_at: kept.dossier.due_at,
        outcome: link.outcome,
        number: link.number.clone(),
        reason,
    };
    queue(tx, &case, Said::Progress(progress))
}

/// Sends a result to the lead elsewhere.
///
/// # Errors
/// [`Failure::Refused`] if it is too large.
pub fn send_result(
    tx: &mut Tx<'_>,
    link: &Link,
    child: &Kept,
    handed: &[Handed],
) -> Result<(), Failure> {
    let Some(case) = sql::case_of(tx, link.id)? else { return Ok(()) };
    let (papers, files) = travelling(tx, child.id, handed)?;
    let result = Returned { outcome: link.outcome, number: link.number.clone(), papers, files };
    Ok(queue(tx, &case, Said::Result(result))?)
}

/// Tells the one who settles elsewhere what the lead did.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn tell(tx: &mut Tx<'_>, link: &Link, act: LinkAct, why: &str) -> Result<(), Fault> {
    let Some(case) = sql::case_of(tx, link.id)? else { return Ok(()) };
    let reason = why.to_owned();
    match act {
        LinkAct::Receive => queue(tx, &case, Said::Received),
        LinkAct::RefuseResult => queue(tx, &case, Said::RefuseResult { reason }),
        LinkAct::Withdraw => queue(tx, &case, Said::Withdraw { reason }),
        _ => Ok(()),
    }
}
