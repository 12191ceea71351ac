//! SQL of tickets and calls.

use domain::{
    ids::{AccountId, BookingId, DeskId, DossierId, LaneId, TicketId, UnitId},
    queue::{TicketStatus, Waiting, label},
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Tx};

/// A ticket as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its row.
    pub id: TicketId,
    /// The one-stop shop.
    pub unit: UnitId,
    /// The day.
    pub day: Date,
    /// Of the lane that gave the number.
    pub letter: String,
    /// The number.
    pub number: i64,
    /// Where it waits now.
    pub lane: LaneId,
    /// Only this desk may call it.
    pub for_desk: Option<DeskId>,
    /// In the address of its page.
    pub secret: String,
    /// The group; empty if none.
    pub priority: String,
    /// The start of the booked slot.
    pub slot: Option<Instant>,
    /// Where it stands.
    pub status: TicketStatus,
    /// When it was taken.
    pub taken: Instant,
    /// Since when it waits in this turn.
    pub since: Instant,
    /// Calls of this turn.
    pub calls: i64,
    /// The first call of this turn.
    pub called: Option<Instant>,
    /// When service began.
    pub started: Option<Instant>,
    /// When it ended.
    pub finished: Option<Instant>,
    /// Where it was called to.
    pub desk: Option<DeskId>,
    /// By whom.
    pub account: Option<AccountId>,
}

impl Ticket {
    /// Such as `A012`.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.letter, self.number)
    }

    /// What the rule of order looks at.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        Waiting {
            id: self.id.0,
            since: self.since,
            priority: !self.priority.is_empty(),
            slot_at: self.slot,
        }
    }
}

pub(super) const COLUMNS: &str =
    "t.id, t.unit, t.day, t.letter, t.number, t.lane, t.for_desk, t.secret,
    t.priority, t.slot_ms, t.status, t.taken_ms, t.since_ms, t.calls, t.called_ms, t.started_ms,
    t.finished_ms, t.desk, t.account";

pub(super) fn ticket(row: &Row) -> Result<Ticket, Fault> {
    let instant = |at: usize| row.get::<Option<i64>>(at).map(|it| it.map(Instant::from_epoch_ms));
    Ok(Ticket {
        id: row.get(0)?,
        unit: row.get(1)?,
        day: row.parse(2, "date", |it| it.parse().ok())?,
        letter: row.get(3)?,
        number: row.get(4)?,
        lane: row.get(5)?,
        for_desk: row.get(6)?,
        secret: row.get(7)?,
        priority: row.get(8)?,
        slot: instant(9)?,
        status: row.parse(10, "status", TicketStatus::from_code)?,
        taken: Instant::from_epoch_ms(row.get(11)?),
        since: Instant::from_epoch_ms(row.get(12)?),
        calls: row.get(13)?,
        called: instant(14)?,
        started: instant(15)?,
        finished: instant(16)?,
        desk: row.get(17)?,
        account: row.get(18)?,
    })
}

/// The next number of a lane's day. Its row is the lock.
pub fn next_number(tx: &mut Tx<'_>, lane: LaneId, day: Date) -> Result<i64, Fault> {
    tx.insert(
        "insert into queue_counter (lane, day, value) values (?1, ?2, 1)
         on conflict (lane, day) do update set value = queue_counter.value + 1
         returning value",
        &[lane.into(), day.into()],
    )
}

/// What a new ticket is made of.
pub struct New<'a> {
    pub unit: UnitId,
    pub lane: LaneId,
    pub letter: &'a str,
    pub number: i64,
    pub secret: &'a str,
    pub priority: &'a str,
    pub booking: Option<BookingId>,
    pub slot: Option<Instant>,
}

pub fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<TicketId, Fault> {
    let day = tx.now().civil().date();
    tx.insert(
        "insert into queue_ticket (unit, day, letter, number, lane, secret, priority, booking, slot_ms,
            status, taken_ms, since_ms, calls)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', ?10, ?10, 0) returning id",
        &[
            it.unit.into(),
            day.into(),
            it.letter.into(),
            it.number.into(),
            it.lane.into(),
            it.secret.into(),
            it.priority.into(),
            it.booking.into(),
            it.slot.into(),
            tx.now().into(),
        ],
    )
}

