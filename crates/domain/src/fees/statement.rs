//! Lines of a bank statement and the dossiers that they may pay for.

use std::collections::BTreeSet;

use crate::{dossier::codes::codes, money::Dong};

/// A dossier code as it survives a bank: capitals and digits alone.
#[must_use]
pub fn key_of(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase()).collect()
}

/// What the payer is asked to write: the dossier code in what a square code carries.
#[must_use]
pub fn purpose_of(code: &str) -> String {
    let key = key_of(code);
    if key.len() + 3 <= super::vietqr::PURPOSE_MAX { format!("HS {key}") } else { key }
}

/// Every stretch of `content` that could be a key of one of the `lengths`, longest first: punctuation
/// and spaces within it are overlooked, a digit right after it is not.
#[must_use]
pub fn keys_in(content: &str, lengths: &BTreeSet<usize>) -> Vec<String> {
    let all: Vec<char> = content.chars().collect();
    let kept: Vec<(usize, char)> = all
        .iter()
        .enumerate()
        .filter(|it| it.1.is_ascii_alphanumeric())
        .map(|(at, it)| (at, it.to_ascii_uppercase()))
        .collect();
    let mut found = Vec::new();
    for length in lengths.iter().rev().filter(|it| **it > 0) {
        for stretch in kept.windows(*length) {
            let goes_on =
                stretch.last().and_then(|it| all.get(it.0 + 1)).is_some_and(char::is_ascii_digit);
            if !goes_on {
                found.push(stretch.iter().map(|it| it.1).collect());
            }
        }
    }
    found
}

codes! {
    /// How an amount that came compares with what is owed.
    pub enum Fit {
        /// Just as much.
        Exact = "exact", "Khớp số tiền";
        /// Less.
        Less = "less", "Nộp thiếu";
        /// More.
        More = "more", "Nộp thừa";
        /// Nothing is owed.
        Nothing = "nothing", "Không còn nợ";
    }
}

/// How `came` compares with what is `owed`.
#[must_use]
pub fn fit(came: Dong, owed: Dong) -> Fit {
    if owed <= Dong::ZERO {
        return Fit::Nothing;
    }
    match came.cmp(&owed) {
        std::cmp::Ordering::Equal => Fit::Exact,
        std::cmp::Ordering::Less => Fit::Less,
        std::cmp::Ordering::Greater => Fit::More,
    }
}
