//! The board of the hotline within the archive of the configuration: lines of units with their numbers, and positions
//! whose holders are on it. Nobody's own telephone is in it: that stands with its holder.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx, journal::Entry};

use super::{HOTLINE, facts, sql};
use crate::typed::{archived, not_here, position_titled, title_of};

const LABEL: &str = "Số đường dây nóng";

pub(crate) const PART: ConfigPart =
    ConfigPart { name: "hotline-numbers", label: LABEL, take_out, bring_in };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    /// The title of a position; empty: a line of the unit.
    position: String,
    label: String,
    phone: String,
    hours: String,
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let today = tx.now().civil().date();
    let mut rows = Vec::new();
    for it in sql::numbers(tx, tree.all().map(|it| it.id).collect())? {
        let position = match it.position {
            None => String::new(),
            Some(position) => match title_of(tx, (it.unit, position), today)? {
                Some(title) => title,
                // Nobody's number is no number.
                None => continue,
            },
        };
        rows.push(Row {
            unit: unit_name(tree, it.unit),
            position,
            label: it.label,
            phone: it.phone,
            hours: it.hours,
        });
    }
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("hotline numbers: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let today = tx.now().civil().date();
    let mut lines = Vec::new();
    for row in archived::<Row>(value, LABEL)? {
        let Some(unit) = unit_named(&who.tree, &row.unit) else {
            lines.push(not_here(LABEL, &row.unit));
            continue;
        };
        let mut position = None;
        if !row.position.is_empty() {
            position = position_titled(tx, (unit, &row.position), None, today)?;
            if position.is_none() {
                lines.push(not_here(LABEL, &format!("{} của {}", row.position, row.unit)));
                continue;
            }
        } else if domain::identity::Phone::parse(&row.phone).is_err() || row.label.is_empty() {
            let wrong = format!("{LABEL}: dòng “{}” thiếu tên hoặc số không đúng.", row.label);
            return Err(Failure::Refused(wrong));
        }
        let known = sql::numbers(tx, vec![unit])?
            .into_iter()
            .find(|it| it.position == position && it.label == row.label && it.phone == row.phone);
        match known {
            Some(it) if it.hours == row.hours => continue,
            Some(it) => {
                sql::change_hours(tx, it.id, &row.hours)?;
                let details = serde_json::json!({ "number": it.id });
                tx.journal(Entry::new(HOTLINE, unit.0, "change").details(&details));
            }
            None => {
                facts::add(tx, unit, position, (&row.label, &row.phone, &row.hours))?;
            }
        }
        let what = if row.position.is_empty() { &row.label } else { &row.position };
        lines.push(format!("{}: số của {what}, {}", who.tree.title(unit), row.hours));
    }
    Ok(lines)
}