/// Writes what a step changed. The unit's row is held, so nobody else changes it meanwhile.
pub fn keep(tx: &mut Tx<'_>, it: &Ticket) -> Result<(), Fault> {
    tx.execute(
        "update queue_ticket set lane = ?2, for_desk = ?3, status = ?4, since_ms = ?5, calls = ?6,
            called_ms = ?7, started_ms = ?8, finished_ms = ?9, desk = ?10, account = ?11
         where id = ?1",
        &[
            it.id.into(),
            it.lane.into(),
            it.for_desk.into(),
            it.status.code().into(),
            it.since.into(),
            it.calls.into(),
            it.called.into(),
            it.started.into(),
            it.finished.into(),
            it.desk.into(),
            it.account.into(),
        ],
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx<'_>, id: TicketId) -> Result<Option<Ticket>, Fault> {
    let sql = format!("select {COLUMNS} from queue_ticket t where t.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(ticket).transpose()
}

pub fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Ticket>, Fault> {
    let sql = format!("select {COLUMNS} from queue_ticket t where t.secret = ?1");
    tx.query_one(&sql, &[secret.into()])?.as_ref().map(ticket).transpose()
}

/// The tickets of a unit's day in a status.
pub fn of_day(
    tx: &mut Tx<'_>,
    unit: UnitId,
    day: Date,
    status: TicketStatus,
) -> Result<Vec<Ticket>, Fault> {
    let sql = format!(
        "select {COLUMNS} from queue_ticket t where t.unit = ?1 and t.day = ?2 and t.status = ?3
         order by t.id"
    );
    let rows = tx.query(&sql, &[unit.into(), day.into(), status.code().into()])?;
    rows.iter().map(ticket).collect()
}

/// How many wait in each open lane of a unit's day, by letter.
pub fn waiting_by_lane(
    tx: &mut Tx<'_>,
    unit: UnitId,
    day: Date,
) -> Result<Vec<(String, i64)>, Fault> {
    let rows = tx.query(
        "select l.letter, count(t.id)
         from queue_lane l left join queue_ticket t on t.lane = l.id and t.unit = l.unit
            and t.day = ?2 and t.status = 'waiting'
         where l.unit = ?1 and l.closed = 0 group by l.letter order by l.letter",
        &[unit.into(), day.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What a desk has before it: called or being served.
pub fn at_desk(tx: &mut Tx<'_>, desk: DeskId, day: Date) -> Result<Option<Ticket>, Fault> {
    let sql = format!(
        "select {COLUMNS} from queue_ticket t join queue_desk d on d.unit = t.unit
         where d.id = ?1 and t.desk = ?1 and t.day = ?2 and t.status in ('called', 'serving')
         order by t.id limit 1"
    );
    tx.query_one(&sql, &[desk.into(), day.into()])?.as_ref().map(ticket).transpose()
}

/// What a desk finished serving since a moment, the newest first; some at most.
pub fn finished_at(
    tx: &mut Tx<'_>,
    unit: UnitId,
    desk: DeskId,
    since: Instant,
) -> Result<Vec<Ticket>, Fault> {
    let sql = format!(
        "select {COLUMNS} from queue_ticket t
         where t.unit = ?1 and t.day = ?2 and t.status = 'done' and t.desk = ?3 and t.finished_ms >= ?4
         order by t.finished_ms desc, t.id desc limit 5"
    );
    let day = tx.now().civil().date();
    let rows = tx.query(&sql, &[unit.into(), day.into(), desk.into(), since.into()])?;
    rows.iter().map(ticket).collect()
}

/// What somebody serves now.
pub fn served_by(
    tx: &mut Tx<'_>,
    account: AccountId,
    day: Date,
) -> Result<Option<TicketId>, Fault> {
    let row = tx.query_one(
        "select id from queue_ticket where account = ?1 and status = 'serving' and day = ?2",
        &[account.into(), day.into()],
    )?;
    row.map(|it| it.get(0)).transpose()
}

/// Ties a dossier to the ticket from which it was received.
pub fn tie(tx: &mut Tx<'_>, ticket: TicketId, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "insert into queue_ticket_dossier (ticket, dossier) values (?1, ?2) on conflict do nothing",
        &[ticket.into(), dossier.into()],
    )?;
    Ok(())
}

/// The dossiers received from a ticket: number and code.
pub fn dossiers(tx: &mut Tx<'_>, ticket: TicketId) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select dossier from queue_ticket_dossier where ticket = ?1 order by dossier",
        &[ticket.into()],
    )?;
    rows.iter().map(|it| it.get(0)).collect()
}

/// Seconds that the last tickets of a lane were served, the newest first.
pub fn last_servings(
    tx: &mut Tx<'_>,
    unit: UnitId,
    lane: LaneId,
    days: &[Date; 2],
) -> Result<Vec<i64>, Fault> {
    let [from, until] = days;
    let rows = tx.query(
        "select (finished_ms - started_ms) / 1000 from queue_ticket
         where unit = ?1 and lane = ?2 and day >= ?3 and day <= ?4 and status = 'done'
         order by id desc limit 30",
        &[unit.into(), lane.into(), (*from).into(), (*until).into()],
    )?;
    rows.iter().map(|it| it.get(0)).collect()
}

/// A call as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub number: i64,
    pub at: Instant,
    pub label: String,
    pub desk: i64,
}

fn call(row: &Row) -> Result<Call, Fault> {
    Ok(Call {
        number: row.get(0)?,
        at: Instant::from_epoch_ms(row.get(1)?),
        label: row.get(2)?,
        desk: row.get(3)?,
    })
}

pub fn insert_call(
    tx: &mut Tx<'_>,
    unit: UnitId,
    it: &Call,
    ticket: TicketId,
) -> Result<(), Fault> {
    tx.execute(
        "insert into queue_call (unit, number, at_ms, label, desk, ticket)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            unit.into(),
            it.number.into(),
            it.at.into(),
            it.label.as_str().into(),
            it.desk.into(),
            ticket.into(),
        ],
    )?;
    Ok(())
}

/// Calls after one, oldest first.
pub fn calls_after(
    tx: &mut Tx<'_>,
    unit: UnitId,
    after: i64,
    limit: i64,
) -> Result<Vec<Call>, Fault> {
    let rows = tx.query(
        "select number, at_ms, label, desk from queue_call
         where unit = ?1 and number > ?2 order by number limit ?3",
        &[unit.into(), after.into(), limit.into()],
    )?;
    rows.iter().map(call).collect()
}

/// The last calls since a moment, newest first.
pub fn last_calls(
    tx: &mut Tx<'_>,
    unit: UnitId,
    since: Instant,
    limit: i64,
) -> Result<Vec<Call>, Fault> {
    let rows = tx.query(
        "select number, at_ms, label, desk from queue_call
         where unit = ?1 and at_ms >= ?2 order by number desc limit ?3",
        &[unit.into(), since.into(), limit.into()],
    )?;
    rows.iter().map(call).collect()
}
