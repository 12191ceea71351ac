//! The hotline (đường dây nóng): numbers of leaders, duty, calls and what was promised in them.
//!
//! A leader's telephone stands with him (`people/staff`): the board shows it and copies it nowhere. Who called is
//! sealed; a call whose caller is unknown is never owed an answer.

use domain::{access::Action, ids::UnitId};
use site::{Routes, Who, get, post};

mod awaiting;
mod board;
mod calls;
pub(crate) mod configuration;
pub mod facts;
mod import;
mod log;
mod roster;
mod sql;

#[cfg(test)]
mod tests;

/// Where calls are listed.
pub const ADDRESS: &str = "/co-quan/duong-day-nong";
/// What the journal calls a call; a number, a duty and a list are of the hotline.
const CALL: &str = "hotline_call";
const HOTLINE: &str = "hotline";
/// What the feedback of a call is taken from.
pub(crate) const SOURCE: &str = "hotline_call";
/// Working days within which a missed call is called back.
const BACK_DAYS: u32 = 1;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{HotlineKeep, PublicRead, VoiceManage};
    Routes::default()
        .menu("Đường dây nóng", ADDRESS, HotlineKeep)
        .awaits(awaiting::awaits)
        .needs_unit(facts::needs_unit)
        .configures(configuration::PART)
        .on("/duong-day-nong", PublicRead, get(board::all))
        .on("/duong-day-nong/{unit}", PublicRead, get(board::of_unit))
        .on(ADDRESS, HotlineKeep, get(calls::list))
        .on("/co-quan/duong-day-nong/xuat", HotlineKeep, get(calls::export))
        .on("/co-quan/duong-day-nong/so", VoiceManage, get(board::manage))
        .on("/co-quan/duong-day-nong/{unit}/so", VoiceManage, post(board::add))
        .on("/co-quan/duong-day-nong/so/{id}/go", VoiceManage, post(board::remove))
        .on("/co-quan/duong-day-nong/so/{id}/goi-thu", VoiceManage, post(board::test_call))
        .on("/co-quan/duong-day-nong/truc", HotlineKeep, get(roster::week))
        .on("/co-quan/duong-day-nong/{unit}/truc", HotlineKeep, post(roster::add))
        .on("/co-quan/duong-day-nong/truc/{id}/xoa", HotlineKeep, post(roster::remove))
        .on("/co-quan/duong-day-nong/truc/{id}/thay", HotlineKeep, post(roster::stand_in))
        .on("/co-quan/duong-day-nong/{unit}/ghi", HotlineKeep, get(log::form).post(log::keep))
        .on("/co-quan/duong-day-nong/goi/{id}", HotlineKeep, get(calls::show))
        .on("/co-quan/duong-day-nong/goi/{id}/goi-lai", HotlineKeep, post(calls::back))
        .on("/co-quan/duong-day-nong/goi/{id}/phan-anh", HotlineKeep, post(calls::to_feedback))
        .on(
            "/co-quan/duong-day-nong/{unit}/nhap",
            HotlineKeep,
            get(import::form).post(import::preview),
        )
        .on("/co-quan/duong-day-nong/{unit}/nhap/ghi", HotlineKeep, post(import::keep))
        .on("/co-quan/duong-day-nong/nhap/{id}/hoan-tac", HotlineKeep, post(import::undo))
}

/// Units in which `who` may do `action`. One-stop shops are of their bodies, but for whoever has to do with his shop alone.
fn units(who: &Who, action: Action) -> Vec<(UnitId, String)> {
    let may = |unit: UnitId| who.can_at(action, unit);
    let body_too = |unit: UnitId| who.tree.line(unit).into_iter().skip(1).any(may);
    let all = who.tree.all().filter(|it| may(it.id));
    let all = all.filter(|it| it.kind != "one_stop" || !body_too(it.id));
    all.map(|it| (it.id, it.title.clone())).collect()
}

/// A unit, and its one-stop shops: what was called there is the body's as well.
fn with_shops(who: &Who, unit: UnitId) -> Vec<UnitId> {
    let is_shop = |it: &UnitId| who.tree.unit(*it).is_some_and(|it| it.kind == "one_stop");
    let shops = who.tree.children(unit).iter().copied().filter(is_shop);
    std::iter::once(unit).chain(shops).collect()
}

/// The unit that an address asks for, else the nearest where `who` may do `action`.
fn chosen(who: &Who, action: Action, asked: &str) -> Option<UnitId> {
    let all = units(who, action);
    let has = |id: &UnitId| all.iter().any(|(it, _)| it == id);
    if let Ok(id) = asked.parse().map(UnitId) {
        return Some(id).filter(has);
    }
    let home = who.home().map(|it| who.tree.line(it)).unwrap_or_default();
    home.into_iter().find(has).or_else(|| all.first().map(|it| it.0))
}

fn choices(units: &[(UnitId, String)]) -> Vec<(String, String)> {
    units.iter().map(|(id, title)| (id.to_string(), title.clone())).collect()
}
