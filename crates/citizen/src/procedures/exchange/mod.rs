//! The catalogue as a file: XLSX, CSV and JSON, out and in again without a change.
//!
//! Pure: bytes in, procedures or every mistake out. A file with one mistake is no catalogue;
//! nothing of it is kept.

mod cells;
mod clock;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use calamine::DataRef;
use domain::{
    procedure::{ProcedureVersion, RowError},
    text,
};
use people::sheets::{self, Unread};
use rust_xlsxwriter::{Format, FormatAlign, Workbook};
use serde_json::Value;
use store::Fault;

use cells::COLUMNS;
pub use cells::{BODIES, blank, body_label, tidied};

/// Procedures in one file at most.
pub const ROWS_MAX: usize = 20_000;
/// Bytes of all cells of one file at most: a small archive can unpack to anything.
const CELL_BYTES_MAX: usize = 64 << 20;
/// Mistakes that are told at most; whoever has more starts with these.
const ERRORS_MAX: usize = 200;
/// Letters that make a spreadsheet take a text for a formula.
const FORMULA_STARTS: [char; 4] = ['=', '+', '-', '@'];
/// The sheet that holds the catalogue.
const SHEET: &str = "Thủ tục";
/// What Excel wants before UTF-8.
const BOM: &str = "\u{feff}";

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A workbook.
    Xlsx,
    /// A table of text.
    Csv,
    /// What programs read.
    Json,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// The kind with this ending.
    #[must_use]
    pub fn from_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.ending().eq_ignore_ascii_case(ending))
    }

    /// The kind that a file with this name has.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::from_ending(name.rsplit_once('.')?.1)
    }
}

/// Reads a catalogue.
///
/// # Errors
/// Every mistake, by row.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    match kind {
        Kind::Xlsx => read_xlsx(bytes),
        Kind::Csv => read_csv(bytes),
        Kind::Json => read_json(bytes),
    }
}

/// Writes a catalogue.
///
/// # Errors
/// [`Fault::Broken`] if the writer of workbooks fails: a bug.
pub fn write(kind: Kind, procedures: &[&ProcedureVersion]) -> Result<Vec<u8>, Fault> {
    match kind {
        Kind::Xlsx => write_xlsx(procedures),
        Kind::Csv => write_csv(procedures),
        Kind::Json => write_json(procedures),
    }
}

fn whole_file(message: impl Into<String>) -> Vec<RowError> {
    vec![RowError { row: 0, field: "file", message: message.into() }]
}

/// What every reader ends with: each procedure right, none twice.
fn checked(
    read: Vec<(usize, ProcedureVersion)>,
    mut errors: Vec<RowError>,
) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    let read: Vec<_> = read.into_iter().map(|(row, it)| (row, tidied(it))).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (row, it) in &read {
        errors.extend(it.errors(*row));
        if it.code.is_empty() {
            continue;
        }
        if let Some(before) = seen.insert(&it.code, *row) {
            errors.push(RowError {
                row: *row,
                field: "code",
                message: format!("Mã {} đã có ở dòng {before}. Hãy bỏ một dòng.", it.code),
            });
        }
    }
    if read.is_empty() && errors.is_empty() {
        return Err(whole_file("Tệp không có thủ tục nào."));
    }
    if errors.is_empty() {
        return Ok(read.into_iter().map(|(_, it)| it).collect());
    }
    errors.sort_by_key(|it| it.row);
    errors.truncate(ERRORS_MAX);
    Err(errors)
}

/// Which cell of a row belongs to which column, from the headers.
fn places(heads: &[String]) -> Result<Vec<Option<usize>>, Vec<RowError>> {
    let name = |it: &str| text::fold(it.split(" (").next().unwrap_or(it));
    let heads: Vec<String> = heads.iter().map(|it| name(it)).collect();
    let found: Vec<Option<usize>> =
        COLUMNS.iter().map(|column| heads.iter().position(|it| *it == name(column.head))).collect();
    let errors: Vec<RowError> = COLUMNS
        .iter()
        .zip(&found)
        .filter(|(column, place)| {
            place.is_none() && matches!(column.field, "code" | "name" | "sector" | "tiers")
        })
        .map(|(column, _)| RowError {
            row: 0,
            field: column.field,
            message: format!("Thiếu cột “{}”. Hãy dùng tệp xuất ra làm mẫu.", column.head),
        })
        .collect();
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn read_table(
    heads: &[String],
    rows: Vec<(usize, Vec<String>)>,
) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    let places = places(heads)?;
    let mut read = Vec::with_capacity(rows.len());
    let mut errors = Vec::new();
    for (row, texts) in rows {
        let mut it = blank();
        for (column, place) in COLUMNS.iter().zip(&places) {
            let cell = place.and_then(|at| texts.get(at)).map_or("", String::as_str);
            if let Err(message) = (column.read)(&mut it, unguarded(cell)) {
                errors.push(RowError { row, field: column.field, message });
            }
        }
        read.push((row, it));
    }
    checked(read, errors)
}

/// A text that a spreadsheet would take for a formula, with an apostrophe before it.
fn guarded(cell: String) -> String {
    if cell.starts_with(FORMULA_STARTS) { format!("'{cell}") } else { cell }
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|it| it.starts_with(FORMULA_STARTS)).unwrap_or(cell)
}

