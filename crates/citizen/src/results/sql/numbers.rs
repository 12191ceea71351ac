//! Who holds a number of a body and year, and how far its series have come.

use domain::ids::{DossierId, ProcedureId, UnitId};
use jiff::civil::{Date, date};
use store::{Fault, Param, Row, Tx};

/// What is asked for: a number as it may be written, in a body and year.
pub struct Sought<'a> {
    pub body: UnitId,
    /// Only among the results of one procedure.
    pub procedure: Option<ProcedureId>,
    pub year: i16,
    /// A dossier that does not count.
    pub own: Option<DossierId>,
    /// The ways of writing it, folded.
    pub keys: &'a Ways,
    /// The same as it was typed.
    pub written: &'a Ways,
}

/// The ways of writing a number.
pub type Ways = [String; 5];

fn code(row: Option<Row>) -> Result<Option<String>, Fault> {
    row.map(|row| row.get(0)).transpose()
}

/// The code of a dossier that issued a result, or one to a member, under this number; what was undone was
/// never issued.
pub fn holder(tx: &mut Tx<'_>, it: &Sought<'_>) -> Result<Option<String>, Fault> {
    let params = |[a, b, c, d, e]: &Ways| -> [Param; 10] {
        [
            a.as_str().into(),
            b.as_str().into(),
            c.as_str().into(),
            d.as_str().into(),
            e.as_str().into(),
            date(it.year, 1, 1).into(),
            date(it.year + 1, 1, 1).into(),
            it.body.into(),
            it.procedure.map_or(0, |it| it.0).into(),
            it.own.map_or(0, |it| it.0).into(),
        ]
    };
    let issued = tx.query_one(
        "select d.code from result r join dossier d on d.id = r.dossier
           join procedure_version v on v.id = d.version
         where r.number_key in (?1, ?2, ?3, ?4, ?5) and r.issued_on >= ?6 and r.issued_on < ?7
           and r.state <> 'undone' and d.body = ?8 and (v.procedure = ?9 or ?9 = 0)
           and d.id <> ?10
         order by r.id limit 1",
        &params(it.keys),
    )?;
    if issued.is_some() {
        return code(issued);
    }
    code(tx.query_one(
        "select d.code from dossier_member m join dossier d on d.id = m.dossier
           join procedure_version v on v.id = d.version
         where m.number in (?1, ?2, ?3, ?4, ?5) and d.finished_at >= ?6 and d.finished_at < ?7
           and d.body = ?8 and (v.procedure = ?9 or ?9 = 0) and d.id <> ?10
         order by m.id limit 1",
        &params(it.written),
    )?)
}

/// Whether somebody wrote it for a member of a group that is not numbered yet.
pub fn is_drafted(tx: &mut Tx<'_>, it: &Sought<'_>) -> Result<bool, Fault> {
    let [a, b, c, d, e] = it.written;
    let row = tx.query_one(
        "select m.id from dossier_member m join dossier d on d.id = m.dossier
           join procedure_version v on v.id = d.version
         where m.number in (?1, ?2, ?3, ?4, ?5) and d.is_open = 1 and d.finished_at is null
           and d.body = ?6 and (v.procedure = ?7 or ?7 = 0) and d.id <> ?8
         limit 1",
        &[
            a.as_str().into(),
            b.as_str().into(),
            c.as_str().into(),
            d.as_str().into(),
            e.as_str().into(),
            it.body.into(),
            it.procedure.map_or(0, |it| it.0).into(),
            it.own.map_or(0, |it| it.0).into(),
        ],
    )?;
    Ok(row.is_some())
}

/// The number that a body issued last for a procedure with an outcome, and the day.
pub fn last(
    tx: &mut Tx<'_>,
    body: UnitId,
    procedure: ProcedureId,
    outcome: &str,
) -> Result<Option<(String, Date)>, Fault> {
    let row = tx.query_one(
        "select r.number, r.issued_on from dossier d join result r on r.dossier = d.id
           join procedure_version v on v.id = d.version
         where d.body = ?1 and v.procedure = ?2 and r.outcome = ?3 and r.number <> ''
           and r.state <> 'undone'
         order by r.id desc limit 1",
        &[body.into(), procedure.into(), outcome.into()],
    )?;
    row.map(|row| {
        let on = row.parse(1, "date", |it: &str| it.parse().ok())?;
        Ok((row.get(0)?, on))
    })
    .transpose()
}

/// Keeps that a series has come to `number`. Its row is the lock: whoever gives a number of the same
/// series waits for it.
pub fn came_to(tx: &mut Tx<'_>, series: &str, number: i64) -> Result<(), Fault> {
    tx.execute(
        "insert into sequence (name, value) values (?1, ?2)
         on conflict (name) do update
         set value = case when sequence.value < excluded.value then excluded.value
                          else sequence.value end",
        &[series.into(), number.into()],
    )?;
    Ok(())
}

/// How far a series has come.
pub fn come_to(tx: &mut Tx<'_>, series: &str) -> Result<i64, Fault> {
    let row = tx.query_one("select value from sequence where name = ?1", &[series.into()])?;
    Ok(row.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0))
}
