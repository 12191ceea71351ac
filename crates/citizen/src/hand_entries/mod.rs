//! Dossiers that were received on paper while the system stood still, and are entered afterwards: from the
//! true moment on, with the number of the paper receipt and the reason, confirmed by the head of the counter,
//! and never without a mark on the dossier and in the figures.

use domain::{
    access::Action,
    ids::{AccountId, DossierId, UnitId},
};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
};
use site::{AdminGroup, Failure, Fields, Routes, Typed, Who, get, post};
use store::{Fault, Tx, journal::Entry};

use crate::dossiers::facts::{Seen, acts_at};

mod pages;
mod settings;
mod sql;
#[cfg(test)]
mod tests;

pub(crate) use pages::{Mark, mark_of};
pub(crate) use sql::receipt_used;

/// The setting in which the limit is kept.
const DAYS: &str = "hand_entry_days";
/// Working days within which a paper may be entered, until somebody sets others.
const DAYS_DEFAULT: i64 = 5;
/// The most that can be set.
const DAYS_MAX: i64 = 30;

/// Calendar days back at most, whatever is set: the limit in working days fits into them with every holiday.
const OLDEST_DAYS: i64 = 90;

const HOME: &str = "/co-quan/nhap-bu";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Hồ sơ nhập bù", HOME),
            Action::RegisterPrint,
            "Hồ sơ nhận trên giấy khi hệ thống ngừng, nhập sau: chờ xác nhận và đã xác nhận.",
        )
        .admin(
            AdminGroup::Work,
            ("Thời gian được nhập bù", "/co-quan/quan-tri/nhap-bu"),
            Action::WorkflowManage,
            "Trong mấy ngày làm việc còn nhập được hồ sơ đã nhận trên giấy.",
        )
        .configures(settings::PART)
        .on(HOME, Action::RegisterPrint, get(pages::list))
        .on("/co-quan/nhap-bu/{id}/xac-nhan", Action::DossierAssign, post(pages::decide))
        .on(
            "/co-quan/quan-tri/nhap-bu",
            Action::WorkflowManage,
            get(settings::form).post(settings::save),
        )
}

/// What the paper says that the counter wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandEntry {
    /// Civil time.
    pub received_at: DateTime,
    /// The number of the paper receipt.
    pub receipt: String,
    /// Why it was not received in the system.
    pub reason: String,
}

/// What has to be known to judge it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    /// Working days within which a paper may be entered; 0: never.
    pub days_max: i64,
    /// Working days from the paper's day to today.
    pub passed: i64,
    /// Whether the counter was open at that moment.
    pub was_open: bool,
    /// The code of the dossier that has this receipt already.
    pub used: Option<String>,
}

/// Whether the form says that it was received on paper.
pub(crate) fn is_asked(typed: &Typed) -> bool {
    ["giay-luc", "giay-so", "giay-ly-do"].iter().any(|it| !typed.get(it).trim().is_empty())
}

/// When it was handed in: the moment of the paper, if the form names one that has been; otherwise now.
pub(crate) fn moment(typed: &Typed, now: DateTime) -> DateTime {
    if !is_asked(typed) {
        return now;
    }
    let mut fields = Fields::of(typed.clone());
    let read = fields.date_time("giay-luc");
    read.filter(|it| *it < now && !is_too_old(*it, now)).unwrap_or(now)
}

/// Whether it is out of every limit that can be set, whatever the calendar says of that day.
fn is_too_old(at: DateTime, now: DateTime) -> bool {
    let oldest = now.date().checked_sub(OLDEST_DAYS.days()).unwrap_or(now.date());
    at.date() < oldest
}

/// The number of the paper receipt as it is compared.
pub(crate) fn receipt_of(typed: &Typed) -> String {
    compared(typed.get("giay-so"))
}

/// One number, however somebody's hand wrote it.
fn compared(typed: &str) -> String {
    domain::text::tidy(typed).to_uppercase()
}

/// Reads that part of the counter's form; the mistakes stand beside its fields.
pub(crate) fn read(
    fields: &mut Fields,
    accepts: bool,
    now: DateTime,
    around: &Around,
) -> Option<Option<HandEntry>> {
    if !is_asked(fields.typed()) {
        return Some(None);
    }
    let received_at = fields.date_time("giay-luc");
    let receipt = fields.text("giay-so", 60).map(|it| compared(&it));
    let reason = fields.text("giay-ly-do", 500);
    let received_at = received_at?;
    let limit = around.days_max;
    let wrong = if !accepts {
        Some(
            "Nhập bù chỉ dùng khi tiếp nhận hồ sơ; bỏ trống phần này hoặc bấm “Tiếp nhận”."
                .to_owned(),
        )
    } else if limit == 0 {
        Some("Cơ quan không cho nhập bù hồ sơ đã nhận trên giấy.".to_owned())
    } else if received_at >= now {
        Some("Thời điểm nhận trên giấy phải trước lúc này.".to_owned())
    } else if around.passed > limit || is_too_old(received_at, now) {
        Some(format!(
            "Đã quá {limit} ngày làm việc kể từ ngày nhận trên giấy: không nhập bù được nữa. Hãy báo người \
             đứng đầu và tiếp nhận theo ngày hôm nay."
        ))
    } else if !around.was_open {
        Some(
            "Lúc đó Bộ phận Một cửa không mở cửa. Ghi đúng ngày, giờ trên phiếu giấy; nếu có tiếp nhận ngoài giờ \
             thì thêm ngày, giờ đó vào lịch làm việc trước."
                .to_owned(),
        )
    } else {
        None
    };
    if let Some(wrong) = wrong {
        fields.wrong("giay-luc", wrong);
        return None;
    }
    let receipt = receipt?;
    if let Some(code) = &around.used {
        fields.wrong("giay-so", format!("Số phiếu này đã nhập ở hồ sơ {code}."));
        return None;
    }
    Some(Some(HandEntry { received_at, receipt, reason: domain::text::tidy(&reason?) }))
}

