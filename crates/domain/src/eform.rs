//! Forms that the office builds (biểu mẫu điện tử): a declaration as data, and how it is judged.
//!
//! A form is pages of fields with conditions, computed values and rules. [`judge`] says what is
//! wrong with answers, what is shown and what is computed; the evaluator of the browser
//! (`site/static/eform-judge.js`) says the same, both held to `tests/data/eform-vectors.json`.

mod answer;
mod expression;
mod findings;
mod follow;
mod judge;
mod lines;
mod merge;
mod message;
mod prefill;
mod screens;
mod settle;
mod stands;
#[cfg(test)]
mod tests;
mod value;

pub use answer::{Answer, Answers, Cells, PLACE_PARTS, Place, WEIGHT_MAX, weight};
pub use expression::{Condition, Term};
pub use findings::{COLUMNS_MAX, FIELDS_MAX, Finding, OPTIONS_MAX, PAGES_MAX, ROWS_MAX, is_code};
pub use follow::{Follow, Source, take_over};
pub use judge::{Judgement, Mistake, judge, judge_of};
pub use lines::{Block, Item, blocks, shown_date};
pub use merge::{Merged, merged};
pub use message::{MESSAGES, Said};
pub use prefill::{Account, Applicant, Known, Prefill, applicant, exports, prefill};
pub use screens::{Screen, screens};
pub use settle::{place_of, settle_place};
pub use stands::{stands_for, stood_for};
pub use value::{NUMBER_MAX, is_name};

use serde::{Deserialize, Serialize};

use crate::dossier::codes::codes;

codes! {
    /// What a field asks for.
    pub enum Kind {
        /// A line of text.
        Text = "text", "Chữ, một dòng";
        /// Several lines.
        LongText = "long_text", "Chữ, nhiều dòng";
        /// Somebody's full name.
        PersonName = "person_name", "Họ tên người";
        /// A day.
        Date = "date", "Ngày";
        /// A day, a month or only a year.
        PartialDate = "partial_date", "Ngày (có thể chỉ có năm)";
        /// Twelve digits.
        PersonalId = "personal_id", "Số định danh cá nhân";
        /// A personal number, an old card's or a passport's.
        IdPaper = "id_paper", "Số giấy tờ tùy thân";
        /// A telephone number.
        Phone = "phone", "Số điện thoại";
        /// An address of mail.
        Email = "email", "Thư điện tử";
        /// A unit out of the list, and what stands before it.
        Address = "address", "Địa chỉ";
        /// A whole number.
        Integer = "integer", "Số nguyên";
        /// Đồng.
        Money = "money", "Số tiền (đồng)";
        /// Yes or no.
        YesNo = "yes_no", "Có hoặc không";
        /// One of several.
        Choice = "choice", "Chọn một";
        /// Any of several.
        MultipleChoice = "multiple_choice", "Chọn nhiều";
        /// Rows of columns.
        Table = "table", "Bảng nhiều dòng";
        /// Files to send along.
        File = "file", "Tệp đính kèm";
        /// Words to read, nothing to fill in.
        Note = "note", "Lời hướng dẫn";
        /// Worked out of other fields.
        Computed = "computed", "Giá trị tự tính";
    }
}

codes! {
    /// On which side of today a date must lie; today itself lies on both.
    pub enum Bound {
        /// Not later than today.
        Past = "past", "Không sau hôm nay";
        /// Not before today.
        Future = "future", "Không trước hôm nay";
    }
}

