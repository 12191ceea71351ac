//! Who sent something: sealed with the installation's key, opened for a look that is kept, or to tell him.

use domain::{ids::FeedbackId, lang::Lang, message::Kind};
use messages::{Contact, Message};
use serde::{Deserialize, Serialize};
use site::Site;
use store::{Fault, Tx};

use super::sql::{core::Kept, sender as sql};

/// Who sent it and how he is reached. What he did not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// His name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Address.
    pub address: String,
    /// Number of his identity card, for letters that need it.
    #[serde(default)]
    pub id_number: String,
    /// Whether he agreed to be told by messages.
    #[serde(default)]
    pub may_tell: bool,
}

impl Sender {
    /// Whether he said nothing of himself that a law calls a name.
    #[must_use]
    pub fn is_nameless(&self) -> bool {
        self.name.trim().is_empty()
    }

    /// Whether he said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.name, &self.phone, &self.email, &self.address, &self.id_number]
            .iter()
            .all(|it| it.trim().is_empty())
    }
}

fn about(id: FeedbackId) -> String {
    format!("feedback-sender:{id}")
}

/// Keeps the sender of a feedback, sealed.
pub(super) fn keep(site: &Site, tx: &mut Tx<'_>, id: FeedbackId, it: &Sender) -> Result<(), Fault> {
    let text = serde_json::to_string(it).map_err(|e| Fault::Broken(format!("sender: {e}")))?;
    sql::insert(tx, id, &site.seal.close(&about(id), &text)?, it.may_tell)
}

/// Opens who sent it. Whoever calls has written down who looks, or shows it to nobody.
pub(super) fn open(site: &Site, tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<Sender>, Fault> {
    let Some((sealed, _)) = sql::find(tx, id)? else { return Ok(None) };
    let text = site.seal.open(&about(id), &sealed)?;
    serde_json::from_str(&text).map(Some).map_err(|e| Fault::Broken(format!("sender: {e}")))
}

/// Tells him that there is something new, if he agreed to be told. Nobody of the office sees his number for it.
pub(super) fn tell(
    site: &Site,
    tx: &mut Tx<'_>,
    it: &Kept,
    (key, vi, en): (&str, &str, &str),
) -> Result<(), Fault> {
    if !sql::find(tx, it.id)?.is_some_and(|(_, may_tell)| may_tell) {
        return Ok(());
    }
    let Some(sender) = open(site, tx, it.id)? else { return Ok(()) };
    let lang = Lang::from_code(&it.lang).unwrap_or(Lang::Vi);
    let tree = site.tree(tx)?;
    let unit = tree.title(it.state.unit).to_owned();
    // No name: the message is read on a screen that others may see.
    let to = Contact { phone: sender.phone, email: sender.email, ..Contact::default() };
    let news = if lang == Lang::En { en } else { vi };
    let message = Message {
        key: &format!("feedback:{}:{key}:{}", it.id, it.edition),
        kind: Kind::FeedbackNews,
        subject: ("feedback", it.id.0),
        to: &to,
        lang,
        values: &[
            ("ma-phan-anh", &it.code),
            ("tin-moi", news),
            ("don-vi", &unit),
            ("lien-ket", "/phan-anh/theo-doi"),
        ],
        urgent: false,
        unit: None,
    };
    messages::send(tx, &message)?;
    Ok(())
}
