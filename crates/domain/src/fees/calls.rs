//! What a bank or the National Payment Platform tells of money that came, and how it is signed.
//!
//! The platform's fields and their order: hash over the values joined by `|`, then `|` and the secret. Only a
//! message whose *signed* code says success is money: the unsigned state beside it can only take that away.

use jiff::civil::DateTime;
use thiserror::Error;

use crate::{Refusal, dossier::codes::codes, money::Dong};

codes! {
    /// The shape of a call.
    pub enum Shape {
        /// `{reference, amount, paid_at, content}` under HMAC-SHA256.
        Bank = "bank", "Ngân hàng (HMAC-SHA256)";
        /// The National Payment Platform.
        Platform = "platform", "Nền tảng thanh toán quốc gia";
    }
}

/// The fields of the platform that are signed, in their order.
pub const SIGNED: [&str; 10] = [
    "LoaiBanTin",
    "MaLoi",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "MaTienTe",
    "MaGiaoDich",
    "MaNganHang",
    "ThoiGianGD",
    "ThongTinGiaoDich",
];

/// Money that somebody says has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The bank's reference: the same call never counts twice.
    pub reference: String,
    /// How much.
    pub amount: Dong,
    /// When the bank booked it, civil time in Viet Nam.
    pub paid_at: DateTime,
    /// What the payer wrote.
    pub content: String,
}

/// Why a call says nothing that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    /// A field is missing or does not read.
    #[error("Trường {field} thiếu hoặc không đúng dạng.")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// No money came.
    #[error("Giao dịch không thành công: không ghi nhận tiền.")]
    NotPaid,
    /// Still under way.
    #[error("Giao dịch đang xử lý.")]
    Pending,
    /// Another currency.
    #[error("Chỉ nhận đồng Việt Nam (VND).")]
    Currency,
    /// Too long ago, or in the future.
    #[error("Thời gian giao dịch quá cũ hoặc ở tương lai.")]
    Time,
}

impl Refusal for CallError {}

/// Days back of a transaction's own time at most.
const DAYS_MAX: i64 = 30;
/// Minutes by which a clock elsewhere may be ahead.
const AHEAD_MAX: i64 = 5;

/// What is hashed of a message of the platform. `value` gives a field's text; empty for none.
pub fn platform_text<'a>(value: impl Fn(&str) -> &'a str, secret: &str) -> String {
    let values: Vec<&str> = SIGNED.iter().map(|it| value(it)).collect();
    format!("{}|{secret}", values.join("|"))
}

fn reference(text: &str, field: &'static str) -> Result<String, CallError> {
    let text = text.trim();
    let is_plain = |it: char| it.is_ascii_graphic();
    if text.is_empty() || text.len() > 80 || !text.chars().all(is_plain) {
        return Err(CallError::Field { field });
    }
    Ok(text.to_owned())
}

fn amount(text: &str, field: &'static str) -> Result<Dong, CallError> {
    let number: i64 = text.trim().parse().map_err(|_| CallError::Field { field })?;
    if (1..=100_000_000_000).contains(&number) {
        Ok(Dong(number))
    } else {
        Err(CallError::Field { field })
    }
}

/// A time that is not too far from now, civil time in Viet Nam.
fn near(at: DateTime, now: DateTime) -> Result<DateTime, CallError> {
    let latest = now.checked_add(jiff::Span::new().minutes(AHEAD_MAX));
    let earliest = now.checked_sub(jiff::Span::new().days(DAYS_MAX));
    let is_near = latest.is_ok_and(|it| at <= it) && earliest.is_ok_and(|it| at >= it);
    if is_near { Ok(at.min(now)) } else { Err(CallError::Time) }
}

fn kept(content: &str) -> String {
    content.chars().filter(|it| !it.is_control()).take(500).collect()
}

/// Reads a bank's call: `paid_at` is civil time in Viet Nam, or carries its own offset.
///
/// # Errors
/// [`CallError`] says what is wrong.
pub fn read_bank<'a>(value: impl Fn(&str) -> &'a str, now: DateTime) -> Result<Call, CallError> {
    let field = "paid_at";
    let text = value(field).trim();
    let at = match text.parse::<jiff::Timestamp>() {
        Ok(at) => crate::time::Instant::from_epoch_ms(at.as_millisecond()).civil(),
        Err(_) => text.parse::<DateTime>().map_err(|_| CallError::Field { field })?,
    };
    Ok(Call {
        reference: reference(value("reference"), "reference")?,
        amount: amount(value("amount"), "amount")?,
        paid_at: near(at, now)?,
        content: kept(value("content")),
    })
}

