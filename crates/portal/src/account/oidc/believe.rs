//! What of a provider's answer is believed: pure.
//!
//! OpenID Connect Core 1.0, 3.1.3.7 (the id_token) and 5.3.2 (userinfo).

use domain::{
    identity::{PersonalId, Phone},
    text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signing::jws::{self, Keys};
use site::Words;

use crate::account::sql::providers::Provider;

/// Clocks of two machines differ by so much at most.
const LEEWAY_S: i64 = 120;
/// Characters of a name at most.
const NAME_CHARS_MAX: usize = 120;
/// Letters of a `sub` at most (OpenID Connect Core, 2).
const SUB_MAX: usize = 255;

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbelieved {
    /// The answer belongs to no question of this browser.
    State,
    /// The answer was used before.
    Again,
    /// The person said no at the provider.
    Declined,
    /// The provider says that something is wrong.
    Provider,
    /// The provider does not take the code (any more).
    Code,
    /// The line to the provider failed.
    Line,
    /// The provider is not set up rightly here.
    Setup,
    /// Signed by nobody whom we know.
    Signature,
    /// Made by another provider, or for another program.
    Issuer,
    /// Made too long ago, or in the future.
    Time,
    /// Answers another question.
    Nonce,
    /// Two answers of the provider are about two people.
    Subject,
    /// The provider names another number than it did for the same person before.
    OtherNumber,
    /// Another account of ours has this number or this identity.
    Taken,
    /// Whoever wanted to be known better came back with too low a level.
    TooLow,
}

impl Unbelieved {
    /// The stable name, for the journal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Again => "again",
            Self::Declined => "declined",
            Self::Provider => "provider",
            Self::Code => "code",
            Self::Line => "line",
            Self::Setup => "setup",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Time => "time",
            Self::Nonce => "nonce",
            Self::Subject => "subject",
            Self::OtherNumber => "other_number",
            Self::Taken => "taken",
            Self::TooLow => "too_low",
        }
    }

    /// What the person reads.
    pub fn said(self, words: Words) -> String {
        match self {
            Self::State | Self::Again => words.say("account-oidc-stale"),
            Self::Declined => words.say("account-oidc-declined"),
            Self::Provider | Self::Line => words.say("account-oidc-line"),
            Self::Code => words.say("account-oidc-code"),
            Self::Setup => words.say("account-oidc-setup"),
            Self::Signature | Self::Issuer | Self::Time | Self::Nonce | Self::Subject => {
                words.say("account-oidc-unbelieved")
            }
            Self::OtherNumber => words.say("account-oidc-other-number"),
            Self::Taken => words.say("account-oidc-taken"),
            Self::TooLow => words.say("account-oidc-too-low"),
        }
    }
}

/// What the token must answer to.
pub struct Answer<'a> {
    /// The access token that came with it.
    pub access: &'a str,
    /// What was asked with.
    pub nonce: &'a str,
    /// Now, in seconds since 1970-01-01T00:00Z.
    pub now_s: i64,
}

/// The claims of an id_token that holds.
pub fn id_token(
    provider: &Provider,
    token: &str,
    keys: &Keys,
    answer: &Answer<'_>,
) -> Result<Map<String, Value>, Unbelieved> {
    let claims = jws::verify(token, keys).map_err(|_| Unbelieved::Signature)?;
    let Value::Object(claims) = claims else { return Err(Unbelieved::Signature) };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(provider.issuer.as_str()) || !is_for(&claims, &provider.client_id) {
        return Err(Unbelieved::Issuer);
    }
    let second = |name: &str| claims.get(name).and_then(Value::as_i64);
    let expires = second("exp").ok_or(Unbelieved::Time)?;
    let issued = second("iat").ok_or(Unbelieved::Time)?;
    if expires <= answer.now_s - LEEWAY_S || issued > answer.now_s + LEEWAY_S {
        return Err(Unbelieved::Time);
    }
    if second("nbf").is_some_and(|it| it > answer.now_s + LEEWAY_S) {
        return Err(Unbelieved::Time);
    }
    if text("nonce") != Some(answer.nonce) {
        return Err(Unbelieved::Nonce);
    }
    if text("at_hash").is_some_and(|it| it != jws::half_hash(answer.access)) {
        return Err(Unbelieved::Subject);
    }
    Ok(claims)
}

