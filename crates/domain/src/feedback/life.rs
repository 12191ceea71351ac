//! The way of one feedback: what may be done from where, and what comes of it.

use jiff::{ToSpan as _, civil::DateTime};
use thiserror::Error;

use super::{Class, Limits, Status, petition::Stage};
use crate::{
    Refusal,
    deadline::{AfterPause, Pause, Term, TimeLimit},
    dossier::codes::codes,
    ids::{StaffId, UnitId},
};

codes! {
    /// How something came to its end (kết cục). Only the first says that it is solved.
    pub enum Closing {
        /// Its sender said so.
        Solved = "solved", "Người gửi xác nhận đã giải quyết";
        /// He was asked again and said nothing.
        Silence = "silence", "Khép do người gửi không phản hồi";
        /// He had said that it is not solved, and said nothing more after the last answer.
        Unsolved = "unsolved", "Khép, người gửi cho là chưa giải quyết";
        /// A letter with a register of its own was decided, and the decision sent.
        Decided = "decided", "Đã gửi quyết định giải quyết";
        /// Its sender took the letter back.
        Withdrawn = "withdrawn", "Người gửi rút đơn";
    }
}

/// What is decided about, and nothing of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Who answers for it.
    pub unit: UnitId,
    /// Its class: as its sender calls it until it is sorted.
    pub class: Class,
    /// Whether the office has classified it.
    pub is_sorted: bool,
    /// How far it is.
    pub status: Status,
    /// When it came in.
    pub received_at: DateTime,
    /// The clock of its answer.
    pub term: Term,
    /// Who works on it.
    pub officer: Option<StaffId>,
    /// When it was answered last.
    pub answered_at: Option<DateTime>,
    /// When its sender was asked again.
    pub reminded_at: Option<DateTime>,
    /// When its sender last said that it is not solved, since the last answer.
    pub unsolved: bool,
    /// How often it was opened again.
    pub reopened: u32,
    /// How it ended.
    pub closing: Option<Closing>,
}

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say what it is.
    Sort {
        /// The class.
        class: Class,
    },
    /// Give it to somebody.
    Assign {
        /// Whom.
        officer: StaffId,
    },
    /// Ask its sender for more.
    AskMore {
        /// What.
        words: String,
    },
    /// The sender gives more.
    Supply,
    /// Turn it down.
    Reject {
        /// Why.
        reason: String,
    },
    /// Hand it to another unit of this installation.
    HandOn {
        /// Which.
        unit: UnitId,
        /// Why.
        reason: String,
    },
    /// Hand it to another body.
    HandOut {
        /// Which.
        body: String,
        /// Why.
        reason: String,
    },
    /// Release the answer that somebody else drafted.
    Answer {
        /// Who drafted it.
        drafted_by: i64,
        /// Who releases it.
        released_by: i64,
    },
    /// The sender says that it is solved.
    Solved,
    /// The sender says that it is not.
    Unsolved,
    /// The office opens it again.
    Reopen {
        /// Why.
        reason: String,
    },
    /// The sender is asked again.
    Remind,
    /// Nobody said anything.
    CloseSilent,
    /// It goes the sealed way.
    Seal,
    /// The register of complaints took it to a stage.
    Petition {
        /// Which.
        stage: Stage,
    },
}

