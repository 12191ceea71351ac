//! Notices on devices (web push): RFC 8030 the call, RFC 8291 the envelope, RFC 8292 who calls.
//!
//! A browser names the address that is called. It is one of a few known services, or one that the office named:
//! nobody makes this installation call a machine of his choice.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use domain::{message::Channel, time::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use site::{Failure, Site};
use store::{Fault, Tx};
use web_push_native::{
    Auth,
    p256::{
        PublicKey,
        ecdsa::{Signature, SigningKey, signature::Signer as _},
    },
};

use crate::{
    channels::Push,
    facts::Kept,
    is_safe_url, sql,
    sql::devices,
    web::{self, Ended},
};

/// Services of the browsers that are in use; what begins with a dot is any machine below it.
const SERVICES: [&str; 4] = [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
];
/// Devices of one subject at most; the oldest go.
const DEVICES_MAX: i64 = 5;
/// A service keeps a notice for a device that is switched off for so long, seconds.
const TTL_S: u32 = 2 * 86_400;
/// A voucher is good for so long, seconds (RFC 8292 section 2: a day at most).
const VOUCHER_S: i64 = 12 * 3600;
/// Letters of a notice: services take 4096 bytes at most.
const WORDS_MAX: usize = 600;
/// Bytes of a browser's address at most.
const ADDRESS_MAX: usize = 1_000;
const SEAL: &str = "push-device";

/// What a browser gave: `PushSubscription.toJSON()`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Device {
    endpoint: String,
    keys: Keys,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Device {
    fn public(&self) -> Option<PublicKey> {
        PublicKey::from_sec1_bytes(&BASE64.decode(self.keys.p256dh.trim_end_matches('=')).ok()?)
            .ok()
    }

    fn auth(&self) -> Option<Auth> {
        let bytes = BASE64.decode(self.keys.auth.trim_end_matches('=')).ok()?;
        Auth::from_exact_iter(bytes)
    }

    /// What stands for it in lists: its address is known to its browser and to us only.
    fn mark(&self) -> String {
        site::token_sha256(&self.endpoint)
    }
}

/// This installation's key for notices; the same as long as its sealing key is.
fn key(site: &Site) -> Option<SigningKey> {
    let hexed = site.seal.derived("push-key");
    let bytes = (0..32).map(|at| u8::from_str_radix(hexed.get(2 * at..2 * at + 2)?, 16).ok());
    SigningKey::from_slice(&bytes.collect::<Option<Vec<u8>>>()?).ok()
}

fn public_of(key: &SigningKey) -> String {
    BASE64.encode(key.verifying_key().to_encoded_point(false).as_bytes())
}

/// The key that browsers are asked with, if notices are turned on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn offered(site: &Site, tx: &mut Tx<'_>) -> Result<Option<String>, Fault> {
    let on = sql::channels_on(tx)?.contains(&Channel::Push);
    Ok(if on { key(site).as_ref().map(public_of) } else { None })
}

/// Whether a service may be called.
fn is_known(setup: &Push, address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else { return false };
    let Some(host) = url.host_str() else { return false };
    let own = || setup.hosts.iter().any(|it| it == host) && is_safe_url(address);
    let service = || {
        url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && SERVICES
                .iter()
                .any(|it| if it.starts_with('.') { host.ends_with(it) } else { host == *it })
    };
    address.len() <= ADDRESS_MAX && (service() || own())
}

/// Reads what a browser gave.
///
/// # Errors
/// [`Failure::Refused`] if it is nothing of the kind, or its service is not known here.
fn read(tx: &mut Tx<'_>, given: &str) -> Result<Device, Failure> {
    let refused = |text: &str| Failure::Refused(text.to_owned());
    let setup = sql::channel(tx, Channel::Push)?.filter(|it| it.is_on);
    let setup: Push = setup.ok_or_else(|| refused("Cơ quan chưa bật thông báo trên máy."))?.read();
    let device: Option<Device> =
        if given.len() > 4 * ADDRESS_MAX { None } else { serde_json::from_str(given).ok() };
    let device =
        device.filter(|it| it.public().is_some() && it.auth().is_some()).ok_or_else(|| {
            refused("Trình duyệt chưa cho thông báo. Hãy thử lại hoặc dùng trình duyệt khác.")
        })?;
    if !is_known(&setup, &device.endpoint) {
        return Err(refused("Dịch vụ thông báo của trình duyệt này chưa dùng được ở đây."));
    }
    Ok(device)
}

/// A browser wants to hear about a subject; `session`: the session of a citizen that it is asked in, if any.
///
/// # Errors
/// [`Failure::Refused`] if what it gave is no subscription of a service that is known.
pub fn keep(
    site: &Site,
    tx: &mut Tx<'_>,
    subject: (&str, i64),
    (given, session): (&str, Option<i64>),
) -> Result<(), Failure> {
    let device = read(tx, given)?;
    let text = serde_json::to_string(&device).map_err(|e| Fault::Broken(format!("device: {e}")))?;
    let held = site.seal.close(SEAL, &text)?;
    Ok(devices::keep(tx, subject, (&device.mark(), &held, session), DEVICES_MAX)?)
}

/// A browser wants to hear no more about a subject. `mark`: what [`marks`] gives for it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drop_one(tx: &mut Tx<'_>, subject: (&str, i64), mark: &str) -> Result<(), Fault> {
    devices::drop_one(tx, subject, mark)
}

/// A browser wants to hear of nothing any more.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drop_everywhere(tx: &mut Tx<'_>, mark: &str) -> Result<(), Fault> {
    devices::drop_everywhere(tx, mark)
}

