//! The QR on the citizen card (căn cước công dân), as a counter's scanner types it.

use jiff::civil::Date;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::{IdError, IdWarning, OldId, PersonalId, Sex};
use crate::{Refusal, text};

/// No card holds more; anything longer is not a card.
const TEXT_MAX: usize = 2_000;

/// The card's fields up to the residence.
const FIELDS_MIN: usize = 6;

/// Surnames that are never written without marks, folded: their bare form is damage.
const MARKED_SURNAMES: [&str; 18] = [
    "bui", "dang", "dao", "dinh", "do", "doan", "hoang", "le", "luong", "luu", "ngo", "nguyen",
    "pham", "tran", "trinh", "truong", "vo", "vu",
];

/// Why a scan cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CardQrError {
    /// Nothing like a card.
    #[error("Đây không phải mã QR của thẻ căn cước.")]
    NotACard,
    /// Cut off on the way.
    #[error("Mã QR của thẻ căn cước bị thiếu phần cuối; hãy quét lại.")]
    Short,
    /// The number itself is wrong.
    #[error("Số định danh trong mã QR không đúng; hãy quét lại hoặc nhập tay.")]
    Number(#[from] IdError),
    /// No name in it.
    #[error("Mã QR không có họ tên; hãy quét lại hoặc nhập tay.")]
    NoName,
}

impl Refusal for CardQrError {}

/// Something that the official must compare with the card in his hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardWarning {
    /// The keyboard's Vietnamese input has eaten letters of the name.
    NameDamaged,
    /// The same for the residence.
    AddressDamaged,
    /// The date of birth is no date.
    BirthDate,
    /// The date of issue is no date.
    IssueDate,
    /// Neither Nam nor Nữ.
    Sex,
    /// The old number is not nine digits.
    OldNumber,
    /// The number disagrees with the rest of the card.
    Number(IdWarning),
}

impl std::fmt::Display for CardWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NameDamaged => f.write_str(
                "Họ tên có thể bị bộ gõ làm sai; hãy tắt bộ gõ tiếng Việt rồi quét lại, \
                 hoặc sửa theo thẻ.",
            ),
            Self::AddressDamaged => {
                f.write_str("Nơi cư trú có thể bị bộ gõ làm sai; hãy sửa theo thẻ.")
            }
            Self::BirthDate => {
                f.write_str("Ngày sinh trong mã QR không đọc được; hãy nhập theo thẻ.")
            }
            Self::IssueDate => {
                f.write_str("Ngày cấp trong mã QR không đọc được; hãy nhập theo thẻ.")
            }
            Self::Sex => f.write_str("Giới tính trong mã QR không đọc được; hãy nhập theo thẻ."),
            Self::OldNumber => f.write_str("Số chứng minh cũ trong mã QR không đọc được."),
            Self::Number(warning) => warning.fmt(f),
        }
    }
}

/// What the card says.
#[derive(Clone, PartialEq, Eq)]
pub struct CardQr {
    /// Số định danh.
    pub number: PersonalId,
    /// Số chứng minh nhân dân cũ, if the holder had one.
    pub old_number: Option<OldId>,
    /// Họ tên, in composed letters.
    pub name: String,
    /// Ngày sinh.
    pub born_on: Option<Date>,
    /// Giới tính.
    pub sex: Option<Sex>,
    /// Nơi thường trú as printed; names of places are those of the day of issue.
    pub residence: String,
    /// Ngày cấp.
    pub issued_on: Option<Date>,
    /// What to compare with the card.
    pub warnings: Vec<CardWarning>,
}

impl CardQr {
    /// Does typed text begin like a card: twelve digits and a bar?
    #[must_use]
    pub fn looks_like(typed: &str) -> bool {
        let text = clean(typed);
        let mut bytes = text.bytes();
        bytes.by_ref().take(12).filter(u8::is_ascii_digit).count() == 12
            && bytes.next() == Some(b'|')
    }

