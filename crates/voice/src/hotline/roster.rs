//! Who answers when: a week of duty, who stands in, and the hours in which nobody does.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, hotline::gaps, ids::UnitId, text};
use jiff::{ToSpan as _, civil::Date};
use people::staff::facts::Holder;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    told,
};
use store::journal::Entry;

use super::{
    ADDRESS, HOTLINE, choices, chosen, log,
    sql::{self, Shift},
    units,
};
use crate::typed::{holder, holder_options, holders, span};

struct ShiftView {
    id: i64,
    hours: String,
    who: String,
    note: String,
}

struct DayView {
    name: String,
    date: String,
    works: bool,
    shifts: Vec<ShiftView>,
    gaps: Vec<String>,
}

#[derive(Template)]
#[template(path = "hotline/templates/roster.html")]
struct Week<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    here: String,
    title: String,
    units: Vec<(String, String)>,
    week: String,
    said: String,
    before: String,
    after: String,
    days: Vec<DayView>,
    gap_count: usize,
    people: Vec<(String, String)>,
    day_choices: Vec<(String, String)>,
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

async fn page(
    site: &Site,
    who: &Who,
    (unit, first): (UnitId, Date),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    demand(who, Action::HotlineKeep, unit)?;
    let last = first.saturating_add(6.days());
    let (inner, asker) = (site.clone(), who.clone());
    let (shifts, people, calendar) = site
        .read(who, move |tx| {
            let shifts = sql::shifts(tx, unit, (first, last))?;
            let people = holders(tx, unit, first.max(asker.today()))?;
            Ok((shifts, people, log::calendar_of(&inner, &asker, tx, unit)?))
        })
        .await?;
    let mut days = Vec::new();
    let mut gap_count = 0;
    for at in 0..7_i64 {
        let day = first.saturating_add(at.days());
        let works = calendar.works_on(day);
        let mine: Vec<&Shift> = shifts.iter().filter(|it| it.day == day).collect();
        let hours = if works { calendar.hours.spans(day) } else { &[] };
        let covered: Vec<_> = mine.iter().map(|it| (it.from, it.until)).collect();
        let open: Vec<String> = gaps(hours, &covered)
            .into_iter()
            .map(|(from, until)| format!("{}–{}", from.strftime("%H:%M"), until.strftime("%H:%M")))
            .collect();
        gap_count += open.len();
        days.push(DayView {
            name: text::weekday(day.weekday()).to_owned(),
            date: text::date(day),
            works,
            gaps: open,
            shifts: mine
                .into_iter()
                .map(|it| ShiftView {
                    id: it.id,
                    hours: format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M")),
                    who: format!("{} – {}", it.name, it.title),
                    note: if it.stands_in_for.is_empty() {
                        String::new()
                    } else {
                        format!("trực thay {}", it.stands_in_for)
                    },
                })
                .collect(),
        });
    }
    let day_choices =
        days.iter().map(|it| (it.date.clone(), format!("{} {}", it.name, it.date))).collect();
    site.page(&Week {
        shell: site.shell(who),
        m,
        unit,
        here: unit.to_string(),
        title: who.tree.title(unit).to_owned(),
        units: choices(&units(who, Action::HotlineKeep)),
        week: first.to_string(),
        said: format!("{} – {}", text::date(first), text::date(last)),
        before: first.saturating_sub(7.days()).to_string(),
        after: first.saturating_add(7.days()).to_string(),
        days,
        gap_count,
        people: holder_options(&people, "– Chọn người trực –"),
        day_choices,
    })
}

/// GET `/co-quan/duong-day-nong/truc?don-vi=&tuan=`
pub(super) async fn week(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = chosen(&who, Action::HotlineKeep, asked.get("don-vi")).ok_or(Failure::NotFound)?;
    let day = site::form::parse_date(asked.get("tuan")).unwrap_or_else(|| who.today());
    let mut typed = Typed::default();
    for (name, value) in [("tu-gio", "07:00"), ("den-gio", "17:00")] {
        typed.set(name, value);
    }
    typed.set("ngay", text::date(day));
    page(&site, &who, (unit, monday(day)), &Mistakes::none(typed)).await
}

