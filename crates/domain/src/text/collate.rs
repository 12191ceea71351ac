//! Sort keys in the order of the Vietnamese alphabet.
//!
//! A key holds only `0-9a-z`, so that it sorts the same by bytes, in SQLite and
//! under any collation of PostgreSQL.

use unicode_normalization::UnicodeNormalization;

/// Separates the parts of a key; sorts before every letter and digit.
const END: &str = "00";

/// A key that sorts text by the Vietnamese alphabet (a ă â b c d đ e ê …).
///
/// Letters decide first, word by word; then the tone: level, huyền, hỏi, ngã,
/// sắc, nặng. Case and punctuation do not count.
#[must_use]
pub fn sort_key(text: &str) -> String {
    key_of(split(text).into_iter())
}

/// A key that sorts people the way office lists do: by given name, then middle names, then surname.
/// What stands in brackets, as “(minh họa)” does, counts last.
#[must_use]
pub fn name_key(name: &str) -> String {
    let (name, note) = name.split_once('(').unwrap_or((name, ""));
    let mut words = split(name);
    let Some(given) = words.pop() else { return String::new() };
    let surname = if words.is_empty() { None } else { Some(words.remove(0)) };
    key_of([given].into_iter().chain(words).chain(surname).chain(split(note)))
}

fn split(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '.' | ',' | '/' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect()
}

fn key_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut key = String::new();
    for word in words {
        push_word(&mut key, word);
    }
    key
}

/// One word: its letters two characters each, then its tones in a group of their own.
fn push_word(key: &mut String, word: &str) {
    let mut letters: Vec<(char, char)> = Vec::with_capacity(word.len());
    let mut tones = String::new();
    let lower = word.to_lowercase();
    for c in lower.nfd() {
        let shape = match c {
            '\u{306}' => '1',
            '\u{302}' => '2',
            '\u{31b}' => '3',
            _ => '0',
        };
        let tone = match c {
            '\u{300}' => Some("01"),
            '\u{309}' => Some("02"),
            '\u{303}' => Some("03"),
            '\u{301}' => Some("04"),
            '\u{323}' => Some("05"),
            _ => None,
        };
        if shape != '0' {
            if let Some(last) = letters.last_mut() {
                last.1 = shape;
            }
        } else if let Some(tone) = tone {
            tones.push_str(tone);
        } else if c == 'đ' {
            letters.push(('d', '1'));
        } else if c.is_ascii_lowercase() {
            letters.push((c, '0'));
        } else if c.is_ascii_digit() {
            letters.push(('1', c));
        }
    }
    if letters.is_empty() {
        return;
    }
    for (letter, shape) in letters {
        key.push(letter);
        key.push(shape);
    }
    key.push_str(END);
    key.push_str(if tones.is_empty() { "00" } else { &tones });
    key.push_str(END);
}
