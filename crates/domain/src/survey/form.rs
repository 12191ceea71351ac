//! A form (phiếu khảo sát): questions with their answers, what each answer counts, what was answered.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::dossier::codes::codes;

/// Questions of a form at most.
pub const QUESTIONS_MAX: usize = 60;
/// Answers to choose from at most.
pub const CHOICES_MAX: usize = 12;
/// Letters of a free answer at most.
pub const TEXT_CHARS_MAX: usize = 500;

codes! {
    /// How a question is answered (kiểu câu hỏi).
    pub enum Kind {
        /// One answer of a scale that counts: levels or percents.
        Scale = "scale", "Thang đo (chọn một mức)";
        /// One answer of several.
        One = "one", "Chọn một";
        /// Any of several.
        Several = "several", "Chọn nhiều";
        /// In one's own words; never published.
        Text = "text", "Viết tự do";
    }
}

/// An answer to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Its code on paper and in exports.
    pub code: String,
    /// What is read, Vietnamese.
    pub vi: String,
    /// What is read, English.
    pub en: String,
    /// Its level of satisfaction, 1 to 5; 4 and 5 are satisfied.
    pub level: Option<u8>,
    /// What it counts in per cent. Neither level nor per cent: it is counted and not scored (“không biết”).
    pub percent: Option<u8>,
}

/// Questions that are looked at together (nhân tố).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Factor {
    /// Its code.
    pub code: String,
    /// Its name, Vietnamese.
    pub vi: String,
    /// Its name, English.
    pub en: String,
    /// Whether it counts in the index of the whole; one that does not is shown all the same.
    pub scored: bool,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its code.
    pub code: String,
    /// How it is answered.
    pub kind: Kind,
    /// To which factor it belongs; empty: to none.
    #[serde(default)]
    pub factor: String,
    /// What is asked, Vietnamese.
    pub vi: String,
    /// What is asked, English.
    #[serde(default)]
    pub en: String,
    /// Whether a sheet without it is not taken.
    #[serde(default)]
    pub required: bool,
    /// Its own answers; none: the form's.
    #[serde(default)]
    pub choice: Vec<Choice>,
}

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Its code, such as `SIPAS-X`.
    pub code: String,
    /// Its title, Vietnamese.
    pub vi: String,
    /// Its title, English.
    pub en: String,
    /// The answers of every question that has none of its own.
    pub choice: Vec<Choice>,
    /// Its factors.
    pub factor: Vec<Factor>,
    /// Its questions.
    pub question: Vec<Question>,
}

/// What was answered, by the question's code. A question without an answer has none.
pub type Answers = BTreeMap<String, Vec<String>>;

/// Whether a code can stand in a table: letters of ASCII, digits, dashes.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let right = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    !text.is_empty() && text.len() <= 16 && text.bytes().all(right)
}

impl Form {
    /// The answers of a question.
    #[must_use]
    pub fn choices<'a>(&'a self, question: &'a Question) -> &'a [Choice] {
        match question.kind {
            Kind::Text => &[],
            _ if question.choice.is_empty() => &self.choice,
            _ => &question.choice,
        }
    }

