//! Papers about money: receipts, slips of refunds and hand-overs, the cash book.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::merge,
    register::date_parts,
    typeset::{self, Profile},
    vi::{long_date, long_time, money, money_in_words, short_date},
};

/// One line of a receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChargeLine {
    /// What for.
    pub name: String,
    /// How the amount came about; may be empty.
    pub working: String,
    /// Amount in đồng.
    pub dong: i64,
}

/// Somebody who signs below: title, name.
pub type Signs = (String, String);

/// A receipt (biên lai), a slip of a refund or of a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MoneySheet {
    /// The office.
    pub agency: Agency,
    /// Its title, for example “BIÊN LAI THU PHÍ, LỆ PHÍ”.
    pub title: String,
    /// Series and number as they are shown.
    pub number: String,
    /// Marks it: a copy, cancelled; empty for the original.
    pub mark: String,
    /// When the money moved.
    pub at: Option<DateTime>,
    /// Labels and what stands behind them.
    pub facts: Vec<(String, String)>,
    /// What the amount is made of; may be empty.
    pub lines: Vec<ChargeLine>,
    /// The amount, in đồng.
    pub dong: i64,
    /// Who signs.
    pub signs: Vec<Signs>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// A receipt or slip as PDF, on A5.
///
/// # Errors
/// When the typesetter fails.
pub fn render_money(sheet: &MoneySheet) -> Result<Vec<u8>, PrintError> {
    typeset::pdf_on_few_pages(include_str!("../forms/money.typ"), money_data(sheet)?)
}

pub(crate) fn money_data(sheet: &MoneySheet) -> Result<serde_json::Value, PrintError> {
    let date = sheet.at.map(DateTime::date);
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind": "tien",
            "form_label": "",
            "paper": "a5",
            "date": date.map(date_parts),
            "date_text": date.map(long_date),
            "time_text": sheet.at.map(long_time),
            "line_texts": sheet.lines.iter().map(|it| money(it.dong)).collect::<Vec<_>>(),
            "total": money(sheet.dong),
            "words": money_in_words(sheet.dong),
            "qr": null,
        }),
    );
    clean(&mut data);
    Ok(data)
}

/// One entry of the cash book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CashRow {
    /// The day in whose book it is.
    pub day: Option<Date>,
    /// Number of the receipt or slip.
    pub paper: String,
    /// What it is about.
    pub about: String,
    /// Cash that came in, in đồng; nought for none.
    pub came_in: i64,
    /// Cash that went out.
    pub went_out: i64,
    /// Moved on the account, not in cash: shown, not summed.
    pub transfer: i64,
    /// Cash left after it.
    pub left: i64,
}

/// The cash book of a stretch of days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CashSheet {
    /// The office.
    pub agency: Agency,
    /// The one-stop shop.
    pub counter: String,
    /// Whose book; empty for all collectors.
    pub collector: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// The entries.
    pub rows: Vec<CashRow>,
    /// Label and amount in đồng: opening, receipts, …, closing.
    pub sums: Vec<(String, i64)>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The cash book as PDF, A4 across.
///
/// # Errors
/// When the typesetter fails.
pub fn render_cash(sheet: &CashSheet) -> Result<Vec<u8>, PrintError> {
    typeset::pdf(include_str!("../forms/cash-book.typ"), &cash_data(sheet)?, Profile::Tagged)
}

pub(crate) fn cash_data(sheet: &CashSheet) -> Result<serde_json::Value, PrintError> {
    let amount = |dong: i64| if dong == 0 { String::new() } else { money(dong) };
    let rows: Vec<_> = sheet
        .rows
        .iter()
        .map(|it| {
            json!([
                it.day.map(short_date).unwrap_or_default(),
                it.paper,
                it.about,
                amount(it.came_in),
                amount(it.went_out),
                amount(it.transfer),
                money(it.left),
            ])
        })
        .collect();
    let sums: Vec<_> =
        sheet.sums.iter().map(|(label, dong)| json!([label, money(*dong)])).collect();
    let day = |it: Option<Date>| it.map(short_date).unwrap_or_default();
    let mut data = json!({
        "kind": "so-quy",
        "title": "SỔ QUỸ TIỀN MẶT THU PHÍ, LỆ PHÍ",
        "form_label": "",
        "paper": "a4",
        "agency": sheet.agency,
        "counter": sheet.counter,
        "collector": sheet.collector,
        "from": day(sheet.from),
        "until": day(sheet.until),
        "date": sheet.until.map(date_parts),
        "date_text": sheet.until.map(long_date),
        "rows": rows,
        "sums": sums,
        "qr": null,
        "demo": sheet.demo,
    });
    clean(&mut data);
    Ok(data)
}
