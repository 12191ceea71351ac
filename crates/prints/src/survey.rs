//! Papers of surveys: the letter that invites with the sheet to fill in, the report of the results.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset::{self, Profile},
    vi::long_date,
};

/// A question on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SurveyQuestion {
    /// What is asked, with its number.
    pub text: String,
    /// What may be ticked; none: lines to write on.
    pub choices: Vec<String>,
    /// A hint below, such as that several may be ticked; may be empty.
    pub hint: String,
}

/// A letter to somebody who was drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SurveyLetter {
    /// Who asks.
    pub agency: Agency,
    /// When.
    pub day: Option<Date>,
    /// What the survey is called.
    pub about: String,
    /// To whom.
    pub to: String,
    /// Where he lives.
    pub address: String,
    /// What it says.
    pub text: String,
    /// The code, as people type it.
    pub code: String,
    /// Where it is typed.
    pub place: String,
    /// The link behind the square code.
    pub link: String,
    /// The sheet to fill in; none: it is answered over the line only.
    pub questions: Vec<SurveyQuestion>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// Letters as one file, each on pages of its own.
///
/// # Errors
/// When an address does not fit a square code, or the typesetter fails.
pub fn render_survey_letters(sheets: &[SurveyLetter]) -> Result<Vec<u8>, PrintError> {
    let mut papers = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let mut data = serde_json::to_value(sheet)?;
        merge(
            &mut data,
            json!({
                "title": "THƯ MỜI TRẢ LỜI KHẢO SÁT",
                "form_label": "",
                "paper": "a4",
                "date": sheet.day.map(date_parts),
                "date_text": sheet.day.map(long_date),
                "qr": qr_or_nothing(&sheet.link)?,
            }),
        );
        clean(&mut data);
        papers.push((include_str!("../forms/survey-letter.typ"), data));
    }
    typeset::joined_pdf(papers)
}

/// A table of the report: a caption, heads, rows of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SurveyTable {
    /// What stands above it.
    pub caption: String,
    /// The heads; the first column is the wide one.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// What is to be known of it; may be empty.
    pub note: String,
}

/// The report of a survey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SurveyReport {
    /// Who asked.
    pub agency: Agency,
    /// What the survey is called.
    pub about: String,
    /// Facts: label and value.
    pub facts: Vec<(String, String)>,
    /// The tables.
    pub tables: Vec<SurveyTable>,
    /// How it was done, paragraph by paragraph.
    pub method: Vec<String>,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The report as PDF, A4.
///
/// # Errors
/// When the typesetter fails.
pub fn render_survey_report(sheet: &SurveyReport) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": "BÁO CÁO KẾT QUẢ KHẢO SÁT",
            "form_label": "",
            "paper": "a4",
            "qr": serde_json::Value::Null,
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/survey-report.typ"), &data, Profile::Tagged)
}
