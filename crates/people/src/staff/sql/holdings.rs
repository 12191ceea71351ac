//! SQL of positions and of who holds them.

use domain::ids::{PositionId, StaffId, UnitId};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// A position of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub id: PositionId,
    pub unit: UnitId,
    pub title: String,
    pub rank: i64,
    pub signs: bool,
}

fn position(row: &Row) -> Result<Position, Fault> {
    Ok(Position {
        id: row.get(0)?,
        unit: row.get(1)?,
        title: row.get(2)?,
        rank: row.get(3)?,
        signs: row.get(4)?,
    })
}

/// The positions of a unit, heads first.
pub fn positions(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Position>, Fault> {
    let rows = tx.query(
        "select id, unit, title, rank, signs from position where unit = ?1 order by rank, id",
        &[unit.into()],
    )?;
    rows.iter().map(position).collect()
}

/// One position.
pub fn find_position(tx: &mut Tx<'_>, id: PositionId) -> Result<Option<Position>, Fault> {
    let row = tx.query_one(
        "select id, unit, title, rank, signs from position where id = ?1",
        &[id.into()],
    )?;
    row.as_ref().map(position).transpose()
}

pub fn update_position(tx: &mut Tx<'_>, it: &Position) -> Result<usize, Fault> {
    tx.execute(
        "update position set title = ?2, rank = ?3, signs = ?4 where id = ?1",
        &[it.id.into(), it.title.as_str().into(), it.rank.into(), it.signs.into()],
    )
}

/// Takes away a position that nobody ever held. `false`: somebody did.
pub fn delete_position(tx: &mut Tx<'_>, id: PositionId) -> Result<bool, Fault> {
    let touched = tx.execute(
        "delete from position
         where id = ?1 and not exists (select 1 from holding h where h.position = position.id)",
        &[id.into()],
    )?;
    Ok(touched == 1)
}

/// Somebody in a position, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub id: i64,
    pub staff: StaffId,
    pub name: String,
    pub position: PositionId,
    pub title: String,
    pub unit: UnitId,
    pub from: Date,
    pub until: Option<Date>,
}

const HOLDING: &str = "select h.id, h.staff, s.name, h.position, p.title, p.unit, h.valid_from,
    h.valid_until
  from holding h join position p on p.id = h.position join staff s on s.id = h.staff";

fn holding(row: &Row) -> Result<Holding, Fault> {
    Ok(Holding {
        id: row.get(0)?,
        staff: row.get(1)?,
        name: row.get(2)?,
        position: row.get(3)?,
        title: row.get(4)?,
        unit: row.get(5)?,
        from: row.parse(6, "date", |it| it.parse().ok())?,
        until: row.parse_opt(7, "date", |it| it.parse().ok())?,
    })
}

/// All that somebody ever held, the latest first.
pub fn of_staff(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<Holding>, Fault> {
    let sql = format!("{HOLDING} where h.staff = ?1 order by h.valid_from desc, h.id desc");
    tx.query(&sql, &[staff.into()])?.iter().map(holding).collect()
}

/// Who holds a position of the unit on `day` or later.
pub fn of_unit(tx: &mut Tx<'_>, unit: UnitId, day: Date) -> Result<Vec<Holding>, Fault> {
    let sql = format!(
        "{HOLDING} where p.unit = ?1 and (h.valid_until >= ?2 or h.valid_until is null)
         order by p.rank, p.id, h.valid_from"
    );
    tx.query(&sql, &[unit.into(), day.into()])?.iter().map(holding).collect()
}

/// One holding.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Holding>, Fault> {
    let row = tx.query_one(&format!("{HOLDING} where h.id = ?1"), &[id.into()])?;
    row.as_ref().map(holding).transpose()
}

