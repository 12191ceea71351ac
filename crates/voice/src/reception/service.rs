//! What the calendar of receptions does: rules laid out, days posted, changed, checked against the law.

use domain::{
    calendar::WorkCalendar,
    ids::{PositionId, ReceptionId, UnitId},
    lang::Lang,
    message::Kind,
    reception::{DayKind, DayState, period_of, plan, posted_latest, shortfalls, slots},
    text,
    time::Instant,
};
use jiff::{
    ToSpan as _,
    civil::{Date, Time},
};
use people::{
    calendar::facts::calendars,
    staff::facts::{self as staff, Holder},
};
use serde::{Deserialize, Serialize};
use site::{Failure, Site};
use store::{Fault, Tx, journal::Entry};

use super::{
    AHEAD_DAYS, SUBJECT, rules_on,
    sql::{self, Day, Rule, Wanted, bookings, bookings::Booking},
};

/// Days after which a booking names nobody any more.
const BOOKING_KEPT_DAYS: i64 = 30;
/// Working days before the last day of posting from which one is reminded of it.
const REMIND_DAYS: u32 = 3;

/// Who holds a position on a day.
pub(super) fn holder(
    tx: &mut Tx<'_>,
    unit: UnitId,
    position: PositionId,
    day: Date,
) -> Result<Option<Holder>, Fault> {
    Ok(staff::holders(tx, &[unit], day)?.into_iter().find(|it| it.position == position))
}

/// Lays a rule out until a day; the number of new days.
pub(super) fn lay_out(
    tx: &mut Tx<'_>,
    calendar: &WorkCalendar,
    rule: &Rule,
    until: Date,
) -> Result<usize, Fault> {
    let today = tx.now().civil().date();
    let from = rule.valid_from.max(today);
    let until = rule.valid_until.map_or(until, |last| last.min(until)).min(calendar.last_day());
    let mut made = 0;
    for it in plan(calendar, rule.pattern, from, until) {
        let named = it.moved_from.unwrap_or(it.day);
        if sql::has_named(tx, rule.id, named)? {
            continue;
        }
        let who = holder(tx, rule.unit, rule.position, it.day)?;
        let (leader, title) = who.map_or_else(
            || ("(chưa có người giữ chức danh)".to_owned(), String::new()),
            |it| (it.name, it.title),
        );
        let day = Day {
            leader,
            title,
            rule: Some(rule.id),
            position: rule.position,
            is_head: rule.is_head,
            day: it.day,
            from: rule.from,
            until: rule.until,
            place: rule.place.clone(),
            slot_minutes: rule.slot_minutes,
            moved_from: it.moved_from,
            reason: it
                .moved_from
                .map_or_else(String::new, |old| format!("ngày {} là ngày nghỉ", text::date(old))),
            ..blank(rule.unit, it.day)
        };
        made += usize::from(sql::insert_day(tx, &day, Some(named))?.is_some());
    }
    Ok(made)
}

/// A day that nothing is known of yet.
pub(super) fn blank(unit: UnitId, day: Date) -> Day {
    Day {
        id: ReceptionId(0),
        unit,
        rule: None,
        position: PositionId(0),
        is_head: false,
        leader: String::new(),
        title: String::new(),
        day,
        from: Time::midnight(),
        until: Time::midnight(),
        place: String::new(),
        kind: DayKind::Periodic,
        agencies: String::new(),
        slot_minutes: 0,
        state: DayState::Planned,
        moved_from: None,
        reason: String::new(),
        substitute: String::new(),
        substitute_title: String::new(),
        uid: site::random_hex(12),
        sequence: 0,
        posted: None,
        changed: Instant::from_epoch_ms(0),
        created: Instant::from_epoch_ms(0),
    }
}

/// Job: rules are laid out further, and old bookings forget who made them.
pub(super) fn extend(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let today = tx.now().civil().date();
    let until = today.saturating_add(AHEAD_DAYS.days());
    let tree = site.tree(tx)?;
    let all = calendars(site, tx)?;
    for rule in sql::all_rules(tx, today)? {
        if tree.unit(rule.unit).is_some() {
            lay_out(tx, all.of(&tree.line(rule.unit)), &rule, until)?;
        }
    }
    bookings::forget(tx, today.saturating_sub(BOOKING_KEPT_DAYS.days()))?;
    Ok(())
}

#[derive(Serialize)]
struct Posted<'a> {
    day: Date,
    hours: String,
    receiver: String,
    place: &'a str,
}

