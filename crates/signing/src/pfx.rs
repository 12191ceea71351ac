//! PKCS#12: the file in which an office gets its seal, opened with its password.

use std::num::NonZeroU32;

use cbc::cipher::{BlockModeDecrypt as _, InnerIvInit as _, KeyIvInit as _, block_padding::Pkcs7};
use ring::{digest, hmac, pbkdf2};

use crate::{
    der::{self, Element, Reader},
    x509::{Certificate, Unchained},
};

/// Bytes of the file at most.
pub const PFX_BYTES_MAX: usize = 256 << 10;
/// Rounds that a password is stirred at most: more would only keep the machine busy.
const ROUNDS_MAX: u64 = 2_000_000;
const BAGS_MAX: usize = 64;
const DATA: &str = "1.2.840.113549.1.7.1";
const ENCRYPTED: &str = "1.2.840.113549.1.7.6";

/// A key and its certificate: the seal of an office (con dấu số).
pub struct Seal {
    /// The signer's first, then those above it.
    pub certificates: Vec<Certificate>,
    /// PKCS#8.
    pub(crate) key: Vec<u8>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.certificate().map(Certificate::subject_line);
        f.debug_struct("Seal").field("certificate", &name).finish_non_exhaustive()
    }
}

/// Why a file gives no seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPfx {
    /// It is no PKCS#12.
    #[error("Tệp không phải PKCS#12 (.p12, .pfx) hoặc bị hỏng.")]
    Unreadable,
    /// The password does not open it.
    #[error("Mật khẩu không mở được tệp PKCS#12. Hãy nhập lại mật khẩu.")]
    Password,
    /// It is closed in a way that we do not know.
    #[error("Tệp PKCS#12 dùng cách mã hóa chưa được hỗ trợ. Hãy xuất lại với AES-256 hoặc 3DES.")]
    Cipher,
    /// No key, no certificate, or they do not belong together.
    #[error("Tệp PKCS#12 không có khóa riêng kèm đúng chứng thư của khóa đó.")]
    Incomplete,
    /// A key with which we cannot sign.
    #[error("Khóa trong tệp không dùng được: cần RSA từ 2048 bit hoặc ECDSA P-256.")]
    Key,
    /// The certificate says that it is for something else.
    #[error("Chứng thư trong tệp không dùng để ký văn bản.")]
    Usage,
}

impl Seal {
    /// The signer's certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// Whether its certificate leads to one of `roots`, `at` seconds since 1970.
    #[must_use]
    pub fn is_trusted(&self, roots: &[Certificate], at: i64) -> bool {
        let Some((own, above)) = self.certificates.split_first() else { return false };
        !matches!(own.chained(above, roots, at), Err(Unchained::Unknown))
    }

    /// Opens a file with its password, and proves that key and certificate belong together.
    ///
    /// # Errors
    /// [`BadPfx`].
    pub fn open(bytes: &[u8], password: &str) -> Result<Self, BadPfx> {
        if bytes.len() > PFX_BYTES_MAX {
            return Err(BadPfx::Unreadable);
        }
        let (key, pool) = bags(bytes, password)?;
        let key = key.ok_or(BadPfx::Incomplete)?;
        let mut usable = false;
        for it in &pool {
            let mut certificates = vec![it.clone()];
            certificates.extend(pool.iter().filter(|other| other.der != it.der).cloned());
            let seal = Self { certificates, key: key.clone() };
            let message = b"motcua";
            if it.is_weak() {
                continue;
            }
            if let Some((scheme, signature)) = seal.sign(message) {
                usable = true;
                let scheme = crate::keys::Scheme::read(scheme, None, None);
                if scheme.holds(&it.key, message, &signature) {
                    return if it.may_sign_documents() { Ok(seal) } else { Err(BadPfx::Usage) };
                }
            }
        }
        Err(if usable { BadPfx::Incomplete } else { BadPfx::Key })
    }
}

type Bags = (Option<Vec<u8>>, Vec<Certificate>);

fn bags(bytes: &[u8], password: &str) -> Result<Bags, BadPfx> {
    let bad = BadPfx::Unreadable;
    let mut outer = der::first(bytes).filter(|it| it.tag == der::SEQUENCE).ok_or(bad)?.inner();
    outer.take(der::INTEGER).ok_or(bad)?;
    let content = outer.take(der::SEQUENCE).ok_or(bad)?;
    let safe = content_data(&content).ok_or(bad)?;
    let mac = outer.take(der::SEQUENCE).ok_or(bad)?;
    if !mac_holds(&mac, &safe, password)? {
        return Err(BadPfx::Password);
    }
    let (mut key, mut certificates) = (None, Vec::new());
    let parts = Reader::of(&safe).take(der::SEQUENCE).ok_or(bad)?.inner().all();
    for part in parts.into_iter().take(BAGS_MAX) {
        let contents = safe_contents(&part, password)?;
        let all = Reader::of(&contents).take(der::SEQUENCE).ok_or(bad)?.inner().all();
        for bag in all.into_iter().take(BAGS_MAX) {
            let mut inner = bag.inner();
            let kind = der::oid(inner.take(der::OID).ok_or(bad)?.body);
            let value = inner.take(0xa0).ok_or(bad)?.inner().next().ok_or(bad)?;
            match kind.as_str() {
                "1.2.840.113549.1.12.10.1.1" => key = Some(value.whole.to_vec()),
                "1.2.840.113549.1.12.10.1.2" => {
                    let mut closed = value.inner();
                    let how = closed.take(der::SEQUENCE).ok_or(bad)?;
                    let text = closed.take(der::OCTET_STRING).and_then(|it| it.octets());
                    let opened = decrypt(&how, &text.ok_or(bad)?, password)?;
                    key = Some(der::first(&opened).ok_or(BadPfx::Password)?.whole.to_vec());
                }
                "1.2.840.113549.1.12.10.1.3" => certificates.extend(certificate(&value)),
                _ => {}
            }
        }
    }
    Ok((key, certificates))
}

