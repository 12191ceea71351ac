//! By what a message is believed: a key that an administrator compared, or for who is not paired yet the
//! secret of before.

use axum::{
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use domain::time::Instant;
use site::Site;
use store::{Fault, Tx};

use super::{
    keys,
    receive::{Reply, plain},
    sign::{self, Head},
    sql::{self, OwnKey, Partner, TheirKey},
};

/// What a message says whose time is not ours.
pub const TIME: &str = "Giờ của bản tin lệch quá 5 phút so với hệ thống nhận. Hãy chỉnh đồng hồ.";

/// The signatures above a message: by a key, and under a shared secret.
#[derive(Clone)]
pub struct Signatures {
    pub by_key: Option<String>,
    pub by_secret: Option<String>,
}

/// Reads what stands above a message; `None` if it is not whole.
pub fn head_of(headers: &HeaderMap) -> Option<(Head, Signatures)> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let key = text(sign::KEY)?;
    let is_key = key.len() == 32 && key.bytes().all(|it| it.is_ascii_hexdigit());
    let from = text(sign::FROM).filter(|it| !it.is_empty() && it.len() <= 60)?;
    let at_ms = text(sign::TIME)?.parse().ok()?;
    let signatures =
        Signatures { by_key: text(sign::KEY_SIGNATURE), by_secret: text(sign::SIGNATURE) };
    let is_signed = signatures.by_key.is_some() || signatures.by_secret.is_some();
    (is_key && is_signed).then_some((Head { from, key, at_ms }, signatures))
}

/// Who speaks, and what both sides sign with.
pub struct Known {
    pub partner: Partner,
    own: Option<OwnKey>,
    theirs: Vec<TheirKey>,
}

/// The partner that signs so, and the keys of both sides.
pub fn known(tx: &mut Tx<'_>, code: &str) -> Result<Option<Known>, Fault> {
    let Some(partner) = sql::partner_by_code(tx, code)? else { return Ok(None) };
    let (own, theirs) = (sql::signing_key(tx)?, sql::their_keys(tx, partner.id)?);
    Ok(Some(Known { partner, own, theirs }))
}

impl Known {
    /// By what a message is believed: a key, or for who is not paired yet the shared secret.
    pub fn believes(
        &self,
        site: &Site,
        head: &Head,
        body: &[u8],
        signatures: &Signatures,
        now: Instant,
    ) -> Result<By, &'static str> {
        let wrong = "Bản tin đến có chữ ký không đúng.";
        let in_time = |it: Result<(), sign::Unbelieved>| match it {
            Ok(()) => Ok(()),
            Err(sign::Unbelieved::Signature) => Err(wrong),
            Err(sign::Unbelieved::Time) => Err(TIME),
        };
        if let Some(signature) = signatures.by_key.as_ref().filter(|_| !self.theirs.is_empty()) {
            let text = keys::message_text(head, &self.partner.own_code, body);
            let signed = |is_valid: bool| {
                let of = self.theirs.iter().filter(|it| it.holds(now) == is_valid);
                keys::is_signed(&text, signature, of.map(|it| it.public.as_str()))
            };
            return match (signed(true), signed(false)) {
                (true, _) => in_time(sign::in_time(head, now)).map(|()| By::Key),
                (false, true) => Err("Bản tin đến ký bằng khóa đã hết hạn hoặc đã thu hồi."),
                (false, false) => Err(wrong),
            };
        }
        if self.partner.key_in.is_some() {
            return Err(
                "Bản tin đến chỉ ký bằng khóa bí mật chung, trong khi hai bên đã ghép cặp khóa.",
            );
        }
        let Some(signature) =
            signatures.by_secret.as_ref().filter(|_| !self.partner.secret.is_empty())
        else {
            return Err(
                "Bản tin đến ký bằng khóa chưa được khai ở đây. Hãy ghép khóa với đối tác.",
            );
        };
        let secret = site.seal.open(super::SECRET, &self.partner.secret).map_err(|_| wrong)?;
        in_time(sign::verify(&secret, head, body, signature, now)).map(|()| By::Secret)
    }

    /// Signs an answer, if we have a key.
    pub fn sign(&self, site: &Site, head: &Head, reply: Reply) -> Response {
        let private =
            self.own.as_ref().and_then(|it| site.seal.open(keys::SEALED_FOR, &it.sealed).ok());
        let signer = private.and_then(|it| keys::Signer::of(&it));
        let text =
            keys::answer_text(head, &self.partner.own_code, reply.0.as_u16(), reply.1.as_bytes());
        let mut response = plain(reply);
        let signature = signer.and_then(|it| HeaderValue::from_str(&it.sign(&text)).ok());
        if let Some(it) = signature {
            response.headers_mut().insert(sign::KEY_SIGNATURE, it);
        }
        response
    }
}

/// By what a message was believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Key,
    Secret,
}
