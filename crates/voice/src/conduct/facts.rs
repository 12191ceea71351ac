//! Cases about conduct for other slices: open one, and what was confirmed. Only what was confirmed feeds an evaluation or an
//! index.

use std::collections::HashSet;

use domain::{
    access::Action,
    conduct::{Command, Conclusion, Measure},
    ids::{ConductCaseId, FeedbackId, StaffId, UnitId},
};
use jiff::civil::Date;
use site::{Failure, Who};
use store::{Fault, Tx};

pub(crate) use super::desk::Departed;
pub use super::desk::{Opening, open};
use super::{
    desk::{self, Step},
    sql,
};
use crate::feedback::facts::NewFile;
pub use domain::conduct::Verifier;

/// Takes a step of a case at the moment of the transaction; what is to be changed stands in the words.
///
/// # Errors
/// [`Failure::Refused`] if `who` may not take it; [`Failure::NotFound`] if there is no such case, or it would go the sealed
/// way; any fault.
pub fn take(
    tx: &mut Tx<'_>,
    who: &Who,
    id: ConductCaseId,
    (command, words): (Command, &str),
) -> Result<(), Failure> {
    if command == Command::Seal {
        // It takes its files along, whose bytes only its page reads.
        return Err(Failure::NotFound);
    }
    let mut kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let step = Step { what: words.to_owned(), ..Step::new(command, words.to_owned()) };
    desk::take(tx, who, &mut kept, &step)
}

/// Whose confirmed cases are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// One official's.
    Official(StaffId),
    /// Those of whoever worked at these units when it happened.
    Units(&'a [UnitId]),
}

/// A case that was confirmed, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The case.
    pub case: ConductCaseId,
    /// Its number.
    pub code: String,
    /// Whom it is about.
    pub staff: StaffId,
    /// Where he worked.
    pub unit: UnitId,
    /// What was concluded.
    pub conclusion: Conclusion,
    /// When.
    pub concluded_on: Date,
    /// What was laid down, and when it was found done.
    pub measures: Vec<(Measure, Option<Date>)>,
}

/// The cases that were confirmed on these days, both included.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn confirmed(
    tx: &mut Tx<'_>,
    whose: Whose<'_>,
    days: (Date, Date),
) -> Result<Vec<Confirmed>, Fault> {
    let found = match whose {
        Whose::Official(staff) => sql::confirmed(tx, Some(staff), None, days)?,
        Whose::Units(units) => sql::confirmed(tx, None, Some(units), days)?,
    };
    let all = found.into_iter().filter_map(|it| {
        Some(Confirmed {
            case: it.id,
            code: it.code,
            staff: it.case.accused,
            unit: it.accused_unit,
            conclusion: it.case.conclusion?,
            concluded_on: it.concluded_on?,
            measures: it.case.corrections.iter().map(|it| (it.measure, it.done_on)).collect(),
        })
    });
    Ok(all.collect())
}

/// Of these ratings those whose complaint was looked into and found untrue.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn untrue_ratings(tx: &mut Tx<'_>, ratings: &[i64]) -> Result<HashSet<i64>, Fault> {
    if ratings.is_empty() { Ok(HashSet::new()) } else { sql::untrue_ratings(tx, ratings) }
}

/// The cases of these ratings that `who` may see: rating, case, number.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_ratings(
    tx: &mut Tx<'_>,
    who: &Who,
    ratings: &[i64],
) -> Result<Vec<(i64, ConductCaseId, String)>, Fault> {
    let found = sql::of_ratings(tx, ratings)?.into_iter();
    let seen = found.filter(|(.., unit, accused)| {
        who.can_at(Action::ConductHandle, *unit) && who.staff != Some(*accused)
    });
    Ok(seen.map(|(rating, case, code, ..)| (rating, case, code)).collect())
}

/// Evidence without its bytes, and reports.
pub(crate) type Goes = (Vec<NewFile>, Vec<FeedbackId>);

/// The evidence of the case that looks into a report, without its bytes, and the other reports that leave with it if the
/// report goes the sealed way.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn files_with(tx: &mut Tx<'_>, report: FeedbackId) -> Result<Option<Goes>, Fault> {
    let Some((_, id)) = sql::cases_of_reports(tx, &[report.0])?.pop() else { return Ok(None) };
    let mut others: Vec<FeedbackId> =
        sql::reports_of(tx, id)?.into_iter().map(FeedbackId).collect();
    others.retain(|it| *it != report);
    Ok(Some((desk::evidence(tx, id)?, others)))
}

/// The case that looks into a report leaves the open with it, which turned out to be a denunciation; nothing if there is
/// none.
///
/// # Errors
/// [`Failure::Refused`] if somebody was quicker; any fault of the engine.
pub(crate) fn depart_with(
    tx: &mut Tx<'_>,
    report: FeedbackId,
) -> Result<Option<Departed>, Failure> {
    desk::depart_with(tx, report)
}
