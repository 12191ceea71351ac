//! A case about an official's conduct (vụ việc về ứng xử của cán bộ), from the report to what was put right.
//!
//! [`decide`] is the whole of it: who may take which step from where. Three rules stand above the steps: nobody
//! verifies or concludes his own case, nobody verifies his own head, and nothing is concluded before the accused was
//! heard or let his time pass. A case whose head is accused is the unit's above; who opens it sees to that.
//!
//! Law: `law/conduct.toml`; NĐ 20/2008/NĐ-CP (reports about behaviour), Luật Tố cáo 2018 (what leaves this path).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, dossier::codes::codes, ids::StaffId, law::Versions};

#[cfg(test)]
mod tests;

codes! {
    /// How far a case is (trạng thái vụ việc).
    pub enum Status {
        /// It was opened and waits to be screened.
        Received = "received", "Chờ sàng lọc";
        /// It is to be verified; nobody was named yet.
        Screened = "screened", "Chờ giao xác minh";
        /// Somebody is to verify it.
        Assigned = "assigned", "Đã giao xác minh";
        /// It is being verified; the accused was told.
        Verifying = "verifying", "Đang xác minh";
        /// There is a conclusion.
        Concluded = "concluded", "Đã kết luận";
        /// Something is to be put right.
        Corrective = "corrective", "Đang chấn chỉnh";
        /// Whoever reported it has an answer.
        Replied = "replied", "Đã trả lời";
        /// Nothing is left to do.
        Closed = "closed", "Đã kết thúc";
        /// It is none of conduct; whoever reported it is still to be answered.
        TurnedDown = "turned_down", "Không thụ lý";
        /// It is a denunciation and left this path.
        Sealed = "sealed", "Chuyển đường tố cáo";
    }
}

impl Status {
    /// Whether somebody still has to do something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Sealed)
    }

    /// Whether the truth is still to be found.
    #[must_use]
    pub const fn is_unsettled(self) -> bool {
        matches!(self, Self::Received | Self::Screened | Self::Assigned | Self::Verifying)
    }
}

codes! {
    /// Where a case comes from (nguồn).
    pub enum Source {
        /// Feedback that was classed as a report on conduct.
        Feedback = "feedback", "Phản ánh của người dân";
        /// An inspection found it.
        Inspection = "inspection", "Kiểm tra công vụ";
        /// A newspaper, broadcast or site told it.
        Press = "press", "Báo chí";
        /// The head looks into it of his own motion.
        OwnMotion = "own_motion", "Người đứng đầu tự xem xét";
        /// A rating said that behaviour was not as it should be.
        Rating = "rating", "Lượt đánh giá thấp";
    }
}

codes! {
    /// What was found (kết luận).
    pub enum Conclusion {
        /// It happened as reported.
        True = "true", "Đúng";
        /// A part of it happened.
        Partly = "partly", "Đúng một phần";
        /// It did not happen.
        Untrue = "untrue", "Không đúng";
        /// It cannot be found out.
        Unproven = "unproven", "Không đủ cơ sở kết luận";
    }
}

impl Conclusion {
    /// Whether something happened that should not have.
    #[must_use]
    pub const fn is_confirmed(self) -> bool {
        matches!(self, Self::True | Self::Partly)
    }
}

codes! {
    /// What is done about it (biện pháp chấn chỉnh).
    pub enum Measure {
        /// Lessons are drawn.
        Lessons = "lessons", "Rút kinh nghiệm";
        /// A reminder.
        Reminder = "reminder", "Nhắc nhở";
        /// Criticism before colleagues.
        Criticism = "criticism", "Phê bình";
        /// An apology to whoever suffered it.
        Apology = "apology", "Xin lỗi";
        /// It goes on as discipline.
        Discipline = "discipline", "Chuyển xem xét kỷ luật";
    }
}

/// Limits of the path, in working days, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// The first day.
    pub in_force_from: Date,
    /// Where they are written.
    pub title: String,
    /// Until a case is screened.
    pub screening_days: u32,
    /// From the screening until the conclusion.
    pub conclusion_days: u32,
    /// In which the accused may explain himself.
    pub explanation_days: u32,
    /// From the conclusion until whoever reported it is answered.
    pub reply_days: u32,
}

/// `law/conduct.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct LimitFile {
    /// The limits.
    pub limits: Vec<Limits>,
}

/// The limits by the day from which they hold.
#[must_use]
pub fn limits(file: LimitFile) -> Versions<Limits> {
    Versions::new(file.limits.into_iter().map(|it| (it.in_force_from, it)).collect())
}

