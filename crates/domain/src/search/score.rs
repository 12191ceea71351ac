//! Which documents answer a query, and how well.

use std::collections::BTreeMap;

use super::{Entry, Index, distance::distance, letters_of, synonyms::Reading};
use crate::text;

/// How well a word of the catalogue answers a word of the query, out of 1000.
const SAME: u32 = 1_000;
const BEGINS: u32 = 800;
const ONE_ERROR: u32 = 700;
const TWO_ERRORS: u32 = 450;

/// What a word outside the title is worth, out of 1000.
const EXTRA: u32 = 600;

/// Only this many documents of a reading are looked at closely.
const CLOSE_MAX: usize = 150;

/// What a search has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Scores by the document's place in the index.
    pub scores: BTreeMap<usize, u32>,
    /// Was a word corrected to find the best?
    pub corrected: bool,
}

/// One word of a query, and the words of the catalogue that answer it.
struct Asked {
    answers: Vec<(usize, u32)>,
    weight: u32,
    marked: String,
}

/// How many typing errors a word of this length may have.
pub(super) fn errors_allowed(folded: &str) -> usize {
    match folded.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

/// Whether both are the same letters, four or more, in another order: two fingers that hurried.
fn is_shuffled(one: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    one.len() >= 4 && one.len() == other.len() && sorted(one) == sorted(other)
}

impl Index {
    /// Scores by words: first as typed and by synonyms; with errors only if nothing answers all.
    pub(super) fn by_words(&self, query: &str) -> Found {
        let typed = self.split_joined(super::marked_words(query));
        if typed.is_empty() {
            return Found::default();
        }
        let mut readings = self.synonyms.readings(&typed);
        // A last word that is still being typed may be the end of an everyday phrase.
        readings.extend(self.completed(&typed).iter().flat_map(|it| self.synonyms.readings(it)));
        let mut found = Found::default();
        let mut complete = false;
        for reading in &readings {
            complete |= self.score(reading, false, &mut found.scores);
        }
        if !complete {
            let before = found.scores.values().copied().max().unwrap_or_default();
            let corrected: Vec<Reading> = vec![self.corrected(&typed)];
            let more = corrected.iter().flat_map(|r| self.synonyms.readings(&r.words));
            for reading in readings.iter().cloned().chain(more) {
                self.score(&reading, true, &mut found.scores);
            }
            found.corrected = found.scores.values().copied().max().unwrap_or_default() > before;
        }
        let best = found.scores.values().copied().max().unwrap_or_default();
        found.scores.retain(|_, score| *score * 3 >= best);
        found
    }

    /// Adds the scores of one reading; says whether some document answers every word.
    fn score(&self, reading: &Reading, errors: bool, scores: &mut BTreeMap<usize, u32>) -> bool {
        let last = reading.words.len().saturating_sub(1);
        let asked: Vec<Asked> = reading
            .words
            .iter()
            .enumerate()
            .map(|(at, word)| self.ask(word, at == last, errors))
            .collect();
        let total: u32 = asked.iter().map(|asked| asked.weight).sum();
        if total == 0 {
            return false;
        }
        let mut candidates = self.coverage(&asked);
        candidates.sort_by_key(|(at, covered)| (std::cmp::Reverse(*covered), *at));
        let mut complete = false;
        for (at, covered) in candidates.into_iter().take(CLOSE_MAX) {
            let Some(entry) = self.entries.get(at) else { continue };
            let covered = covered / total;
            // Half the weight of a question must be answered.
            if covered < 400 {
                continue;
            }
            let (score, all) = closely(entry, &asked, covered);
            complete |= all && !errors;
            let percent = 100 - 4 * reading.distance.min(5);
            let score = score * percent / 100;
            let kept = scores.entry(at).or_default();
            *kept = score.max(*kept);
        }
        complete
    }

    /// Weight times quality, summed over the words that a document answers.
    fn coverage(&self, asked: &[Asked]) -> Vec<(usize, u32)> {
        let mut sums: BTreeMap<usize, u32> = BTreeMap::new();
        for word in asked {
            let mut here: BTreeMap<usize, u32> = BTreeMap::new();
            for (number, quality) in &word.answers {
                let Some(found) = self.words.get(*number) else { continue };
                for at in &found.in_titles {
                    let kept = here.entry(*at).or_default();
                    *kept = (*kept).max(*quality);
                }
                for at in &found.in_extras {
                    let kept = here.entry(*at).or_default();
                    *kept = (*kept).max(*quality * EXTRA / 1_000);
                }
            }
            for (at, quality) in here {
                *sums.entry(at).or_default() += quality * word.weight;
            }
        }
        sums.into_iter().collect()
    }

    fn ask(&self, marked: &str, is_last: bool, errors: bool) -> Asked {
        let folded = text::fold(marked);
        let exact = self.numbers.get(&folded).copied();
        let mut answers: Vec<(usize, u32)> = exact.into_iter().map(|at| (at, SAME)).collect();
        let prefix = (is_last && folded.len() >= 2) || (exact.is_none() && folded.len() >= 3);
        let allowed = if errors { errors_allowed(&folded) } else { 0 };
        let letters = letters_of(&folded);
        for (number, word) in self.words.iter().enumerate() {
            if Some(number) == exact {
                continue;
            }
            if prefix && word.folded.starts_with(&folded) {
                answers.push((number, BEGINS));
            } else if allowed > 0
                && word.folded.len().abs_diff(folded.len()) <= allowed
                && (word.letters ^ letters).count_ones() as usize <= 2 * allowed
                && !word.folded.bytes().any(|b| b.is_ascii_digit())
            {
                match distance(&word.folded, &folded) {
                    1 => answers.push((number, ONE_ERROR)),
                    2 if allowed >= 2 || is_shuffled(&word.folded, &folded) => {
                        answers.push((number, TWO_ERRORS));
                    }
                    _ => {}
                }
            }
        }
        let known = answers.iter().filter_map(|(number, _)| self.words.get(*number));
        let count = known.map(|word| word.in_titles.len()).max().unwrap_or(0).max(1);
        // Rare words say more: ten, and ten more for each halving of the number of documents.
        let weight = 10 * (1 + (self.entries.len().max(1) / count).max(1).ilog2());
        Asked { answers, weight, marked: marked.to_owned() }
    }

    /// The words with the last one, which nothing knows, written out to the commonest that begins with it.
    fn completed(&self, typed: &[String]) -> Option<Vec<String>> {
        let (last, before) = typed.split_last().filter(|it| !it.1.is_empty())?;
        let folded = text::fold(last);
        if folded.len() < 2 || self.numbers.contains_key(&folded) {
            return None;
        }
        let begins = self.words.iter().filter(|it| it.folded.starts_with(&folded));
        let whole = begins.max_by_key(|it| it.in_titles.len())?;
        let mut words = before.to_vec();
        words.push(whole.folded.clone());
        Some(words)
    }

    /// Unknown words that are two known ones without their space: `khaisinh`.
    fn split_joined(&self, typed: Vec<String>) -> Vec<String> {
        let apart = |word: String| {
            let folded = text::fold(&word);
            let is_known = self.numbers.contains_key(&folded) || self.synonyms.knows(&folded);
            if is_known || !word.is_ascii() {
                return vec![word];
            }
            (2..folded.len().saturating_sub(1))
                .filter_map(|at| folded.split_at_checked(at))
                .find(|(a, b)| self.numbers.contains_key(*a) && self.numbers.contains_key(*b))
                .map_or_else(|| vec![word], |(a, b)| vec![a.to_owned(), b.to_owned()])
        };
        typed.into_iter().flat_map(apart).collect()
    }

    /// Unknown words replaced by the known word with the fewest errors, the commonest first, so
    /// that a misspelt everyday word still finds its synonym.
    fn corrected(&self, typed: &[String]) -> Reading {
        let nearest = |word: &String| {
            let folded = text::fold(word);
            if self.numbers.contains_key(&folded) {
                return word.clone();
            }
            self.words
                .iter()
                .filter(|known| known.folded.len().abs_diff(folded.len()) <= 2)
                .map(|known| (distance(&known.folded, &folded), known))
                .filter(|(errors, known)| {
                    *errors <= errors_allowed(&folded)
                        || (*errors == 2 && is_shuffled(&known.folded, &folded))
                })
                .min_by_key(|(errors, known)| (*errors, std::cmp::Reverse(known.in_titles.len())))
                .map_or_else(|| word.clone(), |(_, known)| known.folded.clone())
        };
        Reading { words: typed.iter().map(nearest).collect(), distance: 0 }
    }
}

/// The score of one document, and whether it answers every word.
fn closely(entry: &Entry, asked: &[Asked], covered: u32) -> (u32, bool) {
    let quality = |asked: &Asked, number: usize| {
        asked
            .answers
            .iter()
            .find(|(answer, _)| *answer == number)
            .map_or(0, |(_, quality)| *quality)
    };
    let best_in = |asked: &Asked, words: &[usize]| {
        words.iter().map(|number| quality(asked, *number)).max().unwrap_or_default()
    };
    let in_title: Vec<u32> = asked.iter().map(|asked| best_in(asked, &entry.title)).collect();
    let worst = in_title.iter().copied().min().unwrap_or_default();
    let somewhere = asked
        .iter()
        .all(|asked| best_in(asked, &entry.title) > 0 || best_in(asked, &entry.extra) > 0);
    let phrase = entry
        .title
        .windows(asked.len())
        .map(|window| window.iter().zip(asked).map(|(n, a)| quality(a, *n)).min().unwrap_or(0))
        .max()
        .unwrap_or_default();
    let pairs = asked
        .windows(2)
        .filter(|pair| match pair {
            [a, b] => entry.title.windows(2).any(|two| match two {
                [x, y] => quality(a, *x) > 0 && quality(b, *y) > 0,
                _ => false,
            }),
            _ => false,
        })
        .count();
    let share = |part: usize, whole: usize, worth: u32| {
        let (part, whole) = (u32::try_from(part).unwrap_or(0), u32::try_from(whole).unwrap_or(1));
        worth * part / whole.max(1)
    };
    let as_typed = asked.iter().filter(|asked| entry.marked.contains(&asked.marked)).count();
    let tier = if phrase > 0 {
        3 * phrase
    } else if worst > 0 {
        2 * worst
    } else if somewhere {
        1_000
    } else {
        0
    };
    let idle =
        if entry.marked.starts_with(&["thủ".to_owned(), "tục".to_owned()]) { 2 } else { 0 };
    let length = u32::try_from((entry.title.len() - idle).min(60)).unwrap_or(60);
    let score = 2 * covered
        + tier
        + share(pairs, asked.len().saturating_sub(1), 600)
        + share(as_typed, asked.len(), 150)
        + (300 - 5 * length);
    (score, somewhere)
}
