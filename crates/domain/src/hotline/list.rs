//! A list of calls as an exchange writes it: letters, columns, times, words for answered and missed.

use std::collections::HashSet;

use jiff::civil::{Date, DateTime, Time};
use unicode_normalization::UnicodeNormalization as _;

use super::CallKind;
use crate::text::fold;

/// Rows of a list at most.
pub const ROWS_MAX: usize = 5_000;
/// Columns that are looked at.
const COLUMNS_MAX: usize = 40;

/// The letters of a file, whatever it was written in: UTF-8 with or without a mark, UTF-16 with one, else
/// Windows-1258.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            rest.chunks_exact(2).filter_map(|it| <[u8; 2]>::try_from(it).ok()).map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    let text = if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        wide(rest, u16::from_le_bytes)
    } else if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        wide(rest, u16::from_be_bytes)
    } else {
        let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(plain) {
            Ok(it) => it.to_owned(),
            Err(_) => plain.iter().map(|it| vietnamese(*it)).collect(),
        }
    };
    text.nfc().collect()
}

/// A letter of Windows-1258; its five tones stand behind their vowel.
const fn vietnamese(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x85 => '…',
        0x91 => '‘',
        0x92 => '’',
        0x93 => '“',
        0x94 => '”',
        0x96 => '–',
        0x97 => '—',
        0xc3 => 'Ă',
        0xcc => '\u{300}',
        0xd0 => 'Đ',
        0xd2 => '\u{309}',
        0xd5 => 'Ơ',
        0xdd => 'Ư',
        0xde => '\u{303}',
        0xe3 => 'ă',
        0xec => '\u{301}',
        0xf0 => 'đ',
        0xf2 => '\u{323}',
        0xf5 => 'ơ',
        0xfd => 'ư',
        0xfe => '₫',
        other => other as char,
    }
}

/// The rows of a table of text, with their line numbers: the sign that stands most often in the first line parts it.
#[must_use]
pub fn rows_of(text: &str) -> Vec<(usize, Vec<String>)> {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.chars().filter(|it| *it == sign).count();
    let sign = ['\t', ';', ','].into_iter().max_by_key(|it| count(*it)).unwrap_or(',');
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut begun) = (false, 1, 1);
    let mut letters = text.chars().peekable();
    while let Some(it) = letters.next() {
        match it {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            '\n' => {
                line += 1;
                if quoted {
                    cell.push('\n');
                    continue;
                }
                row.push(std::mem::take(&mut cell).trim().to_owned());
                rows.push((begun, std::mem::take(&mut row)));
                begun = line;
            }
            '\r' if !quoted => {}
            it if it == sign && !quoted => {
                if row.len() < COLUMNS_MAX {
                    row.push(std::mem::take(&mut cell).trim().to_owned());
                }
            }
            it => cell.push(it),
        }
    }
    if !cell.trim().is_empty() || !row.is_empty() {
        row.push(cell.trim().to_owned());
        rows.push((begun, row));
    }
    rows.retain(|(_, cells)| cells.iter().any(|it| !it.is_empty()));
    rows
}

/// Which column holds what, from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns {
    /// Day and time, or the day alone.
    pub at: Option<usize>,
    /// The time, if it stands apart.
    pub time: Option<usize>,
    /// The number that called.
    pub caller: Option<usize>,
    /// The number that was called.
    pub called: Option<usize>,
    /// Whether somebody answered.
    pub kind: Option<usize>,
    /// For how long was spoken.
    pub length: Option<usize>,
}

impl Columns {
    /// What headings let one guess.
    #[must_use]
    pub fn guessed(heads: &[String]) -> Self {
        let folded: Vec<String> = heads.iter().map(|it| fold(it)).collect();
        let find = |words: &[&str]| {
            folded.iter().position(|it| words.iter().any(|word| it.contains(word)))
        };
        let at = find(&["thoi gian", "ngay", "date", "start"]);
        Self {
            at,
            time: folded
                .iter()
                .position(|it| it == "gio" || it == "time")
                .filter(|it| Some(*it) != at),
            caller: find(&["so goi den", "nguoi goi", "so goi", "caller", "source", "from", "src"]),
            called: find(&[
                "so nhan",
                "may nhan",
                "so bi goi",
                "dich",
                "callee",
                "destination",
                "dst",
                "to",
            ]),
            kind: find(&["trang thai", "ket qua", "status", "disposition", "loai"]),
            length: find(&["thoi luong", "so giay", "duration", "billsec"]),
        }
    }
}

/// A call as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The line of the file.
    pub line: usize,
    /// When, in Viet Nam.
    pub at: DateTime,
    /// The number that called, digits alone; empty if it was hidden.
    pub caller: String,
    /// The number that was called, digits alone; empty if the list does not say.
    pub called: String,
    /// Whether somebody answered.
    pub kind: CallKind,
    /// Seconds that were spoken; 0 if unknown.
    pub seconds: i64,
}

