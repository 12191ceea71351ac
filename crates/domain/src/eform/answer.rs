//! What somebody answered: texts under the codes of fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A row of a table: texts under the codes of its columns.
pub type Cells = BTreeMap<String, String>;

/// Answers under the codes of their fields.
pub type Answers = BTreeMap<String, Answer>;

/// The parts of an address, as paths name them.
pub const PLACE_PARTS: [&str; 2] = ["unit", "detail"];

/// Bytes of all answers of a form at most.
pub const WEIGHT_MAX: usize = 256 << 10;

/// An address: a unit of the list, and what stands before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An`.
    #[serde(default)]
    pub unit: String,
    /// `Xóm 3`.
    #[serde(default)]
    pub detail: String,
}

impl Place {
    /// Both parts in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let parts = [self.detail.as_str(), self.unit.as_str()];
        parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// What was typed, or the code that was chosen.
    Text(String),
    /// Codes that were chosen, or files.
    Many(Vec<String>),
    /// Rows of a table.
    Rows(Vec<Cells>),
    /// An address.
    Place(Place),
}

impl Answer {
    /// The text of an answer that is one; empty for the others.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(it) => it,
            _ => "",
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Text(it) => it.len(),
            Self::Many(many) => many.iter().map(|it| it.len() + 4).sum(),
            Self::Rows(rows) => {
                let cells = rows.iter().flatten();
                cells.map(|(code, text)| code.len() + text.len() + 8).sum()
            }
            Self::Place(it) => it.unit.len() + it.detail.len(),
        }
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// How many bytes answers take, about.
#[must_use]
pub fn weight(answers: &Answers) -> usize {
    answers.iter().map(|(code, it)| code.len() + it.weight() + 8).sum()
}