async fn people_of(site: &Site, who: &Who, unit: UnitId) -> Result<Vec<Holder>, Failure> {
    let today = who.today();
    site.read(who, move |tx| Ok(holders(tx, unit, today)?)).await
}

/// POST `/co-quan/duong-day-nong/{unit}/truc`; with `ca-tuan=1` for each working day of the week.
pub(super) async fn add(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::HotlineKeep, unit)?;
    let people = people_of(&site, &who, unit).await?;
    let mut fields = Fields::of(typed.clone());
    let chosen = holder(&mut fields, "nguoi", &people);
    let day = fields.date("ngay");
    let hours = span(&mut fields, "tu-gio", "den-gio");
    let whole = (|| Some((chosen?, day?, hours?)))();
    let (chosen, day, (from, until)) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let at = day.unwrap_or_else(|| who.today());
            return Err(Failure::Mistaken(page(&site, &who, (unit, monday(at)), &m).await?));
        }
    };
    let all = typed.has("ca-tuan");
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let calendar = log::calendar_of(&inner, &asker, tx, unit)?;
        let first = monday(day);
        let days: Vec<Date> = if all {
            (0..7_i64)
                .map(|it| first.saturating_add(it.days()))
                .filter(|it| calendar.works_on(*it))
                .collect()
        } else {
            vec![day]
        };
        let known = sql::shifts(tx, unit, (first, first.saturating_add(6.days())))?;
        for day in days {
            let same = known.iter().any(|it| {
                it.day == day
                    && it.position == chosen.position
                    && it.from == from
                    && it.until == until
            });
            if same {
                continue;
            }
            let shift = Shift {
                id: 0,
                unit,
                day,
                from,
                until,
                position: chosen.position,
                name: chosen.name.clone(),
                title: chosen.title.clone(),
                stands_in_for: String::new(),
            };
            sql::insert_shift(tx, &shift)?;
        }
        let details = serde_json::json!({ "day": day, "week": all });
        tx.journal(Entry::new(HOTLINE, unit.0, "plan_duty").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/truc?don-vi={unit}&tuan={day}"), "Đã ghi lịch trực."))
}

/// POST `/co-quan/duong-day-nong/truc/{id}/xoa`
pub(super) async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let it = site
        .write(&who, move |tx| {
            let it = sql::find_shift(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::HotlineKeep, it.unit)?;
            sql::delete_shift(tx, id)?;
            let details = serde_json::json!({ "day": it.day });
            tx.journal(Entry::new(HOTLINE, it.unit.0, "remove_duty").details(&details));
            Ok(it)
        })
        .await?;
    Ok(told(&format!("{ADDRESS}/truc?don-vi={}&tuan={}", it.unit, it.day), "Đã bỏ ca trực."))
}

/// POST `/co-quan/duong-day-nong/truc/{id}/thay`
pub(super) async fn stand_in(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let it = site
        .write(&who, move |tx| {
            let mut it = sql::find_shift(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::HotlineKeep, it.unit)?;
            let people = holders(tx, it.unit, it.day)?;
            let chosen = people.into_iter().find(|p| p.position.to_string() == typed.get("nguoi"));
            let chosen = chosen.ok_or_else(|| {
                Failure::Refused("Chọn người trực thay trong danh sách.".to_owned())
            })?;
            if chosen.position == it.position {
                return Ok(it);
            }
            if it.stands_in_for.is_empty() {
                it.stands_in_for = it.name.clone();
            }
            (it.position, it.name, it.title) = (chosen.position, chosen.name, chosen.title);
            sql::replace(tx, &it)?;
            let details = serde_json::json!({ "day": it.day });
            tx.journal(Entry::new(HOTLINE, it.unit.0, "stand_in_duty").details(&details));
            Ok(it)
        })
        .await?;
    Ok(told(
        &format!("{ADDRESS}/truc?don-vi={}&tuan={}", it.unit, it.day),
        "Đã ghi người trực thay.",
    ))
}
