//! Adding a signature to a PDF, by an update behind its last byte: what was there stays there.

use ring::{rand::SystemRandom, signature};

use crate::{
    cms, der,
    keys::{Hash, PublicKey},
    pdf::{Dict, File, Object},
    pfx::Seal,
    x509,
};

/// What is said with a signature.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// When, seconds since 1970.
    pub at: i64,
    /// Why: “Ban hành văn bản số 12/GP-UBND”.
    pub reason: String,
    /// Where.
    pub place: String,
}

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// The file does not open.
    #[error("Tệp không phải PDF đọc được nên không ký được. Hãy xuất lại tệp PDF.")]
    Unopened,
    /// A password stands before it.
    #[error("Tệp PDF có đặt mật khẩu nên không ký được. Hãy bỏ mật khẩu rồi tải lên lại.")]
    Encrypted,
    /// The certificate was not in force.
    #[error("Chứng thư của con dấu chưa có hiệu lực hoặc đã hết hạn. Hãy thay chứng thư mới.")]
    NotInForce,
    /// The key refused.
    #[error("Khóa của con dấu không ký được. Hãy tải lại tệp PKCS#12.")]
    Key,
}

/// Signs with the key of `seal`: PAdES B-B, without a mark on the page.
///
/// Law: NĐ 30/2020/NĐ-CP Đ.12, Đ.13; ETSI EN 319 142-1.
///
/// # Errors
/// [`Unsigned`] if the file is none that can be signed, or the seal does not sign.
pub fn sign(pdf: &[u8], seal: &Seal, request: &Request) -> Result<Vec<u8>, Unsigned> {
    let file = File::open(pdf).map_err(|_| Unsigned::Unopened)?;
    if file.is_encrypted() {
        return Err(Unsigned::Encrypted);
    }
    let signer = seal.certificate().ok_or(Unsigned::Key)?;
    if request.at < signer.not_before || request.at > signer.not_after {
        return Err(Unsigned::NotInForce);
    }
    let certificates: usize = seal.certificates.iter().map(|it| it.der.len()).sum();
    let room = certificates + 4096;
    let (mut bytes, gap) = with_room(&file, request, room).ok_or(Unsigned::Unopened)?;
    let pieces = [bytes.get(..gap.0), bytes.get(gap.1..)];
    let &[Some(before), Some(after)] = &pieces else { return Err(Unsigned::Unopened) };
    let attributes = cms::attributes(&Hash::Sha256.of(&[before, after]), signer);
    let (scheme, signature) = seal.sign(&attributes).ok_or(Unsigned::Key)?;
    let cms = cms::assemble(&attributes, scheme, &signature, &seal.certificates)
        .filter(|it| it.len() <= room)
        .ok_or(Unsigned::Key)?;
    let text = crate::keys::hex(&cms);
    let place = bytes.get_mut(gap.0 + 1..gap.0 + 1 + text.len()).ok_or(Unsigned::Unopened)?;
    place.copy_from_slice(text.as_bytes());
    Ok(bytes)
}

impl Seal {
    /// Signs `message`; the name of how, and the signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<(&'static str, Vec<u8>)> {
        let random = SystemRandom::new();
        match &self.certificate()?.key {
            PublicKey::Rsa(_) => {
                let key = signature::RsaKeyPair::from_pkcs8(&self.key).ok()?;
                let mut out = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut out).ok()?;
                Some(("1.2.840.113549.1.1.11", out))
            }
            PublicKey::P256(point) => {
                let how = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
                let out = ecdsa(how, &self.key, point, message)?;
                Some(("1.2.840.10045.4.3.2", out))
            }
            PublicKey::P384(_) | PublicKey::Other => None,
        }
    }
}

fn ecdsa(
    how: &'static signature::EcdsaSigningAlgorithm,
    key: &[u8],
    point: &[u8],
    message: &[u8],
) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    // PKCS#8 holds an ECPrivateKey, which may leave the public half out.
    let mut outer = der::first(key)?.inner();
    outer.take(der::INTEGER)?;
    outer.take(der::SEQUENCE)?;
    let inner = outer.take(der::OCTET_STRING)?.body;
    let mut private = der::first(inner)?.inner();
    private.take(der::INTEGER)?;
    let number = private.take(der::OCTET_STRING)?.body;
    let pair =
        signature::EcdsaKeyPair::from_private_key_and_public_key(how, number, point, &random);
    Some(pair.ok()?.sign(&random, message).ok()?.as_ref().to_vec())
}

