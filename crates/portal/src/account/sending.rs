//! How a message reaches a citizen. One place, so that whoever sends messages has one place to stand.

use domain::{ids::CitizenId, lang::Lang, message::Kind, time::Instant};
use messages::{Contact, Message, facts as kept, push};
use site::Site;
use store::{Fault, Tx};

use super::{SUBJECT, facts::Citizen, privacy::consent, sql};

/// Whether a message can reach a telephone now.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn can_reach(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    messages::can_reach_phones(tx)
}

/// The language of a code. Whoever asks on an English page reads English. A Vietnamese page says little, every
/// browser begins with one: there it is the language of the account with this telephone, if there is one. Who asks
/// does not see which: the code goes to the telephone alone.
fn language_of(tx: &mut Tx<'_>, phone: &str, page: Lang) -> Result<Lang, Fault> {
    let account = sql::by_phone(tx, phone)?;
    Ok(match page {
        Lang::En => Lang::En,
        Lang::Vi => account.map_or(Lang::Vi, |it| it.lang),
    })
}

/// Queues a code. Whatever the person agreed to: he asked for it. After the commit call [`now`].
pub(super) fn code(
    tx: &mut Tx<'_>,
    (handle, citizen): (&str, Option<CitizenId>),
    (phone, page): (&str, Lang),
    code: &str,
) -> Result<(), Fault> {
    let lang = language_of(tx, phone, page)?;
    let key = format!("citizen_code:{}", site::token_sha256(handle));
    let to = Contact { phone: phone.to_owned(), ..Contact::default() };
    let message = Message {
        key: &key,
        kind: Kind::OneTimeCode,
        subject: (SUBJECT, citizen.map_or(0, |it| it.0)),
        to: &to,
        lang,
        values: &[("ma", code)],
        urgent: true,
        unit: None,
    };
    messages::send(tx, &message).map(|_| ())
}

/// Somebody waits for a code: what waits goes out at once.
pub(super) fn now(site: &Site) {
    messages::deliver_now(site);
}

/// Tells of a sign-in with a browser that was not seen before, if the person wants to be told.
pub(super) fn signed_in(site: &Site, tx: &mut Tx<'_>, account: &sql::Account) -> Result<(), Fault> {
    let wants = consent::agrees(tx, account.id, "notify")?;
    if account.phone_confirmed.is_none() || !wants || !can_reach(tx)? {
        return Ok(());
    }
    let when = domain::text::date_time_in(tx.now().civil(), account.lang);
    let host = site.config.base_url.split("://").nth(1).unwrap_or_default();
    let key = format!("citizen_sign_in:{}:{}", account.id, tx.now().epoch_ms());
    let to = Contact { phone: account.phone.clone(), ..Contact::default() };
    let message = Message {
        key: &key,
        kind: Kind::SignedIn,
        subject: (SUBJECT, account.id.0),
        to: &to,
        lang: account.lang,
        values: &[("luc", &when), ("trang", host)],
        urgent: false,
        unit: None,
    };
    messages::send(tx, &message).map(|_| ())
}

/// Whoever wants no messages about his dossiers gets none on the telephone that he proved nor on the devices of his
/// account; whoever wants them again does. What is owed by law is told in another way.
pub(super) fn heed(site: &Site, tx: &mut Tx<'_>, me: &Citizen, agreed: bool) -> Result<(), Fault> {
    if !agreed {
        push::drop_others(tx, (SUBJECT, me.id.0), 0)?;
    }
    if me.phone_confirmed {
        let to = Contact { phone: me.phone.clone(), ..Contact::default() };
        kept::opt_out(site, tx, &to, (!agreed, "account"))?;
    }
    Ok(())
}

/// What was said to an account is gone, and its devices hear of nothing any more.
pub(super) fn forget(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<(), Fault> {
    push::drop_others(tx, (SUBJECT, citizen.0), 0)?;
    kept::forget(tx, SUBJECT, citizen.0)?;
    // Codes are asked for before anybody is known: they stand under the telephone. One that answered no code may be
    // somebody else's.
    match sql::find(tx, citizen)?.filter(|it| it.phone_confirmed.is_some()) {
        Some(it) => kept::forget_phone(tx, SUBJECT, &it.phone),
        None => Ok(()),
    }
}

/// Messages that carried codes, and those that told of sign-ins, go with them; how many.
pub(super) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    Ok(kept::sweep(tx, Kind::OneTimeCode, before)? + kept::sweep(tx, Kind::SignedIn, before)?)
}
