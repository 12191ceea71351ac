//! Receptions for other slices: the days to come, for screens in halls; what keeps a unit open; demo data. An entry of the
//! book gives up what it holds when that is sealed.

use domain::{
    calendar::WorkCalendar,
    deadline::{TimeLimit, due_at},
    feedback::Class,
    ids::{FeedbackId, ReceptionId, UnitId},
    reception::{DayState, Matter, Outcome, Pattern},
    text,
};
use jiff::{ToSpan as _, civil::Date};
use site::{Failure, Site, Who};
use store::{Fault, Tx, journal::Entry};

pub(crate) use super::book::SOURCE;
use super::{
    ENTRY, SUBJECT, book, entry, promises,
    service::{self, Booker, Wish},
    sql::{self, Day, Rule, Wanted, book::Promise, bookings},
};
use crate::feedback::facts::{Held, Sender};

/// A day to come as a board shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// “thứ Năm 10/12/2026, 07:30–11:00”.
    pub when: String,
    /// Who receives; with a word if it is cancelled.
    pub who: String,
    /// Where.
    pub place: String,
}

/// The posted days of these units from today on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn to_come(tx: &mut Tx<'_>, units: &[UnitId], at_most: usize) -> Result<Vec<Shown>, Fault> {
    let today = tx.now().civil().date();
    let until = today.saturating_add(45.days());
    let wanted = Wanted { units: units.to_vec(), from: today, until, posted: true };
    let days = sql::days(tx, &wanted)?;
    Ok(days
        .into_iter()
        .take(at_most)
        .map(|it| Shown {
            when: format!(
                "{} {}, {}",
                text::weekday(it.day.weekday()),
                text::date(it.day),
                it.hours()
            ),
            who: if it.state == DayState::Cancelled {
                format!("HỦY: {}", it.receiver())
            } else {
                it.receiver()
            },
            place: it.place,
        })
        .collect())
}

/// Receptions that people were told of, answers that are owed and promises keep a unit from being closed.
pub(super) fn needs_unit(
    tx: &mut Tx<'_>,
    unit: UnitId,
    last: Date,
) -> Result<Option<String>, Fault> {
    let mut parts = Vec::new();
    let filter = sql::book::Filter { units: vec![unit], unanswered: true, ..Default::default() };
    for (count, what) in [
        (sql::to_come(tx, unit, last)?, "buổi tiếp công dân đã niêm yết"),
        (sql::book::count(tx, &filter)?, "lượt tiếp chưa trả lời"),
        (
            count_of(sql::book::promises(tx, vec![unit], true, None)?.len()),
            "việc đã hứa khi tiếp dân",
        ),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    Ok((!parts.is_empty()).then(|| parts.join(", ")))
}

fn count_of(it: usize) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

/// The unit of an entry of the book that is no feedback yet.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn open_entry(tx: &mut Tx<'_>, id: i64) -> Result<Option<UnitId>, Fault> {
    let entry = sql::book::find(tx, id)?;
    Ok(entry.filter(|it| it.feedback.is_none()).map(|it| it.unit))
}

/// How somebody receives again and again.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// Where.
    pub unit: UnitId,
    /// Who.
    pub position: domain::ids::PositionId,
    /// Whether he is the head, whose days the law counts.
    pub is_head: bool,
    /// When.
    pub pattern: Pattern,
    /// From and until.
    pub hours: (jiff::civil::Time, jiff::civil::Time),
    /// The room.
    pub place: String,
    /// Minutes of one booked time; 0 if nobody books.
    pub slot_minutes: i64,
    /// The first day.
    pub from: Date,
    /// The last day, if it is known.
    pub until: Option<Date>,
}

/// Keeps a rule and lays it out.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn add_rule(tx: &mut Tx<'_>, calendar: &WorkCalendar, it: &NewRule) -> Result<i64, Fault> {
    let mut rule = Rule {
        id: 0,
        unit: it.unit,
        position: it.position,
        is_head: it.is_head,
        pattern: it.pattern,
        from: it.hours.0,
        until: it.hours.1,
        place: it.place.clone(),
        slot_minutes: it.slot_minutes,
        valid_from: it.from,
        valid_until: it.until,
    };
    rule.id = sql::insert_rule(tx, &rule)?;
    let until = tx.now().civil().date().saturating_add(super::AHEAD_DAYS.days());
    service::lay_out(tx, calendar, &rule, until)?;
    let details = serde_json::json!({ "rule": rule.id, "pattern": it.pattern.code() });
    tx.journal(Entry::new(SUBJECT, it.unit.0, "plan_receptions").details(&details));
    Ok(rule.id)
}

