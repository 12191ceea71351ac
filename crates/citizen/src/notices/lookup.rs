//! Text messages that come in: where a dossier is, for telephones without internet; and who wants no messages.
//!
//! “TC mã-hồ-sơ mã-bí-mật” is answered with one unaccented message, “TU CHOI” and “NHAN TIN” with another. The
//! answer is the body of the reply: the gateway sends it.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{
    identity::Phone,
    message::{SMS_CHARS_MAX, unaccented},
};
use site::{Asked, Failure, Path, Site, State, Who};
use store::journal::Entry;

use crate::{dossiers::facts as dossiers, tracking};

/// Bytes of a call at most.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Calls with a wrong word from one address within a minute, and questions of one telephone within an hour, at most.
/// Calls with the right word come from the gateway, which speaks for everybody: they are not counted by address.
const WRONG_PER_MINUTE_MAX: u32 = 60;
const PER_PHONE_MAX: u32 = 10;

const HELP: &str =
    "Soan: TC ma-ho-so ma-bi-mat de hoi ho so; TU CHOI de khong nhan tin; NHAN TIN de nhan lai.";
const NOT_FOUND: &str =
    "Khong tim thay ho so voi ma va ma bi mat nay. Xem lai giay hen tra ket qua.";
const TOO_MANY: &str = "Da hoi qua nhieu lan. Hay thu lai sau.";

fn answer(text: &str) -> Response {
    let text: String = unaccented(text).chars().take(SMS_CHARS_MAX).collect();
    (StatusCode::OK, [("content-type", "text/plain; charset=utf-8")], text).into_response()
}

/// GET or POST `/tin/{secret}/den`
pub async fn hear(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Asked(asked): Asked,
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
    let said = messages::incoming(asked, &body);
    let first = |names: &[&str]| {
        names.iter().map(|it| said.get(it)).find(|it| !it.is_empty()).unwrap_or("").to_owned()
    };
    let phone = first(&["phone", "Phone", "from", "sender", "msisdn"]);
    let text = first(&["content", "Content", "message", "text"]);
    let Ok(phone) = Phone::parse(&phone) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, "phone").into_response());
    };
    let of = format!("sms-of:{}", phone.reveal());
    if site.limiter.take(&of, PER_PHONE_MAX, 3600, who.now).is_err() {
        return Ok(answer(TOO_MANY));
    }
    let plain = unaccented(&text).to_uppercase();
    let words: Vec<&str> = plain.split_whitespace().collect();
    match words.as_slice() {
        ["TC", rest @ ..] if rest.len() >= 2 => look_up(&site, &who, &phone, rest).await,
        ["TU", "CHOI", ..] | ["TUCHOI", ..] => wish(&site, &who, phone, true).await,
        ["NHAN", "TIN", ..] | ["NHANTIN", ..] => wish(&site, &who, phone, false).await,
        _ => Ok(answer(HELP)),
    }
}

async fn wish(site: &Site, who: &Who, phone: Phone, off: bool) -> Result<Response, Failure> {
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
    Ok(answer(if off {
        "Da ghi nhan: khong gui tin den so nay nua. Soan NHAN TIN de nhan lai."
    } else {
        "Da ghi nhan: so nay nhan tin tro lai. Soan TU CHOI de khong nhan."
    }))
}

/// The code may be typed with spaces in it; the secret is what comes last.
async fn look_up(
    site: &Site,
    who: &Who,
    phone: &Phone,
    words: &[&str],
) -> Result<Response, Failure> {
    let Some((secret, code)) = words.split_last() else { return Ok(answer(HELP)) };
    // A message may end like a sentence.
    let secret = secret.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
    let Ok(code) = tracking::read_code(who, &code.concat()) else { return Ok(answer(NOT_FOUND)) };
    let code = code.to_string();
    // Tries are held against the telephone and the dossier, not against the gateway, which all share.
    let asker = format!("sms:{}", phone.reveal());
    match tracking::belong_together(site, who, &asker, &code, secret).await {
        Ok(true) => {}
        Ok(false) => return Ok(answer(NOT_FOUND)),
        Err(Failure::TooMany { .. }) => return Ok(answer(TOO_MANY)),
        Err(other) => return Err(other),
    }
    let asker = who.clone();
    let text = site
        .read(who, move |tx| {
            let kept = dossiers::by_code(tx, &code)?.ok_or(Failure::NotFound)?;
            let dossier = &kept.dossier;
            let status = dossier.status.public().map_or("Đang xử lý", |it| it.label());
            let due = dossier.due_at.filter(|_| dossier.finished_at.is_none());
            let due = due.map_or_else(String::new, |it| {
                format!(" Hen tra {}.", it.strftime("%H:%M %d/%m/%Y"))
            });
            let owed = domain::money::Dong(dossier.fee_due.0.saturating_sub(dossier.fee_paid.0));
            let owed = if owed > domain::money::Dong::ZERO {
                format!(" Con phai nop {owed}.")
            } else {
                String::new()
            };
            let unit = asker.tree.title(kept.unit).to_owned();
            Ok(format!("Ho so {code}: {status}.{due}{owed} {unit}"))
        })
        .await?;
    Ok(answer(&text))
}
