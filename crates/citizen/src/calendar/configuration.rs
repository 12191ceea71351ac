//! The calendar as a part of the configuration: days and office hours. Bringing it in moves
//! appointments and tells citizens, as a change by hand does.

use domain::{calendar::CalendarEntry, hours::HoursRule, ids::UnitId};
use people::calendar::sql as entries;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx};

use super::{carry_out, change::Change, governs};

pub(super) const PART: ConfigPart =
    ConfigPart {
        name: "calendar", label: "Lịch nghỉ và giờ làm việc", take_out, bring_in
    };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    /// A unit by its agency code or title; empty for everywhere.
    #[serde(default)]
    unit: String,
    entry: CalendarEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    #[serde(default)]
    unit: String,
    rule: HoursRule,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    days: Vec<Day>,
    hours: Vec<Hours>,
}

/// Days of a calendar that is brought in, at most: two centuries of holidays.
const DAYS_MAX: usize = 6_000;

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let name = |unit: Option<UnitId>| unit.map_or_else(String::new, |it| unit_name(tree, it));
    let days = entries::entries(tx)?.into_iter();
    let days = days.map(|it| Day { unit: name(it.unit), entry: it.entry }).collect();
    let hours = entries::hours(tx)?.into_iter();
    let hours = hours.map(|(_, unit, rule)| Hours { unit: name(unit), rule }).collect();
    serde_json::to_value(Calendar { days, hours })
        .map_err(|e| Fault::Broken(format!("calendar: {e}")))
}

fn bring_in(_: &Site, who: &Who, tx: &mut Tx<'_>, value: &Value) -> Result<Vec<String>, Failure> {
    let wanted: Calendar = serde_json::from_value(value.clone())
        .map_err(|e| Failure::Refused(format!("Lịch trong tệp không đúng dạng: {e}.")))?;
    if wanted.days.len() + wanted.hours.len() > DAYS_MAX {
        return Err(Failure::Refused("Lịch trong tệp có quá nhiều ngày.".to_owned()));
    }
    if !governs(who) {
        return Err(Failure::Refused(
            "Lịch áp dụng cho mọi đơn vị: chỉ quản trị của mọi đơn vị được nhập.".to_owned(),
        ));
    }
    let days: Vec<(Option<UnitId>, CalendarEntry)> =
        entries::entries(tx)?.into_iter().map(|it| (it.unit, it.entry)).collect();
    let hours: Vec<(Option<UnitId>, HoursRule)> =
        entries::hours(tx)?.into_iter().map(|(_, unit, rule)| (unit, rule)).collect();
    let mut lines = Vec::new();
    for it in wanted.days {
        let Some(unit) = unit_of(&who.tree, &it.unit, &mut lines) else { continue };
        if !days.contains(&(unit, it.entry.clone())) {
            change(tx, who, Change::Day { unit, entry: it.entry }, unit, &mut lines)?;
        }
    }
    for it in wanted.hours {
        let Some(unit) = unit_of(&who.tree, &it.unit, &mut lines) else { continue };
        if it.rule.uncovered().is_some() {
            return Err(Failure::Refused(format!(
                "Giờ làm việc từ {} không phủ hết năm. Hãy sửa tệp rồi nhập lại.",
                domain::text::date(it.rule.valid_from)
            )));
        }
        if !hours.contains(&(unit, it.rule.clone())) {
            change(tx, who, Change::Hours { unit, rule: it.rule }, unit, &mut lines)?;
        }
    }
    Ok(lines)
}

/// The unit of a line; none if there is no such unit here, and the line is left out, which is said.
fn unit_of(tree: &Tree, name: &str, lines: &mut Vec<String>) -> Option<Option<UnitId>> {
    if name.is_empty() {
        return Some(None);
    }
    let found = unit_named(tree, name);
    if found.is_none() {
        lines.push(format!("bỏ qua một dòng: ở đây không có đơn vị “{name}”"));
    }
    found.map(Some)
}

fn change(
    tx: &mut Tx<'_>,
    who: &Who,
    it: Change,
    unit: Option<UnitId>,
    lines: &mut Vec<String>,
) -> Result<(), Failure> {
    let place = unit.map_or("mọi đơn vị", |it| who.tree.title(it));
    let what = it.reason();
    let moved = carry_out(tx, who, &it)?;
    let then =
        if moved > 0 { format!("; {moved} hồ sơ đổi ngày hẹn") } else { String::new() };
    lines.push(format!("thêm cho {place}: {what}{then}"));
    Ok(())
}
