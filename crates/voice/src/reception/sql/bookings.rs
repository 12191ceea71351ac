//! SQL of booked times.

use std::collections::HashMap;

use domain::ids::ReceptionId;
use store::{Fault, Row, Select, Tx};

/// A booked time.
#[derive(Debug, Clone)]
pub struct Booking {
    pub id: i64,
    pub reception: ReceptionId,
    /// `08:30`.
    pub slot: String,
    pub code: String,
    /// Name, telephone and subject.
    pub sealed: String,
    pub people: i64,
    pub tell: bool,
    pub channel: String,
    /// booked, arrived, cancelled.
    pub state: String,
    pub reason: String,
}

const BOOKING: &str = "id, reception, slot, code, sealed, people, tell, channel, state, reason";

fn booking(row: &Row) -> Result<Booking, Fault> {
    Ok(Booking {
        id: row.get(0)?,
        reception: row.get(1).map(ReceptionId)?,
        slot: row.get(2)?,
        code: row.get(3)?,
        sealed: row.get(4)?,
        people: row.get(5)?,
        tell: row.get(6)?,
        channel: row.get(7)?,
        state: row.get(8)?,
        reason: row.get(9)?,
    })
}

/// Keeps a booking; nothing if the time was taken.
pub fn insert(tx: &mut Tx<'_>, it: &Booking) -> Result<Option<i64>, Fault> {
    let now = tx.now();
    let row = tx.query_one(
        "insert into reception_booking (reception, slot, code, sealed, people, tell, channel, state, created_at,
           changed_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'booked', ?8, ?8)
         on conflict (reception, slot) where state <> 'cancelled' do nothing returning id",
        &[
            it.reception.0.into(),
            it.slot.as_str().into(),
            it.code.as_str().into(),
            it.sealed.as_str().into(),
            it.people.into(),
            it.tell.into(),
            it.channel.as_str().into(),
            now.into(),
        ],
    )?;
    row.map(|it| it.get(0)).transpose()
}

/// The booking with this code.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Booking>, Fault> {
    let sql = format!("select {BOOKING} from reception_booking where code = ?1");
    tx.query_one(&sql, &[code.into()])?.as_ref().map(booking).transpose()
}

/// One booking.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Booking>, Fault> {
    let sql = format!("select {BOOKING} from reception_booking where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(booking).transpose()
}

/// The bookings of a reception, by their time.
pub fn of(tx: &mut Tx<'_>, reception: ReceptionId) -> Result<Vec<Booking>, Fault> {
    let sql =
        format!("select {BOOKING} from reception_booking where reception = ?1 order by slot, id");
    tx.query(&sql, &[reception.0.into()])?.iter().map(booking).collect()
}

/// The slots that are taken of these receptions.
pub fn taken(
    tx: &mut Tx<'_>,
    receptions: Vec<ReceptionId>,
) -> Result<HashMap<ReceptionId, Vec<String>>, Fault> {
    let select = Select::new("reception, slot", "reception_booking")
        .and("state <> 'cancelled'", [])
        .and_in("reception", receptions.into_iter().map(|it| it.0).collect());
    let mut taken: HashMap<ReceptionId, Vec<String>> = HashMap::new();
    for row in select.rows(tx, TAKEN_MAX)? {
        taken.entry(ReceptionId(row.get(0)?)).or_default().push(row.get(1)?);
    }
    Ok(taken)
}

/// Slots that are asked for at once at most.
const TAKEN_MAX: i64 = 20_000;

/// Ends a booking that stands; false if it does not stand any more.
pub fn end(tx: &mut Tx<'_>, id: i64, state: &str, reason: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let done = tx.execute(
        "update reception_booking set state = ?2, reason = ?3, changed_at = ?4 where id = ?1 and state = 'booked'",
        &[id.into(), state.into(), reason.into(), now.into()],
    )?;
    Ok(done > 0)
}

/// Says at each booking that stands why its reception changed.
pub fn tell(tx: &mut Tx<'_>, reception: ReceptionId, reason: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update reception_booking set reason = ?2, changed_at = ?3 where reception = ?1 and state = 'booked'",
        &[reception.0.into(), reason.into(), now.into()],
    )?;
    Ok(())
}

/// A booking names nobody any more, and not what for: what came of it is sealed.
pub fn wipe(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update reception_booking set sealed = '', reason = '' where id = ?1",
        &[id.into()],
    )?;
    Ok(())
}

/// Bookings whose day was over before `day` name nobody any more; those of the book keep their entry.
pub fn forget(tx: &mut Tx<'_>, day: jiff::civil::Date) -> Result<usize, Fault> {
    tx.execute(
        "update reception_booking set sealed = '' where sealed <> ''
           and reception in (select id from reception where day < ?1)",
        &[day.into()],
    )
}