codes! {
    /// What a whole number counts that is paid for (TT 281/2016/TT-BTC Đ.4, TT 226/2016/TT-BTC Đ.4).
    pub enum FeeCount {
        /// Copies that are what is asked for: at least one is paid for.
        Copies = "copies", "Số bản của chính thủ tục này";
        /// Copies of the extract that are asked for beside what the procedure gives: there may be none.
        Beside = "beside", "Số bản sao trích lục xin thêm";
        /// Pages of a paper, in a table that counts its copies as well.
        Pages = "pages", "Số trang của một bản";
    }
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored.
    pub code: String,
    /// What people read.
    pub label: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label_en: String,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name: unique in the form, or in its table for a column.
    pub code: String,
    /// What it asks for.
    pub kind: Kind,
    /// The question.
    pub label: String,
    /// The question in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label_en: String,
    /// How to answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// How to answer, in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint_en: String,
    /// Whether it must be answered when it is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Shown only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The least: characters of a text, a number, rows, choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most, likewise; files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Where a date must lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// What can be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Field>,
    /// What a computed field is worked out from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Term>,
    /// Whether a computed number is an amount of money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub money: bool,
    /// Whether the answer only steers the screen (which parts are asked for) and is not printed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub screen: bool,
    /// The field with the birth of the same person, for a number that says a year.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub born: String,
    /// The field with the sex of the same person, for a number that says one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sex: String,
    /// Where a first answer can be taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<Prefill>,
    /// What is proposed while it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
    /// What it counts that is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<FeeCount>,
}

impl Field {
    /// A field that asks for nothing special.
    #[must_use]
    pub fn new(code: impl Into<String>, kind: Kind, label: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            kind,
            label: label.into(),
            label_en: String::new(),
            hint: String::new(),
            hint_en: String::new(),
            required: false,
            when: None,
            min: None,
            max: None,
            bound: None,
            options: Vec::new(),
            columns: Vec::new(),
            formula: None,
            money: false,
            screen: false,
            born: String::new(),
            sex: String::new(),
            prefill: None,
            follow: None,
            fee: None,
        }
    }

    /// Whether it asks for something: no note, nothing computed.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        !matches!(self.kind, Kind::Note | Kind::Computed)
    }

    /// The choice with that code.
    #[must_use]
    pub fn option(&self, code: &str) -> Option<&Choice> {
        self.options.iter().find(|it| it.code == code)
    }
}

/// A part of the form: one screen on a telephone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its name, unique in the form.
    pub code: String,
    /// Its heading.
    pub title: String,
    /// Its heading in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title_en: String,
    /// Shown only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What it asks.
    pub fields: Vec<Field>,
}

/// Something that several answers must fulfil together. It says no only if it is known to be
/// broken: an answer that is missing is the business of its own field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique in the form.
    pub code: String,
    /// Beside which field the mistake is said.
    pub at: String,
    /// What must hold.
    pub must: Condition,
    /// What is said if it does not.
    pub say: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub say_en: String,
}

/// Somebody who must sign (người ký); where there is more than one, each by his own link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Its name, unique in the form.
    pub code: String,
    /// In what capacity: “Bên nam”, “Người cha”.
    pub label: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label_en: String,
    /// The field that holds the name.
    pub name: String,
    /// Signs only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A form of the office (biểu mẫu điện tử). A version that is published is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eform {
    /// Its name, unique in the installation.
    pub code: String,
    /// Which edition, from 1; 0 while it is a draft.
    #[serde(default)]
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title_en: String,
    /// What the paper is headed: `TỜ KHAI ĐĂNG KÝ KHAI SINH`.
    pub heading: String,
    /// To whom it is addressed; `{unit}` stands for the People's Committee that it is sent to.
    pub to: String,
    /// The law that it follows, and what in it is inferred.
    pub source: String,
    /// What whoever signs declares.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub oath: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub oath_en: String,
    /// Codes of the procedures that it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<String>,
    /// Its parts, in order.
    pub pages: Vec<Page>,
    /// What answers must fulfil together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Who signs; nobody: whoever files it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<Signer>,
}

impl Eform {
    /// Every field with its page, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&Page, &Field)> {
        self.pages.iter().flat_map(|page| page.fields.iter().map(move |it| (page, it)))
    }

    /// The field with that code.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields().map(|(_, it)| it).find(|it| it.code == code)
    }

    /// The page on which the field of a path stands: `bang.2.ten` is on the page of `bang`.
    #[must_use]
    pub fn page_of(&self, path: &str) -> Option<usize> {
        let code = path.split('.').next().unwrap_or(path);
        self.pages.iter().position(|page| page.fields.iter().any(|it| it.code == code))
    }
}
