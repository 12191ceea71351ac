//! SQL of units.

use domain::{ids::UnitId, org::UnitKind};
use jiff::civil::Date;
use store::{Fault, Row, Tx};

/// One version of a unit, about to be written.
pub struct NewVersion<'a> {
    pub parent: Option<UnitId>,
    pub name: &'a str,
    pub title: &'a str,
    pub code: &'a str,
    pub agency_code: &'a str,
    pub address: &'a str,
    pub phone: &'a str,
    pub place: &'a str,
    pub from: Date,
    pub until: Option<Date>,
}

/// One version of a unit, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: i64,
    pub from: Date,
    pub until: Option<Date>,
    pub parent: Option<UnitId>,
    pub name: String,
    pub title: String,
    pub code: String,
    pub agency_code: String,
    pub address: String,
    pub phone: String,
    pub place: String,
}

impl Version {
    /// Whether the unit was so on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A unit with all its versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: UnitId,
    pub kind: UnitKind,
    pub versions: Vec<Version>,
}

pub fn insert_unit(tx: &mut Tx<'_>, kind: &str) -> Result<UnitId, Fault> {
    tx.insert("insert into unit (kind) values (?1) returning id", &[kind.into()])
}

pub fn insert_version(tx: &mut Tx<'_>, unit: UnitId, it: &NewVersion<'_>) -> Result<usize, Fault> {
    tx.execute(
        "insert into unit_version
           (unit, valid_from, valid_until, parent, name, title, code, agency_code, address, phone,
            place)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[
            unit.into(),
            it.from.into(),
            it.until.into(),
            it.parent.into(),
            it.name.into(),
            it.title.into(),
            it.code.into(),
            it.agency_code.into(),
            it.address.into(),
            it.phone.into(),
            it.place.into(),
        ],
    )
}

/// Says anew what a version says; its days stay.
pub fn correct_version(tx: &mut Tx<'_>, id: i64, it: &NewVersion<'_>) -> Result<usize, Fault> {
    tx.execute(
        "update unit_version set parent = ?2, name = ?3, title = ?4, code = ?5, agency_code = ?6,
           address = ?7, phone = ?8, place = ?9 where id = ?1",
        &[
            id.into(),
            it.parent.into(),
            it.name.into(),
            it.title.into(),
            it.code.into(),
            it.agency_code.into(),
            it.address.into(),
            it.phone.into(),
            it.place.into(),
        ],
    )
}

/// Sets or takes away the last day of a version.
pub fn end_version(tx: &mut Tx<'_>, id: i64, until: Option<Date>) -> Result<usize, Fault> {
    tx.execute("update unit_version set valid_until = ?2 where id = ?1", &[id.into(), until.into()])
}

pub fn insert_successor(
    tx: &mut Tx<'_>,
    predecessor: UnitId,
    successor: UnitId,
    since: Date,
) -> Result<usize, Fault> {
    tx.execute(
        "insert into unit_successor (predecessor, successor, since) values (?1, ?2, ?3)
         on conflict (predecessor, successor) do update set since = excluded.since",
        &[predecessor.into(), successor.into(), since.into()],
    )
}

/// Forgets who takes over from a unit: it lives on.
pub fn delete_successors(tx: &mut Tx<'_>, predecessor: UnitId) -> Result<usize, Fault> {
    tx.execute("delete from unit_successor where predecessor = ?1", &[predecessor.into()])
}

/// Who took over from whom, and since when.
pub fn successions(tx: &mut Tx<'_>) -> Result<Vec<(UnitId, UnitId, Date)>, Fault> {
    let rows = tx.query(
        "select predecessor, successor, since from unit_successor order by since, predecessor",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, date(row, 2)?))).collect()
}

fn date(row: &Row, column: usize) -> Result<Date, Fault> {
    row.parse(column, "date", |it| it.parse().ok())
}

/// Every unit that ever was, in the order of their numbers.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Kept>, Fault> {
    let rows = tx.query(
        "select u.id, u.kind, v.id, v.valid_from, v.valid_until, v.parent, v.name, v.title, v.code,
                v.agency_code, v.address, v.phone, v.place
         from unit u join unit_version v on v.unit = u.id
         order by u.id, v.valid_from",
        &[],
    )?;
    let mut units: Vec<Kept> = Vec::new();
    for row in &rows {
        let id: UnitId = row.get(0)?;
        let version = Version {
            id: row.get(2)?,
            from: date(row, 3)?,
            until: row.parse_opt(4, "date", |it| it.parse().ok())?,
            parent: row.get(5)?,
            name: row.get(6)?,
            title: row.get(7)?,
            code: row.get(8)?,
            agency_code: row.get(9)?,
            address: row.get(10)?,
            phone: row.get(11)?,
            place: row.get(12)?,
        };
        match units.last_mut() {
            Some(last) if last.id == id => last.versions.push(version),
            _ => units.push(Kept {
                id,
                kind: row.parse(1, "unit kind", UnitKind::of)?,
                versions: vec![version],
            }),
        }
    }
    Ok(units)
}

/// How many people hold a position of `unit` after the day `last`.
pub fn holdings_after(tx: &mut Tx<'_>, unit: UnitId, last: Date) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from holding h join position p on p.id = h.position
         where p.unit = ?1 and (h.valid_until > ?2 or h.valid_until is null)",
        &[unit.into(), last.into()],
    )
}

/// How many roles are granted at `unit` after the day `last`.
pub fn grants_after(tx: &mut Tx<'_>, unit: UnitId, last: Date) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from role_grant
         where unit = ?1 and (valid_until > ?2 or valid_until is null)",
        &[unit.into(), last.into()],
    )
}
