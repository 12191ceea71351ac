//! The figures: how long people wait and are served, by hour, day, lane and desk. Every figure opens its
//! tickets.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::{DeskId, DossierId, LaneId, TicketId, UnitId},
    queue::{Spread, TicketStatus, spread},
};
use jiff::{ToSpan as _, civil::Date};
use people::sheets::{Sheet, to_save};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    desk::units_of,
    service::Queue,
    sql::{
        figures::{self as sql, Filter},
        tickets::{Ticket, dossiers},
    },
};

const ADDRESS: &str = "/co-quan/hang-cho";
/// Days of one look at most.
const DAYS_MOST: i32 = 92;
/// Tickets of one look at most.
const TICKETS_MOST: i64 = 40_000;
/// Lines of one page.
const ROWS: i64 = 50;

struct Asking {
    unit: UnitId,
    units: Vec<UnitId>,
    filter: Filter,
    query: String,
}

fn ask(tx: &mut Tx<'_>, who: &Who, asked: &Typed) -> Result<Option<Asking>, Failure> {
    let units = units_of(tx, who, Action::QueueManage)?;
    let wanted = asked.get("don-vi").parse().ok().map(UnitId);
    let Some(unit) = wanted.filter(|it| units.contains(it)).or_else(|| units.first().copied())
    else {
        return Ok(None);
    };
    let today = who.today();
    let week = today.checked_sub(6.days()).unwrap_or(today);
    let until = site::form::parse_date(asked.get("den")).unwrap_or(today);
    let from = site::form::parse_date(asked.get("tu")).unwrap_or(week.min(until));
    let first = until.checked_sub(i64::from(DAYS_MOST).days()).unwrap_or(until);
    let from = from.clamp(first, until);
    let lane = asked.get("lan").parse().ok().map(LaneId);
    let desk = asked.get("quay").parse().ok().map(DeskId);
    let hour = asked.get("gio").parse().ok().filter(|it| (0..24).contains(it));
    let status = TicketStatus::from_code(asked.get("trang-thai")).map(TicketStatus::code);
    let mut query = format!("don-vi={unit}&tu={from}&den={until}");
    for (name, value) in [
        ("lan", lane.map(|it| it.to_string())),
        ("quay", desk.map(|it| it.to_string())),
        ("gio", hour.map(|it: i64| it.to_string())),
        ("trang-thai", status.map(str::to_owned)),
    ] {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={value}"));
        }
    }
    let filter = Filter { units: vec![unit], from, until, lane, desk, hour, status };
    Ok(Some(Asking { unit, units, filter, query }))
}

/// Seconds as people say them.
fn told(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} giây"),
        (minutes, _) if minutes >= 60 => format!("{} giờ {:02} phút", minutes / 60, minutes % 60),
        (minutes, seconds) => format!("{minutes} phút {seconds:02}"),
    }
}

fn seconds(from: domain::time::Instant, until: domain::time::Instant) -> i64 {
    (until.epoch_ms() - from.epoch_ms()).max(0) / 1000
}

/// Seconds from the ticket to the call.
fn waited(it: &Ticket) -> Option<i64> {
    it.called.map(|at| seconds(it.taken, at))
}

/// Seconds at the desk.
fn served(it: &Ticket) -> Option<i64> {
    match (it.status, it.started, it.finished) {
        (TicketStatus::Done, Some(from), Some(until)) => Some(seconds(from, until)),
        _ => None,
    }
}

struct Line {
    name: String,
    href: String,
    count: usize,
    done: usize,
    missed: usize,
    waits: [String; 3],
    serves: [String; 3],
}

fn three(it: Option<Spread>) -> [String; 3] {
    it.map_or_else(
        || ["–".to_owned(), "–".to_owned(), "–".to_owned()],
        |it| [told(it.mean), told(it.ninety), told(it.longest)],
    )
}

