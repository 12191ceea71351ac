//! Printed papers of a dossier and the register: all see one sheet.

use axum::response::Response;
use domain::{
    access::{Action, Role},
    dossier::{CommandKind, Event, What},
    ids::{DossierId, UnitId},
    law::FormSet,
};
use people::staff::facts as staff;
use prints::{
    Agency, Counter, DossierSheet, FeeLine, Form, Hop, HopOutcome, MissingPaper, RegisterRow,
    RegisterSheet, Signer,
};
use site::{Asked, Failure, Path, Site, State, Who};
use store::{Fault, Tx};

use super::{
    desk::OnDesk,
    list::{self, sql as list_sql},
    sql::{self, Person},
    view::{Around, Seen, name_of},
};

/// Rows of one printed register at most; longer ones are printed by month.
const REGISTER_ROWS_MAX: i64 = 2_000;
/// Rows of one workbook at most.
const WORKBOOK_ROWS_MAX: i64 = 50_000;

fn form_of(slug: &str) -> Option<Form> {
    Some(match slug {
        "giay-hen" => Form::Receipt,
        "yeu-cau-bo-sung" => Form::Supplement,
        "tu-choi" => Form::Refusal,
        "xin-loi" => Form::Apology,
        "dung" => Form::Stop,
        "phieu-kiem-soat" => Form::ControlSlip,
        _ => return None,
    })
}

fn print_fault(error: prints::PrintError) -> Failure {
    match error {
        prints::PrintError::NotInSet | prints::PrintError::QrTooLong => {
            Failure::Refused(error.to_string())
        }
        other => Failure::Fault(Fault::Broken(format!("print: {other}"))),
    }
}

/// The lines at the top of a unit's papers.
fn agency(who: &Who, body: UnitId) -> Agency {
    let tree = &who.tree;
    let above = tree.unit(body).and_then(|it| it.parent);
    Agency {
        parent: above.map_or_else(String::new, |it| tree.title(it).to_owned()),
        name: tree.title(body).to_owned(),
        place: tree.unit(body).map_or_else(String::new, |it| it.place.clone()),
    }
}

fn counter(site: &Site, who: &Who, unit: UnitId) -> Counter {
    let it = who.tree.unit(unit);
    Counter {
        name: who.tree.title(unit).to_owned(),
        phone: it.map_or_else(String::new, |it| it.phone.clone()),
        address: it.map_or_else(String::new, |it| it.address.clone()),
        website: site.config.base_url.clone(),
    }
}

fn leader(tx: &mut Tx<'_>, around: &Around, body: UnitId) -> Result<Signer, Fault> {
    let leaders = around.people(tx, Role::Leader, body, body)?;
    Ok(leaders.into_iter().next().map_or_else(Signer::default, |it| Signer {
        on_behalf: String::new(),
        title: it.title,
        name: it.name,
    }))
}

fn last(events: &[Event], kind: CommandKind) -> Option<&Event> {
    events.iter().rev().find(|it| it.what.kind() == kind)
}

fn words(event: Option<&Event>) -> Vec<String> {
    event
        .and_then(|it| it.words.as_deref())
        .map(|it| {
            it.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
        })
        .unwrap_or_default()
}

/// Every hand-over, from the events.
fn hops(tx: &mut Tx<'_>, on_desk: &OnDesk, events: &[Event]) -> Result<Vec<Hop>, Fault> {
    let step =
        |at: usize| on_desk.workflow.steps.get(at).map_or_else(String::new, |it| it.actor.clone());
    let mut hops = Vec::new();
    let mut from_step = 0;
    let mut due: Option<jiff::civil::DateTime> = None;
    for event in events {
        let hop = match &event.what {
            What::Transfer { hop, .. }
            | What::Assign { hop, .. }
            | What::Reassign { hop, .. }
            | What::PutUp { hop, .. }
            | What::Refuse { hop, .. }
            | What::SendBack { hop }
            | What::Sign { hop, .. }
            | What::Number { hop, .. }
            | What::Supplement { hop, .. } => *hop,
            What::HandOver { hop } => Some(*hop),
            _ => None,
        };
        let Some(hop) = hop else { continue };
        let at = event.at.civil();
        let day = at.date();
        let to = usize::from(hop.step);
        hops.push(Hop {
            from_unit: step(from_step),
            from_person: staff::account_name(tx, event.by)?,
            to_unit: step(to),
            to_person: match hop.holder {
                Some(_) => name_of(tx, hop.holder, day)?,
                None => String::new(),
            },
            at: Some(at),
            outcome: due.map(|due| match at.cmp(&due) {
                std::cmp::Ordering::Less => HopOutcome::Early,
                std::cmp::Ordering::Equal => HopOutcome::OnTime,
                std::cmp::Ordering::Greater => HopOutcome::Late,
            }),
            note: event.what.kind().label().to_owned(),
        });
        from_step = to;
        due = hop.due_at;
    }
    Ok(hops)
}

