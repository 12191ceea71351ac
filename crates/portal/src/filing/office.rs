//! The counter's list of what came over the line: answered within the hours of the law, or late and said so.

use askama::Template;
use axum::response::Response;
use citizen::procedures::facts as procedures;
use domain::{
    access::Action,
    assurance::Assurance,
    dossier::Status,
    identity::Phone,
    ids::{DossierId, UnitId},
    paper::AssistConsent,
    text,
};
use people::sheets::{Sheet, to_save};
use site::{Asked, Failure, Html, Shell, Site, State, Tie, Typed, Who};
use store::{Fault, Tx};

use super::sql::{self, Filter, Line};

/// The list's address.
pub(super) const PAGE: &str = "/co-quan/nop-truc-tuyen";
/// Rows of a page.
const ROWS: i64 = 50;
/// Rows of a workbook at most.
const EXPORT_MAX: i64 = 5_000;

/// The one-stop shops whose counters somebody serves.
pub(super) fn counters(who: &Who) -> Vec<UnitId> {
    let shops = who.tree.all().filter(|it| it.kind == "one_stop");
    shops.map(|it| it.id).filter(|it| who.can_at(Action::DossierReceive, *it)).collect()
}

/// That a dossier came over the line, for its page.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn ties(_: &Who, tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Tie>, Fault> {
    let Some(it) = sql::of_dossier(tx, dossier)? else { return Ok(Vec::new()) };
    let waits = citizen::dossiers::facts::by_id(tx, dossier)?
        .is_some_and(|it| it.dossier.status == Status::Submitted);
    let sent = text::date_time(it.at.civil());
    let known = known(it.proof);
    let label = if waits {
        let due = text::date_time(it.answer_due_at);
        format!("Nộp trực tuyến lúc {sent} ({known}): trả lời trước {due}")
    } else {
        format!("Nộp trực tuyến lúc {sent} ({known})")
    };
    let mut ties = vec![Tie {
        label,
        href: PAGE.to_owned(),
        is_due: waits,
        owed: None,
        number: None,
        stays: None,
    }];
    if let Some(at) = sql::denied_at(tx, dossier)? {
        ties.push(Tie {
            label: format!(
                "Chủ số định danh báo lúc {}: không phải mình nộp hồ sơ này",
                text::date_time(at.civil())
            ),
            href: PAGE.to_owned(),
            is_due: true,
            owed: None,
            number: None,
            stays: None,
        });
    }
    if let Some((by, consent, witness)) = sql::assistant_of(tx, dossier)? {
        let name = people::staff::facts::account_name(tx, by)?;
        let doubts = super::assist::doubts(tx, dossier, &consent)?;
        let consent = AssistConsent::said(&consent);
        let heard =
            if witness.is_empty() { String::new() } else { format!("; làm chứng: {witness}") };
        let label = format!("Nộp hộ: {name}; người dân đồng ý: {consent}{heard}");
        ties.push(Tie {
            label,
            href: PAGE.to_owned(),
            is_due: false,
            owed: None,
            number: None,
            stays: None,
        });
        ties.extend(doubts.into_iter().map(|label| Tie {
            label,
            href: PAGE.to_owned(),
            is_due: waits,
            owed: None,
            number: None,
            stays: None,
        }));
    }
    Ok(ties)
}

/// How surely the sender is known.
const fn known(proof: Assurance) -> &'static str {
    match proof {
        Assurance::Nothing => "chưa xác nhận người gửi",
        Assurance::Phone => "đã xác nhận điện thoại",
        Assurance::Identified => "từ tài khoản đã xác thực danh tính",
    }
}

struct Row {
    dossier: DossierId,
    code: String,
    applicant: String,
    procedure: String,
    unit: String,
    sent: String,
    due: String,
    status: &'static str,
    late: bool,
    answered: bool,
    /// Whom nobody knows by more than what he says is called first.
    is_unproven: bool,
    /// His telephone as it is dialled and as it is read; nothing where it need not be shown.
    call: Option<(String, String)>,
    is_assisted: bool,
    known: &'static str,
}

#[derive(Template)]
#[template(path = "filing/templates/list.html")]
struct List {
    shell: Shell,
    waiting: bool,
    count: i64,
    acts: i64,
    /// Waiting dossiers whose sender nobody knows.
    unproven: i64,
    phones: Vec<(String, String)>,
    phone: &'static str,
    procedures: Vec<(String, String)>,
    procedure: String,
    q: String,
    is_filtered: bool,
    query: String,
    first: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
    hours: u16,
}

/// What the filter of telephones is called that were not proven.
const UNPROVEN: &str = "chua";

fn filter(who: &Who, asked: &Typed) -> Filter {
    Filter {
        units: counters(who),
        waiting: asked.get("xem") != "tat-ca",
        procedure: Some(asked.get("thu-tuc").to_owned()).filter(|it| !it.is_empty()),
        unproven: asked.get("dien-thoai") == UNPROVEN,
        q: asked.get("q").to_owned(),
        after: asked.get("sau").parse().ok(),
    }
}

