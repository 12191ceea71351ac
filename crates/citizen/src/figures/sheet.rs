//! The table as a workbook, in the columns of biểu II.06a/VPCP/KSTT.

use axum::response::Response;
use domain::tally::Tally;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, XlsxError};
use site::Failure;
use store::Fault;

use super::{CELLS, LineOf, Wanted};
use crate::hand_entries::Late;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook to save.
pub(super) fn to_save(
    place: &str,
    wanted: &Wanted,
    lines: &[LineOf],
    total: (&Tally, Late),
) -> Result<Response, Failure> {
    let bytes = write(place, wanted, lines, total)
        .map_err(|e| Fault::Broken(format!("workbook of figures: {e}")))?;
    let name = format!("II.06a-{}-{}.xlsx", wanted.period.from, wanted.period.until);
    Ok(site::file(bytes, XLSX, &name, true))
}

fn write(
    place: &str,
    wanted: &Wanted,
    lines: &[LineOf],
    (total, late): (&Tally, Late),
) -> Result<Vec<u8>, XlsxError> {
    let title = Format::new().set_bold().set_font_size(14).set_align(FormatAlign::Center);
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin);
    let text = Format::new().set_text_wrap().set_border(FormatBorder::Thin);
    let number = Format::new().set_num_format("#,##0").set_border(FormatBorder::Thin);
    let bold = number.clone().set_bold();
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("II.06a")?.set_landscape();
    page.write_string(0, 0, "Biểu II.06a/VPCP/KSTT")?;
    page.write_string(1, 0, place)?;
    let whole = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH";
    page.merge_range(2, 0, 2, 13, whole, &title)?;
    let period = format!(
        "Từ ngày {} đến ngày {}. Đơn vị tính: hồ sơ",
        domain::text::date(wanted.period.from),
        domain::text::date(wanted.period.until)
    );
    page.write_string(3, 0, period)?;
    page.merge_range(5, 0, 6, 0, "TT", &head)?;
    page.merge_range(5, 1, 6, 1, "Lĩnh vực, công việc giải quyết", &head)?;
    page.merge_range(5, 2, 5, 5, "Tiếp nhận", &head)?;
    page.merge_range(5, 6, 5, 9, "Đã giải quyết", &head)?;
    page.merge_range(5, 10, 5, 12, "Đang giải quyết", &head)?;
    page.merge_range(5, 13, 6, 13, "Rút, dừng giải quyết", &head)?;
    for ((place, _, cell), column) in CELLS.iter().zip(2..) {
        if !place.is_empty() {
            page.write_string_with_format(6, column, cell.label(), &head)?;
        }
        let place = if place.is_empty() { String::new() } else { format!("({place})") };
        page.write_string_with_format(7, column, place, &head)?;
        page.set_column_width(column, 12)?;
    }
    page.write_string_with_format(7, 0, "(1)", &head)?;
    page.write_string_with_format(7, 1, "(2)", &head)?;
    page.set_column_width(0, 6)?.set_column_width(1, 44)?;
    page.set_freeze_panes(8, 2)?;
    let mut at = 8;
    for (line, place) in lines.iter().zip(1_i32..) {
        page.write_number_with_format(at, 0, place, &number)?;
        page.write_string_with_format(at, 1, &line.label, &text)?;
        cells(page, at, &line.tally, &number)?;
        at += 1;
    }
    page.write_string_with_format(at, 0, "", &bold)?;
    page.write_string_with_format(at, 1, "Tổng cộng", &bold)?;
    cells(page, at, total, &bold)?;
    let note = "Cột 3 = 4 + 5 + 6 = 7 + 11 + số rút, dừng. Quá hạn tính theo ngày hẹn trả lần đầu.";
    page.write_string(at + 2, 0, note)?;
    page.write_string(at + 3, 0, late.said())?;
    book.save_to_buffer()
}

#[expect(clippy::cast_precision_loss, reason = "a spreadsheet's numbers are floats")]
fn cells(
    page: &mut rust_xlsxwriter::Worksheet,
    at: u32,
    tally: &Tally,
    format: &Format,
) -> Result<(), XlsxError> {
    for ((_, _, cell), column) in CELLS.iter().zip(2..) {
        page.write_number_with_format(at, column, cell.of(tally) as f64, format)?;
    }
    Ok(())
}