/// A measure that was laid down, and whether it was seen to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What kind.
    pub measure: Measure,
    /// By when it is done.
    pub due_on: Date,
    /// Who checks it.
    pub checker: StaffId,
    /// When it was found done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_on: Option<Date>,
}

/// What the rules know of one case. Times are civil time in Viet Nam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// How far it is.
    pub status: Status,
    /// Whom it is about.
    pub accused: StaffId,
    /// Who verifies it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<StaffId>,
    /// When it came.
    pub received_at: DateTime,
    /// By when the present step is due: screening, then the conclusion, then the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime>,
    /// Until when the accused may explain himself; nothing before he was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain_until: Option<DateTime>,
    /// Whether he did.
    #[serde(default)]
    pub explained: bool,
    /// Whether the verifier wrote down what he found.
    #[serde(default)]
    pub found: bool,
    /// What was concluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Conclusion>,
    /// What is done about it.
    #[serde(default)]
    pub corrections: Vec<Correction>,
}

/// Somebody named to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verifier {
    /// Who.
    pub staff: StaffId,
    /// Whether he works under the accused, who is a head.
    pub is_under_accused: bool,
}

/// A step that somebody wants to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Command {
    /// It is to be verified; by when it is concluded.
    Screen {
        /// When the conclusion is due.
        due_at: DateTime,
    },
    /// It is none of conduct, with a reason.
    TurnDown,
    /// It is a denunciation: it leaves.
    Seal,
    /// Somebody is named to verify it.
    Assign {
        /// Who.
        verifier: Verifier,
    },
    /// Verification begins, and the accused is told.
    Begin {
        /// Until when he may explain himself.
        explain_until: DateTime,
    },
    /// The accused explains himself.
    Explain,
    /// The verifier writes down what he found.
    Find,
    /// It is concluded, with reasons; by when the answer is due.
    Conclude {
        /// What.
        conclusion: Conclusion,
        /// When the answer to the sender is due.
        due_at: DateTime,
    },
    /// Something is laid down to be put right.
    Correct {
        /// What kind.
        measure: Measure,
        /// By when.
        due_on: Date,
        /// Who checks it.
        checker: StaffId,
    },
    /// What was laid down was found done.
    Check {
        /// Its place, from 0.
        at: usize,
    },
    /// Whoever reported it is answered.
    Reply,
    /// Nothing is left to do.
    Close,
}

impl Command {
    /// The stable name of the step.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Screen { .. } => "screen",
            Self::TurnDown => "turn_down",
            Self::Seal => "seal",
            Self::Assign { .. } => "assign",
            Self::Begin { .. } => "begin",
            Self::Explain => "explain",
            Self::Find => "find",
            Self::Conclude { .. } => "conclude",
            Self::Correct { .. } => "correct",
            Self::Check { .. } => "check",
            Self::Reply => "reply",
            Self::Close => "close",
        }
    }

    /// What the office calls it.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Screen { .. } => "Thụ lý để xác minh",
            Self::TurnDown => "Không thụ lý",
            Self::Seal => "Chuyển đường tố cáo",
            Self::Assign { .. } => "Giao người xác minh",
            Self::Begin { .. } => "Bắt đầu xác minh, báo cho cán bộ",
            Self::Explain => "Cán bộ giải trình",
            Self::Find => "Báo cáo xác minh",
            Self::Conclude { .. } => "Kết luận",
            Self::Correct { .. } => "Biện pháp chấn chỉnh",
            Self::Check { .. } => "Kiểm tra đã chấn chỉnh",
            Self::Reply => "Trả lời người phản ánh",
            Self::Close => "Kết thúc vụ việc",
        }
    }
}

