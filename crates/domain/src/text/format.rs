//! How dates, numbers and money look on every page.

use jiff::civil::{Date, DateTime, Time, Weekday};

use crate::lang::Lang;

/// `"thứ Ba"`; Sunday is `"Chủ nhật"`.
#[must_use]
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "thứ Hai",
        Weekday::Tuesday => "thứ Ba",
        Weekday::Wednesday => "thứ Tư",
        Weekday::Thursday => "thứ Năm",
        Weekday::Friday => "thứ Sáu",
        Weekday::Saturday => "thứ Bảy",
        Weekday::Sunday => "Chủ nhật",
    }
}

/// A day of the week in either language of the citizens' pages.
#[must_use]
pub const fn weekday_in(day: Weekday, english: bool) -> &'static str {
    match day {
        _ if !english => weekday(day),
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// `"10/02/2026"`.
#[must_use]
pub fn date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// `"ngày 10 tháng 02 năm 2026"`, as papers write it: a zero only before days under 10 and
/// months under 3 (NĐ 30/2020/NĐ-CP, Phụ lục I).
#[must_use]
pub fn long_date(day: Date) -> String {
    let month = if day.month() < 3 { format!("0{}", day.month()) } else { day.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", day.day(), day.year())
}

/// `"08:30"`.
#[must_use]
pub fn time_of_day(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `"08:30, thứ Ba 10/02/2026"`.
#[must_use]
pub fn date_time(at: DateTime) -> String {
    format!("{}, {} {}", time_of_day(at.time()), weekday(at.weekday()), date(at.date()))
}

/// A day as its reader cannot take for another: `"10/02/2026"` as Viet Nam writes it, `"10 February 2026"` in English,
/// where figures alone would be read either way round.
#[must_use]
pub fn date_in(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => date(day),
        Lang::En => format!("{} {} {:04}", day.day(), month(day.month()), day.year()),
    }
}

/// `"08:30, thứ Ba 10/02/2026"`, `"08:30, Tuesday 10 February 2026"`.
#[must_use]
pub fn date_time_in(at: DateTime, lang: Lang) -> String {
    let weekday = weekday_in(at.weekday(), lang == Lang::En);
    format!("{}, {weekday} {}", time_of_day(at.time()), date_in(at.date(), lang))
}

/// The English name of a month.
const fn month(number: i8) -> &'static str {
    match number {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

/// A whole number in groups of three: `"-1.234.567"`.
#[must_use]
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        grouped.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

/// A scaled number with a comma: `decimal(12345, 1)` gives `"1.234,5"`; closing zeros go.
#[must_use]
pub fn decimal(scaled: i64, places: u32) -> String {
    let Some(unit) = 10_u64.checked_pow(places) else { return number(scaled) };
    let (whole, rest) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    let sign = if scaled < 0 { "-" } else { "" };
    let whole = number(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let width = usize::try_from(places).unwrap_or_default();
    let digits = format!("{rest:0width$}");
    format!("{sign}{whole},{}", digits.trim_end_matches('0'))
}

/// `"50.000 đ"`.
#[must_use]
pub fn money(dong: i64) -> String {
    format!("{} đ", number(dong))
}

/// `"50.000 đ"`, `"50,000 VND"`.
#[must_use]
pub fn money_in(dong: i64, lang: Lang) -> String {
    match lang {
        Lang::Vi => money(dong),
        Lang::En => format!("{} VND", number(dong).replace('.', ",")),
    }
}

/// Basis points as a share: `percent(7520)` gives `"75,2%"`.
#[must_use]
pub fn percent(basis_points: i64) -> String {
    format!("{}%", decimal(basis_points, 2))
}

/// A part of a whole to one decimal, halves up; a dash when there is nothing to divide by.
#[must_use]
pub fn percent_of(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (part * 2_000 + whole) / (whole * 2);
    format!("{}%", decimal(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
}

/// Minutes of office time as people say them: `"4 giờ 30 phút"`, `"0 giờ"`.
#[must_use]
pub fn hours(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} giờ"),
        (0, minutes) => format!("{minutes} phút"),
        (hours, minutes) => format!("{hours} giờ {minutes} phút"),
    }
}
