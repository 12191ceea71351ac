//! What a citizen may ask of us about his data (NĐ 13/2023/NĐ-CP Đ.9): know, agree, take back, get a copy, have it
//! erased, see who looked; and the terms after which data go by themselves.

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

pub(super) mod consent;
mod erase;
mod export;
mod looks;
mod notice;
mod retention;

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let mine = Action::CitizenAccount;
    Routes::default()
        .on("/rieng-tu", Action::PublicRead, get(notice::show))
        .on("/tai-khoan/dong-y", mine, get(consent::list))
        .on("/tai-khoan/dong-y/{code}", mine, post(consent::change))
        .on("/tai-khoan/ai-da-xem", mine, get(looks::show))
        .on("/tai-khoan/xuat", mine, post(export::take))
        .on("/tai-khoan/dong", mine, get(erase::form).post(erase::close))
        .on(retention::ADDRESS, Action::PersonErase, get(retention::show))
        .admin(
            AdminGroup::Oversight,
            ("Thời hạn lưu dữ liệu", retention::ADDRESS),
            Action::PersonErase,
            "Dữ liệu nào tự xóa sau bao lâu, đã xóa bao nhiêu, lần tới khi nào.",
        )
        .job_apart(retention::JOB, 24 * 60, retention::run)
}
