//! Text messages that come in: where a dossier is, for telephones without internet; and who wants no messages.
//!
//! “TC mã-hồ-sơ mã-bí-mật” is answered with one unaccented message, “TU CHOI” and “NHAN TIN” with another; “STATUS”,
//! “STOP” and “START” are the same in English and are answered in English. The answer is the body of the reply: the
//! gateway sends it.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{
    dossier::{PublicStatus, Status},
    identity::Phone,
    lang::Lang,
    message::{SMS_CHARS_MAX, unaccented},
    money::Dong,
};
use jiff::civil::DateTime;
use site::{Failure, Path, Site, State, Who, Words};
use store::journal::Entry;

use crate::{
    dossiers::facts as dossiers,
    tracking::{self, ready::Way},
};

/// Bytes of a call at most.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Calls with a wrong word from one address within a minute, and questions of one telephone within an hour, at most.
/// Calls with the right word come from the gateway, which speaks for everybody: they are not counted by address.
const WRONG_PER_MINUTE_MAX: u32 = 60;
const PER_PHONE_MAX: u32 = 10;

/// What is answered, in the language of the word that was sent.
struct Answers {
    help: &'static str,
    not_found: &'static str,
    too_many: &'static str,
    off: &'static str,
    on: &'static str,
}

const VIETNAMESE: Answers = Answers {
    help: "Soan: TC ma-ho-so ma-bi-mat de hoi ho so; TU CHOI de khong nhan tin; NHAN TIN de nhan lai. English: HELP",
    not_found: "Khong tim thay ho so voi ma va ma bi mat nay. Xem lai giay hen tra ket qua.",
    too_many: "Da hoi qua nhieu lan. Hay thu lai sau.",
    off: "Da ghi nhan: khong gui tin den so nay nua. Soan NHAN TIN de nhan lai.",
    on: "Da ghi nhan: so nay nhan tin tro lai. Soan TU CHOI de khong nhan.",
};
const ENGLISH: Answers = Answers {
    help: "Send: STATUS dossier-code secret to ask about a dossier; STOP to get no messages; START to get them again.",
    not_found: "No dossier has this code and secret. Please check your receipt.",
    too_many: "You have asked too often. Please try again later.",
    off: "Noted: no more messages go to this number. Send START to get them again.",
    on: "Noted: this number gets messages again. Send STOP to get none.",
};

const fn answers(lang: Lang) -> &'static Answers {
    match lang {
        Lang::Vi => &VIETNAMESE,
        Lang::En => &ENGLISH,
    }
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked<'a> {
    /// Where a dossier is: its code and its secret.
    LookUp(&'a [&'a str]),
    /// No messages any more (`true`), or messages again.
    Wish(bool),
    /// Anything else.
    Help,
}

/// What is asked for, and in which language it is answered.
fn asked<'a>(words: &'a [&'a str]) -> (Asked<'a>, Lang) {
    match words {
        ["TC", rest @ ..] if rest.len() >= 2 => (Asked::LookUp(rest), Lang::Vi),
        ["STATUS", rest @ ..] if rest.len() >= 2 => (Asked::LookUp(rest), Lang::En),
        ["TU", "CHOI", ..] | ["TUCHOI", ..] => (Asked::Wish(true), Lang::Vi),
        ["STOP", ..] => (Asked::Wish(true), Lang::En),
        ["NHAN", "TIN", ..] | ["NHANTIN", ..] => (Asked::Wish(false), Lang::Vi),
        ["START", ..] => (Asked::Wish(false), Lang::En),
        ["HELP" | "STATUS", ..] => (Asked::Help, Lang::En),
        _ => (Asked::Help, Lang::Vi),
    }
}

fn answer(text: &str) -> Response {
    let text: String = unaccented(text).chars().take(SMS_CHARS_MAX).collect();
    (StatusCode::OK, [("content-type", "text/plain; charset=utf-8")], text).into_response()
}

/// GET or POST `/tin/{secret}/den`
pub async fn hear(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    site::Asked(called): site::Asked,
    request: Request,
) -> Result<Response, Failure> {
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let inner = site.clone();
    let known =
        site.read(&who, move |tx| Ok(messages::facts::is_hook(&inner, tx, &secret)?)).await?;
    if !known {
        let from = format!("sms-from:{}", who.origin);
        site.limiter
            .take(&from, WRONG_PER_MINUTE_MAX, 60, who.now)
            .map_err(|wait_s| Failure::TooMany { wait_s })?;
        tracing::warn!(origin = %who.origin, "a text message with a wrong secret");
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let said = messages::incoming(called, &body);
    let first = |names: &[&str]| {
        names.iter().map(|it| said.get(it)).find(|it| !it.is_empty()).unwrap_or("").to_owned()
    };
    let phone = first(&["phone", "Phone", "from", "sender", "msisdn"]);
    let text = first(&["content", "Content", "message", "text"]);
    let Ok(phone) = Phone::parse(&phone) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, "phone").into_response());
    };
    let plain = unaccented(&text).to_uppercase();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let (wanted, lang) = asked(&words);
    let of = format!("sms-of:{}", phone.reveal());
    if site.limiter.take(&of, PER_PHONE_MAX, 3600, who.now).is_err() {
        return Ok(answer(answers(lang).too_many));
    }
    match wanted {
        Asked::LookUp(rest) => look_up(&site, &who, &phone, (rest, lang)).await,
        Asked::Wish(off) => wish(&site, &who, phone, (off, lang)).await,
        Asked::Help => Ok(answer(answers(lang).help)),
    }
}

