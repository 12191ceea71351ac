//! Papers of a case about conduct: its summary for the file, and the letter that says sorry.

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

/// Something that happened in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConductStep {
    /// When, in words.
    pub at: String,
    /// What, and by whom.
    pub what: String,
    /// What was said with it.
    pub words: String,
}

/// The summary of a case. Who reported it is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConductSheet {
    /// Who handles it.
    pub agency: Agency,
    /// Its number.
    pub code: String,
    /// Whom it is about, with title and unit.
    pub accused: String,
    /// Where it comes from.
    pub source: String,
    /// What is reported.
    pub summary: String,
    /// How far it is.
    pub status: String,
    /// What was concluded; may be empty.
    pub conclusion: String,
    /// What is put right: measure, change, by when and by whom checked, what was found.
    pub corrections: Vec<[String; 4]>,
    /// What happened.
    pub steps: Vec<ConductStep>,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The letter of apology.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConductApology {
    /// Who says sorry.
    pub agency: Agency,
    /// The case.
    pub code: String,
    /// The day of the event, in words; empty if it is not known.
    pub happened: String,
    /// What was found, without names.
    pub found: String,
    /// What is changed.
    pub change: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The summary as PDF, A4.
///
/// # Errors
/// When the typesetter fails.
pub fn render_conduct(sheet: &ConductSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": "TÓM TẮT VỤ VIỆC VỀ ỨNG XỬ CỦA CÁN BỘ, CÔNG CHỨC",
            "form_label": "",
            "paper": "a4",
            "qr": serde_json::Value::Null,
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/conduct.typ"), &data, Profile::Tagged)
}

/// The letter of apology as PDF, A4. To whom it goes is left for whoever hands it over: the office's paper does not name
/// who reported.
///
/// # Errors
/// When the typesetter fails.
pub fn render_conduct_apology(sheet: &ConductApology) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": "THƯ XIN LỖI",
            "form_label": "",
            "paper": "a4",
            "qr": serde_json::Value::Null,
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/conduct-apology.typ"), &data, Profile::Tagged)
}
