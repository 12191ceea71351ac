//! Calls of a bank or of the National Payment Platform that money came: believed only with their signature, each
//! counted once, matched by reference and amount, and everything that does not match left to people.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::{
    dossier::Maker,
    fees::{
        Method,
        calls::{Call, CallError, Shape, platform_text, read_bank, read_platform},
        statement::Fit,
    },
    ids::DossierId,
    money::Dong,
};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use site::{Failure, Path, Site, State, Who};
use store::{Fault, Tx, hex, journal::Entry};
use subtle::ConstantTimeEq as _;

use super::{
    bank::Finder,
    sql::{
        bank,
        calls::{self as sql, Caller},
    },
    till::Payment,
};
use crate::dossiers::{desk, facts::Around};

pub mod admin;
#[cfg(test)]
mod tests;

/// What a caller's secret is sealed for.
pub(super) const SECRET: &str = "fee-caller";
/// Where banks call.
pub const PATH: &str = "/thu-phi/bao-co/";
/// Headers of a bank's call.
pub const TIME: &str = "x-timestamp";
/// See [`TIME`].
pub const SIGNATURE: &str = "x-signature";
/// A bank's call is good for so long before and after its time, seconds.
const WINDOW_S: i64 = 300;
/// Calls from one address within a minute at most.
const PER_MINUTE_MAX: u32 = 600;
/// Bytes of a call at most.
const BODY_BYTES_MAX: usize = 64 << 10;

/// A call's fields as texts.
pub type FieldsOfCall = BTreeMap<String, String>;

/// The fields of a body, numbers as their digits. Nothing if it is no flat object.
#[must_use]
pub fn fields_of(body: &[u8]) -> Option<FieldsOfCall> {
    let Value::Object(all) = serde_json::from_slice(body).ok()? else { return None };
    let text = |it: &Value| match it {
        Value::String(it) => Some(it.clone()),
        Value::Number(it) => Some(it.to_string()),
        _ => None,
    };
    Some(all.iter().filter_map(|(name, it)| Some((name.clone(), text(it)?))).collect())
}

/// A bank's signature: HMAC-SHA256 over its time, a dot and the body; in hexadecimal.
#[must_use]
pub fn bank_signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

/// The platform's signature: SHA-256 over the signed values and the secret; in hexadecimal.
#[must_use]
pub fn platform_signature(fields: &FieldsOfCall, secret: &str) -> String {
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    hex(&Sha256::digest(platform_text(value, secret).as_bytes()))
}

fn alike(right: &str, given: &str) -> bool {
    let given = given.trim().trim_start_matches("sha256=").to_lowercase();
    !right.is_empty() && bool::from(right.as_bytes().ct_eq(given.as_bytes()))
}

/// Why a call is not believed; said to whoever may change the caller, never to the caller.
pub fn disbelief(
    caller: &Caller,
    secret: &str,
    (timestamp, signature): (&str, &str),
    (body, fields): (&[u8], &FieldsOfCall),
    now_s: i64,
) -> Option<&'static str> {
    match caller.shape {
        Shape::Bank => {
            let Ok(at) = timestamp.parse::<i64>() else {
                return Some("Thiếu hoặc sai thời điểm ký (X-Timestamp, giây).");
            };
            if !alike(&bank_signature(secret, timestamp, body), signature) {
                return Some("Chữ ký (X-Signature) không đúng.");
            }
            (now_s.abs_diff(at) > WINDOW_S.unsigned_abs())
                .then_some("Thời điểm ký lệch quá 5 phút so với đồng hồ của hệ thống.")
        }
        Shape::Platform => {
            let given = fields.get("MaXacThuc").map_or("", String::as_str);
            if !alike(&platform_signature(fields, secret), given) {
                return Some("Mã xác thực (MaXacThuc) không đúng.");
            }
            let partner = fields.get("MaDoiTac").map_or("", String::as_str);
            (partner != caller.partner).then_some("Mã đối tác (MaDoiTac) không phải của kênh này.")
        }
    }
}