fn line(name: String, href: String, tickets: &[&Ticket]) -> Line {
    let of = |status| tickets.iter().filter(|it| it.status == status).count();
    Line {
        name,
        href,
        count: tickets.len(),
        done: of(TicketStatus::Done),
        missed: of(TicketStatus::Missed),
        waits: three(spread(tickets.iter().filter_map(|it| waited(it)).collect())),
        serves: three(spread(tickets.iter().filter_map(|it| served(it)).collect())),
    }
}

struct Table {
    title: &'static str,
    head: &'static str,
    lines: Vec<Line>,
}

fn table<K: Ord>(
    (title, head): (&'static str, &'static str),
    tickets: &[Ticket],
    key: impl Fn(&Ticket) -> Option<K>,
    named: impl Fn(&K) -> (String, String),
) -> Table {
    let mut groups: BTreeMap<K, Vec<&Ticket>> = BTreeMap::new();
    for it in tickets {
        if let Some(key) = key(it) {
            groups.entry(key).or_default().push(it);
        }
    }
    let lines = groups.iter().map(|(key, tickets)| {
        let (name, href) = named(key);
        line(name, href, tickets)
    });
    Table { title, head, lines: lines.collect() }
}

#[derive(Template)]
#[template(path = "queue/templates/figures.html")]
struct Figures {
    shell: Shell,
    title: String,
    units: Vec<(String, String)>,
    unit: String,
    from: String,
    until: String,
    query: String,
    whole: Line,
    tables: Vec<Table>,
}

struct Loaded {
    asking: Asking,
    whole: Line,
    tables: Vec<Table>,
}

fn load(tx: &mut Tx<'_>, who: &Who, asked: &Typed) -> Result<Option<Loaded>, Failure> {
    let Some(asking) = ask(tx, who, asked)? else { return Ok(None) };
    let queue = Queue::load(tx, asking.unit)?;
    let tickets = sql::tickets(tx, &asking.filter, None, TICKETS_MOST)?;
    let of = |more: String| format!("{ADDRESS}/so?{}{more}", asking.query);
    let all: Vec<&Ticket> = tickets.iter().collect();
    let whole = line("Tất cả".to_owned(), of(String::new()), &all);
    let by_hour = table(
        ("Theo giờ lấy số", "Giờ"),
        &tickets,
        |it| Some(it.taken.civil().hour()),
        |hour| (format!("{hour:02}:00–{hour:02}:59"), of(format!("&gio={hour}"))),
    );
    let (unit, query) = (asking.unit, &asking.query);
    let rest: Vec<&str> = query
        .split('&')
        .filter(|it| !["don-vi=", "tu=", "den="].iter().any(|name| it.starts_with(name)))
        .collect();
    let by_day = table(
        ("Theo ngày", "Ngày"),
        &tickets,
        |it| Some(it.day),
        |day: &Date| {
            let mut href = format!("{ADDRESS}/so?don-vi={unit}&tu={day}&den={day}");
            rest.iter().for_each(|it| href.push_str(&format!("&{it}")));
            (domain::text::date(*day), href)
        },
    );
    let by_lane = table(
        ("Theo làn", "Làn"),
        &tickets,
        |it| Some(it.lane),
        |id| {
            let name = queue
                .lane(*id)
                .map_or_else(String::new, |it| format!("{} – {}", it.letter, it.name));
            (name, of(format!("&lan={id}")))
        },
    );
    let by_desk = table(
        ("Theo quầy", "Quầy"),
        &tickets,
        |it| it.desk,
        |id| {
            let name =
                queue.desk(*id).map_or_else(String::new, |it| format!("Quầy số {}", it.number));
            (name, of(format!("&quay={id}")))
        },
    );
    Ok(Some(Loaded { asking, whole, tables: vec![by_hour, by_day, by_lane, by_desk] }))
}

