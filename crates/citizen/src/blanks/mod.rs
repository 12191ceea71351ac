//! Blank forms to download: files that the reform officers attach to a procedure, or to a form that
//! several procedures ask for. Offered from level 2 on.

use domain::access::Action;
use site::{Routes, get};

pub mod facts;
mod pages;
mod sql;
#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::ProcedureManage;
    Routes::default().on("/thu-tuc/{code}/mau/{file}", Action::PublicRead, get(pages::download)).on(
        "/co-quan/thu-tuc/{code}/mau",
        manage,
        get(pages::form).post(pages::change),
    )
}
