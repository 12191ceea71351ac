//! Ratings: a face and a few items after a result or a visit; one answer each, and nobody learns whose.
//!
//! Doors: the receipt's secret, its square code or the message (`/dg/…`), the page where a dossier is followed, the
//! number that was served, a tablet at the desk. What they say of one official is told by packets
//! (`domain::rating`); he reads his own and may answer.

use std::{collections::HashMap, sync::LazyLock};

use citizen::dossiers::facts::{self as dossiers, Kept};
use domain::{
    access::Action,
    dossier::{Dossier, Event, Status, What},
    evaluation::{IndicatorFile, IndicatorSet, Item, sets},
    ids::{AccountId, DossierId, StaffId, UnitId},
    law::Versions,
    rating::{OfficialFile, OfficialSet, official_sets},
};
use jiff::civil::Date;
use people::staff::facts as staff;
use site::{Routes, get, post};
use store::{Fault, Tx, journal::Entry};

use super::queue::facts::Served;

mod badge;
mod figures;
mod form;
mod list;
mod mine;
mod officials;
mod one;
mod sql;
mod tablet;

pub(crate) use officials::unit_of;
pub use sql::{Given, Of};

#[cfg(test)]
pub(crate) mod tests;

/// What can be tried within [`WINDOW_S`]: secrets of one dossier, anything from one address.
const WRONG_PER_DOSSIER_MAX: u32 = 6;
const TRIES_PER_ADDRESS_MAX: u32 = 120;
const WINDOW_S: i64 = 15 * 60;
/// Letters of the words at most.
const WORDS_MAX: usize = 1000;
/// What the journal calls a rating.
const SUBJECT: &str = "rating";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (give, own, see) = (Action::RatingGive, Action::OfficeHome, Action::EvaluationView);
    let (decide, case) = (Action::FeedbackPublish, Action::ConductHandle);
    Routes::default()
        .erases(sql::erase)
        // Only those who serve people are rated; whoever did once still reads what was said at the address.
        .menu("Đánh giá của tôi", mine::ADDRESS, Action::DossierReceive)
        .menu("Đánh giá của tôi", mine::ADDRESS, Action::DossierSettle)
        .on("/danh-gia/{unit}", give, get(form::form).post(form::give))
        .on("/danh-gia/{unit}/quay/{desk}", give, get(tablet::stand))
        .on("/danh-gia/{unit}/quay/{desk}/mat", give, get(tablet::faces))
        .on("/dg/{code}", give, get(form::link))
        .on("/can-bo/{staff}", Action::PublicRead, get(badge::show))
        .on("/co-quan/quan-tri/hang-cho/{unit}/danh-gia", Action::QueueManage, post(tablet::mark))
        .on(mine::ADDRESS, own, get(mine::show))
        .on("/co-quan/danh-gia-cua-toi/{rating}", own, get(mine::form).post(mine::reply))
        .on(list::ADDRESS, see, get(list::list))
        .on("/co-quan/danh-gia/y-kien/xuat", see, get(list::export))
        .on("/co-quan/danh-gia/y-kien/{rating}", see, get(one::show))
        .on("/co-quan/danh-gia/y-kien/{rating}/gap", decide, post(one::fold))
        .on("/co-quan/danh-gia/y-kien/{rating}/mo", decide, post(one::unfold))
        .on("/co-quan/danh-gia/y-kien/{rating}/dang/{staff}", decide, post(one::publish))
        .on("/co-quan/danh-gia/y-kien/{rating}/go/{staff}", decide, post(one::unpublish))
        .on("/co-quan/danh-gia/y-kien/{rating}/vu-viec", case, post(one::open_case))
        .on(officials::ADDRESS, see, get(officials::list))
        .on("/co-quan/danh-gia/can-bo/xuat", see, get(officials::export))
}

static SETS: LazyLock<Option<Versions<IndicatorSet>>> = LazyLock::new(|| {
    let read: Result<IndicatorFile, _> =
        toml::from_str(include_str!("../../../../law/evaluation/counter.toml"));
    read.map(sets).map_err(|error| tracing::error!(%error, "law/evaluation/counter.toml")).ok()
});

static OFFICIAL: LazyLock<Option<Versions<OfficialSet>>> = LazyLock::new(|| {
    let read: Result<OfficialFile, _> =
        toml::from_str(include_str!("../../../../law/evaluation/official.toml"));
    let read = read.map(official_sets);
    read.map_err(|error| tracing::error!(%error, "law/evaluation/official.toml")).ok()
});

/// The indicators in force on a day.
pub(crate) fn set_on(day: Date) -> Option<&'static IndicatorSet> {
    SETS.as_ref()?.on(day)
}

/// What is asked about officials on a day.
fn official_on(day: Date) -> Option<&'static OfficialSet> {
    OFFICIAL.as_ref()?.on(day)
}

/// From which face on somebody is satisfied.
pub(crate) fn glad_from(day: Date) -> i64 {
    official_on(day).map_or(4, |it| it.glad_from)
}

/// The items beside the face.
fn items(day: Date, with_dossier: bool) -> Vec<Item> {
    let law = set_on(day).map_or(&[][..], |it| &it.item);
    match official_on(day) {
        Some(set) => set.asked(law, with_dossier),
        None if with_dossier => law.to_vec(),
        None => Vec::new(),
    }
}

