//! What of receptions waits for whoever signs in: his own next one, warnings of the calendar, promises that are due.

use domain::{access::Action, text};
use jiff::ToSpan as _;
use people::staff::facts as staff;
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{
    ADDRESS, calendar_of, promises, service,
    sql::{self, Wanted, book},
    units,
};

/// Days ahead in which a leader is told of his next reception.
const AHEAD_DAYS: i64 = 7;
/// Units whose calendars are checked for one first page.
const UNITS_MAX: usize = 3;

/// See the module.
pub(super) fn awaits(site: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let keeps = units(who, &[Action::ReceptionKeep, Action::ReceptionManage]);
    let Some(home) = who.home().filter(|_| !keeps.is_empty()) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let today = who.today();
    let line = who.tree.line(home);
    let near: Vec<_> = keeps.iter().filter(|(id, _)| line.contains(id)).take(UNITS_MAX).collect();
    let mine = staff::place_of_account(tx, who.account, today)?;
    for (unit, title) in near {
        let wanted = Wanted {
            units: vec![*unit],
            from: today,
            until: today.saturating_add(AHEAD_DAYS.days()),
            posted: false,
        };
        let next = sql::days(tx, &wanted)?.into_iter().find(|it| {
            it.state == domain::reception::DayState::Planned
                && mine.as_ref().is_some_and(|(at, title)| {
                    *at == it.unit && (it.title == *title || it.substitute_title == *title)
                })
        });
        if let Some(it) = next {
            lines.push(Awaiting {
                label: format!("Ông, bà tiếp công dân {} {}", it.hours(), text::date(it.day)),
                href: format!("{ADDRESS}/buoi/{}", it.id),
                opens: "Mở buổi tiếp",
                ..Awaiting::default()
            });
        }
        let kind = who.tree.unit(*unit).map(|it| it.kind.clone()).unwrap_or_default();
        let calendar = calendar_of(site, who, tx, *unit)?;
        let has_rules = !sql::rules(tx, vec![*unit], today)?.is_empty();
        let told = service::warnings(tx, &calendar, (*unit, &kind))?;
        if let Some(first) = told.first().filter(|_| has_rules) {
            let (first, more) = (first.trim_end_matches('.'), told.len() - 1);
            let label = if more == 0 {
                format!("Tiếp công dân, {title}: {first}")
            } else {
                format!("Tiếp công dân, {title}: {first} (và {more} việc khác)")
            };
            lines.push(Awaiting {
                label,
                href: format!("{ADDRESS}?don-vi={unit}"),
                opens: "Mở lịch",
                is_bad: true,
                ..Awaiting::default()
            });
        }
    }
    let kept = units(who, &[Action::ReceptionKeep]);
    let ids: Vec<_> = kept.iter().map(|it| it.0).collect();
    if !ids.is_empty() {
        let open = book::promises(tx, ids, true, None)?;
        let now = who.now.civil();
        let soon = now.saturating_add(3.days());
        let late = open.iter().filter(|it| it.due < now).count();
        let due = open.iter().filter(|it| it.due >= now && it.due < soon).count();
        if late + due > 0 {
            lines.push(Awaiting {
                label: format!(
                    "Việc đã hứa khi tiếp dân: {late} quá hạn, {due} đến hạn trong 3 ngày"
                ),
                href: format!("{}?loc=mo", promises::PAGE),
                opens: "Mở danh sách",
                is_bad: late > 0,
                ..Awaiting::default()
            });
        }
    }
    Ok(lines)
}
