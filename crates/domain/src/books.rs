//! Books of certification and of civil status (sổ chứng thực, sổ hộ tịch): what a book holds, how
//! its entries are numbered, put right and closed.
//!
//! Law: NĐ 23/2015/NĐ-CP Đ.13, 14; TT 01/2020/TT-BTP Đ.4; Luật Hộ tịch 60/2014; NĐ 123/2015/NĐ-CP Đ.11.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, dossier::codes::codes, law::Versions, money::Dong, text};

#[cfg(test)]
mod tests;

codes! {
    /// What a book is about.
    pub enum BookGroup {
        /// Copies, signatures, contracts.
        Certification = "certification", "Chứng thực";
        /// Births, deaths, marriages.
        CivilStatus = "civil_status", "Hộ tịch";
    }
}

codes! {
    /// What stands beside an entry.
    pub enum NoteAct {
        /// A mistake of writing put right.
        Correct = "correct", "Đính chính";
        /// The entry holds no more; its number stays.
        Cancel = "cancel", "Hủy";
        /// Something that came later: a change of civil status, a court's decision.
        Annotate = "annotate", "Ghi chú";
    }
}

codes! {
    /// What a column holds.
    pub enum ColumnWhat {
        /// The number in the book.
        Number = "number", "Số";
        /// The day of the entry.
        Day = "day", "Ngày";
        /// Whose entry it is.
        Person = "person", "Người";
        /// Somebody else who is found by his name.
        Other = "other", "Người khác";
        /// The document or the matter.
        Matter = "matter", "Việc, giấy tờ";
        /// Who signed.
        Signer = "signer", "Người ký";
        /// The number of somebody's paper.
        IdNumber = "id_number", "Số giấy tờ";
        /// Words.
        Text = "text", "Chữ";
        /// One of a few words.
        Choice = "choice", "Lựa chọn";
        /// A date.
        Date = "date", "Ngày";
        /// How many copies.
        Copies = "copies", "Số bản";
        /// How many pages the original has.
        Pages = "pages", "Số trang";
        /// Đồng.
        Fee = "fee", "Phí, lệ phí";
        /// The margin.
        Note = "note", "Ghi chú";
    }
}

/// A column of a book, or a further line of one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name for ever: entries are kept by it.
    pub key: String,
    /// What it holds.
    pub what: ColumnWhat,
    /// What stands above it, as the law has it.
    pub head: String,
    /// What people read beside the field, if that is shorter.
    #[serde(default)]
    pub label: String,
    /// Its part of the width of a page; 0: not printed.
    #[serde(default)]
    pub width: u16,
    /// The column of which this is a further line.
    #[serde(default, rename = "with")]
    pub within: String,
    /// Whether an entry without it is none.
    #[serde(default)]
    pub required: bool,
    /// What may stand there, for a choice.
    #[serde(default)]
    pub choices: Vec<String>,
    /// What usually stands there.
    #[serde(default)]
    pub preset: String,
    /// What stands there for a dossier on one of these procedures instead; empty: it is left to be said.
    #[serde(default)]
    pub preset_for: BTreeMap<String, String>,
    /// What of a dossier stands there: applicant, id_number, birth_date, address, request, papers,
    /// copies, fee, signer.
    #[serde(default)]
    pub from: String,
    /// What of the applicant's declaration stands there, before anything else of the dossier: fields of forms, several
    /// joined by “+”; the first of the list that is answered.
    #[serde(default)]
    pub declared: Vec<String>,
}

impl Column {
    /// What people read beside the field.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.label.is_empty() { &self.head } else { &self.label }
    }

    /// What usually stands there, for a dossier on this procedure if there is one.
    #[must_use]
    pub fn preset_of(&self, procedure: Option<&str>) -> &str {
        procedure.and_then(|it| self.preset_for.get(it)).unwrap_or(&self.preset)
    }

    /// Whether somebody types it: the number, the day and the margin come by themselves.
    #[must_use]
    pub const fn is_typed(&self) -> bool {
        !matches!(self.what, ColumnWhat::Number | ColumnWhat::Day)
    }
}

