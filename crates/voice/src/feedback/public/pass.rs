//! The pass of a browser that follows what its owner sent.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use site::{Failure, Site, Who};

/// The cookie that lets one browser see one feedback for a while.
const COOKIE: &str = "mc_phan_anh";
/// How long, in milliseconds; in a hall, where the next one waits.
const SEEN_MS: i64 = 2 * 3_600_000;
const HALL_MS: i64 = 5 * 60_000;
const ABOUT: &str = "feedback-pass";

/// Lets the browser see the feedback with this code.
pub(super) fn give(
    site: &Site,
    who: &Who,
    response: &mut Response,
    code: &str,
) -> Result<(), Failure> {
    let seen_ms = if who.hall.is_some() { HALL_MS } else { SEEN_MS };
    let until = who.now.epoch_ms() + seen_ms;
    let sealed = site.seal.close(ABOUT, &format!("{code} {until}"))?;
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={sealed}; Path=/phan-anh; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        seen_ms / 1000
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

/// The cookie of the browser that just sent something: the page with code and secret is for it alone.
const SENT_COOKIE: &str = "mc_da_gui";
const SENT_PATH: &str = "/phan-anh/da-gui";
const SENT: &str = "feedback-sent";
/// How long that page can be opened, in milliseconds.
const SENT_MS: i64 = 10 * 60_000;

/// What was just sent, for the page that shows code and secret: an address that opens for a short time, and in the
/// browser alone that [`bind`] was done to.
pub(super) fn sent(site: &Site, who: &Who, code: &str, secret: &str) -> Result<String, Failure> {
    let until = who.now.epoch_ms() + SENT_MS;
    let mark = site::random_hex(16);
    let sealed = site.seal.close(SENT, &format!("{code} {secret} {until} {mark}"))?;
    Ok(format!("{SENT_PATH}/{sealed}"))
}

fn put(site: &Site, response: &mut Response, mark: &str, age_s: i64) {
    let secure = if site.config.tls { "; Secure" } else { "" };
    let cookie = format!(
        "{SENT_COOKIE}={mark}; Path={SENT_PATH}; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}"
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Lets the browser that sent the form open the page at `address`; whoever sends the same form twice is let in twice.
pub(super) fn bind(site: &Site, response: &mut Response, address: &str) {
    let sealed = address.strip_prefix(SENT_PATH).unwrap_or_default().trim_start_matches('/');
    let opened = site.seal.open(SENT, sealed).unwrap_or_default();
    if let Some(mark) = opened.split(' ').nth(3) {
        put(site, response, mark, SENT_MS / 1000);
    }
}

/// Code and secret of [`sent`]; nothing once that is over, or in another browser.
pub(super) fn opened(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    pass: &str,
) -> Option<(String, String)> {
    let text = site.seal.open(SENT, pass).ok()?;
    let mut parts = text.split(' ');
    let (code, secret, until) = (parts.next()?, parts.next()?, parts.next()?);
    let until: i64 = until.parse().ok()?;
    let mark = parts.next()?;
    let is_own = site::who::cookie(headers, SENT_COOKIE) == Some(mark);
    (is_own && who.now.epoch_ms() < until).then(|| (code.to_owned(), secret.to_owned()))
}

/// It was shown in a hall: who comes next and goes back does not see it.
pub(super) fn shown_once(site: &Site, response: &mut Response) {
    put(site, response, "", 0);
}

/// Whoever stood in a hall has gone: what he sent or followed there is seen no more.
pub(in crate::feedback) fn leave(response: &mut Response) {
    for (name, path) in [(COOKIE, "/phan-anh"), (SENT_COOKIE, SENT_PATH)] {
        let gone = format!("{name}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Lax");
        if let Ok(value) = HeaderValue::from_str(&gone) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
