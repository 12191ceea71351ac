//! SQL of levels: dated rows that are only added, and dossiers counted by the day they came.

use domain::{
    ids::{AccountId, UnitId},
    level::Setting,
    procedure::ServiceLevel,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

use crate::dossiers::{facts::Seen, links::facts::NO_CHILD};

/// Groups of dossiers that are read at most.
const GROUPS_MAX: i64 = 2_000_000;

/// A row of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub unit: UnitId,
    pub procedure: String,
    pub setting: Setting,
    pub reason: String,
    pub by: AccountId,
    pub at: Instant,
}

const COLUMNS: &str =
    "select unit, procedure, level, valid_from, reason, by_account, at_ms from service_level";

fn kept(row: &Row) -> Result<Kept, Fault> {
    let level: String = row.get(2)?;
    let level = if level.is_empty() {
        None
    } else {
        Some(row.parse(2, "level", ServiceLevel::from_code)?)
    };
    let from = row.parse(3, "date", |it| it.parse::<Date>().ok())?;
    Ok(Kept {
        unit: row.get(0)?,
        procedure: row.get(1)?,
        setting: Setting { from, level },
        reason: row.get(4)?,
        by: row.get(5)?,
        at: Instant::from_epoch_ms(row.get(6)?),
    })
}

/// What a unit set for a procedure, in the order in which it was set.
pub(super) fn of(tx: &mut Tx<'_>, unit: UnitId, procedure: &str) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where unit = ?1 and procedure = ?2 order by id");
    tx.query(&sql, &[unit.into(), procedure.into()])?.iter().map(kept).collect()
}

/// All that was set for a procedure, in the order in which it was set.
pub(super) fn of_procedure(tx: &mut Tx<'_>, procedure: &str) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where procedure = ?1 order by id");
    tx.query(&sql, &[procedure.into()])?.iter().map(kept).collect()
}

/// All that a unit set, in the order in which it was set.
pub(super) fn of_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where unit = ?1 order by id");
    tx.query(&sql, &[unit.into()])?.iter().map(kept).collect()
}

/// All that was ever set.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Kept>, Fault> {
    tx.query(&format!("{COLUMNS} order by id"), &[])?.iter().map(kept).collect()
}

/// Adds a row.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    unit: UnitId,
    procedure: &str,
    setting: &Setting,
    reason: &str,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into service_level (unit, procedure, level, valid_from, reason, by_account, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            unit.into(),
            procedure.into(),
            setting.level.map_or("", ServiceLevel::code).into(),
            setting.from.into(),
            reason.into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )
}

/// Dossiers of one body, procedure, channel and day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Came {
    pub body: UnitId,
    pub procedure: String,
    pub online: bool,
    pub on: Date,
    pub count: u64,
}

/// Dossiers that were received within a period, counted. A part of a linked case is not counted: the
/// case was handed in once.
pub(super) fn came(
    tx: &mut Tx<'_>,
    seen: &Seen,
    unit: Option<UnitId>,
    (from, until): (Date, Date),
) -> Result<Vec<Came>, Fault> {
    let after = until.tomorrow().unwrap_or(until);
    let select = seen
        .narrow(Select::new(
            "d.body, p.code, d.channel, substr(d.received_at, 1, 10), count(*)",
            "dossier d join procedure_version v on v.id = d.version
             join procedure p on p.id = v.procedure",
        ))
        .and("d.status not in ('draft', 'submitted', 'intake_supplement', 'refused_intake')", [])
        .and("d.received_at >= ?", [from.at(0, 0, 0, 0).into()])
        .and("d.received_at < ?", [after.at(0, 0, 0, 0).into()])
        .and_if("d.body = ?", unit)
        .and(NO_CHILD, [])
        .grouped_by("d.body, p.code, d.channel, substr(d.received_at, 1, 10)");
    let rows = select.rows(tx, GROUPS_MAX)?;
    rows.iter()
        .map(|row| {
            let channel: String = row.get(2)?;
            let count: i64 = row.get(4)?;
            Ok(Came {
                body: row.get(0)?,
                procedure: row.get(1)?,
                online: channel == "online",
                on: row.parse(3, "date", |it| it.parse().ok())?,
                count: u64::try_from(count).unwrap_or(0),
            })
        })
        .collect()
}