/// What an entry costs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// Pages at the first price; 0: the price is for the whole.
    pub first_pages: i64,
    /// Đồng for each of them, or for the whole.
    pub first: i64,
    /// Đồng for each page more.
    pub more: i64,
    /// Đồng for one at most.
    pub max: i64,
    /// What is paid for: copy, case.
    pub each: String,
    /// The circular.
    pub basis: String,
}

impl FeeRule {
    /// What `copies` of an original of `pages` pages cost.
    ///
    /// Law: TT 226/2016/TT-BTC Đ.4: 2.000 đ a page, from the third 1.000 đ, at most 200.000 đ a copy.
    #[must_use]
    pub fn fee(&self, pages: i64, copies: i64) -> Dong {
        let pages = pages.max(1);
        let one = if self.first_pages == 0 {
            self.first
        } else {
            let first = pages.min(self.first_pages);
            let more = pages.saturating_sub(self.first_pages).max(0);
            self.first.saturating_mul(first).saturating_add(self.more.saturating_mul(more))
        };
        let count = if self.each == "copy" { copies.max(1) } else { 1 };
        Dong(one.min(self.max).saturating_mul(count))
    }
}

/// A kind of book under one decree. Loaded from `law/books.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookForm {
    /// The column that names whom the paper is for, where that is not who asked for it; empty for none.
    #[serde(default)]
    pub holder: String,
    /// Its name for ever: `ban-sao`.
    pub code: String,
    /// What stands on its cover.
    pub title: String,
    /// What it is about.
    pub group: BookGroup,
    /// How a volume is called: `{volume}/{year}-SCT/BS`.
    pub mark: String,
    /// First day in force.
    pub in_force_from: Date,
    /// Procedures that lead to an entry.
    pub procedures: Vec<String>,
    /// How long it is kept, for people.
    pub retention: String,
    /// By which article.
    pub retention_basis: String,
    /// By which article it is kept.
    pub basis: String,
    /// What of this was read in the law itself, and what was not.
    pub verified: String,
    /// What a printed extract is called.
    pub extract: String,
    /// Month and day by which a year's book is to be closed; before July: of the next year.
    pub close_by: String,
    /// What an entry costs, where the law says it for the whole country.
    #[serde(default)]
    pub fee: Option<FeeRule>,
    /// Its columns, in their legal order.
    pub columns: Vec<Column>,
}

/// The file `law/books.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookFile {
    /// Its kinds of books.
    pub book: Vec<BookForm>,
}

/// The kinds of books, each with its versions by date, in the order of the file.
#[derive(Debug, Clone)]
pub struct BookForms {
    kinds: Vec<(String, Versions<BookForm>)>,
}

impl BookForms {
    /// The forms of a file.
    #[must_use]
    pub fn of(file: BookFile) -> Self {
        let mut codes: Vec<String> = Vec::new();
        for form in &file.book {
            if !codes.contains(&form.code) {
                codes.push(form.code.clone());
            }
        }
        let versions = |code: &String| {
            let of_code = file.book.iter().filter(|it| it.code == *code);
            Versions::new(of_code.map(|it| (it.in_force_from, it.clone())).collect())
        };
        Self { kinds: codes.iter().map(|it| (it.clone(), versions(it))).collect() }
    }

    /// The form of a kind on a day.
    #[must_use]
    pub fn on(&self, code: &str, day: Date) -> Option<&BookForm> {
        self.kinds.iter().find(|(it, _)| it == code).and_then(|(_, it)| it.on(day))
    }

    /// Every kind on a day, in their order.
    pub fn all_on(&self, day: Date) -> impl Iterator<Item = &BookForm> {
        self.kinds.iter().filter_map(move |(_, it)| it.on(day))
    }