/// Who wants to take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maker {
    /// Himself; nothing if the account is nobody's of the office.
    pub staff: Option<StaffId>,
    /// Whether he may handle cases of this unit.
    pub handles: bool,
    /// Whether he decides for the unit: its head or its leader.
    pub decides: bool,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The step is not open from here.
    #[error("Không làm được bước này: vụ việc đang ở trạng thái “{}”.", status.label())]
    WrongStatus {
        /// Where it stands.
        status: Status,
    },
    /// Not his to do.
    #[error("Việc này không phải của ông, bà trong vụ việc này.")]
    NotYours,
    /// Only the head or a leader decides it.
    #[error("Chỉ người đứng đầu hoặc lãnh đạo đơn vị được quyết định việc này.")]
    NotDecider,
    /// The accused cannot handle his own case.
    #[error("Người bị phản ánh không được xử lý vụ việc về chính mình.")]
    OwnCase,
    /// The verifier is the accused.
    #[error("Không giao cho chính người bị phản ánh xác minh. Hãy chọn người khác.")]
    VerifierAccused,
    /// The verifier works under the accused.
    #[error(
        "Người này là cấp dưới của người bị phản ánh nên không xác minh được. Hãy giao người của đơn vị cấp trên."
    )]
    VerifierUnder,
    /// The accused may still explain himself.
    #[error(
        "Cán bộ chưa giải trình và còn thời hạn giải trình đến {}. Chỉ kết luận sau khi cán bộ đã giải trình \
         hoặc hết thời hạn này.",
        crate::text::date_time(*until)
    )]
    StillToExplain {
        /// Until when.
        until: DateTime,
    },
    /// Nothing was found yet.
    #[error("Chưa có báo cáo xác minh. Người xác minh ghi kết quả xác minh trước khi kết luận.")]
    NothingFound,
    /// The time to explain is over.
    #[error("Đã hết thời hạn giải trình ({}).", crate::text::date_time(*until))]
    TooLate {
        /// When it ended.
        until: DateTime,
    },
    /// A reason is owed.
    #[error("Hãy ghi lý do, căn cứ.")]
    NoWords,
    /// Nothing is to be put right.
    #[error("Kết luận không xác nhận phản ánh nên không có biện pháp chấn chỉnh.")]
    NothingToCorrect,
    /// What is confirmed is put right first.
    #[error(
        "Kết luận đúng hoặc đúng một phần thì phải ghi biện pháp chấn chỉnh trước khi trả lời."
    )]
    NotCorrected,
    /// The day is over.
    #[error("Hạn chấn chỉnh phải từ hôm nay trở đi.")]
    PastDay,
    /// The accused does not check himself.
    #[error("Người bị phản ánh không tự kiểm tra việc chấn chỉnh của mình. Hãy chọn người khác.")]
    ChecksHimself,
    /// Something is still to be put right.
    #[error("Còn biện pháp chấn chỉnh chưa được kiểm tra xong nên chưa kết thúc được.")]
    StillCorrecting,
    /// There is no such measure, or it was done.
    #[error("Biện pháp này không có hoặc đã được kiểm tra.")]
    NoSuchCorrection,
}

impl Refusal for Refused {}

/// A case as it is opened.
#[must_use]
pub const fn opened(accused: StaffId, received_at: DateTime, due_at: Option<DateTime>) -> Case {
    Case {
        status: Status::Received,
        accused,
        verifier: None,
        received_at,
        due_at,
        explain_until: None,
        explained: false,
        found: false,
        conclusion: None,
        corrections: Vec::new(),
    }
}

