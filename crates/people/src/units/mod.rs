//! Units as dated data: names, codes and parents hold from a date to a date.
//!
//! The rules are in `domain::org`; how far somebody's rights reach is in [`reach`].

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod edit;
mod end;
pub mod facts;
mod pages;
mod reach;
mod sql;

#[cfg(test)]
mod tests;

/// Where the pages of this slice are.
const ADDRESS: &str = "/co-quan/quan-tri/don-vi";

/// What a form says that was filled from another state.
const STALE: &str = "Đơn vị vừa được người khác sửa. Hãy xem lại đơn vị rồi ghi lần nữa.";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::UnitManage;
    Routes::default()
        .admin(
            AdminGroup::Organisation,
            ("Đơn vị", ADDRESS),
            manage,
            "Cây tổ chức theo ngày: tên, mã, cấp trên, sáp nhập, chia tách.",
        )
        .on(ADDRESS, manage, get(pages::list))
        .on("/co-quan/quan-tri/don-vi/xuat", manage, get(pages::export))
        .on("/co-quan/quan-tri/don-vi/moi", manage, get(edit::new_form).post(edit::create))
        .on("/co-quan/quan-tri/don-vi/{id}", manage, get(pages::show))
        .on("/co-quan/quan-tri/don-vi/{id}/sua", manage, get(edit::form).post(edit::change))
        .on("/co-quan/quan-tri/don-vi/{id}/ket-thuc", manage, get(end::form).post(end::end))
        .on("/co-quan/quan-tri/don-vi/{id}/mo-lai", manage, post(end::reopen))
}
