//! Citizens for other slices: who asks, how surely we know it, what he agreed to.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use domain::{
    assurance::{Assurance, Deed, NotSure, may},
    identity::Phone,
    ids::{CitizenId, DossierId},
    time::Instant,
};
use site::{Failure, Site, Who, Words};
use store::{Fault, Tx};

pub use super::{
    SUBJECT,
    codes::{Begun, CodeRefusal, Proved, Purpose, can_send, may_ask, send_now},
    session::SignedIn,
};
use super::{own, privacy::consent, session, sql};

/// Somebody who is signed in on the portal, as far as his session may know.
///
/// A session that was opened by a telephone does not show what a provider vouched for: the number may have gone
/// to another holder. The fields are then empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citizen {
    /// The account.
    pub id: CitizenId,
    /// Full name; empty until it is known.
    pub name: String,
    /// Telephone in national form, `0912345678`; empty if none is known.
    pub phone: String,
    /// Whether that telephone answered a code.
    pub phone_confirmed: bool,
    /// Address of mail; empty if none is known.
    pub email: String,
    /// Personal number, twelve digits; empty unless a provider or an official vouched for it.
    pub id_number: String,
    /// `YYYY-MM-DD`; empty if unknown.
    pub birth_date: String,
    /// Where he lives; empty if unknown.
    pub address: String,
    /// How surely we know who it is.
    pub assurance: Assurance,
    /// This session knows all that the account does: a telephone alone does not, where somebody vouched for more.
    pub is_whole: bool,
}

impl Citizen {
    pub(super) fn of(account: &sql::Account, assurance: Assurance) -> Self {
        let whole = session::is_whole(account, assurance);
        let shown = |it: &str| if whole { it.to_owned() } else { String::new() };
        Self {
            id: account.id,
            name: shown(&account.name),
            phone: account.phone.clone(),
            phone_confirmed: account.phone_confirmed.is_some(),
            email: shown(&account.email),
            id_number: if assurance == Assurance::Identified {
                account.id_number.clone().unwrap_or_default()
            } else {
                String::new()
            },
            birth_date: shown(&account.birth_date),
            address: shown(&account.address),
            assurance,
            is_whole: whole,
        }
    }

    /// Whether he may do this on the portal.
    ///
    /// # Errors
    /// [`NotSure`] says what is missing.
    pub fn may(&self, deed: Deed) -> Result<(), NotSure> {
        may(self.assurance, deed)
    }
}

/// Why a deed is not open, in the reader's language.
#[must_use]
pub fn not_sure(words: Words, why: NotSure) -> String {
    match why {
        NotSure::Phone => words.say("account-needs-phone"),
        NotSure::Identified => words.say("account-needs-identity"),
    }
}

/// Who is signed in on the portal with this browser, if anybody is.
///
/// # Errors
/// [`Failure::Fault`] if the database cannot be asked.
pub async fn current(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
) -> Result<Option<Citizen>, Failure> {
    let open = session::open_of(site, who, headers).await?;
    Ok(open.map(|it| Citizen::of(&it.account, it.assurance)))
}

/// Ends the session of this browser, if it has one: somebody else stands before it now.
///
/// # Errors
/// [`Failure::Fault`] if the database cannot be asked.
pub async fn leave(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    response: &mut axum::response::Response,
) -> Result<(), Failure> {
    let Some(open) = session::open_of(site, who, headers).await? else { return Ok(()) };
    let (citizen, session) = (open.account.id, open.session);
    site.write(who, move |tx| {
        session::close(tx, citizen, session)?;
        tx.journal(store::journal::Entry::new(SUBJECT, citizen.0, "sign_out"));
        Ok(())
    })
    .await?;
    session::put(response, site, session::COOKIE, "", "/", 0);
    Ok(())
}

/// [`current`] as an argument of a handler. A page that needs somebody takes [`SignedIn`] instead.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Citizen>);

impl FromRequestParts<Site> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Failure> {
        let who = Who::from_request_parts(parts, site).await?;
        Ok(Self(current(site, &who, &parts.headers).await?))
    }
}

/// Sends a code to a telephone that somebody without an account says is his, on a page in `lang`. Count the request with
/// [`may_ask`] first, and call [`send_now`] after the commit; the answer's handle is kept in the browser.
///
/// # Errors
/// Any [`Fault`] of the engine; why none was sent is in the answer.
pub fn begin_phone(
    site: &Site,
    tx: &mut Tx<'_>,
    phone: &Phone,
    lang: site::Lang,
) -> Result<Result<Begun, CodeRefusal>, Fault> {
    let asker = super::codes::Asker::Stranger;
    super::codes::begin(site, tx, (Purpose::Phone, None), asker, (phone, lang))
}

/// Whether what was typed is the code behind `handle`; gives the telephone that answered. A wrong code costs a
/// try: keep the transaction either way.
///
/// # Errors
/// Any [`Fault`] of the engine; why it does not open is in the answer.
pub fn confirm_phone(
    site: &Site,
    tx: &mut Tx<'_>,
    handle: &str,
    typed: &str,
) -> Result<Result<Proved, CodeRefusal>, Fault> {
    super::codes::confirm(site, tx, Purpose::Phone, handle, typed)
}

