//! What happens in the queue: a number is given, called, served, moved; a time is booked and claimed.
//! Pages, the demo and tests alike come through here. The rules are in `domain::queue`.

use domain::{
    calendar::WorkCalendar,
    ids::{AccountId, BookingId, DeskId, LaneId, TicketId, UnitId},
    queue::{TicketStatus, TicketStep, after, expected_minutes, slots, spread},
    time::Instant,
};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
};
use site::{Failure, OrRefuse as _};
use store::{Fault, Tx, journal::Entry};

use super::sql::{
    self, Desk, Lane, QueueUnit,
    bookings::{self, Booking},
    tickets::{self, Call, New},
};

pub use super::sql::tickets::Ticket;

/// What the journal calls a ticket.
pub const TICKET: &str = "ticket";
/// What the journal calls a booking.
pub const BOOKING: &str = "booking";
/// Times that one telephone may have booked at once.
const BOOKED_MOST: i64 = 2;
/// Bookings missed within [`MISSED_DAYS`] after which a telephone books no more.
const MISSED_MOST: i64 = 2;
/// So long a missed booking is remembered.
const MISSED_DAYS: i64 = 30;
/// Servings that must have been measured before the measure is believed.
const MEASURED_LEAST: usize = 5;

/// A unit's queue with its lanes and desks.
#[derive(Debug, Clone)]
pub struct Queue {
    /// How it queues.
    pub unit: QueueUnit,
    /// Its lanes, closed ones too.
    pub lanes: Vec<Lane>,
    /// Its desks, closed ones too.
    pub desks: Vec<Desk>,
}

impl Queue {
    /// The queue of a unit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it has none.
    pub fn load(tx: &mut Tx<'_>, unit: UnitId) -> Result<Self, Failure> {
        let found = sql::find(tx, unit)?.ok_or(Failure::NotFound)?;
        Ok(Self { unit: found, lanes: sql::lanes(tx, unit)?, desks: sql::desks(tx, unit)? })
    }

    /// [`Queue::load`], held: until the transaction is done nobody else changes a ticket of the unit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it has none.
    pub fn hold(tx: &mut Tx<'_>, unit: UnitId) -> Result<Self, Failure> {
        let found = sql::hold(tx, unit)?.ok_or(Failure::NotFound)?;
        Ok(Self { unit: found, lanes: sql::lanes(tx, unit)?, desks: sql::desks(tx, unit)? })
    }

    /// The lane, open or closed.
    #[must_use]
    pub fn lane(&self, id: LaneId) -> Option<&Lane> {
        self.lanes.iter().find(|it| it.id == id)
    }

    /// The desk, open or closed.
    #[must_use]
    pub fn desk(&self, id: DeskId) -> Option<&Desk> {
        self.desks.iter().find(|it| it.id == id)
    }

    /// Desks that serve a lane: those where somebody sits, else all that could.
    #[must_use]
    pub fn desks_of(&self, lane: LaneId) -> Vec<&Desk> {
        let all: Vec<&Desk> =
            self.desks.iter().filter(|it| !it.closed && it.lanes.contains(&lane)).collect();
        let manned: Vec<&Desk> =
            all.iter().copied().filter(|it| it.account.is_some() && !it.paused).collect();
        if manned.is_empty() { all } else { manned }
    }

    /// Whether tickets are given at `at`.
    #[must_use]
    pub fn gives_at(&self, calendar: &WorkCalendar, at: DateTime) -> bool {
        let soon = at.checked_add(self.unit.early_minutes.minutes()).unwrap_or(at);
        self.unit.open && (calendar.is_open_at(at) || calendar.is_open_at(soon))
    }

    /// Those that wait, in the order in which `desk` would call them.
    #[must_use]
    pub fn in_order(&self, waiting: &[Ticket], now: Instant) -> Vec<Ticket> {
        let plain: Vec<_> = waiting.iter().map(Ticket::waiting).collect();
        let order = self.unit.rule.in_order(&plain, now);
        order.iter().filter_map(|it| waiting.iter().find(|t| t.id.0 == it.id)).cloned().collect()
    }

