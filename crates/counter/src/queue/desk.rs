//! The desk: sit down, call, serve, hand on.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::{AccountId, DeskId, DossierId, LaneId, TicketId, UnitId},
    queue::{TicketStatus, TicketStep},
    time::Instant,
};
use site::{Asked, Failure, Filled, Html, Path, Redirect, Shell, Site, State, Typed, Who, told};
use store::{Tx, journal};

use super::{
    booking::reminder,
    offered,
    service::{self, Queue, Server, To},
    sql::{
        self, Desk, bookings,
        tickets::{self, Ticket},
    },
};

/// Where this page is.
const ADDRESS: &str = "/co-quan/hang-cho";
/// Lines of those who wait that the page shows.
const SHOWN: usize = 12;

/// The one-stop shops with a queue where this person serves.
pub(super) fn units_of(tx: &mut Tx<'_>, who: &Who, action: Action) -> Result<Vec<UnitId>, Failure> {
    let units = sql::all(tx)?.into_iter().map(|it| it.unit);
    Ok(units.filter(|it| who.tree.unit(*it).is_some() && who.can_at(action, *it)).collect())
}

/// The unit that was asked for, else the one where somebody sits, else the first.
fn unit_of(
    tx: &mut Tx<'_>,
    who: &Who,
    asked: &str,
) -> Result<Option<(UnitId, Vec<UnitId>)>, Failure> {
    let units = units_of(tx, who, Action::QueueServe)?;
    let asked = asked.parse().ok().map(UnitId);
    if let Some(it) = asked.filter(|it| units.contains(it)) {
        return Ok(Some((it, units)));
    }
    for unit in &units {
        if sql::desks(tx, *unit)?.iter().any(|it| it.account == Some(who.account)) {
            return Ok(Some((*unit, units)));
        }
    }
    Ok(units.first().copied().map(|it| (it, units)))
}

struct DeskView {
    id: DeskId,
    number: i64,
    lanes: String,
    state: String,
    mine: bool,
    /// Who else sits there: account and name; empty if nobody.
    other: Option<(AccountId, String)>,
}

struct TicketView {
    id: TicketId,
    label: String,
    lane: String,
    priority: String,
    booked: String,
    since: String,
    minutes: i64,
    desk: String,
}

struct Present {
    view: TicketView,
    called: bool,
    calls: i64,
    may_miss: bool,
    dossiers: Vec<DossierId>,
}

#[derive(Template)]
#[template(path = "queue/templates/desk.html")]
struct Page {
    shell: Shell,
    unit: UnitId,
    title: String,
    units: Vec<(UnitId, String)>,
    desks: Vec<DeskView>,
    mine: Option<DeskView>,
    /// Who took over his desk today; empty if nobody did.
    lost: String,
    paused: bool,
    present: Option<Present>,
    waiting: Vec<TicketView>,
    more: usize,
    missed: Vec<TicketView>,
    lanes: Vec<(LaneId, String)>,
    others: Vec<(DeskId, String)>,
    may_manage: bool,
}

#[derive(Template)]
#[template(path = "queue/templates/no_queue.html")]
struct NoQueue {
    shell: Shell,
    may_manage: bool,
}

fn view(queue: &Queue, who: &Who, it: &Ticket) -> TicketView {
    let groups = offered(who, queue.unit.elder_age, site::Lang::Vi);
    let desk = it.for_desk.or(it.desk).and_then(|it| queue.desk(it));
    TicketView {
        id: it.id,
        label: it.label(),
        lane: queue.lane(it.lane).map_or_else(String::new, |it| it.name.clone()),
        priority: groups
            .into_iter()
            .find(|group| group.0 == it.priority)
            .map_or_else(String::new, |group| group.1),
        booked: it.slot.map_or_else(String::new, |it| it.civil().strftime("%H:%M").to_string()),
        since: it.since.civil().strftime("%H:%M").to_string(),
        minutes: (who.now.epoch_ms() - it.since.epoch_ms()).max(0) / 60_000,
        desk: desk.map_or_else(String::new, |it| format!("quầy {}", it.number)),
    }
}

