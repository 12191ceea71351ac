//! Messages for other slices: the only door beside [`crate::send`].

use domain::{
    lang::Lang,
    message::{Channel, Form, Kind, State, filled, fitting},
    time::Instant,
};
use store::{Fault, Row, Tx};

use crate::{Contact, sql};

/// Columns of a message as [`read`] reads them, of `outbox o`.
pub const COLUMNS: &str = "o.id, o.kind, o.subject, o.subject_id, o.name, o.recipient, o.email, o.address, o.text,
    o.short, o.data, o.token, o.urgent, o.state, o.channel, o.next_ms, o.round, o.why, o.created_ms, o.sent_ms,
    o.lang";
/// How many they are.
pub const WIDTH: usize = 21;

/// A message as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its row.
    pub id: i64,
    /// What it says; nothing for a kind that this program does not know.
    pub kind: Option<Kind>,
    /// What it is about.
    pub subject: String,
    /// See `subject`.
    pub subject_id: i64,
    /// Whom it is for.
    pub to: Contact,
    /// The language in which it is written.
    pub lang: Lang,
    /// Its words, with places.
    pub text: String,
    /// Its words as a text message, with places.
    pub short: String,
    /// What stands in the places; nothing if the words are whole.
    pub values: Vec<(String, String)>,
    /// Our key with providers.
    pub token: String,
    /// Whether it goes out at night.
    pub urgent: bool,
    /// How far it is.
    pub state: State,
    /// The last channel that was tried, or who tells it.
    pub channel: Channel,
    /// Not before, while it waits.
    pub next: Instant,
    /// Attempts up to this row count no more.
    pub round: i64,
    /// What kept it.
    pub why: String,
    /// When it was queued.
    pub created: Instant,
    /// When it came to rest.
    pub closed: Option<Instant>,
}

/// One try with a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its row.
    pub id: i64,
    /// By which channel.
    pub channel: Channel,
    /// The machine that was spoken to.
    pub provider: String,
    /// When.
    pub at: Instant,
    /// How it went.
    pub outcome: String,
    /// What was answered.
    pub code: String,
    /// How the provider calls it.
    pub reference: String,
}

impl Attempt {
    /// How it went, as people read it.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self.outcome.as_str() {
            "accepted" => "Nhà cung cấp đã nhận",
            "delivered" => "Đã đến máy",
            "undelivered" => "Không đến được máy",
            "refused" => "Bị từ chối",
            "later" => "Chưa gửi được",
            "unclear" => "Không rõ kết quả",
            _ => "Đang gửi",
        }
    }
}

/// Reads [`COLUMNS`].
///
/// # Errors
/// [`Fault`] if the row is not of [`COLUMNS`].
pub fn read(row: &Row) -> Result<Kept, Fault> {
    let kind: String = row.get(1)?;
    let data: String = row.get(10)?;
    Ok(Kept {
        id: row.get(0)?,
        kind: Kind::from_code(&kind),
        subject: row.get(2)?,
        subject_id: row.get(3)?,
        to: Contact {
            name: row.get(4)?,
            phone: row.get(5)?,
            email: row.get(6)?,
            address: row.get(7)?,
        },
        lang: row.parse(20, "lang", Lang::from_code)?,
        text: row.get(8)?,
        short: row.get(9)?,
        values: serde_json::from_str(&data).unwrap_or_default(),
        token: row.get(11)?,
        urgent: row.get(12)?,
        state: row.parse(13, "state", State::from_code)?,
        channel: row.parse(14, "channel", Channel::from_code)?,
        next: Instant::from_epoch_ms(row.get(15)?),
        round: row.get(16)?,
        why: row.get(17)?,
        created: Instant::from_epoch_ms(row.get(18)?),
        closed: row.get::<Option<i64>>(19)?.map(Instant::from_epoch_ms),
    })
}

impl Kept {
    /// What stands in the places, links whole.
    #[must_use]
    pub fn values_at(&self, base_url: &str) -> Vec<(String, String)> {
        let whole = |name: &str, value: &str| {
            if name == "lien-ket" { format!("{base_url}{value}") } else { value.to_owned() }
        };
        self.values.iter().map(|(name, value)| (name.clone(), whole(name, value))).collect()
    }

    /// What it says, in full.
    #[must_use]
    pub fn said(&self, base_url: &str) -> String {
        if self.values.is_empty() {
            return if self.text.is_empty() {
                "(nội dung chỉ dùng một lần, đã xóa)".to_owned()
            } else {
                self.text.clone()
            };
        }
        filled(&self.text, &self.values_at(base_url))
    }

    /// What it says as a text message.
    #[must_use]
    pub fn said_short(&self, base_url: &str) -> String {
        if self.values.is_empty() {
            fitting(&self.text.replace('{', "("), &[])
        } else {
            fitting(&self.short, &self.values_at(base_url))
        }
    }

