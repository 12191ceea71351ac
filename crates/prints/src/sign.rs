//! Signs with a square code that lead to the form for feedback: a sheet for a notice board, a card for a badge.

use serde::{Deserialize, Serialize};

use crate::{
    PrintError,
    clean::clean,
    forms::{merge, qr_or_nothing},
    typeset::{self, Profile},
};

/// A sign to print.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignSheet {
    /// The office.
    pub unit: String,
    /// What stands large.
    pub heading: String,
    /// Whom it is about: name and position, one line each; empty on a notice board.
    pub lines: Vec<String>,
    /// What to do, one line each.
    pub notes: Vec<String>,
    /// Where the code leads.
    pub url: String,
    /// Whether it is a card of 90 by 60 mm for a badge.
    pub badge: bool,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The sign as PDF.
///
/// # Errors
/// When the address does not fit a square code, or the typesetter fails.
pub fn render_sign(sheet: &SignSheet) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(sheet)?;
    merge(&mut data, serde_json::json!({ "qr": qr_or_nothing(&sheet.url)? }));
    clean(&mut data);
    typeset::pdf(include_str!("../forms/sign.typ"), &data, Profile::Plain)
}