/// Reads a message of the platform. `TrangThaiGD` 1 is paid, 3 under way, 4 failed.
///
/// # Errors
/// [`CallError`] says what is wrong.
pub fn read_platform<'a>(
    value: impl Fn(&str) -> &'a str,
    now: DateTime,
) -> Result<Call, CallError> {
    if !matches!(value("MaTienTe"), "VND" | "704") {
        return Err(CallError::Currency);
    }
    match (value("MaLoi"), value("TrangThaiGD")) {
        ("00", "1") => {}
        (_, "3") => return Err(CallError::Pending),
        _ => return Err(CallError::NotPaid),
    }
    let field = "ThoiGianGD";
    let at =
        DateTime::strptime("%Y%m%d%H%M%S", value(field)).map_err(|_| CallError::Field { field })?;
    let content = format!("{} {}", value("MaThamChieu"), value("ThongTinGiaoDich"));
    Ok(Call {
        reference: reference(value("MaGiaoDich"), "MaGiaoDich")?,
        amount: amount(value("SoTien"), "SoTien")?,
        paid_at: near(at, now)?,
        content: kept(content.trim()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::BTreeMap;

    fn platform() -> BTreeMap<&'static str, &'static str> {
        BTreeMap::from([
            ("LoaiBanTin", "210"),
            ("MaLoi", "00"),
            ("MaDoiTac", "UBNDPS"),
            ("MaThamChieu", "HS H4199402603020001"),
            ("SoTien", "8000"),
            ("MaTienTe", "VND"),
            ("MaGiaoDich", "GD-1"),
            ("MaNganHang", "970405"),
            ("ThoiGianGD", "20260302091530"),
            ("ThongTinGiaoDich", "nop phi"),
            ("TrangThaiGD", "1"),
        ])
    }

    fn of<'a>(all: &'a BTreeMap<&'static str, &'static str>) -> impl Fn(&str) -> &'a str {
        |name| all.get(name).copied().unwrap_or("")
    }

    #[test]
    fn values_are_joined_in_their_order_and_end_with_the_secret() {
        let all = platform();
        assert_eq!(
            platform_text(of(&all), "bi-mat"),
            "210|00|UBNDPS|HS H4199402603020001|8000|VND|GD-1|970405|20260302091530|nop phi|bi-mat"
        );
    }

    #[test]
    fn only_what_is_signed_as_a_success_is_money() {
        let now = date(2026, 3, 2).at(9, 20, 0, 0);
        let call = read_platform(of(&platform()), now).unwrap();
        assert_eq!((call.reference.as_str(), call.amount), ("GD-1", Dong(8_000)));
        assert_eq!(call.paid_at, date(2026, 3, 2).at(9, 15, 30, 0));
        assert_eq!(call.content, "HS H4199402603020001 nop phi");
        for (name, value, wrong) in [
            ("TrangThaiGD", "3", CallError::Pending),
            ("TrangThaiGD", "4", CallError::NotPaid),
            ("TrangThaiGD", "", CallError::NotPaid),
            ("MaLoi", "05", CallError::NotPaid),
            ("MaTienTe", "USD", CallError::Currency),
            ("SoTien", "-5", CallError::Field { field: "SoTien" }),
            ("SoTien", "8000.5", CallError::Field { field: "SoTien" }),
            ("MaGiaoDich", "", CallError::Field { field: "MaGiaoDich" }),
            ("ThoiGianGD", "2026", CallError::Field { field: "ThoiGianGD" }),
            ("ThoiGianGD", "20260302092501", CallError::Time),
            ("ThoiGianGD", "20260130092000", CallError::Time),
        ] {
            let mut all = platform();
            all.insert(name, value);
            assert_eq!(read_platform(of(&all), now), Err(wrong), "{name} {value}");
        }
    }

    #[test]
    fn a_banks_time_is_civil_or_carries_its_offset() {
        let now = date(2026, 3, 2).at(9, 20, 0, 0);
        let mut all =
            BTreeMap::from([("reference", "FT1"), ("amount", "8000"), ("content", "HS 1")]);
        for at in ["2026-03-02T09:15:00", "2026-03-02T09:15:00+07:00", "2026-03-02T02:15:00Z"] {
            all.insert("paid_at", at);
            assert_eq!(
                read_bank(of(&all), now).unwrap().paid_at,
                date(2026, 3, 2).at(9, 15, 0, 0),
                "{at}"
            );
        }
        // A clock that is ahead by a minute books no money in the future.
        all.insert("paid_at", "2026-03-02T09:21:00");
        assert_eq!(read_bank(of(&all), now).unwrap().paid_at, now);
        all.insert("paid_at", "hôm qua");
        assert_eq!(read_bank(of(&all), now), Err(CallError::Field { field: "paid_at" }));
    }
}
