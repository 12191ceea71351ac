//! Messages to people: queued in the transaction that gives them cause, sent by whichever channel is set up,
//! told by somebody where none is.
//!
//! Nothing is sent before the commit, nothing twice: a try is written down before a provider hears of it, and an
//! answer that nobody can read is shown to somebody instead of being sent again.

use domain::{
    access::Action,
    identity::{Phone, PhoneKind},
    ids::UnitId,
    lang::Lang,
    message::{Channel, Kind, State, teller},
};
use site::{AdminGroup, Failure, Routes, Site, get, post};
use store::{Fault, Tx};

mod admin;
pub mod channels;
mod deliver;
mod esms;
pub mod facts;
mod hooks;
mod opt_out;
mod policy;
pub mod push;
mod smtp;
mod sql;
mod texts;
mod web;
mod zns;

#[cfg(test)]
mod tests;

/// The routes of this crate.
#[must_use]
pub fn routes() -> Routes {
    let manage = Action::RelayManage;
    Routes::default()
        .admin(
            AdminGroup::Work,
            ("Mẫu tin báo cho dân", texts::PAGE),
            Action::WorkflowManage,
            "Lời của từng loại tin, cho thư và cho tin nhắn không dấu.",
        )
        .admin(
            AdminGroup::Work,
            ("Kênh gửi tin", admin::PAGE),
            manage,
            "Thông báo trên máy, Zalo, SMS, thư điện tử; thứ tự gửi, giờ nghỉ, gửi thử, người từ chối nhận tin.",
        )
        .configures(texts::PART)
        .configures(policy::PART)
        .job_apart("messages_send", 1, deliver::deliver)
        .on(texts::PAGE, Action::WorkflowManage, get(texts::form).post(texts::save))
        .on(admin::PAGE, manage, get(admin::home).post(policy::save))
        .on("/co-quan/quan-tri/kenh-tin/dia-chi-moi", manage, post(policy::renew_hook))
        .on("/co-quan/quan-tri/kenh-tin/nhan-lai", manage, post(opt_out::lift))
        .on("/co-quan/quan-tri/kenh-tin/{code}", manage, get(admin::form).post(admin::save))
        .on("/co-quan/quan-tri/kenh-tin/{code}/gui-thu", manage, post(admin::trial::try_out))
        .on("/co-quan/quan-tri/kenh-tin/{code}/tat", manage, post(admin::turn_off))
        .on("/tu-choi-tin/{secret}", Action::PublicRead, get(opt_out::form).post(opt_out::by_link))
        .on("/tin/{secret}/sms", Action::RelayReceive, get(hooks::sms).post(hooks::sms))
        .on("/tin/{secret}/zalo", Action::RelayReceive, post(hooks::zalo))
}

/// Whom a message is for, and how he is reached. What is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name, for a letter.
    pub name: String,
    /// Telephone, as it was typed.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Where a letter goes.
    pub address: String,
}

impl Contact {
    /// The telephone, if a text message can go there.
    #[must_use]
    pub fn mobile(&self) -> Option<Phone> {
        Phone::parse(&self.phone).ok().filter(|it| it.kind() == PhoneKind::Mobile)
    }

    /// Whether it names an address of this channel.
    #[must_use]
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Zalo | Channel::Sms | Channel::SmsReserve => self.mobile().is_some(),
            Channel::Email => domain::identity::Email::parse(&self.email).is_ok(),
            // Devices are of what a message is about, not of whom it is for.
            Channel::Push => false,
            Channel::Counter => !self.phone.is_empty(),
            Channel::Letter => !self.address.is_empty(),
        }
    }
}

/// A message that is about to be queued.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The same for what is to be said once only, such as `paid:17:3`.
    pub key: &'a str,
    /// What it says.
    pub kind: Kind,
    /// What it is about: `dossier` and its number, for example.
    pub subject: (&'a str, i64),
    /// Whom it is for.
    pub to: &'a Contact,
    /// The language that he reads.
    pub lang: Lang,
    /// What stands in the places of its words, days and amounts in the reader's language: see
    /// [`domain::message::places`]. `lien-ket` is a path of this site, to which the site's own address is added.
    pub values: &'a [(&'a str, &'a str)],
    /// Whether it goes out in the hours of rest as well.
    pub urgent: bool,
    /// The one-stop shop that tells it if it cannot be sent.
    pub unit: Option<UnitId>,
}

