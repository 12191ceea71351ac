//! Verifying the signatures of a PDF.

use std::fmt::Write as _;

use crate::{
    cms::{self, BadCms},
    compare::is_signature_only,
    pdf::{Broken, Dict, File, Object},
    x509::{self, Certificate, Unchained},
};

/// Signatures in one file at most.
const SIGNATURES_MAX: usize = 64;
/// Seconds by which the clock of a signer may be ahead of ours.
const AHEAD_MAX: i64 = 10 * 60;

/// What is wrong with a signature, in words for who sent the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is none.
    #[error("Tệp không có chữ ký số nào.")]
    Unsigned,
    /// The file does not open.
    #[error("Tệp PDF không mở được nên không kiểm tra được chữ ký số.")]
    Unopened,
    /// The file is encrypted.
    #[error("Tệp PDF có đặt mật khẩu nên không kiểm tra được chữ ký số.")]
    Encrypted,
    /// What it covers does not hold together.
    #[error("Phạm vi của chữ ký số ghi trong tệp không hợp lệ.")]
    Range,
    /// A kind of signature that nobody may use any more, or that we do not know.
    #[error("Loại chữ ký số này không được hỗ trợ. Hãy ký lại theo PAdES.")]
    Kind,
    /// It does not read.
    #[error("Chữ ký số trong tệp bị hỏng, không đọc được.")]
    Unreadable,
    /// SHA-1 or a short key.
    #[error("Chữ ký số dùng thuật toán hoặc khóa quá yếu (SHA-1, RSA dưới 2048 bit).")]
    Weak,
    /// Signed bytes were changed.
    #[error("Nội dung tệp đã bị sửa sau khi ký: chữ ký số không còn đúng.")]
    Digest,
    /// The signature is not by the key of the certificate.
    #[error("Chữ ký số không khớp với chứng thư kèm theo.")]
    Signature,
    /// The certificate is not bound.
    #[error("Chữ ký số không gắn với chứng thư của người ký như PAdES yêu cầu.")]
    Binding,
    /// Nobody that we trust issued it.
    #[error("Chứng thư của người ký do tổ chức chưa được tin cậy cấp.")]
    Issuer,
    /// Expired at signing.
    #[error("Chứng thư của người ký đã hết hạn vào lúc ký.")]
    Expired,
    /// Not yet in force at signing.
    #[error("Chứng thư của người ký chưa có hiệu lực vào lúc ký.")]
    NotYet,
    /// It says that it was made later than it came in.
    #[error("Thời điểm ký ghi trong chữ ký số ở sau thời điểm nhận tệp nên không đáng tin.")]
    Future,
    /// The certificate is for something else.
    #[error("Chứng thư của người ký không dùng để ký văn bản.")]
    Usage,
    /// Something was appended that is no signature.
    #[error("Tệp bị thêm hoặc sửa nội dung sau khi ký; phần thêm không được chữ ký số nào bảo vệ.")]
    ChangedAfter,
    /// A later signature covers a document that is not the one that was signed before.
    #[error("Nội dung tệp đã bị sửa giữa hai lần ký.")]
    ChangedBetween,
}

impl Problem {
    /// Whether it speaks of the signer or his clock alone, and says nothing of the file's content.
    const fn leaves_content(self) -> bool {
        matches!(self, Self::Issuer | Self::Future)
    }

    /// The stable name, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Unopened => "unopened",
            Self::Encrypted => "encrypted",
            Self::Range => "range",
            Self::Kind => "kind",
            Self::Unreadable => "unreadable",
            Self::Weak => "weak",
            Self::Digest => "digest",
            Self::Signature => "signature",
            Self::Binding => "binding",
            Self::Issuer => "issuer",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Future => "future",
            Self::Usage => "usage",
            Self::ChangedAfter => "changed_after",
            Self::ChangedBetween => "changed_between",
        }
    }
}

/// One signature and who made it.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The field's name.
    pub field: String,
    /// `ETSI.CAdES.detached` and the like.
    pub kind: String,
    /// The certificate, if it was read.
    pub certificate: Option<Certificate>,
    /// When, as the signer says, seconds since 1970.
    pub signed_at: Option<i64>,
    /// Why, as the signer says.
    pub reason: String,
    /// Bytes from the file's beginning that it speaks for.
    pub covers: usize,
    /// What is wrong with it.
    pub problem: Option<Problem>,
}

impl Signer {
    /// Whom the certificate names; empty if it was not read.
    #[must_use]
    pub fn name(&self) -> String {
        self.certificate.as_ref().map_or_else(String::new, |it| {
            let name = it.common_name();
            if name.is_empty() { it.subject_line() } else { name }
        })
    }
}