/// Whether this telephone is the account's and answered a code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn has_confirmed(tx: &mut Tx<'_>, citizen: CitizenId, phone: &Phone) -> Result<bool, Fault> {
    let found = sql::find(tx, citizen)?;
    Ok(found.is_some_and(|it| it.phone_confirmed.is_some() && it.phone == phone.reveal()))
}

/// A dossier was sent from this account: its owner sees it among his.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn filed(tx: &mut Tx<'_>, citizen: CitizenId, dossier: DossierId) -> Result<(), Fault> {
    sql::filed(tx, citizen, dossier)?;
    super::devices::hear_of(tx, citizen, dossier)
}

/// Whether he agrees to the use of his data for this purpose of `law/consent.toml` today.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn agrees(tx: &mut Tx<'_>, citizen: CitizenId, purpose: &str) -> Result<bool, Fault> {
    consent::agrees(tx, citizen, purpose)
}

/// What he said last about a purpose, and when: whether he agrees today. Nothing if he never did, or if a newer text
/// asks for more than the one that he agreed to.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn word(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
) -> Result<Option<(Instant, bool)>, Fault> {
    consent::word(tx, citizen, purpose)
}

/// [`word`] of whoever an identity provider or an official knows by this number.
pub(super) fn word_of(
    tx: &mut Tx<'_>,
    number: &str,
    purpose: &str,
) -> Result<Option<(Instant, bool)>, Fault> {
    if number.is_empty() {
        return Ok(None);
    }
    match sql::by_number(tx, number)? {
        Some(account) => consent::word(tx, account.id, purpose),
        None => Ok(None),
    }
}

/// A purpose as somebody reads it before he agrees.
#[derive(Debug, Clone)]
pub struct PurposeText {
    /// What for.
    pub text: String,
    /// Which data.
    pub data: String,
    /// What stops when it is taken back.
    pub stops: String,
}

/// The text of a purpose of `law/consent.toml` that is shown on `day`.
#[must_use]
pub fn purpose_text(
    purpose: &str,
    day: jiff::civil::Date,
    lang: site::Lang,
) -> Option<PurposeText> {
    let it = consent::shown(purpose, day)?;
    let said = |it| consent::in_lang(it, lang).to_owned();
    Some(PurposeText { text: said(&it.text), data: said(&it.data), stops: said(&it.stops) })
}

/// Keeps what he says about a purpose: from now on it holds, and the journal knows it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn say(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
    agreed: bool,
    lang: site::Lang,
) -> Result<(), Fault> {
    consent::say(tx, citizen, purpose, agreed, lang)
}

/// The dossiers that a citizen sees as his own with this session: those that bear his number if we know him by
/// it, those that were sent from his account, and those whose telephone answered a code and is his; not what
/// somebody else sent with his number without proof. The newest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn dossiers_of(tx: &mut Tx<'_>, citizen: &Citizen) -> Result<Vec<DossierId>, Fault> {
    own::of(tx, citizen)
}

/// A new account of somebody whose telephone answered a code: for the demo and for tests.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn create_by_phone(
    tx: &mut Tx<'_>,
    phone: &Phone,
    lang: site::Lang,
) -> Result<CitizenId, Fault> {
    let id = sql::insert(tx, lang)?;
    sql::confirm_phone(tx, id, phone.reveal())?;
    tx.journal(store::journal::Entry::new(SUBJECT, id.0, "create"));
    say(tx, id, "account", true, lang)?;
    Ok(id)
}

/// An official saw the card of whoever holds the account's telephone: the number is known from now on. Sessions that
/// were opened before knew less and end.
///
/// # Errors
/// Any [`Fault`] of the engine; a number that another account has.
pub fn confirm_number(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    number: &domain::identity::PersonalId,
    (name, birth_date): (&str, &str),
) -> Result<(), Fault> {
    let Some(account) = sql::find(tx, citizen)? else { return Ok(()) };
    let identity = sql::Identity {
        number: number.reveal(),
        name,
        birth_date,
        by: "counter",
        counter_phone: &account.phone,
    };
    sql::identify(tx, citizen, &identity)?;
    session::close_all(tx, citizen, 0)?;
    tx.journal(store::journal::Entry::new(SUBJECT, citizen.0, "identify_at_counter"));
    Ok(())
}

/// The account with this personal number, if there is one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn by_number(
    tx: &mut Tx<'_>,
    number: &domain::identity::PersonalId,
) -> Result<Option<CitizenId>, Fault> {
    Ok(sql::by_number(tx, number.reveal())?.map(|it| it.id))
}

/// The account whose telephone this is, if there is one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn by_phone(tx: &mut Tx<'_>, phone: &Phone) -> Result<Option<CitizenId>, Fault> {
    Ok(sql::by_phone(tx, phone.reveal())?.map(|it| it.id))
}
