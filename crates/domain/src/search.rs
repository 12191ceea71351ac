//! Finding a procedure the way citizens ask: without marks, with typing errors, in everyday words.
//!
//! An index lives in memory and is built from the catalogue; 541 procedures are
//! searched in well under a millisecond. Scores are whole numbers, so that two
//! machines rank alike.

mod distance;
mod score;
mod synonyms;
#[cfg(test)]
mod tests;

pub use distance::distance;
pub use synonyms::{Synonym, Synonyms};

use std::collections::{BTreeMap, HashMap};

use crate::{codes::ProcedureCode, text};

/// The score of a code that is the query itself.
const EXACT_CODE: u32 = 20_000;

/// The score of a code that begins with the query.
const CODE_PREFIX: u32 = 15_000;
/// A hit with less than this share of the best one's score is left out: one in so many.
const NOISE_SHARE: u32 = 3;

/// What is put into an index.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The caller's row number.
    pub id: i64,
    /// A national code, or nothing.
    pub code: &'a str,
    /// The title that is searched first.
    pub title: &'a str,
    /// More words, of less weight: field, other names.
    pub extra: &'a str,
}

/// A document that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The caller's row number.
    pub id: i64,
    /// Higher is better; comparable within one search only.
    pub score: u32,
}

/// The words of a catalogue, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: Vec<Entry>,
    words: Vec<Word>,
    numbers: HashMap<String, usize>,
    synonyms: synonyms::Prepared,
}

#[derive(Debug, Clone)]
struct Entry {
    id: i64,
    code: String,
    /// Numbers of the title's words, in order.
    title: Vec<usize>,
    /// The title's words with their marks, in the same order.
    marked: Vec<String>,
    extra: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Word {
    folded: String,
    /// A bit for each letter, to rule out far words before measuring.
    letters: u64,
    in_titles: Vec<usize>,
    in_extras: Vec<usize>,
}

impl Index {
    /// Reads the documents once; build it again when the catalogue changes.
    #[must_use]
    pub fn build<'a>(
        documents: impl IntoIterator<Item = Document<'a>>,
        synonyms: Synonyms,
    ) -> Self {
        let mut index = Self { synonyms: synonyms.into(), ..Self::default() };
        for document in documents {
            let at = index.entries.len();
            let marked = marked_words(document.title);
            let title: Vec<usize> =
                marked.iter().map(|word| index.number(&text::fold(word))).collect();
            let extra: Vec<usize> =
                text::words(document.extra).iter().map(|word| index.number(word)).collect();
            for number in &title {
                if let Some(word) = index.words.get_mut(*number) {
                    push_once(&mut word.in_titles, at);
                }
            }
            for number in &extra {
                if let Some(word) = index.words.get_mut(*number) {
                    push_once(&mut word.in_extras, at);
                }
            }
            let code = document.code.to_owned();
            index.entries.push(Entry { id: document.id, code, title, marked, extra });
        }
        index
    }

    /// How many documents are in the index.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Is there nothing to find?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The best documents for a query, best first.
    ///
    /// The order: exact code, a phrase of the title, all words in the title, beginnings of words,
    /// misspelt words; shorter titles before longer ones. Nothing is found for an empty query.
    #[must_use]
    pub fn find(&self, query: &str, limit: usize) -> Vec<Hit> {
        let mut best: BTreeMap<usize, u32> = self.by_code(query);
        if best.is_empty() {
            best = self.by_words(query).scores;
        }
        let mut hits: Vec<(usize, u32)> = best.into_iter().collect();
        hits.sort_by_key(|(at, score)| (std::cmp::Reverse(*score), *at));
        // What fits far worse than the best is noise to who asked.
        let least = hits.first().map_or(0, |it| it.1 / NOISE_SHARE);
        hits.into_iter()
            .filter(|it| it.1 >= least)
            .take(limit)
            .filter_map(|(at, score)| self.entries.get(at).map(|entry| Hit { id: entry.id, score }))
            .collect()
    }

    /// The query as its writer meant it, when it had to be corrected to find something.
    #[must_use]
    pub fn did_you_mean(&self, query: &str) -> Option<String> {
        if !self.by_code(query).is_empty() {
            return None;
        }
        let found = self.by_words(query);
        if !found.corrected {
            return None;
        }
        let (at, _) =
            found.scores.iter().max_by_key(|(at, score)| (**score, std::cmp::Reverse(**at)))?;
        let entry = self.entries.get(*at)?;
        let meant: Vec<String> =
            marked_words(query).into_iter().map(|typed| self.as_in_title(entry, &typed)).collect();
        let meant = meant.join(" ");
        (text::fold(&meant) != text::fold(query)).then_some(meant)
    }

    fn as_in_title(&self, entry: &Entry, typed: &str) -> String {
        let folded = text::fold(typed);
        // A word that the catalogue knows is not wrong; it may only lack its marks.
        let known = self.numbers.contains_key(&folded);
        let near = if known { 0 } else { score::errors_allowed(&folded) };
        entry
            .marked
            .iter()
            .map(|word| (distance(&text::fold(word), &folded), word))
            .filter(|(errors, _)| *errors <= near)
            .min_by_key(|(errors, _)| *errors)
            .map_or_else(|| typed.to_owned(), |(_, word)| word.clone())
    }

    fn by_code(&self, query: &str) -> BTreeMap<usize, u32> {
        let typed: String = query.chars().filter(|c| !c.is_whitespace()).collect();
        let exact = ProcedureCode::parse(&typed).ok();
        let begins = typed.len() >= 4 && typed.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if exact.is_none() && !begins {
            return BTreeMap::new();
        }
        let score = |entry: &Entry| match &exact {
            Some(code) if !entry.code.is_empty() && entry.code == code.as_str() => Some(EXACT_CODE),
            Some(code) if !entry.code.is_empty() && entry.code.starts_with(code.national()) => {
                Some(EXACT_CODE - 1)
            }
            _ if begins && entry.code.starts_with(&typed) => Some(CODE_PREFIX),
            _ => None,
        };
        let entries = self.entries.iter().enumerate();
        entries.filter_map(|(at, entry)| Some((at, score(entry)?))).collect()
    }

    fn number(&mut self, folded: &str) -> usize {
        if let Some(number) = self.numbers.get(folded) {
            return *number;
        }
        let number = self.words.len();
        self.words.push(Word {
            folded: folded.to_owned(),
            letters: letters_of(folded),
            in_titles: Vec::new(),
            in_extras: Vec::new(),
        });
        self.numbers.insert(folded.to_owned(), number);
        number
    }
}

fn push_once(list: &mut Vec<usize>, at: usize) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

/// Lower-case words that keep their marks.
fn marked_words(title: &str) -> Vec<String> {
    text::tidy(title)
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !text::fold(word).is_empty())
        .map(str::to_owned)
        .collect()
}

/// One bit a letter or digit.
fn letters_of(word: &str) -> u64 {
    word.bytes().fold(0, |bits, b| match b {
        b'a'..=b'z' => bits | 1 << (b - b'a'),
        b'0'..=b'9' => bits | 1 << (26 + b - b'0'),
        _ => bits | 1 << 40,
    })
}
