//! What somebody may do with a dossier now, as far as can be told before a form is filled in, and why not.

use jiff::{ToSpan as _, civil::DateTime};

use super::{OFFICER, Refused, TABLE, UNDO_MINUTES, can_be_undone, hands_out_a_paper};
use crate::{
    dossier::{CommandKind, Delivery, Dossier, Financial, Maker},
    ids::StaffId,
};

impl Dossier {
    /// Whether somebody settles it or has worked on it as its officer.
    #[must_use]
    pub fn has_worked(&self, staff: StaffId) -> bool {
        self.officer == Some(staff) || self.workers.contains(&staff)
    }

    /// Whether the last step is one that had to be taken back at once, and was not.
    pub(super) fn undo_is_late(&self, now: DateTime) -> bool {
        let Some(last) = &self.last else { return false };
        let clock_moved =
            last.before.due_at != self.due_at || last.before.is_suspended() != self.is_suspended();
        let soon = last.at.is_some_and(|it| now <= it.saturating_add(UNDO_MINUTES.minutes()));
        (clock_moved || hands_out_a_paper(last.kind)) && !soon
    }

    /// Whether `by` could take a step of this kind now, as far as can be told before its form
    /// is filled in: which buttons to show.
    #[must_use]
    pub fn may_try(&self, kind: CommandKind, by: &Maker, now: DateTime) -> bool {
        let plays = |parts| kind == CommandKind::Undo || by.plays_any(parts);
        let open = TABLE
            .iter()
            .any(|it| it.kind == kind && it.from.contains(&self.status) && plays(it.by));
        open && match kind {
            CommandKind::RequestIntakeSupplement => self.intake_supplements == 0,
            CommandKind::RequestSupplement => self.supplements == 0,
            CommandKind::Extend => self.extensions == 0 && self.due_at.is_some(),
            CommandKind::Begin | CommandKind::PutUp | CommandKind::Refuse => by.staff.is_some(),
            CommandKind::Approve | CommandKind::Sign | CommandKind::FinishCorrection => {
                by.staff.is_some_and(|it| !self.has_worked(it))
            }
            CommandKind::MoveOn => self.moves_at().is_some_and(|it| it <= now),
            CommandKind::Return => self.financial != Financial::Due,
            CommandKind::MarkPaid => self.financial == Financial::Due,
            CommandKind::CancelPayment | CommandKind::Refund => {
                self.fee_paid > crate::money::Dong::ZERO
            }
            CommandKind::SendByPost => self.delivery == Delivery::Waiting,
            CommandKind::PostFailed => self.delivery == Delivery::InPost,
            CommandKind::Undo => {
                self.last.as_ref().is_some_and(|it| it.by == by.account && can_be_undone(it.kind))
                    && !self.undo_is_late(now)
            }
            CommandKind::CloseNoSupplement => self.supplement_until.is_none_or(|it| now > it),
            CommandKind::SkipAnswer => self.open_consultations().all(|it| now > it.due_at),
            CommandKind::Answer => {
                by.plays_any(OFFICER)
                    || self.open_consultations().any(|it| by.answers_for.contains(&it.unit))
            }
            _ => true,
        }
    }

    /// Why [`Self::may_try`] says no, as far as can be told before a form is filled in.
    #[must_use]
    pub fn why_not(&self, kind: CommandKind, by: &Maker) -> Refused {
        let mut open =
            TABLE.iter().filter(|it| it.kind == kind && it.from.contains(&self.status)).peekable();
        if open.peek().is_none() {
            return Refused::WrongStatus { status: self.status, kind };
        }
        if kind != CommandKind::Undo && !open.any(|it| by.plays_any(it.by)) {
            return Refused::NotYours { kind };
        }
        match kind {
            CommandKind::RequestSupplement if self.supplements > 0 => Refused::SupplementTwice,
            CommandKind::Extend if self.extensions > 0 => Refused::ExtensionTwice,
            CommandKind::Approve if by.staff.is_some_and(|it| self.has_worked(it)) => {
                Refused::ReviewerIsOfficer
            }
            CommandKind::Sign | CommandKind::FinishCorrection
                if by.staff.is_some_and(|it| self.has_worked(it)) =>
            {
                Refused::SignerIsOfficer
            }
            CommandKind::Return if self.financial == Financial::Due => Refused::Unpaid,
            CommandKind::SendByPost | CommandKind::PostFailed => Refused::WrongDelivery,
            CommandKind::Undo => match &self.last {
                Some(it) if it.by == by.account && can_be_undone(it.kind) => Refused::UndoTooLate,
                _ => Refused::NothingToUndo,
            },
            _ => Refused::WrongStatus { status: self.status, kind },
        }
    }

    /// Every step that `by` could take now, in the order of [`CommandKind::ALL`].
    #[must_use]
    pub fn open_commands(&self, by: &Maker, now: DateTime) -> Vec<CommandKind> {
        CommandKind::ALL.iter().copied().filter(|it| self.may_try(*it, by, now)).collect()
    }
}
