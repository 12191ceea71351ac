//! The telephone of an account: it is one's own when it has answered a code.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use site::{
    Asked, Failure, Filled, Html, Mistakes, Redirect, Shell, Site, State, Typed, Who, Words, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT,
    codes::{self, Asker, Purpose},
    home::demand_whole,
    session::{self, SignedIn},
    sign_in::mobile,
    sql,
};

/// The cookie that holds which telephone is being confirmed.
const COOKIE: &str = "mc_dt";
const GOOD_S: i64 = 10 * 60;

/// Which telephone is being confirmed.
#[derive(Serialize, Deserialize)]
struct Awaited {
    handle: String,
    phone: String,
    shown: Option<String>,
    until_ms: i64,
}

#[derive(Template)]
#[template(path = "account/templates/phone.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    /// A code is awaited: to which number it went.
    sent: Option<String>,
    shown: Option<String>,
    can_send: bool,
}

fn awaited_of(site: &Site, who: &Who, headers: &HeaderMap, citizen: i64) -> Option<Awaited> {
    let sealed = site::who::cookie(headers, COOKIE)?;
    let text = site.seal.open(&format!("citizen-phone:{citizen}"), sealed).ok()?;
    let it: Awaited = serde_json::from_str(&text).ok()?;
    (who.now.epoch_ms() < it.until_ms).then_some(it)
}

async fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    awaited: Option<&Awaited>,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    let inner = site.clone();
    let can_send = site.read(who, move |tx| Ok(codes::can_send(&inner, tx)?)).await?;
    let masked = awaited.map(|it| domain::text::mask_phone(&it.phone));
    site.page(&Page {
        sent: masked.map(|it| words.say_with("account-code-sent", &[("phone", &it)])),
        shown: awaited.and_then(|it| it.shown.clone()),
        shell,
        m,
        can_send,
    })
}

/// GET `/tai-khoan/dien-thoai`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    it: SignedIn,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    demand_whole(&site, &who, &it)?;
    let awaited = awaited_of(&site, &who, &headers, it.citizen.id.0);
    let awaited = awaited.filter(|_| asked.get("so-khac") != "1");
    let mut typed = Typed::default();
    typed.set("dien-thoai", it.citizen.phone.clone());
    page(&site, &who, &Mistakes::none(typed), awaited.as_ref()).await
}

/// POST `/tai-khoan/dien-thoai`: sends a code to the new number, or takes the code that came.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    it: SignedIn,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    let words = site.shell(&who).words;
    let citizen = it.citizen.id;
    let about = format!("citizen-phone:{citizen}");
    if typed.get("viec") != "ma" {
        codes::may_ask(&site, &who).map_err(|wait_s| Failure::TooMany { wait_s })?;
        let begun = match mobile(words, typed.get("dien-thoai")) {
            Ok(phone) => {
                let (inner, asked) = (site.clone(), phone.clone());
                let begun = site
                    .write(&who, move |tx| {
                        let purpose = (Purpose::Phone, Some(citizen));
                        let to = (&asked, words.lang);
                        Ok(codes::begin(&inner, tx, purpose, Asker::Account(citizen), to)?)
                    })
                    .await?;
                codes::send_now(&site);
                begun.map(|it| (phone, it)).map_err(|why| why.said(words))
            }
            Err(text) => Err(text),
        };
        let (phone, begun) = match begun {
            Ok(it) => it,
            Err(text) => {
                let mut m = Mistakes::none(typed);
                m.by_field.insert("dien-thoai".to_owned(), text);
                return Err(Failure::Mistaken(page(&site, &who, &m, None).await?));
            }
        };
        let awaited = Awaited {
            handle: begun.handle,
            phone: phone.reveal().to_owned(),
            shown: begun.shown,
            until_ms: who.now.epoch_ms() + GOOD_S * 1000,
        };
        let text = serde_json::to_string(&awaited).map_err(|e| Fault::Broken(e.to_string()))?;
        let sealed = site.seal.close(&about, &text)?;
        let mut response = Redirect::to("/tai-khoan/dien-thoai").into_response();
        session::put(&mut response, &site, COOKIE, &sealed, "/tai-khoan", GOOD_S);
        return Ok(response);
    }
    let Some(awaited) = awaited_of(&site, &who, &headers, citizen.0) else {
        return Ok(Redirect::to("/tai-khoan/dien-thoai").into_response());
    };
    let (inner, handle, code) = (site.clone(), awaited.handle.clone(), typed.get("ma").to_owned());
    let session = it.session;
    let confirmed = site
        .write(&who, move |tx| keep_phone(&inner, tx, words, (citizen, session), &handle, &code))
        .await?;
    match confirmed {
        Ok(()) => {
            let mut response = told("/tai-khoan", &words.say("account-phone-confirmed"));
            session::put(&mut response, &site, COOKIE, "", "/tai-khoan", 0);
            Ok(response)
        }
        Err(text) => {
            let mut m = Mistakes::default();
            m.by_field.insert("ma".to_owned(), text);
            Err(Failure::Mistaken(page(&site, &who, &m, Some(&awaited)).await?))
        }
    }
}

fn keep_phone(
    site: &Site,
    tx: &mut Tx<'_>,
    words: Words,
    (citizen, session): (domain::ids::CitizenId, i64),
    handle: &str,
    code: &str,
) -> Result<Result<(), String>, Failure> {
    let proved = match codes::confirm(site, tx, Purpose::Phone, handle, code)? {
        Ok(it) if it.citizen == Some(citizen) => it,
        Ok(_) => return Err(Failure::Stale),
        Err(why) => return Ok(Err(why.said(words))),
    };
    if sql::by_phone(tx, &proved.phone)?.is_some_and(|it| it.id != citizen) {
        return Ok(Err(words.say("account-phone-taken")));
    }
    sql::confirm_phone(tx, citizen, &proved.phone)?;
    // Whoever was not known at all is known by his telephone now.
    sql::raise_from_nothing(tx, session)?;
    tx.journal(Entry::new(SUBJECT, citizen.0, "confirm_phone"));
    Ok(Ok(()))
}
