//! What is late, by who holds it: a table to read in ten seconds, and the whole as a workbook.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    calendar::WorkCalendar,
    dossier::{
        Part, Status,
        turn::{filter_label, turn_of},
    },
    ids::{StaffId, UnitId},
    lateness::cause_of,
};
use people::{
    calendar::facts::calendars,
    sheets::{Sheet, to_save},
};
use site::{Asked, Failure, Shell, Site, State, Who};

use super::{
    pages::units_of,
    sql::{self, LateNow},
};
use crate::dossiers::facts as dossiers;

/// Late dossiers that are counted and exported at most.
const LATE_MAX: i64 = 20_000;

struct HolderView {
    name: String,
    unit: String,
    count: String,
    longest: String,
    href: String,
}

#[derive(Template)]
#[template(path = "lateness/templates/overdue.html")]
struct Overdue {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    total: String,
    is_cut: bool,
    holders: Vec<HolderView>,
}

/// What somebody holds that is late.
#[derive(Default)]
struct Load {
    name: String,
    count: i64,
    longest_days: u32,
}

/// Working days that a dossier is late on `today`.
fn days_late(calendar: &WorkCalendar, it: &LateNow, today: jiff::civil::Date) -> u32 {
    calendar.working_days_between(it.due_at.date(), today)
}

/// GET `/co-quan/qua-han`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let unit: Option<UnitId> = asked.get("don-vi").parse().ok().map(UnitId);
    let (inner, asker) = (site.clone(), who.clone());
    let (late, held, calendars) = site
        .read(&who, move |tx| {
            let midnight = asker.today().at(0, 0, 0, 0);
            let late = sql::late(tx, &dossiers::seen(&asker), unit, midnight, LATE_MAX)?;
            let around = dossiers::Around::load(&inner, &asker, tx)?;
            let mut turns = dossiers::Turns::default();
            let mut held = Vec::with_capacity(late.len());
            for it in &late {
                let place = (it.status.as_str(), it.competent);
                held.push(turns.held(tx, &around, it.holder_name.clone(), place)?);
            }
            Ok((late, held, calendars(&inner, tx)?))
        })
        .await?;
    let today = who.today();
    let calendar = |unit: UnitId| calendars.of(&who.tree.line(unit));
    if asked.get("dang") == "xlsx" {
        let rows = late.iter().zip(held);
        let rows = rows.map(|(it, held)| row(&who, calendar(it.unit), it, (today, held))).collect();
        let sheet = Sheet { name: "Hồ sơ quá hạn", heads: HEADS, rows };
        let name = format!("ho-so-qua-han-{today}.xlsx");
        let answer = to_save(&[sheet], &name)?;
        drop(turn);
        return Ok(answer);
    }
    let mut by_holder: BTreeMap<(Option<StaffId>, UnitId, &str), Load> = BTreeMap::new();
    for (it, held) in late.iter().zip(held) {
        // Where nobody is named it is somebody's turn; what is the counter's lies where it came.
        let turn = Status::from_code(&it.status).and_then(turn_of).filter(|_| it.holder.is_none());
        let part = turn.map(|it| it.part);
        let place = if part == Some(Part::Counter) { it.unit } else { it.competent };
        let days = days_late(calendar(it.unit), it, today);
        let load = by_holder.entry((it.holder, place, part.map_or("", Part::code))).or_default();
        // The counter waits for different things.
        load.name = match part {
            Some(Part::Counter) => filter_label(Part::Counter).to_owned(),
            _ => held,
        };
        load.count += 1;
        load.longest_days = load.longest_days.max(days);
    }
    let mut holders: Vec<_> = by_holder.into_iter().collect();
    holders.sort_by_key(|(_, it)| std::cmp::Reverse((it.count, it.longest_days)));
    let holders = holders
        .into_iter()
        .map(|((holder, competent, part), load)| HolderView {
            name: load.name,
            unit: who.tree.title(competent).to_owned(),
            count: domain::text::number(load.count),
            longest: format!("{} ngày làm việc", load.longest_days),
            href: match holder {
                Some(it) => format!("/co-quan/ho-so?nhom=qua-han&xep=hen-tra&can-bo={it}"),
                None => format!(
                    "/co-quan/ho-so?nhom=qua-han&xep=hen-tra&don-vi={competent}&can-bo={}{}",
                    dossiers::TURN,
                    part
                ),
            },
        })
        .collect();
    let total = i64::try_from(late.len()).unwrap_or(i64::MAX);
    let page = site.page(&Overdue {
        shell: site.shell(&who),
        units: units_of(&who),
        unit: unit.map(|it| it.to_string()).unwrap_or_default(),
        total: format!("{} hồ sơ quá hạn", domain::text::number(total)),
        is_cut: total >= LATE_MAX,
        holders,
    })?;
    Ok(page.into_response())
}

const HEADS: &[(&str, u16)] = &[
    ("Mã hồ sơ", 24),
    ("Thủ tục", 50),
    ("Nơi tiếp nhận", 36),
    ("Nơi giải quyết", 36),
    ("Đang giữ", 26),
    ("Trạng thái", 22),
    ("Ngày nhận", 14),
    ("Hẹn trả lần đầu", 16),
    ("Hẹn trả hiện nay", 16),
    ("Quá hạn (ngày làm việc)", 14),
    ("Vướng ở đâu", 36),
];

fn row(
    who: &Who,
    calendar: &WorkCalendar,
    it: &LateNow,
    (today, held): (jiff::civil::Date, String),
) -> Vec<String> {
    let status = Status::from_code(&it.status);
    let day = |at: jiff::civil::DateTime| domain::text::date(at.date());
    vec![
        it.code.clone(),
        it.procedure.clone(),
        who.tree.title(it.unit).to_owned(),
        who.tree.title(it.competent).to_owned(),
        held,
        status.map_or_else(String::new, |it| it.label().to_owned()),
        day(it.received_at),
        it.first_due_at.map_or_else(String::new, day),
        day(it.due_at),
        days_late(calendar, it, today).to_string(),
        status.map_or_else(String::new, |it| cause_of(it).label().to_owned()),
    ]
}
