//! The person behind a request.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use domain::{
    access::{Action, Grant, Object, Role, Scope, can, may},
    ids::{AccountId, SessionId, StaffId, UnitId},
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Stamp};
use subtle::ConstantTimeEq as _;

use crate::{Failure, Site, sql, tree::Tree, words::Lang};

/// The cookie that holds the session's token.
pub const SESSION_COOKIE: &str = "mc_phien";
/// The cookie that remembers the language of citizen pages.
pub const LANG_COOKIE: &str = "mc_lang";
/// The cookie that remembers the size of the letters of citizen pages.
pub const SIZE_COOKIE: &str = "mc_chu";
/// The cookie of a browser that stands in a hall: the unit whose touch page it shows.
pub const HALL_COOKIE: &str = "mc_sanh";
/// The size that is larger, in that cookie and in an address: `?chu=lon`.
pub const LARGE: &str = "lon";
/// The cookie that remembers, sealed, which filings this browser began without an account.
pub const DRAFTS_COOKIE: &str = "mc_nhap";
/// The cookie that carries a short notice over a redirect.
pub const NOTICE_COOKIE: &str = "mc_tin";
/// A session that nobody uses ends after this.
pub const SESSION_IDLE_S: i64 = 4 * 3600;
/// How often the end of a session in use is pushed away.
const SESSION_TOUCH_MS: i64 = 60_000;

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The first password must be changed.
    PasswordChange,
    /// The code of the second factor is awaited.
    SecondFactor,
    /// A second factor is demanded and must be set up.
    Enrol,
    /// Signed in.
    Open,
}

impl Stage {
    /// The stable name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PasswordChange => "password_change",
            Self::SecondFactor => "second_factor",
            Self::Enrol => "enrol",
            Self::Open => "open",
        }
    }

    /// The stage with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::PasswordChange, Self::SecondFactor, Self::Enrol, Self::Open]
            .into_iter()
            .find(|it| it.code() == code)
    }

    /// The page of this stage.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::PasswordChange => "/co-quan/doi-mat-khau-dau",
            Self::SecondFactor => "/co-quan/ma-xac-thuc",
            Self::Enrol => "/co-quan/cai-ma-xac-thuc",
            Self::Open => "/co-quan",
        }
    }
}

/// The person behind a request; cheap to clone.
#[derive(Debug, Clone)]
pub struct Who {
    /// The account; 0 for the public.
    pub account: AccountId,
    /// The member of staff behind the account.
    pub staff: Option<StaffId>,
    /// The name to show.
    pub name: Arc<str>,
    /// The session; none for the public.
    pub session: Option<SessionId>,
    /// How far the session has come.
    pub stage: Stage,
    /// The session's token for forms.
    pub csrf: Arc<str>,
    /// What the account was granted.
    pub grants: Arc<[Grant]>,
    /// The units of today.
    pub tree: Arc<Tree>,
    /// The moment of the request.
    pub now: Instant,
    /// The address that asks.
    pub origin: Arc<str>,
    /// The language of citizen pages.
    pub lang: Lang,
    /// Whether citizen pages are shown in larger letters.
    pub large: bool,
    /// The unit whose touch page this browser showed within the last half hour.
    pub hall: Option<i64>,
    /// A short notice from the page before.
    pub notice: Option<Arc<str>>,
    /// The path that was asked for.
    pub path: Arc<str>,
    /// The query behind it.
    pub query: Arc<str>,
    /// The name of the browser, shortened.
    pub agent: Arc<str>,
}

