//! Where one files a procedure: the counter of a unit with its address and hours, the level at which
//! the unit offers it, and the date that would be promised now.

use domain::{
    hours::Span,
    ids::UnitId,
    level::Held,
    procedure::{ChannelKind, ServiceLevel},
};
use jiff::civil::Date;
use people::calendar::facts::{Calendars, calendars};
use prints::Agency;
use site::{Failure, Site, Who, Words};

use super::facts::{Version, tier_of};
use crate::levels::facts as levels;

/// Days that are looked ahead for the next one on which the counter is open.
const DAYS_AHEAD: u32 = 15;

/// Where one files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// Its counter, as people know it.
    pub title: String,
    /// Where it is; may be empty.
    pub address: String,
    /// Its telephone; may be empty.
    pub phone: String,
    /// When it is open today, or next.
    pub hours: String,
    /// What would be promised now; empty if no limit is published.
    pub due: String,
    /// The level at which the unit offers it.
    pub held: Held,
    /// Where one files online; empty below level 3.
    pub online: String,
}

impl Place {
    /// What the level is called.
    #[must_use]
    pub fn level(&self) -> &'static str {
        self.held.level.label()
    }
}

/// Where one files online at a level; empty below level 3.
pub(crate) fn online(code: &str, level: ServiceLevel, unit: Option<UnitId>) -> String {
    if !level.offers_filing() {
        return String::new();
    }
    let unit = unit.map(|it| format!("?don-vi={it}")).unwrap_or_default();
    format!("/nop/{code}{unit}")
}

/// Whether `unit` is a People's Committee that settles the procedure.
pub(crate) fn settles(who: &Who, it: &Version, unit: UnitId) -> bool {
    let tier = who.tree.unit(unit).and_then(|it| tier_of(&it.kind));
    it.body.body == "ubnd"
        && tier.is_some_and(|tier| it.body.settled_by(tier, who.tree.has_districts()))
}

/// Every unit that settles the procedure.
pub(super) fn units(who: &Who, it: &Version) -> Vec<(UnitId, String)> {
    let all = who.tree.all().filter(|unit| settles(who, it, unit.id));
    all.map(|unit| (unit.id, unit.title.clone())).collect()
}

/// The lines at the top of a paper for citizens: the unit's, else those of the seat.
pub(crate) fn agency(who: &Who, unit: Option<UnitId>) -> Agency {
    let it = unit.and_then(|it| who.tree.unit(it)).or_else(|| who.tree.seat());
    Agency {
        parent: String::new(),
        name: it.map_or_else(String::new, |it| it.title.clone()),
        place: it.map_or_else(String::new, |it| it.place.clone()),
    }
}

fn spans(all: &[Span]) -> String {
    let text = |it: &Span| format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M"));
    all.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// When a unit is open: today's hours, or those of the next day on which it is.
pub(super) fn open_hours(who: &Who, calendars: &Calendars, unit: Option<UnitId>) -> String {
    let words = Words::new(who.lang);
    let line = unit.map(|it| who.tree.line(it)).unwrap_or_default();
    let calendar = calendars.of(&line);
    let today = who.today();
    let open = |day: Date| {
        calendar.works_on(day).then(|| calendar.hours.spans(day)).filter(|it| !it.is_empty())
    };
    let now = who.now.civil().time();
    if let Some(hours) = open(today)
        && hours.iter().any(|it| now < it.until)
    {
        let text = spans(hours);
        let is_open = hours.iter().any(|it| it.from <= now && now < it.until);
        return if is_open { text } else { words.say_with("home-closed-now", &[("hours", &text)]) };
    }
    let mut day = today;
    for _ in 0..DAYS_AHEAD {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        if let Some(hours) = open(day) {
            let (date, hours) = (domain::text::date(day), spans(hours));
            return words.say_with("place-opens", &[("day", &date), ("hours", &hours)]);
        }
    }
    words.say("home-closed")
}

/// What would be promised to somebody who files now; empty if no limit is published.
pub(super) fn due_now(
    who: &Who,
    calendars: &Calendars,
    it: &Version,
    unit: Option<UnitId>,
) -> String {
    let line = unit.map(|it| who.tree.line(it)).unwrap_or_default();
    let limit = it.body.limit(ChannelKind::Direct).and_then(|it| it.time_limit());
    let calendar = calendars.of(&line);
    let due =
        limit.and_then(|limit| domain::deadline::due_at(calendar, who.now.civil(), limit).ok());
    due.map_or_else(String::new, |it| Words::new(who.lang).moment(it))
}

/// The levels at which a unit offers what hangs there.
pub(super) async fn levels_of(
    site: &Site,
    who: &Who,
    unit: UnitId,
) -> Result<levels::BodyLevels, Failure> {
    let asker = who.clone();
    site.glance(who, move |tx| {
        let body = levels::body_of(&asker.tree, unit);
        Ok(levels::BodyLevels::read(tx, &asker.tree, body, asker.today())?)
    })
    .await
}

/// Where one files with `unit`; nothing if it does not settle the procedure.
///
/// # Errors
/// Any failure of the engine.
pub(crate) async fn at(
    site: &Site,
    who: &Who,
    it: &Version,
    unit: UnitId,
) -> Result<Option<Place>, Failure> {
    if !settles(who, it, unit) {
        return Ok(None);
    }
    let (inner, body, tree, today) = (site.clone(), it.body.clone(), who.tree.clone(), who.today());
    let (calendars, held) = site
        .read(who, move |tx| {
            let held = levels::level_of(tx, &tree, &body, unit, today)?;
            Ok((calendars(&inner, tx)?, held))
        })
        .await?;
    let Some(here) = who.tree.unit(unit) else { return Ok(None) };
    let counter = who
        .tree
        .children(unit)
        .iter()
        .filter_map(|id| who.tree.unit(*id))
        .find(|it| it.kind == "one_stop");
    let either = |of: fn(&site::tree::UnitToday) -> &String| {
        counter.map(of).filter(|it| !it.is_empty()).unwrap_or_else(|| of(here)).clone()
    };
    Ok(Some(Place {
        unit,
        title: either(|it| &it.title),
        address: either(|it| &it.address),
        phone: either(|it| &it.phone),
        hours: open_hours(who, &calendars, Some(unit)),
        due: due_now(who, &calendars, it, Some(unit)),
        online: online(&it.body.code, held.level, Some(unit)),
        held,
    }))
}
