//! Lateness for other slices: the only door.

use domain::{dossier::Status, ids::DossierId, lateness};
use jiff::civil::Date;
use site::Who;
use store::{Fault, Tx};

pub(crate) use super::pages::{body_of, units_of};
use super::sql;
use crate::dossiers::facts::Seen;

/// What rings on a dossier, each in a sentence: what it is, and why.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn ringing(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(&'static str, String)>, Fault> {
    let all = sql::ringing(tx, id)?;
    Ok(all
        .into_iter()
        .filter_map(|it| {
            let kind = lateness::AlarmKind::from_code(&it.kind)?;
            Some((kind.label(), lateness::in_words(kind, it.cause.parse().ok()?)))
        })
        .collect())
}

/// The new appointment and the reason that the drafted apology proposes; none if none is drafted.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drafted(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<(Date, String)>, Fault> {
    Ok(sql::waiting_draft(tx, id)?.map(|it| (it.new_due_at.date(), it.words)))
}

/// The apology was sent with the step that made the new appointment.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn apologised(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    sql::sent(tx, id)
}

/// A step was taken on a dossier: nobody is rung for its silence any more.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn touched(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    sql::touched(tx, id)
}

/// How many alarms are for `who` and not said to be known, up to ten thousand.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(crate) fn for_me(
    tx: &mut Tx<'_>,
    who: &Who,
    seen: &Seen,
    holders: &[domain::ids::StaffId],
    body: Option<domain::ids::UnitId>,
) -> Result<i64, Fault> {
    let mine = super::pages::mine_of(who, holders.to_vec(), body);
    sql::count(tx, seen, &sql::Asked { mine: Some(mine), unknown: true, ..sql::Asked::default() })
}

/// The statuses that somebody takes up where nobody is named.
pub(super) const fn taken_up(role: domain::access::Role) -> &'static [Status] {
    use domain::access::Role;
    match role {
        Role::CounterOfficial => &[Status::Accepted, Status::AwaitSupplement, Status::AwaitPayment],
        Role::UnitHead => &[Status::Accepted, Status::Transferred, Status::ToReview],
        Role::Leader => &[Status::Transferred, Status::ToReview, Status::ToSign],
        Role::Clerk => &[Status::ToNumber],
        Role::Specialist => &[Status::Assigned, Status::Processing],
        Role::Administrator
        | Role::ReformOfficer
        | Role::Auditor
        | Role::Intermediary
        | Role::ReceptionOfficer
        | Role::Interviewer => &[],
    }
}
