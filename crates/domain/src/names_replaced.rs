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

impl ReplacedPaper {
    /// Whether a paper called `name` is what is no longer asked for: every word of what is replaced
    /// stands in it, in a row, and little else does: “Bản sao Giấy khai sinh” is, a paper that only
    /// mentions one is not.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        const MORE_WORDS_MAX: usize = 6;
        let asked = crate::text::words(name);
        let parts = self.paper.split([';', ',', '/']).map(crate::text::words);
        parts.filter(|it| it.len() >= 2).any(|part| {
            asked.len() <= part.len() + MORE_WORDS_MAX
                && asked.windows(part.len()).any(|it| *it == *part)
        })
    }

    /// Why it is not asked for, as people read it: which database, whose, by which article.
    #[must_use]
    pub fn reason(&self) -> String {
        let article =
            if self.article.is_empty() { String::new() } else { format!("{} ", self.article) };
        format!(
            "{} ({}); thay cho giấy tờ tại {article}{} theo Nghị quyết 66.7/2025/NQ-CP",
            self.database, self.owner, self.document
        )
    }
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
