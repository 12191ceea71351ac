//! What stands on each slide: rows, lines and one large figure, read anew at each request.

use std::collections::BTreeMap;

use citizen::procedures::facts as procedures;
use counter::queue::facts as queue;
use domain::{
    calendar::WorkCalendar,
    ids::UnitId,
    publication::{Measure, Slide},
    text,
    time::Instant,
};
use jiff::{ToSpan as _, civil::Date};
use people::{calendar::facts::calendars, staff::facts as staff};
use site::{Failure, Site, Who, Words};
use store::Tx;
use voice::{hotline::facts as hotline, reception::facts as reception};

use super::sql::{self, Setup};
use crate::meter::count;

/// Rows that a screen shows at once.
pub(super) const ROWS: usize = 10;
/// Receptions that a screen shows at once: each takes two lines.
const RECEPTIONS: usize = 4;
/// Characters of rules that a screen shows at once.
const RULE_CHARS: usize = 520;
/// Working days to come that are told.
const DAYS: u32 = 4;

/// A body with a board of its own, and its one-stop shop.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub body: UnitId,
    pub shop: Option<UnitId>,
    pub title: String,
}

impl Place {
    /// The place that an address names: a body, or its one-stop shop.
    pub fn of(who: &Who, unit: UnitId) -> Result<Self, Failure> {
        let has_board = |id: &UnitId| {
            let found = who.tree.unit(*id);
            found.is_some_and(|it| procedures::tier_of(&it.kind).is_some())
        };
        let body = who.tree.line(unit).into_iter().find(|it| has_board(it));
        let body = body.ok_or(Failure::NotFound)?;
        let is_shop = |id: &UnitId| who.tree.unit(*id).is_some_and(|it| it.kind == "one_stop");
        if unit != body && !is_shop(&unit) {
            return Err(Failure::NotFound);
        }
        let shop = who.tree.children(body).iter().copied().find(is_shop);
        Ok(Self { body, shop, title: who.tree.title(body).to_owned() })
    }
}

/// A line of a slide: what, how much or when, and where it leads on the touch page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub main: String,
    pub side: String,
    pub href: String,
}

/// One slide.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub code: &'static str,
    pub title: String,
    pub seconds: i64,
    pub big: String,
    pub notes: Vec<String>,
    pub rows: Vec<Row>,
    pub mono: bool,
}

fn row(main: impl Into<String>, side: impl Into<String>) -> Row {
    Row { main: main.into(), side: side.into(), href: String::new() }
}

/// What a slide is called.
pub(super) fn title(slide: Slide, words: Words) -> String {
    match slide {
        Slide::Procedures => words.say("bulletin-procedures"),
        Slide::OnDuty => words.say("bulletin-people"),
        Slide::Hotline => words.say("bulletin-hotline"),
        Slide::Reception => words.say("bulletin-reception"),
        Slide::Hours => words.say("bulletin-hours"),
        Slide::Rules => words.say("bulletin-rules"),
        Slide::Queue => words.say("bulletin-queue"),
        Slide::Posting => words.say("bulletin-posting"),
        Slide::Ledger => words.say("bulletin-ledger"),
    }
}

fn by_sector(site: &Site, who: &Who, tx: &mut Tx<'_>, place: &Place) -> Result<Vec<Row>, Failure> {
    let catalogue = procedures::catalogue(site, tx)?;
    let kind = who.tree.unit(place.body).map(|it| it.kind.clone()).unwrap_or_default();
    let Some(tier) = procedures::tier_of(&kind) else { return Ok(Vec::new()) };
    let mut sectors: BTreeMap<(String, String), usize> = BTreeMap::new();
    for it in catalogue.of_tier(tier, who.tree.has_districts()) {
        let sector = &it.body.sector;
        *sectors.entry((text::sort_key(sector), sector.clone())).or_default() += 1;
    }
    let words = Words::new(who.lang);
    let rows = sectors.into_iter().map(|((_, sector), count)| Row {
        href: format!("/kiosk/{}?linh-vuc={}", place.body, site::percent(&sector)),
        main: sector,
        side: words.say_with("bulletin-count", &[("count", &count.to_string())]),
    });
    Ok(rows.collect())
}

