//! The catalogue for everybody: home, search, one procedure, notice boards.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use askama::Template;
use axum::response::Response;
use domain::{
    ids::UnitId,
    names_replaced::ReplacedPaper,
    org::UnitKind,
    procedure::{PaperRole, ProcedureVersion, ServiceLevel, Tier},
};
use people::calendar::facts::{Calendars, calendars};
use prints::{Agency, BoardRow, Counter, NoticeBoard, ProcedurePaper, ProcedureSheet};
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};
use store::Fault;

use super::facts::{Catalogue, Version, catalogue, shipped};

/// Cards of one page.
const CARDS: usize = 20;

struct Card {
    code: String,
    name: String,
    sector: String,
    limit: String,
    level: &'static str,
}

fn card(it: &Version) -> Card {
    Card {
        code: it.body.code.clone(),
        name: it.body.name.clone(),
        sector: it.body.sector.clone(),
        limit: it.body.limit_text(),
        level: it.body.level.label(),
    }
}

struct LifeEvent {
    label: String,
    query: &'static str,
}

#[derive(Template)]
#[template(path = "procedures/templates/home.html")]
struct Home {
    shell: Shell,
    events: Vec<LifeEvent>,
    count: usize,
    open_hours: String,
    boards: Vec<(UnitId, String)>,
}

async fn current(site: &Site, who: &Who) -> Result<Arc<Catalogue>, Failure> {
    let inner = site.clone();
    site.glance(who, move |tx| Ok(catalogue(&inner, tx)?)).await
}

/// [`current`] and the calendars, in one look.
async fn current_with_calendars(
    site: &Site,
    who: &Who,
) -> Result<(Arc<Catalogue>, Arc<Calendars>), Failure> {
    let inner = site.clone();
    site.glance(who, move |tx| Ok((catalogue(&inner, tx)?, calendars(&inner, tx)?))).await
}

/// GET `/`
pub async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (catalogue, calendars) = current_with_calendars(&site, &who).await?;
    let shell = site.shell(&who);
    let words = shell.words;
    let today = who.today();
    let calendar = calendars.general();
    let open_hours = if calendar.works_on(today) {
        let spans = calendar.hours.spans(today).iter();
        let span = |it: &domain::hours::Span| {
            format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M"))
        };
        let now = who.now.civil().time();
        let is_open = calendar.hours.spans(today).iter().any(|it| it.from <= now && now < it.until);
        let hours = spans.map(span).collect::<Vec<_>>().join(", ");
        if is_open { hours } else { words.say_with("home-closed-now", &[("hours", &hours)]) }
    } else {
        words.say("home-closed")
    };
    let event = |label: &str, query| LifeEvent { label: label.to_owned(), query };
    let events = vec![
        event(&words.say("life-birth"), "khai sinh"),
        event(&words.say("life-marriage"), "kết hôn"),
        event(&words.say("life-death"), "khai tử"),
        event(&words.say("life-copies"), "chứng thực bản sao"),
        event(&words.say("life-land"), "đất đai"),
        event(&words.say("life-shop"), "hộ kinh doanh"),
    ];
    let tiers = |kind: &str| matches!(kind, "commune" | "district");
    let boards = who.tree.all().filter(|it| tiers(&it.kind));
    site.page(&Home {
        events,
        count: catalogue.all().len(),
        open_hours,
        boards: boards.map(|it| (it.id, it.title.clone())).collect(),
        shell,
    })
}

#[derive(Template)]
#[template(path = "procedures/templates/search.html")]
struct Search {
    shell: Shell,
    q: String,
    sector: String,
    tier: String,
    level: String,
    unit: String,
    units: Vec<(String, String)>,
    sectors: Vec<String>,
    tiers: Vec<(&'static str, &'static str)>,
    levels: Vec<(&'static str, &'static str)>,
    cards: Vec<Card>,
    count: usize,
    did_you_mean: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

fn address(asked: &Typed, page: usize) -> String {
    let mut pairs: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "trang" | "lang") && !value.is_empty())
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    pairs.push(format!("trang={page}"));
    format!("/thu-tuc?{}", pairs.join("&"))
}

