//! A time booked online: lane, day, slot, name and telephone; moved or cancelled with the page's secret.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    identity::Phone,
    ids::{LaneId, UnitId},
};
use jiff::{ToSpan as _, civil::DateTime};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Who,
    form::{Before, SAVED, Sending},
    told,
};
use store::Tx;

use super::{
    calendar_of,
    kiosk::{name_of, say},
    limit, offered,
    service::{self, Queue, Wanted},
    sql::{Lane, bookings},
};

/// Bookings from one address within [`WINDOW_S`]: a whole commune may stand behind the address of its
/// telephone mast. What one person may book is bound by his number.
const BOOKINGS_MOST: u32 = 60;
const WINDOW_S: i64 = 60 * 60;
/// Letters of a name at most.
const NAME_MAX: usize = 80;

pub(super) struct Choice {
    pub value: String,
    pub text: String,
    pub chosen: bool,
}

struct SlotView {
    value: String,
    text: String,
    free: String,
    full: bool,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "queue/templates/book.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    lanes: Vec<Choice>,
    days: Vec<Choice>,
    slots: Vec<SlotView>,
    priorities: Vec<(String, String)>,
    once: String,
    chosen: bool,
    problems: String,
    /// The way to what the same form booked before; mostly empty.
    saved: String,
}

fn day_name(words: site::Words, day: jiff::civil::Date) -> String {
    match words.lang {
        site::Lang::Vi => {
            format!("{} {}", domain::text::weekday(day.weekday()), day.strftime("%d/%m"))
        }
        site::Lang::En => day.strftime("%A %d/%m").to_string(),
    }
}

/// The days that can be booked on: open ones within the unit's days ahead.
fn days(
    queue: &Queue,
    calendar: &domain::calendar::WorkCalendar,
    today: jiff::civil::Date,
) -> Vec<jiff::civil::Date> {
    (0..=queue.unit.days_ahead)
        .filter_map(|it| today.checked_add(it.days()).ok())
        .filter(|it| calendar.works_on(*it) || !calendar.hours.duty(*it).is_empty())
        .collect()
}

fn slot_views(
    tx: &mut Tx<'_>,
    queue: &Queue,
    calendar: &domain::calendar::WorkCalendar,
    (lane, day): (&Lane, jiff::civil::Date),
    (words, chosen): (site::Words, &str),
) -> Result<Vec<SlotView>, Failure> {
    let free = service::free_slots(tx, queue, calendar, lane, day)?;
    Ok(free
        .into_iter()
        .map(|(at, left)| {
            let value = at.strftime("%Y-%m-%dT%H:%M").to_string();
            SlotView {
                text: at.strftime("%H:%M").to_string(),
                free: words.say_with("booking-free", &[("count", &left.to_string())]),
                full: left == 0,
                chosen: value == chosen,
                value,
            }
        })
        .collect())
}

/// GET `/dat-lich/{unit}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, unit, Mistakes::none(asked)).await
}

async fn page(site: &Site, who: &Who, unit: UnitId, m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker, shell) = (site.clone(), who.clone(), site.shell(who));
    let typed = m.typed.clone();
    let (words, lang) = (shell.words, who.lang);
    let (lanes, days, slots, chosen) = site
        .read(who, move |tx| {
            let queue = Queue::load(tx, unit)?;
            if queue.unit.days_ahead == 0 || !queue.unit.open {
                return Err(Failure::NotFound);
            }
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            let bookable = |it: &&Lane| !it.closed && it.slot_capacity > 0;
            let lane = queue.lanes.iter().filter(bookable);
            let lane = lane.clone().find(|it| it.id.to_string() == typed.get("lan"));
            let open_days = days(&queue, &calendar, asker.today());
            let day = open_days.iter().find(|it| it.to_string() == typed.get("ngay")).copied();
            let slots = match (lane, day) {
                (Some(lane), Some(day)) => {
                    slot_views(tx, &queue, &calendar, (lane, day), (words, typed.get("gio")))?
                }
                _ => Vec::new(),
            };
            let lanes: Vec<Choice> = queue
                .lanes
                .iter()
                .filter(bookable)
                .map(|it| Choice {
                    value: it.id.to_string(),
                    text: name_of(it, lang),
                    chosen: lane.is_some_and(|lane| lane.id == it.id),
                })
                .collect();
            let days: Vec<Choice> = open_days
                .into_iter()
                .map(|it| Choice {
                    value: it.to_string(),
                    text: day_name(words, it),
                    chosen: day == Some(it),
                })
                .collect();
            let elder_age = queue.unit.elder_age;
            Ok(((lanes, elder_age), days, slots, lane.is_some() && day.is_some()))
        })
        .await?;
    let (lanes, elder_age) = lanes;
    let mut priorities = vec![(String::new(), words.say("queue-no-priority"))];
    priorities.extend(offered(who, elder_age, lang));
    site.page(&Form {
        unit,
        title: who.tree.title(unit).to_owned(),
        lanes,
        days,
        slots,
        priorities,
        once: site::form::new_token(),
        chosen,
        problems: words.say("problems"),
        saved: m.at(SAVED).to_owned(),
        m: &m,
        shell,
    })
}

