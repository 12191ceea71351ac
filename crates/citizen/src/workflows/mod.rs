//! Internal workflows (quy trình nội bộ): the list, the editor, the trial, publication, exchange.
//!
//! A version that is published is never changed. What is edited is a draft; whoever publishes it
//! makes a version that new dossiers take from its day on, and running ones do not.

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod changes;
pub mod configuration;
mod differences;
mod edit;
pub mod facts;
mod list;
mod picture;
mod publish;
mod reading;
mod show;
mod sql;
mod strict;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod tryout;

/// What the journal calls a version.
pub(crate) const SUBJECT: &str = "workflow";
/// What the journal calls a draft.
pub(crate) const DRAFT: &str = "workflow_draft";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::WorkflowManage;
    Routes::default()
        .configures(configuration::PART)
        .admin(
            AdminGroup::Work,
            ("Quy trình nội bộ", "/co-quan/quy-trinh"),
            manage,
            "Các bước, giờ, người làm của mỗi thủ tục: sửa, thử, công bố.",
        )
        .on("/co-quan/quy-trinh", manage, get(list::list))
        .on("/co-quan/quy-trinh/moi", manage, get(edit::new_form).post(edit::create))
        .on("/co-quan/quy-trinh/nhap", manage, get(transfer::form).post(transfer::import))
        .on("/co-quan/quy-trinh/xuat", manage, get(transfer::export_all))
        .on("/co-quan/quy-trinh/{code}", manage, get(show::show))
        .on("/co-quan/quy-trinh/{code}/xuat", manage, get(transfer::export))
        .on("/co-quan/quy-trinh/{code}/ap-dung", manage, post(show::bind))
        .on("/co-quan/quy-trinh/{code}/nhap-moi", manage, post(edit::begin))
        .on("/co-quan/quy-trinh/{code}/sua", manage, get(edit::form).post(edit::keep))
        .on("/co-quan/quy-trinh/{code}/thu", manage, get(tryout::page))
        .on(
            "/co-quan/quy-trinh/{code}/bo",
            manage,
            get(publish::discard_form).post(publish::discard),
        )
        .on("/co-quan/quy-trinh/{code}/cong-bo", manage, get(publish::form).post(publish::publish))
}

/// The address of a workflow's pages.
fn address(code: &str) -> String {
    format!("/co-quan/quy-trinh/{}", site::percent(code))
}
