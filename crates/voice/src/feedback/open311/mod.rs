//! Open311 GeoReport v2: what is open to anybody, read and written by other programs. Nobody's name, telephone or exact
//! place leaves by it; classes that are nobody else's business are not there.

pub(super) mod keys;
mod sql;
mod write;

use std::collections::HashMap;

use super::{
    intake::{self, NewFeedback},
    rules,
    sender::Sender,
    sql::{
        core::Kept,
        list::{self, Wanted},
    },
};
use axum::{http::StatusCode, response::Response};
use domain::{
    access::Action,
    feedback::{Class, Door, Status},
    time::Instant,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use site::{Asked, Failure, FilledWithFiles, Path, Routes, Site, State, Typed, Who, get};
use write::{Form, answer, wrong};

/// Requests of one answer at most.
const REQUESTS_MAX: i64 = 1_000;
/// The longest period that can be asked for, milliseconds.
const PERIOD_MS: i64 = 90 * 24 * 3_600_000;

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let send = Action::FeedbackSend;
    Routes::default()
        .on("/open311/{discovery}", send, get(discovery))
        .on("/open311/v2/{what}", send, get(top).post(top_post))
        .on("/open311/v2/services/{code}", send, get(definition))
        .on("/open311/v2/requests/{id}", send, get(one))
        .on("/open311/v2/tokens/{token}", send, get(token))
}

fn limit(site: &Site, who: &Who, most: u32) -> Result<(), Failure> {
    let taken = site.limiter.take(&format!("open311:{}", who.origin), most, 60, who.now);
    taken.map_err(|wait_s| Failure::TooMany { wait_s })
}

/// A moment as W3C writes it, in Viet Nam's time.
fn w3c(at: Instant) -> String {
    format!("{}+07:00", at.civil().strftime("%Y-%m-%dT%H:%M:%S"))
}

/// A moment as W3C writes it; a bare date too.
fn moment(text: &str) -> Option<i64> {
    if let Ok(it) = text.parse::<Timestamp>() {
        return Some(it.as_millisecond());
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(Instant::from_civil(date.at(0, 0, 0, 0)).epoch_ms())
}

/// GET `/open311/discovery.json`
async fn discovery(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let Some(("discovery", form)) = Form::cut(&name) else { return Err(Failure::NotFound) };
    Ok(answer(form, StatusCode::OK, "discovery", &discovered(&site)))
}

fn discovered(site: &Site) -> Value {
    json!({
        "changeset": "2026-01-01T00:00:00+07:00",
        "contact": format!("{}/phan-anh", site.config.base_url),
        "key_service": "Cơ quan cấp khóa ở trang Thiết lập phản ánh.",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{}/open311/v2", site.config.base_url),
            "changeset": "2026-01-01T00:00:00+07:00",
            "type": if site.config.demo { "test" } else { "production" },
            "formats": ["application/json", "text/xml"],
        }],
    })
}

fn service(class: Class, test: &str) -> Value {
    json!({
        "service_code": class.code(),
        "service_name": class.label(),
        "description": test,
        "metadata": false,
        "type": "realtime",
        "keywords": class.english(),
        "group": "Phản ánh, kiến nghị",
    })
}

/// GET `/open311/v2/services.json`, `requests.json`, `discovery.json`
async fn top(
    State(site): State<Site>,
    who: Who,
    Path(what): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    limit(&site, &who, 120)?;
    let Some((name, form)) = Form::cut(&what) else { return Err(Failure::NotFound) };
    match name {
        "discovery" => Ok(answer(form, StatusCode::OK, "discovery", &discovered(&site))),
        "services" => {
            let limits = rules::on(who.today())?;
            let all: Vec<Value> = limits
                .class
                .iter()
                .filter(|it| it.class.is_open())
                .map(|it| service(it.class, &it.test))
                .collect();
            Ok(answer(form, StatusCode::OK, "services", &Value::Array(all)))
        }
        "requests" => requests(&site, &who, form, &asked).await,
        _ => Ok(wrong(form, StatusCode::NOT_FOUND, "There is no such resource.")),
    }
}

/// GET `/open311/v2/services/{code}.json`
async fn definition(Path(code): Path<String>) -> Result<Response, Failure> {
    let Some((code, form)) = Form::cut(&code) else { return Err(Failure::NotFound) };
    let class = Class::from_code(code).filter(|it| it.is_open());
    Ok(match class {
        Some(it) => {
            let value = json!({ "service_code": it.code(), "attributes": [] });
            answer(form, StatusCode::OK, "service_definition", &value)
        }
        None => wrong(form, StatusCode::NOT_FOUND, "service_code was not found."),
    })
}

