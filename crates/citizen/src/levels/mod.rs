//! Levels of online services as each unit offers them: set from a day on with a reason, never above
//! what is possible, and how much each level is used.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod configuration;
pub mod facts;
mod many;
mod pages;
mod set;
mod sheet;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod usage;

/// The list.
const PAGE: &str = "/co-quan/muc-do";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .on(PAGE, Action::PostingManage, get(pages::list))
        .on("/co-quan/muc-do/nhieu", Action::PostingManage, get(many::form).post(many::change))
        .on("/co-quan/muc-do/su-dung", Action::RegisterPrint, get(usage::table))
        .on(
            "/co-quan/muc-do/{unit}/{code}",
            Action::PostingManage,
            get(set::form).post(set::change),
        )
        .configures(configuration::PART)
        .admin(
            AdminGroup::Work,
            ("Mức độ dịch vụ công", PAGE),
            Action::PostingManage,
            "Mỗi đơn vị nhận thủ tục nào qua mạng, từ ngày nào, vì sao.",
        )
        .admin(
            AdminGroup::Work,
            ("Sử dụng dịch vụ công theo mức độ", "/co-quan/muc-do/su-dung"),
            Action::RegisterPrint,
            "Số thủ tục từng mức và tỷ lệ hồ sơ nộp qua mạng của từng đơn vị.",
        )
}
