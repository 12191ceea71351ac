//! The board of numbers for screens and papers: one source, whoever shows it; calls, as their pages keep them. A call gives
//! up what it holds when that is sealed.

use domain::{
    feedback::Class,
    hotline::{BackResult, CallKind, TestResult},
    ids::{FeedbackId, HotlineCallId, PositionId, UnitId},
    text,
};
use jiff::civil::{Date, DateTime};
use people::staff::facts as staff;
use site::{Failure, Site, Who};
use store::{Fault, Tx, journal::Entry};

pub(crate) use super::SOURCE;
use super::{CALL, HOTLINE, calls, log, sql};
use crate::feedback::facts::{Held, Sender};

/// A number as the public reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its row.
    pub id: i64,
    /// The position whose holder answers; none for a line of the unit.
    pub position: Option<PositionId>,
    /// “Chủ tịch UBND xã – Nguyễn Văn A”, or what the line is called.
    pub label: String,
    /// The number; empty if the holder has none.
    pub phone: String,
    /// When it is answered.
    pub hours: String,
    /// Since when it hangs.
    pub posted: String,
    /// What the last test call found; empty if nobody tried.
    pub verified: String,
    /// Whether the last test call failed, or nobody tried.
    pub doubtful: bool,
}

/// The boards of these units, as they stand today.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn board(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<Vec<Shown>, Fault> {
    let today = tx.now().civil().date();
    let numbers = sql::numbers(tx, units.to_vec())?;
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let holders = staff::holders(tx, units, today)?;
    let mut all = Vec::new();
    for it in numbers {
        let (label, phone) = match it.position {
            Some(position) => match holders.iter().find(|holder| holder.position == position) {
                Some(holder) => {
                    (format!("{} – {}", holder.title, holder.name), holder.phone.clone())
                }
                // Nobody holds it today: its number is nobody's.
                None => continue,
            },
            None => (it.label, it.phone),
        };
        let verified = match (it.verified, it.verified_at) {
            (Some(result), Some(at)) => {
                format!("{} ({})", result.label(), text::date(at.civil().date()))
            }
            _ => String::new(),
        };
        all.push(Shown {
            id: it.id,
            position: it.position,
            label,
            phone,
            hours: it.hours,
            posted: text::date(it.posted.civil().date()),
            doubtful: it.verified != Some(TestResult::Answered),
            verified,
        });
    }
    Ok(all)
}

/// The unit of a call that is no feedback yet.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn open_call(tx: &mut Tx<'_>, id: i64) -> Result<Option<UnitId>, Fault> {
    let call = sql::find_call(tx, HotlineCallId(id), false)?;
    Ok(call.filter(|it| it.feedback.is_none()).map(|it| it.unit))
}

/// Calls that somebody was promised to be called back about keep a unit from being closed.
pub(super) fn needs_unit(tx: &mut Tx<'_>, unit: UnitId, _: Date) -> Result<Option<String>, Fault> {
    let count = sql::owed(tx, vec![unit])?.len();
    Ok((count > 0).then(|| format!("{count} cuộc gọi đường dây nóng phải gọi lại")))
}

/// Puts a number on the board: of a position's holder, or a line with a name and a number of its own.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add(
    tx: &mut Tx<'_>,
    unit: UnitId,
    position: Option<PositionId>,
    (label, phone, hours): (&str, &str, &str),
) -> Result<i64, Fault> {
    let place = sql::numbers(tx, vec![unit])?.len();
    let number = sql::Number {
        id: 0,
        unit,
        position,
        label: label.to_owned(),
        phone: phone.to_owned(),
        hours: hours.to_owned(),
        posted: tx.now(),
        verified_at: None,
        verified: None,
    };
    let id = sql::insert_number(tx, &number, i64::try_from(place).unwrap_or(0) + 1)?;
    let details = serde_json::json!({ "number": id });
    tx.journal(Entry::new(HOTLINE, unit.0, "add_number").details(&details));
    Ok(id)
}

/// What a call became.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn became(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Fault> {
    Ok(sql::find_call(tx, HotlineCallId(id), false)?.and_then(|it| it.feedback))
}

/// Takes what a call holds out of it: what it became is sealed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn take_out(site: &Site, tx: &mut Tx<'_>, id: i64) -> Result<Option<Held>, Fault> {
    let Some(it) = sql::find_call(tx, HotlineCallId(id), true)? else { return Ok(None) };
    let caller = log::opened(site, &it)?;
    sql::wipe(tx, it.id)?;
    let said = |what: &str, words: &str| {
        if words.is_empty() { String::new() } else { format!("{what}: {words}") }
    };
    let due =
        it.due.map_or_else(String::new, |due| format!(" (gọi lại trước {})", text::date_time(due)));
    Ok(Some(Held {
        origin: format!(
            "Cuộc gọi đến đường dây nóng {} lúc {}, người nghe: {}",
            it.called,
            text::date_time(it.at.civil()),
            it.officer
        ),
        words: vec![
            it.subject,
            said("Đã hẹn", &format!("{}{due}", it.promise)),
            said("Đã gọi lại", &it.back_note),
        ],
        sender: Some(Sender { name: caller.name, phone: caller.phone, ..Sender::default() }),
        files: Vec::new(),
    }))
}

/// A call as somebody writes it down.
#[derive(Debug, Clone, Copy)]
pub struct NewCall<'a> {
    /// When.
    pub at: DateTime,
    /// Which number was called.
    pub called: &'a str,
    /// How it went.
    pub kind: CallKind,
    /// Who called and from which number; empty if he did not say.
    pub caller: (&'a str, &'a str),
    /// What was said.
    pub subject: &'a str,
    /// What was promised; empty if nothing.
    pub promise: &'a str,
    /// Working days within which he is called back.
    pub back_days: Option<u32>,
}

/// Keeps a call of a unit; nothing if the same was kept before.
///
/// # Errors
/// Any [`Failure`] of writing it down.
pub fn log_call(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, it): (UnitId, &NewCall<'_>),
) -> Result<Option<HotlineCallId>, Failure> {
    let said = log::Said {
        at: it.at,
        called: it.called.to_owned(),
        kind: it.kind,
        caller: log::Caller { name: it.caller.0.to_owned(), phone: it.caller.1.to_owned() },
        subject: it.subject.to_owned(),
        promise: it.promise.to_owned(),
        back_days: it.back_days,
    };
    log::write(site, who, tx, (unit, said))
}

/// Writes what came of calling back, once; false if that was written before.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn call_back(
    tx: &mut Tx<'_>,
    id: HotlineCallId,
    (result, note): (BackResult, &str),
) -> Result<bool, Fault> {
    let is_new = sql::back(tx, id, result, note)?;
    if is_new {
        let details = serde_json::json!({ "result": result.code() });
        tx.journal(Entry::new(CALL, id.0, "call_back").details(&details));
    }
    Ok(is_new)
}

/// Makes a feedback of a call.
///
/// # Errors
/// [`Failure::Refused`] if it was handed on before; any fault of the engine.
pub fn hand_on(
    site: &Site,
    tx: &mut Tx<'_>,
    id: HotlineCallId,
    class: Class,
) -> Result<FeedbackId, Failure> {
    let it = sql::find_call(tx, id, true)?.ok_or(Failure::NotFound)?;
    Ok(calls::handed_on(site, tx, &it, (class, &(String::new(), false)))?.id)
}
