//! The one door through which money comes in and goes out: a receipt with the next number of its book and
//! an entry of the cash book, in the transaction that moves the dossier.

use domain::{
    fees::{Assessment, Line, Method, till::EntryKind},
    ids::{AccountId, UnitId},
    money::Dong,
};
use jiff::civil::{Date, DateTime};
use site::Failure;
use store::{Fault, Tx, journal::Entry};

use super::sql::{
    cash,
    receipts::{self, Receipt},
    table,
};
use crate::dossiers::facts::Kept;

/// What the journal calls a receipt.
pub const RECEIPT: &str = "fee_receipt";

/// Why the till says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TillError {
    /// No book is open.
    #[error(
        "Nơi tiếp nhận chưa có quyển biên lai đang mở, hoặc quyển đã hết số, nên chưa thu được tiền mặt. Hãy \
         nhờ quản trị của đơn vị mở quyển ở “Quản trị › Tài khoản thu và quyển biên lai”."
    )]
    NoBook,
    /// Less was given than is to be paid.
    #[error("Số tiền khách đưa ít hơn số tiền thu.")]
    TooLittle,
    /// It is cancelled.
    #[error("Biên lai này đã hủy.")]
    Cancelled,
    /// The drawer does not hold so much.
    #[error("Số tiền lớn hơn tiền mặt đang giữ ({held}).")]
    NotSoMuch {
        /// What it holds.
        held: Dong,
    },
}

impl domain::Refusal for TillError {}

/// [`TillError`] as a handler gives it back.
pub fn no(error: &TillError) -> Failure {
    Failure::Refused(error.to_string())
}

/// Money that is there.
#[derive(Debug, Clone)]
pub struct Payment {
    /// How much of what is owed.
    pub amount: Dong,
    /// How it came.
    pub method: Method,
    /// What was given over the counter; the amount itself if nothing.
    pub given: Option<Dong>,
    /// Who paid; the applicant if empty.
    pub payer: String,
    /// When the bank booked it; now if nothing. Civil time in Viet Nam.
    pub paid_at: Option<DateTime>,
}

impl Payment {
    /// Cash, counted out to the đồng, by the applicant.
    #[must_use]
    pub const fn cash(amount: Dong) -> Self {
        Self { amount, method: Method::Cash, given: None, payer: String::new(), paid_at: None }
    }
}

/// What a dossier is to pay now: the assessments since the last that holds alone.
pub fn holding(all: Vec<table::KeptAssessment>) -> Vec<table::KeptAssessment> {
    let from = all.iter().rposition(|it| it.replaces).unwrap_or(0);
    all.into_iter().skip(from).collect()
}

/// The lines of a receipt; they add up to `amount`.
fn lines(tx: &mut Tx<'_>, kept: &Kept, amount: Dong) -> Result<Assessment, Fault> {
    let holding = holding(table::assessments(tx, kept.id)?);
    let mut all = Assessment::default();
    for it in holding {
        if !it.assessment.exemption.is_empty() {
            all.exemption.clone_from(&it.assessment.exemption);
            all.basis.clone_from(&it.assessment.basis);
        }
        all.lines.extend(it.assessment.lines);
    }
    let first = receipts::of_dossier(tx, kept.id)?.iter().all(|it| it.cancelled.is_some());
    if first && all.due() == amount {
        return Ok(all);
    }
    let name = if first && kept.dossier.fee_due == amount {
        "Phí, lệ phí"
    } else if kept.dossier.fee_paid < kept.dossier.fee_due {
        "Phí, lệ phí (nộp một phần)"
    } else {
        "Phí, lệ phí (nộp tiếp cho đủ)"
    };
    let line = Line::of(name.to_owned(), String::new(), amount);
    Ok(Assessment { lines: vec![line], ..Assessment::default() })
}

/// The book day of now: today, or the day after the last one that was closed.
fn book_day(tx: &mut Tx<'_>, unit: UnitId, collector: AccountId) -> Result<Date, Fault> {
    let today = tx.now().civil().date();
    let closed = cash::last_closed(tx, unit, collector)?;
    Ok(match closed {
        Some(day) if day >= today => day.tomorrow().unwrap_or(day),
        _ => today,
    })
}

/// The cash that somebody holds at a unit.
pub fn held(tx: &mut Tx<'_>, unit: UnitId, collector: AccountId) -> Result<Dong, Fault> {
    let day = book_day(tx, unit, collector)?;
    Ok(cash::sums(tx, unit, collector, day, day)?.closing())
}

