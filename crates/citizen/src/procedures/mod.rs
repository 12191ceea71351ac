//! The catalogue of procedures: versions by date, public pages, notice boards.

use domain::access::Action;
use site::{Routes, get};

pub mod exchange;
pub mod facts;
mod pages;
mod sql;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .on("/", Action::PublicRead, get(pages::home))
        .on("/thu-tuc", Action::PublicRead, get(pages::search))
        .on("/thu-tuc/{code}", Action::PublicRead, get(pages::show))
        .on("/thu-tuc/{code}/in.pdf", Action::PublicRead, get(pages::print))
        .on("/niem-yet/{unit}", Action::PublicRead, get(pages::board))
        .on("/niem-yet/{unit}/in.pdf", Action::PublicRead, get(pages::print_board))
}
