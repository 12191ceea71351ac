//! Where a filing begins: what it takes, which one-stop shop, the draft's address.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::desk::Desk,
    eforms::facts as eforms,
    find::carried::{self, Carried},
    levels::facts as levels,
    procedures::facts::Version,
};
use domain::{ids::UnitId, text};
use people::calendar::facts::calendars;
use site::{
    Asked, Failure, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Who,
};
use store::{Fault, Tx};

use super::{
    declaring::{self, FORM},
    draft::{Draft, Keeper},
    owner::{Asker, Waiting},
    reading::{Way, papers, stood_by},
    steps::version,
};
use crate::account::facts::{self as accounts, Citizen};

/// Drafts that one account begins within [`WINDOW_S`] at most. Whoever has none counts with his address, behind which a
/// hall or the telephones of a valley may stand: as the operator says.
const BEGUN_MAX: u32 = 60;
const WINDOW_S: i64 = 60 * 60;

/// The one-stop shops that take a procedure over the line today, by the titles of their offices, and whether
/// there are others that do not.
pub(super) fn shops(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    it: &Version,
) -> Result<(Vec<Shop>, bool), Failure> {
    let calendars = calendars(site, tx)?;
    let desk = Desk { tree: &who.tree, calendars: &calendars };
    let with_districts = who.tree.has_districts();
    let found = who.tree.all().filter(|unit| unit.kind == "one_stop").filter_map(|unit| {
        let office = desk.office(unit.id)?;
        let settles = it.body.body == "ubnd" && it.body.settled_by(office.tier, with_districts);
        settles.then(|| Shop {
            id: unit.id,
            body: office.body,
            title: who.tree.title(office.body).to_owned(),
        })
    });
    let mut found: Vec<Shop> = found.collect();
    let units: Vec<UnitId> = found.iter().map(|it| it.id).collect();
    let open = levels::filed_at(tx, &who.tree, &it.body, &units, who.today())?;
    found.retain(|it| open.contains(&it.id));
    let has_others = found.len() < units.len();
    Ok((found, has_others))
}

/// What a draft begins with: the form of today, and what is known of whoever is signed in and agreed to that.
pub(super) fn beginning(
    tx: &mut Tx<'_>,
    it: &Version,
    who: &Who,
    citizen: Option<&Citizen>,
    carried: Option<&Carried>,
) -> Result<Typed, Fault> {
    let mut typed = Typed::default();
    if let Some(form) = eforms::form_for(tx, &it.body.code, who.today())? {
        typed.set(FORM, form.id.to_string());
    }
    let mut before = Vec::new();
    if let Some(me) = citizen
        && accounts::agrees(tx, me.id, "prefill")?
    {
        before = accounts::dossiers_of(tx, me)?;
        // What the account does not know, he said before.
        let said = declaring::said_before(tx, me, &before)?;
        let first =
            |known: &str, said: &str| if known.is_empty() { said } else { known }.to_owned();
        let born = first(&me.birth_date, &said.birth_date);
        for (name, said) in [
            ("ho-ten", first(&me.name, &said.name)),
            ("so-giay-to", first(&me.id_number, &said.id_number)),
            ("ngay-sinh", born.parse().map(text::date).unwrap_or_default()),
            ("dien-thoai", me.phone.clone()),
            ("email", first(&me.email, &said.email)),
            ("dia-chi", first(&me.address, &said.address)),
        ] {
            typed.set(name, said);
        }
    }
    declaring::first(tx, &mut typed, &who.tree, &before)?;
    if let Some(carried) = carried {
        for (name, answer) in carried.fields() {
            typed.set(&name, answer);
        }
        for (place, _) in papers(&it.body).filter(|(_, it)| carried.not_mine.contains(&it.name)) {
            let way = format!("cach-{place}");
            if !typed.has(&way) {
                typed.set(&way, Way::NotMine.code());
            }
        }
        declaring::carry(tx, &mut typed, &carried.fills)?;
    }
    Ok(typed)
}

pub(super) struct Shop {
    pub id: UnitId,
    pub body: UnitId,
    pub title: String,
}

#[derive(Template)]
#[template(path = "filing/templates/start.html")]
struct Start<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    name: String,
    online: bool,
    level: &'static str,
    paused: String,
    units: Vec<(String, String)>,
    papers: usize,
    problems: String,
    /// What this browser began and did not send.
    begun: Vec<Waiting>,
    /// What is begun now goes into an account.
    is_mine: bool,
    /// What was answered beforehand, as fields.
    carried: Vec<(String, String)>,
    /// The office that somebody comes from and that takes this on paper alone: its row and title.
    on_paper_at: Option<(UnitId, String)>,
}