/// The open book from which a counter writes: its own, or its body's.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn open_book(
    tx: &mut Tx<'_>,
    (unit, body): (UnitId, UnitId),
) -> Result<Option<i64>, Fault> {
    match receipts::open_book_of(tx, unit)? {
        Some(book) => Ok(Some(book)),
        None => receipts::open_book_of(tx, body),
    }
}

/// Writes the receipt of money that the dossier has just been marked with. `kept` is the dossier after it.
///
/// # Errors
/// [`Failure::Refused`] if no book is open.
pub(crate) fn issue(tx: &mut Tx<'_>, kept: &Kept, payment: &Payment) -> Result<i64, Failure> {
    let given = payment.given.unwrap_or(payment.amount);
    if given < payment.amount {
        return Err(no(&TillError::TooLittle));
    }
    let book = open_book(tx, (kept.unit, kept.body))?.ok_or_else(|| no(&TillError::NoBook))?;
    let number = receipts::take_number(tx, book)?.ok_or_else(|| no(&TillError::NoBook))?;
    let lines = lines(tx, kept, payment.amount)?;
    let collector = tx.by();
    let payer = if payment.payer.is_empty() { &kept.applicant } else { &payment.payer };
    let new = receipts::New {
        book,
        number,
        dossier: kept.id,
        unit: kept.unit,
        payer,
        amount: payment.amount,
        method: payment.method,
        given,
        paid_at: payment.paid_at.unwrap_or_else(|| tx.now().civil()),
        lines: &lines,
    };
    let receipt = receipts::insert(tx, &new)?;
    let entry = cash::New {
        unit: kept.unit,
        collector,
        day: book_day(tx, kept.unit, collector)?,
        kind: EntryKind::Receipt,
        method: payment.method,
        amount: payment.amount,
        receipt: Some(receipt),
        refund: None,
        handover: None,
        note: "",
    };
    cash::enter(tx, &entry)?;
    let details = serde_json::json!({
        "book": book, "number": number, "dossier": kept.id, "amount": payment.amount,
        "method": payment.method.code(),
    });
    tx.journal(Entry::new(RECEIPT, receipt, "issue").details(&details));
    Ok(receipt)
}

/// Cancels a receipt and enters that its money went back. The number stays; the day of the receipt is not
/// touched: the entry is of today.
///
/// # Errors
/// [`Failure::Refused`] if it is cancelled, or the drawer does not hold so much.
pub(crate) fn cancel(tx: &mut Tx<'_>, receipt: &Receipt, reason: &str) -> Result<(), Failure> {
    let collector = tx.by();
    if receipt.method == Method::Cash {
        let held = held(tx, receipt.unit, collector)?;
        if held < receipt.amount {
            return Err(no(&TillError::NotSoMuch { held }));
        }
    }
    if !receipts::cancel(tx, receipt.id, reason)? {
        return Err(no(&TillError::Cancelled));
    }
    let entry = cash::New {
        unit: receipt.unit,
        collector,
        day: book_day(tx, receipt.unit, collector)?,
        kind: EntryKind::Cancel,
        method: receipt.method,
        amount: receipt.amount,
        receipt: Some(receipt.id),
        refund: None,
        handover: None,
        note: reason,
    };
    cash::enter(tx, &entry)?;
    let details = serde_json::json!({"number": receipt.number, "amount": receipt.amount});
    let entry = Entry::new(RECEIPT, receipt.id, "cancel").details(&details);
    tx.journal(entry.words(Some(reason.to_owned())));
    Ok(())
}

/// Enters a refund that was approved and gives the number of its slip.
///
/// # Errors
/// [`Failure::Refused`] if the drawer does not hold so much, or somebody else was first.
pub(crate) fn pay_out(tx: &mut Tx<'_>, refund: &cash::Refund) -> Result<String, Failure> {
    let collector = tx.by();
    if refund.method == Method::Cash {
        let held = held(tx, refund.unit, collector)?;
        if held < refund.amount {
            return Err(no(&TillError::NotSoMuch { held }));
        }
    }
    let year = tx.now().civil().year();
    let serial =
        crate::dossiers::facts::next_number(tx, &format!("fee_refund:{}:{year}", refund.unit))?;
    let number = format!("HT-{year}-{serial:04}");
    if !cash::pay_refund(tx, refund.id, &number)? {
        return Err(Failure::Refused("Phiếu hoàn trả này chưa được duyệt hoặc đã chi.".to_owned()));
    }
    let entry = cash::New {
        unit: refund.unit,
        collector,
        day: book_day(tx, refund.unit, collector)?,
        kind: EntryKind::Refund,
        method: refund.method,
        amount: refund.amount,
        receipt: None,
        refund: Some(refund.id),
        handover: None,
        note: &refund.reason,
    };
    cash::enter(tx, &entry)?;
    let details = serde_json::json!({"number": number, "amount": refund.amount});
    tx.journal(Entry::new("fee_refund", refund.id, "pay").details(&details));
    Ok(number)
}

