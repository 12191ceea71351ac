//! The head of the journal on paper, to sign and to post: whoever keeps it can tell later whether
//! anybody touched the past.

use axum::response::Response;
use domain::access::Action;
use prints::{Agency, LedgerHead};
use site::{Failure, Routes, Site, State, Who, get};
use store::{Fault, journal};

#[cfg(test)]
mod tests;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().on("/co-quan/nhat-ky/ma-doi-chieu.pdf", Action::JournalRead, get(print))
}

/// GET `/co-quan/nhat-ky/ma-doi-chieu.pdf`
async fn print(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let head = site.read(&who, |tx| Ok(journal::head(tx)?)).await?;
    let unit = who.home();
    let above = unit.and_then(|it| who.tree.unit(it)).and_then(|it| it.parent);
    let title = |it| who.tree.title(it).to_owned();
    let taken_at = domain::time::Instant::from_epoch_ms(head.at_ms).civil();
    let paper = LedgerHead {
        agency: Agency {
            parent: above.map_or_else(String::new, title),
            name: unit.map_or_else(String::new, title),
            place: unit
                .and_then(|it| who.tree.unit(it))
                .map_or_else(String::new, |it| it.place.clone()),
        },
        day: Some(who.today()),
        taken_at: Some(taken_at),
        entries: head.entries,
        previous: String::new(),
        url: format!("{}/co-quan/nhat-ky", site.config.base_url),
        command: format!("motcua ledger verify --head {}", head.head),
        hash: head.head,
        demo: site.config.demo,
        ..LedgerHead::default()
    };
    let made = tokio::task::spawn_blocking(move || prints::render_ledger_head(&paper)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    let name = format!("ma-doi-chieu-{}.pdf", who.today());
    Ok(site::file(bytes, "application/pdf", &name, false))
}
