//! Dossiers of the one-stop shop: received, handed on, settled, returned.
//!
//! The rules are in `domain::dossier` and `domain::deadline`; here is how a dossier is found,
//! kept and shown.

use domain::access::Action;
use site::{Routes, get, post};

mod checklist;
pub(crate) mod collect;
mod copies;
pub mod desk;
mod drafts;
pub mod facts;
pub(crate) mod files;
mod home;
mod intake;
mod keys;
pub mod links;
mod list;
mod many;
mod members;
mod ocr;
pub mod online;
mod openings;
mod packages;
mod papers;
pub mod parts;
mod party;
mod person;
mod printing;
mod recent;
mod reuse;
mod scanned;
mod show;
mod signed;
mod slips;
pub(crate) mod sql;
mod steps;
mod trips;
pub(crate) mod turns;
mod view;
mod visits;

#[cfg(test)]
pub(crate) mod tests;

pub use files::{Stored, attach_to, put_away};
pub(crate) use show::again as shown_again;
pub use sql::{Member, Organisation, Paper, Person, ProxyPaper};

/// What makes the desk quick: drafts, the print queue, keys, receipts that are scanned.
fn desk_routes() -> Routes {
    use Action::{DossierReceive, DossierStep, DossierTrack, DossierView, OfficeHome};
    Routes::default()
        .on("/co-quan/phim-tat", OfficeHome, get(keys::page))
        .on("/co-quan/ma", DossierView, get(scanned::open))
        .on("/co-quan/nhap", DossierReceive, get(drafts::list).post(drafts::save))
        .on("/co-quan/nhap/song", DossierReceive, get(drafts::alive))
        .on("/co-quan/nhap/{id}/bo", DossierReceive, post(drafts::discard))
        .on("/co-quan/hang-in", DossierReceive, get(printing::page).post(printing::print))
        .on("/co-quan/hang-in/{id}/in-lai", DossierReceive, post(printing::again))
        .on("/co-quan/hang-in/{id}/bo", DossierReceive, post(printing::remove))
        .on("/co-quan/ho-so/{id}/hang-in", DossierReceive, post(printing::add))
        .on("/co-quan/ho-so/giay-da-nop/{file}", DossierReceive, get(reuse::show))
        .on("/co-quan/ho-so/{id}/rut-dong-y", DossierReceive, post(reuse::withdraw))
        .on("/co-quan/ho-so/{id}/dong-y-lai", DossierReceive, post(reuse::agree))
        .on(
            "/co-quan/ho-so/{id}/giay-to",
            DossierStep,
            get(checklist::page::form).post(checklist::page::save),
        )
        .on(
            "/co-quan/ho-so/{id}/tep/{file}/ban-sao",
            DossierReceive,
            get(copies::form).post(copies::certify),
        )
        .on("/co-quan/ho-so/{id}/tep/{file}/doc-chu", DossierReceive, post(ocr::read))
        .on("/co-quan/ho-so/{id}/ban-sao/{code}", DossierReceive, get(copies::sheet))
        .on(
            "/co-quan/ho-so/{id}/ban-sao/{code}/thu-hoi",
            DossierReceive,
            get(copies::revoke_form).post(copies::revoke),
        )
        .on("/ban-sao", DossierTrack, get(copies::ask))
        .on("/ban-sao/{code}", DossierTrack, get(copies::check).post(copies::hold_against))
}

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    visits::routes()
        .and(members::routes())
        .and(many::routes())
        .and(packages::routes())
        .and(trips::routes())
        .menu("Việc hôm nay", "/co-quan", Action::OfficeHome)
        .menu("Hồ sơ", "/co-quan/ho-so", Action::DossierView)
        .menu("Tiếp nhận", "/co-quan/ho-so/moi", Action::DossierReceive)
        .needs_unit(facts::needs_unit)
        .job_apart("workflow-timers", 5, |site| Box::pin(desk::move_all_on(site)))
        .on("/co-quan", Action::OfficeHome, get(home::home))
        .on("/co-quan/ho-so", Action::DossierView, get(list::list))
        .on("/co-quan/ho-so/loc", Action::DossierView, post(list::save_filter))
        .on("/co-quan/ho-so/loc/{id}/xoa", Action::DossierView, post(list::forget_filter))
        .on("/co-quan/ho-so/phan-cong", Action::DossierAssign, post(list::assign_many))
        .on("/co-quan/ho-so/moi", Action::DossierReceive, get(intake::new).post(intake::receive))
        .on("/co-quan/ho-so/{id}", Action::DossierView, get(show::show))
        .on("/co-quan/ho-so/{id}/tep", Action::DossierStep, post(files::add))
        .on("/co-quan/ho-so/{id}/tep/{file}", Action::DossierView, get(files::show))
        .on(
            "/co-quan/ho-so/{id}/ket-qua-so",
            Action::DossierStep,
            get(signed::page).post(signed::put),
        )
        .on("/co-quan/ho-so/{id}/ky-so", Action::DossierStep, post(signed::begin))
        .on("/co-quan/ho-so/{id}/dong-dau-so", Action::DossierStep, post(signed::seal))
        .on("/ky-so/{code}", Action::PublicRead, post(signed::hand_back))
        .on("/ky-so/{code}/van-ban.pdf", Action::PublicRead, get(signed::fetch))
        .on("/co-quan/ho-so/{id}/in/{paper}", Action::DossierView, get(papers::print))
        .on(
            "/co-quan/ho-so/{id}/sua-nguoi-nop",
            Action::DossierReceive,
            get(person::form).post(person::correct),
        )
        .and(desk_routes())
        .on("/co-quan/so-theo-doi", Action::RegisterPrint, get(papers::register))
        .and(links::routes())
        .on("/co-quan/ho-so/{id}/{step}", Action::DossierStep, get(steps::form).post(steps::take))
}
