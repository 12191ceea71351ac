//! What other slices ask: whom we trust, what is set, with which seal a unit signs.

use std::sync::Arc;

use domain::{
    ids::{StaffId, UnitId},
    level::SealState,
};
use signing::{Certificate, Seal};
use site::{Failure, Site};
use store::{Fault, Tx};

use super::sql;

/// Grows whenever somebody is trusted or no longer.
pub(super) const EDITION: &str = "trusted_roots_edition";
/// What the seal is closed for.
pub(super) const SEAL: &str = "unit-seal";
/// Where the agent of the Government Cipher Committee listens on the signer's own machine.
pub const AGENT: &str = "wss://127.0.0.1:8987";

/// The certificates that are trusted.
pub struct Roots(pub Vec<Certificate>);

/// What is set about files that come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Where clamd listens: `unix:/run/clamav/clamd.ctl` or `127.0.0.1:3310`; empty for none.
    pub clamd: String,
    /// Whether a file with a broken signature is refused; else its sender is warned.
    pub refuses_broken: bool,
    /// Where the signing agent listens.
    pub agent: String,
}

/// What is set.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn policy(tx: &mut Tx<'_>) -> Result<Policy, Fault> {
    let agent = sql::setting(tx, "agent")?;
    Ok(Policy {
        clamd: sql::setting(tx, "clamd")?,
        // What was changed after it was signed is no document: it is refused unless the office
        // says otherwise.
        refuses_broken: sql::setting(tx, "broken")? != "warn",
        agent: if agent.is_empty() { AGENT.to_owned() } else { agent },
    })
}

/// Whom we trust.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn roots(site: &Site, tx: &mut Tx<'_>) -> Result<Arc<Roots>, Fault> {
    let edition = site::edition(tx, EDITION)?;
    site.cached(edition, || {
        let rows = sql::roots(tx)?;
        let read = |it: &sql::Root| unhex(&it.der).and_then(|der| Certificate::read(&der));
        Ok(Roots(rows.iter().filter_map(read).collect()))
    })
}

/// The seal of a unit, opened; `None` if it has none.
///
/// # Errors
/// [`Failure`] if it does not open with the installation's key.
pub fn seal_of(site: &Site, tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<Seal>, Failure> {
    let Some(closed) = sql::closed_seal(tx, unit)? else { return Ok(None) };
    opened(site, unit, &closed).map(Some)
}

/// The seal of a unit, out of what is kept of it.
///
/// # Errors
/// [`Failure`] if it does not open with the installation's key.
pub(super) fn opened(site: &Site, unit: UnitId, closed: &str) -> Result<Seal, Failure> {
    let text = site.seal.open(&format!("{SEAL}:{unit}"), closed)?;
    let broken = || Fault::Broken("a unit's seal does not open".to_owned());
    let (pfx, password) = text.split_once('\n').ok_or_else(broken)?;
    let pfx = unhex(pfx).ok_or_else(broken)?;
    Ok(Seal::open(&pfx, password).map_err(|e| Fault::Broken(e.to_string()))?)
}

/// Whether a unit has a seal, and whether anybody whom we trust issued it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seal_state(tx: &mut Tx<'_>, unit: UnitId) -> Result<SealState, Fault> {
    Ok(sql::seals(tx)?.into_iter().find(|it| it.unit == unit).map_or(SealState::None, |it| {
        if it.untrusted { SealState::Untrusted } else { SealState::Trusted }
    }))
}

/// The fingerprints of the seals of these units.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seal_prints(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<Vec<String>, Fault> {
    let of = sql::seals(tx)?.into_iter().filter(|it| units.contains(&it.unit));
    Ok(of.map(|it| it.fingerprint).collect())
}

/// Whether this certificate is known as that person's: itself, or by the personal number in it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_signers(tx: &mut Tx<'_>, staff: StaffId, it: &Certificate) -> Result<bool, Fault> {
    let (fingerprint, number) = (it.fingerprint(), it.id_number());
    let known = sql::signers(tx)?;
    Ok(known.into_iter().filter(|known| known.staff == staff).any(|known| {
        known.fingerprint == fingerprint || (!number.is_empty() && known.id_number == number)
    }))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, it| {
        write!(text, "{it:02x}").ok();
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    (0..text.len()).step_by(2).map(digits).collect()
}