/// Why no time was booked.
enum Unbooked {
    Refused(String),
    /// The form booked one before, with other words; its secret.
    Before(String),
}

/// POST `/dat-lich/{unit}`
pub async fn book(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let sending = Sending::of(&who, &typed, "lan-gui");
    let again_with = sending.clone();
    let mut mistakes = std::collections::BTreeMap::new();
    let lane: Option<LaneId> = typed.get("lan").parse().ok();
    let slot_at: Option<DateTime> = typed.get("gio").parse().ok();
    if lane.is_none() || slot_at.is_none() {
        mistakes.insert("gio".to_owned(), words.say("booking-choose"));
    }
    let mut fields = Fields::of(typed.clone());
    let name = fields.text("ten", NAME_MAX);
    if name.is_none() {
        mistakes.insert("ten".to_owned(), words.say("booking-name-owed"));
    }
    let phone = Phone::parse(typed.get("dien-thoai")).ok();
    if phone.is_none() {
        mistakes.insert("dien-thoai".to_owned(), words.say("booking-phone-owed"));
    }
    let (Some(lane), Some(slot_at), Some(name), Some(phone), true) =
        (lane, slot_at, name, phone, mistakes.is_empty())
    else {
        let m = Mistakes { by_field: mistakes, typed };
        return Err(Failure::Mistaken(page(&site, &who, unit, m).await?));
    };
    let asked = typed.get("uu-tien").to_owned();
    let (inner, asker) = (site.clone(), who.clone());
    let booked = site
        .write(&who, move |tx| {
            let queue = Queue::hold(tx, unit)?;
            match sending.before(tx)? {
                Some(Before::Same(secret)) => return Ok(Ok(secret)),
                Some(Before::Other(secret)) => return Ok(Err(Unbooked::Before(secret))),
                None => {}
            }
            limit(&inner, &asker, "queue-book", BOOKINGS_MOST, WINDOW_S)?;
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            let groups = offered(&asker, queue.unit.elder_age, asker.lang);
            let wanted = Wanted {
                lane,
                slot_at,
                name,
                phone: phone.reveal().to_owned(),
                priority: groups
                    .into_iter()
                    .find(|it| it.0 == asked)
                    .map_or_else(String::new, |it| it.0),
            };
            match service::book(tx, &queue, &calendar, &wanted)? {
                Ok(it) => {
                    sending.remember(tx, &it.secret)?;
                    Ok(Ok(it.secret))
                }
                Err(no) => Ok(Err(Unbooked::Refused(say(words, no)))),
            }
        })
        .await?;
    match booked {
        Ok(secret) => Ok(Redirect::to(&format!("/lich-hen/{secret}")).into_response()),
        Err(Unbooked::Refused(text)) => Err(again(&site, &who, unit, typed, text).await?),
        Err(Unbooked::Before(secret)) => {
            let m = again_with.again(format!("/lich-hen/{secret}"));
            Err(Failure::Mistaken(page(&site, &who, unit, m).await?))
        }
    }
}

async fn again(
    site: &Site,
    who: &Who,
    unit: UnitId,
    typed: Typed,
    text: String,
) -> Result<Failure, Failure> {
    let mut m = Mistakes::none(typed);
    m.by_field.insert("gio".to_owned(), text);
    Ok(Failure::Mistaken(page(site, who, unit, m).await?))
}

