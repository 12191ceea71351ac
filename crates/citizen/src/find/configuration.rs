//! Texts of the portal within the archive of the configuration: what the office changed.

use std::collections::BTreeMap;

use domain::{guide::Guide, life_event::LifeEvent, search::Synonym};
use serde_json::Value;
use site::{Failure, configuration::ConfigPart};
use store::{Fault, Tx};

use super::{
    sql,
    texts::{self, Kind, OFF},
};

pub(super) const PART: ConfigPart = ConfigPart {
    name: "portal-texts",
    label: "Từ đồng nghĩa, việc trong đời, câu hỏi trước khi nộp",
    take_out: |_, tx| take_out(tx),
    bring_in: |_, _, tx, value| bring_in(tx, value),
};

const KINDS: [(Kind, &str); 3] = [
    (Kind::Synonym, "Từ dân hay dùng"),
    (Kind::Event, "Việc trong đời"),
    (Kind::Guide, "Câu hỏi trước khi nộp"),
];

/// A name and what it holds; nothing as it ships, `"off"` if it is not in use.
type Part = BTreeMap<String, Value>;

fn take_out(tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let mut all: BTreeMap<&str, Part> = BTreeMap::new();
    for (kind, _) in KINDS {
        let mut part = Part::new();
        for it in sql::newest(tx, kind.code())? {
            let value = match it.body.as_str() {
                "" => Value::Null,
                OFF => Value::String(OFF.to_owned()),
                json => serde_json::from_str(json)
                    .map_err(|e| Fault::Broken(format!("portal_text {}: {e}", it.name)))?,
            };
            part.insert(it.name, value);
        }
        all.insert(kind.code(), part);
    }
    serde_json::to_value(all).map_err(|e| Fault::Broken(format!("portal texts: {e}")))
}

/// Whether a value is a text of its kind.
fn reads(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Synonym => serde_json::from_value::<Synonym>(value.clone()).is_ok(),
        Kind::Event => serde_json::from_value::<LifeEvent>(value.clone()).is_ok(),
        Kind::Guide => serde_json::from_value::<Guide>(value.clone())
            .is_ok_and(|it| it.mistakes(&[], |_| true).iter().all(|it| !it.is_grave)),
    }
}

fn bring_in(tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let wanted: BTreeMap<String, Part> = serde_json::from_value(value.clone())
        .map_err(|e| Failure::Refused(format!("Lời trên cổng trong tệp không đúng dạng: {e}.")))?;
    let mut lines = Vec::new();
    for (kind, label) in KINDS {
        let Some(part) = wanted.get(kind.code()) else { continue };
        let here: BTreeMap<String, _> =
            sql::newest(tx, kind.code())?.into_iter().map(|it| (it.name.clone(), it)).collect();
        for (name, value) in part {
            let body = match value {
                Value::Null => String::new(),
                Value::String(it) if it == OFF => OFF.to_owned(),
                json if reads(kind, json) => json.to_string(),
                _ => {
                    return Err(Failure::Refused(format!(
                        "{label}: mục “{name}” không đúng dạng."
                    )));
                }
            };
            let mine = here.get(name);
            // Written by the same program, the same text may still have its parts in another order.
            let same = mine.is_some_and(|it| {
                it.body == body
                    || serde_json::from_str::<Value>(&it.body).is_ok_and(|it| it == *value)
            });
            if same || (mine.is_none() && body.is_empty()) {
                continue;
            }
            let edition = mine.map_or(0, |it| it.edition);
            texts::put(tx, kind, (name, edition), &body)?;
            lines.push(format!("{label}: {name}"));
        }
    }
    Ok(lines)
}
