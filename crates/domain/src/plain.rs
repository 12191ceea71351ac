//! How hard a text is to read: sentences, and words that few people use.
//!
//! Lengths are counted in syllables (tiếng), which is what Vietnamese writes apart. A sentence of
//! more than [`LONG`] syllables is long; of more than [`VERY_LONG`] nobody hears its end. The school
//! year at which somebody reads a text with ease is estimated from the mean length of its sentences,
//! the share of long ones and the share of hard words. The weights are the office's own yardstick
//! for comparing its texts with each other, not a measurement of readers.

use crate::text;

#[cfg(test)]
mod tests;

/// Syllables of a sentence from which on it is long.
pub const LONG: usize = 25;
/// Syllables from which on it should be cut.
pub const VERY_LONG: usize = 40;
/// The school year that a citizen's page should not go beyond.
pub const GRADE_WANTED: u32 = 8;
/// The highest that is told.
pub const GRADE_MAX: u32 = 17;

/// What a text comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Sentences.
    pub sentences: usize,
    /// Syllables.
    pub syllables: usize,
    /// Syllables of the longest sentence.
    pub longest: usize,
    /// Sentences of more than [`LONG`] syllables.
    pub long: usize,
    /// Syllables that belong to hard words.
    pub hard: usize,
    /// The hard words in it, each once, with the plain one that would do.
    pub words: Vec<(String, String)>,
    /// The estimated school year, 1 to [`GRADE_MAX`].
    pub grade: u32,
}

impl Reading {
    /// The mean length of a sentence, in tenths of a syllable.
    #[must_use]
    pub fn mean_tenths(&self) -> usize {
        (self.syllables * 10).checked_div(self.sentences).unwrap_or(0)
    }

    /// The share of long sentences, in percent.
    #[must_use]
    pub fn long_percent(&self) -> usize {
        (self.long * 100).checked_div(self.sentences).unwrap_or(0)
    }

    /// Whether somebody who left school after lower secondary reads it with ease.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.grade <= GRADE_WANTED && self.longest <= VERY_LONG
    }

    /// The age that goes with the school year.
    #[must_use]
    pub const fn age(&self) -> u32 {
        self.grade + 5
    }
}

/// Words that few people use, and what says the same.
#[derive(Debug, Clone, Default)]
pub struct HardWords(Vec<(Vec<String>, String, String)>);

impl HardWords {
    /// Reads a list: a line each, `từ khó = từ dễ`; what begins with `#` and empty lines are left out.
    #[must_use]
    pub fn read(list: &str) -> Self {
        let mut words: Vec<_> = list
            .lines()
            .map(str::trim)
            .filter(|it| !it.is_empty() && !it.starts_with('#'))
            .map(|line| {
                let (hard, plain) = line.split_once('=').unwrap_or((line, ""));
                let hard = hard.trim();
                let syllables: Vec<String> = syllables(hard).collect();
                (syllables, hard.to_owned(), plain.trim().to_owned())
            })
            .filter(|(syllables, _, _)| !syllables.is_empty())
            .collect();
        words.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
        Self(words)
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The syllables of a text as they are written, in lower case; numbers and references count as one.
fn syllables(text: &str) -> impl Iterator<Item = String> {
    text::tidy(text)
        .to_lowercase()
        .split(|it: char| it.is_whitespace() || matches!(it, '–' | '—'))
        .map(|it| it.trim_matches(|it: char| !it.is_alphanumeric()).to_owned())
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

/// The sentences of a text. A new line ends one; a point within a number or a reference does not.
fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut sentence = String::new();
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            let ends = match letter {
                '.' | '!' | '?' | ';' | '…' => letters.peek().is_none_or(|it| it.is_whitespace()),
                _ => false,
            };
            if ends {
                found.push(std::mem::take(&mut sentence));
            } else {
                sentence.push(letter);
            }
        }
        found.push(sentence);
    }
    found.retain(|it| it.chars().any(char::is_alphabetic));
    found
}

/// What a text comes to.
#[must_use]
pub fn read(text: &str, hard: &HardWords) -> Reading {
    let mut reading = Reading::default();
    for sentence in sentences(text) {
        let syllables: Vec<String> = syllables(&sentence).collect();
        let length = syllables.len();
        if length == 0 {
            continue;
        }
        reading.sentences += 1;
        reading.syllables += length;
        reading.longest = reading.longest.max(length);
        reading.long += usize::from(length > LONG);
        let mut at = 0;
        while at < length {
            let rest = syllables.get(at..).unwrap_or_default();
            let found = hard.0.iter().find(|(word, _, _)| rest.starts_with(word));
            if let Some((word, shown, plain)) = found {
                reading.hard += word.len();
                let pair = (shown.clone(), plain.clone());
                if !reading.words.contains(&pair) {
                    reading.words.push(pair);
                }
                at += word.len();
            } else {
                at += 1;
            }
        }
    }
    reading.grade = grade(&reading);
    reading
}

/// One year for each three syllables of a mean sentence, one for each five percent of hard words, up
/// to four for long sentences; nobody reads before the first year.
fn grade(it: &Reading) -> u32 {
    if it.syllables == 0 {
        return 1;
    }
    let length = it.mean_tenths() / 30;
    let hard = it.hard * 100 / it.syllables / 5;
    let long = it.long_percent() / 25;
    u32::try_from(length + hard + long).unwrap_or(GRADE_MAX).clamp(1, GRADE_MAX)
}
