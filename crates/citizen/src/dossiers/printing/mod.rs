//! The print queue of a desk (hàng đợi in): papers that wait are printed one after another or as one
//! file, marked as printed, and printed again with a reason that is counted.

use askama::Template;
use axum::response::Response;
use domain::{
    dossier::Part,
    ids::{AccountId, DossierId},
};
use prints::DossierSheet;
use site::{Failure, Filled, Html, Path, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    papers::{self, Printable},
    sql as dossiers,
    view::Around,
};

mod sql;
#[cfg(test)]
mod tests;

/// Papers of one file at most.
const AT_ONCE_MAX: usize = 40;
/// Letters of a reason at most.
const REASON_MAX: usize = 200;

/// Puts a paper of a dossier into the queue of whoever acts. A paper that waits already waits once; one
/// that was printed is printed again from the queue's page, with a reason.
pub(super) fn put(tx: &mut Tx<'_>, dossier: DossierId, paper: &str) -> Result<bool, Fault> {
    sql::put(tx, dossier, paper)
}

/// Whether a paper of a dossier waits in the queue of whoever looks.
pub(super) fn is_waiting(tx: &mut Tx<'_>, dossier: DossierId, paper: &str) -> Result<bool, Fault> {
    sql::is_waiting(tx, dossier, paper)
}

struct Row {
    id: i64,
    dossier: DossierId,
    code: String,
    applicant: String,
    paper: &'static str,
    when: String,
    times: i64,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "dossiers/templates/printing.html")]
struct Page {
    shell: Shell,
    waiting: Vec<Row>,
    printed: Vec<Row>,
}

fn row(tx: &mut Tx<'_>, it: sql::Job) -> Result<Option<Row>, Fault> {
    let Some(paper) = papers::of_slug(&it.paper) else { return Ok(None) };
    let at = it.printed.unwrap_or(it.queued);
    let reasons = if it.times > 1 { sql::reasons(tx, it.id)? } else { Vec::new() };
    Ok(Some(Row {
        id: it.id,
        dossier: it.dossier,
        code: it.code,
        applicant: it.applicant,
        paper: paper.label,
        when: domain::text::date_time(at.civil()),
        times: it.times,
        reasons,
    }))
}

fn rows(tx: &mut Tx<'_>, jobs: Vec<sql::Job>) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::with_capacity(jobs.len());
    for it in jobs {
        rows.extend(row(tx, it)?);
    }
    Ok(rows)
}

/// GET `/co-quan/hang-in`
pub async fn page(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let account = who.account;
    let (waiting, printed) = site
        .read(&who, move |tx| {
            let (waiting, printed) = (sql::waiting(tx, account)?, sql::printed(tx, account)?);
            Ok((rows(tx, waiting)?, rows(tx, printed)?))
        })
        .await?;
    site.page(&Page { shell: site.shell(&who), waiting, printed })
}

/// POST `/co-quan/ho-so/{id}/hang-in`: a paper of this dossier waits for the printer.
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let wanted = papers::of_slug(typed.get("giay")).ok_or(Failure::NotFound)?;
    let (inner, asker) = (site.clone(), who.clone());
    let new = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            may_print(tx, &around, id, wanted)?;
            Ok(put(tx, id, wanted.slug)?)
        })
        .await?;
    let notice = if new {
        "Đã đưa vào hàng đợi in."
    } else {
        "Giấy này đã ở trong hàng đợi in."
    };
    Ok(told(&format!("/co-quan/ho-so/{id}"), notice))
}

/// Whether whoever acts has a part on the dossier and the paper has a cause.
fn may_print(
    tx: &mut Tx<'_>,
    around: &Around,
    id: DossierId,
    wanted: Printable,
) -> Result<(), Failure> {
    let on_desk = around.take(tx, id)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    if !maker.plays_any(&[Part::Counter, Part::CounterHead]) {
        return Err(Failure::NotFound);
    }
    let events = dossiers::events(tx, id)?;
    let caused = papers::printable(&on_desk.kept.dossier, &events).any(|it| it.slug == wanted.slug);
    if caused && on_desk.kept.applicant != dossiers::ERASED {
        return Ok(());
    }
    Err(Failure::Refused(format!("Hồ sơ chưa có việc để in “{}”.", wanted.label)))
}

/// A paper about to be printed.
type Sheet = (sql::Job, prints::Form, DossierSheet);

