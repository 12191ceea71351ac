//! The papers of a procedure as people bring them: what is a paper and what is a remark, and in which order
//! they are asked for. The national catalogue lists both in one column, in the order in which they were typed.
//!
//! Law: NĐ 63/2010/NĐ-CP Đ.8 (the list of papers is what the catalogue says: nothing is taken out of it, a
//! remark is shown as one).

use super::{PaperRole, ProcedureVersion, RequiredPaper};
use crate::text;

/// What a line of the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperKind {
    /// What the applicant declares: everybody brings it first.
    Declaration,
    /// What everybody brings.
    Required,
    /// What is brought in some cases only.
    Case,
    /// No paper: a remark, a heading, half a sentence.
    Note,
}

/// How lines begin that speak about papers and are none, whatever number stands beside them.
const REMARKS: [&str; 6] =
    ["lưu ý", "ghi chú", "ví dụ", "số lượng hồ sơ", "trừ trường hợp", "tỷ lệ bản đồ"];
/// How lines without a number of copies begin that say something and name no paper.
const SENTENCES: [&str; 10] = [
    "trường hợp",
    "(trường hợp",
    "đối với",
    "(đối với",
    "người ",
    "khi ",
    "nếu ",
    "phiếu này",
    "phiếu được",
    "cá nhân ",
];
/// How declarations begin.
const DECLARATIONS: [&str; 10] = [
    "tờ khai",
    "đơn ",
    "giấy đề nghị",
    "giấy yêu cầu",
    "phiếu đề nghị",
    "phiếu yêu cầu",
    "phiếu khai",
    "bản khai",
    "văn bản đề nghị",
    "mẫu hộ tịch điện tử",
];
/// How lines begin that hold in some cases only.
const CASES: [&str; 3] = ["trường hợp", "đối với", "nếu "];
/// Words within a line that make it hold in some cases only.
const WITHIN: [&str; 4] = [" trong trường hợp ", "(nếu có", "(đối với ", "nếu có)"];

