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
    let until = who.now.epoch_ms() + SEEN_S * 1000;
    let sealed = site.seal.close("track", &format!("{until} {code} {}", sight.code()))?;
    let mut response = Redirect::to(&format!("/ho-so/{code}{more}")).into_response();
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={sealed}; Path=/ho-so; Max-Age={SEEN_S}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// A redirect to the page of a dossier for somebody whom another slice knows.
///
/// # Errors
/// Any fault of the seal.
pub fn let_in(site: &Site, who: &Who, code: &str, sight: Sight) -> Result<Response, Failure> {
    seen(site, who, (code, ""), sight)
}

/// How much this browser sees of this dossier; nothing if it has not shown lately that it may.
#[must_use]
pub fn sight(site: &Site, headers: &HeaderMap, code: &str, now: Instant) -> Option<Sight> {
    let text = site.seal.open("track", site::who::cookie(headers, COOKIE)?).ok()?;
    let mut parts = text.split(' ');
    let until: i64 = parts.next()?.parse().ok()?;
    let of = parts.next()?;
    let said = parts.next()?;
    let sight = Sight::ALL.into_iter().find(|it| it.code() == said)?;
    (of == code && now.epoch_ms() < until).then_some(sight)
}

/// Whether this browser has shown the secret of this dossier lately, or is its applicant's.
#[must_use]
pub fn may_see(site: &Site, headers: &HeaderMap, code: &str, now: Instant) -> bool {
    sight(site, headers, code, now).is_some()
}

/// Takes from a browser what it was shown: the dossier is asked for anew.
pub fn forget(response: &mut Response) {
    let gone = format!("{COOKIE}=; Path=/ho-so; Max-Age=0; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&gone) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
