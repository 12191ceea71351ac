//! SQL of the queue: the set-up here, tickets and bookings beside it.

use domain::{
    ids::{AccountId, DeskId, LaneId, UnitId},
    queue::QueueRule,
};
use store::{Fault, Row, Tx};

pub mod bookings;
pub mod figures;
pub mod tickets;

/// How a unit queues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueUnit {
    pub unit: UnitId,
    pub open: bool,
    pub early_minutes: i64,
    pub rule: QueueRule,
    pub elder_age: i64,
    pub days_ahead: i64,
    pub keep_days: i64,
    pub calls: i64,
    pub edition: i64,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub id: LaneId,
    pub unit: UnitId,
    pub letter: String,
    pub name: String,
    pub name_en: String,
    pub serving_minutes: i64,
    pub slot_capacity: i64,
    pub closed: bool,
}

/// A desk, and the lanes that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    pub id: DeskId,
    pub unit: UnitId,
    pub number: i64,
    pub account: Option<AccountId>,
    pub paused: bool,
    pub closed: bool,
    pub lanes: Vec<LaneId>,
}

const UNIT: &str = "unit, open, early_minutes, priority_minutes, booking_minutes, slot_minutes,
    grace_minutes, calls_least, elder_age, days_ahead, keep_days, calls, edition";

fn queue_unit(row: &Row) -> Result<QueueUnit, Fault> {
    Ok(QueueUnit {
        unit: row.get(0)?,
        open: row.get(1)?,
        early_minutes: row.get(2)?,
        rule: QueueRule {
            priority_minutes: row.get(3)?,
            booking_minutes: row.get(4)?,
            slot_minutes: row.get(5)?,
            grace_minutes: row.get(6)?,
            calls_least: row.get(7)?,
        },
        elder_age: row.get(8)?,
        days_ahead: row.get(9)?,
        keep_days: row.get(10)?,
        calls: row.get(11)?,
        edition: row.get(12)?,
    })
}

/// How the unit queues; nothing if it never did.
pub fn find(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<QueueUnit>, Fault> {
    let sql = format!("select {UNIT} from queue_unit where unit = ?1");
    tx.query_one(&sql, &[unit.into()])?.as_ref().map(queue_unit).transpose()
}

/// [`find`], held: until this transaction is done nobody else changes a ticket of the unit.
pub fn hold(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<QueueUnit>, Fault> {
    let sql = format!("select {UNIT} from queue_unit where unit = ?1{}", tx.for_update());
    tx.query_one(&sql, &[unit.into()])?.as_ref().map(queue_unit).transpose()
}

/// Every unit that queues.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<QueueUnit>, Fault> {
    let sql = format!("select {UNIT} from queue_unit order by unit");
    tx.query(&sql, &[])?.iter().map(queue_unit).collect()
}

/// Keeps how a unit queues; the number of its calls stays.
pub fn keep_unit(tx: &mut Tx<'_>, it: &QueueUnit) -> Result<(), Fault> {
    tx.execute(
        "insert into queue_unit (unit, open, early_minutes, priority_minutes, booking_minutes,
            slot_minutes, grace_minutes, calls_least, elder_age, days_ahead, keep_days, calls, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 1)
         on conflict (unit) do update set open = excluded.open, early_minutes = excluded.early_minutes,
            priority_minutes = excluded.priority_minutes, booking_minutes = excluded.booking_minutes,
            slot_minutes = excluded.slot_minutes, grace_minutes = excluded.grace_minutes,
            calls_least = excluded.calls_least, elder_age = excluded.elder_age,
            days_ahead = excluded.days_ahead, keep_days = excluded.keep_days,
            edition = queue_unit.edition + 1",
        &[
            it.unit.into(),
            it.open.into(),
            it.early_minutes.into(),
            it.rule.priority_minutes.into(),
            it.rule.booking_minutes.into(),
            it.rule.slot_minutes.into(),
            it.rule.grace_minutes.into(),
            it.rule.calls_least.into(),
            it.elder_age.into(),
            it.days_ahead.into(),
            it.keep_days.into(),
        ],
    )?;
    Ok(())
}

/// Says that lanes or desks of the unit changed.
pub fn outdate(tx: &mut Tx<'_>, unit: UnitId) -> Result<(), Fault> {
    tx.execute("update queue_unit set edition = edition + 1 where unit = ?1", &[unit.into()])?;
    Ok(())
}