/// What a list comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its calls.
    pub calls: Vec<Listed>,
    /// Line and what is wrong with it.
    pub wrong: Vec<(usize, String)>,
    /// Lines that tell of the same call again.
    pub twice: usize,
}

/// The digits of a telephone number: `+84` and `84` become `0`.
#[must_use]
pub fn digits_of(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_abroad = text.trim_start().starts_with('+') || digits.len() > 10;
    match digits.strip_prefix("84") {
        Some(rest) if is_abroad && rest.len() >= 9 => format!("0{rest}"),
        _ => digits,
    }
}

fn date_of(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split(['/', '-', '.']);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (day, month, year) = if one.len() == 4 { (three, two, one) } else { (one, two, three) };
    let year: i16 = year.parse().ok()?;
    let year = if year < 100 { year + 2000 } else { year };
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok().filter(|it| it.year() >= 2000)
}

fn time_of(text: &str) -> Option<Time> {
    let folded = text.to_lowercase();
    let (clock, after_noon) = match folded.strip_suffix("pm").or_else(|| folded.strip_suffix("ch"))
    {
        Some(rest) => (rest.trim(), Some(true)),
        None => match folded.strip_suffix("am").or_else(|| folded.strip_suffix("sa")) {
            Some(rest) => (rest.trim(), Some(false)),
            None => (folded.trim(), None),
        },
    };
    let mut parts = clock.split([':', 'h', 'g']).map(str::trim).filter(|it| !it.is_empty());
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next().unwrap_or("0").parse().ok()?;
    let second: i8 =
        parts.next().map_or("0", |it| it.split('.').next().unwrap_or("0")).parse().ok()?;
    let hour = match after_noon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// A day and a time in one cell, in either order.
fn moment_of(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_matches('"');
    let (one, other) = text.split_once([' ', 'T', ','])?;
    let (one, other) = (one.trim_matches([',', ' ']), other.trim_matches([',', ' ']));
    let read = |date: &str, time: &str| Some(date_of(date)?.to_datetime(time_of(time)?));
    read(one, other).or_else(|| read(other, one))
}

/// Seconds of `75`, `1:15`, `00:01:15`.
fn seconds_of(text: &str) -> i64 {
    text.split(':')
        .try_fold(0_i64, |sum, it| {
            let part: i64 = it.trim().parse().ok()?;
            sum.checked_mul(60)?.checked_add(part)
        })
        .filter(|it| (0..=86_400).contains(it))
        .unwrap_or(0)
}

fn kind_of(text: &str, seconds: i64) -> Option<CallKind> {
    let folded = fold(text);
    let has = |words: &[&str]| words.iter().any(|it| folded.contains(it));
    let missed = [
        "nho",
        "khong tra loi",
        "khong nghe",
        "miss",
        "no answer",
        "noanswer",
        "busy",
        "ban",
        "fail",
        "cancel",
    ];
    if has(&missed) {
        return Some(CallKind::Missed);
    }
    if has(&[
        "da nghe",
        "nghe may",
        "tra loi",
        "answer",
        "thanh cong",
        "success",
        "ok",
        "connected",
    ]) {
        return Some(CallKind::Answered);
    }
    text.trim().is_empty().then_some(if seconds > 0 {
        CallKind::Answered
    } else {
        CallKind::Missed
    })
}

/// Reads the rows below the headings.
#[must_use]
pub fn read(rows: &[(usize, Vec<String>)], columns: &Columns) -> Read {
    let mut read = Read::default();
    let mut seen = HashSet::new();
    for (line, cells) in rows {
        let cell = |at: Option<usize>| at.and_then(|it| cells.get(it)).map_or("", String::as_str);
        let when = match columns.time {
            Some(_) => {
                let date = date_of(cell(columns.at)).zip(time_of(cell(columns.time)));
                date.map(|(date, time)| date.to_datetime(time))
            }
            None => moment_of(cell(columns.at)),
        };
        let Some(at) = when else {
            let text = "không đọc được ngày giờ; cần dạng 31/12/2026 08:30";
            read.wrong.push((*line, text.to_owned()));
            continue;
        };
        let seconds = seconds_of(cell(columns.length));
        let Some(kind) = kind_of(cell(columns.kind), seconds) else {
            let told: String = cell(columns.kind).chars().take(40).collect();
            read.wrong
                .push((*line, format!("không hiểu trạng thái “{told}”; cần đã nghe hoặc gọi nhỡ")));
            continue;
        };
        let (caller, called) = (digits_of(cell(columns.caller)), digits_of(cell(columns.called)));
        if caller.len() > 15 || called.len() > 15 {
            read.wrong.push((*line, "số điện thoại quá dài".to_owned()));
            continue;
        }
        if !seen.insert((called.clone(), at, caller.clone())) {
            read.twice += 1;
            continue;
        }
        read.calls.push(Listed { line: *line, at, caller, called, kind, seconds });
    }
    read
}
