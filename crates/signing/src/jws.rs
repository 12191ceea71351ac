//! Tokens that a provider of identity signs (JWS, RFC 7515): the signature is checked with one of the provider's
//! published keys (JWK, RFC 7517) and with the algorithm that belongs to that key, never with one that the token
//! merely names.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, signature};
use serde_json::Value;
use thiserror::Error;

/// Bytes of a token at most.
const TOKEN_BYTES_MAX: usize = 64 << 10;
/// Keys of one set at most.
const KEYS_MAX: usize = 100;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JwsError {
    /// Not three parts of base64url around JSON.
    #[error("thẻ định danh không đúng khuôn dạng")]
    Shape,
    /// Signed by an algorithm that we do not take, such as `none` or one with a shared secret.
    #[error("thẻ định danh ký bằng thuật toán không được chấp nhận")]
    Algorithm,
    /// No published key has the token's name and algorithm.
    #[error("không có khóa nào của nhà cung cấp khớp với thẻ định danh")]
    NoKey,
    /// No key makes this signature.
    #[error("chữ ký của thẻ định danh không đúng")]
    Signature,
}

/// What a key is for.
#[derive(Debug, Clone)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

#[derive(Debug, Clone)]
struct Key {
    kid: Option<String>,
    alg: Option<String>,
    material: Material,
}

/// The keys of a provider.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Reads a JWK set; keys of other kinds and for other uses are passed over.
    ///
    /// # Errors
    /// [`JwsError::NoKey`] if no key is left.
    pub fn read(set: &Value) -> Result<Self, JwsError> {
        let all = set.get("keys").and_then(Value::as_array).ok_or(JwsError::NoKey)?;
        let keys: Vec<Key> = all.iter().take(KEYS_MAX).filter_map(key).collect();
        if keys.is_empty() { Err(JwsError::NoKey) } else { Ok(Self(keys)) }
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn key(jwk: &Value) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|it| it != "sig") {
        return None;
    }
    let bytes = |name: &str| text(name).and_then(decoded);
    let material = match text("kty")? {
        "RSA" => {
            let unpadded = |it: Vec<u8>| it.into_iter().skip_while(|b| *b == 0).collect::<Vec<_>>();
            Material::Rsa { n: unpadded(bytes("n")?), e: unpadded(bytes("e")?) }
        }
        "EC" if text("crv") == Some("P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            Material::P256([&[4][..], &x, &y].concat())
        }
        "OKP" if text("crv") == Some("Ed25519") => Material::Ed25519(bytes("x")?),
        _ => return None,
    };
    Some(Key { kid: text("kid").map(str::to_owned), alg: text("alg").map(str::to_owned), material })
}

/// Checks the signature of a compact token; gives what it says. Whether that is to be believed (for whom, until
/// when, in answer to what) is the caller's question.
///
/// # Errors
/// [`JwsError`].
pub fn verify(token: &str, keys: &Keys) -> Result<Value, JwsError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(JwsError::Shape);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Shape)?;
    let (head, body) = signed.split_once('.').ok_or(JwsError::Shape)?;
    let json = |part: &str| -> Result<Value, JwsError> {
        serde_json::from_slice(&decoded(part).ok_or(JwsError::Shape)?).map_err(|_| JwsError::Shape)
    };
    let head = json(head)?;
    let signature = decoded(signature).ok_or(JwsError::Shape)?;
    let alg = head.get("alg").and_then(Value::as_str).ok_or(JwsError::Shape)?;
    if !matches!(alg, "RS256" | "PS256" | "ES256" | "EdDSA") {
        return Err(JwsError::Algorithm);
    }
    // What we do not understand we must not pass over (RFC 7515, 4.1.11).
    if head.get("crit").is_some() {
        return Err(JwsError::Algorithm);
    }
    let kid = head.get("kid").and_then(Value::as_str);
    let mut fitting = keys
        .0
        .iter()
        .filter(|it| kid.is_none() || it.kid.is_none() || it.kid.as_deref() == kid)
        .filter(|it| it.alg.as_deref().is_none_or(|of_key| of_key == alg))
        .filter(|it| it.fits(alg))
        .peekable();
    if fitting.peek().is_none() {
        return Err(JwsError::NoKey);
    }
    if fitting.any(|it| it.made(alg, signed.as_bytes(), &signature)) {
        return json(body);
    }
    Err(JwsError::Signature)
}

impl Key {
    fn fits(&self, alg: &str) -> bool {
        matches!(
            (&self.material, alg),
            (Material::Rsa { .. }, "RS256" | "PS256")
                | (Material::P256(_), "ES256")
                | (Material::Ed25519(_), "EdDSA")
        )
    }