impl Who {
    /// What the guard found out about `request`. Without a guard: the public.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self::nobody(Lang::Vi))
    }

    /// Somebody of whom nothing is known.
    #[must_use]
    pub fn nobody(lang: Lang) -> Self {
        Self {
            account: AccountId(0),
            staff: None,
            name: "".into(),
            session: None,
            stage: Stage::Open,
            csrf: "".into(),
            grants: Arc::new([]),
            tree: Arc::default(),
            now: Instant::from_epoch_ms(0),
            origin: "".into(),
            lang,
            large: false,
            hall: None,
            notice: None,
            path: "/".into(),
            query: "".into(),
            agent: "".into(),
        }
    }

    /// Finds out who knocks.
    ///
    /// # Errors
    /// [`Failure::Fault`] if the database cannot be asked.
    pub async fn load(site: &Site, knock: Knock) -> Result<Self, Failure> {
        let now = (site.clock)();
        let mut who = Self::nobody(knock.lang);
        who.now = now;
        who.origin = knock.origin;
        who.large = knock.large;
        who.hall = knock.hall;
        who.path = knock.path;
        who.query = knock.query;
        who.notice = knock.notice;
        who.agent = knock.agent;
        let token = knock.token_sha256;
        let stamp = who.stamp();
        let site_read = site.clone();
        let loaded = site
            .db
            .glance(stamp, move |tx| {
                let tree = site_read.tree(tx)?;
                let Some(token) = token else { return Ok((tree, None)) };
                let Some(found) = sql::session(tx, &token)? else { return Ok((tree, None)) };
                let grants = sql::grants(tx, found.account)?;
                Ok::<_, Fault>((tree, Some((found, grants))))
            })
            .await?;
        who.tree = loaded.0;
        if let Some((found, grants)) = loaded.1 {
            who.account = found.account;
            who.staff = found.staff;
            who.name = found.name.into();
            who.session = Some(found.session);
            who.stage = found.stage;
            who.csrf = found.csrf.into();
            who.grants = grants.into();
            if now.epoch_ms() - found.seen_ms > SESSION_TOUCH_MS {
                let expires = Instant::from_epoch_ms(now.epoch_ms() + SESSION_IDLE_S * 1000);
                site.db.write(who.stamp(), move |tx| sql::seen(tx, found.session, expires)).await?;
            }
        }
        Ok(who)
    }

    /// The stamp of what this person does now.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp { now: self.now, by: self.account, origin: self.origin.clone() }
    }

    /// Today in Viet Nam.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.civil().date()
    }

    /// The one question of authorisation.
    #[must_use]
    pub fn can(&self, action: Action, object: Object<'_>) -> bool {
        can(&self.grants, self.today(), action, object)
    }

    /// [`Who::can`] for something of `unit`.
    #[must_use]
    pub fn can_at(&self, action: Action, unit: UnitId) -> bool {
        self.can(action, Object::OfUnit(&self.tree.line(unit)))
    }

    /// Whose things this person may do `action` to.
    #[must_use]
    pub fn scope(&self, action: Action) -> Scope {
        let today = self.today();
        let tops = self.grants.iter().filter(|it| it.holds_on(today) && may(it.role, action));
        self.tree.scope(tops.map(|it| it.unit))
    }

    /// The roles held today for something of `unit`.
    #[must_use]
    pub fn roles_at(&self, unit: UnitId) -> Vec<Role> {
        let (today, line) = (self.today(), self.tree.line(unit));
        let held = self.grants.iter().filter(|it| it.holds_on(today) && line.contains(&it.unit));
        held.map(|it| it.role).collect()
    }

    /// Whether `role` is held today anywhere.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|it| it.role == role && it.holds_on(self.today()))
    }

    /// The unit where this person works: that of the first grant.
    #[must_use]
    pub fn home(&self) -> Option<UnitId> {
        let today = self.today();
        self.grants.iter().find(|it| it.holds_on(today)).map(|it| it.unit)
    }

    /// Whether `token`, from a form, is the session's. The public has none to check; where the
    /// request came from was checked at the edge.
    pub(crate) fn check_token(&self, token: &str) -> Result<(), Failure> {
        if self.session.is_none() || bool::from(token.as_bytes().ct_eq(self.csrf.as_bytes())) {
            return Ok(());
        }
        Err(Failure::Stale)
    }
}

/// What a request says of itself before anybody is asked.
#[derive(Debug, Clone)]
pub struct Knock {
    lang: Lang,
    large: bool,
    hall: Option<i64>,
    query: Arc<str>,
    origin: Arc<str>,
    path: Arc<str>,
    notice: Option<Arc<str>>,
    agent: Arc<str>,
    token_sha256: Option<String>,
}

