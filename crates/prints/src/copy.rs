//! The sheet that goes before a scan: an electronic copy, certified from the original.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Agency, PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    register::date_parts,
    typeset::{self, Profile},
    vi::{long_date, long_time},
};

/// A certified scan (bản sao điện tử), as its sheet says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CopySheet {
    /// The office that certifies.
    pub agency: Agency,
    /// The copy's code.
    pub code: String,
    /// What kind of paper it is.
    pub paper: String,
    /// The dossier that it was handed in with.
    pub dossier: String,
    /// The scan's name.
    pub file: String,
    /// The scan's SHA-256, in hexadecimal.
    pub sha256: String,
    /// Who held the original against the scan, with the position.
    pub certifier: String,
    /// When.
    pub certified_at: Option<DateTime>,
    /// Where anybody can ask whether it is genuine.
    pub url: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The sheet as PDF.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_copy(sheet: &CopySheet) -> Result<Vec<u8>, PrintError> {
    let letters: Vec<char> = sheet.sha256.chars().collect();
    let groups: Vec<String> = letters.chunks(8).map(|it| it.iter().collect()).collect();
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "kind": "ban-sao",
            "title": "CHỨNG THỰC BẢN SAO ĐIỆN TỬ TỪ BẢN CHÍNH",
            "form_label": "",
            "what": sheet.paper,
            "paper": "a4",
            "date": sheet.certified_at.map(|it| date_parts(it.date())),
            "date_text": sheet.certified_at.map(|it| long_date(it.date())),
            "certified_text": sheet.certified_at.map(long_time),
            "hash_groups": groups,
            "qr": qr_or_nothing(&sheet.url)?,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/copy.typ"), &data, Profile::Tagged)
}
