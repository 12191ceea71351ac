//! All SQL of the catalogue.

use std::{collections::HashMap, sync::Arc};

use domain::{
    ids::{ProcedureId, StaffId, UnitId, VersionId},
    procedure::ProcedureVersion,
    workflow::Workflow,
};
use jiff::civil::Date;
use store::{Fault, Memo, Param, Row, Tx, journal::Entry};

use super::exchange;

/// What the journal calls a procedure.
pub const SUBJECT: &str = "procedure";
/// In force from its first day on.
pub const PUBLISHED: &str = "published";
/// No longer settled from its first day on.
pub const ABOLISHED: &str = "abolished";

/// Versions as their rows say.
static VERSIONS: Memo<ProcedureVersion> = Memo::new();
/// Workflows as their rows say.
static WORKFLOWS: Memo<Workflow> = Memo::new();

/// A pause of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    /// First day.
    pub from: Date,
    /// Last day, or none.
    pub until: Option<Date>,
    /// Why, for citizens to read.
    pub reason: String,
}

/// One version of a procedure as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub id: VersionId,
    /// Whose version it is.
    pub procedure: ProcedureId,
    /// First day.
    pub in_force_from: Date,
    /// Last day, or none.
    pub in_force_until: Option<Date>,
    /// published, abolished.
    pub state: String,
    /// Paused, if it is.
    pub paused: Option<Paused>,
    /// All it says.
    pub body: Arc<ProcedureVersion>,
}

impl Version {
    /// The pause that holds on a day.
    #[must_use]
    pub fn paused_on(&self, day: Date) -> Option<&Paused> {
        self.paused
            .as_ref()
            .filter(|it| it.from <= day && it.until.is_none_or(|until| day <= until))
    }
}

const COLUMNS: &str = "select v.id, v.procedure, v.in_force_from, v.in_force_until, v.state,
    v.paused_from, v.paused_until, v.paused_reason, v.body
  from procedure_version v";

fn version(row: &Row) -> Result<Version, Fault> {
    let date = |it: &str| it.parse::<Date>().ok();
    let paused_from = row.parse_opt(5, "date", date)?;
    let paused_until = row.parse_opt(6, "date", date)?;
    let reason: Option<String> = row.get(7)?;
    Ok(Version {
        id: row.get(0)?,
        procedure: row.get(1)?,
        in_force_from: row.parse(2, "date", date)?,
        in_force_until: row.parse_opt(3, "date", date)?,
        state: row.get(4)?,
        paused: paused_from.map(|from| Paused {
            from,
            until: paused_until,
            reason: reason.unwrap_or_default(),
        }),
        body: VERSIONS
            .read(row, row.get(0)?, 8, "procedure", |it| serde_json::from_str(it).ok())?,
    })
}

/// The version `id`.
pub fn find(tx: &mut Tx<'_>, id: VersionId) -> Result<Option<Version>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where v.id = ?1"), &[id.into()])?;
    row.as_ref().map(version).transpose()
}

/// The version of `code` in force on `day`.
pub fn in_force(tx: &mut Tx<'_>, code: &str, day: Date) -> Result<Option<Version>, Fault> {
    let sql = format!(
        "{COLUMNS} join procedure p on p.id = v.procedure
         where p.code = ?1 and v.in_force_from <= ?2
           and (v.in_force_until >= ?2 or v.in_force_until is null)
         order by v.in_force_from desc limit 1"
    );
    let row = tx.query_one(&sql, &[code.into(), day.into()])?;
    row.as_ref().map(version).transpose()
}

/// Every version in force on `day`, by code.
pub fn all_in_force(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Version>, Fault> {
    let sql = format!(
        "{COLUMNS} join procedure p on p.id = v.procedure
         where v.state = 'published' and v.in_force_from <= ?1
           and (v.in_force_until >= ?1 or v.in_force_until is null)
         order by p.code"
    );
    tx.query(&sql, &[day.into()])?.iter().map(version).collect()
}

/// Every version of a procedure, newest first.
pub fn versions(tx: &mut Tx<'_>, code: &str) -> Result<Vec<Version>, Fault> {
    let sql = format!(
        "{COLUMNS} join procedure p on p.id = v.procedure
         where p.code = ?1 order by v.in_force_from desc"
    );
    tx.query(&sql, &[code.into()])?.iter().map(version).collect()
}

/// The newest version of every procedure, by code, whatever its state or first day.
pub fn newest(tx: &mut Tx<'_>) -> Result<HashMap<String, Version>, Fault> {
    let all = tx.query(&format!("{COLUMNS} order by v.procedure, v.in_force_from"), &[])?;
    all.iter().map(|row| version(row).map(|it| (it.body.code.clone(), it))).collect()
}

/// A version without its body, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Sector.
    pub sector: String,
    /// First day.
    pub from: Date,
    /// published, abolished.
    pub state: String,
    /// Days of a pause, if there is one.
    pub paused: Option<(Date, Option<Date>)>,
    /// Whether it is in force on the day that was asked for.
    pub is_current: bool,
    /// First day of a version still to come.
    pub next: Option<Date>,
}

