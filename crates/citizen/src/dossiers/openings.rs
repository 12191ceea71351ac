//! Who opened a dossier: written down once for each official, dossier and day; a look without a part each time.

use domain::ids::DossierId;
use site::{Failure, Site, Who};

use super::sql::{self, openings};

/// Writes down that `who` opened `what` of a dossier: `page`, `file`, `print`, `declaration`. Whoever has a part in
/// it is written down once a day; a second opening reads one row and writes nothing.
///
/// # Errors
/// [`Failure::Fault`] of the engine: nobody opens what cannot be written down.
pub(crate) async fn opened(
    site: &Site,
    who: &Who,
    id: DossierId,
    is_own: bool,
    what: &'static str,
) -> Result<(), Failure> {
    let (account, day) = (who.account, who.today());
    if !is_own {
        return site
            .write(who, move |tx| {
                let details = serde_json::json!({ "what": what });
                tx.journal(
                    store::journal::Entry::new(sql::SUBJECT, id.0, "look").details(&details),
                );
                Ok(())
            })
            .await;
    }
    let known = site.glance(who, move |tx| Ok(openings::is_written(tx, id, account, day)?)).await?;
    if known {
        return Ok(());
    }
    site.write(who, move |tx| Ok(openings::write(tx, id, account, day, what)?)).await
}