impl Knock {
    /// Reads the head of `request`.
    #[must_use]
    pub fn of(site: &Site, request: &Request) -> Self {
        let headers = request.headers();
        let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or("");
        Self {
            lang: lang(request),
            large: is_large(request),
            hall: hall(headers),
            query: request.uri().query().unwrap_or("").into(),
            origin: origin(site, request).into(),
            path: request.uri().path().into(),
            notice: cookie(headers, NOTICE_COOKIE).map(|it| crate::unpercent(it).into()),
            agent: agent.chars().take(160).collect::<String>().into(),
            token_sha256: cookie(headers, SESSION_COOKIE).map(crate::token_sha256),
        }
    }
}

impl FromRequestParts<Site> for Who {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Failure> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::nobody(Lang::Vi)))
    }
}

/// The page of ours that somebody came from: its path and query. Whoever signs in again is led there.
pub(crate) fn came_from(request: &Request) -> Option<String> {
    page_before(request).filter(|it| it.starts_with("/co-quan/"))
}

/// The page of ours before this one, if it is another.
pub(crate) fn page_before(request: &Request) -> Option<String> {
    let headers = request.headers();
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let (_, rest) = referer.split_once("://")?;
    let path = rest.strip_prefix(host)?;
    let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    let same =
        request.method().is_safe() && request.uri().path_and_query().is_some_and(|it| it == path);
    (is_ours && !same && path.is_ascii()).then(|| path.chars().take(500).collect())
}

/// The value of the cookie `name`.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .find(|(it, _)| *it == name)
        .map(|(_, value)| value)
}

/// Asked for in the address, or remembered from before.
fn lang(request: &Request) -> Lang {
    let asked = request.uri().query().and_then(|query| {
        query.split('&').find_map(|it| it.strip_prefix("lang=")).and_then(Lang::from_code)
    });
    asked
        .or_else(|| cookie(request.headers(), LANG_COOKIE).and_then(Lang::from_code))
        .unwrap_or(Lang::Vi)
}

/// What an address or a cookie says of the size of letters; nothing if neither does.
fn is_large(request: &Request) -> bool {
    let asked = request
        .uri()
        .query()
        .and_then(|query| query.split('&').find_map(|it| it.strip_prefix("chu=")));
    asked.or_else(|| cookie(request.headers(), SIZE_COOKIE)) == Some(LARGE)
}

/// The unit in whose hall this browser stands.
pub(crate) fn hall(headers: &HeaderMap) -> Option<i64> {
    cookie(headers, HALL_COOKIE)?.parse().ok()
}

pub(crate) fn origin(site: &Site, request: &Request) -> String {
    if site.config.behind_proxy
        // The last line is the proxy's own; those before it come from whoever asks.
        && let Some(forwarded) = request.headers().get_all("x-forwarded-for").iter().next_back()
        && let Some(last) = forwarded.to_str().ok().and_then(|it| it.rsplit(',').next())
    {
        return last.trim().chars().take(45).collect();
    }
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    address.map_or_else(|| "local".to_owned(), |it| it.0.ip().to_canonical().to_string())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn before(method: &str, path: &str, referer: &str) -> Option<String> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "motcua.test")
            .header(header::REFERER, referer)
            .body(Body::empty())
            .unwrap();
        page_before(&request)
    }

    #[test]
    fn the_page_before_is_one_of_ours_and_another() {
        let at = "http://motcua.test/co-quan/ho-so/1?a=b";
        assert_eq!(before("POST", "/x", at).as_deref(), Some("/co-quan/ho-so/1?a=b"));
        assert_eq!(before("GET", "/co-quan/ho-so/1?a=b", at), None, "itself");
        let form = before("POST", "/co-quan/ho-so/1?a=b", at);
        assert_eq!(form.as_deref(), Some("/co-quan/ho-so/1?a=b"), "the form that was sent");
        for elsewhere in [
            "http://evil.test/x",
            "http://motcua.test.evil/x",
            "http://motcua.test//evil/x",
            "motcua.test/x",
        ] {
            assert_eq!(before("POST", "/x", elsewhere), None, "{elsewhere}");
        }
    }
}
