//! The page of signing in, and signing in by a code sent to a telephone.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::identity::{Phone, PhoneKind};
use serde::{Deserialize, Serialize};
use site::{
    Asked, Failure, Filled, Html, Lang, Mistakes, Redirect, Shell, Site, State, Typed, Who, Words,
};

use super::{
    codes::{self, Asker, CodeRefusal, Purpose},
    facts::Visitor,
    oidc::believe::Unbelieved,
    pending::{self, Pending},
    session::{self, SignedIn},
    sql,
};

/// The cookie that holds which code is awaited.
const COOKIE: &str = "mc_ma";
/// The cookie by which a browser is known in which a telephone signed in: it names the telephone to nobody.
const KNOWN_COOKIE: &str = "mc_quen";
/// How long it is known.
const KNOWN_S: i64 = 180 * 24 * 60 * 60;
/// How long the page of the code can be come back to.
const GOOD_S: i64 = 10 * 60;

/// One way in: which provider, and what it is called.
struct Way {
    href: String,
    name: String,
}

#[derive(Template)]
#[template(path = "account/templates/sign_in.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    next: String,
    ways: Vec<Way>,
    can_send: bool,
    demo: bool,
    trouble: String,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// By a provider.
    Unbelieved(Unbelieved),
}

async fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    next: &str,
    trouble: String,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (providers, can_send) = site
        .read(who, move |tx| Ok((sql::providers::all(tx)?, codes::can_send(&inner, tx)?)))
        .await?;
    let next = session::local(next).to_owned();
    let ways = providers.into_iter().filter(|it| it.enabled && !it.authorize_url.is_empty());
    let ways = ways
        .map(|it| Way {
            href: format!("/dang-nhap/qua/{}?tiep={}", it.id, site::percent(&next)),
            name: it.name,
        })
        .collect();
    let demo = site.config.demo;
    site.page(&Page { shell: site.shell(who), m, next, ways, can_send, demo, trouble })
}

/// The page of signing in with a word on what went wrong.
pub(super) async fn trouble_page(
    site: &Site,
    who: &Who,
    trouble: Trouble,
) -> Result<Response, Failure> {
    let Trouble::Unbelieved(why) = trouble;
    let said = why.said(site.shell(who).words);
    let page = page(site, who, &Mistakes::default(), "", said).await?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// GET `/dang-nhap`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Visitor(visitor): Visitor,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let next = session::local(asked.get("tiep")).to_owned();
    // Whoever is signed in comes here to be known better, or by mistake.
    if visitor.is_some() && asked.get("them") != "1" {
        return Ok(Redirect::to(&next).into_response());
    }
    Ok(page(&site, &who, &Mistakes::none(asked), &next, String::new()).await?.into_response())
}

/// A telephone that a code can be sent to; a mistake in the reader's language.
pub(super) fn mobile(words: Words, typed: &str) -> Result<Phone, String> {
    match Phone::parse(typed) {
        Ok(it) if it.kind() == PhoneKind::Mobile => Ok(it),
        Ok(_) => Err(words.say("account-phone-mobile")),
        Err(error) => Err(match words.lang {
            Lang::Vi => error.to_string(),
            Lang::En => words.say("account-phone-wrong"),
        }),
    }
}

/// The mark of a browser in which this telephone signed in before.
fn known_of(site: &Site, who: &Who, headers: &HeaderMap, phone: &str) -> Option<String> {
    let sealed = site::who::cookie(headers, KNOWN_COOKIE)?;
    let text = site.seal.open("citizen-known", sealed).ok()?;
    let (until, rest) = text.split_once(' ')?;
    let (of, mark) = rest.split_once(' ')?;
    let is_good = until.parse::<i64>().is_ok_and(|it| who.now.epoch_ms() < it);
    (is_good && of == codes::phone_mark(site, phone)).then(|| mark.to_owned())
}

/// Knows this browser again when the telephone asks for a code.
fn know(response: &mut Response, site: &Site, who: &Who, phone: &str) -> Result<(), Failure> {
    let until = who.now.epoch_ms() + KNOWN_S * 1000;
    let text = format!("{until} {} {}", codes::phone_mark(site, phone), site::random_hex(16));
    let sealed = site.seal.close("citizen-known", &text)?;
    session::put(response, site, KNOWN_COOKIE, &sealed, "/dang-nhap", KNOWN_S);
    Ok(())
}

/// Which code is awaited by this browser.
#[derive(Serialize, Deserialize)]
struct Awaited {
    handle: String,
    masked: String,
    shown: Option<String>,
    next: String,
    until_ms: i64,
}

