//! What the office and the citizen said to each other about a dossier, as the citizen reads it.

use domain::{
    dossier::{Event, Status, What},
    ids::{AccountId, DossierId},
    paper::AssistConsent,
    procedure::ChannelKind,
};
use people::staff::facts as staff;
use site::Words;
use store::{Fault, Tx, journal};

use crate::dossiers::{facts::SUBJECT, online};

/// A message, as the tracking page shows it.
pub(super) struct Message {
    pub when: String,
    /// Whether the citizen said it.
    pub is_mine: bool,
    pub title: String,
    /// What was said, in whoever's own words; empty if nothing was.
    pub words: String,
    /// Until when it can be answered; empty if that is not asked.
    pub until: String,
}

/// Who sent a dossier over the line for its applicant, and how that one agreed; nothing if he sent it himself or
/// brought it.
pub(super) fn helper(
    tx: &mut Tx<'_>,
    id: DossierId,
    events: &[Event],
) -> Result<Option<(String, String)>, Fault> {
    let by = events.iter().find_map(|it| match it.what {
        What::Submit { channel: ChannelKind::Online, .. } if it.by != AccountId(0) => Some(it.by),
        _ => None,
    });
    let Some(by) = by else { return Ok(None) };
    let name = staff::account_name(tx, by)?;
    let kept = journal::of(tx, SUBJECT, id.0)?;
    let about = kept.iter().find(|it| it.act == "file_online");
    let consent = about.and_then(|it| {
        let details: serde_json::Value = serde_json::from_str(&it.details).ok()?;
        AssistConsent::from_code(details.get("consent")?.as_str()?)
    });
    Ok(Some((name, consent.map_or_else(String::new, |it| it.label().to_owned()))))
}

/// The messages of a dossier, the newest first. Notes of the office to itself are none.
pub(super) fn of(
    words: Words,
    events: &[Event],
    helper: Option<&(String, String)>,
) -> Vec<Message> {
    let said = |event: &Event| {
        let his = online::is_his(event.by, &event.what);
        let (title, is_mine, shows) = match &event.what {
            What::Submit { .. } => match helper {
                Some((name, consent)) if consent.is_empty() => {
                    (words.say_with("message-sent-for-you", &[("name", name)]), false, false)
                }
                Some((name, consent)) => {
                    let about = [("name", name.as_str()), ("consent", consent.as_str())];
                    (words.say_with("message-sent-agreed", &about), false, false)
                }
                None => (words.say("message-sent"), true, false),
            },
            What::RequestIntakeSupplement | What::RequestSupplement { .. } => {
                (words.say("message-asked"), false, true)
            }
            What::Resubmit | What::Supplement { .. } if his => {
                (words.say("message-supplied"), true, true)
            }
            What::Resubmit | What::Supplement { .. } => {
                (words.say("message-supplied-counter"), true, false)
            }
            What::Accept { .. } => (words.say("message-accepted"), false, false),
            What::RefuseIntake { .. } => (words.say("message-refused"), false, true),
            What::Extend { .. } => (words.say("message-extended"), false, true),
            What::RequestPayment { .. } => (words.say("message-pay"), false, false),
            What::RequestWithdraw => (words.say("message-withdraw-asked"), true, true),
            What::RejectWithdraw if his => (words.say("message-withdraw-stayed"), true, false),
            What::RejectWithdraw => (words.say("message-withdraw-refused"), false, true),
            What::Withdraw => (words.say("message-withdrawn"), false, false),
            What::CloseNoSupplement => (words.say("message-closed"), false, false),
            _ if event.status == Status::ResultAtCounter && has_result(&event.what) => {
                (words.say("message-result"), false, false)
            }
            _ => return None,
        };
        let until = match &event.what {
            What::RequestSupplement { until } => words.moment(*until),
            What::Extend { due_at, .. } => words.moment(*due_at),
            _ => String::new(),
        };
        let text = event.words.clone().filter(|_| shows).unwrap_or_default();
        let when = words.moment(event.at.civil());
        Some(Message { when, is_mine, title, words: text, until })
    };
    taken(events).filter_map(said).collect()
}

const fn has_result(what: &What) -> bool {
    matches!(
        what,
        What::Number { .. } | What::SettleOnTheSpot { .. } | What::FinishCorrection { .. }
    )
}

/// The steps that hold, the newest first: one that was taken back was never said.
fn taken(events: &[Event]) -> impl Iterator<Item = &Event> {
    let mut undone = 0_usize;
    events.iter().rev().filter(move |it| {
        if matches!(it.what, What::Undo) {
            undone += 1;
            return false;
        }
        if undone > 0 {
            undone -= 1;
            return false;
        }
        true
    })
}
