//! A tablet at the desk: it shows who was just served, takes the faces and goes back to its start.
//!
//! A browser becomes the tablet of a desk when somebody who may set up the queue marks it; the mark is a sealed cookie.
//! It answers for nobody while an account of the office is signed in on it, and each answer that it takes is in the
//! journal with the number of its desk.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use citizen::dossiers::facts as dossiers;
use domain::{
    dossier::What,
    ids::{DeskId, UnitId},
    time::Instant,
};
use site::{Asked, Failure, Filled, Html, Path, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    Of, can_be_rated,
    form::{self, Faces},
    sql,
};
use crate::queue::facts as queue;

/// The cookie of a browser that lies on a desk.
const COOKIE: &str = "mc_danh_gia";
/// So long after it was served something can be rated there, in milliseconds.
const FRESH_MS: i64 = 10 * 60 * 1000;

/// Whether the browser is the tablet of this desk.
fn is_tablet(site: &Site, headers: &HeaderMap, unit: UnitId, desk: DeskId) -> bool {
    let sealed = site::who::cookie(headers, COOKIE);
    let text = sealed.and_then(|it| site.seal.open("rating-tablet", it).ok());
    text.is_some_and(|it| it == format!("{unit} {desk}"))
}

/// What was served last at a desk and not rated yet: the number that was finished, else what whoever sits there has
/// just handed over.
fn lately(tx: &mut Tx<'_>, unit: UnitId, desk: DeskId) -> Result<Option<(Of, String)>, Failure> {
    let (_, account) = queue::desk(tx, unit, desk)?.ok_or(Failure::NotFound)?;
    let since = Instant::from_epoch_ms(tx.now().epoch_ms() - FRESH_MS);
    // The last one only: who came before has gone.
    if let Some(visit) = queue::finished_at(tx, unit, desk, since)?.first()
        && let Some(found) = form::ratable(tx, visit)?
    {
        return Ok(Some(found));
    }
    let Some(account) = account else { return Ok(None) };
    for kept in dossiers::returned_since(tx, unit, since.civil())? {
        let handed = dossiers::events(tx, kept.id)?
            .into_iter()
            .rev()
            .find(|it| matches!(it.what, What::Return { .. }));
        if handed.is_some_and(|it| it.by == account) {
            let of = Of::Dossier(kept.id);
            let open = can_be_rated(kept.dossier.status) && !sql::is_rated(tx, of)?;
            return Ok(open.then_some((of, kept.code)));
        }
    }
    Ok(None)
}

#[derive(Template)]
#[template(path = "ratings/templates/tablet.html")]
struct Tablet {
    shell: Shell,
    unit: UnitId,
    desk: DeskId,
    title: String,
    number: i64,
    /// The code or the number that can be rated; empty: nothing.
    code: String,
    thanks: bool,
    other: &'static str,
}

/// GET `/danh-gia/{unit}/quay/{desk}`: what can be rated at this desk now.
pub async fn stand(
    State(site): State<Site>,
    who: Who,
    Path((unit, desk)): Path<(UnitId, DeskId)>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    form::is_one_stop(&who, unit)?;
    if !is_tablet(&site, &headers, unit, desk) {
        return Err(Failure::NotFound);
    }
    form::not_from_the_office(&who)?;
    let (number, found) = site
        .read(&who, move |tx| {
            let (number, _) = queue::desk(tx, unit, desk)?.ok_or(Failure::NotFound)?;
            Ok((number, lately(tx, unit, desk)?))
        })
        .await?;
    site.page(&Tablet {
        shell: site.shell(&who),
        title: who.tree.title(unit).to_owned(),
        unit,
        desk,
        number,
        code: found.map_or_else(String::new, |it| it.1),
        thanks: asked.has("cam-on"),
        other: who.lang.other().code(),
    })
}

/// GET `/danh-gia/{unit}/quay/{desk}/mat`: the faces for it.
pub async fn faces(
    State(site): State<Site>,
    who: Who,
    Path((unit, desk)): Path<(UnitId, DeskId)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !is_tablet(&site, &headers, unit, desk) {
        return Err(Failure::NotFound);
    }
    form::not_from_the_office(&who)?;
    let found = site.read(&who, move |tx| lately(tx, unit, desk)).await?;
    let Some((of, code)) = found else {
        return Ok(Redirect::to(&format!("/danh-gia/{unit}/quay/{desk}")).into_response());
    };
    let token = form::pass(&site, &who, of, "desk")?;
    let is_visit = matches!(of, Of::Ticket(_));
    let faces = Faces { token, code, is_visit, desk: desk.0, ..Faces::default() };
    Ok(form::page(&site, &who, unit, faces)?.into_response())
}

/// POST `/co-quan/quan-tri/hang-cho/{unit}/danh-gia`: this browser lies on a desk from now on.
pub async fn mark(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    site::demand(&who, domain::access::Action::QueueManage, unit)?;
    let number: i64 = typed.get("so-quay").parse().unwrap_or(0);
    let desk = site
        .write(&who, move |tx| {
            let found = queue::desk_numbered(tx, unit, number)?.ok_or(Failure::NotFound)?;
            let details = serde_json::json!({ "desk": number });
            tx.journal(Entry::new("queue", unit.0, "rating_tablet").details(&details));
            Ok(found)
        })
        .await?;
    let sealed = site.seal.close("rating-tablet", &format!("{unit} {desk}"))?;
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={sealed}; Path=/danh-gia; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
    );
    let said = format!(
        "Máy này là máy tính bảng đánh giá của quầy số {number}. Hãy đăng xuất rồi mở {}/danh-gia/{unit}/quay/{desk}",
        site.config.base_url
    );
    let mut response = told(&format!("/co-quan/quan-tri/hang-cho/{unit}"), &said);
    let value = HeaderValue::from_str(&cookie).map_err(|e| Fault::Broken(e.to_string()))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}
