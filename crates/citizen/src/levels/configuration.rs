//! Levels within the archive of the configuration: the dated rows of each unit.

use domain::{level::Setting, procedure::ServiceLevel};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx};

use super::{facts, set::level_of, sql};

pub(super) const PART: ConfigPart = ConfigPart {
    name: "service-levels",
    label: "Mức độ dịch vụ công của từng đơn vị",
    take_out,
    bring_in,
};

/// Rows of an archive at most.
const ROWS_MAX: usize = 200_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    procedure: String,
    /// Empty for the catalogue's.
    level: String,
    from: Date,
    reason: String,
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let rows: Vec<Row> = sql::all(tx)?
        .into_iter()
        .filter(|it| tree.unit(it.unit).is_some())
        .map(|it| Row {
            unit: unit_name(tree, it.unit),
            procedure: it.procedure,
            level: it.setting.level.map_or("", ServiceLevel::code).to_owned(),
            from: it.setting.from,
            reason: it.reason,
        })
        .collect();
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("levels: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let rows: Vec<Row> = serde_json::from_value(value.clone())
        .map_err(|e| Failure::Refused(format!("Phần mức độ trong tệp không đúng dạng: {e}.")))?;
    if rows.len() > ROWS_MAX {
        return Err(Failure::Refused("Phần mức độ trong tệp có quá nhiều dòng.".to_owned()));
    }
    let known = sql::all(tx)?;
    let mut lines = Vec::new();
    for row in rows {
        let Some(unit) = unit_named(&who.tree, &row.unit) else {
            lines.push(format!("bỏ qua một dòng: ở đây không có đơn vị “{}”", row.unit));
            continue;
        };
        let level = level_of(&row.level)
            .ok_or_else(|| Failure::Refused(format!("Không có mức độ “{}”.", row.level)))?;
        let setting = Setting { from: row.from, level };
        let is_here = known
            .iter()
            .any(|it| it.unit == unit && it.procedure == row.procedure && it.setting == setting);
        if !is_here {
            facts::set(tx, unit, &row.procedure, &setting, &row.reason)?;
            let label = level.map_or("theo danh mục", ServiceLevel::label);
            lines.push(format!(
                "{}: {} {label} từ {}",
                who.tree.title(unit),
                row.procedure,
                domain::text::date(row.from)
            ));
        }
    }
    Ok(lines)
}