fn person(it: &Person) -> prints::Person {
    prints::Person {
        name: it.name.clone(),
        id_number: it.id_number.clone(),
        address: it.address.clone(),
        phone: it.phone.clone(),
        email: it.email.clone(),
    }
}

fn sheet(
    tx: &mut Tx<'_>,
    site: &Site,
    around: &Around,
    on_desk: &OnDesk,
) -> Result<DossierSheet, Failure> {
    let kept = &on_desk.kept;
    let dossier = &kept.dossier;
    let body = &on_desk.version.body;
    let id = kept.id;
    let events = sql::events(tx, id)?;
    let people = sql::person(tx, id)?.unwrap_or_default();
    let papers = sql::papers(tx, id)?;
    let extended = last(&events, CommandKind::Extend);
    let reason = words(extended).join("; ");
    let accepted = dossier.received_at.is_some();
    let explanation = if accepted { on_desk.explain(around.desk(), &reason).ok() } else { None };
    let receipt_lines = explanation.as_ref().map_or_else(Vec::new, |it| {
        let off = it.steps.iter().filter(|it| !it.counted).count();
        vec![
            it.rule.clone(),
            format!(
                "Tính từ ngày tiếp nhận {}; bỏ qua {off} ngày không tính.",
                domain::text::date(it.effective_reception)
            ),
            format!("Xem từng ngày tại {}/ho-so/{}", site.config.base_url, kept.code),
        ]
    });
    let pack = around.calendars.pack(&kept.rules);
    let channel = dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
    let day = around.who.today();
    let number = |it: i64| u16::try_from(it).unwrap_or(u16::MAX);
    let received_by = events
        .iter()
        .find(|it| it.what.kind() == CommandKind::Accept)
        .map_or(Ok(String::new()), |it| staff::account_name(tx, it.by))?;
    let asked = last(&events, CommandKind::RequestSupplement)
        .or_else(|| last(&events, CommandKind::RequestIntakeSupplement));
    let refused =
        last(&events, CommandKind::Refuse).or_else(|| last(&events, CommandKind::RefuseIntake));
    let document_date =
        [extended, asked, refused].into_iter().flatten().map(|it| it.at.civil().date()).max();
    Ok(DossierSheet {
        forms: match pack.map(|it| it.forms) {
            Some(FormSet::Six2018) => prints::FormSet::Circular2018,
            _ => prints::FormSet::Circular2025,
        },
        agency: agency(&around.who, kept.body),
        counter: counter(site, &around.who, kept.unit),
        document_number: String::new(),
        document_date: document_date.or(dossier.received_at.map(|it| it.date())),
        code: kept.code.clone(),
        track_url: format!("{}/ho-so/{}?ma={}", site.config.base_url, kept.code, people.secret),
        secret: people.secret.clone(),
        book: String::new(),
        sequence: kept.code.rsplit('-').next().unwrap_or("").to_owned(),
        applicant: person(&people),
        filer: (!people.proxy_name.is_empty()).then(|| prints::Person {
            name: people.proxy_name.clone(),
            ..prints::Person::default()
        }),
        procedure_code: body.code.clone(),
        procedure_name: body.name.clone(),
        request: people.request.clone(),
        papers: papers
            .iter()
            .map(|it| prints::Paper {
                name: it.name.clone(),
                originals: if it.form == "original" { number(it.count) } else { 0 },
                certified: if it.form == "certified" { number(it.count) } else { 0 },
                copies: if it.form == "copy" { number(it.count) } else { 0 },
            })
            .collect(),
        sets: 1,
        channel: channel.label().to_owned(),
        legal_limit: super::desk::limit_text(body, channel, dossier.agreed_days),
        received_at: dossier.received_at,
        due_at: dossier.due_at.or(dossier.due_original_at),
        explanation: receipt_lines,
        delivery: domain::dossier::ReturnChannel::from_code(&people.return_way)
            .map_or_else(String::new, |it| it.label().to_owned()),
        fees: if dossier.fee_due.0 > 0 {
            vec![FeeLine { name: "Phí, lệ phí".to_owned(), dong: dossier.fee_due.0 }]
        } else {
            Vec::new()
        },
        officer: received_by,
        leader: leader(tx, around, kept.body)?,
        reasons: match (refused, extended) {
            (Some(_), _) => words(refused),
            (None, Some(_)) => words(extended),
            (None, None) => words(asked),
        },
        missing: words(asked)
            .into_iter()
            .map(|name| MissingPaper { name, originals: 1, ..MissingPaper::default() })
            .collect(),
        supplement_limit: dossier
            .supplement_until
            .map_or_else(String::new, |it| format!("trước {}", domain::text::date_time(it))),
        delayed_by: around.who.tree.title(kept.competent).to_owned(),
        original_due_at: dossier.due_original_at,
        new_due_at: extended.and(dossier.due_at),
        stop_requested_at: last(&events, CommandKind::RequestWithdraw).map(|it| it.at.civil()),
        stage: dossier.status.label().to_owned(),
        competent: around.who.tree.title(kept.competent).to_owned(),
        cooperating: dossier
            .consultations
            .iter()
            .map(|it| around.who.tree.title(it.unit).to_owned())
            .collect(),
        hops: hops(tx, on_desk, &events)?,
        demo: site.config.demo,
        ..DossierSheet::default()
    })
    .map(|mut sheet| {
        if sheet.document_date.is_none() {
            sheet.document_date = Some(day);
        }
        sheet
    })
}

