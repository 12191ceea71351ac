//! Papers that need not be asked for, because a database already holds their data.
//!
//! Law: Nghị quyết 66.7/2025/NQ-CP; the rows are `data/replaced-papers.csv`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::ProcedureCode;

#[cfg(test)]
mod tests;

/// One paper of one procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacedPaper {
    /// The procedure's national code.
    pub code: String,
    /// The paper that is no longer asked for.
    pub paper: String,
    /// The database that holds its data.
    pub database: String,
    /// The ministry that keeps the database.
    pub owner: String,
    /// The document that had asked for the paper.
    pub document: String,
    /// Where in that document; empty when the source names no place.
    pub article: String,
}

/// All of them, to be asked by procedure.
#[derive(Debug, Clone, Default)]
pub struct ReplacedPapers {
    by_code: BTreeMap<String, Vec<ReplacedPaper>>,
}

impl ReplacedPapers {
    /// Sorts the rows by procedure.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = ReplacedPaper>) -> Self {
        let mut by_code: BTreeMap<String, Vec<ReplacedPaper>> = BTreeMap::new();
        for row in rows {
            by_code.entry(row.code.clone()).or_default().push(row);
        }
        Self { by_code }
    }

    /// The papers that an official must not ask for; a local ending of the code does not matter.
    #[must_use]
    pub fn of(&self, procedure: &str) -> &[ReplacedPaper] {
        let code = ProcedureCode::parse(procedure).ok();
        let national = code.as_ref().map_or(procedure, ProcedureCode::national);
        self.by_code.get(national).map_or(&[], Vec::as_slice)
    }

    /// How many procedures have such papers.
    #[must_use]
    pub fn procedures(&self) -> usize {
        self.by_code.len()
    }
}