    /// How many are called before `ticket` by the desks that could call it.
    #[must_use]
    pub fn ahead(&self, waiting: &[Ticket], ticket: &Ticket, now: Instant) -> i64 {
        let desks = self.desks_of(ticket.lane);
        let rival = |it: &&Ticket| desks.iter().any(|desk| desk.lanes.contains(&it.lane));
        let order = self.in_order(waiting, now);
        let before = order.iter().take_while(|it| it.id != ticket.id).filter(rival).count();
        i64::try_from(before).unwrap_or(i64::MAX)
    }
}

/// Minutes that one turn of a lane takes: measured over the last days, else as the set-up says.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn serving_minutes(tx: &mut Tx<'_>, lane: &Lane) -> Result<i64, Fault> {
    let today = tx.now().civil().date();
    let from = today.checked_sub(14.days()).unwrap_or(today);
    let last = tickets::last_servings(tx, lane.unit, lane.id, &[from, today])?;
    let measured = if last.len() >= MEASURED_LEAST { spread(last) } else { None };
    Ok(measured.map_or(lane.serving_minutes, |it| (it.mean + 59) / 60).max(1))
}

/// Minutes that `ahead` people before somebody in `lane` take.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn expected(tx: &mut Tx<'_>, queue: &Queue, lane: &Lane, ahead: i64) -> Result<i64, Fault> {
    let desks = i64::try_from(queue.desks_of(lane.id).len()).unwrap_or(1);
    Ok(expected_minutes(ahead, desks, serving_minutes(tx, lane)?))
}

/// Gives the next number of a lane. The queue must be held.
///
/// # Errors
/// [`Failure::Refused`] if the lane is closed.
pub fn give(
    tx: &mut Tx<'_>,
    queue: &Queue,
    lane: LaneId,
    priority: &str,
    booking: Option<&Booking>,
) -> Result<Ticket, Failure> {
    let lane = queue.lane(lane).filter(|it| !it.closed).ok_or_else(|| {
        Failure::Refused("Làn này đang đóng. Hãy chọn làn khác hoặc hỏi cán bộ.".to_owned())
    })?;
    let day = tx.now().civil().date();
    let number = tickets::next_number(tx, lane.id, day)?;
    let secret = site::random_hex(8);
    let new = New {
        unit: queue.unit.unit,
        lane: lane.id,
        letter: &lane.letter,
        number,
        secret: &secret,
        priority,
        booking: booking.map(|it| it.id),
        slot: booking.map(|it| Instant::from_civil(it.slot_at)),
    };
    let id = tickets::insert(tx, &new)?;
    if let Some(it) = booking {
        bookings::set_status(tx, it.id, "arrived")?;
    }
    let made = tickets::find(tx, id)?.ok_or_else(|| Fault::Broken("no ticket".to_owned()))?;
    let details = serde_json::json!({
        "unit": queue.unit.unit, "label": made.label(), "priority": priority,
        "booking": booking.map(|it| it.id),
    });
    tx.journal(Entry::new(TICKET, id.0, "take").details(&details));
    Ok(made)
}

/// Where a transferred ticket goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// To those who wait in a lane.
    Lane(LaneId),
    /// To one desk, in the lane where it is.
    Desk(DeskId),
}

/// Who acts, and at which desk.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// The desk.
    pub desk: DeskId,
    /// Who sits there.
    pub account: AccountId,
}

fn refused(text: &str) -> Failure {
    Failure::Refused(text.to_owned())
}

