//! What the workflow adds to a dossier: who takes part in its step, when it moves on by itself,
//! documents that were made, numbers that were given.

use domain::{
    dossier::Dossier,
    ids::{DossierId, UnitId},
    workflow::Way,
};
use jiff::civil::DateTime;
use store::{Fault, Param, Tx, journal::Entry};

use super::SUBJECT;

/// People who take part in a step, as the database compares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberKey {
    /// Unit and role.
    pub who: String,
    /// Folded title of the position; empty for any.
    pub title: String,
    /// What they do.
    pub way: Way,
}

/// Who takes part in the present step of a dossier.
pub fn members(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<MemberKey>, Fault> {
    let rows = tx.query(
        "select who, title, way from step_member where dossier = ?1 order by who, title, way",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            let way = row.parse(2, "way", Way::from_code)?;
            Ok(MemberKey { who: row.get(0)?, title: row.get(1)?, way })
        })
        .collect()
}

/// Says who takes part from now on.
pub fn set_members(tx: &mut Tx<'_>, id: DossierId, members: &[MemberKey]) -> Result<(), Fault> {
    tx.execute("delete from step_member where dossier = ?1", &[id.into()])?;
    for it in members {
        tx.execute(
            "insert into step_member (dossier, who, title, way) values (?1, ?2, ?3, ?4)
             on conflict (dossier, who, title, way) do nothing",
            &[id.into(), it.who.as_str().into(), it.title.as_str().into(), it.way.code().into()],
        )?;
    }
    Ok(())
}

/// Keeps when the dossier moves on by itself, as its state says.
pub fn set_timer(tx: &mut Tx<'_>, id: DossierId, dossier: &Dossier) -> Result<(), Fault> {
    tx.execute("delete from dossier_timer where dossier = ?1", &[id.into()])?;
    if let Some(at) = dossier.moves_at() {
        tx.execute(
            "insert into dossier_timer (dossier, moves_at) values (?1, ?2)",
            &[id.into(), at.into()],
        )?;
    }
    Ok(())
}

/// Dossiers after `after` whose time at their step is over, by number.
pub fn ringing(
    tx: &mut Tx<'_>,
    now: DateTime,
    after: DossierId,
    limit: i64,
) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select dossier from dossier_timer where moves_at <= ?1 and dossier > ?2
         order by dossier limit ?3",
        &[now.into(), after.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Timers that do not say what the state of their dossier says, for `motcua check`: those of
/// dossiers after `after` until `until`.
pub fn timers(
    tx: &mut Tx<'_>,
    after: DossierId,
    until: DossierId,
) -> Result<Vec<(DossierId, DateTime)>, Fault> {
    let rows = tx.query(
        "select dossier, moves_at from dossier_timer where dossier > ?1 and dossier <= ?2
         order by dossier",
        &[after.into(), until.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.parse(1, "time", |it: &str| it.parse().ok())?)))
        .collect()
}

/// Documents that the office made for a dossier: the file and what it is.
pub fn documents(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<(i64, String)>, Fault> {
    let rows = tx.query(
        "select file, name from dossier_document where dossier = ?1 order by file",
        &[id.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Says what document a file is.
pub fn insert_document(tx: &mut Tx<'_>, id: DossierId, file: i64, name: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into dossier_document (file, dossier, name) values (?1, ?2, ?3)",
        &[file.into(), id.into(), name.into()],
    )?;
    let details = serde_json::json!({"file": file, "document": name});
    tx.journal(Entry::new(SUBJECT, id.0, "name_document").details(&details));
    Ok(())
}

/// The number that a dossier was given before in a series and year.
pub fn series_given(
    tx: &mut Tx<'_>,
    series: &str,
    year: i16,
    id: DossierId,
) -> Result<Option<i64>, Fault> {
    let row = tx.query_one(
        "select number from series_number where dossier = ?1 and series = ?2 and year = ?3",
        &[id.into(), series.into(), i64::from(year).into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The next number of a series, for a dossier that is kept in the same transaction with
/// [`keep_series_number`]. The sequence row is the lock: no number is given twice and none is left out.
pub fn series_taken(tx: &mut Tx<'_>, body: UnitId, series: &str, year: i64) -> Result<i64, Fault> {
    super::next_number(tx, &format!("series:{body}:{year}:{series}"))
}

/// Ties a number of a series to its dossier, in place of one that somebody else got by hand meanwhile.
pub fn keep_series_number(
    tx: &mut Tx<'_>,
    body: UnitId,
    series: &str,
    year: i64,
    number: i64,
    id: DossierId,
) -> Result<(), Fault> {
    let params: [Param; 5] = [body.into(), series.into(), year.into(), number.into(), id.into()];
    tx.execute(
        "insert into series_number (body, series, year, number, dossier)
         values (?1, ?2, ?3, ?4, ?5)
         on conflict (dossier, series, year) do update
         set body = excluded.body, number = excluded.number",
        &params,
    )?;
    Ok(())
}

/// The number that would be given next in a series.
pub fn series_next(tx: &mut Tx<'_>, body: UnitId, series: &str, year: i16) -> Result<i64, Fault> {
    let name = format!("series:{body}:{year}:{series}");
    let row = tx.query_one("select value from sequence where name = ?1", &[name.into()])?;
    Ok(row.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0) + 1)
}