/// GET `/co-quan/hang-cho/thong-ke`
pub async fn figures(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let loaded =
        site.read(&who, move |tx| load(tx, &asker, &asked)).await?.ok_or(Failure::NotFound)?;
    let asking = loaded.asking;
    site.page(&Figures {
        shell: site.shell(&who),
        title: who.tree.title(asking.unit).to_owned(),
        units: asking
            .units
            .iter()
            .map(|it| (it.to_string(), who.tree.title(*it).to_owned()))
            .collect(),
        unit: asking.unit.to_string(),
        from: domain::text::date(asking.filter.from),
        until: domain::text::date(asking.filter.until),
        query: asking.query,
        whole: loaded.whole,
        tables: loaded.tables,
    })
}

const FIGURE_HEADS: &[(&str, u16)] = &[
    ("Nhóm", 22),
    ("Mục", 34),
    ("Số lượt", 10),
    ("Đã phục vụ", 12),
    ("Vắng mặt", 12),
    ("Chờ trung bình", 16),
    ("Chờ, 90% không quá", 18),
    ("Chờ lâu nhất", 16),
    ("Phục vụ trung bình", 18),
    ("Phục vụ, 90% không quá", 20),
    ("Phục vụ lâu nhất", 18),
];

/// GET `/co-quan/hang-cho/thong-ke/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let loaded =
        site.read(&who, move |tx| load(tx, &asker, &asked)).await?.ok_or(Failure::NotFound)?;
    let row = |title: &str, it: &Line| {
        let mut row = vec![title.to_owned(), it.name.clone()];
        row.extend([it.count, it.done, it.missed].map(|it| it.to_string()));
        row.extend(it.waits.iter().chain(&it.serves).cloned());
        row
    };
    let mut rows = vec![row("Tất cả", &loaded.whole)];
    for table in &loaded.tables {
        rows.extend(table.lines.iter().map(|it| row(table.title, it)));
    }
    let sheet = Sheet { name: "Hàng chờ", heads: FIGURE_HEADS, rows };
    Ok(to_save(&[sheet], &format!("hang-cho-{}.xlsx", who.today()))?)
}

struct TicketLine {
    label: String,
    day: String,
    lane: String,
    priority: bool,
    booked: bool,
    status: &'static str,
    desk: String,
    taken: String,
    called: String,
    waited: String,
    served: String,
    dossiers: Vec<DossierId>,
}

#[derive(Template)]
#[template(path = "queue/templates/tickets.html")]
struct Tickets {
    shell: Shell,
    title: String,
    unit: String,
    units: Vec<(String, String)>,
    lanes: Vec<(String, String)>,
    lane: String,
    desks: Vec<(String, String)>,
    desk: String,
    statuses: Vec<(String, String)>,
    status: String,
    from: String,
    until: String,
    hour: String,
    query: String,
    count: String,
    lines: Vec<TicketLine>,
    next: Option<String>,
}

fn ticket_line(tx: &mut Tx<'_>, queue: &Queue, it: &Ticket) -> Result<TicketLine, Failure> {
    let at = |it: domain::time::Instant| it.civil().strftime("%H:%M:%S").to_string();
    let dash = || "–".to_owned();
    Ok(TicketLine {
        label: it.label(),
        day: domain::text::date(it.day),
        lane: queue.lane(it.lane).map_or_else(String::new, |it| it.name.clone()),
        priority: !it.priority.is_empty(),
        booked: it.slot.is_some(),
        status: it.status.label(),
        desk: it.desk.and_then(|it| queue.desk(it)).map_or_else(dash, |it| it.number.to_string()),
        taken: at(it.taken),
        called: it.called.map_or_else(dash, at),
        waited: waited(it).map_or_else(dash, told),
        served: served(it).map_or_else(dash, told),
        dossiers: dossiers(tx, it.id)?,
    })
}