async fn wish(
    site: &Site,
    who: &Who,
    phone: Phone,
    (off, lang): (bool, Lang),
) -> Result<Response, Failure> {
    let inner = site.clone();
    site.write(who, move |tx| {
        let to =
            messages::Contact { phone: phone.reveal().to_owned(), ..messages::Contact::default() };
        if messages::facts::opt_out(&inner, tx, &to, (off, "sms"))? {
            let about = serde_json::json!({"way": "sms"});
            let act = if off { "opt_out" } else { "opt_in" };
            tx.journal(Entry::new("message", 0, act).details(&about));
        }
        Ok(())
    })
    .await?;
    Ok(answer(if off { answers(lang).off } else { answers(lang).on }))
}

/// A dossier as it is told.
struct Found<'a> {
    code: &'a str,
    status: Option<PublicStatus>,
    /// Civil time in Viet Nam; nothing once there is a result.
    due: Option<DateTime>,
    owed: Option<Dong>,
    /// How its result is had, where there is one to be had.
    ready: Option<Way>,
    unit: &'a str,
}

impl Found<'_> {
    fn said(&self, lang: Lang) -> String {
        let mut parts = Vec::new();
        let money = |it: Dong| domain::text::money_in(it.0, lang);
        let when = |at: DateTime| {
            let day = domain::text::date_in(at.date(), lang);
            format!("{} {day}", domain::text::time_of_day(at.time()))
        };
        match lang {
            Lang::Vi => {
                let status = self.status.map_or("Đang xử lý", |it| it.label());
                let status = if self.ready.is_some() { "Đã có kết quả" } else { status };
                parts.push(format!("Ho so {}: {status}.", self.code));
                parts.extend(self.due.map(|it| format!("Hen tra {}.", when(it))));
                parts.extend(self.owed.map(|it| format!("Con phai nop {}.", money(it))));
            }
            Lang::En => {
                let status = self.status.map_or("In process", |it| it.english());
                let status = if self.ready.is_some() { "Result ready" } else { status };
                parts.push(format!("Dossier {}: {status}.", self.code));
                parts.extend(self.due.map(|it| format!("Due {}.", when(it))));
                parts.extend(self.owed.map(|it| format!("To pay: {}.", money(it))));
            }
        }
        match self.ready {
            Some(way) => parts.push(way.told(Words::new(lang), self.unit)),
            None => parts.push(self.unit.to_owned()),
        }
        parts.join(" ")
    }
}

/// The code may be typed with spaces in it; the secret is what comes last.
async fn look_up(
    site: &Site,
    who: &Who,
    phone: &Phone,
    (words, lang): (&[&str], Lang),
) -> Result<Response, Failure> {
    let said = answers(lang);
    let Some((secret, code)) = words.split_last() else { return Ok(answer(said.help)) };
    // A message may end like a sentence.
    let secret = secret.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
    let Ok(code) = tracking::read_code(who, &code.concat()) else {
        return Ok(answer(said.not_found));
    };
    let code = code.to_string();
    // Tries are held against the telephone and the dossier, not against the gateway, which all share.
    let asker = format!("sms:{}", phone.reveal());
    match tracking::belong_together(site, who, &asker, &code, secret).await {
        Ok(true) => {}
        Ok(false) => return Ok(answer(said.not_found)),
        Err(Failure::TooMany { .. }) => return Ok(answer(said.too_many)),
        Err(other) => return Err(other),
    }
    let asker = who.clone();
    let text = site
        .read(who, move |tx| {
            let kept = dossiers::by_code(tx, &code)?.ok_or(Failure::NotFound)?;
            let dossier = &kept.dossier;
            let owed = Dong(dossier.fee_due.0.saturating_sub(dossier.fee_paid.0));
            let found = Found {
                code: &code,
                status: dossier.status.public(),
                due: dossier.due_at.filter(|_| dossier.finished_at.is_none()),
                owed: Some(owed).filter(|it| *it > Dong::ZERO),
                ready: (dossier.status == Status::ResultAtCounter)
                    .then(|| Way::now(tx, &kept))
                    .transpose()?,
                unit: asker.tree.title(kept.unit),
            };
            Ok(found.said(lang))
        })
        .await?;
    Ok(answer(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_and_when_it_is_due_are_told_in_either_language() {
        let found = Found {
            code: "H41.99.40-260108-0001",
            status: Some(PublicStatus::PaymentAsked),
            due: Some(jiff::civil::date(2026, 12, 5).at(17, 0, 0, 0)),
            owed: Some(Dong(50_000)),
            ready: None,
            unit: "Một cửa xã Phú Sơn",
        };
        assert_eq!(
            found.said(Lang::En),
            "Dossier H41.99.40-260108-0001: Payment requested. Due 17:00 5 December 2026. \
             To pay: 50,000 VND. Một cửa xã Phú Sơn"
        );
        assert_eq!(
            unaccented(&found.said(Lang::Vi)),
            "Ho so H41.99.40-260108-0001: Yeu cau thuc hien nghia vu tai chinh. Hen tra 17:00 05/12/2026. \
             Con phai nop 50.000 d. Mot cua xa Phu Son"
        );
        let ready = Found { due: None, owed: None, ready: Some(Way::Receipt), ..found };
        assert_eq!(
            unaccented(&ready.said(Lang::Vi)),
            "Ho so H41.99.40-260108-0001: Da co ket qua. Moi nhan tai Mot cua xa Phu Son, mang theo giay hen."
        );
        assert_eq!(
            Found { ready: Some(Way::File), ..ready }.said(Lang::En),
            "Dossier H41.99.40-260108-0001: Result ready. Download it on your dossier's page."
        );
        for words in [&VIETNAMESE, &ENGLISH] {
            for text in [words.help, words.not_found, words.too_many, words.off, words.on] {
                assert!(text.is_ascii() && text.len() <= SMS_CHARS_MAX, "{text}");
            }
        }
    }
}
