//! The set-up: whether a one-stop shop calls by numbers, its lanes, desks and slots.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use domain::{access::Action, ids::UnitId, queue::QueueRule};
use serde::{Deserialize, Serialize};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State, Typed,
    Who, told,
};
use store::{Fault, Tx, journal::Entry};

use super::{
    elder_ages,
    kiosk::cookie_for,
    service::Queue,
    sql::{self, Lane, QueueUnit},
};

const ADDRESS: &str = "/co-quan/quan-tri/hang-cho";
/// Lanes and desks of a unit at most.
const LANES_MOST: usize = 20;
const DESKS_MOST: i64 = 60;

/// A lane as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanePlan {
    /// Stands before the number.
    pub letter: String,
    /// What people choose.
    pub name: String,
    /// The same in English; may be empty.
    pub name_en: String,
    /// Minutes of one turn, until enough was measured.
    pub serving_minutes: i64,
    /// Bookings of one slot; 0: none.
    pub slot_capacity: i64,
    /// Whether no numbers are given.
    pub closed: bool,
}

/// A desk as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskPlan {
    /// The number above it.
    pub number: i64,
    /// The letters of the lanes that it serves.
    pub lanes: Vec<String>,
    /// Whether it is out of use.
    pub closed: bool,
}

/// A whole queue as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Whether numbers are given.
    pub open: bool,
    /// Minutes before the office opens from when numbers are given.
    pub early_minutes: i64,
    /// The rule of order, the slots and the calls.
    pub rule: QueueRule,
    /// From which age on a priority is offered, years.
    pub elder_age: i64,
    /// Days ahead that can be booked; 0: none.
    pub days_ahead: i64,
    /// Days after which names and telephones of bookings are emptied.
    pub keep_days: i64,
    /// The lanes.
    pub lanes: Vec<LanePlan>,
    /// The desks.
    pub desks: Vec<DeskPlan>,
}

impl Plan {
    /// A plan without lanes and desks, on a day.
    #[must_use]
    pub fn fresh(day: jiff::civil::Date) -> Self {
        Self {
            open: true,
            early_minutes: 30,
            rule: QueueRule::default(),
            elder_age: elder_ages(day).0,
            days_ahead: 7,
            keep_days: 30,
            lanes: Vec::new(),
            desks: Vec::new(),
        }
    }

    /// What stands now.
    pub(super) fn of(queue: &Queue) -> Self {
        let letter_of = |id| queue.lane(id).map(|it| it.letter.clone());
        Self {
            open: queue.unit.open,
            early_minutes: queue.unit.early_minutes,
            rule: queue.unit.rule,
            elder_age: queue.unit.elder_age,
            days_ahead: queue.unit.days_ahead,
            keep_days: queue.unit.keep_days,
            lanes: queue
                .lanes
                .iter()
                .map(|it| LanePlan {
                    letter: it.letter.clone(),
                    name: it.name.clone(),
                    name_en: it.name_en.clone(),
                    serving_minutes: it.serving_minutes,
                    slot_capacity: it.slot_capacity,
                    closed: it.closed,
                })
                .collect(),
            desks: queue
                .desks
                .iter()
                .map(|it| DeskPlan {
                    number: it.number,
                    lanes: it.lanes.iter().filter_map(|id| letter_of(*id)).collect(),
                    closed: it.closed,
                })
                .collect(),
        }
    }

    fn unit(&self, unit: UnitId) -> QueueUnit {
        QueueUnit {
            unit,
            open: self.open,
            early_minutes: self.early_minutes,
            rule: self.rule,
            elder_age: self.elder_age,
            days_ahead: self.days_ahead,
            keep_days: self.keep_days,
            calls: 0,
            edition: 0,
        }
    }
}

