//! Numbers of results at the desk: what is typed must be free, what a series gives is.

use domain::{
    dossier::{Event, Outcome, What},
    workflow::Series,
};
use jiff::civil::DateTime;
use site::{Failure, at_once::BookNumber};
use store::{Fault, Tx};

use super::{Desk, DeskError, Intake, OnDesk, course::series_at_once, no};
use crate::{
    dossiers::sql::{self, party},
    procedures::facts as procedures,
    results::facts::Numbering,
};

/// The series of a body's letters of apology. No series of a workflow is called so: a name begins with a
/// letter there.
const APOLOGIES: &str = "#TXL";

/// How the number of a letter of apology is written.
fn apology_written(number: i64) -> String {
    format!("{number:02}/TXL-UBND")
}

/// Why a number cannot be given; nothing if it can.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn taken(
    tx: &mut Tx<'_>,
    numbering: Numbering,
    number: &str,
) -> Result<Option<DeskError>, Fault> {
    let Some(code) = numbering.holder(tx, number)? else { return Ok(None) };
    let next = numbering.next_like(tx, number)?;
    let next = next.map_or_else(String::new, |it| format!(" Số kế tiếp còn trống: {it}."));
    Ok(Some(DeskError::NumberTaken { number: number.to_owned(), code, next }))
}

/// Gives a number, or says who has it.
///
/// # Errors
/// [`Failure::Refused`] if the body has given it in this year.
pub(super) fn claim(tx: &mut Tx<'_>, numbering: Numbering, number: &str) -> Result<(), Failure> {
    // First the lock, then the question.
    numbering.give(tx, number)?;
    match taken(tx, numbering, number)? {
        Some(why) => Err(no(&why)),
        None => Ok(()),
    }
}

/// How a number that a book gives stands in the register of results: plain, or with its volume where the
/// body gave the plain one by hand before. The book has it and cannot give another.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn of_book(
    tx: &mut Tx<'_>,
    numbering: Numbering,
    number: &BookNumber,
) -> Result<String, Fault> {
    // First the lock, then the question.
    numbering.give(tx, &number.written)?;
    let is_taken = numbering.holder(tx, &number.written)?.is_some();
    Ok(if is_taken { number.full.clone() } else { number.written.clone() })
}