/// Posts the days of a unit up to `until`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn publish(tx: &mut Tx<'_>, unit: UnitId, until: Date) -> Result<usize, Fault> {
    service::publish(tx, unit, until)
}

/// What an entry of the book became.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn became(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Fault> {
    Ok(sql::book::find(tx, id)?.and_then(|it| it.feedback))
}

/// Takes what an entry of the book holds out of it, with what was promised and the booking that it came from: what it
/// became is sealed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn take_out(site: &Site, tx: &mut Tx<'_>, id: i64) -> Result<Option<Held>, Fault> {
    let Some(it) = sql::book::find(tx, id)? else { return Ok(None) };
    let visitor = entry::opened(site, &it)?;
    let said = |what: &str, words: &str| {
        if words.is_empty() { String::new() } else { format!("{what}: {words}") }
    };
    let mut words = vec![
        visitor.said.clone(),
        it.summary.clone(),
        said("Yêu cầu", &it.request),
        said("Cơ quan đã giải quyết", &it.settled_by),
        said("Cơ quan, văn bản", &it.document),
        said("Tài liệu đã nhận", &it.papers),
        said("Trả lời", &it.answer),
    ];
    for it in sql::book::promises_of(tx, id)? {
        let due = text::date_time(it.due);
        words.push(format!("Đã hứa: {} ({}, hạn {due}) {}", it.what, it.responsible, it.result));
    }
    let mut sender = Sender {
        name: visitor.name,
        phone: visitor.phone,
        address: visitor.address,
        id_number: visitor.id_number,
        ..Sender::default()
    };
    if let Some(booking) = it.booking
        && let Some(kept) = bookings::find(tx, booking)?
    {
        let booker = service::opened(site, &kept)?;
        words.push(said("Khi đặt hẹn", &booker.subject));
        messages::facts::forget_phone(tx, super::SUBJECT, &booker.phone)?;
        if sender.phone.is_empty() {
            sender.phone = booker.phone;
        }
        bookings::wipe(tx, booking)?;
    }
    sql::book::wipe(tx, id)?;
    Ok(Some(Held {
        origin: format!(
            "Sổ tiếp công dân, lượt {}, người tiếp: {}",
            book::number(&it),
            it.receiver
        ),
        words,
        sender: Some(sender),
        files: Vec::new(),
    }))
}

/// Entries that one run forgets at most; the rest waits for the next.
const FORGET_AT_ONCE: i64 = 500;

/// Forgets who came to receptions up to a day; how many entries. Numbers, days, matters, outcomes and figures stay.
///
/// # Errors
/// Any [`Fault`] of the engine or the seal.
pub fn forget_visitors(site: &Site, tx: &mut Tx<'_>, until: Date) -> Result<usize, Fault> {
    super::entry::forget(site, tx, until, FORGET_AT_ONCE)
}

/// The posted days of a unit that are neither held nor cancelled, the oldest first: number, day, who receives.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn planned(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (from, until): (Date, Date),
) -> Result<Vec<(ReceptionId, Date, String)>, Fault> {
    let days = sql::days(tx, &Wanted { units: vec![unit], from, until, posted: true })?;
    let open = days.into_iter().filter(|it| it.state == DayState::Planned);
    Ok(open.map(|it| (it.id, it.day, it.receiver())).collect())
}

/// Books a time of a reception by telephone; its code, or nothing if the time is not to be had.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn book(
    site: &Site,
    tx: &mut Tx<'_>,
    (reception, slot): (ReceptionId, &str),
    (name, phone, subject): (&str, &str, &str),
) -> Result<Option<String>, Failure> {
    let day = sql::find(tx, reception, true)?.ok_or(Failure::NotFound)?;
    let booker =
        Booker { name: name.to_owned(), phone: phone.to_owned(), subject: subject.to_owned() };
    let wish = Wish { slot: slot.to_owned(), booker, people: 1, tell: false, channel: "phone" };
    Ok(service::book(site, tx, &day, &wish)?)
}

/// Writes that a day has taken place.
pub(super) fn hold(tx: &mut Tx<'_>, mut it: Day) -> Result<(), Fault> {
    it.state = DayState::Held;
    sql::update(tx, &it)?;
    tx.journal(Entry::new(SUBJECT, it.id.0, "hold_reception"));
    Ok(())
}