#[derive(Template)]
#[template(path = "queue/templates/booking.html")]
struct Show {
    shell: Shell,
    secret: String,
    title: String,
    lane: String,
    when: String,
    code: String,
    open: bool,
    state: String,
    remind: String,
    moving: bool,
    days: Vec<Choice>,
    slots: Vec<SlotView>,
    wrong: String,
}

/// The text that reminds somebody of what he booked.
pub(super) fn reminder(words: site::Words, it: &bookings::Booking, title: &str) -> String {
    let when = words.moment(it.slot_at);
    words.say_with("booking-reminder", &[("when", &when), ("unit", title), ("code", &it.code)])
}

/// GET `/lich-hen/{secret}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    show_page(&site, &who, secret, asked, String::new()).await
}

async fn show_page(
    site: &Site,
    who: &Who,
    secret: String,
    asked: Typed,
    wrong: String,
) -> Result<Html<String>, Failure> {
    let (inner, asker, shell) = (site.clone(), who.clone(), site.shell(who));
    let page = site
        .read(who, move |tx| {
            let words = shell.words;
            let it = bookings::by_secret(tx, &secret)?.ok_or(Failure::NotFound)?;
            let queue = Queue::load(tx, it.unit)?;
            let calendar = calendar_of(&inner, &asker, tx, it.unit)?;
            let title = asker.tree.title(it.unit).to_owned();
            let open_days = days(&queue, &calendar, asker.today());
            let day = open_days.iter().find(|day| day.to_string() == asked.get("ngay")).copied();
            let moving = asked.has("doi") && it.status == "booked";
            let slots = match (queue.lane(it.lane), day, moving) {
                (Some(lane), Some(day), true) => {
                    slot_views(tx, &queue, &calendar, (lane, day), (words, ""))?
                }
                _ => Vec::new(),
            };
            let state = match it.status.as_str() {
                "booked" => words.say("booking-booked"),
                "arrived" => words.say("booking-arrived"),
                "cancelled" => words.say("booking-cancelled"),
                _ => words.say("booking-was-missed"),
            };
            Ok(Show {
                lane: queue
                    .lane(it.lane)
                    .map_or_else(String::new, |lane| name_of(lane, asker.lang)),
                when: words.moment(it.slot_at),
                code: it.code.clone(),
                open: it.status == "booked",
                state,
                remind: reminder(words, &it, &title),
                moving,
                days: open_days
                    .into_iter()
                    .map(|it| Choice {
                        value: it.to_string(),
                        text: day_name(words, it),
                        chosen: day == Some(it),
                    })
                    .collect(),
                slots,
                title,
                secret,
                wrong,
                shell,
            })
        })
        .await?;
    site.page(&page)
}

/// POST `/lich-hen/{secret}`: cancels it, or moves it to another slot.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let slot_at: Option<DateTime> = typed.get("gio").parse().ok();
    let cancels = typed.get("viec") == "huy";
    let (inner, asker, wanted) = (site.clone(), who.clone(), secret.clone());
    let done = site
        .write(&who, move |tx| {
            let found = bookings::by_secret(tx, &wanted)?.ok_or(Failure::NotFound)?;
            let queue = Queue::hold(tx, found.unit)?;
            // Asked again now that nobody else changes it.
            let it = bookings::by_secret(tx, &wanted)?.ok_or(Failure::NotFound)?;
            if cancels {
                return Ok(service::cancel(tx, &it)?);
            }
            let calendar = calendar_of(&inner, &asker, tx, it.unit)?;
            match slot_at {
                Some(at) => Ok(service::move_booking(tx, &queue, &calendar, &it, at)?),
                None => Ok(Err(service::BookingRefused::NoSlot)),
            }
        })
        .await?;
    match done {
        Ok(()) if cancels => {
            Ok(told(&format!("/lich-hen/{secret}"), &words.say("booking-cancelled")))
        }
        Ok(()) => Ok(told(&format!("/lich-hen/{secret}"), &words.say("booking-moved"))),
        Err(no) => {
            let page = show_page(&site, &who, secret, typed, say(words, no)).await?;
            Err(Failure::Mistaken(page))
        }
    }
}
