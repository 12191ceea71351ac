//! What is wrong with a form itself, before it is published: beside which page, field or rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{Account, Condition, Eform, FeeCount, Field, Kind, Page, Prefill, Source, Term};

/// Pages of a form at most.
pub const PAGES_MAX: usize = 30;
/// Fields of a form at most, columns not counted.
pub const FIELDS_MAX: usize = 200;
/// Choices of a field at most.
pub const OPTIONS_MAX: usize = 100;
/// Columns of a table at most.
pub const COLUMNS_MAX: usize = 12;
/// Rows of a table at most.
pub const ROWS_MAX: i64 = 100;
/// Rules of a form at most.
const RULES_MAX: usize = 60;
/// Signers of a form at most.
const SIGNERS_MAX: usize = 6;
/// Nodes of one condition or formula at most, and how deep.
const NODES_MAX: usize = 60;
const DEPTH_MAX: usize = 8;
/// Characters of a label at most, of a note or an oath at most.
const LABEL_MAX: usize = 400;
const NOTE_MAX: usize = 3_000;
/// Characters of an answer at most.
const ANSWER_MAX: i64 = 5_000;

/// Something about a form that its author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code of the page, field, rule or signer; empty if it is about the whole.
    pub at: String,
    /// What, in words for people.
    pub text: String,
    /// Whether it cannot be published so.
    pub is_grave: bool,
}

/// Whether `text` can be the code of a form, page, field or choice: small letters, digits and
/// dashes.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=60).contains(&text.len())
        && text.bytes().all(fits)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Collects findings while the form is walked.
struct Findings<'a> {
    found: Vec<Finding>,
    /// The fields that stand before the place that is looked at, or all of them for rules.
    before: BTreeMap<&'a str, &'a Field>,
    all: BTreeMap<&'a str, &'a Field>,
}

impl Eform {
    /// Everything that is wrong or strange: the whole first, then part by part.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let all = self.fields().map(|(_, it)| (it.code.as_str(), it)).collect();
        let mut it = Findings { found: Vec::new(), before: BTreeMap::new(), all };
        it.whole(self);
        for page in &self.pages {
            it.page(page);
        }
        it.before.clone_from(&it.all);
        it.rules(self);
        it.signers(self);
        it.found
    }

    /// Whether it can be published.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings().iter().all(|it| !it.is_grave)
    }
}

impl<'a> Findings<'a> {
    fn note(&mut self, at: &str, text: impl Into<String>, is_grave: bool) {
        self.found.push(Finding { at: at.to_owned(), text: text.into(), is_grave });
    }

    fn grave(&mut self, at: &str, text: impl Into<String>) {
        self.note(at, text, true);
    }

    fn words(&mut self, at: &str, what: &str, (vi, en): (&str, &str), most: usize) {
        if vi.trim().is_empty() {
            self.grave(at, format!("Chưa ghi {what}."));
        } else if en.trim().is_empty() {
            self.note(at, format!("Chưa có bản tiếng Anh của {what}."), false);
        }
        for it in [vi, en] {
            if it.chars().count() > most {
                self.grave(at, format!("Phần {what} dài quá {most} ký tự."));
            }
        }
    }