    fn made(&self, alg: &str, message: &[u8], mark: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { n, e } => {
                let how: &signature::RsaParameters = if alg == "PS256" {
                    &signature::RSA_PSS_2048_8192_SHA256
                } else {
                    &signature::RSA_PKCS1_2048_8192_SHA256
                };
                signature::RsaPublicKeyComponents { n, e }.verify(how, message, mark).is_ok()
            }
            Material::P256(point) => {
                let how = &signature::ECDSA_P256_SHA256_FIXED;
                signature::UnparsedPublicKey::new(how, point).verify(message, mark).is_ok()
            }
            Material::Ed25519(point) => {
                let how = &signature::ED25519;
                signature::UnparsedPublicKey::new(how, point).verify(message, mark).is_ok()
            }
        }
    }
}

/// What `at_hash` must be for an access token (OpenID Connect Core 3.1.3.6): the left half of its SHA-256.
#[must_use]
pub fn half_hash(token: &str) -> String {
    let whole = digest::digest(&digest::SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(whole.as_ref().get(..16).unwrap_or_default())
}

/// The challenge of a PKCE verifier (RFC 7636, S256).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };
    use serde_json::json;

    use super::*;

    fn pair() -> EcdsaKeyPair {
        let random = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &random).unwrap()
    }

    fn jwk(pair: &EcdsaKeyPair, kid: &str) -> Value {
        let point = pair.public_key().as_ref();
        let part = |from: usize, to: usize| URL_SAFE_NO_PAD.encode(&point[from..to]);
        json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256",
               "x": part(1, 33), "y": part(33, 65)})
    }

    fn token(pair: &EcdsaKeyPair, head: &Value, body: &Value) -> String {
        let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
        let signed = format!("{}.{}", part(head), part(body));
        let mark = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mark))
    }

    #[test]
    fn the_right_key_is_believed_and_no_other() {
        let (ours, other) = (pair(), pair());
        let keys = Keys::read(&json!({"keys": [jwk(&ours, "a")]})).unwrap();
        let said = json!({"sub": "7"});
        let head = json!({"alg": "ES256", "kid": "a"});
        assert_eq!(verify(&token(&ours, &head, &said), &keys), Ok(said.clone()));
        assert_eq!(verify(&token(&other, &head, &said), &keys), Err(JwsError::Signature));
        let unknown = json!({"alg": "ES256", "kid": "b"});
        assert_eq!(verify(&token(&ours, &unknown, &said), &keys), Err(JwsError::NoKey));
        let nameless = json!({"alg": "ES256"});
        assert_eq!(verify(&token(&ours, &nameless, &said), &keys), Ok(said.clone()));
        // What was signed is what counts, not what stands there now.
        let whole = token(&ours, &head, &said);
        let (signed, mark) = whole.rsplit_once('.').unwrap();
        let (first, _) = signed.split_once('.').unwrap();
        let forged = URL_SAFE_NO_PAD.encode(json!({"sub": "8"}).to_string());
        assert_eq!(verify(&format!("{first}.{forged}.{mark}"), &keys), Err(JwsError::Signature));
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_checked() {
        let ours = pair();
        let keys = Keys::read(&json!({"keys": [jwk(&ours, "a")]})).unwrap();
        for alg in ["none", "HS256", "RS384"] {
            let head = json!({"alg": alg, "kid": "a"});
            let it = token(&ours, &head, &json!({}));
            assert_eq!(verify(&it, &keys), Err(JwsError::Algorithm), "{alg}");
        }
        let head = json!({"alg": "RS256", "kid": "a"});
        assert_eq!(verify(&token(&ours, &head, &json!({})), &keys), Err(JwsError::NoKey));
        let head = json!({"alg": "ES256", "kid": "a", "crit": ["x"]});
        assert_eq!(verify(&token(&ours, &head, &json!({})), &keys), Err(JwsError::Algorithm));
        for broken in ["", "a.b", "a.b.c", "....", "e30.e30."] {
            assert_eq!(verify(broken, &keys), Err(JwsError::Shape), "{broken}");
        }
    }

    #[test]
    fn an_rsa_token_that_others_made_is_read() {
        // RFC 7515, appendix A.2.
        let keys = Keys::read(&json!({"keys": [{"kty": "RSA", "e": "AQAB", "n":
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B\
                m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5\
                z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7\
                aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})).unwrap();
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL\
                mNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7\
                AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWz\
                O75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES\
                c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU\
                PQGe77Rw";
        assert_eq!(verify(token, &keys).unwrap()["iss"], "joe");
    }

    #[test]
    fn pkce_and_at_hash_are_as_their_documents_say() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        // OpenID Connect Core, appendix A.3.
        let access = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(access), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
