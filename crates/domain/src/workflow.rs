//! Internal workflows (quy trình nội bộ): steps with their own hours and holders, as data.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, deadline::MINUTES_PER_DAY, dossier::Part};

mod check;
mod gate;
mod step;
#[cfg(test)]
mod tests;
mod trial;

pub use check::{
    Finding, MINUTES_MAX, NAME_CHARS_MAX, SERIAL, STEPS_MAX, TEXT_CHARS_MAX, is_readable,
};
pub use gate::{Block, Blocked, Present};
pub use step::{FileKind, Guard, Member, Place, Question, Series, Step, Way};
pub use trial::{Stop, Trial};

/// The code of a workflow: that of its procedure (`1.001193`), or one like `QT.032`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowCode(String);

/// Why a text is no code of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WorkflowCodeError {
    /// It is not made like a code.
    #[error(
        "Mã gồm 2 đến 40 chữ không dấu, chữ số, dấu chấm và gạch nối ở giữa; bắt đầu và kết thúc bằng chữ hoặc \
         số, như QT.032 hoặc 1.001193."
    )]
    Shape,
    /// The program needs the word for itself.
    #[error("Mã này trùng với một từ mà chương trình dùng riêng. Hãy đặt mã khác, như QT.032.")]
    Reserved,
}

impl Refusal for WorkflowCodeError {}

/// Words that stand in addresses where a code would.
const RESERVED: [&str; 3] = ["moi", "nhap", "xuat"];

