//! Money on a dossier: nothing is marked as paid without a receipt, nothing given back without an entry.

use domain::{
    dossier::{Command, Maker, What},
    fees::Assessment,
    money::Dong,
};
use jiff::civil::DateTime;
use site::Failure;
use store::Tx;

use super::{Desk, OnDesk};
use crate::{
    dossiers::facts::Kept,
    fees::till::{self, Payment},
};

impl OnDesk {
    /// How the clock goes on at `at` if `paid` and `due` are what was paid and owed: it waits for the whole.
    fn resume_when_paid(
        &self,
        desk: Desk<'_>,
        (paid, due): (Dong, Dong),
        at: DateTime,
    ) -> Result<Option<domain::dossier::Resume>, Failure> {
        let waits = self.kept.dossier.status == domain::dossier::Status::AwaitPayment;
        if waits && paid >= due { self.resume(desk, at) } else { Ok(None) }
    }

    /// Marks money as paid and writes its receipt, whose row is given back. The clock goes on, once all is
    /// paid, from when the bank booked it (one-stop.md 1.5: the citizen's time, not the office's).
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules say no or no book of receipts is open.
    pub fn take_payment(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        payment: &Payment,
        words: Option<String>,
    ) -> Result<i64, Failure> {
        let now = tx.now().civil();
        let paid_at = payment.paid_at.map(|it| it.min(now));
        let dossier = &self.kept.dossier;
        let sums = (dossier.fee_paid.plus(payment.amount), dossier.fee_due);
        let resume = self.resume_when_paid(desk, sums, paid_at.unwrap_or(now))?;
        let what = What::MarkPaid { amount: payment.amount, resume, paid_at };
        self.go(tx, desk, maker, Command { what, words })?;
        till::issue(tx, &self.kept, payment)
    }

    /// Cancels a receipt: its money is owed again.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules or the till say no.
    pub fn cancel_payment(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        receipt: &crate::fees::facts::Receipt,
        reason: &str,
    ) -> Result<(), Failure> {
        let what = What::CancelPayment { amount: receipt.amount };
        self.go(tx, desk, maker, Command::saying(what, reason))?;
        till::cancel(tx, receipt, reason)
    }

    /// Gives an approved refund out and says the number of its slip.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules or the till say no.
    pub fn refund(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        refund: &crate::fees::facts::Refund,
    ) -> Result<String, Failure> {
        let what = What::Refund { amount: refund.amount };
        self.go(tx, desk, maker, Command::saying(what, refund.reason.as_str()))?;
        till::pay_out(tx, refund)
    }

    /// Sets anew what is to be paid in all, with why.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules say no.
    pub fn adjust_fee(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        (assessment, by_hand): (&Assessment, bool),
        reason: &str,
    ) -> Result<(), Failure> {
        let amount = assessment.due();
        let now = tx.now().civil();
        let resume = self.resume_when_paid(desk, (self.kept.dossier.fee_paid, amount), now)?;
        let what = What::AdjustFee { amount, resume };
        self.go(tx, desk, maker, Command::saying(what, reason))?;
        crate::fees::facts::record(tx, self.kept.id, assessment, (by_hand, reason, true))?;
        Ok(())
    }
}

/// The receipt of what was paid and handed out at once.
pub(super) fn receipt_at_once(
    tx: &mut Tx<'_>,
    id: domain::ids::DossierId,
    assessment: Option<(&Assessment, bool, &str)>,
    amount: Dong,
) -> Result<(), Failure> {
    if let Some((assessment, by_hand, reason)) = assessment {
        crate::fees::facts::record(tx, id, assessment, (by_hand, reason, true))?;
    }
    if amount <= Dong::ZERO {
        return Ok(());
    }
    let kept: Kept = super::sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    till::issue(tx, &kept, &Payment::cash(amount)).map(|_| ())
}
