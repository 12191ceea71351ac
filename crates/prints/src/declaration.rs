//! The declaration that a citizen fills in and signs (tờ khai): one layout for every form.

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

/// A question with its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclaredItem {
    /// The question.
    pub label: String,
    /// The answer; empty: dots to write on.
    pub text: String,
    /// Heads of a table; empty if it is none.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// A part of the declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclaredPart {
    /// Its heading.
    pub title: String,
    /// Its questions.
    pub items: Vec<DeclaredItem>,
}

/// Somebody who signs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclaredSigner {
    /// In what capacity.
    pub label: String,
    /// The name.
    pub name: String,
    /// How it was confirmed, if it was: "Đã xác nhận qua mạng lúc …". Empty: signs by hand.
    pub confirmed: String,
}

/// A declaration (tờ khai) as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeclarationSheet {
    /// `TỜ KHAI ĐĂNG KÝ KHAI SINH`.
    pub heading: String,
    /// To whom.
    pub to: String,
    /// Its parts.
    pub parts: Vec<DeclaredPart>,
    /// What whoever signs declares.
    pub oath: String,
    /// Where it is signed.
    pub place: String,
    /// When; none: dots to write on.
    pub made_on: Option<Date>,
    /// Who signs.
    pub signers: Vec<DeclaredSigner>,
    /// The dossier that it belongs to; empty if none yet.
    pub dossier: String,
    /// Which form, in which edition.
    pub edition: String,
    /// What its square code leads to; may be empty.
    pub url: String,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The declaration as PDF.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_declaration(sheet: &DeclarationSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(
        &mut data,
        json!({
            "title": sheet.heading,
            "agency": Agency::default(),
            "form_label": "",
            "paper": "a4",
            "date": sheet.made_on.map(date_parts),
            "date_text": sheet.made_on.map(long_date),
            "qr": qr_or_nothing(&sheet.url)?,
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/declaration.typ"), &data, Profile::Tagged)
}
