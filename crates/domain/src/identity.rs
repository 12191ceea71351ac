//! Who somebody is on paper: numbers of papers, phones, addresses of mail, the citizen card's QR.
//!
//! None of these types shows its value in `Debug`; `reveal` is the one way out.

mod card;
mod contact;
mod provinces;
mod tax;
#[cfg(test)]
mod tests;

pub use card::{CardQr, CardQrError, CardWarning};
pub use contact::{Email, EmailError, Phone, PhoneError, PhoneKind};
pub use provinces::province_name;
pub use tax::{TaxCode, TaxCodeError};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, text};

/// Sex (giới tính) as papers record it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Sex {
    /// `"Nam"` or `"Nữ"`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
        }
    }

    /// The code that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    /// Reads `Nam`, `nữ`, `NU`, `male`, `female`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text::fold(text).as_str() {
            "nam" | "male" | "m" => Some(Self::Male),
            "nu" | "female" | "f" => Some(Self::Female),
            _ => None,
        }
    }
}

/// Why a number of a paper is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdError {
    /// Nothing was typed.
    #[error("Chưa nhập số giấy tờ.")]
    Empty,
    /// Something else than digits.
    #[error("Số định danh cá nhân chỉ gồm chữ số.")]
    NotDigits,
    /// Not twelve digits.
    #[error("Số định danh cá nhân gồm 12 chữ số; đã nhập {found} chữ số.")]
    Length {
        /// How many digits were typed.
        found: usize,
    },
    /// Not nine digits.
    #[error("Số chứng minh nhân dân cũ gồm 9 chữ số.")]
    OldLength,
    /// The number cannot have been issued.
    #[error("Số này không thể là số định danh cá nhân; hãy đối chiếu lại với giấy tờ.")]
    Impossible,
    /// Not the shape of a passport number.
    #[error("Số hộ chiếu gồm 6 đến 9 chữ cái và chữ số, ví dụ C1234567.")]
    Passport,
    /// None of the papers that we know.
    #[error(
        "Số giấy tờ phải là số định danh 12 chữ số, số chứng minh cũ 9 chữ số hoặc số hộ chiếu."
    )]
    Unknown,
}

impl Refusal for IdError {}

/// A personal identification number (số định danh cá nhân): twelve digits.
///
/// Digits 1–3 the province (or country) where the birth was registered, 4 the
/// century and the sex, 5–6 the year, 7–12 random; there is no check digit.
///
/// Law: NĐ 137/2015/NĐ-CP Đ.13.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalId(String);

impl PersonalId {
    /// Reads a number as people type it: spaces, dots and dashes are dropped.
    ///
    /// # Errors
    /// Says what is wrong, in Vietnamese, when it is not twelve digits or all of them are alike.
    pub fn parse(typed: &str) -> Result<Self, IdError> {
        let digits = compact(typed);
        if digits.is_empty() {
            return Err(IdError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdError::NotDigits);
        }
        if digits.len() != 12 {
            return Err(IdError::Length { found: digits.len() });
        }
        if digits.starts_with("000") || all_alike(&digits) {
            return Err(IdError::Impossible);
        }
        Ok(Self(digits))
    }

    /// The twelve digits: personal data, for the database and the office's pages only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `"040 1•• ••• 123"`, for public pages.
    #[must_use]
    pub fn masked(&self) -> String {
        text::mask_id(&self.0)
    }

    /// The first three digits: the province or the country of birth registration.
    #[must_use]
    pub fn province_code(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// The province's name at the time of the 63 provinces; nothing for a country code.
    #[must_use]
    pub fn province(&self) -> Option<&'static str> {
        province_name(self.province_code())
    }

    /// The sex that the fourth digit says.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.century_digit().is_multiple_of(2) { Sex::Male } else { Sex::Female }
    }

    /// The year of birth that digits 4–6 say.
    #[must_use]
    pub fn birth_year(&self) -> i16 {
        let century = 1900 + 100 * i16::from(self.century_digit() / 2);
        let year: i16 = self.0.get(4..6).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        century + year
    }

    /// Holds the number against what a form says; a mismatch is a warning, never a refusal,
    /// because sex, year and even the registration can have been corrected later.
    #[must_use]
    pub fn check(&self, sex: Option<Sex>, born_on: Option<Date>) -> Vec<IdWarning> {
        let mut warnings = Vec::new();
        if sex.is_some_and(|sex| sex != self.sex()) {
            warnings.push(IdWarning::Sex { by_number: self.sex() });
        }
        if born_on.is_some_and(|day| day.year() != self.birth_year()) {
            warnings.push(IdWarning::BirthYear { by_number: self.birth_year() });
        }
        if self.province().is_none() && self.province_code() < "097" {
            warnings.push(IdWarning::Province);
        }
        warnings
    }

    fn century_digit(&self) -> u8 {
        self.0.as_bytes().get(3).map_or(0, |b| b - b'0')
    }
}

