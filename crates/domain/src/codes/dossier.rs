//! The code of a dossier (mã hồ sơ), under the three rules that it has had.

use jiff::civil::{Date, date};
use thiserror::Error;

use super::agency::{AgencyCode, AgencyCodeError, is_digits, is_top};
use crate::Refusal;

/// The rule by which a code is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeRegime {
    /// `000.24.18.H41-201026-0007`. Law: TT 01/2018/TT-VPCP Đ.19.
    Agency2018,
    /// `H41.24.18-250920-0007`, as TT 03/2025/TT-VPCP Đ.13 k.1–2 is understood; the text of the
    /// article was not seen.
    Agency2025,
    /// `H41.24.18-260126-010007`: two digits of the owner of the central system before the serial.
    /// Law: TT 03/2025/TT-VPCP Đ.13 k.3, added by TT 04/2025/TT-VPCP.
    Central2026,
}

/// From which day each rule for an office's own code holds.
const OWN_SINCE: [(Date, CodeRegime); 2] =
    [(date(2025, 9, 15), CodeRegime::Agency2025), (date(2019, 1, 6), CodeRegime::Agency2018)];

impl CodeRegime {
    /// The rule for codes that an office gives itself on a day; the oldest before all.
    #[must_use]
    pub fn on(day: Date) -> Self {
        OWN_SINCE
            .iter()
            .find(|(since, _)| *since <= day)
            .map_or(Self::Agency2018, |(_, regime)| *regime)
    }

    /// The code that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agency2018 => "agency_2018",
            Self::Agency2025 => "agency_2025",
            Self::Central2026 => "central_2026",
        }
    }

    /// The largest serial of a day; only the central form grows.
    #[must_use]
    pub const fn serial_max(self) -> u32 {
        match self {
            Self::Agency2018 | Self::Agency2025 => 9_999,
            Self::Central2026 => 99_999_999,
        }
    }
}

/// Why a dossier's code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DossierCodeError {
    /// Nothing in it.
    #[error("Chưa nhập mã hồ sơ.")]
    Empty,
    /// The dots were left out.
    #[error(
        "Mã hồ sơ thiếu dấu chấm; hãy nhập đúng như trên giấy hẹn, \
         ví dụ 000.24.18.H41-201026-0007."
    )]
    MissingDots,
    /// The dashes were left out.
    #[error(
        "Mã hồ sơ thiếu dấu gạch ngang; hãy nhập đúng như trên giấy hẹn, \
         ví dụ 000.24.18.H41-201026-0007."
    )]
    MissingDashes,
    /// The part before the first dash is no agency's.
    #[error("Phần đầu của mã hồ sơ phải là mã cơ quan, ví dụ 000.24.18.H41.")]
    Agency,
    /// The middle is no date.
    #[error("Phần giữa của mã hồ sơ phải là ngày tiếp nhận gồm 6 chữ số: năm, tháng, ngày.")]
    Day,
    /// The end is no serial.
    #[error("Phần cuối của mã hồ sơ phải là số thứ tự, ví dụ 0007.")]
    Serial,
    /// A day's serials have run out, or a serial of nought.
    #[error("Số thứ tự hồ sơ trong ngày phải từ 1 đến {max}.")]
    SerialRange {
        /// The largest serial of the rule.
        max: u32,
    },
    /// The owner of a central system has two digits, and only there.
    #[error("Mã chủ quản hệ thống tập trung gồm 2 chữ số.")]
    Owner,
    /// The day cannot be written with two digits of a year.
    #[error("Ngày tiếp nhận phải trong các năm 2000 đến 2099.")]
    Year,
}

impl Refusal for DossierCodeError {}

impl From<AgencyCodeError> for DossierCodeError {
    fn from(_: AgencyCodeError) -> Self {
        Self::Agency
    }
}

/// A dossier's code: immutable through every transfer and reorganisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DossierCode {
    regime: CodeRegime,
    agency: String,
    day: Date,
    owner: Option<u8>,
    serial: u32,
}

impl DossierCode {
    /// Writes a code that an office gives itself.
    ///
    /// The agency's code is turned into the order of the rule. `serial` counts the dossiers that
    /// the agency has received on that day in Viet Nam's civil time, from 1.
    ///
    /// # Errors
    /// [`DossierCodeError`] when the serial has run out or the agency has no code of that form.
    pub fn new(
        regime: CodeRegime,
        agency: &AgencyCode,
        day: Date,
        serial: u32,
    ) -> Result<Self, DossierCodeError> {
        if regime == CodeRegime::Central2026 {
            return Err(DossierCodeError::Owner);
        }
        Self::build(regime, agency_of(regime, agency)?, day, None, serial)
    }

    /// Writes a code of a central system: the settling agency and two digits of the owner.
    ///
    /// # Errors
    /// [`DossierCodeError`] when a part does not fit.
    pub fn central(
        settling: &AgencyCode,
        day: Date,
        owner: u8,
        serial: u32,
    ) -> Result<Self, DossierCodeError> {
        if owner > 99 {
            return Err(DossierCodeError::Owner);
        }
        let regime = CodeRegime::Central2026;
        Self::build(regime, agency_of(regime, settling)?, day, Some(owner), serial)
    }

