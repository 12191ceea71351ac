//! What of cases waits for whoever signs in.

use domain::{
    access::{Action, Scope},
    conduct::Status,
};
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{ADDRESS, OWN, sql};

/// Cases that are counted at most.
const COUNTED_MAX: i64 = 500;

/// The units whose cases somebody handles.
pub(super) fn units(who: &Who) -> Vec<domain::ids::UnitId> {
    match who.scope(Action::ConductHandle) {
        Scope::Everything => who.tree.all().map(|it| it.id).collect(),
        Scope::Units(units) => units,
    }
}

/// Accused, verifier, whoever checks, and whoever handles.
pub(super) fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let now = who.now.civil();
    let mut all = Vec::new();
    if let Some(staff) = who.staff {
        let own = sql::of_person(tx, staff, COUNTED_MAX)?;
        for it in &own {
            let case = &it.case;
            if case.accused == staff && case.may_explain(now) && !case.explained {
                let until = case.explain_until.map_or_else(String::new, domain::text::date_time);
                all.push(Awaiting {
                    label: format!("Vụ việc {}: giải trình trước {until}", it.code),
                    href: format!("{OWN}/{}", it.id),
                    opens: "Giải trình",
                    is_bad: true,
                    ..Awaiting::default()
                });
            }
            let verifies = matches!(case.status, Status::Assigned | Status::Verifying);
            if case.verifier == Some(staff) && verifies && !case.found {
                all.push(Awaiting {
                    label: format!("Vụ việc {} giao ông, bà xác minh", it.code),
                    href: format!("{ADDRESS}/{}", it.id),
                    opens: "Mở vụ việc",
                    is_bad: case.is_late(now),
                    ..Awaiting::default()
                });
            }
        }
        let to_check = sql::to_check(tx, staff)?;
        if let Some(first) = to_check.first() {
            all.push(Awaiting {
                label: format!("{} biện pháp chấn chỉnh chờ ông, bà kiểm tra", to_check.len()),
                href: format!("{ADDRESS}/{}", first.case),
                opens: "Mở vụ việc",
                is_bad: first.due_on < now.date(),
                ..Awaiting::default()
            });
        }
    }
    let units = units(who);
    if units.is_empty() {
        return Ok(all);
    }
    let filter = sql::Filter { units, not_about: who.staff, ..sql::Filter::default() };
    let to_screen = sql::Filter { statuses: vec![Status::Received], ..filter.clone() };
    let waiting = sql::count(tx, &to_screen, COUNTED_MAX)?;
    if waiting > 0 {
        all.push(Awaiting {
            label: format!("{waiting} vụ việc về cán bộ chờ sàng lọc"),
            href: format!("{ADDRESS}?xem=cho-sang-loc"),
            ..Awaiting::default()
        });
    }
    let late = sql::count(tx, &sql::Filter { late_at: Some(now), ..filter }, COUNTED_MAX)?;
    if late > 0 {
        all.push(Awaiting {
            label: format!("{late} vụ việc về cán bộ quá hạn"),
            href: format!("{ADDRESS}?xem=qua-han"),
            is_bad: true,
            ..Awaiting::default()
        });
    }
    Ok(all)
}