impl Command {
    /// The stable name of what was done.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Sort { .. } => "sort",
            Self::Assign { .. } => "assign",
            Self::AskMore { .. } => "ask_more",
            Self::Supply => "supply",
            Self::Reject { .. } => "reject",
            Self::HandOn { .. } => "hand_on",
            Self::HandOut { .. } => "hand_out",
            Self::Answer { .. } => "answer",
            Self::Solved => "solved",
            Self::Unsolved => "unsolved",
            Self::Reopen { .. } => "reopen",
            Self::Remind => "remind",
            Self::CloseSilent => "close_silent",
            Self::Seal => "seal",
            Self::Petition { .. } => "petition",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::AskMore { words: it }
            | Self::Reject { reason: it }
            | Self::HandOn { reason: it, .. }
            | Self::HandOut { reason: it, .. }
            | Self::Reopen { reason: it } => Some(it),
            _ => None,
        }
    }
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// Not from here.
    #[error("Không làm được bước này khi phản ánh đang ở trạng thái “{}”.", .0.label())]
    Status(Status),
    /// Words are owed.
    #[error("Hãy ghi rõ lý do; người gửi sẽ đọc được.")]
    NoReason,
    /// It was not sorted.
    #[error("Hãy phân loại trước: mỗi loại có cách giải quyết và thời hạn riêng.")]
    NotSorted,
    /// The one who drafted it may not release it.
    #[error("Người soạn trả lời không được tự duyệt. Hãy để người khác đọc và duyệt.")]
    OwnDraft,
    /// It has that class.
    #[error("Phản ánh đang thuộc đúng loại này.")]
    SameClass,
    /// It is there.
    #[error("Phản ánh đang ở đúng đơn vị này.")]
    SameUnit,
    /// The silence is not long enough.
    #[error("Chưa nhắc người gửi hoặc chưa hết thời gian chờ.")]
    TooEarly,
    /// The rules of the day say nothing about the class.
    #[error("Quy định hiện hành chưa có thời hạn cho loại này.")]
    NoRule,
    /// What is to be sealed is sealed, not sorted.
    #[error("Đơn tố cáo phải chuyển sang đường niêm kín, không xử lý như phản ánh.")]
    MustBeSealed,
    /// A letter about somebody's rights has a path of its own.
    #[error(
        "Đơn khiếu nại, tố cáo giải quyết theo sổ đơn: hãy ghi bước vào sổ, không làm như phản ánh."
    )]
    Petition,
}

impl Refusal for Refused {}

/// What comes of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// When.
    pub at: DateTime,
    /// What.
    pub command: Command,
    /// How far it is then.
    pub status: Status,
    /// The clock from then on, if it is another one.
    pub term: Option<Term>,
    /// How it ends, if it does.
    pub closing: Option<Closing>,
}

fn limit(limits: &Limits, class: Class) -> Result<TimeLimit, Refused> {
    limits.of(class).map(|it| it.answer).ok_or(Refused::NoRule)
}

/// What happens if `command` is carried out at `now`, by the rules of that day. It changes nothing; [`apply`] does.
///
/// A first classification keeps the clock of the receipt; another one later starts the clock of the new class
/// from its own intake, and so does another unit of its own. How a complaint ends says its register alone.
///
/// Law: NĐ 20/2008/NĐ-CP Đ.8–14; the close by silence is the rule of the office (`law/feedback.toml`).
///
/// # Errors
/// [`Refused`], in words for who wants it.
pub fn decide(
    it: &Feedback,
    command: Command,
    now: DateTime,
    limits: &Limits,
) -> Result<Decided, Refused> {
    use Status::{
        Answered, Closed, Handling, NeedInfo, Received, Rejected, Reopened, Sealed, Transferred,
    };
    if command.reason().is_some_and(|it| it.trim().is_empty()) {
        return Err(Refused::NoReason);
    }
    let is_complaint = it.class == Class::Complaint && it.is_sorted;
    let is_ending = matches!(
        command,
        Command::Reject { .. } | Command::HandOut { .. } | Command::Reopen { .. }
    );
    if is_complaint && is_ending {
        return Err(Refused::Petition);
    }
    let mut term = None;
    let mut closing = None;
    let status = match (it.status, &command) {
        (Received | Handling | Reopened | NeedInfo, Command::Sort { class }) => {
            if class.is_sealed() {
                return Err(Refused::MustBeSealed);
            }
            if it.is_sorted && *class == it.class {
                return Err(Refused::SameClass);
            }
            let from = if it.is_sorted { now } else { it.received_at };
            let mut clock = Term::new(limit(limits, *class)?, from);
            if it.status == NeedInfo {
                clock.pauses.extend(it.term.pauses.last().cloned().map(|mut pause| {
                    pause.from = pause.from.max(from);
                    pause
                }));
            }
            term = Some(clock);
            it.status
        }
        (Received | Handling | Reopened, Command::Assign { .. }) => {
            if !it.is_sorted {
                return Err(Refused::NotSorted);
            }
            if it.status == Reopened { Reopened } else { Handling }
        }
        (Received | Handling | Reopened, Command::AskMore { .. }) => {
            let mut clock = it.term.clone();
            clock.pauses.push(Pause {
                from: now,
                until: None,
                after: AfterPause::Resume,
                // What is asked stands with the step: from there it is wiped when it must be.
                reason: "Chờ người gửi bổ sung".to_owned(),
                source: String::new(),
            });
            term = Some(clock);
            NeedInfo
        }
        (NeedInfo, Command::Supply) => {
            term = Some(resumed(&it.term, now));
            match (it.reopened, it.officer) {
                (1.., _) => Reopened,
                (0, Some(_)) => Handling,
                (0, None) => Received,
            }
        }
        (Received | Handling | NeedInfo, Command::Reject { .. }) => Rejected,
        (Received | Handling | NeedInfo | Reopened, Command::HandOn { unit, .. }) => {
            if *unit == it.unit {
                return Err(Refused::SameUnit);
            }
            term = Some(Term::new(limit(limits, it.class)?, now));
            Received
        }
        (Received | Handling | NeedInfo | Reopened, Command::HandOut { .. }) => Transferred,
        (Received | Handling | Reopened, Command::Answer { drafted_by, released_by }) => {
            if !it.is_sorted {
                return Err(Refused::NotSorted);
            }
            if matches!(it.class, Class::Complaint | Class::Denunciation) {
                return Err(Refused::Petition);
            }
            if drafted_by == released_by {
                return Err(Refused::OwnDraft);
            }
            Answered
        }
        (Answered, Command::Solved) => {
            closing = Some(Closing::Solved);
            Closed
        }
        (Answered, Command::Unsolved) if it.reopened == 0 => {
            term = Some(Term::new(limit(limits, it.class)?, now));
            Reopened
        }
        (Answered, Command::Unsolved) => Answered,
        (Answered | Closed, Command::Reopen { .. }) => {
            term = Some(Term::new(limit(limits, it.class)?, now));
            Reopened
        }
        (Answered, Command::Remind) => Answered,
        (Answered, Command::CloseSilent) => {
            let over = it.reminded_at.is_some_and(|at| days_after(at, limits.silence_days) <= now);
            if !over {
                return Err(Refused::TooEarly);
            }
            closing = Some(if it.unsolved { Closing::Unsolved } else { Closing::Silence });
            Closed
        }
        (Received | Handling | NeedInfo | Reopened, Command::Seal) => Sealed,
        (Received | Handling | NeedInfo | Reopened, Command::Petition { stage })
            if is_complaint =>
        {
            if it.status == NeedInfo {
                term = Some(resumed(&it.term, now));
            }
            closing = match stage {
                Stage::Withdrawn => Some(Closing::Withdrawn),
                Stage::Finished => Some(Closing::Decided),
                _ => None,
            };
            match stage {
                Stage::Registered => Received,
                Stage::Accepted | Stage::Concluded => Handling,
                Stage::Declined => Rejected,
                Stage::Referred => Transferred,
                Stage::Withdrawn | Stage::Finished => Closed,
            }
        }
        (status, _) => return Err(Refused::Status(status)),
    };
    Ok(Decided { at: now, command, status, term, closing })
}

