//! The screen that calls: large type, live, spoken by the browser.
//!
//! Calls are numbered by unit without gaps. A screen says which one it has seen last, so that it gets
//! what it missed while its line was cut, from whichever process answers.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, Sse},
    },
};
use domain::{ids::UnitId, queue::spoken, time::Instant};
use futures_util::stream::unfold;
use site::{Asked, Failure, Html, Path, Shell, Site, State, Who};

use super::{
    calendar_of,
    kiosk::{closed, waits},
    limit,
    service::Queue,
    sql::tickets::{self, Call},
};

/// Calls that a screen shows.
const SHOWN: i64 = 6;
/// Calls that are told at once to a screen that was away.
const MISSED_MOST: i64 = 20;
/// How often the table is asked.
const LOOK_EVERY: Duration = Duration::from_millis(700);
/// Looks between two signs of life.
const LOOKS_PER_BEAT: u32 = 14;
/// Looks after which the browser is to knock anew: nothing hangs for ever on one process.
const LOOKS_MOST: u32 = 400;

struct CallView {
    label: String,
    desk: i64,
    at: String,
}

#[derive(Template)]
#[template(path = "queue/templates/screen.html")]
struct Screen {
    shell: Shell,
    unit: UnitId,
    title: String,
    last: i64,
    first: Option<CallView>,
    calls: Vec<CallView>,
    lanes: Vec<(String, String, i64)>,
    /// Said while no number is called.
    none: Vec<String>,
    now: String,
}

fn view(call: Call) -> CallView {
    let at = call.at.civil().strftime("%H:%M").to_string();
    CallView { label: call.label, desk: call.desk, at }
}

/// The first moment of today.
pub(super) fn midnight(now: Instant) -> Instant {
    Instant::from_civil(now.civil().date().at(0, 0, 0, 0))
}

/// GET `/man-hinh/{unit}`
pub async fn screen(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let (inner, asker, shell) = (site.clone(), who.clone(), site.shell(&who));
    let page = site
        .read(&who, move |tx| {
            let queue = Queue::load(tx, unit)?;
            let calls = tickets::last_calls(tx, unit, midnight(asker.now), SHOWN)?;
            let lanes = waits(tx, &queue)?;
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            let none = if queue.gives_at(&calendar, asker.now.civil()) {
                vec![shell.words.say("queue-none-called")]
            } else {
                let shut = shell.words.say("queue-shut");
                std::iter::once(shut).chain(closed(shell.words, &calendar, &asker)).collect()
            };
            let mut calls = calls.into_iter();
            let first = calls.next();
            Ok(Screen {
                unit,
                title: asker.tree.title(unit).to_owned(),
                last: queue.unit.calls,
                first: first.map(view),
                calls: calls.map(view).collect(),
                lanes: lanes
                    .into_iter()
                    .map(|(it, people, _)| (it.letter, it.name, people))
                    .collect(),
                none,
                now: asker.now.civil().strftime("%H:%M").to_string(),
                shell,
            })
        })
        .await?;
    site.page(&page)
}

/// What runs behind one screen.
struct Watch {
    site: Site,
    who: Who,
    unit: UnitId,
    seen: i64,
    pending: std::collections::VecDeque<Call>,
    /// How many wait by lane as the screen was told last; nothing before the first telling.
    waiting: Option<Vec<(String, i64)>>,
    looks: u32,
}

fn event(call: &Call) -> Event {
    let data = serde_json::json!({
        "number": call.number,
        "label": call.label,
        "desk": call.desk,
        "at": call.at.civil().strftime("%H:%M").to_string(),
        "spoken": spoken(&call.label, call.desk),
    });
    Event::default().event("goi").id(call.number.to_string()).data(data.to_string())
}

/// How many wait in each open lane. Without a number of its own: whoever knocks anew is told it anyway.
fn crowd(waiting: &[(String, i64)]) -> Event {
    let data: serde_json::Map<_, _> =
        waiting.iter().map(|(letter, count)| (letter.clone(), (*count).into())).collect();
    Event::default().event("cho").data(serde_json::Value::Object(data).to_string())
}

/// The next thing to tell; nothing when the browser is to knock anew.
async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    loop {
        if let Some(call) = watch.pending.pop_front() {
            watch.seen = call.number;
            return Some((Ok(event(&call)), watch));
        }
        if watch.looks >= LOOKS_MOST {
            return None;
        }
        watch.looks += 1;
        let (unit, seen) = (watch.unit, watch.seen);
        watch.who.now = (watch.site.clock)();
        let found = watch
            .site
            .glance(&watch.who, move |tx| {
                let calls = tickets::calls_after(tx, unit, seen, MISSED_MOST)?;
                let today = tx.now().civil().date();
                Ok((calls, tickets::waiting_by_lane(tx, unit, today)?))
            })
            .await;
        match found {
            Ok((calls, waiting)) => {
                watch.pending.extend(calls);
                if watch.waiting.as_ref() != Some(&waiting) {
                    let told = crowd(&waiting);
                    watch.waiting = Some(waiting);
                    return Some((Ok(told), watch));
                }
                if !watch.pending.is_empty() {
                    continue;
                }
            }
            // The database is away for a moment: the screen knocks anew and misses nothing.
            Err(_) => return None,
        }
        if watch.looks % LOOKS_PER_BEAT == 1 {
            let beat = Event::default()
                .event("nhip")
                .data(watch.who.now.civil().strftime("%H:%M").to_string());
            return Some((Ok(beat.retry(Duration::from_secs(1))), watch));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// GET `/man-hinh/{unit}/dong`: calls as they are made, after the one that was seen last.
pub async fn stream(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    limit(&site, &who, "queue-screen", 240, 15 * 60)?;
    let calls = site.glance(&who, move |tx| Ok(Queue::load(tx, unit)?.unit.calls)).await?;
    let told = headers.get("last-event-id").and_then(|it| it.to_str().ok());
    let seen = told.and_then(|it| it.parse().ok()).or_else(|| asked.get("sau").parse().ok());
    // Whoever was away for long is told the last ones only.
    let seen = seen.unwrap_or(calls).clamp((calls - MISSED_MOST).max(0), calls);
    let watch =
        Watch { site, who, unit, seen, pending: Default::default(), waiting: None, looks: 0 };
    let mut response = Sse::new(unfold(watch, next)).into_response();
    // A proxy in between is not to hold calls back.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}