fn desk_view(tx: &mut Tx<'_>, queue: &Queue, who: &Who, it: &Desk) -> Result<DeskView, Failure> {
    let letters: Vec<_> =
        it.lanes.iter().filter_map(|lane| queue.lane(*lane)).map(|it| it.letter.clone()).collect();
    let sits = match it.account {
        None => None,
        Some(account) => Some((account, people::staff::facts::account_name(tx, account)?)),
    };
    let state = match &sits {
        None => "trống".to_owned(),
        Some((_, name)) if it.paused => format!("{name} (tạm nghỉ)"),
        Some((_, name)) => name.clone(),
    };
    Ok(DeskView {
        id: it.id,
        number: it.number,
        lanes: letters.join(", "),
        state,
        mine: it.account == Some(who.account),
        other: sits.filter(|it| it.0 != who.account),
    })
}

/// GET `/co-quan/hang-cho`
pub async fn desk(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (asker, shell) = (who.clone(), site.shell(&who));
    let may_manage = who.can(Action::QueueManage, domain::access::Object::Anything);
    let page = site
        .read(&who, move |tx| {
            let Some((unit, units)) = unit_of(tx, &asker, asked.get("don-vi"))? else {
                return Ok(Err(NoQueue { shell, may_manage }));
            };
            let queue = Queue::load(tx, unit)?;
            let (now, day) = (asker.now, asker.today());
            let open: Vec<_> = queue.desks.iter().filter(|it| !it.closed).collect();
            let mine = open.iter().find(|it| it.account == Some(asker.account)).copied();
            let mut desks = Vec::new();
            for it in &open {
                desks.push(desk_view(tx, &queue, &asker, it)?);
            }
            let all = tickets::of_day(tx, unit, day, TicketStatus::Waiting)?;
            let serves = |it: &Ticket| match (mine, it.for_desk) {
                (Some(desk), Some(only)) => only == desk.id,
                (Some(desk), None) => desk.lanes.contains(&it.lane),
                (None, _) => true,
            };
            let order: Vec<_> = queue.in_order(&all, now).into_iter().filter(serves).collect();
            let missed = tickets::of_day(tx, unit, day, TicketStatus::Missed)?;
            let present = match mine {
                Some(desk) => tickets::at_desk(tx, desk.id, day)?,
                None => None,
            };
            let present = match present {
                Some(it) => Some(Present {
                    view: view(&queue, &asker, &it),
                    called: it.status == TicketStatus::Called,
                    calls: it.calls,
                    may_miss: it.calls >= queue.unit.rule.calls_least,
                    dossiers: tickets::dossiers(tx, it.id)?,
                }),
                None => None,
            };
            Ok(Ok(Page {
                unit,
                title: asker.tree.title(unit).to_owned(),
                units: units.iter().map(|it| (*it, asker.tree.title(*it).to_owned())).collect(),
                mine: match mine {
                    Some(it) => Some(desk_view(tx, &queue, &asker, it)?),
                    None => None,
                },
                lost: match mine {
                    Some(_) => String::new(),
                    None => lost(tx, &asker, &queue)?.unwrap_or_default(),
                },
                paused: mine.is_some_and(|it| it.paused),
                desks,
                present,
                more: order.len().saturating_sub(SHOWN),
                waiting: order.iter().take(SHOWN).map(|it| view(&queue, &asker, it)).collect(),
                missed: missed
                    .iter()
                    .rev()
                    .take(SHOWN)
                    .map(|it| view(&queue, &asker, it))
                    .collect(),
                lanes: queue
                    .lanes
                    .iter()
                    .filter(|it| !it.closed)
                    .map(|it| (it.id, format!("Làn {}: {}", it.letter, it.name)))
                    .collect(),
                others: open
                    .iter()
                    .filter(|it| Some(it.id) != mine.map(|it| it.id))
                    .map(|it| (it.id, format!("Quầy số {}", it.number)))
                    .collect(),
                may_manage,
                shell,
            }))
        })
        .await?;
    Ok(match page {
        Ok(it) => site.page(&it)?.into_response(),
        Err(it) => site.page(&it)?.into_response(),
    })
}

