//! Following a dossier: the citizen answers what is asked of him, asks others to sign with him and asks for his
//! dossier back, from the tracking page; the office sees what he did.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.17, NĐ 45/2020/NĐ-CP Đ.12, NĐ 118/2025/NĐ-CP Đ.21.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use citizen::{
    dossiers::{
        desk::{self, OnDesk},
        facts as dossiers,
    },
    tracking,
};
use domain::{
    access::Action::{DossierReceive, DossierTrack},
    codes::DossierCode,
    ids::DossierId,
};
use site::{Failure, Redirect, Routes, Site, Typed, Who, get, post};
use store::Tx;

mod co_sign;
mod kept;
pub(crate) mod office;
mod sent;
pub(crate) mod sql;
mod supplement;
#[cfg(test)]
mod tests;
mod withdraw;

/// How long a form that was opened can be sent, whatever became of the cookie: nobody loses what he typed because
/// he looked for a paper.
const FORM_MS: i64 = 4 * 3_600_000;
/// What the seal of a form's pass is for.
const PASS: &str = "follow";
/// Sends of one dossier within [`WINDOW_S`]: files are put away before they are judged.
const SENDS_MAX: u32 = 40;
const WINDOW_S: i64 = 3600;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .ties(office::ties)
        .tells(sent::told)
        .erases(sql::kept::erase)
        .job_apart("sweep-supplements", 24 * 60, kept::sweep)
        .on("/ho-so/{code}/bo-sung", DossierTrack, get(supplement::show).post(supplement::send))
        .on("/ho-so/{code}/cung-ky", DossierTrack, get(co_sign::show).post(co_sign::make))
        .on("/ho-so/{code}/da-gui", DossierTrack, get(sent::show))
        .on("/ho-so/{code}/da-gui/{file}", DossierTrack, get(sent::file))
        .on("/ho-so/{code}/to-khai.pdf", DossierTrack, get(sent::print))
        .on("/ho-so/{code}/khong-rut", DossierTrack, post(withdraw::stay))
        .on("/ho-so/{code}/rut", DossierTrack, get(withdraw::show).post(withdraw::send))
        .on(office::PAGE, DossierReceive, get(office::list))
        .on("/co-quan/nop-truc-tuyen/bo-sung/xuat", DossierReceive, get(office::export))
}

/// The code as it is written, or nothing of the kind.
fn code_of(typed: &str) -> Result<String, Failure> {
    DossierCode::parse(typed).map(|it| it.to_string()).map_err(|_| Failure::NotFound)
}

/// The pass of a form: this browser was let in when it was opened. Whoever was let in by a session of an account is
/// let in as long as that stands.
fn pass(site: &Site, who: &Who, headers: &HeaderMap, code: &str) -> Result<String, Failure> {
    let until = who.now.epoch_ms() + FORM_MS;
    let session = tracking::session_of(site, who, headers, code).unwrap_or(0);
    Ok(site.seal.close(PASS, &format!("{until} {code} {session}"))?)
}

/// Whether the form that was sent was opened by somebody who was let in, and lately.
async fn has_pass(site: &Site, who: &Who, code: &str, typed: &Typed) -> Result<bool, Failure> {
    let session = || -> Option<i64> {
        let text = site.seal.open(PASS, typed.get("phien")).ok()?;
        let mut parts = text.split(' ');
        let (until, of) = (parts.next()?, parts.next()?);
        let session = parts.next()?.parse().ok()?;
        (of == code && who.now.epoch_ms() < until.parse::<i64>().ok()?).then_some(session)
    };
    match session() {
        None => Ok(false),
        Some(0) => Ok(true),
        Some(session) => {
            let inner = site.clone();
            site.glance(who, move |tx| Ok(inner.session_stands(tx, session)?)).await
        }
    }
}

/// Whether this browser may act on the dossier: whoever reads it. A telephone that follows what a provider vouched for
/// acts on nothing.
async fn is_let_in(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    code: &str,
) -> Result<bool, Failure> {
    tracking::sees(site, who, headers, code, tracking::Sight::Reads).await
}

/// Where somebody goes who has not shown the secret.
fn ask_for_secret(code: &str) -> Response {
    Redirect::to(&format!("/tra-cuu?ma-ho-so={}", site::percent(code))).into_response()
}

/// The dossier with this code.
fn take(tx: &mut Tx<'_>, code: &str) -> Result<(DossierId, OnDesk), Failure> {
    let id = dossiers::id_of(tx, code)?.ok_or(Failure::NotFound)?;
    Ok((id, desk::take(tx, id)?))
}
