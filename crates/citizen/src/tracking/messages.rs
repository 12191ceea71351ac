//! What the office and the citizen said to each other about a dossier, as the citizen reads it.

use domain::dossier::{Event, Status, What};
use site::Words;

use crate::dossiers::online;

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

/// The messages of a dossier, the newest first. Notes of the office to itself are none.
pub(super) fn of(words: Words, events: &[Event]) -> Vec<Message> {
    let said = |event: &Event| {
        let his = online::is_his(event.by, &event.what);
        let (title, is_mine, shows) = match &event.what {
            What::Submit { .. } => (words.say("message-sent"), true, false),
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
