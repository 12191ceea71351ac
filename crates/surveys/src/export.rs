//! Results to take away: a workbook, sheets without anybody (CSV), a syntax file for SPSS, a report on paper.

use std::fmt::Write as _;

use axum::response::Response;
use domain::{
    ids::SurveyId,
    survey::{
        form::{Form, Kind},
        hide,
        quality::{Rules, Sheet, judge},
        tally::CallBacks,
    },
    text,
};
use people::sheets::{self, Sheet as Page};
use prints::{Agency, SurveyReport, SurveyTable};
use serde_json::json;
use site::{Failure, Lang, Path, Site, State, Who};
use store::{Fault, journal::Entry};

use crate::{
    desk,
    outcome::{View, load, open_strata, view},
    sql::Survey,
};

/// The stratum of a sheet whose own is not told.
const OTHER: &str = "Tầng khác";

/// How the survey was done, for the report and the public page.
pub fn method(it: &Survey, base: &str) -> Vec<String> {
    vec![
        format!(
            "Danh sách {} chốt trước, mã băm SHA-256 công khai: {}.",
            if it.period.is_some() { "người có hồ sơ đã trả kết quả" } else { "người được hỏi" },
            it.frame_hash
        ),
        format!(
            "Hạt giống đến sau khi chốt, từ nguồn đã báo trước ({}): {}.",
            it.seed_source, it.seed
        ),
        format!(
            "Cỡ mẫu là tổng của từng đơn vị: n = N ÷ (1 + N·e²), e = {}%, tính ít nhất {} người (cả danh sách nếu ít \
             hơn); cộng lại {} người. Tổng ấy chia cho các tầng theo số người, bằng phần dư lớn nhất, nên đơn vị ít \
             người có thể được ít hơn mức tính riêng; trong tầng \
             lấy người có SHA-256(hạt giống, mã) nhỏ nhất. Ai cũng rút lại được: {base}/khao-sat/{}.",
            it.error_bp / 100,
            it.floor,
            it.size,
            it.id
        ),
        "Khoảng tin cậy 95% theo Wilson, có hiệu chỉnh tổng thể hữu hạn, số người trả lời là số phiếu. Mỗi tầng có trọng \
         số theo số người trong danh sách. Phiếu trống quá 30% bị loại; phiếu chọn một mức cho mọi câu hoặc trả lời \
         nhanh bất thường được đánh dấu và tính cả hai cách. Ô dưới 5 người không hiện."
            .to_owned(),
    ]
}

/// Columns of sheets: variable, label, codes with labels.
struct Column {
    name: String,
    label: String,
    values: Vec<(String, String)>,
}

/// A name that SPSS takes: letters, digits, a letter first.
fn variable(code: &str) -> String {
    let plain: String =
        code.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
    if plain.starts_with(|it: char| it.is_ascii_alphabetic()) { plain } else { format!("Q{plain}") }
}

fn columns(form: &Form) -> Vec<Column> {
    let mut columns = Vec::new();
    for it in form.question.iter().filter(|it| it.kind != Kind::Text) {
        let choices = form.choices(it);
        if it.kind == Kind::Several {
            for choice in choices {
                columns.push(Column {
                    name: format!("{}_{}", variable(&it.code), variable(&choice.code)),
                    label: format!("{}: {}", it.vi, choice.vi),
                    values: vec![
                        ("0".to_owned(), "Không".to_owned()),
                        ("1".to_owned(), "Có".to_owned()),
                    ],
                });
            }
        } else {
            columns.push(Column {
                name: variable(&it.code),
                label: it.vi.clone(),
                values: choices.iter().map(|it| (it.code.clone(), it.vi.clone())).collect(),
            });
        }
    }
    columns
}

/// One sheet as cells, in the order of [`columns`]; what was written freely is in none of them.
fn cells(form: &Form, it: &Sheet) -> Vec<String> {
    let mut cells = Vec::new();
    for question in form.question.iter().filter(|it| it.kind != Kind::Text) {
        let given = it.answers.get(&question.code);
        if question.kind == Kind::Several {
            for choice in form.choices(question) {
                let chosen = given.is_some_and(|it| it.contains(&choice.code));
                cells.push(u8::from(chosen).to_string());
            }
        } else {
            cells.push(given.and_then(|it| it.first()).cloned().unwrap_or_default());
        }
    }
    cells
}

