//! Passkeys (WebAuthn Level 3): what an authenticator says when it makes a key and when it signs with one.
//!
//! Origin, address of the site (RP id), challenge, presence and verification of the person, and the counter are
//! all checked here. No attestation is asked for: which make of authenticator somebody uses is his affair.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, signature};
use serde_json::Value as Json;
use thiserror::Error;

use crate::cbor::{self, Value};

/// Bytes of anything that a browser hands over at most.
const BYTES_MAX: usize = 16 << 10;
/// Bytes of a credential's name at most (WebAuthn 6.5.1).
const CREDENTIAL_BYTES_MAX: usize = 1023;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// Why an authenticator's answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasskeyError {
    /// It does not read.
    #[error("Trình duyệt trả lời không đúng khuôn dạng. Hãy thử lại.")]
    Shape,
    /// It answers another question.
    #[error("Câu trả lời không khớp với lần hỏi này. Hãy tải lại trang và thử lại.")]
    Challenge,
    /// It was given to another site.
    #[error("Khóa này được dùng từ một trang khác.")]
    Origin,
    /// Nobody proved that it is he.
    #[error("Thiết bị chưa xác minh người dùng bằng vân tay, khuôn mặt hoặc mã PIN.")]
    NotVerified,
    /// A kind of key that we do not take.
    #[error("Loại khóa của thiết bị này chưa dùng được.")]
    KindOfKey,
    /// The signature is not the key's.
    #[error("Chữ ký của thiết bị không đúng.")]
    Signature,
    /// The counter went back: the key may have been copied.
    #[error("Khóa này có thể đã bị sao chép. Hãy xóa khóa và đăng ký lại.")]
    Counter,
}

/// What the answer must be about.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The challenge that was given out, base64url without padding.
    pub challenge: &'a str,
    /// The origin of our pages, such as `https://motcua.example.gov.vn`.
    pub origin: &'a str,
    /// The site's name for passkeys: the host of the origin.
    pub rp_id: &'a str,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The credential's name, base64url.
    pub credential: String,
    /// The public key as COSE, base64url: for [`check`].
    pub public_key: String,
    /// The counter; 0 if the authenticator does not count.
    pub counter: i64,
}

/// Reads the answer to making a key: `clientDataJSON` and `attestationObject`, both base64url.
///
/// # Errors
/// [`PasskeyError`].
pub fn made(wanted: &Wanted<'_>, client: &str, attestation: &str) -> Result<Made, PasskeyError> {
    client_data(wanted, "webauthn.create", &decoded(client)?)?;
    let attestation = decoded(attestation)?;
    let (object, rest) = cbor::read(&attestation).ok_or(PasskeyError::Shape)?;
    if !rest.is_empty() {
        return Err(PasskeyError::Shape);
    }
    let data = object.text_key("authData").and_then(Value::bytes).ok_or(PasskeyError::Shape)?;
    let head = Head::read(wanted, data)?;
    if head.flags & ATTESTED == 0 {
        return Err(PasskeyError::Shape);
    }
    // AAGUID, length of the name, the name, the key.
    let (_, rest) = head.rest.split_at_checked(16).ok_or(PasskeyError::Shape)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(PasskeyError::Shape)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_BYTES_MAX {
        return Err(PasskeyError::Shape);
    }
    let (credential, rest) = rest.split_at_checked(length).ok_or(PasskeyError::Shape)?;
    let (key, after) = cbor::read(rest).ok_or(PasskeyError::Shape)?;
    Key::of(&key)?;
    let key_bytes = rest.get(..rest.len() - after.len()).ok_or(PasskeyError::Shape)?;
    Ok(Made {
        credential: URL_SAFE_NO_PAD.encode(credential),
        public_key: URL_SAFE_NO_PAD.encode(key_bytes),
        counter: i64::from(head.counter),
    })
}

/// An answer to being asked to sign, as the browser hands it over; each base64url.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `clientDataJSON`.
    pub client: &'a str,
    /// `authenticatorData`.
    pub authenticator: &'a str,
    /// `signature`.
    pub signature: &'a str,
}

/// Checks it with the key and the counter that are kept; gives the new counter.
///
/// # Errors
/// [`PasskeyError`].
pub fn check(
    wanted: &Wanted<'_>,
    public_key: &str,
    counter: i64,
    signed: &Signed<'_>,
) -> Result<i64, PasskeyError> {
    let client = decoded(signed.client)?;
    client_data(wanted, "webauthn.get", &client)?;
    let authenticator = decoded(signed.authenticator)?;
    let head = Head::read(wanted, &authenticator)?;
    let key = decoded(public_key)?;
    let (key, _) = cbor::read(&key).ok_or(PasskeyError::Shape)?;
    let hash = digest::digest(&digest::SHA256, &client);
    let message = [authenticator.as_slice(), hash.as_ref()].concat();
    if !Key::of(&key)?.made(&message, &decoded(signed.signature)?) {
        return Err(PasskeyError::Signature);
    }
    let new = i64::from(head.counter);
    if (new != 0 || counter != 0) && new <= counter {
        return Err(PasskeyError::Counter);
    }
    Ok(new)
}

