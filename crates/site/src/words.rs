//! Words.
/// Language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// vi
    Vi,
    /// en
    En,
}
impl Lang {
    /// code
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
    /// from
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}
/// words
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// lang
    pub lang: Lang,
}
impl Words {
    /// new
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        Self { lang }
    }
    /// say
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        id.to_owned()
    }
}