/// GET `/thu-tuc`
pub async fn search(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let catalogue = current(&site, &who).await?;
    let q: String = asked.get("q").chars().take(200).collect();
    let (sector, tier, level) = (asked.get("linh-vuc"), asked.get("cap"), asked.get("muc-do"));
    let with_districts = who.tree.has_districts();
    // What a unit settles is what People's Committees of its tier settle.
    let unit = asked.get("don-vi").to_owned();
    let of_unit = unit.parse().ok().and_then(|it| who.tree.unit(it)).map(|it| tier_of(&it.kind));
    let fits = |it: &Version| {
        of_unit.is_none_or(|tier| {
            it.body.body == "ubnd"
                && tier.is_some_and(|tier| it.body.settled_by(tier, with_districts))
        }) && (sector.is_empty() || it.body.sector == sector)
            && (level.is_empty() || it.body.level.code() == level)
            && Tier::from_code(tier).is_none_or(|tier| it.body.settled_by(tier, with_districts))
    };
    let found: Vec<Arc<Version>> = if q.is_empty() {
        catalogue.all().iter().filter(|it| fits(it)).cloned().collect()
    } else {
        catalogue.find(&q, catalogue.all().len()).into_iter().filter(|it| fits(it)).collect()
    };
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * CARDS;
    let shell = site.shell(&who);
    let did_you_mean = if found.is_empty() { catalogue.did_you_mean(&q) } else { None };
    let page = Search {
        cards: found.iter().skip(from).take(CARDS).map(|it| card(it)).collect(),
        count: found.len(),
        did_you_mean,
        previous: (page > 1).then(|| address(&asked, page - 1)),
        next: (from + CARDS < found.len()).then(|| address(&asked, page + 1)),
        q,
        sector: sector.to_owned(),
        tier: tier.to_owned(),
        level: level.to_owned(),
        unit,
        units: who
            .tree
            .all()
            .filter(|it| tier_of(&it.kind).is_some())
            .map(|it| (it.id.to_string(), it.title.clone()))
            .collect(),
        sectors: catalogue.sectors().to_vec(),
        tiers: Tier::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        levels: ServiceLevel::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        shell,
    };
    site.page(&page)
}

struct PaperGroup {
    title: String,
    papers: Vec<PaperView>,
}

struct PaperView {
    name: String,
    detail: String,
    /// Why it need not be brought; empty if it must.
    replaced: String,
}

#[derive(Template)]
#[template(path = "procedures/templates/show.html")]
struct Show {
    shell: Shell,
    it: Arc<Version>,
    groups: Vec<PaperGroup>,
    notes: Vec<String>,
    limits: Vec<(String, String)>,
    fees: Vec<String>,
    tiers: String,
    body: String,
    channels: String,
    paused: Option<String>,
    today_due: Option<String>,
    replaced: Vec<(String, String)>,
    qr: Arc<str>,
    /// Where its form is filled in; empty if it has none.
    form: String,
}

fn copies(it: &domain::procedure::RequiredPaper) -> String {
    let mut parts = Vec::new();
    if let Some(n) = it.originals.filter(|it| *it > 0) {
        parts.push(format!("{n} bản chính"));
    }
    if let Some(n) = it.copies.filter(|it| *it > 0) {
        parts.push(format!("{n} bản sao"));
    }
    parts.join(", ")
}

fn groups(body: &ProcedureVersion) -> Vec<PaperGroup> {
    let mut groups: Vec<PaperGroup> = Vec::new();
    for it in body.papers_to_bring() {
        let title = match (it.role, it.group.as_str()) {
            (PaperRole::Show, "") => "Giấy tờ chỉ xuất trình".to_owned(),
            (_, "") => "Giấy tờ phải nộp".to_owned(),
            (_, group) => group.to_owned(),
        };
        let covers = shipped::replaced(&body.code).iter().find(|row| row.covers(&it.name));
        let replaced = covers.map(ReplacedPaper::reason).unwrap_or_default();
        let paper = PaperView { name: it.name.clone(), detail: copies(it), replaced };
        match groups.iter_mut().find(|it| it.title == title) {
            Some(group) => group.papers.push(paper),
            None => groups.push(PaperGroup { title, papers: vec![paper] }),
        }
    }
    groups
}

