//! What anybody may do: send, follow, say whether it is solved, read what was answered.

mod answers;
mod follow;
mod form;
pub(super) mod pass;
mod similar;

use domain::{access::Action, feedback::Class};
use site::{Failure, Lang, Routes, Site, Who, get, post};

/// The routes of this part.
pub(super) fn routes() -> Routes {
    let send = Action::FeedbackSend;
    Routes::default()
        .on("/phan-anh", send, get(form::choose))
        .on("/phan-anh/tra-loi", send, get(answers::page))
        .on("/phan-anh/da-gui/{pass}", send, get(form::sent))
        .on("/phan-anh/theo-doi", send, get(follow::ask).post(follow::open))
        .on("/phan-anh/theo-doi/{code}", send, get(follow::page))
        .on("/phan-anh/theo-doi/{code}/bo-sung", send, post(follow::supply))
        .on("/phan-anh/theo-doi/{code}/giai-quyet", send, post(follow::say))
        .on("/phan-anh/toi-cung-vay/{code}", send, post(similar::me_too))
        .on("/phan-anh/{unit}", send, get(form::page).post(form::send))
}

/// Sendings and questions from one address within [`WINDOW_S`]: a whole hall may stand behind one.
const PER_ADDRESS_MAX: u32 = 30;
const WINDOW_S: i64 = 15 * 60;

fn limit(site: &Site, who: &Who, what: &str, most: u32) -> Result<(), Failure> {
    let key = format!("{what}:{}", who.origin);
    let taken = site.limiter.take(&key, most, WINDOW_S, who.now);
    taken.map_err(|wait_s| Failure::TooMany { wait_s })
}

/// A class in the language of the page.
const fn class_name(class: Class, lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => class.label(),
        Lang::En => class.english(),
    }
}
