//! Forms of surveys within the archive of the configuration: the newest of each that an office made for itself. Those
//! that ship are everywhere.

use std::collections::BTreeMap;

use domain::{access::Scope, survey::form::Form};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx, journal::Entry};

use crate::sql::forms::{self as sql, KeptForm};

const LABEL: &str = "Mẫu phiếu khảo sát";
/// Forms of an archive at most.
const FORMS_MAX: usize = 1_000;

pub const PART: ConfigPart = ConfigPart { name: "survey-forms", label: LABEL, take_out, bring_in };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    form: Form,
}

/// The newest version of each form that a unit made.
fn newest(tx: &mut Tx<'_>) -> Result<Vec<KeptForm>, Fault> {
    let mut newest: BTreeMap<(i64, String), KeptForm> = BTreeMap::new();
    for it in sql::list(tx, &Scope::Everything)? {
        let Some(unit) = it.unit else { continue };
        let key = (unit.0, it.form.code.clone());
        if newest.get(&key).is_none_or(|old| old.version < it.version) {
            newest.insert(key, it);
        }
    }
    Ok(newest.into_values().collect())
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let usable = newest(tx)?.into_iter().filter(|it| it.form.mistakes().is_empty());
    let rows: Vec<Row> = usable
        .filter_map(|it| {
            let unit = tree.unit(it.unit?)?.id;
            Some(Row { unit: unit_name(tree, unit), form: it.form })
        })
        .collect();
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("survey forms: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let rows: Vec<Row> = serde_json::from_value(value.clone()).map_err(|e| {
        let said = site::form::json_said(&e);
        Failure::Refused(format!("{LABEL}: phần này trong tệp không đúng dạng: {said}"))
    })?;
    if rows.len() > FORMS_MAX {
        return Err(Failure::Refused(format!("{LABEL}: quá nhiều mẫu trong tệp.")));
    }
    let here = newest(tx)?;
    let mut seen = std::collections::HashSet::new();
    let mut lines = Vec::new();
    for Row { unit, form } in rows {
        let Some(unit) = unit_named(&who.tree, &unit) else {
            lines.push(format!("{LABEL}: bỏ qua {}, vì ở đây không có “{unit}”", form.code));
            continue;
        };
        if let Some((at, wrong)) = form.mistakes().into_iter().next() {
            return Err(Failure::Refused(format!("{LABEL} {}: {at} {wrong}", form.code)));
        }
        if !seen.insert((unit, form.code.clone())) {
            return Err(Failure::Refused(format!(
                "{LABEL}: mẫu {} có hai lần trong tệp.",
                form.code
            )));
        }
        let known = here.iter().find(|it| it.unit == Some(unit) && it.form.code == form.code);
        let (id, act) = match known {
            Some(it) if it.form == form => continue,
            Some(it) if !it.frozen => {
                sql::change(tx, it.id, it.edition, &form)?;
                (it.id, "change")
            }
            // One that a survey has used stays as it was.
            other => {
                let version = other.map_or(1, |it| it.version + 1);
                (sql::insert(tx, Some(unit), version, &form, false)?, "create")
            }
        };
        tx.journal(Entry::new("survey_form", id, act));
        lines.push(format!("{}: mẫu {} – {}", who.tree.title(unit), form.code, form.vi));
    }
    Ok(lines)
}
