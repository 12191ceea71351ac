//! What the public sees: when leaders receive citizens, as a page, as paper and as a calendar to subscribe to.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{ids::UnitId, reception::DayState, text};
use jiff::{ToSpan as _, civil::Date};
use prints::{OfficePaper, PaperColumn};
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};

use super::{
    ics, rules_on, service,
    sql::{self, Day, Wanted},
};
use crate::typed::agency;

/// Days that the page and the calendar show, before and after today.
const BACK_DAYS: i64 = 60;
const AHEAD_DAYS: i64 = 120;
/// Days ahead that are shown where nobody chose an office: of all of them.
const ALL_AHEAD_DAYS: i64 = 13;

struct Row {
    id: i64,
    unit: UnitId,
    title: String,
    day: String,
    hours: String,
    receiver: String,
    place: String,
    kind: &'static str,
    note: String,
    cancelled: bool,
    bookable: bool,
}

#[derive(Template)]
#[template(path = "reception/templates/public.html")]
struct Page {
    shell: Shell,
    unit: Option<UnitId>,
    here: String,
    title: String,
    units: Vec<(String, String)>,
    month: String,
    months: Vec<(String, String)>,
    rows: Vec<Row>,
    posted: String,
    feed: String,
}

/// The units with a calendar of their own.
fn bodies(who: &Who) -> Vec<(UnitId, String)> {
    let all = who.tree.all().filter(|it| it.kind != "one_stop");
    all.map(|it| (it.id, it.title.clone())).collect()
}

fn months(who: &Who) -> Vec<(String, String)> {
    let first = who.today().first_of_month();
    let all = (0..4).map(|it: i64| first.saturating_add(it.months()));
    all.map(|it| (it.strftime("%Y-%m").to_string(), it.strftime("%m/%Y").to_string())).collect()
}

fn month_of(text: &str) -> Option<(Date, Date)> {
    let (year, month) = text.split_once('-')?;
    let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    (2000..2200).contains(&first.year()).then(|| (first, first.last_of_month()))
}

async fn page(
    site: &Site,
    who: &Who,
    unit: Option<UnitId>,
    asked: &Typed,
) -> Result<Html<String>, Failure> {
    let all = bodies(who);
    let units: Vec<UnitId> = match unit {
        Some(it) => vec![it],
        None => all.iter().map(|it| it.0).collect(),
    };
    let today = who.today();
    let ahead = if unit.is_some() { AHEAD_DAYS } else { ALL_AHEAD_DAYS };
    let (from, until) =
        month_of(asked.get("thang")).unwrap_or_else(|| (today, today.saturating_add(ahead.days())));
    let (now, wanted) = (who.now, Wanted { units: units.clone(), from, until, posted: true });
    let (days, last) = site
        .read(who, move |tx| {
            let days = sql::days(tx, &wanted)?;
            let open = days.iter().filter(|it| service::can_book(it)).map(|it| it.id).collect();
            let taken = sql::bookings::taken(tx, open)?;
            let bookable = |it: &Day| {
                let taken = taken.get(&it.id).map_or(&[][..], Vec::as_slice);
                service::can_book(it)
                    && service::times_beside(it, taken, now).iter().any(|(_, free)| *free)
            };
            let days: Vec<(Day, bool)> = days
                .into_iter()
                .map(|it| {
                    let bookable = bookable(&it);
                    (it, bookable)
                })
                .collect();
            Ok((days, sql::last_change(tx, units)?))
        })
        .await?;
    let shell = site.shell(who);
    let words = shell.words;
    let ahead = match unit {
        Some(_) => words.say("reception-all-to-come"),
        None => words.say("reception-two-weeks"),
    };
    let mut month_choices = vec![(String::new(), ahead)];
    month_choices.extend(months(who));
    let mut choices = vec![(String::new(), words.say("reception-all-units"))];
    choices.extend(all.iter().map(|(id, title)| (id.to_string(), title.clone())));
    site.page(&Page {
        unit,
        here: unit.map_or_else(String::new, |it| it.to_string()),
        title: unit.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
        feed: unit.map_or_else(String::new, |it| {
            format!("{}/tiep-cong-dan/{it}.ics", site.config.base_url)
        }),
        units: choices,
        month: asked.get("thang").to_owned(),
        months: month_choices,
        posted: last.map_or_else(String::new, |at| words.moment(at.civil())),
        rows: days
            .into_iter()
            .map(|(it, bookable)| Row {
                id: it.id.0,
                unit: it.unit,
                title: who.tree.title(it.unit).to_owned(),
                day: text::date_in(it.day, who.lang),
                hours: it.hours(),
                receiver: it.receiver(),
                kind: if it.kind == domain::reception::DayKind::Periodic {
                    ""
                } else {
                    it.kind.label()
                },
                cancelled: it.state == DayState::Cancelled,
                bookable,
                note: note(&it),
                place: it.place,
            })
            .collect(),
        shell,
    })
}

/// What changed, as it is told to the public.
fn note(it: &Day) -> String {
    match it.moved_from {
        Some(old) => format!("Dời từ ngày {}: {}", text::date(old), it.reason),
        None => it.reason.clone(),
    }
}