/// POST `/dang-nhap`: sends a code.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    codes::may_ask(&site, &who).map_err(|wait_s| Failure::TooMany { wait_s })?;
    let words = site.shell(&who).words;
    let next = session::local(typed.get("tiep")).to_owned();
    let phone = match mobile(words, typed.get("dien-thoai")) {
        Ok(it) => it,
        Err(text) => return again(&site, &who, typed, &next, text).await,
    };
    let (inner, asked) = (site.clone(), phone.clone());
    let known = known_of(&site, &who, &headers, phone.reveal());
    let begun = site
        .write(&who, move |tx| {
            let asker = known.as_deref().map_or(Asker::Stranger, Asker::Known);
            Ok(codes::begin(&inner, tx, (Purpose::SignIn, None), asker, (&asked, words.lang))?)
        })
        .await?;
    codes::send_now(&site);
    let begun = match begun {
        Ok(it) => it,
        Err(CodeRefusal::TooMany)
            if let Ok(before) = awaited(&site, &who, &headers)
                && before.masked == phone.masked() =>
        {
            // The code that came before still opens: he is led to where it is typed.
            let page = code_page(&site, &who, &before, Some(CodeRefusal::TooMany))?;
            return Err(Failure::Mistaken(page));
        }
        Err(why) => return again(&site, &who, typed, &next, why.said(words)).await,
    };
    let awaited = Awaited {
        handle: begun.handle,
        masked: phone.masked(),
        shown: begun.shown,
        next,
        until_ms: who.now.epoch_ms() + GOOD_S * 1000,
    };
    let text = serde_json::to_string(&awaited).map_err(|e| store::Fault::Broken(e.to_string()))?;
    let sealed = site.seal.close("citizen-code", &text)?;
    let mut response = Redirect::to("/dang-nhap/nhap-ma").into_response();
    session::put(&mut response, &site, COOKIE, &sealed, "/dang-nhap", GOOD_S);
    Ok(response)
}

async fn again(
    site: &Site,
    who: &Who,
    typed: Typed,
    next: &str,
    text: String,
) -> Result<Response, Failure> {
    let mut m = Mistakes::none(typed);
    m.by_field.insert("dien-thoai".to_owned(), text);
    Err(Failure::Mistaken(page(site, who, &m, next, String::new()).await?))
}

#[derive(Template)]
#[template(path = "account/templates/code.html")]
struct CodePage {
    shell: Shell,
    sent: String,
    shown: Option<String>,
    next: String,
    wrong: String,
}

fn awaited(site: &Site, who: &Who, headers: &HeaderMap) -> Result<Awaited, Failure> {
    let found = site::who::cookie(headers, COOKIE)
        .and_then(|it| site.seal.open("citizen-code", it).ok())
        .and_then(|it| serde_json::from_str::<Awaited>(&it).ok())
        .filter(|it| who.now.epoch_ms() < it.until_ms);
    found.ok_or_else(|| Failure::Elsewhere(Redirect::to("/dang-nhap")))
}

fn code_page(
    site: &Site,
    who: &Who,
    awaited: &Awaited,
    wrong: Option<CodeRefusal>,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    site.page(&CodePage {
        shell,
        sent: words.say_with("account-code-sent", &[("phone", &awaited.masked)]),
        shown: awaited.shown.clone(),
        next: site::percent(&awaited.next),
        wrong: wrong.map_or_else(String::new, |it| it.said(words)),
    })
}

/// GET `/dang-nhap/nhap-ma`
pub async fn code_form(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
) -> Result<Html<String>, Failure> {
    let awaited = awaited(&site, &who, &headers)?;
    code_page(&site, &who, &awaited, None)
}

/// POST `/dang-nhap/nhap-ma`
pub async fn code(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let awaited = awaited(&site, &who, &headers)?;
    let (inner, asker) = (site.clone(), who.clone());
    let (handle, code) = (awaited.handle.clone(), typed.get("ma").to_owned());
    let old = site::who::cookie(&headers, session::COOKIE).map(str::to_owned);
    let opened = site
        .write(&who, move |tx| {
            let proved = match codes::confirm(&inner, tx, Purpose::SignIn, &handle, &code)? {
                Ok(it) => it,
                Err(why) => return Ok(Err(why)),
            };
            let Some(account) = sql::by_phone(tx, &proved.phone)? else {
                return Ok(Ok((proved.phone, None)));
            };
            let fresh = pending::enter_by_phone(&inner, &asker, tx, &account, old.as_deref())?;
            Ok(Ok((proved.phone, Some(fresh))))
        })
        .await?;
    let mut response = match opened {
        Ok((phone, Some(fresh))) => {
            let mut response = fresh.led_to(&site, &awaited.next);
            know(&mut response, &site, &who, &phone)?;
            response
        }
        Ok((phone, None)) => {
            let pending = Pending::by_phone(phone.clone(), awaited.next);
            let mut response = pending::ask(&site, &who, &pending)?;
            know(&mut response, &site, &who, &phone)?;
            response
        }
        Err(why) => {
            return Err(Failure::Mistaken(code_page(&site, &who, &awaited, Some(why))?));
        }
    };
    session::put(&mut response, &site, COOKIE, "", "/dang-nhap", 0);
    Ok(response)
}

/// POST `/dang-xuat`
pub async fn sign_out(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    session::end(&site, &who, &it).await?;
    let said = site.shell(&who).words.say("account-signed-out");
    let mut response = site::told("/dang-nhap", &said);
    session::leave_nothing(&mut response, &site);
    Ok(response)
}
