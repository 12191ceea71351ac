//! Texts of the portal as they ship and as the office put them: synonyms, events, guides.

use std::sync::LazyLock;

use domain::{
    guide::Guide,
    life_event::{LifeEvent, LifeEvents},
    plain::HardWords,
    search::{Synonym, Synonyms},
    text,
};
use serde::{Deserialize, de::DeserializeOwned};
use site::Failure;
use store::{Fault, Tx, journal::Entry};

use super::sql::{self, Kept};
use crate::procedures::facts::{self as procedures, shipped};

/// What the journal calls a text of the portal.
pub(super) const SUBJECT: &str = "portal_text";
/// The setting that grows with every change of a text.
pub(super) const EDITION: &str = "portal_texts_edition";
/// A text that is not in use.
pub(super) const OFF: &str = "off";

/// A kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Synonym,
    Event,
    Guide,
}

impl Kind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Synonym => "synonym",
            Self::Event => "event",
            Self::Guide => "guide",
        }
    }
}

#[derive(Deserialize)]
struct Guides {
    #[serde(rename = "guide")]
    guides: Vec<Guide>,
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|e| Fault::Broken(format!("data/{name}: {e}")))
}

/// The guides that ship.
pub(super) fn shipped_guides() -> Result<Vec<Guide>, Fault> {
    read::<Guides>("guides.toml", include_str!("../../../../data/guides.toml")).map(|it| it.guides)
}

/// The events that ship.
pub(super) fn shipped_events() -> Result<Vec<LifeEvent>, Fault> {
    let text = include_str!("../../../../data/life-events.toml");
    read::<LifeEvents>("life-events.toml", text).map(|it| it.events)
}

/// Words that few people use.
pub(super) fn hard_words() -> &'static HardWords {
    static WORDS: LazyLock<HardWords> =
        LazyLock::new(|| HardWords::read(include_str!("../../../../data/hard-words.txt")));
    &WORDS
}

/// One of the texts: as it ships, as the office put it, and whether it is in use.
#[derive(Debug, Clone)]
pub(super) struct Text<T> {
    /// Its name: a phrase, a code.
    pub name: String,
    /// What holds; as it ships if it is not in use and ships.
    pub it: T,
    pub is_shipped: bool,
    pub is_changed: bool,
    pub is_off: bool,
    /// The newest edition; 0 if the office never touched it.
    pub edition: i64,
}

/// What ships with what the office put over it; what is its own stands behind.
fn put_over<T: DeserializeOwned>(
    shipped: Vec<(String, T)>,
    own: Vec<Kept>,
) -> Result<Vec<Text<T>>, Fault> {
    let mut own: Vec<Option<Kept>> = own.into_iter().map(Some).collect();
    let mut all = Vec::with_capacity(shipped.len());
    let parse = |it: &Kept| {
        serde_json::from_str::<T>(&it.body)
            .map_err(|e| Fault::Broken(format!("portal_text {}: {e}", it.name)))
    };
    for (name, it) in shipped {
        let mine = own.iter_mut().find(|it| it.as_ref().is_some_and(|it| it.name == name));
        let mine = mine.and_then(Option::take);
        let (is_off, edition) = mine.as_ref().map_or((false, 0), |it| (it.body == OFF, it.edition));
        let changed = mine.as_ref().filter(|it| !it.body.is_empty() && it.body != OFF);
        let is_changed = changed.is_some();
        let it = changed.map(parse).transpose()?.unwrap_or(it);
        all.push(Text { name, it, is_shipped: true, is_changed, is_off, edition });
    }
    for mine in own.into_iter().flatten() {
        // What is the office's own and gone is gone.
        if mine.body.is_empty() || mine.body == OFF {
            continue;
        }
        let it = parse(&mine)?;
        all.push(Text {
            name: mine.name,
            it,
            is_shipped: false,
            is_changed: true,
            is_off: false,
            edition: mine.edition,
        });
    }
    Ok(all)
}

/// The name of a shipped synonym: the first thing that people say.
pub(super) fn name_of(it: &Synonym) -> String {
    it.say.first().map_or_else(String::new, |it| text::fold(it).replace(' ', "-"))
}

/// Every synonym.
pub(super) fn synonyms(tx: &mut Tx<'_>) -> Result<Vec<Text<Synonym>>, Fault> {
    let shipped = shipped::synonyms()?.synonyms;
    let shipped = shipped.into_iter().map(|it| (name_of(&it), it)).collect();
    put_over(shipped, sql::newest(tx, Kind::Synonym.code())?)
}

/// Every event, in the order in which they are shown.
pub(super) fn events(tx: &mut Tx<'_>) -> Result<Vec<Text<LifeEvent>>, Fault> {
    let shipped = shipped_events()?.into_iter().map(|it| (it.code.clone(), it)).collect();
    put_over(shipped, sql::newest(tx, Kind::Event.code())?)
}

/// Every guide, by code.
pub(super) fn guides(tx: &mut Tx<'_>) -> Result<Vec<Text<Guide>>, Fault> {
    let shipped = shipped_guides()?.into_iter().map(|it| (it.code.clone(), it)).collect();
    let mut all = put_over(shipped, sql::newest(tx, Kind::Guide.code())?)?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The synonyms in use, for the search.
pub(super) fn in_use(tx: &mut Tx<'_>) -> Result<Synonyms, Fault> {
    let synonyms = synonyms(tx)?.into_iter().filter(|it| !it.is_off).map(|it| it.it).collect();
    Ok(Synonyms { idle: shipped::synonyms()?.idle, synonyms })
}

/// Puts a text, if nobody else did since `edition` was read. An empty body gives it back as it ships.
///
/// # Errors
/// [`Failure::Refused`] if somebody did.
pub(super) fn put(
    tx: &mut Tx<'_>,
    kind: Kind,
    (name, edition): (&str, i64),
    body: &str,
) -> Result<(), Failure> {
    let newest = sql::history(tx, kind.code(), name)?.first().cloned();
    let now = newest.as_ref().map_or(0, |it| it.edition);
    if newest.is_some_and(|it| it.body == body) {
        return Ok(());
    }
    if now != edition {
        return Err(Failure::Refused(
            "Người khác vừa sửa mục này. Hãy mở lại để xem bản mới rồi sửa tiếp.".to_owned(),
        ));
    }
    let id = sql::insert(tx, kind.code(), (name, now + 1), body)?;
    let act = match body {
        "" => "restore",
        OFF => "switch_off",
        _ => "change",
    };
    let details = serde_json::json!({"kind": kind.code(), "name": name, "edition": now + 1});
    tx.journal(Entry::new(SUBJECT, id, act).details(&details));
    site::outdate(tx, EDITION)?;
    // The search is built with the synonyms.
    site::outdate(tx, procedures::EDITION)?;
    Ok(())
}

/// The newest edition of a text that is the office's own and gone; a text that ships and was never
/// touched has none.
pub(super) fn edition_of(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<i64, Fault> {
    let newest = sql::history(tx, kind.code(), name)?.into_iter().next();
    Ok(newest.filter(|it| it.body == OFF || it.body.is_empty()).map_or(0, |it| it.edition))
}