fn decoded(text: &str) -> Result<Vec<u8>, PasskeyError> {
    if text.len() > BYTES_MAX {
        return Err(PasskeyError::Shape);
    }
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| PasskeyError::Shape)
}

fn client_data(wanted: &Wanted<'_>, kind: &str, bytes: &[u8]) -> Result<(), PasskeyError> {
    let said: Json = serde_json::from_slice(bytes).map_err(|_| PasskeyError::Shape)?;
    let text = |name: &str| said.get(name).and_then(Json::as_str).unwrap_or_default();
    if text("type") != kind {
        return Err(PasskeyError::Shape);
    }
    if wanted.challenge.is_empty() || text("challenge").trim_end_matches('=') != wanted.challenge {
        return Err(PasskeyError::Challenge);
    }
    let is_framed = said.get("crossOrigin").and_then(Json::as_bool) == Some(true);
    if text("origin") != wanted.origin || is_framed || said.get("topOrigin").is_some() {
        return Err(PasskeyError::Origin);
    }
    Ok(())
}

/// The head of an authenticator's data.
struct Head<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> Head<'a> {
    fn read(wanted: &Wanted<'_>, data: &'a [u8]) -> Result<Self, PasskeyError> {
        let (site, rest) = data.split_at_checked(32).ok_or(PasskeyError::Shape)?;
        let (&flags, rest) = rest.split_first().ok_or(PasskeyError::Shape)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(PasskeyError::Shape)?;
        if site != digest::digest(&digest::SHA256, wanted.rp_id.as_bytes()).as_ref() {
            return Err(PasskeyError::Origin);
        }
        if flags & PRESENT == 0 || flags & VERIFIED == 0 {
            return Err(PasskeyError::NotVerified);
        }
        Ok(Self { flags, counter: u32::from_be_bytes(*counter), rest })
    }
}