fn wanted(asked: &Typed, now: Instant) -> Result<Wanted, &'static str> {
    let list = |name: &str| -> Vec<String> {
        asked
            .get(name)
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let codes = list("service_request_id");
    if codes.len() > 200 {
        return Err("At most 200 service_request_id may be asked for.");
    }
    let services = list("service_code");
    let classes: Vec<Class> = match services.as_slice() {
        [] => Class::OPEN.to_vec(),
        some => {
            some.iter().filter_map(|it| Class::from_code(it)).filter(|it| it.is_open()).collect()
        }
    };
    if !services.is_empty() && classes.is_empty() {
        return Err("service_code was not found.");
    }
    let states = list("status");
    if states.iter().any(|it| it != "open" && it != "closed") {
        return Err("status is open or closed.");
    }
    let is = |state: &str| states.iter().any(|it| it == state);
    let open = match (is("open"), is("closed")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let read = |name: &str| match asked.get(name) {
        "" => Ok(None),
        text => moment(text)
            .map(Some)
            .ok_or("Dates are written as W3C does: 2026-03-02T09:00:00+07:00."),
    };
    let (from, until) = (read("start_date")?, read("end_date")?);
    let (from, until) = match (from, until) {
        (None, None) => (now.epoch_ms() - PERIOD_MS, now.epoch_ms()),
        (Some(from), None) => (from, from.saturating_add(PERIOD_MS)),
        (None, Some(until)) => (until.saturating_sub(PERIOD_MS), until),
        (Some(from), Some(until)) => (from, until),
    };
    if from > until || until.saturating_sub(from) > PERIOD_MS {
        return Err("A period is at most 90 days long.");
    }
    // Asked for by number, nothing else counts.
    let period = codes.is_empty().then_some((from, until));
    Ok(Wanted { codes, classes, period, open })
}

/// What others may read of one: its text as two have published it, before that its class alone; its place to a hundred
/// metres.
fn request(who: &Who, it: &Kept, beside: &Beside) -> Value {
    let (description, notes) = match beside.published.get(&it.id.0) {
        Some((said, answered)) => (said.clone(), answered.clone()),
        None => (it.state.class.label().to_owned(), it.state.status.label().to_owned()),
    };
    let over = matches!(
        it.state.status,
        Status::Answered | Status::Closed | Status::Rejected | Status::Transferred
    );
    let rounded = |e6: i64| {
        let thousandths = (e6 + if e6 < 0 { -500 } else { 500 }) / 1_000;
        let sign = if thousandths < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:03}", thousandths.abs() / 1_000, thousandths.abs() % 1_000);
        text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
    };
    let (lat, lon) =
        it.position.map_or((Value::Null, Value::Null), |(lat, lon)| (rounded(lat), rounded(lon)));
    let received = Instant::from_civil(it.state.received_at);
    let updated =
        it.ended.or_else(|| it.state.answered_at.map(Instant::from_civil)).unwrap_or(received);
    let village = it.village.and_then(|it| beside.villages.get(&it));
    json!({
        "service_request_id": it.code,
        "status": if over { "closed" } else { "open" },
        "status_notes": notes,
        "service_name": it.state.class.label(),
        "service_code": it.state.class.code(),
        "description": description,
        "agency_responsible": who.tree.title(it.state.unit),
        "service_notice": null,
        "requested_datetime": w3c(received),
        "updated_datetime": w3c(updated),
        "expected_datetime": it.due.map(w3c),
        "address": village.map_or("", String::as_str),
        "address_id": null,
        "zipcode": null,
        "lat": lat,
        "long": lon,
        "media_url": null,
    })
}

/// What stands beside requests in other tables, read at once for all of them.
struct Beside {
    /// What was published of each: what was said, what was answered.
    published: HashMap<i64, (String, String)>,
    /// Names by row.
    villages: HashMap<i64, String>,
}

async fn found(site: &Site, who: &Who, wanted: Wanted) -> Result<Vec<Value>, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let all = list::carried(tx, &wanted, REQUESTS_MAX)?;
        let beside = Beside {
            published: sql::published(tx, all.iter().map(|it| it.id.0).collect())?,
            villages: sql::villages(tx, all.iter().filter_map(|it| it.village).collect())?,
        };
        Ok(all.iter().map(|it| request(&asker, it, &beside)).collect())
    })
    .await
}

