//! Sessions of citizens: a cookie of their own, apart from that of officials.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use domain::{
    assurance::{Assurance, SignInWay},
    ids::CitizenId,
    time::Instant,
};
use site::{Failure, Redirect, Site, Who};
use store::{Fault, Tx, journal::Entry};

use super::{SUBJECT, facts::Citizen, sending, sql};

/// The cookie that holds a citizen's token.
pub const COOKIE: &str = "mc_dan";
/// The cookie that remembers large type.
const LARGE_COOKIE: &str = site::who::SIZE_COOKIE;
/// A session that nobody uses ends after this.
pub const IDLE_S: i64 = 60 * 60;
/// A session ends after this, used or not.
pub const WHOLE_S: i64 = 12 * 60 * 60;
/// How often the end of a session in use is pushed away.
const TOUCH_MS: i64 = 60_000;

/// The open session behind a request.
pub(super) async fn open_of(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
) -> Result<Option<sql::Open>, Failure> {
    let Some(token) = site::who::cookie(headers, COOKIE) else { return Ok(None) };
    let hash = site::token_sha256(token);
    let found = site.glance(who, move |tx| Ok(sql::session(tx, &hash)?)).await?;
    let Some(found) = found else { return Ok(None) };
    if who.now.epoch_ms() - found.seen.epoch_ms() > TOUCH_MS {
        let last = found.created.epoch_ms() + WHOLE_S * 1000;
        let until = (who.now.epoch_ms() + IDLE_S * 1000).min(last);
        let session = found.session;
        site.write(who, move |tx| Ok(sql::seen(tx, session, Instant::from_epoch_ms(until))?))
            .await?;
    }
    Ok(Some(found))
}

/// Whoever must be signed in to see a page; others are led to the page of signing in and back.
pub struct SignedIn {
    /// Who it is, as far as this session may know.
    pub citizen: Citizen,
    /// The account itself.
    pub(super) account: sql::Account,
    /// The row of the session.
    pub(super) session: i64,
}

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Failure> {
        let who = Who::from_request_parts(parts, site).await?;
        if let Some(open) = open_of(site, &who, &parts.headers).await? {
            return Ok(Self {
                citizen: Citizen::of(&open.account, open.assurance),
                account: open.account,
                session: open.session,
            });
        }
        // Only what was asked for is asked for again: a form that was sent is not.
        let path = if parts.method.is_safe() {
            parts.uri.path_and_query().map_or("/tai-khoan", |it| it.as_str())
        } else {
            "/tai-khoan"
        };
        let to = format!("/dang-nhap?tiep={}", site::percent(path));
        Err(Failure::Elsewhere(Redirect::to(&to)))
    }
}

impl SignedIn {
    /// Whether this session knows all that the account does. A telephone alone does not open the data of
    /// somebody whom a provider vouched for: the number may have gone to another holder.
    pub(super) fn is_whole(&self) -> bool {
        is_whole(&self.account, self.citizen.assurance)
    }
}

/// See [`SignedIn::is_whole`].
pub(super) fn is_whole(account: &sql::Account, assurance: Assurance) -> bool {
    account.id_number.is_none() || assurance == Assurance::Identified
}

/// A session that was just opened.
pub(super) struct Fresh {
    token: String,
    lang: site::Lang,
    large: bool,
}

/// Opens a session, tells of it, and ends the one that this browser had.
pub(super) fn open(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    account: &sql::Account,
    (way, assurance): (SignInWay, Assurance),
    old: Option<&str>,
) -> Result<Fresh, Fault> {
    let before = match old {
        Some(old) => sql::session_before(tx, &site::token_sha256(old))?,
        None => None,
    };
    let token = site::random_hex(32);
    let expires = Instant::from_epoch_ms(tx.now().epoch_ms() + IDLE_S * 1000);
    let is_new_browser = !sql::knows_agent(tx, account.id, &who.agent)?;
    let hash = site::token_sha256(&token);
    let new = sql::insert_session(tx, account.id, &hash, (way, assurance), &who.agent, expires)?;
    if let Some((session, citizen)) = before {
        // Whoever signs in again on his device goes on to hear there; somebody else begins anew.
        if citizen == account.id {
            messages::push::hand_on(tx, session, new)?;
        }
        close(tx, citizen, session)?;
    }
    if is_new_browser {
        sending::signed_in(site, tx, account)?;
    }
    let details = serde_json::json!({ "way": way.code(), "assurance": assurance.code() });
    tx.journal(Entry::new(SUBJECT, account.id.0, "sign_in").details(&details));
    Ok(Fresh { token, lang: account.lang, large: account.large_type })
}

