//! Everyday words for official ones, as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::text;

/// At most this many readings of one query are tried.
const READINGS_MAX: usize = 12;

/// Letters of the last word of a phrase by which it is known while it is still typed.
const BEGUN_MIN: usize = 3;

/// How far the written words are from what was meant, if the whole question is an everyday phrase.
const PHRASE_DISTANCE: u32 = 5;

/// An official term of so many words is also searched for without the rest of the question.
const ALONE_MIN: usize = 3;

/// Words that citizens say, and what the catalogue calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    /// Everyday words: `"sổ đỏ"`, `"bìa đỏ"`.
    pub say: Vec<String>,
    /// Words of the catalogue, the likeliest first when it may be several things.
    pub mean: Vec<String>,
}

/// The words that `data/synonyms.json` holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Synonyms {
    /// Words that say nothing about the procedure: `"xin"`, `"ở đâu"`.
    #[serde(default)]
    pub idle: Vec<String>,
    /// Everyday words.
    #[serde(default)]
    pub synonyms: Vec<Synonym>,
}

/// A phrase as it is compared: its words with and without marks.
#[derive(Debug, Clone)]
struct Phrase {
    marked: Vec<String>,
    folded: Vec<String>,
}

/// The synonyms, split into words once.
#[derive(Debug, Clone, Default)]
pub(super) struct Prepared {
    idle: Vec<Phrase>,
    says: Vec<(Phrase, usize)>,
    means: Vec<Vec<Vec<String>>>,
    /// Every word that people say, without marks.
    said: BTreeSet<String>,
}

/// One way to understand a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Lower-case words, with the marks that were typed or that the catalogue uses.
    pub words: Vec<String>,
    /// How far it is from what was typed; 0 is the query itself.
    pub distance: u32,
}

struct Place<'a> {
    from: usize,
    length: usize,
    means: &'a [Vec<String>],
}

/// A typed word; without marks it may stand for any marks.
struct Typed<'a> {
    word: &'a str,
    bare: bool,
}

impl From<Synonyms> for Prepared {
    fn from(data: Synonyms) -> Self {
        let idle = data.idle.iter().map(|idle| Phrase::of(idle)).collect();
        let mut prepared = Self { idle, ..Self::default() };
        for synonym in data.synonyms {
            let words = synonym.say.iter().flat_map(|say| text::words(say));
            prepared.said.extend(words);
            let group = prepared.means.len();
            prepared.says.extend(synonym.say.iter().map(|say| (Phrase::of(say), group)));
            let means = synonym.mean.iter().map(|mean| super::marked_words(mean)).collect();
            prepared.means.push(means);
        }
        prepared
    }
}

impl Prepared {
    /// Whether a folded word stands in something that people say.
    pub(super) fn knows(&self, folded: &str) -> bool {
        self.said.contains(folded)
    }

    /// The query as typed, and with its everyday words replaced: all together, and each alone.
    pub(super) fn readings(&self, typed: &[String]) -> Vec<Reading> {
        let own = self.without_idle(typed);
        // People put themselves into the middle of a phrase: “ông tôi mất” is “ông mất”.
        let ways = if own == typed { vec![typed] } else { vec![typed, own.as_slice()] };
        // A question that is an everyday phrase from end to end hardly means the words that are written
        // alike: “sổ đỏ” is a land certificate, not “… cơ sở … do …”.
        let is_phrase = ways.iter().any(|it| {
            apart(&self.places(it)).iter().map(|it| it.length).sum::<usize>() >= own.len()
        });
        let distance = if is_phrase { PHRASE_DISTANCE } else { 0 };
        let mut readings = vec![Reading { words: own.clone(), distance }];
        for way in ways {
            self.read(way, &mut readings);
        }
        readings
    }