/// Calls whoever is next to the desk; nothing if nobody waits for it. What the desk serves is finished
/// first. Two desks that ask in one moment are asked one after the other: the queue must be held.
///
/// # Errors
/// [`Failure::Refused`] if the desk is closed, paused or has called somebody who has not come yet.
pub fn call_next(tx: &mut Tx<'_>, queue: &Queue, by: Server) -> Result<Option<Ticket>, Failure> {
    let desk = queue.desk(by.desk).filter(|it| !it.closed).ok_or(Failure::NotFound)?;
    if desk.paused {
        return Err(refused("Quầy đang tạm nghỉ. Bấm “Làm việc tiếp” rồi gọi số."));
    }
    let (now, day) = (tx.now(), tx.now().civil().date());
    if let Some(present) = tickets::at_desk(tx, by.desk, day)? {
        if present.status == TicketStatus::Called {
            return Err(Failure::Refused(format!(
                "Quầy đã gọi số {} mà chưa xử lý xong lượt gọi đó. Bấm “Bắt đầu”, “Vắng mặt” hoặc “Trả lại \
                 hàng chờ” trước.",
                present.label()
            )));
        }
        step(tx, queue, by, present, TicketStep::Finish, None)?;
    }
    let waiting = tickets::of_day(tx, queue.unit.unit, day, TicketStatus::Waiting)?;
    let mine: Vec<_> = waiting
        .iter()
        .filter(|it| match it.for_desk {
            Some(desk) => desk == by.desk,
            None => desk.lanes.contains(&it.lane),
        })
        .collect();
    let plain: Vec<_> = mine.iter().map(|it| it.waiting()).collect();
    let next = queue.unit.rule.next(&plain, now);
    let Some(next) = mine.into_iter().find(|it| Some(it.id.0) == next).cloned() else {
        return Ok(None);
    };
    step(tx, queue, by, next, TicketStep::Call, None).map(Some)
}

/// Takes a step with a ticket at a desk. The queue must be held.
///
/// # Errors
/// [`Failure::Refused`] if the rules say no.
pub fn step(
    tx: &mut Tx<'_>,
    queue: &Queue,
    by: Server,
    mut ticket: Ticket,
    step: TicketStep,
    to: Option<To>,
) -> Result<Ticket, Failure> {
    let desk = queue.desk(by.desk).filter(|it| !it.closed).ok_or(Failure::NotFound)?;
    let now = tx.now();
    let is_here = ticket.desk == Some(by.desk);
    let from_all = matches!(step, TicketStep::Call) || ticket.status == TicketStatus::Missed;
    if !is_here && !from_all {
        return Err(Failure::Refused(format!(
            "Số {} không ở quầy này: quầy khác vừa gọi hoặc số vừa được chuyển. Hãy tải lại trang.",
            ticket.label()
        )));
    }
    let before = ticket.status;
    ticket.status = after(before, step, ticket.calls, &queue.unit.rule).or_refuse()?;
    match step {
        TicketStep::Call | TicketStep::CallAgain => {
            ticket.calls += 1;
            ticket.called = ticket.called.or(Some(now));
            ticket.desk = Some(by.desk);
            ticket.account = Some(by.account);
        }
        TicketStep::Start => ticket.started = Some(now),
        TicketStep::Finish | TicketStep::Miss => ticket.finished = Some(now),
        TicketStep::PutBack | TicketStep::Transfer => {
            if before == TicketStatus::Missed {
                ticket.since = now;
            }
            if let Some(to) = to {
                send(queue, &mut ticket, to)?;
            }
            ticket.calls = 0;
            ticket.called = None;
            ticket.started = None;
            ticket.finished = None;
            ticket.desk = None;
            ticket.account = None;
        }
    }
    tickets::keep(tx, &ticket)?;
    if matches!(step, TicketStep::Call | TicketStep::CallAgain) {
        let number = sql::next_call(tx, queue.unit.unit)?;
        let call = Call { number, at: now, label: ticket.label(), desk: desk.number };
        tickets::insert_call(tx, queue.unit.unit, &call, ticket.id)?;
    }
    let details = serde_json::json!({
        "unit": queue.unit.unit, "label": ticket.label(), "desk": desk.number, "lane": ticket.lane,
        "for_desk": ticket.for_desk,
    });
    tx.journal(Entry::new(TICKET, ticket.id.0, step.slug()).details(&details));
    Ok(ticket)
}