/// Hands cash over and gives the row of its slip.
///
/// # Errors
/// [`Failure::Refused`] if the drawer does not hold so much.
pub fn hand_over(
    tx: &mut Tx<'_>,
    unit: UnitId,
    amount: Dong,
    taken_by: &str,
    note: &str,
) -> Result<i64, Failure> {
    let collector = tx.by();
    let held = held(tx, unit, collector)?;
    if held < amount || amount <= Dong::ZERO {
        return Err(no(&TillError::NotSoMuch { held }));
    }
    let at = tx.now();
    let year = at.civil().year();
    let serial = crate::dossiers::facts::next_number(tx, &format!("fee_handover:{unit}:{year}"))?;
    let it = cash::HandOver {
        unit,
        number: format!("NQ-{year}-{serial:04}"),
        collector,
        amount,
        taken_by: taken_by.to_owned(),
        note: note.to_owned(),
        at,
    };
    let id = cash::insert_handover(tx, &it)?;
    let entry = cash::New {
        unit,
        collector,
        day: book_day(tx, unit, collector)?,
        kind: EntryKind::HandOver,
        method: Method::Cash,
        amount,
        receipt: None,
        refund: None,
        handover: Some(id),
        note: taken_by,
    };
    cash::enter(tx, &entry)?;
    let details = serde_json::json!({"number": it.number, "amount": amount, "unit": unit});
    tx.journal(Entry::new("fee_handover", id, "hand_over").details(&details));
    Ok(id)
}

/// Closes the day of the signed-in collector's book at a unit. Whatever comes later is entered into the
/// next day; nothing of the closed day is ever changed.
///
/// # Errors
/// [`Failure::Refused`] if an earlier day is open, the day is closed, or another amount was counted and
/// nobody says why.
pub fn close_day(
    tx: &mut Tx<'_>,
    unit: UnitId,
    day: Date,
    counted: Dong,
    note: &str,
) -> Result<(), Failure> {
    let collector = tx.by();
    let last = cash::last_closed(tx, unit, collector)?;
    if last.is_some_and(|it| it >= day) {
        let text = format!("Sổ quỹ ngày {} đã chốt.", domain::text::date(day));
        return Err(Failure::Refused(text));
    }
    if day > tx.now().civil().date() {
        return Err(Failure::Refused("Chưa đến ngày này nên chưa chốt sổ được.".to_owned()));
    }
    if let Some(open) = cash::unclosed_before(tx, unit, collector, last, day)? {
        let text = format!("Hãy chốt sổ ngày {} trước.", domain::text::date(open));
        return Err(Failure::Refused(text));
    }
    let sums = cash::sums(tx, unit, collector, day, day)?;
    if last.is_none() && sums == domain::fees::till::Sums::default() {
        return Err(Failure::Refused(
            "Đến hết ngày này sổ chưa có khoản thu, chi nào nên không có gì để chốt.".to_owned(),
        ));
    }
    if counted != sums.closing() && note.is_empty() {
        return Err(Failure::Refused(format!(
            "Theo sổ còn {}, đếm được {counted}. Đếm lại; nếu vẫn lệch thì ghi rõ lý do.",
            sums.closing()
        )));
    }
    cash::close(tx, (unit, collector, day), &sums, counted, note)?;
    let details = serde_json::json!({"unit": unit, "day": day, "closing": sums.closing(), "counted": counted});
    let words = Some(note.to_owned()).filter(|it| !it.is_empty());
    tx.journal(Entry::new("fee_day", unit.0, "close").details(&details).words(words));
    Ok(())
}

/// Who a dossier's money is of, for a refund.
#[must_use]
pub const fn refundable(kept: &Kept, pending: Dong) -> Dong {
    Dong(kept.dossier.fee_paid.0.saturating_sub(pending.0))
}
