//! Dossiers that go together (liên thông): a parent at its lead, children at those who co-operate.
//!
//! The parent keeps its own clock; a child has its own within it. Papers change hands by a slip that the
//! receiver confirms or refuses.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.18, Đ.19 k.6–7.

use jiff::civil::{DateTime, Time};
use thiserror::Error;

use crate::{
    Refusal,
    calendar::WorkCalendar,
    dossier::{CommandKind, Status, codes::codes},
};

#[cfg(test)]
mod tests;

codes! {
    /// Why two dossiers go together.
    pub enum LinkKind {
        /// Another unit does a part of it (hồ sơ liên thông).
        Child = "child", "Hồ sơ liên thông";
        /// One receipt, many results (hồ sơ theo nhóm).
        Group = "group", "Hồ sơ theo nhóm";
        /// Several procedures in one visit.
        Visit = "visit", "Nhiều thủ tục trong một lần đến";
    }
}

codes! {
    /// Whether a child waits for the one before it.
    pub enum Arrangement {
        /// At the same time as the others; what is sent electronically goes so.
        Parallel = "parallel", "Song song";
        /// After the one before it; papers that exist once go so.
        Sequence = "sequence", "Lần lượt";
    }
}

codes! {
    /// How papers travel.
    pub enum Carriage {
        /// As files only.
        Electronic = "electronic", "Điện tử";
        /// Papers, carried by the office.
        Paper = "paper", "Giấy, cán bộ chuyển";
        /// Papers, by public post.
        Post = "post", "Giấy, qua bưu chính công ích";
    }
}

codes! {
    /// How far a child is. “At the counter” is not “accepted”, and a result is not yet a result in hand.
    pub enum LinkState {
        /// Its turn has not come.
        Planned = "planned", "Chờ đến lượt";
        /// It waits to be sent to another installation.
        Queued = "queued", "Chờ gửi sang hệ thống nơi nhận";
        /// It lies at the receiver's counter, who has neither confirmed nor refused it.
        AtCounter = "at_counter", "Đã đến Một cửa nơi nhận, chưa tiếp nhận";
        /// The receiver has accepted it: its clock runs.
        Accepted = "accepted", "Nơi nhận đã tiếp nhận";
        /// There is a result, still at the receiver's.
        Finished = "finished", "Nơi nhận đã có kết quả";
        /// The result is on its way back.
        SentBack = "sent_back", "Kết quả đang chuyển về";
        /// The lead has it.
        Done = "done", "Đã nhận kết quả";
        /// The receiver would not take it.
        Refused = "refused", "Nơi nhận từ chối tiếp nhận";
        /// It was called back or stopped.
        Withdrawn = "withdrawn", "Đã rút";
    }
}

codes! {
    /// Which way papers go.
    pub enum Direction {
        /// To the co-operating unit.
        Out = "out", "Chuyển đi";
        /// Its result, back to the lead.
        Back = "back", "Trả kết quả";
    }
}

codes! {
    /// Whether papers changed hands.
    pub enum HandOverState {
        /// Given; the receiver has not said anything.
        Waiting = "waiting", "Chờ xác nhận";
        /// Received.
        Confirmed = "confirmed", "Đã nhận";
        /// Not taken, with a reason.
        Refused = "refused", "Không nhận";
        /// Called back before anybody took it.
        Recalled = "recalled", "Đã rút lại";
    }
}

codes! {
    /// What moves a link.
    pub enum LinkAct {
        /// It is given to a unit of this installation.
        Give = "give", "Chuyển hồ sơ liên thông";
        /// Another installation says that it has it.
        Arrive = "arrive", "Hệ thống nơi nhận đã nhận";
        /// The receiver accepts it.
        Accept = "accept", "Nơi nhận tiếp nhận";
        /// The receiver refuses it.
        Refuse = "refuse", "Nơi nhận từ chối";
        /// The receiver has a result.
        Finish = "finish", "Nơi nhận có kết quả";
        /// It had none after all.
        Unfinish = "unfinish", "Nơi nhận hoàn tác kết quả";
        /// The result is sent back.
        SendBack = "send_back", "Trả kết quả liên thông";
        /// The lead does not take the result.
        RefuseResult = "refuse_result", "Không nhận kết quả";
        /// The lead has the result.
        Receive = "receive", "Nhận kết quả liên thông";
        /// It is called back or stopped.
        Withdraw = "withdraw", "Rút hồ sơ liên thông";
    }
}