    /// The kind that a procedure leads to.
    #[must_use]
    pub fn of_procedure(&self, code: &str, day: Date) -> Option<&BookForm> {
        self.all_on(day).find(|it| it.procedures.iter().any(|it| it == code))
    }
}

/// What stands in an entry: the column's key to its text. Dates are `YYYY-MM-DD`, money plain đồng.
pub type Values = BTreeMap<String, String>;

/// A text of an entry that was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column.
    pub column: String,
    /// What stood there.
    pub old: String,
    /// What stands there now.
    pub new: String,
}

/// Letters of a paper's name that a column of a printed book takes.
const PAPER_CHARS_MAX: usize = 80;

/// A short name out of a catalogue's description of a paper, as a register writes it; nothing if the
/// description names no paper (“Trường hợp …”, “Một trong các giấy tờ sau: …”).
#[must_use]
pub fn paper_name(described: &str) -> Option<String> {
    const NOT_NAMES: [&str; 4] = ["trường hợp", "một trong", "người ", "đối với"];
    const ENDS: [&str; 9] = [
        ". ",
        ";",
        ":",
        " (",
        "…",
        " làm cơ sở",
        " theo quy định",
        " trong trường hợp",
        ", trường hợp",
    ];
    let lower = described.trim().to_lowercase();
    if NOT_NAMES.iter().any(|it| lower.starts_with(it)) {
        return None;
    }
    let whole = described.trim();
    let end = ENDS.iter().filter_map(|it| whole.find(it)).min().unwrap_or(whole.len());
    let name = whole.get(..end)?.trim_end_matches(['.', ',', ' ']);
    let mut short = String::new();
    for word in name.split_whitespace() {
        if short.chars().count() + 1 + word.chars().count() > PAPER_CHARS_MAX {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    let short = short.trim_end_matches([',', ' ']).to_owned();
    Some(short).filter(|it| !it.is_empty())
}

/// The values of an entry after its corrections, in their order.
#[must_use]
pub fn corrected<'a>(original: &Values, changes: impl IntoIterator<Item = &'a Change>) -> Values {
    let mut values = original.clone();
    for change in changes {
        values.insert(change.column.clone(), change.new.clone());
    }
    values
}

/// What has to be changed to come from `old` to `new`, in the order of the columns.
#[must_use]
pub fn changes(form: &BookForm, old: &Values, new: &Values) -> Vec<Change> {
    let of = |values: &Values, key: &str| values.get(key).cloned().unwrap_or_default();
    form.columns
        .iter()
        .filter(|it| it.is_typed())
        .map(|it| Change { column: it.key.clone(), old: of(old, &it.key), new: of(new, &it.key) })
        .filter(|it| it.old != it.new)
        .collect()
}

impl BookForm {
    /// The first column that holds `what`.
    #[must_use]
    pub fn column(&self, what: ColumnWhat) -> Option<&Column> {
        self.columns.iter().find(|it| it.what == what)
    }

    /// The column with this key.
    #[must_use]
    pub fn keyed(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.key == key)
    }

    /// What an entry says in the column that holds `what`; empty if nothing.
    #[must_use]
    pub fn value<'a>(&self, values: &'a Values, what: ColumnWhat) -> &'a str {
        self.column(what).and_then(|it| values.get(&it.key)).map_or("", String::as_str)
    }

    /// The same as a whole number; 0 if it is none.
    #[must_use]
    pub fn number(&self, values: &Values, what: ColumnWhat) -> i64 {
        self.value(values, what).parse().unwrap_or(0)
    }

    /// How the number of an entry is written on a paper: `08/2026` in books of civil status, which name the
    /// year beside it; `08` in books of certification, which name the volume instead.
    #[must_use]
    pub fn written(&self, number: i64, year: i16) -> String {
        match self.group {
            BookGroup::CivilStatus => format!("{number:02}/{year}"),
            BookGroup::Certification => format!("{number:02}"),
        }
    }

    /// How a volume is called on papers: `01/2026-SCT/BS`.
    #[must_use]
    pub fn volume(&self, volume: i64, year: i16) -> String {
        self.mark.replace("{volume}", &format!("{volume:02}")).replace("{year}", &year.to_string())
    }

    /// The last day by which the book of `year` is to be closed.
    #[must_use]
    pub fn to_close_by(&self, year: i16) -> Option<Date> {
        let (month, day) = self.close_by.split_once('-')?;
        let month: i8 = month.parse().ok()?;
        let year = if month < 7 { year.checked_add(1)? } else { year };
        Date::new(year, month, day.parse().ok()?).ok()
    }

    /// The texts of an entry by which it is found: everybody's names, numbers, the matter.
    #[must_use]
    pub fn searched(&self, values: &Values) -> String {
        use ColumnWhat::{IdNumber, Matter, Other, Person, Text};
        let mut all = String::new();
        for column in &self.columns {
            if matches!(column.what, Person | Other | Matter | IdNumber | Text)
                && let Some(it) = values.get(&column.key)
            {
                all.push_str(it);
                all.push(' ');
            }
        }
        all
    }

    /// A text of an entry as people read it.
    #[must_use]
    pub fn shown(&self, column: &Column, value: &str) -> String {
        match column.what {
            ColumnWhat::Date => value.parse().map_or_else(|_| value.to_owned(), text::date),
            ColumnWhat::Fee => value.parse().map_or_else(|_| value.to_owned(), text::number),
            _ => value.to_owned(),
        }
    }

    /// What is wrong with an entry, by column.
    #[must_use]
    pub fn mistakes(&self, values: &Values, today: Date) -> Vec<(String, &'static str)> {
        let mut wrong = Vec::new();
        for column in self.columns.iter().filter(|it| it.is_typed()) {
            let value = values.get(&column.key).map_or("", String::as_str);
            let mut blame = |text| wrong.push((column.key.clone(), text));
            if value.is_empty() {
                if column.required {
                    blame("Chưa nhập nội dung này.");
                }
                continue;
            }
            match column.what {
                ColumnWhat::Choice if !column.choices.iter().any(|it| it == value) => {
                    blame("Hãy chọn một mục trong danh sách.");
                }
                ColumnWhat::Date => match value.parse::<Date>() {
                    Ok(day) if day > today => blame("Ngày này chưa tới."),
                    Ok(_) => {}
                    Err(_) => blame("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 31/12/2026."),
                },
                ColumnWhat::Copies | ColumnWhat::Pages
                    if !value.parse::<i64>().is_ok_and(|it| (1..=COUNT_MAX).contains(&it)) =>
                {
                    blame("Nhập một số từ 1 đến 9999.");
                }
                ColumnWhat::Fee
                    if !value.parse::<i64>().is_ok_and(|it| (0..=FEE_MAX).contains(&it)) =>
                {
                    blame("Nhập số tiền từ 0 đến 1.000.000.000 đồng.");
                }
                _ => {}
            }
        }
        wrong
    }
}