/// The desk where somebody sits, of a queue that is held.
fn own_desk(tx: &mut Tx<'_>, who: &Who, unit: UnitId) -> Result<(Queue, Server), Failure> {
    site::demand(who, Action::QueueServe, unit)?;
    let queue = Queue::hold(tx, unit)?;
    let mine = queue.desks.iter().find(|it| it.account == Some(who.account)).map(|it| it.id);
    let Some(desk) = mine else {
        let lost = lost(tx, who, &queue)?;
        let why = "Ông, bà chưa ngồi ở quầy nào. Hãy chọn quầy trước.";
        return Err(Failure::Refused(lost.unwrap_or_else(|| why.to_owned())));
    };
    Ok((queue, Server { desk, account: who.account }))
}

/// What the journal calls somebody whose desk another one took over.
const TAKEN_OVER: &str = "desk_taken";

/// Who sits today where this person sat before: for whoever thinks that he still sits there.
fn lost(tx: &mut Tx<'_>, who: &Who, queue: &Queue) -> Result<Option<String>, Failure> {
    let wanted = journal::Wanted {
        subject: Some(TAKEN_OVER.to_owned()),
        subject_id: Some(who.account.0),
        from: Some(Instant::from_civil(who.today().at(0, 0, 0, 0))),
        ..journal::Wanted::default()
    };
    for entry in journal::newest(tx, &wanted, None, 1)? {
        let details: serde_json::Value = serde_json::from_str(&entry.details).unwrap_or_default();
        let at = details.get("desk").and_then(serde_json::Value::as_i64).map(DeskId);
        let desk = at.and_then(|it| queue.desk(it));
        if let Some(desk) = desk.filter(|it| it.account == Some(entry.by)) {
            let name = people::staff::facts::account_name(tx, entry.by)?;
            let time = domain::text::date_time(entry.at.civil());
            return Ok(Some(format!(
                "{name} đã ngồi thay vào quầy số {} lúc {time}. Hãy chọn quầy khác, hoặc trao đổi với \
                 {name} rồi ngồi lại.",
                desk.number
            )));
        }
    }
    Ok(None)
}

fn unit_in(typed: &Typed) -> Result<UnitId, Failure> {
    typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)
}

