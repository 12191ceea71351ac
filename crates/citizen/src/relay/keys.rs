//! Key pairs of the relay (Ed25519): ours, sealed; theirs, believed because two people compared a fingerprint.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use sha2::{Digest as _, Sha256};
use store::{Fault, hex};

use super::sign::{Head, PATH, sha256, unhex};

/// What stands before a public key where people copy it.
const PREFIX: &str = "motcua-ed25519:";
/// What a private key is sealed for.
pub const SEALED_FOR: &str = "relay-key";

/// A private key, ready to sign.
pub struct Signer(Ed25519KeyPair);

/// Makes a new pair: the public half in hexadecimal, the private half as PKCS#8 in hexadecimal.
///
/// # Errors
/// [`Fault::Broken`] if there is no randomness.
pub fn generate() -> Result<(String, String), Fault> {
    let broken = |_| Fault::Broken("no key pair could be made".into());
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(broken)?;
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref())
        .map_err(|_| Fault::Broken("a new key pair is not read".into()))?;
    Ok((hex(pair.public_key().as_ref()), hex(pkcs8.as_ref())))
}

impl Signer {
    /// The key that [`generate`] made; `None` if this is none.
    #[must_use]
    pub fn of(private: &str) -> Option<Self> {
        Ed25519KeyPair::from_pkcs8(&unhex(private)?).ok().map(Self)
    }

    /// Signs a text, in hexadecimal.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        hex(self.0.sign(text.as_bytes()).as_ref())
    }
}

/// Whether one of these public keys signed the text.
#[must_use]
pub fn is_signed<'a>(text: &str, signature: &str, keys: impl IntoIterator<Item = &'a str>) -> bool {
    let Some(signature) = unhex(signature).filter(|it| it.len() == 64) else { return false };
    keys.into_iter().filter_map(unhex).any(|key| {
        UnparsedPublicKey::new(&ED25519, key).verify(text.as_bytes(), &signature).is_ok()
    })
}

/// What is signed of a message. It names who it is for: nobody can pass it on as if it were to somebody else.
#[must_use]
pub fn message_text(head: &Head, to: &str, body: &[u8]) -> String {
    let Head { from, key, at_ms } = head;
    format!("MOTCUA-RELAY-2\nPOST\n{PATH}\n{from}\n{to}\n{key}\n{at_ms}\n{}", sha256(body))
}

/// What is signed of an answer: to which try of which message, and what it says.
#[must_use]
pub fn answer_text(head: &Head, to: &str, status: u16, body: &[u8]) -> String {
    let Head { from, key, at_ms } = head;
    format!("MOTCUA-RELAY-2\nANSWER\n{from}\n{to}\n{key}\n{at_ms}\n{status}\n{}", sha256(body))
}

/// A public key as people copy it from one page to another.
#[must_use]
pub fn shown(public: &str) -> String {
    format!("{PREFIX}{}", STANDARD.encode(unhex(public).unwrap_or_default()))
}

/// Reads what [`shown`] shows, with whatever spaces came into it; in hexadecimal.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let bytes = STANDARD.decode(plain.strip_prefix(PREFIX)?).ok()?;
    (bytes.len() == 32).then(|| hex(&bytes))
}

/// What people read to each other: the first 128 bits of the key's SHA-256, in groups of four.
#[must_use]
pub fn fingerprint(public: &str) -> String {
    let digest = Sha256::digest(unhex(public).unwrap_or_default());
    let digits: Vec<char> = hex(&digest).to_uppercase().chars().take(32).collect();
    let groups: Vec<String> = digits.chunks(4).map(|it| it.iter().collect()).collect();
    groups.join(" ")
}

/// Whether what was read over the telephone is this key's fingerprint, whatever its spaces and letters.
#[must_use]
pub fn is_fingerprint(typed: &str, public: &str) -> bool {
    let plain = |it: &str| -> String {
        it.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    plain(typed) == plain(&fingerprint(public))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head { from: "xa".into(), key: "k1".into(), at_ms: 1_000 }
    }

    #[test]
    fn a_signature_holds_for_this_message_to_this_receiver_only() {
        let (public, private) = generate().unwrap();
        let (other, _) = generate().unwrap();
        let signer = Signer::of(&private).unwrap();
        let text = message_text(&head(), "huyen", b"body");
        let good = signer.sign(&text);
        let keys = |it: &'static str| [it.to_owned()];
        assert!(is_signed(&text, &good, [public.as_str()]));
        assert!(is_signed(&text, &good, [other.as_str(), public.as_str()]), "any of them");
        assert!(!is_signed(&text, &good, [other.as_str()]));
        assert!(!is_signed(&text, &good, []));
        for wrong in [
            message_text(&head(), "tinh", b"body"),
            message_text(&head(), "huyen", b"bodY"),
            message_text(&Head { at_ms: 1_001, ..head() }, "huyen", b"body"),
            message_text(&Head { from: "khac".into(), ..head() }, "huyen", b"body"),
            answer_text(&head(), "huyen", 200, b"body"),
        ] {
            assert!(!is_signed(&wrong, &good, [public.as_str()]), "{wrong}");
        }
        for broken in ["", "zz", &good[2..], &"é".repeat(64)] {
            assert!(!is_signed(&text, broken, [public.as_str()]));
        }
        for key in keys("").iter().chain(&keys("00")).chain(&keys("khong phai")) {
            assert!(!is_signed(&text, &good, [key.as_str()]));
        }
        assert!(Signer::of("00").is_none() && Signer::of("é").is_none());
    }

    #[test]
    fn a_key_is_copied_and_compared_by_people() {
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let text = shown(public);
        assert_eq!(text, "motcua-ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        assert_eq!(read(&text).as_deref(), Some(public));
        assert_eq!(read(&format!(" {}\n{} ", &text[..30], &text[30..])).as_deref(), Some(public));
        for wrong in ["", "motcua-ed25519:", "motcua-ed25519:AAAA", &text[15..], "ssh-ed25519 AAAA"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let print = fingerprint(public);
        assert_eq!(print.len(), 39);
        assert!(is_fingerprint(&print.to_lowercase().replace(' ', "-"), public));
        assert!(!is_fingerprint(&print[..38], public) && !is_fingerprint("", public));
    }

    /// RFC 8032, 7.1, test 1: the signatures are Ed25519 and nothing of our own.
    #[test]
    fn it_is_the_ed25519_of_the_standard() {
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac\
                         c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert!(is_signed("", signature, [public]));
        assert!(!is_signed("x", signature, [public]));
    }
}