    fn whole(&mut self, form: &'a Eform) {
        if !is_code(&form.code) {
            self.grave("", "Mã biểu mẫu chỉ gồm chữ thường không dấu, số và gạch nối.");
        }
        self.words("", "tên biểu mẫu", (&form.title, &form.title_en), LABEL_MAX);
        for (text, what) in [
            (&form.heading, "tiêu đề in trên tờ khai"),
            (&form.to, "nơi kính gửi"),
            (&form.source, "căn cứ pháp lý"),
        ] {
            if text.trim().is_empty() {
                self.grave("", format!("Chưa ghi {what}."));
            } else if text.chars().count() > NOTE_MAX {
                self.grave("", format!("Phần {what} dài quá {NOTE_MAX} ký tự."));
            }
        }
        self.places("Kính gửi", &form.to, &PLACES);
        self.places("tiêu đề in trên tờ khai", &form.heading, &[]);
        self.places("lời cam đoan", &form.oath, &[]);
        for text in [&form.oath, &form.oath_en] {
            if text.chars().count() > NOTE_MAX {
                self.grave("", format!("Lời cam đoan dài quá {NOTE_MAX} ký tự."));
            }
        }
        if form.oath.trim().is_empty() {
            self.note("", "Chưa có lời cam đoan.", false);
        }
        let fields = form.fields().count();
        if form.pages.is_empty() {
            self.grave("", "Biểu mẫu chưa có phần nào.");
        }
        if form.pages.len() > PAGES_MAX {
            self.grave("", format!("Biểu mẫu có nhiều hơn {PAGES_MAX} phần."));
        }
        if fields > FIELDS_MAX {
            self.grave("", format!("Biểu mẫu có nhiều hơn {FIELDS_MAX} mục."));
        }
        if form.rules.len() > RULES_MAX {
            self.grave("", format!("Biểu mẫu có nhiều hơn {RULES_MAX} quy tắc."));
        }
        if form.signers.len() > SIGNERS_MAX {
            self.grave("", format!("Biểu mẫu có nhiều hơn {SIGNERS_MAX} người ký."));
        }
        for (codes, what) in [
            (form.pages.iter().map(|it| &it.code).collect::<Vec<_>>(), "phần"),
            (form.fields().map(|(_, it)| &it.code).collect(), "mục"),
            (form.rules.iter().map(|it| &it.code).collect(), "quy tắc"),
            (form.signers.iter().map(|it| &it.code).collect(), "người ký"),
        ] {
            self.codes("", &codes, what);
        }
        let is_name = |it: &Field| it.prefill == Some(Prefill::Account(Account::Name));
        if !form.fields().any(|(_, it)| is_name(it) && it.required) {
            self.grave(
                "",
                "Phải có một mục bắt buộc là họ tên người nộp (lấy sẵn: Họ tên), để lập hồ sơ.",
            );
        }
    }