/// The file with the update that holds everything but the signature, and where that will stand:
/// from its `<` to behind its `>`.
fn with_room(file: &File<'_>, request: &Request, room: usize) -> Option<(Vec<u8>, (usize, usize))> {
    let page_number = *file.pages()?.first()?;
    let root_number = file.trailer.get("Root")?.reference()?;
    let mut bytes = file.bytes.to_vec();
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    let signature_number = file.free_number();
    let field_number = signature_number.checked_add(1)?;
    let mut update = Update { bytes, places: Vec::new(), base: file.base };

    let existing = file.signature_fields()?.len();
    let mut field = Dict::default();
    field.set("Type", name("Annot"));
    field.set("Subtype", name("Widget"));
    field.set("FT", name("Sig"));
    field.set("T", Object::Text(format!("MotCua{}", existing + 1).into_bytes()));
    field.set("F", Object::Int(132));
    field.set("Rect", Object::Array(vec![Object::Int(0); 4]));
    field.set("P", Object::Ref(page_number, 0));
    field.set("V", Object::Ref(signature_number, 0));
    update.object(field_number, &Object::Dict(field));

    let mut page = file.object(page_number)?.dict()?.clone();
    let field_reference = Object::Ref(field_number, 0);
    page.set("Annots", grown(file, &page, "Annots", field_reference.clone())?);
    update.object(page_number, &Object::Dict(page));

    let mut root = file.root()?;
    let mut form = match root.get("AcroForm") {
        Some(it) => file.resolve(it)?.dict()?.clone(),
        None => Dict::default(),
    };
    form.set("Fields", grown(file, &form, "Fields", field_reference)?);
    form.set("SigFlags", Object::Int(3));
    match root.get("AcroForm").and_then(Object::reference) {
        Some(number) => update.object(number, &Object::Dict(form)),
        None => {
            root.set("AcroForm", Object::Dict(form));
            update.object(root_number, &Object::Dict(root));
        }
    }
    let gap = update.signature(signature_number, request, room);
    update.close(file, field_number + 1);
    let mut bytes = update.bytes;
    let tail = bytes.len() - gap.1;
    let range = format!("[0 {} {} {tail}]", gap.0, gap.1);
    let place = bytes.get_mut(gap.2..gap.2 + range.len())?;
    place.copy_from_slice(range.as_bytes());
    Some((bytes, (gap.0, gap.1)))
}

fn name(text: &str) -> Object {
    Object::Name(text.as_bytes().to_vec())
}

/// The list under `name`, with one more at its end.
fn grown(file: &File<'_>, dict: &Dict, name: &str, one: Object) -> Option<Object> {
    let mut all = match dict.get(name) {
        Some(it) => match file.resolve(it)? {
            Object::Array(all) => all,
            Object::Null => Vec::new(),
            _ => return None,
        },
        None => Vec::new(),
    };
    all.push(one);
    Some(Object::Array(all))
}

struct Update {
    bytes: Vec<u8>,
    places: Vec<(u32, usize)>,
    /// Where the file begins: what is counted from.
    base: usize,
}

impl Update {
    fn object(&mut self, number: u32, object: &Object) {
        self.begin(number);
        object.write(&mut self.bytes);
        self.bytes.extend(b"\nendobj\n");
    }

    fn begin(&mut self, number: u32) {
        self.places.push((number, self.bytes.len() - self.base));
        self.bytes.extend(format!("{number} 0 obj\n").bytes());
    }

    /// The signature with room for its text; where the text and the range stand.
    fn signature(&mut self, number: u32, request: &Request, room: usize) -> (usize, usize, usize) {
        self.begin(number);
        let at = x509::civil(request.at)
            .map_or_else(String::new, |it| it.strftime("D:%Y%m%d%H%M%S+00'00'").to_string());
        self.bytes
            .extend(b"<</Type /Sig/Filter /Adobe.PPKLite/SubFilter /ETSI.CAdES.detached/Contents ");
        let from = self.bytes.len();
        self.bytes.push(b'<');
        self.bytes.resize(from + 1 + room * 2, b'0');
        self.bytes.push(b'>');
        let to = self.bytes.len();
        self.bytes.extend(b"/ByteRange ");
        let range = self.bytes.len();
        self.bytes.resize(range + 64, b' ');
        self.bytes.extend(format!("/M ({at})").bytes());
        for (name, text) in [("Reason", &request.reason), ("Location", &request.place)] {
            if !text.is_empty() {
                self.bytes.extend(format!("/{name} ").bytes());
                Object::Text(utf16(text)).write(&mut self.bytes);
            }
        }
        self.bytes.extend(b">>\nendobj\n");
        (from, to, range)
    }

    /// The new cross-references, in the form that the file uses.
    fn close(&mut self, file: &File<'_>, mut size: u32) {
        let at = self.bytes.len() - self.base;
        let mut trailer = Dict::default();
        for name in ["Root", "Info", "ID"] {
            if let Some(it) = file.trailer.get(name) {
                trailer.set(name, it.clone());
            }
        }
        trailer.set("Prev", Object::Int(i64::try_from(file.xref_at).unwrap_or(0)));
        if file.has_xref_stream {
            self.places.push((size, at));
            size += 1;
        }
        self.places.sort_unstable();
        trailer.set("Size", Object::Int(i64::from(size)));
        if file.has_xref_stream {
            let mut rows = Vec::new();
            let mut index = Vec::new();
            for (number, place) in &self.places {
                index.extend([Object::Int(i64::from(*number)), Object::Int(1)]);
                rows.push(1);
                rows.extend(u32::try_from(*place).unwrap_or(0).to_be_bytes());
                rows.extend([0, 0]);
            }
            trailer.set("Type", name("XRef"));
            trailer.set("W", Object::Array([1, 4, 2].map(Object::Int).to_vec()));
            trailer.set("Index", Object::Array(index));
            trailer.set("Length", Object::Int(i64::try_from(rows.len()).unwrap_or(0)));
            self.bytes.extend(format!("{} 0 obj\n", size - 1).bytes());
            Object::Dict(trailer).write(&mut self.bytes);
            self.bytes.extend(b"\nstream\n");
            self.bytes.extend(rows);
            self.bytes.extend(b"\nendstream\nendobj\n");
        } else {
            self.bytes.extend(b"xref\n");
            for (number, place) in &self.places {
                self.bytes.extend(format!("{number} 1\n{place:010} 00000 n \n").bytes());
            }
            self.bytes.extend(b"trailer\n");
            Object::Dict(trailer).write(&mut self.bytes);
            self.bytes.push(b'\n');
        }
        self.bytes.extend(format!("startxref\n{at}\n%%EOF\n").bytes());
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}
