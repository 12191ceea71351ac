//! Whose account somebody is whom a provider vouches for.
//!
//! Accounts are joined by the personal number alone, the same to the last digit, and only when the provider's
//! level is high enough. A name at the provider (`sub`) finds the account that it was tied to; it never overrules
//! a number.

use domain::{
    assurance::{Assurance, Known, SignInWay, of_session},
    ids::CitizenId,
};
use site::{Site, Who};
use store::{Fault, Tx, journal::Entry};

use super::{
    super::{
        SUBJECT,
        session::{self, Fresh},
        sql::{self, Account, Identity, providers::Provider},
    },
    believe::{Person, Unbelieved},
};

/// What came of it.
pub(in crate::account) enum Joined {
    /// A session is open.
    In(Fresh),
    /// The session that was open knows the number now.
    Raised,
    /// Nobody has an account yet: he is asked first.
    New,
    /// There is none for him.
    Other(Unbelieved),
}

/// Finds the account and opens or raises a session.
pub(in crate::account) fn join(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    provider: &Provider,
    person: &Person,
    here: Option<(CitizenId, i64)>,
    old: Option<&str>,
) -> Result<Joined, Fault> {
    let tied = match sql::providers::link(tx, provider.id, &person.sub)? {
        Some(it) => sql::find(tx, it)?,
        None => None,
    };
    let by_number = match &person.number {
        Some(it) => sql::by_number(tx, it)?,
        None => None,
    };
    if let Some((citizen, session)) = here {
        return raise(tx, provider, person, (tied, by_number), (citizen, session));
    }
    let account = match (tied, by_number) {
        // The number decides: the name at the provider moves to the account that bears it.
        (_, Some(it)) => it,
        (Some(it), None) => {
            if person.number.is_some() && it.id_number.is_some() && it.id_number != person.number {
                return Ok(Joined::Other(Unbelieved::OtherNumber));
            }
            it
        }
        (None, None) => return Ok(Joined::New),
    };
    let account = tie(tx, provider, person, account)?;
    enter(site, who, tx, person, &account, old).map(Joined::In)
}

/// Opens a session of an account that was just found or made.
pub(in crate::account) fn enter(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    person: &Person,
    account: &Account,
    old: Option<&str>,
) -> Result<Fresh, Fault> {
    let known = Known {
        provider_vouches: person.number.is_some() && account.id_number == person.number,
        phone_confirmed: account.phone_confirmed.is_some(),
        shown_at_counter: false,
    };
    let assurance = of_session(SignInWay::Provider, known);
    session::open(site, who, tx, account, (SignInWay::Provider, assurance), old)
}

/// Ties the name at the provider to the account, and keeps what the provider vouches for.
pub(in crate::account) fn tie(
    tx: &mut Tx<'_>,
    provider: &Provider,
    person: &Person,
    account: Account,
) -> Result<Account, Fault> {
    if sql::providers::link(tx, provider.id, &person.sub)? != Some(account.id) {
        sql::providers::set_link(tx, provider.id, &person.sub, account.id)?;
        let details = serde_json::json!({ "provider": provider.id });
        tx.journal(Entry::new(SUBJECT, account.id.0, "link_identity").details(&details));
    }
    match &person.number {
        Some(number) => {
            let keeps = |new: &str, old: &str| if new.is_empty() { old } else { new }.to_owned();
            let (name, birth_date) = (
                keeps(&person.name, &account.name),
                keeps(&person.birth_date, &account.birth_date),
            );
            // A later sign-in changes only what the provider now says otherwise.
            if account.id_number.as_ref() != Some(number)
                || name != account.name
                || birth_date != account.birth_date
            {
                let is_new = account.id_number.is_none();
                let identity = Identity {
                    number,
                    name: &name,
                    birth_date: &birth_date,
                    by: "provider",
                    counter_phone: "",
                };
                sql::identify(tx, account.id, &identity)?;
                let act = if is_new { "identify" } else { "change" };
                let details = serde_json::json!({ "provider": provider.id });
                tx.journal(Entry::new(SUBJECT, account.id.0, act).details(&details));
            }
        }
        None => {
            let is_known = account.id_number.is_some();
            let name = if is_known { "" } else { person.name.as_str() };
            sql::set_hints(tx, account.id, name, "")?;
        }
    }
    sql::set_hints(tx, account.id, "", &person.phone)?;
    Ok(sql::find(tx, account.id)?.unwrap_or(account))
}

/// Somebody who is signed in has a provider vouch for him.
fn raise(
    tx: &mut Tx<'_>,
    provider: &Provider,
    person: &Person,
    (tied, by_number): (Option<Account>, Option<Account>),
    (citizen, session): (CitizenId, i64),
) -> Result<Joined, Fault> {
    let is_other = |it: &Option<Account>| it.as_ref().is_some_and(|it| it.id != citizen);
    if is_other(&by_number) || is_other(&tied) {
        return Ok(Joined::Other(Unbelieved::Taken));
    }
    let Some(account) = sql::find(tx, citizen)? else { return Ok(Joined::New) };
    if account.id_number.is_some() && person.number.is_some() && account.id_number != person.number
    {
        return Ok(Joined::Other(Unbelieved::OtherNumber));
    }
    let account = tie(tx, provider, person, account)?;
    if person.number.is_some() && account.id_number == person.number {
        sql::raise(tx, session, Assurance::Identified)?;
        return Ok(Joined::Raised);
    }
    Ok(Joined::Other(Unbelieved::TooLow))
}