fn send(queue: &Queue, ticket: &mut Ticket, to: To) -> Result<(), Failure> {
    match to {
        To::Lane(lane) => {
            let lane = queue
                .lane(lane)
                .filter(|it| !it.closed)
                .ok_or_else(|| refused("Làn được chọn đang đóng. Hãy chọn làn khác."))?;
            ticket.lane = lane.id;
            ticket.for_desk = None;
        }
        To::Desk(desk) => {
            let desk = queue
                .desk(desk)
                .filter(|it| !it.closed)
                .ok_or_else(|| refused("Quầy được chọn đang đóng. Hãy chọn quầy khác."))?;
            ticket.for_desk = Some(desk.id);
        }
    }
    Ok(())
}

/// Why a time cannot be booked or a booking not be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingRefused {
    /// There is no such slot, or it is over, or too far ahead.
    NoSlot,
    /// Others were first.
    Full,
    /// The telephone has enough of them.
    Enough,
    /// The telephone missed too many.
    Missed,
    /// It was cancelled, claimed or missed already.
    Over,
    /// Its day is another one, or its time has not come or is over.
    NotNow,
}

/// What somebody wants to book.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The lane.
    pub lane: LaneId,
    /// The start of the slot.
    pub slot_at: DateTime,
    /// The name; never in the journal.
    pub name: String,
    /// The telephone; never in the journal.
    pub phone: String,
    /// The group; empty if none.
    pub priority: String,
}

/// The slots of a lane on a day and how many can still be booked in each.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn free_slots(
    tx: &mut Tx<'_>,
    queue: &Queue,
    calendar: &WorkCalendar,
    lane: &Lane,
    day: Date,
) -> Result<Vec<(DateTime, i64)>, Fault> {
    let now = tx.now().civil();
    let last = now.date().checked_add(queue.unit.days_ahead.days()).unwrap_or(now.date());
    if lane.closed || !queue.unit.open || day < now.date() || day > last {
        return Ok(Vec::new());
    }
    let spans =
        if calendar.works_on(day) { calendar.hours.spans(day) } else { calendar.hours.duty(day) };
    let starts = slots(spans, queue.unit.rule.slot_minutes);
    let (from, until) = (day.at(0, 0, 0, 0), day.at(23, 59, 59, 0));
    let taken = bookings::taken(tx, lane.id, from, until)?;
    Ok(starts
        .into_iter()
        .map(|it| day.to_datetime(it))
        .filter(|it| *it > now)
        .map(|at| {
            let there = taken.iter().find(|(it, _)| *it == at).map_or(0, |(_, count)| *count);
            (at, (lane.slot_capacity - there).max(0))
        })
        .collect())
}

fn code() -> String {
    let number = u64::from_str_radix(&site::random_hex(7), 16).unwrap_or(0);
    format!("{:08}", number % 100_000_000)
}

fn check_slot(
    tx: &mut Tx<'_>,
    queue: &Queue,
    calendar: &WorkCalendar,
    (lane, slot_at): (LaneId, DateTime),
) -> Result<Result<(), BookingRefused>, Fault> {
    let Some(lane) = queue.lane(lane) else { return Ok(Err(BookingRefused::NoSlot)) };
    let free = free_slots(tx, queue, calendar, lane, slot_at.date())?;
    Ok(match free.iter().find(|(it, _)| *it == slot_at) {
        None => Err(BookingRefused::NoSlot),
        Some((_, 0)) => Err(BookingRefused::Full),
        Some(_) => Ok(()),
    })
}