/// What the signatures of a file come to.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Whether there is a signature, and every one holds.
    pub valid: bool,
    /// The first thing that is wrong.
    pub problem: Option<Problem>,
    /// Whether the last signature speaks for every byte of the file.
    pub covers_whole_file: bool,
    /// In the order in which they were made.
    pub signers: Vec<Signer>,
}

impl Verdict {
    const fn of(problem: Problem) -> Self {
        Self { valid: false, problem: Some(problem), covers_whole_file: false, signers: Vec::new() }
    }

    /// Who signed and when, in a sentence.
    #[must_use]
    pub fn told(&self) -> String {
        let mut text = String::new();
        for it in &self.signers {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(&it.name());
            let organisation =
                it.certificate.as_ref().map_or_else(String::new, |c| c.organisation());
            if !organisation.is_empty() && organisation != it.name() {
                write!(text, " ({organisation})").ok();
            }
            // Viet Nam is seven hours ahead of Greenwich.
            if let Some(at) = it.signed_at.and_then(|it| x509::civil(it + 7 * 3600)) {
                write!(text, ", ký lúc {}", at.strftime("%H:%M ngày %d/%m/%Y")).ok();
            }
        }
        text
    }
}

/// Verifies every signature of a PDF against the certificates that are trusted. `now`, seconds since
/// 1970, is when the file came in: a signature that states no time is judged by it, and none can have
/// been made after it.
///
/// Law: a signature is judged at the moment of signing (Luật GDĐT 20/2023 Đ.22; ETSI EN 319 142-1).
/// Whether a certificate was revoked is not asked: the machine may stand without a network.
#[must_use]
pub fn verify(bytes: &[u8], roots: &[Certificate], now: i64) -> Verdict {
    let file = match File::open(bytes) {
        Ok(it) => it,
        Err(Broken::NotPdf | Broken::CutOff | Broken::Damaged) => {
            return Verdict::of(Problem::Unopened);
        }
    };
    if file.is_encrypted() {
        return Verdict::of(Problem::Encrypted);
    }
    let Some(fields) = file.signature_fields() else { return Verdict::of(Problem::Unopened) };
    let signed: Vec<_> = fields.into_iter().filter_map(|it| Some((it.name, it.value?))).collect();
    if signed.is_empty() {
        return Verdict::of(Problem::Unsigned);
    }
    if signed.len() > SIGNATURES_MAX {
        return Verdict::of(Problem::Unreadable);
    }
    let mut signers: Vec<Signer> =
        signed.into_iter().map(|(field, dict)| signer(&file, field, &dict, roots, now)).collect();
    signers.sort_by_key(|it| it.covers);
    changes(&file, &mut signers);
    let covers_whole_file = signers.last().is_some_and(|it| it.covers == bytes.len());
    // An issuer whom nobody knows, or a clock, must not hide that the file is not what was signed.
    let first = |is: &dyn Fn(&Problem) -> bool| signers.iter().find_map(|it| it.problem.filter(is));
    let problem = first(&|it| !it.leaves_content())
        .or_else(|| first(&|it| *it != Problem::Issuer))
        .or_else(|| first(&|_| true));
    Verdict { valid: problem.is_none(), problem, covers_whole_file, signers }
}

fn signer(file: &File<'_>, field: String, dict: &Dict, roots: &[Certificate], now: i64) -> Signer {
    let kind = dict.name("SubFilter").unwrap_or(b"");
    let said = |name: &str| match file.at(dict, name) {
        Some(Object::Text(it)) => crate::pdf::text(&it),
        _ => String::new(),
    };
    let mut signer = Signer {
        field,
        kind: String::from_utf8_lossy(kind).into_owned(),
        certificate: None,
        signed_at: pdf_time(&said("M")),
        reason: said("Reason"),
        covers: 0,
        problem: None,
    };
    signer.problem = judge(file, dict, roots, now, &mut signer).err();
    signer
}

