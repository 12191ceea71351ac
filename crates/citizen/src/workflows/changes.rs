//! What can be done to workflows, each change with its entry in the journal.

use domain::{
    deadline::{MINUTES_PER_DAY, TimeLimit},
    procedure::ProcedureVersion,
    workflow::{Finding, Workflow},
};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::{
    DRAFT, SUBJECT,
    sql::{self, Draft},
};
use crate::procedures::facts::{self as procedures, Catalogue};

/// Why a workflow is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkflowChangeError {
    /// Somebody else changed the draft in between.
    #[error("Bản nháp vừa được người khác sửa. Hãy mở lại để xem nội dung mới trước khi sửa tiếp.")]
    Stale,
    /// There is a draft already.
    #[error("Quy trình {code} đang có bản nháp. Hãy sửa tiếp hoặc bỏ bản nháp đó trước.")]
    HasDraft {
        /// Whose.
        code: String,
    },
    /// The code is taken.
    #[error("Mã {code} đã có quy trình.")]
    Taken {
        /// The code.
        code: String,
    },
    /// It has grave mistakes.
    #[error("Quy trình còn {count} lỗi phải sửa trước khi công bố.")]
    Grave {
        /// How many.
        count: usize,
    },
    /// The day is over.
    #[error("Ngày có hiệu lực không thể trước hôm nay.")]
    InThePast,
    /// There is no such procedure.
    #[error("Không có thủ tục mã {code} trong danh mục đang áp dụng.")]
    NoProcedure {
        /// The code.
        code: String,
    },
    /// It has no version yet.
    #[error("Quy trình {code} chưa có phiên bản nào đang áp dụng.")]
    NotInForce {
        /// The code.
        code: String,
    },
}

impl domain::Refusal for WorkflowChangeError {}

/// A change that people may be refused.
pub type Changed<T> = Result<Result<T, WorkflowChangeError>, Fault>;

/// Begins a draft of a workflow from its newest version, or finds the one that there is.
pub fn begin(tx: &mut Tx<'_>, code: &str) -> Result<Option<Draft>, Fault> {
    if let Some(it) = sql::draft(tx, code)? {
        return Ok(Some(it));
    }
    let Some(newest) = sql::versions(tx, code)?.into_iter().next() else { return Ok(None) };
    insert(tx, &newest.body, Some(newest.id))?;
    sql::draft(tx, code)
}

fn insert(tx: &mut Tx<'_>, body: &Workflow, based_on: Option<i64>) -> Result<(), Fault> {
    let id = sql::insert_draft(tx, body, based_on)?;
    let details = serde_json::json!({"code": body.code, "based_on": based_on});
    tx.journal(Entry::new(DRAFT, id, "draft").details(&details));
    Ok(())
}

/// Begins the draft of a workflow that there is not yet.
pub fn create(tx: &mut Tx<'_>, body: &Workflow) -> Changed<()> {
    let code = body.code.clone();
    if sql::draft(tx, &code)?.is_some() {
        return Ok(Err(WorkflowChangeError::HasDraft { code }));
    }
    if sql::last_number(tx, &code)? > 0 {
        return Ok(Err(WorkflowChangeError::Taken { code }));
    }
    insert(tx, body, None)?;
    Ok(Ok(()))
}

/// Begins a draft out of a file.
pub fn bring(tx: &mut Tx<'_>, body: &Workflow) -> Changed<()> {
    let code = body.code.clone();
    if sql::draft(tx, &code)?.is_some() {
        return Ok(Err(WorkflowChangeError::HasDraft { code }));
    }
    let newest = sql::versions(tx, &code)?.into_iter().next();
    insert(tx, body, newest.map(|it| it.id))?;
    Ok(Ok(()))
}

/// Keeps what was made of a draft.
pub fn keep(tx: &mut Tx<'_>, draft: &Draft, edition: i64, body: &Workflow) -> Changed<()> {
    // Pressing the button without a change is no change.
    if draft.edition == edition && draft.body == *body {
        return Ok(Ok(()));
    }
    if !sql::keep_draft(tx, draft.id, edition, body)? {
        return Ok(Err(WorkflowChangeError::Stale));
    }
    let details = serde_json::json!({"code": body.code, "steps": body.steps.len()});
    tx.journal(Entry::new(DRAFT, draft.id, "change_draft").details(&details));
    Ok(Ok(()))
}

/// Drops a draft.
pub fn discard(tx: &mut Tx<'_>, draft: &Draft, edition: i64) -> Changed<()> {
    if !sql::drop_draft(tx, draft.id, edition)? {
        return Ok(Err(WorkflowChangeError::Stale));
    }
    let details = serde_json::json!({"code": draft.body.code});
    tx.journal(Entry::new(DRAFT, draft.id, "discard_draft").details(&details));
    Ok(Ok(()))
}

