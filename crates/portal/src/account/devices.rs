//! Notices on a device of the account's owner: about every dossier that he follows from it.

use axum::response::Response;
use citizen::dossiers::facts as dossiers;
use messages::push;
use site::{Failure, Filled, Site, State, Who, told};
use store::{Fault, Tx};

use super::{SUBJECT, facts, facts::Citizen, session::SignedIn};

/// Dossiers that a device hears of from the start, at most: the newest.
const DOSSIERS_MAX: usize = 100;

/// The key that browsers are asked with and which of them hear already; nothing where the office sends no notices.
pub fn asking(
    site: &Site,
    tx: &mut Tx<'_>,
    me: &Citizen,
) -> Result<Option<(String, String)>, Fault> {
    let Some(key) = push::offered(site, tx)? else { return Ok(None) };
    Ok(Some((key, push::marks(tx, (SUBJECT, me.id.0))?.join(" "))))
}

/// A dossier was sent from an account: its devices hear of it.
pub fn hear_of(
    tx: &mut Tx<'_>,
    citizen: domain::ids::CitizenId,
    dossier: domain::ids::DossierId,
) -> Result<(), Fault> {
    push::copy(tx, (SUBJECT, citizen.0), ("dossier", dossier.0))
}

/// POST `/tai-khoan/bao-may`
pub async fn save(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let (inner, me, session) = (site.clone(), it.citizen.clone(), it.session);
    let off = typed.has("thoi");
    site.write(&who, move |tx| {
        if off {
            return Ok(push::drop_everywhere(tx, typed.get("thoi"))?);
        }
        let about = (SUBJECT, me.id.0);
        push::keep(&inner, tx, about, (typed.get("dang-ky"), Some(session)))?;
        for id in facts::dossiers_of(tx, &me)?.into_iter().take(DOSSIERS_MAX) {
            let Some(kept) = dossiers::by_id(tx, id)? else { continue };
            if !kept.dossier.status.is_over() {
                push::copy(tx, about, ("dossier", id.0))?;
            }
        }
        Ok(())
    })
    .await?;
    let said = if off { words.say("push-ended") } else { words.say("push-begun") };
    Ok(told("/tai-khoan", &said))
}
