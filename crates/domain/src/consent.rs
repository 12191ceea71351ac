//! Consent to the use of personal data (sự đồng ý của chủ thể dữ liệu): by purpose, with the text that was
//! shown, given and taken back at any time.
//!
//! A purpose is data with versions: whoever agreed to an older text is asked again when the new one asks for
//! more, and what he agreed to stays known word for word.
//!
//! Law: NĐ 13/2023/NĐ-CP Đ.11 (sự đồng ý), Đ.12 (rút lại), Đ.13 (thông báo); từ 01/01/2026 Luật Bảo vệ dữ liệu
//! cá nhân 91/2025/QH15.

use jiff::civil::Date;
use serde::Deserialize;

#[cfg(test)]
mod tests;

/// A text in the two languages of citizen pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// One version of a purpose (mục đích xử lý).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its stable name; versions of one purpose share it.
    pub code: String,
    /// The version, from 1.
    pub version: i64,
    /// First day on which this text is shown.
    pub in_force_from: Date,
    /// Whether who agreed to the version before is asked anew.
    #[serde(default)]
    pub asks_again: bool,
    /// The heading.
    pub title: Said,
    /// What one agrees to.
    pub text: Said,
    /// Which data are used for it.
    pub data: Said,
    /// What stops when consent is taken back.
    pub stops: Said,
}

/// `law/consent.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentFile {
    /// The law that it carries out.
    pub basis: String,
    /// Every version of every purpose.
    pub purpose: Vec<Purpose>,
}

/// The purposes of `day`, each in the version that is shown then, in the order of the file.
#[must_use]
pub fn on(all: &[Purpose], day: Date) -> Vec<&Purpose> {
    let mut found: Vec<&Purpose> = Vec::new();
    for it in all.iter().filter(|it| it.in_force_from <= day) {
        match found.iter_mut().find(|other| other.code == it.code) {
            Some(other) if other.version < it.version => *other = it,
            Some(_) => {}
            None => found.push(it),
        }
    }
    found
}

/// What somebody said last about a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSaid {
    /// The version that he was shown.
    pub version: i64,
    /// Whether he agreed.
    pub agreed: bool,
}

/// Whether consent to `purpose` holds on `day` by what was said last. Silence is no consent
/// (NĐ 13/2023/NĐ-CP Đ.11 k.6).
#[must_use]
pub fn holds(all: &[Purpose], purpose: &str, last: Option<LastSaid>, day: Date) -> bool {
    let Some(last) = last.filter(|it| it.agreed) else { return false };
    // A text that asks for more voids what was said to the ones before it.
    !all.iter().any(|it| {
        it.code == purpose && it.in_force_from <= day && it.version > last.version && it.asks_again
    })
}
