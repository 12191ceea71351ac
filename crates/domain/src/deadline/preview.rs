//! What a changed calendar does to many open terms.

use jiff::civil::DateTime;

use super::Term;
use crate::calendar::WorkCalendar;

/// A term whose appointment moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved<Id> {
    /// Whose.
    pub id: Id,
    /// What was promised.
    pub before: Option<DateTime>,
    /// What the new calendar gives.
    pub after: Option<DateTime>,
}

/// The terms that end at another time on `new` than on `old`, in their order. A term that
/// either calendar cannot tell is left as it is.
pub fn moved<Id: Copy>(
    terms: impl IntoIterator<Item = (Id, Term)>,
    old: &WorkCalendar,
    new: &WorkCalendar,
) -> Vec<Moved<Id>> {
    let mut found = Vec::new();
    for (id, term) in terms {
        let (Ok(before), Ok(after)) = (term.due(old), term.due(new)) else { continue };
        if before.at != after.at {
            found.push(Moved { id, before: before.at, after: after.at });
        }
    }
    found
}
