//! Papers about no single dossier: the notice board, one procedure, the head of the ledger.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, Counter, PrintError, Signer,
    clean::clean,
    forms::{merge, qr_or_nothing},
    qr::qr_svg,
    register::date_parts,
    typeset::{self, Profile},
    vi::{grouped, long_date, long_time, short_date},
};

/// One procedure on the notice board.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sector (lĩnh vực); rows of one sector stand together.
    pub sector: String,
    /// Time limit in words.
    pub limit: String,
    /// Fee in words, for example "Không" or "8.000 đ".
    pub fee: String,
    /// Online level in words, for example "Toàn trình".
    pub level: String,
    /// Address of its public page.
    pub url: String,
}

/// The notice board of a unit (bảng niêm yết).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeBoard {
    /// The office.
    pub agency: Agency,
    /// The counter, its address and phone.
    pub counter: Counter,
    /// The decision that announced the list, in words; may be empty.
    pub decision: String,
    /// Where feedback goes, in words; may be empty.
    pub feedback: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// A3 instead of A4.
    pub large: bool,
    /// The procedures; sectors in the order of their first row.
    pub rows: Vec<BoardRow>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The limit by one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelLimit {
    /// Channel, for example "Trực tiếp".
    pub channel: String,
    /// Time limit in words.
    pub limit: String,
    /// Fee in words.
    pub fee: String,
}

/// One paper that a procedure asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcedurePaper {
    /// The case that asks for it, may be empty; papers of one case stand together.
    pub case: String,
    /// Name.
    pub name: String,
    /// Originals.
    pub originals: u16,
    /// Copies.
    pub copies: u16,
    /// Name of the sample form, may be empty.
    pub form: String,
    /// A note rather than a paper: no box to tick, no counts.
    pub remark: bool,
}

/// One procedure to take home (tờ thủ tục).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcedureSheet {
    /// The office that prints it.
    pub agency: Agency,
    /// Where to hand in.
    pub counter: Counter,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sector.
    pub sector: String,
    /// Who settles it.
    pub competent: String,
    /// Who may apply.
    pub applicants: String,
    /// Limits and fees by channel.
    pub limits: Vec<ChannelLimit>,
    /// Papers, grouped by case.
    pub papers: Vec<ProcedurePaper>,
    /// Number of sets.
    pub sets: u16,
    /// What one gets.
    pub result: String,
    /// What one must meet, one line each.
    pub conditions: Vec<String>,
    /// The steps, one line each.
    pub steps: Vec<String>,
    /// Legal basis, one line each.
    pub legal_basis: Vec<String>,
    /// Online level in words.
    pub level: String,
    /// The decision that announced it.
    pub decision: String,
    /// Address of its public page.
    pub url: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The head of the ledger on one day, to print and post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LedgerHead {
    /// The office.
    pub agency: Agency,
    /// The day that the head closes.
    pub day: Option<Date>,
    /// When it was taken.
    pub taken_at: Option<DateTime>,
    /// Entries in the whole ledger.
    pub entries: i64,
    /// The head, in hexadecimal.
    pub hash: String,
    /// The head of the day before; may be empty.
    pub previous: String,
    /// Where anyone can compare; may be empty.
    pub url: String,
    /// The command that checks the ledger against this head; may be empty.
    pub command: String,
    /// Who signs.
    pub leader: Signer,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The notice board as PDF, A4 or A3, heads on every page.
///
/// # Errors
/// When an address does not fit a square code, or the typesetter fails.
pub fn render_notice_board(board: &NoticeBoard) -> Result<Vec<u8>, PrintError> {
    typeset::pdf(include_str!("../forms/notice-board.typ"), &board_data(board)?, Profile::Tagged)
}

pub(crate) fn board_data(board: &NoticeBoard) -> Result<serde_json::Value, PrintError> {
    let mut sectors: Vec<&str> = Vec::new();
    for row in &board.rows {
        if !sectors.contains(&row.sector.as_str()) {
            sectors.push(&row.sector);
        }
    }
    let mut number = 0;
    let mut groups = Vec::with_capacity(sectors.len());
    for sector in sectors {
        let mut rows = Vec::new();
        for row in board.rows.iter().filter(|row| row.sector == sector) {
            number += 1;
            let mut shown = serde_json::to_value(row)?;
            merge(&mut shown, json!({ "number": number, "qr": qr_or_nothing(&row.url)? }));
            rows.push(shown);
        }
        groups.push(json!({ "sector": sector, "rows": rows }));
    }
    let mut data = json!({
        "kind": "niem-yet",
        "title": "DANH MỤC THỦ TỤC HÀNH CHÍNH NIÊM YẾT CÔNG KHAI",
        "form_label": "",
        "paper": if board.large { "a3" } else { "a4" },
        "agency": board.agency,
        "counter": board.counter,
        "decision": board.decision,
        "feedback": board.feedback,
        "date": board.made_on.map(date_parts),
        "date_text": board.made_on.map(long_date),
        "count": number,
        "groups": groups,
        "demo": board.demo,
    });
    clean(&mut data);
    Ok(data)
}

/// One procedure as PDF, to take home.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_procedure(sheet: &ProcedureSheet) -> Result<Vec<u8>, PrintError> {
    typeset::pdf(include_str!("../forms/procedure.typ"), &procedure_data(sheet)?, Profile::Tagged)
}

pub(crate) fn procedure_data(sheet: &ProcedureSheet) -> Result<serde_json::Value, PrintError> {
    let mut cases: Vec<&str> = Vec::new();
    for paper in &sheet.papers {
        if !cases.contains(&paper.case.as_str()) {
            cases.push(&paper.case);
        }
    }
    let cases: Vec<_> = cases
        .into_iter()
        .map(|case| {
            let papers: Vec<_> = sheet.papers.iter().filter(|paper| paper.case == case).collect();
            json!({ "case": case, "papers": papers })
        })
        .collect();
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind": "thu-tuc",
            "title": sheet.name,
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "made_text": sheet.made_on.map(short_date),
            "cases": cases,
            "qr": qr_or_nothing(&sheet.url)?,
        }),
    );
    clean(&mut data);
    Ok(data)
}

/// The head of the ledger as a page to post.
///
/// # Errors
/// When the typesetter fails.
pub fn render_ledger_head(head: &LedgerHead) -> Result<Vec<u8>, PrintError> {
    typeset::pdf(include_str!("../forms/ledger-head.typ"), &ledger_data(head)?, Profile::Tagged)
}

pub(crate) fn ledger_data(head: &LedgerHead) -> Result<serde_json::Value, PrintError> {
    let letters: Vec<char> = head.hash.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    let scanned = if head.url.is_empty() { &head.hash } else { &head.url };
    let mut data = serde_json::to_value(head)?;
    merge(
        &mut data,
        json!({
            "kind": "so-cai",
            "title": "THÔNG BÁO MÃ CHỐT SỔ NHẬT KÝ ĐIỆN TỬ",
            "form_label": "",
            "paper": "a4",
            "date": head.day.map(date_parts),
            "date_text": head.day.map(long_date),
            "taken_text": head.taken_at.map(long_time),
            "entries_text": grouped(head.entries),
            "hash_groups": groups,
            "qr": qr_svg(scanned)?,
        }),
    );
    clean(&mut data);
    Ok(data)
}
