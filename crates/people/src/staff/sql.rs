//! SQL of staff.

use domain::{
    access::Role,
    ids::{PositionId, StaffId, UnitId},
};
use jiff::civil::Date;
use store::{Fault, Select, Tx};

/// Somebody who can be given something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The member of staff.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// The position held today; empty if none.
    pub title: String,
}

pub fn insert(
    tx: &mut Tx<'_>,
    name: &str,
    phone: &str,
    email: &str,
    demo: bool,
) -> Result<StaffId, Fault> {
    tx.insert(
        "insert into staff (name, name_key, search, phone, email, demo)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            name.into(),
            domain::text::name_key(name).into(),
            domain::text::fold(name).into(),
            phone.into(),
            email.into(),
            demo.into(),
        ],
    )
}

pub fn insert_position(
    tx: &mut Tx<'_>,
    unit: UnitId,
    title: &str,
    rank: i64,
    signs: bool,
) -> Result<PositionId, Fault> {
    tx.insert(
        "insert into position (unit, title, rank, signs) values (?1, ?2, ?3, ?4) returning id",
        &[unit.into(), title.into(), rank.into(), signs.into()],
    )
}

pub fn insert_holding(
    tx: &mut Tx<'_>,
    staff: StaffId,
    position: PositionId,
    from: Date,
    until: Option<Date>,
) -> Result<usize, Fault> {
    tx.execute(
        "insert into holding (staff, position, valid_from, valid_until) values (?1, ?2, ?3, ?4)",
        &[staff.into(), position.into(), from.into(), until.into()],
    )
}

pub fn insert_substitution(
    tx: &mut Tx<'_>,
    absent: StaffId,
    substitute: StaffId,
    from: Date,
    until: Date,
    reason: &str,
) -> Result<usize, Fault> {
    tx.execute(
        "insert into substitution (absent, substitute, valid_from, valid_until, reason)
         values (?1, ?2, ?3, ?4, ?5)",
        &[absent.into(), substitute.into(), from.into(), until.into(), reason.into()],
    )
}

const TITLE: &str = "(select p.title from holding h join position p on p.id = h.position
    where h.staff = s.id and h.valid_from <= ?1
      and (h.valid_until >= ?1 or h.valid_until is null)
    order by p.rank, h.id limit 1)";

/// Who holds `role` today for one of `units`, by name.
pub fn with_role(
    tx: &mut Tx<'_>,
    role: Role,
    units: &[UnitId],
    day: Date,
) -> Result<Vec<Person>, Fault> {
    let granted =
        Select::new("distinct a.staff", "role_grant g join account a on a.id = g.account")
            .and("a.staff is not null and a.disabled = 0", [])
            .and("g.role = ?", [role.code().into()])
            .and(
                "g.valid_from <= ? and (g.valid_until >= ? or g.valid_until is null)",
                [day.into(), day.into()],
            )
            .and_in("g.unit", units.to_vec());
    let ids: Vec<StaffId> =
        granted.rows(tx, 1_000)?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(person(tx, id, day)?.map(|it| it.0));
    }
    found.sort_by_key(|it| domain::text::name_key(&it.name));
    Ok(found)
}

/// Somebody with the title of today, and whether he is made up.
pub fn person(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<Option<(Person, bool)>, Fault> {
    let sql = format!("select s.id, s.name, {TITLE}, s.demo from staff s where s.id = ?2");
    let row = tx.query_one(&sql, &[day.into(), id.into()])?;
    let Some(row) = row else { return Ok(None) };
    let title: Option<String> = row.get(2)?;
    let person = Person { id: row.get(0)?, name: row.get(1)?, title: title.unwrap_or_default() };
    Ok(Some((person, row.get(3)?)))
}

/// For whom `substitute` stands in on `day`.
pub fn stood_in_for(
    tx: &mut Tx<'_>,
    substitute: StaffId,
    day: Date,
) -> Result<Vec<StaffId>, Fault> {
    let rows = tx.query(
        "select absent from substitution
         where substitute = ?1 and valid_from <= ?2 and valid_until >= ?2",
        &[substitute.into(), day.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The name behind an account; empty for the program.
pub fn account_name(tx: &mut Tx<'_>, account: i64) -> Result<String, Fault> {
    let row = tx.query_one("select name from account where id = ?1", &[account.into()])?;
    row.map_or(Ok(String::new()), |row| row.get(0))
}
