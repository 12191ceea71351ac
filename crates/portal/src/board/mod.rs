//! A unit's screen in the hall and its touch page: the same slides, turned by themselves or chosen by hand.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.13 (guidance at the one-stop shop), NĐ 63/2010/NĐ-CP Đ.17 (posting). Nothing here is kept
//! but how a unit wants it; what is shown is read from where it belongs.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod setup;
mod show;
mod slides;
mod sql;

#[cfg(test)]
mod tests;

pub use setup::{plan, set_up};
pub use sql::{Plan, Setup};

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    use Action::{PublicRead, QueueManage};
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Bảng tin, ki-ốt tra cứu", setup::PAGE),
            QueueManage,
            "Trang chiếu trên màn hình và trang chạm ở sảnh: thứ tự, thời gian, nội quy, đường dây nóng.",
        )
        .on("/bang-tin/{unit}", PublicRead, get(show::screen))
        .on("/kiosk/{unit}", PublicRead, get(show::kiosk))
        .on(setup::PAGE, QueueManage, get(setup::list))
        .on("/co-quan/bang-tin/{unit}", QueueManage, get(setup::form).post(setup::keep))
}