/// Every procedure as it is on `day`, by code; one still to come as it will be.
pub fn lines(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Line>, Fault> {
    let rows = tx.query(
        "select p.code, v.name, v.sector, v.in_force_from, v.state, v.paused_from, v.paused_until
         from procedure_version v join procedure p on p.id = v.procedure
         order by p.code, v.in_force_from",
        &[],
    )?;
    let date = |it: &str| it.parse::<Date>().ok();
    let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
    for row in &rows {
        let from = row.parse(3, "date", date)?;
        let until = row.parse_opt(6, "date", date)?;
        let line = Line {
            code: row.get(0)?,
            name: row.get(1)?,
            sector: row.get(2)?,
            from,
            state: row.get(4)?,
            paused: row.parse_opt(5, "date", date)?.map(|from| (from, until)),
            is_current: from <= day,
            next: None,
        };
        match lines.last_mut().filter(|it| it.code == line.code) {
            Some(before) if line.is_current => *before = line,
            Some(before) => before.next = before.next.or(Some(line.from)),
            None => lines.push(line),
        }
    }
    Ok(lines)
}

/// Writes a pause, or ends it.
pub fn set_pause(tx: &mut Tx<'_>, id: VersionId, pause: Option<&Paused>) -> Result<(), Fault> {
    tx.execute(
        "update procedure_version
         set paused_from = ?2, paused_until = ?3, paused_reason = ?4 where id = ?1",
        &[
            id.into(),
            pause.map(|it| it.from).into(),
            pause.and_then(|it| it.until).into(),
            pause.map(|it| it.reason.as_str()).into(),
        ],
    )?;
    Ok(())
}

/// A version that is posted somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Which version.
    pub version: VersionId,
    /// Whose version it is.
    pub procedure: ProcedureId,
    /// The procedure's code.
    pub code: String,
    /// Its name in that version.
    pub name: String,
    /// Since when.
    pub posted_on: Date,
    /// When somebody last looked.
    pub checked_on: Option<Date>,
}

/// What is posted at a place of a unit.
pub fn postings(tx: &mut Tx<'_>, unit: UnitId, place: &str) -> Result<Vec<Posting>, Fault> {
    let rows = tx.query(
        "select o.version, v.procedure, p.code, v.name, o.posted_on, o.checked_on
         from posting o
         join procedure_version v on v.id = o.version
         join procedure p on p.id = v.procedure
         where o.unit = ?1 and o.place = ?2
         order by p.code, v.in_force_from",
        &[unit.into(), place.into()],
    )?;
    let date = |it: &str| it.parse::<Date>().ok();
    rows.iter()
        .map(|row| {
            Ok(Posting {
                version: row.get(0)?,
                procedure: row.get(1)?,
                code: row.get(2)?,
                name: row.get(3)?,
                posted_on: row.parse(4, "date", date)?,
                checked_on: row.parse_opt(5, "date", date)?,
            })
        })
        .collect()
}

/// A posting of some day: the procedure's code, the version, and since when it hung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hung {
    /// National code.
    pub code: String,
    /// Which version.
    pub version: VersionId,
    /// The first day.
    pub posted_on: Date,
}

/// What hung at a place of a unit at the end of `day`.
pub fn hung_on(tx: &mut Tx<'_>, unit: UnitId, place: &str, day: Date) -> Result<Vec<Hung>, Fault> {
    let rows = tx.query(
        "select p.code, o.version, o.posted_on
         from (select unit, version, place, posted_on from posting
               where unit = ?1 and place = ?2 and posted_on <= ?3
               union all
               select unit, version, place, posted_on from posting_ended
               where unit = ?1 and place = ?2 and posted_on <= ?3 and ended_on > ?3) o
         join procedure_version v on v.id = o.version
         join procedure p on p.id = v.procedure
         order by p.code, o.posted_on",
        &[unit.into(), place.into(), day.into()],
    )?;
    let date = |it: &str| it.parse::<Date>().ok();
    rows.iter()
        .map(|row| {
            let posted_on = row.parse(2, "date", date)?;
            Ok(Hung { code: row.get(0)?, version: row.get(1)?, posted_on })
        })
        .collect()
}

/// Takes every version of a procedure down from a place; says how many hung there.
pub fn unpost(
    tx: &mut Tx<'_>,
    unit: UnitId,
    place: &str,
    procedure: ProcedureId,
) -> Result<usize, Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "insert into posting_ended (unit, version, place, posted_on, ended_on)
         select unit, version, place, posted_on, ?4 from posting
         where unit = ?1 and place = ?2 and posted_on < ?4
           and version in (select id from procedure_version where procedure = ?3)",
        &[unit.into(), place.into(), procedure.into(), today.into()],
    )?;
    tx.execute(
        "delete from posting where unit = ?1 and place = ?2
           and version in (select id from procedure_version where procedure = ?3)",
        &[unit.into(), place.into(), procedure.into()],
    )
}

