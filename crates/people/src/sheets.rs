//! Lists as workbooks, and tables that people send: XLSX or CSV in, rows of text out.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

use axum::response::Response;
use calamine::{DataRef, Reader as _, Xlsx};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};
use store::Fault;

/// Rows of a table that is read, at most.
pub const ROWS_MAX: usize = 5_000;
/// Columns of a table that is read, at most: cells further out are somebody's notes.
const COLUMNS_MAX: usize = 40;
/// Bytes of all cells together, at most: a small archive can unpack to anything.
const CELL_BYTES_MAX: usize = 8 << 20;
/// Cells of a workbook that are looked at, at most, empty ones and notes included.
const CELLS_MAX: usize = 1_000_000;
/// Bytes that a workbook unpacks to at most.
const UNPACKED_BYTES_MAX: u64 = 96 << 20;
/// The media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What Excel wants before UTF-8.
const BOM: &str = "\u{feff}";

/// One sheet of a workbook: headings with their widths in characters, and rows of text.
pub struct Sheet {
    /// Its name.
    pub name: &'static str,
    /// What stands above each column, and how wide it is.
    pub heads: &'static [(&'static str, u16)],
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// The bytes of a workbook. Every cell is text, so that no cell is ever a formula.
///
/// # Errors
/// [`Fault::Broken`] if the writer fails: a bug.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, Fault> {
    write(sheets).map_err(|e| Fault::Broken(format!("workbook: {e}")))
}

fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = Format::new().set_bold().set_text_wrap();
    let mut book = Workbook::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(sheet.name)?;
        for ((head, width), column) in sheet.heads.iter().zip(0..) {
            page.write_string_with_format(0, column, *head, &bold)?;
            page.set_column_width(column, *width)?;
        }
        page.set_freeze_panes(1, 0)?;
        for (row, line) in sheet.rows.iter().zip(1..) {
            for (cell, column) in row.iter().zip(0..) {
                page.write_string_with_format(line, column, cell, &plain)?;
            }
        }
    }
    book.save_to_buffer()
}

/// A workbook to save.
///
/// # Errors
/// [`Fault::Broken`] if the writer fails: a bug.
pub fn to_save(sheets: &[Sheet], name: &str) -> Result<Response, Fault> {
    Ok(site::file(workbook(sheets)?, XLSX, name, true))
}

/// A table as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The first row.
    pub heads: Vec<String>,
    /// The rows below that are not blank, with their numbers as a spreadsheet shows them.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Reads the first sheet of a workbook, or a table of text, by the ending of its name.
///
/// # Errors
/// What is wrong with the file, in Vietnamese.
pub fn read(name: &str, bytes: &[u8]) -> Result<Table, String> {
    let ending = name.rsplit_once('.').map_or("", |it| it.1).to_lowercase();
    let table = match ending.as_str() {
        "xlsx" => read_xlsx(bytes)?,
        "csv" => read_csv(bytes)?,
        _ => return Err("Chọn một tệp .xlsx hoặc .csv.".to_owned()),
    };
    if table.rows.is_empty() {
        return Err("Tệp không có dòng nào dưới dòng tiêu đề.".to_owned());
    }
    Ok(table)
}

fn too_many() -> String {
    format!("Tệp quá lớn: tối đa {ROWS_MAX} dòng. Hãy chia thành nhiều tệp.")
}

/// Whether an archive unpacks to more than is read: counted, not believed.
fn unpacks_too_large(bytes: &[u8]) -> bool {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return false };
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let Ok(file) = archive.by_index(at) else { return false };
        let unpacked = std::io::copy(&mut file.take(left + 1), &mut std::io::sink());
        match unpacked.ok().and_then(|it| left.checked_sub(it)) {
            Some(rest) => left = rest,
            None => return true,
        }
    }
    false
}

/// Why the cells of a workbook are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is no workbook, or a broken one.
    Unreadable,
    /// It holds more than is read.
    TooMuch,
    /// It has no sheet.
    NoSheet,
}

/// How much of a workbook is read, at most, and which sheet.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    /// The sheet; the first one if there is none of this name.
    pub sheet: &'a str,
    /// Rows with something in them, the headings included.
    pub rows: usize,
    /// Columns: cells further out are somebody's notes.
    pub columns: usize,
    /// Bytes of all texts together: a small archive can unpack to anything.
    pub cell_bytes: usize,
}

