//! Workflows within the archive of the whole configuration: what is in force and what each
//! procedure is bound to. Drafts stay at home.

use domain::workflow::Workflow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{Failure, Site, configuration::ConfigPart};
use store::{Fault, Tx};

use super::{
    changes, differences, sql,
    transfer::{self, is_same},
};
use crate::procedures::facts as procedures;

/// The part of the archive.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "workflows",
    label: "Quy trình nội bộ",
    take_out: |_, tx| configuration_export(tx),
    bring_in: |site, _, tx, value| configuration_import(site, tx, value),
};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Binding {
    procedure: String,
    workflow: String,
}

/// The newest version of every workflow, and the bindings.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn configuration_export(tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let all = sql::all(tx)?;
    let newest = all.chunk_by(|a, b| a.body.code == b.body.code).filter_map(|it| it.first());
    let workflows: Vec<Workflow> =
        newest.map(|it| Workflow { version: 0, ..it.body.clone() }).collect();
    let bindings: Vec<Binding> = sql::bindings(tx)?
        .into_iter()
        .map(|(procedure, workflow)| Binding { procedure, workflow })
        .collect();
    Ok(serde_json::json!({ "workflows": workflows, "bindings": bindings }))
}

/// Brings in what [`configuration_export`] took out: workflows that differ get a version that is
/// in force from today, bindings are set as they are there. What is there already changes
/// nothing. Gives what changed, line by line, in Vietnamese.
///
/// # Errors
/// [`Failure::Refused`] with all that is wrong, by workflow and step; then nothing must be kept.
pub fn configuration_import(
    site: &Site,
    tx: &mut Tx<'_>,
    value: &Value,
) -> Result<Vec<String>, Failure> {
    let empty = |name: &str| value.get(name).and_then(Value::as_array).is_none_or(Vec::is_empty);
    let bytes = serde_json::to_vec(value).map_err(|e| Fault::Broken(e.to_string()))?;
    let list = if empty("workflows") { Ok(Vec::new()) } else { transfer::read(&bytes) };
    let list = list.map_err(|wrong| {
        let said = wrong.iter().map(|it| match it.step {
            0 => format!("{}: {}", it.workflow, it.text),
            step => format!("{}, bước {step}: {}", it.workflow, it.text),
        });
        Failure::Refused(said.collect::<Vec<_>>().join(" "))
    })?;
    let today = tx.now().civil().date();
    let catalogue = procedures::catalogue(site, tx)?;
    let before = sql::bindings(tx)?;
    let wanted =
        match value.get("bindings") {
            Some(it) => Some(serde_json::from_value::<Vec<Binding>>(it.clone()).map_err(|_| {
                Failure::Refused("Danh sách gắn quy trình không đọc được.".to_owned())
            })?),
            None => None,
        };
    // What follows it when all is in: its hours are held against those procedures' limits, as when it is published.
    let followed = wanted.as_ref().map_or_else(
        || before.clone(),
        |all| all.iter().map(|it| (it.procedure.clone(), it.workflow.clone())).collect(),
    );
    let mut lines = Vec::new();
    for it in &list {
        let newest = sql::versions(tx, &it.code)?.into_iter().next();
        if newest.as_ref().is_some_and(|old| is_same(&old.body, it)) {
            continue;
        }
        let found = changes::findings(&catalogue, &followed, it).into_iter();
        let grave: Vec<String> = found.filter(|it| it.is_grave).map(|it| it.text).collect();
        if !grave.is_empty() {
            return Err(Failure::Refused(format!("Quy trình {}: {}", it.code, grave.join(" "))));
        }
        let from = newest.as_ref().map_or(today, |old| old.from.max(today));
        changes::put_in_force(tx, it, from)?;
        let what = differences::between(newest.as_ref().map(|it| &it.body), it).join(" ");
        lines.push(format!("Quy trình {} “{}”: {what}", it.code, it.name));
    }
    let Some(bindings) = wanted else { return Ok(lines) };
    for (procedure, workflow) in &before {
        if !bindings.iter().any(|it| it.procedure == *procedure) {
            changes::unbind(tx, procedure, workflow)?;
            lines.push(format!("Thủ tục {procedure} thôi theo quy trình {workflow}."));
        }
    }
    for it in bindings {
        if before.iter().any(|(a, b)| *a == it.procedure && *b == it.workflow) {
            continue;
        }
        // A procedure that is not in force here has no dossiers to bind.
        if procedures::in_force(tx, &it.procedure, today)?.is_none() {
            lines.push(format!(
                "Bỏ qua: thủ tục {} chưa có trong danh mục nên chưa gắn quy trình {}.",
                it.procedure, it.workflow
            ));
            continue;
        }
        site::OrRefuse::or_refuse(changes::bind(tx, &it.procedure, &it.workflow)?)?;
        lines.push(format!("Thủ tục {} theo quy trình {}.", it.procedure, it.workflow));
    }
    Ok(lines)
}