impl std::fmt::Debug for PersonalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonalId(*********{})", self.0.get(9..).unwrap_or_default())
    }
}

/// Something that an official should look at once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdWarning {
    /// The fourth digit says the other sex.
    Sex {
        /// What the number says.
        by_number: Sex,
    },
    /// Digits 4–6 say another year.
    BirthYear {
        /// What the number says.
        by_number: i16,
    },
    /// The first three digits are no province's.
    Province,
}

impl std::fmt::Display for IdWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sex { by_number } => {
                write!(f, "Giới tính khác với số định danh (theo số: {}).", by_number.label())
            }
            Self::BirthYear { by_number } => {
                write!(f, "Năm sinh khác với số định danh (theo số: {by_number}).")
            }
            Self::Province => f.write_str("Ba số đầu của số định danh không phải mã tỉnh nào."),
        }
    }
}

/// An identity-card number from before 2016 (chứng minh nhân dân): nine digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OldId(String);

impl OldId {
    /// Reads nine digits; spaces, dots and dashes are dropped.
    ///
    /// # Errors
    /// [`IdError`] when it is anything else.
    pub fn parse(typed: &str) -> Result<Self, IdError> {
        let digits = compact(typed);
        if digits.is_empty() {
            return Err(IdError::Empty);
        }
        if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdError::OldLength);
        }
        if all_alike(&digits) {
            return Err(IdError::Impossible);
        }
        Ok(Self(digits))
    }

    /// The nine digits.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for OldId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OldId(******{})", self.0.get(6..).unwrap_or_default())
    }
}

/// A passport number (hộ chiếu), Vietnamese or foreign.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passport(String);

impl Passport {
    /// Reads six to nine letters and digits with at least five digits; lower case is raised.
    ///
    /// # Errors
    /// [`IdError::Passport`] for any other shape.
    pub fn parse(typed: &str) -> Result<Self, IdError> {
        let number = compact(typed).to_ascii_uppercase();
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let plain = number.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain || !(6..=9).contains(&number.len()) || digits < 5 {
            return Err(IdError::Passport);
        }
        Ok(Self(number))
    }

    /// The number in capitals.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Passport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passport(***)")
    }
}

/// The paper by which an applicant is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdPaper {
    /// Số định danh cá nhân, căn cước.
    Personal(PersonalId),
    /// Chứng minh nhân dân cũ.
    Old(OldId),
    /// Hộ chiếu.
    Passport(Passport),
}

impl IdPaper {
    /// Tells the paper by its shape: twelve digits, nine digits, or a letter and digits.
    ///
    /// # Errors
    /// [`IdError`] with what is wrong in the paper that it most looks like.
    pub fn parse(typed: &str) -> Result<Self, IdError> {
        let compact = compact(typed);
        let digits_only = compact.bytes().all(|b| b.is_ascii_digit());
        match (digits_only, compact.len()) {
            (_, 0) => Err(IdError::Empty),
            (true, 9) => OldId::parse(&compact).map(Self::Old),
            (true, _) => PersonalId::parse(&compact).map(Self::Personal),
            (false, _) => {
                Passport::parse(&compact).map(Self::Passport).map_err(|_| IdError::Unknown)
            }
        }
    }

    /// Reads what the database holds: the kind's code and the number.
    ///
    /// # Errors
    /// [`IdError`] when the two do not belong together.
    pub fn of(kind: &str, number: &str) -> Result<Self, IdError> {
        match kind {
            "personal_id" => PersonalId::parse(number).map(Self::Personal),
            "old_id" => OldId::parse(number).map(Self::Old),
            "passport" => Passport::parse(number).map(Self::Passport),
            _ => Err(IdError::Unknown),
        }
    }

    /// The code that is stored: `personal_id`, `old_id`, `passport`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Personal(_) => "personal_id",
            Self::Old(_) => "old_id",
            Self::Passport(_) => "passport",
        }
    }

    /// What forms call the paper.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Personal(_) => "Số định danh cá nhân",
            Self::Old(_) => "Chứng minh nhân dân",
            Self::Passport(_) => "Hộ chiếu",
        }
    }

    /// The number: personal data.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::Personal(id) => id.reveal(),
            Self::Old(id) => id.reveal(),
            Self::Passport(id) => id.reveal(),
        }
    }

    /// The number with its middle hidden, for public pages.
    #[must_use]
    pub fn masked(&self) -> String {
        text::mask_id(self.reveal())
    }
}

fn compact(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '\u{feff}')).collect()
}

fn all_alike(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    let first = bytes.next();
    bytes.all(|b| Some(b) == first)
}
