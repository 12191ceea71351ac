//! People who do not exist, for the demo: names by their real frequency, numbers by the rules.
//!
//! Pure and deterministic: the caller gives the random stream, so the same seed
//! makes the same people on every machine.

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::Deserialize;

use crate::identity::{PersonalId, Phone, Sex};

/// A word and how often it is drawn.
#[derive(Debug, Clone, Deserialize)]
pub struct Weighted {
    /// The word.
    pub text: String,
    /// Its weight within its list.
    pub weight: u32,
}

/// How often a name has no middle part, out of a hundred.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct NoMiddle {
    /// Of men.
    pub male: u32,
    /// Of women.
    pub female: u32,
}

/// The frequencies that `data/names.json` holds.
#[derive(Debug, Clone, Deserialize)]
pub struct NameData {
    /// Họ.
    pub surnames: Vec<Weighted>,
    /// Tên đệm nam.
    pub middle_male: Vec<Weighted>,
    /// Tên đệm nữ.
    pub middle_female: Vec<Weighted>,
    /// Tên nam.
    pub given_male: Vec<Weighted>,
    /// Tên nữ.
    pub given_female: Vec<Weighted>,
    /// How often there is no middle name.
    pub no_middle_percent: NoMiddle,
    /// The first three digits of mobile numbers.
    pub mobile_prefixes: Vec<String>,
    /// Province codes of birth registration.
    pub province_codes: Vec<Weighted>,
    /// Xóm, bản.
    pub villages: Vec<Weighted>,
}

/// Somebody who does not exist.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Họ tên.
    pub name: String,
    /// Giới tính.
    pub sex: Sex,
    /// Ngày sinh.
    pub born_on: Date,
    /// Số định danh; agrees with sex and year.
    pub number: PersonalId,
    /// Số điện thoại.
    pub phone: Phone,
    /// `"Xóm 3, xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"`.
    pub address: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The age of the people that are wanted, in full years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ages {
    /// The youngest.
    pub from: i16,
    /// The oldest.
    pub to: i16,
}

impl Ages {
    /// People who come to a counter for themselves.
    pub const ADULT: Self = Self { from: 18, to: 82 };
    /// People who work in an office.
    pub const OFFICIAL: Self = Self { from: 24, to: 60 };
}

impl NameData {
    /// Draws a person who lives in `place` ("xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An").
    ///
    /// `stream` gives evenly spread numbers; the same numbers give the same person. `today` is the
    /// day on which the ages hold. Nothing when a list of the data is empty.
    pub fn person(
        &self,
        stream: &mut impl FnMut() -> u64,
        today: Date,
        ages: Ages,
        place: &str,
    ) -> Option<Person> {
        let sex = if below(stream(), 100) < 50 { Sex::Male } else { Sex::Female };
        let (middles, givens, bare) = match sex {
            Sex::Male => (&self.middle_male, &self.given_male, self.no_middle_percent.male),
            Sex::Female => (&self.middle_female, &self.given_female, self.no_middle_percent.female),
        };
        let surname = draw(&self.surnames, stream())?;
        let has_middle = below(stream(), 100) >= u64::from(bare);
        let middle = draw(middles, stream())?;
        let given = draw(givens, stream())?;
        // "Lê Thị Thị", "Trần Minh Minh": nobody is called so.
        let repeats = middle.split(' ').any(|word| word == given) || middle == surname;
        let name = if has_middle && !repeats {
            format!("{surname} {middle} {given}")
        } else {
            format!("{surname} {given}")
        };
        let born_on = self.birth(stream, today, ages)?;
        let number = self.number(stream, sex, born_on)?;
        let at = usize::try_from(below(stream(), self.mobile_prefixes.len() as u64)).ok()?;
        let prefix = self.mobile_prefixes.get(at)?;
        let phone = Phone::parse(&format!("{prefix}{:07}", 1 + below(stream(), 9_999_998))).ok()?;
        let village = draw(&self.villages, stream())?;
        let address = format!("{village}, {place}");
        Some(Person { name, sex, born_on, number, phone, address })
    }

    fn birth(&self, stream: &mut impl FnMut() -> u64, today: Date, ages: Ages) -> Option<Date> {
        let span = |years: i16| jiff::Span::new().years(i64::from(years));
        let first = today.checked_sub(span(ages.to + 1)).ok()?.tomorrow().ok()?;
        let last = today.checked_sub(span(ages.from)).ok()?;
        let days = u64::try_from((last - first).get_days()).ok()? + 1;
        let after = i64::try_from(below(stream(), days)).ok()?;
        first.checked_add(jiff::Span::new().days(after)).ok()
    }

    /// Province, century and sex, year, six free digits. Law: NĐ 137/2015/NĐ-CP Đ.13.
    fn number(
        &self,
        stream: &mut impl FnMut() -> u64,
        sex: Sex,
        born_on: Date,
    ) -> Option<PersonalId> {
        let province = draw(&self.province_codes, stream())?;
        let century = (born_on.year() / 100 - 19) * 2 + i16::from(sex == Sex::Female);
        let year = born_on.year() % 100;
        let free = below(stream(), 1_000_000);
        PersonalId::parse(&format!("{province}{century}{year:02}{free:06}")).ok()
    }
}

/// An even number below a limit; nought for a limit of nought.
fn below(random: u64, limit: u64) -> u64 {
    u64::try_from((u128::from(random) * u128::from(limit)) >> 64).unwrap_or_default()
}

/// A word by its weight.
fn draw(list: &[Weighted], random: u64) -> Option<&str> {
    let total: u64 = list.iter().map(|word| u64::from(word.weight)).sum();
    let mut left = below(random, total);
    for word in list {
        let weight = u64::from(word.weight);
        if left < weight {
            return Some(&word.text);
        }
        left -= weight;
    }
    None
}
