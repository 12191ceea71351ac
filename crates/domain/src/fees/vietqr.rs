//! A request to pay as a square code: VietQR, the EMVCo merchant code as NAPAS fills it.
//!
//! It asks for money and proves nothing: only the bank's statement says that money came.

use thiserror::Error;

use crate::{Refusal, money::Dong, text::fold};

/// The scheme's identifier (NAPAS).
const GUID: &str = "A000000727";
/// To an account, as against to a card.
const TO_ACCOUNT: &str = "QRIBFTTA";
/// Letters of the purpose at most (EMVCo 62-08).
pub const PURPOSE_MAX: usize = 25;

/// Why no code can be made, or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VietQrError {
    /// A bank is six digits.
    #[error("Mã ngân hàng (BIN) gồm đúng 6 chữ số, ví dụ 970405.")]
    Bank,
    /// An account is 5 to 19 letters and digits.
    #[error("Số tài khoản gồm 5 đến 19 chữ số hoặc chữ cái không dấu.")]
    Account,
    /// An amount is more than nothing.
    #[error("Số tiền trên mã QR phải lớn hơn 0 và không quá 13 chữ số.")]
    Amount,
    /// It does not read.
    #[error("Chuỗi này không phải mã VietQR hoặc đã bị sửa.")]
    Unreadable,
}

impl Refusal for VietQrError {}

/// What a code asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The bank, six digits.
    pub bank: String,
    /// The account.
    pub account: String,
    /// How much; the payer types it if nothing.
    pub amount: Option<Dong>,
    /// What for, in capitals without diacritics; may be empty.
    pub purpose: String,
}

/// CRC-16/CCITT-FALSE: polynomial 1021, begins with FFFF.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |mut crc: u16, byte| {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
        crc
    })
}

fn field(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.len())
}

/// Text as a purpose: capitals, digits, spaces and dashes, cut to what a code takes.
#[must_use]
pub fn purpose(text: &str) -> String {
    let part = |it: &str| {
        let folded: String = fold(it)
            .to_uppercase()
            .chars()
            .filter(|it| it.is_ascii_alphanumeric() || *it == ' ')
            .collect();
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = text.split('-').map(part).collect::<Vec<_>>().join("-");
    text.chars().take(PURPOSE_MAX).collect::<String>().trim().to_owned()
}

/// The code's text.
///
/// # Errors
/// [`VietQrError`] for a bank, account or amount that no code can carry.
pub fn payload(request: &Request) -> Result<String, VietQrError> {
    if request.bank.len() != 6 || !request.bank.bytes().all(|it| it.is_ascii_digit()) {
        return Err(VietQrError::Bank);
    }
    let is_account = request.account.bytes().all(|it| it.is_ascii_alphanumeric());
    if !(5..=19).contains(&request.account.len()) || !is_account {
        return Err(VietQrError::Account);
    }
    let amount = match request.amount {
        Some(Dong(it)) if it <= 0 || it > 9_999_999_999_999 => return Err(VietQrError::Amount),
        it => it,
    };
    let to = field("00", &request.bank) + &field("01", &request.account);
    let merchant = field("00", GUID) + &field("01", &to) + &field("02", TO_ACCOUNT);
    let mut text = field("00", "01");
    text.push_str(&field("01", if amount.is_some() { "12" } else { "11" }));
    text.push_str(&field("38", &merchant));
    text.push_str(&field("53", "704"));
    if let Some(amount) = amount {
        text.push_str(&field("54", &amount.0.to_string()));
    }
    text.push_str(&field("58", "VN"));
    let purpose = purpose(&request.purpose);
    if !purpose.is_empty() {
        text.push_str(&field("62", &field("08", &purpose)));
    }
    text.push_str("6304");
    let crc = crc(text.as_bytes());
    text.push_str(&format!("{crc:04X}"));
    Ok(text)
}

/// The fields of a text: identifier, length, value.
fn fields(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length: usize = rest.get(2..4)?.parse().ok()?;
        found.push((rest.get(..2)?, rest.get(4..4 + length)?));
        rest = rest.get(4 + length..)?;
    }
    Some(found)
}

/// Reads a code's text back; its check digits must be right.
///
/// # Errors
/// [`VietQrError::Unreadable`] for anything that [`payload`] would not write.
pub fn read(text: &str) -> Result<Request, VietQrError> {
    read_fields(text).ok_or(VietQrError::Unreadable)
}

fn read_fields(text: &str) -> Option<Request> {
    let body = text.get(..text.len().checked_sub(4)?)?;
    if text.get(body.len()..)? != format!("{:04X}", crc(body.as_bytes())) {
        return None;
    }
    let of = |fields: &[(&str, &str)], id: &str| {
        fields.iter().find(|it| it.0 == id).map(|it| it.1.to_owned())
    };
    let all = fields(text)?;
    let merchant = of(&all, "38")?;
    let merchant = fields(&merchant)?;
    if of(&merchant, "00")? != GUID {
        return None;
    }
    let to = of(&merchant, "01")?;
    let to = fields(&to)?;
    let amount = match of(&all, "54") {
        Some(it) => Some(Dong(it.parse().ok()?)),
        None => None,
    };
    let purpose = match of(&all, "62") {
        Some(it) => of(&fields(&it)?, "08").unwrap_or_default(),
        None => String::new(),
    };
    Some(Request { bank: of(&to, "00")?, account: of(&to, "01")?, amount, purpose })
}