fn judge(
    file: &File<'_>,
    dict: &Dict,
    roots: &[Certificate],
    now: i64,
    signer: &mut Signer,
) -> Result<(), Problem> {
    if dict.is_ambiguous() {
        return Err(Problem::Range);
    }
    let range = range(file, dict).ok_or(Problem::Range)?;
    signer.covers = range.end;
    let bound = match signer.kind.as_str() {
        "ETSI.CAdES.detached" => true,
        "adbe.pkcs7.detached" => false,
        _ => return Err(Problem::Kind),
    };
    let pieces = [range.before, range.after];
    let signed = cms::check(&range.contents, &pieces, bound).map_err(|it| match it {
        BadCms::Unreadable => Problem::Unreadable,
        BadCms::WeakHash => Problem::Weak,
        BadCms::UnknownScheme => Problem::Kind,
        BadCms::Digest => Problem::Digest,
        BadCms::Signature => Problem::Signature,
        BadCms::Binding => Problem::Binding,
    });
    let signed = signed?;
    signer.signed_at = signed.at.or(signer.signed_at);
    let certificate = signed.signer;
    let at = signer.signed_at.unwrap_or(now);
    let is_ahead = at > now.saturating_add(AHEAD_MAX);
    let chained = certificate.chained(&signed.others, roots, at);
    let (weak, may) = (certificate.is_weak(), certificate.may_sign_documents());
    signer.certificate = Some(certificate);
    if weak {
        return Err(Problem::Weak);
    }
    // Before the certificate is judged by a moment that nobody believes.
    if is_ahead {
        return Err(Problem::Future);
    }
    chained.map_err(|it| match it {
        Unchained::Unknown => Problem::Issuer,
        Unchained::Expired => Problem::Expired,
        Unchained::NotYet => Problem::NotYet,
    })?;
    if may { Ok(()) } else { Err(Problem::Usage) }
}

struct Range<'a> {
    before: &'a [u8],
    after: &'a [u8],
    contents: Vec<u8>,
    end: usize,
}

/// What a signature covers: from the first byte to the last, but for its own hexadecimal text.
fn range<'a>(file: &File<'a>, dict: &Dict) -> Option<Range<'a>> {
    let numbers: Vec<usize> = match file.at(dict, "ByteRange")? {
        Object::Array(all) => all
            .iter()
            .map(|it| match it {
                Object::Int(it) => usize::try_from(*it).ok(),
                _ => None,
            })
            .collect::<Option<_>>()?,
        _ => return None,
    };
    let &[0, first, second, length] = numbers.as_slice() else { return None };
    let end = second.checked_add(length)?;
    if first == 0 || second < first.checked_add(2)? {
        return None;
    }
    let before = file.bytes.get(..first)?;
    let gap = file.bytes.get(first..second)?;
    let after = file.bytes.get(second..end)?;
    // The gap holds the signature's text and nothing else.
    let [b'<', inner @ .., b'>'] = gap else { return None };
    if !inner.iter().all(|it| it.is_ascii_hexdigit() || it.is_ascii_whitespace()) {
        return None;
    }
    let Some(Object::Text(contents)) = crate::pdf::Lexer::new(gap, 0).object() else { return None };
    match dict.get("Contents")? {
        Object::Text(it) if *it == contents => {}
        _ => return None,
    }
    Some(Range { before, after, contents, end })
}

/// Looks at what came after each signature.
fn changes(file: &File<'_>, signers: &mut [Signer]) {
    let ends: Vec<usize> = signers.iter().map(|it| it.covers).collect();
    let last = ends.len().saturating_sub(1);
    for (at, it) in signers.iter_mut().enumerate() {
        if it.problem.is_some_and(|it| !it.leaves_content()) {
            continue;
        }
        let until = ends.get(at + 1).copied().unwrap_or(file.bytes.len());
        if it.covers == until && at == last {
            continue;
        }
        let then = |end: usize| file.bytes.get(..end).and_then(|it| File::open(it).ok());
        let allowed = match (then(it.covers), then(until)) {
            (Some(old), Some(new)) => is_signature_only(&old, &new),
            _ => false,
        };
        // What is added behind the last signature is not signed: only the store of certificates
        // may be, which shows nothing on any page.
        let is_store = || {
            let (old, new) = (then(it.covers)?, then(until)?);
            let fields = |file: &File<'_>| Some(file.signature_fields()?.len());
            let newer = new.xref_at != old.xref_at && new.root()?.get("DSS").is_some();
            Some(newer && fields(&old)? == fields(&new)?)
        };
        if !allowed || (at == last && is_store() != Some(true)) {
            it.problem =
                Some(if at == last { Problem::ChangedAfter } else { Problem::ChangedBetween });
        }
    }
}

/// Seconds since 1970 of `D:20261123061447+07'00'`.
fn pdf_time(text: &str) -> Option<i64> {
    let text = text.strip_prefix("D:").unwrap_or(text);
    let at = x509::moment(text)?;
    let zone = text.get(14..).unwrap_or("");
    let sign = match zone.bytes().next() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Some(at),
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    Some(at - sign * (hours * 3600 + minutes * 60))
}
