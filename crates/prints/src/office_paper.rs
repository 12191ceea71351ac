//! A paper of the office that is made of a heading, lines, paragraphs, one table and signatures: calendars to post,
//! boards of numbers, minutes, notices, books and reports of the citizens' voice.

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

/// A column of the paper's table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperColumn {
    /// What stands above it.
    pub head: String,
    /// Its part of the width.
    pub width: u16,
    /// Whether its cells stand in the middle.
    pub centred: bool,
}

impl PaperColumn {
    /// A column whose cells begin at the left.
    #[must_use]
    pub fn left(head: &str, width: u16) -> Self {
        Self { head: head.to_owned(), width, centred: false }
    }

    /// A column whose cells stand in the middle.
    #[must_use]
    pub fn centred(head: &str, width: u16) -> Self {
        Self { head: head.to_owned(), width, centred: true }
    }
}

/// Who signs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSigner {
    /// As what.
    pub title: String,
    /// Below it, in brackets.
    pub hint: String,
    /// The name; empty if it is written by hand.
    pub name: String,
}

/// The size of the sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperSize {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 297 × 420 mm, to hang up.
    A3,
}

/// The whole of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfficePaper {
    /// Who writes.
    pub agency: Agency,
    /// The name of the form, such as `Mẫu 01/TCD`; empty if there is none.
    pub form: String,
    /// Its number; empty for none.
    pub document_number: String,
    /// What it is.
    pub title: String,
    /// A line below the title; may be empty.
    pub subtitle: String,
    /// Labels and what stands behind them.
    pub fields: Vec<(String, String)>,
    /// Paragraphs above the table.
    pub before: Vec<String>,
    /// The table's columns; none if there is no table.
    pub columns: Vec<PaperColumn>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Paragraphs below the table.
    pub after: Vec<String>,
    /// Who signs.
    pub signers: Vec<PaperSigner>,
    /// Where it is found on the line; empty for none.
    pub url: String,
    /// Large letters, to be read on a wall.
    pub to_hang: bool,
    /// Wider than high.
    pub landscape: bool,
    /// The sheet.
    pub size: PaperSize,
    /// The day of the paper.
    pub made_on: Option<Date>,
    /// Marks the paper as made from invented data.
    pub demo: bool,
}

/// The paper as PDF.
///
/// # Errors
/// When an address does not fit a square code, or the typesetter fails.
pub fn render_office_paper(paper: &OfficePaper) -> Result<Vec<u8>, PrintError> {
    let mut data = serde_json::to_value(paper)?;
    merge(
        &mut data,
        json!({
            "form_label": paper.form,
            "paper": paper.size,
            "qr": qr_or_nothing(&paper.url)?,
            "date": paper.made_on.map(date_parts),
            "date_text": paper.made_on.map(long_date),
        }),
    );
    clean(&mut data);
    typeset::pdf(include_str!("../forms/office-paper.typ"), &data, Profile::Tagged)
}
