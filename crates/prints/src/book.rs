//! Books of certification and of civil status, for paper and for spreadsheets, and an extract of one
//! entry.
//!
//! Law: NĐ 23/2015/NĐ-CP Đ.13; NĐ 123/2015/NĐ-CP Đ.11.

use std::ops::Range;

use jiff::civil::Date;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Agency, PrintError, Signer,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset::{self, Profile},
    vi::{grouped, long_date, money, money_in_words, number_in_words},
};

/// A printed column of a book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookColumn {
    /// What stands above it.
    pub head: String,
    /// Its part of the width of the page.
    pub width: u16,
    /// Whether numbers stand in it.
    pub centred: bool,
}

/// One entry of a book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookRow {
    /// The texts, a column each.
    pub cells: Vec<String>,
    /// Struck through: its number stays.
    pub cancelled: bool,
    /// Copies, for the sums.
    pub copies: i64,
    /// Đồng, for the sums.
    pub fee: i64,
}

/// What the book was closed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookClosing {
    /// The day.
    pub on: Date,
    /// Entries, cancelled ones included.
    pub count: i64,
    /// Cancelled ones.
    pub cancelled: i64,
    /// Copies.
    pub copies: i64,
    /// Đồng.
    pub fee: i64,
}

/// A book, or what was found in books.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookSheet {
    /// The office that keeps it.
    pub agency: Agency,
    /// What stands on the cover.
    pub title: String,
    /// Its volumes, such as `01/2026-SCT/BS`.
    pub volumes: String,
    /// Its year.
    pub year: i16,
    /// From when to when, of what goes over more than a year or less; it stands instead of the year.
    pub period: String,
    /// The day of the first entry.
    pub opened_on: Option<Date>,
    /// How it was closed.
    pub closing: Option<BookClosing>,
    /// The columns.
    pub columns: Vec<BookColumn>,
    /// The entries.
    pub rows: Vec<BookRow>,
    /// Whether copies are counted in it.
    pub has_copies: bool,
    /// Whether money is counted in it.
    pub has_fees: bool,
    /// How long it is kept, and by which article.
    pub retention: String,
    /// By which article it is kept.
    pub basis: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Who keeps the book.
    pub keeper: String,
    /// Who closes it.
    pub leader: Signer,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// Longer books are typeset piece by piece, and go without tags for screen readers.
const PIECE_ROWS: usize = 200;
/// A row never breaks over pages, so a text on paper is cut before it fills one.
const PAPER_LETTERS_MAX: usize = 700;

/// The book as PDF: a cover, A4 landscape, heads and sums on every page, the closing line.
///
/// # Errors
/// When the typesetter fails.
pub fn render_book(sheet: &BookSheet) -> Result<Vec<u8>, PrintError> {
    let template = include_str!("../forms/book.typ");
    let rows = sheet.rows.len();
    if rows <= PIECE_ROWS {
        return typeset::pdf(template, &book_data(sheet, 0..rows, None)?, Profile::Tagged);
    }
    typeset::long_pdf(template, rows, PIECE_ROWS, |piece, page| book_data(sheet, piece, Some(page)))
}

fn book_data(
    sheet: &BookSheet,
    piece: Range<usize>,
    first_page: Option<usize>,
) -> Result<Value, PrintError> {
    let rows: Vec<Value> = sheet
        .rows
        .get(piece.clone())
        .unwrap_or_default()
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.cells.iter().map(|it| cut(it)).collect();
            json!({ "cells": cells, "cancelled": row.cancelled, "copies": row.copies, "fee": row.fee })
        })
        .collect();
    let mut data = json!({
        "kind": "so",
        "title": sheet.title.to_uppercase(),
        "form_label": "",
        "paper": "a4",
        "agency": sheet.agency,
        "volumes": sheet.volumes,
        "year": sheet.year.to_string(),
        "period": sheet.period,
        "opened_text": sheet.opened_on.map(long_date),
        "closed_text": sheet.closing.as_ref().map(|it| long_date(it.on)),
        "closing": sheet.closing.as_ref().map(|it| closing_words(sheet, it)),
        "columns": sheet.columns,
        "has_copies": sheet.has_copies,
        "has_fees": sheet.has_fees,
        "retention": sheet.retention,
        "basis": sheet.basis,
        "date": sheet.made_on.map(date_parts),
        "date_text": sheet.made_on.map(long_date),
        "keeper": sheet.keeper,
        "leader": sheet.leader,
        "demo": sheet.demo,
        "rows": rows,
        "first_page": first_page,
        "opens": piece.start == 0,
        "closes": piece.end == sheet.rows.len(),
    });
    clean(&mut data);
    Ok(data)
}

