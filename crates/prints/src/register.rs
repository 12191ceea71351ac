//! The register of dossiers (sổ theo dõi hồ sơ), for paper and for spreadsheets.

use std::{borrow::Cow, ops::Range};

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Agency, FormSet, HopOutcome, PrintError, Signer,
    clean::clean,
    forms::circular,
    typeset::{self, Profile},
    vi::{long_date, short_time},
};

/// One line of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterRow {
    /// Number in the book; continues over books of a year.
    pub number: u32,
    /// Dossier code.
    pub code: String,
    /// Procedure or what is asked.
    pub procedure: String,
    /// Number of sets.
    pub sets: u16,
    /// Whose dossier it is.
    pub applicant: String,
    /// Address.
    pub address: String,
    /// Phone.
    pub phone: String,
    /// The agency that settles.
    pub competent: String,
    /// Received.
    pub received_at: Option<DateTime>,
    /// Promised.
    pub due_at: Option<DateTime>,
    /// Returned.
    pub returned_at: Option<DateTime>,
    /// How the result was handed over, or who took it.
    pub handed_over: String,
    /// How the result came against its time, once it came; only the workbook shows it.
    pub outcome: Option<HopOutcome>,
    /// Note.
    pub note: String,
}

/// The register of one book or of one period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterSheet {
    /// The set of forms.
    pub forms: FormSet,
    /// The office that keeps it.
    pub agency: Agency,
    /// Book number.
    pub book: String,
    /// First day covered.
    pub from: Option<Date>,
    /// Last day covered.
    pub to: Option<Date>,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Who keeps the book.
    pub keeper: String,
    /// Who closes it.
    pub leader: Signer,
    /// The lines.
    pub rows: Vec<RegisterRow>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// Longer registers are typeset piece by piece, and go without tags for screen readers.
const PIECE_ROWS: usize = 300;

/// A row never breaks over pages, so a text on paper is cut before it fills one.
const PAPER_LETTERS_MAX: usize = 500;

/// A cell of a workbook holds 32,767 letters at most.
const CELL_LETTERS_MAX: usize = 32_000;

const NUMBER_2018: &str = "06";
const NUMBER_2025: &str = "07";

impl RegisterSheet {
    fn label(&self) -> String {
        let number = match self.forms {
            FormSet::Circular2018 => NUMBER_2018,
            FormSet::Circular2025 => NUMBER_2025,
        };
        format!("Mẫu số {number} ({})", circular(self.forms))
    }

    fn period(&self) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) => format!("Từ {} đến {}", long_date(from), long_date(to)),
            (Some(from), None) => format!("Từ {}", long_date(from)),
            (None, Some(to)) => format!("Đến {}", long_date(to)),
            (None, None) => String::new(),
        }
    }
}

/// The register as PDF: A4 landscape, column heads on every page.
///
/// # Errors
/// When the typesetter fails.
pub fn render_register(sheet: &RegisterSheet) -> Result<Vec<u8>, PrintError> {
    let template = include_str!("../forms/register.typ");
    let rows = sheet.rows.len();
    if rows <= PIECE_ROWS {
        return typeset::pdf(template, &register_data(sheet, 0..rows, None)?, Profile::Tagged);
    }
    typeset::long_pdf(template, rows, PIECE_ROWS, |piece, page| {
        register_data(sheet, piece, Some(page))
    })
}

/// What the template sees of some rows of the register; with the number of their first page when
/// they are a piece of a longer one.
fn register_data(
    sheet: &RegisterSheet,
    piece: Range<usize>,
    first_page: Option<usize>,
) -> Result<Value, PrintError> {
    let rows: Vec<[String; 11]> =
        sheet.rows.get(piece.clone()).unwrap_or_default().iter().map(row_texts).collect();
    let mut data = json!({
        "kind": "so-theo-doi",
        "title": "SỔ THEO DÕI HỒ SƠ",
        "form_label": sheet.label(),
        "paper": "a4",
        "agency": sheet.agency,
        "book": sheet.book,
        "period": sheet.period(),
        "date": sheet.made_on.map(date_parts),
        "date_text": sheet.made_on.map(long_date),
        "keeper": sheet.keeper,
        "leader": sheet.leader,
        "demo": sheet.demo,
        "count": sheet.rows.len(),
        "rows": rows,
        "first_page": first_page,
        "opens": piece.start == 0,
        "closes": piece.end == sheet.rows.len(),
    });
    clean(&mut data);
    Ok(data)
}

fn row_texts(row: &RegisterRow) -> [String; 11] {
    let time = |at: Option<DateTime>| at.map(short_time).unwrap_or_default();
    let lines = |parts: [&str; 2]| {
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        said.join("\n")
    };
    [
        row.number.to_string(),
        row.code.clone(),
        row.procedure.clone(),
        row.sets.to_string(),
        row.applicant.clone(),
        lines([&row.address, &row.phone]),
        row.competent.clone(),
        time(row.received_at),
        time(row.due_at),
        lines([&time(row.returned_at), &row.handed_over]),
        row.note.clone(),
    ]
    .map(|text| cut(&text, PAPER_LETTERS_MAX).into_owned())
}

/// A date as templates read it.
pub(crate) fn date_parts(date: Date) -> [i64; 3] {
    [i64::from(date.year()), i64::from(date.month()), i64::from(date.day())]
}