/// Shows a unit's days up to `until` to the public; how many they are.
pub(super) fn publish(tx: &mut Tx<'_>, unit: UnitId, until: Date) -> Result<usize, Fault> {
    let today = tx.now().civil().date();
    let mut days = sql::unposted(tx, unit, today)?;
    days.retain(|it| it.day <= until);
    if days.is_empty() {
        return Ok(0);
    }
    let shown: Vec<Posted<'_>> = days
        .iter()
        .map(|it| Posted {
            day: it.day,
            hours: it.hours(),
            receiver: it.receiver(),
            place: &it.place,
        })
        .collect();
    let snapshot =
        serde_json::to_string(&shown).map_err(|e| Fault::Broken(format!("posting: {e}")))?;
    sql::post(tx, unit, (today, until), (days.len(), &snapshot))?;
    let details = serde_json::json!({ "days": days.len(), "until": until });
    tx.journal(Entry::new(SUBJECT, unit.0, "post").details(&details));
    Ok(days.len())
}

/// What is wrong with the calendar of a unit, and what is due.
pub(super) fn warnings(
    tx: &mut Tx<'_>,
    calendar: &WorkCalendar,
    (unit, kind): (UnitId, &str),
) -> Result<Vec<String>, Fault> {
    let today = tx.now().civil().date();
    let rules = rules_on(today)?;
    let first = today.first_of_month();
    let last = today.saturating_add(1.month()).last_of_month();
    let wanted = Wanted {
        units: vec![unit],
        from: first.saturating_sub(7.days()),
        until: last.saturating_add(7.days()),
        posted: false,
    };
    let days = sql::days(tx, &wanted)?;
    let mut told = Vec::new();
    if let Some(minimum) = rules.minimum_of(kind) {
        let counts = |it: &&Day| {
            it.is_head
                && it.state != DayState::Cancelled
                && (it.substitute.is_empty() || rules.substitutes)
        };
        let held: Vec<Date> = days.iter().filter(counts).map(|it| it.day).collect();
        // The week or month that has begun counts: what it lacks can still be planned.
        let (from, _) = period_of(minimum.every, today);
        for it in shortfalls(minimum, calendar, &held, (from, last)) {
            told.push(format!("Lịch của người đứng đầu: {}.", it.said()));
        }
    }
    for it in days.iter().filter(|it| it.state == DayState::Planned) {
        let on = text::date(it.day);
        if it.day < today {
            told.push(format!("Buổi ngày {on} đã qua mà chưa ghi là đã tiếp hay đã hủy."));
            continue;
        }
        if it.kind == DayKind::Periodic && !calendar.works_on(it.day) {
            told.push(format!("Ngày {on} nay là ngày nghỉ: dời hoặc hủy buổi tiếp."));
        }
        if it.posted.is_some() || it.kind == DayKind::Extraordinary {
            continue;
        }
        let Some(by) = posted_latest(calendar, it.day, rules.posted_days) else { continue };
        let remind = posted_latest(calendar, by, REMIND_DAYS).unwrap_or(by);
        if today > by {
            told.push(format!(
                "Buổi ngày {on} chưa niêm yết; lịch phải niêm yết trước {} ngày làm việc (chậm nhất {}).",
                rules.posted_days,
                text::date(by)
            ));
        } else if today >= remind {
            told.push(format!(
                "Niêm yết buổi ngày {on} chậm nhất ngày {} (trước {} ngày làm việc).",
                text::date(by),
                rules.posted_days
            ));
        }
    }
    Ok(told)
}

/// What somebody said of himself when he booked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Booker {
    pub name: String,
    pub phone: String,
    pub subject: String,
}

fn about(code: &str) -> String {
    format!("reception_booking:{code}")
}

/// Opens what is sealed of a booking; nothing is left of an old one.
pub(super) fn opened(site: &Site, it: &Booking) -> Result<Booker, Fault> {
    if it.sealed.is_empty() {
        return Ok(Booker::default());
    }
    let text = site.seal.open(&about(&it.code), &it.sealed)?;
    serde_json::from_str(&text).map_err(|e| Fault::Broken(format!("a booking: {e}")))
}

/// The times of a reception, and whether each is free and to come.
pub(super) fn times(tx: &mut Tx<'_>, it: &Day, now: Instant) -> Result<Vec<(String, bool)>, Fault> {
    let taken = bookings::taken(tx, vec![it.id])?.remove(&it.id).unwrap_or_default();
    Ok(times_beside(it, &taken, now))
}

/// The same where it is known what is taken.
pub(super) fn times_beside(it: &Day, taken: &[String], now: Instant) -> Vec<(String, bool)> {
    let to_come = |at: Time| it.day.to_datetime(at) > now.civil();
    slots(it.from, it.until, it.slot_minutes)
        .into_iter()
        .map(|at| (at, sql::hm(at)))
        .map(|(at, slot)| {
            let free = to_come(at) && !taken.contains(&slot);
            (slot, free)
        })
        .collect()
}

/// Whether somebody may book it now.
pub(super) fn can_book(it: &Day) -> bool {
    it.posted.is_some() && it.state == DayState::Planned && it.slot_minutes > 0
}

