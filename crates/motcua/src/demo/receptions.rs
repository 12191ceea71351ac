//! When leaders receive citizens, which numbers hang on the boards of hotlines, where the suggestion boxes are.

use domain::{ids::PositionId, procedure::Tier, reception::Pattern, time::Instant};
use jiff::{
    ToSpan as _,
    civil::{Date, Weekday, time},
};
use people::{calendar::facts as calendar, staff::facts as staff};
use store::{Db, Fault, Stamp, Tx};
use voice::{
    boxes::facts as boxes,
    hotline::facts as hotline,
    reception::facts::{self as reception, NewRule},
};

use super::office::{Body, Office};

/// Plans and posts, hangs numbers and boxes up, in every body.
pub(super) fn play(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        let calendars = calendar::load(tx)?;
        let tree = site::tree_of(tx)?;
        for body in &office.bodies {
            around(tx, calendars.of(&tree.line(body.body)), body)?;
        }
        Ok(())
    })
}

/// How the head of a body receives from a day on.
pub(super) fn rules(
    body: &Body,
    position: PositionId,
    (from, until): (Date, Option<Date>),
) -> Vec<NewRule> {
    let patterns = match body.tier {
        Tier::District => {
            vec![Pattern::NthWeekday(1, Weekday::Tuesday), Pattern::NthWeekday(3, Weekday::Tuesday)]
        }
        _ => vec![Pattern::Weekly(Weekday::Thursday)],
    };
    let rule = |pattern| NewRule {
        unit: body.body,
        position,
        is_head: true,
        pattern,
        hours: (time(7, 30, 0, 0), time(11, 0, 0, 0)),
        place: format!("Phòng tiếp công dân, trụ sở UBND {}", body.place),
        slot_minutes: 30,
        from,
        until,
    };
    patterns.into_iter().map(rule).collect()
}

fn around(
    tx: &mut Tx<'_>,
    calendar: &domain::calendar::WorkCalendar,
    body: &Body,
) -> Result<(), Fault> {
    let day = tx.now().civil().date();
    let people = staff::holders(tx, &[body.body], day)?;
    let Some(head) = people.iter().find(|it| it.signs).or_else(|| people.first()) else {
        return Ok(());
    };
    for rule in rules(body, head.position, (day, None)) {
        reception::add_rule(tx, calendar, &rule)?;
    }
    reception::publish(tx, body.body, day.saturating_add(2.months()).last_of_month())?;
    let hours = "Giờ hành chính các ngày làm việc";
    for it in people.iter().filter(|it| it.signs && !it.phone.is_empty()) {
        hotline::add(tx, body.body, Some(it.position), ("", "", hours))?;
    }
    let keepers: Vec<PositionId> = people.iter().map(|it| it.position).take(2).collect();
    if let [first, second] = keepers.as_slice() {
        let place = format!("Sảnh Bộ phận Một cửa {}", body.place);
        boxes::add(tx, body.body, (&place, Pattern::Weekly(Weekday::Friday)), [*first, *second])?;
    }
    Ok(())
}