/// Writes that a reception has taken place.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn held(tx: &mut Tx<'_>, id: ReceptionId) -> Result<(), Failure> {
    let it = sql::find(tx, id, true)?.ok_or(Failure::NotFound)?;
    Ok(hold(tx, it)?)
}

/// Somebody who was received, as he is written into the book.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// On which day of the calendar; none: he came by.
    pub reception: Option<ReceptionId>,
    /// Who came: name, address, telephone.
    pub visitor: (&'a str, &'a str, &'a str),
    /// Who received him.
    pub receiver: &'a str,
    /// For how many he spoke.
    pub people: i64,
    /// About what.
    pub matter: Matter,
    /// In his words.
    pub summary: &'a str,
    /// What was done with it.
    pub outcome: Outcome,
    /// To whom he was shown the way or it was handed on; empty otherwise.
    pub document: &'a str,
    /// What was answered on the spot; empty if nothing was.
    pub answer: &'a str,
}

/// Writes an entry under the next number of its book.
///
/// # Errors
/// Any [`Failure`] of writing it down.
pub fn enter(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, it): (UnitId, &NewEntry<'_>),
) -> Result<i64, Failure> {
    let written = entry::Written {
        visitor: entry::Visitor {
            name: it.visitor.0.to_owned(),
            address: it.visitor.1.to_owned(),
            phone: it.visitor.2.to_owned(),
            ..entry::Visitor::default()
        },
        receiver: it.receiver.to_owned(),
        reception: it.reception,
        booking: None,
        people: it.people,
        matter: it.matter,
        summary: it.summary.to_owned(),
        settled_by: String::new(),
        request: String::new(),
        outcome: it.outcome,
        refusal: None,
        document: it.document.to_owned(),
        papers: String::new(),
        answer: it.answer.to_owned(),
    };
    entry::write(site, who, tx, (unit, written))
}

/// Writes what was answered, once; false if that was written before.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn answer(tx: &mut Tx<'_>, entry: i64, words: &str) -> Result<bool, Fault> {
    let is_new = sql::book::answer(tx, entry, words)?;
    if is_new {
        tx.journal(Entry::new(ENTRY, entry, "answer_citizen"));
    }
    Ok(is_new)
}

/// Promises something to whoever was received: what, who does it, within how many working days. The same promise again
/// is a second click.
///
/// # Errors
/// [`Failure::Refused`] if the calendar knows no such day; any fault of the engine.
pub fn promise(
    tx: &mut Tx<'_>,
    calendar: &WorkCalendar,
    entry: i64,
    (what, responsible, days): (&str, &str, u32),
) -> Result<Option<i64>, Failure> {
    let it = sql::book::find(tx, entry)?.ok_or(Failure::NotFound)?;
    let due = due_at(calendar, tx.now().civil(), TimeLimit::WorkingDays(days))
        .map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    let known = sql::book::promises_of(tx, entry)?;
    if known.iter().any(|it| it.what == what && it.responsible == responsible && it.due == due) {
        return Ok(None);
    }
    let promise = Promise {
        id: 0,
        entry,
        unit: it.unit,
        what: what.to_owned(),
        responsible: responsible.to_owned(),
        due,
        kept: None,
        result: String::new(),
    };
    let id = sql::book::insert_promise(tx, &promise)?;
    let details = serde_json::json!({ "promise": id, "due": due });
    tx.journal(Entry::new(ENTRY, entry, "promise").details(&details));
    Ok(Some(id))
}

/// Writes that a promise was kept, once; false if that was written before.
///
/// # Errors
/// [`Failure::NotFound`], or any fault of the engine.
pub fn keep_promise(tx: &mut Tx<'_>, id: i64, result: &str) -> Result<bool, Failure> {
    let it = sql::book::find_promise(tx, id)?.ok_or(Failure::NotFound)?;
    let is_new = sql::book::keep_promise(tx, id, result)?;
    if is_new {
        let details = serde_json::json!({ "promise": id });
        tx.journal(Entry::new(ENTRY, it.entry, "keep_promise").details(&details));
    }
    Ok(is_new)
}

/// Makes a feedback of an entry.
///
/// # Errors
/// [`Failure::Refused`] if it was handed on before; any fault of the engine.
pub fn hand_on(
    site: &Site,
    tx: &mut Tx<'_>,
    entry: i64,
    class: Class,
) -> Result<FeedbackId, Failure> {
    let it = sql::book::find(tx, entry)?.ok_or(Failure::NotFound)?;
    Ok(promises::handed_on(site, tx, &it, (class, &(String::new(), false)))?.id)
}
