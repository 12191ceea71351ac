//! Conditions and formulas: a small tree over answers. Nothing in it can loop or fail.
//!
//! An answer that is missing, hidden or wrong is *empty*. A comparison with something empty is
//! unknown, and so is what hangs on it; a field is shown, and a rule is broken, only by what is
//! known.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::value::{NUMBER_MAX, Value, Values};
use crate::text;

/// Something that holds, does not hold, or is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The answer is this code or text; of several that are chosen, one is.
    Is(String, String),
    /// The answer is one of these.
    In(String, Vec<String>),
    /// There is an answer.
    Filled(String),
    /// Less: numbers or dates.
    Lt(Term, Term),
    /// Less or the same.
    Le(Term, Term),
    /// More.
    Gt(Term, Term),
    /// More or the same.
    Ge(Term, Term),
    /// The same value.
    Same(Term, Term),
    /// Another value.
    Differs(Term, Term),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    /// The contrary.
    Not(Box<Condition>),
}

/// Something that has a value, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// An answer.
    Field(String),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// A day.
    Date(Date),
    /// The day on which it is judged.
    Today,
    /// The year of a day; of a date of which only the year is known as well.
    Year(Box<Term>),
    /// Full years from the first day to the second.
    Age(Box<Term>, Box<Term>),
    /// Days from the first day to the second.
    Days(Box<Term>, Box<Term>),
    /// The sum; what is empty counts nothing, unless all are.
    Add(Vec<Term>),
    /// The first less the second.
    Subtract(Box<Term>, Box<Term>),
    /// The product.
    Multiply(Box<Term>, Box<Term>),
    /// The sum of a column of a table.
    Sum(String, String),
    /// How many rows, choices or files.
    Count(String),
    /// Texts one after another, without the empty ones.
    Join {
        /// Which.
        terms: Vec<Term>,
        /// What stands between them.
        between: String,
    },
}

impl Condition {
    /// Whether it holds; nothing if that is unknown.
    pub(super) fn holds(&self, values: &Values<'_>) -> Option<bool> {
        match self {
            Self::Is(field, wanted) => Some(values.has(field, wanted)),
            Self::In(field, wanted) => Some(wanted.iter().any(|it| values.has(field, it))),
            Self::Filled(field) => Some(values.get(field).is_some()),
            Self::Lt(a, b) => compare(a, b, values).map(std::cmp::Ordering::is_lt),
            Self::Le(a, b) => compare(a, b, values).map(std::cmp::Ordering::is_le),
            Self::Gt(a, b) => compare(a, b, values).map(std::cmp::Ordering::is_gt),
            Self::Ge(a, b) => compare(a, b, values).map(std::cmp::Ordering::is_ge),
            Self::Same(a, b) => same(a, b, values),
            Self::Differs(a, b) => same(a, b, values).map(|it| !it),
            Self::All(all) => fold(all, values, false),
            Self::Any(any) => fold(any, values, true),
            Self::Not(it) => it.holds(values).map(|it| !it),
        }
    }

    /// Calls `see` with every condition in it, itself first.
    pub fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        match self {
            Self::All(many) | Self::Any(many) => many.iter().for_each(|it| it.walk(see)),
            Self::Not(it) => it.walk(see),
            _ => {}
        }
    }

    /// The terms that stand in it directly.
    #[must_use]
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Lt(a, b)
            | Self::Le(a, b)
            | Self::Gt(a, b)
            | Self::Ge(a, b)
            | Self::Same(a, b)
            | Self::Differs(a, b) => vec![a, b],
            _ => Vec::new(),
        }
    }
}

