//! People who work for the office: who they are, and which positions they hold over time.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod exchange;
pub mod facts;
mod holdings;
mod import;
mod list;
mod person;
mod positions;
mod sql;

#[cfg(test)]
mod tests;

/// Where the pages of people are.
const ADDRESS: &str = "/co-quan/quan-tri/can-bo";

/// What a form says that was filled from another state.
const STALE: &str = "Mục này vừa được người khác sửa. Hãy xem lại rồi ghi lần nữa.";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::StaffManage;
    Routes::default()
        .admin(
            AdminGroup::Organisation,
            ("Cán bộ", ADDRESS),
            manage,
            "Người, chức danh đang giữ và đã giữ; nhập từ Excel.",
        )
        .on(ADDRESS, manage, get(list::list))
        .on("/co-quan/quan-tri/can-bo/xuat", manage, get(list::export))
        .on("/co-quan/quan-tri/can-bo/moi", manage, get(person::new_form).post(person::create))
        .on("/co-quan/quan-tri/can-bo/nhap", manage, get(import::form).post(import::import))
        .on("/co-quan/quan-tri/can-bo/nhap/mau", manage, get(import::sample))
        .on("/co-quan/quan-tri/can-bo/{id}", manage, get(person::show))
        .on("/co-quan/quan-tri/can-bo/{id}/sua", manage, get(person::form).post(person::change))
        .on(
            "/co-quan/quan-tri/can-bo/{id}/chuc-vu",
            manage,
            get(holdings::form).post(holdings::give),
        )
        .on("/co-quan/quan-tri/chuc-vu/{id}", manage, get(holdings::end_form).post(holdings::end))
        .on(
            "/co-quan/quan-tri/don-vi/{id}/chuc-danh",
            manage,
            get(positions::list).post(positions::add),
        )
        .on(
            "/co-quan/quan-tri/chuc-danh/{id}",
            manage,
            get(positions::form).post(positions::change),
        )
}