/// Whether this channel is set up and turned on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn can_reach(tx: &mut Tx<'_>, channel: Channel) -> Result<bool, Fault> {
    Ok(sql::channels_on(tx)?.contains(&channel))
}

/// Whether any channel is set up and turned on: where none is, nothing that is not owed need be put together.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_any_on(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(!sql::channels_on(tx)?.is_empty())
}

/// Whether a code can be sent to a telephone: by Zalo or by text message.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn can_reach_phones(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let on = sql::channels_on(tx)?;
    let by_phone = [Channel::Zalo, Channel::Sms, Channel::SmsReserve];
    Ok(by_phone.iter().any(|it| on.contains(it)))
}

/// Queues a message in the transaction that gives it cause; its row. Nothing, if it was queued before, or if it
/// is not owed and no channel reaches the person (see [`Kind::is_owed`]) or the office does without the kind.
///
/// It goes out within a minute of the commit. For a code that somebody waits for call [`deliver_now`] after it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn send(tx: &mut Tx<'_>, message: &Message<'_>) -> Result<Option<i64>, Fault> {
    let on = sql::channels_on(tx)?;
    let has_devices = message.kind.goes_to_devices()
        && on.contains(&Channel::Push)
        && sql::devices::any(tx, message.subject)?;
    let can = |it: Channel| match it {
        Channel::Push => has_devices,
        _ => message.to.has(it),
    };
    let reached = on.iter().any(|it| can(*it));
    if !reached && !message.kind.is_owed() {
        return Ok(None);
    }
    if message.kind.may_be_off() && sql::is_off(tx, message.kind)? {
        return Ok(None);
    }
    let policy = sql::policy(tx)?;
    let (state, channel, why) = if reached {
        let first = policy.order.iter().find(|it| on.contains(it) && can(**it));
        (State::Waiting, first.copied().unwrap_or(Channel::Counter), "")
    } else {
        let (phone, address) = (message.to.has(Channel::Counter), message.to.has(Channel::Letter));
        let why = if on.is_empty() {
            "Chưa cấu hình kênh gửi tin nào."
        } else {
            "Không có số di động hay thư điện tử dùng được."
        };
        (State::GivenUp, teller(&policy.order, phone, address), why)
    };
    let words = texts::in_use(tx, message.kind, message.lang)?;
    sql::insert(tx, message, &words, (state, channel, why))
}

/// Sends what waits, now and beside what is going on: for whoever waits for a code.
pub fn deliver_now(site: &Site) {
    let inner = site.clone();
    tokio::spawn(async move {
        if let Err(failure) = deliver::deliver(inner).await {
            tracing::error!(?failure, "sending failed");
        }
    });
}

/// What stands in a call of a provider: in its address, in a form or in JSON.
#[must_use]
pub fn incoming(asked: site::Typed, body: &[u8]) -> site::Typed {
    hooks::fields(asked, body)
}

/// Lets a provider's address be spoken to: over TLS, or on a machine of the same network.
fn is_safe_url(text: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else { return false };
    let near = |host: &str| {
        host == "localhost"
            || host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|it| it.is_private() || it.is_loopback())
    };
    url.username().is_empty()
        && url.password().is_none()
        && match url.scheme() {
            "https" => url.host_str().is_some(),
            "http" => url.host_str().is_some_and(near),
            _ => false,
        }
}

/// Channels are of the whole installation: who administers a part of it changes none.
fn is_whole(who: &site::Who) -> Result<(), Failure> {
    let one_stops = who.tree.all().filter(|it| it.kind == "one_stop");
    let all = one_stops.map(|it| it.id).all(|it| who.can_at(Action::RelayManage, it));
    if all { Ok(()) } else { Err(Failure::Forbidden) }
}
