//! SQL of bookings.

use domain::{
    ids::{BookingId, LaneId, UnitId},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Row, Tx};

/// A booking as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub id: BookingId,
    pub unit: UnitId,
    pub lane: LaneId,
    pub slot_at: DateTime,
    pub code: String,
    pub secret: String,
    pub name: String,
    pub phone: String,
    pub priority: String,
    /// booked, arrived, cancelled, missed
    pub status: String,
}

const COLUMNS: &str = "id, unit, lane, slot_at, code, secret, name, phone, priority, status";

fn booking(row: &Row) -> Result<Booking, Fault> {
    Ok(Booking {
        id: row.get(0)?,
        unit: row.get(1)?,
        lane: row.get(2)?,
        slot_at: row.parse(3, "civil time", |it| it.parse().ok())?,
        code: row.get(4)?,
        secret: row.get(5)?,
        name: row.get(6)?,
        phone: row.get(7)?,
        priority: row.get(8)?,
        status: row.get(9)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, it: &Booking) -> Result<BookingId, Fault> {
    tx.insert(
        "insert into queue_booking
           (unit, lane, day, slot_at, code, secret, name, phone, priority, status, made_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'booked', ?10) returning id",
        &[
            it.unit.into(),
            it.lane.into(),
            it.slot_at.date().into(),
            it.slot_at.into(),
            it.code.as_str().into(),
            it.secret.as_str().into(),
            it.name.as_str().into(),
            it.phone.as_str().into(),
            it.priority.as_str().into(),
            tx.now().into(),
        ],
    )
}

pub fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Booking>, Fault> {
    let sql = format!("select {COLUMNS} from queue_booking where secret = ?1");
    tx.query_one(&sql, &[secret.into()])?.as_ref().map(booking).transpose()
}

/// The booking of a unit's day with this code.
pub fn by_code(
    tx: &mut Tx<'_>,
    unit: UnitId,
    day: Date,
    code: &str,
) -> Result<Option<Booking>, Fault> {
    let sql =
        format!("select {COLUMNS} from queue_booking where unit = ?1 and day = ?2 and code = ?3");
    tx.query_one(&sql, &[unit.into(), day.into(), code.into()])?.as_ref().map(booking).transpose()
}

/// The bookings of a unit's day by slot.
pub fn of_day(tx: &mut Tx<'_>, unit: UnitId, day: Date) -> Result<Vec<Booking>, Fault> {
    let sql = format!(
        "select {COLUMNS} from queue_booking where unit = ?1 and day = ?2 order by slot_at, id"
    );
    tx.query(&sql, &[unit.into(), day.into()])?.iter().map(booking).collect()
}

/// How many stand in each slot of a lane between two times, those that were missed and cancelled aside.
pub fn taken(
    tx: &mut Tx<'_>,
    lane: LaneId,
    from: DateTime,
    until: DateTime,
) -> Result<Vec<(DateTime, i64)>, Fault> {
    let rows = tx.query(
        "select slot_at, count(*) from queue_booking
         where lane = ?1 and slot_at >= ?2 and slot_at <= ?3 and status in ('booked', 'arrived')
         group by slot_at",
        &[lane.into(), from.into(), until.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.parse(0, "civil time", |it| it.parse().ok())?, row.get(1)?)))
        .collect()
}

/// Bookings of a telephone: those to come, and those missed since a day.
pub fn of_phone(tx: &mut Tx<'_>, phone: &str, since: Date) -> Result<(i64, i64), Fault> {
    let booked = tx.query_number(
        "select count(*) from queue_booking where phone = ?1 and status = 'booked'",
        &[phone.into()],
    )?;
    let missed = tx.query_number(
        "select count(*) from queue_booking where phone = ?1 and status = 'missed' and day >= ?2",
        &[phone.into(), since.into()],
    )?;
    Ok((booked, missed))
}

/// Moves a booking to another slot.
pub fn move_to(
    tx: &mut Tx<'_>,
    id: BookingId,
    lane: LaneId,
    slot_at: DateTime,
    code: &str,
) -> Result<(), Fault> {
    tx.execute(
        "update queue_booking set lane = ?2, day = ?3, slot_at = ?4, code = ?5 where id = ?1",
        &[id.into(), lane.into(), slot_at.date().into(), slot_at.into(), code.into()],
    )?;
    Ok(())
}

pub fn set_status(tx: &mut Tx<'_>, id: BookingId, status: &str) -> Result<(), Fault> {
    tx.execute("update queue_booking set status = ?2 where id = ?1", &[id.into(), status.into()])?;
    Ok(())
}

/// Bookings that nobody claimed though their slot began before `before`: from now on they are missed.
pub fn miss(tx: &mut Tx<'_>, unit: UnitId, before: DateTime) -> Result<usize, Fault> {
    tx.execute(
        "update queue_booking set status = 'missed'
         where unit = ?1 and status = 'booked' and slot_at < ?2",
        &[unit.into(), before.into()],
    )
}

/// Empties names and telephones of what lies before `before`.
pub fn erase(tx: &mut Tx<'_>, unit: UnitId, before: Date) -> Result<usize, Fault> {
    tx.execute(
        "update queue_booking set name = '', phone = ''
         where unit = ?1 and day < ?2 and (name <> '' or phone <> '')",
        &[unit.into(), before.into()],
    )
}

/// The bookings to come of a unit after a moment.
pub fn to_come(tx: &mut Tx<'_>, unit: UnitId, from: Instant) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from queue_booking where unit = ?1 and status = 'booked' and slot_at >= ?2",
        &[unit.into(), from.civil().into()],
    )
}
