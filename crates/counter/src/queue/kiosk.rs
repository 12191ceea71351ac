//! The kiosk: choose what you come for, say whether you go first, take a number; and the page of that
//! number on a telephone.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    ids::{LaneId, UnitId},
    queue::TicketStatus,
};
use site::{
    Asked, Failure, Filled, Html, Lang, Path, Redirect, Shell, Site, State, Who, Words,
    form::{Before, Sending},
};
use store::{Fault, Tx};

use super::{
    calendar_of, limit, offered,
    service::{self, BookingRefused, Queue},
    sql::{Lane, bookings, tickets},
};

/// The cookie of a browser that stands in the hall.
const COOKIE: &str = "mc_ki_ot";
/// Numbers within [`WINDOW_S`] from a kiosk, and from any other address: behind one stands a whole hall
/// on the same network.
const FROM_KIOSK: u32 = 150;
const FROM_ELSEWHERE: u32 = 40;
const WINDOW_S: i64 = 15 * 60;
/// Codes tried within [`WINDOW_S`].
const CODES_MOST: u32 = 20;

/// What a lane is called in the reader's language.
pub(super) fn name_of(lane: &Lane, lang: Lang) -> String {
    match lang {
        Lang::En if !lane.name_en.is_empty() => lane.name_en.clone(),
        _ => lane.name.clone(),
    }
}

struct LaneView {
    id: LaneId,
    letter: String,
    name: String,
    wait: String,
}

#[derive(Template)]
#[template(path = "queue/templates/kiosk.html")]
struct Kiosk {
    shell: Shell,
    unit: UnitId,
    title: String,
    lanes: Vec<LaneView>,
    priorities: Vec<super::Offered>,
    is_open: bool,
    closed: Vec<String>,
    once: String,
    books: bool,
    /// The priority that was chosen.
    chosen: String,
    wrong: String,
    /// The secret of the number that the same page took before; mostly empty.
    taken: String,
    other: &'static str,
}

/// Why no number was given.
#[derive(Default)]
struct Wrong {
    wrong: String,
    taken: String,
}

impl From<String> for Wrong {
    fn from(wrong: String) -> Self {
        Self { wrong, taken: String::new() }
    }
}

/// “khoảng 12 phút” in the reader's language.
pub(super) fn about(words: Words, minutes: i64) -> String {
    if minutes <= 0 {
        return words.say("queue-no-wait");
    }
    words.say_with("queue-about", &[("minutes", &minutes.to_string())])
}

/// Each open lane, how many wait in it, and how long one waits who comes now. Before him go also those
/// of other lanes whom the same desks serve; they lengthen his wait, they do not stand in his lane.
pub(super) fn waits(tx: &mut Tx<'_>, queue: &Queue) -> Result<Vec<(Lane, i64, i64)>, Fault> {
    let day = tx.now().civil().date();
    let waiting = tickets::of_day(tx, queue.unit.unit, day, TicketStatus::Waiting)?;
    let mut waits = Vec::new();
    for lane in queue.lanes.iter().filter(|it| !it.closed) {
        let desks = queue.desks_of(lane.id);
        let there = waiting.iter().filter(|it| desks.iter().any(|d| d.lanes.contains(&it.lane)));
        let ahead = i64::try_from(there.count()).unwrap_or(i64::MAX);
        let own = waiting.iter().filter(|it| it.lane == lane.id).count();
        let own = i64::try_from(own).unwrap_or(i64::MAX);
        waits.push((lane.clone(), own, service::expected(tx, queue, lane, ahead)?));
    }
    Ok(waits)
}

/// The hours of today, such as “07:30–12:00, 13:30–17:00”; empty on a day off.
pub(super) fn hours_today(calendar: &domain::calendar::WorkCalendar, who: &Who) -> String {
    let day = who.today();
    let spans =
        if calendar.works_on(day) { calendar.hours.spans(day) } else { calendar.hours.duty(day) };
    let shown = spans
        .iter()
        .map(|it| format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M")));
    shown.collect::<Vec<_>>().join(", ")
}

/// What is said where no numbers are given now: the hours of today and when it opens next.
pub(super) fn closed(
    words: Words,
    calendar: &domain::calendar::WorkCalendar,
    who: &Who,
) -> Vec<String> {
    let hours = hours_today(calendar, who);
    let today = if hours.is_empty() {
        words.say("queue-day-off")
    } else {
        words.say_with("queue-hours", &[("hours", &hours)])
    };
    let next = calendar.opens_after(who.now.civil());
    let next = next.map(|it| words.say_with("queue-opens", &[("when", &words.moment(it))]));
    std::iter::once(today).chain(next).collect()
}

/// GET `/lay-so/{unit}`
pub async fn kiosk(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, unit, "", Wrong::default()).await
}

async fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    chosen: &str,
    wrong: Wrong,
) -> Result<Html<String>, Failure> {
    let (inner, asker, shell) = (site.clone(), who.clone(), site.shell(who));
    let chosen = chosen.to_owned();
    let page = site
        .read(who, move |tx| {
            let queue = Queue::load(tx, unit)?;
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            let words = shell.words;
            let lanes = waits(tx, &queue)?
                .into_iter()
                .map(|(lane, _, minutes)| LaneView {
                    id: lane.id,
                    letter: lane.letter.clone(),
                    name: name_of(&lane, asker.lang),
                    wait: about(words, minutes),
                })
                .collect();
            Ok(Kiosk {
                unit,
                title: asker.tree.title(unit).to_owned(),
                lanes,
                priorities: offered(&asker, queue.unit.elder_age, asker.lang),
                is_open: queue.gives_at(&calendar, asker.now.civil()),
                closed: closed(shell.words, &calendar, &asker),
                once: site::form::new_token(),
                books: queue.unit.days_ahead > 0,
                chosen,
                wrong: wrong.wrong,
                taken: wrong.taken,
                other: asker.lang.other().code(),
                shell,
            })
        })
        .await?;
    site.page(&page)
}

/// Whether the browser stands in the hall of this unit.
fn is_kiosk(site: &Site, headers: &HeaderMap, unit: UnitId) -> bool {
    let sealed = site::who::cookie(headers, COOKIE);
    sealed.and_then(|it| site.seal.open("kiosk", it).ok()).is_some_and(|it| it == unit.to_string())
}

/// The cookie that makes a browser the kiosk of a unit.
pub(super) fn cookie_for(site: &Site, unit: UnitId) -> Result<String, Failure> {
    let sealed = site.seal.close("kiosk", &unit.to_string())?;
    let secure = if site.config.tls { "; Secure" } else { "" };
    Ok(format!("{COOKIE}={sealed}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"))
}

/// What a refused booking says.
pub(super) fn say(words: Words, no: BookingRefused) -> String {
    match no {
        BookingRefused::NoSlot => words.say("booking-no-slot"),
        BookingRefused::Full => words.say("booking-full"),
        BookingRefused::Enough => words.say("booking-enough"),
        BookingRefused::Missed => words.say("booking-missed"),
        BookingRefused::Over => words.say("booking-over"),
        BookingRefused::NotNow => words.say("booking-not-now"),
    }
}

/// POST `/lay-so/{unit}`: the next number of a lane, or the number of somebody who booked.
pub async fn take(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let at_kiosk = is_kiosk(&site, &headers, unit);
    let code: String = typed.get("ma").chars().filter(char::is_ascii_digit).collect();
    let lane: Option<LaneId> = typed.get("lan").parse().ok();
    let words = site.shell(&who).words;
    if !code.is_empty() {
        limit(&site, &who, "queue-code", CODES_MOST, WINDOW_S)?;
    } else if lane.is_none() {
        let text = words.say("queue-choose-lane");
        let chosen = typed.get("uu-tien").to_owned();
        return Err(Failure::Mistaken(page(&site, &who, unit, &chosen, text.into()).await?));
    }
    // Every page carries its own: whoever sends none came from no page of ours.
    if typed.get("lan-gui").is_empty() {
        let text = words.say("queue-page-old");
        let chosen = typed.get("uu-tien").to_owned();
        return Err(Failure::Mistaken(page(&site, &who, unit, &chosen, text.into()).await?));
    }
    let sending = Sending::of(&who, &typed, "lan-gui");
    let wanted = typed.get("uu-tien").to_owned();
    let chosen = wanted.clone();
    let (inner, asker) = (site.clone(), who.clone());
    let most = if at_kiosk { FROM_KIOSK } else { FROM_ELSEWHERE };
    let taken = site
        .write(&who, move |tx| {
            let queue = Queue::hold(tx, unit)?;
            match sending.before(tx)? {
                Some(Before::Same(secret)) => return Ok(Ok(secret)),
                Some(Before::Other(secret)) => {
                    let wrong = words.say("queue-taken-before");
                    return Ok(Err(Wrong { wrong, taken: secret }));
                }
                None => {}
            }
            let calendar = calendar_of(&inner, &asker, tx, unit)?;
            if !queue.gives_at(&calendar, asker.now.civil()) {
                return Ok(Err(words.say("queue-closed").into()));
            }
            limit(&inner, &asker, "queue-take", most, WINDOW_S)?;
            let groups = offered(&asker, queue.unit.elder_age, asker.lang);
            let priority = groups.iter().find(|it| it.0 == wanted).map_or("", |it| it.0.as_str());
            let ticket = match lane {
                Some(lane) if code.is_empty() => service::give(tx, &queue, lane, priority, None)?,
                _ => {
                    let found = bookings::by_code(tx, unit, asker.today(), &code)?;
                    let Some(booking) = found else {
                        return Ok(Err(words.say("booking-unknown").into()));
                    };
                    match service::claim(tx, &queue, &booking)? {
                        Ok(it) => it,
                        Err(no) => return Ok(Err(say(words, no).into())),
                    }
                }
            };
            sending.remember(tx, &ticket.secret)?;
            Ok(Ok(ticket.secret))
        })
        .await?;
    match taken {
        Ok(secret) => {
            let back = if at_kiosk { format!("?ki-ot={unit}") } else { String::new() };
            Ok(Redirect::to(&format!("/so/{secret}{back}")).into_response())
        }
        Err(wrong) => Err(Failure::Mistaken(page(&site, &who, unit, &chosen, wrong).await?)),
    }
}