/// GET `/nop/{code}`, with `don-vi` for the office that somebody comes from.
pub async fn start(
    State(site): State<Site>,
    asker: Asker,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    start_page(&site, &asker, code, Mistakes::none(asked)).await
}

async fn start_page(
    site: &Site,
    whose: &Asker,
    code: String,
    mut m: Mistakes,
) -> Result<Html<String>, Failure> {
    let who = &whose.who;
    let (inner, asker, asked) = (site.clone(), whose.clone(), code.clone());
    let answered = m.typed.clone();
    let (it, (shops, has_others), begun, carried, stood) = site
        .read(who, move |tx| {
            let it = version(tx, &asked, &asker.who)?;
            let shops = shops(&inner, &asker.who, tx, &it)?;
            let carried = carried::read(&inner, tx, &it.body, &answered)?;
            let form = eforms::form_for(tx, &it.body.code, asker.who.today())?;
            let stood = form.map_or_else(Vec::new, |form| stood_by(&form.form.title, &it.body));
            Ok((it, shops, asker.waiting(&inner, tx)?, carried, stood))
        })
        .await?;
    // Whoever comes from the page of a commune named the commune.
    let named = m.typed("don-vi").parse().ok().map(UnitId);
    if let Some(shop) = shops.iter().find(|it| Some(it.id) == named || Some(it.body) == named) {
        m.typed.set("don-vi", shop.id.to_string());
    }
    let on_paper_at = named
        .filter(|named| !shops.iter().any(|it| it.id == *named || it.body == *named))
        .filter(|named| who.tree.unit(*named).is_some())
        .map(|named| levels::body_of(&who.tree, named))
        .map(|body| (body, who.tree.title(body).to_owned()));
    let shell = site.shell(who);
    let mut units: Vec<(String, String)> = Vec::new();
    if shops.len() > 1 {
        units.push((String::new(), shell.words.say("filing-choose-unit")));
    }
    units.extend(shops.into_iter().map(|it| (it.id.to_string(), it.title)));
    site.page(&Start {
        online: !units.is_empty() || !has_others && levels::can_be_filed(&it.body),
        level: it.body.level.said(who.lang == site::Lang::En),
        paused: it.paused_on(who.today()).map_or_else(String::new, |it| it.reason.clone()),
        papers: papers(&it.body)
            .filter(|(place, it)| {
                let is_mine = |known: &Carried| !known.not_mine.contains(&it.name);
                !stood.contains(place) && carried.as_ref().is_none_or(is_mine)
            })
            .count(),
        carried: carried.iter().flat_map(Carried::fields).collect(),
        name: it.body.name.clone(),
        problems: shell.words.say("problems"),
        begun,
        is_mine: whose.account().is_some(),
        units,
        on_paper_at,
        code,
        m: &m,
        shell,
    })
}

/// POST `/nop/{code}`: begins a draft.
pub async fn begin(
    State(site): State<Site>,
    whose: Asker,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    // Somebody who is known by less than his account is begins as anybody does.
    let citizen = whose.account().cloned();
    let is_nobodys = citizen.is_none();
    let (inner, asker, asked) = (site.clone(), who.clone(), code.clone());
    let wanted = typed.get("don-vi").parse().ok().map(UnitId);
    let answered = typed.clone();
    let (key, most) = match &citizen {
        Some(it) => (format!("filing-begin-of:{}", it.id), BEGUN_MAX),
        None => (format!("filing-begin:{}", who.origin), site.config.tries_per_address),
    };
    site.limiter
        .take(&key, most, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let begun = site
        .write(&who, move |tx| {
            let it = version(tx, &asked, &asker)?;
            let open = it.paused_on(asker.today()).is_none();
            let (shops, _) = shops(&inner, &asker, tx, &it)?;
            let shop = shops.iter().find(|it| open && Some(it.id) == wanted);
            let Some(shop) = shop else { return Ok(None) };
            let carried = carried::read(&inner, tx, &it.body, &answered)?;
            let typed = beginning(tx, &it, &asker, citizen.as_ref(), carried.as_ref())?;
            let keeper = citizen.as_ref().map_or(Keeper::Nobody, |it| Keeper::Citizen(it.id));
            Ok(Some(Draft::begin(&inner, tx, (&asked, shop.id), keeper, &typed)?))
        })
        .await?;
    if let Some(secret) = begun {
        let mut response = Redirect::to(&format!("/nop/{code}/{secret}")).into_response();
        if is_nobodys {
            whose.remember(&site, &mut response, (&code, &secret))?;
        }
        return Ok(response);
    }
    let mut m = Mistakes::none(typed);
    m.by_field.insert("don-vi".to_owned(), site.shell(&who).words.say("filing-unit-owed"));
    Err(Failure::Mistaken(start_page(&site, &whose, code, m).await?))
}
