//! Printed papers of a dossier and the register: all see one sheet.

use std::{collections::HashMap, sync::Arc};

use axum::response::Response;
use domain::{
    access::{Action, Role},
    dossier::{CommandKind, Dossier, Event, Maker, Part, Status, Timing, What, timing},
    ids::{DossierId, UnitId, VersionId},
    law::FormSet,
    procedure::ChannelKind,
};
use people::staff::facts as staff;
use prints::{
    Agency, Counter, DossierSheet, FeeLine, Form, Hop, HopOutcome, MissingPaper, RegisterRow,
    RegisterSheet, Signer,
};
use site::{Asked, Failure, Path, Site, State, Who};
use store::{Fault, Tx};

use crate::procedures::facts::{self as procedures, Version};

use super::{
    desk::OnDesk,
    links,
    list::{self, sql as list_sql},
    slips,
    sql::{self, party},
    turns::Turns,
    view::{Around, Seen, name_of},
};

/// Rows of one printed register at most; longer ones are printed by month.
const REGISTER_ROWS_MAX: i64 = 2_000;
/// Rows of one workbook at most.
const WORKBOOK_ROWS_MAX: i64 = 50_000;

/// A paper that a dossier gives cause for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printable {
    pub form: Form,
    pub label: &'static str,
    pub slug: &'static str,
}

const PAPERS: [Printable; 6] = [
    Printable {
        form: Form::Receipt, label: "Giấy tiếp nhận và hẹn trả", slug: "giay-hen"
    },
    Printable { form: Form::ControlSlip, label: "Phiếu kiểm soát", slug: "phieu-kiem-soat" },
    Printable {
        form: Form::Supplement, label: "Phiếu yêu cầu bổ sung", slug: "yeu-cau-bo-sung"
    },
    Printable { form: Form::Refusal, label: "Phiếu từ chối", slug: "tu-choi" },
    Printable { form: Form::Apology, label: "Phiếu xin lỗi và hẹn lại", slug: "xin-loi" },
    Printable { form: Form::Stop, label: "Thông báo dừng", slug: "dung" },
];

/// The paper with this word in addresses.
pub(super) fn of_slug(slug: &str) -> Option<Printable> {
    PAPERS.into_iter().find(|it| it.slug == slug)
}

/// The papers that can be printed now: nobody is given a paper about what did not happen.
pub(super) fn printable(
    dossier: &Dossier,
    events: &[Event],
) -> impl Iterator<Item = Printable> + use<> {
    let events = standing(events);
    let happened = |kind| events.iter().any(|it| it.what.kind() == kind);
    let accepted = dossier.received_at.is_some();
    let asked =
        happened(CommandKind::RequestSupplement) || happened(CommandKind::RequestIntakeSupplement);
    // A refusal after appraisal is printed for the signature; sent back, it is none.
    let refused = happened(CommandKind::RefuseIntake)
        || dossier.outcome == Some(domain::dossier::Outcome::Refused);
    let (extended, withdrawn) = (dossier.extensions > 0, happened(CommandKind::Withdraw));
    PAPERS.into_iter().filter(move |it| match it.form {
        Form::Receipt | Form::ControlSlip => accepted,
        Form::Supplement => asked,
        Form::Refusal => refused,
        Form::Apology => extended,
        Form::Stop => withdrawn,
    })
}

/// What stands where the secret would.
pub(super) const HIDDEN: &str = "••••••";

/// Whether somebody's prints bear the secret: the counter that received it, and its head.
pub(super) fn tells_secret(maker: &Maker) -> bool {
    maker.plays_any(&[Part::Counter, Part::CounterHead])
}

/// The events that were not taken back.
pub(super) fn standing(events: &[Event]) -> Vec<&Event> {
    let mut standing: Vec<&Event> = Vec::with_capacity(events.len());
    for event in events {
        if event.what.kind() == CommandKind::Undo {
            standing.pop();
        } else {
            standing.push(event);
        }
    }
    standing
}

pub(super) fn print_fault(error: prints::PrintError) -> Failure {
    match error {
        prints::PrintError::NotInSet | prints::PrintError::QrTooLong => {
            Failure::Refused(error.to_string())
        }
        other => Failure::Fault(Fault::Broken(format!("print: {other}"))),
    }
}

