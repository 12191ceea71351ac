//! What the queue does by itself: bookings that nobody claimed, names that are kept no longer.

use domain::ids::UnitId;
use jiff::ToSpan as _;
use site::{Failure, Site};
use store::{Tx, journal::Entry};

use super::{service::BOOKING, sql};

/// Marks bookings as missed whose time is over, and empties names and telephones after the days that
/// the unit keeps them.
///
/// # Errors
/// Any fault of the engine.
pub fn bookings(_: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let now = tx.now().civil();
    for unit in sql::all(tx)? {
        let wait = unit.rule.slot_minutes + unit.rule.grace_minutes;
        let before = now.checked_sub(wait.minutes()).unwrap_or(now);
        let missed = sql::bookings::miss(tx, unit.unit, before)?;
        let keep = now.date().checked_sub(unit.keep_days.days()).unwrap_or(now.date());
        let erased = sql::bookings::erase(tx, unit.unit, keep)?;
        say(tx, unit.unit, "miss_bookings", missed);
        say(tx, unit.unit, "erase_bookings", erased);
    }
    Ok(())
}

fn say(tx: &mut Tx<'_>, unit: UnitId, act: &str, count: usize) {
    if count > 0 {
        let details = serde_json::json!({"unit": unit, "count": count});
        tx.journal(Entry::new(BOOKING, 0, act).details(&details));
    }
}
