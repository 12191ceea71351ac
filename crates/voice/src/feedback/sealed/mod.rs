//! The sealed way of denunciations: nothing of what was said or who said it lies in the open.
//!
//! Only keepers of the competent unit itself open what was said; who said it takes two of them. What is about the head
//! of a unit goes to the unit above, and nobody opens what is about himself. What it came from (a call, a slip, an entry
//! of a book, a conduct case) is emptied in the transaction that seals it: see `sources`.
//!
//! Law: Luật Tố cáo 2018 Đ.9, 20, 24, 25, 56; NĐ 31/2019/NĐ-CP.

pub(super) mod close;
mod competence;
mod pages;
mod reveal;
pub(super) mod sources;
mod sql;
mod steps;

use domain::{
    access::{Action, Object, Role, may},
    ids::UnitId,
};
use site::{Awaiting, Failure, Routes, Site, Who, get, post};
use store::Tx;

/// The list of the sealed register.
pub(super) const PAGE: &str = "/co-quan/don-to-cao";

/// The routes of the sealed way.
pub(super) fn routes() -> Routes {
    let keep = Action::DenunciationKeep;
    Routes::default()
        .menu("Đơn tố cáo (niêm kín)", PAGE, keep)
        .awaits(awaits)
        .on(PAGE, keep, get(pages::list))
        .on("/co-quan/don-to-cao/{id}", keep, get(pages::show))
        .on("/co-quan/don-to-cao/{id}/tep/{file}", keep, get(pages::file))
        .on("/co-quan/don-to-cao/{id}/buoc", keep, post(steps::take))
        .on("/co-quan/don-to-cao/{id}/mo-danh-tinh", keep, post(reveal::ask))
        .on("/co-quan/don-to-cao/{id}/duyet-mo", keep, post(reveal::answer))
        .on("/co-quan/don-to-cao/{id}/danh-tinh", keep, post(reveal::look))
}

/// The units whose denunciations `who` keeps, for a list; whether he keeps this or that one says [`keeps`].
fn kept_units(who: &Who) -> Vec<UnitId> {
    let mut units: Vec<UnitId> = who.grants.iter().map(|it| it.unit).collect();
    units.retain(|it| keeps(who, *it, false));
    units.sort();
    units.dedup();
    units
}

/// Whether `who` keeps denunciations of this very unit: neither a unit above nor one below lends the right. Where
/// nobody stands above the head whom it is about (`about_head`), leaders are left out.
pub(super) fn keeps(who: &Who, unit: UnitId, about_head: bool) -> bool {
    who.grants.iter().any(|it| {
        it.unit == unit
            && it.holds_on(who.today())
            && may(it.role, Action::DenunciationKeep)
            && !(about_head && it.role == Role::Leader)
    })
}

/// First page of a keeper: how many wait for a step, and no more.
fn awaits(site: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    if !who.can(Action::DenunciationKeep, Object::Anything) {
        return Ok(Vec::new());
    }
    let (mut open, mut late) = (0, false);
    for it in pages::mine(site, tx, who, 500)? {
        if it.due.is_none() {
            continue;
        }
        open += 1;
        late |= it.due.is_some_and(|due| due < who.now);
    }
    let waiting = Awaiting {
        label: format!("{open} đơn tố cáo đang giải quyết"),
        href: PAGE.to_owned(),
        is_bad: late,
        ..Awaiting::default()
    };
    Ok(if open > 0 { vec![waiting] } else { Vec::new() })
}
