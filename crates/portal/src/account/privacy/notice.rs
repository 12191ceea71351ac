//! The notice on personal data (NĐ 13/2023/NĐ-CP Đ.13): who, what, why, how long, which rights.

use askama::Template;
use domain::consent;
use site::{Failure, Html, Shell, Site, State, Who};

use super::{consent as purposes, retention};

struct Line {
    title: String,
    text: String,
    data: String,
    stops: String,
}

#[derive(Template)]
#[template(path = "account/templates/notice.html")]
struct Page {
    shell: Shell,
    agency: String,
    address: String,
    phone: String,
    purposes: Vec<Line>,
    basis: &'static str,
    /// Vietnamese on both pages: they are the law's words.
    terms: Vec<retention::TermLine>,
}

/// GET `/rieng-tu`
pub async fn show(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let seat = who.tree.seat();
    let said = |it: &consent::Said| purposes::in_lang(it, who.lang).to_owned();
    site.page(&Page {
        shell: site.shell(&who),
        agency: seat.map(|it| it.title.clone()).unwrap_or_default(),
        address: seat.map(|it| it.address.clone()).unwrap_or_default(),
        phone: seat.map(|it| it.phone.clone()).unwrap_or_default(),
        purposes: purposes::of_day(who.today())
            .into_iter()
            .map(|it| Line {
                title: said(&it.title),
                text: said(&it.text),
                data: said(&it.data),
                stops: said(&it.stops),
            })
            .collect(),
        basis: purposes::basis(),
        terms: retention::terms(who.today(), who.lang == site::Lang::En),
    })
}
