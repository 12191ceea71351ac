//! What the slice does by itself: a step that is over its time is written down, once, and stands before whoever decides.

use site::{Failure, Site};
use store::{Tx, journal::Entry};

use super::{SUBJECT, desk, sql};

/// Cases that one run looks at.
const AT_ONCE: i64 = 200;

/// Job: tells the heads of steps that are over their time.
///
/// # Errors
/// Any fault of the engine.
pub fn tell_late(_: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let now = tx.now().civil();
    for kept in sql::late(tx, now, AT_ONCE)? {
        let step = desk::next(&kept.case);
        sql::add_event(tx, kept.id, "late", "{}", &format!("Quá hạn bước {step}."))?;
        sql::told_late(tx, kept.id)?;
        tx.journal(Entry::new(SUBJECT, kept.id.0, "escalate"));
    }
    Ok(())
}