/// GET `/co-quan/hang-cho/so`
pub async fn tickets(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, shell) = (who.clone(), site.shell(&who));
    let page = site
        .read(&who, move |tx| {
            let asking = ask(tx, &asker, &asked)?.ok_or(Failure::NotFound)?;
            let queue = Queue::load(tx, asking.unit)?;
            let before = asked.get("truoc").parse().ok().map(TicketId);
            let mut found = sql::tickets(tx, &asking.filter, before, ROWS + 1)?;
            let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
            let more = found.len() > full;
            found.truncate(full);
            let next = found.last().filter(|_| more);
            let next = next.map(|it| format!("{ADDRESS}/so?{}&truoc={}", asking.query, it.id));
            let count = sql::count(tx, &asking.filter, TICKETS_MOST)?;
            let mut lines = Vec::new();
            for it in &found {
                lines.push(ticket_line(tx, &queue, it)?);
            }
            let all = |text: &str| vec![(String::new(), text.to_owned())];
            let mut lanes = all("Mọi làn");
            lanes.extend(
                queue
                    .lanes
                    .iter()
                    .map(|it| (it.id.to_string(), format!("{} – {}", it.letter, it.name))),
            );
            let mut desks = all("Mọi quầy");
            desks.extend(
                queue.desks.iter().map(|it| (it.id.to_string(), format!("Quầy số {}", it.number))),
            );
            let mut statuses = all("Mọi trạng thái");
            statuses
                .extend(TicketStatus::ALL.map(|it| (it.code().to_owned(), it.label().to_owned())));
            let filter = &asking.filter;
            Ok(Tickets {
                title: asker.tree.title(asking.unit).to_owned(),
                unit: asking.unit.to_string(),
                units: asking
                    .units
                    .iter()
                    .map(|it| (it.to_string(), asker.tree.title(*it).to_owned()))
                    .collect(),
                lanes,
                lane: filter.lane.map_or_else(String::new, |it| it.to_string()),
                desks,
                desk: filter.desk.map_or_else(String::new, |it| it.to_string()),
                statuses,
                status: filter.status.unwrap_or_default().to_owned(),
                from: domain::text::date(filter.from),
                until: domain::text::date(filter.until),
                hour: filter.hour.map_or_else(String::new, |it| it.to_string()),
                query: asking.query,
                count: format!("{} lượt", domain::text::number(count)),
                lines,
                next,
                shell,
            })
        })
        .await?;
    site.page(&page)
}

const TICKET_HEADS: &[(&str, u16)] = &[
    ("Ngày", 12),
    ("Số", 10),
    ("Làn", 34),
    ("Ưu tiên", 10),
    ("Đặt lịch", 10),
    ("Trạng thái", 16),
    ("Quầy", 8),
    ("Lấy số", 12),
    ("Gọi", 12),
    ("Chờ", 16),
    ("Phục vụ", 16),
    ("Hồ sơ", 20),
];

/// GET `/co-quan/hang-cho/so/xuat`
pub async fn export_tickets(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let rows = site
        .read(&who, move |tx| {
            let asking = ask(tx, &asker, &asked)?.ok_or(Failure::NotFound)?;
            let queue = Queue::load(tx, asking.unit)?;
            let mut rows = Vec::new();
            for it in sql::tickets(tx, &asking.filter, None, TICKETS_MOST)? {
                let it = ticket_line(tx, &queue, &it)?;
                let yes = |it: bool| if it { "có" } else { "" }.to_owned();
                let dossiers: Vec<String> = it.dossiers.iter().map(ToString::to_string).collect();
                rows.push(vec![
                    it.day,
                    it.label,
                    it.lane,
                    yes(it.priority),
                    yes(it.booked),
                    it.status.to_owned(),
                    it.desk,
                    it.taken,
                    it.called,
                    it.waited,
                    it.served,
                    dossiers.join(", "),
                ]);
            }
            Ok(rows)
        })
        .await?;
    let sheet = Sheet { name: "Số thứ tự", heads: TICKET_HEADS, rows };
    Ok(to_save(&[sheet], &format!("so-thu-tu-{}.xlsx", who.today()))?)
}