/// Sets a unit's queue up as planned. Lanes and desks that the plan does not name are closed: their
/// numbers stay where they stand.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set_up(tx: &mut Tx<'_>, unit: UnitId, plan: &Plan) -> Result<(), Fault> {
    sql::keep_unit(tx, &plan.unit(unit))?;
    let lane = |it: &LanePlan, closed| Lane {
        id: domain::ids::LaneId(0),
        unit,
        letter: it.letter.clone(),
        name: it.name.clone(),
        name_en: it.name_en.clone(),
        serving_minutes: it.serving_minutes,
        slot_capacity: it.slot_capacity,
        closed,
    };
    for it in &plan.lanes {
        sql::keep_lane(tx, &lane(it, it.closed))?;
    }
    let lanes = sql::lanes(tx, unit)?;
    for it in lanes.iter().filter(|it| plan.lanes.iter().all(|p| p.letter != it.letter)) {
        sql::keep_lane(tx, &Lane { closed: true, ..it.clone() })?;
    }
    for it in &plan.desks {
        let served = lanes.iter().filter(|lane| it.lanes.contains(&lane.letter)).map(|it| it.id);
        sql::keep_desk(tx, unit, it.number, it.closed, &served.collect::<Vec<_>>())?;
    }
    for it in sql::desks(tx, unit)? {
        if plan.desks.iter().all(|p| p.number != it.number) {
            sql::keep_desk(tx, unit, it.number, true, &it.lanes)?;
        }
    }
    tx.journal(Entry::new("queue", unit.0, "set_up").details(plan));
    Ok(())
}

struct UnitLine {
    id: UnitId,
    title: String,
    state: &'static str,
    lanes: usize,
    desks: usize,
}

#[derive(Template)]
#[template(path = "queue/templates/units.html")]
struct Units {
    shell: Shell,
    units: Vec<UnitLine>,
}

/// GET `/co-quan/quan-tri/hang-cho`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let units = site
        .read(&who, move |tx| {
            let mut lines = Vec::new();
            for unit in asker.tree.all().filter(|it| it.kind == "one_stop") {
                if !asker.can_at(Action::QueueManage, unit.id) {
                    continue;
                }
                let queue = sql::find(tx, unit.id)?;
                let lanes = sql::lanes(tx, unit.id)?.iter().filter(|it| !it.closed).count();
                let desks = sql::desks(tx, unit.id)?.iter().filter(|it| !it.closed).count();
                lines.push(UnitLine {
                    id: unit.id,
                    title: unit.title.clone(),
                    state: match queue {
                        None => "chưa thiết lập",
                        Some(it) if it.open => "đang cấp số",
                        Some(_) => "tạm ngừng",
                    },
                    lanes,
                    desks,
                });
            }
            Ok(lines)
        })
        .await?;
    site.page(&Units { shell: site.shell(&who), units })
}

struct LaneLine {
    letter: String,
    name: String,
    name_en: String,
    serving: i64,
    capacity: i64,
    closed: bool,
}

struct DeskLine {
    number: i64,
    lanes: Vec<(String, String, bool)>,
    closed: bool,
}

#[derive(Template)]
#[template(path = "queue/templates/setup.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    exists: bool,
    mark: String,
    lanes: Vec<LaneLine>,
    desks: Vec<DeskLine>,
    next_letter: String,
    next_desk: i64,
    base_url: String,
}

const NUMBERS: [(&str, std::ops::RangeInclusive<i64>); 8] = [
    ("mo-som", 0..=120),
    ("uu-tien", 0..=240),
    ("hen-truoc", 0..=240),
    ("khung", 10..=120),
    ("cho-tre", 0..=120),
    ("goi", 1..=5),
    ("dat-truoc", 0..=60),
    ("giu-ngay", 1..=365),
];

fn typed_of(plan: &Plan) -> Typed {
    let mut typed = Typed::default();
    if plan.open {
        typed.set("mo", "1");
    }
    let values = [
        plan.early_minutes,
        plan.rule.priority_minutes,
        plan.rule.booking_minutes,
        plan.rule.slot_minutes,
        plan.rule.grace_minutes,
        plan.rule.calls_least,
        plan.days_ahead,
        plan.keep_days,
    ];
    for ((name, _), value) in NUMBERS.iter().zip(values) {
        typed.set(name, value.to_string());
    }
    typed.set("tuoi", plan.elder_age.to_string());
    typed
}

fn read(typed: Typed, today: jiff::civil::Date) -> Result<Plan, Mistakes> {
    let mut fields = Fields::of(typed);
    let mut read =
        |at: usize| NUMBERS.get(at).and_then(|(name, bounds)| fields.number(name, bounds.clone()));
    let numbers = (read(0), read(1), read(2), read(3), read(4), read(5), read(6), read(7));
    let (_, least) = elder_ages(today);
    let elder_age = fields.number("tuoi", least..=100);
    let open = !fields.typed().get("mo").is_empty();
    let plan = match (numbers, elder_age) {
        (
            (
                Some(early),
                Some(priority),
                Some(booking),
                Some(slot),
                Some(grace),
                Some(calls),
                Some(ahead),
                Some(keep),
            ),
            Some(elder_age),
        ) => Some(Plan {
            open,
            early_minutes: early,
            rule: QueueRule {
                priority_minutes: priority,
                booking_minutes: booking,
                slot_minutes: slot,
                grace_minutes: grace,
                calls_least: calls,
            },
            elder_age,
            days_ahead: ahead,
            keep_days: keep,
            lanes: Vec::new(),
            desks: Vec::new(),
        }),
        _ => None,
    };
    fields.finish(plan)
}

async fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    m: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    site::demand(who, Action::QueueManage, unit)?;
    if who.tree.unit(unit).is_none_or(|it| it.kind != "one_stop") {
        return Err(Failure::NotFound);
    }
    let found = site.read(who, move |tx| match Queue::load(tx, unit) {
        Ok(it) => Ok(Some(it)),
        Err(Failure::NotFound) => Ok(None),
        Err(other) => Err(other),
    });
    let queue = found.await?;
    let plan = queue.as_ref().map_or_else(|| Plan::fresh(who.today()), Plan::of);
    let m = m.unwrap_or_else(|| Mistakes::none(typed_of(&plan)));
    let letters: Vec<&str> = plan.lanes.iter().map(|it| it.letter.as_str()).collect();
    let next_letter = ('A'..='Z').map(String::from).find(|it| !letters.contains(&it.as_str()));
    let next_desk = plan.desks.iter().map(|it| it.number).max().unwrap_or(0) + 1;
    let open_lanes: Vec<_> = plan.lanes.iter().filter(|it| !it.closed).collect();
    let desks = plan
        .desks
        .iter()
        .map(|desk| DeskLine {
            number: desk.number,
            closed: desk.closed,
            lanes: open_lanes
                .iter()
                .map(|it| (it.letter.clone(), it.name.clone(), desk.lanes.contains(&it.letter)))
                .collect(),
        })
        .chain(std::iter::once(DeskLine {
            number: 0,
            closed: false,
            lanes: open_lanes.iter().map(|it| (it.letter.clone(), it.name.clone(), true)).collect(),
        }))
        .collect();
    site.page(&Form {
        shell: site.shell(who),
        unit,
        title: who.tree.title(unit).to_owned(),
        exists: queue.is_some(),
        mark: queue.map_or_else(String::new, |it| it.unit.edition.to_string()),
        lanes: plan
            .lanes
            .iter()
            .map(|it| LaneLine {
                letter: it.letter.clone(),
                name: it.name.clone(),
                name_en: it.name_en.clone(),
                serving: it.serving_minutes,
                capacity: it.slot_capacity,
                closed: it.closed,
            })
            .collect(),
        desks,
        next_letter: next_letter.unwrap_or_default(),
        next_desk,
        base_url: site.config.base_url.clone(),
        m: &m,
    })
}

/// GET `/co-quan/quan-tri/hang-cho/{unit}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, unit, None).await
}

/// What the form was filled from must still stand.
fn check_mark(tx: &mut Tx<'_>, unit: UnitId, mark: &str) -> Result<(), Failure> {
    let found = sql::hold(tx, unit)?.map_or_else(String::new, |it| it.edition.to_string());
    if found == mark {
        return Ok(());
    }
    Err(Failure::Refused(
        "Thiết lập hàng chờ vừa được người khác sửa. Hãy tải lại trang rồi sửa tiếp.".to_owned(),
    ))
}

