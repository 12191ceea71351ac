//! Surveys for other slices and for the demo: the only door.

use domain::{
    ids::{SurveyId, UnitId},
    survey::form::{Answers, Form},
};
use jiff::civil::Date;
use site::{Failure, Site};
use store::{Fault, Tx};

use crate::{desk, forms, secrets, sql};
pub use crate::{
    desk::{SeedPlan, Taken, close, freeze, open, publish, seed as say_seed, void},
    sql::{Plan, Source, Survey},
};

/// What a survey found of a unit by one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitSurvey {
    /// The survey.
    pub survey: SurveyId,
    /// Its form's code, such as `SIPAS-X`.
    pub form: String,
    /// The unit.
    pub unit: UnitId,
    /// The day on which it closed.
    pub closed_on: Date,
    /// How many were asked.
    pub drawn: u64,
    /// Sheets that count.
    pub valid: u64,
    /// The index with strata weighed, in basis points; nothing where nobody answered.
    pub index_bp: Option<u64>,
    /// The interval of 95 %, in basis points.
    pub interval_bp: Option<(u64, u64)>,
    /// Whether there are sheets enough to score the unit by it.
    pub is_scored: bool,
}

/// What published surveys found of a unit by a form, the newest first: for the index.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_unit(tx: &mut Tx<'_>, unit: UnitId, form: &str) -> Result<Vec<UnitSurvey>, Fault> {
    let mut found = Vec::new();
    for it in sql::with_results(tx, 1_000)? {
        let (Some(closed_on), Some(_)) = (it.closed_on, it.published_on) else { continue };
        let kept = sql::forms::find(tx, it.form)?;
        if kept.is_none_or(|kept| kept.form.code != form) {
            continue;
        }
        let Some(results) = desk::results_of(&it)? else { continue };
        let of = results.units.iter().find(|it| it.unit == unit.0);
        found.extend(of.map(|of| UnitSurvey {
            survey: it.id,
            form: form.to_owned(),
            unit,
            closed_on,
            drawn: of.drawn,
            valid: of.valid,
            index_bp: of.index.map(|it| it.weighted_bp),
            interval_bp: of.index.map(|it| (it.low_bp, it.high_bp)),
            is_scored: of.scored,
        }));
    }
    Ok(found)
}

/// Brings in the forms that ship.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seed(tx: &mut Tx<'_>) -> Result<(), Fault> {
    forms::seed(tx)
}

/// The row of the shipped form with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn shipped_form(tx: &mut Tx<'_>, code: &str) -> Result<Option<i64>, Fault> {
    Ok(sql::forms::shipped(tx, code)?.map(|it| it.id))
}

/// The shipped form with this code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn form(tx: &mut Tx<'_>, code: &str) -> Result<Option<Form>, Fault> {
    Ok(sql::forms::shipped(tx, code)?.map(|it| it.form))
}

/// Sets a survey up.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn create(tx: &mut Tx<'_>, plan: &Plan) -> Result<SurveyId, Fault> {
    let id = sql::insert(tx, plan)?;
    tx.journal(store::journal::Entry::new(desk::SUBJECT, id.0, "create"));
    Ok(id)
}

/// A roll, sealed as [`Plan::roll`] wants it: group and name of each.
///
/// # Errors
/// Any [`Fault`] of the seal.
pub fn roll(site: &Site, people: &[(&str, &str)]) -> Result<String, Failure> {
    let listed: Vec<_> = people
        .iter()
        .map(|(group, name)| crate::frame::Listed {
            group: (*group).to_owned(),
            contact: secrets::Contact { name: (*name).to_owned(), ..secrets::Contact::default() },
        })
        .collect();
    crate::frame::close_roll(site, &listed)
}

/// The codes of those who are asked and have not answered: for the demo, which answers for its made-up people.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn codes(site: &Site, tx: &mut Tx<'_>, id: SurveyId) -> Result<Vec<String>, Fault> {
    let mut codes = Vec::new();
    for it in sql::people::invitations(tx, id, &["asked"], i64::MAX)? {
        codes.extend(desk::code_of(site, &it)?);
    }
    Ok(codes)
}

/// Takes a sheet as the page does.
///
/// # Errors
/// Any [`Failure`] of it.
pub fn take(
    site: &Site,
    tx: &mut Tx<'_>,
    code: &str,
    (answers, seconds): (&Answers, u32),
) -> Result<Taken, Failure> {
    let token = site::form::new_token();
    let sent = desk::Sent { code, token: &token, answers, seconds };
    desk::take(site, tx, &sent)
}
