//! The queue of today for other slices.

use domain::ids::UnitId;
use jiff::civil::DateTime;
use site::{Failure, Site, Who};
use store::Tx;

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
