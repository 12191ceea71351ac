//! The set-up as a file: taken out of one installation and brought into another.
//!
//! Units are known by kind and title, as installations number them differently.

use domain::queue::QueueRule;
use serde::{Deserialize, Serialize};
use site::{Failure, configuration::ConfigPart};
use store::{Fault, Tx};

use super::{
    service::Queue,
    setup::{DeskPlan, LanePlan, Plan, set_up},
    sql,
};

/// The part of the archive.
pub(super) const PART: ConfigPart = ConfigPart {
    name: "queue",
    label: "Hàng chờ: làn, quầy, khung giờ",
    take_out: |_, tx| configuration_export(tx),
    bring_in: |_, _, tx, value| configuration_import(tx, value),
};

#[derive(Debug, Serialize, Deserialize)]
struct OfUnit {
    unit: String,
    #[serde(flatten)]
    plan: Plan,
}

#[derive(Debug, Serialize, Deserialize)]
struct Archive {
    queues: Vec<OfUnit>,
}

fn loaded(found: Result<Queue, Failure>) -> Result<Option<Queue>, Fault> {
    match found {
        Ok(it) => Ok(Some(it)),
        Err(Failure::Fault(fault)) => Err(fault),
        Err(_) => Ok(None),
    }
}

/// The set-up of every queue: rules, lanes, desks, slots. Nothing about tickets or people.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn configuration_export(tx: &mut Tx<'_>) -> Result<serde_json::Value, Fault> {
    let tree = site::tree_of(tx)?;
    let mut queues = Vec::new();
    for unit in sql::all(tx)? {
        let found = Queue::load(tx, unit.unit);
        let Some(queue) = loaded(found)? else { continue };
        queues.push(OfUnit { unit: tree.title(unit.unit).to_owned(), plan: Plan::of(&queue) });
    }
    serde_json::to_value(Archive { queues }).map_err(|e| Fault::Broken(format!("queues: {e}")))
}

/// Brings a set-up in; says in Vietnamese what it changed, a line each. What is the same is not touched.
///
/// # Errors
/// [`Failure::Refused`] if the value is no set-up of queues or says what cannot be.
pub fn configuration_import(
    tx: &mut Tx<'_>,
    value: &serde_json::Value,
) -> Result<Vec<String>, Failure> {
    let archive: Archive = serde_json::from_value(value.clone()).map_err(|e| {
        let said = site::form::json_said(&e);
        Failure::Refused(format!("Phần hàng chờ của tệp cấu hình không đọc được: {said}"))
    })?;
    let tree = site::tree_of(tx)?;
    let mut lines = Vec::new();
    for OfUnit { unit: title, plan } in archive.queues {
        check(&title, &plan).map_err(Failure::Refused)?;
        let found =
            tree.all().find(|it| it.kind == "one_stop" && it.title == title).map(|it| it.id);
        let Some(unit) = found else {
            lines.push(format!("Hàng chờ: bỏ qua “{title}” vì không có đơn vị này."));
            continue;
        };
        let found = Queue::load(tx, unit);
        let before = loaded(found)?.as_ref().map(Plan::of);
        let changes = differences(before.as_ref(), &plan);
        if !changes.is_empty() {
            set_up(tx, unit, &plan)?;
            lines.extend(changes.into_iter().map(|it| format!("Hàng chờ {title}: {it}")));
        }
    }
    Ok(lines)
}

fn check(title: &str, plan: &Plan) -> Result<(), String> {
    let rule = &plan.rule;
    let numbers = [
        (plan.early_minutes, 0, 120),
        (rule.priority_minutes, 0, 240),
        (rule.booking_minutes, 0, 240),
        (rule.slot_minutes, 10, 120),
        (rule.grace_minutes, 0, 120),
        (rule.calls_least, 1, 5),
        (plan.days_ahead, 0, 60),
        (plan.keep_days, 1, 365),
        (plan.elder_age, 60, 100),
    ];
    let bad_number = numbers.iter().any(|(it, least, most)| it < least || it > most);
    let bad_lane = plan.lanes.iter().any(|it| {
        it.letter.len() != 1
            || !it.letter.bytes().all(|it| it.is_ascii_uppercase())
            || it.name.trim().is_empty()
            || !(1..=240).contains(&it.serving_minutes)
            || !(0..=50).contains(&it.slot_capacity)
    });
    let known = |letter: &String| plan.lanes.iter().any(|it| it.letter == *letter);
    let bad_desk = plan.desks.iter().any(|it| it.number < 1 || !it.lanes.iter().all(known));
    if bad_number || bad_lane || bad_desk {
        return Err(format!("Phần hàng chờ của “{title}” có số nằm ngoài mức cho phép."));
    }
    Ok(())
}

fn differences(before: Option<&Plan>, plan: &Plan) -> Vec<String> {
    let Some(before) = before else {
        let (lanes, desks) = (plan.lanes.len(), plan.desks.len());
        return vec![format!("thiết lập mới với {lanes} làn, {desks} quầy")];
    };
    let mut lines = Vec::new();
    let rule = |it: &Plan| {
        let QueueRule {
            priority_minutes,
            booking_minutes,
            slot_minutes,
            grace_minutes,
            calls_least,
        } = it.rule;
        (
            it.open,
            it.early_minutes,
            [priority_minutes, booking_minutes, slot_minutes, grace_minutes, calls_least],
            [it.elder_age, it.days_ahead, it.keep_days],
        )
    };
    if rule(before) != rule(plan) {
        lines.push("đổi cách xếp hàng, khung giờ đặt lịch".to_owned());
    }
    let lane = |of: &Plan, letter: &str| of.lanes.iter().find(|it| it.letter == letter).cloned();
    for it in &plan.lanes {
        match lane(before, &it.letter) {
            None => lines.push(format!("thêm làn {} ({})", it.letter, it.name)),
            Some(old) if old != *it => lines.push(format!("đổi làn {} ({})", it.letter, it.name)),
            Some(_) => {}
        }
    }
    let gone = |it: &&LanePlan| !it.closed && lane(plan, &it.letter).is_none();
    lines.extend(before.lanes.iter().filter(gone).map(|it| format!("đóng làn {}", it.letter)));
    let desk = |of: &Plan, number: i64| of.desks.iter().find(|it| it.number == number).cloned();
    for it in &plan.desks {
        match desk(before, it.number) {
            None => lines.push(format!("thêm quầy số {}", it.number)),
            Some(old) if old != *it => lines.push(format!("đổi quầy số {}", it.number)),
            Some(_) => {}
        }
    }
    let gone = |it: &&DeskPlan| !it.closed && desk(plan, it.number).is_none();
    lines.extend(before.desks.iter().filter(gone).map(|it| format!("đóng quầy số {}", it.number)));
    lines
}
