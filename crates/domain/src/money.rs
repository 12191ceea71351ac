//! Money: whole đồng.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Refusal;

#[cfg(test)]
mod tests;

/// An amount of đồng. There is nothing smaller.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Dong(pub i64);

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "“{typed}” không phải là số tiền: chỉ ghi số nguyên đồng, không quá 100.000 tỷ, ví dụ 50.000."
)]
pub struct DongError {
    /// What was typed.
    pub typed: String,
}

impl Refusal for DongError {}

/// The largest amount that is read, in đồng: a hundred thousand billion, more than any office takes.
const TYPED_MAX: i64 = 100_000_000_000_000;

impl Dong {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads an amount as people type it: “50.000”, “50 000 đ”, “50000đồng”.
    ///
    /// Dots group thousands and stand nowhere else; “1.5” is refused, not read as 15.
    ///
    /// # Errors
    /// [`DongError`] for anything else, also for negative amounts.
    pub fn parse(typed: &str) -> Result<Self, DongError> {
        let wrong = || DongError { typed: typed.to_owned() };
        let lower = typed.trim().to_lowercase();
        let number = ["đồng", "vnđ", "vnd", "đ"]
            .iter()
            .find_map(|unit| lower.strip_suffix(unit))
            .unwrap_or(&lower)
            .trim();
        let mut groups = number.split(['.', ' ', '\u{a0}']);
        let first = groups.next().unwrap_or_default();
        let mut digits = first.to_owned();
        let mut grouped = false;
        for group in groups {
            if group.len() != 3 {
                return Err(wrong());
            }
            grouped = true;
            digits.push_str(group);
        }
        let first_ok = !first.is_empty() && (!grouped || first.len() <= 3);
        if !first_ok || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let read = digits.parse().ok().filter(|it| *it <= TYPED_MAX);
        read.map(Self).ok_or_else(wrong)
    }

    /// The sum, or the largest amount there is.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::fmt::Display for Dong {
    /// As the office writes it: `50.000 đ`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut shown = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                shown.push('.');
            }
            shown.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{shown} đ")
    }
}
