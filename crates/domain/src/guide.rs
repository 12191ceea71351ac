//! Questions before one files (câu hỏi trước khi nộp): am I eligible, and which papers do I
//! personally need?
//!
//! A guide is a small decision table: questions, the papers with the answers under which they are
//! asked for, and outcomes. The papers of the catalogue stay the measure: a guide may say in which
//! case one is needed and put it in plain words, and what it does not speak of is always asked for.
//!
//! Law: NĐ 63/2010/NĐ-CP Đ.8 (papers and conditions are what the catalogue says); NĐ 61/2018/NĐ-CP
//! Đ.11 (guidance is given clearly, once, and in full).

use serde::{Deserialize, Serialize};

use crate::{
    procedure::{PaperRole, RequiredPaper},
    text,
};

mod carry;
mod check;
#[cfg(test)]
mod tests;

pub use carry::Fill;
pub use check::{Mistake, QUESTIONS_MAX};

/// The answers of a question without choices of its own.
pub const YES: &str = "co";
/// See [`YES`].
pub const NO: &str = "khong";

/// “This question was answered by one of these”: `"ai-di=me|cha"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    /// The question's id.
    pub question: String,
    /// Ids of the answers.
    pub answers: Vec<String>,
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (question, answers) =
            text.split_once('=').ok_or_else(|| format!("điều kiện “{text}” thiếu dấu ="))?;
        let answers: Vec<String> =
            answers.split('|').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect();
        let question = question.trim().to_owned();
        if question.is_empty() || answers.is_empty() {
            return Err(format!("điều kiện “{text}” thiếu câu hỏi hoặc câu trả lời"));
        }
        Ok(Self { question, answers })
    }
}

impl From<Condition> for String {
    fn from(it: Condition) -> Self {
        format!("{}={}", it.question, it.answers.join("|"))
    }
}

/// A possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// What people read.
    pub label: String,
}

/// A question; asked only if what stands in `when` was answered so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id, such as `ai-di`.
    pub id: String,
    /// The question.
    pub ask: String,
    /// What helps to answer it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The answers; none for yes and no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// All of these must hold; none: always asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

impl Question {
    /// Ids and labels of the answers.
    #[must_use]
    pub fn answers(&self) -> Vec<(&str, &str)> {
        if self.choices.is_empty() {
            return vec![(YES, "Có"), (NO, "Không")];
        }
        self.choices.iter().map(|it| (it.id.as_str(), it.label.as_str())).collect()
    }

    /// What people read for an answer; nothing if there is no such answer.
    #[must_use]
    pub fn label_of(&self, answer: &str) -> Option<&str> {
        self.answers().into_iter().find(|(id, _)| *id == answer).map(|(_, label)| label)
    }
}

/// A paper in plain words, and when it is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuidePaper {
    /// What to bring, in plain words.
    pub name: String,
    /// Where one gets it, how many; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Words by which a paper of the catalogue is known as this one; without marks and case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// Only shown, not handed in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_shown: bool,
    /// All of these must hold; none: always needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

/// What answers lead to, beside papers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// Good to know.
    #[default]
    Note,
    /// One is not eligible, because…
    Stop,
    /// Another procedure is the right one.
    Elsewhere,
}

impl OutcomeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Note, Self::Stop, Self::Elsewhere];

    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Stop => "stop",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Note => "Lưu ý",
            Self::Stop => "Chưa đủ điều kiện",
            Self::Elsewhere => "Sang thủ tục khác",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What answers lead to, beside papers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Of which kind.
    pub kind: OutcomeKind,
    /// What is said.
    pub say: String,
    /// The code of the other procedure; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// All of these must hold; none: always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

/// The guide of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    /// The procedure's code.
    pub code: String,
    /// What stands above the questions; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub intro: String,
    /// The questions, in the order in which they are asked.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// Papers in plain words.
    #[serde(default, rename = "paper")]
    pub papers: Vec<GuidePaper>,
    /// What else answers lead to.
    #[serde(default, rename = "outcome")]
    pub outcomes: Vec<Outcome>,
    /// First answers of the form that is declared over the line.
    #[serde(default, rename = "fill", skip_serializing_if = "Vec::is_empty")]
    pub fills: Vec<Fill>,
    /// Words by which lines of the catalogue are known that are remarks and no papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// Answers by question; what is not a question of the guide is left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(Vec<(String, String)>);

impl Answers {
    /// The answers among these pairs of question and answer.
    #[must_use]
    pub fn of(guide: &Guide, pairs: &[(String, String)]) -> Self {
        let mut answers = Self::default();
        for question in &guide.questions {
            // A question that does not come up has no answer, whatever an old address says.
            if !answers.hold(&question.when) {
                continue;
            }
            let given = pairs.iter().find(|(id, _)| *id == question.id);
            if let Some((_, answer)) = given.filter(|(_, it)| question.label_of(it).is_some()) {
                answers.0.push((question.id.clone(), answer.clone()));
            }
        }
        answers
    }

