//! SQL of what was entered afterwards.

use domain::{
    ids::{AccountId, DossierId, UnitId},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Row, Select, Tx};

use super::HandEntry;
use crate::dossiers::facts::Seen;

/// A row.
#[derive(Debug, Clone)]
pub struct Kept {
    pub dossier: DossierId,
    pub code: String,
    pub unit: UnitId,
    pub received_at: DateTime,
    pub receipt: String,
    pub reason: String,
    pub entered: Instant,
    pub entered_by: String,
    pub decided: Option<Instant>,
    pub decided_by: String,
    pub confirmed: Option<bool>,
    pub words: String,
}

const COLUMNS: &str = "h.dossier, d.code, h.unit, h.received_at, h.receipt, h.reason, h.entered_ms,
    coalesce(e.name, ''), h.decided_ms, coalesce(c.name, ''), h.confirmed, h.words";
const FROM: &str = "hand_entry h join dossier d on d.id = h.dossier
    left join account e on e.id = h.entered_by left join account c on c.id = h.decided_by";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        dossier: row.get(0)?,
        code: row.get(1)?,
        unit: row.get(2)?,
        received_at: row.parse(3, "time", |it| it.parse().ok())?,
        receipt: row.get(4)?,
        reason: row.get(5)?,
        entered: Instant::from_epoch_ms(row.get(6)?),
        entered_by: row.get(7)?,
        decided: row.get::<Option<i64>>(8)?.map(Instant::from_epoch_ms),
        decided_by: row.get(9)?,
        confirmed: row.get(10)?,
        words: row.get(11)?,
    })
}

/// Keeps one; with the account that confirms it at once, if it may.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: DossierId,
    unit: UnitId,
    it: &HandEntry,
    confirmed_by: Option<AccountId>,
) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    let year = i64::from(it.received_at.date().year());
    tx.execute(
        "insert into hand_entry (dossier, unit, received_at, year, receipt, reason, entered_ms, entered_by,
           decided_ms, decided_by, confirmed, words)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '')",
        &[
            id.into(),
            unit.into(),
            it.received_at.into(),
            year.into(),
            it.receipt.as_str().into(),
            it.reason.as_str().into(),
            now.into(),
            by.into(),
            confirmed_by.map(|_| now).into(),
            confirmed_by.into(),
            confirmed_by.map(|_| 1_i64).into(),
        ],
    )?;
    Ok(())
}

/// The code of the dossier that has this receipt of that year.
pub(crate) fn receipt_used(
    tx: &mut Tx<'_>,
    unit: UnitId,
    day: Date,
    receipt: &str,
) -> Result<Option<String>, Fault> {
    let row = tx.query_one(
        "select d.code from hand_entry h join dossier d on d.id = h.dossier
         where h.unit = ?1 and h.year = ?2 and h.receipt = ?3",
        &[unit.into(), i64::from(day.year()).into(), receipt.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// That of one dossier.
pub(super) fn of(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Kept>, Fault> {
    let sql = format!("select {COLUMNS} from {FROM} where h.dossier = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(kept).transpose()
}

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// `cho`, `co`, `khong`; anything else: all.
    pub state: String,
    /// Words in the code or the receipt.
    pub q: String,
    /// First and last day of receipt.
    pub days: Option<(Date, Date)>,
    /// A body or a counter.
    pub unit: Option<UnitId>,
    /// Only those before this one.
    pub before: Option<i64>,
}

fn narrowed(seen: &Seen, columns: &'static str, it: &Wanted) -> Select {
    let mut select = seen.narrow(Select::new(columns, FROM));
    select = match it.state.as_str() {
        "cho" => select.and("h.confirmed is null", []),
        "co" => select.and("h.confirmed = 1", []),
        "khong" => select.and("h.confirmed = 0", []),
        _ => select,
    };
    if !it.q.is_empty() {
        select =
            select.and("d.code = ? or h.receipt = ?", [it.q.clone().into(), it.q.clone().into()]);
    }
    if let Some((from, until)) = it.days {
        let end = format!("{until}T99");
        let from = if from == Date::MIN { String::new() } else { from.to_string() };
        select = select.and("h.received_at >= ? and h.received_at < ?", [from.into(), end.into()]);
    }
    if let Some(unit) = it.unit {
        select = select.and("d.body = ? or d.unit = ?", [unit.into(), unit.into()]);
    }
    select
}

/// A page of them, the newest dossier first.
pub(super) fn page(
    tx: &mut Tx<'_>,
    seen: &Seen,
    it: &Wanted,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let select = narrowed(seen, COLUMNS, it).and_if("h.dossier < ?", it.before);
    select.order_by("h.dossier desc").rows(tx, limit)?.iter().map(kept).collect()
}

/// How many there are.
pub(super) fn count(tx: &mut Tx<'_>, seen: &Seen, it: &Wanted) -> Result<i64, Fault> {
    let rows = narrowed(seen, "count(*)", it).rows(tx, 1)?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Keeps the decision. `false`: somebody decided before.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    id: DossierId,
    confirmed: bool,
    words: &str,
) -> Result<bool, Fault> {
    let (now, by) = (tx.now(), tx.by());
    let touched = tx.execute(
        "update hand_entry set decided_ms = ?2, decided_by = ?3, confirmed = ?4, words = ?5
         where dossier = ?1 and confirmed is null",
        &[id.into(), now.into(), by.into(), confirmed.into(), words.into()],
    )?;
    Ok(touched > 0)
}

/// Forgets the words that may name people.
pub(super) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    tx.execute("update hand_entry set reason = '', words = '' where dossier = ?1", &[id.into()])?;
    Ok(())
}
