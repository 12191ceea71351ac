//! What is said of a result that is ready: how it comes to this citizen, as he wished it and as it is.

use domain::{
    dossier::{Delivery, Financial, ReturnChannel},
    procedure::ChannelKind,
};
use site::Words;
use store::{Fault, Tx};

use crate::{
    dossiers::{desk::OnDesk, facts as dossiers},
    results::facts::ForCitizen,
};

/// See the module. `unit`: where it waits.
pub(super) fn said(
    words: Words,
    tx: &mut Tx<'_>,
    on_desk: &OnDesk,
    (unit, mine): (&str, &ForCitizen),
) -> Result<String, Fault> {
    let kept = &on_desk.kept;
    if kept.dossier.delivery == Delivery::InPost {
        return Ok(words.say("track-ready-in-post"));
    }
    let way = dossiers::person_of(tx, kept.id)?.map(|it| it.return_way).unwrap_or_default();
    let unit = [("unit", unit)];
    let owes = kept.dossier.financial == Financial::Due;
    Ok(match ReturnChannel::from_code(&way) {
        _ if !mine.files.is_empty() => words.say_with("track-ready-file", &unit),
        Some(ReturnChannel::Online) if owes => words.say("track-ready-owed"),
        Some(ReturnChannel::Online) => words.say_with("track-ready-no-file", &unit),
        Some(ReturnChannel::Post) => words.say_with("track-ready-post", &unit),
        // A slip with the appointment was given to whoever came to the counter.
        _ if kept.dossier.channel == Some(ChannelKind::Direct) => {
            words.say_with("track-collect", &unit)
        }
        _ => words.say_with("track-ready-counter", &unit),
    })
}
