//! The cash book (sổ quỹ): what came in, what went out, what is left.

use serde::{Deserialize, Serialize};

use crate::{dossier::codes::codes, money::Dong};

codes! {
    /// What an entry of the cash book is about.
    pub enum EntryKind {
        /// Money came in against a receipt.
        Receipt = "receipt", "Thu theo biên lai";
        /// A receipt was cancelled and its money given back.
        Cancel = "cancel", "Hủy biên lai";
        /// Money was given back.
        Refund = "refund", "Hoàn trả";
        /// Money went to the cashier or the treasury.
        HandOver = "hand_over", "Nộp quỹ";
    }
}

/// The sums of a stretch of the book, in đồng.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// What there was before.
    pub opening: Dong,
    /// Came in against receipts.
    pub receipts: Dong,
    /// Given back for cancelled receipts.
    pub cancelled: Dong,
    /// Given back otherwise.
    pub refunds: Dong,
    /// Handed over.
    pub handed_over: Dong,
}

impl Sums {
    /// The same with one more entry of `amount`, which is never negative.
    #[must_use]
    pub fn with(mut self, kind: EntryKind, amount: Dong) -> Self {
        let sum = match kind {
            EntryKind::Receipt => &mut self.receipts,
            EntryKind::Cancel => &mut self.cancelled,
            EntryKind::Refund => &mut self.refunds,
            EntryKind::HandOver => &mut self.handed_over,
        };
        *sum = sum.plus(amount);
        self
    }

    /// What is left: opening + receipts − cancelled − refunds − handed over. Nothing else makes it.
    #[must_use]
    pub const fn closing(&self) -> Dong {
        let out = self.cancelled.plus(self.refunds).plus(self.handed_over);
        Dong(self.opening.plus(self.receipts).0.saturating_sub(out.0))
    }
}