/// A time in which somebody holds the position already, if it shares a day with this one; the
/// holding `but` does not count.
pub fn overlapping(
    tx: &mut Tx<'_>,
    (staff, position): (StaffId, PositionId),
    from: Date,
    until: Option<Date>,
    but: i64,
) -> Result<Option<Holding>, Fault> {
    let sql = format!(
        "{HOLDING} where h.staff = ?1 and h.position = ?2
           and (h.valid_until >= ?3 or h.valid_until is null)
           and (h.valid_from <= ?4 or ?4 is null) and h.id <> ?5
         order by h.valid_from limit 1"
    );
    let params = [staff.into(), position.into(), from.into(), until.into(), but.into()];
    let row = tx.query_one(&sql, &params)?;
    row.as_ref().map(holding).transpose()
}

/// Whoever holds a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The position.
    pub position: PositionId,
    /// Its title.
    pub title: String,
    /// Whether it signs for its unit.
    pub signs: bool,
    /// Whose it is.
    pub unit: UnitId,
    /// The holder's name; made-up people are marked.
    pub name: String,
    /// The holder's telephone; empty if none is known.
    pub phone: String,
}

/// Whoever holds a position of `units` on `day`, heads first; without whoever only files for others, if officials
/// alone are wanted.
pub fn holders(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    day: Date,
    officials: bool,
) -> Result<Vec<Holder>, Fault> {
    let mut select = Select::new(
        "p.id, p.title, p.signs, p.unit, s.name, s.demo, s.phone",
        "holding h join position p on p.id = h.position join staff s on s.id = h.staff",
    )
    .and_in("p.unit", units.to_vec())
    .and(
        "h.valid_from <= ? and (h.valid_until >= ? or h.valid_until is null)",
        [day.into(), day.into()],
    );
    if officials {
        select = select.and(&format!("not ({HELPS_ALONE})"), [day; 4].map(Into::into));
    }
    let rows = select.order_by("p.rank, s.name_key, h.id").rows(tx, 500)?;
    rows.iter()
        .map(|row| {
            let name: String = row.get(4)?;
            Ok(Holder {
                position: row.get(0)?,
                title: row.get(1)?,
                signs: row.get(2)?,
                unit: row.get(3)?,
                name: super::marked(&name, row.get(5)?),
                phone: row.get(6)?,
            })
        })
        .collect()
}

/// Whoever of these holds no more than a place as a helper: his account files for others and does nothing else.
const HELPS_ALONE: &str = "exists (select 1 from account a join role_grant g on g.account = a.id
     where a.staff = s.id and g.role = 'intermediary' and g.valid_from <= ?
       and (g.valid_until >= ? or g.valid_until is null))
   and not exists (select 1 from account a join role_grant g on g.account = a.id
     where a.staff = s.id and g.role <> 'intermediary' and g.valid_from <= ?
       and (g.valid_until >= ? or g.valid_until is null))";

/// How many positions that sign somebody holds on `day`.
pub fn signing(tx: &mut Tx<'_>, staff: StaffId, day: Date) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from holding h join position p on p.id = h.position
         where h.staff = ?1 and p.signs = 1 and h.valid_from <= ?2
           and (h.valid_until >= ?2 or h.valid_until is null)",
        &[staff.into(), day.into()],
    )
}

pub fn end(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<usize, Fault> {
    tx.execute("update holding set valid_until = ?2 where id = ?1", &[id.into(), until.into()])
}

/// Takes back what has not begun.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from holding where id = ?1", &[id.into()])
}

/// The unit and the title of the first position of an account's owner on a day.
pub fn of_account(
    tx: &mut Tx<'_>,
    account: domain::ids::AccountId,
    day: Date,
) -> Result<Option<(UnitId, String)>, Fault> {
    let row = tx.query_one(
        "select p.unit, p.title from account a join holding h on h.staff = a.staff
           join position p on p.id = h.position
         where a.id = ?1 and h.valid_from <= ?2 and (h.valid_until >= ?2 or h.valid_until is null)
         order by p.rank, p.id limit 1",
        &[account.into(), day.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}
