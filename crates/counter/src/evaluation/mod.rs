//! The counter evaluated by the nine indicators: for a one-stop shop, for a body, for an official.
//!
//! Nothing can be typed in. Each figure says from how many of what it comes and opens its dossiers.

use domain::access::Action;
use site::{Routes, get};

mod count;
mod pages;

pub(crate) use count::counters_of;

#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    let view = Action::EvaluationView;
    Routes::default()
        .menu("Đánh giá", "/co-quan/danh-gia", view)
        .on("/co-quan/danh-gia", view, get(pages::evaluation))
        .on("/co-quan/danh-gia/ho-so", view, get(pages::behind))
        .on("/co-quan/danh-gia/xuat", view, get(pages::export))
        .on("/co-quan/danh-gia/in", view, get(pages::print))
}
