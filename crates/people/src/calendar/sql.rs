//! SQL of the working calendar.

use domain::{
    calendar::{CalendarEntry, DayKind, EntryState},
    hours::HoursRule,
    ids::UnitId,
};
use jiff::civil::Date;
use site::settings;
use store::{Fault, Row, Tx};

/// The setting that keeps up to which day documents have settled the calendar.
const CONFIRMED_THROUGH: &str = "confirmed_through";

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEntry {
    /// Its row.
    pub id: i64,
    /// For which unit; everywhere if none.
    pub unit: Option<UnitId>,
    /// The entry.
    pub entry: CalendarEntry,
}

fn kept(row: &Row) -> Result<KeptEntry, Fault> {
    Ok(KeptEntry {
        id: row.get(0)?,
        unit: row.get(6)?,
        entry: CalendarEntry {
            date: row.parse(1, "date", |it| it.parse().ok())?,
            kind: row.parse(2, "day kind", DayKind::from_code)?,
            reason: row.get(3)?,
            source: row.get(4)?,
            decided_on: row.parse_opt(5, "date", |it| it.parse().ok())?,
            state: row.parse(7, "entry state", EntryState::from_code)?,
        },
    })
}

/// Every entry that stands, by date.
pub fn entries(tx: &mut Tx<'_>) -> Result<Vec<KeptEntry>, Fault> {
    let rows = tx.query(
        "select id, date, kind, reason, source, decided_on, unit, state
         from calendar_entry where revoked_ms is null order by date, id",
        &[],
    )?;
    rows.iter().map(kept).collect()
}

/// The entry `id`, if it stands.
pub fn entry(tx: &mut Tx<'_>, id: i64) -> Result<Option<KeptEntry>, Fault> {
    let row = tx.query_one(
        "select id, date, kind, reason, source, decided_on, unit, state
         from calendar_entry where id = ?1 and revoked_ms is null",
        &[id.into()],
    )?;
    row.as_ref().map(kept).transpose()
}

/// Adds an entry.
pub fn insert_entry(
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    it: &CalendarEntry,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into calendar_entry (date, kind, reason, source, decided_on, unit, state)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.date.into(),
            it.kind.code().into(),
            it.reason.as_str().into(),
            it.source.as_str().into(),
            it.decided_on.into(),
            unit.into(),
            it.state.code().into(),
        ],
    )
}

/// Revokes an entry; it stays in the table.
pub fn revoke_entry(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute(
        "update calendar_entry set revoked_ms = ?2 where id = ?1 and revoked_ms is null",
        &[id.into(), tx.now().into()],
    )
}

/// Adds a rule of office hours.
pub fn insert_hours(
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    rule: &HoursRule,
) -> Result<usize, Fault> {
    let body =
        serde_json::to_string(rule).map_err(|e| Fault::Broken(format!("office hours: {e}")))?;
    tx.execute(
        "insert into office_hours (unit, valid_from, valid_until, body, source)
         values (?1, ?2, ?3, ?4, ?5)",
        &[
            unit.into(),
            rule.valid_from.into(),
            rule.valid_until.into(),
            body.into(),
            rule.source.as_str().into(),
        ],
    )
}

/// Every rule of office hours, with its number and its unit.
pub fn hours(tx: &mut Tx<'_>) -> Result<Vec<(i64, Option<UnitId>, HoursRule)>, Fault> {
    let rows = tx.query("select id, unit, body from office_hours order by valid_from, id", &[])?;
    rows.iter()
        .map(|row| {
            let rule = row.parse(2, "office hours", |it| serde_json::from_str(it).ok())?;
            Ok((row.get(0)?, row.get(1)?, rule))
        })
        .collect()
}

/// Takes a rule of office hours out. What it said is in the journal.
pub fn revoke_hours(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from office_hours where id = ?1", &[id.into()])
}

/// The last day whose year is settled by documents.
pub fn confirmed_through(tx: &mut Tx<'_>) -> Result<Option<Date>, Fault> {
    let Some(text) = settings::get(tx, CONFIRMED_THROUGH)? else { return Ok(None) };
    let day = text.parse().map_err(|_| Fault::Broken(format!("{CONFIRMED_THROUGH}: {text}")))?;
    Ok(Some(day))
}

/// Says up to which day documents have settled the calendar.
pub fn set_confirmed_through(tx: &mut Tx<'_>, day: Date) -> Result<(), Fault> {
    settings::set(tx, CONFIRMED_THROUGH, &day.to_string())
}
