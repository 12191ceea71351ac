//! SQL of sealed sheets and of sheets that are being entered. No query here knows what a sheet says.

use domain::ids::SurveyId;
use site::{Site, random_hex};
use store::{Fault, Param, Tx};

use crate::secrets;

/// Puts a sealed sheet in.
pub fn insert(tx: &mut Tx<'_>, survey: SurveyId, sealed: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into survey_answer (id, survey, sealed, mixed) values (?1, ?2, ?3, 0)",
        &[random_hex(16).into(), survey.0.into(), sealed.into()],
    )?;
    Ok(())
}

/// Every sealed sheet of a survey.
pub fn sealed(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select sealed from survey_answer where survey = ?1 order by id",
        &[survey.0.into()],
    )?;
    rows.iter().map(|it| it.get(0)).collect()
}

/// Whether sheets came since they were mixed last.
pub fn is_unmixed(tx: &mut Tx<'_>, survey: SurveyId) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from survey_answer where survey = ?1 and mixed = 0",
        &[survey.0.into()],
    )?;
    Ok(count > 0)
}

/// Makes every sheet anew: another number, another sealing, another order; and touches every invitation, so that the
/// engine's own marks on rows (PostgreSQL's `xmin` and `ctid`) are the same for all. What came together is not to be
/// seen afterwards.
pub fn mix(site: &Site, tx: &mut Tx<'_>, survey: SurveyId) -> Result<(), Fault> {
    let mut params: Vec<(String, String)> = Vec::new();
    for text in sealed(tx, survey)? {
        let sheet = secrets::open_sheet(site, survey, &text)?;
        params.push((random_hex(16), secrets::close_sheet(site, survey, &sheet)?));
    }
    params.sort();
    tx.execute("delete from survey_answer where survey = ?1", &[survey.0.into()])?;
    let mut flat: Vec<Param> = Vec::with_capacity(params.len() * 4);
    for (id, sealed) in params {
        flat.extend::<[Param; 4]>([id.into(), survey.0.into(), sealed.into(), true.into()]);
    }
    tx.insert_rows("insert into survey_answer (id, survey, sealed, mixed) values", "", 4, &flat)?;
    tx.execute("update survey_invitation set state = state where survey = ?1", &[survey.0.into()])?;
    Ok(())
}

/// Nothing that anybody said is kept of a survey that was given up.
pub fn forget(tx: &mut Tx<'_>, survey: SurveyId) -> Result<(), Fault> {
    tx.execute("delete from survey_answer where survey = ?1", &[survey.0.into()])?;
    Ok(())
}

/// A sheet of paper that is being entered.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Sealed.
    pub first: String,
    /// Sealed; empty until then.
    pub second: String,
    /// The accounts that have read it: the first, and the second once there is one.
    pub by: (i64, Option<i64>),
}

/// What was entered of somebody's sheet.
pub fn entry(tx: &mut Tx<'_>, survey: SurveyId, frame_id: &str) -> Result<Option<Entry>, Fault> {
    let row = tx.query_one(
        "select first, second, first_by, second_by from survey_entry where survey = ?1 and frame_id = ?2",
        &[survey.0.into(), frame_id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Entry { first: row.get(0)?, second: row.get(1)?, by: (row.get(2)?, row.get(3)?) }))
}

/// A sheet of paper that is being entered, without what it says.
#[derive(Debug, Clone)]
pub struct Entering {
    pub frame_id: String,
    /// The accounts that have read it: the first, and the second once there is one.
    pub by: (i64, Option<i64>),
}

/// The sheets that are being entered.
pub fn entries(tx: &mut Tx<'_>, survey: SurveyId) -> Result<Vec<Entering>, Fault> {
    let rows = tx.query(
        "select frame_id, first_by, second_by from survey_entry where survey = ?1 order by frame_id",
        &[survey.0.into()],
    )?;
    rows.iter()
        .map(|it| Ok(Entering { frame_id: it.get(0)?, by: (it.get(1)?, it.get(2)?) }))
        .collect()
}

/// The first reading.
pub fn enter_first(
    tx: &mut Tx<'_>,
    survey: SurveyId,
    frame_id: &str,
    sealed: &str,
) -> Result<(), Fault> {
    let by = tx.by();
    tx.execute(
        "insert into survey_entry (survey, frame_id, way, first, first_by, second, second_by)
         values (?1, ?2, 'paper', ?3, ?4, '', null)",
        &[survey.0.into(), frame_id.into(), sealed.into(), by.into()],
    )?;
    Ok(())
}

/// The second reading, which is not the first one's.
pub fn enter_second(
    tx: &mut Tx<'_>,
    survey: SurveyId,
    frame_id: &str,
    sealed: &str,
) -> Result<(), Fault> {
    let by = tx.by();
    tx.execute(
        "update survey_entry set second = ?3, second_by = ?4 where survey = ?1 and frame_id = ?2",
        &[survey.0.into(), frame_id.into(), sealed.into(), by.into()],
    )?;
    Ok(())
}

/// Nothing is read of a sheet any more: what was read goes, if anything was.
pub fn leave(tx: &mut Tx<'_>, survey: SurveyId, frame_id: &str) -> Result<(), Fault> {
    tx.execute(
        "delete from survey_entry where survey = ?1 and frame_id = ?2",
        &[survey.0.into(), frame_id.into()],
    )?;
    Ok(())
}
