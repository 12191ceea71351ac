//! What stands above a message between installations, and the signature of partners that are not paired yet:
//! HMAC-SHA256 under a shared secret. Paired partners sign with keys (`keys`).

use domain::time::Instant;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use store::hex;

/// A message is good for so long before and after its time.
const TOLERANCE_MS: i64 = 5 * 60_000;
/// The only path that messages go to.
pub const PATH: &str = "/lien-thong/nhan";

/// What stands above the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How the sender signs.
    pub from: String,
    /// The same at every try of one message.
    pub key: String,
    /// When it was sent, milliseconds since the epoch.
    pub at_ms: i64,
}

/// Names of the headers.
pub const FROM: &str = "x-motcua-from";
/// See [`FROM`].
pub const KEY: &str = "x-motcua-key";
/// See [`FROM`].
pub const TIME: &str = "x-motcua-time";
/// See [`FROM`].
pub const SIGNATURE: &str = "x-motcua-signature";

/// Ed25519, of message and of answer; see [`FROM`].
pub const KEY_SIGNATURE: &str = "x-motcua-key-signature";

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// Nobody of ours signs so, or the secret is another one.
    #[error("signature")]
    Signature,
    /// Its time is too far from ours.
    #[error("time")]
    Time,
}

/// SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn mac(secret: &str, head: &Head, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let text =
        format!("POST\n{PATH}\n{}\n{}\n{}\n{}", head.from, head.key, head.at_ms, sha256(body));
    mac.update(text.as_bytes());
    Some(mac)
}

/// The signature of a message, in hexadecimal. Empty if the secret cannot be used.
#[must_use]
pub fn sign(secret: &str, head: &Head, body: &[u8]) -> String {
    mac(secret, head, body).map_or_else(String::new, |it| hex(&it.finalize().into_bytes()))
}

/// Whether a message is its sender's and of now.
///
/// # Errors
/// [`Unbelieved`], and no more than that: who does not know the secret learns nothing.
pub fn verify(
    secret: &str,
    head: &Head,
    body: &[u8],
    signature: &str,
    now: Instant,
) -> Result<(), Unbelieved> {
    let bytes = unhex(signature).ok_or(Unbelieved::Signature)?;
    let mac = mac(secret, head, body).ok_or(Unbelieved::Signature)?;
    mac.verify_slice(&bytes).map_err(|_| Unbelieved::Signature)?;
    in_time(head, now)
}

/// Whether a message is of now.
///
/// # Errors
/// [`Unbelieved::Time`].
pub fn in_time(head: &Head, now: Instant) -> Result<(), Unbelieved> {
    if now.epoch_ms().abs_diff(head.at_ms) > TOLERANCE_MS.unsigned_abs() {
        return Err(Unbelieved::Time);
    }
    Ok(())
}

/// The bytes of hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digits = |at: usize| text.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_these_words_this_sender_and_this_time_only() {
        let secret = "0".repeat(64);
        let head = Head { from: "tan-ky".into(), key: "k1".into(), at_ms: 1_000_000 };
        let now = Instant::from_epoch_ms(1_000_000);
        let good = sign(&secret, &head, b"body");
        assert_eq!(verify(&secret, &head, b"body", &good, now), Ok(()));
        assert!(verify(&"1".repeat(64), &head, b"body", &good, now).is_err());
        assert!(verify(&secret, &head, b"bodY", &good, now).is_err());
        for other in [
            Head { from: "khac".into(), ..head.clone() },
            Head { key: "k2".into(), ..head.clone() },
            Head { at_ms: 1_000_001, ..head.clone() },
        ] {
            assert_eq!(verify(&secret, &other, b"body", &good, now), Err(Unbelieved::Signature));
        }
        for (shift, is_good) in
            [(300_000, true), (300_001, false), (-300_000, true), (-300_001, false)]
        {
            let now = Instant::from_epoch_ms(1_000_000 + shift);
            assert_eq!(verify(&secret, &head, b"body", &good, now).is_ok(), is_good, "{shift}");
        }
        assert!(verify(&secret, &head, b"body", "zz", now).is_err());
        assert!(verify(&secret, &head, b"body", &"é".repeat(32), now).is_err());
    }
}
