//! A call written down by whoever answered or found it missed.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    calendar::WorkCalendar,
    deadline::{TimeLimit, due_at},
    hotline::CallKind,
    identity::Phone,
    ids::{HotlineCallId, UnitId},
    time::Instant,
};
use jiff::civil::DateTime;
use people::calendar::facts::calendars;
use serde::{Deserialize, Serialize};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Who,
    demand,
    form::{Sending, Sent, new_token, once},
};
use store::{Fault, Tx, journal::Entry};

use super::{
    ADDRESS, BACK_DAYS, CALL, facts,
    sql::{self, Call},
};

/// Letters of what was said, of a promise.
const SAID_MAX: usize = 4_000;
const PROMISE_MAX: usize = 500;

/// Who called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Caller {
    pub name: String,
    pub phone: String,
}

fn about(unit: UnitId, mark: &str) -> String {
    format!("hotline_call:{unit}:{mark}")
}

/// Opens who called; nothing is known of some.
pub(super) fn opened(site: &Site, it: &Call) -> Result<Caller, Fault> {
    if it.sealed.is_empty() {
        return Ok(Caller::default());
    }
    let text = site.seal.open(&about(it.unit, &it.mark), &it.sealed)?;
    serde_json::from_str(&text).map_err(|e| Fault::Broken(format!("a call: {e}")))
}

/// Seals who called; empty if nothing is known.
pub(super) fn sealed(site: &Site, unit: UnitId, mark: &str, it: &Caller) -> Result<String, Fault> {
    if it.name.is_empty() && it.phone.is_empty() {
        return Ok(String::new());
    }
    let text = serde_json::to_string(it).map_err(|e| Fault::Broken(format!("a call: {e}")))?;
    site.seal.close(&about(unit, mark), &text)
}

/// By what the same call is known again, without telling who called.
pub(super) fn mark(site: &Site, called: &str, at: Instant, caller: &str) -> String {
    let key = site.seal.derived("hotline-call");
    let mut mark =
        site::token_sha256(&format!("{key}\u{1f}{called}\u{1f}{}\u{1f}{caller}", at.epoch_ms()));
    mark.truncate(40);
    mark
}

/// Until when a missed call is called back.
pub(super) fn back_due(calendar: &WorkCalendar, from: DateTime) -> Option<DateTime> {
    due_at(calendar, from, TimeLimit::WorkingDays(BACK_DAYS)).ok()
}

/// The calendar of a unit.
pub(super) fn calendar_of(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    unit: UnitId,
) -> Result<Arc<WorkCalendar>, Fault> {
    Ok(calendars(site, tx)?.of(&who.tree.line(unit)).clone())
}

#[derive(Template)]
#[template(path = "hotline/templates/log.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    numbers: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
}

async fn page(site: &Site, who: &Who, unit: UnitId, m: &Mistakes) -> Result<Html<String>, Failure> {
    demand(who, Action::HotlineKeep, unit)?;
    let numbers = site.read(who, move |tx| Ok(facts::board(tx, &[unit])?)).await?;
    let mut options = vec![(String::new(), "– Số khác hoặc không rõ –".to_owned())];
    options.extend(
        numbers
            .into_iter()
            .filter(|it| !it.phone.is_empty())
            .map(|it| (it.phone.clone(), format!("{}: {}", it.label, it.phone))),
    );
    site.page(&Form {
        shell: site.shell(who),
        m,
        unit,
        title: who.tree.title(unit).to_owned(),
        numbers: options,
        kinds: CallKind::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
    })
}

/// GET `/co-quan/duong-day-nong/{unit}/ghi`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("luc", who.now.civil().strftime("%H:%M %d/%m/%Y").to_string());
    typed.set("loai", CallKind::Answered.code());
    typed.set("lan", new_token());
    page(&site, &who, unit, &Mistakes::none(typed)).await
}

/// A call as somebody writes it down.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub at: DateTime,
    pub called: String,
    pub kind: CallKind,
    pub caller: Caller,
    pub subject: String,
    pub promise: String,
    pub back_days: Option<u32>,
}

