//! Shell.
use crate::words::Words;
/// item
#[derive(Debug, Clone)]
pub struct MenuItem {
    /// l
    pub label: String,
    /// h
    pub href: String,
    /// c
    pub current: bool,
}
/// signed in
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// n
    pub name: String,
    /// p
    pub position: String,
    /// c
    pub csrf: String,
    /// m
    pub menu: Vec<MenuItem>,
}
/// shell
#[derive(Debug, Clone)]
pub struct Shell {
    /// w
    pub words: Words,
    /// u
    pub unit_name: String,
    /// l
    pub unit_line: String,
    /// s
    pub signed_in: Option<SignedIn>,
    /// c
    pub csrf: String,
    /// p
    pub path: String,
    /// d
    pub demo: bool,
    /// n
    pub notice: Option<String>,
}
impl Shell {
    /// public
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
}