impl WorkflowCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`WorkflowCodeError`] if it is none.
    pub fn parse(text: &str) -> Result<Self, WorkflowCodeError> {
        let text = text.trim();
        let parts_are_whole = text
            .split(['.', '-', '_'])
            .all(|it| !it.is_empty() && it.bytes().all(|c| c.is_ascii_alphanumeric()));
        if !(2..=40).contains(&text.len()) || !parts_are_whole {
            return Err(WorkflowCodeError::Shape);
        }
        if RESERVED.contains(&text.to_ascii_lowercase().as_str()) {
            return Err(WorkflowCodeError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The code as it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A workflow: steps in order. One that is approved is never changed, only followed by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// The procedure's code, or that of a default.
    pub code: String,
    /// Which edition.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// The decision that approved it.
    pub source: String,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Why a workflow cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkflowError {
    /// It has no step.
    #[error("Quy trình chưa có bước nào.")]
    Empty,
    /// Its first step must receive.
    #[error("Bước đầu của quy trình phải là tiếp nhận tại Bộ phận Một cửa.")]
    NoIntake,
    /// Its steps take longer than the law allows.
    #[error("Tổng thời gian các bước ({steps_hours} giờ) dài hơn thời hạn ({limit_hours} giờ).")]
    TooLong {
        /// Hours of the steps.
        steps_hours: i64,
        /// Hours of the limit.
        limit_hours: i64,
    },
    /// A step takes less than no time.
    #[error("Bước {number} có thời gian âm.")]
    Negative {
        /// Which step, from 1.
        number: usize,
    },
}

impl Refusal for WorkflowError {}

impl Workflow {
    /// Minutes of all steps. What is more than a number holds is told by its findings.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.steps.iter().fold(0, |sum, it| sum.saturating_add(it.minutes))
    }

    /// Checks the workflow against a limit in working days, if there is one.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, limit_days: Option<u32>) -> Result<(), WorkflowError> {
        let first = self.steps.first().ok_or(WorkflowError::Empty)?;
        if !matches!(first.part, Part::Counter | Part::CounterHead) {
            return Err(WorkflowError::NoIntake);
        }
        if let Some(number) = self.steps.iter().position(|it| it.minutes < 0) {
            return Err(WorkflowError::Negative { number: number + 1 });
        }
        if let Some(days) = limit_days {
            let limit = i64::from(days) * MINUTES_PER_DAY;
            if self.minutes() > limit {
                return Err(WorkflowError::TooLong {
                    steps_hours: self.minutes() / 60,
                    limit_hours: limit / 60,
                });
            }
        }
        Ok(())
    }

    /// The first step at or after `from` that belongs to `part`; where a dossier goes when
    /// that part's turn comes.
    #[must_use]
    pub fn next_of(&self, from: usize, part: Part) -> Option<usize> {
        let parts = |it: &Step| same_turn(it.part, part);
        self.steps.iter().enumerate().skip(from).find(|(_, it)| parts(it)).map(|(at, _)| at)
    }

    /// The last step before `from` that belongs to `part`; where a dossier goes back to.
    #[must_use]
    pub fn last_of(&self, from: usize, part: Part) -> Option<usize> {
        let parts = |it: &Step| same_turn(it.part, part);
        self.steps.iter().enumerate().take(from).rfind(|(_, it)| parts(it)).map(|(at, _)| at)
    }

    /// The step at which a draft that leaves the step `from` is reviewed before it is signed;
    /// nothing if the workflow lets it go to the signer at once.
    #[must_use]
    pub fn review_after(&self, from: usize) -> Option<usize> {
        let review = self.next_of(from + 1, Part::Reviewer)?;
        let sign = self.next_of(from + 1, Part::Signer)?;
        (review < sign).then_some(review)
    }

    /// Whether a dossier may leave the step `at` by its timer: nobody has to draft or decide
    /// anything there, or the time to review a draft is over.
    #[must_use]
    pub fn may_move_on(&self, at: usize) -> bool {
        let parts =
            (self.steps.get(at).map(|it| it.part), self.steps.get(at + 1).map(|it| it.part));
        match parts {
            (Some(Part::Counter | Part::CounterHead), Some(Part::Dispatcher | Part::Officer)) => {
                at == 0
            }
            (Some(Part::Dispatcher | Part::Officer), Some(Part::Officer))
            | (Some(Part::Reviewer), Some(Part::Signer)) => true,
            _ => false,
        }
    }

    /// Minutes of office time that the step `at` has, for a dossier whose limit is
    /// `limit_minutes`: its share of the limit, where the workflow was written for another.
    #[must_use]
    pub fn step_minutes(&self, at: usize, limit_minutes: i64) -> i64 {
        let (Some(step), total) = (self.steps.get(at), self.minutes()) else { return 0 };
        if total <= 0 {
            return 0;
        }
        if total <= limit_minutes {
            return step.minutes;
        }
        step.minutes.saturating_mul(limit_minutes) / total
    }
}

fn same_turn(a: Part, b: Part) -> bool {
    let group = |it| match it {
        Part::Counter | Part::CounterHead | Part::Cashier | Part::Post => 0,
        Part::Dispatcher => 1,
        Part::Officer | Part::CoHandler => 2,
        Part::Reviewer => 3,
        Part::Signer => 4,
        Part::Clerk => 5,
        Part::Consulted => 6,
        Part::Citizen | Part::Lead | Part::System => 7,
    };
    group(a) == group(b)
}

/// Whose part an actor's title means, as decisions write it. The order of the questions
/// matters: “lãnh đạo phòng” assigns or reviews, “lãnh đạo UBND” signs.
#[must_use]
pub fn part_of(actor: &str, is_first: bool, is_second: bool) -> Part {
    let folded = crate::text::fold(actor);
    let has = |words: &[&str]| words.iter().any(|it| folded.contains(it));
    if is_first || has(&["tiep nhan", "tra ket qua", "trung tam phuc vu", "ttpvhcc", "mot cua"]) {
        Part::Counter
    } else if has(&["van thu"]) {
        Part::Clerk
    } else if has(&["lanh dao", "truong phong", "chu tich", "giam doc", "hieu truong"]) {
        let division =
            has(&["phong", "bo phan"]) && !has(&["ubnd", "chu tich ubnd", "van phong ubnd"]);
        match (division, is_second) {
            (true, true) => Part::Dispatcher,
            (true, false) => Part::Reviewer,
            (false, true) => Part::Dispatcher,
            (false, false) => Part::Signer,
        }
    } else {
        Part::Officer
    }
}

/// The workflow of a procedure that has none of its own, shared out of `limit_days` working
/// days: intake and return a half day, assignment a half day, signing and numbering a half
/// day each where there is room, the rest for the officer.
#[must_use]
pub fn default_for(code: &str, name: &str, limit_days: u32) -> Workflow {
    let total = i64::from(limit_days.max(1)) * MINUTES_PER_DAY;
    let small = (total / 10).min(MINUTES_PER_DAY / 2);
    let step = Step::new;
    Workflow {
        code: code.to_owned(),
        version: 1,
        name: name.to_owned(),
        source: "Quy trình mặc định của hệ thống".to_owned(),
        steps: vec![
            step(
                "Công chức Bộ phận Một cửa",
                Part::Counter,
                "Kiểm tra, tiếp nhận hồ sơ, hẹn trả, chuyển bộ phận chuyên môn",
                small,
            ),
            step("Lãnh đạo đơn vị giải quyết", Part::Dispatcher, "Phân công thụ lý", small),
            step(
                "Công chức chuyên môn",
                Part::Officer,
                "Thẩm định, dự thảo kết quả, trình ký",
                total - small * 5,
            ),
            step("Lãnh đạo", Part::Signer, "Xem xét, ký kết quả", small),
            step("Văn thư", Part::Clerk, "Vào số, đóng dấu, chuyển Bộ phận Một cửa", small),
            step("Công chức Bộ phận Một cửa", Part::Counter, "Thông báo và trả kết quả", small),
        ],
    }
}

/// The workflow of what is settled at the desk at once.
#[must_use]
pub fn on_the_spot() -> Workflow {
    Workflow {
        code: "on-the-spot".to_owned(),
        version: 1,
        name: "Giải quyết ngay tại Bộ phận Một cửa".to_owned(),
        source: "Nghị định 61/2018/NĐ-CP Điều 17 khoản 5".to_owned(),
        steps: vec![Step::new(
            "Công chức Bộ phận Một cửa",
            Part::Counter,
            "Tiếp nhận, giải quyết, trình ký và trả kết quả ngay",
            MINUTES_PER_DAY,
        )],
    }
}