/// Copies and pages of one entry at most.
const COUNT_MAX: i64 = 9_999;
/// Đồng of one entry at most.
const FEE_MAX: i64 = 1_000_000_000;

/// A book as far as its rules go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// What stands on its cover.
    pub title: String,
    /// Its year.
    pub year: i16,
    /// The day of its last entry.
    pub last_on: Option<Date>,
    /// How many entries it has.
    pub count: i64,
    /// When it was closed.
    pub closed_on: Option<Date>,
}

/// Why a book says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookRefused {
    /// Closed: nothing is written into it any more.
    #[error(
        "{title} năm {year} đã khóa ngày {on} với {count} trường hợp, không ghi thêm được. Hãy ghi vào sổ \
         của năm hiện tại với ngày hôm nay và nêu ở cột ghi chú vì sao ghi muộn."
    )]
    Closed {
        /// Which book.
        title: String,
        /// Its year.
        year: i16,
        /// When it was closed.
        on: String,
        /// Its entries.
        count: i64,
    },
    /// Not a day of the book's year, or not yet.
    #[error("Ngày ghi sổ phải thuộc năm {year} và không sau hôm nay.")]
    WrongDay {
        /// The year.
        year: i16,
    },
    /// Before an entry that stands already.
    #[error(
        "Sổ đã có mục ngày {last}. Ghi bổ sung việc của ngày trước đó thì phải nêu lý do ở ô “Lý do ghi bổ sung”."
    )]
    OutOfOrder {
        /// The day of the last entry.
        last: String,
    },
    /// The year is not over.
    #[error("Sổ năm {year} chỉ khóa từ ngày 31/12/{year}; trước đó còn việc phải ghi.")]
    TooEarly {
        /// The year.
        year: i16,
    },
    /// Closed already.
    #[error("Sổ này đã khóa.")]
    ClosedBefore,
    /// Cancelled: it is not put right any more.
    #[error("Mục này đã hủy, không đính chính được nữa.")]
    Cancelled,
    /// The sums of a closed book stand.
    #[error(
        "Sổ đã khóa: số bản, số trang, phí đã cộng vào dòng khóa sổ nên không sửa. Hãy dùng “Ghi chú”."
    )]
    SumsStand,
    /// Nothing stands in the volume yet.
    #[error(
        "Quyển số {volume:02} chưa có mục nào nên chưa sang quyển mới. Hãy ghi mục đầu tiên vào quyển này trước."
    )]
    EmptyVolume {
        /// Which volume.
        volume: i64,
    },
}