/// Square codes of addresses, drawn once: they are always the same, and drawing one takes longer
/// than the rest of the page.
fn qr(text: &str) -> Result<Arc<str>, Failure> {
    static DRAWN: Mutex<BTreeMap<String, Arc<str>>> = Mutex::new(BTreeMap::new());
    const DRAWN_MAX: usize = 2_000;
    let found = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
    if let Some(found) = found {
        return Ok(found);
    }
    let drawn: Arc<str> =
        prints::qr_svg(text).map_err(|e| Failure::Fault(Fault::Broken(format!("qr: {e}"))))?.into();
    let mut all = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= DRAWN_MAX {
        all.clear();
    }
    all.insert(text.to_owned(), drawn.clone());
    Ok(drawn)
}

/// GET `/thu-tuc/{code}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let (catalogue, calendars) = current_with_calendars(&site, &who).await?;
    let it = catalogue.get(&code).cloned().ok_or(Failure::NotFound)?;
    let today = who.today();
    let form = site.glance(&who, move |tx| Ok(crate::eforms::facts::form_for(tx, &code, today)?));
    let form = form.await?.map_or_else(String::new, |it| format!("/to-khai/{}", it.form.code));
    let body = &it.body;
    let channel = domain::procedure::ChannelKind::Direct;
    let today_due = body
        .limit(channel)
        .and_then(|it| it.time_limit())
        .and_then(|limit| {
            domain::deadline::due_at(calendars.general(), who.now.civil(), limit).ok()
        })
        .map(|it| site::Words::new(who.lang).moment(it));
    let page = Show {
        groups: groups(body),
        notes: body
            .papers
            .iter()
            .filter(|it| it.role == PaperRole::Note)
            .map(|it| it.name.clone())
            .collect(),
        limits: body
            .limits
            .iter()
            .map(|it| (it.channel.map_or("Mọi cách nộp", |it| it.label()).to_owned(), it.text()))
            .collect(),
        fees: body
            .fees
            .iter()
            .map(|it| {
                if it.channels.is_empty() {
                    it.text()
                } else {
                    format!("{}: {}", it.channels, it.text())
                }
            })
            .collect(),
        tiers: body.tiers.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        body: super::exchange::body_label(&body.body).to_owned(),
        channels: body.channels.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        paused: it.paused_on(who.today()).map(|it| it.reason.clone()),
        today_due,
        replaced: shipped::replaced(&body.code)
            .iter()
            .map(|it| (it.paper.clone(), it.reason()))
            .collect(),
        qr: qr(&format!("{}/thu-tuc/{}", site.config.base_url, body.code))?,
        form,
        shell: site.shell(&who),
        it: it.clone(),
    };
    site.page(&page)
}

fn level_text(body: &ProcedureVersion) -> String {
    body.level.label().to_owned()
}

fn print_fault(error: &prints::PrintError) -> Failure {
    Failure::Fault(Fault::Broken(format!("print: {error}")))
}

/// GET `/thu-tuc/{code}/in.pdf`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let catalogue = current(&site, &who).await?;
    let it = catalogue.get(&code).cloned().ok_or(Failure::NotFound)?;
    let body = &it.body;
    let top = who.tree.seat();
    let sheet = ProcedureSheet {
        agency: Agency {
            parent: String::new(),
            name: top.map_or_else(String::new, |it| it.title.clone()),
            place: top.map_or_else(String::new, |it| it.place.clone()),
        },
        code: body.code.clone(),
        name: body.name.clone(),
        sector: body.sector.clone(),
        competent: body.tiers.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        applicants: body.applicants.clone(),
        limits: body
            .limits
            .iter()
            .map(|it| prints::ChannelLimit {
                channel: it.channel.map_or("Mọi cách nộp", |it| it.label()).to_owned(),
                limit: it.text(),
                fee: body.fee_text(),
            })
            .collect(),
        papers: body
            .papers_to_bring()
            .map(|it| ProcedurePaper {
                case: if it.group.is_empty() && it.role == PaperRole::Show {
                    "Chỉ xuất trình".to_owned()
                } else {
                    it.group.clone()
                },
                name: it.name.clone(),
                originals: u16::try_from(it.originals.unwrap_or(0)).unwrap_or(0),
                copies: u16::try_from(it.copies.unwrap_or(0)).unwrap_or(0),
                form: it.form.clone(),
                remark: false,
            })
            .collect(),
        sets: 1,
        result: body.results.join("; "),
        conditions: Some(body.conditions.clone()).into_iter().filter(|it| !it.is_empty()).collect(),
        legal_basis: body.legal_basis.clone(),
        level: level_text(body),
        decision: body.decision.clone(),
        url: format!("{}/thu-tuc/{}", site.config.base_url, body.code),
        made_on: Some(who.today()),
        demo: site.config.demo,
        ..ProcedureSheet::default()
    };
    let made = tokio::task::spawn_blocking(move || prints::render_procedure(&sheet)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(|e| print_fault(&e))?;
    Ok(site::file(bytes, "application/pdf", &format!("thu-tuc-{code}.pdf"), false))
}