/// The clock goes on.
fn resumed(term: &Term, now: DateTime) -> Term {
    let mut clock = term.clone();
    if let Some(pause) = clock.pauses.last_mut() {
        pause.until = pause.until.or(Some(now));
    }
    clock
}

/// The same hour so many days later.
#[must_use]
pub fn days_after(at: DateTime, days: u32) -> DateTime {
    at.checked_add(i64::from(days).days()).unwrap_or(DateTime::MAX)
}

/// Carries it out. Cannot fail: what was decided, happens.
pub fn apply(it: &mut Feedback, decided: &Decided) {
    it.status = decided.status;
    if let Some(term) = &decided.term {
        it.term = term.clone();
    }
    it.closing = decided.closing;
    match &decided.command {
        Command::Sort { class } => (it.class, it.is_sorted) = (*class, true),
        Command::Assign { officer } => it.officer = Some(*officer),
        Command::HandOn { unit, .. } => (it.unit, it.officer) = (*unit, None),
        Command::Answer { .. } => {
            it.answered_at = Some(decided.at);
            (it.reminded_at, it.unsolved) = (None, false);
        }
        Command::Unsolved | Command::Reopen { .. } => {
            it.unsolved = matches!(decided.command, Command::Unsolved);
            if it.status == Status::Reopened {
                it.reopened += 1;
                (it.reminded_at, it.unsolved) = (None, false);
            }
        }
        Command::Remind => it.reminded_at = Some(decided.at),
        Command::Seal => (it.class, it.is_sorted, it.officer) = (Class::Denunciation, true, None),
        Command::AskMore { .. }
        | Command::Supply
        | Command::Reject { .. }
        | Command::HandOut { .. }
        | Command::Solved
        | Command::CloseSilent
        | Command::Petition { .. } => {}
    }
}
