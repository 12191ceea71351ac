//! Boxes that are to be opened or were missed, and openings that are not closed, on the first page of who opens them.

use domain::{access::Action, text};
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{ADDRESS, setup, sql, units};

/// Boxes that one first page looks at.
const BOXES_MAX: usize = 20;

/// See the module.
pub(super) fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let mine = units(who, Action::BoxOpen);
    if mine.is_empty() {
        return Ok(Vec::new());
    }
    let line = who.home().map(|it| who.tree.line(it)).unwrap_or_default();
    let mut lines = Vec::new();
    for it in sql::boxes(tx, mine)?.into_iter().filter(|it| line.contains(&it.unit)).take(BOXES_MAX)
    {
        if let Some(running) = sql::running(tx, it.id)? {
            let waits = running.state == "waiting";
            lines.push(Awaiting {
                label: if waits {
                    format!(
                        "Hòm thư {}: {} đang chờ người thứ hai xác nhận mở",
                        it.place, running.first_name
                    )
                } else {
                    format!("Hòm thư {}: lần mở {} chưa đóng", it.place, text::date(running.day))
                },
                href: format!("{ADDRESS}/lan/{}", running.id),
                opens: "Mở phiên",
                is_bad: running.day < who.today(),
                ..Awaiting::default()
            });
            continue;
        }
        let due = setup::due(tx, &it, who.today())?;
        if let Some(day) = due.missed.or(due.today) {
            lines.push(Awaiting {
                label: match due.missed {
                    Some(_) => format!("Hòm thư {} lẽ ra mở ngày {}", it.place, text::date(day)),
                    None => format!("Hòm thư {} mở hôm nay", it.place),
                },
                href: ADDRESS.to_owned(),
                is_bad: due.missed.is_some(),
                ..Awaiting::default()
            });
        }
    }
    Ok(lines)
}