    /// What kind it is, as people read it.
    #[must_use]
    pub fn kind_label(&self) -> &'static str {
        self.kind.map_or("Tin báo", Kind::label)
    }

    /// What it is called where its receiver reads it.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.kind.map_or("Tin báo", |kind| kind.said(self.lang))
    }

    /// The code of the dossier or filing that it is about; empty if it names none.
    #[must_use]
    pub fn code(&self) -> &str {
        let of = |name: &str| self.values.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        of("ma-ho-so").or_else(|| of("ma-nop")).unwrap_or_default()
    }
}

/// One message, held until a writing transaction is done.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn held(tx: &mut Tx<'_>, id: i64) -> Result<Option<Kept>, Fault> {
    sql::held(tx, id)
}

/// What a message that is not Vietnamese says, in the words that the office uses for its kind today: for whoever
/// tells it and reads no other language. Nothing for a Vietnamese one, or where its words are gone.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn in_vietnamese(tx: &mut Tx<'_>, it: &Kept, base_url: &str) -> Result<Option<String>, Fault> {
    let Some(kind) = it.kind.filter(|_| it.lang != Lang::Vi && !it.values.is_empty()) else {
        return Ok(None);
    };
    let words = sql::text(tx, kind, Form::Full, Lang::Vi)?;
    Ok(Some(filled(&words, &it.values_at(base_url))))
}

/// Tries of a message, oldest first.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn attempts(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Attempt>, Fault> {
    sql::attempts(tx, id)
}

/// Somebody has told it, or printed it as a letter.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn tell(tx: &mut Tx<'_>, it: &Kept, by: Channel) -> Result<(), Fault> {
    let state = if by == Channel::Letter { State::Printed } else { State::Told };
    sql::settle(tx, it, (state, by), "")
}

/// It is sent once more, from the first channel on.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn again(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    sql::revive(tx, id)
}

/// Somebody else tells it: by telephone, or as a letter.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn hand_to(tx: &mut Tx<'_>, it: &Kept, teller: Channel) -> Result<(), Fault> {
    sql::settle(tx, it, (State::GivenUp, teller), &it.why)
}

/// What of these kinds is not yet told about a subject need not be told any more, and why.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn replace(
    tx: &mut Tx<'_>,
    subject: (&str, i64),
    kinds: &[Kind],
    why: &str,
) -> Result<(), Fault> {
    sql::replace(tx, subject, kinds, why)
}

/// A step was taken back: what tells of steps, was queued since it was made and is not told yet, need not be told.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn take_back(
    tx: &mut Tx<'_>,
    subject: (&str, i64),
    since: Instant,
    why: &str,
) -> Result<(), Fault> {
    sql::take_back(tx, subject, since, why)
}

/// Everything that was said about a subject is gone, with every try.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget(tx: &mut Tx<'_>, subject: &str, id: i64) -> Result<(), Fault> {
    sql::devices::forget(tx, subject, id)?;
    sql::forget(tx, subject, id)
}

/// Everything that was said about subjects of this kind to a telephone is gone, with every try.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn forget_phone(tx: &mut Tx<'_>, subject: &str, phone: &str) -> Result<(), Fault> {
    if phone.is_empty() { Ok(()) } else { sql::forget_phone(tx, subject, phone) }
}

/// Messages of a kind that were queued before are gone, with every try; how many.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn sweep(tx: &mut Tx<'_>, kind: Kind, before: Instant) -> Result<usize, Fault> {
    sql::sweep(tx, kind, before)
}

/// The secret part of the addresses that providers call.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn hook_secret(site: &site::Site, tx: &mut Tx<'_>) -> Result<String, Fault> {
    let number = sql::policy(tx)?.hook;
    let mut key = site.seal.derived(&format!("message-hook:{number}"));
    key.truncate(32);
    Ok(key)
}

/// Whether an address that was called holds the right secret.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_hook(site: &site::Site, tx: &mut Tx<'_>, secret: &str) -> Result<bool, Fault> {
    use subtle::ConstantTimeEq as _;
    Ok(bool::from(hook_secret(site, tx)?.as_bytes().ct_eq(secret.as_bytes())))
}

/// Somebody wants no messages to this telephone and address any more, or wants them again; whether that is new. `way`:
/// how he said so.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn opt_out(
    site: &site::Site,
    tx: &mut Tx<'_>,
    contact: &Contact,
    (off, way): (bool, &str),
) -> Result<bool, Fault> {
    let mut new = false;
    let channels = [Channel::Sms, Channel::Zalo, Channel::Email];
    for channel in channels.into_iter().filter(|it| contact.has(*it)) {
        if let Some(person) = crate::channels::person_of(site, channel, contact) {
            let address = if channel == Channel::Email { &contact.email } else { &contact.phone };
            let tail = crate::opt_out::tail(address);
            new |= sql::opt_out(tx, (&person, channel), off.then_some((&tail, way)))?;
        }
    }
    Ok(new)
}