/// POST `/co-quan/quan-tri/hang-cho/{unit}`: the rule, the slots, the opening.
pub async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    site::demand(&who, Action::QueueManage, unit)?;
    if who.tree.unit(unit).is_none_or(|it| it.kind != "one_stop") {
        return Err(Failure::NotFound);
    }
    let mark = typed.get("an-ban").to_owned();
    let plan = match read(typed, who.today()) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, Some(m)).await?)),
    };
    site.write(&who, move |tx| {
        check_mark(tx, unit, &mark)?;
        sql::keep_unit(tx, &plan.unit(unit))?;
        tx.journal(Entry::new("queue", unit.0, "rule").details(&plan));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{unit}"), "Đã lưu cách xếp hàng."))
}

/// POST `/co-quan/quan-tri/hang-cho/{unit}/lan`: a lane, known by its letter.
pub async fn keep_lane(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    site::demand(&who, Action::QueueManage, unit)?;
    let mark = typed.get("an-ban").to_owned();
    let mut fields = Fields::of(typed);
    let letter = fields.choice("chu", |it| {
        let mut letters = it.chars();
        letters.next().filter(|it| it.is_ascii_uppercase() && letters.next().is_none())
    });
    let name = fields.text("ten-lan", 80);
    let name_en = fields.optional_text("ten-anh", 80);
    let serving = fields.number("phut", 1..=240);
    let capacity = fields.number("suc-chua", 0..=50);
    let closed = !fields.typed().get("dong").is_empty();
    let whole = match (letter, name, name_en, serving, capacity) {
        (Some(letter), Some(name), Some(name_en), Some(serving_minutes), Some(slot_capacity)) => {
            Some(Lane {
                id: domain::ids::LaneId(0),
                unit,
                letter: letter.to_string(),
                name,
                name_en,
                serving_minutes,
                slot_capacity,
                closed,
            })
        }
        _ => None,
    };
    let lane = fields.finish(whole).or_show_again(refused)?;
    site.write(&who, move |tx| {
        check_mark(tx, unit, &mark)?;
        let known = sql::lanes(tx, unit)?;
        if known.len() >= LANES_MOST && known.iter().all(|it| it.letter != lane.letter) {
            return Err(Failure::Refused(format!("Tối đa {LANES_MOST} làn.")));
        }
        sql::keep_lane(tx, &lane)?;
        let details = serde_json::json!({
            "letter": lane.letter, "name": lane.name, "minutes": lane.serving_minutes,
            "capacity": lane.slot_capacity, "closed": lane.closed,
        });
        tx.journal(Entry::new("queue", unit.0, "lane").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{unit}"), "Đã lưu làn."))
}

/// Small forms of which a page holds many: what is wrong is said on a page of its own.
fn refused(m: Mistakes) -> Result<Html<String>, Failure> {
    let texts: Vec<String> =
        m.by_field.into_iter().map(|(field, it)| format!("{}: {it}", label(&field))).collect();
    Err(Failure::Refused(texts.join(" ")))
}

fn label(field: &str) -> &'static str {
    match field {
        "chu" => "Chữ của làn",
        "ten-lan" => "Tên làn",
        "ten-anh" => "Tên tiếng Anh",
        "phut" => "Số phút một lượt",
        "suc-chua" => "Số người mỗi khung giờ",
        _ => "Số quầy",
    }
}

/// POST `/co-quan/quan-tri/hang-cho/{unit}/quay`: a desk, known by its number.
pub async fn keep_desk(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    site::demand(&who, Action::QueueManage, unit)?;
    let mark = typed.get("an-ban").to_owned();
    let letters: Vec<String> = typed.all("lan").map(str::to_owned).collect();
    let closed = !typed.get("dong").is_empty();
    let mut fields = Fields::of(typed);
    let number = fields.number("so-quay", 1..=DESKS_MOST);
    let number = fields.finish(number).or_show_again(refused)?;
    site.write(&who, move |tx| {
        check_mark(tx, unit, &mark)?;
        let lanes = sql::lanes(tx, unit)?;
        let served: Vec<_> =
            lanes.iter().filter(|it| letters.contains(&it.letter)).map(|it| it.id).collect();
        if served.is_empty() && !closed {
            return Err(Failure::Refused("Chọn ít nhất một làn cho quầy.".to_owned()));
        }
        sql::keep_desk(tx, unit, number, closed, &served)?;
        let details = serde_json::json!({"number": number, "lanes": letters, "closed": closed});
        tx.journal(Entry::new("queue", unit.0, "desk").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{ADDRESS}/{unit}"), &format!("Đã lưu quầy số {number}.")))
}

/// POST `/co-quan/quan-tri/hang-cho/{unit}/ki-ot`: this browser stands in the hall from now on.
pub async fn make_kiosk(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    site::demand(&who, Action::QueueManage, unit)?;
    site.write(&who, move |tx| {
        Queue::load(tx, unit)?;
        tx.journal(Entry::new("queue", unit.0, "kiosk"));
        Ok(())
    })
    .await?;
    let mut response = told(&format!("/lay-so/{unit}"), "Máy này là ki-ốt lấy số của đơn vị.");
    if let Ok(value) = HeaderValue::from_str(&cookie_for(&site, unit)?) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
