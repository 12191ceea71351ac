//! Vietnamese text: folding, words, sorting, masking and the formats that pages share.
//!
//! Folding and sorting are done here and kept in columns of their own, because
//! the database engines disagree about `lower('Đ')` and about the alphabet.

mod collate;
mod format;
mod mask;
#[cfg(test)]
mod tests;

pub use collate::{name_key, sort_key};
pub use format::{
    date, date_in, date_time, date_time_in, decimal, hours, long_date, money, money_in, number,
    percent, percent_of, time_of_day, weekday, weekday_in,
};
pub use mask::{mask_id, mask_name, mask_phone};

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, is_combining_mark},
};

/// Text without diacritics and case, for searching: `"  Nguyễn-Văn  ĐỨC"` gives `"nguyen van duc"`.
///
/// Everything that is neither a letter nor a digit becomes one space; spaces at
/// both ends go. Folding folded text changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = Folded { text: String::with_capacity(text.len()), gap: false };
    if text.is_ascii() {
        text.chars().for_each(|c| folded.push(c.to_ascii_lowercase()));
    } else {
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
            for low in c.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)) {
                folded.push(if low == 'đ' { 'd' } else { low });
            }
        }
    }
    folded.text
}

/// The folded words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The text in composed letters (NFC), with its spaces tidied: what is stored.
///
/// Phones and scanners send `e` + `ˆ` + `.` where a page expects `ệ`.
#[must_use]
pub fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A sign-in name as offices make them: the given name, then the initials of what stands before
/// it, `"Nguyễn Thị Hoa"` gives `"hoant"`. What stands in brackets does not count.
#[must_use]
pub fn login_of(name: &str) -> String {
    let plain = name.split('(').next().unwrap_or(name);
    let mut words = words(plain);
    let Some(mut login) = words.pop() else { return String::new() };
    login.extend(words.iter().filter_map(|word| word.chars().next()));
    login.retain(|c| c.is_ascii_alphanumeric());
    login
}

/// Does a letter carry one of the five Vietnamese tone marks or letter marks?
pub(crate) fn has_marks(text: &str) -> bool {
    text.nfd().any(|c| canonical_combining_class(c) != 0 || c == 'đ' || c == 'Đ')
}

struct Folded {
    text: String,
    gap: bool,
}

impl Folded {
    fn push(&mut self, c: char) {
        if c.is_alphanumeric() {
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(c);
        } else {
            self.gap = true;
        }
    }
}
