//! The code of a procedure (mã thủ tục hành chính).

use thiserror::Error;

use crate::Refusal;

/// Why a procedure's code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProcedureCodeError {
    /// Nothing in it.
    #[error("Chưa nhập mã thủ tục.")]
    Empty,
    /// Not the shape.
    #[error("Mã thủ tục có dạng 1.001193, có thể kèm mã địa phương như 1.001193.000.00.00.H41.")]
    Shape,
}

impl Refusal for ProcedureCodeError {}

/// A procedure's code, `1.001193`, with or without its local ending `.000.00.00.H41`.
///
/// It names a procedure, not a version: the same code is announced again many times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcedureCode(String);

impl ProcedureCode {
    /// Reads a code as people type it: spaces go, letters are raised, and seven bare digits get
    /// their dot.
    ///
    /// # Errors
    /// [`ProcedureCodeError`] for any other shape.
    pub fn parse(typed: &str) -> Result<Self, ProcedureCodeError> {
        let mut code = super::plain(typed);
        if code.is_empty() {
            return Err(ProcedureCodeError::Empty);
        }
        if code.len() == 7 && code.bytes().all(|b| b.is_ascii_digit()) {
            code.insert(1, '.');
        }
        if is_shaped(&code) { Ok(Self(code)) } else { Err(ProcedureCodeError::Shape) }
    }

    /// The whole code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The national part: `1.001193`.
    #[must_use]
    pub fn national(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }
}

impl std::fmt::Display for ProcedureCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `^[1-3]\.\d{6}(\.\d{3}\.\d{2}\.\d{2})?(\.H\d{2})?$`
fn is_shaped(code: &str) -> bool {
    use super::agency::is_digits;

    let groups: Vec<&str> = code.split('.').collect();
    let province = |group: &str| group.strip_prefix('H').is_some_and(|rest| is_digits(rest, 2));
    let long = |a: &str, b: &str, c: &str| is_digits(a, 3) && is_digits(b, 2) && is_digits(c, 2);
    match groups.as_slice() {
        [kind, serial, ending @ ..] => {
            matches!(*kind, "1" | "2" | "3")
                && is_digits(serial, 6)
                && match ending {
                    [] => true,
                    [h] => province(h),
                    [a, b, c] => long(a, b, c),
                    [a, b, c, h] => long(a, b, c) && province(h),
                    _ => false,
                }
        }
        _ => false,
    }
}
