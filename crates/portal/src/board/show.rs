//! The screen that turns by itself, and the touch page where a hand chooses.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use citizen::{levels::facts as levels, procedures::facts as procedures};
use domain::{ids::UnitId, publication::Slide, text};
use site::{Asked, Failure, Html, Path, Redirect, Shell, Site, State, Typed, Who, Words};
use store::{Fault, Tx};

use super::{
    slides::{Place, Row, View, title, turning, whole},
    sql,
};

/// Procedures of a sector that the touch page lists at most.
const LISTED_MAX: usize = 200;

struct Shown {
    view: View,
    current: bool,
}

#[derive(Template)]
#[template(path = "board/templates/screen.html")]
struct Screen {
    shell: Shell,
    unit: UnitId,
    title: String,
    at: usize,
    next: usize,
    seconds: i64,
    slides: Vec<Shown>,
    qr: String,
    now: String,
}

fn qr(text: &str) -> Result<String, Failure> {
    prints::qr_svg(text).map_err(|e| Failure::Fault(Fault::Broken(format!("qr: {e}"))))
}

/// GET `/bang-tin/{unit}?trang=`: every slide of the unit, one of them shown.
pub async fn screen(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let place = Place::of(&who, unit)?;
    let (inner, asker, there) = (site.clone(), who.clone(), place.clone());
    let views = site.read(&who, move |tx| turning(&inner, &asker, tx, &there)).await?;
    let count = views.len().max(1);
    let at = asked.get("trang").parse::<usize>().unwrap_or(0) % count;
    let seconds = views.get(at).map_or(Slide::SECONDS, |it| it.seconds);
    site.page(&Screen {
        unit: place.body,
        qr: qr(&format!("{}/niem-yet/{}", site.config.base_url, place.body))?,
        title: place.title,
        at,
        next: (at + 1) % count,
        seconds,
        slides: (0..)
            .zip(views)
            .map(|(place, view)| Shown { view, current: place == at })
            .collect(),
        now: who.now.civil().strftime("%H:%M").to_string(),
        shell: site.shell(&who),
    })
}

/// What the touch page shows under a heading.
struct Part {
    title: String,
    big: String,
    mono: bool,
    notes: Vec<String>,
    rows: Vec<Row>,
    qr: String,
}

#[derive(Template)]
#[template(path = "board/templates/kiosk.html")]
struct Kiosk {
    shell: Shell,
    unit: UnitId,
    title: String,
    other: &'static str,
    shop: Option<UnitId>,
    doors: Vec<(String, String)>,
    part: Option<Part>,
    back: String,
    qr: String,
}

fn part_of(view: View) -> Part {
    Part {
        title: view.title,
        big: view.big,
        mono: view.mono,
        notes: view.notes,
        rows: view.rows,
        qr: String::new(),
    }
}

/// The procedures of a sector that the place settles.
fn sector(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    place: &Place,
    sector: &str,
) -> Result<Part, Failure> {
    let kind = who.tree.unit(place.body).map(|it| it.kind.clone()).unwrap_or_default();
    let tier = procedures::tier_of(&kind).ok_or(Failure::NotFound)?;
    let catalogue = procedures::catalogue(site, tx)?;
    let mut rows: Vec<Row> = catalogue
        .of_tier(tier, who.tree.has_districts())
        .filter(|it| it.body.sector == sector)
        .map(|it| Row {
            main: it.body.name.clone(),
            side: it.body.limit_said(who.lang == site::Lang::En),
            href: format!("/kiosk/{}?thu-tuc={}", place.body, it.body.code),
        })
        .collect();
    if rows.is_empty() {
        return Err(Failure::NotFound);
    }
    rows.sort_by_cached_key(|it| text::sort_key(&it.main));
    rows.truncate(LISTED_MAX);
    let title = sector.to_owned();
    Ok(Part { title, big: String::new(), mono: false, notes: Vec::new(), rows, qr: String::new() })
}

/// One procedure, as somebody at a touch page needs it, at the level at which the place offers it.
fn procedure(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    place: &Place,
    code: &str,
) -> Result<Part, Failure> {
    let words = Words::new(who.lang);
    let english = who.lang == site::Lang::En;
    let catalogue = procedures::catalogue(site, tx)?;
    let it = catalogue.get(code).cloned().ok_or(Failure::NotFound)?;
    let held = levels::level_of(tx, &who.tree, &it.body, place.body, who.today())?;
    let row = |main: String, side: String| Row { main, side, href: String::new() };
    let mut rows = vec![
        row(words.say("procedure-time"), it.body.limit_said(english)),
        row(words.say("procedure-fee"), it.body.fee_said(english)),
        row(words.say("procedure-level"), held.level.said(english).to_owned()),
    ];
    let papers = it.body.papers_to_bring();
    rows.extend(papers.map(|it| row(it.name.clone(), it.group.clone())));
    Ok(Part {
        title: it.body.name.clone(),
        big: String::new(),
        mono: false,
        notes: vec![words.say("bulletin-take-along")],
        rows,
        qr: qr(&format!("{}/thu-tuc/{}", site.config.base_url, it.body.code))?,
    })
}