    /// Reads the text of a scan: `number|old number|name|ddMMyyyy|sex|residence|ddMMyyyy`.
    ///
    /// Closing CR, LF and TAB go; fields after the seventh are ignored (the card of 2024 has
    /// more); a damaged name, an unreadable date or sex is a warning, so that one bad letter
    /// does not cost the whole scan.
    ///
    /// # Errors
    /// [`CardQrError`] when it is no card, is cut off, or has no usable number or name.
    pub fn read(typed: &str) -> Result<Self, CardQrError> {
        if typed.len() > TEXT_MAX || !Self::looks_like(typed) {
            return Err(CardQrError::NotACard);
        }
        let mut fields = clean(typed).split('|');
        if fields.clone().count() < FIELDS_MIN {
            return Err(CardQrError::Short);
        }
        let mut next = || fields.next().unwrap_or_default();
        let mut warnings = Vec::new();

        let number = PersonalId::parse(next())?;
        let old = next().trim();
        let old_number = OldId::parse(old).ok();
        if old_number.is_none() && !old.is_empty() {
            warnings.push(CardWarning::OldNumber);
        }
        let name = plain(next());
        if !name.chars().any(char::is_alphabetic) {
            return Err(CardQrError::NoName);
        }
        if is_damaged_name(&name) {
            warnings.push(CardWarning::NameDamaged);
        }
        let born_on = read_date(next());
        if born_on.is_none() {
            warnings.push(CardWarning::BirthDate);
        }
        let sex = Sex::read(next());
        if sex.is_none() {
            warnings.push(CardWarning::Sex);
        }
        let residence = plain(next());
        if has_wrong_letters(&residence, true) {
            warnings.push(CardWarning::AddressDamaged);
        }
        let issued = next().trim();
        let issued_on = read_date(issued);
        if issued_on.is_none() && !issued.is_empty() {
            warnings.push(CardWarning::IssueDate);
        }
        warnings.extend(number.check(sex, born_on).into_iter().map(CardWarning::Number));
        Ok(Self { number, old_number, name, born_on, sex, residence, issued_on, warnings })
    }
}

impl std::fmt::Debug for CardQr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardQr")
            .field("number", &self.number)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

fn clean(typed: &str) -> &str {
    typed.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}')
}

fn plain(field: &str) -> String {
    let visible: String = field.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text::tidy(&visible)
}

fn read_date(field: &str) -> Option<Date> {
    let digits = field.trim();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let day = digits.get(..2)?.parse().ok()?;
    let month = digits.get(2..4)?.parse().ok()?;
    let year: i16 = digits.get(4..)?.parse().ok()?;
    let date = Date::new(year, month, day).ok()?;
    (1850..=2200).contains(&year).then_some(date)
}

/// Letters and marks that no Vietnamese text has: a wrong code page leaves `º`, `»`, `?` or `�`.
fn has_wrong_letters(value: &str, is_address: bool) -> bool {
    let belongs = |c: char| match c {
        'đ' | 'Đ' | ' ' | '\'' | '’' | '-' | '.' => true,
        '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => true,
        '\u{302}' | '\u{306}' | '\u{31b}' => true,
        ',' | '/' | '(' | ')' | ':' | ';' | '"' | '–' | '0'..='9' => is_address,
        other => other.is_ascii_alphabetic(),
    };
    !value.nfd().all(belongs)
}

fn is_damaged_name(name: &str) -> bool {
    if has_wrong_letters(name, false) || mojibake(name) {
        return true;
    }
    let folded = text::words(name);
    let bare = !text::has_marks(name);
    let bare_surname =
        bare && folded.first().is_some_and(|word| MARKED_SURNAMES.contains(&word.as_str()));
    // What Telex leaves when it has not been able to apply a key, or what no syllable ends with.
    let leftover = |word: &String| {
        let vowel = |b: &u8| b"aeiouy".contains(b);
        let letters = word.as_bytes();
        let lone_y = letters.windows(3).any(|three| match three {
            [before, b'y', after] => !vowel(before) && !vowel(after),
            _ => false,
        });
        lone_y
            || !letters.iter().any(vowel)
            || word.ends_with(['s', 'x', 'r', 'f', 'j', 'w', 'z'])
            || ["aa", "ee", "dd", "w", "f", "j", "z"].iter().any(|odd| word.contains(odd))
    };
    bare_surname || folded.iter().any(leftover)
}

/// UTF-8 read as Latin-1: `Ã` or `Æ` inside a word, or an ordinary letter followed by `º`, `»`.
fn mojibake(name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    letters.windows(2).any(|pair| {
        matches!(pair, [before, 'Ã' | 'Â' | 'Ä' | 'Æ'] if before.is_lowercase())
            || matches!(pair, ['Ã' | 'Â' | 'Ä' | 'Æ', after]
                if !after.is_alphabetic() && *after != ' ')
    })
}