/// POST `/co-quan/hang-cho/quay`: sit down, get up, pause, go on.
pub async fn sit(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = unit_in(&typed)?;
    let asker = who.clone();
    let text = site
        .write(&who, move |tx| {
            site::demand(&asker, Action::QueueServe, unit)?;
            let queue = Queue::hold(tx, unit)?;
            let day = asker.today();
            let mine = queue.desks.iter().find(|it| it.account == Some(asker.account));
            let busy = match mine {
                Some(it) => tickets::at_desk(tx, it.id, day)?,
                None => None,
            };
            let what = typed.get("viec");
            if let (Some(it), "ngoi" | "roi") = (&busy, what) {
                return Ok(format!(
                    "Chưa rời được: quầy đang có số {}. Hãy bấm “Xong”, “Vắng mặt” hoặc “Trả lại hàng chờ” trước.",
                    it.label()
                ));
            }
            let (desk, text) = match (what, mine) {
                ("ngoi", _) => {
                    // The desk, and who sat there on the page that was pressed.
                    let (wanted, seen) = typed.get("quay").split_once('-').unwrap_or((typed.get("quay"), ""));
                    let wanted = wanted.parse().map(DeskId).map_err(|_| Failure::NotFound)?;
                    let desk = queue.desk(wanted).filter(|it| !it.closed).ok_or(Failure::NotFound)?;
                    // Whoever went home without getting up does not keep the desk: it is taken over.
                    if let Some(it) = tickets::at_desk(tx, desk.id, day)?
                        && desk.account != Some(asker.account)
                    {
                        return Ok(format!(
                            "Quầy số {} đang phục vụ số {}. Hãy chọn quầy khác.",
                            desk.number,
                            it.label()
                        ));
                    }
                    let other = desk.account.filter(|it| *it != asker.account);
                    let name = match other {
                        Some(it) => people::staff::facts::account_name(tx, it)?,
                        None => String::new(),
                    };
                    // Nobody loses a desk to somebody who did not know that he sits there.
                    if let Some(it) = other.filter(|it| it.to_string() != seen) {
                        tracing::debug!(account = it.0, "the desk is taken");
                        return Ok(format!(
                            "Quầy số {} đang có {name} ngồi. Chọn quầy khác; nếu {name} đã rời quầy thì bấm \
                             “Ngồi thay {name}”.",
                            desk.number
                        ));
                    }
                    sql::sit(tx, desk.id, asker.account)?;
                    if let Some(loser) = other {
                        let details = serde_json::json!({"unit": unit, "desk": desk.id});
                        let entry = journal::Entry::new(TAKEN_OVER, loser.0, "take_desk");
                        tx.journal(entry.details(&details));
                        (desk.id, format!("Đã ngồi thay {name} vào quầy số {}.", desk.number))
                    } else {
                        (desk.id, format!("Đã ngồi vào quầy số {}.", desk.number))
                    }
                }
                ("roi", Some(desk)) => {
                    sql::get_up(tx, asker.account)?;
                    (desk.id, format!("Đã rời quầy số {}.", desk.number))
                }
                ("nghi", Some(desk)) => {
                    sql::pause(tx, desk.id, true)?;
                    (desk.id, "Quầy tạm nghỉ: không gọi số mới.".to_owned())
                }
                ("lam-tiep", Some(desk)) => {
                    sql::pause(tx, desk.id, false)?;
                    (desk.id, "Quầy làm việc tiếp.".to_owned())
                }
                _ => return Err(Failure::NotFound),
            };
            let details = serde_json::json!({"unit": unit, "what": what});
            tx.journal(journal::Entry::new("desk", desk.0, "desk").details(&details));
            Ok(text)
        })
        .await?;
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), &text))
}

/// POST `/co-quan/hang-cho/goi`: whoever is next.
pub async fn next(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = unit_in(&typed)?;
    let asker = who.clone();
    // Pressed twice, it calls once: the form says whom the page showed at the desk.
    let shown = typed.get("dang-o-quay").to_owned();
    let called = site
        .write(&who, move |tx| {
            let (queue, by) = own_desk(tx, &asker, unit)?;
            let present = tickets::at_desk(tx, by.desk, asker.today())?;
            let there = present.as_ref().map_or_else(String::new, |it| it.id.to_string());
            if there != shown
                && let Some(it) = present
            {
                return Ok(Some(it.label()));
            }
            Ok(service::call_next(tx, &queue, by)?.map(|it| it.label()))
        })
        .await?;
    let text = match called {
        Some(label) => format!("Đã gọi số {label}."),
        None => "Không còn ai chờ ở các làn của quầy này.".to_owned(),
    };
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), &text))
}

/// Where the form sends a ticket.
fn to(typed: &Typed) -> Option<To> {
    let wanted = typed.get("den");
    if let Some(desk) = wanted.strip_prefix("quay-") {
        return desk.parse().ok().map(|it| To::Desk(DeskId(it)));
    }
    wanted.strip_prefix("lan-").and_then(|it| it.parse().ok()).map(|it| To::Lane(LaneId(it)))
}