/// Whether a token was made for us alone, or for several with us as the one who asked.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> bool {
    let party = claims.get("azp").and_then(Value::as_str);
    if party.is_some_and(|it| it != client_id) {
        return false;
    }
    match claims.get("aud") {
        Some(Value::String(it)) => it == client_id,
        Some(Value::Array(all)) => {
            let ours = all.iter().any(|it| it.as_str() == Some(client_id));
            ours && (all.len() == 1 || party.is_some())
        }
        _ => false,
    }
}

/// What the token and userinfo say together: both of one person, and the token, which is signed, wins.
pub fn joined(token: Map<String, Value>, info: Value) -> Result<Map<String, Value>, Unbelieved> {
    let Value::Object(mut info) = info else { return Err(Unbelieved::Subject) };
    let sub = |of: &Map<String, Value>| of.get("sub").and_then(Value::as_str).map(str::to_owned);
    if !token.is_empty() && sub(&token) != sub(&info) {
        return Err(Unbelieved::Subject);
    }
    info.extend(token);
    Ok(info)
}

/// Somebody, as a provider knows him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// His name at the provider: no personal number, and never shown.
    pub sub: String,
    /// His personal number, if the provider vouches for it.
    pub number: Option<String>,
    /// Full name; empty if it is not said.
    pub name: String,
    /// `YYYY-MM-DD`; empty if it is not said.
    pub birth_date: String,
    /// In national form; empty if it is not said.
    pub phone: String,
}

/// What the provider put its signature to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Nothing.
    Unsigned,
    /// An id_token, with this level; empty if it names none.
    Signed(String),
}

