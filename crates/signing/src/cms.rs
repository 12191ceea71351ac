//! The signature itself: a `SignedData` of CMS, read, checked and made.

use crate::{
    der::{self, Element, Reader},
    keys::{Hash, Scheme},
    x509::Certificate,
};

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const DATA: &str = "1.2.840.113549.1.7.1";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";

/// Certificates in one signature at most.
const CERTIFICATES_MAX: usize = 40;

/// What is wrong with a signature before anybody asks who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadCms {
    Unreadable,
    WeakHash,
    UnknownScheme,
    /// The bytes of the file are not those that were signed.
    Digest,
    Signature,
    /// The certificate that the signer bound himself to is another one, or none is named.
    Binding,
}

/// A signature that holds; whom to believe is another question.
pub(crate) struct Signed {
    pub signer: Certificate,
    /// The other certificates that came with it.
    pub others: Vec<Certificate>,
    /// When, by the signer's own clock, seconds since 1970.
    pub at: Option<i64>,
}

/// Checks a detached signature over `pieces`, one after the other. With `bound`, the signer must
/// have named his certificate within what he signed (`ETSI.CAdES.detached`).
pub(crate) fn check(bytes: &[u8], pieces: &[&[u8]], bound: bool) -> Result<Signed, BadCms> {
    let parsed = parse(bytes).ok_or(BadCms::Unreadable)?;
    let digest = Hash::from_oid(&parsed.digest).ok_or(BadCms::WeakHash)?;
    let (name, parameters) = der::algorithm(&parsed.scheme).ok_or(BadCms::Unreadable)?;
    let scheme = Scheme::read(&name, parameters, Some(digest));
    match scheme {
        Scheme::Weak => return Err(BadCms::WeakHash),
        Scheme::Unknown => return Err(BadCms::UnknownScheme),
        _ => {}
    }
    let at = parsed.signer.ok_or(BadCms::Unreadable)?;
    let mut others = parsed.certificates;
    let signer = others.remove(at);
    let Some(attributes) = parsed.attributes else {
        if bound {
            return Err(BadCms::Binding);
        }
        // The oldest form: the file itself is what was signed.
        return if scheme.holds(&signer.key, &pieces.concat(), parsed.signature) {
            Ok(Signed { signer, others, at: None })
        } else {
            Err(BadCms::Digest)
        };
    };
    let attribute = |oid: &str| {
        let mut all = attributes.inner().all().into_iter().filter(|it| {
            it.inner().take(der::OID).is_some_and(|found| der::oid(found.body) == oid)
        });
        let first = all.next()?;
        // Said twice is said by nobody.
        if all.next().is_some() {
            return None;
        }
        let mut inner = first.inner();
        inner.next()?;
        inner.take(der::SET)?.inner().next()
    };
    let said = attribute(MESSAGE_DIGEST).and_then(|it| it.octets()).ok_or(BadCms::Unreadable)?;
    let kind = attribute(CONTENT_TYPE).ok_or(BadCms::Unreadable)?;
    if der::oid(kind.body) != DATA {
        return Err(BadCms::Unreadable);
    }
    if said != digest.of(pieces) {
        return Err(BadCms::Digest);
    }
    // What was signed is the set of attributes, written as a set.
    if !attributes.definite {
        return Err(BadCms::Unreadable);
    }
    let mut message = attributes.whole.to_vec();
    if let Some(tag) = message.first_mut() {
        *tag = der::SET;
    }
    if !scheme.holds(&signer.key, &message, parsed.signature) {
        return Err(BadCms::Signature);
    }
    match attribute(SIGNING_CERTIFICATE_V2) {
        Some(it) if names(&it, &signer).unwrap_or(false) => {}
        None if !bound => {}
        _ => return Err(BadCms::Binding),
    }
    let at = attribute(SIGNING_TIME).and_then(|it| {
        let text = std::str::from_utf8(it.body).ok()?;
        match it.tag {
            0x17 => crate::x509::moment(&format!("20{text}")),
            _ => crate::x509::moment(text),
        }
    });
    Ok(Signed { signer, others, at })
}

/// Whether the first certificate that is named is this one.
fn names(attribute: &Element<'_>, signer: &Certificate) -> Option<bool> {
    let mut id = attribute.inner().take(der::SEQUENCE)?.inner().take(der::SEQUENCE)?.inner();
    let hash = match id.maybe(der::SEQUENCE) {
        Some(it) => Hash::from_oid(&der::algorithm(&it)?.0)?,
        None => Hash::Sha256,
    };
    let said = id.take(der::OCTET_STRING)?.octets()?;
    Some(said == hash.of(&[&signer.der]))
}

struct Parsed<'a> {
    certificates: Vec<Certificate>,
    /// Which of the certificates is the signer's.
    signer: Option<usize>,
    digest: String,
    attributes: Option<Element<'a>>,
    scheme: Element<'a>,
    signature: &'a [u8],
}

fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    let mut all = Reader::of(bytes);
    let content = all.take(der::SEQUENCE)?;
    // The room that was kept for the signature is filled up with noughts, and with nothing else.
    if all.left().iter().any(|it| *it != 0) {
        return None;
    }
    let mut inner = content.inner();
    if der::oid(inner.take(der::OID)?.body) != SIGNED_DATA {
        return None;
    }
    let mut data = Reader::of(inner.take(0xa0)?.body).take(der::SEQUENCE)?.inner();
    data.take(der::INTEGER)?;
    data.take(der::SET)?;
    let mut encapsulated = data.take(der::SEQUENCE)?.inner();
    if der::oid(encapsulated.take(der::OID)?.body) != DATA || !encapsulated.is_empty() {
        return None;
    }
    let mut certificates = Vec::new();
    if let Some(set) = data.maybe(0xa0) {
        let found = set.inner().all();
        if found.len() > CERTIFICATES_MAX {
            return None;
        }
        // Attribute certificates and the like are not for us.
        certificates.extend(found.iter().filter_map(|it| Certificate::read(it.whole)));
    }
    data.maybe(0xa1);
    let mut signers = data.take(der::SET)?.inner();
    let mut signer = signers.take(der::SEQUENCE)?.inner();
    if !signers.is_empty() {
        return None;
    }
    signer.take(der::INTEGER)?;
    let id = signer.next()?;
    let digest = der::algorithm(&signer.take(der::SEQUENCE)?)?.0;
    let attributes = signer.maybe(0xa0);
    let scheme = signer.take(der::SEQUENCE)?;
    let signature = signer.take(der::OCTET_STRING)?.body;
    let place = certificates.iter().position(|it| is(&id, it).unwrap_or(false));
    Some(Parsed { certificates, signer: place, digest, attributes, scheme, signature })
}

/// Whether the signer's identifier means this certificate.
fn is(id: &Element<'_>, certificate: &Certificate) -> Option<bool> {
    if id.tag == der::SEQUENCE {
        let mut inner = id.inner();
        let issuer = inner.take(der::SEQUENCE)?.whole;
        let serial = inner.take(der::INTEGER)?.body;
        return Some(issuer == certificate.issuer && serial == certificate.serial);
    }
    let key_id = if id.tag == 0x80 {
        id.body
    } else if id.tag == 0xa0 {
        id.inner().take(der::OCTET_STRING)?.body
    } else {
        return Some(false);
    };
    Some(certificate.key_id.as_deref() == Some(key_id))
}

/// The attributes that are signed: kind, hash of the file, whose certificate. The time stands in the
/// file, as PAdES wants it.
pub(crate) fn attributes(digest: &[u8], signer: &Certificate) -> Vec<u8> {
    let attribute = |oid: &str, value: Vec<u8>| {
        der::write_all(der::SEQUENCE, &[&der::write_oid(oid), &der::write(der::SET, &value)])
    };
    let hash = der::write(der::OCTET_STRING, &Hash::Sha256.of(&[&signer.der]));
    let id = der::write(der::SEQUENCE, &hash);
    let certificate = der::write(der::SEQUENCE, &der::write(der::SEQUENCE, &id));
    let mut all = [
        attribute(CONTENT_TYPE, der::write_oid(DATA)),
        attribute(MESSAGE_DIGEST, der::write(der::OCTET_STRING, digest)),
        attribute(SIGNING_CERTIFICATE_V2, certificate),
    ];
    // A set in DER is sorted by its bytes.
    all.sort();
    let parts: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    der::write_all(der::SET, &parts)
}

/// The whole: attributes, signature and certificates, the signer's first.
pub(crate) fn assemble(
    attributes: &[u8],
    scheme: &str,
    signature: &[u8],
    certificates: &[Certificate],
) -> Option<Vec<u8>> {
    let signer = certificates.first()?;
    let null: &[u8] = &[5, 0];
    let sha256 = der::write_all(der::SEQUENCE, &[&der::write_oid(SHA256)]);
    let scheme = if scheme.starts_with("1.2.840.113549.") {
        der::write_all(der::SEQUENCE, &[&der::write_oid(scheme), null])
    } else {
        der::write_all(der::SEQUENCE, &[&der::write_oid(scheme)])
    };
    let mut implicit = attributes.to_vec();
    *implicit.first_mut()? = 0xa0;
    let id =
        der::write_all(der::SEQUENCE, &[&signer.issuer, &der::write(der::INTEGER, &signer.serial)]);
    let version = der::write(der::INTEGER, &[1]);
    let info = der::write_all(
        der::SEQUENCE,
        &[&version, &id, &sha256, &implicit, &scheme, &der::write(der::OCTET_STRING, signature)],
    );
    let certificates: Vec<&[u8]> = certificates.iter().map(|it| it.der.as_slice()).collect();
    let data = der::write_all(
        der::SEQUENCE,
        &[
            &version,
            &der::write(der::SET, &sha256),
            &der::write(der::SEQUENCE, &der::write_oid(DATA)),
            &der::write_all(0xa0, &certificates),
            &der::write(der::SET, &info),
        ],
    );
    let content =
        der::write_all(der::SEQUENCE, &[&der::write_oid(SIGNED_DATA), &der::write(0xa0, &data)]);
    Some(content)
}
