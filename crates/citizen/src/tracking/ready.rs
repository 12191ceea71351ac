//! What is said of a result that is ready: how it comes to this citizen, as he wished it and as it is; on his page and
//! in his message.

use domain::{
    dossier::{Delivery, Financial, ReturnChannel},
    procedure::ChannelKind,
};
use site::Words;
use store::{Fault, Tx};

use crate::{
    dossiers::facts::{self as dossiers, Kept},
    results::facts::{self as results, ForCitizen},
};

/// How a result comes to its citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The post has it.
    InPost,
    /// The post will have it.
    Post,
    /// Its file is there.
    File,
    /// Its file is there once the fee is paid.
    Owed,
    /// Its file will be there.
    NoFile,
    /// At the counter, with the slip of the appointment.
    Receipt,
    /// At the counter; there never was a slip.
    Counter,
}

impl Way {
    fn of(tx: &mut Tx<'_>, kept: &Kept, mine: &ForCitizen) -> Result<Self, Fault> {
        if kept.dossier.delivery == Delivery::InPost {
            return Ok(Self::InPost);
        }
        let way = dossiers::person_of(tx, kept.id)?.map(|it| it.return_way).unwrap_or_default();
        let owes = kept.dossier.financial == Financial::Due;
        Ok(match ReturnChannel::from_code(&way) {
            _ if !mine.files.is_empty() => Self::File,
            Some(ReturnChannel::Online) if owes => Self::Owed,
            Some(ReturnChannel::Online) => Self::NoFile,
            Some(ReturnChannel::Post) => Self::Post,
            // A slip with the appointment was given to whoever came to the counter.
            _ if kept.dossier.channel == Some(ChannelKind::Direct) => Self::Receipt,
            _ => Self::Counter,
        })
    }

    /// How a result comes to its citizen now.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn now(tx: &mut Tx<'_>, kept: &Kept) -> Result<Self, Fault> {
        let mine = results::for_citizen(tx, kept)?;
        Self::of(tx, kept, &mine)
    }

    /// In a message: short, and good without the page at hand. `unit`: where it waits.
    pub fn told(self, words: Words, unit: &str) -> String {
        let unit = [("unit", unit)];
        match self {
            Self::InPost => words.say("tell-ready-in-post"),
            Self::Post => words.say("tell-ready-post"),
            Self::File => words.say("tell-ready-file"),
            Self::Owed => words.say("tell-ready-owed"),
            Self::NoFile => words.say("tell-ready-no-file"),
            Self::Receipt => words.say_with("tell-ready-receipt", &unit),
            Self::Counter => words.say_with("tell-ready-counter", &unit),
        }
    }
}

/// On the page. `unit`: where it waits.
pub(super) fn said(
    words: Words,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (unit, mine): (&str, &ForCitizen),
) -> Result<String, Fault> {
    let unit = [("unit", unit)];
    Ok(match Way::of(tx, kept, mine)? {
        Way::InPost => words.say("track-ready-in-post"),
        Way::Post => words.say_with("track-ready-post", &unit),
        Way::File => words.say_with("track-ready-file", &unit),
        Way::Owed => words.say("track-ready-owed"),
        Way::NoFile => words.say_with("track-ready-no-file", &unit),
        Way::Receipt => words.say_with("track-collect", &unit),
        Way::Counter => words.say_with("track-ready-counter", &unit),
    })
}
