//! The numbers under which a body issues results: none is given twice in a year.
//!
//! A number with letters in it (`15/UBND`) is one of the body's; one without (`15`, `15/2026`) counts
//! within the book of its procedure, since each book begins at 1. Zeros before it change nothing.

use domain::{
    ids::{DossierId, ProcedureId, UnitId},
    text,
    workflow::Series,
};
use store::{Fault, Tx};

use super::sql::numbers::{self as sql, Sought, Ways};

/// Digits to which a number may be filled up with zeros.
const WIDTHS: [usize; 4] = [1, 2, 3, 4];
/// Numbers that are tried in a row before no proposal is made.
const TRIES: usize = 200;
/// Numbers typed by hand that a series passes over in a row.
const PASSED_MAX: usize = 2_000;
/// A number above this was mistyped: what is proposed does not go on from it.
const COUNTED_MAX: i64 = 999_999;

/// Where a number is given.
#[derive(Debug, Clone, Copy)]
pub struct Numbering {
    /// The body that issues.
    pub body: UnitId,
    /// For which procedure.
    pub procedure: ProcedureId,
    /// In which year.
    pub year: i16,
    /// The dossier that is to have it; its own earlier results do not stand in its way.
    pub own: Option<DossierId>,
}

/// The digits at the head of a number and what follows them; the digits may be none.
fn parts(number: &str) -> (&str, &str) {
    let end = number.find(|it: char| !it.is_ascii_digit()).unwrap_or(number.len());
    number.split_at_checked(end).unwrap_or(("", number))
}

/// The ways of writing a number, with and without zeros before it, and as it is.
pub(super) fn ways(number: &str) -> Ways {
    let (head, rest) = parts(number);
    let [a, b, c, d] = match head.parse::<u64>() {
        Ok(it) => WIDTHS.map(|width| format!("{it:0width$}{rest}")),
        Err(_) => WIDTHS.map(|_| number.to_owned()),
    };
    [a, b, c, d, number.to_owned()]
}

fn is_bare(number: &str) -> bool {
    !number.chars().any(char::is_alphabetic)
}

impl Numbering {
    /// What `question` says of a number; nothing of none.
    fn ask<T: Default>(
        &self,
        number: &str,
        question: impl FnOnce(&Sought<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let key = text::fold(number);
        if key.trim().is_empty() {
            return Ok(T::default());
        }
        let (keys, written) = (ways(&key), ways(number));
        let procedure = is_bare(&key).then_some(self.procedure);
        let (body, year, own) = (self.body, self.year, self.own);
        question(&Sought { body, procedure, year, own, keys: &keys, written: &written })
    }

    /// The dossier that issued under the number already: its code.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn holder(&self, tx: &mut Tx<'_>, number: &str) -> Result<Option<String>, Fault> {
        self.ask(number, |it| sql::holder(tx, it))
    }

    /// Whether nobody issued under it, and nobody wrote it for a member of a group that waits for its number:
    /// such a draft keeps nobody from giving it, but it is not proposed to others.
    fn is_free(&self, tx: &mut Tx<'_>, number: &str) -> Result<bool, Fault> {
        let held = self.holder(tx, number)?.is_some();
        Ok(!held && !self.ask(number, |it| sql::is_drafted(tx, it))?)
    }

    fn series(&self, number: &str) -> String {
        let (_, rest) = parts(number);
        let book = if is_bare(number) { format!("#{}", self.procedure) } else { String::new() };
        format!("issued:{}:{}:{}{book}", self.body, self.year, text::fold(rest))
    }

    /// Keeps that the number is given now. Whoever gives one of the same series in the same moment waits,
    /// and must ask [`Self::holder`] afterwards.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn give(&self, tx: &mut Tx<'_>, number: &str) -> Result<(), Fault> {
        let value = parts(number).0.parse().ok().filter(|it| *it <= COUNTED_MAX);
        sql::came_to(tx, &self.series(number), value.unwrap_or(0))
    }

    /// The next number that is free, written like `like`; nothing if that does not begin with a digit.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn next_like(&self, tx: &mut Tx<'_>, like: &str) -> Result<Option<String>, Fault> {
        let (digits, rest) = parts(like);
        if digits.is_empty() {
            return Ok(None);
        }
        let counted = digits.parse::<i64>().ok().filter(|it| *it <= COUNTED_MAX);
        let (least, width) = counted.map_or((1, 1), |it| (it, digits.len()));
        let written = |number: i64| format!("{number:0width$}{rest}");
        let come = Some(sql::come_to(tx, &self.series(like))?).filter(|it| *it <= COUNTED_MAX);
        let come = come.unwrap_or(0);
        // How far it came says nothing if that number was taken back.
        let stands = !Self { own: None, ..*self }.is_free(tx, &written(come))?;
        let from = least.max(if stands { come.saturating_add(1) } else { 1 });
        for number in (from..).take(TRIES) {
            let number = written(number);
            if self.is_free(tx, &number)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// The next free number, written as the body wrote the last one for this procedure and outcome; nothing
    /// if it wrote none yet.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn proposed(&self, tx: &mut Tx<'_>, outcome: &str) -> Result<Option<String>, Fault> {
        let Some((last, on)) = sql::last(tx, self.body, self.procedure, outcome)? else {
            return Ok(None);
        };
        let (digits, rest) = parts(&last);
        if digits.is_empty() {
            return Ok(None);
        }
        if on.year() == self.year {
            return self.next_like(tx, &last);
        }
        // A new year begins at 1, and may stand in the number itself.
        let rest = rest.replace(&format!("/{}", on.year()), &format!("/{}", self.year));
        self.next_like(tx, &format!("{:0width$}{rest}", 1, width = digits.len().min(2)))
    }

    /// The first number of a series of a workflow that nobody has, from `next` on, which gives the numbers.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn of_series(
        &self,
        tx: &mut Tx<'_>,
        series: &Series,
        mut next: impl FnMut(&mut Tx<'_>) -> Result<i64, Fault>,
    ) -> Result<(i64, String), Fault> {
        for _ in 0..PASSED_MAX {
            let number = next(tx)?;
            let written = series.written(self.year, number);
            // One that was typed by hand before is passed over.
            if self.holder(tx, &written)?.is_none() {
                return Ok((number, written));
            }
        }
        Err(Fault::Broken(format!("the series {} finds no number that is free", series.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_apart() {
        assert_eq!(parts("15/UBND"), ("15", "/UBND"));
        assert_eq!(parts("QĐ-7"), ("", "QĐ-7"));
        assert_eq!(parts("015"), ("015", ""));
        assert!(is_bare("15/2026") && !is_bare("15/2026/CT"));
    }

    #[test]
    fn a_number_is_sought_as_it_was_typed_too() {
        assert!(ways("00015/X").contains(&"00015/X".to_owned()));
        assert!(ways("00015/X").contains(&"15/X".to_owned()));
        assert!(ways("QĐ-7").iter().all(|it| it == "QĐ-7"));
    }
}
