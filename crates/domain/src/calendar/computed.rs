//! Holidays of a year for which no document is out: what the law gives, marked provisional.
//!
//! BLLĐ 2012 Đ.115 (ten days) until the end of 2020, BLLĐ 2019 Đ.112 (eleven) since. The
//! Prime Minister fixes the days around Tết and the second day of Quốc khánh each year;
//! until he does, the usual split stands here.

use jiff::{ToSpan as _, civil::Date};

use super::{CalendarEntry, DayKind, EntryState};
use crate::{hours::is_rest_day, law::Versions, lunar};

/// Days around Quốc khánh by the labour code in force.
fn national_days() -> Versions<&'static [(i8, i8)]> {
    Versions::new(vec![
        (Date::constant(2013, 5, 1), &[(9, 2)][..]),
        (Date::constant(2021, 1, 1), &[(9, 1), (9, 2)][..]),
    ])
}

fn sources() -> Versions<&'static str> {
    Versions::new(vec![
        (Date::constant(2013, 5, 1), "Bộ luật Lao động 2012 Điều 110, 115 (tạm tính)"),
        (Date::constant(2021, 1, 1), "Bộ luật Lao động 2019 Điều 111, 112 (tạm tính)"),
    ])
}

/// The holidays of `year` as the law gives them, with compensation for those that fall on a
/// day of rest.
#[must_use]
pub fn year(year: i16) -> Vec<CalendarEntry> {
    let Ok(first) = Date::new(year, 1, 1) else { return Vec::new() };
    let source = sources().on(first).copied().unwrap_or("");
    let fixed = |month, day| Date::new(year, month, day).ok();
    let mut named: Vec<(Date, &str)> = Vec::new();
    named.push((first, "Tết Dương lịch"));
    if let Some(tet) = lunar::tet(year) {
        named.extend((-1..=3).filter_map(|it| {
            tet.checked_add(i64::from(it).days()).ok().map(|day| (day, "Tết Nguyên đán"))
        }));
    }
    named.extend(lunar::gio_to(year).map(|day| (day, "Giỗ Tổ Hùng Vương")));
    named.extend(fixed(4, 30).map(|day| (day, "Ngày Chiến thắng 30/4")));
    named.extend(fixed(5, 1).map(|day| (day, "Ngày Quốc tế lao động 1/5")));
    for (month, day) in national_days().on(first).copied().unwrap_or(&[]) {
        named.extend(fixed(*month, *day).map(|day| (day, "Quốc khánh")));
    }
    named.sort_unstable();
    named.dedup_by_key(|(day, _)| *day);
    let taken: Vec<Date> = named.iter().map(|(day, _)| *day).collect();
    let mut entries: Vec<(Date, String)> = Vec::new();
    for (day, name) in named {
        entries.push((day, name.to_owned()));
        if is_rest_day(day) {
            let mut next = day;
            while let Ok(tomorrow) = next.tomorrow() {
                next = tomorrow;
                let free = !taken.contains(&next) && !entries.iter().any(|(it, _)| *it == next);
                if free && !is_rest_day(next) {
                    entries.push((next, format!("Nghỉ bù {name}")));
                    break;
                }
            }
        }
    }
    entries.sort();
    entries
        .into_iter()
        .map(|(date, reason)| CalendarEntry {
            date,
            kind: DayKind::Off,
            reason,
            source: source.to_owned(),
            decided_on: None,
            state: EntryState::Provisional,
        })
        .collect()
}