/// Reads the first sheet of a workbook.
///
/// # Errors
/// Every mistake, by row.
pub fn read_xlsx(bytes: &[u8]) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    let limits = sheets::Limits {
        sheet: SHEET,
        rows: ROWS_MAX + 1,
        columns: COLUMNS.len() * 2,
        cell_bytes: CELL_BYTES_MAX,
    };
    let rows = sheets::cells(bytes, &limits, cell_text).map_err(|it| match it {
        Unread::Unreadable => whole_file(
            "Không đọc được tệp Excel: không phải tệp .xlsx hoặc tệp hỏng. Hãy lưu lại dạng .xlsx.",
        ),
        Unread::TooMuch => too_many(),
        Unread::NoSheet => whole_file("Tệp Excel không có trang nào."),
    })?;
    let mut rows = rows.into_iter();
    let (first, heads) = rows.next().ok_or_else(|| whole_file("Trang Excel trống."))?;
    let rows = rows.map(|(row, texts)| (usize::try_from(row - first).unwrap_or(0), texts));
    read_table(&heads, rows.collect())
}

fn too_many() -> Vec<RowError> {
    whole_file(format!("Tệp quá lớn: tối đa {ROWS_MAX} thủ tục. Hãy chia thành nhiều tệp."))
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(it) => it.replace("\r\n", "\n"),
        DataRef::SharedString(it) => it.replace("\r\n", "\n"),
        DataRef::Int(it) => it.to_string(),
        // `1.001190` that Excel took for a number.
        DataRef::Float(it) if it.fract() != 0.0 && (1.0..10.0).contains(it) => format!("{it:.6}"),
        DataRef::Float(it) => it.to_string(),
        DataRef::Bool(it) => it.to_string(),
        DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => it.clone(),
        DataRef::DateTime(it) => it.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Reads a table of text in UTF-8, with commas or semicolons.
///
/// # Errors
/// Every mistake, by row.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    let mut reader = sheets::records(bytes).ok_or_else(|| {
        whole_file("Tệp CSV không phải là UTF-8. Trong Excel hãy lưu dạng “CSV UTF-8”.")
    })?;
    let mut heads = Vec::new();
    let mut rows = Vec::new();
    for (record, row) in reader.records().zip(0..) {
        let record = record.map_err(|_| {
            whole_file(format!(
                "Dòng {row} của tệp CSV không đọc được. Hãy lưu lại dạng CSV UTF-8 hoặc .xlsx."
            ))
        })?;
        let texts: Vec<String> = record.iter().map(|it| it.replace("\r\n", "\n")).collect();
        if row == 0 {
            heads = texts;
        } else if texts.iter().any(|it| !it.trim().is_empty()) {
            rows.push((row, texts));
        }
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
    }
    read_table(&heads, rows)
}

/// Reads a list of procedures as JSON.
///
/// # Errors
/// Every mistake, by place in the list.
pub fn read_json(bytes: &[u8]) -> Result<Vec<ProcedureVersion>, Vec<RowError>> {
    let list: Vec<Value> = serde_json::from_slice(site::form::without_bom(bytes))
        .map_err(|e| {
            whole_file(format!(
                "Tệp không phải danh sách JSON đúng dạng (gần dòng {}, cột {}). Hãy dùng tệp xuất ra làm mẫu.",
                e.line(),
                e.column()
            ))
        })?;
    if list.len() > ROWS_MAX {
        return Err(too_many());
    }
    let mut read = Vec::with_capacity(list.len());
    let mut errors = Vec::new();
    for (value, row) in list.into_iter().zip(1..) {
        match serde_json::from_value(value) {
            Ok(it) => read.push((row, it)),
            Err(e) => errors.push(RowError {
                row,
                field: "json",
                message: format!("Không đọc được thủ tục thứ {row}: {}", site::form::json_said(&e)),
            }),
        }
    }
    checked(read, errors)
}

/// Writes a workbook.
///
/// # Errors
/// [`Fault::Broken`] if the writer fails: a bug.
pub fn write_xlsx(procedures: &[&ProcedureVersion]) -> Result<Vec<u8>, Fault> {
    workbook(procedures).map_err(|e| Fault::Broken(format!("workbook: {e}")))
}

fn workbook(procedures: &[&ProcedureVersion]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = Format::new().set_bold().set_text_wrap();
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(SHEET)?;
    for (column, place) in COLUMNS.iter().zip(0..) {
        page.write_string_with_format(0, place, column.head, &bold)?;
        let wide = matches!(column.field, "name" | "papers" | "legal_basis" | "conditions");
        page.set_column_width(place, if wide { 60 } else { 22 })?;
    }
    for (it, row) in procedures.iter().zip(1..) {
        for (column, place) in COLUMNS.iter().zip(0..) {
            page.write_string_with_format(row, place, (column.write)(it), &plain)?;
        }
    }
    page.set_freeze_panes(1, 2)?;
    book.save_to_buffer()
}

/// Writes a table of text in UTF-8, with the mark that Excel wants.
///
/// # Errors
/// [`Fault::Broken`] if the writer fails: a bug.
pub fn write_csv(procedures: &[&ProcedureVersion]) -> Result<Vec<u8>, Fault> {
    let broken = |e: csv::Error| Fault::Broken(format!("csv: {e}"));
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BOM.as_bytes().to_vec());
    writer.write_record(COLUMNS.iter().map(|it| it.head)).map_err(broken)?;
    for it in procedures {
        let record = COLUMNS.iter().map(|column| guarded((column.write)(it)));
        writer.write_record(record).map_err(broken)?;
    }
    writer.into_inner().map_err(|e| Fault::Broken(format!("csv: {e}")))
}

/// Writes a list as JSON.
///
/// # Errors
/// [`Fault::Broken`] if the writer fails: a bug.
pub fn write_json(procedures: &[&ProcedureVersion]) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec_pretty(procedures).map_err(|e| Fault::Broken(format!("json: {e}")))
}