/// What is wished for.
pub(super) struct Wish {
    pub slot: String,
    pub booker: Booker,
    pub people: i64,
    pub tell: bool,
    pub channel: &'static str,
}

/// Books a time; its code, or nothing if the time is not to be had.
pub(super) fn book(
    site: &Site,
    tx: &mut Tx<'_>,
    day: &Day,
    wish: &Wish,
) -> Result<Option<String>, Fault> {
    let now = tx.now();
    let free = times(tx, day, now)?.iter().any(|(slot, free)| *free && *slot == wish.slot);
    if !free || !can_book(day) {
        return Ok(None);
    }
    let code = site::random_hex(10);
    let text = serde_json::to_string(&wish.booker)
        .map_err(|e| Fault::Broken(format!("a booking: {e}")))?;
    let booking = Booking {
        id: 0,
        reception: day.id,
        slot: wish.slot.clone(),
        sealed: site.seal.close(&about(&code), &text)?,
        code: code.clone(),
        people: wish.people,
        tell: wish.tell,
        channel: wish.channel.to_owned(),
        state: String::new(),
        reason: String::new(),
    };
    if bookings::insert(tx, &booking)?.is_none() {
        return Ok(None);
    }
    let details = serde_json::json!({ "slot": wish.slot, "channel": wish.channel });
    tx.journal(Entry::new(SUBJECT, day.id.0, "book").details(&details));
    Ok(Some(code))
}

/// Tells whoever booked that something changed: always at his booking, by message if he agreed to it.
fn tell(site: &Site, tx: &mut Tx<'_>, (day, unit): (&Day, &str), why: &str) -> Result<(), Fault> {
    let booked = bookings::of(tx, day.id)?;
    for it in booked.iter().filter(|it| it.state == "booked") {
        let booker = opened(site, it)?;
        if !it.tell || booker.phone.is_empty() {
            continue;
        }
        let at = day.day.to_datetime(sql::time(&it.slot).unwrap_or(day.from));
        let when = text::date_time(at);
        let link = format!("/tiep-cong-dan/hen/{}", it.code);
        let key = format!("reception:{}:{}:{}", day.id, it.id, day.sequence);
        let to = messages::Contact {
            name: booker.name,
            phone: booker.phone,
            ..messages::Contact::default()
        };
        let values =
            [("luc", when.as_str()), ("ly-do", why), ("don-vi", unit), ("lien-ket", link.as_str())];
        messages::send(
            tx,
            &messages::Message {
                key: &key,
                kind: Kind::ReceptionChanged,
                subject: (SUBJECT, day.id.0),
                to: &to,
                lang: Lang::Vi,
                values: &values,
                urgent: false,
                unit: None,
            },
        )?;
    }
    bookings::tell(tx, day.id, why)
}

/// How a day is changed.
pub(super) enum Change {
    /// To another day, hours or place.
    Move { day: Date, from: Time, until: Time, place: String },
    /// It does not take place.
    Cancel,
    /// Somebody else receives.
    Substitute { name: String, title: String },
}

/// Changes a day that is to come, and tells whoever booked it.
pub(super) fn change(
    site: &Site,
    tx: &mut Tx<'_>,
    (mut it, unit): (Day, &str),
    change: Change,
    reason: &str,
) -> Result<(), Fault> {
    let told_day = it.clone();
    let (act, why) = match change {
        Change::Move { day, from, until, place } => {
            if day != it.day {
                it.moved_from = Some(it.moved_from.unwrap_or(it.day));
            }
            (it.day, it.from, it.until, it.place) = (day, from, until, place);
            ("move_reception", format!("chuyển sang {} {}: {reason}", it.hours(), text::date(day)))
        }
        Change::Cancel => {
            it.state = DayState::Cancelled;
            ("cancel_reception", format!("hủy: {reason}"))
        }
        Change::Substitute { name, title } => {
            let why = format!("{name} ({title}) tiếp thay: {reason}");
            (it.substitute, it.substitute_title) = (name, title);
            ("substitute_reception", why)
        }
    };
    reason.clone_into(&mut it.reason);
    sql::update(tx, &it)?;
    tell(site, tx, (&told_day, unit), &why)?;
    // A time that the reception no longer has, or that does not take place, is given up with the reason.
    let times = slots(it.from, it.until, it.slot_minutes);
    for booked in bookings::of(tx, it.id)?.iter().filter(|it| it.state == "booked") {
        let stays = sql::time(&booked.slot).is_some_and(|at| times.contains(&at));
        if it.state == DayState::Cancelled || !stays {
            bookings::end(tx, booked.id, "cancelled", &why)?;
        }
    }
    let details = serde_json::json!({ "day": it.day, "reason": reason });
    tx.journal(Entry::new(SUBJECT, it.id.0, act).details(&details));
    Ok(())
}
