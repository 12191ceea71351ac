//! What must not be guessed, and what must not be tied together: codes of links, numbers of the frame, receipts, sealed
//! sheets and contacts.
//!
//! Keys are derived from the installation's key, which lies beside the database: from a copy of the database alone no
//! code can be tried out, no contact read and no sheet opened.

use domain::{
    ids::SurveyId,
    lang::Lang,
    survey::{form::Answers, quality::Sheet},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use site::{Site, random_hex, token_sha256};
use store::Fault;
use subtle::ConstantTimeEq as _;

/// Letters of a code: no two that people mix up.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of a code that chance gives: 50 bits.
const RANDOM: usize = 10;
/// Letters that prove that we made it.
const PROOF: usize = 2;
/// A sealed sheet is as long as this or a multiple: its length does not tell how much was answered.
const PADDING: usize = 4_096;
/// Seconds of a day.
const DAY_S: i64 = 86_400;

fn letters(hex: &str, count: usize) -> String {
    let byte =
        |at: usize| hex.get(at * 2..at * 2 + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
    let letter = |it: u8| LETTERS.get(usize::from(it & 31)).copied().unwrap_or(b'0');
    (0..count).filter_map(byte).map(|it| char::from(letter(it))).collect()
}

fn proof(site: &Site, body: &str) -> String {
    letters(&token_sha256(&format!("{}\u{1f}{body}", site.seal.derived("survey-link"))), PROOF)
}

/// A new code of a link.
pub fn new_code(site: &Site) -> String {
    let body = letters(&random_hex(RANDOM), RANDOM);
    let proof = proof(site, &body);
    body + &proof
}

/// A code as people type it: spaces, dashes and case do not matter, nor O for 0 and I or L for 1. Nothing if we never
/// made it.
pub fn read_code(site: &Site, typed: &str) -> Option<String> {
    let letter = |it: char| match it.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        'u' => 'v',
        other => other,
    };
    let code: String =
        typed.chars().filter(char::is_ascii_alphanumeric).take(40).map(letter).collect();
    let (body, given) = code.split_at_checked(RANDOM)?;
    let right = bool::from(proof(site, body).as_bytes().ct_eq(given.as_bytes()));
    right.then_some(code)
}

/// A code as it is printed: `abcd-efgh-jkmn`.
pub fn shown(code: &str) -> String {
    let parts: Vec<&str> = [0..4, 4..8, 8..12].into_iter().filter_map(|it| code.get(it)).collect();
    parts.join("-").to_uppercase()
}

/// What is kept of a code.
pub fn code_hash(site: &Site, code: &str) -> String {
    token_sha256(&format!("{}\u{1f}{code}", site.seal.derived("survey-code")))
}

/// The number in the frame of whoever `key` means: the same again, and it tells nothing.
pub fn frame_id(site: &Site, survey: SurveyId, key: &str) -> String {
    let mut id = token_sha256(&format!(
        "{}\u{1f}{key}",
        site.seal.derived(&format!("survey-frame:{survey}"))
    ));
    id.truncate(16);
    id
}

/// By what it is settled who is called back: a secret of the installation's key, for whoever knew it could make up the
/// sheets of the others.
pub fn call_back_secret(site: &Site, survey: SurveyId) -> String {
    site.seal.derived(&format!("survey-call-back:{survey}"))
}

fn about_begun(site: &Site, code: &str) -> String {
    format!("survey-begun:{}", code_hash(site, code))
}

/// Seals when the questions behind a link were opened: for this link alone.
pub fn close_begun(site: &Site, code: &str, at: Instant) -> Result<String, Fault> {
    site.seal.close(&about_begun(site, code), &at.epoch_ms().to_string())
}

/// Seconds since the questions behind a link were opened, a day at most; nought if what says so is missing or another
/// link's: whoever leaves it out was fast.
pub fn seconds_since(site: &Site, code: &str, (begun, now): (&str, Instant)) -> u32 {
    let opened = site.seal.open(&about_begun(site, code), begun).ok();
    let begun: Option<i64> = opened.and_then(|it| it.parse().ok());
    let seconds = begun.map_or(0, |it| (now.epoch_ms() - it) / 1_000);
    u32::try_from(seconds.clamp(0, DAY_S)).unwrap_or(0)
}

/// By what a message is queued once, without saying for whom.
pub fn message_key(site: &Site, survey: SurveyId, frame_id: &str, round: u8) -> String {
    let key = site.seal.derived(&format!("survey-message:{survey}"));
    format!("survey:{}", token_sha256(&format!("{key}\u{1f}{frame_id}\u{1f}{round}")))
}

/// What is kept of a sending, so that the same one is known when it comes again. The browser's own secret is in it
/// and is kept nowhere: whoever has the database and the key cannot try out answers against it.
pub fn receipt(site: &Site, survey: SurveyId, token: &str, said: &str) -> String {
    let key = site.seal.derived(&format!("survey-receipt:{survey}"));
    token_sha256(&format!("{key}\u{1f}{token}\u{1f}{said}"))
}

/// Somebody who may be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Where he lives; may be empty.
    pub address: String,
    /// Personal number, by which his word about messages is known; may be empty.
    pub number: String,
    /// Whether he reads English.
    pub english: bool,
}

impl Contact {
    /// The language that he reads.
    pub const fn lang(&self) -> Lang {
        if self.english { Lang::En } else { Lang::Vi }
    }
}

fn broken(error: &serde_json::Error) -> Fault {
    Fault::Broken(format!("survey: {error}"))
}

/// Seals a contact.
pub fn close_contact(site: &Site, survey: SurveyId, it: &Contact) -> Result<String, Fault> {
    let text = serde_json::to_string(it).map_err(|e| broken(&e))?;
    site.seal.close(&format!("survey-contact:{survey}"), &text)
}

/// Opens a contact; nothing if it is gone.
pub fn open_contact(site: &Site, survey: SurveyId, sealed: &str) -> Result<Option<Contact>, Fault> {
    if sealed.is_empty() {
        return Ok(None);
    }
    let text = site.seal.open(&format!("survey-contact:{survey}"), sealed)?;
    serde_json::from_str(&text).map(Some).map_err(|e| broken(&e))
}

fn close_padded(site: &Site, about: &str, it: &impl Serialize) -> Result<String, Fault> {
    let mut text = serde_json::to_string(it).map_err(|e| broken(&e))?;
    let length = text.len().div_ceil(PADDING) * PADDING;
    text.push_str(&" ".repeat(length - text.len()));
    site.seal.close(about, &text)
}

/// Seals a sheet.
pub fn close_sheet(site: &Site, survey: SurveyId, it: &Sheet) -> Result<String, Fault> {
    close_padded(site, &format!("survey-answer:{survey}"), it)
}

/// Opens a sheet.
pub fn open_sheet(site: &Site, survey: SurveyId, sealed: &str) -> Result<Sheet, Fault> {
    let text = site.seal.open(&format!("survey-answer:{survey}"), sealed)?;
    serde_json::from_str(&text).map_err(|e| broken(&e))
}

/// Seals what one interviewer read on a sheet.
pub fn close_entry(site: &Site, survey: SurveyId, it: &Answers) -> Result<String, Fault> {
    close_padded(site, &format!("survey-entry:{survey}"), it)
}

/// Opens what one interviewer read.
pub fn open_entry(site: &Site, survey: SurveyId, sealed: &str) -> Result<Answers, Fault> {
    let text = site.seal.open(&format!("survey-entry:{survey}"), sealed)?;
    serde_json::from_str(&text).map_err(|e| broken(&e))
}
