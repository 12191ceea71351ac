//! Notices to citizens: queued in the transaction that gives them cause, told by whoever is at
//! the counter, told once.

use askama::Template;
use axum::response::Response;
use domain::access::{Action, Object};
use jiff::civil::DateTime;
use site::{
    AdminGroup, Asked, Failure, Filled, Html, Path, Routes, Shell, Site, State, Who, get, post,
    told,
};
use store::{Fault, Tx, journal::Entry};

use crate::dossiers::facts::{self as dossiers, Kept};

mod sql;
#[cfg(test)]
mod tests;
mod texts;

/// Rows of one page.
const ROWS: i64 = 50;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .menu("Cần báo cho dân", "/co-quan/thong-bao", Action::DossierView)
        .admin(
            AdminGroup::Work,
            ("Cần báo cho dân", "/co-quan/thong-bao"),
            Action::DossierView,
            "Tin chờ báo khi ngày hẹn thay đổi.",
        )
        .admin(
            AdminGroup::Work,
            ("Mẫu tin báo cho dân", "/co-quan/quan-tri/mau-tin"),
            Action::WorkflowManage,
            "Lời của từng loại tin: hẹn lại, đổi ngày hẹn.",
        )
        .configures(texts::PART)
        .on("/co-quan/quan-tri/mau-tin", Action::WorkflowManage, get(texts::form).post(texts::save))
        .on("/co-quan/thong-bao", Action::DossierView, get(list))
        .on("/co-quan/thong-bao/{id}", Action::DossierReceive, post(mark))
}

/// Queues the notice of a date that the calendar moved. Each change of a dossier is said once; a
/// date that comes back is said again.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn new_date(tx: &mut Tx<'_>, kept: &Kept, due: DateTime, why: &str) -> Result<(), Fault> {
    let (when, code) = (domain::text::date_time(due), &kept.code);
    let text =
        texts::NEW_DATE.fill(tx, &[("ma-ho-so", code), ("ngay-hen", &when), ("ly-do", why)])?;
    queue(tx, kept, texts::NEW_DATE.kind, &text)
}

/// Queues the notice of a new appointment that was made with an apology (NĐ 61/2018 Đ.19 k.9).
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn extended(tx: &mut Tx<'_>, kept: &Kept) -> Result<(), Fault> {
    let Some(due) = kept.dossier.due_at else { return Ok(()) };
    let (when, code) = (domain::text::date_time(due), &kept.code);
    let text = texts::EXTENDED.fill(tx, &[("ma-ho-so", code), ("ngay-hen", &when)])?;
    queue(tx, kept, texts::EXTENDED.kind, &text)
}

fn queue(tx: &mut Tx<'_>, kept: &Kept, kind: &str, text: &str) -> Result<(), Fault> {
    let phone = dossiers::phone_of(tx, kept.id)?;
    let dedupe = format!("{kind}:{}:{}", kept.id, kept.edition);
    sql::queue(tx, &dedupe, kind, kept.id, &phone, text)
}

/// How many notices wait to be told, and since when the oldest does.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, Option<domain::time::Instant>), Fault> {
    sql::backlog(tx)
}

struct Line {
    id: i64,
    dossier: i64,
    phone: String,
    text: String,
    queued: String,
    told: String,
}

#[derive(Template)]
#[template(path = "notices/templates/list.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    waiting: bool,
    next: Option<String>,
    may_mark: bool,
}

/// GET `/co-quan/thong-bao`: what waits, oldest first; with `xem=da-bao` what was told, newest
/// first.
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let waiting = asked.get("xem") != "da-bao";
    let after = asked.get("sau").parse().ok();
    let asker = who.clone();
    let mut kept = site
        .read(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            Ok(sql::page(tx, &seen, waiting, after, ROWS + 1)?)
        })
        .await?;
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = kept.len() > full;
    kept.truncate(full);
    let view = if waiting { "" } else { "xem=da-bao&" };
    let next = kept.last().filter(|_| more);
    let next = next.map(|it| format!("/co-quan/thong-bao?{view}sau={}", it.id));
    let at = |it: domain::time::Instant| domain::text::date_time(it.civil());
    let lines = kept
        .into_iter()
        .map(|it| Line {
            id: it.id,
            dossier: it.dossier.0,
            phone: it.phone,
            text: it.text,
            queued: at(it.queued),
            told: it.told.map(at).unwrap_or_default(),
        })
        .collect();
    site.page(&List {
        shell: site.shell(&who),
        lines,
        waiting,
        next,
        may_mark: who.can(Action::DossierReceive, Object::Anything),
    })
}

/// POST `/co-quan/thong-bao/{id}`: the citizen was told.
async fn mark(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let seen = dossiers::seen(&asker);
        let notice = sql::waiting(tx, &seen, id)?.ok_or(Failure::NotFound)?;
        sql::tell(tx, id)?;
        let details = serde_json::json!({"notice": id});
        tx.journal(Entry::new("dossier", notice.0, "tell").details(&details));
        Ok(())
    })
    .await?;
    Ok(told("/co-quan/thong-bao", "Đã ghi nhận: đã báo cho công dân."))
}