/// Books a time. The queue must be held.
///
/// # Errors
/// Any [`Fault`] of the engine; a no is a value.
pub fn book(
    tx: &mut Tx<'_>,
    queue: &Queue,
    calendar: &WorkCalendar,
    wanted: &Wanted,
) -> Result<Result<Booking, BookingRefused>, Fault> {
    if let Err(no) = check_slot(tx, queue, calendar, (wanted.lane, wanted.slot_at))? {
        return Ok(Err(no));
    }
    let today = tx.now().civil().date();
    let since = today.checked_sub(MISSED_DAYS.days()).unwrap_or(today);
    let (booked, missed) = bookings::of_phone(tx, &wanted.phone, since)?;
    if missed >= MISSED_MOST {
        return Ok(Err(BookingRefused::Missed));
    }
    if booked >= BOOKED_MOST {
        return Ok(Err(BookingRefused::Enough));
    }
    let mut booking = Booking {
        id: BookingId(0),
        unit: queue.unit.unit,
        lane: wanted.lane,
        slot_at: wanted.slot_at,
        code: code(),
        secret: site::random_hex(12),
        name: wanted.name.clone(),
        phone: wanted.phone.clone(),
        priority: wanted.priority.clone(),
        status: "booked".to_owned(),
    };
    booking.id = bookings::insert(tx, &booking)?;
    journal(tx, &booking, "book");
    Ok(Ok(booking))
}

fn journal(tx: &mut Tx<'_>, it: &Booking, act: &str) {
    let details =
        serde_json::json!({"unit": it.unit, "lane": it.lane, "slot_at": it.slot_at.to_string()});
    tx.journal(Entry::new(BOOKING, it.id.0, act).details(&details));
}

/// Moves a booking to another slot of its lane. The queue must be held.
///
/// # Errors
/// Any [`Fault`] of the engine; a no is a value.
pub fn move_booking(
    tx: &mut Tx<'_>,
    queue: &Queue,
    calendar: &WorkCalendar,
    booking: &Booking,
    slot_at: DateTime,
) -> Result<Result<(), BookingRefused>, Fault> {
    if booking.status != "booked" {
        return Ok(Err(BookingRefused::Over));
    }
    if slot_at == booking.slot_at {
        return Ok(Ok(()));
    }
    if let Err(no) = check_slot(tx, queue, calendar, (booking.lane, slot_at))? {
        return Ok(Err(no));
    }
    // Another day may know the same digits already.
    let same_day = slot_at.date() == booking.slot_at.date();
    let code = if same_day { booking.code.clone() } else { code() };
    bookings::move_to(tx, booking.id, booking.lane, slot_at, &code)?;
    journal(tx, &Booking { slot_at, ..booking.clone() }, "move");
    Ok(Ok(()))
}

/// Cancels a booking. The queue must be held.
///
/// # Errors
/// Any [`Fault`] of the engine; a no is a value.
pub fn cancel(tx: &mut Tx<'_>, booking: &Booking) -> Result<Result<(), BookingRefused>, Fault> {
    if booking.status != "booked" {
        return Ok(Err(BookingRefused::Over));
    }
    bookings::set_status(tx, booking.id, "cancelled")?;
    journal(tx, booking, "cancel");
    Ok(Ok(()))
}

/// Gives whoever booked his number, on the day and until a while after his slot. The queue must be held.
///
/// # Errors
/// [`Failure::Refused`] if the lane was closed; another no is a value.
pub fn claim(
    tx: &mut Tx<'_>,
    queue: &Queue,
    booking: &Booking,
) -> Result<Result<Ticket, BookingRefused>, Failure> {
    if booking.status != "booked" {
        return Ok(Err(BookingRefused::Over));
    }
    let slot = Instant::from_civil(booking.slot_at);
    let today = tx.now().civil().date();
    if booking.slot_at.date() != today || !queue.unit.rule.in_time(slot, tx.now()) {
        return Ok(Err(BookingRefused::NotNow));
    }
    give(tx, queue, booking.lane, &booking.priority, Some(booking)).map(Ok)
}

/// The ticket, if it is one of this unit's today.
///
/// # Errors
/// [`Failure::NotFound`] if it is none.
pub fn ticket_today(tx: &mut Tx<'_>, unit: UnitId, id: TicketId) -> Result<Ticket, Failure> {
    let today = tx.now().civil().date();
    let found = tickets::find(tx, id)?.filter(|it| it.unit == unit && it.day == today);
    found.ok_or(Failure::NotFound)
}
