//! The working calendar: what ships, what the office adds, and what a change would move.
//!
//! The rules are in `domain::calendar` and `domain::hours`.

use domain::access::Action;
use site::{Routes, get};

pub mod facts;
mod pages;
pub mod sql;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().menu("Lịch làm việc", "/lich-lam-viec", Action::CalendarView).on(
        "/lich-lam-viec",
        Action::PublicRead,
        get(pages::year),
    )
}
