//! The pass of a browser that follows what its owner sent.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use site::{Failure, Site, Who};

/// The cookie that lets one browser see one feedback for a while.
const COOKIE: &str = "mc_phan_anh";
/// How long, in milliseconds.
const SEEN_MS: i64 = 2 * 3_600_000;
const ABOUT: &str = "feedback-pass";

/// Lets the browser see the feedback with this code.
pub(super) fn give(
    site: &Site,
    who: &Who,
    response: &mut Response,
    code: &str,
) -> Result<(), Failure> {
    let until = who.now.epoch_ms() + SEEN_MS;
    let sealed = site.seal.close(ABOUT, &format!("{code} {until}"))?;
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={sealed}; Path=/phan-anh; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        SEEN_MS / 1000
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(())
}

/// Whether the browser may see it.
pub(super) fn sees(site: &Site, who: &Who, headers: &HeaderMap, code: &str) -> bool {
    let sealed = site::who::cookie(headers, COOKIE).unwrap_or_default();
    let opened = site.seal.open(ABOUT, sealed).unwrap_or_default();
    opened.split_once(' ').is_some_and(|(known, until)| {
        known == code && until.parse().is_ok_and(|it: i64| who.now.epoch_ms() < it)
    })
}

/// What was just sent, for the page that shows code and secret once.
pub(super) fn sent(site: &Site, who: &Who, code: &str, secret: &str) -> Result<String, Failure> {
    let until = who.now.epoch_ms() + SEEN_MS;
    Ok(site.seal.close("feedback-sent", &format!("{code} {secret} {until}"))?)
}

/// Code and secret of [`sent`]; nothing once that is over.
pub(super) fn opened(site: &Site, who: &Who, pass: &str) -> Option<(String, String)> {
    let text = site.seal.open("feedback-sent", pass).ok()?;
    let mut parts = text.split(' ');
    let (code, secret, until) = (parts.next()?, parts.next()?, parts.next()?);
    let until: i64 = until.parse().ok()?;
    (who.now.epoch_ms() < until).then(|| (code.to_owned(), secret.to_owned()))
}
