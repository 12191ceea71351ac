//! Forms within the archive of the whole configuration: what is in force and what each
//! procedure is bound to. Drafts stay at home.

use domain::eform::Eform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{Failure, configuration::ConfigPart};
use store::{Fault, Tx};

use super::{
    changes, sql,
    transfer::{self, is_same},
};
use crate::procedures::facts as procedures;

/// The part of the archive.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "eforms",
    label: "Biểu mẫu điện tử",
    take_out: |_, tx| configuration_export(tx),
    bring_in: |_, _, tx, value| configuration_import(tx, value),
};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Binding {
    procedure: String,
    form: String,
}

/// The newest version of every form, and the bindings.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn configuration_export(tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let all = sql::all(tx)?;
    let newest = all.chunk_by(|a, b| a.body.code == b.body.code).filter_map(|it| it.first());
    let eforms: Vec<Eform> = newest.map(|it| Eform { version: 0, ..it.body.clone() }).collect();
    let bindings: Vec<Binding> = sql::bindings(tx)?
        .into_iter()
        .map(|(procedure, form)| Binding { procedure, form })
        .collect();
    Ok(serde_json::json!({ "eforms": eforms, "bindings": bindings }))
}

/// Brings in what [`configuration_export`] took out: forms that differ get a version that is
/// in force from today, bindings are set as they are there. What is there already changes
/// nothing. Gives what changed, line by line, in Vietnamese.
///
/// # Errors
/// [`Failure::Refused`] with all that is wrong, by form; then nothing must be kept.
pub fn configuration_import(tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let empty = |name: &str| value.get(name).and_then(Value::as_array).is_none_or(Vec::is_empty);
    let bytes = serde_json::to_vec(value).map_err(|e| Fault::Broken(e.to_string()))?;
    let list = if empty("eforms") { Ok(Vec::new()) } else { transfer::read(&bytes) };
    let list = list.map_err(|wrong| {
        let said = wrong.iter().map(|it| match it.at.as_str() {
            "" => format!("{}: {}", it.form, it.text),
            at => format!("{}, {at}: {}", it.form, it.text),
        });
        Failure::Refused(said.collect::<Vec<_>>().join(" "))
    })?;
    let today = tx.now().civil().date();
    let mut lines = Vec::new();
    for it in &list {
        let newest = sql::versions(tx, &it.code)?.into_iter().next();
        if newest.as_ref().is_some_and(|old| is_same(&old.body, it)) {
            continue;
        }
        let grave: Vec<String> =
            it.findings().into_iter().filter(|it| it.is_grave).map(|it| it.text).collect();
        if !grave.is_empty() {
            return Err(Failure::Refused(format!("Biểu mẫu {}: {}", it.code, grave.join(" "))));
        }
        let from = newest.as_ref().map_or(today, |old| old.from.max(today));
        changes::put_in_force(tx, it, from)?;
        let what = changes::differences(newest.as_ref().map(|it| &it.body), it).join(" ");
        lines.push(format!("Biểu mẫu {}: {what}", it.code));
    }
    let bindings = match value.get("bindings") {
        Some(it) => serde_json::from_value::<Vec<Binding>>(it.clone())
            .map_err(|_| Failure::Refused("Danh sách gắn biểu mẫu không đọc được.".to_owned()))?,
        None => return Ok(lines),
    };
    let before = sql::bindings(tx)?;
    for (procedure, form) in &before {
        if !bindings.iter().any(|it| it.procedure == *procedure) {
            changes::unbind(tx, procedure, form)?;
            lines.push(format!("Thủ tục {procedure} thôi dùng biểu mẫu {form}."));
        }
    }
    for it in bindings {
        if before.iter().any(|(a, b)| *a == it.procedure && *b == it.form) {
            continue;
        }
        // A procedure that is not in force here has no dossiers to bind.
        if procedures::in_force(tx, &it.procedure, today)?.is_none() {
            lines.push(format!(
                "Bỏ qua: thủ tục {} chưa có trong danh mục nên chưa gắn biểu mẫu {}.",
                it.procedure, it.form
            ));
            continue;
        }
        site::OrRefuse::or_refuse(changes::bind(tx, &it.procedure, &it.form)?)?;
        lines.push(format!("Thủ tục {} dùng biểu mẫu {}.", it.procedure, it.form));
    }
    Ok(lines)
}