fn certificate(bag: &Element<'_>) -> Option<Certificate> {
    let mut inner = bag.inner();
    (der::oid(inner.take(der::OID)?.body) == "1.2.840.113549.1.9.22.1").then_some(())?;
    let octets = inner.take(0xa0)?.inner().next()?.octets()?;
    Certificate::read(&octets)
}

/// What a `ContentInfo` of plain data holds.
fn content_data(content: &Element<'_>) -> Option<Vec<u8>> {
    let mut inner = content.inner();
    (der::oid(inner.take(der::OID)?.body) == DATA).then_some(())?;
    inner.take(0xa0)?.inner().next()?.octets()
}

fn safe_contents(part: &Element<'_>, password: &str) -> Result<Vec<u8>, BadPfx> {
    let bad = BadPfx::Unreadable;
    let mut inner = part.inner();
    let kind = der::oid(inner.take(der::OID).ok_or(bad)?.body);
    if kind == DATA {
        return content_data(part).ok_or(bad);
    }
    if kind != ENCRYPTED {
        return Err(BadPfx::Cipher);
    }
    let mut data =
        inner.take(0xa0).and_then(|it| it.inner().take(der::SEQUENCE)).ok_or(bad)?.inner();
    data.take(der::INTEGER).ok_or(bad)?;
    let mut closed = data.take(der::SEQUENCE).ok_or(bad)?.inner();
    closed.take(der::OID).ok_or(bad)?;
    let how = closed.take(der::SEQUENCE).ok_or(bad)?;
    let text = closed.next().and_then(|it| it.octets()).ok_or(bad)?;
    decrypt(&how, &text, password)
}

fn rounds(element: &Element<'_>) -> Result<u32, BadPfx> {
    let number = element.number().filter(|it| (1..=ROUNDS_MAX).contains(it));
    number.and_then(|it| u32::try_from(it).ok()).ok_or(BadPfx::Cipher)
}

fn mac_holds(mac: &Element<'_>, safe: &[u8], password: &str) -> Result<bool, BadPfx> {
    let bad = BadPfx::Unreadable;
    let mut inner = mac.inner();
    let mut said = inner.take(der::SEQUENCE).ok_or(bad)?.inner();
    let (name, _) = der::algorithm(&said.take(der::SEQUENCE).ok_or(bad)?).ok_or(bad)?;
    let value = said.take(der::OCTET_STRING).ok_or(bad)?.body;
    let salt = inner.take(der::OCTET_STRING).ok_or(bad)?.body;
    let times = match inner.next() {
        Some(it) => rounds(&it)?,
        None => 1,
    };
    let (hash, algorithm) = match name.as_str() {
        "1.3.14.3.2.26" => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        "2.16.840.1.101.3.4.2.1" => (&digest::SHA256, hmac::HMAC_SHA256),
        "2.16.840.1.101.3.4.2.2" => (&digest::SHA384, hmac::HMAC_SHA384),
        "2.16.840.1.101.3.4.2.3" => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return Err(BadPfx::Cipher),
    };
    let key = stir(hash, 3, password, salt, times, hash.output_len());
    Ok(hmac::verify(&hmac::Key::new(algorithm, &key), safe, value).is_ok())
}

fn decrypt(how: &Element<'_>, text: &[u8], password: &str) -> Result<Vec<u8>, BadPfx> {
    let (name, parameters) = der::algorithm(how).ok_or(BadPfx::Unreadable)?;
    let parameters = parameters.ok_or(BadPfx::Cipher)?;
    if name == "1.2.840.113549.1.5.13" {
        return pbes2(&parameters, text, password);
    }
    let mut inner = parameters.inner();
    let salt = inner.take(der::OCTET_STRING).ok_or(BadPfx::Unreadable)?.body;
    let times = rounds(&inner.take(der::INTEGER).ok_or(BadPfx::Unreadable)?)?;
    let made =
        |id: u8, length| stir(&digest::SHA1_FOR_LEGACY_USE_ONLY, id, password, salt, times, length);
    let iv = made(2, 8);
    let opened = match name.as_str() {
        "1.2.840.113549.1.12.1.3" => {
            cbc::Decryptor::<des::TdesEde3>::new_from_slices(&made(1, 24), &iv)
                .ok()
                .and_then(|it| it.decrypt_padded_vec::<Pkcs7>(text).ok())
        }
        "1.2.840.113549.1.12.1.5" => rc2_opened(&made(1, 16), &iv, text),
        "1.2.840.113549.1.12.1.6" => rc2_opened(&made(1, 5), &iv, text),
        _ => return Err(BadPfx::Cipher),
    };
    opened.ok_or(BadPfx::Password)
}