pub(super) fn tier_of(kind: &str) -> Option<Tier> {
    Some(match UnitKind::of(kind)? {
        UnitKind::Province => Tier::Province,
        UnitKind::District => Tier::District,
        UnitKind::Commune => Tier::Commune,
        UnitKind::Division | UnitKind::OneStop => return None,
    })
}

struct BoardSector {
    name: String,
    rows: Vec<Card>,
}

#[derive(Template)]
#[template(path = "procedures/templates/board.html")]
struct Board {
    shell: Shell,
    unit: UnitId,
    title: String,
    count: usize,
    sectors: Vec<BoardSector>,
}

fn posted(
    catalogue: &Catalogue,
    who: &Who,
    unit: UnitId,
) -> Result<(String, Vec<Arc<Version>>), Failure> {
    let it = who.tree.unit(unit).ok_or(Failure::NotFound)?;
    let tier = tier_of(&it.kind).ok_or(Failure::NotFound)?;
    let mut found: Vec<Arc<Version>> =
        catalogue.of_tier(tier, who.tree.has_districts()).cloned().collect();
    found.sort_by_cached_key(|it| {
        (domain::text::sort_key(&it.body.sector), domain::text::sort_key(&it.body.name))
    });
    Ok((it.title.clone(), found))
}

/// GET `/niem-yet/{unit}`
pub async fn board(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let catalogue = current(&site, &who).await?;
    let (title, found) = posted(&catalogue, &who, unit)?;
    let count = found.len();
    let mut sectors: Vec<BoardSector> = Vec::new();
    for it in &found {
        match sectors.last_mut().filter(|last| last.name == it.body.sector) {
            Some(last) => last.rows.push(card(it)),
            None => {
                sectors.push(BoardSector { name: it.body.sector.clone(), rows: vec![card(it)] })
            }
        }
    }
    site.page(&Board { shell: site.shell(&who), unit, title, count, sectors })
}

/// GET `/niem-yet/{unit}/in.pdf`
pub async fn print_board(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let catalogue = current(&site, &who).await?;
    let (title, found) = posted(&catalogue, &who, unit)?;
    let here = who.tree.unit(unit);
    let above = here.and_then(|it| it.parent);
    let sheet = NoticeBoard {
        agency: Agency {
            parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
            name: title,
            place: here.map_or_else(String::new, |it| it.place.clone()),
        },
        counter: Counter { website: site.config.base_url.clone(), ..Counter::default() },
        made_on: Some(who.today()),
        large: asked.get("kho") == "a3",
        rows: found
            .iter()
            .map(|it| BoardRow {
                code: it.body.code.clone(),
                name: it.body.name.clone(),
                sector: it.body.sector.clone(),
                limit: it.body.limit_text(),
                fee: it.body.fee_text(),
                level: level_text(&it.body),
                url: format!("{}/thu-tuc/{}", site.config.base_url, it.body.code),
            })
            .collect(),
        demo: site.config.demo,
        ..NoticeBoard::default()
    };
    let turn = site.one_at_a_time().await?;
    let made = tokio::task::spawn_blocking(move || prints::render_notice_board(&sheet)).await;
    drop(turn);
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(|e| print_fault(&e))?;
    Ok(site::file(bytes, "application/pdf", "bang-niem-yet.pdf", false))
}
