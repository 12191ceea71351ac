//! Boxes within the archive of the configuration: where they hang, whose positions hold the keys, when they are opened.

use domain::reception::Pattern;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx, journal::Entry};

use super::{BOX, facts, sql};
use crate::typed::{archived, not_here, position_titled, title_of};

const LABEL: &str = "Hòm thư góp ý";

pub(crate) const PART: ConfigPart =
    ConfigPart { name: "suggestion-boxes", label: LABEL, take_out, bring_in };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    place: String,
    /// Titles of the positions that hold the keys.
    keepers: [String; 2],
    pattern: String,
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let today = tx.now().civil().date();
    let mut rows = Vec::new();
    for it in sql::boxes(tx, tree.all().map(|it| it.id).collect())? {
        let [first, second] = it.keepers;
        let first = title_of(tx, (it.unit, first), today)?;
        let second = title_of(tx, (it.unit, second), today)?;
        rows.push(Row {
            unit: unit_name(tree, it.unit),
            place: it.place,
            keepers: [first.unwrap_or_default(), second.unwrap_or_default()],
            pattern: it.pattern.code(),
        });
    }
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("boxes: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let today = tx.now().civil().date();
    let mut lines = Vec::new();
    for row in archived::<Row>(value, LABEL)? {
        let Some(unit) = unit_named(&who.tree, &row.unit) else {
            lines.push(not_here(LABEL, &row.unit));
            continue;
        };
        let pattern = Pattern::from_code(&row.pattern).ok_or_else(|| {
            Failure::Refused(format!("{LABEL}: không có nhịp “{}”.", row.pattern))
        })?;
        let known = sql::boxes(tx, vec![unit])?.into_iter().find(|it| it.place == row.place);
        let [first, second] = &row.keepers;
        if let Some(old) = &known {
            let [a, b] = old.keepers;
            let titles = [title_of(tx, (unit, a), today)?, title_of(tx, (unit, b), today)?];
            if old.pattern == pattern && titles.map(Option::unwrap_or_default) == row.keepers {
                continue;
            }
        }
        let a = position_titled(tx, (unit, first), None, today)?;
        let b = position_titled(tx, (unit, second), a, today)?;
        let Some(keepers) = a.zip(b).map(|(a, b)| [a, b]) else {
            lines.push(not_here(LABEL, &format!("{first}, {second} của {}", row.unit)));
            continue;
        };
        match known {
            None => {
                facts::add(tx, unit, (&row.place, pattern), keepers)?;
            }
            // Whoever opens it just now goes on with his own rules.
            Some(old) if sql::running(tx, old.id)?.is_some() => {
                lines.push(format!("{LABEL}: “{}” đang được mở, giữ nguyên", row.place));
                continue;
            }
            Some(old) => {
                sql::change_box(tx, old.id, pattern, keepers)?;
                tx.journal(Entry::new(BOX, old.id, "change"));
            }
        }
        lines.push(format!("{}: hòm thư {}, {}", who.tree.title(unit), row.place, pattern.said()));
    }
    Ok(lines)
}