    fn build(
        regime: CodeRegime,
        agency: String,
        day: Date,
        owner: Option<u8>,
        serial: u32,
    ) -> Result<Self, DossierCodeError> {
        if !(2000..=2099).contains(&day.year()) {
            return Err(DossierCodeError::Year);
        }
        let max = regime.serial_max();
        if !(1..=max).contains(&serial) {
            return Err(DossierCodeError::SerialRange { max });
        }
        Ok(Self { regime, agency, day, owner, serial })
    }

    /// Reads a code as citizens type it: spaces, lower case and odd dashes are put right.
    ///
    /// # Errors
    /// [`DossierCodeError`] with a hint; a code without its dots is refused, never guessed.
    pub fn parse(typed: &str) -> Result<Self, DossierCodeError> {
        let code = super::plain(typed);
        if code.is_empty() {
            return Err(DossierCodeError::Empty);
        }
        if !code.contains('.') && code.len() >= 10 {
            return Err(DossierCodeError::MissingDots);
        }
        let parts: Vec<&str> = code.split('-').collect();
        let [agency, day, serial] = parts.as_slice() else {
            return Err(DossierCodeError::MissingDashes);
        };
        let groups: Vec<&str> = agency.split('.').collect();
        let old = match groups.as_slice() {
            [fourth, third, second, top] => {
                is_digits(fourth, 3) && is_digits(third, 2) && is_digits(second, 2) && is_top(top)
            }
            [top, second, third] if is_top(top) => {
                let group = |text: &str, lengths: &[usize]| {
                    lengths.contains(&text.len())
                        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
                };
                if !group(second, &[2, 3]) || !group(third, &[2]) {
                    return Err(DossierCodeError::Agency);
                }
                false
            }
            _ => return Err(DossierCodeError::Agency),
        };
        if groups.len() == 4 && !old {
            return Err(DossierCodeError::Agency);
        }
        let day = read_day(day).ok_or(DossierCodeError::Day)?;
        if !serial.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DossierCodeError::Serial);
        }
        let (regime, owner, serial) = match (old, serial.len()) {
            (true, 4) => (CodeRegime::Agency2018, None, *serial),
            (false, 4) => (CodeRegime::Agency2025, None, *serial),
            (false, 6..=10) => {
                let (owner, rest) = serial.split_at(2);
                // A serial over four digits has no zero in front: one code, one spelling.
                if rest.len() > 4 && rest.starts_with('0') {
                    return Err(DossierCodeError::Serial);
                }
                (CodeRegime::Central2026, owner.parse().ok(), rest)
            }
            _ => return Err(DossierCodeError::Serial),
        };
        let serial = serial.parse().map_err(|_| DossierCodeError::Serial)?;
        Self::build(regime, (*agency).to_owned(), day, owner, serial)
    }

    /// Reads a code that lost its dots and dashes, if what is left is one of these agencies', a day and a serial.
    #[must_use]
    pub fn by_letters(typed: &str, agencies: impl Iterator<Item = AgencyCode>) -> Option<Self> {
        let bare = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|it| it.to_ascii_uppercase()).collect()
        };
        let typed = bare(typed);
        agencies.into_iter().find_map(|it| {
            let all = [CodeRegime::Agency2025, CodeRegime::Agency2018, CodeRegime::Central2026];
            all.into_iter().find_map(|regime| {
                let agency = agency_of(regime, &it).ok()?;
                let (day, serial) = typed.strip_prefix(&bare(&agency))?.split_at_checked(6)?;
                let found = Self::parse(&format!("{agency}-{day}-{serial}")).ok()?;
                (found.regime == regime).then_some(found)
            })
        })
    }

    /// The rule by which it is written.
    #[must_use]
    pub const fn regime(&self) -> CodeRegime {
        self.regime
    }

    /// The agency's part, in the order of the rule.
    #[must_use]
    pub fn agency(&self) -> &str {
        &self.agency
    }

    /// The day of receipt.
    #[must_use]
    pub const fn day(&self) -> Date {
        self.day
    }

    /// The serial of that day.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// The owner of the central system.
    #[must_use]
    pub const fn owner(&self) -> Option<u8> {
        self.owner
    }
}

impl std::fmt::Display for DossierCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = (self.day.year() % 100, self.day.month(), self.day.day());
        write!(f, "{}-{year:02}{month:02}{day:02}-", self.agency)?;
        if let Some(owner) = self.owner {
            write!(f, "{owner:02}")?;
        }
        write!(f, "{:04}", self.serial)
    }
}

/// The agency's part of a code: the whole old form, or the top and exactly two groups.
fn agency_of(regime: CodeRegime, agency: &AgencyCode) -> Result<String, DossierCodeError> {
    if regime == CodeRegime::Agency2018 {
        return Ok(agency.right_to_left()?);
    }
    let turned = agency.left_to_right();
    let groups: Vec<&str> = turned.split('.').collect();
    match groups.as_slice() {
        [top] => Ok(format!("{top}.00.00")),
        [top, second] => Ok(format!("{top}.{second}.00")),
        [top, second, third] if third.len() == 2 => Ok(format!("{top}.{second}.{third}")),
        _ => Err(DossierCodeError::Agency),
    }
}

fn read_day(digits: &str) -> Option<Date> {
    if !is_digits(digits, 6) {
        return None;
    }
    let year: i16 = digits.get(..2)?.parse().ok()?;
    let month = digits.get(2..4)?.parse().ok()?;
    let day = digits.get(4..)?.parse().ok()?;
    Date::new(2000 + year, month, day).ok()
}