    /// Places in braces that stand for something on paper: only those that the program fills.
    fn places(&mut self, what: &str, text: &str, known: &[(&str, &str)]) {
        let named = known.iter().map(|(name, means)| format!("{name} ({means})"));
        let named = named.collect::<Vec<_>>().join(", ");
        let remedy = if named.is_empty() {
            "Phần này in nguyên văn: hãy viết thành chữ, bỏ dấu ngoặc nhọn.".to_owned()
        } else {
            format!("Chỗ điền sẵn có: {named}. Chữ khác thì viết ra, không để trong ngoặc nhọn.")
        };
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let from = rest.get(at..).unwrap_or_default();
            let end = from.find('}').map_or(from.len(), |it| it + 1);
            let place = from.get(..end).unwrap_or_default();
            if !known.iter().any(|(name, _)| *name == place) {
                let place: String = place.chars().take(40).collect();
                self.grave(
                    "",
                    format!("Phần {what} có “{place}” mà phần mềm không biết điền gì. {remedy}"),
                );
            }
            rest = from.get(end..).unwrap_or_default();
        }
    }

    /// What is proposed for a field: it reads, and comes from what stands before.
    fn follow(&mut self, at: &str, field: &'a Field) {
        let Some(follow) = &field.follow else { return };
        if let Some(when) = &follow.when {
            self.condition(at, when);
        }
        let fits = match &follow.from {
            _ if !takes_proposals(field.kind) => false,
            Source::Text(text) => super::value::reads(field, text),
            Source::Field(code) => match self.known(at, code) {
                Some(from) => is_like(from.kind, field.kind),
                None => return,
            },
            Source::Account(what) => fits_account(*what, field.kind),
        };
        if !fits {
            self.grave(at, "Trả lời đề nghị sẵn không hợp với kiểu của mục này.");
        }
    }

    /// What a field or a column counts that is paid for.
    fn fee(&mut self, at: &str, field: &Field, in_table: bool) {
        let fits = match field.fee {
            None => true,
            Some(FeeCount::Pages) => in_table && field.kind == Kind::Integer,
            Some(FeeCount::Beside) => !in_table && field.kind == Kind::Integer,
            Some(FeeCount::Copies) => field.kind == Kind::Integer,
        };
        if !fits {
            self.grave(
                at,
                "Số tính phí phải là số nguyên; số trang chỉ dùng cho cột của bảng, số bản xin thêm thì không.",
            );
        }
    }

    fn codes(&mut self, at: &str, codes: &[&String], what: &str) {
        let mut seen = BTreeSet::new();
        for code in codes {
            if !is_code(code) {
                self.grave(
                    at,
                    format!("Mã {what} “{code}” chỉ được gồm chữ thường không dấu, số, gạch nối."),
                );
            }
            if !seen.insert(code.as_str()) {
                self.grave(at, format!("Mã {what} “{code}” dùng hai lần."));
            }
        }
    }

    fn page(&mut self, page: &'a Page) {
        self.words(&page.code, "tên phần", (&page.title, &page.title_en), LABEL_MAX);
        if page.fields.is_empty() {
            self.grave(&page.code, "Phần này chưa có mục nào.");
        }
        if let Some(when) = &page.when {
            self.condition(&page.code, when);
        }
        for field in &page.fields {
            self.field(field);
            self.before.insert(&field.code, field);
        }
    }

    fn field(&mut self, field: &'a Field) {
        let at = field.code.as_str();
        if let Some(when) = &field.when {
            self.condition(at, when);
        }
        self.shape(at, field);
        self.follow(at, field);
        self.fee(at, field, false);
        match (&field.formula, field.kind) {
            (Some(formula), Kind::Computed) => self.formula(at, formula),
            (None, Kind::Computed) => self.grave(at, "Mục tự tính chưa có công thức."),
            (Some(_), _) => self.grave(at, "Chỉ mục tự tính mới có công thức."),
            (None, _) => {}
        }
        for (code, kinds, what) in [
            (&field.born, &[Kind::Date, Kind::PartialDate][..], "ngày sinh"),
            (&field.sex, &[Kind::Choice][..], "giới tính"),
        ] {
            let fits = self.all.get(code.as_str()).is_some_and(|it| kinds.contains(&it.kind));
            if !code.is_empty() && !fits {
                self.grave(at, format!("Mục {what} “{code}” để đối chiếu không có hoặc sai kiểu."));
            }
        }
        if field.kind != Kind::Table {
            if !field.columns.is_empty() {
                self.grave(at, "Chỉ bảng mới có cột.");
            }
            return;
        }
        if field.columns.is_empty() {
            self.grave(at, "Bảng chưa có cột nào.");
        }
        if field.columns.len() > COLUMNS_MAX {
            self.grave(at, format!("Bảng có nhiều hơn {COLUMNS_MAX} cột."));
        }
        self.codes(at, &field.columns.iter().map(|it| &it.code).collect::<Vec<_>>(), "cột");
        for column in &field.columns {
            let fits = !matches!(
                column.kind,
                Kind::Address
                    | Kind::MultipleChoice
                    | Kind::Table
                    | Kind::File
                    | Kind::Note
                    | Kind::Computed
            );
            let plain = column.when.is_none()
                && column.formula.is_none()
                && column.prefill.is_none()
                && column.follow.is_none()
                && column.columns.is_empty()
                && column.born.is_empty()
                && column.sex.is_empty();
            if !fits || !plain {
                self.grave(
                    at,
                    format!(
                        "Cột “{}” có kiểu hoặc điều kiện không dùng được trong bảng.",
                        column.code
                    ),
                );
            }
            self.shape(at, column);
            self.fee(at, column, true);
        }
        let counts = |what| field.columns.iter().filter(|it| it.fee == Some(what)).count();
        let (pages, copies) = (counts(FeeCount::Pages), counts(FeeCount::Copies));
        if pages > 1 || copies > 1 || pages > copies {
            self.grave(
                at,
                "Bảng tính phí cần đúng một cột số bản, và nhiều nhất một cột số trang.",
            );
        }
    }

    /// What holds for fields and columns alike.
    fn shape(&mut self, at: &str, field: &Field) {
        let most = if field.kind == Kind::Note { NOTE_MAX } else { LABEL_MAX };
        self.words(at, "câu hỏi", (&field.label, &field.label_en), most);
        if field.hint.chars().count().max(field.hint_en.chars().count()) > LABEL_MAX {
            self.grave(at, format!("Lời hướng dẫn dài quá {LABEL_MAX} ký tự."));
        }
        if !field.is_asked() && field.required {
            self.grave(at, "Lời hướng dẫn và giá trị tự tính không thể bắt buộc.");
        }
        let chosen = matches!(field.kind, Kind::Choice | Kind::MultipleChoice);
        if chosen && field.options.is_empty() {
            self.grave(at, "Chưa có lựa chọn nào.");
        }
        if !chosen && !field.options.is_empty() {
            self.grave(at, "Kiểu này không có lựa chọn.");
        }
        if field.options.len() > OPTIONS_MAX {
            self.grave(at, format!("Nhiều hơn {OPTIONS_MAX} lựa chọn."));
        }
        self.codes(at, &field.options.iter().map(|it| &it.code).collect::<Vec<_>>(), "lựa chọn");
        for it in &field.options {
            self.words(at, "tên lựa chọn", (&it.label, &it.label_en), LABEL_MAX);
        }
        if field.bound.is_some() && !matches!(field.kind, Kind::Date | Kind::PartialDate) {
            self.grave(at, "Chỉ ngày mới có giới hạn trước, sau hôm nay.");
        }
        if field.min.zip(field.max).is_some_and(|(least, most)| least > most) {
            self.grave(at, "Giới hạn dưới lớn hơn giới hạn trên.");
        }
        let within = |most: i64| {
            field.min.unwrap_or(0) >= 0 && field.max.is_none_or(|it| (1..=most).contains(&it))
        };
        let fits = match field.kind {
            Kind::Text | Kind::LongText | Kind::PersonName | Kind::Address => within(ANSWER_MAX),
            Kind::Table => within(ROWS_MAX),
            Kind::MultipleChoice => within(i64::try_from(OPTIONS_MAX).unwrap_or(i64::MAX)),
            Kind::File => within(10),
            Kind::Integer | Kind::Money => true,
            _ => field.min.is_none() && field.max.is_none(),
        };
        if !fits {
            self.grave(at, "Giới hạn nhỏ nhất, lớn nhất không dùng được cho kiểu này.");
        }
    }

    fn condition(&mut self, at: &str, it: &Condition) {
        let (mut nodes, mut terms) = (0, Vec::new());
        let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
        it.walk(&mut |node| {
            nodes += 1;
            terms.extend(node.terms());
            match node {
                Condition::Is(field, wanted) => fields.push((field, vec![wanted])),
                Condition::In(field, many) => {
                    fields.push((field, many.iter().map(String::as_str).collect()));
                }
                Condition::Filled(field) => fields.push((field, Vec::new())),
                Condition::All(many) | Condition::Any(many) if many.is_empty() => {
                    nodes = NODES_MAX + 1
                }
                _ => {}
            }
        });
        if nodes > NODES_MAX || depth(it) > DEPTH_MAX {
            self.grave(at, "Điều kiện trống hoặc quá phức tạp.");
            return;
        }
        for (field, wanted) in fields {
            let Some(found) = self.known(at, field) else { continue };
            let yes_no = found.kind == Kind::YesNo;
            for it in wanted {
                let fits = match found.kind {
                    Kind::Choice | Kind::MultipleChoice => found.option(it).is_some(),
                    _ => !yes_no || matches!(it, "yes" | "no"),
                };
                if !fits {
                    self.grave(at, format!("Điều kiện: mục “{field}” không có lựa chọn “{it}”."));
                }
            }
        }
        for it in terms {
            self.formula(at, it);
        }
    }

    fn formula(&mut self, at: &str, it: &Term) {
        let (mut nodes, mut used) = (0, Vec::new());
        it.walk(&mut |node| {
            nodes += 1;
            match node {
                Term::Field(field) => used.push((field.as_str(), None, "")),
                Term::Sum(table, column) => {
                    used.push((table, Some(column.as_str()), "sum"));
                }
                Term::Count(field) => used.push((field, None, "count")),
                _ => {}
            }
        });
        if nodes > NODES_MAX || term_depth(it) > DEPTH_MAX {
            self.grave(at, "Công thức quá phức tạp.");
            return;
        }
        for (field, column, what) in used {
            let Some(found) = self.known(at, field) else { continue };
            let fits = match what {
                "sum" => found.columns.iter().any(|it| {
                    column == Some(&it.code) && matches!(it.kind, Kind::Integer | Kind::Money)
                }),
                "count" => matches!(found.kind, Kind::Table | Kind::MultipleChoice | Kind::File),
                _ => !matches!(found.kind, Kind::Table | Kind::File | Kind::Note),
            };
            if !fits {
                self.grave(at, format!("Công thức không dùng được mục “{field}” như vậy."));
            }
        }
    }

    /// The field, if it may be spoken of here: it must stand before, so that nothing hangs on itself.
    fn known(&mut self, at: &str, field: &str) -> Option<&'a Field> {
        let found = self.before.get(field).copied();
        if found.is_none() {
            let text = if self.all.contains_key(field) {
                format!("Chỉ được nhắc đến mục đứng trước; “{field}” đứng sau hoặc là chính nó.")
            } else {
                format!("Không có mục “{field}”.")
            };
            self.grave(at, text);
        }
        found
    }

    fn rules(&mut self, form: &'a Eform) {
        for rule in &form.rules {
            self.condition(&rule.code, &rule.must);
            self.words(&rule.code, "lời báo của quy tắc", (&rule.say, &rule.say_en), LABEL_MAX);
            if self.known(&rule.code, &rule.at).is_some_and(|it| !it.is_asked()) {
                self.grave(&rule.code, "Lời báo phải đứng cạnh một mục được hỏi.");
            }
        }
    }

    fn signers(&mut self, form: &'a Eform) {
        for it in &form.signers {
            self.words(&it.code, "tư cách người ký", (&it.label, &it.label_en), LABEL_MAX);
            if let Some(when) = &it.when {
                self.condition(&it.code, when);
            }
            let found = self.known(&it.code, &it.name);
            if found.is_some_and(|it| it.kind != Kind::PersonName) {
                self.grave(&it.code, "Tên người ký phải lấy từ một mục họ tên.");
            }
        }
    }
}

