//! What keeps a dossier at a step.

use thiserror::Error;

use super::{FileKind, Guard, Step, Workflow};
use crate::{Refusal, dossier::Outcome, text};

/// What of a dossier the guards of a step look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// Nothing is owed.
    pub is_paid: bool,
    /// Names of papers that are there and in order.
    pub papers: Vec<String>,
    /// Names of documents that the office made and attached.
    pub documents: Vec<String>,
    /// Kinds of its files.
    pub files: Vec<FileKind>,
    /// How many units were asked for their opinion.
    pub asked: usize,
    /// How many of them still owe an answer.
    pub awaited: usize,
}

impl Present {
    fn has_document(&self, name: &str) -> bool {
        let wanted = text::fold(name);
        self.documents.iter().any(|it| text::fold(it) == wanted)
    }

    fn has_paper(&self, name: &str) -> bool {
        let wanted = text::fold(name);
        self.papers.iter().any(|it| text::fold(it).contains(&wanted)) || self.has_document(name)
    }
}

/// One thing that keeps a dossier at a step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Block {
    /// Money is owed.
    #[error("Người nộp chưa nộp đủ phí, lệ phí.")]
    Unpaid,
    /// A paper is missing.
    #[error("Hồ sơ chưa có giấy tờ “{0}”.")]
    NoPaper(String),
    /// A file is missing.
    #[error("Hồ sơ chưa có tệp {}.", .0.label().to_lowercase())]
    NoFile(FileKind),
    /// Nobody was asked yet.
    #[error("Bước này phải lấy ý kiến các đơn vị trước khi chuyển tiếp.")]
    NotAsked,
    /// Answers are missing.
    #[error("Còn {0} đơn vị chưa trả lời ý kiến.")]
    Awaited(usize),
    /// A document is missing.
    #[error("Bước này phải lập “{0}” và đính kèm vào hồ sơ.")]
    NoDocument(String),
}

/// Why a dossier does not leave a step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Chưa rời được bước {number} “{task}” của quy trình. {}", joined(.blocks))]
pub struct Blocked {
    /// Which step, from 1.
    pub number: usize,
    /// What is done there.
    pub task: String,
    /// What is missing.
    pub blocks: Vec<Block>,
}

impl Refusal for Blocked {}

impl Step {
    /// Whether it can be left only with something that must be looked up.
    #[must_use]
    pub fn demands_anything(&self) -> bool {
        !self.guards.is_empty() || !self.documents.is_empty()
    }

    /// Everything that keeps a dossier here.
    #[must_use]
    pub fn blocks(&self, present: &Present) -> Vec<Block> {
        let guards = self.guards.iter().filter_map(|guard| match guard {
            Guard::FeePaid => (!present.is_paid).then_some(Block::Unpaid),
            Guard::Paper { name } => {
                (!present.has_paper(name)).then(|| Block::NoPaper(name.clone()))
            }
            Guard::File { of } => (!present.files.contains(of)).then_some(Block::NoFile(*of)),
            Guard::ConsultationsBack if present.awaited > 0 => {
                Some(Block::Awaited(present.awaited))
            }
            Guard::ConsultationsBack => {
                (!self.questions.is_empty() && present.asked == 0).then_some(Block::NotAsked)
            }
        });
        let documents = self.owed(present).map(|it| Block::NoDocument(it.to_owned()));
        guards.chain(documents).collect()
    }

    /// Documents that this step still has to make.
    pub fn owed<'a>(&'a self, present: &'a Present) -> impl Iterator<Item = &'a str> {
        self.documents.iter().filter(|it| !present.has_document(it)).map(String::as_str)
    }
}

impl Workflow {
    /// Which of `steps` have something to say about being left with `outcome`. A refusal waits for
    /// nothing that a step demands: money that is not paid, papers that do not come and opinions that
    /// are not given are what it may be about.
    ///
    /// Law: NĐ 61/2018/NĐ-CP Đ.19 (what cannot be granted is answered with the reasons, within the limit).
    pub fn demanding(
        &self,
        steps: std::ops::Range<usize>,
        outcome: Option<Outcome>,
    ) -> impl Iterator<Item = usize> {
        let waits = outcome != Some(Outcome::Refused);
        let demands = |at: &usize| self.steps.get(*at).is_some_and(Step::demands_anything);
        steps.filter(move |at| waits && demands(at))
    }

    /// Whether a dossier may leave the step `at`.
    ///
    /// # Errors
    /// [`Blocked`] with all that is missing, in words for people.
    pub fn leave(&self, at: usize, present: &Present) -> Result<(), Blocked> {
        let Some(step) = self.steps.get(at) else { return Ok(()) };
        let blocks = step.blocks(present);
        if blocks.is_empty() {
            return Ok(());
        }
        Err(Blocked { number: at + 1, task: text::tidy(&step.task), blocks })
    }
}

/// Every reason, one after another.
fn joined(blocks: &[Block]) -> String {
    blocks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
