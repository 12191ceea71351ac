//! Phones and addresses of mail.

use thiserror::Error;

use crate::{Refusal, text};

/// Why a phone number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("Chưa nhập số điện thoại.")]
    Empty,
    /// Letters or signs in it.
    #[error("Số điện thoại chỉ gồm chữ số, ví dụ 0912 345 678.")]
    NotDigits,
    /// A mobile number of the wrong length.
    #[error("Số di động gồm 10 chữ số; đã nhập {found} chữ số.")]
    MobileLength {
        /// How many digits were typed.
        found: usize,
    },
    /// A landline number of the wrong length.
    #[error("Số cố định gồm 10 hoặc 11 chữ số kể cả mã vùng, ví dụ 0238 384 1234.")]
    LandlineLength,
    /// An eleven-digit mobile number from before 15/9/2018.
    #[error("Số di động 11 chữ số đã đổi thành 10 chữ số từ 15/9/2018; hãy hỏi lại số mới.")]
    OldMobile,
    /// A landline of an area that was renumbered, or no Vietnamese number at all.
    #[error(
        "Đầu số điện thoại không đúng; số di động bắt đầu bằng 03, 05, 07, 08 hoặc 09, \
         số cố định bằng 02."
    )]
    Prefix,
    /// A number of one digit repeated.
    #[error("Số điện thoại này không có thật; hãy kiểm tra lại.")]
    Nonsense,
}

impl Refusal for PhoneError {}

/// What kind of line a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneKind {
    /// Ten digits from 03, 05, 07, 08, 09: can be sent a text message.
    Mobile,
    /// 02x with its area.
    Landline,
    /// 1900 and 1800.
    Service,
}

/// A Vietnamese phone number in its national form, `0…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people type it: `+84`, `84`, `0084` become `0`; spaces, dots, dashes and
    /// brackets go.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong, in Vietnamese.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let plain: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '(' | ')' | '\u{feff}'))
            .collect();
        if plain.is_empty() {
            return Err(PhoneError::Empty);
        }
        let (body, abroad) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
            Some(rest) => (rest, true),
            None => (plain.as_str(), false),
        };
        if !body.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::NotDigits);
        }
        let national = match body.strip_prefix("84") {
            Some(rest) if abroad || matches!(body.len(), 11 | 12) => {
                format!("0{}", rest.strip_prefix('0').unwrap_or(rest))
            }
            _ if abroad => return Err(PhoneError::Prefix),
            _ => body.to_owned(),
        };
        check(&national)?;
        Ok(Self(national))
    }

    /// The national form, `0912345678`: personal data.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `+84912345678`; a service number has no such form and stays as it is.
    #[must_use]
    pub fn e164(&self) -> String {
        self.0.strip_prefix('0').map_or_else(|| self.0.clone(), |rest| format!("+84{rest}"))
    }

    /// `0912 345 678`, `0238 384 1234`, `1900 1234`: as pages and papers show it.
    #[must_use]
    pub fn grouped(&self) -> String {
        let length = self.0.len();
        let (head, tail) = match self.kind() {
            PhoneKind::Mobile => (4, 3),
            PhoneKind::Landline if self.0.starts_with("024") || self.0.starts_with("028") => (3, 4),
            PhoneKind::Landline => (4, 4),
            PhoneKind::Service => (4, length.saturating_sub(4)),
        };
        let cuts = [(0, head), (head, length - tail), (length - tail, length)];
        let parts = cuts.into_iter().filter_map(|(from, to)| self.0.get(from..to));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// `098 ••• 456`, for public pages.
    #[must_use]
    pub fn masked(&self) -> String {
        text::mask_phone(&self.0)
    }

    /// What kind of line it is.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        if self.0.starts_with("02") {
            PhoneKind::Landline
        } else if self.0.starts_with('0') {
            PhoneKind::Mobile
        } else {
            PhoneKind::Service
        }
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone(***{})", self.0.get(self.0.len() - 2..).unwrap_or_default())
    }
}

fn check(national: &str) -> Result<(), PhoneError> {
    let found = national.len();
    let tail_alike = |from: usize| {
        let tail = national.get(from..).unwrap_or_default().as_bytes();
        tail.iter().all(|b| *b == b'0')
    };
    match national.get(..2).unwrap_or_default() {
        "03" | "05" | "07" | "08" | "09" if found != 10 => Err(PhoneError::MobileLength { found }),
        "03" | "05" | "07" | "08" | "09" if tail_alike(3) => Err(PhoneError::Nonsense),
        "03" | "05" | "07" | "08" | "09" => Ok(()),
        "02" if !matches!(found, 10 | 11) => Err(PhoneError::LandlineLength),
        "02" if tail_alike(4) => Err(PhoneError::Nonsense),
        "02" => Ok(()),
        "01" if found == 11 => Err(PhoneError::OldMobile),
        "18" | "19"
            if matches!(found, 8 | 10) && matches!(national.get(..4), Some("1800" | "1900")) =>
        {
            Ok(())
        }
        _ => Err(PhoneError::Prefix),
    }
}

/// Why an address of mail is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Not `somebody@somewhere.tld`.
    #[error("Địa chỉ thư điện tử không đúng, ví dụ đúng: nguyenvana@example.vn.")]
    Shape,
    /// Longer than mail allows.
    #[error("Địa chỉ thư điện tử dài quá 254 ký tự.")]
    TooLong,
}

impl Refusal for EmailError {}

/// An address of mail, checked lightly: only a letter that arrives proves more.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Reads `somebody@somewhere.tld`; the part after `@` is lowered.
    ///
    /// # Errors
    /// [`EmailError`] when it cannot be an address.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let trimmed = typed.trim();
        if trimmed.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let (local, host) = trimmed.rsplit_once('@').ok_or(EmailError::Shape)?;
        let local_fine = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
        let label_fine = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let top_fine = host
            .rsplit('.')
            .next()
            .is_some_and(|top| top.len() >= 2 && top.bytes().any(|b| b.is_ascii_alphabetic()));
        if !local_fine || !host.contains('.') || !host.split('.').all(label_fine) || !top_fine {
            return Err(EmailError::Shape);
        }
        Ok(Self(format!("{local}@{}", host.to_ascii_lowercase())))
    }

    /// The address: personal data.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(***)")
    }
}
