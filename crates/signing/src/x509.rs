//! Certificates: read, and followed up to somebody who is trusted.

use crate::{
    der::{self, Element, Reader},
    keys::{PublicKey, Scheme, fingerprint},
};

/// Certificates of one chain at most.
const CHAIN_MAX: usize = 8;
/// Signatures that are checked at most while a chain is looked for.
const CHECKS_MAX: usize = 64;
/// Bytes of one certificate at most.
const CERTIFICATE_BYTES_MAX: usize = 64 << 10;

/// A certificate (chứng thư số).
#[derive(Debug, Clone)]
pub struct Certificate {
    /// As it is kept and handed on.
    pub der: Vec<u8>,
    /// First moment, seconds since 1970.
    pub not_before: i64,
    /// Last moment, seconds since 1970.
    pub not_after: i64,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) key_id: Option<Vec<u8>>,
    tbs: Vec<u8>,
    scheme: Scheme,
    signature: Vec<u8>,
    ca: Option<bool>,
    path_length: Option<u64>,
    usage: Option<u16>,
    purposes: Vec<String>,
    /// A critical extension that we do not know: then the certificate says something that we must
    /// not overlook.
    unknown_critical: bool,
}

/// Why a certificate does not lead to a trusted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unchained {
    Unknown,
    Expired,
    NotYet,
}

