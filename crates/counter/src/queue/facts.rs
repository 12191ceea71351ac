//! The queue of today for other slices.

use domain::{
    ids::{AccountId, DeskId, DossierId, TicketId, UnitId},
    queue::TicketStatus,
    time::Instant,
};
use jiff::civil::DateTime;
use site::{Failure, Site, Who};
use store::{Fault, Tx};

use super::{
    calendar_of,
    kiosk::{name_of, waits},
    service::Queue,
    sql::{self, tickets},
};

/// Calls that are told.
const CALLS: i64 = 5;

/// A lane and who waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneToday {
    /// Its letter.
    pub letter: String,
    /// Its name, in the reader's language.
    pub name: String,
    /// How many wait.
    pub ahead: i64,
    /// Minutes that somebody who comes now would wait.
    pub minutes: i64,
}

/// The queue of a one-stop shop at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// Whether numbers are given now.
    pub open: bool,
    /// Its lanes.
    pub lanes: Vec<LaneToday>,
    /// The last calls of today, newest first: number, desk, civil time.
    pub calls: Vec<(String, i64, DateTime)>,
}

/// The queue of `unit` now; nothing if it has none.
///
/// # Errors
/// Any fault of the engine.
pub fn today(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    unit: UnitId,
) -> Result<Option<Today>, Failure> {
    if sql::find(tx, unit)?.is_none() {
        return Ok(None);
    }
    let queue = Queue::load(tx, unit)?;
    let calendar = calendar_of(site, who, tx, unit)?;
    let lane = |(lane, ahead, minutes): (sql::Lane, i64, i64)| LaneToday {
        name: name_of(&lane, who.lang),
        letter: lane.letter,
        ahead,
        minutes,
    };
    let calls = tickets::last_calls(tx, unit, super::screen::midnight(who.now), CALLS)?;
    Ok(Some(Today {
        open: queue.gives_at(&calendar, who.now.civil()),
        lanes: waits(tx, &queue)?.into_iter().map(lane).collect(),
        calls: calls.into_iter().map(|it| (it.label, it.desk, it.at.civil())).collect(),
    }))
}

/// A number that was called and served, as whoever rates it is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its row.
    pub ticket: TicketId,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Such as `A012`.
    pub label: String,
    /// Whether serving it is over.
    pub is_done: bool,
    /// Who served it.
    pub account: Option<AccountId>,
    /// What was received from it.
    pub dossiers: Vec<DossierId>,
}

fn served(tx: &mut Tx<'_>, it: &tickets::Ticket) -> Result<Served, Fault> {
    Ok(Served {
        ticket: it.id,
        unit: it.unit,
        label: it.label(),
        is_done: it.status == TicketStatus::Done,
        account: it.account,
        dossiers: tickets::dossiers(tx, it.id)?,
    })
}

/// The number whose page has this secret.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Served>, Fault> {
    let found = tickets::by_secret(tx, secret)?;
    found.map(|it| served(tx, &it)).transpose()
}

/// A number by its row.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_ticket(tx: &mut Tx<'_>, ticket: TicketId) -> Result<Option<Served>, Fault> {
    let found = tickets::find(tx, ticket)?;
    found.map(|it| served(tx, &it)).transpose()
}

/// A desk of a unit: its number and who sits there; nothing if there is none, or it is closed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn desk(
    tx: &mut Tx<'_>,
    unit: UnitId,
    desk: DeskId,
) -> Result<Option<(i64, Option<AccountId>)>, Fault> {
    let desks = sql::desks(tx, unit)?;
    let found = desks.into_iter().find(|it| it.id == desk && !it.closed);
    Ok(found.map(|it| (it.number, it.account)))
}

/// The desk with this number on its sign; nothing if there is none, or it is closed.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn desk_numbered(tx: &mut Tx<'_>, unit: UnitId, number: i64) -> Result<Option<DeskId>, Fault> {
    let desks = sql::desks(tx, unit)?;
    Ok(desks.into_iter().find(|it| it.number == number && !it.closed).map(|it| it.id))
}

/// What a desk finished serving since a moment, the newest first; some at most.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn finished_at(
    tx: &mut Tx<'_>,
    unit: UnitId,
    desk: DeskId,
    since: Instant,
) -> Result<Vec<Served>, Fault> {
    let found = tickets::finished_at(tx, unit, desk, since)?;
    found.iter().map(|it| served(tx, it)).collect()
}
