//! Rules of receptions within the archive of the configuration: whose position receives, how often, when and where.
//! Days that were laid out and posted stay at home: the calendar there lays its own out.

use domain::reception::Pattern;
use jiff::civil::{Date, Time};
use people::calendar::facts::calendars;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use site::{
    Failure, Site, Who,
    configuration::{ConfigPart, unit_name, unit_named},
    tree::Tree,
};
use store::{Fault, Tx};

use super::{
    facts::{self, NewRule},
    sql,
};
use crate::typed::{archived, not_here, position_titled, title_of};

const LABEL: &str = "Lịch tiếp công dân định kỳ";

pub(crate) const PART: ConfigPart =
    ConfigPart { name: "reception-rules", label: LABEL, take_out, bring_in };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    unit: String,
    /// The title of who receives.
    position: String,
    is_head: bool,
    pattern: String,
    from: Time,
    until: Time,
    place: String,
    slot_minutes: i64,
    valid_from: Date,
    valid_until: Option<Date>,
}

fn take_out(tree: &Tree, tx: &mut Tx<'_>) -> Result<Value, Fault> {
    let today = tx.now().civil().date();
    let mut rows = Vec::new();
    for it in sql::all_rules(tx, today)? {
        // A rule of a position that nobody holds receives nobody.
        let Some(position) = title_of(tx, (it.unit, it.position), today)? else { continue };
        if tree.unit(it.unit).is_none() {
            continue;
        }
        rows.push(Row {
            unit: unit_name(tree, it.unit),
            position,
            is_head: it.is_head,
            pattern: it.pattern.code(),
            from: it.from,
            until: it.until,
            place: it.place,
            slot_minutes: it.slot_minutes,
            valid_from: it.valid_from,
            valid_until: it.valid_until,
        });
    }
    serde_json::to_value(rows).map_err(|e| Fault::Broken(format!("rules of receptions: {e}")))
}

fn bring_in(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    value: &Value,
) -> Result<Vec<String>, Failure> {
    let today = tx.now().civil().date();
    let all = calendars(site, tx)?;
    let mut lines = Vec::new();
    for row in archived::<Row>(value, LABEL)? {
        let Some(unit) = unit_named(&who.tree, &row.unit) else {
            lines.push(not_here(LABEL, &row.unit));
            continue;
        };
        let pattern = Pattern::from_code(&row.pattern).ok_or_else(|| {
            Failure::Refused(format!("{LABEL}: không có nhịp “{}”.", row.pattern))
        })?;
        if row.from >= row.until || !(0..=240).contains(&row.slot_minutes) {
            return Err(Failure::Refused(format!("{LABEL}: giờ của {} không đúng.", row.position)));
        }
        if row.valid_until.is_some_and(|it| it < today) {
            continue;
        }
        let Some(position) = position_titled(tx, (unit, &row.position), None, today)? else {
            lines.push(not_here(LABEL, &format!("{} của {}", row.position, row.unit)));
            continue;
        };
        // What is posted by a rule of the same days and hours is not laid out twice.
        let is_here = sql::rules(tx, vec![unit], today)?
            .iter()
            .any(|it| it.position == position && it.pattern == pattern && it.from == row.from);
        if is_here {
            continue;
        }
        let rule = NewRule {
            unit,
            position,
            is_head: row.is_head,
            pattern,
            hours: (row.from, row.until),
            place: row.place,
            slot_minutes: row.slot_minutes,
            from: row.valid_from,
            until: row.valid_until,
        };
        facts::add_rule(tx, all.of(&who.tree.line(unit)), &rule)?;
        lines.push(format!("{}: {} tiếp {}", who.tree.title(unit), row.position, pattern.said()));
    }
    Ok(lines)
}
