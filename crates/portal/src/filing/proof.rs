//! The telephone of whoever files: it is his own if it answers a code.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.17, NĐ 45/2020/NĐ-CP Đ.10 (what the office must know of a sender until the papers are held
//! against the person).

use domain::{
    identity::{Phone, PhoneKind},
    paper::AssistConsent,
};
use site::{Lang, Site};
use store::{Fault, Tx};

use super::draft::Draft;
use crate::account::facts::{self as accounts, CodeRefusal};

/// The telephone that answered.
const DONE: &str = "dt-xong";
/// The telephone that is asked.
const ASKED: &str = "dt-hoi";
/// What the answer is held against.
const HANDLE: &str = "dt-dau";
/// The code, in an installation of made-up people alone.
const SHOWN: &str = "dt-hien";
/// The field in which the code is typed.
pub(super) const FIELD: &str = "ma-dien-thoai";

/// What is known of the telephone that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It need not answer: somebody files for the citizen, or no code can reach it.
    NotAsked,
    /// It has to answer.
    Owed,
    /// A code is on its way.
    Sent,
    /// It answered, here or for the account.
    Done,
}

fn phone_of(draft: &Draft) -> Option<Phone> {
    Phone::parse(draft.typed.get("dien-thoai")).ok()
}

impl Proof {
    /// Of a draft.
    pub fn of(site: &Site, tx: &mut Tx<'_>, draft: &Draft) -> Result<Self, Fault> {
        let typed = &draft.typed;
        let Some(phone) = phone_of(draft) else { return Ok(Self::NotAsked) };
        // Who helps is known by his account; the citizen's telephone answers where he agrees by it.
        let by_phone = draft.consent() == Some(AssistConsent::OwnPhone);
        if draft.assistant().is_some() && !by_phone {
            return Ok(Self::NotAsked);
        }
        let number = phone.reveal();
        if typed.get(DONE) == number {
            return Ok(Self::Done);
        }
        if let Some(citizen) = draft.citizen()
            && accounts::has_confirmed(tx, citizen, &phone)?
        {
            return Ok(Self::Done);
        }
        if phone.kind() != PhoneKind::Mobile || !accounts::can_send(site, tx)? {
            return Ok(Self::NotAsked);
        }
        let waits = typed.get(ASKED) == number && !typed.get(HANDLE).is_empty();
        Ok(if waits { Self::Sent } else { Self::Owed })
    }

    /// Whether the dossier cannot be sent before it answers.
    pub const fn is_missing(self) -> bool {
        matches!(self, Self::Owed | Self::Sent)
    }
}

/// The code that is shown in an installation of made-up people.
pub(super) fn shown(draft: &Draft) -> String {
    draft.typed.get(SHOWN).to_owned()
}

/// Sends a code to the telephone of a draft on a page in this language; the draft is then to be kept and
/// [`accounts::send_now`] called; why none was sent.
pub(super) fn ask(
    site: &Site,
    tx: &mut Tx<'_>,
    draft: &mut Draft,
    page: Lang,
) -> Result<Option<CodeRefusal>, Fault> {
    let Some(phone) = phone_of(draft) else { return Ok(Some(CodeRefusal::CannotSend)) };
    match accounts::begin_phone(site, tx, &phone, draft.told_in(page))? {
        Ok(begun) => {
            draft.typed.set(ASKED, phone.reveal());
            draft.typed.set(HANDLE, begun.handle);
            draft.typed.set(SHOWN, begun.shown.unwrap_or_default());
            Ok(None)
        }
        Err(why) => Ok(Some(why)),
    }
}

/// Holds what was typed against the code; why it does not open. The draft is then to be kept, and the transaction
/// either way.
pub(super) fn answer(
    site: &Site,
    tx: &mut Tx<'_>,
    draft: &mut Draft,
    typed: &str,
) -> Result<Option<CodeRefusal>, Fault> {
    let handle = draft.typed.get(HANDLE).to_owned();
    let refused = match accounts::confirm_phone(site, tx, &handle, typed)? {
        Ok(proved) => {
            draft.typed.set(DONE, proved.phone);
            None
        }
        Err(CodeRefusal::Over) => Some(CodeRefusal::Over),
        Err(why) => return Ok(Some(why)),
    };
    for name in [HANDLE, ASKED, SHOWN] {
        draft.typed.set_all(name, []);
    }
    Ok(refused)
}
