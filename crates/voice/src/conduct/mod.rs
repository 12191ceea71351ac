//! Cases about officials' conduct: from a report, an inspection, the press, a low rating or the head's own motion to
//! what was put right and whoever reported it was told.
//!
//! The rules are `domain::conduct`; every step goes through `desk::take`. The accused reads the summary that the office
//! wrote for him and explains himself on a page of his own; who reported it lies with feedback and is never here.

use std::sync::LazyLock;

use domain::{
    access::Action,
    conduct::{LimitFile, Limits, limits},
    law::Versions,
};
use jiff::civil::Date;
use site::{Failure, Routes, get, post};
use store::Fault;

mod awaits;
mod desk;
pub mod facts;
mod figures;
mod files;
pub mod jobs;
mod list;
mod open;
mod own;
mod papers;
mod show;
mod sql;
mod steps;

#[cfg(test)]
mod tests;

/// What the journal calls a case.
const SUBJECT: &str = "conduct";
/// Where the list is.
const ADDRESS: &str = "/co-quan/vu-viec";
/// Where is what somebody has a part in.
const OWN: &str = "/co-quan/vu-viec-cua-toi";
/// Letters of what is written at most.
const WORDS_MAX: usize = 4_000;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (handle, own) = (Action::ConductHandle, Action::OfficeHome);
    Routes::default()
        .menu("Vụ việc về cán bộ", ADDRESS, handle)
        .awaits(awaits::awaits)
        .job("conduct_late", 60, jobs::tell_late)
        .on(ADDRESS, handle, get(list::list))
        .on("/co-quan/vu-viec/xuat", handle, get(list::export))
        .on("/co-quan/vu-viec/moi", handle, get(open::form).post(open::open))
        .on("/co-quan/vu-viec/nhap", handle, post(open::join))
        .on("/co-quan/vu-viec/so-lieu", Action::VoiceFigures, get(figures::figures))
        .on("/co-quan/vu-viec/so-lieu/xuat", Action::VoiceFigures, get(figures::export))
        .on("/co-quan/vu-viec/{id}", own, get(show::show))
        .on("/co-quan/vu-viec/{id}/buoc/{step}", own, post(steps::step))
        .on("/co-quan/vu-viec/{id}/tai-lieu", own, post(files::add))
        .on("/co-quan/vu-viec/{id}/tai-lieu/{file}", own, get(files::open))
        .on("/co-quan/vu-viec/{id}/in", own, get(papers::summary))
        .on("/co-quan/vu-viec/{id}/xin-loi/{place}", own, get(papers::apology))
        .on(OWN, own, get(own::list))
        .on("/co-quan/vu-viec-cua-toi/{id}", own, get(own::show).post(own::explain))
}

static LIMITS: LazyLock<Option<Versions<Limits>>> = LazyLock::new(|| {
    let read: Result<LimitFile, _> = toml::from_str(include_str!("../../../../law/conduct.toml"));
    read.map(limits).map_err(|error| tracing::error!(%error, "law/conduct.toml")).ok()
});

/// The limits in force on a day.
fn limits_on(day: Date) -> Result<&'static Limits, Failure> {
    let found = LIMITS.as_ref().and_then(|it| it.on(day));
    found.ok_or_else(|| Failure::Fault(Fault::Broken("law/conduct.toml has no limits".to_owned())))
}
