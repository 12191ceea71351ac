//! Suggestion boxes (hòm thư góp ý): opened by two people, every slip photographed and numbered.
//!
//! Nothing gets lost between box and answer: each slip is a transaction of its own with the next number of its box;
//! an opening is closed only when each slip is a feedback or has a reason not to be one; afterwards it is added to, not
//! changed.

use domain::{access::Action, ids::UnitId};
use site::{Routes, Who, get, post};

mod awaiting;
pub(crate) mod configuration;
pub mod facts;
mod minutes;
mod opening;
mod picture;
mod setup;
mod slips;
mod sql;

#[cfg(test)]
mod tests;

/// Where boxes are listed.
pub const ADDRESS: &str = "/co-quan/hom-thu";
/// What the journal calls a box and an opening.
const BOX: &str = "suggestion_box";
const OPENING: &str = "box_opening";
/// What the feedback of a slip is taken from.
pub(crate) const SOURCE: &str = "box_slip";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{BoxOpen, FeedbackView, VoiceManage};
    Routes::default()
        .menu("Hòm thư góp ý", ADDRESS, BoxOpen)
        .awaits(awaiting::awaits)
        .needs_unit(facts::needs_unit)
        .configures(configuration::PART)
        .on(ADDRESS, FeedbackView, get(setup::list))
        .on("/co-quan/hom-thu/{unit}/moi", VoiceManage, get(setup::form).post(setup::add))
        .on("/co-quan/hom-thu/hom/{id}/go", VoiceManage, post(setup::remove))
        .on("/co-quan/hom-thu/hom/{id}/mo", BoxOpen, post(opening::begin))
        .on("/co-quan/hom-thu/lan/{id}", FeedbackView, get(opening::show))
        .on("/co-quan/hom-thu/lan/{id}/xac-nhan", BoxOpen, post(opening::confirm))
        .on("/co-quan/hom-thu/lan/{id}/thoi", BoxOpen, post(opening::give_up))
        .on("/co-quan/hom-thu/lan/{id}/so-phieu", BoxOpen, post(opening::declare))
        .on("/co-quan/hom-thu/lan/{id}/phieu", BoxOpen, post(slips::add))
        .on("/co-quan/hom-thu/phieu/{id}", BoxOpen, get(slips::show).post(slips::settle))
        .on("/co-quan/hom-thu/phieu/{id}/anh", BoxOpen, get(slips::picture))
        .on("/co-quan/hom-thu/lan/{id}/dong", BoxOpen, post(opening::close))
        .on("/co-quan/hom-thu/lan/{id}/ghi-chu", BoxOpen, post(opening::note))
        .on("/co-quan/hom-thu/lan/{id}/bien-ban", FeedbackView, get(minutes::print))
}

/// Units in which `who` may do `action`, one-stop shops aside: those are of their bodies.
fn units(who: &Who, action: Action) -> Vec<UnitId> {
    let all = who.tree.all().filter(|it| it.kind != "one_stop" && who.can_at(action, it.id));
    all.map(|it| it.id).collect()
}