    /// What was answered.
    #[must_use]
    pub fn to(&self, question: &str) -> Option<&str> {
        self.0.iter().find(|(id, _)| id == question).map(|(_, answer)| answer.as_str())
    }

    /// Questions and answers, in the order in which they were asked.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether every condition holds.
    #[must_use]
    pub fn hold(&self, when: &[Condition]) -> bool {
        when.iter().all(|it| {
            self.to(&it.question).is_some_and(|answer| it.answers.iter().any(|one| one == answer))
        })
    }
}

/// A paper that somebody personally needs, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// In plain words; the catalogue's own where the guide has none.
    pub name: String,
    /// Where one gets it.
    pub help: String,
    /// Only shown.
    pub only_shown: bool,
    /// The catalogue's lines that it stands for, as published.
    pub official: Vec<String>,
}

/// What the answers come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// Why one is not eligible; empty if one is.
    pub stops: Vec<Outcome>,
    /// Procedures that are the right ones instead.
    pub elsewhere: Vec<Outcome>,
    /// Good to know.
    pub notes: Vec<Outcome>,
    /// Papers to bring.
    pub papers: Vec<Needed>,
    /// Papers that others need and this person does not.
    pub spared: Vec<Needed>,
    /// Lines of the catalogue that are remarks.
    pub remarks: Vec<String>,
}

impl Conclusion {
    /// Whether one may go on with this procedure.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        self.stops.is_empty() && self.elsewhere.is_empty()
    }
}

impl Guide {
    /// The questions that come up with these answers, in order.
    #[must_use]
    pub fn asked<'a>(&'a self, answers: &Answers) -> Vec<&'a Question> {
        self.questions.iter().filter(|it| answers.hold(&it.when)).collect()
    }

    /// Whether every question that comes up is answered, or an answer already ends it.
    #[must_use]
    pub fn is_answered(&self, answers: &Answers) -> bool {
        self.ends(answers) || self.asked(answers).iter().all(|it| answers.to(&it.id).is_some())
    }

    /// Whether an answer shows that this is not the way.
    #[must_use]
    pub fn ends(&self, answers: &Answers) -> bool {
        self.outcomes
            .iter()
            .any(|it| it.kind != OutcomeKind::Note && !it.when.is_empty() && answers.hold(&it.when))
    }

    /// What the answers come to, for a procedure with these papers. A paper of the catalogue that no
    /// line of the guide covers is always needed.
    #[must_use]
    pub fn conclude(&self, answers: &Answers, papers: &[RequiredPaper]) -> Conclusion {
        let mut conclusion = Conclusion::default();
        for it in self.outcomes.iter().filter(|it| answers.hold(&it.when)) {
            match it.kind {
                OutcomeKind::Note => conclusion.notes.push(it.clone()),
                OutcomeKind::Stop => conclusion.stops.push(it.clone()),
                OutcomeKind::Elsewhere => conclusion.elsewhere.push(it.clone()),
            }
        }
        let published: Vec<(&RequiredPaper, String)> = papers
            .iter()
            .filter(|it| it.role != PaperRole::Note)
            .map(|it| (it, text::fold(&it.name)))
            .collect();
        for paper in &self.papers {
            let official = published.iter().filter(|(_, folded)| speaks_of(&paper.covers, folded));
            let needed = Needed {
                name: paper.name.clone(),
                help: paper.help.clone(),
                only_shown: paper.only_shown,
                official: official.map(|(it, _)| it.name.clone()).collect(),
            };
            let is_needed = answers.hold(&paper.when);
            let place = if is_needed { &mut conclusion.papers } else { &mut conclusion.spared };
            // Of two lines for one paper the one that holds decides.
            place.push(needed);
        }
        let needed: Vec<String> =
            conclusion.papers.iter().flat_map(|it| it.official.clone()).collect();
        let by_name: Vec<String> = conclusion.papers.iter().map(|it| it.name.clone()).collect();
        conclusion.spared.retain(|it| {
            !by_name.contains(&it.name)
                && (it.official.is_empty() || it.official.iter().any(|one| !needed.contains(one)))
        });
        for (paper, folded) in &published {
            if self.papers.iter().any(|it| speaks_of(&it.covers, folded)) {
                continue;
            }
            if speaks_of(&self.remarks, folded) {
                conclusion.remarks.push(paper.name.clone());
            } else {
                conclusion.papers.push(Needed {
                    name: paper.name.clone(),
                    help: paper.group.clone(),
                    only_shown: paper.role == PaperRole::Show,
                    official: Vec::new(),
                });
            }
        }
        conclusion
    }
}

/// Whether one of these phrases stands in a folded text, word by word.
fn speaks_of(phrases: &[String], folded: &str) -> bool {
    let padded = format!(" {folded} ");
    phrases.iter().any(|it| {
        let phrase = text::fold(it);
        !phrase.is_empty() && padded.contains(&format!(" {phrase} "))
    })
}
