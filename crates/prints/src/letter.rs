//! A letter to somebody who has neither telephone nor mail (thư báo).

use domain::lang::Lang;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset,
    vi::long_date,
};

/// A letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LetterSheet {
    /// Who writes.
    pub agency: Agency,
    /// When.
    pub day: Option<Date>,
    /// What it is about, in a few words.
    pub title: String,
    /// To whom.
    pub to: String,
    /// Where he lives.
    pub address: String,
    /// Under which number he may be reached all the same.
    pub phone: String,
    /// The dossier's code; empty if it is about none.
    pub code: String,
    /// The procedure.
    pub procedure: String,
    /// What it says.
    pub text: String,
    /// The one-stop shop that answers.
    pub counter: String,
    /// Its telephone.
    pub counter_phone: String,
    /// Where it is.
    pub counter_address: String,
    /// Where the dossier can be followed; empty for none.
    pub track_url: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
    /// Its reader reads English: all but the heading, whose words the law sets, and names.
    pub english: bool,
}

fn day_said(day: Date, english: bool) -> String {
    if english { domain::text::date_in(day, Lang::En) } else { long_date(day) }
}

/// Letters as one file, each on pages of its own.
///
/// # Errors
/// When an address does not fit a square code, or the typesetter fails.
pub fn render_letters(sheets: &[LetterSheet]) -> Result<Vec<u8>, PrintError> {
    let mut papers = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let mut data = serde_json::to_value(sheet)?;
        merge(
            &mut data,
            json!({
                "kind": "thu-bao",
                "title": if sheet.english { "NOTICE" } else { "THÔNG BÁO" },
                "about": sheet.title,
                "form_label": "",
                "paper": "a5",
                "date": sheet.day.map(date_parts),
                "date_text": sheet.day.map(|it| day_said(it, sheet.english)),
                "qr": qr_or_nothing(&sheet.track_url)?,
            }),
        );
        clean(&mut data);
        papers.push((include_str!("../forms/letter.typ"), data));
    }
    typeset::joined_pdf(papers)
}