impl Certificate {
    /// Reads one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return None;
        }
        let whole = der::first(bytes).filter(|it| it.tag == der::SEQUENCE && it.definite)?;
        let mut outer = whole.inner();
        let tbs = outer.take(der::SEQUENCE)?;
        let (name, parameters) = der::algorithm(&outer.take(der::SEQUENCE)?)?;
        let signature = outer.take(der::BIT_STRING)?.bits()?.to_vec();
        let mut inner = tbs.inner();
        inner.maybe(0xa0);
        let serial = inner.take(der::INTEGER)?.body.to_vec();
        inner.take(der::SEQUENCE)?;
        let issuer = inner.take(der::SEQUENCE)?.whole.to_vec();
        let mut validity = inner.take(der::SEQUENCE)?.inner();
        let not_before = time(&validity.next()?)?;
        let not_after = time(&validity.next()?)?;
        let subject = inner.take(der::SEQUENCE)?.whole.to_vec();
        let key = PublicKey::read(&inner.take(der::SEQUENCE)?)?;
        inner.maybe(0x81);
        inner.maybe(0x82);
        let mut found = Self {
            der: whole.whole.to_vec(),
            not_before,
            not_after,
            serial,
            issuer,
            subject,
            key,
            key_id: None,
            tbs: tbs.whole.to_vec(),
            scheme: Scheme::read(&name, parameters, None),
            signature,
            ca: None,
            path_length: None,
            usage: None,
            purposes: Vec::new(),
            unknown_critical: false,
        };
        if let Some(extensions) = inner.maybe(0xa3) {
            for it in Reader::of(extensions.body).take(der::SEQUENCE)?.inner().all() {
                found.extension(&it)?;
            }
        }
        Some(found)
    }

    fn extension(&mut self, extension: &Element<'_>) -> Option<()> {
        let mut inner = extension.inner();
        let name = der::oid(inner.take(der::OID)?.body);
        let critical = inner.maybe(der::BOOLEAN).is_some_and(|it| it.body != [0]);
        let value = inner.take(der::OCTET_STRING)?.body;
        match name.as_str() {
            "2.5.29.19" => {
                let mut rule = Reader::of(value).take(der::SEQUENCE)?.inner();
                self.ca = Some(rule.maybe(der::BOOLEAN).is_some_and(|it| it.body != [0]));
                self.path_length = rule.maybe(der::INTEGER).and_then(|it| it.number());
            }
            "2.5.29.15" => {
                let bits = Reader::of(value).take(der::BIT_STRING)?.body;
                let byte = |at: usize| u16::from(bits.get(at).copied().unwrap_or(0));
                self.usage = Some((byte(1) << 8) | byte(2));
            }
            "2.5.29.37" => {
                let purposes = Reader::of(value).take(der::SEQUENCE)?.inner().all();
                self.purposes = purposes.iter().map(|it| der::oid(it.body)).collect();
            }
            "2.5.29.14" => {
                self.key_id = Some(Reader::of(value).take(der::OCTET_STRING)?.body.to_vec());
            }
            // Policies and where lists of revoked certificates are: read by nobody here.
            "2.5.29.32" | "2.5.29.31" | "2.5.29.17" | "2.5.29.18" | "2.5.29.35" | "2.5.29.36" => {}
            _ => self.unknown_critical |= critical,
        }
        Some(())
    }

    /// SHA-256 of the whole, in hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }

    /// The serial number in hexadecimal.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        crate::keys::hex(&self.serial)
    }

    /// Whom it names, in a line.
    #[must_use]
    pub fn subject_line(&self) -> String {
        line(&self.subject)
    }

    /// Who issued it, in a line.
    #[must_use]
    pub fn issuer_line(&self) -> String {
        line(&self.issuer)
    }

    /// A part of the name: the first under this identifier; empty if there is none.
    fn part(&self, oid: &str) -> String {
        parts(&self.subject).into_iter().find(|it| it.0 == oid).map_or_else(String::new, |it| it.1)
    }

    /// The name of the person or the office.
    #[must_use]
    pub fn common_name(&self) -> String {
        self.part("2.5.4.3")
    }

    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> String {
        self.part("2.5.4.10")
    }

    /// Digits of the personal or tax number that the certificate carries (`CCCD:…`, `MST:…`);
    /// empty if it carries none.
    #[must_use]
    pub fn id_number(&self) -> String {
        for oid in ["0.9.2342.19200300.100.1.1", "2.5.4.5", "2.5.4.97"] {
            let text = self.part(oid);
            let last = text.rsplit([':', '-']).next().unwrap_or("").trim();
            if last.len() >= 9 && last.bytes().all(|it| it.is_ascii_digit()) {
                return last.to_owned();
            }
        }
        String::new()
    }

    /// Whether it may issue others.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.ca == Some(true) && self.usage.is_none_or(|it| it & 0x0400 != 0)
    }

    /// Whether what it signs is a signature under a document.
    #[must_use]
    pub fn may_sign_documents(&self) -> bool {
        const PURPOSES: [&str; 7] = [
            "2.5.29.37.0",
            "1.3.6.1.5.5.7.3.2",
            "1.3.6.1.5.5.7.3.4",
            "1.3.6.1.5.5.7.3.36",
            "1.3.6.1.4.1.311.10.3.12",
            "1.2.840.113583.1.1.5",
            "1.3.6.1.4.1.311.20.2.2",
        ];
        let usage = self.usage.is_none_or(|it| it & 0xc000 != 0);
        let purpose = self.purposes.is_empty()
            || self.purposes.iter().any(|it| PURPOSES.contains(&it.as_str()));
        usage && purpose && !self.unknown_critical
    }

    /// Whether its key is too short to be believed.
    pub(crate) fn is_weak(&self) -> bool {
        self.key.rsa_bits().is_some_and(|it| it < 2048)
    }

    fn dates(&self, at: i64) -> Result<(), Unchained> {
        if at > self.not_after {
            Err(Unchained::Expired)
        } else if at < self.not_before {
            Err(Unchained::NotYet)
        } else {
            Ok(())
        }
    }

    fn is_signed_by(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject && self.scheme.holds(&issuer.key, &self.tbs, &self.signature)
    }

    /// Follows the chain up to one of `roots`, every certificate being in force `at` that moment.
    pub(crate) fn chained(&self, pool: &[Self], roots: &[Self], at: i64) -> Result<(), Unchained> {
        self.dates(at)?;
        if roots.iter().any(|it| it.der == self.der) {
            return Ok(());
        }
        let mut checks = CHECKS_MAX;
        self.climb(pool, roots, at, 0, &mut checks)
    }

    fn climb(
        &self,
        pool: &[Self],
        roots: &[Self],
        at: i64,
        below: usize,
        checks: &mut usize,
    ) -> Result<(), Unchained> {
        let mut why = Unchained::Unknown;
        if below >= CHAIN_MAX {
            return Err(why);
        }
        let authorities =
            roots.iter().map(|it| (it, true)).chain(pool.iter().map(|it| (it, false)));
        for (issuer, trusted) in authorities {
            let room = issuer.path_length.is_none_or(|it| it >= u64::try_from(below).unwrap_or(0));
            if issuer.subject != self.issuer || !issuer.is_authority() || !room {
                continue;
            }
            if issuer.unknown_critical || issuer.is_weak() {
                continue;
            }
            let Some(left) = checks.checked_sub(1) else { return Err(why) };
            *checks = left;
            if !self.is_signed_by(issuer) {
                continue;
            }
            let further = issuer.dates(at).and_then(|()| {
                if trusted { Ok(()) } else { issuer.climb(pool, roots, at, below + 1, checks) }
            });
            match further {
                Ok(()) => return Ok(()),
                Err(Unchained::Unknown) => {}
                Err(other) => why = other,
            }
        }
        Err(why)
    }
}

