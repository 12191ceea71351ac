//! Accounts: sign-in, passwords, second factor, passkeys, sessions.

use domain::access::Action;
use site::{Routes, get, post};

mod actions;
mod admin;
pub mod facts;
mod pages;
mod passkeys;
mod sql;

#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    admin::routes()
        .and(passkeys::routes())
        .on("/co-quan/dang-nhap", Action::SignIn, get(pages::sign_in).post(actions::sign_in))
        .on("/co-quan/dang-xuat", Action::SignIn, post(actions::sign_out))
        .on(
            "/co-quan/doi-mat-khau-dau",
            Action::SignIn,
            get(pages::first_password).post(actions::first_password),
        )
        .on("/co-quan/ma-xac-thuc", Action::SignIn, get(pages::code).post(actions::code))
        .on(
            "/co-quan/cai-ma-xac-thuc",
            Action::SignIn,
            get(pages::enrol_first).post(actions::enrol_first),
        )
        .on("/co-quan/tai-khoan", Action::OwnAccount, get(pages::own))
        .on(
            "/co-quan/tai-khoan/mat-khau",
            Action::OwnAccount,
            get(pages::password).post(actions::password),
        )
        .on(
            "/co-quan/tai-khoan/ma-xac-thuc",
            Action::OwnAccount,
            get(pages::enrol).post(actions::enrol),
        )
        .on("/co-quan/tai-khoan/bo-ma-xac-thuc", Action::OwnAccount, post(actions::remove_code))
        .on(
            "/co-quan/tai-khoan/phien/{id}/ket-thuc",
            Action::OwnAccount,
            post(actions::end_session),
        )
        .on("/co-quan/tai-khoan/ket-thuc-het", Action::OwnAccount, post(actions::end_all))
}
