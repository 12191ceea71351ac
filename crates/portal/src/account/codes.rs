//! Codes that are good once: six digits to a telephone, eight digits to show at a counter.
//!
//! A code is good for five minutes, for five tries and for what it was asked for. Its hash needs the
//! installation's key, so that a copied database opens nothing. Whether a number has an account cannot be told
//! from what is answered: a code is sent to whichever number asks for one.

use domain::{identity::Phone, ids::CitizenId, time::Instant};
use site::{Site, Words};
use store::{Fault, Tx};

use super::{sending, sql::codes as sql};

/// How long a code is good.
const GOOD_MS: i64 = 5 * 60 * 1000;
/// How long a code for the counter is good.
const COUNTER_GOOD_MS: i64 = 15 * 60 * 1000;
/// Tries of one code.
const TRIES_MAX: i64 = 5;
/// Codes for one telephone within [`WINDOW_MS`].
const PER_PHONE_MAX: i64 = 5;
/// Codes asked for from one address within [`WINDOW_MS`].
const PER_ADDRESS_MAX: u32 = 20;
const WINDOW_MS: i64 = 60 * 60 * 1000;

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

/// Why there is no code, or the one that was typed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Nobody carries messages to telephones here yet.
    CannotSend,
    /// Too many codes were asked for.
    TooMany,
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

/// Counts a request for a code against the address that asks.
///
/// # Errors
/// Seconds to wait.
pub fn may_ask(site: &Site, who: &site::Who) -> Result<(), i64> {
    let key = format!("citizen-code:{}", who.origin);
    site.limiter.take(&key, PER_ADDRESS_MAX, WINDOW_MS / 1000, who.now)
}

/// Sends a code to `phone`; after the commit call [`send_now`].
///
/// # Errors
/// Any [`Fault`] of the engine; why none was sent is in the answer.
pub fn begin(
    site: &Site,
    tx: &mut Tx<'_>,
    (purpose, citizen): (Purpose, Option<CitizenId>),
    phone: &Phone,
) -> Result<Result<Begun, CodeRefusal>, Fault> {
    let can_reach = sending::can_reach(tx)?;
    if !can_reach && !site.config.demo {
        return Ok(Err(CodeRefusal::CannotSend));
    }
    let since = Instant::from_epoch_ms(tx.now().epoch_ms() - WINDOW_MS);
    if sql::count_since(tx, phone.reveal(), since)? >= PER_PHONE_MAX {
        return Ok(Err(CodeRefusal::TooMany));
    }
    sql::void(tx, purpose.code(), phone.reveal(), citizen)?;
    let (handle, code) = (site::random_hex(16), digits(6));
    sql::insert(
        tx,
        &sql::New {
            handle_sha256: &site::token_sha256(&handle),
            purpose: purpose.code(),
            phone: phone.reveal(),
            citizen,
            code_sha256: &hashed(site, &handle, &code),
            expires: Instant::from_epoch_ms(tx.now().epoch_ms() + GOOD_MS),
        },
    )?;
    if can_reach {
        sending::code(tx, (&handle, citizen), phone.reveal(), &code)?;
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
    if hashed(site, handle, &typed) != found.code_sha256 {
        sql::tried(tx, found.id)?;
        let left = TRIES_MAX - found.tries - 1;
        return Ok(Err(if left > 0 { CodeRefusal::Wrong { left } } else { CodeRefusal::Over }));
    }
    sql::used(tx, found.id)?;
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
    sql::void(tx, purpose, "", Some(citizen))?;
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
