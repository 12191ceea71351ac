//! Somebody who proved who he is and has no account yet: he is shown what an account keeps, and agrees or goes.
//!
//! Nothing of him is kept until he agrees (NĐ 13/2023/NĐ-CP Đ.11): what he proved waits in his own browser, sealed.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    assurance::{Known, SignInWay, of_session},
    consent::Said,
};
use serde::{Deserialize, Serialize};
use site::{Failure, Filled, Html, Redirect, Shell, Site, State, Who};
use store::{Tx, journal::Entry};

use super::{
    SUBJECT,
    oidc::believe::Person,
    privacy::consent,
    session::{self, Fresh},
    sql::{self, Account},
};

/// The cookie that holds what was proved.
const COOKIE: &str = "mc_moi";
/// How long somebody may think about it.
const GOOD_S: i64 = 15 * 60;

/// What was proved, and where the person was going.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    /// The provider and the person there, or nobody.
    provider: Option<(i64, Person)>,
    /// The telephone that answered; empty if none did.
    phone: String,
    next: String,
    mark: String,
    until_ms: i64,
}

impl Pending {
    pub(super) fn by_provider(provider: i64, person: Person, next: String) -> Self {
        Self { provider: Some((provider, person)), ..Self::by_phone(String::new(), next) }
    }

    pub(super) fn by_phone(phone: String, next: String) -> Self {
        Self { provider: None, phone, next, mark: site::random_hex(16), until_ms: 0 }
    }
}

/// Leads to the page that asks.
pub(super) fn ask(site: &Site, who: &Who, pending: &Pending) -> Result<Response, Failure> {
    let mut response = Redirect::to("/dang-nhap/mo-tai-khoan").into_response();
    let until_ms = who.now.epoch_ms() + GOOD_S * 1000;
    let text = serde_json::to_value(pending).map(|mut it| {
        if let Some(until) = it.get_mut("until_ms") {
            *until = until_ms.into();
        }
        it.to_string()
    });
    let text = text.map_err(|e| store::Fault::Broken(e.to_string()))?;
    let sealed = site.seal.close("citizen-pending", &text)?;
    session::put(&mut response, site, COOKIE, &sealed, "/dang-nhap", GOOD_S);
    Ok(response)
}

fn read(site: &Site, who: &Who, headers: &HeaderMap) -> Result<Pending, Failure> {
    let found = site::who::cookie(headers, COOKIE)
        .and_then(|it| site.seal.open("citizen-pending", it).ok())
        .and_then(|it| serde_json::from_str::<Pending>(&it).ok())
        .filter(|it| who.now.epoch_ms() < it.until_ms);
    found.ok_or_else(|| Failure::Elsewhere(Redirect::to("/dang-nhap")))
}

#[derive(Template)]
#[template(path = "account/templates/open.html")]
struct Page {
    shell: Shell,
    /// What was proved, masked.
    known: String,
    title: String,
    text: String,
    data: String,
    stops: String,
    basis: String,
    must_agree: bool,
}

fn page(site: &Site, who: &Who, pending: &Pending, wrong: bool) -> Result<Html<String>, Failure> {
    let purpose = consent::shown("account", who.today()).ok_or(Failure::NotFound)?;
    let say = |it: &Said| consent::in_lang(it, who.lang).to_owned();
    let known = match &pending.provider {
        Some((_, person)) => match &person.number {
            Some(it) => domain::text::mask_id(it),
            None => person.name.clone(),
        },
        None => domain::text::mask_phone(&pending.phone),
    };
    site.page(&Page {
        shell: site.shell(who),
        known,
        title: say(&purpose.title),
        text: say(&purpose.text),
        data: say(&purpose.data),
        stops: say(&purpose.stops),
        basis: consent::basis().to_owned(),
        must_agree: wrong,
    })
}

/// GET `/dang-nhap/mo-tai-khoan`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
) -> Result<Html<String>, Failure> {
    let pending = read(&site, &who, &headers)?;
    page(&site, &who, &pending, false)
}

/// POST `/dang-nhap/mo-tai-khoan`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let pending = read(&site, &who, &headers)?;
    if typed.get("dong-y") != "1" {
        return Err(Failure::Mistaken(page(&site, &who, &pending, true)?));
    }
    let next = pending.next.clone();
    let old = site::who::cookie(&headers, session::COOKIE).map(str::to_owned);
    let (inner, asker) = (site.clone(), who.clone());
    let fresh =
        site.write(&who, move |tx| open(&inner, &asker, tx, &pending, old.as_deref())).await?;
    let mut response = fresh.led_to(&site, &next);
    session::put(&mut response, &site, COOKIE, "", "/dang-nhap", 0);
    Ok(response)
}

fn open(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    pending: &Pending,
    old: Option<&str>,
) -> Result<Fresh, Failure> {
    // A second click, or a copy of the browser's cookies, opens nothing.
    if !sql::providers::use_once(tx, &site::token_sha256(&pending.mark))? {
        return Err(Failure::Stale);
    }
    let Some((provider, person)) = &pending.provider else {
        let account = match sql::by_phone(tx, &pending.phone)? {
            Some(it) => it,
            None => {
                let account = new(tx, who)?;
                sql::confirm_phone(tx, account.id, &pending.phone)?;
                sql::find(tx, account.id)?.ok_or(Failure::NotFound)?
            }
        };
        return Ok(enter_by_phone(site, who, tx, &account, old)?);
    };
    let provider = sql::providers::find(tx, *provider)?.ok_or(Failure::NotFound)?;
    let account = match &person.number {
        Some(it) => sql::by_number(tx, it)?,
        None => None,
    };
    let account = match account {
        Some(it) => it,
        None => new(tx, who)?,
    };
    let account = super::oidc::tie(tx, &provider, person, account)?;
    Ok(super::oidc::enter(site, who, tx, person, &account, old)?)
}

fn new(tx: &mut Tx<'_>, who: &Who) -> Result<Account, Failure> {
    let id = sql::insert(tx, who.lang)?;
    tx.journal(Entry::new(SUBJECT, id.0, "create"));
    consent::say(tx, id, "account", true, who.lang)?;
    sql::find(tx, id)?.ok_or(Failure::NotFound)
}

/// Opens a session of an account whose telephone just answered.
pub(super) fn enter_by_phone(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    account: &Account,
    old: Option<&str>,
) -> Result<Fresh, store::Fault> {
    let known = Known {
        provider_vouches: false,
        phone_confirmed: true,
        shown_at_counter: account.id_number.is_some()
            && !account.counter_phone.is_empty()
            && account.counter_phone == account.phone,
    };
    let assurance = of_session(SignInWay::Phone, known);
    session::open(site, who, tx, account, (SignInWay::Phone, assurance), old)
}
