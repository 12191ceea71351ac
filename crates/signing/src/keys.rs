//! Hashes and signatures: which ones are believed, and how one is checked.

use ring::{digest, signature};

use crate::der::{self, Element, Reader};

/// Hashes that are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    pub(crate) fn from_oid(oid: &str) -> Option<Self> {
        match oid {
            "2.16.840.1.101.3.4.2.1" => Some(Self::Sha256),
            "2.16.840.1.101.3.4.2.2" => Some(Self::Sha384),
            "2.16.840.1.101.3.4.2.3" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of several pieces, one after the other.
    pub(crate) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        let mut context = digest::Context::new(algorithm);
        for piece in pieces {
            context.update(piece);
        }
        context.finish().as_ref().to_vec()
    }
}

/// SHA-256 in hexadecimal: how a certificate is known.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    hex(&Hash::Sha256.of(&[bytes]))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, it| {
        for digit in [it >> 4, it & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        text
    })
}

/// A public key that we know how to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// `RSAPublicKey`, as PKCS#1 has it.
    Rsa(Vec<u8>),
    /// A point on P-256.
    P256(Vec<u8>),
    /// A point on P-384.
    P384(Vec<u8>),
    Other,
}

impl PublicKey {
    /// Reads `SubjectPublicKeyInfo`.
    pub fn read(info: &Element<'_>) -> Option<Self> {
        let mut inner = info.inner();
        let (name, parameters) = der::algorithm(&inner.take(der::SEQUENCE)?)?;
        let bits = inner.take(der::BIT_STRING)?.bits()?.to_vec();
        let curve = parameters.filter(|it| it.tag == der::OID).map(|it| der::oid(it.body));
        Some(match (name.as_str(), curve.as_deref()) {
            // id-RSASSA-PSS keys are RSA keys as well.
            ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10", _) => Self::Rsa(bits),
            ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => Self::P256(bits),
            ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => Self::P384(bits),
            _ => Self::Other,
        })
    }

    /// Bits of an RSA key; `None` for others.
    pub fn rsa_bits(&self) -> Option<usize> {
        let Self::Rsa(key) = self else { return None };
        let modulus = der::first(key)?.inner().take(der::INTEGER)?.body;
        let modulus: &[u8] = match modulus {
            [0, rest @ ..] => rest,
            all => all,
        };
        let top = modulus.first()?.leading_zeros();
        Some((modulus.len() * 8).saturating_sub(usize::try_from(top).ok()?))
    }
}

/// How something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    RsaPkcs1(Hash),
    RsaPss(Hash),
    Ecdsa(Hash),
    /// SHA-1 or MD5: nobody has to break much to forge it.
    Weak,
    Unknown,
}

impl Scheme {
    /// Reads an `AlgorithmIdentifier`; plain RSA takes the hash that stands beside it.
    pub fn read(name: &str, parameters: Option<Element<'_>>, beside: Option<Hash>) -> Self {
        use Hash::{Sha256, Sha384, Sha512};
        match name {
            "1.2.840.113549.1.1.1" => beside.map_or(Self::Weak, Self::RsaPkcs1),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Sha512),
            "1.2.840.113549.1.1.10" => pss(parameters),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Sha512),
            "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => Self::Weak,
            _ => Self::Unknown,
        }
    }

    /// Whether `signature` over `message` is by the holder of `key`.
    pub fn holds(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        use Hash::{Sha256, Sha384, Sha512};
        let (algorithm, bytes): (&dyn signature::VerificationAlgorithm, &Vec<u8>) =
            match (self, key) {
                (Self::RsaPkcs1(Sha256), PublicKey::Rsa(it)) => {
                    (&signature::RSA_PKCS1_2048_8192_SHA256, it)
                }
                (Self::RsaPkcs1(Sha384), PublicKey::Rsa(it)) => {
                    (&signature::RSA_PKCS1_2048_8192_SHA384, it)
                }
                (Self::RsaPkcs1(Sha512), PublicKey::Rsa(it)) => {
                    (&signature::RSA_PKCS1_2048_8192_SHA512, it)
                }
                (Self::RsaPss(hash), PublicKey::Rsa(it)) => {
                    return crate::pss::holds(hash, it, message, signature).unwrap_or(false);
                }
                (Self::Ecdsa(Sha256), PublicKey::P256(it)) => {
                    (&signature::ECDSA_P256_SHA256_ASN1, it)
                }
                (Self::Ecdsa(Sha384), PublicKey::P256(it)) => {
                    (&signature::ECDSA_P256_SHA384_ASN1, it)
                }
                (Self::Ecdsa(Sha256), PublicKey::P384(it)) => {
                    (&signature::ECDSA_P384_SHA256_ASN1, it)
                }
                (Self::Ecdsa(Sha384), PublicKey::P384(it)) => {
                    (&signature::ECDSA_P384_SHA384_ASN1, it)
                }
                _ => return false,
            };
        signature::UnparsedPublicKey::new(algorithm, bytes).verify(message, signature).is_ok()
    }
}

/// The hash of RSASSA-PSS; SHA-1 is what nothing said means.
fn pss(parameters: Option<Element<'_>>) -> Scheme {
    let read = parameters.and_then(|it| {
        let mut inner = it.inner();
        let hash = inner.maybe(0xa0)?;
        let hash = der::algorithm(&Reader::of(hash.body).take(der::SEQUENCE)?)?.0;
        let mask = inner.maybe(0xa1)?;
        let (mask, within) = der::algorithm(&Reader::of(mask.body).take(der::SEQUENCE)?)?;
        let within = der::algorithm(&within?)?.0;
        // One hash in both places, as everybody does it.
        (mask == "1.2.840.113549.1.1.8" && within == hash).then_some(hash)
    });
    read.and_then(|it| Hash::from_oid(&it)).map_or(Scheme::Weak, Scheme::RsaPss)
}