#[derive(Template)]
#[template(path = "queue/templates/ticket.html")]
struct Show {
    shell: Shell,
    label: String,
    title: String,
    lane: String,
    status: String,
    /// `wait`, `go`, or empty.
    state: &'static str,
    ahead: String,
    wait: String,
    taken: String,
    priority: String,
    secret: String,
    kiosk: String,
    qr: String,
    rate: bool,
    unit: UnitId,
}

/// What a ticket's page and its print show.
struct Seen {
    ticket: tickets::Ticket,
    queue: Queue,
    ahead: i64,
    minutes: i64,
}

fn seen(tx: &mut Tx<'_>, secret: &str) -> Result<Seen, Failure> {
    let ticket = tickets::by_secret(tx, secret)?.ok_or(Failure::NotFound)?;
    let now = tx.now();
    // Whoever finds a slip of yesterday learns nothing from it.
    if ticket.day != now.civil().date() {
        return Err(Failure::NotFound);
    }
    let queue = Queue::load(tx, ticket.unit)?;
    let (mut ahead, mut minutes) = (0, 0);
    if ticket.status == TicketStatus::Waiting {
        let waiting = tickets::of_day(tx, ticket.unit, ticket.day, TicketStatus::Waiting)?;
        ahead = queue.ahead(&waiting, &ticket, now);
        if let Some(lane) = queue.lane(ticket.lane) {
            minutes = service::expected(tx, &queue, lane, ahead)?;
        }
    }
    Ok(Seen { ticket, queue, ahead, minutes })
}

/// GET `/so/{secret}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let wanted = secret.clone();
    let seen = site.read(&who, move |tx| seen(tx, &wanted)).await?;
    let (shell, ticket) = (site.shell(&who), seen.ticket);
    let words = shell.words;
    let desk = ticket.desk.and_then(|it| seen.queue.desk(it)).map(|it| it.number.to_string());
    let desk = desk.unwrap_or_default();
    let (status, state) = match ticket.status {
        TicketStatus::Waiting => (words.say("queue-waiting"), "wait"),
        TicketStatus::Called => (words.say_with("queue-called", &[("desk", &desk)]), "go"),
        TicketStatus::Serving => (words.say_with("queue-serving", &[("desk", &desk)]), "go"),
        TicketStatus::Done => (words.say("queue-done"), ""),
        TicketStatus::Missed => (words.say("queue-missed"), ""),
    };
    let groups = offered(&who, seen.queue.unit.elder_age, who.lang);
    let address = format!("{}/so/{secret}", site.config.base_url);
    let page = Show {
        label: ticket.label(),
        title: who.tree.title(ticket.unit).to_owned(),
        lane: seen.queue.lane(ticket.lane).map_or_else(String::new, |it| name_of(it, who.lang)),
        status,
        state,
        ahead: words.say_with("queue-ahead", &[("count", &seen.ahead.to_string())]),
        wait: about(words, seen.minutes),
        taken: words.moment(ticket.taken.civil()),
        priority: groups
            .into_iter()
            .find(|it| it.0 == ticket.priority)
            .map_or_else(String::new, |it| it.1),
        kiosk: asked
            .get("ki-ot")
            .parse::<UnitId>()
            .map_or_else(|_| String::new(), |it| it.to_string()),
        qr: prints::qr_svg(&address).map_err(|e| Fault::Broken(e.to_string()))?,
        rate: ticket.status == TicketStatus::Done,
        unit: ticket.unit,
        secret,
        shell,
    };
    site.page(&page)
}

/// GET `/so/{secret}/in`: the slip for a roll of 80 mm.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    limit(&site, &who, "queue-print", 60, WINDOW_S)?;
    let wanted = secret.clone();
    let seen = site.read(&who, move |tx| seen(tx, &wanted)).await?;
    let (ticket, words) = (&seen.ticket, site.shell(&who).words);
    let groups = offered(&who, seen.queue.unit.elder_age, who.lang);
    let slip = prints::TicketSlip {
        unit: who.tree.title(ticket.unit).to_owned(),
        heading: words.say("queue-your-number"),
        label: ticket.label(),
        lane: seen.queue.lane(ticket.lane).map_or_else(String::new, |it| name_of(it, who.lang)),
        priority: groups
            .into_iter()
            .find(|it| it.0 == ticket.priority)
            .map_or_else(String::new, |it| it.1),
        ahead: words.say_with("queue-ahead", &[("count", &seen.ahead.to_string())]),
        wait: about(words, seen.minutes),
        taken: words.moment(ticket.taken.civil()),
        follow: words.say("queue-follow"),
        url: format!("{}/so/{secret}", site.config.base_url),
        demo: site.config.demo,
    };
    let made = tokio::task::spawn_blocking(move || prints::render_ticket(&slip)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    let name = format!("so-{}.pdf", ticket.label());
    Ok(site::file(bytes, "application/pdf", &name, false))
}
