//! What helps to find: events, guides and synonyms in use, read once.

use std::{collections::BTreeMap, sync::Arc};

use domain::{guide::Guide, life_event::LifeEvent, search::Synonyms};
use site::Site;
use store::{Fault, Tx};

use super::texts;

/// Events and guides in use.
#[derive(Debug, Default)]
pub struct Finder {
    events: Vec<LifeEvent>,
    guides: BTreeMap<String, Guide>,
}

impl Finder {
    /// Events of a life, in the order in which they are shown.
    #[must_use]
    pub fn events(&self) -> &[LifeEvent] {
        &self.events
    }

    /// The guide of a procedure, if it has one.
    #[must_use]
    pub fn guide(&self, code: &str) -> Option<&Guide> {
        self.guides.get(code)
    }
}

/// Events and guides in use, read anew when somebody changed one.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn finder(site: &Site, tx: &mut Tx<'_>) -> Result<Arc<Finder>, Fault> {
    let edition = site::edition(tx, texts::EDITION)?;
    site.cached(edition, || {
        let events = texts::events(tx)?.into_iter().filter(|it| !it.is_off).map(|it| it.it);
        let guides = texts::guides(tx)?.into_iter().filter(|it| !it.is_off);
        Ok(Finder { events: events.collect(), guides: guides.map(|it| (it.name, it.it)).collect() })
    })
}

/// The everyday words in use.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn synonyms(tx: &mut Tx<'_>) -> Result<Synonyms, Fault> {
    texts::in_use(tx)
}
