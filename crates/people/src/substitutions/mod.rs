//! Standing in during absence: who, for whom, when and why.
//!
//! The rules are in `domain::substitution`.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

pub mod facts;
mod pages;
mod sql;

#[cfg(test)]
mod tests;

/// Where the pages of this slice are.
const ADDRESS: &str = "/co-quan/quan-tri/thay-the";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::SubstitutionManage;
    Routes::default()
        .admin(
            AdminGroup::Organisation,
            ("Thay thế khi vắng mặt", ADDRESS),
            manage,
            "Cử người thay khi có người nghỉ, đi công tác; xem, rút ngắn, bỏ.",
        )
        .on(ADDRESS, manage, get(pages::list))
        .on("/co-quan/quan-tri/thay-the/xuat", manage, get(pages::export))
        .on("/co-quan/quan-tri/thay-the/moi", manage, get(pages::form).post(pages::add))
        .on("/co-quan/quan-tri/thay-the/{id}", manage, get(pages::change_form).post(pages::change))
}