impl OnDesk {
    /// [`of_book`] for the result of this dossier.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn number_of_book(&self, tx: &mut Tx<'_>, number: &BookNumber) -> Result<String, Fault> {
        of_book(tx, self.numbering(tx.now().civil()), number)
    }

    /// Where its result is numbered.
    #[must_use]
    pub fn numbering(&self, now: DateTime) -> Numbering {
        Numbering {
            body: self.kept.body,
            procedure: self.version.procedure,
            year: now.year(),
            own: Some(self.kept.id),
        }
    }

    /// Why its result cannot have this number: another dossier of the body has it. Nothing if it can.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn number_taken(&self, tx: &mut Tx<'_>, number: &str) -> Result<Option<DeskError>, Fault> {
        taken(tx, self.numbering(tx.now().civil()), number)
    }

    /// The next free number for its result, as the body wrote the last one; nothing if it wrote none.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn proposed_number(&self, tx: &mut Tx<'_>) -> Result<Option<String>, Fault> {
        let outcome = self.kept.dossier.outcome.unwrap_or(Outcome::Granted);
        self.numbering(tx.now().civil()).proposed(tx, outcome.code())
    }

    /// The number that it was given before in a series, unless somebody has it by now.
    fn given_in(
        &self,
        tx: &mut Tx<'_>,
        series: &Series,
        now: DateTime,
    ) -> Result<Option<String>, Fault> {
        let given = sql::series_given(tx, &series.name, now.year(), self.kept.id)?;
        let Some(given) = given else { return Ok(None) };
        let written = series.written(now.year(), given);
        let held = self.numbering(now).holder(tx, &written)?.is_some();
        Ok((!held).then_some(written))
    }

    /// Its number in a series: the one that it was given before, else the next that nobody has.
    pub(super) fn number_in(
        &self,
        tx: &mut Tx<'_>,
        series: &Series,
        now: DateTime,
    ) -> Result<String, Fault> {
        let (body, year, id) = (self.kept.body, now.year(), self.kept.id);
        if let Some(given) = self.given_in(tx, series, now)? {
            return Ok(given);
        }
        let next = |tx: &mut Tx<'_>| sql::series_taken(tx, body, &series.name, year.into());
        let (number, written) = self.numbering(now).of_series(tx, series, next)?;
        sql::keep_series_number(tx, body, &series.name, year.into(), number, id)?;
        Ok(written)
    }

    /// The number that a series would give it.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn next_of_series(
        &self,
        tx: &mut Tx<'_>,
        series: &Series,
        now: DateTime,
    ) -> Result<String, Fault> {
        if let Some(given) = self.given_in(tx, series, now)? {
            return Ok(given);
        }
        let mut next = sql::series_next(tx, self.kept.body, &series.name, now.year())?;
        let count = |_: &mut Tx<'_>| {
            let number = next;
            next += 1;
            Ok(number)
        };
        Ok(self.numbering(now).of_series(tx, series, count)?.1)
    }

    /// Numbers the apology that goes out with an event, in the body's own series of the year. A dossier has one.
    pub(super) fn number_apology(&self, tx: &mut Tx<'_>, event: &Event) -> Result<(), Fault> {
        if !matches!(event.what, What::Extend { .. }) {
            return Ok(());
        }
        let (body, year, id) = (self.kept.body, event.at.civil().year(), self.kept.id);
        if sql::series_given(tx, APOLOGIES, year, id)?.is_none() {
            let number = sql::series_taken(tx, body, APOLOGIES, year.into())?;
            sql::keep_series_number(tx, body, APOLOGIES, year.into(), number, id)?;
        }
        Ok(())
    }

    /// The number of the apology that went out in a year; nothing if none did, or before letters were numbered.
    pub(in crate::dossiers) fn apology_number(
        &self,
        tx: &mut Tx<'_>,
        year: i16,
    ) -> Result<Option<String>, Fault> {
        Ok(sql::series_given(tx, APOLOGIES, year, self.kept.id)?.map(apology_written))
    }

    /// The number that its apology would bear if it went out now.
    pub(in crate::dossiers) fn next_apology_number(
        &self,
        tx: &mut Tx<'_>,
    ) -> Result<String, Fault> {
        let year = tx.now().civil().year();
        Ok(match self.apology_number(tx, year)? {
            Some(given) => given,
            None => apology_written(sql::series_next(tx, self.kept.body, APOLOGIES, year)?),
        })
    }

    /// Gives the numbers of an event that issues: the dossier's and, of a group, each member's.
    pub(super) fn claim_numbers(&self, tx: &mut Tx<'_>, event: &Event) -> Result<(), Failure> {
        let number = match &event.what {
            What::Number { number, .. } | What::FinishCorrection { number, .. } => number,
            What::SettleOnTheSpot { number: Some(number), .. } => number,
            _ => return Ok(()),
        };
        let numbering = self.numbering(event.at.civil());
        claim(tx, numbering, number)?;
        // What is corrected later has its members' numbers from the day when it was issued.
        if !matches!(event.what, What::Number { .. }) {
            return Ok(());
        }
        for it in party::members(tx, self.kept.id)? {
            if !it.number.is_empty() {
                claim(tx, numbering, &it.number)?;
            }
        }
        Ok(())
    }
}

/// Why what is settled at the counter in one go cannot have the number that was typed; nothing if it can, or
/// if a series of the workflow gives the number anyway.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be received there.
pub fn typed_number_taken(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    intake: &Intake,
    number: &str,
) -> Result<Option<DeskError>, Failure> {
    let day = intake.received_at.date();
    let office = desk.office(intake.unit).ok_or_else(|| no(&DeskError::NotHere))?;
    let version = procedures::in_force(tx, &intake.procedure, day)?
        .ok_or_else(|| no(&DeskError::NoProcedure { code: intake.procedure.clone() }))?;
    let (_, course) = procedures::workflow_for(tx, &version.body, office.tier, day)?;
    if series_at_once(&course).is_some() {
        return Ok(None);
    }
    let (procedure, year) = (version.procedure, tx.now().civil().year());
    Ok(taken(tx, Numbering { body: office.body, procedure, year, own: None }, number)?)
}
