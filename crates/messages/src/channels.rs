//! How each channel is reached: what an administrator sets, and what is sealed.

use std::collections::BTreeMap;

use domain::{
    lang::Lang,
    message::{Channel, Kind},
    time::Instant,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use site::Site;
use store::Fault;

/// The published address of eSMS.
pub const ESMS: &str =
    "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/";
/// The published address of Zalo's notification service.
pub const ZNS: &str = "https://business.openapi.zalo.me/message/template";
/// Where Zalo lends tokens.
pub const ZALO_OAUTH: &str = "https://oauth.zaloapp.com/v4/oa/access_token";

/// How a line of mail is guarded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// TLS from the first byte on (port 465).
    #[default]
    Tls,
    /// TLS after a word in the clear (port 587).
    Starttls,
    /// None: a server of the same machine or network.
    None,
}

/// A server of mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is guarded.
    pub guard: Guard,
    /// Who signs in there; nobody if empty.
    pub user: String,
    /// From whom mails come.
    pub from: String,
    /// That one's name.
    pub from_name: String,
}

/// A gateway of text messages in the shape of eSMS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sms {
    /// Where it listens.
    pub url: String,
    /// The name that telephones show.
    pub brandname: String,
    /// Whether it only pretends.
    pub sandbox: bool,
}

/// Zalo's notification service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Zalo {
    /// Where messages go.
    pub url: String,
    /// Where tokens come from.
    pub oauth_url: String,
    /// The application.
    pub app_id: String,
    /// The template that Zalo approved for each kind; a kind without one does not go by Zalo.
    pub templates: BTreeMap<String, String>,
    /// The same in English.
    pub templates_en: BTreeMap<String, String>,
}

impl Zalo {
    /// The template of a kind in a language, if there is one.
    #[must_use]
    pub fn template(&self, kind: Kind, lang: Lang) -> Option<&str> {
        let all = match lang {
            Lang::Vi => &self.templates,
            Lang::En => &self.templates_en,
        };
        all.get(kind.code()).map(String::as_str).filter(|it| !it.is_empty())
    }
}

/// Notices on devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Push {
    /// Whom a service writes to about our calls: `mailto:` or an address of a page (RFC 8292 section 2.1).
    pub contact: String,
    /// Machines that may be called beside the services of the browsers in use.
    pub hosts: Vec<String>,
}

/// What is sealed of a channel, by name.
pub type Secrets = BTreeMap<String, String>;

/// What Zalo lends: each refresh token is good once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lent {
    /// Good for a day or so.
    pub access: String,
    /// Good once.
    pub refresh: String,
}

/// A channel as it is kept.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// JSON.
    pub settings: String,
    /// Sealed JSON.
    pub secret: String,
    /// Whether it is used.
    pub is_on: bool,
    /// Grows with every change.
    pub edition: i64,
    /// When it worked last.
    pub worked: Option<Instant>,
    /// When it failed last, and why.
    pub failed: Option<Instant>,
    /// See `failed`.
    pub failure: String,
    /// Sealed JSON of [`Lent`]; empty if nothing is lent.
    pub lent: String,
    /// Until when the access token is good.
    pub lent_until: i64,
}

impl Setup {
    /// The settings, if they read as such.
    #[must_use]
    pub fn read<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// What is sealed. Nothing if it does not open with this installation's key.
    #[must_use]
    pub fn secrets(&self, site: &Site, channel: Channel) -> Secrets {
        open(site, channel, &self.secret).unwrap_or_default()
    }

    /// What is lent.
    #[must_use]
    pub fn lent(&self, site: &Site) -> Lent {
        open(site, Channel::Zalo, &self.lent).unwrap_or_default()
    }
}

fn about(channel: Channel) -> String {
    format!("message-channel:{}", channel.code())
}

fn open<T: DeserializeOwned>(site: &Site, channel: Channel, sealed: &str) -> Option<T> {
    let text = site.seal.open(&about(channel), sealed).ok()?;
    serde_json::from_str(&text).ok()
}

/// Seals what is secret of a channel.
///
/// # Errors
/// [`Fault::Broken`] if there is no randomness.
pub fn sealed(site: &Site, channel: Channel, it: &impl Serialize) -> Result<String, Fault> {
    let text = serde_json::to_string(it).map_err(|e| Fault::Broken(format!("secret: {e}")))?;
    site.seal.close(&about(channel), &text)
}

/// The letter at the end of our key that tells the channel: what one took is no repeat for another.
#[must_use]
pub fn mark(channel: Channel) -> char {
    channel.code().chars().next().unwrap_or('x')
}

/// What stands for somebody's telephone or address where it may not stand itself.
#[must_use]
pub fn person_of(site: &Site, channel: Channel, contact: &crate::Contact) -> Option<String> {
    let address = match channel {
        Channel::Zalo | Channel::Sms | Channel::SmsReserve => contact.mobile()?.reveal().to_owned(),
        Channel::Email => contact.email.trim().to_lowercase(),
        Channel::Push | Channel::Counter | Channel::Letter => return None,
    };
    let kind = if channel == Channel::Email { "email" } else { "phone" };
    Some(site.seal.derived(&format!("contact:{kind}:{address}")))
}
