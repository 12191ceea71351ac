//! The page that asks before something is done that cannot be undone.

use askama::Template;

use crate::{Failure, Html, Shell, Site, Typed, Who};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The name of the thing; the form sends it back, so that nobody agrees to something else.
    pub name: String,
    /// The question, with the name.
    pub heading: String,
    /// What follows from it.
    pub what: String,
    /// What the button says.
    pub button: String,
    /// Where the form goes.
    pub action: String,
    /// Where one came from.
    pub back: &'static str,
    /// What that is called.
    pub back_label: &'static str,
}

#[derive(Template)]
#[template(path = "parts/confirm.html")]
struct Page<'a> {
    shell: Shell,
    ask: &'a Ask,
}

impl Ask {
    /// The page.
    ///
    /// # Errors
    /// [`Failure::Fault`] if it cannot be set.
    pub fn page(&self, site: &Site, who: &Who) -> Result<Html<String>, Failure> {
        site.page(&Page { shell: site.shell(who), ask: self })
    }

    /// Goes on if the form agrees to this very thing.
    ///
    /// # Errors
    /// [`Failure::Mistaken`] with the page that asks.
    pub fn demand(&self, site: &Site, who: &Who, typed: &Typed) -> Result<(), Failure> {
        if typed.get("dong-y") == self.name.trim() {
            return Ok(());
        }
        Err(Failure::Mistaken(self.page(site, who)?))
    }
}
