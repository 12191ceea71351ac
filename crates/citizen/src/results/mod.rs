//! Results as a register (sổ kết quả): every result document is a row of its own, issued by the steps
//! of its dossier; collected with a signature, by post or electronically; issued anew, revoked, never
//! deleted; checked by anybody with the code on its slip.
//!
//! The rules are in `domain::results`.

use domain::access::Action;
use site::{Routes, get, post};

mod act;
mod awaiting;
mod collect;
pub mod facts;
mod list;
mod numbers;
mod papers;
mod post;
mod show;
mod sql;
#[cfg(test)]
mod tests;
mod verify;

/// Where the register is.
const ADDRESS: &str = "/co-quan/ket-qua";
/// Where the parcels are.
const POST: &str = "/co-quan/buu-gui";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let (look, hand) = (Action::ResultRegister, Action::DossierReturn);
    Routes::default()
        .menu("Sổ kết quả", ADDRESS, look)
        .ties(facts::ties)
        .awaits(awaiting::awaits)
        .job("fill_results", 60, |_, tx| Ok(facts::backfill(tx)?))
        .on(ADDRESS, look, get(list::list))
        .on("/co-quan/ket-qua/xuat", look, get(list::export))
        .on("/co-quan/ket-qua/in", look, get(list::print))
        .on("/co-quan/ket-qua/{id}", look, get(show::show))
        .on("/co-quan/ket-qua/{id}/phieu", look, get(papers::slip))
        .on("/co-quan/ket-qua/{id}/bien-nhan", look, get(papers::receipt))
        .on("/co-quan/ket-qua/{id}/thong-tin", hand, post(act::describe))
        .on("/co-quan/ket-qua/{id}/tep", hand, post(act::attach))
        .on("/co-quan/ket-qua/{id}/giao", hand, get(collect::form).post(collect::hand_over))
        .on("/co-quan/ket-qua/{id}/gui", hand, post(post::send))
        .on(
            "/co-quan/ket-qua/{id}/thu-hoi",
            Action::ResultRevoke,
            get(act::revoke_form).post(act::revoke),
        )
        .on(
            "/co-quan/ket-qua/{id}/cap-lai",
            Action::ResultRevoke,
            get(act::reissue_form).post(act::reissue),
        )
        .on(POST, look, get(post::list))
        .on("/co-quan/buu-gui/bang-ke", hand, post(post::hand_to_post))
        .on("/co-quan/buu-gui/bang-ke/{id}", look, get(papers::manifest))
        .on("/co-quan/buu-gui/nhap", hand, post(post::import))
        .on("/co-quan/buu-gui/{id}", hand, post(post::mark))
        .on("/kiem-tra", Action::PublicRead, get(verify::form))
        .on("/kiem-tra/{code}", Action::PublicRead, get(verify::show))
        .on("/ho-so/{code}/ket-qua/{id}", Action::DossierTrack, get(verify::download))
}
