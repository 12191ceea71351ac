//! The evaluation of a one-stop shop or an official on paper.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::merge,
    register::date_parts,
    typeset::{self, Profile},
    vi::long_date,
};

/// One indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationRow {
    /// Its number.
    pub number: String,
    /// What it is.
    pub label: String,
    /// Its points, or why it has none.
    pub points: String,
    /// From how many of what.
    pub figure: String,
    /// Where that comes from.
    pub source: String,
}

/// The whole of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationSheet {
    /// Who is evaluated.
    pub agency: Agency,
    /// Which time, in words.
    pub period: String,
    /// Which official; empty for the whole unit.
    pub official: String,
    /// By which documents.
    pub law: String,
    /// The indicators.
    pub rows: Vec<EvaluationRow>,
    /// The sum and the most that there is; empty if nothing was scored.
    pub sum: String,
    /// The class; empty if nothing was scored.
    pub class: String,
    /// What was left out; may be empty.
    pub effect: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The evaluation as PDF, A4.
///
/// # Errors
/// When the typesetter fails.
pub fn render_evaluation(sheet: &EvaluationSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": "KẾT QUẢ ĐÁNH GIÁ VIỆC GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
            "form_label": "",
            "paper": "a4",
            "qr": serde_json::Value::Null,
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/evaluation.typ"), &data, Profile::Tagged)
}
