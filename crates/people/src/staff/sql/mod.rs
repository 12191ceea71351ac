//! SQL of staff.

use domain::{
    access::{Grant, Role},
    ids::{AccountId, PositionId, StaffId, UnitId},
};
use jiff::civil::Date;
use store::{Fault, Param, Select, Tx};

pub mod holdings;
pub mod list;

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

/// The name of somebody made up, with a word that he is: it stands wherever the name does.
pub fn marked(name: &str, demo: bool) -> String {
    let said = name.contains("(minh họa)");
    if demo && !said { format!("{name} (minh họa)") } else { name.to_owned() }
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

/// Says anew who somebody is.
pub fn update(
    tx: &mut Tx<'_>,
    id: StaffId,
    name: &str,
    phone: &str,
    email: &str,
) -> Result<usize, Fault> {
    tx.execute(
        "update staff set name = ?2, name_key = ?3, search = ?4, phone = ?5, email = ?6
         where id = ?1",
        &[
            id.into(),
            name.into(),
            domain::text::name_key(name).into(),
            domain::text::fold(name).into(),
            phone.into(),
            email.into(),
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

const TITLE: &str = "(select p.title from holding h join position p on p.id = h.position
    where h.staff = s.id and h.valid_from <= ?1
      and (h.valid_until >= ?1 or h.valid_until is null)
    order by p.rank, h.id limit 1)";

/// Numbered places for values, the first of them `first`.
fn places(first: usize, many: usize) -> String {
    (first..first + many).map(|it| format!("?{it}")).collect::<Vec<_>>().join(", ")
}

/// Who holds one of `roles` on `day` for one of `units`, by name.
pub fn with_any_role(
    tx: &mut Tx<'_>,
    roles: &[Role],
    units: &[UnitId],
    day: Date,
) -> Result<Vec<Person>, Fault> {
    if roles.is_empty() || units.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select s.id, s.name, {TITLE} from staff s where s.id in
           (select a.staff from role_grant g join account a on a.id = g.account
            where a.disabled = 0 and g.valid_from <= ?1
              and (g.valid_until >= ?1 or g.valid_until is null)
              and g.role in ({}) and g.unit in ({}))
         order by s.name_key, s.id",
        places(2, roles.len()),
        places(2 + roles.len(), units.len())
    );
    let mut params = vec![Param::from(day)];
    params.extend(roles.iter().map(|it| Param::from(it.code())));
    params.extend(units.iter().map(|it| Param::from(*it)));
    tx.query(&sql, &params)?
        .iter()
        .map(|row| {
            let title: Option<String> = row.get(2)?;
            Ok(Person { id: row.get(0)?, name: row.get(1)?, title: title.unwrap_or_default() })
        })
        .collect()
}

/// What the accounts of these people were granted, whenever it holds.
pub fn grants_of(tx: &mut Tx<'_>, staff: &[StaffId]) -> Result<Vec<Grant>, Fault> {
    let rows = Select::new(
        "g.role, g.unit, g.valid_from, g.valid_until",
        "role_grant g join account a on a.id = g.account",
    )
    .and("a.disabled = 0", [])
    .and_in("a.staff", staff.to_vec())
    .order_by("g.id")
    .rows(tx, 1_000)?;
    rows.iter()
        .map(|row| {
            Ok(Grant {
                role: row.parse(0, "role", Role::from_code)?,
                unit: row.get(1)?,
                from: row.parse(2, "date", |it| it.parse().ok())?,
                until: row.parse_opt(3, "date", |it| it.parse().ok())?,
            })
        })
        .collect()
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

/// The names behind accounts; the program has none.
pub fn account_names(
    tx: &mut Tx<'_>,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, String)>, Fault> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let count = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
    let select = Select::new("a.id, a.name", "account a").and_in("a.id", accounts.to_vec());
    let rows = select.order_by("a.id").rows(tx, count)?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The names of people.
pub fn names(tx: &mut Tx<'_>, staff: &[StaffId]) -> Result<Vec<(StaffId, String)>, Fault> {
    let count = i64::try_from(staff.len()).unwrap_or(i64::MAX);
    let select = Select::new("s.id, s.name", "staff s").and_in("s.id", staff.to_vec());
    select.rows(tx, count)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Who of the office is behind accounts; whoever is not of it is left out.
pub fn of_accounts(
    tx: &mut Tx<'_>,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, StaffId)>, Fault> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let count = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
    let select = Select::new("a.id, a.staff", "account a")
        .and_in("a.id", accounts.to_vec())
        .and("a.staff is not null", []);
    let rows = select.order_by("a.id").rows(tx, count)?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The name behind an account; empty for the program.
pub fn account_name(tx: &mut Tx<'_>, account: i64) -> Result<String, Fault> {
    let row = tx.query_one("select name from account where id = ?1", &[account.into()])?;
    row.map_or(Ok(String::new()), |row| row.get(0))
}
