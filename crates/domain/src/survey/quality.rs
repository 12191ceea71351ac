//! What makes a sheet count (phiếu hợp lệ), and what makes it look odd.

use serde::{Deserialize, Serialize};

use super::form::{Answers, Form, Kind};
use crate::dossier::codes::codes;

codes! {
    /// How a sheet came (hình thức trả lời).
    pub enum Way {
        /// Somebody's own link.
        Web = "web", "Trực tuyến";
        /// A sheet of paper, typed in twice.
        Paper = "paper", "Phiếu giấy";
        /// A talk on the telephone, typed in once by whoever led it; one in ten is called back.
        Phone = "phone", "Điện thoại";
    }
}

/// A sheet (phiếu) without anybody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Of which stratum its writer is.
    pub stratum: String,
    /// How it came.
    pub way: Way,
    /// Seconds between opening the page and sending it, nought where nobody knows; nothing on paper or the telephone.
    pub seconds: Option<u32>,
    /// What was answered.
    pub answers: Answers,
}

/// The rules by which sheets are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// A sheet with more blank questions than this, in basis points, does not count.
    pub blank_max_bp: u64,
    /// The same answer to all of so many questions or more looks odd.
    pub straight_min: usize,
    /// Fewer seconds for each answered question than this look odd.
    pub seconds_min: u32,
    /// Fewer sheets that count than this, and the figure of a unit is shown without being scored.
    pub scored_min: u64,
}

impl Default for Rules {
    /// 30 % blank, 8 alike, 2 seconds, 20 sheets.
    fn default() -> Self {
        Self { blank_max_bp: 3_000, straight_min: 8, seconds_min: 2, scored_min: 20 }
    }
}

/// What is to be said of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judged {
    /// Too much of it is blank: it does not count.
    pub is_blank: bool,
    /// The same answer everywhere: it counts, and the figures are shown with and without.
    pub is_straight: bool,
    /// Answered faster than anybody reads: likewise.
    pub is_fast: bool,
}

impl Judged {
    /// Whether it counts and nothing about it is odd.
    #[must_use]
    pub const fn is_clean(self) -> bool {
        !self.is_blank && !self.is_straight && !self.is_fast
    }
}

/// Judges a sheet. Questions in free words are not asked of it.
#[must_use]
pub fn judge(form: &Form, sheet: &Sheet, rules: &Rules) -> Judged {
    let closed: Vec<_> = form.question.iter().filter(|it| it.kind != Kind::Text).collect();
    let answered = closed.iter().filter(|it| sheet.answers.contains_key(&it.code)).count();
    let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    let blank = closed.len() - answered;
    let is_blank = count(blank) * 10_000 > rules.blank_max_bp * count(closed.len());
    let scales = closed.iter().filter(|it| it.kind == Kind::Scale);
    let given: Vec<&Vec<String>> = scales.filter_map(|it| sheet.answers.get(&it.code)).collect();
    let alike = given.windows(2).all(|pair| pair.first() == pair.last());
    let least = u64::from(rules.seconds_min) * count(answered);
    Judged {
        is_blank,
        is_straight: alike && given.len() >= rules.straight_min.max(2),
        is_fast: answered > 0 && sheet.seconds.is_some_and(|it| u64::from(it) < least),
    }
}
