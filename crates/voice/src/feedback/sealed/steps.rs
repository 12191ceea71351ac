//! Steps of a denunciation: the register's, with words that are sealed.

use axum::response::Response;
use domain::ids::FeedbackId;
use site::{Failure, Fields, Filled, Path, Site, State, Who, told};
use store::journal::Entry;

use super::{
    super::petitions::{self, pages::read_step},
    PAGE, close, pages,
};

/// POST `/co-quan/don-to-cao/{id}/buoc`
pub(super) async fn take(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let whole = read_step(&mut fields);
    let (step, document, words) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => {
            let again = pages::show_with(&site, &who, id, (&m, None)).await?;
            return Err(Failure::Mistaken(again));
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (entry, _) = pages::find(&inner, tx, &asker, id)?;
        let sealed = close::sealed(&inner, "step", id, &words)?;
        petitions::take(&inner, tx, &entry, (step, &document, &sealed))?;
        tx.journal(Entry::new("denunciation", entry.unit.0, "denunciation_step"));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{id}"), "Đã ghi bước."))
}
