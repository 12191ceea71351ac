//! Agency identifiers (mã định danh): two orders of the same groups.
//!
//! QCVN 102:2016/BTTTT reads from the right (`000.24.18.H41`), QĐ 20/2020/QĐ-TTg
//! from the left (`H41.18.24`). Going left to right loses the closing zeros, so
//! an agency's code is stored as it was issued.

use thiserror::Error;

use crate::Refusal;

/// Longest identifier of QĐ 20/2020.
const LENGTH_MAX: usize = 35;

/// Why an identifier is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AgencyCodeError {
    /// Nothing in it.
    #[error("Chưa nhập mã định danh cơ quan.")]
    Empty,
    /// Not the shape of either rule.
    #[error("Mã định danh cơ quan phải có dạng 000.24.18.H41 hoặc H41.18.24.")]
    Shape,
    /// More than 35 characters.
    #[error("Mã định danh cơ quan dài quá 35 ký tự.")]
    TooLong,
    /// The groups do not fit the older form.
    #[error("Mã định danh này không viết được theo dạng cũ 000.00.00.H41.")]
    NoOldForm,
}

impl Refusal for AgencyCodeError {}

/// An agency identifier as it was issued.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyCode(String);

impl AgencyCode {
    /// Reads either order; spaces go, letters are raised.
    ///
    /// # Errors
    /// [`AgencyCodeError`] when it is neither.
    pub fn parse(typed: &str) -> Result<Self, AgencyCodeError> {
        let code = super::plain(typed);
        if code.is_empty() {
            return Err(AgencyCodeError::Empty);
        }
        if code.len() > LENGTH_MAX {
            return Err(AgencyCodeError::TooLong);
        }
        if is_right_to_left(&code) || is_left_to_right(&code) {
            Ok(Self(code))
        } else {
            Err(AgencyCodeError::Shape)
        }
    }

    /// The code as issued.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Was it issued under QCVN 102:2016, the highest level last?
    #[must_use]
    pub fn is_right_to_left(&self) -> bool {
        is_right_to_left(&self.0)
    }

    /// The code of QĐ 20/2020: groups turned round, closing zero groups dropped.
    #[must_use]
    pub fn left_to_right(&self) -> String {
        if !self.is_right_to_left() {
            return self.0.clone();
        }
        let mut groups: Vec<&str> = self.0.rsplit('.').collect();
        while groups.len() > 1 && groups.last().is_some_and(|group| is_zero(group)) {
            groups.pop();
        }
        groups.join(".")
    }

    /// The code of QCVN 102:2016, filled up with zero groups.
    ///
    /// # Errors
    /// [`AgencyCodeError::NoOldForm`] when a group does not fit (letters, or too many digits).
    pub fn right_to_left(&self) -> Result<String, AgencyCodeError> {
        if self.is_right_to_left() {
            return Ok(self.0.clone());
        }
        let mut groups = self.0.split('.');
        let mut next = |zeros: &str| groups.next().unwrap_or(zeros).to_owned();
        let (top, second, third, fourth) = (next(""), next("00"), next("00"), next("000"));
        let code = format!("{fourth}.{third}.{second}.{top}");
        if groups.next().is_some() || !is_right_to_left(&code) {
            return Err(AgencyCodeError::NoOldForm);
        }
        Ok(code)
    }

    /// The identifier of the ministry or province above all: `H41`.
    #[must_use]
    pub fn top(&self) -> &str {
        let mut ends = if self.is_right_to_left() {
            self.0.rsplit('.').next()
        } else {
            self.0.split('.').next()
        };
        ends.take().unwrap_or_default()
    }
}

impl std::fmt::Display for AgencyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn is_zero(group: &str) -> bool {
    group.bytes().all(|b| b == b'0')
}

/// A letter A–Y and two digits; Z is kept for others.
pub(super) fn is_top(group: &str) -> bool {
    matches!(group.as_bytes(), [b'A'..=b'Y', b'0'..=b'9', b'0'..=b'9'])
}

pub(super) fn is_digits(group: &str, length: usize) -> bool {
    group.len() == length && group.bytes().all(|b| b.is_ascii_digit())
}

fn is_right_to_left(code: &str) -> bool {
    let groups: Vec<&str> = code.split('.').collect();
    matches!(groups.as_slice(), [fourth, third, second, top]
        if is_digits(fourth, 3) && is_digits(third, 2) && is_digits(second, 2) && is_top(top))
}

fn is_left_to_right(code: &str) -> bool {
    let mut groups = code.split('.');
    groups.next().is_some_and(is_top)
        && groups.all(|group| {
            (2..=3).contains(&group.len())
                && group.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        })
}