/// The lines at the top of a unit's papers.
pub(super) fn agency(who: &Who, body: UnitId) -> Agency {
    let tree = &who.tree;
    let above = tree.unit(body).and_then(|it| it.parent);
    Agency {
        parent: above.map_or_else(String::new, |it| tree.title(it).to_owned()),
        name: tree.title(body).to_owned(),
        place: tree.unit(body).map_or_else(String::new, |it| it.place.clone()),
    }
}

pub(super) fn counter(site: &Site, who: &Who, unit: UnitId) -> Counter {
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

fn last<'a>(events: &[&'a Event], kind: CommandKind) -> Option<&'a Event> {
    events.iter().rev().copied().find(|it| it.what.kind() == kind)
}

fn words(event: Option<&Event>) -> Vec<String> {
    event
        .and_then(|it| it.words.as_deref())
        .map(|it| {
            it.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
        })
        .unwrap_or_default()
}

/// A line of what is asked for: “paper: why”.
fn missing(line: String) -> MissingPaper {
    match line.split_once(':') {
        Some((name, why)) if !why.trim().is_empty() => MissingPaper {
            name: name.trim().to_owned(),
            reason: why.trim().to_owned(),
            ..MissingPaper::default()
        },
        _ => MissingPaper { name: line, ..MissingPaper::default() },
    }
}