/// A line without the marks of lists before it: `(1)`, `a)`, `-`, `01`, “Thành phần hồ sơ 1:”, “Bản chính”.
fn bare(name: &str) -> String {
    // Half of the catalogue is typed in letters that are put together from several signs.
    let mut rest = text::tidy(name).to_lowercase();
    loop {
        let before = rest.len();
        rest = rest.trim_start_matches(['-', '+', '*', '•', '–', ' ', '\u{a0}']).to_owned();
        let word = rest.split_whitespace().next().unwrap_or("").to_owned();
        let inner = word.trim_start_matches('(').trim_end_matches([')', '.', ':']);
        let is_mark = word.len() <= 6 && inner.len() <= 4 && word != inner && !inner.contains('(');
        let is_count = !word.is_empty() && word.chars().all(|it| it.is_ascii_digit());
        if is_mark || is_count {
            rest = rest.get(word.len()..).unwrap_or("").trim_start().to_owned();
        }
        for head in ["thành phần hồ sơ ", "bản chính "] {
            if let Some(more) = rest.strip_prefix(head) {
                rest = more.to_owned();
            }
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// A paper's name as people read it: without the marks of the list that it was taken out of (`(1)`, `a)`, `-`,
/// “Thành phần hồ sơ 2:”) and without what ended its line.
#[must_use]
pub fn paper_name(name: &str) -> String {
    let tidied = text::tidy(name);
    let mut rest = tidied.as_str();
    loop {
        let before = rest;
        rest = rest.trim_start_matches(['-', '+', '*', '•', '–', ' ', '\u{a0}']);
        if let Some((_, more)) = rest.split_once(' ').filter(|it| is_list_mark(it.0)) {
            rest = more;
        }
        let lower: String = rest.chars().take(HEAD_CHARS).flat_map(char::to_lowercase).collect();
        if lower.starts_with(HEAD)
            && let Some((_, more)) =
                rest.split_once(':').filter(|it| it.0.chars().count() <= HEAD_CHARS)
        {
            rest = more;
        }
        if rest == before {
            break;
        }
    }
    let rest = rest.trim_end_matches([';', '.', ',', ':', ' ']);
    if rest.is_empty() { tidied } else { raised(rest) }
}

/// How a line is headed that counts the papers itself, and within how many characters its colon stands.
const HEAD: &str = "thành phần hồ sơ ";
const HEAD_CHARS: usize = 30;

/// `(1)`, `1.`, `1)`, `a)`, `(iii)`, `2.1.`: what counts a line of a list, and no number of copies (`02 bộ`).
fn is_list_mark(word: &str) -> bool {
    let inner = word.trim_start_matches('(').trim_end_matches([')', '.', ':', '/']);
    let is_closed = word.len() > inner.len() && !word.ends_with(inner);
    let digits = inner.chars().all(|it| it.is_ascii_digit() || it == '.');
    let letters =
        inner.chars().count() == 1 || inner.chars().all(|it| matches!(it, 'i' | 'v' | 'x'));
    is_closed && inner.len() <= 4 && !inner.is_empty() && (digits || letters)
}

/// With a capital letter at its head.
fn raised(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// What a line of the catalogue is.
#[must_use]
pub fn kind_of(paper: &RequiredPaper) -> PaperKind {
    if paper.role == PaperRole::Note {
        return PaperKind::Note;
    }
    let name = bare(&paper.name);
    let begins = |with: &[&str]| with.iter().any(|it| name.starts_with(it));
    let is_rest = paper.name.trim_start().starts_with(')');
    if name.is_empty() || name == "hoặc" || is_rest || begins(&REMARKS) {
        return PaperKind::Note;
    }
    let is_counted = paper.originals.unwrap_or(0) > 0 || paper.copies.unwrap_or(0) > 0;
    if !is_counted && (begins(&SENTENCES) || name.ends_with(':')) {
        return PaperKind::Note;
    }
    let group = bare(&paper.group);
    let by_case = CASES.iter().any(|it| group.starts_with(it)) || begins(&CASES);
    if by_case || WITHIN.iter().any(|it| name.contains(it)) {
        return PaperKind::Case;
    }
    if begins(&DECLARATIONS) { PaperKind::Declaration } else { PaperKind::Required }
}

/// A paper as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Its place in the catalogue's own order, from 1: what is kept of it is kept by this.
    pub place: usize,
    /// What it is.
    pub kind: PaperKind,
    /// The paper.
    pub paper: &'a RequiredPaper,
}

impl ProcedureVersion {
    /// The papers in the order in which they are asked for: the declaration, what everybody brings, what is
    /// only shown, then what some cases need. Remarks are left out.
    #[must_use]
    pub fn papers_placed(&self) -> Vec<Placed<'_>> {
        let listed = self.papers.iter().filter(|it| it.role != PaperRole::Note);
        let mut placed: Vec<Placed<'_>> = (1..)
            .zip(listed)
            .map(|(place, paper)| Placed { place, kind: kind_of(paper), paper })
            .filter(|it| it.kind != PaperKind::Note)
            .collect();
        placed.sort_by_key(|it| (it.kind, it.paper.role == PaperRole::Show));
        placed
    }

    /// Papers to be handed in or shown, without the remarks, in the order of [`Self::papers_placed`].
    pub fn papers_to_bring(&self) -> impl Iterator<Item = &RequiredPaper> {
        self.papers_placed().into_iter().map(|it| it.paper)
    }

    /// What the catalogue remarks about the papers.
    pub fn paper_notes(&self) -> impl Iterator<Item = &RequiredPaper> {
        self.papers.iter().filter(|it| kind_of(it) == PaperKind::Note && !it.name.trim().is_empty())
    }

    /// Whether a paper of the catalogue is what the applicant declares.
    #[must_use]
    pub fn lists_declaration(&self) -> bool {
        self.papers.iter().any(|it| kind_of(it) == PaperKind::Declaration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(name: &str, count: Option<u32>) -> RequiredPaper {
        RequiredPaper {
            name: name.to_owned(),
            group: String::new(),
            role: PaperRole::Submit,
            originals: count,
            copies: None,
            form: String::new(),
        }
    }

    fn shipped() -> Vec<ProcedureVersion> {
        serde_json::from_str(include_str!("../../../../data/procedures.json")).unwrap()
    }

    #[test]
    fn a_name_is_shown_without_the_marks_of_its_list() {
        for (name, shown) in [
            ("(2) Giấy đề nghị đăng ký;", "Giấy đề nghị đăng ký"),
            ("- Thành phần hồ sơ 1: Đơn đề nghị của thân nhân.", "Đơn đề nghị của thân nhân"),
            ("Thành phần hồ sơ 2 (nếu có): giấy tờ làm căn cứ", "Giấy tờ làm căn cứ"),
            ("a) Các loại bản đồ", "Các loại bản đồ"),
            ("(iv) Trường hợp ủy quyền", "Trường hợp ủy quyền"),
            ("2.1. Giấy chứng sinh", "Giấy chứng sinh"),
            ("02 bộ bản vẽ", "02 bộ bản vẽ"),
            ("Giấy tờ (nếu có)", "Giấy tờ (nếu có)"),
            ("- ;", "- ;"),
        ] {
            assert_eq!(paper_name(name), shown);
        }
    }

    #[test]
    fn lines_of_the_catalogue_are_told_apart() {
        use PaperKind::{Case, Declaration, Note, Required};
        for (name, count, kind) in [
            ("Tờ khai đăng ký khai sinh theo mẫu", Some(1), Declaration),
            ("(1) Giấy đề nghị đăng ký thay đổi", Some(1), Declaration),
            ("a) Đơn đề nghị của chủ rừng", Some(1), Declaration),
            ("- Bản khai cá nhân", Some(1), Declaration),
            ("* Thành phần hồ sơ 1: Đơn đề nghị hưởng chế độ", Some(1), Declaration),
            ("Bản chính Đơn đề nghị giao khu vực biển", Some(1), Declaration),
            ("01 đơn trình báo mất giấy thông hành", Some(1), Declaration),
            ("Giấy chứng sinh; trường hợp không có Giấy chứng sinh thì nộp", Some(1), Required),
            ("Sơ yếu lý lịch", None, Required),
            ("Hộ chiếu/Thẻ căn cước", Some(1), Required),
            ("Trường hợp trẻ em bị bỏ rơi thì phải có biên bản", Some(1), Case),
            ("Văn bản ủy quyền trong trường hợp ủy quyền thực hiện", Some(1), Case),
            ("Giấy tờ liên quan khác (nếu có)", Some(1), Case),
            ("Trường hợp gửi hồ sơ qua bưu chính thì gửi kèm bản sao", None, Note),
            ("Người có yêu cầu thực hiện việc nộp các giấy tờ sau:", None, Note),
            ("Chứng cứ chứng minh quan hệ cha, con gồm:", None, Note),
            ("Lưu ý: giấy tờ chứng minh nhân thân", Some(1), Note),
            ("hoặc", Some(1), Note),
            ("Tr\u{1b0}\u{1a1}\u{300}ng hợp giấy tờ tùy thân là hộ chiếu", None, Note),
            ("  ", Some(1), Note),
            (") (khoản 1 Điều 27)", Some(1), Note),
        ] {
            assert_eq!(kind_of(&paper(name, count)), kind, "{name}");
        }
    }

    #[test]
    fn places_stay_those_of_the_catalogue() {
        let mut remark = paper("Cơ quan giải thích", None);
        remark.role = PaperRole::Note;
        let mut shown = paper("Căn cước công dân", Some(1));
        shown.role = PaperRole::Show;
        let papers = vec![
            paper("Trường hợp ủy quyền: văn bản ủy quyền", Some(1)),
            remark,
            shown,
            paper("Trường hợp đã có dữ liệu thì không phải nộp", None),
            paper("Giấy chứng sinh", Some(1)),
            paper("Tờ khai", Some(1)),
        ];
        let version = ProcedureVersion { papers, ..shipped().remove(0) };
        let order: Vec<usize> = version.papers_placed().iter().map(|it| it.place).collect();
        assert_eq!(order, [5, 4, 2, 1]);
        assert_eq!(version.paper_notes().count(), 2);
        assert!(version.lists_declaration());
    }

    #[test]
    fn of_the_whole_catalogue_nothing_is_lost() {
        let all = shipped();
        let mut bare_procedures = 0;
        for it in &all {
            let notes = it.papers.iter().filter(|it| kind_of(it) == PaperKind::Note).count();
            assert_eq!(it.papers_placed().len() + notes, it.papers.len(), "{}", it.code);
            let counted =
                |it: &&RequiredPaper| it.originals.unwrap_or(0) + it.copies.unwrap_or(0) > 0;
            if it.papers.iter().any(|it| counted(&it) && it.role != PaperRole::Note)
                && it.papers_placed().is_empty()
            {
                bare_procedures += 1;
            }
        }
        assert_eq!(bare_procedures, 0, "a procedure with papers still asks for some");
        let birth = all.iter().find(|it| it.code == "1.001193").unwrap();
        let first = birth.papers_placed();
        assert!(first.first().unwrap().paper.name.starts_with("Giấy chứng sinh"), "{first:?}");
        assert!(first.iter().all(|it| !it.paper.name.contains("không phải nộp bản giấy")));
        assert_eq!(first.len(), 6);
    }
}
