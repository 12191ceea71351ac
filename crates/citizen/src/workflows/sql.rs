//! All SQL of workflows: versions, drafts, bindings.

use domain::{ids::AccountId, workflow::Workflow};
use jiff::civil::Date;
use store::{Fault, Row, Tx};

/// A version of a workflow.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its row.
    pub id: i64,
    /// First day.
    pub from: Date,
    /// What it says.
    pub body: Workflow,
}

/// A draft.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its row.
    pub id: i64,
    /// The version that it was taken from; none for a new workflow.
    pub based_on: Option<i64>,
    /// What it says so far.
    pub body: Workflow,
    /// Grows with every change.
    pub edition: i64,
    /// When it was changed last, milliseconds since the epoch.
    pub changed_ms: i64,
    /// By whom.
    pub changed_by: AccountId,
}

fn parse(text: &str) -> Option<Workflow> {
    serde_json::from_str(text).ok()
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn written(it: &Workflow) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|e| Fault::Broken(format!("workflow {}: {e}", it.code)))
}

fn version(row: &Row) -> Result<Version, Fault> {
    Ok(Version {
        id: row.get(0)?,
        from: row.parse(1, "date", date)?,
        body: row.parse(2, "workflow", parse)?,
    })
}

/// Every version of every workflow: by code, the newest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        "select id, in_force_from, body from workflow
         order by code, in_force_from desc, version desc",
        &[],
    )?;
    rows.iter().map(version).collect()
}

/// Every version of one workflow, the newest first.
pub fn versions(tx: &mut Tx<'_>, code: &str) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        "select id, in_force_from, body from workflow where code = ?1
         order by in_force_from desc, version desc",
        &[code.into()],
    )?;
    rows.iter().map(version).collect()
}

/// The number of the last version; 0 if there is none.
pub fn last_number(tx: &mut Tx<'_>, code: &str) -> Result<i64, Fault> {
    tx.query_number(
        "select coalesce(max(version), 0) from workflow where code = ?1",
        &[code.into()],
    )
}

const DRAFT: &str =
    "select id, based_on, body, edition, changed_ms, changed_by from workflow_draft";

fn draft_of(row: &Row) -> Result<Draft, Fault> {
    Ok(Draft {
        id: row.get(0)?,
        based_on: row.get(1)?,
        body: row.parse(2, "workflow", parse)?,
        edition: row.get(3)?,
        changed_ms: row.get(4)?,
        changed_by: row.get(5)?,
    })
}

/// The draft of a workflow, if there is one.
pub fn draft(tx: &mut Tx<'_>, code: &str) -> Result<Option<Draft>, Fault> {
    let row = tx.query_one(&format!("{DRAFT} where code = ?1"), &[code.into()])?;
    row.as_ref().map(draft_of).transpose()
}

/// Every draft, by code.
pub fn drafts(tx: &mut Tx<'_>) -> Result<Vec<Draft>, Fault> {
    tx.query(&format!("{DRAFT} order by code"), &[])?.iter().map(draft_of).collect()
}

/// Begins a draft.
pub fn insert_draft(tx: &mut Tx<'_>, body: &Workflow, based_on: Option<i64>) -> Result<i64, Fault> {
    let text = written(body)?;
    tx.insert(
        "insert into workflow_draft (code, based_on, body, edition, changed_ms, changed_by)
         values (?1, ?2, ?3, 1, ?4, ?5) returning id",
        &[body.code.as_str().into(), based_on.into(), text.into(), tx.now().into(), tx.by().into()],
    )
}

/// Keeps a draft. `false`: somebody else was first, and nothing was written.
pub fn keep_draft(tx: &mut Tx<'_>, id: i64, edition: i64, body: &Workflow) -> Result<bool, Fault> {
    let text = written(body)?;
    let touched = tx.execute(
        "update workflow_draft
         set body = ?3, edition = edition + 1, changed_ms = ?4, changed_by = ?5
         where id = ?1 and edition = ?2",
        &[id.into(), edition.into(), text.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(touched > 0)
}

/// Drops a draft. `false`: somebody else was first, and nothing was written.
pub fn drop_draft(tx: &mut Tx<'_>, id: i64, edition: i64) -> Result<bool, Fault> {
    let touched = tx.execute(
        "delete from workflow_draft where id = ?1 and edition = ?2",
        &[id.into(), edition.into()],
    )?;
    Ok(touched > 0)
}

/// Which procedures follow which workflow, where it is not the one of their own code.
pub fn bindings(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Fault> {
    let rows = tx.query(
        "select procedure_code, workflow_code from workflow_binding order by procedure_code",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Binds a procedure to a workflow.
pub fn bind(tx: &mut Tx<'_>, procedure: &str, workflow: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into workflow_binding (procedure_code, workflow_code) values (?1, ?2)
         on conflict (procedure_code) do update set workflow_code = excluded.workflow_code",
        &[procedure.into(), workflow.into()],
    )?;
    Ok(())
}

/// Lets a procedure follow the workflow of its own code again, or the default. `false`: it did.
pub fn unbind(tx: &mut Tx<'_>, procedure: &str) -> Result<bool, Fault> {
    let touched =
        tx.execute("delete from workflow_binding where procedure_code = ?1", &[procedure.into()])?;
    Ok(touched > 0)
}