/// Where the case stands after `command`, if `by` may take that step at `now` with these words.
///
/// This is the whole path: a step that is not written here cannot be taken. It changes nothing; [`Case::apply`] does.
///
/// # Errors
/// [`Refused`] with what stands in the way.
pub fn decide(
    case: &Case,
    command: &Command,
    words: &str,
    by: Maker,
    now: DateTime,
) -> Result<Status, Refused> {
    use Status::{
        Assigned, Closed, Concluded, Corrective, Received, Replied, Screened, Sealed, TurnedDown,
        Verifying,
    };
    let is_accused = by.staff == Some(case.accused);
    let is_verifier = by.staff.is_some() && by.staff == case.verifier;
    match command {
        Command::Explain if !is_accused => return Err(Refused::NotYours),
        Command::Explain => {}
        _ if is_accused => return Err(Refused::OwnCase),
        Command::Begin { .. } | Command::Find if !is_verifier => return Err(Refused::NotYours),
        Command::Begin { .. } | Command::Find => {}
        Command::Check { at } => {
            let it = case.corrections.get(*at).filter(|it| it.done_on.is_none());
            let it = it.ok_or(Refused::NoSuchCorrection)?;
            if by.staff != Some(it.checker) && !by.decides {
                return Err(Refused::NotYours);
            }
        }
        Command::Assign { .. } | Command::Conclude { .. } | Command::Correct { .. }
            if !by.decides =>
        {
            return Err(Refused::NotDecider);
        }
        _ if !by.handles => return Err(Refused::NotYours),
        _ => {}
    }
    let status = match (case.status, command) {
        (Received, Command::Screen { .. }) => Screened,
        (Received | Screened, Command::TurnDown) => TurnedDown,
        (Received | Screened | Assigned | Verifying, Command::Seal) => Sealed,
        (Screened | Assigned | Verifying, Command::Assign { .. }) => Assigned,
        (Assigned, Command::Begin { .. }) => Verifying,
        (Verifying, Command::Explain | Command::Find) => Verifying,
        // Whoever is told anew by another verifier keeps what he said.
        (Assigned, Command::Explain) if case.explain_until.is_some() => Assigned,
        (Verifying, Command::Conclude { .. }) => Concluded,
        (Concluded | Corrective, Command::Correct { .. }) => Corrective,
        (Corrective, Command::Check { .. }) => Corrective,
        (Replied, Command::Check { .. }) => Replied,
        (Concluded | Corrective | TurnedDown, Command::Reply) => Replied,
        (Replied, Command::Close) => Closed,
        (status, _) => return Err(Refused::WrongStatus { status }),
    };
    let words_owed = !matches!(
        command,
        Command::Screen { .. } | Command::Assign { .. } | Command::Begin { .. } | Command::Close
    );
    if words_owed && words.trim().is_empty() {
        return Err(Refused::NoWords);
    }
    match command {
        Command::Assign { verifier } if verifier.staff == case.accused => {
            return Err(Refused::VerifierAccused);
        }
        Command::Assign { verifier } if verifier.is_under_accused => {
            return Err(Refused::VerifierUnder);
        }
        Command::Explain => match case.explain_until {
            Some(until) if now > until => return Err(Refused::TooLate { until }),
            _ => {}
        },
        Command::Conclude { .. } => {
            match case.explain_until {
                Some(until) if !case.explained && now <= until => {
                    return Err(Refused::StillToExplain { until });
                }
                _ => {}
            }
            if !case.found {
                return Err(Refused::NothingFound);
            }
        }
        Command::Correct { due_on, checker, .. } => {
            if !case.conclusion.is_some_and(Conclusion::is_confirmed) {
                return Err(Refused::NothingToCorrect);
            }
            if *checker == case.accused {
                return Err(Refused::ChecksHimself);
            }
            if *due_on < now.date() {
                return Err(Refused::PastDay);
            }
        }
        Command::Reply
            if case.status == Concluded
                && case.conclusion.is_some_and(Conclusion::is_confirmed) =>
        {
            return Err(Refused::NotCorrected);
        }
        Command::Close if case.is_correcting() => return Err(Refused::StillCorrecting),
        _ => {}
    }
    Ok(status)
}

impl Case {
    /// Carries a step into the state. Cannot fail: what happened, happened.
    pub fn apply(&mut self, command: &Command, status: Status, now: DateTime) {
        self.status = status;
        match command {
            Command::Screen { due_at } => self.due_at = Some(*due_at),
            Command::Assign { verifier } => {
                if self.verifier != Some(verifier.staff) {
                    self.found = false;
                }
                self.verifier = Some(verifier.staff);
            }
            // Whoever was told before keeps the later of his days.
            Command::Begin { explain_until } => {
                self.explain_until = self.explain_until.max(Some(*explain_until));
            }
            Command::Explain => self.explained = true,
            Command::Find => self.found = true,
            Command::Conclude { conclusion, due_at } => {
                self.conclusion = Some(*conclusion);
                self.due_at = Some(*due_at);
            }
            Command::Correct { measure, due_on, checker } => self.corrections.push(Correction {
                measure: *measure,
                due_on: *due_on,
                checker: *checker,
                done_on: None,
            }),
            Command::Check { at } => {
                if let Some(it) = self.corrections.get_mut(*at) {
                    it.done_on = Some(now.date());
                }
            }
            Command::TurnDown | Command::Close | Command::Seal | Command::Reply => {}
        }
        if matches!(status, Status::Replied | Status::Closed | Status::Sealed) {
            self.due_at = None;
        }
    }

    /// Whether something that was laid down was not seen to yet.
    #[must_use]
    pub fn is_correcting(&self) -> bool {
        self.corrections.iter().any(|it| it.done_on.is_none())
    }

    /// By when the next of what was laid down is due.
    #[must_use]
    pub fn correction_due(&self) -> Option<Date> {
        self.corrections.iter().filter(|it| it.done_on.is_none()).map(|it| it.due_on).min()
    }

    /// Whether the accused is asked to explain himself and still can.
    #[must_use]
    pub fn may_explain(&self, now: DateTime) -> bool {
        matches!(self.status, Status::Assigned | Status::Verifying)
            && self.explain_until.is_some_and(|until| now <= until)
    }

    /// Whether the present step or a correction is overdue.
    #[must_use]
    pub fn is_late(&self, now: DateTime) -> bool {
        self.status.is_open()
            && (self.due_at.is_some_and(|due| now > due)
                || self.correction_due().is_some_and(|due| now.date() > due))
    }
}
