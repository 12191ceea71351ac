//! The first page of the administration: what there is, by right.

use askama::Template;
use domain::access::Action;
use site::{AdminEntry, Failure, Html, Routes, Shell, Site, State, Who, get};

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().menu("Quản trị", "/co-quan/quan-tri", Action::AdminHome).on(
        "/co-quan/quan-tri",
        Action::AdminHome,
        get(home),
    )
}

#[derive(Template)]
#[template(path = "admin/templates/home.html")]
struct Home {
    shell: Shell,
    pages: Vec<AdminEntry>,
}

/// GET `/co-quan/quan-tri`
async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let pages = site.admin_pages(&who).copied().collect();
    site.page(&Home { shell: site.shell(&who), pages })
}
