//! The cash book (sổ quỹ): what came in, what went out, what is left.

use serde::{Deserialize, Serialize};

use crate::{dossier::codes::codes, money::Dong};

/// The symbol of a book of receipts (ký hiệu), such as `PS/26P` or `AA-26T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookSymbol(String);

/// Why a text is no symbol of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Ký hiệu gồm 2 đến 20 chữ cái không dấu, chữ số, dấu / - . ở giữa, có ít nhất một chữ cái, bắt đầu và kết \
     thúc bằng chữ hoặc số, như PS/26P."
)]
pub struct BookSymbolError;

impl crate::Refusal for BookSymbolError {}

impl BookSymbol {
    /// Reads a symbol; letters are made capitals.
    ///
    /// # Errors
    /// [`BookSymbolError`] if it is none.
    pub fn parse(text: &str) -> Result<Self, BookSymbolError> {
        let text = text.trim().to_ascii_uppercase();
        let parts_are_whole = text
            .split(['/', '-', '.'])
            .all(|it| !it.is_empty() && it.bytes().all(|c| c.is_ascii_alphanumeric()));
        let has_letter = text.bytes().any(|it| it.is_ascii_alphabetic());
        if (2..=20).contains(&text.len()) && parts_are_whole && has_letter {
            Ok(Self(text))
        } else {
            Err(BookSymbolError)
        }
    }

    /// As it is printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
