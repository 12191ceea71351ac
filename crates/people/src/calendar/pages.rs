//! The working calendar of a year, for everybody.

use askama::Template;
use domain::calendar::{DayKind, EntryState};
use site::{Asked, Failure, Html, Shell, Site, State, Who};

use super::facts;

struct Day {
    date: String,
    weekday: &'static str,
    kind: &'static str,
    off: bool,
    reason: String,
    source: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "calendar/templates/year.html")]
struct Year {
    shell: Shell,
    year: i16,
    before: i16,
    after: i16,
    days: Vec<Day>,
    hours: Vec<(String, String)>,
    provisional: bool,
}

/// GET `/lich-lam-viec`
pub async fn year(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let year: i16 = asked.get("nam").parse().unwrap_or_else(|_| who.today().year());
    let year = year.clamp(2019, 2038);
    let inner = site.clone();
    let calendars = site.read(&who, move |tx| Ok(facts::calendars(&inner, tx)?)).await?;
    let calendar = calendars.general();
    let english = who.lang == site::Lang::En;
    let days: Vec<Day> = calendar
        .entries()
        .iter()
        .filter(|it| it.date.year() == year)
        .map(|it| Day {
            date: domain::text::date(it.date),
            weekday: domain::text::weekday_in(it.date.weekday(), english),
            kind: match it.kind {
                DayKind::Off if english => "Day off",
                _ if english => "Working day",
                kind => kind.label(),
            },
            off: it.kind == DayKind::Off,
            reason: it.reason.clone(),
            source: it.source.clone(),
            state: match it.state {
                EntryState::Provisional if english => "provisional",
                EntryState::Provisional => it.state.label(),
                _ => "",
            },
        })
        .collect();
    let hours = [(1, 15), (7, 15)]
        .into_iter()
        .filter_map(|(month, day)| jiff::civil::Date::new(year, month, day).ok())
        .map(|day| {
            let spans = calendar.hours.spans(day).iter();
            let text = spans
                .map(|it| format!("{}–{}", it.from.strftime("%H:%M"), it.until.strftime("%H:%M")))
                .collect::<Vec<_>>()
                .join(", ");
            (domain::text::date(day), text)
        })
        .collect();
    let provisional = year > calendar.confirmed_through.year();
    site.page(&Year {
        shell: site.shell(&who),
        year,
        before: year - 1,
        after: year + 1,
        days,
        hours,
        provisional,
    })
}