fn quoted(cell: &str) -> String {
    // A cell that begins like a formula is none.
    let safe =
        if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() };
    format!("\"{}\"", safe.replace('"', "\"\""))
}

/// Sheets without anybody: stratum where it may be told, how odd, answers. In an order that says nothing.
pub fn csv(form: &Form, sheets: &[Sheet], open: &[&str]) -> String {
    let mut rows: Vec<String> = sheets
        .iter()
        .map(|it| {
            let judged = judge(form, it, &Rules::default());
            let flag = |it: bool| u8::from(it).to_string();
            let mut row = vec![
                if open.contains(&it.stratum.as_str()) { &it.stratum } else { OTHER }.to_owned(),
                flag(!judged.is_blank),
                flag(judged.is_straight),
                flag(judged.is_fast),
            ];
            row.extend(cells(form, it));
            row.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(",")
        })
        .collect();
    rows.sort();
    let mut heads: Vec<String> =
        ["TANG", "HOP_LE", "CHON_DEU", "QUA_NHANH"].map(str::to_owned).into();
    heads.extend(columns(form).into_iter().map(|it| it.name));
    let heads = heads.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(",");
    format!("\u{feff}{heads}\r\n{}\r\n", rows.join("\r\n"))
}

fn spss_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace(['\r', '\n'], " "))
}

/// The syntax that reads the CSV with names of variables and values.
fn spss(form: &Form, csv_name: &str) -> String {
    let all = columns(form);
    let mut out = String::from("* Mở cùng thư mục với tệp CSV. Mã hóa UTF-8.\nSET UNICODE=ON.\n");
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&format!("GET DATA /TYPE=TXT /FILE={} /ENCODING='UTF8'", spss_text(csv_name)));
    line("  /ARRANGEMENT=DELIMITED /DELIMITERS=',' /QUALIFIER='\"' /FIRSTCASE=2");
    line("  /VARIABLES=TANG A200 HOP_LE F1 CHON_DEU F1 QUA_NHANH F1");
    for it in &all {
        let widest = it.values.iter().map(|it| it.0.len()).max().unwrap_or(1);
        let numbers = it.values.iter().all(|it| it.0.bytes().all(|c| c.is_ascii_digit()));
        let kind = if numbers { format!("F{widest}") } else { format!("A{widest}") };
        line(&format!("    {} {kind}", it.name));
    }
    line("  .");
    line(
        "VARIABLE LABELS TANG 'Tầng' HOP_LE 'Phiếu hợp lệ' CHON_DEU 'Chọn một mức' QUA_NHANH 'Trả lời quá nhanh'",
    );
    for it in &all {
        line(&format!("  {} {}", it.name, spss_text(&it.label)));
    }
    line("  .");
    line("VALUE LABELS HOP_LE CHON_DEU QUA_NHANH 0 'Không' 1 'Có'");
    for it in &all {
        let numbers = it.values.iter().all(|it| it.0.bytes().all(|c| c.is_ascii_digit()));
        let mut values = String::new();
        for (code, label) in &it.values {
            let code = if numbers { code.clone() } else { spss_text(code) };
            // Writing to a string cannot fail.
            let _ = write!(values, " {code} {}", spss_text(label));
        }
        line(&format!("  /{}{values}", it.name));
    }
    line("  .");
    line("EXECUTE.");
    out
}

/// What came of calling back, in words.
pub fn called(it: &CallBacks) -> String {
    if it.wanted == 0 {
        return "không có phiếu do điều tra viên nhập".to_owned();
    }
    format!(
        "gọi lại {} trên {} người: {} đúng, {} nói chưa ai hỏi, {} không liên lạc được",
        it.called(),
        it.wanted,
        it.confirmed,
        it.denied,
        it.unreachable
    )
}