/// GET `/co-quan/ho-so/{id}/in/{paper}`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path((id, paper)): Path<(DossierId, String)>,
) -> Result<Response, Failure> {
    let form = form_of(&paper).ok_or(Failure::NotFound)?;
    let needs_receipt = matches!(form, Form::Receipt | Form::ControlSlip);
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            if needs_receipt && on_desk.kept.dossier.received_at.is_none() {
                return Err(Failure::Refused(
                    "Hồ sơ chưa được tiếp nhận nên chưa có giấy hẹn.".to_owned(),
                ));
            }
            sheet(tx, &inner, &around, &on_desk)
        })
        .await?;
    let name = format!("{paper}-{}.pdf", sheet.code);
    let made = tokio::task::spawn_blocking(move || prints::render(form, &sheet)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(print_fault)?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

/// GET `/co-quan/so-theo-doi`: the register of what the list shows, as PDF or XLSX.
pub async fn register(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    if !who.can(Action::RegisterPrint, domain::access::Object::Anything) {
        return Err(Failure::Forbidden);
    }
    let as_pdf = asked.get("dang") != "xlsx";
    let rows_max = if as_pdf { REGISTER_ROWS_MAX } else { WORKBOOK_ROWS_MAX };
    let filter = list::read_filter(&asked, &who);
    let seen = Seen::of(&who);
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let lines = list_sql::page(tx, &seen, &filter, None, rows_max + 1)?;
            if i64::try_from(lines.len()).unwrap_or(i64::MAX) > rows_max {
                return Err(Failure::Refused(format!(
                    "Có hơn {} hồ sơ. Hãy lọc theo tháng rồi in lại, hoặc xuất Excel.",
                    domain::text::number(rows_max)
                )));
            }
            let around = Around::load(&inner, &asker, tx)?;
            let home = asker.home();
            let body = home
                .and_then(|it| around.desk().office(it))
                .map(|it| it.body)
                .or(home)
                .ok_or(Failure::Forbidden)?;
            let mut rows = Vec::with_capacity(lines.len());
            for (number, line) in (1_u32..).zip(lines.into_iter().rev()) {
                let people = sql::person(tx, line.id)?.unwrap_or_default();
                let kept = sql::find(tx, line.id)?.ok_or(Failure::NotFound)?;
                let dossier = &kept.dossier;
                let precision = domain::dossier::Precision::Day;
                rows.push(RegisterRow {
                    number,
                    code: line.code,
                    procedure: line.procedure,
                    sets: 1,
                    applicant: line.applicant,
                    address: people.address,
                    phone: people.phone,
                    competent: asker.tree.title(kept.competent).to_owned(),
                    received_at: Some(line.received_at),
                    due_at: line.due_at,
                    returned_at: dossier.returned_at,
                    handed_over: String::new(),
                    outcome: dossier.finished_timing(precision).map(|it| match it {
                        domain::dossier::Timing::Early => HopOutcome::Early,
                        domain::dossier::Timing::OnTime => HopOutcome::OnTime,
                        domain::dossier::Timing::Late => HopOutcome::Late,
                    }),
                    note: dossier.status.label().to_owned(),
                });
            }
            let keeper = asker.name.to_string();
            Ok(RegisterSheet {
                forms: prints::FormSet::Circular2025,
                agency: agency(&asker, body),
                from: rows.first().and_then(|it| it.received_at).map(|it| it.date()),
                to: rows.last().and_then(|it| it.received_at).map(|it| it.date()),
                made_on: Some(asker.today()),
                keeper,
                leader: leader(tx, &around, body)?,
                rows,
                demo: inner.config.demo,
                ..RegisterSheet::default()
            })
        })
        .await?;
    let made = tokio::task::spawn_blocking(move || {
        if as_pdf { prints::render_register(&sheet) } else { prints::register_xlsx(&sheet) }
    })
    .await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(print_fault)?;
    Ok(if as_pdf {
        site::file(bytes, "application/pdf", "so-theo-doi.pdf", false)
    } else {
        let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        site::file(bytes, media_type, "so-theo-doi.xlsx", true)
    })
}
