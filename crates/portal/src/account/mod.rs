//! Accounts of citizens: who they are, how surely we know it, their sessions, and what becomes of their data.
//!
//! The rules are in `domain::assurance`, `domain::consent` and `domain::retention`. Other slices come through
//! [`facts`].

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod codes;
mod counter;
mod devices;
pub mod facts;
mod home;
mod oidc;
mod own;
mod pending;
mod phone;
mod privacy;
mod providers;
mod sending;
mod session;
mod sign_in;
mod sql;

#[cfg(test)]
mod tests;

/// What the journal calls an account of a citizen.
pub const SUBJECT: &str = "citizen";
/// What the journal calls a provider of identity.
const PROVIDER: &str = "identity_provider";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let mine = Action::CitizenAccount;
    Routes::default()
        .consents(facts::word_of)
        .on("/dang-nhap", mine, get(sign_in::form).post(sign_in::send))
        .on("/dang-nhap/nhap-ma", mine, get(sign_in::code_form).post(sign_in::code))
        .on("/dang-nhap/mo-tai-khoan", mine, get(pending::form).post(pending::create))
        .on("/dang-nhap/qua/{id}", mine, get(oidc::go))
        .on("/dang-nhap/ve/{id}", mine, get(oidc::back))
        .on("/dang-xuat", mine, post(sign_in::sign_out))
        .on("/tai-khoan", mine, get(home::show))
        .on("/tai-khoan/bao-may", mine, post(devices::save))
        .on("/tai-khoan/lien-he", mine, get(home::contact_form).post(home::contact))
        .on("/tai-khoan/dien-thoai", mine, get(phone::form).post(phone::send))
        .on("/tai-khoan/hien-thi", mine, post(home::taste))
        .on("/tai-khoan/ma-tai-quay", mine, post(home::counter_code))
        .sessions(session::is_open)
        .holders(session::of_token)
        .on("/tai-khoan/ho-so/{code}", mine, post(own::open))
        .on("/tai-khoan/ho-so/{code}/cua-toi", mine, post(own::claim))
        .on("/tai-khoan/ho-so/{code}/khong-phai-toi", mine, post(own::deny))
        .on("/tai-khoan/phien/{id}/ket-thuc", mine, post(home::end_session))
        .on("/tai-khoan/ket-thuc-het", mine, post(home::end_all))
        .and(office())
        .and(privacy::routes())
}

fn office() -> Routes {
    let list = "/co-quan/quan-tri/dinh-danh";
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Đăng nhập của người dân", list),
            Action::PortalManage,
            "Nhà cung cấp định danh điện tử: VNeID, Cổng dịch vụ công quốc gia, tỉnh.",
        )
        .admin(
            AdminGroup::Work,
            ("Xác nhận danh tính công dân", counter::ADDRESS),
            Action::DossierReceive,
            "Quét căn cước, gắn số định danh với tài khoản của người đang đứng tại quầy.",
        )
        .on(list, Action::PortalManage, get(providers::list))
        .on(
            "/co-quan/quan-tri/dinh-danh/moi",
            Action::PortalManage,
            get(providers::new).post(providers::create),
        )
        .on(
            "/co-quan/quan-tri/dinh-danh/{id}",
            Action::PortalManage,
            get(providers::edit).post(providers::change),
        )
        .on("/co-quan/quan-tri/dinh-danh/{id}/thu", Action::PortalManage, post(providers::try_line))
        .on("/co-quan/quan-tri/dinh-danh/{id}/xoa", Action::PortalManage, post(providers::remove))
        .on(counter::ADDRESS, Action::DossierReceive, get(counter::form).post(counter::confirm))
}
