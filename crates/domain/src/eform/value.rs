//! Answers read: what was typed becomes a value, or it is said why not.

use std::collections::BTreeMap;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::{Answer, Bound, Cells, Field, Kind};
use crate::{
    identity::{Email, IdError, IdPaper, PersonalId, Phone},
    text,
};

/// Whether a text is written as people's names are: letters, spaces, and the few signs between them.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || matches!(c, ' ' | '\'' | '’' | '-' | '.');
    text.chars().all(fits) && text.chars().any(char::is_alphabetic)
}

/// The largest number that a browser holds exactly: 2^53 - 1.
pub const NUMBER_MAX: i64 = 9_007_199_254_740_991;
/// The largest number that can be typed.
const TYPED_MAX: i64 = 999_999_999_999;
/// Nobody who comes to an office was born before, and nothing holds beyond.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2199;
/// Characters at most where a form says nothing else.
const TEXT_MAX: i64 = 200;
const LONG_TEXT_MAX: i64 = 2_000;
const NAME_MAX: i64 = 100;
const PLACE_MAX: i64 = 200;
/// Files of one field at most where a form says nothing else.
pub(super) const FILES_MAX: i64 = 5;

/// An answer that reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Date(Date),
    /// A year, and a month if it is known.
    Partial(i16, Option<i8>),
    Many(Vec<String>),
    Rows(Vec<BTreeMap<String, Value>>),
}

/// Values under the codes of their fields; what is empty is not there.
pub(super) struct Values<'a> {
    pub today: Date,
    pub of: BTreeMap<&'a str, Value>,
    pub fields: BTreeMap<&'a str, &'a Field>,
}

impl Values<'_> {
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.of.get(field)
    }

    /// Whether the answer is `wanted`, or one of several is.
    pub fn has(&self, field: &str, wanted: &str) -> bool {
        match self.of.get(field) {
            Some(Value::Text(it)) => it == wanted,
            Some(Value::Many(many)) => many.iter().any(|it| it == wanted),
            _ => false,
        }
    }

    /// What people read where `code` is stored.
    pub fn label(&self, field: &str, code: &str) -> String {
        let Some(it) = self.fields.get(field) else { return code.to_owned() };
        match (it.kind, it.option(code), code) {
            (_, Some(option), _) => option.label.clone(),
            (Kind::YesNo, _, "yes") => "Có".to_owned(),
            (Kind::YesNo, _, "no") => "Không".to_owned(),
            _ => code.to_owned(),
        }
    }
}

/// Why an answer does not read: where in the field, which message, which number in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What follows the field's code in the path: `""`, `".unit"`, `".2.ten"`.
    pub at: String,
    pub code: &'static str,
    pub number: Option<i64>,
}

fn wrong(code: &'static str) -> Wrong {
    Wrong { at: String::new(), code, number: None }
}

fn wrong_by(code: &'static str, number: i64) -> Wrong {
    Wrong { number: Some(number), ..wrong(code) }
}

/// A value and the answer as it is kept; nothing if it is empty.
pub(super) type Read = Result<Option<(Value, Answer)>, Vec<Wrong>>;

