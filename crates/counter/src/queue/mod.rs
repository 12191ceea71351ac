//! The queue at a one-stop shop: numbers from a kiosk, times booked online, screens that call, desks that
//! serve, and how long all of it takes.
//!
//! The rules are in `domain::queue`; who is offered a priority is in `law/queue`.

use std::sync::{Arc, LazyLock};

use domain::{
    access::Action,
    calendar::WorkCalendar,
    ids::{DossierId, UnitId},
    law::Versions,
    queue::{PriorityFile, PrioritySet, priorities},
};
use people::calendar::facts::calendars;
use site::{AdminGroup, Lang, Routes, Site, Who, get, post};
use store::{Fault, Tx};

mod booking;
mod desk;
pub mod exchange;
pub mod facts;
mod figures;
pub mod jobs;
mod kiosk;
mod screen;
pub mod service;
mod setup;
mod sql;
mod waits;

#[cfg(test)]
mod tests;

pub use setup::{DeskPlan, LanePlan, Plan, set_up};

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (ticket, serve, manage) = (Action::QueueTicket, Action::QueueServe, Action::QueueManage);
    Routes::default()
        .menu("Hàng chờ", "/co-quan/hang-cho", serve)
        .admin(
            AdminGroup::Work,
            ("Hàng chờ", "/co-quan/quan-tri/hang-cho"),
            manage,
            "Làn, quầy, khung giờ đặt lịch, ki-ốt lấy số và màn hình gọi số.",
        )
        .when_received(tie_to_ticket)
        .needs_unit(needs_unit)
        .configures(exchange::PART)
        .job("queue_bookings", 15, jobs::bookings)
        .on("/hang-cho", ticket, get(waits::waits))
        .on("/lay-so/{unit}", ticket, get(kiosk::kiosk).post(kiosk::take))
        .on("/so/{secret}", ticket, get(kiosk::show))
        .on("/so/{secret}/in", ticket, get(kiosk::print))
        .on("/dat-lich/{unit}", ticket, get(booking::form).post(booking::book))
        .on("/lich-hen/{secret}", ticket, get(booking::show).post(booking::change))
        .on("/man-hinh/{unit}", ticket, get(screen::screen))
        .on("/man-hinh/{unit}/dong", ticket, get(screen::stream))
        .on("/co-quan/hang-cho", serve, get(desk::desk))
        .on("/co-quan/hang-cho/quay", serve, post(desk::sit))
        .on("/co-quan/hang-cho/goi", serve, post(desk::next))
        .on("/co-quan/hang-cho/dat-lich", serve, get(desk::bookings))
        .on("/co-quan/hang-cho/so/{id}/{step}", serve, post(desk::step))
        .on("/co-quan/hang-cho/thong-ke", manage, get(figures::figures))
        .on("/co-quan/hang-cho/thong-ke/xuat", manage, get(figures::export))
        .on("/co-quan/hang-cho/so", manage, get(figures::tickets))
        .on("/co-quan/hang-cho/so/xuat", manage, get(figures::export_tickets))
        .on("/co-quan/quan-tri/hang-cho", manage, get(setup::list))
        .on("/co-quan/quan-tri/hang-cho/{unit}", manage, get(setup::form).post(setup::keep))
        .on("/co-quan/quan-tri/hang-cho/{unit}/lan", manage, post(setup::keep_lane))
        .on("/co-quan/quan-tri/hang-cho/{unit}/quay", manage, post(setup::keep_desk))
        .on("/co-quan/quan-tri/hang-cho/{unit}/ki-ot", manage, post(setup::make_kiosk))
}

static PRIORITIES: LazyLock<Option<Versions<PrioritySet>>> = LazyLock::new(|| {
    let read: Result<PriorityFile, _> =
        toml::from_str(include_str!("../../../../law/queue/priority.toml"));
    read.map(priorities).map_err(|error| tracing::error!(%error, "law/queue/priority.toml")).ok()
});

/// A group as a kiosk offers it: code and words.
type Offered = (String, String);

/// Who is offered a priority today, in a language; the age is the unit's.
fn offered(who: &Who, elder_age: i64, lang: Lang) -> Vec<Offered> {
    let Some(set) = PRIORITIES.as_ref().and_then(|it| it.on(who.today())) else {
        return Vec::new();
    };
    let age = elder_age.to_string();
    let words = |it: &domain::queue::PriorityGroup| match lang {
        Lang::Vi => it.vi.replace("{age}", &age),
        Lang::En => it.en.replace("{age}", &age),
    };
    set.group.iter().map(|it| (it.code.clone(), words(it))).collect()
}

/// The ages of the law of a day: the usual one and the least that a unit may say.
fn elder_ages(day: jiff::civil::Date) -> (i64, i64) {
    let set = PRIORITIES.as_ref().and_then(|it| it.on(day));
    set.map_or((80, 60), |it| (it.elder_age, it.elder_age_least))
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

/// Ties a dossier to the ticket that whoever received it is serving.
fn tie_to_ticket(tx: &mut Tx<'_>, who: &Who, dossier: DossierId) -> Result<(), Fault> {
    if let Some(ticket) = sql::tickets::served_by(tx, who.account, who.today())? {
        sql::tickets::tie(tx, ticket, dossier)?;
        let details = serde_json::json!({ "dossier": dossier });
        tx.journal(
            store::journal::Entry::new(service::TICKET, ticket.0, "dossier").details(&details),
        );
    }
    Ok(())
}

/// Times that people booked keep a unit from being closed.
fn needs_unit(
    tx: &mut Tx<'_>,
    unit: UnitId,
    _last: jiff::civil::Date,
) -> Result<Option<String>, Fault> {
    let now = tx.now();
    let count = sql::bookings::to_come(tx, unit, now)?;
    Ok((count > 0).then(|| format!("{count} lịch hẹn chưa đến")))
}

/// Counts a try of the public under `what`; too many wait.
pub(crate) fn limit(
    site: &Site,
    who: &Who,
    what: &str,
    most: u32,
    window_s: i64,
) -> Result<(), site::Failure> {
    let key = format!("{what}:{}", who.origin);
    let taken = site.limiter.take(&key, most, window_s, who.now);
    taken.map_err(|wait_s| site::Failure::TooMany { wait_s })
}