fn facts(it: &Survey, unit: &str, v: &View) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    vec![
        fact("Đơn vị", unit.to_owned()),
        fact("Đã mời, đã trả lời", format!("{} người, {} người ({})", v.drawn, v.answered, v.rate)),
        fact("Phiếu hợp lệ", format!("{} (loại {} phiếu trống quá 30%)", v.valid, v.blank)),
        fact("Phiếu đáng ngờ", format!("{} chọn một mức, {} quá nhanh", v.straight, v.fast)),
        fact(
            "Chỉ số chung",
            format!("{}, khoảng tin cậy 95%: {}", v.index.value, v.index.interval),
        ),
        fact("Bỏ phiếu đáng ngờ", format!("{} ({})", v.index_clean.value, v.index_clean.interval)),
        fact("Phúc tra", called(&v.calls)),
        fact("Phiếu giấy nhập dở khi đóng", format!("{}, không tính", v.unfinished)),
        fact("Cách tính", v.measure.to_owned()),
        fact("Mã băm kết quả", it.results_hash.clone()),
    ]
}

fn tables(v: &View) -> Vec<(&'static str, SurveyTable)> {
    let heads = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let factors = SurveyTable {
        caption: "Chỉ số theo nhóm".to_owned(),
        heads: heads(&["Nhóm", "Chỉ số", "Khoảng tin cậy 95%", "Ghi chú"]),
        rows: v
            .factors
            .iter()
            .map(|it| {
                vec![
                    it.name.clone(),
                    it.index.value.clone(),
                    it.index.interval.clone(),
                    it.note.to_owned(),
                ]
            })
            .collect(),
        note: String::new(),
    };
    let units = SurveyTable {
        caption: "Theo đơn vị".to_owned(),
        heads: heads(&["Đơn vị", "Mời", "Hợp lệ", "Chỉ số", "Khoảng tin cậy 95%", "Chấm điểm"]),
        rows: v
            .units
            .iter()
            .map(|it| {
                vec![
                    it.name.clone(),
                    it.drawn.to_string(),
                    it.valid.clone(),
                    it.index.value.clone(),
                    it.index.interval.clone(),
                    if it.scored { "có" } else { "không, ít phiếu" }.to_owned(),
                ]
            })
            .collect(),
        note: format!("Dưới {} phiếu hợp lệ: hiện kết quả, không chấm điểm.", v.scored_min),
    };
    let strata = SurveyTable {
        caption: "Tỷ lệ trả lời và trọng số theo tầng".to_owned(),
        heads: heads(&["Tầng", "Danh sách", "Mời", "Trả lời", "Hợp lệ", "Trọng số"]),
        rows: v
            .strata
            .iter()
            .map(|it| {
                vec![
                    it.name.clone(),
                    it.population.to_string(),
                    it.drawn.to_string(),
                    it.answered.clone(),
                    it.valid.clone(),
                    it.weight.clone(),
                ]
            })
            .collect(),
        note: String::new(),
    };
    let questions = SurveyTable {
        caption: "Từng câu hỏi".to_owned(),
        heads: heads(&["Câu hỏi, phương án", "Số phiếu", "Tỷ lệ có trọng số", "Chỉ số"]),
        rows: v
            .questions
            .iter()
            .flat_map(|it| {
                let head = vec![
                    format!("{} {}", it.code, it.text),
                    it.answered.to_string(),
                    String::new(),
                    format!("{} ({})", it.index.value, it.index.interval),
                ];
                let options = it.options.iter().map(|it| {
                    vec![
                        format!("– {} {}", it.code, it.text),
                        it.count.clone(),
                        it.share.clone(),
                        String::new(),
                    ]
                });
                std::iter::once(head).chain(options).collect::<Vec<_>>()
            })
            .collect(),
        note: "Tỷ lệ của câu chọn nhiều tính trên người trả lời, không cộng lại thành 100%."
            .to_owned(),
    };
    vec![("Nhóm", factors), ("Đơn vị", units), ("Tầng", strata), ("Câu hỏi", questions)]
}

const FACT_HEADS: &[(&str, u16)] = &[("Mục", 26), ("Nội dung", 90)];
const FACTOR_HEADS: &[(&str, u16)] =
    &[("Nhóm", 50), ("Chỉ số", 12), ("Khoảng tin cậy 95%", 22), ("Ghi chú", 30)];
