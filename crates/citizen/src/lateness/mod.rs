//! Lateness answered: dossiers ring before they are late, when they are and when nobody touches
//! them; the apology is drafted by itself; what is late is listed by who holds it.

use domain::{access::Action, lateness::Thresholds};
use site::{AdminGroup, Routes, get, post};
use store::{Fault, Tx};

pub mod facts;
mod overdue;
mod pages;
mod settings;
mod sql;
#[cfg(test)]
mod tests;
mod watch;

pub use watch::look_once;

/// The setting in which the thresholds are kept.
const THRESHOLDS: &str = "lateness_thresholds";

/// Minutes from one look at the open dossiers to the next.
const EVERY_MINUTES: i64 = 10;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .menu("Cảnh báo", "/co-quan/canh-bao", Action::LatenessView)
        .admin(
            AdminGroup::Work,
            ("Nhắc hạn và cảnh báo", "/co-quan/quan-tri/nhac-han"),
            Action::WorkflowManage,
            "Khi nào nhắc người giữ hồ sơ, khi nào báo người đứng đầu.",
        )
        .configures(settings::PART)
        .job_apart("lateness", EVERY_MINUTES, |site| Box::pin(watch::look(site)))
        .on("/co-quan/canh-bao", Action::LatenessView, get(pages::list))
        .on("/co-quan/canh-bao/{id}", Action::LatenessView, post(pages::known))
        .on("/co-quan/phieu-xin-loi", Action::LatenessView, get(pages::apologies))
        .on("/co-quan/qua-han", Action::LatenessView, get(overdue::list))
        .on(
            "/co-quan/quan-tri/nhac-han",
            Action::WorkflowManage,
            get(settings::form).post(settings::save),
        )
}

/// The thresholds that hold; those of [`Thresholds::default`] until somebody sets others.
fn thresholds(tx: &mut Tx<'_>) -> Result<Thresholds, Fault> {
    Ok(site::settings::get(tx, THRESHOLDS)?
        .and_then(|it| serde_json::from_str(&it).ok())
        .unwrap_or_default())
}
