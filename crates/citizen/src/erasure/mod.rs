//! Erasing what names a person, when the law lets a citizen ask for it: the dossier, its figures
//! and the chain of the journal stay (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15; NĐ 13/2023 Đ.16).

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{access::Action, dossier::Status, ids::DossierId};
use site::{
    AdminGroup, Failure, Fields, Filled, Html, Mistakes, Routes, Shell, Site, State, Typed, Who,
    get, told,
};
use store::{
    Tx,
    journal::{self, Entry},
};

use crate::dossiers::facts::{self as dossiers, Kept};

mod sql;
#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Oversight,
            ("Xóa dữ liệu cá nhân", ADDRESS),
            Action::PersonErase,
            "Khi công dân yêu cầu và pháp luật cho phép; hồ sơ và số liệu vẫn còn.",
        )
        .on(ADDRESS, Action::PersonErase, get(form).post(erase))
}

const ADDRESS: &str = "/co-quan/quan-tri/xoa-du-lieu";

/// The dossier about to lose its names, for a last look.
struct About {
    code: String,
    procedure: String,
    applicant: String,
    status: &'static str,
    received: String,
    files: usize,
    /// What stays by law, in the words of each slice.
    stays: Vec<String>,
}

#[derive(Template)]
#[template(path = "erasure/templates/form.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    about: Option<About>,
}

/// GET `/co-quan/quan-tri/xoa-du-lieu`
async fn form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let m = Mistakes::default();
    site.page(&Form { shell: site.shell(&who), m: &m, about: None })
}

struct Wish {
    code: String,
    reason: String,
    sure: bool,
}

fn read(typed: Typed) -> Result<Wish, Mistakes> {
    let mut fields = Fields::of(typed);
    let code = fields.text("ma-ho-so", 40);
    let reason = fields.text("ly-do", 500);
    let sure = fields.typed().get("chac-chan") == "1";
    let whole = code.zip(reason);
    fields.finish(whole.map(|(code, reason)| Wish { code, reason, sure }))
}

/// POST: first shows what will go, then does it. Two presses, the second named for what it does.
async fn erase(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let again = typed.clone();
    let wish = match read(typed) {
        Ok(it) => it,
        Err(m) => {
            let page = Form { shell: site.shell(&who), m: &m, about: None };
            return Err(Failure::Mistaken(site.page(&page)?));
        }
    };
    let (asker, inner, code) = (who.clone(), site.clone(), wish.code.trim().to_uppercase());
    let asked = code.clone();
    let found = site.read(&who, move |tx| look(tx, &inner, &asker, &asked)).await?;
    let (id, about) = match found {
        Ok(it) => it,
        Err(mistake) => {
            let mut fields = Fields::of(again);
            fields.wrong("ma-ho-so", mistake);
            let Err(m) = fields.finish(None::<()>) else { return Err(Failure::NotFound) };
            let page = Form { shell: site.shell(&who), m: &m, about: None };
            return Err(Failure::Mistaken(site.page(&page)?));
        }
    };
    if !wish.sure {
        let m = Mistakes::none(again);
        let page = Form { shell: site.shell(&who), m: &m, about: Some(about) };
        return Ok(site.page(&page)?.into_response());
    }
    let inner = site.clone();
    let orphans = site
        .write(&who, move |tx| {
            // Between the two presses somebody may have gone on with it.
            let kept = dossiers::by_code(tx, &code)?.ok_or(Failure::NotFound)?;
            if !is_closed(kept.dossier.status) {
                return Err(Failure::Refused(NOT_CLOSED.to_owned()));
            }
            let let_go = inner.erase_of(tx, id)?;
            let orphans = sql::erase(tx, id, let_go)?;
            crate::results::facts::erase(tx, id)?;
            crate::vault::erase(tx, id)?;
            crate::hand_entries::erase(tx, id)?;
            crate::eforms::facts::erase(tx, id)?;
            journal::erase_words(tx, dossiers::SUBJECT, id.0)?;
            tx.journal(
                Entry::new(dossiers::SUBJECT, id.0, "erase_person")
                    .words(Some(wish.reason.clone())),
            );
            Ok(orphans)
        })
        .await?;
    // Rows went first: a file that nothing names is only waste, a row without its file is a loss.
    for sha256 in orphans {
        site.blobs.delete(&sha256).await?;
    }
    let mut said = format!("Đã xóa dữ liệu cá nhân trong hồ sơ {}.", about.code);
    if !about.stays.is_empty() {
        said.push_str(&format!(" Vẫn lưu theo luật: {}", about.stays.join(" ")));
    }
    Ok(told(ADDRESS, &said))
}

const NOT_CLOSED: &str =
    "Hồ sơ chưa kết thúc: chỉ xóa được sau khi đã trả kết quả, rút, từ chối hoặc đóng.";

/// Whether nobody needs the names any more: nothing waits to be collected or put right.
const fn is_closed(status: Status) -> bool {
    matches!(
        status,
        Status::RefusedIntake
            | Status::Returned
            | Status::Archived
            | Status::Withdrawn
            | Status::ClosedNoSupplement
    )
}

type Found = Result<(DossierId, About), &'static str>;

fn look(tx: &mut Tx<'_>, site: &Site, who: &Who, code: &str) -> Result<Found, Failure> {
    let Some(kept) = dossiers::by_code(tx, code)? else {
        return Ok(Err("Không có hồ sơ mang mã này. Kiểm tra lại mã trên giấy hẹn."));
    };
    if !who.can_at(Action::PersonErase, kept.body) {
        return Ok(Err("Không có hồ sơ mang mã này. Kiểm tra lại mã trên giấy hẹn."));
    }
    if !is_closed(kept.dossier.status) {
        return Ok(Err(NOT_CLOSED));
    }
    let mut about = about(tx, &kept)?;
    about.stays = site.ties_of(who, tx, kept.id)?.into_iter().filter_map(|it| it.stays).collect();
    Ok(Ok((kept.id, about)))
}

fn about(tx: &mut Tx<'_>, kept: &Kept) -> Result<About, Failure> {
    Ok(About {
        code: kept.code.clone(),
        procedure: crate::procedures::facts::version(tx, kept.version)?
            .map(|it| it.body.name.clone())
            .unwrap_or_default(),
        // Enough to tell a wrong code by, no more than that.
        applicant: dossiers::public_name(tx, kept)?,
        status: kept.dossier.status.label(),
        received: kept.dossier.received_at.map_or_else(|| "–".to_owned(), domain::text::date_time),
        files: sql::files(tx, kept.id)?.len(),
        stays: Vec::new(),
    })
}

/// Erases a dossier for the tests of other slices.
#[cfg(test)]
pub(crate) fn erase_for_test(tx: &mut Tx<'_>, id: DossierId) -> Result<(), store::Fault> {
    sql::erase(tx, id, Vec::new()).map(|_| ())
}