impl Term {
    /// Its value; nothing if it has none.
    pub(super) fn value(&self, values: &Values<'_>) -> Option<Value> {
        match self {
            Self::Field(field) => values.get(field).cloned(),
            Self::Number(it) => Some(Value::Number(*it)),
            Self::Text(it) => Some(Value::Text(it.clone())),
            Self::Date(it) => Some(Value::Date(*it)),
            Self::Today => Some(Value::Date(values.today)),
            Self::Year(of) => match of.value(values)? {
                Value::Date(it) => Some(Value::Number(i64::from(it.year()))),
                Value::Partial(year, _) => Some(Value::Number(i64::from(year))),
                _ => None,
            },
            Self::Age(from, to) => years(date(from, values)?, date(to, values)?).map(Value::Number),
            Self::Days(from, to) => {
                let (from, to) = (date(from, values)?, date(to, values)?);
                let days = from.until(to).ok()?.get_days();
                Some(Value::Number(i64::from(days)))
            }
            Self::Add(terms) => {
                let mut sum = None;
                for it in terms {
                    if let Some(Value::Number(it)) = it.value(values) {
                        sum = Some(bounded(i128::from(sum.unwrap_or(0)) + i128::from(it))?);
                    }
                }
                sum.map(Value::Number)
            }
            Self::Subtract(a, b) => {
                let (a, b) = (number(a, values)?, number(b, values)?);
                bounded(i128::from(a) - i128::from(b)).map(Value::Number)
            }
            Self::Multiply(a, b) => {
                let (a, b) = (number(a, values)?, number(b, values)?);
                bounded(i128::from(a) * i128::from(b)).map(Value::Number)
            }
            Self::Sum(table, column) => {
                let Some(Value::Rows(rows)) = values.get(table) else {
                    return Some(Value::Number(0));
                };
                let mut sum = 0;
                for row in rows {
                    if let Some(Value::Number(it)) = row.get(column) {
                        sum = bounded(i128::from(sum) + i128::from(*it))?;
                    }
                }
                Some(Value::Number(sum))
            }
            Self::Count(field) => {
                let count = match values.get(field) {
                    Some(Value::Rows(rows)) => rows.len(),
                    Some(Value::Many(many)) => many.len(),
                    _ => 0,
                };
                i64::try_from(count).ok().map(Value::Number)
            }
            Self::Join { terms, between } => {
                let words: Vec<String> =
                    terms.iter().map(|it| it.words(values)).filter(|it| !it.is_empty()).collect();
                (!words.is_empty()).then(|| Value::Text(words.join(between)))
            }
        }
    }

    /// Its value in words: dates as people write them, choices by their labels.
    fn words(&self, values: &Values<'_>) -> String {
        match self.value(values) {
            Some(Value::Text(code)) => match self {
                Self::Field(field) => values.label(field, &code),
                _ => code,
            },
            Some(Value::Number(it)) => it.to_string(),
            Some(Value::Date(it)) => text::date(it),
            Some(Value::Partial(year, Some(month))) => format!("{month:02}/{year:04}"),
            Some(Value::Partial(year, None)) => format!("{year:04}"),
            Some(Value::Many(many)) => match self {
                Self::Field(field) => {
                    many.iter().map(|it| values.label(field, it)).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            },
            Some(Value::Rows(_)) | None => String::new(),
        }
    }

    /// Calls `see` with every term in it, itself first.
    pub fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        match self {
            Self::Age(a, b) | Self::Days(a, b) | Self::Subtract(a, b) | Self::Multiply(a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Self::Year(of) => of.walk(see),
            Self::Add(terms) | Self::Join { terms, .. } => {
                terms.iter().for_each(|it| it.walk(see));
            }
            _ => {}
        }
    }
}

/// All or any: what decides is `decisive`.
fn fold(many: &[Condition], values: &Values<'_>, decisive: bool) -> Option<bool> {
    let mut unknown = false;
    for it in many {
        match it.holds(values) {
            Some(it) if it == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decisive)
}

fn compare(a: &Term, b: &Term, values: &Values<'_>) -> Option<std::cmp::Ordering> {
    match (a.value(values)?, b.value(values)?) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(&b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

fn same(a: &Term, b: &Term, values: &Values<'_>) -> Option<bool> {
    match (a.value(values)?, b.value(values)?) {
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::Date(a), Value::Date(b)) => Some(a == b),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        _ => None,
    }
}

fn date(term: &Term, values: &Values<'_>) -> Option<Date> {
    match term.value(values)? {
        Value::Date(it) => Some(it),
        _ => None,
    }
}

fn number(term: &Term, values: &Values<'_>) -> Option<i64> {
    match term.value(values)? {
        Value::Number(it) => Some(it),
        _ => None,
    }
}

/// A number that the browser can hold exactly, or none.
fn bounded(number: i128) -> Option<i64> {
    i64::try_from(number).ok().filter(|it| it.abs() <= NUMBER_MAX)
}

/// Full years from `from` to `to` (BLDS 2015 Đ.145, Đ.148); nothing if `to` comes first.
fn years(from: Date, to: Date) -> Option<i64> {
    let passed = (to.month(), to.day()) >= (from.month(), from.day());
    let years = i64::from(to.year()) - i64::from(from.year()) - i64::from(!passed);
    (from <= to).then_some(years)
}