fn read(typed: Typed, now: Instant) -> Result<Said, Mistakes> {
    let mut fields = Fields::of(typed);
    let at = fields.date_time("luc");
    if at.is_some_and(|it| it > now.civil()) {
        fields.wrong("luc", "Cuộc gọi không thể ở sau lúc này.");
    }
    let called = fields.optional_text("so", 20);
    let kind = fields.choice("loai", CallKind::from_code);
    let name = fields.optional_text("ten", 80);
    let phone = fields.read_optional("dien-thoai", Phone::parse);
    let subject = match kind {
        Some(CallKind::Answered) => fields.text("noi-dung", SAID_MAX),
        _ => fields.optional_text("noi-dung", SAID_MAX),
    };
    let promise = fields.optional_text("hua", PROMISE_MAX);
    let back_days = match fields.typed().get("han") {
        "" => Some(None),
        _ => fields.number("han", 1..=60).and_then(|it| u32::try_from(it).ok()).map(Some),
    };
    let known = matches!(phone, Some(Some(_)));
    if phone.is_some() && !known && matches!(back_days, Some(Some(_))) {
        fields.wrong("dien-thoai", "Hẹn gọi lại thì phải có số điện thoại.");
    }
    if promise.as_ref().is_some_and(|it| !it.is_empty()) && back_days == Some(None) {
        fields.wrong("han", "Đã hẹn thì ghi số ngày làm việc phải gọi lại.");
    }
    let whole = (|| {
        Some(Said {
            at: at?,
            called: called?,
            kind: kind?,
            caller: Caller {
                name: name?,
                phone: phone?.map(|it| it.reveal().to_owned()).unwrap_or_default(),
            },
            subject: subject?,
            promise: promise?,
            back_days: back_days?,
        })
    })();
    fields.finish(whole)
}

/// Keeps a call that somebody wrote down; the one that is there already if it was written before.
pub(super) fn write(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, it): (UnitId, Said),
) -> Result<Option<HotlineCallId>, Failure> {
    let calendar = calendar_of(site, who, tx, unit)?;
    let at = Instant::from_civil(it.at);
    let known = !it.caller.phone.is_empty();
    let mark =
        if known { mark(site, &it.called, at, &it.caller.phone) } else { site::random_hex(20) };
    let due = match (it.kind, it.back_days) {
        (_, Some(days)) => due_at(&calendar, tx.now().civil(), TimeLimit::WorkingDays(days)).ok(),
        (CallKind::Missed, None) if known => back_due(&calendar, it.at),
        _ => None,
    };
    let call = Call {
        id: HotlineCallId(0),
        unit,
        called: it.called,
        at,
        kind: it.kind,
        seconds: 0,
        sealed: sealed(site, unit, &mark, &it.caller)?,
        mark,
        anonymous: it.caller.name.is_empty() && !known,
        subject: it.subject,
        officer: who.name.to_string(),
        promise: it.promise,
        due,
        back: None,
        back_note: String::new(),
        back_at: None,
        batch: None,
        feedback: None,
    };
    let id = sql::insert_call(tx, &call)?;
    if let Some(id) = id {
        let details = serde_json::json!({ "kind": call.kind.code() });
        tx.journal(Entry::new(CALL, id.0, "log_call").details(&details));
    }
    Ok(id)
}

/// POST `/co-quan/duong-day-nong/{unit}/ghi`
pub(super) async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::HotlineKeep, unit)?;
    let sending = Sending::of(&who, &typed, "lan");
    let said = match read(typed.clone(), who.now) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let sent = once(&site, &who, sending, move |tx| {
        Ok(match write(&inner, &asker, tx, (unit, said))? {
            Some(id) => Ok(format!("{ADDRESS}/goi/{id}")),
            None => Err("Cuộc gọi này (cùng số, cùng giờ, cùng người gọi) đã được ghi rồi."),
        })
    })
    .await?;
    let m = match sent {
        Sent::Done(at) => return Ok(Redirect::to(&at).into_response()),
        Sent::Wrong(text) => Mistakes::one(typed, "luc", text),
        Sent::Before(m) => m,
    };
    Err(Failure::Mistaken(page(&site, &who, unit, &m).await?))
}