/// Every hand-over, from the events that were not taken back.
fn hops(tx: &mut Tx<'_>, on_desk: &OnDesk, events: &[&Event]) -> Result<Vec<Hop>, Fault> {
    let step =
        |at: usize| on_desk.workflow.steps.get(at).map_or_else(String::new, |it| it.actor.clone());
    let mut hops = Vec::new();
    let mut from_step = 0;
    let mut due: Option<jiff::civil::DateTime> = None;
    for event in events {
        let Some(hop) = event.what.hop() else { continue };
        if event.what.kind() == CommandKind::Accept {
            due = hop.due_at;
            continue;
        }
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

fn print_of(it: &party::Member) -> prints::Member {
    prints::Member {
        name: it.name.clone(),
        id_number: it.id_number.clone(),
        detail: it.detail.clone(),
        result: String::new(),
    }
}

pub(super) fn sheet(
    tx: &mut Tx<'_>,
    site: &Site,
    around: &Around,
    on_desk: &OnDesk,
    form: Form,
) -> Result<DossierSheet, Failure> {
    let events = sql::events(tx, on_desk.kept.id)?;
    sheet_of(tx, (site, around), on_desk, form, events)
}

/// [`sheet`] of a dossier to which these events happened, or are about to.
pub(super) fn sheet_of(
    tx: &mut Tx<'_>,
    (site, around): (&Site, &Around),
    on_desk: &OnDesk,
    form: Form,
    events: Vec<Event>,
) -> Result<DossierSheet, Failure> {
    let kept = &on_desk.kept;
    let dossier = &kept.dossier;
    let body = &on_desk.version.body;
    let id = kept.id;
    let people = sql::person(tx, id)?.unwrap_or_default();
    let papers = sql::papers(tx, id)?;
    let stand = standing(&events);
    let extended = last(&stand, CommandKind::Extend);
    let reason = words(extended).join("; ");
    let accepted = dossier.received_at.is_some();
    let explanation = if accepted { on_desk.explain(around.desk(), &reason).ok() } else { None };
    let lead = match form {
        Form::Apology => links::facts::lead(tx, &around.who, id)?,
        _ => None,
    };
    let each_day = format!("Xem từng ngày tại {}/ho-so/{}", site.config.base_url, kept.code);
    let receipt_lines = explanation.as_ref().map_or_else(Vec::new, |it| {
        if form == Form::Apology {
            // The office that leads has no secret of the part's page.
            return if lead.is_some() { Vec::new() } else { vec![each_day] };
        }
        let begin = it.effective_reception;
        let off = it.steps.iter().filter(|it| !it.counted && it.date > begin).count();
        let skipped =
            if off == 0 { String::new() } else { format!("; bỏ qua {off} ngày không tính") };
        let sure = if kept.provisional {
            "Ngày hẹn là tạm tính, có thể đổi khi có lịch nghỉ chính thức."
        } else {
            ""
        };
        let mut lines = vec![
            it.rule.clone(),
            format!("Tính từ ngày tiếp nhận {}{skipped}.", domain::text::date(begin)),
            sure.to_owned(),
            each_day,
        ];
        lines.retain(|it| !it.is_empty());
        lines
    });
    let pack = around.calendars.pack(&kept.rules);
    let channel = dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
    let day = around.who.today();
    let number = |it: i64| u16::try_from(it).unwrap_or(u16::MAX);
    // Who received it, or who turned it away or asked for more.
    let at_counter =
        [CommandKind::Accept, CommandKind::RefuseIntake, CommandKind::RequestIntakeSupplement];
    let received_by = events
        .iter()
        .find(|it| at_counter.contains(&it.what.kind()))
        .map_or(Ok(String::new()), |it| staff::account_name(tx, it.by))?;
    let asked = last(&stand, CommandKind::RequestSupplement)
        .or_else(|| last(&stand, CommandKind::RequestIntakeSupplement));
    let refused =
        last(&stand, CommandKind::Refuse).or_else(|| last(&stand, CommandKind::RefuseIntake));
    let after_appraisal =
        form == Form::Refusal && refused.is_some_and(|it| matches!(it.what, What::Refuse { .. }));
    // Each paper bears the day and the reason of what it is about.
    let cause = match form {
        Form::Supplement => asked,
        Form::Refusal => refused,
        Form::Apology => extended,
        Form::Stop => last(&stand, CommandKind::Withdraw),
        _ => None,
    };
    let apology_number = match extended.filter(|_| form == Form::Apology) {
        Some(it) => on_desk.apology_number(tx, it.at.civil().year())?,
        None => None,
    };
    let document_date = cause.map(|it| it.at.civil().date());
    let pay = crate::fees::facts::pay_request(tx, kept)?.filter(|_| form == Form::Receipt);
    let own = crate::paper_texts::of(tx, kept.body)?;
    // The secret is the citizen's and the counter's: nobody else learns it from a reprint.
    let tells = tells_secret(&around.maker(tx, kept)?);
    let tracking = if tells {
        format!("{}/ho-so/{}?ma={}", site.config.base_url, kept.code, people.secret)
    } else {
        format!("{}/tra-cuu", site.config.base_url)
    };
    Ok(DossierSheet {
        lead: lead.unwrap_or_default(),
        apology_regret: own.apology_regret,
        apology_closing: own.apology_closing,
        receipt_note: own.receipt_note,
        forms: match pack.map(|it| it.forms) {
            Some(FormSet::Six2018) => prints::FormSet::Circular2018,
            _ => prints::FormSet::Circular2025,
        },
        agency: agency(&around.who, kept.body),
        counter: counter(site, &around.who, kept.unit),
        document_number: if after_appraisal {
            dossier.number.clone().unwrap_or_default()
        } else {
            apology_number.unwrap_or_default()
        },
        after_appraisal,
        document_date: document_date.or(dossier.received_at.map(|it| it.date())),
        code: kept.code.clone(),
        track_url: tracking,
        secret: if tells { people.secret.clone() } else { HIDDEN.to_owned() },
        rate_url: crate::tracking::rating_link(tx, id)?
            .filter(|_| tells && form == Form::Receipt)
            .map_or_else(String::new, |link| format!("{}{link}", site.config.base_url)),
        book: String::new(),
        sequence: kept.code.rsplit('-').next().unwrap_or("").to_owned(),
        applicant: slips::applicant(&people),
        filer: slips::filer(&people),
        members: party::members(tx, id)?.iter().map(print_of).collect(),
        procedure_code: body.code.clone(),
        procedure_name: body.name.clone(),
        request: people.request.clone(),
        papers: papers
            .iter()
            // What is still to come is asked for on a paper of its own.
            .filter(|it| it.sufficient && it.form != "not_needed")
            // The catalogue ends a paper of its list with the mark that parts it from the next.
            .map(|it| (it, it.name.trim_end_matches([';', ' '])))
            .map(|(it, name)| prints::Paper {
                name: match it.form.as_str() {
                    "in_database" => format!("{name} (dữ liệu có trong cơ sở dữ liệu)"),
                    "reused" => format!("{name} (dùng lại giấy đã nộp)"),
                    "from_store" => format!("{name} (từ kho dữ liệu của công dân)"),
                    _ => name.to_owned(),
                },
                originals: if it.form == "original" { number(it.count) } else { 0 },
                certified: if it.form == "certified" { number(it.count) } else { 0 },
                copies: if it.form == "copy" { number(it.count) } else { 0 },
            })
            .collect(),
        reused: [super::reuse::receipt_lines(tx, id)?, crate::vault::receipt_lines(tx, id)?]
            .concat(),
        sets: 1,
        channel: channel.label().to_owned(),
        legal_limit: super::desk::limit_text(body, channel, dossier.agreed_days),
        received_at: dossier.received_at,
        due_at: dossier.due_at.or(dossier.due_original_at),
        explanation: receipt_lines,
        delivery: match domain::dossier::ReturnChannel::from_code(&people.return_way) {
            Some(domain::dossier::ReturnChannel::Counter) => "Bộ phận Một cửa".to_owned(),
            Some(it) => it.label().to_owned(),
            None => String::new(),
        },
        fees: crate::fees::facts::lines_of(tx, kept)?
            .into_iter()
            .map(|(name, dong)| FeeLine { name, dong: dong.0 })
            .collect(),
        pay_qr: pay.as_ref().map(|it| it.payload.clone()).unwrap_or_default(),
        pay_text: pay.map(|it| it.text()).unwrap_or_default(),
        officer: received_by,
        leader: leader(tx, around, kept.body)?,
        reasons: match cause.map(|it| &it.what) {
            // Asked for line by line in the table.
            Some(What::RequestSupplement { .. } | What::RequestIntakeSupplement) => Vec::new(),
            Some(What::RefuseIntake { ground }) => {
                std::iter::once(format!("{}.", ground.label())).chain(words(cause)).collect()
            }
            _ => words(cause),
        },
        missing: words(asked).into_iter().map(missing).collect(),
        supplement_limit: dossier
            .supplement_until
            .map_or_else(String::new, |it| format!("trước {}", domain::text::date_time(it))),
        delayed_by: around.who.tree.title(kept.competent).to_owned(),
        original_due_at: dossier.due_original_at,
        new_due_at: dossier.extended_to,
        stop_requested_at: last(&stand, CommandKind::RequestWithdraw).map(|it| it.at.civil()),
        stage: dossier.status.label().to_owned(),
        competent: around.who.tree.title(kept.competent).to_owned(),
        cooperating: dossier
            .consultations
            .iter()
            .map(|it| around.who.tree.title(it.unit).to_owned())
            .collect(),
        hops: hops(tx, on_desk, &stand)?,
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
    let wanted = of_slug(&paper).ok_or(Failure::NotFound)?;
    let form = wanted.form;
    let (inner, asker) = (site.clone(), who.clone());
    let (sheet, is_own) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let events = sql::events(tx, id)?;
            if !printable(&on_desk.kept.dossier, &events).any(|it| it.form == form) {
                return Err(Failure::Refused(format!(
                    "Hồ sơ chưa có việc để in “{}”. Các giấy in được có ở trang hồ sơ.",
                    wanted.label
                )));
            }
            if on_desk.kept.applicant == sql::ERASED && form != Form::ControlSlip {
                return Err(Failure::Refused(
                    "Dữ liệu cá nhân trong hồ sơ đã được xóa, không in lại được giấy này."
                        .to_owned(),
                ));
            }
            let is_own = !around.maker(tx, &on_desk.kept)?.parts.is_empty();
            Ok((sheet(tx, &inner, &around, &on_desk, form)?, is_own))
        })
        .await?;
    super::openings::opened(&site, &who, id, is_own, "print").await?;
    let name = format!("{paper}-{}.pdf", sheet.code);
    let made = tokio::task::spawn_blocking(move || prints::render(form, &sheet)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(print_fault)?;
    Ok(site::file(bytes, "application/pdf", &name, false))
}

fn register_row(
    (number, results): (u32, i64),
    it: list_sql::Registered,
    version: &Version,
    who: &Who,
    (collector, held): (Option<&party::Collection>, Option<String>),
) -> RegisterRow {
    let channel = ChannelKind::from_code(&it.channel).unwrap_or(ChannelKind::Direct);
    let precision = version.body.precision(channel);
    let outcome = it.due_original_at.zip(it.finished_at).map(|(due, finished)| {
        match timing(due, finished, precision) {
            Timing::Early => HopOutcome::Early,
            Timing::OnTime => HopOutcome::OnTime,
            Timing::Late => HopOutcome::Late,
        }
    });
    RegisterRow {
        number,
        code: it.line.code,
        procedure: it.line.procedure,
        sets: 1,
        applicant: it.line.applicant,
        address: it.address,
        phone: it.phone,
        competent: who.tree.title(it.line.competent).to_owned(),
        received_at: Some(it.line.received_at),
        due_at: it.line.due_at,
        returned_at: it.returned_at,
        handed_over: collector.map_or_else(String::new, |it| it.name.clone()),
        outcome,
        note: {
            let status = Status::from_code(&it.line.status).map_or("", Status::label).to_owned();
            let held = held.map(|it| format!("đang giữ: {it}"));
            let results = (results > 0).then(|| format!("hồ sơ nhóm {results} kết quả"));
            let all = std::iter::once(status).chain(held).chain(results);
            all.collect::<Vec<_>>().join("; ")
        },
    }
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
    let as_pdf = match asked.get("dang") {
        "pdf" => true,
        "xlsx" => false,
        _ => return Err(Failure::NotFound),
    };
    let rows_max = if as_pdf { REGISTER_ROWS_MAX } else { WORKBOOK_ROWS_MAX };
    let _turn = site.one_at_a_time().await?;
    let seen = Seen::of(&who);
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let filter = list::read_filter(tx, &asked, &around)?;
            let lines = list_sql::registered(tx, &seen, &filter, rows_max + 1)?;
            if i64::try_from(lines.len()).unwrap_or(i64::MAX) > rows_max {
                return Err(Failure::Refused(format!(
                    "Có hơn {} hồ sơ. Hãy lọc theo tháng rồi in lại, hoặc xuất Excel.",
                    domain::text::number(rows_max)
                )));
            }
            let home = asker.home();
            let body = home
                .and_then(|it| around.desk().office(it))
                .map(|it| it.body)
                .or(home)
                .ok_or(Failure::Forbidden)?;
            let ids: Vec<DossierId> = lines.iter().map(|it| it.line.id).collect();
            let results = party::member_counts(tx, &ids)?;
            let collectors = party::last_collectors(tx, &ids)?;
            let mut bodies: HashMap<VersionId, Arc<Version>> = HashMap::new();
            let mut turns = Turns::default();
            let mut rows = Vec::with_capacity(lines.len());
            for (number, it) in (1_u32..).zip(lines.into_iter().rev()) {
                let version = match bodies.get(&it.version) {
                    Some(version) => version.clone(),
                    None => {
                        let version = procedures::version(tx, it.version)?
                            .ok_or_else(|| Fault::Broken("a dossier without a version".into()))?;
                        let version = Arc::new(version);
                        bodies.insert(it.version, version.clone());
                        version
                    }
                };
                let id = it.line.id;
                let results = results.get(&id).copied().unwrap_or(0);
                let collector = collectors.get(&id);
                // The printed register is what the law has in it; a workbook is read to see where things lie.
                let held = match as_pdf || !it.line.is_open {
                    true => None,
                    false => {
                        let place = (it.line.status.as_str(), it.line.competent);
                        Some(turns.held(tx, &around, it.line.holder.clone(), place)?)
                    }
                };
                let beside = (collector, held);
                rows.push(register_row((number, results), it, &version, &asker, beside));
            }
            let keeper = asker.name.to_string();
            Ok(RegisterSheet {
                forms: match around.calendars.pack_on(asker.today()).map(|it| it.forms) {
                    Some(FormSet::Six2018) => prints::FormSet::Circular2018,
                    _ => prints::FormSet::Circular2025,
                },
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
