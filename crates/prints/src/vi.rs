//! Dates, numbers and money as a Vietnamese office writes them.

use jiff::civil::{Date, DateTime};

/// `10/02/2026`.
#[must_use]
pub fn short_date(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// `08:30 10/02/2026`, for narrow columns.
#[must_use]
pub fn short_time(at: DateTime) -> String {
    format!("{:02}:{:02} {}", at.hour(), at.minute(), short_date(at.date()))
}

/// `ngày 10 tháng 02 năm 2026`: days below ten and the months 1 and 2 take a leading nought.
///
/// Law: NĐ 30/2020 Phụ lục I mục 4.
#[must_use]
pub fn long_date(date: Date) -> String {
    let month = date.month();
    let month = if month < 3 { format!("{month:02}") } else { month.to_string() };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

/// `08 giờ 30 phút, ngày 10 tháng 02 năm 2026`.
#[must_use]
pub fn long_time(at: DateTime) -> String {
    format!("{:02} giờ {:02} phút, {}", at.hour(), at.minute(), long_date(at.date()))
}

/// `1.250.000`: thousands parted by dots.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// `50.000 đ`.
#[must_use]
pub fn money(dong: i64) -> String {
    format!("{} đ", grouped(dong))
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

fn digit(value: u64) -> &'static str {
    usize::try_from(value).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or("")
}

/// Three digits; `full` says the noughts in front too, as after a higher group.
fn group_in_words(value: u64, full: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, ones) = (value / 100, value / 10 % 10, value % 10);
    if hundreds > 0 || full {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && (hundreds > 0 || full) => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (1.., 5) => words.push("lăm"),
        (2.., 4) => words.push("tư"),
        _ => words.push(digit(ones)),
    }
}

/// Says `value` below a milliard in thousands and millions.
fn below_milliard(value: u64, mut full: bool, words: &mut Vec<&'static str>) {
    for (size, name) in [(1_000_000, "triệu"), (1_000, "nghìn"), (1, "")] {
        let group = value / size % 1_000;
        if group == 0 {
            continue;
        }
        group_in_words(group, full, words);
        if !name.is_empty() {
            words.push(name);
        }
        full = true;
    }
}

fn in_words(value: u64, full: bool, words: &mut Vec<&'static str>) {
    let (milliards, rest) = (value / 1_000_000_000, value % 1_000_000_000);
    if milliards > 0 {
        in_words(milliards, full, words);
        words.push("tỷ");
    }
    if rest > 0 {
        below_milliard(rest, full || milliards > 0, words);
    }
}

/// A number in words, for example `một triệu hai trăm năm mươi nghìn`.
#[must_use]
pub fn number_in_words(number: i64) -> String {
    let mut words = Vec::new();
    if number < 0 {
        words.push("âm");
    }
    if number == 0 {
        words.push("không");
    }
    in_words(number.unsigned_abs(), false, &mut words);
    words.join(" ")
}

/// An amount in words with a capital, for example `Năm mươi nghìn đồng`.
#[must_use]
pub fn money_in_words(dong: i64) -> String {
    let words = format!("{} đồng", number_in_words(dong));
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
