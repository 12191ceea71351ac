//! Sociological surveys (điều tra xã hội học): forms, a draw that anybody can repeat, what makes a sheet valid, and
//! figures with the interval that belongs to them.
//!
//! Whole numbers only: shares are basis points (ten thousandths), every rounding is stated where it happens. The draw
//! is described byte for byte in `docs/survey-draw.md`.
//!
//! Method: SIPAS (QĐ 2640/QĐ-BNV 2017, QĐ 1001/QĐ-BNV 2023): n = N ÷ (1 + N·e²), drawn from closed dossiers.

use thiserror::Error;

use crate::{Refusal, dossier::codes::codes};

pub mod draw;
pub mod estimate;
pub mod form;
pub mod hide;
pub mod quality;
pub mod tally;

#[cfg(test)]
mod tests;

codes! {
    /// How far a survey is (trạng thái cuộc khảo sát).
    pub enum Status {
        /// It is being set up; nobody was written down yet.
        Draft = "draft", "Đang chuẩn bị";
        /// The frame is frozen and its hash is public; the seed is not known yet.
        Framed = "framed", "Đã chốt danh sách, chờ hạt giống";
        /// The seed is known and the sample drawn; nobody was asked yet.
        Drawn = "drawn", "Đã rút mẫu";
        /// People answer.
        Open = "open", "Đang thu phiếu";
        /// Nobody answers any more; the figures are computed and frozen.
        Closed = "closed", "Đã đóng";
        /// The figures are public.
        Published = "published", "Đã công bố";
        /// It was given up; why stays public.
        Void = "void", "Đã hủy";
    }
}

codes! {
    /// What is done with a survey (bước của cuộc khảo sát).
    pub enum Step {
        /// Change what it asks, of whom and when.
        Change = "change", "Sửa";
        /// Write down who may be drawn, publish the hash, say where the seed will come from.
        Freeze = "freeze", "Chốt danh sách";
        /// Say the seed; the sample follows from it.
        Seed = "seed", "Ghi hạt giống và rút mẫu";
        /// Make the invitations and let people answer.
        Open = "open", "Mở thu phiếu";
        /// Let nobody answer any more and compute the figures.
        Close = "close", "Đóng";
        /// Show the figures to everybody.
        Publish = "publish", "Công bố";
        /// Give it up, with a reason that stays public.
        Void = "void", "Hủy";
    }
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The survey is elsewhere.
    #[error("Không thực hiện được bước “{}” khi cuộc khảo sát ở trạng thái “{}”.", step.label(), status.label())]
    WrongStatus {
        /// What was wanted.
        step: Step,
        /// Where it is.
        status: Status,
    },
}

impl Refusal for Refused {}

/// Where a survey is after `step`; this table is the whole order of things. What was drawn is never drawn again: the
/// only way back is to give the survey up.
///
/// # Errors
/// [`Refused::WrongStatus`] if the step is not open from here.
pub const fn after(status: Status, step: Step) -> Result<Status, Refused> {
    use Status::{Closed, Draft, Drawn, Framed, Open, Published, Void};
    Ok(match (status, step) {
        (Draft, Step::Change) => Draft,
        (Draft, Step::Freeze) => Framed,
        (Framed, Step::Seed) => Drawn,
        (Drawn, Step::Open) => Open,
        (Open, Step::Close) => Closed,
        (Closed, Step::Publish) => Published,
        (Draft | Framed | Drawn | Open, Step::Void) => Void,
        (status, step) => return Err(Refused::WrongStatus { step, status }),
    })
}

impl Status {
    /// Whether its frame is public.
    #[must_use]
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Draft)
    }

    /// Whether its figures are computed: before, nobody sees any.
    #[must_use]
    pub const fn has_results(self) -> bool {
        matches!(self, Self::Closed | Self::Published)
    }
}