/// What the words “Kính gửi” may hold in braces, and what is put there.
const PLACES: [(&str, &str); 1] = [("{unit}", "tên cơ quan nhận, như “xã Phú Sơn”")];

const fn takes_proposals(kind: Kind) -> bool {
    !matches!(kind, Kind::Table | Kind::MultipleChoice | Kind::File | Kind::Note | Kind::Computed)
}

/// Whether an answer of one kind can be that of another.
fn is_like(from: Kind, to: Kind) -> bool {
    let wider = [
        (Kind::Date, Kind::PartialDate),
        (Kind::PersonalId, Kind::IdPaper),
        (Kind::PersonName, Kind::Text),
        (Kind::Text, Kind::LongText),
    ];
    from == to || wider.contains(&(from, to))
}

const fn fits_account(what: Account, kind: Kind) -> bool {
    match what {
        Account::Name => matches!(kind, Kind::PersonName | Kind::Text),
        Account::Id => matches!(kind, Kind::IdPaper),
        Account::Birth => matches!(kind, Kind::Date | Kind::PartialDate),
        Account::Sex => matches!(kind, Kind::Choice),
        Account::Phone => matches!(kind, Kind::Phone),
        Account::Email => matches!(kind, Kind::Email),
        Account::Address => matches!(kind, Kind::Address),
    }
}

fn depth(it: &Condition) -> usize {
    1 + match it {
        Condition::All(many) | Condition::Any(many) => many.iter().map(depth).max().unwrap_or(0),
        Condition::Not(it) => depth(it),
        _ => it.terms().into_iter().map(term_depth).max().unwrap_or(0),
    }
}

fn term_depth(it: &Term) -> usize {
    1 + match it {
        Term::Age(a, b) | Term::Days(a, b) | Term::Subtract(a, b) | Term::Multiply(a, b) => {
            term_depth(a).max(term_depth(b))
        }
        Term::Add(many) | Term::Join { terms: many, .. } => {
            many.iter().map(term_depth).max().unwrap_or(0)
        }
        Term::Year(it) => term_depth(it),
        _ => 0,
    }
}
