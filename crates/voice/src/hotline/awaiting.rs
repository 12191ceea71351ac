//! Calls that are to be called back, and one's own duty, on the first page.

use domain::access::Action;
use people::staff::facts as staff;
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{ADDRESS, chosen, sql, with_shops};

/// See the module.
pub(super) fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let Some(unit) = chosen(who, Action::HotlineKeep, "") else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let due = sql::owed(tx, with_shops(who, unit))?;
    if !due.is_empty() {
        let now = who.now.civil();
        let late = due.iter().filter(|it| **it < now).count();
        lines.push(Awaiting {
            label: format!("{} cuộc gọi đường dây nóng phải gọi lại, {late} quá hẹn", due.len()),
            href: format!("{ADDRESS}?don-vi={unit}&cho=1"),
            is_bad: late > 0,
            ..Awaiting::default()
        });
    }
    let today = who.today();
    let shifts = sql::shifts(tx, unit, (today, today))?;
    if !shifts.is_empty()
        && let Some((_, title)) = staff::place_of_account(tx, who.account, today)?
        && let Some(it) =
            shifts.iter().find(|it| it.title == title && it.until > who.now.civil().time())
    {
        lines.push(Awaiting {
            label: format!(
                "Ông, bà trực đường dây nóng hôm nay {}–{}",
                it.from.strftime("%H:%M"),
                it.until.strftime("%H:%M")
            ),
            href: format!("{ADDRESS}/{unit}/ghi"),
            opens: "Ghi cuộc gọi",
            ..Awaiting::default()
        });
    }
    Ok(lines)
}
