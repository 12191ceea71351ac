//! The slip of papers that change hands between two units (phiếu bàn giao).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::merge,
    typeset::{self, Profile},
    vi::{long_date, long_time},
};

/// One line of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandedPaper {
    /// What it is.
    pub name: String,
    /// Bản chính, bản chụp, tệp.
    pub form: String,
    /// How many.
    pub count: i64,
}

/// A slip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandOverSheet {
    /// The body of who gives.
    pub agency: Agency,
    /// Whether a result comes back.
    pub is_result: bool,
    /// Its number of the giver's day.
    pub number: i64,
    /// The day.
    pub day: Option<Date>,
    /// Code of the part.
    pub code: String,
    /// Code of the whole, empty if it is the same.
    pub parent_code: String,
    /// Who gives.
    pub from: String,
    /// Who receives.
    pub to: String,
    /// Who gave.
    pub given_by: String,
    /// When.
    pub given_at: Option<DateTime>,
    /// By when it is to be confirmed.
    pub due_at: Option<DateTime>,
    /// The procedure.
    pub procedure: String,
    /// The applicant.
    pub applicant: String,
    /// What is asked.
    pub request: String,
    /// How it travels.
    pub carriage: String,
    /// When the part is due.
    pub child_due_at: Option<DateTime>,
    /// When the whole is due.
    pub parent_due_at: Option<DateTime>,
    /// What lies in it.
    pub papers: Vec<HandedPaper>,
    /// Whether it was taken.
    pub state: String,
    /// Who took it, or would not.
    pub closed_by: String,
    /// When.
    pub closed_at: Option<DateTime>,
    /// Why it was not taken.
    pub reason: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The slip as a page for both sides.
///
/// # Errors
/// When the typesetter fails.
pub fn render_hand_over(sheet: &HandOverSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    let time = |at: Option<DateTime>| at.map(long_time);
    let what = if sheet.is_result { "KẾT QUẢ" } else { "HỒ SƠ" };
    let closed = match (sheet.closed_by.is_empty(), time(sheet.closed_at)) {
        (false, Some(at)) => format!("{}, {at}", sheet.closed_by),
        (true, Some(at)) => at,
        (_, None) => String::new(),
    };
    merge(
        &mut data,
        json!({
            "kind": "phieu-ban-giao",
            "title": format!("PHIẾU BÀN GIAO {what} LIÊN THÔNG"),
            "form_label": "",
            "paper": "a4",
            "number_text": format!("{:03}", sheet.number),
            "date": sheet.day.map(|d| [i64::from(d.year()), i64::from(d.month()), i64::from(d.day())]),
            "date_text": sheet.day.map(long_date),
            "given_text": time(sheet.given_at),
            "due_text": time(sheet.due_at),
            "child_due_text": time(sheet.child_due_at),
            "parent_due_text": time(sheet.parent_due_at),
            "closed_text": closed,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/hand-over.typ"), &data, Profile::Tagged)
}