impl Refusal for BookRefused {}

/// Whether an entry of the day `on` may be written today. Numbers follow the days: an entry of an
/// earlier day than the last one needs a reason.
///
/// # Errors
/// Why not.
pub fn may_enter(book: &Book, on: Date, today: Date, why_late: &str) -> Result<(), BookRefused> {
    if let Some(closed) = book.closed_on {
        return Err(BookRefused::Closed {
            title: book.title.clone(),
            year: book.year,
            on: text::date(closed),
            count: book.count,
        });
    }
    if on.year() != book.year || on > today {
        return Err(BookRefused::WrongDay { year: book.year });
    }
    match book.last_on {
        Some(last) if on < last && why_late.trim().is_empty() => {
            Err(BookRefused::OutOfOrder { last: text::date(last) })
        }
        _ => Ok(()),
    }
}

/// Whether the book may be closed today: from the last day of its year on.
///
/// # Errors
/// Why not.
pub fn may_close(book: &Book, today: Date) -> Result<(), BookRefused> {
    if book.closed_on.is_some() {
        return Err(BookRefused::ClosedBefore);
    }
    let last_day = (today.year(), today.month(), today.day()) >= (book.year, 12, 31);
    if last_day { Ok(()) } else { Err(BookRefused::TooEarly { year: book.year }) }
}

/// Whether a book goes on in its next volume: `volume` is the one that is written in now, with so many
/// `entries`.
///
/// # Errors
/// Why not.
pub fn may_turn(is_closed: bool, volume: i64, entries: i64) -> Result<(), BookRefused> {
    match (is_closed, entries) {
        (true, _) => Err(BookRefused::ClosedBefore),
        (false, ..=0) => Err(BookRefused::EmptyVolume { volume }),
        (false, _) => Ok(()),
    }
}

/// Whether `changes` may be made to an entry of a book.
///
/// # Errors
/// Why not.
pub fn may_correct(
    form: &BookForm,
    book_is_closed: bool,
    is_cancelled: bool,
    changes: &[Change],
) -> Result<(), BookRefused> {
    if is_cancelled {
        return Err(BookRefused::Cancelled);
    }
    let is_sum = |it: &Change| {
        let what = form.keyed(&it.column).map(|it| it.what);
        matches!(what, Some(ColumnWhat::Copies | ColumnWhat::Pages | ColumnWhat::Fee))
    };
    if book_is_closed && changes.iter().any(is_sum) {
        return Err(BookRefused::SumsStand);
    }
    Ok(())
}
