//! Forms that the office builds (biểu mẫu điện tử); their rules are in `domain::eform`.
//!
//! A version that is published is never changed. What is edited is a draft; whoever publishes it
//! makes a version that is filled in from its day on. What was begun or declared by an older
//! version stays with that version.

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod changes;
mod conditions;
mod configuration;
mod declared;
mod edit;
pub mod facts;
pub mod fill;
mod list;
mod misread;
mod news;
pub mod papers;
mod part;
mod proposing;
mod public;
mod publish;
pub mod shipped;
mod show;
pub mod signing;
mod sql;
#[cfg(test)]
mod tests;
mod transfer;
mod tryout;
pub mod walk;

/// What the journal calls a version.
pub(crate) const SUBJECT: &str = "eform";
/// What the journal calls a draft.
pub(crate) const DRAFT: &str = "eform_draft";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    public_pages().and(builder()).and(beside_dossiers())
}

fn public_pages() -> Routes {
    let read = Action::PublicRead;
    Routes::default()
        .on("/to-khai", read, get(public::list))
        .on("/to-khai/{code}", read, get(public::form).post(public::fill))
        .on("/to-khai/{code}/in.pdf", read, get(public::print))
        .on("/ky/{secret}", read, get(signing::form).post(signing::answer))
}

fn beside_dossiers() -> Routes {
    let view = Action::DossierView;
    Routes::default()
        .ties(declared::ties)
        .on("/co-quan/ho-so/{id}/to-khai", view, get(declared::show).post(declared::fill))
        .on("/co-quan/ho-so/{id}/to-khai/ky", view, post(signing::make))
        .on("/co-quan/ho-so/{id}/to-khai/in.pdf", view, get(declared::print))
}

fn builder() -> Routes {
    let manage = Action::ProcedureManage;
    Routes::default()
        .configures(configuration::PART)
        .admin(
            AdminGroup::Work,
            ("Biểu mẫu điện tử", PAGE),
            manage,
            "Tờ khai điền trên mạng: phần, mục, điều kiện, quy tắc, người ký; thử, công bố.",
        )
        .on(PAGE, manage, get(list::list))
        .on("/co-quan/bieu-mau/moi", manage, get(edit::new_form).post(edit::create))
        .on("/co-quan/bieu-mau/co-san", manage, post(list::seed))
        .on("/co-quan/bieu-mau/ban-moi", manage, post(news::take_all))
        .on("/co-quan/bieu-mau/nhap", manage, get(transfer::form).post(transfer::import))
        .on("/co-quan/bieu-mau/xuat", manage, get(transfer::export_all))
        .on("/co-quan/bieu-mau/{code}", manage, get(show::show))
        .on("/co-quan/bieu-mau/{code}/xuat", manage, get(transfer::export))
        .on("/co-quan/bieu-mau/{code}/ban-moi", manage, get(news::compare).post(news::answer))
        .on("/co-quan/bieu-mau/{code}/ap-dung", manage, post(show::bind))
        .on("/co-quan/bieu-mau/{code}/nhap-moi", manage, post(edit::begin))
        .on("/co-quan/bieu-mau/{code}/sua", manage, get(edit::form).post(edit::keep))
        .on("/co-quan/bieu-mau/{code}/sua/muc", manage, get(part::form).post(part::keep))
        .on("/co-quan/bieu-mau/{code}/thu", manage, get(tryout::form).post(tryout::fill))
        .on(
            "/co-quan/bieu-mau/{code}/bo",
            manage,
            get(publish::discard_form).post(publish::discard),
        )
        .on("/co-quan/bieu-mau/{code}/cong-bo", manage, get(publish::form).post(publish::publish))
}

const PAGE: &str = "/co-quan/bieu-mau";

/// The address of a form's pages.
fn address(code: &str) -> String {
    format!("{PAGE}/{}", site::percent(code))
}
