//! Words of citizen pages, in Vietnamese and English, from message files.

use std::{collections::HashMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

pub use domain::lang::Lang;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/messages"]
struct Files;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<HashMap<Lang, Bundle>> =
    LazyLock::new(|| [Lang::Vi, Lang::En].into_iter().map(|lang| (lang, bundle(lang))).collect());

fn bundle(lang: Lang) -> Bundle {
    let id: LanguageIdentifier = lang.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Otherwise invisible marks stand around each value, in pages and in PDF text.
    bundle.set_use_isolating(false);
    for (name, text) in texts(lang) {
        let resource = match FluentResource::try_new(text) {
            Ok(it) => it,
            Err((it, errors)) => {
                tracing::error!(name, ?errors, "a message file does not read");
                it
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(name, ?errors, "a message stands twice");
        }
    }
    bundle
}

fn texts(lang: Lang) -> Vec<(String, String)> {
    let folder = format!("{}/", lang.code());
    Files::iter()
        .filter(|it| it.starts_with(&folder))
        .filter_map(|it| {
            let file = Files::get(&it)?;
            Some((it.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect()
}

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The language.
    pub lang: Lang,
}

impl Words {
    /// A moment as the reader's language writes it: `17:00, thứ Năm 26/02/2026`,
    /// `17:00, Thursday 26 February 2026`.
    #[must_use]
    pub fn moment(self, at: jiff::civil::DateTime) -> String {
        domain::text::date_time_in(at, self.lang)
    }

    /// Words in `lang`.
    #[must_use]
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The Vietnamese words: what an office page gives to parts that both kinds of pages share.
    #[must_use]
    pub const fn in_vietnamese(self) -> Self {
        Self::new(Lang::Vi)
    }

    /// The message `id`; the id itself if there is none, which a test forbids.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The message `id` with values in it.
    #[must_use]
    pub fn say_with(&self, id: &str, values: &[(&str, &str)]) -> String {
        let found = BUNDLES.get(&self.lang).and_then(|bundle| {
            let pattern = bundle.get_message(id)?.value()?;
            let mut args = FluentArgs::new();
            for (name, value) in values {
                // A count chooses its form (“1 procedure”); any other number is text: a code keeps its zeros.
                let count = (*name == "count").then(|| value.parse::<u32>().ok()).flatten();
                match count {
                    Some(it) => args.set((*name).to_owned(), it),
                    None => args.set((*name).to_owned(), (*value).to_owned()),
                }
            }
            Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
        });
        found.unwrap_or_else(|| {
            tracing::error!(id, lang = self.lang.code(), "there is no such message");
            id.to_owned()
        })
    }
}

/// The ids of all messages of a language, each with the sorted names of the values in it.
fn messages(lang: Lang) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for (_, text) in texts(lang) {
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_lowercase())
                && let Some((id, _)) = line.split_once(" =")
            {
                found.push((id.to_owned(), Vec::new()));
            }
            let Some((_, values)) = found.last_mut() else { continue };
            values.extend(line.split("{ $").skip(1).map(|it| {
                it.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
            }));
            values.sort();
            values.dedup();
        }
    }
    found
}

/// What is wrong with the messages, given the texts of all templates and sources: ids that
/// are used and missing, that are there and unused, that stand in one language only or twice,
/// and whose values (`{ $count }`) are not the same in both.
#[must_use]
pub fn check_used(sources: &[String]) -> Vec<String> {
    let (vi, en) = (messages(Lang::Vi), messages(Lang::En));
    let told = |of: &[(String, Vec<String>)], id: &str| of.iter().any(|(it, _)| it == id);
    let mut used = Vec::new();
    for source in sources {
        for mark in ["say(", "say_with("] {
            for rest in source.split(mark).skip(1) {
                // A long call has its id on the next line.
                let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
                used.extend(rest.split_once('"').map(|(id, _)| id.to_owned()));
            }
        }
    }
    let mut wrong = Vec::new();
    for (of, other, lang) in [(&vi, &en, "English"), (&en, &vi, "Vietnamese")] {
        for (at, (id, values)) in of.iter().enumerate() {
            if of.iter().skip(at + 1).any(|(it, _)| it == id) {
                wrong.push(format!("{id}: twice"));
            }
            match other.iter().find(|(it, _)| it == id) {
                None => wrong.push(format!("{id}: no {lang}")),
                Some((_, others)) if values != others => {
                    wrong.push(format!("{id}: other values in {lang}"));
                }
                Some(_) => {}
            }
        }
    }
    wrong.extend(used.iter().filter(|it| !told(&vi, it)).map(|it| format!("{it}: missing")));
    wrong.extend(
        vi.iter().filter(|(it, _)| !used.contains(it)).map(|(it, _)| format!("{it}: unused")),
    );
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_said_in_both_languages_with_their_values() {
        assert_eq!(Words::new(Lang::Vi).say("menu"), "Trình đơn");
        assert_eq!(Words::new(Lang::En).say("menu"), "Menu");
        let values = [("minutes", "5"), ("time", "08:05")];
        let said = Words::new(Lang::En).say_with("error-too-many-todo", &values);
        assert_eq!(said, "Try again in 5 minutes, from 08:05.");
    }

    #[test]
    fn a_missing_an_unused_and_a_one_sided_message_are_told() {
        let wrong = check_used(&["say(\"menu\") say(\"khong-co\")".to_owned()]);
        assert!(wrong.contains(&"khong-co: missing".to_owned()));
        assert!(wrong.contains(&"brand: unused".to_owned()));
        assert!(!wrong.iter().any(|it| it.starts_with("menu:")));
        assert!(!wrong.iter().any(|it| it.contains("twice") || it.contains("other values")));
    }

    #[test]
    fn the_values_of_a_message_are_read_from_its_file() {
        let minutes = |lang| {
            let found = messages(lang).into_iter().find(|(id, _)| id == "error-too-many-todo");
            found.map(|(_, values)| values)
        };
        assert_eq!(minutes(Lang::Vi), Some(vec!["minutes".to_owned(), "time".to_owned()]));
        assert_eq!(minutes(Lang::Vi), minutes(Lang::En));
    }

    #[test]
    fn one_of_something_is_not_said_in_the_plural() {
        let words = Words::new(Lang::En);
        assert_eq!(words.say_with("search-count", &[("count", "1")]).trim(), "1 procedure.");
        assert_eq!(words.say_with("search-count", &[("count", "282")]).trim(), "282 procedures.");
        assert_eq!(words.say_with("eform-signed", &[("at", "007")]), "You signed at 007.");
    }
}
