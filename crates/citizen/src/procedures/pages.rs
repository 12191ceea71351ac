//! The catalogue for everybody: home, search, one procedure, notice boards.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use domain::{
    ids::UnitId,
    life_event::LifeEvent,
    procedure::{ChannelKind, PaperRole, ServiceLevel, Tier},
};
use people::calendar::facts::calendars;
use prints::{Agency, BoardRow, Counter, NoticeBoard, ProcedurePaper, ProcedureSheet};
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};
use store::Fault;

use super::{
    drawn::qr,
    facts::{Catalogue, Version, catalogue, shipped, tier_of},
    listed::{PaperGroup, groups},
    place::{self, Place},
};
use crate::{
    blanks::facts::{self as blanks, Download},
    find::{
        event_view,
        events::EventView,
        facts::{Finder, finder},
    },
    levels::facts::BodyLevels,
};

/// Cards of one page.
const CARDS: usize = 20;

struct Card {
    code: String,
    name: String,
    sector: String,
    limit: String,
    level: &'static str,
}

fn card(it: &Version, english: bool) -> Card {
    Card {
        code: it.body.code.clone(),
        name: it.body.name.clone(),
        sector: it.body.sector.clone(),
        limit: it.body.limit_said(english),
        level: it.body.level.said(english),
    }
}

#[derive(Template)]
#[template(path = "procedures/templates/home.html")]
struct Home {
    shell: Shell,
    events: Vec<EventView>,
    count: usize,
    open_hours: String,
    boards: Vec<(UnitId, String)>,
    /// What other slices offer just now: address and words.
    offers: Vec<(&'static str, String)>,
    /// A dossier's code as this installation gives them.
    code_example: String,
}

async fn current(site: &Site, who: &Who) -> Result<Arc<Catalogue>, Failure> {
    let inner = site.clone();
    site.glance(who, move |tx| Ok(catalogue(&inner, tx)?)).await
}

/// GET `/`
pub async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let shell = site.shell(&who);
    let words = shell.words;
    let (catalogue, calendars, finder, offers) = site
        .glance(&who, move |tx| {
            let offers = inner.greetings(words, tx)?;
            Ok((catalogue(&inner, tx)?, calendars(&inner, tx)?, finder(&inner, tx)?, offers))
        })
        .await?;
    let tiers = |kind: &str| matches!(kind, "commune" | "district");
    let boards = who.tree.all().filter(|it| tiers(&it.kind));
    site.page(&Home {
        events: finder.events().iter().map(|it| event_view(it, who.lang)).collect(),
        count: catalogue.all().len(),
        code_example: crate::tracking::example(&who),
        open_hours: place::open_hours(&who, &calendars, None),
        boards: boards.map(|it| (it.id, it.title.clone())).collect(),
        offers,
        shell,
    })
}

/// Events of a life that a query speaks of: each word of it stands in the name or the other words.
fn events_of(finder: &Finder, q: &str, who: &Who) -> Vec<EventView> {
    let words = domain::text::words(q);
    if words.is_empty() {
        return Vec::new();
    }
    let speaks = |it: &&LifeEvent| {
        let said = domain::text::fold(&format!("{} {} {}", it.name, it.words, it.english));
        words.iter().all(|word| said.split(' ').any(|one| one == word))
    };
    let found = finder.events().iter().filter(speaks);
    found.map(|it| event_view(it, who.lang)).collect()
}

type Suggestion = (String, String, String);

#[derive(Template)]
#[template(path = "procedures/templates/suggest.html")]
struct Suggest {
    events: Vec<Suggestion>,
    found: Vec<Suggestion>,
}

/// Suggestions under the search box at most.
const SUGGESTIONS: usize = 6;

