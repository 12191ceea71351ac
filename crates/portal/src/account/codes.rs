//! Codes that are good once: six digits to a telephone, eight digits to show at a counter.
//!
//! A code is good for five minutes, for five tries and for what it was asked for. Its hash needs the
//! installation's key, so that a copied database opens nothing. Whether a number has an account cannot be told
//! from what is answered: a code is sent to whichever number asks for one.

use domain::{identity::Phone, ids::CitizenId, lang::Lang, time::Instant};
use site::{Site, Words};
use store::{Fault, Tx};

use super::{sending, sql::codes as sql};

/// How long a code is good.
const GOOD_MS: i64 = 5 * 60 * 1000;
/// How long a code for the counter is good.
const COUNTER_GOOD_MS: i64 = 15 * 60 * 1000;
/// Tries of one code.
const TRIES_MAX: i64 = 5;
/// Codes for one telephone to one asker within [`WINDOW_MS`].
const PER_ASKER_MAX: i64 = 5;
/// Codes for one telephone to all who ask within [`WINDOW_MS`] and within a day: nobody's telephone rings without
/// end, and of a million codes nobody guesses one. A browser in which the telephone signed in before is not held
/// back by what strangers asked for.
const PER_PHONE_MAX: i64 = 15;
const PER_PHONE_DAY_MAX: i64 = 40;
const WINDOW_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * WINDOW_MS;
/// Codes asked for from one address that nobody answered, within so many seconds: a village behind one mast or one
/// access point asks for many, and answers them.
const PER_ADDRESS: &[(u32, i64)] = &[(60, 10 * 60), (200, 60 * 60)];

/// What a code opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A session.
    SignIn,
    /// A telephone is the person's own.
    Phone,
    /// An official at a counter finds the account of whoever stands before him.
    Counter,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Phone => "phone",
            Self::Counter => "counter",
        }
    }
}

/// Digits of a code.
const CODE_DIGITS: usize = 6;

/// Why there is no code, or the one that was typed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Nobody carries messages to telephones here yet.
    CannotSend,
    /// Too many codes were asked for.
    TooMany,
    /// What was typed cannot be a code: nothing is counted.
    NotSix,
    /// Not this code; so many tries are left.
    Wrong {
        /// Tries that are left.
        left: i64,
    },
    /// It is over: too late, too many tries, or used.
    Over,
}

impl CodeRefusal {
    /// In the reader's language.
    #[must_use]
    pub fn said(self, words: Words) -> String {
        match self {
            Self::CannotSend => words.say("account-code-cannot-send"),
            Self::TooMany => words.say("account-code-too-many"),
            Self::NotSix => words.say("account-code-not-six"),
            Self::Wrong { left } => {
                words.say_with("account-code-wrong", &[("left", &left.to_string())])
            }
            Self::Over => words.say("account-code-over"),
        }
    }
}

/// A code that was sent.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What the browser keeps to answer with; it tells nothing of the code.
    pub handle: String,
    /// The code itself, in an installation of made-up people alone: shown and marked as such.
    pub shown: Option<String>,
}

/// What a right code proves.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The telephone; empty for a code of the counter.
    pub phone: String,
    /// The account for which it was asked, if it was for one.
    pub citizen: Option<CitizenId>,
}

fn hashed(site: &Site, handle: &str, code: &str) -> String {
    site::token_sha256(&format!("{}:{handle}:{code}", site.seal.derived("citizen-code")))
}

fn digits(count: usize) -> String {
    let mut number = String::new();
    while number.len() < count {
        // Bytes from 250 on would make some digits likelier than others.
        let fair = site::random_hex(1);
        if let Ok(it) = u8::from_str_radix(&fair, 16)
            && it < 250
        {
            number.push(char::from(b'0' + it % 10));
        }
    }
    number
}

/// Whether a code could reach anybody: asked before a form promises one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn can_send(site: &Site, tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(site.config.demo || sending::can_reach(tx)?)
}

/// Sends the code that was just asked for without waiting for the next minute.
pub fn send_now(site: &Site) {
    sending::now(site);
}

fn address_key(origin: &str, window_s: i64) -> String {
    format!("citizen-code:{window_s}:{origin}")
}

/// Counts a request for a code against the address that asks; a code that is answered is not counted.
///
/// # Errors
/// Seconds to wait.
pub fn may_ask(site: &Site, who: &site::Who) -> Result<(), i64> {
    for (most, window_s) in PER_ADDRESS {
        let key = address_key(&who.origin, *window_s);
        site.limiter.take(&key, *most, *window_s, who.now)?;
    }
    Ok(())
}

/// Who asks for a code.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// Somebody at the request's address.
    Stranger,
    /// A browser in which this telephone signed in before, by its mark.
    Known(&'a str),
    /// Whoever is signed in with this account.
    Account(CitizenId),
}

impl Asker<'_> {
    /// What stands for him in the database: it tells no address.
    fn mark(self, site: &Site, tx: &Tx<'_>) -> String {
        let key = site.seal.derived("citizen-code-asker");
        let who = match self {
            Self::Stranger => format!("from:{}", tx.origin()),
            Self::Known(it) => format!("browser:{it}"),
            Self::Account(it) => format!("account:{it}"),
        };
        site::token_sha256(&format!("{key}:{who}"))
    }
}