    /// What these words may mean, beside what is known already.
    fn read(&self, typed: &[String], readings: &mut Vec<Reading>) {
        let places = self.places(typed);
        let mut push = |reading: Reading| {
            if readings.len() < READINGS_MAX && readings.iter().all(|r| r.words != reading.words) {
                readings.push(reading);
            }
        };
        let chosen = apart(&places);
        if chosen.len() > 1 {
            for round in 0..2 {
                let pick = |place: &Place<'_>| {
                    let mean = place.means.get(round).or(place.means.first())?;
                    Some((place.from, place.length, mean.clone()))
                };
                let means: Vec<_> = chosen.iter().filter_map(|place| pick(place)).collect();
                push(self.replaced(typed, &means, 2));
            }
        }
        for place in &places {
            for (mean, rank) in place.means.iter().zip(0..) {
                let means = [(place.from, place.length, mean.clone())];
                push(self.replaced(typed, &means, 1 + 2 * rank));
            }
        }
        // What is left of a long question may only be in the way.
        for place in apart(&places) {
            if let Some(mean) = place.means.first().filter(|mean| mean.len() >= ALONE_MIN) {
                push(Reading { words: self.without_idle(mean), distance: 4 });
            }
        }
    }

    fn replaced(
        &self,
        typed: &[String],
        means: &[(usize, usize, Vec<String>)],
        distance: u32,
    ) -> Reading {
        let is_meant = |word: &String| means.iter().any(|(_, _, mean)| mean.contains(word));
        let mut words: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(word) = typed.get(at) {
            if let Some((_, length, mean)) = means.iter().find(|(from, _, _)| *from == at) {
                words.extend_from_slice(mean);
                at += length;
            } else {
                if !is_meant(word) {
                    words.push(word.clone());
                }
                at += 1;
            }
        }
        Reading { words: self.without_idle(&words), distance }
    }

    /// Where everyday words stand in a query, the longest first.
    fn places(&self, typed: &[String]) -> Vec<Place<'_>> {
        let typed = look_at(typed);
        let mut places = Vec::new();
        for (said, group) in &self.says {
            let Some(means) = self.means.get(*group) else { continue };
            let length = said.marked.len();
            places.extend(said.find(&typed).into_iter().map(|from| Place { from, length, means }));
        }
        places.sort_by_key(|place| (std::cmp::Reverse(place.length), place.from));
        places
    }

    /// Without words that say nothing; all of them stay when nothing else is there.
    fn without_idle(&self, words: &[String]) -> Vec<String> {
        let typed = look_at(words);
        let mut keep = vec![true; words.len()];
        for idle in &self.idle {
            for from in idle.find(&typed) {
                keep.iter_mut().skip(from).take(idle.marked.len()).for_each(|keep| *keep = false);
            }
        }
        let both = words.iter().zip(&keep);
        let kept: Vec<String> =
            both.filter(|(_, keep)| **keep).map(|(word, _)| word.clone()).collect();
        if kept.is_empty() { words.to_vec() } else { kept }
    }
}

impl Phrase {
    fn of(text: &str) -> Self {
        let marked = super::marked_words(text);
        let folded = marked.iter().map(|word| text::fold(word)).collect();
        Self { marked, folded }
    }

    /// Where the phrase stands; a word typed with marks must have the same marks.
    fn find(&self, typed: &[Typed<'_>]) -> Vec<usize> {
        if self.marked.is_empty() || self.marked.len() > typed.len() {
            return Vec::new();
        }
        let same = |(typed, (marked, folded)): (&Typed<'_>, (&String, &String))| {
            typed.word == marked || (typed.bare && typed.word == folded)
        };
        let length = self.marked.len();
        let last = typed.len() - length;
        let starts = typed.windows(length).enumerate();
        starts
            .filter(|(at, window)| {
                let mut pairs = window.iter().zip(self.marked.iter().zip(&self.folded));
                // The last word of a question may still be on its way: “birth certif”.
                let end = (*at == last && length > 1).then(|| pairs.next_back()).flatten();
                let is_begun = |(typed, (_, folded)): (&Typed<'_>, (&String, &String))| {
                    typed.bare && typed.word.len() >= BEGUN_MIN && folded.starts_with(typed.word)
                };
                pairs.all(same) && end.is_none_or(|it| same(it) || is_begun(it))
            })
            .map(|(at, _)| at)
            .collect()
    }
}

fn look_at(words: &[String]) -> Vec<Typed<'_>> {
    words.iter().map(|word| Typed { word, bare: !text::has_marks(word) }).collect()
}

/// Places that do not overlap, the longest first.
fn apart<'a, 'b>(places: &'b [Place<'a>]) -> Vec<&'b Place<'a>> {
    let mut chosen: Vec<&Place<'_>> = Vec::new();
    for place in places {
        let free = chosen
            .iter()
            .all(|c| place.from >= c.from + c.length || c.from >= place.from + place.length);
        if free {
            chosen.push(place);
        }
    }
    chosen
}
