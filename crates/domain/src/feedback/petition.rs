//! Complaints and denunciations: a register with the law's own steps and clocks.
//!
//! Law: Luật Khiếu nại 2011 Đ.27–32; Luật Tố cáo 2018 Đ.24, 29, 30, 40.

use jiff::civil::DateTime;
use thiserror::Error;

use super::PetitionLimits;
use crate::{
    Refusal,
    calendar::WorkCalendar,
    deadline::{DeadlineError, TimeLimit, due_at},
    dossier::codes::codes,
};

codes! {
    /// How far a petition is (giai đoạn của đơn).
    pub enum Stage {
        /// Registered; whether it is taken up is checked.
        Registered = "registered", "Đang kiểm tra điều kiện thụ lý";
        /// Taken up.
        Accepted = "accepted", "Đã thụ lý, đang giải quyết";
        /// Not taken up.
        Declined = "declined", "Không thụ lý";
        /// Handed to whoever is competent.
        Referred = "referred", "Đã chuyển cơ quan có thẩm quyền";
        /// Its sender took it back.
        Withdrawn = "withdrawn", "Người gửi rút đơn";
        /// Decided, or concluded.
        Concluded = "concluded", "Đã có quyết định, kết luận";
        /// The decision was sent and published.
        Finished = "finished", "Đã gửi và công khai kết quả";
    }
}

codes! {
    /// How hard it is.
    pub enum Weight {
        /// As most are.
        Plain = "plain", "Thông thường";
        /// Complex.
        Complex = "complex", "Phức tạp";
        /// Very complex (two criteria or more of NĐ 31/2019 Đ.3).
        VeryComplex = "very_complex", "Đặc biệt phức tạp";
    }
}

/// What is done with a petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Take it up.
    Accept,
    /// Do not.
    Decline,
    /// Hand it on.
    Refer,
    /// Its sender takes it back.
    Withdraw,
    /// Several people signed it, or things have to be checked in several places.
    Several,
    /// It is harder than it looked: its limit is longer.
    Extend,
    /// Decide it.
    Conclude,
    /// Sent and published.
    Finish,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::Decline,
        Self::Refer,
        Self::Withdraw,
        Self::Several,
        Self::Extend,
        Self::Conclude,
        Self::Finish,
    ];

    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Refer => "refer",
            Self::Withdraw => "withdraw",
            Self::Several => "several",
            Self::Extend => "extend",
            Self::Conclude => "conclude",
            Self::Finish => "finish",
        }
    }

    /// What the office calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "Thụ lý",
            Self::Decline => "Không thụ lý",
            Self::Refer => "Chuyển nơi có thẩm quyền",
            Self::Withdraw => "Ghi việc rút đơn",
            Self::Several => "Ghi nhiều người ký, xác minh nhiều nơi",
            Self::Extend => "Gia hạn",
            Self::Conclude => "Ra quyết định, kết luận",
            Self::Finish => "Đã gửi, đã công khai",
        }
    }

    /// The step with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// The dates of one petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Petition {
    /// How far it is.
    pub stage: Stage,
    /// How hard.
    pub weight: Weight,
    /// Whether several people signed it, or things have to be checked in several places.
    pub several: bool,
    /// Whether the unit lies in a remote area.
    pub remote: bool,
    /// When it came in.
    pub received_at: DateTime,
    /// When it was taken up.
    pub accepted_at: Option<DateTime>,
    /// When it was decided.
    pub concluded_at: Option<DateTime>,
    /// How often its limit was extended.
    pub extensions: u8,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PetitionRefused {
    /// Not from here.
    #[error("Không làm được bước này khi đơn đang ở giai đoạn “{}”.", .0.label())]
    Stage(Stage),
    /// The law allows no further extension.
    #[error("Luật không cho gia hạn thêm.")]
    NoMoreExtension,
    /// It says so already.
    #[error("Sổ đã ghi đơn có nhiều người ký hoặc phải xác minh nhiều nơi.")]
    SeveralAlready,
}

impl Refusal for PetitionRefused {}

/// What comes of a step at `now`.
///
/// # Errors
/// [`PetitionRefused`], in words for who wants it.
pub fn step(
    it: &Petition,
    step: Step,
    now: DateTime,
    limits: &PetitionLimits,
) -> Result<Petition, PetitionRefused> {
    use Stage::{Accepted, Concluded, Declined, Finished, Referred, Registered, Withdrawn};
    let mut next = *it;
    next.stage = match (it.stage, step) {
        (Registered, Step::Accept) => {
            next.accepted_at = Some(now);
            Accepted
        }
        (Registered, Step::Decline) => Declined,
        (Registered, Step::Refer) => Referred,
        (Registered | Accepted, Step::Withdraw) => Withdrawn,
        (Registered, Step::Several) if it.several => {
            return Err(PetitionRefused::SeveralAlready);
        }
        (Registered, Step::Several) => {
            next.several = true;
            Registered
        }
        (Accepted, Step::Extend) => {
            let harder = match it.weight {
                Weight::Plain => Weight::Complex,
                Weight::Complex | Weight::VeryComplex => Weight::VeryComplex,
            };
            if it.extensions >= limits.extensions_max || settle(limits, harder, it.remote).is_none()
            {
                return Err(PetitionRefused::NoMoreExtension);
            }
            (next.weight, next.extensions) = (harder, it.extensions + 1);
            Accepted
        }
        (Accepted, Step::Conclude) => {
            next.concluded_at = Some(now);
            Concluded
        }
        (Concluded, Step::Finish) => Finished,
        (stage, _) => return Err(PetitionRefused::Stage(stage)),
    };
    Ok(next)
}

fn settle(limits: &PetitionLimits, weight: Weight, remote: bool) -> Option<TimeLimit> {
    match (weight, remote) {
        (Weight::Plain, false) => Some(limits.settle),
        (Weight::Plain, true) => Some(limits.settle_remote.unwrap_or(limits.settle)),
        (Weight::Complex, false) => Some(limits.settle_complex),
        (Weight::Complex, true) => {
            Some(limits.settle_remote_complex.unwrap_or(limits.settle_complex))
        }
        (Weight::VeryComplex, _) => limits.settle_very_complex,
    }
}

/// Until when the next step is due; nothing where none is. A settling limit runs from acceptance.
///
/// # Errors
/// [`DeadlineError`] if the calendar ends before.
pub fn next_due(
    it: &Petition,
    calendar: &WorkCalendar,
    limits: &PetitionLimits,
) -> Result<Option<DateTime>, DeadlineError> {
    let (from, limit) = match it.stage {
        Stage::Registered => {
            (it.received_at, if it.several { limits.accept_several } else { limits.accept })
        }
        Stage::Accepted => (
            it.accepted_at.unwrap_or(it.received_at),
            settle(limits, it.weight, it.remote).unwrap_or(limits.settle_complex),
        ),
        Stage::Concluded => (it.concluded_at.unwrap_or(it.received_at), limits.send),
        Stage::Declined | Stage::Referred | Stage::Withdrawn | Stage::Finished => return Ok(None),
    };
    due_at(calendar, from, limit).map(Some)
}