    /// What keeps the form from being used, in Vietnamese, with the code of the question; empty if nothing does.
    #[must_use]
    pub fn mistakes(&self) -> Vec<(String, String)> {
        let mut wrong: Vec<(String, String)> = Vec::new();
        let mut tell = |code: &str, text: &str| wrong.push((code.to_owned(), text.to_owned()));
        if self.question.is_empty() {
            tell("", "Phiếu chưa có câu hỏi nào.");
        }
        if self.question.len() > QUESTIONS_MAX {
            tell("", "Phiếu có quá nhiều câu hỏi; nhiều nhất 60 câu.");
        }
        let mut seen = BTreeSet::new();
        for it in &self.question {
            if !is_code(&it.code) {
                tell(&it.code, "Mã câu hỏi gồm 1 đến 16 chữ không dấu, số, gạch nối.");
            } else if !seen.insert(it.code.as_str()) {
                tell(&it.code, "Hai câu hỏi trùng mã.");
            }
            if it.vi.trim().is_empty() {
                tell(&it.code, "Câu hỏi chưa có lời.");
            }
            if !it.factor.is_empty() && !self.factor.iter().any(|of| of.code == it.factor) {
                tell(&it.code, "Nhóm của câu hỏi không có trong danh sách nhóm.");
            }
            if it.kind == Kind::Text {
                continue;
            }
            let choices = self.choices(it);
            if choices.len() < 2 || choices.len() > CHOICES_MAX {
                tell(&it.code, "Câu chọn phải có từ 2 đến 12 phương án.");
            }
            let mut codes = BTreeSet::new();
            for choice in choices {
                if !is_code(&choice.code) || !codes.insert(choice.code.as_str()) {
                    tell(&it.code, "Mã phương án phải khác nhau, gồm chữ không dấu hoặc số.");
                }
                if choice.vi.trim().is_empty() {
                    tell(&it.code, "Có phương án chưa có lời.");
                }
            }
            let counted = choices.iter().filter(|it| it.level.is_some() || it.percent.is_some());
            let mixed = choices.iter().any(|it| it.level.is_some())
                && choices.iter().any(|it| it.percent.is_some());
            if it.kind == Kind::Scale && (counted.count() < 2 || mixed) {
                tell(
                    &it.code,
                    "Thang đo cần ít nhất 2 phương án tính điểm, cùng theo mức hoặc cùng theo phần trăm.",
                );
            }
            let is_out = |it: &Choice| {
                it.level.is_some_and(|level| !(1..=5).contains(&level))
                    || it.percent.is_some_and(|percent| percent > 100)
            };
            if choices.iter().any(is_out) {
                tell(&it.code, "Mức từ 1 đến 5; phần trăm từ 0 đến 100.");
            }
        }
        wrong.dedup();
        wrong
    }

    /// What was answered, of what a form sends: `sent` gives the texts under a question's code. What is no answer of
    /// the question is left out; a free answer is cut at [`TEXT_CHARS_MAX`] letters.
    #[must_use]
    pub fn read<'a>(&self, sent: impl Fn(&str) -> Vec<&'a str>) -> Answers {
        let mut answers = Answers::new();
        for it in &self.question {
            let texts = sent(&it.code);
            let kept: Vec<String> = match it.kind {
                Kind::Text => {
                    let text = texts.first().map_or("", |it| it.trim());
                    let text: String = text
                        .chars()
                        .filter(|c| !c.is_control() || *c == '\n')
                        .take(TEXT_CHARS_MAX)
                        .collect();
                    if text.is_empty() { Vec::new() } else { vec![text] }
                }
                Kind::Several => {
                    let known =
                        self.choices(it).iter().filter(|it| texts.contains(&it.code.as_str()));
                    known.map(|it| it.code.clone()).collect()
                }
                Kind::Scale | Kind::One => {
                    let first = texts.first().copied().unwrap_or_default();
                    let known = self.choices(it).iter().find(|it| it.code == first);
                    known.map(|it| it.code.clone()).into_iter().collect()
                }
            };
            if !kept.is_empty() {
                answers.insert(it.code.clone(), kept);
            }
        }
        answers
    }

    /// Codes of required questions without an answer.
    #[must_use]
    pub fn missing(&self, answers: &Answers) -> Vec<&str> {
        let missing =
            self.question.iter().filter(|it| it.required && !answers.contains_key(&it.code));
        missing.map(|it| it.code.as_str()).collect()
    }

    /// The answers as one text that is the same for the same answers, whatever the order in which they came.
    #[must_use]
    pub fn canonical(answers: &Answers) -> String {
        let lines = answers.iter().map(|(code, texts)| {
            let mut texts = texts.clone();
            texts.sort();
            format!("{code}\u{1f}{}\u{1e}", texts.join("\u{1f}"))
        });
        lines.collect()
    }

    /// Codes of questions that two readings of one sheet answer differently.
    #[must_use]
    pub fn differing(&self, one: &Answers, other: &Answers) -> Vec<&str> {
        let differs = |it: &&Question| {
            let (a, b) = (one.get(&it.code), other.get(&it.code));
            // Handwriting is read in two ways: only what is counted must agree.
            it.kind != Kind::Text && a != b
        };
        self.question.iter().filter(differs).map(|it| it.code.as_str()).collect()
    }
}