fn lane(row: &Row) -> Result<Lane, Fault> {
    Ok(Lane {
        id: row.get(0)?,
        unit: row.get(1)?,
        letter: row.get(2)?,
        name: row.get(3)?,
        name_en: row.get(4)?,
        serving_minutes: row.get(5)?,
        slot_capacity: row.get(6)?,
        closed: row.get(7)?,
    })
}

/// The lanes of a unit, by letter, closed ones too.
pub fn lanes(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Lane>, Fault> {
    let rows = tx.query(
        "select id, unit, letter, name, name_en, serving_minutes, slot_capacity, closed
         from queue_lane where unit = ?1 order by letter",
        &[unit.into()],
    )?;
    rows.iter().map(lane).collect()
}

/// Keeps a lane, known by its letter.
pub fn keep_lane(tx: &mut Tx<'_>, it: &Lane) -> Result<(), Fault> {
    tx.execute(
        "insert into queue_lane (unit, letter, name, name_en, serving_minutes, slot_capacity, closed)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (unit, letter) do update set name = excluded.name, name_en = excluded.name_en,
            serving_minutes = excluded.serving_minutes, slot_capacity = excluded.slot_capacity,
            closed = excluded.closed",
        &[
            it.unit.into(),
            it.letter.as_str().into(),
            it.name.as_str().into(),
            it.name_en.as_str().into(),
            it.serving_minutes.into(),
            it.slot_capacity.into(),
            it.closed.into(),
        ],
    )?;
    outdate(tx, it.unit)
}

/// The desks of a unit, by number, closed ones too.
pub fn desks(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Desk>, Fault> {
    let rows = tx.query(
        "select id, unit, number, account, paused, closed from queue_desk
         where unit = ?1 order by number",
        &[unit.into()],
    )?;
    let served = tx.query(
        "select dl.desk, dl.lane from queue_desk_lane dl join queue_desk d on d.id = dl.desk
         where d.unit = ?1 order by dl.lane",
        &[unit.into()],
    )?;
    let mut desks = Vec::new();
    for row in &rows {
        let id: DeskId = row.get(0)?;
        let mut lanes = Vec::new();
        for row in &served {
            if row.get::<DeskId>(0)? == id {
                lanes.push(row.get(1)?);
            }
        }
        desks.push(Desk {
            id,
            unit: row.get(1)?,
            number: row.get(2)?,
            account: row.get(3)?,
            paused: row.get(4)?,
            closed: row.get(5)?,
            lanes,
        });
    }
    Ok(desks)
}

/// Keeps a desk, known by its number, and the lanes that it serves. Who sits there stays.
pub fn keep_desk(
    tx: &mut Tx<'_>,
    unit: UnitId,
    number: i64,
    closed: bool,
    lanes: &[LaneId],
) -> Result<(), Fault> {
    let id: DeskId = tx.insert(
        "insert into queue_desk (unit, number, account, paused, closed) values (?1, ?2, null, 0, ?3)
         on conflict (unit, number) do update set closed = excluded.closed
         returning id",
        &[unit.into(), number.into(), closed.into()],
    )?;
    tx.execute("delete from queue_desk_lane where desk = ?1", &[id.into()])?;
    for lane in lanes {
        tx.execute(
            "insert into queue_desk_lane (desk, lane) values (?1, ?2)",
            &[id.into(), (*lane).into()],
        )?;
    }
    outdate(tx, unit)
}

/// Sits somebody down at a desk; from every other one he gets up.
pub fn sit(tx: &mut Tx<'_>, desk: DeskId, account: AccountId) -> Result<(), Fault> {
    get_up(tx, account)?;
    tx.execute(
        "update queue_desk set account = ?2, paused = 0 where id = ?1",
        &[desk.into(), account.into()],
    )?;
    Ok(())
}

/// Has somebody get up from wherever he sits.
pub fn get_up(tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
    tx.execute(
        "update queue_desk set account = null, paused = 0 where account = ?1",
        &[account.into()],
    )?;
    Ok(())
}

/// Pauses a desk, or lets it go on.
pub fn pause(tx: &mut Tx<'_>, desk: DeskId, paused: bool) -> Result<(), Fault> {
    tx.execute("update queue_desk set paused = ?2 where id = ?1", &[desk.into(), paused.into()])?;
    Ok(())
}

/// The number of the next call of a unit, which is held.
pub fn next_call(tx: &mut Tx<'_>, unit: UnitId) -> Result<i64, Fault> {
    tx.insert(
        "update queue_unit set calls = calls + 1 where unit = ?1 returning calls",
        &[unit.into()],
    )
}