/// The hours of a day, such as “07:00–11:30, 13:30–17:00”; empty on a day off.
fn hours(calendar: &WorkCalendar, day: Date) -> String {
    let spans =
        if calendar.works_on(day) { calendar.hours.spans(day) } else { calendar.hours.duty(day) };
    let one = |it: &domain::hours::Span| {
        format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M"))
    };
    spans.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn opening(who: &Who, calendar: &WorkCalendar, words: Words) -> (String, Vec<Row>, Vec<String>) {
    let today = who.today();
    let now = hours(calendar, today);
    let big = if now.is_empty() { words.say("bulletin-closed-today") } else { now };
    let mut rows = Vec::new();
    let mut day = today;
    for _ in 0..DAYS {
        let Some(next) = calendar.nth_after(day, 1) else { break };
        day = next;
        let named = format!(
            "{}, {}",
            text::weekday_in(day.weekday(), words.lang == site::Lang::En),
            text::date(day)
        );
        rows.push(row(named, hours(calendar, day)));
    }
    let soon = today.checked_add(14.days()).unwrap_or(today);
    let off = calendar.entries().iter().filter(|it| today <= it.date && it.date <= soon);
    let notes = off.map(|it| format!("{}: {}", text::date(it.date), it.reason)).take(3).collect();
    (big, rows, notes)
}

/// Rules in pieces that a screen holds, cut between lines.
fn pieces(rules: &str) -> Vec<Vec<String>> {
    let mut pieces: Vec<Vec<String>> = Vec::new();
    let mut room = 0;
    for line in rules.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let size = line.chars().count() + 40;
        match pieces.last_mut().filter(|_| size <= room) {
            Some(last) => last.push(line.to_owned()),
            None => {
                pieces.push(vec![line.to_owned()]);
                room = RULE_CHARS;
            }
        }
        room = room.saturating_sub(size);
    }
    pieces
}

