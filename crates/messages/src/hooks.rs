//! What providers tell us later: that a message arrived, or did not. Believed only at an address that holds our
//! secret, and from Zalo only with its signature.

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::message::{Channel, State};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use site::{Asked, Failure, Path, Site, Typed, Who};
use store::{Fault, Tx, hex};
use subtle::ConstantTimeEq as _;

use crate::{
    channels::{self, Zalo},
    facts::is_hook,
    sql,
    web::text,
};

/// Calls from one address within a minute at most.
const PER_MINUTE_MAX: u32 = 600;
/// Bytes of a call at most.
const BODY_BYTES_MAX: usize = 32 << 10;

fn counted(site: &Site, who: &Who) -> Result<(), Failure> {
    let from = format!("hook-from:{}", who.origin);
    site.limiter
        .take(&from, PER_MINUTE_MAX, 60, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })
}

/// A message arrived, or did not.
fn reported(tx: &mut Tx<'_>, key: &str, channel: Channel, arrived: bool) -> Result<bool, Fault> {
    // The last letter of a key tells the channel.
    let token = key.get(..key.len().saturating_sub(1)).unwrap_or_default();
    let Some(id) = sql::by_token(tx, token)? else { return Ok(false) };
    let Some(it) = sql::held(tx, id)? else { return Ok(false) };
    let attempts = sql::attempts(tx, id)?;
    let Some(attempt) = attempts.iter().rev().find(|a| a.channel == channel) else {
        return Ok(false);
    };
    let outcome = if arrived { "delivered" } else { "undelivered" };
    if attempt.outcome == outcome {
        return Ok(true);
    }
    sql::report(tx, attempt.id, outcome)?;
    match (it.state, arrived) {
        (State::Sent | State::Failed, true) => {
            sql::settle(tx, &it, (State::Delivered, channel), "")?;
        }
        // The next channel has its turn; what may not be kept is gone, and cannot be sent again.
        (State::Sent, false) if it.kind.is_none_or(|it| !it.is_secret()) => {
            sql::reopen(tx, id, "Nhà mạng báo tin không đến được máy.")?;
        }
        _ => {}
    }
    Ok(true)
}

/// GET or POST `/tin/{secret}/sms`: a gateway of text messages says what became of one.
pub async fn sms(
    site::State(site): site::State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Asked(asked): Asked,
    request: Request,
) -> Result<Response, Failure> {
    counted(&site, &who)?;
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    if !is_known(&site, &who, secret).await? {
        tracing::warn!(origin = %who.origin, "a delivery report with a wrong secret");
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let said = fields(asked, &body);
    let known = site
        .write(&who, move |tx| {
            let key = said.get("RequestId").to_owned();
            // 5: it reached the telephone; 4: it did not. All others are on the way.
            let arrived = match said.get("SendStatus") {
                "5" => Some(true),
                "4" => Some(false),
                _ => None,
            };
            Ok(match arrived {
                Some(arrived) => {
                    let by_reserve = key.ends_with(channels::mark(Channel::SmsReserve));
                    let by = if by_reserve { Channel::SmsReserve } else { Channel::Sms };
                    reported(tx, &key, by, arrived)?
                }
                None => true,
            })
        })
        .await?;
    Ok(if known { "OK".into_response() } else { StatusCode::NOT_FOUND.into_response() })
}

/// Whether the address has our secret. Asked before anything is written: strangers keep nobody from writing.
async fn is_known(site: &Site, who: &Who, secret: String) -> Result<bool, Failure> {
    let inner = site.clone();
    site.glance(who, move |tx| Ok(is_hook(&inner, tx, &secret)?)).await
}

/// What stands in the address, in a form or in JSON.
#[must_use]
pub fn fields(asked: Typed, body: &[u8]) -> Typed {
    let mut all = asked.pairs().to_vec();
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(it)) => {
            let object = Value::Object(it.clone());
            all.extend(it.keys().map(|name| {
                let long = it.get(name).and_then(Value::as_str).unwrap_or_default();
                let long: String = long.chars().take(1_000).collect();
                (name.clone(), if long.is_empty() { text(&object, name) } else { long })
            }));
        }
        _ => {
            let body = String::from_utf8_lossy(body);
            all.extend(body.split('&').filter(|it| !it.is_empty()).map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (site::unpercent(name), site::unpercent(value))
            }));
        }
    }
    Typed::of(all)
}

/// The signature of an event of Zalo: SHA-256 over application, body, time and the account's secret.
#[must_use]
pub fn zalo_mac(app_id: &str, body: &str, timestamp: &str, secret: &str) -> String {
    hex(&Sha256::digest(format!("{app_id}{body}{timestamp}{secret}").as_bytes()))
}

/// POST `/tin/{secret}/zalo`: Zalo says that somebody received a message.
pub async fn zalo(
    site::State(site): site::State<Site>,
    who: Who,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    counted(&site, &who)?;
    if body.len() > BODY_BYTES_MAX {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    }
    let signature = headers.get("x-zevent-signature").and_then(|it| it.to_str().ok()).unwrap_or("");
    let signature = signature.trim_start_matches("mac=").trim().to_lowercase();
    let inner = site.clone();
    let is_ours = is_known(&site, &who, secret).await?;
    let done = is_ours
        && site
            .write(&who, move |tx| {
                let Some(setup) = sql::channel(tx, Channel::Zalo)? else { return Ok(false) };
                let said: Value = serde_json::from_slice(&body).unwrap_or_default();
                let own = setup.secrets(&inner, Channel::Zalo).get("oa_secret").cloned();
                let Some(own) = own.filter(|it| !it.is_empty()) else { return Ok(false) };
                let app = setup.read::<Zalo>().app_id;
                let whole = String::from_utf8_lossy(&body);
                let right = zalo_mac(&app, &whole, &text(&said, "timestamp"), &own);
                if !bool::from(right.as_bytes().ct_eq(signature.as_bytes())) {
                    return Ok(false);
                }
                if text(&said, "event_name") == "user_received_message" {
                    let message = said.get("message").unwrap_or(&Value::Null);
                    reported(tx, &text(message, "tracking_id"), Channel::Zalo, true)?;
                }
                Ok(true)
            })
            .await?;
    if !done {
        tracing::warn!(origin = %who.origin, "an event of Zalo with a wrong signature");
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    Ok("OK".into_response())
}
