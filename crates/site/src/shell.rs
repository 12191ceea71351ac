//! The frame of a page: what its layout shows.

use crate::{assets, words::Words};

/// A line of the office's menu.
#[derive(Debug, Clone)]
pub struct MenuItem {
    /// What people read.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether this is its page.
    pub current: bool,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The name.
    pub name: String,
    /// The position.
    pub position: String,
    /// The token for the sign-out form.
    pub csrf: String,
    /// The menu.
    pub menu: Vec<MenuItem>,
}

/// All that a layout needs.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The words of the page's language.
    pub words: Words,
    /// Whose site it is.
    pub unit_name: String,
    /// Under what that unit stands, such as “huyện Tân Kỳ, Nghệ An”; may be empty.
    pub unit_line: String,
    /// Who is signed in; nobody on citizen pages.
    pub signed_in: Option<SignedIn>,
    /// The session's token for forms; empty for the public.
    pub csrf: String,
    /// The path of the page.
    pub path: String,
    /// Whether the data are made up.
    pub demo: bool,
    /// A notice from the page before.
    pub notice: Option<String>,
}

impl Shell {
    /// The frame of a page for the public.
    #[must_use]
    pub fn public(words: Words, path: &str) -> Self {
        Self {
            words,
            unit_name: String::new(),
            unit_line: String::new(),
            signed_in: None,
            csrf: String::new(),
            path: path.to_owned(),
            demo: false,
            notice: None,
        }
    }

    /// The address of a static file.
    #[must_use]
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }
}