/// One slide of a place, whole; nothing if there is nothing to say.
pub(super) fn whole(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    place: &Place,
    setup: &Setup,
    slide: Slide,
) -> Result<Option<View>, Failure> {
    let words = Words::new(who.lang);
    let planned = setup.slides.iter().find(|it| it.slide == slide);
    let mut view = View {
        code: slide.code(),
        title: title(slide, words),
        seconds: planned.map_or(Slide::SECONDS, |it| it.seconds),
        big: String::new(),
        notes: Vec::new(),
        rows: Vec::new(),
        mono: false,
    };
    let units: Vec<UnitId> = std::iter::once(place.body).chain(place.shop).collect();
    match slide {
        Slide::Procedures => view.rows = by_sector(site, who, tx, place)?,
        Slide::OnDuty => {
            let people = staff::officials(tx, &units, who.today())?;
            view.rows = people.into_iter().map(|it| row(it.name, it.title)).collect();
        }
        Slide::Hotline => {
            let posted = hotline::board(tx, &units)?;
            let people = staff::holders(tx, &units, who.today())?;
            // What hangs on the board of hotlines first; then what this screen alone was told to show.
            let shown = people.into_iter().filter(|it| {
                setup.phones.contains(&it.position)
                    && !posted.iter().any(|known| known.position == Some(it.position))
            });
            let more = shown.map(|it| (format!("{} – {}", it.title, it.name), it.phone));
            let first = posted.iter().map(|it| (it.label.clone(), it.phone.clone()));
            let all = first.chain(more).filter(|(_, phone)| !phone.is_empty());
            view.rows = all.map(|(label, phone)| row(label, phone)).collect();
        }
        Slide::Reception => {
            let days = reception::to_come(tx, &[place.body], RECEPTIONS)?;
            view.rows = days
                .into_iter()
                .map(|it| row(it.when, format!("{} · {}", it.who, it.place)))
                .collect();
        }
        Slide::Hours => {
            let calendars = calendars(site, tx)?;
            let line = who.tree.line(place.shop.unwrap_or(place.body));
            (view.big, view.rows, view.notes) = opening(who, calendars.of(&line), words);
        }
        Slide::Rules => {
            view.notes = setup.rules.lines().map(|it| it.trim().to_owned()).collect();
            view.notes.retain(|it| !it.is_empty());
        }
        Slide::Queue => {
            let Some(shop) = place.shop else { return Ok(None) };
            let Some(today) = queue::today(site, who, tx, shop)? else { return Ok(None) };
            if !today.open {
                view.notes.push(words.say("bulletin-queue-closed"));
            }
            view.rows = today
                .lanes
                .into_iter()
                .map(|it| {
                    let counts =
                        [("count", it.ahead.to_string()), ("minutes", it.minutes.to_string())];
                    let counts = counts.each_ref().map(|(name, value)| (*name, value.as_str()));
                    let side = words.say_with("bulletin-waiting", &counts);
                    row(format!("{} · {}", it.letter, it.name), side)
                })
                .collect();
            if let Some((label, desk, at)) = today.calls.first() {
                let at = at.strftime("%H:%M").to_string();
                let desk = desk.to_string();
                let told = [("number", label.as_str()), ("desk", &*desk), ("time", &*at)];
                view.notes.push(words.say_with("bulletin-last-call", &told));
            }
        }
        Slide::Posting => {
            let Some(it) = count::of_unit(tx, &who.tree, place.body, who.today())? else {
                return Ok(None);
            };
            let figures = it.figures();
            let figure = |measure| figures.iter().find(|it| it.measure == measure);
            let told = |it: &domain::publication::Figure| {
                format!("{} / {} ({})", it.part, it.whole, it.share())
            };
            let Some(board) = figure(Measure::Board) else { return Ok(None) };
            view.big = board.share();
            let numbers = [("part", board.part.to_string()), ("whole", board.whole.to_string())];
            let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
            view.notes.push(words.say_with("bulletin-posted", &numbers));
            let rows = [
                (Measure::Here, words.say("bulletin-here")),
                (Measure::Level4, words.say("bulletin-level4")),
                (Measure::Level3, words.say("bulletin-level3")),
            ];
            for (measure, label) in rows {
                view.rows.extend(figure(measure).map(|it| row(label, told(it))));
            }
        }
        Slide::Ledger => {
            let head = store::journal::head(tx)?;
            let letters: Vec<char> = head.head.chars().collect();
            let groups: Vec<String> =
                letters.chunks(8).map(|eight| eight.iter().collect()).collect();
            view.big = groups.join(" ");
            view.mono = true;
            let at = text::date_time(Instant::from_epoch_ms(head.at_ms).civil());
            let entries = text::number(head.entries);
            let told = [("entries", entries.as_str()), ("time", at.as_str())];
            view.notes.push(words.say_with("bulletin-ledger-at", &told));
            view.notes.push(words.say("bulletin-ledger-why"));
        }
    }
    let empty = view.big.is_empty() && view.notes.is_empty() && view.rows.is_empty();
    Ok((!empty).then_some(view))
}

/// The slides of a screen, in the unit's order, long ones in parts that fit.
pub(super) fn turning(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    place: &Place,
) -> Result<Vec<View>, Failure> {
    let setup = sql::load(tx, place.body)?;
    let mut all = Vec::new();
    for plan in setup.slides.iter().filter(|it| it.shown) {
        let Some(view) = whole(site, who, tx, place, &setup, plan.slide)? else { continue };
        if plan.slide == Slide::Rules {
            let parts = pieces(&setup.rules);
            all.extend(parts.into_iter().map(|notes| View { notes, ..view.clone() }));
            continue;
        }
        if view.rows.len() <= ROWS {
            all.push(view);
            continue;
        }
        let count = view.rows.len().div_ceil(ROWS);
        for (at, rows) in (1..).zip(view.rows.chunks(ROWS)) {
            let title = format!("{} ({at}/{count})", view.title);
            all.push(View { title, rows: rows.to_vec(), ..view.clone() });
        }
    }
    Ok(all)
}