/// GET `/thu-tuc/goi-y`: what the search box offers while somebody types, and no more than that.
pub async fn suggest(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (catalogue, finder) =
        site.glance(&who, move |tx| Ok((catalogue(&inner, tx)?, finder(&inner, tx)?))).await?;
    let q: String = asked.get("q").chars().take(200).collect();
    let words = site::Words::new(who.lang);
    let events = events_of(&finder, &q, &who).into_iter().take(2);
    let mut found = catalogue.find(&q, SUGGESTIONS);
    // The first letter of the next word says nothing yet.
    if found.is_empty()
        && let Some((before, last)) = q.trim_end().rsplit_once(' ')
        && last.chars().count() == 1
    {
        found = catalogue.find(before, SUGGESTIONS);
    }
    site.page(&Suggest {
        events: events.map(|it| (it.code, it.name, words.say("events-title"))).collect(),
        found: found
            .iter()
            .map(|it| (it.body.code.clone(), it.body.name.clone(), it.body.sector.clone()))
            .collect(),
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
    events: Vec<EventView>,
    /// Names the chosen unit on the pages that follow.
    unit_query: String,
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
    let inner = site.clone();
    let (chosen, tree, today) =
        (asked.get("don-vi").parse().ok().map(UnitId), who.tree.clone(), who.today());
    let (catalogue, finder, levels) = site
        .glance(&who, move |tx| {
            let levels = match chosen {
                Some(unit) => Some(BodyLevels::read(tx, &tree, unit, today)?),
                None => None,
            };
            Ok((catalogue(&inner, tx)?, finder(&inner, tx)?, levels))
        })
        .await?;
    // What the chosen unit offers; without one, what the catalogue names.
    let held = |it: &Version| {
        levels.as_ref().map_or(it.body.level, |levels| levels.held(&it.body, today).level)
    };
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
            && (level.is_empty() || held(it).code() == level)
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
    let english = who.lang == site::Lang::En;
    let did_you_mean = if found.is_empty() { catalogue.did_you_mean(&q) } else { None };
    let page = Search {
        cards: found
            .iter()
            .skip(from)
            .take(CARDS)
            .map(|it| Card { level: held(it).said(english), ..card(it, english) })
            .collect(),
        events: if page == 1 { events_of(&finder, &q, &who) } else { Vec::new() },
        unit_query: if unit.is_empty() { String::new() } else { format!("?don-vi={unit}") },
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
        tiers: Tier::ALL.iter().map(|it| (it.code(), it.said(english))).collect(),
        levels: ServiceLevel::ALL.iter().map(|it| (it.code(), it.said(english))).collect(),
        shell,
    };
    site.page(&page)
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
    units: Vec<(String, String)>,
    unit: String,
    unit_query: String,
    place: Option<Place>,
    level: &'static str,
    /// The number of the level that is offered, 1 to 4.
    offers: u8,
    online: String,
    is_asked: bool,
    blanks: Vec<Download>,
    today_due: String,
    replaced: Vec<(String, String)>,
    qr: Arc<str>,
    /// Where its form is filled in; empty if it has none or the unit offers none.
    form: String,
    /// What is said of filling it in.
    fills: &'static str,
}

/// GET `/thu-tuc/{code}`; `?don-vi=` names where one files.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let asked_for = code.clone();
    let (catalogue, calendars, finder, blanks) = site
        .glance(&who, move |tx| {
            let catalogue = catalogue(&inner, tx)?;
            let blanks = match catalogue.get(&asked_for) {
                Some(it) => blanks::offered(tx, &it.body)?,
                None => Vec::new(),
            };
            Ok((catalogue, calendars(&inner, tx)?, finder(&inner, tx)?, blanks))
        })
        .await?;
    let it = catalogue.get(&code).cloned().ok_or(Failure::NotFound)?;
    let today = who.today();
    let form = site.glance(&who, move |tx| Ok(crate::eforms::facts::form_for(tx, &code, today)?));
    let form = form.await?.map_or_else(String::new, |it| format!("/to-khai/{}", it.form.code));
    let body = &it.body;
    let english = who.lang == site::Lang::En;
    let units = place::units(&who, &it);
    let chosen = asked.get("don-vi").parse().ok().map(UnitId);
    let unit = chosen.or_else(|| units.first().filter(|_| units.len() == 1).map(|it| it.0));
    let place = match unit {
        Some(unit) => place::at(&site, &who, &it, unit).await?,
        None => None,
    };
    // Without a unit the catalogue's level is shown; each unit may offer less.
    let level = place.as_ref().map_or(body.level, |it| it.held.level);
    let unit = place.as_ref().map(|it| it.unit);
    let online = match &place {
        Some(place) => place.online.clone(),
        None if units.is_empty() => String::new(),
        None => place::online(&body.code, level, None),
    };
    // Where no level is known nothing is withheld that is there: some unit may offer it.
    let anywhere = place.is_none();
    let offers_forms = level.offers_forms() || anywhere;
    // At level 2 the declaration is filled in here, printed and brought along; below it nothing is offered but words.
    let form = if offers_forms { form } else { String::new() };
    let files = level.offers_filing() || anywhere;
    let today_due = place
        .as_ref()
        .map_or_else(|| place::due_now(&who, &calendars, &it, None), |it| it.due.clone());
    let page = Show {
        groups: groups(body, site::Words::new(who.lang)),
        notes: body.paper_notes().map(|it| it.name.clone()).collect(),
        limits: body
            .limits
            .iter()
            .map(|it| {
                let all = if english { "Every way" } else { "Mọi cách nộp" };
                (it.channel.map_or(all, |it| it.said(english)).to_owned(), it.said(english))
            })
            .collect(),
        fees: body.fees_said(english),
        tiers: body.tiers.iter().map(|it| it.said(english)).collect::<Vec<_>>().join(", "),
        body: super::exchange::body_label(&body.body).to_owned(),
        channels: body
            .channels
            .iter()
            .filter(|it| files || **it != ChannelKind::Online)
            .map(|it| it.said(english))
            .collect::<Vec<_>>()
            .join(", "),
        paused: it.paused_on(who.today()).map(|it| it.reason.clone()),
        units: units.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        unit: unit.map(|it| it.to_string()).unwrap_or_default(),
        unit_query: unit.map(|it| format!("?don-vi={it}")).unwrap_or_default(),
        level: level.said(english),
        offers: level.number().unwrap_or(1),
        online,
        is_asked: finder.guide(&body.code).is_some(),
        blanks: if offers_forms { blanks } else { Vec::new() },
        place,
        today_due,
        replaced: shipped::replaced(&body.code)
            .iter()
            .map(|it| (it.paper.clone(), it.reason()))
            .collect(),
        qr: qr(&format!("{}/thu-tuc/{}", site.config.base_url, body.code))?,
        fills: if files { "eform-fill" } else { "eform-fill-print" },
        form,
        shell: site.shell(&who),
        it: it.clone(),
    };
    site.page(&page)
}

fn print_fault(error: &prints::PrintError) -> Failure {
    Failure::Fault(Fault::Broken(format!("print: {error}")))
}

/// GET `/thu-tuc/{code}/in.pdf`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let catalogue = current(&site, &who).await?;
    let it = catalogue.get(&code).cloned().ok_or(Failure::NotFound)?;
    let body = &it.body;
    let unit = asked.get("don-vi").parse().ok().map(UnitId);
    let unit = unit.filter(|unit| place::settles(&who, &it, *unit));
    let top = unit.and_then(|it| who.tree.unit(it)).or_else(|| who.tree.seat());
    let unit_query = unit.map(|it| format!("?don-vi={it}")).unwrap_or_default();
    // Where a unit is named its own level is printed; the catalogue's is nobody's promise.
    let level = match unit {
        Some(unit) => place::at(&site, &who, &it, unit).await?.map(|it| it.held.level),
        None => None,
    };
    let level = level.unwrap_or(body.level);
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
        level: level.label().to_owned(),
        decision: body.decision.clone(),
        url: format!("{}/thu-tuc/{}{unit_query}", site.config.base_url, body.code),
        made_on: Some(who.today()),
        demo: site.config.demo,
        ..ProcedureSheet::default()
    };
    let made = tokio::task::spawn_blocking(move || prints::render_procedure(&sheet)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(|e| print_fault(&e))?;
    Ok(site::file(bytes, "application/pdf", &format!("thu-tuc-{code}.pdf"), false))
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
    let levels = place::levels_of(&site, &who, unit).await?;
    let today = who.today();
    let row = |it: &Version| {
        let level = levels.held(&it.body, today).level.said(false);
        Card { level, ..card(it, false) }
    };
    let count = found.len();
    let mut sectors: Vec<BoardSector> = Vec::new();
    for it in &found {
        match sectors.last_mut().filter(|last| last.name == it.body.sector) {
            Some(last) => last.rows.push(row(it)),
            None => sectors.push(BoardSector { name: it.body.sector.clone(), rows: vec![row(it)] }),
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
    let (levels, today) = (place::levels_of(&site, &who, unit).await?, who.today());
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
                level: levels.held(&it.body, today).level.label().to_owned(),
                url: format!("{}/thu-tuc/{}?don-vi={unit}", site.config.base_url, it.body.code),
            })
            .collect(),
        demo: site.config.demo,
        ..NoticeBoard::default()
    };
    let set = |sheet: &NoticeBoard| {
        prints::render_notice_board(sheet).map_err(|e| Fault::Broken(format!("print: {e}")))
    };
    let bytes = site.printed_once(sheet, set).await?;
    Ok(site::file(bytes, "application/pdf", "bang-niem-yet.pdf", false))
}