const HEADS: [(&str, f64); 14] = [
    ("STT", 6.0),
    ("Mã hồ sơ", 26.0),
    ("Tên thủ tục hành chính / nội dung yêu cầu", 40.0),
    ("Số bộ", 6.0),
    ("Tên cá nhân, tổ chức", 26.0),
    ("Địa chỉ", 32.0),
    ("Số điện thoại", 14.0),
    ("Cơ quan chủ trì giải quyết", 26.0),
    ("Nhận hồ sơ", 17.0),
    ("Hẹn trả kết quả", 17.0),
    ("Trả kết quả", 17.0),
    ("Phương thức nhận kết quả / ký nhận", 22.0),
    ("Ghi chú", 20.0),
    ("Kết quả so với hẹn", 14.0),
];

/// The row of the column heads, counted from nought.
const HEAD_ROW: u32 = 5;

/// The register as a workbook that sums and filters: real dates, heads frozen, ready to print.
///
/// # Errors
/// When the workbook cannot be written.
pub fn register_xlsx(sheet: &RegisterSheet) -> Result<Vec<u8>, PrintError> {
    let mut workbook = Workbook::new();
    if let Some(made) = sheet.made_on {
        let at = excel_time(made.at(0, 0, 0, 0))?;
        workbook.set_properties(
            &DocProperties::new().set_title("Sổ theo dõi hồ sơ").set_creation_datetime(&at),
        );
    }
    let page = workbook.add_worksheet();
    page.set_name("Sổ theo dõi hồ sơ")?;
    write_title(page, sheet)?;
    write_rows(page, sheet)?;
    let last = HEAD_ROW + u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX - HEAD_ROW);
    let last_column = last_column();
    page.set_freeze_panes(HEAD_ROW + 1, 2)?;
    page.autofilter(HEAD_ROW, 0, last, last_column)?;
    page.set_landscape();
    page.set_paper_size(9);
    page.set_print_fit_to_pages(1, 0);
    page.set_repeat_rows(HEAD_ROW, HEAD_ROW)?;
    page.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    page.set_footer("&C&\"Times New Roman\"&10Trang &P/&N");
    Ok(workbook.save_to_buffer()?)
}

fn last_column() -> u16 {
    u16::try_from(HEADS.len() - 1).unwrap_or(0)
}

fn plain() -> Format {
    Format::new().set_font_name("Times New Roman").set_font_size(11)
}

fn write_title(page: &mut Worksheet, sheet: &RegisterSheet) -> Result<(), PrintError> {
    let bold = plain().set_bold();
    let title = plain().set_bold().set_font_size(14).set_align(FormatAlign::Center);
    let middle = plain().set_italic().set_align(FormatAlign::Center);
    page.write_string_with_format(0, 0, &sheet.agency.parent, &plain())?;
    page.write_string_with_format(1, 0, &sheet.agency.name, &bold)?;
    page.merge_range(2, 0, 2, last_column(), "SỔ THEO DÕI HỒ SƠ", &title)?;
    page.merge_range(3, 0, 3, last_column(), &sheet.period(), &middle)?;
    let mut marks = vec![sheet.label()];
    if !sheet.book.is_empty() {
        marks.push(format!("Quyển số {}", sheet.book));
    }
    if sheet.demo {
        marks.push("DỮ LIỆU MINH HỌA".to_owned());
    }
    page.merge_range(4, 0, 4, last_column(), &marks.join(" · "), &middle)?;
    Ok(())
}

fn write_rows(page: &mut Worksheet, sheet: &RegisterSheet) -> Result<(), PrintError> {
    let cell = plain().set_border(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap();
    let number = cell.clone().set_num_format("0");
    let time = cell.clone().set_num_format("hh:mm dd/mm/yyyy");
    let head =
        cell.clone().set_bold().set_align(FormatAlign::Center).set_background_color(0x00E8_EDF3);
    for (column, (name, width)) in (0u16..).zip(HEADS) {
        page.write_string_with_format(HEAD_ROW, column, name, &head)?;
        page.set_column_width(column, width)?;
    }
    for (line, row) in (HEAD_ROW + 1..).zip(&sheet.rows) {
        page.write_number_with_format(line, 0, row.number, &number)?;
        page.write_number_with_format(line, 3, row.sets, &number)?;
        let texts = [
            (1, &row.code),
            (2, &row.procedure),
            (4, &row.applicant),
            (5, &row.address),
            (6, &row.phone),
            (7, &row.competent),
            (11, &row.handed_over),
            (12, &row.note),
        ];
        for (column, text) in texts {
            page.write_string_with_format(line, column, cut(text, CELL_LETTERS_MAX), &cell)?;
        }
        for (column, at) in [(8, row.received_at), (9, row.due_at), (10, row.returned_at)] {
            match at {
                Some(at) => {
                    page.write_datetime_with_format(line, column, &excel_time(at)?, &time)?
                }
                None => page.write_blank(line, column, &cell)?,
            };
        }
        page.write_string_with_format(line, 13, outcome(row.outcome), &cell)?;
    }
    Ok(())
}

const fn outcome(outcome: Option<HopOutcome>) -> &'static str {
    match outcome {
        Some(HopOutcome::Early) => "Trước hạn",
        Some(HopOutcome::OnTime) => "Đúng hạn",
        Some(HopOutcome::Late) => "Quá hạn",
        None => "",
    }
}

/// What is longer than `letters_max` is cut, with a mark.
fn cut(text: &str, letters_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(letters_max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            Cow::Owned(text.get(..end).unwrap_or_default().chars().chain("…".chars()).collect())
        }
    }
}

fn excel_time(at: DateTime) -> Result<ExcelDateTime, PrintError> {
    let part = |value: i8| u8::try_from(value).unwrap_or(0);
    Ok(ExcelDateTime::from_ymd(
        u16::try_from(at.year()).unwrap_or(0),
        part(at.month()),
        part(at.day()),
    )?
    .and_hms(u16::from(part(at.hour())), part(at.minute()), f64::from(part(at.second())))?)
}