const UNIT_HEADS: &[(&str, u16)] = &[
    ("Đơn vị", 44),
    ("Mời", 10),
    ("Hợp lệ", 10),
    ("Chỉ số", 12),
    ("Khoảng tin cậy 95%", 22),
    ("Chấm điểm", 20),
];
const STRATUM_HEADS: &[(&str, u16)] = &[
    ("Tầng", 60),
    ("Danh sách", 12),
    ("Mời", 10),
    ("Trả lời", 10),
    ("Hợp lệ", 10),
    ("Trọng số", 10),
];
const QUESTION_HEADS: &[(&str, u16)] =
    &[("Câu hỏi, phương án", 80), ("Số phiếu", 12), ("Tỷ lệ có trọng số", 18), ("Chỉ số", 30)];

fn workbook(it: &Survey, unit: &str, v: &View) -> Result<Vec<u8>, Fault> {
    let rows = facts(it, unit, v).into_iter().map(|(name, value)| vec![name, value]).collect();
    let mut pages = vec![Page { name: "Chung", heads: FACT_HEADS, rows }];
    let all = [FACTOR_HEADS, UNIT_HEADS, STRATUM_HEADS, QUESTION_HEADS];
    for ((name, table), heads) in tables(v).into_iter().zip(all) {
        pages.push(Page { name, heads, rows: table.rows });
    }
    sheets::workbook(&pages)
}

/// GET `/co-quan/khao-sat/{id}/xuat/{name}`: `ket-qua.xlsx`, `phieu.csv`, `phieu.sps` or `bao-cao.pdf`.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Path((id, name)): Path<(i64, String)>,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    if !["ket-qua.xlsx", "phieu.csv", "phieu.sps", "bao-cao.pdf"].contains(&name.as_str()) {
        return Err(Failure::NotFound);
    }
    let _turn = site.one_at_a_time().await?;
    let (it, form, found) = load(&site, &who, id).await?;
    let unit = who.tree.title(it.unit).to_owned();
    let v = view(&who, &form, &found, Lang::Vi);
    let (inner, survey, what) = (site.clone(), it.clone(), name.clone());
    let sheets = site
        .write(&who, move |tx| {
            let sheets = desk::closed_sheets(&inner, tx, &survey)?;
            tx.journal(
                Entry::new(desk::SUBJECT, id.0, "export_survey").details(&json!({"file": what})),
            );
            Ok(sheets)
        })
        .await?;
    let csv_name = format!("khao-sat-{id}.csv");
    Ok(match name.as_str() {
        "phieu.csv" => {
            // So few sheets are somebody's, whatever is left out of them.
            let few = u64::try_from(sheets.len()).unwrap_or(0) < hide::CELL_MIN;
            let shown: &[Sheet] = if few { &[] } else { &sheets };
            site::file(
                csv(&form, shown, &open_strata(&found)),
                "text/csv; charset=utf-8",
                &csv_name,
                true,
            )
        }
        "phieu.sps" => {
            let syntax = spss(&form, &csv_name);
            site::file(syntax, "text/plain; charset=utf-8", &format!("khao-sat-{id}.sps"), true)
        }
        "ket-qua.xlsx" => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            site::file(workbook(&it, &unit, &v)?, kind, &format!("khao-sat-{id}.xlsx"), true)
        }
        _ => {
            let of = who.tree.unit(it.unit);
            let above = of.and_then(|it| it.parent);
            let report = SurveyReport {
                agency: Agency {
                    parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
                    name: unit.clone(),
                    place: of.map_or_else(String::new, |it| it.place.clone()),
                },
                about: format!(
                    "{} ({})",
                    it.title,
                    it.closed_on.map_or_else(String::new, text::date)
                ),
                facts: facts(&it, &unit, &v),
                tables: tables(&v).into_iter().map(|it| it.1).collect(),
                method: method(&it, &site.config.base_url),
                made_on: Some(who.today()),
                demo: site.config.demo,
            };
            let made =
                tokio::task::spawn_blocking(move || prints::render_survey_report(&report)).await;
            let bytes = made
                .map_err(|e| Fault::Worker(e.to_string()))?
                .map_err(|e| Fault::Broken(format!("print: {e}")))?;
            site::file(bytes, "application/pdf", &format!("khao-sat-{id}.pdf"), false)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_that_spss_takes_and_a_cell_is_no_formula() {
        assert_eq!(variable("TC1"), "TC1");
        assert_eq!(variable("1-a"), "Q1_a");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(spss_text("d'or\n"), "'d''or '");
    }
}
