//! The pass of a browser that follows a dossier: whoever shows its secret, or whose account it is, sees it for a while.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::time::Instant;
use site::{Failure, Redirect, Site, Who};

/// The cookie that lets one browser see one dossier for a while.
pub const COOKIE: &str = "mc_theo_doi";
/// How long.
const SEEN_S: i64 = 30 * 60;

/// How much of a dossier a browser sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// How far it is: his telephone is known, and no more.
    Follows,
    /// What was sent as well: he has the dossier's secret.
    Reads,
    /// His own name as well: it is his account's, and we know who he is.
    Own,
}

impl Sight {
    const ALL: [Self; 3] = [Self::Follows, Self::Reads, Self::Own];

    const fn code(self) -> &'static str {
        match self {
            Self::Follows => "theo",
            Self::Reads => "doc",
            Self::Own => "minh",
        }
    }
}

/// A redirect to the dossier's page, with a sealed cookie: the secret does not stay in the
/// address, where it would be kept in histories and logs.
///
/// # Errors
/// Any fault of the seal.
pub(super) fn seen(
    site: &Site,
    who: &Who,
    (code, more): (&str, &str),
    sight: Sight,
) -> Result<Response, Failure> {
    let mut response = Redirect::to(&format!("/ho-so/{code}{more}")).into_response();
    give(site, who, &mut response, code, (sight, None))?;
    Ok(response)
}

/// Lets a browser see a dossier for a while; with the row of a session of an account, as long as that is open.
///
/// # Errors
/// Any fault of the seal.
pub fn give(
    site: &Site,
    who: &Who,
    response: &mut Response,
    code: &str,
    (sight, session): (Sight, Option<i64>),
) -> Result<(), Failure> {
    let until = who.now.epoch_ms() + SEEN_S * 1000;
    let session = session.unwrap_or(0);
    let text = format!("{until} {code} {} {session}", sight.code());
    let sealed = site.seal.close("track", &text)?;
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={sealed}; Path=/ho-so; Max-Age={SEEN_S}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(())
}

/// A redirect to the page of a dossier for somebody whom another slice knows by a session with this row.
///
/// # Errors
/// Any fault of the seal.
pub fn let_in(
    site: &Site,
    who: &Who,
    code: &str,
    (sight, session): (Sight, i64),
) -> Result<Response, Failure> {
    let mut response = Redirect::to(&format!("/ho-so/{code}")).into_response();
    give(site, who, &mut response, code, (sight, Some(session)))?;
    Ok(response)
}

/// What the pass of a browser says of this dossier: how much it sees, and by which session (0: by none).
fn shown(site: &Site, headers: &HeaderMap, code: &str, now: Instant) -> Option<(Sight, i64)> {
    let text = site.seal.open("track", site::who::cookie(headers, COOKIE)?).ok()?;
    let mut parts = text.split(' ');
    let until: i64 = parts.next()?.parse().ok()?;
    let of = parts.next()?;
    let said = parts.next()?;
    let session = parts.next().map_or(Some(0), |it| it.parse().ok())?;
    let sight = Sight::ALL.into_iter().find(|it| it.code() == said)?;
    (of == code && now.epoch_ms() < until).then_some((sight, session))
}

/// The row of the session of an account by which this browser was let in to this dossier; nothing if it was by the
/// secret, or not at all.
#[must_use]
pub fn session_of(site: &Site, who: &Who, headers: &HeaderMap, code: &str) -> Option<i64> {
    shown(site, headers, code, who.now).map(|it| it.1).filter(|it| *it != 0)
}

/// How much this browser sees of this dossier; nothing if it has not shown lately that it may, or if the session is
/// over by which it did.
///
/// # Errors
/// [`Failure::Fault`] if the database cannot be asked.
pub async fn sight(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    code: &str,
) -> Result<Option<Sight>, Failure> {
    let Some((sight, session)) = shown(site, headers, code, who.now) else { return Ok(None) };
    if session == 0 {
        return Ok(Some(sight));
    }
    let inner = site.clone();
    let stands = site.glance(who, move |tx| Ok(inner.session_stands(tx, session)?)).await?;
    Ok(stands.then_some(sight))
}

/// Whether this browser sees this dossier as far as `at_least`: what was sent, said and issued is for whoever reads.
///
/// # Errors
/// [`Failure::Fault`] if the database cannot be asked.
pub async fn sees(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    code: &str,
    at_least: Sight,
) -> Result<bool, Failure> {
    Ok(sight(site, who, headers, code).await? >= Some(at_least))
}

/// Takes from a browser what it was shown: the dossier is asked for anew.
pub fn forget(response: &mut Response) {
    let gone = format!("{COOKIE}=; Path=/ho-so; Max-Age=0; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&gone) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
