//! How much of a catalogue a unit has published, on paper.

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

/// One figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublicationRow {
    /// What it is.
    pub label: String,
    /// How many count.
    pub part: String,
    /// Out of how many.
    pub whole: String,
    /// The share.
    pub share: String,
    /// What is counted.
    pub meaning: String,
}

/// The figures of a unit on a day, and what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublicationSheet {
    /// Whose.
    pub agency: Agency,
    /// What the set of procedures is called.
    pub base: String,
    /// What the denominator is.
    pub definition: String,
    /// The day, in words.
    pub day: String,
    /// The figures.
    pub rows: Vec<PublicationRow>,
    /// Where something is missing.
    pub missing_title: String,
    /// Codes and names of what is missing there.
    pub missing: Vec<(String, String)>,
    /// What was left out; may be empty.
    pub note: String,
    /// The day of printing.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The sheet as PDF, A4.
///
/// # Errors
/// When the typesetter fails.
pub fn render_publication(sheet: &PublicationSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": "MỨC ĐỘ NIÊM YẾT, CÔNG KHAI THỦ TỤC HÀNH CHÍNH",
            "form_label": "",
            "paper": "a4",
            "qr": serde_json::Value::Null,
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/publication.typ"), &data, Profile::Tagged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_is_printed_and_never_run() {
        let sheet = PublicationSheet {
            base: "#panic(\"x\")".to_owned(),
            missing_title: "Niêm yết tại đơn vị".to_owned(),
            rows: vec![PublicationRow {
                label: "Niêm yết".to_owned(),
                ..PublicationRow::default()
            }],
            missing: vec![("1.001193".to_owned(), "$ a _b_ *c* [d".to_owned())],
            ..PublicationSheet::default()
        };
        let bytes = render_publication(&sheet).expect("a sheet");
        assert!(bytes.starts_with(b"%PDF"));
        // Without anything missing there is no empty table.
        let none = PublicationSheet { missing: Vec::new(), ..sheet };
        assert!(render_publication(&none).expect("a sheet").len() < bytes.len());
    }
}
