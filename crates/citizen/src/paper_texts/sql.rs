//! SQL of the offices' own words on papers: they are settings, one for each unit and text.

use std::collections::BTreeMap;

use domain::ids::UnitId;
use store::{Fault, Tx};

fn name(unit: UnitId, kind: &str) -> String {
    format!("paper_text:{unit}:{kind}")
}

/// The texts of a unit that are its own, by kind.
pub(super) fn of_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<BTreeMap<String, String>, Fault> {
    let mut all = BTreeMap::new();
    for it in &super::ALL {
        let sql = "select value from setting where name = ?1";
        if let Some(row) = tx.query_one(sql, &[name(unit, it.kind).into()])? {
            all.insert(it.kind.to_owned(), row.get(0)?);
        }
    }
    Ok(all)
}

/// Keeps a text; an empty one makes the shipped one stand again.
pub(super) fn set(tx: &mut Tx<'_>, unit: UnitId, kind: &str, text: &str) -> Result<(), Fault> {
    let name = name(unit, kind);
    if text.is_empty() {
        tx.execute("delete from setting where name = ?1", &[name.into()])?;
    } else {
        tx.execute(
            "insert into setting (name, value) values (?1, ?2)
             on conflict (name) do update set value = excluded.value",
            &[name.into(), text.into()],
        )?;
    }
    Ok(())
}
