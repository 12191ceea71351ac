//! The first page of the administration: what there is, by right.

use askama::Template;
use domain::access::Action;
use site::{AdminEntry, AdminGroup, Failure, Html, Routes, Shell, Site, State, Who, get};

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
    groups: Vec<(AdminGroup, Vec<AdminEntry>)>,
}

/// GET `/co-quan/quan-tri`
async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let of = |group: AdminGroup| {
        let pages = site.admin_pages(&who).filter(|it| it.group == group);
        (group, pages.copied().collect::<Vec<_>>())
    };
    let groups = AdminGroup::ALL.into_iter().map(of).filter(|(_, pages)| !pages.is_empty());
    site.page(&Home { shell: site.shell(&who), groups: groups.collect() })
}
