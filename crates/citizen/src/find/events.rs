//! Events of a life for everybody: their list, and a page for each.

use std::sync::Arc;

use askama::Template;
use domain::life_event::LifeEvent;
use site::{Failure, Html, Path, Shell, Site, State, Who, words::Lang};

use super::facts::finder;
use crate::procedures::facts::{Catalogue, catalogue};

/// An event as a page shows it.
pub(crate) struct EventView {
    pub code: String,
    pub name: String,
    pub intro: String,
    /// The language of the words; the Vietnamese where there is no English.
    pub lang: &'static str,
}

/// An event for readers of a language.
pub(crate) fn view(it: &LifeEvent, lang: Lang) -> EventView {
    let english = lang == Lang::En;
    EventView {
        code: it.code.clone(),
        name: it.name_in(english).to_owned(),
        intro: it.intro_in(english).to_owned(),
        lang: if english && !it.english.is_empty() { "en" } else { "vi" },
    }
}

#[derive(Template)]
#[template(path = "find/templates/events.html")]
struct Events {
    shell: Shell,
    events: Vec<EventView>,
}

/// GET `/su-kien`
pub(super) async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let finder = site.glance(&who, move |tx| Ok(finder(&inner, tx)?)).await?;
    site.page(&Events {
        shell: site.shell(&who),
        events: finder.events().iter().map(|it| view(it, who.lang)).collect(),
    })
}

struct Step {
    code: String,
    name: String,
    limit: String,
    is_asked: bool,
}

struct GroupView {
    title: String,
    lang: &'static str,
    steps: Vec<Step>,
}

#[derive(Template)]
#[template(path = "find/templates/event.html")]
struct Event {
    shell: Shell,
    event: EventView,
    groups: Vec<GroupView>,
    others: Vec<EventView>,
}

fn groups(
    it: &LifeEvent,
    catalogue: &Catalogue,
    finder: &super::facts::Finder,
    lang: Lang,
) -> Vec<GroupView> {
    let english = lang == Lang::En;
    let groups = it.groups.iter().map(|group| GroupView {
        title: group.title_in(english).to_owned(),
        lang: if english && !group.english.is_empty() { "en" } else { "vi" },
        steps: group
            .procedures
            .iter()
            .filter_map(|code| catalogue.get(code))
            .map(|it| Step {
                code: it.body.code.clone(),
                name: it.body.name.clone(),
                limit: it.body.limit_said(english),
                is_asked: finder.guide(&it.body.code).is_some(),
            })
            .collect(),
    });
    groups.filter(|it: &GroupView| !it.steps.is_empty()).collect()
}

/// GET `/su-kien/{event}`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let read = move |tx: &mut store::Tx<'_>| Ok((finder(&inner, tx)?, catalogue(&inner, tx)?));
    let (finder, catalogue): (Arc<_>, Arc<_>) = site.glance(&who, read).await?;
    let it = finder.events().iter().find(|it| it.code == code).ok_or(Failure::NotFound)?;
    let others = finder.events().iter().filter(|it| it.code != code);
    site.page(&Event {
        shell: site.shell(&who),
        event: view(it, who.lang),
        groups: groups(it, &catalogue, &finder, who.lang),
        others: others.map(|it| view(it, who.lang)).collect(),
    })
}