/// Seconds since 1970 of `UTCTime` or `GeneralizedTime`.
fn time(element: &Element<'_>) -> Option<i64> {
    let text = std::str::from_utf8(element.body).ok()?;
    match element.tag {
        0x17 => {
            let year: i16 = text.get(..2)?.parse().ok()?;
            let century = if year < 50 { "20" } else { "19" };
            moment(&format!("{century}{text}"))
        }
        0x18 => moment(text),
        _ => None,
    }
}

/// `YYYYMMDDhhmmssZ` in seconds since 1970.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| part(from, to).and_then(|it| i8::try_from(it).ok());
    let date = jiff::civil::Date::new(part(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
    let second = if text.get(12..14).is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit())) {
        small(12, 14)?
    } else {
        0
    };
    let time = jiff::civil::Time::new(small(8, 10)?, small(10, 12)?, second, 0).ok()?;
    Some(seconds(date.to_datetime(time)))
}

/// Seconds since 1970 of a civil time at Greenwich.
pub(crate) fn seconds(at: jiff::civil::DateTime) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    at.duration_since(epoch).as_secs()
}

/// The civil time at Greenwich of so many seconds since 1970.
pub(crate) fn civil(at: i64) -> Option<jiff::civil::DateTime> {
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    epoch.checked_add(jiff::SignedDuration::from_secs(at)).ok()
}

/// The parts of a name, in order.
fn parts(name: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some(name) = der::first(name) else { return found };
    for set in name.inner().all().iter().take(32) {
        for part in set.inner().all() {
            let mut inner = part.inner();
            let (Some(oid), Some(value)) = (inner.take(der::OID), inner.next()) else { continue };
            found.push((der::oid(oid.body), text(&value)));
        }
    }
    found
}

fn text(value: &Element<'_>) -> String {
    let text = match value.tag {
        // BMPString
        0x1e => {
            let units: Vec<u16> = value
                .body
                .chunks_exact(2)
                .map(|it| it.iter().fold(0, |sum, byte| (sum << 8) | u16::from(*byte)))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(value.body).into_owned(),
    };
    text.chars().filter(|it| !it.is_control()).take(200).collect::<String>().trim().to_owned()
}

fn line(name: &[u8]) -> String {
    let shown: Vec<String> = parts(name)
        .into_iter()
        .map(|(oid, value)| {
            let short = match oid.as_str() {
                "2.5.4.3" => "CN",
                "2.5.4.5" => "serialNumber",
                "2.5.4.6" => "C",
                "2.5.4.7" => "L",
                "2.5.4.8" => "ST",
                "2.5.4.10" => "O",
                "2.5.4.11" => "OU",
                "2.5.4.12" => "T",
                "0.9.2342.19200300.100.1.1" => "UID",
                other => other,
            };
            format!("{short}={value}")
        })
        .collect();
    shown.join(", ")
}

/// Every certificate of a PEM file, or the one of a DER file.
///
/// # Errors
/// [`BadPem`] if there is none, or one cannot be read.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, BadPem> {
    if bytes.first() == Some(&der::SEQUENCE) {
        return Ok(vec![Certificate::read(bytes).ok_or(BadPem::Unreadable)?]);
    }
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for block in text.split("-----BEGIN CERTIFICATE-----").skip(1).take(200) {
        let body = block.split("-----END CERTIFICATE-----").next().unwrap_or("");
        let der = unbase64(body).ok_or(BadPem::Unreadable)?;
        found.push(Certificate::read(&der).ok_or(BadPem::Unreadable)?);
    }
    if found.is_empty() { Err(BadPem::Empty) } else { Ok(found) }
}

/// Why no certificate was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPem {
    /// There is none in the file.
    #[error(
        "Tệp không có chứng thư nào (cần dạng PEM, bắt đầu bằng “-----BEGIN CERTIFICATE-----”, hoặc DER)."
    )]
    Empty,
    /// One is not what it says.
    #[error("Trong tệp có chứng thư không đọc được. Hãy xuất lại chứng thư ở dạng PEM (Base64).")]
    Unreadable,
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for it in text.bytes().filter(|it| !it.is_ascii_whitespace() && *it != b'=') {
        let value = match it {
            b'A'..=b'Z' => it - b'A',
            b'a'..=b'z' => it - b'a' + 26,
            b'0'..=b'9' => it - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(out)
}