/// The telephone as the cookie of a known browser names it.
pub(super) fn phone_mark(site: &Site, phone: &str) -> String {
    site::token_sha256(&format!("{}:{phone}", site.seal.derived("citizen-known")))
}

/// Sends a code to `phone`, asked for on a page in `lang`; after the commit call [`send_now`].
///
/// # Errors
/// Any [`Fault`] of the engine; why none was sent is in the answer.
pub fn begin(
    site: &Site,
    tx: &mut Tx<'_>,
    (purpose, citizen): (Purpose, Option<CitizenId>),
    asker: Asker<'_>,
    (phone, lang): (&Phone, Lang),
) -> Result<Result<Begun, CodeRefusal>, Fault> {
    let can_reach = sending::can_reach(tx)?;
    if !can_reach && !site.config.demo {
        return Ok(Err(CodeRefusal::CannotSend));
    }
    let ago = |ms: i64| Instant::from_epoch_ms(tx.now().epoch_ms() - ms);
    let (hour, day) = (ago(WINDOW_MS), ago(DAY_MS));
    let mark = asker.mark(site, tx);
    if sql::count_of_asker(tx, phone.reveal(), &mark, hour)? >= PER_ASKER_MAX {
        return Ok(Err(CodeRefusal::TooMany));
    }
    let is_known = matches!(asker, Asker::Known(_));
    if !is_known
        && (sql::count_since(tx, phone.reveal(), hour)? >= PER_PHONE_MAX
            || sql::count_since(tx, phone.reveal(), day)? >= PER_PHONE_DAY_MAX)
    {
        return Ok(Err(CodeRefusal::TooMany));
    }
    sql::void(tx, purpose.code(), (phone.reveal(), &mark), citizen)?;
    let (handle, code) = (site::random_hex(16), digits(CODE_DIGITS));
    sql::insert(
        tx,
        &sql::New {
            handle_sha256: &site::token_sha256(&handle),
            purpose: purpose.code(),
            phone: phone.reveal(),
            citizen,
            code_sha256: &hashed(site, &handle, &code),
            asker: &mark,
            expires: Instant::from_epoch_ms(tx.now().epoch_ms() + GOOD_MS),
        },
    )?;
    if can_reach {
        sending::code(tx, (&handle, citizen), (phone.reveal(), lang), &code)?;
    }
    Ok(Ok(Begun { handle, shown: site.config.demo.then_some(code) }))
}

/// Holds what was typed against the code. A wrong one costs a try: the transaction must be kept either way.
///
/// # Errors
/// Any [`Fault`] of the engine; why it does not open is in the answer.
pub fn confirm(
    site: &Site,
    tx: &mut Tx<'_>,
    purpose: Purpose,
    handle: &str,
    typed: &str,
) -> Result<Result<Proved, CodeRefusal>, Fault> {
    let found = sql::find(tx, &site::token_sha256(handle))?;
    let Some(found) = found.filter(|it| it.purpose == purpose.code()) else {
        return Ok(Err(CodeRefusal::Over));
    };
    if found.expires <= tx.now() || found.tries >= TRIES_MAX {
        return Ok(Err(CodeRefusal::Over));
    }
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    if typed.len() != CODE_DIGITS {
        return Ok(Err(CodeRefusal::NotSix));
    }
    if hashed(site, handle, &typed) != found.code_sha256 {
        sql::tried(tx, found.id)?;
        let left = TRIES_MAX - found.tries - 1;
        return Ok(Err(if left > 0 { CodeRefusal::Wrong { left } } else { CodeRefusal::Over }));
    }
    sql::used(tx, found.id)?;
    for (_, window_s) in PER_ADDRESS {
        site.limiter.give_back(&address_key(tx.origin(), *window_s));
    }
    Ok(Ok(Proved { phone: found.phone, citizen: found.citizen }))
}

/// A code that a citizen shows at a counter, so that the official finds his account and no other.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn for_counter(
    site: &Site,
    tx: &mut Tx<'_>,
    citizen: CitizenId,
) -> Result<String, Fault> {
    let purpose = Purpose::Counter.code();
    sql::void(tx, purpose, ("", ""), Some(citizen))?;
    let code = digits(8);
    let mark = hashed(site, purpose, &code);
    sql::insert(
        tx,
        &sql::New {
            handle_sha256: &mark,
            purpose,
            phone: "",
            citizen: Some(citizen),
            code_sha256: &mark,
            asker: "",
            expires: Instant::from_epoch_ms(tx.now().epoch_ms() + COUNTER_GOOD_MS),
        },
    )?;
    Ok(code)
}

/// Whose account the code of the counter names. It stays good until it is used by `done`.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn at_counter(
    site: &Site,
    tx: &mut Tx<'_>,
    typed: &str,
    done: bool,
) -> Result<Option<CitizenId>, Fault> {
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let mark = hashed(site, Purpose::Counter.code(), &typed);
    let Some(found) = sql::find(tx, &mark)? else { return Ok(None) };
    if found.expires <= tx.now() || found.purpose != Purpose::Counter.code() {
        return Ok(None);
    }
    if done {
        sql::used(tx, found.id)?;
    }
    Ok(found.citizen)
}