fn rows(site: &Site, who: &Who, tx: &mut Tx<'_>, found: Vec<Line>) -> Result<Vec<Row>, Failure> {
    let catalogue = procedures::catalogue(site, tx)?;
    let now = who.now.civil();
    Ok(found
        .into_iter()
        .map(|it| {
            let status = Status::from_code(&it.status);
            let is_unproven = it.proof == Assurance::Nothing;
            let call = Phone::parse(&it.phone).ok().filter(|_| is_unproven);
            Row {
                call: call.map(|it| (it.e164(), it.grouped())),
                is_unproven,
                is_assisted: it.is_assisted,
                known: known(it.proof),
                procedure: catalogue
                    .get(&it.procedure)
                    .map_or_else(|| it.procedure.clone(), |found| found.body.name.clone()),
                late: status == Some(Status::Submitted) && it.answer_due_at < now,
                status: status.map_or("", Status::label),
                answered: it.is_answered,
                dossier: it.dossier,
                code: it.code,
                applicant: it.applicant,
                unit: who.tree.title(it.unit).to_owned(),
                sent: text::date_time(it.sent.civil()),
                due: text::date_time(it.answer_due_at),
            }
        })
        .collect())
}

/// GET `/co-quan/nop-truc-tuyen`: what waits, the first to be answered first; with `xem=tat-ca` all of it.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let wanted = filter(&who, &asked);
    let (waiting, only) = (wanted.waiting, wanted.unproven);
    let (rows, next, (count, acts, unproven), hours, known) = site
        .read(&who, move |tx| {
            let mut found = sql::list(tx, &wanted, ROWS + 1)?;
            let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
            let more = found.len() > full;
            found.truncate(full);
            let next = found.last().filter(|_| more).map(|it| it.dossier);
            let count = sql::waiting(tx, &wanted.units)?;
            let acts = crate::follow::sql::waiting(tx, &wanted.units)?;
            let unproven = sql::unproven(tx, &wanted.units)?;
            let calendars = people::calendar::facts::calendars(&inner, tx)?;
            let hours = calendars.pack_on(asker.today()).map_or(8, |it| it.online_answer_hours);
            let known = sql::procedures(tx, &wanted.units)?;
            let catalogue = procedures::catalogue(&inner, tx)?;
            let known: Vec<(String, String)> = known
                .into_iter()
                .map(|code| {
                    let name =
                        catalogue.get(&code).map_or_else(String::new, |it| it.body.name.clone());
                    (code, name)
                })
                .collect();
            let counts = (count, acts, unproven);
            Ok((rows(&inner, &asker, tx, found)?, next, counts, hours, known))
        })
        .await?;
    let procedure = asked.get("thu-tuc").to_owned();
    let mut choices = vec![(String::new(), "Mọi thủ tục".to_owned())];
    choices.extend(known);
    let view = if waiting { "" } else { "xem=tat-ca" };
    let phone = if only { UNPROVEN } else { "" };
    let q = asked.get("q").to_owned();
    let query = format!(
        "{view}&q={}&thu-tuc={}&dien-thoai={phone}",
        site::percent(&q),
        site::percent(&procedure)
    );
    let is_filtered = only || !q.trim().is_empty() || !procedure.is_empty();
    let phones = [("", "Mọi hồ sơ"), (UNPROVEN, "Chưa xác nhận điện thoại")];
    site.page(&List {
        shell: site.shell(&who),
        waiting,
        count,
        acts,
        unproven,
        phones: phones.map(|(code, label)| (code.to_owned(), label.to_owned())).to_vec(),
        phone,
        procedures: choices,
        procedure,
        next: next.map(|it| format!("{PAGE}?{query}&sau={it}")),
        first: (!asked.get("sau").is_empty()).then(|| format!("{PAGE}?{query}")),
        is_filtered,
        q,
        query,
        rows,
        hours,
    })
}

const HEADS: &[(&str, u16)] = &[
    ("Mã hồ sơ", 24),
    ("Thủ tục", 50),
    ("Người nộp", 28),
    ("Nơi nhận", 30),
    ("Gửi lúc", 22),
    ("Phải trả lời trước", 22),
    ("Trạng thái", 24),
    ("Người gửi", 34),
    ("Điện thoại cần gọi", 20),
];

/// GET `/co-quan/nop-truc-tuyen/xuat`: the same list as a workbook.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let (inner, asker, wanted) = (site.clone(), who.clone(), filter(&who, &asked));
    let rows = site
        .read(&who, move |tx| {
            let found = sql::list(tx, &wanted, EXPORT_MAX)?;
            rows(&inner, &asker, tx, found)
        })
        .await?;
    drop(turn);
    let rows = rows
        .into_iter()
        .map(|it| {
            vec![
                it.code,
                it.procedure,
                it.applicant,
                it.unit,
                it.sent,
                it.due,
                it.status.to_owned(),
                it.known.to_owned(),
                it.call.map_or_else(String::new, |it| it.1),
            ]
        })
        .collect();
    let sheet = Sheet { name: "Hồ sơ trực tuyến", heads: HEADS, rows };
    Ok(to_save(&[sheet], "ho-so-truc-tuyen.xlsx")?)
}
