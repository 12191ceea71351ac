//! Villages within the archive of the configuration, and which units lie in remote areas.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx, journal::Entry};

use super::{petitions, sql::list};
use crate::typed::{archived, not_here};

const LABEL: &str = "Xóm, thôn, bản; vùng sâu, vùng xa";
/// Letters of a name at most.
const NAME_MAX: usize = 60;

pub(crate) const PART: ConfigPart =
    ConfigPart { name: "villages", label: LABEL, take_out, bring_in };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    villages: Vec<String>,
    is_remote: bool,
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let mut rows = Vec::new();
    for it in tree.all() {
        let villages = list::villages(tx, it.id, false)?;
        let is_remote = petitions::sql::is_remote(tx, it.id)?;
        if !villages.is_empty() || is_remote {
            rows.push(Row {
                unit: unit_name(tree, it.id),
                villages: villages.into_iter().map(|it| it.name).collect(),
                is_remote,
            });
        }
    }
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("villages: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for row in archived::<Row>(value, LABEL)? {
        let Some(unit) = unit_named(&who.tree, &row.unit) else {
            lines.push(not_here(LABEL, &row.unit));
            continue;
        };
        let named = |it: &String| !it.trim().is_empty() && it.chars().count() <= NAME_MAX;
        if row.villages.len() > 1_000 || !row.villages.iter().all(named) {
            let wrong = format!("{LABEL}: tên xóm của “{}” trống hoặc dài quá.", row.unit);
            return Err(Failure::Refused(wrong));
        }
        let title = who.tree.title(unit);
        let known = list::villages(tx, unit, false)?;
        let new: Vec<&String> =
            row.villages.iter().filter(|name| !known.iter().any(|it| it.name == **name)).collect();
        for name in &new {
            list::add_village(tx, unit, name)?;
        }
        if !new.is_empty() {
            tx.journal(Entry::new("unit", unit.0, "change_villages").details(&new.len()));
            lines.push(format!("{title}: thêm {} xóm, thôn, bản", new.len()));
        }
        if petitions::sql::is_remote(tx, unit)? != row.is_remote {
            petitions::sql::set_remote(tx, unit, row.is_remote)?;
            tx.journal(Entry::new("unit", unit.0, "set_remote").details(&row.is_remote));
            let is = if row.is_remote { "thuộc" } else { "không thuộc" };
            lines.push(format!("{title}: {is} vùng sâu, vùng xa"));
        }
    }
    Ok(lines)
}
