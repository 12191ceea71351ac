//! The sealed way of denunciations: nothing of what was said or who said it lies in the open.
//!
//! Only keepers of the competent unit itself open what was said; who said it takes two of them. What is about the head
//! of a unit goes to the unit above, and nobody opens what is about himself.
//!
//! Law: Luật Tố cáo 2018 Đ.9, 20, 24, 25, 56; NĐ 31/2019/NĐ-CP.

pub(super) mod close;
mod sql;

use domain::{
    access::{Action, Role, may},
    ids::UnitId,
};
use site::Who;

/// The list of the sealed register.
pub(super) const PAGE: &str = "/co-quan/don-to-cao";

/// Whether `who` keeps denunciations of this very unit: neither a unit above nor one below lends the right. Where
/// nobody stands above the head whom it is about, leaders are left out.
pub(super) fn keeps(who: &Who, unit: UnitId, about_head: bool) -> bool {
    let is_top = who.tree.line(unit).len() < 2;
    who.grants.iter().any(|it| {
        it.unit == unit
            && it.holds_on(who.today())
            && may(it.role, Action::DenunciationKeep)
            && !(about_head && is_top && it.role == Role::Leader)
    })
}
