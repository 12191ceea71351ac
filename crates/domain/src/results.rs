//! Results of dossiers (kết quả giải quyết): what holds, until when, and who signed for it.

use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use thiserror::Error;

use crate::{Refusal, dossier::codes::codes};

#[cfg(test)]
mod tests;

codes! {
    /// What became of a result.
    pub enum ResultState {
        /// It stands.
        Issued = "issued", "Đã ban hành";
        /// The office took it back by a decision.
        Revoked = "revoked", "Đã thu hồi";
        /// It was issued anew under another number.
        Replaced = "replaced", "Đã thay thế";
        /// The step that issued it was taken back at once.
        Undone = "undone", "Đã hoàn tác";
    }
}

codes! {
    /// Where a parcel is.
    pub enum ParcelState {
        /// At the counter.
        Waiting = "waiting", "Chờ giao bưu điện";
        /// With the post.
        Handed = "handed", "Đã giao bưu điện";
        /// With the citizen.
        Delivered = "delivered", "Đã phát";
        /// Back at the counter.
        Returned = "returned", "Chuyển hoàn";
        /// The step was taken back before the post had it.
        Cancelled = "cancelled", "Không gửi";
    }
}

/// Whether a result can be relied on today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Yes.
    Valid,
    /// Its term is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// Another took its place.
    Replaced,
}

/// Days before the end of a term in which it is said to be near.
pub const NEAR_DAYS: i64 = 30;

/// Whether a result holds on `today`; its last day counts. One that was undone was never issued.
#[must_use]
pub fn validity(state: ResultState, expires_on: Option<Date>, today: Date) -> Validity {
    match state {
        ResultState::Revoked | ResultState::Undone => Validity::Revoked,
        ResultState::Replaced => Validity::Replaced,
        ResultState::Issued if expires_on.is_some_and(|it| it < today) => Validity::Expired,
        ResultState::Issued => Validity::Valid,
    }
}

/// A term that a law gives to the result of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultTerm {
    /// The procedure's code.
    pub procedure: String,
    /// Months from the day of issue.
    pub months: i64,
    /// First day in force.
    pub in_force_from: Date,
    /// The article.
    pub basis: String,
}

/// The file `law/results.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermFile {
    /// Its terms.
    pub term: Vec<ResultTerm>,
    /// Results that bear the name of somebody else than who asked for them.
    #[serde(default)]
    pub holder: Vec<ResultHolder>,
}

/// Whom the results of some procedures name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultHolder {
    /// Their codes.
    pub procedures: Vec<String>,
    /// The fields of declarations that say the name; the first that is answered.
    pub fields: Vec<String>,
    /// The article.
    pub basis: String,
}

/// The last day on which a result of `procedure` issued on a day holds, and the article; nothing if
/// no law says.
///
/// Law: BLDS 2015 Đ.147, 148: a term of months ends with the day of the same number, or the last of
/// the month.
#[must_use]
pub fn expiry<'a>(
    terms: &'a [ResultTerm],
    procedure: &str,
    issued_on: Date,
) -> Option<(Date, &'a str)> {
    let term = terms
        .iter()
        .filter(|it| it.procedure == procedure && it.in_force_from <= issued_on)
        .max_by_key(|it| it.in_force_from)?;
    let last = issued_on.checked_add(term.months.months()).ok()?;
    Some((last, &term.basis))
}

/// Why a drawn signature is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// It does not read.
    #[error(
        "Chữ ký trên màn hình không đọc được. Hãy xóa và ký lại, hoặc in phiếu để ký trên giấy."
    )]
    Broken,
    /// More than a hand draws.
    #[error("Chữ ký trên màn hình quá dài. Hãy xóa và ký lại gọn hơn.")]
    TooLong,
}

impl Refusal for SignatureError {}

/// Width of the field that is signed in.
pub const SIGNATURE_WIDTH: i64 = 600;
/// Its height.
pub const SIGNATURE_HEIGHT: i64 = 200;
/// Points of one signature at most.
const POINTS_MAX: usize = 3_000;
/// Characters that are looked at.
const LETTERS_MAX: usize = 30_000;

/// A signature as the browser drew it, `x,y x,y;x,y …`, checked and written anew as the path of a
/// picture: nothing of what was sent goes further. Empty if nothing was drawn.
///
/// # Errors
/// [`SignatureError`] if it is none.
pub fn signature_path(drawn: &str) -> Result<String, SignatureError> {
    if drawn.len() > LETTERS_MAX {
        return Err(SignatureError::TooLong);
    }
    let mut path = String::new();
    let mut points = 0_usize;
    for stroke in drawn.split(';').map(str::trim).filter(|it| !it.is_empty()) {
        for (at, point) in stroke.split_whitespace().enumerate() {
            let (x, y) = point.split_once(',').ok_or(SignatureError::Broken)?;
            let read =
                |text: &str, max: i64| text.parse::<i64>().ok().filter(|it| (0..=max).contains(it));
            let x = read(x, SIGNATURE_WIDTH).ok_or(SignatureError::Broken)?;
            let y = read(y, SIGNATURE_HEIGHT).ok_or(SignatureError::Broken)?;
            path.push(if at == 0 { 'M' } else { 'L' });
            path.push_str(&format!("{x} {y}"));
            points += 1;
        }
    }
    if points > POINTS_MAX {
        return Err(SignatureError::TooLong);
    }
    Ok(path)
}

/// The picture of a path made by [`signature_path`].
#[must_use]
pub fn signature_svg(path: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIGNATURE_WIDTH} {SIGNATURE_HEIGHT}\">\
         <path d=\"{path}\" fill=\"none\" stroke=\"#14202b\" stroke-width=\"3\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
    )
}