/// An answer in the caller's own shape.
fn answer(shape: Shape, status: StatusCode, outcome: &str, why: &str) -> Response {
    let body = match shape {
        Shape::Bank => json!({"status": if status.is_success() { "ok" } else { "error" },
                              "outcome": outcome, "message": why}),
        Shape::Platform => {
            let code = if status.is_success() { "00" } else { "99" };
            json!({"MaLoi": code, "MoTaLoi": why, "KetQua": outcome})
        }
    };
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// POST `/thu-phi/bao-co/{code}`
pub async fn hear(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Failure> {
    let from = format!("bank-from:{}", who.origin);
    site.limiter
        .take(&from, PER_MINUTE_MAX, 60, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let caller = site.read(&who, move |tx| Ok(sql::caller_by_code(tx, &code)?)).await?;
    // Who is unknown, who is shut out and who signs wrongly hear the same.
    let shape = caller.as_ref().map_or(Shape::Bank, |it| it.shape);
    let unbelieved = || answer(shape, StatusCode::UNAUTHORIZED, "refused", "signature");
    let Some(caller) = caller.filter(|it| it.is_on) else {
        tracing::warn!(origin = %who.origin, "a bank's call at an unknown address");
        return Ok(unbelieved());
    };
    let Some(fields) = fields_of(&body) else {
        return Ok(answer(shape, StatusCode::BAD_REQUEST, "refused", "json"));
    };
    let head =
        |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
    let (timestamp, signature) = (head(TIME), head(SIGNATURE));
    let secret = site.seal.open(SECRET, &caller.secret).unwrap_or_default();
    let now_s = who.now.epoch_ms() / 1000;
    let wrong = if secret.is_empty() {
        Some("Khóa bí mật không mở được bằng khóa của hệ thống này.")
    } else {
        disbelief(&caller, &secret, (&timestamp, &signature), (&body, &fields), now_s)
    };
    if let Some(why) = wrong {
        tracing::warn!(caller = caller.id, origin = %who.origin, why, "a bank's call was not believed");
        site.write(&who, move |tx| {
            sql::heard(tx, caller.id, Some(why))?;
            tx.journal(Entry::new("fee_caller", caller.id, "disbelieve"));
            Ok(())
        })
        .await?;
        return Ok(unbelieved());
    }
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let now = who.now.civil();
    let read = match shape {
        Shape::Bank => read_bank(value, now),
        Shape::Platform => read_platform(value, now),
    };
    let call = match read {
        Ok(it) => it,
        Err(error @ (CallError::Pending | CallError::NotPaid)) => {
            let id = caller.id;
            site.write(&who, move |tx| Ok(sql::heard(tx, id, None)?)).await?;
            return Ok(answer(shape, StatusCode::OK, "ignored", &error.to_string()));
        }
        Err(error) => {
            let (id, why) = (caller.id, error.to_string());
            site.write(&who, move |tx| Ok(sql::heard(tx, id, Some(&why))?)).await?;
            return Ok(answer(shape, StatusCode::BAD_REQUEST, "refused", &error.to_string()));
        }
    };
    settle(&site, &caller, call).await
}

/// What was found of a call that is believed.
enum Found {
    /// It was told before, and all is done that the program can do.
    Repeat(String),
    /// It was told before with another amount.
    Contradicts,
    /// Its money stands in a line and waits to be matched. What was kept before and broken off then waits as well.
    Open { told: i64, repeats: bool },
}

/// Keeps the money first, and then pays for what it names: whatever keeps that from being done, the money stands
/// in the list that people match.
async fn settle(site: &Site, caller: &Caller, call: Call) -> Result<Response, Failure> {
    let (kept, of) = (call.clone(), caller.clone());
    let found = site.as_program("bank-call", move |tx| keep(tx, &of, &kept)).await;
    let found = match found {
        // Two at the same moment: the second finds the first.
        Err(Failure::Fault(fault)) if fault.is_taken() => Found::Repeat("open".to_owned()),
        other => other?,
    };
    let shape = caller.shape;
    let (told, repeats) = match found {
        Found::Repeat(outcome) => return Ok(answer(shape, StatusCode::OK, &outcome, "repeat")),
        Found::Contradicts => {
            return Ok(answer(shape, StatusCode::CONFLICT, "refused", "reference"));
        }
        Found::Open { told, repeats } => (told, repeats),
    };
    let outcome = match_one(site, told).await?;
    Ok(answer(shape, StatusCode::OK, outcome, if repeats { "repeat" } else { "" }))
}

/// Pays for what a kept call names if it fits to the đồng, once: whoever comes second finds it paid. What came of it.
async fn match_one(site: &Site, told: i64) -> Result<&'static str, Failure> {
    let inner = site.clone();
    let done = site
        .as_program("bank-call", move |tx| {
            let call = sql::told_by_id_held(tx, told)?.ok_or(Failure::NotFound)?;
            if call.outcome == "paid" {
                return Ok("paid");
            }
            let Some(line) = call.line else { return Ok("open") };
            let around = around(&inner, tx)?;
            let dossier = match matching(tx, &around, &mut Finder::default(), line)? {
                Ok(it) => it,
                Err(why) => {
                    if why != call.why {
                        sql::outcome(tx, told, "open", why)?;
                    }
                    return Ok("open");
                }
            };
            pay(tx, &around, line, dossier)?;
            sql::outcome(tx, told, "paid", "")?;
            Ok("paid")
        })
        .await;
    match done {
        // The rules or the till said no: the money is there all the same.
        Err(Failure::Refused(why)) => {
            site.as_program("bank-call", move |tx| Ok(sql::left_open(tx, told, &why)?)).await?;
            Ok("open")
        }
        other => other,
    }
}

/// The desk as the program itself stands around it.
fn around(site: &Site, tx: &mut Tx<'_>) -> Result<Around, Fault> {
    let mut who = Who::nobody(site::Lang::Vi);
    who.tree = site.tree(tx)?;
    who.now = tx.now();
    Around::load(site, &who, tx)
}

/// Calls that one round of the job looks at.
const OPEN_MAX: i64 = 200;
/// The job takes up what was told in so many days; older money is for people.
const OPEN_DAYS: i64 = 31;

/// Takes up what was kept and not paid for: the program may have been stopped between the two, or what it names has
/// been worked out since.
///
/// # Errors
/// [`Failure::Fault`] if the database cannot be asked.
pub(super) async fn take_up(site: Site) -> Result<(), Failure> {
    let inner = site.clone();
    let stamp = store::Stamp::of_program((site.clock)(), "bank-call");
    let fits: Vec<i64> = site
        .db
        .read(stamp, move |tx| {
            let around = around(&inner, tx)?;
            let since = tx.now().epoch_ms() - OPEN_DAYS * 86_400_000;
            let (mut finder, mut fits) = (Finder::default(), Vec::new());
            for (told, line) in sql::left_unmatched(tx, since, OPEN_MAX)? {
                if matching(tx, &around, &mut finder, line)?.is_ok() {
                    fits.push(told);
                }
            }
            Ok::<_, Failure>(fits)
        })
        .await?;
    for told in fits {
        if let Err(failure) = match_one(&site, told).await {
            tracing::error!(call = told, ?failure, "a bank's call was not taken up");
        }
    }
    Ok(())
}

fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &Call) -> Result<Found, Failure> {
    sql::heard(tx, caller.id, None)?;
    if let Some(before) = sql::told_held(tx, caller.id, &call.reference)? {
        if before.amount != call.amount {
            sql::heard(tx, caller.id, Some("Cùng mã giao dịch nhưng số tiền khác."))?;
            return Ok(Found::Contradicts);
        }
        sql::repeated(tx, before.id)?;
        return Ok(match before.outcome.as_str() {
            "open" => Found::Open { told: before.id, repeats: true },
            _ => Found::Repeat(before.outcome),
        });
    }
    let said = (call.reference.as_str(), call.amount);
    let line = match sql::known_line(tx, caller.account, said, call.paid_at)? {
        Some(it) => it,
        None => {
            let name = format!("Báo có tự động {}", domain::text::date(tx.now().civil().date()));
            let statement = sql::statement_of_day(tx, caller.account, &name)?;
            let mark = site::token_sha256(&format!("call|{}|{}", caller.id, call.reference));
            let money = (call.paid_at, call.amount);
            let words = (call.content.as_str(), call.reference.as_str());
            bank::insert_line(tx, (caller.account, statement), &mark, money, words)?;
            sql::known_line(tx, caller.account, said, call.paid_at)?
                .ok_or_else(|| Fault::Broken("a line that was just kept is not there".into()))?
        }
    };
    let told = sql::insert_told(tx, caller.id, said, line)?;
    let details = serde_json::json!({"caller": caller.id, "amount": call.amount, "line": line});
    tx.journal(Entry::new("fee_line", line, "call").details(&details));
    Ok(Found::Open { told, repeats: false })
}

/// The one dossier that the line pays for to the đồng; or why people have to look.
fn matching(
    tx: &mut Tx<'_>,
    around: &Around,
    finder: &mut Finder,
    line: i64,
) -> Result<Result<DossierId, &'static str>, Failure> {
    let line = bank::line(tx, line)?.ok_or(Failure::NotFound)?;
    if line.left() <= Dong::ZERO || !line.aside.is_empty() {
        return Ok(Err("Dòng tiền này đã được khớp hoặc để riêng từ sao kê."));
    }
    let found = finder.of(tx, around, &line)?;
    Ok(match found.as_slice() {
        [] => Err("Nội dung không có mã của hồ sơ nào còn nợ."),
        [one] => match one.fit {
            Fit::Exact => Ok(one.id),
            Fit::Less => Err("Số tiền ít hơn số còn phải nộp."),
            Fit::More => Err("Số tiền nhiều hơn số còn phải nộp."),
            Fit::Nothing => Err("Hồ sơ không còn nợ."),
        },
        _ => Err("Nội dung có mã của nhiều hồ sơ."),
    })
}

/// Pays for a dossier out of a line, through the till like everybody.
fn pay(tx: &mut Tx<'_>, around: &Around, line: i64, dossier: DossierId) -> Result<(), Failure> {
    let line = bank::line(tx, line)?.ok_or(Failure::NotFound)?;
    let mut on_desk = desk::take(tx, dossier)?;
    let amount = line.left();
    if !bank::account_for(tx, line.id, amount)? {
        return Err(Failure::Refused("Dòng tiền vừa được người khác khớp.".to_owned()));
    }
    let payment = Payment {
        amount,
        method: Method::Transfer,
        given: None,
        payer: String::new(),
        paid_at: Some(line.booked_at),
    };
    let receipt = on_desk.take_payment(tx, around.desk(), &Maker::system(), &payment, None)?;
    bank::insert_match(tx, line.id, dossier, receipt, amount)?;
    let details = serde_json::json!({"dossier": dossier, "amount": amount, "receipt": receipt});
    tx.journal(Entry::new("fee_line", line.id, "match").details(&details));
    Ok(())
}
