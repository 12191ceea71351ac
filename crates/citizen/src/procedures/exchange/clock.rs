//! The clock rules of a procedure as lines of a cell, and back.

use domain::{dossier::SuspensionKind, law::AfterSupplement, procedure::ClockRules};

use super::cells::{at_most, escape, named, part, parts, same};

const PAUSES: &str = "Không tính";
const AFTER: &str = "Sau khi bổ sung";
const WAIT: &str = "Ngày làm việc để bổ sung";
const WITHIN: &str = "Ngày làm việc để yêu cầu bổ sung";
const SOURCE: &str = "Căn cứ";

/// Nothing if the procedure has no rules of its own.
pub(super) fn write(it: &ClockRules) -> String {
    if it.is_general() {
        return String::new();
    }
    let pauses: Vec<&str> = it.pauses.iter().map(|it| it.label()).collect();
    let mut lines = vec![format!("{PAUSES} | {}", pauses.join("; "))];
    lines.extend(it.after_supplement.map(|it| format!("{AFTER} | {}", it.label())));
    lines.extend(it.supplement_wait_days.map(|it| format!("{WAIT} | {it}")));
    lines.extend(it.supplement_within_days.map(|it| format!("{WITHIN} | {it}")));
    lines.push(format!("{SOURCE} | {}", escape(&it.source)));
    lines.join("\n")
}

/// The rules that a cell says; those of one-stop if it is empty.
pub(super) fn read(cell: &str) -> Result<ClockRules, String> {
    let mut rules = ClockRules::default();
    for (line, number) in cell.lines().filter(|it| !it.trim().is_empty()).zip(1..) {
        let parts = parts(line);
        let read =
            at_most(&parts, 2).and_then(|()| rule(&mut rules, part(&parts, 0), part(&parts, 1)));
        read.map_err(|why| format!("Dòng {number}: {why}"))?;
    }
    Ok(rules)
}

fn rule(rules: &mut ClockRules, name: &str, value: &str) -> Result<(), String> {
    let days = || {
        value.parse().map(Some).map_err(|_| format!("“{value}” không phải là số ngày: ghi như 10."))
    };
    if same(name, PAUSES) {
        rules.pauses = value
            .split(';')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(|it| named(&ClockRules::PAUSES, SuspensionKind::code, SuspensionKind::label, it))
            .collect::<Result<_, _>>()?;
    } else if same(name, AFTER) {
        let after =
            named(AfterSupplement::ALL, AfterSupplement::code, AfterSupplement::label, value);
        rules.after_supplement = Some(after?);
    } else if same(name, WAIT) {
        rules.supplement_wait_days = days()?;
    } else if same(name, WITHIN) {
        rules.supplement_within_days = days()?;
    } else if same(name, SOURCE) {
        value.clone_into(&mut rules.source);
    } else {
        let known = [PAUSES, AFTER, WAIT, WITHIN, SOURCE].join("; ");
        return Err(format!("“{name}” không có trong danh sách: {known}."));
    }
    Ok(())
}
