//! SQL of keys, and of what stands beside requests.

use std::collections::HashMap;

use domain::ids::UnitId;
use store::{Fault, Select, Tx};

/// Rows that are asked for in one statement.
const AT_ONCE: i64 = 1_000;

/// What was published of these: what was said and what was answered, by row.
pub(super) fn published(
    tx: &mut Tx<'_>,
    of: Vec<i64>,
) -> Result<HashMap<i64, (String, String)>, Fault> {
    let rows = Select::new("feedback, said, answered", "feedback_public")
        .and_in("feedback", of)
        .and("published_at is not null", [])
        .rows(tx, AT_ONCE)?;
    rows.iter().map(|it| Ok((it.get(0)?, (it.get(1)?, it.get(2)?)))).collect()
}

/// The names of these villages, by row.
pub(super) fn villages(tx: &mut Tx<'_>, mut of: Vec<i64>) -> Result<HashMap<i64, String>, Fault> {
    of.sort_unstable();
    of.dedup();
    let rows = Select::new("id, name", "village").and_in("id", of).rows(tx, AT_ONCE)?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect()
}

/// The keys of a unit that hold: row, name, when it was made.
pub(super) fn keys(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(i64, String, i64)>, Fault> {
    let sql = "select id, name, made_at from open311_key where unit = ?1 and ended_at is null order by id";
    tx.query(sql, &[unit.into()])?
        .iter()
        .map(|it| Ok((it.get(0)?, it.get(1)?, it.get(2)?)))
        .collect()
}

/// The unit for which the key with this hash sends; nothing if it holds no more.
pub(super) fn unit_of(tx: &mut Tx<'_>, hash: &str) -> Result<Option<UnitId>, Fault> {
    let sql = "select unit from open311_key where hash = ?1 and ended_at is null";
    tx.query_one(sql, &[hash.into()])?.map(|it| it.get(0)).transpose()
}

/// Keeps a key.
pub(in crate::feedback) fn insert_key(
    tx: &mut Tx<'_>,
    unit: UnitId,
    name: &str,
    hash: &str,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into open311_key (unit, name, hash, made_at) values (?1, ?2, ?3, ?4) returning id",
        &[unit.into(), name.into(), hash.into(), tx.now().into()],
    )
}

/// It holds no more.
pub(in crate::feedback) fn end_key(tx: &mut Tx<'_>, unit: UnitId, id: i64) -> Result<bool, Fault> {
    let sql =
        "update open311_key set ended_at = ?3 where id = ?1 and unit = ?2 and ended_at is null";
    Ok(tx.execute(sql, &[id.into(), unit.into(), tx.now().into()])? > 0)
}
