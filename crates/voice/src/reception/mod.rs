//! Reception of citizens (tiếp công dân): the calendar, bookings, the book, what was promised.
//!
//! Law: Luật Tiếp công dân 2013, dated in `law/reception.toml`. A day that was posted is never wiped: it is moved,
//! given to somebody else or cancelled with a reason, and every calendar that subscribed learns of it.

use std::sync::{Arc, LazyLock};

use domain::{
    access::Action,
    calendar::WorkCalendar,
    ids::UnitId,
    law::Versions,
    reception::{ReceptionFile, ReceptionRules, versions},
};
use jiff::civil::Date;
use people::calendar::facts::calendars;
use site::{Failure, Routes, Site, Who, get, post};
use store::{Fault, Tx};

mod awaiting;
mod book;
mod booking;
mod bookings;
mod change;
pub(crate) mod configuration;
mod entry;
pub mod facts;
mod ics;
mod papers;
mod plan;
mod promises;
mod public;
mod report;
mod service;
mod sql;

#[cfg(test)]
pub(crate) mod tests;

/// Where the office plans.
pub const ADDRESS: &str = "/co-quan/tiep-cong-dan";
/// What the journal calls a reception.
const SUBJECT: &str = "reception";
/// What the journal calls an entry of the book.
const ENTRY: &str = "reception_entry";
/// Days ahead for which rules are laid out.
const AHEAD_DAYS: i64 = 92;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{
        FeedbackSend, OfficeHome, PublicRead, ReceptionKeep, ReceptionManage, VoiceFigures,
    };
    Routes::default()
        .menu("Tiếp công dân", ADDRESS, ReceptionManage)
        .menu("Sổ tiếp công dân", book::PAGE, ReceptionKeep)
        .awaits(awaiting::awaits)
        .configures(configuration::PART)
        .needs_unit(facts::needs_unit)
        .job("reception_plan", 12 * 60, service::extend)
        .on("/tiep-cong-dan", PublicRead, get(public::all))
        .on("/tiep-cong-dan/{unit}", PublicRead, get(public::of_unit))
        .on("/tiep-cong-dan/dat-hen/{id}", FeedbackSend, get(booking::form).post(booking::book))
        .on("/tiep-cong-dan/hen/{code}", FeedbackSend, get(booking::show).post(booking::cancel))
        .on(ADDRESS, OfficeHome, get(plan::month))
        .on(
            "/co-quan/tiep-cong-dan/{unit}/quy-tac",
            ReceptionManage,
            get(plan::rule_form).post(plan::add_rule),
        )
        .on("/co-quan/tiep-cong-dan/quy-tac/{id}/dung", ReceptionManage, post(plan::end_rule))
        .on(
            "/co-quan/tiep-cong-dan/{unit}/dot-xuat",
            ReceptionManage,
            get(plan::extra_form).post(plan::add_extra),
        )
        .on("/co-quan/tiep-cong-dan/{unit}/niem-yet", ReceptionManage, post(plan::publish))
        .on("/co-quan/tiep-cong-dan/buoi/{id}", OfficeHome, get(change::day))
        .on("/co-quan/tiep-cong-dan/buoi/{id}/doi", ReceptionManage, post(change::shift))
        .on("/co-quan/tiep-cong-dan/buoi/{id}/huy", ReceptionManage, post(change::cancel))
        .on("/co-quan/tiep-cong-dan/buoi/{id}/thay", ReceptionManage, post(change::substitute))
        .on("/co-quan/tiep-cong-dan/buoi/{id}/da-tiep", ReceptionKeep, post(change::held))
        .on("/co-quan/tiep-cong-dan/buoi/{id}/dat-hen", ReceptionKeep, post(bookings::book))
        .on("/co-quan/tiep-cong-dan/hen/{id}/huy", ReceptionKeep, post(bookings::cancel))
        .on(book::PAGE, ReceptionKeep, get(book::list))
        .on("/co-quan/tiep-cong-dan/so/xuat", ReceptionKeep, get(book::export))
        .on("/co-quan/tiep-cong-dan/so/in", ReceptionKeep, get(book::print))
        .on(
            "/co-quan/tiep-cong-dan/{unit}/so/moi",
            ReceptionKeep,
            get(entry::form).post(entry::keep),
        )
        .on("/co-quan/tiep-cong-dan/so/{id}", ReceptionKeep, get(book::show))
        .on("/co-quan/tiep-cong-dan/so/{id}/tra-loi", ReceptionKeep, post(promises::answer))
        .on("/co-quan/tiep-cong-dan/so/{id}/hua", ReceptionKeep, post(promises::add))
        .on("/co-quan/tiep-cong-dan/so/{id}/phan-anh", ReceptionKeep, post(promises::to_feedback))
        .on("/co-quan/tiep-cong-dan/so/{id}/in/{paper}", ReceptionKeep, get(papers::of_entry))
        .on(promises::PAGE, ReceptionKeep, get(promises::list))
        .on("/co-quan/tiep-cong-dan/viec-hua/{id}/xong", ReceptionKeep, post(promises::done))
        .on("/co-quan/tiep-cong-dan/bao-cao", VoiceFigures, get(report::page))
}

static RULES: LazyLock<Option<Versions<ReceptionRules>>> = LazyLock::new(|| {
    let read: Result<ReceptionFile, _> =
        toml::from_str(include_str!("../../../../law/reception.toml"));
    read.map(versions).map_err(|error| tracing::error!(%error, "law/reception.toml")).ok()
});

/// The rules in force on a day.
///
/// # Errors
/// [`Fault::Broken`] if the file does not read or the day lies before the law.
fn rules_on(day: Date) -> Result<&'static ReceptionRules, Fault> {
    let found = RULES.as_ref().and_then(|it| it.on(day));
    found.ok_or_else(|| Fault::Broken(format!("no rules of receptions on {day}")))
}

/// The calendar of a unit.
fn calendar_of(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    unit: UnitId,
) -> Result<Arc<WorkCalendar>, Fault> {
    Ok(calendars(site, tx)?.of(&who.tree.line(unit)).clone())
}

/// Units in which `who` may do one of `actions`, one-stop shops aside: those are of their bodies.
fn units(who: &Who, actions: &[Action]) -> Vec<(UnitId, String)> {
    let may = |id| actions.iter().any(|it| who.can_at(*it, id));
    let all = who.tree.all().filter(|it| it.kind != "one_stop" && may(it.id));
    all.map(|it| (it.id, it.title.clone())).collect()
}

/// Whoever may look at a unit's calendar in the office.
fn demand_look(who: &Who, unit: UnitId) -> Result<(), Failure> {
    let actions = [Action::ReceptionManage, Action::ReceptionKeep, Action::VoiceFigures];
    if actions.iter().any(|it| who.can_at(*it, unit)) { Ok(()) } else { Err(Failure::NotFound) }
}
