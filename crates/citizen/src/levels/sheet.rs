//! The use of levels as a workbook: a line for each unit and level, and the procedures of one unit.

use axum::response::Response;
use domain::level::LEVELS;
use people::sheets::{self, Sheet};
use site::Failure;

use super::usage::{Days, ProcedureUse, UnitUse};

const UNITS: &[(&str, u16)] = &[
    ("Đơn vị", 44),
    ("Mức độ", 34),
    ("Số thủ tục", 12),
    ("Thủ tục có hồ sơ trực tuyến", 16),
    ("Hồ sơ tiếp nhận", 14),
    ("Trong đó trực tuyến", 14),
    ("Tỷ lệ trực tuyến", 14),
];

const PROCEDURES: &[(&str, u16)] = &[
    ("Mã", 14),
    ("Thủ tục", 80),
    ("Mức độ", 34),
    ("Hồ sơ tiếp nhận", 14),
    ("Trong đó trực tuyến", 14),
    ("Tỷ lệ trực tuyến", 14),
];

/// A workbook to save.
pub(super) fn to_save(
    days: Days,
    units: &[UnitUse],
    procedures: &[ProcedureUse],
) -> Result<Response, Failure> {
    let mut rows = Vec::new();
    for unit in units {
        let lines = LEVELS.iter().map(|it| it.label()).zip(unit.levels);
        for (label, it) in lines.chain(std::iter::once(("Cộng", unit.total()))) {
            rows.push(vec![
                unit.title.clone(),
                label.to_owned(),
                it.procedures.to_string(),
                it.used.to_string(),
                it.received.to_string(),
                it.online.to_string(),
                it.share(),
            ]);
        }
    }
    let listed = procedures
        .iter()
        .map(|it| {
            vec![
                it.code.clone(),
                it.name.clone(),
                it.level.label().to_owned(),
                it.received.to_string(),
                it.online.to_string(),
                domain::text::percent_of(it.online, it.received),
            ]
        })
        .collect();
    let mut all = vec![Sheet { name: "Theo mức độ", heads: UNITS, rows }];
    if !procedures.is_empty() {
        all.push(Sheet { name: "Thủ tục nộp qua mạng", heads: PROCEDURES, rows: listed });
    }
    Ok(sheets::to_save(&all, &format!("muc-do-su-dung-{}-{}.xlsx", days.0, days.1))?)
}