/// POST `/co-quan/hang-cho/so/{id}/{step}`
pub async fn step(
    State(site): State<Site>,
    who: Who,
    Path((id, slug)): Path<(TicketId, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    // One press opens the counter; whoever was only called is then being served.
    let opens_intake = slug == "ho-so";
    let step = if opens_intake {
        TicketStep::Start
    } else {
        TicketStep::from_slug(&slug)
            .filter(|it| *it != TicketStep::Call)
            .ok_or(Failure::NotFound)?
    };
    let unit = unit_in(&typed)?;
    let target = to(&typed);
    if step == TicketStep::Transfer && target.is_none() {
        return Err(Failure::Refused("Chưa chọn làn hoặc quầy để chuyển đến.".to_owned()));
    }
    let asker = who.clone();
    let text = site
        .write(&who, move |tx| {
            let (queue, by) = own_desk(tx, &asker, unit)?;
            let ticket = service::ticket_today(tx, unit, id)?;
            let is_here = ticket.desk == Some(by.desk);
            // Pressed twice by the same desk, the second finds what the first made.
            let done_before = match step {
                TicketStep::Start => ticket.status == TicketStatus::Serving,
                TicketStep::Finish => ticket.status == TicketStatus::Done,
                _ => false,
            };
            if is_here && done_before {
                let label = ticket.status.label().to_lowercase();
                return Ok(format!("Số {}: {label}.", ticket.label()));
            }
            let done = service::step(tx, &queue, by, ticket, step, target)?;
            Ok(format!("Số {}: {}.", done.label(), done.status.label().to_lowercase()))
        })
        .await?;
    if opens_intake {
        return Ok(Redirect::to("/co-quan/ho-so/moi").into_response());
    }
    Ok(told(&format!("{ADDRESS}?don-vi={unit}"), &text))
}

struct BookingLine {
    at: String,
    lane: String,
    name: String,
    phone: String,
    code: String,
    state: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "queue/templates/bookings.html")]
struct Bookings {
    shell: Shell,
    title: String,
    unit: UnitId,
    day: String,
    before: String,
    after: String,
    lines: Vec<BookingLine>,
    count: String,
}

/// GET `/co-quan/hang-cho/dat-lich`: who booked for a day, with the words that remind him.
pub async fn bookings(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, shell) = (who.clone(), site.shell(&who));
    let day = site::form::parse_date(asked.get("ngay")).unwrap_or_else(|| who.today());
    let page = site
        .read(&who, move |tx| {
            let (unit, _) = unit_of(tx, &asker, asked.get("don-vi"))?.ok_or(Failure::NotFound)?;
            let queue = Queue::load(tx, unit)?;
            let title = asker.tree.title(unit).to_owned();
            let words = shell.words.in_vietnamese();
            let lines: Vec<_> = bookings::of_day(tx, unit, day)?
                .into_iter()
                .map(|it| BookingLine {
                    at: it.slot_at.strftime("%H:%M").to_string(),
                    lane: queue.lane(it.lane).map_or_else(String::new, |it| it.name.clone()),
                    state: match it.status.as_str() {
                        "booked" => "chưa đến",
                        "arrived" => "đã lấy số",
                        "cancelled" => "đã hủy",
                        _ => "không đến",
                    },
                    text: if it.status == "booked" {
                        reminder(words, &it, &title)
                    } else {
                        String::new()
                    },
                    code: it.code,
                    name: if it.name.is_empty() { "(đã xóa)".to_owned() } else { it.name },
                    phone: it.phone,
                })
                .collect();
            let shown =
                |it: Option<jiff::civil::Date>| it.map_or_else(String::new, |it| it.to_string());
            Ok(Bookings {
                title,
                unit,
                day: domain::text::long_date(day),
                before: shown(day.yesterday().ok()),
                after: shown(day.tomorrow().ok()),
                count: format!("{} lịch hẹn", lines.len()),
                lines,
                shell,
            })
        })
        .await?;
    site.page(&page)
}
