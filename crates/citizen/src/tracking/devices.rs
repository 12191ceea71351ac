//! Notices on the device of whoever follows a dossier.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::codes::DossierCode;
use messages::push;
use site::{Failure, Filled, Path, Redirect, Site, State, Who, told};
use store::{Fault, Tx};

use super::{Sight, sees};
use crate::dossiers::facts;

/// What the page needs to ask a browser: the key, and which browsers hear of the dossier already.
pub struct Asking {
    /// See [`push::offered`].
    pub key: String,
    /// See [`push::marks`], with spaces between.
    pub known: String,
    /// Where the answer goes.
    pub to: String,
}

/// What the page of a dossier needs; nothing where the office does not send notices, or nothing more will be told.
pub fn asking(
    site: &Site,
    tx: &mut Tx<'_>,
    (dossier, code): (domain::ids::DossierId, &str),
    is_over: bool,
) -> Result<Option<Asking>, Fault> {
    if is_over {
        return Ok(None);
    }
    let Some(key) = push::offered(site, tx)? else { return Ok(None) };
    let known = push::marks(tx, ("dossier", dossier.0))?.join(" ");
    Ok(Some(Asking { key, known, to: format!("/ho-so/{code}/bao-may") }))
}

/// POST `/ho-so/{code}/bao-may`: this browser wants to hear about the dossier, or no more.
pub async fn save(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let code = DossierCode::parse(&code).map_err(|_| Failure::NotFound)?.to_string();
    if !sees(&site, &who, &headers, &code, Sight::Follows).await? {
        let back = format!("/tra-cuu?ma-ho-so={}", site::percent(&code));
        return Ok(Redirect::to(&back).into_response());
    }
    let words = site.shell(&who).words;
    let (inner, asked) = (site.clone(), code.clone());
    let off = typed.has("thoi");
    site.write(&who, move |tx| {
        let id = facts::id_of(tx, &asked)?.ok_or(Failure::NotFound)?;
        let about = ("dossier", id.0);
        if off {
            return Ok(push::drop_one(tx, about, typed.get("thoi"))?);
        }
        push::keep(&inner, tx, about, (typed.get("dang-ky"), None))
    })
    .await?;
    let said = if off { words.say("push-ended") } else { words.say("push-begun") };
    Ok(told(&format!("/ho-so/{code}"), &said))
}
