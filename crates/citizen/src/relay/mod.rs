//! Between two installations: messages that are signed, sent until they are acknowledged, carried out once
//! and in order.
//!
//! “It has reached their counter” and “they have accepted it” are two messages and two states
//! (`domain::link::LinkState`): nothing that another system says is taken for more than it is.

use domain::access::Action;
use site::{AdminGroup, Routes, get, post};

mod believe;
pub(crate) mod facts;
mod keys;
mod message;
pub(crate) mod outgoing;
mod pages;
mod pairing;
mod receive;
mod send;
mod sign;
mod sql;

#[cfg(test)]
mod tests;

pub(crate) use sql::Route;

/// What a partner's secret is sealed for.
const SECRET: &str = "relay-secret";
/// What the journal calls a partner.
const SUBJECT: &str = "relay_partner";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Liên thông với hệ thống khác", "/co-quan/quan-tri/he-thong-khac"),
            Action::RelayManage,
            "Đối tác, khóa ký, đơn vị và thủ tục gửi đi; đường truyền, bản tin chờ và bản tin hỏng.",
        )
        .job_apart("relay_send", 1, send::send)
        .on("/co-quan/quan-tri/he-thong-khac", Action::RelayManage, get(pages::list))
        .on(
            "/co-quan/quan-tri/he-thong-khac/moi",
            Action::RelayManage,
            get(pages::new).post(pages::create),
        )
        .on(
            "/co-quan/quan-tri/he-thong-khac/{id}",
            Action::RelayManage,
            get(pages::show).post(pages::change),
        )
        .on("/co-quan/quan-tri/he-thong-khac/khoa", Action::RelayManage, post(pairing::make))
        .on("/co-quan/quan-tri/he-thong-khac/{id}/khoa", Action::RelayManage, post(pairing::add))
        .on(
            "/co-quan/quan-tri/he-thong-khac/khoa/{id}/thu-hoi",
            Action::RelayManage,
            get(pairing::ask).post(pairing::revoke),
        )
        .on("/co-quan/quan-tri/he-thong-khac/{id}/dung", Action::RelayManage, post(pages::pause))
        .on("/co-quan/quan-tri/he-thong-khac/{id}/gui-lai", Action::RelayManage, post(pages::retry))
        .on("/co-quan/quan-tri/he-thong-khac/{id}/noi-nhan", Action::RelayManage, post(pages::add_route))
        .on(
            "/co-quan/quan-tri/he-thong-khac/noi-nhan/{id}/xoa",
            Action::RelayManage,
            post(pages::drop_route),
        )
        .on(sign::PATH, Action::RelayReceive, post(receive::receive))
}
