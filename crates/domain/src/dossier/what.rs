//! What a command is, asked in several ways.

use jiff::civil::DateTime;

use super::{CommandKind, Hop, Outcome, Resume, What};

impl What {
    /// Which kind of command it is.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Submit { .. } => CommandKind::Submit,
            Self::Accept { .. } => CommandKind::Accept,
            Self::RequestIntakeSupplement => CommandKind::RequestIntakeSupplement,
            Self::Resubmit => CommandKind::Resubmit,
            Self::RefuseIntake { .. } => CommandKind::RefuseIntake,
            Self::Transfer { .. } => CommandKind::Transfer,
            Self::Assign { .. } => CommandKind::Assign,
            Self::Reassign { .. } => CommandKind::Reassign,
            Self::Begin { .. } => CommandKind::Begin,
            Self::HandOver { .. } => CommandKind::HandOver,
            Self::Contribute => CommandKind::Contribute,
            Self::Verify { .. } => CommandKind::Verify,
            Self::FinishVerify { .. } => CommandKind::FinishVerify,
            Self::Consult { .. } => CommandKind::Consult,
            Self::ConsultMany { .. } => CommandKind::ConsultMany,
            Self::Answer { .. } => CommandKind::Answer,
            Self::SkipAnswer { .. } => CommandKind::SkipAnswer,
            Self::RequestSupplement { .. } => CommandKind::RequestSupplement,
            Self::Supplement { .. } => CommandKind::Supplement,
            Self::CloseNoSupplement => CommandKind::CloseNoSupplement,
            Self::RequestPayment { .. } => CommandKind::RequestPayment,
            Self::MarkPaid { .. } => CommandKind::MarkPaid,
            Self::AdjustFee { .. } => CommandKind::AdjustFee,
            Self::CancelPayment { .. } => CommandKind::CancelPayment,
            Self::Refund { .. } => CommandKind::Refund,
            Self::RequestWithdraw => CommandKind::RequestWithdraw,
            Self::Withdraw => CommandKind::Withdraw,
            Self::RejectWithdraw => CommandKind::RejectWithdraw,
            Self::PutUp { .. } => CommandKind::PutUp,
            Self::Refuse { .. } => CommandKind::Refuse,
            Self::Approve { .. } => CommandKind::Approve,
            Self::SendBack { .. } => CommandKind::SendBack,
            Self::Sign { .. } => CommandKind::Sign,
            Self::Number { .. } => CommandKind::Number,
            Self::SettleOnTheSpot { .. } => CommandKind::OnTheSpot,
            Self::SendByPost => CommandKind::SendByPost,
            Self::PostFailed => CommandKind::PostFailed,
            Self::Return { .. } => CommandKind::Return,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Correct { .. } => CommandKind::Correct,
            Self::FinishCorrection { .. } => CommandKind::FinishCorrection,
            Self::Archive => CommandKind::Archive,
            Self::MoveOn { .. } => CommandKind::MoveOn,
            Self::Recompute { .. } => CommandKind::Recompute,
            Self::Synchronise { .. } => CommandKind::Synchronise,
            Self::Undo => CommandKind::Undo,
        }
    }

    /// The step to which it leads, if it leads to one.
    #[must_use]
    pub const fn hop(&self) -> Option<Hop> {
        match self {
            Self::Accept { hop, .. }
            | Self::Transfer { hop, .. }
            | Self::Assign { hop, .. }
            | Self::Reassign { hop, .. }
            | Self::PutUp { hop, .. }
            | Self::Refuse { hop, .. }
            | Self::Approve { hop, .. }
            | Self::SendBack { hop }
            | Self::Sign { hop, .. }
            | Self::Number { hop, .. }
            | Self::Supplement { hop, .. } => *hop,
            Self::HandOver { hop } | Self::MoveOn { hop, .. } => Some(*hop),
            _ => None,
        }
    }

    /// How the clock goes on, if it does with this.
    #[must_use]
    pub const fn resume(&self) -> Option<Resume> {
        match self {
            Self::Supplement { resume, .. } => Some(*resume),
            Self::FinishVerify { resume }
            | Self::Answer { resume, .. }
            | Self::SkipAnswer { resume }
            | Self::AdjustFee { resume, .. }
            | Self::MarkPaid { resume, .. } => *resume,
            _ => None,
        }
    }

    /// When the clock went on, if that was before the step was taken.
    pub(super) const fn resumed_at(&self) -> Option<DateTime> {
        match self {
            Self::MarkPaid { paid_at, .. } => *paid_at,
            _ => None,
        }
    }

    /// Whether a draft goes to a reviewer before the signer.
    pub(super) const fn is_reviewed(&self) -> bool {
        match self {
            Self::PutUp { review, .. }
            | Self::Refuse { review, .. }
            | Self::Approve { review, .. } => *review,
            _ => false,
        }
    }

    /// The outcome that a draft proposes.
    pub(super) const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::PutUp { .. } => Some(Outcome::Granted),
            Self::Refuse { .. } => Some(Outcome::Refused),
            _ => None,
        }
    }
}
