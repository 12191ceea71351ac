//! Boxes: where they hang, who holds the keys, when they are opened; and what was opened.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, hotline::missed, ids::UnitId, text};
use jiff::{ToSpan as _, civil::Date};
use people::staff::facts::{self as staff, Holder};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{ADDRESS, BOX, facts, sql, sql::Kept, units};
use crate::typed::{PatternChoices, holder, holder_options, holders, pattern, pattern_choices};

/// Days back and ahead in which openings are looked for.
const DAYS: i64 = 40;

/// When a box is to be opened.
pub(super) struct Due {
    /// A day that has gone by without.
    pub missed: Option<Date>,
    /// Today, if it is not opened yet.
    pub today: Option<Date>,
    /// The next day.
    pub next: Option<Date>,
    pub last: Option<Date>,
}

/// See [`Due`].
pub(super) fn due(tx: &mut Tx<'_>, it: &Kept, today: Date) -> Result<Due, Fault> {
    let last = sql::last_opened(tx, it.id)?;
    let from = it.since.max(today.saturating_sub(DAYS.days()));
    let days = it.pattern.days(from, today.saturating_add(DAYS.days()));
    let missed = missed(&days, last, today);
    let to_come = |day: &&Date| **day >= today && last.is_none_or(|last| last < **day);
    let next = days.iter().find(to_come).copied();
    Ok(Due { missed, today: next.filter(|it| *it == today), next, last })
}

struct BoxView {
    id: i64,
    unit: String,
    place: String,
    keepers: String,
    when: String,
    last: String,
    next: String,
    missed: String,
    running: String,
    opens: bool,
    manages: bool,
}

struct OpeningView {
    id: i64,
    day: String,
    place: String,
    people: String,
    state: &'static str,
    open: bool,
    slips: usize,
    declared: String,
    mismatch: bool,
}

#[derive(Template)]
#[template(path = "boxes/templates/list.html")]
struct List {
    shell: Shell,
    boxes: Vec<BoxView>,
    openings: Vec<OpeningView>,
    manages: Vec<(UnitId, String)>,
}

pub(super) fn state_said(code: &str) -> &'static str {
    match code {
        "waiting" => "Chờ người thứ hai",
        "open" => "Đang mở",
        "closed" => "Đã đóng",
        _ => "Thôi mở",
    }
}

/// GET `/co-quan/hom-thu`
pub(super) async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (boxes, openings) = site
        .read(&who, move |tx| {
            let today = asker.today();
            let seen = units(&asker, Action::FeedbackView);
            let mut boxes = Vec::new();
            for it in sql::boxes(tx, seen.clone())? {
                let due = due(tx, &it, today)?;
                let people = staff::holders(tx, &[it.unit], today)?;
                let keeper = |position| {
                    let found = people.iter().find(|p| p.position == position);
                    found.map_or_else(
                        || "(chưa có người giữ)".to_owned(),
                        |p| format!("{} – {}", p.name, p.title),
                    )
                };
                let running = sql::running(tx, it.id)?;
                boxes.push(BoxView {
                    id: it.id,
                    unit: asker.tree.title(it.unit).to_owned(),
                    keepers: format!("{}; {}", keeper(it.keepers[0]), keeper(it.keepers[1])),
                    when: it.pattern.said(),
                    last: due.last.map_or_else(|| "chưa mở lần nào".to_owned(), text::date),
                    next: due.next.map_or_else(String::new, text::date),
                    missed: due.missed.map_or_else(String::new, text::date),
                    running: running.map_or_else(String::new, |it| it.id.to_string()),
                    opens: asker.can_at(Action::BoxOpen, it.unit),
                    manages: asker.can_at(Action::VoiceManage, it.unit),
                    place: it.place,
                });
            }
            let mut openings = Vec::new();
            for it in sql::openings(tx, seen, 50)? {
                let slips = sql::slips(tx, it.id)?.len();
                let place = sql::any_box(tx, it.kept)?.map(|it| it.place).unwrap_or_default();
                openings.push(OpeningView {
                    id: it.id.0,
                    day: text::date(it.day),
                    place,
                    people: if it.second_name.is_empty() {
                        it.first_name.clone()
                    } else {
                        format!("{}, {}", it.first_name, it.second_name)
                    },
                    state: state_said(&it.state),
                    open: it.state != "closed",
                    slips,
                    mismatch: it.declared.is_some_and(|count| usize::try_from(count) != Ok(slips)),
                    declared: it.declared.map_or_else(String::new, |it| it.to_string()),
                });
            }
            Ok((boxes, openings))
        })
        .await?;
    let manages = units(&who, Action::VoiceManage);
    site.page(&List {
        shell: site.shell(&who),
        boxes,
        openings,
        manages: manages.into_iter().map(|it| (it, who.tree.title(it).to_owned())).collect(),
    })
}

