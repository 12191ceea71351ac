//! The list of papers that one person needs, to take along and tick off.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset::{self, Profile},
    vi::{long_date, short_date},
};

/// A paper on the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChecklistPaper {
    /// In plain words.
    pub name: String,
    /// Where one gets it.
    pub help: String,
    /// Only shown.
    pub only_shown: bool,
    /// As the catalogue names it; may be empty.
    pub official: String,
}

/// The list of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChecklistSheet {
    /// Where one goes, or whose site it is.
    pub agency: Agency,
    /// The procedure's code.
    pub code: String,
    /// The procedure's name.
    pub name: String,
    /// What was asked and answered.
    pub answers: Vec<(String, String)>,
    /// Why one cannot go on; empty if one can.
    pub stops: Vec<String>,
    /// Good to know.
    pub notes: Vec<String>,
    /// What to bring.
    pub papers: Vec<ChecklistPaper>,
    /// What others need and this person does not.
    pub spared: Vec<String>,
    /// The time limit in words.
    pub limit: String,
    /// The date that would be promised today; may be empty.
    pub due: String,
    /// The fee in words.
    pub fee: String,
    /// Where to hand in; may be empty.
    pub office: String,
    /// Its address.
    pub address: String,
    /// When it is open.
    pub hours: String,
    /// Its telephone.
    pub phone: String,
    /// The page with these answers.
    pub url: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// In larger letters.
    pub large: bool,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The list as PDF: A4.
///
/// # Errors
/// When the typesetter fails. An address too long for a square code is left out.
pub fn render_checklist(sheet: &ChecklistSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind": "giay-to-can-mang",
            "title": sheet.name,
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "made_text": sheet.made_on.map(short_date),
            "qr": qr_or_nothing(&sheet.url).unwrap_or_default(),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/checklist.typ"), &data, Profile::Tagged)
}