fn rc2_opened(key: &[u8], iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let cipher = rc2::Rc2::new_with_eff_key_len(key, key.len() * 8);
    let mode = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
    mode.decrypt_padded_vec::<Pkcs7>(text).ok()
}

fn pbes2(parameters: &Element<'_>, text: &[u8], password: &str) -> Result<Vec<u8>, BadPfx> {
    let bad = BadPfx::Unreadable;
    let mut inner = parameters.inner();
    let (kdf, stirring) = der::algorithm(&inner.take(der::SEQUENCE).ok_or(bad)?).ok_or(bad)?;
    let (cipher, iv) = der::algorithm(&inner.take(der::SEQUENCE).ok_or(bad)?).ok_or(bad)?;
    if kdf != "1.2.840.113549.1.5.12" {
        return Err(BadPfx::Cipher);
    }
    let mut stirring = stirring.ok_or(bad)?.inner();
    let salt = stirring.take(der::OCTET_STRING).ok_or(bad)?.body;
    let times = rounds(&stirring.take(der::INTEGER).ok_or(bad)?)?;
    stirring.maybe(der::INTEGER);
    let hash = match stirring.maybe(der::SEQUENCE).and_then(|it| der::algorithm(&it)) {
        None => pbkdf2::PBKDF2_HMAC_SHA1,
        Some((name, _)) => match name.as_str() {
            "1.2.840.113549.2.7" => pbkdf2::PBKDF2_HMAC_SHA1,
            "1.2.840.113549.2.9" => pbkdf2::PBKDF2_HMAC_SHA256,
            "1.2.840.113549.2.10" => pbkdf2::PBKDF2_HMAC_SHA384,
            "1.2.840.113549.2.11" => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(BadPfx::Cipher),
        },
    };
    let times = NonZeroU32::new(times).ok_or(bad)?;
    let made = |length| {
        let mut key = vec![0; length];
        pbkdf2::derive(hash, times, salt, password.as_bytes(), &mut key);
        key
    };
    let iv = iv.filter(|it| it.tag == der::OCTET_STRING).ok_or(BadPfx::Cipher)?.body;
    let opened = match cipher.as_str() {
        "2.16.840.1.101.3.4.1.2" => cbc::Decryptor::<aes::Aes128>::new_from_slices(&made(16), iv)
            .ok()
            .and_then(|it| it.decrypt_padded_vec::<Pkcs7>(text).ok()),
        "2.16.840.1.101.3.4.1.22" => cbc::Decryptor::<aes::Aes192>::new_from_slices(&made(24), iv)
            .ok()
            .and_then(|it| it.decrypt_padded_vec::<Pkcs7>(text).ok()),
        "2.16.840.1.101.3.4.1.42" => cbc::Decryptor::<aes::Aes256>::new_from_slices(&made(32), iv)
            .ok()
            .and_then(|it| it.decrypt_padded_vec::<Pkcs7>(text).ok()),
        "1.2.840.113549.3.7" => cbc::Decryptor::<des::TdesEde3>::new_from_slices(&made(24), iv)
            .ok()
            .and_then(|it| it.decrypt_padded_vec::<Pkcs7>(text).ok()),
        _ => return Err(BadPfx::Cipher),
    };
    opened.ok_or(BadPfx::Password)
}

/// Makes a key of a password as PKCS#12 does (RFC 7292, appendix B.2).
fn stir(
    hash: &'static digest::Algorithm,
    id: u8,
    password: &str,
    salt: &[u8],
    times: u32,
    length: usize,
) -> Vec<u8> {
    let block = hash.block_len();
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let whole = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(if bytes.is_empty() { 0 } else { whole }).collect()
    };
    let mut letters: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    letters.extend([0, 0]);
    let mut input = filled(salt);
    input.extend(filled(&letters));
    let mut key = Vec::new();
    while key.len() < length {
        let mut context = digest::Context::new(hash);
        context.update(&vec![id; block]);
        context.update(&input);
        let mut round = context.finish();
        for _ in 1..times {
            round = digest::digest(hash, round.as_ref());
        }
        key.extend_from_slice(round.as_ref());
        let add = filled(round.as_ref());
        for chunk in input.chunks_exact_mut(block) {
            let mut carry = 1_u16;
            for (place, more) in chunk.iter_mut().zip(add.iter()).rev() {
                let sum = u16::from(*place) + u16::from(*more) + carry;
                *place = u8::try_from(sum & 0xff).unwrap_or(0);
                carry = sum >> 8;
            }
        }
    }
    key.truncate(length);
    key
}