/// Letters that nobody sees: they turn the writing round, or make two names look alike.
const fn is_unseen(it: char) -> bool {
    matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// One line, composed, spaces tidied, without what nobody sees.
fn line(typed: &str) -> String {
    let seen: String = typed
        .chars()
        .filter(|it| !is_unseen(*it))
        .map(|it| if it.is_control() { ' ' } else { it })
        .collect();
    text::tidy(&seen)
}

/// Several lines, each tidied; empty ones at both ends go.
fn lines(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    let tidied: Vec<String> = typed.split('\n').map(line).collect();
    tidied.join("\n").trim_matches('\n').to_owned()
}

fn chars(text: &str) -> i64 {
    i64::try_from(text.nfc().count()).unwrap_or(i64::MAX)
}

/// Reads the answer to `field`; `today` is what dates are held against.
pub(super) fn read(field: &Field, answer: Option<&Answer>, today: Date) -> Read {
    let Some(answer) = answer else { return Ok(None) };
    let shape = || Err(vec![wrong("shape")]);
    match (field.kind, answer) {
        (Kind::Note | Kind::Computed, _) => Ok(None),
        (Kind::MultipleChoice, Answer::Many(many)) => one(choices(field, many)),
        (Kind::File, Answer::Many(many)) => one(files(field, many)),
        (Kind::Table, Answer::Rows(given)) => rows(field, given, today),
        // Nothing in brackets is nothing, whatever it is nothing of.
        (Kind::Table | Kind::MultipleChoice | Kind::File, Answer::Text(it)) if it.is_empty() => {
            Ok(None)
        }
        (Kind::Table, Answer::Many(many)) if many.is_empty() => Ok(None),
        (Kind::Table | Kind::MultipleChoice | Kind::File, _) => shape(),
        (Kind::Address, Answer::Place(it)) => place(field, it),
        (Kind::Address, Answer::Text(it)) if it.is_empty() => Ok(None),
        (Kind::Address, _) => shape(),
        (_, Answer::Text(typed)) => {
            let read = one_line(field, typed, today).map_err(|it| vec![it])?;
            Ok(read.map(|(value, kept)| (value, Answer::Text(kept))))
        }
        (_, _) => shape(),
    }
}

/// Whether `text` is an answer to `field` on any day.
pub(super) fn reads(field: &Field, text: &str) -> bool {
    let free = Field { bound: None, ..field.clone() };
    let answer = Answer::Text(text.to_owned());
    matches!(read(&free, Some(&answer), Date::ZERO), Ok(Some(_)))
}

fn one(read: Result<Option<Vec<String>>, Wrong>) -> Read {
    let read = read.map_err(|it| vec![it])?;
    Ok(read.map(|many| (Value::Many(many.clone()), Answer::Many(many))))
}

/// Reads what is one text: all kinds but tables, addresses, files and several choices.
fn one_line(field: &Field, typed: &str, today: Date) -> Result<Option<(Value, String)>, Wrong> {
    let tidied = if field.kind == Kind::LongText { lines(typed) } else { line(typed) };
    if tidied.is_empty() {
        return Ok(None);
    }
    let (value, kept) = match field.kind {
        Kind::Text => (Value::Text(within(field, &tidied, TEXT_MAX)?), tidied),
        Kind::LongText => (Value::Text(within(field, &tidied, LONG_TEXT_MAX)?), tidied),
        Kind::PersonName => {
            if !is_name(&tidied) {
                return Err(wrong("name"));
            }
            (Value::Text(within(field, &tidied, NAME_MAX)?), tidied)
        }
        Kind::Date => {
            let date = date(&tidied).ok_or_else(|| wrong("date"))?;
            bounded(field, (date, date), today)?;
            (Value::Date(date), date.to_string())
        }
        Kind::PartialDate => partial(field, &tidied, today)?,
        Kind::PersonalId => {
            let it = PersonalId::parse(&tidied).map_err(id_wrong)?.reveal().to_owned();
            (Value::Text(it.clone()), it)
        }
        Kind::IdPaper => {
            let it = IdPaper::parse(&tidied).map_err(paper_wrong)?.reveal().to_owned();
            (Value::Text(it.clone()), it)
        }
        Kind::Phone => {
            let it = Phone::parse(&tidied).map_err(|_| wrong("phone"))?.reveal().to_owned();
            (Value::Text(it.clone()), it)
        }
        Kind::Email => {
            let it = Email::parse(&tidied).map_err(|_| wrong("email"))?.reveal().to_owned();
            (Value::Text(it.clone()), it)
        }
        Kind::Integer => number(field, &tidied, "number", i64::MIN)?,
        Kind::Money => {
            let bare = ["đồng", "đ", "VND", "vnd"].iter().find_map(|it| tidied.strip_suffix(it));
            number(field, bare.unwrap_or(&tidied), "money", 0)?
        }
        Kind::YesNo if matches!(tidied.as_str(), "yes" | "no") => {
            (Value::Text(tidied.clone()), tidied)
        }
        Kind::Choice if field.option(&tidied).is_some() => (Value::Text(tidied.clone()), tidied),
        Kind::YesNo | Kind::Choice => return Err(wrong("option")),
        Kind::Address
        | Kind::MultipleChoice
        | Kind::Table
        | Kind::File
        | Kind::Note
        | Kind::Computed => return Err(wrong("shape")),
    };
    Ok(Some((value, kept)))
}

fn within(field: &Field, text: &str, most: i64) -> Result<String, Wrong> {
    let count = chars(text);
    let most = field.max.unwrap_or(most);
    let least = field.min.unwrap_or(0);
    if count > most {
        return Err(wrong_by("too_long", most));
    }
    if count < least {
        return Err(wrong_by("too_short", least));
    }
    Ok(text.to_owned())
}

const fn id_wrong(error: IdError) -> Wrong {
    let (code, number) = match error {
        IdError::Length { found } => ("id_length", Some(found as i64)),
        IdError::Impossible => ("id_impossible", None),
        _ => ("id_digits", None),
    };
    Wrong { at: String::new(), code, number }
}

const fn paper_wrong(error: IdError) -> Wrong {
    match error {
        IdError::Impossible => id_wrong(error),
        _ => Wrong { at: String::new(), code: "id_paper", number: None },
    }
}

/// Digits only, at most `most` of them.
fn digits(text: &str, most: usize) -> Option<i64> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn year(text: &str) -> Option<i16> {
    let year = i16::try_from(digits(text, 4).filter(|_| text.len() == 4)?).ok()?;
    YEARS.contains(&year).then_some(year)
}

fn small(text: &str) -> Option<i8> {
    i8::try_from(digits(text, 2)?).ok()
}

/// `31/12/1990`, `31-12-1990`, `1990-12-31`; `31121990`, as the keypad of a telephone has no strokes.
fn date(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text.get(range);
        return Date::new(year(part(4..8)?)?, small(part(2..4)?)?, small(part(0..2)?)?).ok();
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let &[first, month, last] = parts.as_slice() else { return None };
    let (day, year_text) = if first.len() == 4 { (last, first) } else { (first, last) };
    Date::new(year(year_text)?, small(month)?, small(day)?).ok()
}

fn bounded(field: &Field, (first, last): (Date, Date), today: Date) -> Result<(), Wrong> {
    match field.bound {
        Some(Bound::Past) if first > today => Err(wrong("date_past")),
        Some(Bound::Future) if last < today => Err(wrong("date_future")),
        _ => Ok(()),
    }
}

fn partial(field: &Field, text: &str, today: Date) -> Result<(Value, String), Wrong> {
    let no = || wrong("partial_date");
    if let Some(day) = date(text) {
        bounded(field, (day, day), today)?;
        return Ok((Value::Date(day), day.to_string()));
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let (year, month) = match *parts.as_slice() {
        [only] => (year(only).ok_or_else(no)?, None),
        [a, b] => {
            let (month, year_text) = if a.len() == 4 { (b, a) } else { (a, b) };
            let month = small(month).filter(|it| (1..=12).contains(it)).ok_or_else(no)?;
            (year(year_text).ok_or_else(no)?, Some(month))
        }
        _ => return Err(no()),
    };
    let first = Date::new(year, month.unwrap_or(1), 1).map_err(|_| no())?;
    let last = Date::new(year, month.unwrap_or(12), 1).map_err(|_| no())?.last_of_month();
    bounded(field, (first, last), today)?;
    let kept = month.map_or_else(|| format!("{year:04}"), |it| format!("{year:04}-{it:02}"));
    Ok((Value::Partial(year, month), kept))
}

/// A whole number as people write it: `1500`, `1 500`, or with a dot before each three digits.
fn number(
    field: &Field,
    typed: &str,
    code: &'static str,
    floor: i64,
) -> Result<(Value, String), Wrong> {
    let bare: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let (sign, body) = bare.strip_prefix('-').map_or((1, bare.as_str()), |rest| (-1, rest));
    let groups: Vec<&str> = body.split('.').collect();
    let fits = match groups.as_slice() {
        [_] => true,
        [first, rest @ ..] => first.len() <= 3 && rest.iter().all(|it| it.len() == 3),
        [] => false,
    };
    let number =
        digits(&groups.concat(), 15).filter(|_| fits && groups.iter().all(|it| !it.is_empty()));
    let number = number.ok_or_else(|| wrong(code))? * sign;
    let least = field.min.unwrap_or(floor).max(-TYPED_MAX);
    let most = field.max.unwrap_or(TYPED_MAX);
    if number < least {
        return Err(wrong_by("too_small", least));
    }
    if number > most {
        return Err(wrong_by("too_large", most));
    }
    Ok((Value::Number(number), number.to_string()))
}

fn choices(field: &Field, many: &[String]) -> Result<Option<Vec<String>>, Wrong> {
    if many.iter().any(|it| field.option(it).is_none()) {
        return Err(wrong("option"));
    }
    let of = field.options.iter().map(|it| it.code.clone());
    let chosen: Vec<String> = of.filter(|it| many.contains(it)).collect();
    let count = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
    match (field.min, field.max) {
        _ if chosen.is_empty() => Ok(None),
        (Some(least), _) if count < least => Err(wrong_by("choices_min", least)),
        (_, Some(most)) if count > most => Err(wrong_by("choices_max", most)),
        _ => Ok(Some(chosen)),
    }
}

fn files(field: &Field, many: &[String]) -> Result<Option<Vec<String>>, Wrong> {
    let kept: Vec<String> = many.iter().map(|it| line(it)).filter(|it| !it.is_empty()).collect();
    let most = field.max.unwrap_or(FILES_MAX);
    if i64::try_from(kept.len()).unwrap_or(i64::MAX) > most {
        return Err(wrong_by("files_max", most));
    }
    if kept.iter().any(|it| chars(it) > TEXT_MAX) {
        return Err(wrong("shape"));
    }
    Ok((!kept.is_empty()).then_some(kept))
}

fn place(field: &Field, given: &super::Place) -> Read {
    let (unit, detail) = (line(&given.unit), line(&given.detail));
    let most = field.max.unwrap_or(PLACE_MAX);
    let mut mistakes = Vec::new();
    let mut tell = |at: &str, code, number| {
        mistakes.push(Wrong { at: format!(".{at}"), code, number });
    };
    if unit.is_empty() && detail.is_empty() {
        return Ok(None);
    }
    if unit.is_empty() || !unit.contains(',') {
        tell("unit", "place_unit", None);
    } else if chars(&unit) > most {
        tell("unit", "too_long", Some(most));
    }
    if chars(&detail) > most {
        tell("detail", "too_long", Some(most));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let kept = super::Place { unit, detail };
    Ok(Some((Value::Text(kept.line()), Answer::Place(kept))))
}

fn rows(field: &Field, given: &[Cells], today: Date) -> Read {
    let mut mistakes = Vec::new();
    let (mut values, mut kept) = (Vec::new(), Vec::new());
    for (number, row) in (1..).zip(given) {
        let text = |column: &Field| row.get(&column.code).map_or("", String::as_str);
        if field.columns.iter().all(|it| line(text(it)).is_empty()) {
            continue;
        }
        let (mut of, mut cells) = (BTreeMap::new(), Cells::new());
        for column in &field.columns {
            let at = format!(".{number}.{}", column.code);
            match one_line(column, text(column), today) {
                Ok(Some((value, cell))) => {
                    of.insert(column.code.clone(), value);
                    cells.insert(column.code.clone(), cell);
                }
                Ok(None) if column.required => mistakes.push(Wrong { at, ..wrong("required") }),
                Ok(None) => {}
                Err(it) => mistakes.push(Wrong { at, ..it }),
            }
        }
        values.push(of);
        kept.push(cells);
    }
    let count = i64::try_from(kept.len()).unwrap_or(i64::MAX);
    let (least, most) = (field.min.unwrap_or(0), field.max.unwrap_or(super::ROWS_MAX));
    if count > most {
        mistakes.push(wrong_by("rows_max", most));
    } else if count > 0 && count < least {
        mistakes.push(wrong_by("rows_min", least));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok((count > 0).then_some((Value::Rows(values), Answer::Rows(kept))))
}
