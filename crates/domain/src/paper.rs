//! Papers of a dossier (giấy tờ): how each is there, what may be used again, what may be certified.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.17 (what is received, all that is missing asked for at once);
//! NĐ 107/2021/NĐ-CP Đ.1 (scans kept and used again); NĐ 45/2020/NĐ-CP Đ.10 (electronic copies from
//! originals); Luật 91/2025/QH15 (consent is asked for, told apart and can be withdrawn).

use jiff::civil::Date;

use crate::{dossier::codes::codes, time::Instant};

#[cfg(test)]
mod tests;

codes! {
    /// How a paper is there (đánh dấu giấy tờ).
    pub enum PaperMark {
        /// The original was handed in.
        Original = "original", "nộp bản chính";
        /// A certified copy was handed in.
        Certified = "certified", "bản sao chứng thực";
        /// A plain copy was handed in.
        Copy = "copy", "bản chụp";
        /// It was shown and given back.
        Shown = "shown", "chỉ xuất trình";
        /// A state database holds its data.
        InDatabase = "in_database", "dữ liệu có trong CSDL";
        /// One that the same citizen filed before stands for it.
        Reused = "reused", "dùng lại giấy đã nộp";
        /// A result in the citizen's store stands for it: held against the register, live.
        FromStore = "from_store", "từ kho dữ liệu của công dân";
        /// It is not wanted in this case.
        NotNeeded = "not_needed", "không cần trong trường hợp này";
        /// It is asked for and not there.
        Missing = "missing", "còn thiếu";
    }
}

impl PaperMark {
    /// Whether nothing more is to be asked for.
    #[must_use]
    pub const fn is_there(self) -> bool {
        !matches!(self, Self::Missing)
    }

    /// Whether sheets of paper lie with the dossier.
    #[must_use]
    pub const fn has_sheets(self) -> bool {
        matches!(self, Self::Original | Self::Certified | Self::Copy)
    }

    /// What an official can choose: a paper used again comes with its source, not by a mark.
    #[must_use]
    pub const fn is_chosen_by_hand(self) -> bool {
        !matches!(self, Self::Reused | Self::FromStore)
    }
}

codes! {
    /// How a citizen agreed that older papers of his are used again (đồng ý dùng lại giấy tờ).
    pub enum ConsentWay {
        /// He signs the receipt, which says so.
        OnReceipt = "on_receipt", "ký trên giấy tiếp nhận";
        /// A paper of his own says so.
        InWriting = "in_writing", "văn bản đồng ý kèm hồ sơ";
        /// He confirmed it in his account.
        Electronic = "electronic", "xác nhận trên tài khoản định danh";
    }
}

codes! {
    /// How a citizen agreed that another files for him (đồng ý để người khác nộp hộ).
    pub enum AssistConsent {
        /// He signed a slip that says so.
        Slip = "slip", "ký phiếu đồng ý";
        /// It was read to him, he said yes, and somebody heard it.
        Witnessed = "witnessed", "nghe đọc lại và đồng ý bằng lời, có người làm chứng";
        /// A code came to his own telephone and he told it.
        OwnPhone = "own_phone", "đồng ý qua điện thoại của chính mình";
    }
}

impl AssistConsent {
    /// What a row says: by its code, or, in rows that were written before there were codes, in its own words.
    #[must_use]
    pub fn said(row: &str) -> String {
        Self::from_code(row).map_or_else(|| row.to_owned(), |it| it.label().to_owned())
    }
}

/// Why an older paper is not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoReuse {
    /// The citizen does not want it any more.
    #[error("Người này đã rút đồng ý dùng lại giấy tờ đã nộp.")]
    Withdrawn,
    /// It has run out.
    #[error("Giấy đã hết giá trị sử dụng từ sau ngày {}.", crate::text::date(*.0))]
    RunOut(Date),
    /// It was never there, or no sheet of it was kept.
    #[error("Giấy này không có bản quét để dùng lại.")]
    NothingKept,
}

impl crate::Refusal for NoReuse {}

/// What is known of an older paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Older {
    /// How it was there.
    pub mark: PaperMark,
    /// Whether a scan of it is kept.
    pub scanned: bool,
    /// The last day on which it holds; no end if nothing is said.
    pub valid_until: Option<Date>,
}

/// The last word of a citizen about using his papers again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastWord {
    /// When.
    pub at: Instant,
    /// Whether he agreed.
    pub agreed: bool,
}

/// Whether an older paper may be used again on `day`.
///
/// # Errors
/// Why it may not.
pub fn may_reuse(older: &Older, last_word: Option<LastWord>, day: Date) -> Result<(), NoReuse> {
    if last_word.is_some_and(|it| !it.agreed) {
        return Err(NoReuse::Withdrawn);
    }
    if let Some(until) = older.valid_until
        && until < day
    {
        return Err(NoReuse::RunOut(until));
    }
    let was_seen =
        older.mark.has_sheets() || matches!(older.mark, PaperMark::Reused | PaperMark::FromStore);
    if was_seen && older.scanned { Ok(()) } else { Err(NoReuse::NothingKept) }
}