/// A public key of one of the kinds that we ask for.
enum Key {
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    fn of(cose: &Value) -> Result<Self, PasskeyError> {
        let int = |label: i64| cose.at(&Value::Int(label)).and_then(Value::int);
        let bytes = |label: i64| {
            let found = cose.at(&Value::Int(label)).and_then(Value::bytes);
            found.map(<[u8]>::to_vec).ok_or(PasskeyError::KindOfKey)
        };
        match (int(1), int(3)) {
            (Some(2), Some(-7)) if int(-1) == Some(1) => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(PasskeyError::KindOfKey);
                }
                Ok(Self::Es256([&[4][..], &x, &y].concat()))
            }
            (Some(1), Some(-8)) if int(-1) == Some(6) => Ok(Self::EdDsa(bytes(-2)?)),
            (Some(3), Some(-257)) => Ok(Self::Rs256 { n: bytes(-1)?, e: bytes(-2)? }),
            _ => Err(PasskeyError::KindOfKey),
        }
    }

    fn made(&self, message: &[u8], mark: &[u8]) -> bool {
        match self {
            Self::Es256(point) => {
                let how = &signature::ECDSA_P256_SHA256_ASN1;
                signature::UnparsedPublicKey::new(how, point).verify(message, mark).is_ok()
            }
            Self::EdDsa(point) => {
                let how = &signature::ED25519;
                signature::UnparsedPublicKey::new(how, point).verify(message, mark).is_ok()
            }
            Self::Rs256 { n, e } => {
                let how = &signature::RSA_PKCS1_2048_8192_SHA256;
                signature::RsaPublicKeyComponents { n, e }.verify(how, message, mark).is_ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
    };

    use super::*;

    const WANTED: Wanted<'static> =
        Wanted { challenge: "bXQtY2F1LWhvaQ", origin: "https://motcua.test", rp_id: "motcua.test" };

    /// An authenticator of a sort.
    struct Device {
        pair: EcdsaKeyPair,
        flags: u8,
        counter: u32,
        rp_id: &'static str,
    }

    impl Device {
        fn new() -> Self {
            let random = SystemRandom::new();
            let how = &ECDSA_P256_SHA256_ASN1_SIGNING;
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &random).unwrap();
            Self { pair, flags: PRESENT | VERIFIED, counter: 1, rp_id: WANTED.rp_id }
        }

        fn head(&self, more: u8) -> Vec<u8> {
            let mut data = digest::digest(&digest::SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
            data.push(self.flags | more);
            data.extend(self.counter.to_be_bytes());
            data
        }

        fn attestation(&self) -> String {
            let mut data = self.head(ATTESTED);
            data.extend([0; 16]);
            data.extend([0, 4, 9, 9, 9, 9]);
            let point = self.pair.public_key().as_ref();
            data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
            data.extend(&point[1..33]);
            data.extend([0x22, 0x58, 32]);
            data.extend(&point[33..65]);
            let mut object = vec![0xa3, 0x63];
            object.extend(b"fmt");
            object.push(0x64);
            object.extend(b"none");
            object.push(0x67);
            object.extend(b"attStmt");
            object.push(0xa0);
            object.push(0x68);
            object.extend(b"authData");
            object.extend([0x58, u8::try_from(data.len()).unwrap()]);
            object.extend(data);
            URL_SAFE_NO_PAD.encode(object)
        }

        fn sign(&self, client: &str) -> (String, String) {
            let data = self.head(0);
            let client = URL_SAFE_NO_PAD.decode(client).unwrap();
            let hash = digest::digest(&digest::SHA256, &client);
            let message = [data.as_slice(), hash.as_ref()].concat();
            let mark = self.pair.sign(&SystemRandom::new(), &message).unwrap();
            (URL_SAFE_NO_PAD.encode(data), URL_SAFE_NO_PAD.encode(mark))
        }
    }

    fn client(kind: &str, challenge: &str, origin: &str) -> String {
        let said = serde_json::json!({"type": kind, "challenge": challenge, "origin": origin,
            "crossOrigin": false});
        URL_SAFE_NO_PAD.encode(said.to_string())
    }

    fn right(kind: &str) -> String {
        client(kind, WANTED.challenge, WANTED.origin)
    }

    fn checked(device: &Device, made: &Made, counter: i64) -> Result<i64, PasskeyError> {
        let client = right("webauthn.get");
        let (authenticator, signature) = device.sign(&client);
        let signed =
            Signed { client: &client, authenticator: &authenticator, signature: &signature };
        check(&WANTED, &made.public_key, counter, &signed)
    }

    #[test]
    fn a_key_is_made_and_signs_and_counts() {
        let mut device = Device::new();
        let kept = made(&WANTED, &right("webauthn.create"), &device.attestation()).unwrap();
        assert_eq!((kept.credential.as_str(), kept.counter), ("CQkJCQ", 1));
        device.counter = 2;
        assert_eq!(checked(&device, &kept, 1), Ok(2));
        assert_eq!(checked(&device, &kept, 2), Err(PasskeyError::Counter), "the same again");
        assert_eq!(checked(&device, &kept, 9), Err(PasskeyError::Counter), "a copy");
        device.counter = 0;
        assert_eq!(checked(&device, &kept, 0), Ok(0), "one that does not count");
        assert_eq!(checked(&device, &kept, 3), Err(PasskeyError::Counter));
        assert_eq!(checked(&Device::new(), &kept, 0), Err(PasskeyError::Signature));
    }

    #[test]
    fn what_was_said_to_others_is_not_believed() {
        let mut device = Device::new();
        let attestation = device.attestation();
        let of = |client: String| made(&WANTED, &client, &attestation).unwrap_err();
        let create = "webauthn.create";
        assert_eq!(of(right("webauthn.get")), PasskeyError::Shape);
        assert_eq!(of(client(create, "YW5vdGhlcg", WANTED.origin)), PasskeyError::Challenge);
        for origin in ["https://motcua.test.evil", "http://motcua.test", "https://motcua.test:8443"]
        {
            assert_eq!(
                of(client(create, WANTED.challenge, origin)),
                PasskeyError::Origin,
                "{origin}"
            );
        }
        let framed = serde_json::json!({"type": create, "challenge": WANTED.challenge,
            "origin": WANTED.origin, "crossOrigin": true});
        assert_eq!(of(URL_SAFE_NO_PAD.encode(framed.to_string())), PasskeyError::Origin);
        device.rp_id = "evil.test";
        let answer = made(&WANTED, &right(create), &device.attestation());
        assert_eq!(answer.unwrap_err(), PasskeyError::Origin);
    }

    #[test]
    fn a_key_that_nobody_unlocked_says_nothing() {
        let mut device = Device::new();
        let kept = made(&WANTED, &right("webauthn.create"), &device.attestation()).unwrap();
        device.counter = 5;
        device.flags = PRESENT;
        assert_eq!(checked(&device, &kept, 1), Err(PasskeyError::NotVerified));
        device.flags = VERIFIED;
        assert_eq!(checked(&device, &kept, 1), Err(PasskeyError::NotVerified));
        let answer = made(&WANTED, &right("webauthn.create"), &device.attestation());
        assert_eq!(answer.unwrap_err(), PasskeyError::NotVerified);
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
        ) {
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            let _ = made(&WANTED, &right("webauthn.create"), &text);
            let signed = Signed { client: &right("webauthn.get"), authenticator: &text, signature: &text };
            let _ = check(&WANTED, &text, 0, &signed);
        }
    }
}