/// Why a link does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Not from here.
    #[error("Hồ sơ liên thông đang ở trạng thái “{}”, không thực hiện được việc “{}”.", .state.label(), .act.label())]
    WrongState {
        /// Where it is.
        state: LinkState,
        /// What was wanted.
        act: LinkAct,
    },
    /// The lead waits for somebody.
    #[error(
        "Hồ sơ còn {open} hồ sơ liên thông chưa có kết quả. Hãy nhận kết quả hoặc rút trước khi trình ký."
    )]
    StillOpen {
        /// How many.
        open: usize,
    },
    /// Its own date lies beyond the parent's.
    #[error(
        "Nơi nhận sẽ hẹn {}, sau ngày hẹn {} của hồ sơ chính. Hãy thống nhất số ngày ngắn hơn hoặc xin lỗi, hẹn lại trước.",
        crate::text::date_time(*.child), crate::text::date_time(*.parent)
    )]
    PassesParent {
        /// What the child would be promised.
        child: DateTime,
        /// What the parent is.
        parent: DateTime,
    },
    /// Nothing is sent to oneself.
    #[error(
        "Đơn vị nhận phải khác đơn vị đang giải quyết hồ sơ. Trong cùng cơ quan, dùng “Chuyển” hoặc “Hỏi ý kiến”."
    )]
    SameBody,
    /// The parent is not being worked on.
    #[error("Chỉ mở hồ sơ liên thông khi hồ sơ đã tiếp nhận và chưa trình ký.")]
    ParentNotOpen,
    /// Others of the sequence are not over.
    #[error("Hồ sơ liên thông đứng trước chưa xong nên chưa chuyển bước tiếp theo được.")]
    NotItsTurn,
    /// A child's papers are confirmed or refused.
    #[error(
        "Hồ sơ liên thông: hãy xác nhận đã nhận, hoặc từ chối và ghi lý do trên phiếu bàn giao."
    )]
    ConfirmOrRefuse,
    /// A child's result goes to its lead.
    #[error(
        "Kết quả của hồ sơ liên thông được bàn giao về cơ quan gửi, không trả cho công dân tại đây."
    )]
    ResultGoesBack,
    /// The other side has been told.
    #[error("Cơ quan bên kia đã được báo bước này nên không hoàn tác được.")]
    AlreadyTold,
}

impl Refusal for LinkError {}

impl LinkState {
    /// Whether the lead still waits for it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Refused | Self::Withdrawn)
    }

    /// Where `act` leads.
    ///
    /// # Errors
    /// [`LinkError::WrongState`] if it is not open from here.
    pub const fn after(self, act: LinkAct) -> Result<Self, LinkError> {
        Ok(match (self, act) {
            (Self::Planned, LinkAct::Give) | (Self::Queued, LinkAct::Arrive) => Self::AtCounter,
            (Self::AtCounter, LinkAct::Accept) | (Self::Finished, LinkAct::Unfinish) => {
                Self::Accepted
            }
            (Self::Queued | Self::AtCounter, LinkAct::Refuse) => Self::Refused,
            (Self::Accepted, LinkAct::Finish) | (Self::SentBack, LinkAct::RefuseResult) => {
                Self::Finished
            }
            (Self::Finished, LinkAct::SendBack) => Self::SentBack,
            (Self::SentBack, LinkAct::Receive) => Self::Done,
            (
                Self::Planned | Self::Queued | Self::AtCounter | Self::Accepted,
                LinkAct::Withdraw,
            ) => Self::Withdrawn,
            (state, act) => return Err(LinkError::WrongState { state, act }),
        })
    }
}

/// Whether a dossier of this status may have children opened: accepted, and no draft before the signer.
#[must_use]
pub const fn may_have_children(status: Status) -> bool {
    matches!(
        status,
        Status::Accepted
            | Status::Transferred
            | Status::Assigned
            | Status::Processing
            | Status::Verifying
            | Status::Consulting
    )
}

/// Steps of the parent that wait for its open children.
#[must_use]
pub const fn waits_for_children(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::PutUp | CommandKind::Refuse)
}

/// Whether a child's appointment lies after the parent's. Where a clock stands still there is nothing to
/// compare.
#[must_use]
pub fn passes(child: Option<DateTime>, parent: Option<DateTime>) -> bool {
    child.zip(parent).is_some_and(|(child, parent)| child > parent)
}

/// Whether the child at `at` in `before_it` has its turn: in a sequence those before it are over.
#[must_use]
pub fn has_turn(arrangement: Arrangement, before_it: &[(Arrangement, LinkState)]) -> bool {
    arrangement == Arrangement::Parallel
        || before_it.iter().all(|(it, state)| *it == Arrangement::Parallel || !state.is_open())
}

/// Minutes of office time that “the start of the next working day” lasts.
const START_OF_DAY_MINUTES: i64 = 60;

/// By when papers given at `at` are to be confirmed: on the same working day, or at the start of the next
/// if they were given after `cutoff` (15:00) or on a day off. Civil time in Viet Nam; nothing if the
/// calendar runs dry.
///
/// Law: NĐ 61/2018/NĐ-CP Đ.18 k.1.
#[must_use]
pub fn hand_over_due(calendar: &WorkCalendar, at: DateTime, cutoff: Time) -> Option<DateTime> {
    let day = at.date();
    if calendar.works_on(day) && at.time() <= cutoff {
        return Some(day.to_datetime(calendar.hours.closing(day)));
    }
    let next = calendar.nth_after(day, 1)?;
    calendar.after_minutes(next.to_datetime(calendar.hours.opening(next)), START_OF_DAY_MINUTES)
}
