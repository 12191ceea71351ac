//! What citizens did over the line, for the office: on the dossier's page, and as a list of the counter.

use askama::Template;
use axum::response::Response;
use citizen::eforms::signing;
use domain::{
    access::Action,
    dossier::{CommandKind, Status},
    ids::DossierId,
    text,
};
use people::sheets::{Sheet, to_save};
use site::{Asked, Failure, Html, Lang, Shell, Site, State, Tie, Typed, Who, Words};
use store::{Fault, Tx};

use super::sql::{self, Act, Filter, Line};

/// The list's address.
pub(crate) const PAGE: &str = "/co-quan/nop-truc-tuyen/bo-sung";
const ROWS: i64 = 50;
const EXPORT_MAX: i64 = 5_000;
/// What a citizen does after filing.
const KINDS: [CommandKind; 4] = [
    CommandKind::Resubmit,
    CommandKind::Supplement,
    CommandKind::RequestWithdraw,
    CommandKind::RejectWithdraw,
];

/// What a citizen did, in the office's words.
fn label(kind: &str) -> &'static str {
    match CommandKind::from_code(kind) {
        Some(CommandKind::Resubmit) => "Nộp lại theo yêu cầu bổ sung",
        Some(CommandKind::Supplement) => "Bổ sung hồ sơ",
        Some(CommandKind::RequestWithdraw) => "Xin rút hồ sơ",
        Some(CommandKind::RejectWithdraw) => "Không xin rút nữa",
        _ => "Việc khác",
    }
}

fn line(act: &Act) -> String {
    let files = if act.files > 0 { format!(", {} tệp", act.files) } else { String::new() };
    format!("{} qua cổng lúc {}{files}", label(&act.kind), text::date_time(act.at.civil()))
}

/// That somebody has not signed the declaration yet, for the dossier's page.
fn unsigned(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Tie>, Fault> {
    let is_over =
        citizen::dossiers::facts::by_id(tx, dossier)?.is_none_or(|it| it.dossier.status.is_over());
    if is_over {
        return Ok(None);
    }
    let words = Words::new(Lang::Vi);
    let due = signing::of_dossier(tx, dossier)?.map(|it| it.1).unwrap_or_default();
    let owed: Vec<String> =
        due.iter().filter(|it| it.is_owed()).map(|it| it.titled(words)).collect();
    Ok((!owed.is_empty()).then(|| Tie {
        label: format!("Còn thiếu chữ ký trên tờ khai: {}", owed.join("; ")),
        href: format!("/co-quan/ho-so/{dossier}/to-khai"),
        is_due: true,
        owed: None,
        number: None,
        stays: None,
    }))
}

/// What the citizen did last on a dossier, and whose signature is missing, for its page.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn ties(_: &Who, tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Tie>, Fault> {
    let mut ties: Vec<Tie> = unsigned(tx, dossier)?.into_iter().collect();
    let Some(act) = sql::last(tx, dossier)? else { return Ok(ties) };
    let mark = if act.is_fresh { "Người nộp vừa làm: " } else { "" };
    let label = format!("{mark}{}", line(&act));
    ties.push(Tie {
        label,
        href: PAGE.to_owned(),
        is_due: act.is_fresh,
        owed: None,
        number: None,
        stays: None,
    });
    Ok(ties)
}

struct Row {
    dossier: DossierId,
    code: String,
    applicant: String,
    procedure: String,
    unit: String,
    what: &'static str,
    at: String,
    files: i64,
    status: &'static str,
    fresh: bool,
}

#[derive(Template)]
#[template(path = "follow/templates/list.html")]
struct List {
    shell: Shell,
    fresh: bool,
    waiting: i64,
    kinds: Vec<(String, String)>,
    kind: String,
    query: String,
    rows: Vec<Row>,
    count: i64,
    next: Option<String>,
}

fn filter(who: &Who, asked: &Typed) -> Filter {
    let shops = who.tree.all().filter(|it| it.kind == "one_stop").map(|it| it.id);
    let kind = CommandKind::from_code(asked.get("viec")).filter(|it| KINDS.contains(it));
    Filter {
        units: shops.filter(|it| who.can_at(Action::DossierReceive, *it)).collect(),
        fresh: asked.get("xem") != "tat-ca",
        kind: kind.map(|it| it.code().to_owned()),
        after: asked.get("sau").parse().ok(),
    }
}

fn row(who: &Who, it: Line) -> Row {
    Row {
        dossier: it.dossier,
        code: it.code,
        applicant: it.applicant,
        procedure: it.procedure,
        unit: who.tree.title(it.unit).to_owned(),
        what: label(&it.act.kind),
        at: text::date_time(it.act.at.civil()),
        files: it.act.files,
        status: Status::from_code(&it.status).map_or("", Status::label),
        fresh: it.act.is_fresh,
    }
}

/// GET `/co-quan/nop-truc-tuyen/bo-sung`: what nobody has looked into yet; with `xem=tat-ca` all of it.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let wanted = filter(&who, &asked);
    let (fresh, kind) = (wanted.fresh, wanted.kind.clone().unwrap_or_default());
    let (mut found, count, waiting) = site
        .read(&who, move |tx| {
            let found = sql::list(tx, &wanted, ROWS + 1)?;
            Ok((found, sql::count(tx, &wanted)?, sql::waiting(tx, &wanted.units)?))
        })
        .await?;
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let view = if fresh { "" } else { "xem=tat-ca" };
    let query = format!("{view}&viec={}", site::percent(&kind));
    let mut kinds = vec![(String::new(), "Mọi việc".to_owned())];
    kinds.extend(KINDS.iter().map(|it| (it.code().to_owned(), label(it.code()).to_owned())));
    site.page(&List {
        shell: site.shell(&who),
        fresh,
        waiting,
        kinds,
        kind,
        next: found.last().filter(|_| more).map(|it| format!("{PAGE}?{query}&sau={}", it.id)),
        query,
        rows: found.into_iter().map(|it| row(&who, it)).collect(),
        count,
    })
}

const HEADS: &[(&str, u16)] = &[
    ("Mã hồ sơ", 24),
    ("Thủ tục", 50),
    ("Người nộp", 28),
    ("Nơi nhận", 30),
    ("Việc", 30),
    ("Lúc", 22),
    ("Số tệp", 8),
    ("Trạng thái", 24),
];

/// GET `/co-quan/nop-truc-tuyen/bo-sung/xuat`: the same list as a workbook.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let wanted = filter(&who, &asked);
    let found = site.read(&who, move |tx| Ok(sql::list(tx, &wanted, EXPORT_MAX)?)).await?;
    drop(turn);
    let rows = found.into_iter().map(|it| {
        let it = row(&who, it);
        let files = it.files.to_string();
        vec![
            it.code,
            it.procedure,
            it.applicant,
            it.unit,
            it.what.to_owned(),
            it.at,
            files,
            it.status.to_owned(),
        ]
    });
    let sheet = Sheet { name: "Bổ sung trực tuyến", heads: HEADS, rows: rows.collect() };
    Ok(to_save(&[sheet], "bo-sung-truc-tuyen.xlsx")?)
}