/// Entries of a body that nobody has confirmed yet.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn waiting(tx: &mut Tx<'_>, seen: &Seen, body: UnitId) -> Result<i64, Fault> {
    let wanted =
        sql::Wanted { state: "cho".to_owned(), unit: Some(body), ..sql::Wanted::default() };
    sql::count(tx, seen, &wanted)
}

/// Working days within which a paper may be entered.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn days_max(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    let set = site::settings::get(tx, DAYS)?.and_then(|it| it.parse().ok());
    Ok(set.filter(|it| (0..=DAYS_MAX).contains(it)).unwrap_or(DAYS_DEFAULT))
}

/// Keeps that a dossier was entered afterwards. Who heads the counter confirms it by entering it.
///
/// # Errors
/// [`Failure::Refused`] if the receipt was entered a moment ago.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    who: &Who,
    unit: UnitId,
    id: DossierId,
    it: &HandEntry,
) -> Result<(), Failure> {
    let confirmed = acts_at(who, Action::DossierAssign, unit);
    enter(tx, unit, id, it, confirmed.then_some(who.account))
}

/// Keeps it in the name of whom the transaction is, with the head of the counter who confirms it at once.
///
/// # Errors
/// [`Failure::Refused`] if the receipt was entered before.
pub fn enter(
    tx: &mut Tx<'_>,
    unit: UnitId,
    id: DossierId,
    it: &HandEntry,
    confirmed_by: Option<AccountId>,
) -> Result<(), Failure> {
    if let Some(code) = sql::receipt_used(tx, unit, it.received_at.date(), &it.receipt)? {
        return Err(Failure::Refused(format!("Số phiếu này đã nhập ở hồ sơ {code}.")));
    }
    sql::insert(tx, id, unit, it, confirmed_by)?;
    let about = serde_json::json!({
        "received_at": it.received_at.to_string(),
        "receipt": it.receipt,
        "confirmed": confirmed_by.is_some(),
    });
    tx.journal(Entry::new("dossier", id.0, "enter_afterwards").details(&about));
    Ok(())
}

/// Keeps what the head of the counter says of an entry, in the name of whom the transaction is; why, if he
/// does not confirm it.
///
/// # Errors
/// [`Failure::Refused`] if it was decided before.
pub fn confirm(
    tx: &mut Tx<'_>,
    id: DossierId,
    confirmed: bool,
    words: &str,
) -> Result<(), Failure> {
    if !sql::decide(tx, id, confirmed, words)? {
        return Err(Failure::Refused("Hồ sơ nhập bù này đã được quyết định.".to_owned()));
    }
    let act = if confirmed { "confirm_entry" } else { "dispute_entry" };
    tx.journal(Entry::new("dossier", id.0, act));
    Ok(())
}

/// Those of a period's dossiers that were entered afterwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Late {
    /// Of all that the figures count.
    pub all: i64,
    /// Received within the period and entered when it was over: an earlier print did not count them.
    pub after_end: i64,
    /// Received before the period and entered since it began: an earlier print of the time before did not
    /// count them either.
    pub from_before: i64,
}

impl Late {
    /// Counts one dossier: when it came, and on which day it was entered.
    pub fn count(&mut self, received: Date, entered: Date, (from, until): (Date, Date)) {
        self.all += 1;
        if received >= from && entered > until {
            self.after_end += 1;
        }
        if received < from && entered >= from {
            self.from_before += 1;
        }
    }

    /// In words; empty if there is none.
    pub fn said(self) -> String {
        if self.all == 0 {
            return String::new();
        }
        let mut said =
            format!("Trong số tiếp nhận có {} hồ sơ nhập bù (nhận trên giấy, nhập sau)", self.all);
        if self.after_end > 0 {
            said += &format!(
                "; {} nhập sau khi kỳ này đã kết thúc, bản in trước đó chưa đếm",
                self.after_end
            );
        }
        if self.from_before > 0 {
            said += &format!(
                "; {} thuộc kỳ trước nhưng nhập sau khi kỳ trước đã kết thúc",
                self.from_before
            );
        }
        said + "."
    }
}

/// Forgets the words that may name people.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    sql::erase(tx, id)
}