/// What stands for each browser that hears about a subject: the SHA-256 of its address.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn marks(tx: &mut Tx<'_>, subject: (&str, i64)) -> Result<Vec<String>, Fault> {
    devices::marks(tx, subject)
}

/// Whoever hears about one subject hears about another as well.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn copy(tx: &mut Tx<'_>, from: (&str, i64), to: (&str, i64)) -> Result<(), Fault> {
    devices::copy(tx, from, to)
}

/// What was asked for in a session of a citizen is over with it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drop_session(tx: &mut Tx<'_>, session: i64) -> Result<(), Fault> {
    devices::drop_session(tx, session)
}

/// Of the devices of a subject only that which was asked for in this session (0: none) hears of anything any more.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drop_others(tx: &mut Tx<'_>, subject: (&str, i64), session: i64) -> Result<(), Fault> {
    devices::drop_others(tx, subject, session)
}

/// The same browser goes on in another session of the same citizen: it hears on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn hand_on(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<(), Fault> {
    devices::hand_on(tx, from, to)
}

/// Nobody hears about a subject any more.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget(tx: &mut Tx<'_>, subject: &str, id: i64) -> Result<(), Fault> {
    devices::forget(tx, subject, id)
}

/// Who calls, for one service (RFC 8292 section 2).
fn voucher(key: &SigningKey, origin: &str, contact: &str, now: Instant) -> String {
    let expires = now.epoch_ms() / 1000 + VOUCHER_S;
    let claims = json!({"aud": origin, "exp": expires, "sub": contact}).to_string();
    let head = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
    let body = format!("{head}.{}", BASE64.encode(claims));
    let signature: Signature = key.sign(body.as_bytes());
    format!("{body}.{}", BASE64.encode(signature.to_bytes()))
}

/// Shows a message on every device of its subject: taken if one service took it.
///
/// # Errors
/// Any [`Failure`] of the database while devices that were taken back are dropped.
pub async fn send(
    site: &Site,
    setup: &Push,
    it: &Kept,
    devices: &[devices::Kept],
) -> Result<Ended, Failure> {
    let Some(key) = key(site) else {
        return Ok(Ended::later("Khóa của hệ thống không dùng được cho thông báo."));
    };
    let base = &site.config.base_url;
    let words: String = it.said(base).chars().take(WORDS_MAX).collect();
    let link = it.values.iter().find(|it| it.0 == "lien-ket").map_or("/", |it| it.1.as_str());
    let text = json!({
        "title": it.title(), "body": words, "url": link, "tag": it.token, "lang": it.lang.code(),
    })
    .to_string();
    let (mut gone, mut best) = (Vec::new(), None);
    for kept in devices {
        let ended = one(site, setup, &key, kept, &text).await;
        match &ended {
            Told::Gone => gone.push(kept.device.clone()),
            Told::Ended(Ended::Accepted { .. }) => best = Some(ended),
            Told::Ended(_) if best.is_none() => best = Some(ended),
            Told::Ended(_) => {}
        }
    }
    if !gone.is_empty() {
        site.as_program("messages", move |tx| {
            Ok(gone.iter().try_for_each(|it| devices::drop_everywhere(tx, it))?)
        })
        .await?;
    }
    Ok(match best {
        Some(Told::Ended(ended)) => ended,
        _ => Ended::refused("410", "Không còn máy nào nhận thông báo."),
    })
}

/// How it went with one device.
enum Told {
    /// Its browser has taken it back.
    Gone,
    /// Anything else.
    Ended(Ended),
}

async fn one(
    site: &Site,
    setup: &Push,
    key: &SigningKey,
    kept: &devices::Kept,
    text: &str,
) -> Told {
    let open =
        || -> Option<Device> { serde_json::from_str(&site.seal.open(SEAL, &kept.held).ok()?).ok() };
    // What does not open with this key, or is not allowed any more, is reached no more.
    let Some(device) = open().filter(|it| is_known(setup, &it.endpoint)) else { return Told::Gone };
    let (Some(public), Some(auth), Ok(url)) =
        (device.public(), device.auth(), reqwest::Url::parse(&device.endpoint))
    else {
        return Told::Gone;
    };
    let Ok(sealed) = web_push_native::encrypt(text.as_bytes().to_vec(), &public, &auth) else {
        return Told::Ended(Ended::refused("", "Không mã hóa được thông báo cho máy này."));
    };
    let origin = url.origin().ascii_serialization();
    let voucher = voucher(key, &origin, &setup.contact, (site.clock)());
    let heads = [
        ("content-type", "application/octet-stream".to_owned()),
        ("content-encoding", "aes128gcm".to_owned()),
        ("ttl", TTL_S.to_string()),
        ("urgency", "normal".to_owned()),
        ("authorization", format!("vapid t={voucher},k={}", public_of(key))),
    ];
    match web::post_bytes(&device.endpoint, &heads, sealed).await {
        Ok(404 | 410) => Told::Gone,
        Ok(code @ 200..300) => {
            Told::Ended(Ended::Accepted { code: code.to_string(), reference: String::new() })
        }
        Ok(code @ (429 | 500..)) => Told::Ended(Ended::Later {
            code: code.to_string(),
            why: "Dịch vụ thông báo đang bận.".to_owned(),
        }),
        Ok(code) => {
            Told::Ended(Ended::refused(code.to_string(), "Dịch vụ thông báo không nhận tin này."))
        }
        // Shown twice is shown once: a notice with the same mark takes the place of the first.
        Err(Ended::Unclear { code, why }) => Told::Ended(Ended::Later { code, why }),
        Err(ended) => Told::Ended(ended),
    }
}