/// GET `/tiep-cong-dan?don-vi=&thang=`
pub(super) async fn all(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let chosen = asked.get("don-vi").parse().ok().map(UnitId);
    if let Some(unit) = chosen.filter(|it| who.tree.unit(*it).is_some()) {
        let month = asked.get("thang");
        let query = if month.is_empty() {
            String::new()
        } else {
            format!("?thang={}", site::percent(month))
        };
        return Ok(site::Redirect::to(&format!("/tiep-cong-dan/{unit}{query}")).into_response());
    }
    Ok(page(&site, &who, None, &asked).await?.into_response())
}

/// GET `/tiep-cong-dan/{unit}`, `/tiep-cong-dan/{unit}.ics`, `/tiep-cong-dan/{unit}.pdf`
pub(super) async fn of_unit(
    State(site): State<Site>,
    who: Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (id, kind) = name.split_once('.').unwrap_or((&name, ""));
    let unit = UnitId(id.parse().map_err(|_| Failure::NotFound)?);
    let known = who.tree.unit(unit).ok_or(Failure::NotFound)?;
    if known.kind == "one_stop" {
        return Err(Failure::NotFound);
    }
    match kind {
        "" => Ok(page(&site, &who, Some(unit), &asked).await?.into_response()),
        "ics" => feed(&site, &who, unit, &headers).await,
        "pdf" => paper(&site, &who, unit, &asked).await,
        _ => Err(Failure::NotFound),
    }
}

async fn feed(
    site: &Site,
    who: &Who,
    unit: UnitId,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let today = who.today();
    let wanted = Wanted {
        units: vec![unit],
        from: today.saturating_sub(BACK_DAYS.days()),
        until: today.saturating_add(AHEAD_DAYS.days()),
        posted: true,
    };
    let days = site.read(who, move |tx| Ok(sql::days(tx, &wanted)?)).await?;
    let title = format!("Lịch tiếp công dân {}", who.tree.title(unit));
    let base = &site.config.base_url;
    let host =
        base.split("://").last().unwrap_or(base).split([':', '/']).next().unwrap_or("motcua");
    let body = ics::calendar(&title, host, &format!("{base}/tiep-cong-dan/{unit}"), &days);
    let etag = format!("\"{}\"", site::token_sha256(&body).chars().take(32).collect::<String>());
    let same =
        headers.get(header::IF_NONE_MATCH).is_some_and(|it| it.as_bytes() == etag.as_bytes());
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        site::file(
            body.into_bytes(),
            "text/calendar; charset=utf-8",
            &format!("tiep-cong-dan-{unit}.ics"),
            false,
        )
    };
    if let Ok(value) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

async fn paper(site: &Site, who: &Who, unit: UnitId, asked: &Typed) -> Result<Response, Failure> {
    let today = who.today();
    let (from, until) =
        month_of(asked.get("thang")).unwrap_or_else(|| (today, today.saturating_add(1.month())));
    let manages = who.can_at(domain::access::Action::ReceptionManage, unit);
    // Whoever posts prints what he is about to post; anybody else what hangs already.
    let wanted = Wanted { units: vec![unit], from, until, posted: !manages };
    let days = site.read(who, move |tx| Ok(sql::days(tx, &wanted)?)).await?;
    let law = rules_on(today)?;
    let rows = (1..).zip(&days).map(|(at, it)| {
        let cancelled = if it.state == DayState::Cancelled { "HỦY. " } else { "" };
        vec![
            at.to_string(),
            format!("{} {}", text::weekday(it.day.weekday()), text::date(it.day)),
            it.hours(),
            it.receiver(),
            it.place.clone(),
            format!("{cancelled}{}", note(it)),
        ]
    });
    let paper = OfficePaper {
        agency: agency(who, unit),
        title: "LỊCH TIẾP CÔNG DÂN".to_owned(),
        subtitle: format!("Từ {} đến {}", text::date(from), text::date(until)),
        columns: vec![
            PaperColumn::centred("STT", 5),
            PaperColumn::left("Ngày", 16),
            PaperColumn::centred("Giờ", 12),
            PaperColumn::left("Người tiếp", 26),
            PaperColumn::left("Nơi tiếp", 22),
            PaperColumn::left("Ghi chú", 19),
        ],
        rows: rows.collect(),
        after: vec![format!("Căn cứ: {}.", law.source)],
        signers: vec![
            prints::PaperSigner {
                title: "Người lập".to_owned(),
                hint: "(Ký, ghi rõ họ tên)".to_owned(),
                ..Default::default()
            },
            prints::PaperSigner {
                title: "Thủ trưởng đơn vị".to_owned(),
                hint: "(Ký, đóng dấu)".to_owned(),
                ..Default::default()
            },
        ],
        url: format!("{}/tiep-cong-dan/{unit}", site.config.base_url),
        made_on: Some(today),
        demo: site.config.demo,
        ..OfficePaper::default()
    };
    let bytes = site
        .printed_once(paper, |it| {
            prints::render_office_paper(it).map_err(|e| store::Fault::Broken(format!("print: {e}")))
        })
        .await?;
    Ok(site::file(bytes, "application/pdf", &format!("lich-tiep-cong-dan-{unit}.pdf"), false))
}