fn part(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    place: &Place,
    asked: &Typed,
) -> Result<Option<Part>, Failure> {
    if asked.has("thu-tuc") {
        return procedure(site, who, tx, place, asked.get("thu-tuc")).map(Some);
    }
    if asked.has("linh-vuc") {
        return sector(site, who, tx, place, asked.get("linh-vuc")).map(Some);
    }
    let Some(slide) = Slide::from_code(asked.get("xem")) else { return Ok(None) };
    let setup = sql::load(tx, place.body)?;
    let view = whole(site, who, tx, place, &setup, slide)?;
    Ok(Some(view.map_or_else(
        || Part {
            title: title(slide, Words::new(who.lang)),
            big: String::new(),
            mono: false,
            notes: vec![Words::new(who.lang).say("bulletin-nothing")],
            rows: Vec::new(),
            qr: String::new(),
        },
        part_of,
    )))
}

/// Seconds for which a browser that showed the touch page stands in the hall: its first page is shown anew long
/// before that.
const HALL_S: i64 = 30 * 60;

fn put(response: &mut Response, name: &str, value: &str, path: &str, age_s: i64) {
    let cookie = format!("{name}={value}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Whoever stood here before has gone: his dossier is seen no more, his account is left; if nobody touched the screen
/// (`idle`), the next finds the language and the letters of the hall.
async fn start_anew(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    response: &mut Response,
    idle: bool,
) -> Result<(), Failure> {
    citizen::tracking::forget(response);
    voice::feedback::facts::leave(response);
    // What was begun here and not sent is nobody's who comes next.
    put(response, site::who::DRAFTS_COOKIE, "", "/", 0);
    crate::account::facts::leave(site, who, headers, response).await?;
    if idle {
        put(response, site::who::LANG_COOKIE, "", "/", 0);
        put(response, site::who::SIZE_COOKIE, "", "/", 0);
    }
    Ok(())
}

/// GET `/kiosk/{unit}`, with `xem=` a slide, `linh-vuc=` a sector, `thu-tuc=` a procedure; with `het=1` after nobody
/// touched it for a while. The ordinary pages to which it leads are shown with a way back to it.
pub async fn kiosk(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let place = Place::of(&who, unit)?;
    let (hall, body) = (who.hall == Some(place.body.0), place.body);
    if asked.has("het") {
        let mut response = Redirect::to(&format!("/kiosk/{body}")).into_response();
        if hall {
            start_anew(&site, &who, &headers, &mut response, true).await?;
        }
        return Ok(response);
    }
    let (inner, asker, there, wish) = (site.clone(), who.clone(), place.clone(), asked.clone());
    let (part, plans, queues) = site
        .read(&who, move |tx| {
            let part = part(&inner, &asker, tx, &there, &wish)?;
            let plans = sql::load(tx, there.body)?.slides;
            let queues = match there.shop {
                Some(shop) => counter::queue::facts::today(&inner, &asker, tx, shop)?.is_some(),
                None => false,
            };
            Ok((part, plans, queues))
        })
        .await?;
    let words = Words::new(who.lang);
    let home = format!("/kiosk/{}", place.body);
    let doors = plans
        .iter()
        .filter(|it| it.shown)
        .map(|it| (format!("{home}?xem={}", it.slide.code()), title(it.slide, words)))
        .chain([(format!("/phan-anh/{body}?cua=kiosk"), words.say("nav-feedback"))]);
    let is_start = part.is_none();
    let page = site.page(&Kiosk {
        unit: place.body,
        shop: place.shop.filter(|_| queues),
        doors: doors.collect(),
        back: if asked.has("thu-tuc") || asked.has("linh-vuc") {
            format!("{home}?xem={}", Slide::Procedures.code())
        } else {
            home
        },
        part,
        qr: qr(&format!("{}/niem-yet/{}", site.config.base_url, place.body))?,
        title: place.title,
        other: who.lang.other().code(),
        shell: site.shell(&who),
    })?;
    let mut response = page.into_response();
    if hall && is_start {
        start_anew(&site, &who, &headers, &mut response, false).await?;
    }
    put(&mut response, site::who::HALL_COOKIE, &body.to_string(), "/", HALL_S);
    Ok(response)
}