/// Posts a version.
pub fn insert_posting(
    tx: &mut Tx<'_>,
    unit: UnitId,
    place: &str,
    version: VersionId,
    day: Date,
) -> Result<(), Fault> {
    tx.execute(
        "insert into posting (unit, version, place, posted_on) values (?1, ?2, ?3, ?4)",
        &[unit.into(), version.into(), place.into(), day.into()],
    )?;
    Ok(())
}

/// Somebody looked and it hangs there; says whether it does.
pub fn check_posting(
    tx: &mut Tx<'_>,
    unit: UnitId,
    place: &str,
    version: VersionId,
    day: Date,
    by: Option<StaffId>,
) -> Result<bool, Fault> {
    let checked = tx.execute(
        "update posting set checked_on = ?4, checked_by = ?5
         where unit = ?1 and place = ?2 and version = ?3",
        &[unit.into(), place.into(), version.into(), day.into(), by.into()],
    )?;
    Ok(checked > 0)
}

/// The procedure with this code, made if it is not there.
pub fn procedure(tx: &mut Tx<'_>, code: &str) -> Result<ProcedureId, Fault> {
    let found = tx.query_one("select id from procedure where code = ?1", &[code.into()])?;
    match found {
        Some(row) => row.get(0),
        None => tx.insert("insert into procedure (code) values (?1) returning id", &[code.into()]),
    }
}

/// Puts a new version in force from `from`; the one before ends the day before.
pub fn insert_version(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    from: Date,
) -> Result<VersionId, Fault> {
    insert_state(tx, body, from, PUBLISHED)
}

/// The same for any state: an abolished procedure has a version that says so.
pub fn insert_state(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    from: Date,
    state: &str,
) -> Result<VersionId, Fault> {
    let body = &exchange::tidied(body.clone());
    let procedure = procedure(tx, &body.code)?;
    let before = from.yesterday().map_err(|e| Fault::Broken(format!("a date: {e}")))?;
    tx.execute(
        "update procedure_version set in_force_until = ?2
         where procedure = ?1 and in_force_from < ?3
           and (in_force_until >= ?3 or in_force_until is null)",
        &[procedure.into(), before.into(), from.into()],
    )?;
    let mut tiers: Vec<&str> =
        body.tiers.iter().chain(&body.tiers_before).map(|it| it.code()).collect();
    tiers.sort_unstable();
    tiers.dedup();
    let text = serde_json::to_string(body)
        .map_err(|e| Fault::Broken(format!("procedure {}: {e}", body.code)))?;
    let id: VersionId = tx.insert(
        "insert into procedure_version
           (procedure, in_force_from, name, sector, tiers, service_level, state, body)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning id",
        &[
            procedure.into(),
            from.into(),
            body.name.as_str().into(),
            body.sector.as_str().into(),
            format!(",{},", tiers.join(",")).into(),
            body.level.code().into(),
            state.into(),
            text.into(),
        ],
    )?;
    tx.journal(
        Entry::new(SUBJECT, procedure.0, if state == PUBLISHED { "publish" } else { "abolish" })
            .details(&serde_json::json!({"version": id.0, "in_force_from": from.to_string()})),
    );
    Ok(id)
}

/// Adds an edition of a workflow.
pub fn insert_workflow(tx: &mut Tx<'_>, it: &Workflow, from: Date) -> Result<i64, Fault> {
    let body = serde_json::to_string(it)
        .map_err(|e| Fault::Broken(format!("workflow {}: {e}", it.code)))?;
    tx.insert(
        "insert into workflow (code, version, in_force_from, name, source, body)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            it.code.as_str().into(),
            Param::from(it.version),
            from.into(),
            it.name.as_str().into(),
            it.source.as_str().into(),
            body.into(),
        ],
    )
}

/// The edition of a workflow in force on `day`.
pub fn workflow_in_force(
    tx: &mut Tx<'_>,
    code: &str,
    day: Date,
) -> Result<Option<(i64, Arc<Workflow>)>, Fault> {
    let row = tx.query_one(
        "select id, body from workflow where code = ?1 and in_force_from <= ?2
         order by in_force_from desc, version desc limit 1",
        &[code.into(), day.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let id = row.get(0)?;
    Ok(Some((id, WORKFLOWS.read(&row, id, 1, "workflow", |it| serde_json::from_str(it).ok())?)))
}

/// The workflow in the row `id`.
pub fn workflow(tx: &mut Tx<'_>, id: i64) -> Result<Option<Arc<Workflow>>, Fault> {
    let row = tx.query_one("select body from workflow where id = ?1", &[id.into()])?;
    let parse = |it: &str| serde_json::from_str(it).ok();
    row.map(|row| WORKFLOWS.read(&row, id, 0, "workflow", parse)).transpose()
}

/// The code of the workflow that a procedure is bound to, if it is not the one of its own code.
pub fn bound_workflow(tx: &mut Tx<'_>, procedure: &str) -> Result<Option<String>, Fault> {
    let row = tx.query_one(
        "select workflow_code from workflow_binding where procedure_code = ?1",
        &[procedure.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}