impl Word {
    /// By the claims of an id_token that holds, before anything else is joined to them.
    pub fn signed(claims: &Map<String, Value>) -> Self {
        Self::Signed(claims.get("acr").and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}

/// Reads the person out of the claims, by the provider's map. A number that is none, or that comes at too low a
/// level, is no number.
pub fn person(
    provider: &Provider,
    claims: &Map<String, Value>,
    word: &Word,
) -> Result<Person, Unbelieved> {
    let sub = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
    if sub.is_empty() || sub.len() > SUB_MAX {
        return Err(Unbelieved::Subject);
    }
    let number = if vouches(provider, claims, word) {
        let typed = claim(claims, &provider.claim_number);
        PersonalId::parse(&typed).ok().map(|it| it.reveal().to_owned())
    } else {
        None
    };
    let name: String = text::tidy(&claim(claims, &provider.claim_name))
        .chars()
        .filter(|it| !it.is_control())
        .take(NAME_CHARS_MAX)
        .collect();
    let phone = Phone::parse(&claim(claims, &provider.claim_phone));
    Ok(Person {
        sub,
        number,
        name,
        birth_date: birth_date(&claim(claims, &provider.claim_birth))
            .map_or_else(String::new, |it| it.to_string()),
        phone: phone.map_or_else(|_| String::new(), |it| it.reveal().to_owned()),
    })
}

/// Whether a number in these claims counts: the level must be one of those that are named, and if none is, the
/// administrator must have said that this provider knows whom it vouches for. Both hold for what is signed; a word
/// without a signature counts only where he said so too.
fn vouches(provider: &Provider, claims: &Map<String, Value>, word: &Word) -> bool {
    let reached = match word {
        _ if provider.unsigned => claims.get("acr").and_then(Value::as_str).unwrap_or_default(),
        Word::Signed(level) => level.as_str(),
        Word::Unsigned => return false,
    };
    let mut accepted = provider.acr_accepted.split_whitespace().peekable();
    if accepted.peek().is_none() {
        return provider.vouches;
    }
    !reached.is_empty() && accepted.any(|it| it == reached)
}

/// The claim with this name; dots lead into objects. Numbers are read as text.
fn claim(claims: &Map<String, Value>, name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    let mut found = claims.get(name);
    if found.is_none() {
        let mut parts = name.split('.');
        found = parts.next().and_then(|it| claims.get(it));
        for part in parts {
            found = found.and_then(|it| it.get(part));
        }
    }
    match found {
        Some(Value::String(it)) => it.trim().to_owned(),
        Some(Value::Number(it)) => it.to_string(),
        _ => String::new(),
    }
}

/// `1990-01-31`, `31/01/1990` or `19900131`, as providers write it.
fn birth_date(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit()) {
        let part = |from: usize, to: usize| text.get(from..to);
        let written = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
        return site::form::parse_date(&written);
    }
    site::form::parse_date(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn provider() -> Provider {
        Provider {
            claim_number: "cccd".to_owned(),
            claim_name: "profile.full_name".to_owned(),
            claim_birth: "birthdate".to_owned(),
            claim_phone: "phone_number".to_owned(),
            acr_accepted: "LoA2 LoA3".to_owned(),
            client_id: "motcua".to_owned(),
            ..Provider::default()
        }
    }

    fn claims(acr: &str) -> Map<String, Value> {
        let said = json!({
            "sub": "a-1", "acr": acr, "cccd": "040 090 123 456", "birthdate": "19900131",
            "phone_number": "+84912345678", "profile": {"full_name": "  Nguyễn Văn  Thử "},
        });
        said.as_object().unwrap().clone()
    }

    #[test]
    fn the_map_finds_what_it_names_and_the_level_decides_on_the_number() {
        let person = |provider: &Provider, claims: &Map<String, Value>| {
            super::person(provider, claims, &Word::signed(claims))
        };
        let found = person(&provider(), &claims("LoA2")).unwrap();
        assert_eq!(found.number.as_deref(), Some("040090123456"));
        assert_eq!(found.name, "Nguyễn Văn Thử");
        assert_eq!((found.birth_date.as_str(), found.phone.as_str()), ("1990-01-31", "0912345678"));
        assert_eq!(person(&provider(), &claims("LoA1")).unwrap().number, None, "too low");
        let mut trusting = provider();
        trusting.acr_accepted.clear();
        assert_eq!(person(&trusting, &claims("LoA9")).unwrap().number, None, "nobody said so");
        trusting.vouches = true;
        assert!(person(&trusting, &claims("")).unwrap().number.is_some());
        // What is not signed is a hint, unless the administrator said otherwise.
        let unsigned = |it: &Provider| super::person(it, &claims("LoA2"), &Word::Unsigned).unwrap();
        assert_eq!(unsigned(&provider()).number, None, "the level stands in no signed word");
        assert_eq!(unsigned(&trusting).number, None);
        let low = Word::Signed(String::new());
        let said = super::person(&provider(), &claims("LoA2"), &low).unwrap();
        assert_eq!(said.number, None, "the token names no level, userinfo does");
        let mut open = provider();
        open.unsigned = true;
        assert!(unsigned(&open).number.is_some());
        let mut bad = claims("LoA2");
        bad.insert("cccd".to_owned(), json!("123"));
        assert_eq!(person(&provider(), &bad).unwrap().number, None, "no number");
        bad.remove("sub");
        assert_eq!(person(&provider(), &bad), Err(Unbelieved::Subject));
    }

    #[test]
    fn two_answers_are_about_one_person() {
        let token = json!({"sub": "a", "name": "signed"}).as_object().unwrap().clone();
        let both = joined(token.clone(), json!({"sub": "a", "name": "not", "cccd": "1"})).unwrap();
        assert_eq!(both.get("name"), Some(&json!("signed")));
        assert!(both.contains_key("cccd"));
        assert_eq!(joined(token.clone(), json!({"sub": "b"})), Err(Unbelieved::Subject));
        assert_eq!(joined(token, json!({"name": "x"})), Err(Unbelieved::Subject));
        assert!(joined(Map::new(), json!({"sub": "b"})).is_ok());
    }

    #[test]
    fn a_token_for_several_names_us_as_the_one_who_asked() {
        let of = |it: Value| is_for(it.as_object().unwrap(), "motcua");
        assert!(of(json!({"aud": "motcua"})));
        assert!(of(json!({"aud": ["motcua"]})));
        assert!(of(json!({"aud": ["motcua", "b"], "azp": "motcua"})));
        assert!(!of(json!({"aud": ["motcua", "b"]})));
        assert!(!of(json!({"aud": "b"})));
        assert!(!of(json!({"aud": "motcua", "azp": "b"})));
        assert!(!of(json!({})));
    }
}