/// The ratings of one-stop shops since a day, by dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn since(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
) -> Result<HashMap<DossierId, Given>, Fault> {
    sql::since(tx, units, from)
}

/// Visits without a dossier that were rated on these days, both included: how many were satisfied, of how many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn visits(tx: &mut Tx<'_>, units: &[UnitId], days: (Date, Date)) -> Result<(i64, i64), Fault> {
    let (count, glad) = sql::visits(tx, units, days, glad_from(days.1))?;
    Ok((glad, count))
}

/// Whether something came out of a dossier that can be rated.
const fn can_be_rated(status: Status) -> bool {
    matches!(
        status,
        Status::ResultAtCounter | Status::Returned | Status::Archived | Status::RefusedIntake
    )
}

/// An answer to be kept.
pub struct Answered<'a> {
    /// 1 to 5.
    pub face: i64,
    /// Code of an item and of its answer; others are passed over.
    pub answers: &'a [(String, String)],
    /// What was said.
    pub words: &'a str,
    /// receipt, ticket, tracking, link or desk.
    pub door: &'a str,
    /// The number of the desk whose tablet was used; the journal keeps it, so that whoever answers for others is seen.
    pub desk: Option<i64>,
}

/// Who received, settled and returned a dossier, as codes with spaces between.
fn officials_of(
    tx: &mut Tx<'_>,
    dossier: &Dossier,
    events: &[Event],
) -> Result<Vec<(StaffId, String)>, Fault> {
    let did = |it: &Event| match it.what {
        What::Accept { .. } | What::RefuseIntake { .. } => Some("received"),
        What::Return { .. } => Some("returned"),
        _ => None,
    };
    let acts: Vec<(AccountId, &str)> =
        events.iter().filter_map(|it| Some((it.by, did(it)?))).collect();
    let accounts: Vec<AccountId> = acts.iter().map(|it| it.0).collect();
    let known: HashMap<AccountId, StaffId> =
        staff::of_accounts(tx, &accounts)?.into_iter().collect();
    let mut all: Vec<(StaffId, &str)> =
        acts.iter().filter_map(|it| Some((*known.get(&it.0)?, it.1))).collect();
    all.extend(dossier.officer.map(|it| (it, "settled")));
    let mut whole: Vec<(StaffId, Vec<&str>)> = Vec::new();
    for (id, part) in all {
        match whole.iter_mut().find(|it| it.0 == id) {
            Some((_, parts)) if parts.contains(&part) => {}
            Some((_, parts)) => parts.push(part),
            None => whole.push((id, vec![part])),
        }
    }
    Ok(whole.into_iter().map(|(id, parts)| (id, parts.join(" "))).collect())
}

fn insert(
    tx: &mut Tx<'_>,
    of: Of,
    unit: UnitId,
    officials: Vec<(StaffId, String)>,
    it: &Answered<'_>,
) -> Result<bool, Fault> {
    let mut answers = Vec::new();
    for item in items(tx.now().civil().date(), matches!(of, Of::Dossier(_))) {
        let chosen = it.answers.iter().find(|(code, _)| *code == item.code);
        let answer = chosen.and_then(|(_, code)| item.answer.iter().find(|it| it.code == *code));
        if let Some(answer) = answer {
            answers.push((item.code.clone(), answer.code.clone(), answer.points));
        }
    }
    let face = it.face.clamp(1, 5);
    let new = sql::New { of, unit, face, words: it.words, door: it.door, answers, officials };
    sql::insert(tx, &new)?;
    // That it was rated, by whom and how is nobody's business: the unit and the day are enough.
    let entry = Entry::new(SUBJECT, unit.0, "rate");
    tx.journal(match it.desk {
        Some(desk) => entry.details(&serde_json::json!({ "desk": desk })),
        None => entry,
    });
    Ok(true)
}

/// Keeps what somebody says of a dossier, once.
///
/// # Errors
/// Any [`Fault`] of the engine; `false` if it was rated before or nothing came out of it yet.
pub fn keep(tx: &mut Tx<'_>, dossier: &Kept, it: &Answered<'_>) -> Result<bool, Fault> {
    let of = Of::Dossier(dossier.id);
    if !can_be_rated(dossier.dossier.status) || sql::is_rated(tx, of)? {
        return Ok(false);
    }
    let events = dossiers::events(tx, dossier.id)?;
    let officials = officials_of(tx, &dossier.dossier, &events)?;
    insert(tx, of, dossier.unit, officials, it)
}

/// Keeps what somebody says of a visit that brought no dossier, once.
///
/// # Errors
/// Any [`Fault`] of the engine; `false` if it was rated before, was not served or brought a dossier.
pub fn keep_visit(tx: &mut Tx<'_>, visit: &Served, it: &Answered<'_>) -> Result<bool, Fault> {
    let of = Of::Ticket(visit.ticket);
    if !visit.is_done || !visit.dossiers.is_empty() || sql::is_rated(tx, of)? {
        return Ok(false);
    }
    let accounts: Vec<AccountId> = visit.account.into_iter().collect();
    let served = staff::of_accounts(tx, &accounts)?.into_iter();
    let officials = served.map(|(_, id)| (id, "served".to_owned())).collect();
    insert(tx, of, visit.unit, officials, it)
}