/// The rows of a workbook's sheet that are not blank, by their numbers from 0; `text` says what a
/// cell means.
///
/// # Errors
/// [`Unread`] if it is no workbook or too large.
pub fn cells(
    bytes: &[u8],
    limits: &Limits<'_>,
    text: fn(&DataRef<'_>) -> String,
) -> Result<BTreeMap<u32, Vec<String>>, Unread> {
    let unreadable = |_: calamine::XlsxError| Unread::Unreadable;
    if unpacks_too_large(bytes) {
        return Err(Unread::TooMuch);
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    let name = names.iter().find(|it| *it == limits.sheet).or_else(|| names.first());
    let name = name.ok_or(Unread::NoSheet)?.clone();
    let mut reader = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let (mut bytes_read, mut cells) = (0_usize, 0_usize);
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        cells += 1;
        if cells > CELLS_MAX {
            return Err(Unread::TooMuch);
        }
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let text = text(cell.get_value());
        if text.is_empty() || column >= limits.columns {
            continue;
        }
        bytes_read = bytes_read.saturating_add(text.len());
        let texts = rows.entry(row).or_default();
        if texts.len() <= column {
            texts.resize(column + 1, String::new());
        }
        if let Some(place) = texts.get_mut(column) {
            *place = text;
        }
        if rows.len() > limits.rows || bytes_read > limits.cell_bytes {
            return Err(Unread::TooMuch);
        }
    }
    Ok(rows)
}

fn read_xlsx(bytes: &[u8]) -> Result<Table, String> {
    let limits =
        Limits { sheet: "", rows: ROWS_MAX + 1, columns: COLUMNS_MAX, cell_bytes: CELL_BYTES_MAX };
    let rows = cells(bytes, &limits, cell_text).map_err(|it| match it {
        Unread::Unreadable => {
            "Không đọc được tệp Excel: không phải tệp .xlsx hoặc tệp hỏng. Hãy mở tệp và lưu lại dạng .xlsx."
                .to_owned()
        }
        Unread::TooMuch => too_many(),
        Unread::NoSheet => "Tệp Excel không có trang nào.".to_owned(),
    })?;
    let mut rows = rows.into_iter();
    let (_, heads) = rows.next().ok_or("Trang Excel trống.")?;
    let rows = rows.map(|(row, texts)| (usize::try_from(row).unwrap_or(0) + 1, texts));
    Ok(Table { heads, rows: rows.collect() })
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(it) => it.trim().to_owned(),
        DataRef::SharedString(it) => it.trim().to_owned(),
        DataRef::Int(it) => it.to_string(),
        DataRef::Float(it) => it.to_string(),
        DataRef::Bool(it) => it.to_string(),
        DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => it.clone(),
        // A day that Excel keeps as a number of days.
        DataRef::DateTime(it) => {
            let (year, month, day, ..) = it.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year:04}")
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// The records of a table of text in UTF-8, with commas or semicolons, the headings first; nothing if it
/// is not UTF-8.
#[must_use]
pub fn records(bytes: &[u8]) -> Option<csv::Reader<&[u8]>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let head = text.lines().next().unwrap_or("");
    let delimiter = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).flexible(true).has_headers(false);
    Some(reader.from_reader(text.as_bytes()))
}

fn read_csv(bytes: &[u8]) -> Result<Table, String> {
    let mut reader = records(bytes)
        .ok_or("Tệp CSV không phải là UTF-8. Trong Excel hãy lưu dạng “CSV UTF-8”.")?;
    let mut table = Table::default();
    for (record, row) in reader.records().zip(1..) {
        let record = record.map_err(|_| {
            format!("Dòng {row} của tệp CSV không đọc được. Hãy lưu lại dạng CSV UTF-8 hoặc .xlsx.")
        })?;
        let texts: Vec<String> = record.iter().map(|it| it.trim().to_owned()).collect();
        if row == 1 {
            table.heads = texts;
        } else if texts.iter().any(|it| !it.is_empty()) {
            table.rows.push((row, texts));
        }
        if table.rows.len() > ROWS_MAX {
            return Err(too_many());
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_reads_back_as_it_was_written() {
        let sheet = Sheet {
            name: "Thử",
            heads: &[("Họ tên", 30), ("Số", 10)],
            rows: vec![vec!["=1+1".into(), "007".into()], vec!["Nguyễn Văn Thử".into()]],
        };
        let bytes = workbook(&[sheet]).unwrap();
        let table = read("a.xlsx", &bytes).unwrap();
        assert_eq!(table.heads, ["Họ tên", "Số"]);
        assert_eq!(table.rows[0], (2, vec!["=1+1".to_owned(), "007".to_owned()]));
        assert_eq!(table.rows[1].1, ["Nguyễn Văn Thử"]);
    }

    #[test]
    fn a_table_of_text_reads_with_commas_or_semicolons() {
        for text in ["\u{feff}a,b\n1,2\n\n,\n", "a;b\r\n1;2\r\n"] {
            let table = read("a.CSV", text.as_bytes()).unwrap();
            assert_eq!(table.heads, ["a", "b"]);
            assert_eq!(table.rows, [(2, vec!["1".to_owned(), "2".to_owned()])]);
        }
        assert!(read("a.doc", b"").unwrap_err().contains(".xlsx"));
        assert!(read("a.csv", b"a,b\n").unwrap_err().contains("dòng"));
        assert!(read("a.xlsx", b"no archive").unwrap_err().contains("Excel"));
        assert!(read("a.csv", &[0xff, 0xfe]).unwrap_err().contains("UTF-8"));
    }
}
