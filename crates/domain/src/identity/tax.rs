//! Tax codes, which are the numbers of enterprises too.

use thiserror::Error;

use super::PersonalId;
use crate::Refusal;

/// Weights of the first nine digits.
const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

/// Why a tax code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TaxCodeError {
    /// Not a shape that codes have.
    #[error(
        "Mã số thuế gồm 10 chữ số, hoặc 10 chữ số, gạch ngang và 3 chữ số của đơn vị phụ thuộc; hộ \
         kinh doanh dùng số định danh 12 chữ số của người đại diện."
    )]
    Shape,
}

impl Refusal for TaxCodeError {}

/// A tax code (mã số thuế): ten digits of an enterprise, which are its enterprise number (mã số
/// doanh nghiệp) too; ten and three of a dependent unit; twelve of a household or a person.
///
/// The tenth digit checks the nine before it.
///
/// Law: TT 105/2020/TT-BTC Đ.5; TT 86/2024/TT-BTC Đ.5; Luật Doanh nghiệp 59/2020/QH14 Đ.29.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxCode(String);

impl TaxCode {
    /// Reads a code as people type it: spaces and dots are dropped, the dash may be missing.
    ///
    /// # Errors
    /// [`TaxCodeError::Shape`] if it has not 10, 13 or 12 digits. A check digit that does not fit
    /// is no error: see [`TaxCode::fits`].
    pub fn parse(typed: &str) -> Result<Self, TaxCodeError> {
        let bare: String = typed.chars().filter(|it| !matches!(it, ' ' | '.' | '\u{a0}')).collect();
        let digits: String = bare.chars().filter(|it| *it != '-').collect();
        if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
            return Err(TaxCodeError::Shape);
        }
        let dash = bare.find('-');
        let one_dash = bare.len() <= digits.len() + 1;
        match (digits.len(), dash) {
            (10, None) => Ok(Self(digits)),
            (13, None | Some(10)) if one_dash => {
                let (own, part) = digits.split_at(10);
                Ok(Self(format!("{own}-{part}")))
            }
            (12, None) if PersonalId::parse(&digits).is_ok() => Ok(Self(digits)),
            _ => Err(TaxCodeError::Shape),
        }
    }

    /// As it is written on papers: `0100109106` or `0100109106-001`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check digit fits; a personal number has none and fits.
    #[must_use]
    pub fn fits(&self) -> bool {
        let own = self.0.split('-').next().unwrap_or_default();
        if own.len() != 10 {
            return true;
        }
        let mut digits = own.bytes().map(|it| u32::from(it - b'0'));
        let sum: u32 = digits.clone().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
        let check = 10 - sum % 11;
        digits.next_back() == Some(check)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_codes_fit_and_a_slip_of_one_digit_does_not() {
        // Codes that big enterprises print on their invoices.
        for code in ["0100109106", "0101248141", "0300588569", "0100109106-001"] {
            let read = TaxCode::parse(code).unwrap();
            assert_eq!(read.as_str(), code);
            assert!(read.fits(), "{code}");
        }
        assert!(!TaxCode::parse("0100109107").unwrap().fits());
        assert!(!TaxCode::parse("0100109160").unwrap().fits());
    }

    #[test]
    fn shapes_are_read_as_people_type_them() {
        assert_eq!(TaxCode::parse(" 0100 109 106 ").unwrap().as_str(), "0100109106");
        assert_eq!(TaxCode::parse("0100109106001").unwrap().as_str(), "0100109106-001");
        assert!(TaxCode::parse("040090123456").unwrap().fits(), "a household's");
        for wrong in ["", "123", "01001091061", "0100-109106", "010010910-6001", "01001O9106"] {
            assert_eq!(TaxCode::parse(wrong), Err(TaxCodeError::Shape), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_among_the_first_ten_is_always_seen(
            first in 0_u32..1_000_000_000, at in 0_usize..10, more in 1_u8..10,
        ) {
            let nine = format!("{first:09}");
            let sum: u32 = nine.bytes().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
            prop_assume!(!sum.is_multiple_of(11));
            let right = format!("{nine}{}", 10 - sum % 11);
            prop_assert!(TaxCode::parse(&right).unwrap().fits());
            let mut wrong = right.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + more) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(!TaxCode::parse(&wrong).unwrap().fits());
        }
    }
}