/// Why a scan is not certified as an electronic copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCopy {
    /// Nobody held the original against it.
    #[error(
        "Chỉ chứng thực bản sao điện tử từ bản chính. Giấy này đang được đánh dấu là “{}”.",
        .0.label()
    )]
    NotFromOriginal(PaperMark),
    /// A scan that can be changed is no copy.
    #[error("Chỉ chứng thực bản quét là PDF hoặc ảnh.")]
    NotAScan,
}

impl crate::Refusal for NoCopy {}

/// Whether a scan of a paper may be certified: the original was in the official's hands, and the scan
/// is a picture of it.
///
/// Law: NĐ 45/2020/NĐ-CP Đ.10 k.1.
///
/// # Errors
/// Why it may not.
pub fn may_certify(mark: PaperMark, media_type: &str) -> Result<(), NoCopy> {
    if !matches!(mark, PaperMark::Original | PaperMark::Shown) {
        return Err(NoCopy::NotFromOriginal(mark));
    }
    if media_type == "application/pdf" || media_type.starts_with("image/") {
        Ok(())
    } else {
        Err(NoCopy::NotAScan)
    }
}

/// The paper among `names` that a line of a request is about: the line up to its first colon says
/// its name, whole or as its beginning.
#[must_use]
pub fn named_in(line: &str, names: &[&str]) -> Option<usize> {
    let said = line.split(':').next().unwrap_or(line);
    let said = crate::text::words(said).join(" ");
    if said.is_empty() {
        return None;
    }
    let folded: Vec<String> = names
        .iter()
        .map(|it| crate::text::words(it.split(':').next().unwrap_or(it)).join(" "))
        .collect();
    let whole = folded.iter().position(|it| *it == said);
    whole.or_else(|| {
        let long = said.split(' ').count() >= 3;
        long.then(|| {
            folded.iter().position(|it| {
                it.starts_with(&said) || said.starts_with(it.as_str()) && !it.is_empty()
            })
        })?
    })
}

/// Why a result can stand for a paper that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The paper is called what the result is called.
    Kind,
    /// The paper is called what the procedure publishes that gave the result.
    Procedure,
}

/// Words in front of what a paper is: how it comes, not what it is.
const HOW_IT_COMES: [&str; 18] = [
    "ban", "sao", "chinh", "goc", "chup", "scan", "dien", "tu", "chung", "thuc", "giay", "to",
    "la", "mot", "cac", "trong", "01", "1",
];

/// Words that every other paper is called by as well: a kind that has no others names none.
const COMMON: [&str; 21] = [
    "giay", "chung", "nhan", "xac", "quyet", "dinh", "thong", "bao", "van", "ban", "phieu", "the",
    "cap", "hanh", "chinh", "so", "ket", "sao", "duoc", "thuc", "tu",
];

/// Words of a kind at least.
const KIND_WORDS_MIN: usize = 3;

/// Why a result of this kind, of a procedure that publishes `published`, can stand for the paper called `paper`;
/// nothing if it does not. The name has to begin with the kind, or one of the papers that it lets one choose
/// between: “Đơn đề nghị cấp lại Giấy khai sinh” asks for no Giấy khai sinh. What it says of the person is for
/// the official to see.
///
/// Law: NĐ 107/2021/NĐ-CP Đ.1 (a result in electronic form is not asked for again).
#[must_use]
pub fn fits(paper: &str, kind: &str, published: &str) -> Option<Fit> {
    if begins_with(paper, kind) {
        Some(Fit::Kind)
    } else if begins_with(paper, published) {
        Some(Fit::Procedure)
    } else {
        None
    }
}

fn begins_with(paper: &str, kind: &str) -> bool {
    let kind = crate::text::words(kind);
    let is_named =
        kind.len() >= KIND_WORDS_MIN && kind.iter().any(|it| !COMMON.contains(&it.as_str()));
    if !is_named {
        return false;
    }
    let mut whole: Vec<String> = Vec::new();
    let mut beginnings = Vec::new();
    for part in paper.split([';', ',', '/', '(', ')', ':', '\n']) {
        beginnings.push(whole.len());
        for word in crate::text::words(part) {
            let is_choice = word == "hoac";
            whole.push(word);
            if is_choice {
                beginnings.push(whole.len());
            }
        }
    }
    beginnings.into_iter().any(|at| {
        let rest = whole.get(at..).unwrap_or_default();
        let before = rest.iter().take_while(|it| HOW_IT_COMES.contains(&it.as_str())).count();
        (0..=before).any(|skipped| rest.get(skipped..).is_some_and(|it| it.starts_with(&kind)))
    })
}
