//! Filings for other slices: what somebody began from his account and did not send.

use citizen::dossiers::desk::Desk;
use domain::{
    ids::{AccountId, CitizenId, DossierId},
    paper::AssistConsent,
    time::Instant,
};
use site::{Failure, Site, Who};
use store::{Fault, Tx, journal::Entry};

pub use super::send::Filed;
use super::{
    draft::{KEY, Keeper, begun_for},
    send, sql,
};

/// Drafts of one account that are shown.
const OWN_MAX: i64 = 20;

/// A draft that waits for its citizen.
#[derive(Debug, Clone)]
pub struct Draft {
    /// National code of the procedure.
    pub procedure: String,
    /// The one-stop shop.
    pub unit: domain::ids::UnitId,
    /// Where it goes on.
    pub href: String,
    /// When it was kept last.
    pub changed: Instant,
}

/// What a citizen began from his account and did not send, the newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn drafts_of(site: &Site, tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<Draft>, Fault> {
    let mut found = Vec::new();
    for it in sql::own(tx, citizen, OWN_MAX)? {
        let secret = site.seal.open(KEY, &it.key)?;
        found.push(Draft {
            href: format!("/nop/{}/{secret}", it.procedure),
            procedure: it.procedure,
            unit: it.unit,
            changed: it.changed,
        });
    }
    Ok(found)
}

/// A dossier that was sent at once, as if there had been a draft: what the demo plays.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there.
pub fn file(tx: &mut Tx<'_>, desk: Desk<'_>, it: &Filed<'_>) -> Result<DossierId, Failure> {
    Ok(lay(tx, desk, it, Keeper::Nobody)?.1)
}

/// The row of the filing and the dossier that came of it.
fn lay(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    it: &Filed<'_>,
    keeper: Keeper<'_>,
) -> Result<(i64, DossierId), Failure> {
    let hash = site::token_sha256(&site::random_hex(20));
    let what = (it.intake.procedure.as_str(), it.intake.unit);
    sql::insert(tx, &hash, what, "", (keeper, ""))?;
    let kept = sql::find(tx, &hash)?.ok_or(Failure::NotFound)?;
    let outcome = send::lay(tx, desk, it)?;
    sql::sent(tx, &kept, &outcome)?;
    Ok((kept.id, outcome.dossier))
}

/// Who filed a dossier for its citizen, and how the citizen agreed.
#[derive(Debug, Clone, Copy)]
pub struct Helped<'a> {
    /// The account of whoever helped.
    pub by: AccountId,
    /// How the citizen agreed.
    pub consent: AssistConsent,
    /// Who heard it; empty if nobody had to.
    pub witness: &'a str,
}

/// [`file`] by somebody who helps: on record, and the citizen is told.
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received there.
pub fn file_for(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    it: &Filed<'_>,
    helped: Helped<'_>,
) -> Result<DossierId, Failure> {
    let keeper = Keeper::Assistant(helped.by, helped.consent, helped.witness);
    let (filing, id) = lay(tx, desk, it, keeper)?;
    begun_for(tx, filing, helped.consent);
    send::told_of_help(tx, desk.tree, id, helped.by)?;
    let details = serde_json::json!({
        "assistant": helped.by.0, "consent": helped.consent.code(), "proof": it.proof.code(),
        "declared": it.declared.is_some(),
    });
    tx.journal(Entry::new("dossier", id.0, "file_online").details(&details));
    Ok(id)
}

/// The declaration of a dossier on paper, as it was sent to the one-stop shop.
///
/// # Errors
/// [`Failure::NotFound`] if nothing was declared.
pub fn sheet(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    dossier: (DossierId, domain::ids::UnitId),
) -> Result<prints::DeclarationSheet, Failure> {
    super::declaring::sheet_of(site, who, tx, dossier)
}

/// Dossiers that were sent without an account, or from this one, and whose telephone, this one, answered a code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_phone(tx: &mut Tx<'_>, phone: &str, citizen: CitizenId) -> Result<Vec<DossierId>, Fault> {
    sql::of_phone(tx, phone, citizen)
}

/// Dossiers that somebody sent over the line with this number and nobody knows to be its holder's.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn unproved(tx: &mut Tx<'_>, id_number: &str) -> Result<Vec<DossierId>, Fault> {
    sql::unproved(tx, id_number)
}

/// Dossiers of which this account said that it did not send them.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn denied(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<DossierId>, Fault> {
    sql::denied(tx, citizen)
}

/// The holder of the number says that he did not send it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn deny(tx: &mut Tx<'_>, dossier: DossierId, citizen: CitizenId) -> Result<(), Fault> {
    sql::deny(tx, dossier, citizen)
}

/// An account is closed: its drafts go at once, and nothing says whose filings were; the hashes of files for
/// [`erase`].
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn let_go(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<String>, Fault> {
    let hashes = sql::let_go(tx, citizen)?;
    site::files::unnamed(tx, hashes)
}

/// Erases files that no row names any more, once their rows are gone.
///
/// # Errors
/// Any fault of the store of files.
pub async fn erase(site: &Site, hashes: Vec<String>) -> Result<(), Failure> {
    super::draft::erase(site, hashes).await
}

/// Whether the browser of a request began something without an account that still waits.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn has_begun(
    site: &Site,
    tx: &mut Tx<'_>,
    headers: &axum::http::HeaderMap,
) -> Result<bool, Fault> {
    super::owner::has_begun(site, tx, headers)
}
