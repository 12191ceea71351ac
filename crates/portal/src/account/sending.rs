//! How a message reaches a citizen. One place, so that whoever sends messages has one place to stand.

use store::{Fault, Tx};

use domain::ids::CitizenId;
use site::Site;

use super::{privacy::consent, sql};

/// The setting that says that somebody carries messages from the outbox to telephones.
const CARRIER: &str = "message_carriers";

/// Whether a message can reach a telephone now.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn can_reach(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(site::edition(tx, CARRIER)? > 0)
}

/// Queues a code. Whatever the person agreed to: he asked for it.
pub(super) fn code(
    tx: &mut Tx<'_>,
    (handle, citizen): (&str, Option<CitizenId>),
    phone: &str,
    text: &str,
) -> Result<(), Fault> {
    let dedupe = format!("citizen_code:{}", site::token_sha256(handle));
    sql::codes::queue(tx, (&dedupe, "citizen_code"), citizen, phone, text)
}

/// Tells of a sign-in with a browser that was not seen before, if the person wants to be told.
pub(super) fn signed_in(site: &Site, tx: &mut Tx<'_>, account: &sql::Account) -> Result<(), Fault> {
    let wants = consent::agrees(tx, account.id, "notify")?;
    if account.phone_confirmed.is_none() || !wants || !can_reach(tx)? {
        return Ok(());
    }
    let when = domain::text::date_time(tx.now().civil());
    let words = site::Words::new(account.lang);
    let host = site.config.base_url.split("://").nth(1).unwrap_or_default();
    let text = words.say_with("account-sms-signed-in", &[("when", &when), ("host", host)]);
    let dedupe = format!("citizen_sign_in:{}:{}", account.id, tx.now().epoch_ms());
    sql::codes::queue(tx, (&dedupe, "citizen_sign_in"), Some(account.id), &account.phone, &text)
}