/// The line under which the book is signed: “Sổ này gồm 15 (mười lăm) trường hợp …”.
#[must_use]
pub fn closing_words(sheet: &BookSheet, it: &BookClosing) -> String {
    let mut text = format!(
        "Sổ này gồm {} ({}) trường hợp",
        grouped(it.count),
        number_in_words(it.count).to_lowercase()
    );
    if it.count > 0 {
        text.push_str(&format!(", từ số 01 đến số {:02}", it.count));
    }
    if it.cancelled > 0 {
        text.push_str(&format!(", trong đó có {} trường hợp đã hủy", grouped(it.cancelled)));
    }
    if sheet.has_copies {
        text.push_str(&format!("; tổng số bản: {}", grouped(it.copies)));
    }
    if sheet.has_fees {
        let words = money_in_words(it.fee);
        text.push_str(&format!(
            "; tổng số phí: {} ({})",
            money(it.fee),
            words.trim_end_matches('.')
        ));
    }
    text.push_str(&format!(". Khóa sổ {}.", long_date(it.on)));
    text
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(PAPER_LETTERS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The row of the column heads, counted from nought.
const HEAD_ROW: u32 = 4;
/// A cell of a workbook holds 32,767 letters at most.
const CELL_LETTERS_MAX: usize = 32_000;

/// The book as a workbook: every cell is text or a number, none a formula.
///
/// # Errors
/// When the workbook cannot be written.
pub fn book_xlsx(sheet: &BookSheet) -> Result<Vec<u8>, PrintError> {
    let plain = Format::new().set_font_name("Times New Roman").set_font_size(11);
    let cell =
        plain.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap();
    let gone = cell.clone().set_font_strikethrough();
    let head =
        cell.clone().set_bold().set_align(FormatAlign::Center).set_background_color(0x00E8_EDF3);
    let title = plain.clone().set_bold().set_font_size(14);
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    page.set_name("Sổ")?;
    page.write_string_with_format(0, 0, &sheet.agency.name, &plain.clone().set_bold())?;
    page.write_string_with_format(1, 0, sheet.title.to_uppercase(), &title)?;
    let volumes = if sheet.volumes.is_empty() {
        String::new()
    } else {
        format!("Quyển số {}, năm {}", sheet.volumes, sheet.year)
    };
    page.write_string_with_format(2, 0, volumes, &plain)?;
    let mark = if sheet.demo { "DỮ LIỆU MINH HỌA" } else { "" };
    page.write_string_with_format(3, 0, mark, &plain)?;
    for (column, it) in (0_u16..).zip(&sheet.columns) {
        page.write_string_with_format(HEAD_ROW, column, &it.head, &head)?;
        page.set_column_width(column, f64::from(it.width.max(6)) * 1.5)?;
    }
    for (line, row) in (HEAD_ROW + 1..).zip(&sheet.rows) {
        let format = if row.cancelled { &gone } else { &cell };
        for (column, text) in (0_u16..).zip(&row.cells) {
            let text: String = text.chars().take(CELL_LETTERS_MAX).collect();
            page.write_string_with_format(line, column, text, format)?;
        }
    }
    if let Some(it) = &sheet.closing {
        let below = HEAD_ROW + 2 + u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX / 2);
        page.write_string_with_format(below, 0, closing_words(sheet, it), &plain)?;
    }
    page.set_freeze_panes(HEAD_ROW + 1, 0)?;
    page.set_landscape();
    page.set_paper_size(9);
    page.set_print_fit_to_pages(1, 0);
    page.set_repeat_rows(HEAD_ROW, HEAD_ROW)?;
    Ok(workbook.save_to_buffer()?)
}

/// One entry of a book, copied out for somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtractSheet {
    /// The office.
    pub agency: Agency,
    /// “Trích lục khai sinh”.
    pub title: String,
    /// The number of this copy; a dotted line if none was given.
    pub document_number: String,
    /// Where it stands: book, volume, number, day.
    pub place_in_book: String,
    /// What stands there, line by line.
    pub lines: Vec<(String, String)>,
    /// Corrections and annotations.
    pub notes: Vec<String>,
    /// Whether the entry was cancelled.
    pub cancelled: bool,
    /// An address where the entry can be compared; may be empty.
    pub url: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Who signs.
    pub leader: Signer,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// An extract as PDF.
///
/// # Errors
/// When the typesetter fails.
pub fn render_extract(sheet: &ExtractSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind": "trich-luc",
            "title": format!("{} (BẢN SAO)", sheet.title.to_uppercase()),
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "qr": qr_or_nothing(&sheet.url)?,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/extract.typ"), &data, Profile::Tagged)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn sheet(rows: usize) -> BookSheet {
        let column =
            |head: &str, width| BookColumn { head: head.into(), width, centred: width < 8 };
        BookSheet {
            agency: Agency { name: "UBND xã Phú Sơn".into(), ..Agency::default() },
            title: "Sổ chứng thực bản sao từ bản chính".into(),
            volumes: "01/2026-SCT/BS".into(),
            year: 2026,
            opened_on: Some(date(2026, 1, 5)),
            columns: vec![column("Số", 6), column("Người yêu cầu", 20), column("Phí", 8)],
            rows: (1..=rows)
                .map(|n| BookRow {
                    cells: vec![n.to_string(), "Nguyễn Thị *Thử* #let".into(), "2.000".into()],
                    cancelled: n == 2,
                    copies: 1,
                    fee: 2_000,
                })
                .collect(),
            has_copies: true,
            has_fees: true,
            made_on: Some(date(2026, 12, 31)),
            ..BookSheet::default()
        }
    }

    #[test]
    fn the_closing_line_says_the_sums_in_figures_and_words() {
        let closing = BookClosing {
            on: date(2026, 12, 31),
            count: 15,
            cancelled: 1,
            copies: 40,
            fee: 85_000,
        };
        assert_eq!(
            closing_words(&sheet(0), &closing),
            "Sổ này gồm 15 (mười lăm) trường hợp, từ số 01 đến số 15, trong đó có 1 trường hợp đã \
             hủy; tổng số bản: 40; tổng số phí: 85.000 đ (Tám mươi lăm nghìn đồng). Khóa sổ ngày 31 \
             tháng 12 năm 2026."
        );
    }

    #[test]
    fn a_book_is_set_with_its_cover_and_sums_on_every_page() {
        let mut whole = sheet(60);
        whole.closing = Some(BookClosing {
            on: date(2026, 12, 31),
            count: 60,
            cancelled: 1,
            copies: 59,
            fee: 118_000,
        });
        let data = book_data(&whole, 0..60, None).unwrap();
        let pages = typeset::lay_out(include_str!("../forms/book.typ"), &data).unwrap();
        assert!(pages.pages().len() >= 3, "a cover and at least two pages");
        assert!(render_book(&whole).unwrap().starts_with(b"%PDF-"));
        assert!(render_book(&sheet(0)).unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn a_long_book_loses_no_entry_between_its_pieces() {
        assert!(render_book(&sheet(450)).unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn an_extract_is_set() {
        let extract = ExtractSheet {
            title: "Trích lục khai sinh".into(),
            lines: vec![("Họ tên".into(), "Nguyễn Thị Thử".into())],
            notes: vec!["Đính chính".into()],
            made_on: Some(date(2026, 3, 2)),
            ..ExtractSheet::default()
        };
        assert!(render_extract(&extract).unwrap().starts_with(b"%PDF-"));
    }
}