/// What is printed now, in the order of the queue; and what has lost its cause since or left one's
/// scope, which is let go of.
fn chosen(
    tx: &mut Tx<'_>,
    site: &Site,
    who: &Who,
    chosen: &[i64],
) -> Result<(Vec<Sheet>, Vec<i64>), Failure> {
    let around = Around::load(site, who, tx)?;
    let (mut sheets, mut lost) = (Vec::new(), Vec::new());
    for it in sql::waiting(tx, who.account)? {
        if !chosen.is_empty() && !chosen.contains(&it.id) {
            continue;
        }
        if sheets.len() == AT_ONCE_MAX {
            break;
        }
        let Some(wanted) = papers::of_slug(&it.paper) else { continue };
        match may_print(tx, &around, it.dossier, wanted) {
            Ok(()) => {}
            Err(Failure::NotFound | Failure::Refused(_)) => {
                lost.push(it.id);
                continue;
            }
            Err(other) => return Err(other),
        }
        let on_desk = around.take(tx, it.dossier)?;
        let sheet = papers::sheet(tx, site, &around, &on_desk, wanted.form)?;
        sheets.push((it, wanted.form, sheet));
    }
    Ok((sheets, lost))
}

/// Typesets first, and marks what there is a file of.
async fn printed_file(
    site: &Site,
    who: &Who,
    sheets: Vec<Sheet>,
    lost: Vec<i64>,
    reason: Option<String>,
) -> Result<Option<Response>, Failure> {
    let (jobs, papers): (Vec<_>, Vec<_>) =
        sheets.into_iter().map(|(job, form, sheet)| (job, (form, sheet))).unzip();
    let file = if papers.is_empty() { None } else { Some(file(papers).await?) };
    let account = who.account;
    site.write(who, move |tx| {
        for id in lost {
            sql::remove(tx, account, id)?;
        }
        for it in &jobs {
            printed(tx, account, it, reason.as_deref())?;
        }
        Ok(())
    })
    .await?;
    Ok(file)
}

fn printed(
    tx: &mut Tx<'_>,
    account: AccountId,
    it: &sql::Job,
    reason: Option<&str>,
) -> Result<(), Fault> {
    sql::mark_printed(tx, account, it.id)?;
    if let Some(reason) = reason {
        sql::again(tx, it.id, reason)?;
    }
    let details = serde_json::json!({ "paper": it.paper, "times": it.times + 1 });
    tx.journal(
        Entry::new(dossiers::SUBJECT, it.dossier.0, "print_paper")
            .details(&details)
            .words(reason.map(str::to_owned)),
    );
    Ok(())
}

async fn file(sheets: Vec<(prints::Form, DossierSheet)>) -> Result<Response, Failure> {
    let made = tokio::task::spawn_blocking(move || prints::render_many(&sheets)).await;
    let bytes = made.map_err(|e| Fault::Worker(e.to_string()))?.map_err(papers::print_fault)?;
    Ok(site::file(bytes, "application/pdf", "hang-in.pdf", false))
}

/// POST `/co-quan/hang-in`: the chosen papers as one file, all if none is chosen.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let chosen: Vec<i64> = typed.all("chon").filter_map(|it| it.parse().ok()).collect();
    let _turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let (sheets, lost) =
        site.read(&who, move |tx| self::chosen(tx, &inner, &asker, &chosen)).await?;
    let file = printed_file(&site, &who, sheets, lost, None).await?;
    Ok(file.unwrap_or_else(|| told("/co-quan/hang-in", "Không có giấy nào chờ in.")))
}

/// POST `/co-quan/hang-in/{id}/in-lai`: once more, with a reason.
pub async fn again(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let reason: String = typed.get("ly-do").chars().take(REASON_MAX).collect();
    if reason.is_empty() {
        return Err(Failure::Refused(
            "Ghi lý do in lại, ví dụ: máy in kẹt giấy, sai tên người nộp.".to_owned(),
        ));
    }
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let it = sql::find(tx, asker.account, id)?.ok_or(Failure::NotFound)?;
            let wanted = papers::of_slug(&it.paper).ok_or(Failure::NotFound)?;
            let around = Around::load(&inner, &asker, tx)?;
            may_print(tx, &around, it.dossier, wanted)?;
            let on_desk = around.take(tx, it.dossier)?;
            let sheet = papers::sheet(tx, &inner, &around, &on_desk, wanted.form)?;
            Ok((it, wanted.form, sheet))
        })
        .await?;
    let file = printed_file(&site, &who, vec![sheet], Vec::new(), Some(reason)).await?;
    file.ok_or(Failure::NotFound)
}

/// POST `/co-quan/hang-in/{id}/bo`: it is not printed after all.
pub async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let account = who.account;
    site.write(&who, move |tx| {
        let it = sql::find(tx, account, id)?.ok_or(Failure::NotFound)?;
        if it.printed.is_some() {
            return Err(Failure::Refused("Giấy đã in thì ở lại trong danh sách đã in.".to_owned()));
        }
        Ok(sql::remove(tx, account, id)?)
    })
    .await?;
    Ok(told("/co-quan/hang-in", "Đã bỏ khỏi hàng đợi in."))
}