#[derive(Template)]
#[template(path = "boxes/templates/box.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    people: Vec<(String, String)>,
    choices: PatternChoices,
}

fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    (people, m): (&[Holder], &Mistakes),
) -> Result<Html<String>, Failure> {
    site.page(&Form {
        shell: site.shell(who),
        m,
        unit,
        title: who.tree.title(unit).to_owned(),
        people: holder_options(people, "– Chọn người giữ khóa –"),
        choices: pattern_choices(),
    })
}

async fn people_of(site: &Site, who: &Who, unit: UnitId) -> Result<Vec<Holder>, Failure> {
    demand(who, Action::VoiceManage, unit)?;
    let today = who.today();
    site.read(who, move |tx| Ok(holders(tx, unit, today)?)).await
}

/// GET `/co-quan/hom-thu/{unit}/moi`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut typed = Typed::default();
    for (name, value) in [("nhip", "w"), ("thu", "5"), ("lan", "1"), ("ngay-thang", "1")] {
        typed.set(name, value);
    }
    page(&site, &who, unit, (&people, &Mistakes::none(typed)))
}

/// POST `/co-quan/hom-thu/{unit}/moi`
pub(super) async fn add(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let people = people_of(&site, &who, unit).await?;
    let mut fields = Fields::of(typed);
    let place = fields.text("noi", 200);
    let first = holder(&mut fields, "nguoi-1", &people).map(|it| it.position);
    let second = holder(&mut fields, "nguoi-2", &people).map(|it| it.position);
    if first.is_some() && first == second {
        fields.wrong("nguoi-2", "Hai người giữ khóa phải là hai người khác nhau.");
    }
    let pattern = pattern(&mut fields);
    let since = who.today();
    let whole = (|| {
        Some(Kept {
            id: 0,
            unit,
            place: place?,
            keepers: [first?, second?],
            pattern: pattern?,
            since,
        })
    })();
    let it = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, (&people, &m))?)),
    };
    site.write(&who, move |tx| {
        let known = sql::boxes(tx, vec![unit])?;
        if !known.iter().any(|old| old.place == it.place) {
            facts::add(tx, unit, (&it.place, it.pattern), it.keepers)?;
        }
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã ghi hòm thư."))
}

/// POST `/co-quan/hom-thu/hom/{id}/go`
pub(super) async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.write(&who, move |tx| {
        let it = sql::find_box(tx, id)?.ok_or(Failure::NotFound)?;
        demand(&asker, Action::VoiceManage, it.unit)?;
        if sql::running(tx, id)?.is_some() {
            return Err(Failure::Refused(
                "Hòm thư đang được mở. Đóng lần mở trước khi gỡ hòm.".to_owned(),
            ));
        }
        sql::remove_box(tx, id)?;
        tx.journal(Entry::new(BOX, id, "remove_box"));
        Ok(())
    })
    .await?;
    Ok(told(ADDRESS, "Đã gỡ hòm thư; các lần mở vẫn lưu."))
}
