//! What people say to an office (phản ánh, kiến nghị, đơn): its classes, its way from receipt to the sender's yes.
//!
//! "Closed" and "solved" are two facts: only the sender says that something is solved; his silence after a
//! reminder closes it and says no more than that.
//!
//! Law: NĐ 20/2008/NĐ-CP, NĐ 92/2017/NĐ-CP (phản ánh, kiến nghị); NĐ 43/2011/NĐ-CP Đ.17 (hỏi đáp); Luật Khiếu nại
//! 2011; Luật Tố cáo 2018.

use crate::dossier::codes::codes;

pub mod life;
pub mod limits;
pub mod petition;
pub mod redact;
#[cfg(test)]
mod tests;

pub use life::{Closing, Command, Decided, Feedback, Refused, apply, decide};
pub use limits::{ClassLaw, Identity, Limits, LimitsFile, PetitionLimits, read};
pub use redact::{Found, redacted, redacted_names, suspicious};

codes! {
    /// What kind of thing somebody says (phân loại).
    pub enum Class {
        /// A problem with a rule or with how it is applied (NĐ 20/2008).
        RuleReport = "rule_report", "Phản ánh về quy định hành chính";
        /// A proposal to change a rule or to make one (NĐ 20/2008).
        Proposal = "proposal", "Kiến nghị về quy định hành chính";
        /// How an official behaved.
        Conduct = "conduct", "Phản ánh về cán bộ, công chức";
        /// A question, a wish for guidance (NĐ 43/2011 Đ.17).
        Question = "question", "Hỏi đáp, đề nghị hướng dẫn";
        /// Anything else that could be better.
        Suggestion = "suggestion", "Góp ý khác";
        /// A wish to have a decision reviewed that touches one's own rights (Luật Khiếu nại 2011).
        Complaint = "complaint", "Đơn khiếu nại";
        /// A report of a breach of law (Luật Tố cáo 2018): it goes the sealed way.
        Denunciation = "denunciation", "Đơn tố cáo";
    }
}

codes! {
    /// Where it came in (cửa tiếp nhận).
    pub enum Door {
        /// The form on the portal.
        Web = "web", "Trang web";
        /// The sign on a notice board.
        Qr = "qr", "Mã QR nơi niêm yết";
        /// The sign on an official's badge.
        Badge = "badge", "Mã QR trên thẻ cán bộ";
        /// The touch page in the hall.
        Kiosk = "kiosk", "Máy tại sảnh";
        /// A call, written down.
        Hotline = "hotline", "Điện thoại";
        /// A slip of the suggestion box.
        Box = "box", "Hòm thư góp ý";
        /// Said or handed in at the counter.
        Counter = "counter", "Tại quầy";
        /// Read in the press.
        Press = "press", "Báo chí";
        /// Another program by Open311.
        Open311 = "open311", "Open311";
        /// Said at a reception of citizens.
        Reception = "reception", "Tiếp công dân";
    }
}

codes! {
    /// How far it is (trạng thái).
    pub enum Status {
        /// It came in; nobody works on it.
        Received = "received", "Mới tiếp nhận";
        /// Its sender was asked for more; the clock stands still.
        NeedInfo = "need_info", "Chờ người gửi bổ sung";
        /// It is not dealt with, and why was said.
        Rejected = "rejected", "Không thụ lý";
        /// Another body has it.
        Transferred = "transferred", "Đã chuyển cơ quan khác";
        /// Somebody works on it.
        Handling = "handling", "Đang xử lý";
        /// It was answered; its sender has not said whether that solves it.
        Answered = "answered", "Đã trả lời";
        /// It was answered, and it is worked on once more.
        Reopened = "reopened", "Xử lý lại";
        /// It is over.
        Closed = "closed", "Đã khép";
        /// It went the sealed way: nothing more is known here.
        Sealed = "sealed", "Đã chuyển sang đường riêng, niêm kín";
    }
}

impl Status {
    /// Whether the office owes the next step.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Handling | Self::Reopened)
    }

    /// Whether nothing more happens to it by itself.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Rejected | Self::Transferred | Self::Closed | Self::Sealed)
    }
}

impl Class {
    /// Those that anybody may read about and Open311 carries: no letter about a person's own rights, nobody's conduct.
    pub const OPEN: [Self; 4] =
        [Self::RuleReport, Self::Proposal, Self::Question, Self::Suggestion];

    /// Whether it may be published and carried by Open311.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::RuleReport | Self::Proposal | Self::Question | Self::Suggestion)
    }

    /// Whether it leaves the open path at once.
    #[must_use]
    pub const fn is_sealed(self) -> bool {
        matches!(self, Self::Denunciation)
    }

    /// Whether somebody who gives no name has a right to an answer by law. What has none is dealt with as information
    /// and counts neither as answered in time nor as late.
    ///
    /// Law: NĐ 20/2008/NĐ-CP Đ.7 (họ tên, địa chỉ, cách liên hệ).
    #[must_use]
    pub const fn has_right(self, anonymous: bool) -> bool {
        !anonymous || matches!(self, Self::Question | Self::Suggestion)
    }

    /// What it is called in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::RuleReport => "Report about an administrative rule",
            Self::Proposal => "Proposal about an administrative rule",
            Self::Conduct => "Report about an official",
            Self::Question => "Question",
            Self::Suggestion => "Other suggestion",
            Self::Complaint => "Complaint",
            Self::Denunciation => "Denunciation",
        }
    }
}

impl Status {
    /// What it is called in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Received => "Received",
            Self::NeedInfo => "Waiting for more from you",
            Self::Rejected => "Not taken up",
            Self::Transferred => "Handed to another body",
            Self::Handling => "Being dealt with",
            Self::Answered => "Answered",
            Self::Reopened => "Being dealt with again",
            Self::Closed => "Closed",
            Self::Sealed => "Handed to the sealed path",
        }
    }
}