impl Fresh {
    /// A redirect to `to` with the session's cookie, and with what the account likes.
    pub fn led_to(self, site: &Site, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        put(&mut response, site, COOKIE, &self.token, "/", WHOLE_S);
        taste(&mut response, self.lang, self.large);
        response
    }
}

/// Language and size of type, for the pages that follow.
pub(super) fn taste(response: &mut Response, lang: site::Lang, large: bool) {
    let lang_cookie = format!(
        "{}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
        site::who::LANG_COOKIE,
        lang.code()
    );
    let age = if large { 31_536_000 } else { 0 };
    let large_cookie = format!(
        "{LARGE_COOKIE}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax",
        if large { site::who::LARGE } else { "" }
    );
    for cookie in [lang_cookie, large_cookie] {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

/// Puts a cookie that no script reads; an empty value takes it away.
pub(super) fn put(
    response: &mut Response,
    site: &Site,
    name: &str,
    value: &str,
    path: &str,
    age_s: i64,
) {
    let secure = if site.config.tls { "; Secure" } else { "" };
    let age_s = if value.is_empty() { 0 } else { age_s };
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Takes all that a citizen had from this browser: whoever comes to the device next follows no dossier, shows no
/// code and finds no draft of whoever leaves.
pub(super) fn leave_nothing(response: &mut Response, site: &Site) {
    for (name, path) in [
        (COOKIE, "/"),
        (citizen::tracking::COOKIE, "/ho-so"),
        (super::home::COUNTER_COOKIE, "/tai-khoan"),
        (site::who::DRAFTS_COOKIE, "/"),
    ] {
        put(response, site, name, "", path, 0);
    }
}

/// Ends a session of an account: the device on which it was open hears of nothing any more.
pub(super) fn close(tx: &mut Tx<'_>, citizen: CitizenId, session: i64) -> Result<(), Fault> {
    if sql::end_session(tx, citizen, session)? {
        messages::push::drop_session(tx, session)?;
    }
    Ok(())
}

/// Ends every session of an account but `kept` (0: every one). No device but that of `kept` hears of anything any
/// more, nor those of sessions that were over by themselves.
pub(super) fn close_all(tx: &mut Tx<'_>, citizen: CitizenId, kept: i64) -> Result<(), Fault> {
    sql::end_sessions(tx, citizen, kept)?;
    messages::push::drop_others(tx, (SUBJECT, citizen.0), kept)
}

/// Whether a session is open: what was opened with it is closed with it.
pub(super) fn is_open(tx: &mut Tx<'_>, session: i64) -> Result<bool, Fault> {
    sql::is_open(tx, session)
}

/// What became of the session with this hash of its token.
pub(super) fn of_token(tx: &mut Tx<'_>, token_sha256: &str) -> Result<site::Session, Fault> {
    if let Some(open) = sql::session(tx, token_sha256)? {
        return Ok(site::Session::Open(open.account.id.0));
    }
    let is_over = sql::was_left(tx, token_sha256)?;
    Ok(if is_over { site::Session::Over } else { site::Session::Ended })
}

/// Ends the session of this browser.
pub(super) async fn end(site: &Site, who: &Who, it: &SignedIn) -> Result<(), Failure> {
    let (citizen, session): (CitizenId, i64) = (it.citizen.id, it.session);
    site.write(who, move |tx| {
        close(tx, citizen, session)?;
        tx.journal(Entry::new(SUBJECT, citizen.0, "sign_out"));
        Ok(())
    })
    .await
}

/// Bytes of an address to be led to at most: it travels in a sealed cookie, and a browser keeps no cookie beyond
/// 4096 bytes.
const NEXT_BYTES_MAX: usize = 600;

/// Only a path of ours that a citizen may be led to; anything else leads to his account.
pub(super) fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && path.len() <= NEXT_BYTES_MAX
        && !path.starts_with("//")
        && !path.contains(|it: char| it == '\\' || it.is_control())
        && !path.starts_with("/dang-")
        && !path.starts_with("/co-quan");
    if ours { path } else { "/tai-khoan" }
}