async fn requests(site: &Site, who: &Who, form: Form, asked: &Typed) -> Result<Response, Failure> {
    let wanted = match wanted(asked, who.now) {
        Ok(it) => it,
        Err(why) => return Ok(wrong(form, StatusCode::BAD_REQUEST, why)),
    };
    let all = found(site, who, wanted).await?;
    Ok(answer(form, StatusCode::OK, "service_requests", &Value::Array(all)))
}

/// GET `/open311/v2/requests/{id}.json`
async fn one(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    limit(&site, &who, 120)?;
    let Some((code, form)) = Form::cut(&id) else { return Err(Failure::NotFound) };
    let wanted =
        Wanted { codes: vec![code.to_owned()], classes: Class::OPEN.to_vec(), ..Wanted::default() };
    let all = found(&site, &who, wanted).await?;
    Ok(if all.is_empty() {
        wrong(form, StatusCode::NOT_FOUND, "service_request_id was not found.")
    } else {
        answer(form, StatusCode::OK, "service_requests", &Value::Array(all))
    })
}

/// GET `/open311/v2/tokens/{token}.json`: a request has its number at once, and its token is that number.
async fn token(
    State(site): State<Site>,
    who: Who,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    limit(&site, &who, 120)?;
    let Some((code, form)) = Form::cut(&token) else { return Err(Failure::NotFound) };
    let wanted =
        Wanted { codes: vec![code.to_owned()], classes: Class::OPEN.to_vec(), ..Wanted::default() };
    Ok(if found(&site, &who, wanted).await?.is_empty() {
        wrong(form, StatusCode::NOT_FOUND, "token was not found.")
    } else {
        let value = json!([{ "service_request_id": code, "token": code }]);
        answer(form, StatusCode::OK, "service_requests", &value)
    })
}

/// Degrees as text in millionths; nothing if they are none.
fn degrees(text: &str, most: i64) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = part.chars().chain("000000".chars()).take(6).collect();
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let whole: i64 = whole.trim_start_matches('-').parse().ok()?;
    let value = sign * (whole * 1_000_000 + digits.parse::<i64>().ok()?);
    (value.abs() <= most * 1_000_000).then_some(value)
}

/// POST `/open311/v2/requests.json`
async fn top_post(
    State(site): State<Site>,
    who: Who,
    Path(what): Path<String>,
    FilledWithFiles(typed, _): FilledWithFiles,
) -> Result<Response, Failure> {
    let Some(("requests", form)) = Form::cut(&what) else { return Err(Failure::NotFound) };
    limit(&site, &who, 60)?;
    let cut = |name: &str, chars: usize| typed.get(name).chars().take(chars).collect::<String>();
    let class = Class::from_code(typed.get("service_code")).filter(|it| it.is_open());
    let Some(class) = class else {
        let code = if typed.get("service_code").is_empty() {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::NOT_FOUND
        };
        return Ok(wrong(form, code, "service_code is missing or was not found."));
    };
    let said = cut("description", 4_000);
    if said.chars().count() < 10 {
        return Ok(wrong(form, StatusCode::BAD_REQUEST, "description is missing or too short."));
    }
    let position = degrees(typed.get("lat"), 90).zip(degrees(typed.get("long"), 180));
    let name = format!("{} {}", cut("last_name", 60), cut("first_name", 40));
    let sender = Sender {
        name: name.trim().to_owned(),
        phone: cut("phone", 20),
        email: cut("email", 120),
        ..Sender::default()
    };
    let place = cut("address_string", 200);
    let (inner, hash) = (site.clone(), site::token_sha256(typed.get("api_key")));
    let received = site
        .write(&crate::feedback::facts::nowhere(&who), move |tx| {
            let Some(unit) = sql::unit_of(tx, &hash)? else { return Ok(None) };
            let new = NewFeedback {
                place,
                position,
                sender: Some(sender).filter(|it| !it.is_empty()),
                ..NewFeedback::of(unit, Door::Open311, class, &said)
            };
            intake::receive(&inner, tx, &new).map(Some)
        })
        .await?;
    let Some(it) = received else {
        return Ok(wrong(form, StatusCode::FORBIDDEN, "api_key is missing or holds no more."));
    };
    let value = json!([{
        "service_request_id": it.code,
        "service_notice": format!("Mã bí mật để theo dõi: {}", it.secret),
        "account_id": null,
    }]);
    Ok(answer(form, StatusCode::CREATED, "service_requests", &value))
}