/// Makes a version of a draft, in force from `from`. Running dossiers stay on theirs.
pub fn publish(
    tx: &mut Tx<'_>,
    draft: &Draft,
    edition: i64,
    (from, limit): (Date, Option<i64>),
) -> Changed<i64> {
    if from < tx.now().civil().date() {
        return Ok(Err(WorkflowChangeError::InThePast));
    }
    let count = draft.body.findings(limit).iter().filter(|it| it.is_grave).count();
    if count > 0 {
        return Ok(Err(WorkflowChangeError::Grave { count }));
    }
    if !sql::drop_draft(tx, draft.id, edition)? {
        return Ok(Err(WorkflowChangeError::Stale));
    }
    Ok(Ok(put_in_force(tx, &draft.body, from)?))
}

/// Adds the next version of a workflow.
pub fn put_in_force(tx: &mut Tx<'_>, body: &Workflow, from: Date) -> Result<i64, Fault> {
    let number = sql::last_number(tx, &body.code)? + 1;
    let version = u32::try_from(number).map_err(|e| Fault::Broken(format!("a version: {e}")))?;
    let body = Workflow { version, ..body.clone() };
    let id = procedures::insert_workflow(tx, &body, from)?;
    let details = serde_json::json!({
        "code": body.code, "version": version, "in_force_from": from.to_string(),
    });
    tx.journal(Entry::new(SUBJECT, id, "publish").details(&details));
    Ok(id)
}

/// Has a procedure follow a workflow from now on.
pub fn bind(tx: &mut Tx<'_>, procedure: &str, workflow: &str) -> Changed<()> {
    let today = tx.now().civil().date();
    if procedures::in_force(tx, procedure, today)?.is_none() {
        return Ok(Err(WorkflowChangeError::NoProcedure { code: procedure.to_owned() }));
    }
    let versions = sql::versions(tx, workflow)?;
    let Some(current) = versions.iter().find(|it| it.from <= today) else {
        return Ok(Err(WorkflowChangeError::NotInForce { code: workflow.to_owned() }));
    };
    if procedure == workflow {
        sql::unbind(tx, procedure)?;
    } else {
        sql::bind(tx, procedure, workflow)?;
    }
    let details = serde_json::json!({"code": workflow, "procedure": procedure});
    tx.journal(Entry::new(SUBJECT, current.id, "bind").details(&details));
    Ok(Ok(()))
}

/// Lets a procedure follow its own workflow again, or the default.
pub fn unbind(tx: &mut Tx<'_>, procedure: &str, workflow: &str) -> Result<(), Fault> {
    if sql::unbind(tx, procedure)? {
        let newest = sql::versions(tx, workflow)?.first().map_or(0, |it| it.id);
        let details = serde_json::json!({"code": workflow, "procedure": procedure});
        tx.journal(Entry::new(SUBJECT, newest, "unbind").details(&details));
    }
    Ok(())
}

/// The procedures that follow a workflow: those bound to it, and the one of its own code.
#[must_use]
pub fn followers<'a>(
    catalogue: &'a Catalogue,
    bindings: &[(String, String)],
    code: &str,
) -> Vec<&'a ProcedureVersion> {
    let own = catalogue.get(code).filter(|_| !bindings.iter().any(|(it, _)| it == code));
    let bound = bindings.iter().filter(|(_, it)| it == code);
    let bound = bound.filter_map(|(procedure, _)| catalogue.get(procedure));
    own.into_iter().chain(bound).map(|it| &*it.body).collect()
}

/// The shortest limit of these procedures in minutes of office time, where all count in it.
#[must_use]
pub fn shortest_limit(procedures: &[&ProcedureVersion]) -> Option<i64> {
    let limits = procedures.iter().flat_map(|it| it.limits.iter());
    let minutes = limits.filter_map(|it| match it.time_limit()? {
        TimeLimit::WorkingDays(days) => Some(i64::from(days) * MINUTES_PER_DAY),
        TimeLimit::WorkingMinutes(minutes) => Some(minutes),
        _ => None,
    });
    minutes.filter(|it| *it > 0).min()
}

/// The beginning of a long text.
#[must_use]
pub fn short(long: &str) -> String {
    let mut text: String = long.chars().take(80).collect();
    if text.len() < long.len() {
        text.push('…');
    }
    text
}

/// What is wrong with a workflow for the procedures that follow it.
#[must_use]
pub fn findings(
    catalogue: &Catalogue,
    bindings: &[(String, String)],
    body: &Workflow,
) -> Vec<Finding> {
    body.findings(shortest_limit(&followers(catalogue, bindings, &body.code)))
}
