//! Signatures: whom we trust, the seals of units, whose certificate is whose; what comes in is opened
//! at once, and results are signed.
//!
//! The cryptography is in the crate `signing`.

use domain::access::Action;
use site::{AdminGroup, Routes, get};

mod admin;
mod awaiting;
pub(crate) mod clamd;
pub mod facts;
pub(crate) mod incoming;
mod judging;
mod sql;

#[cfg(test)]
pub(crate) mod tests;

/// Where the page of the administration is.
const PAGE: &str = "/co-quan/quan-tri/chung-thu";

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Oversight,
            ("Chứng thư và con dấu số", PAGE),
            Action::SealManage,
            "Chứng thư gốc được tin cậy, con dấu số của đơn vị, chứng thư của người ký, quét mã độc tệp gửi đến.",
        )
        .on(PAGE, Action::SealManage, get(admin::page).post(admin::change))
        .on(
            "/co-quan/quan-tri/chung-thu/{step}/{id}",
            Action::SealManage,
            get(admin::confirm).post(admin::remove),
        )
        .awaits(awaiting::awaits)
        .job_apart("scan_waiting_files", 1, incoming::scan_waiting)
        .job_apart("judge_signatures_again", 1, judging::judge_again)
}
