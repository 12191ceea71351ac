//! What changes the catalogue: a new version, a pause, an end, an import.
//!
//! A version that was published is never rewritten; dossiers hold on to it. A change is a new
//! version from a later day.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{
    Refusal,
    ids::VersionId,
    procedure::{ProcedureVersion, RowError},
};
use jiff::civil::Date;
use serde_json::json;
use store::{Fault, Tx, journal::Entry};
use thiserror::Error;

use super::{
    exchange::tidied,
    facts::EDITION,
    sql::{self, Paused, Version},
};

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// There is a version from that day or a later one.
    #[error(
        "Đã có phiên bản có hiệu lực từ ngày {}. Hãy chọn ngày sau ngày đó.",
        .from.strftime("%d/%m/%Y")
    )]
    NotLast {
        /// First day of the newest version.
        from: Date,
    },
    /// A change of the past would change what dossiers were received under.
    #[error("Ngày hiệu lực không được trước hôm nay: hồ sơ đã nhận giữ phiên bản cũ.")]
    InThePast,
    /// Somebody was quicker.
    #[error("Thủ tục vừa được người khác sửa. Hãy mở lại trang để xem bản mới rồi sửa tiếp.")]
    Overtaken,
    /// A new procedure has the code of another.
    #[error("Mã {code} đã có trong danh mục. Hãy mở thủ tục đó để sửa.")]
    Taken {
        /// The code.
        code: String,
    },
    /// The procedure is no more.
    #[error("Thủ tục đã bị bãi bỏ.")]
    Abolished,
    /// Nothing is different.
    #[error("Nội dung giống hệt phiên bản đang có; chưa ghi phiên bản mới.")]
    Same,
    /// The last day is before the first.
    #[error("Ngày kết thúc tạm dừng phải từ ngày bắt đầu trở đi.")]
    PauseBackwards,
    /// There is nothing to resume.
    #[error("Thủ tục không tạm dừng.")]
    NotPaused,
    /// It cannot be kept so.
    #[error("{message}")]
    Wrong {
        /// What is wrong.
        message: String,
    },
}

impl Refusal for ChangeError {}

/// A change that is made, or an expected no. What fails otherwise is a [`Fault`].
pub type Changed<T> = Result<Result<T, ChangeError>, Fault>;

/// The newest version of `code`, whatever its state.
fn newest(tx: &mut Tx<'_>, code: &str) -> Result<Option<Version>, Fault> {
    Ok(sql::versions(tx, code)?.into_iter().next())
}

/// Puts a new version in force. `after` is the version that was edited; none for a new
/// procedure. A pause goes on.
///
/// # Errors
/// Any [`Fault`] of the engine; a refusal within.
pub fn publish(
    tx: &mut Tx<'_>,
    body: &ProcedureVersion,
    from: Date,
    after: Option<VersionId>,
) -> Changed<VersionId> {
    if let Some(wrong) = body.errors(1).into_iter().next() {
        return Ok(Err(ChangeError::Wrong { message: wrong.message }));
    }
    if from < tx.now().civil().date() {
        return Ok(Err(ChangeError::InThePast));
    }
    let before = newest(tx, &body.code)?;
    if before.is_some() && after.is_none() {
        return Ok(Err(ChangeError::Taken { code: body.code.clone() }));
    }
    if before.as_ref().map(|it| it.id) != after {
        return Ok(Err(ChangeError::Overtaken));
    }
    if before.as_ref().is_some_and(|it| it.state == sql::PUBLISHED && *it.body == *body) {
        return Ok(Err(ChangeError::Same));
    }
    if let Some(before) = before.as_ref().filter(|it| it.in_force_from >= from) {
        return Ok(Err(ChangeError::NotLast { from: before.in_force_from }));
    }
    let id = sql::insert_version(tx, body, from)?;
    if let Some(pause) = before.and_then(|it| it.paused) {
        sql::set_pause(tx, id, Some(&pause))?;
    }
    site::outdate(tx, EDITION)?;
    Ok(Ok(id))
}

/// Pauses the version `id`.
///
/// # Errors
/// Any [`Fault`] of the engine; a refusal within.
pub fn pause(tx: &mut Tx<'_>, version: &Version, pause: &Paused) -> Changed<()> {
    if version.state != sql::PUBLISHED {
        return Ok(Err(ChangeError::Abolished));
    }
    if pause.until.is_some_and(|until| until < pause.from) {
        return Ok(Err(ChangeError::PauseBackwards));
    }
    sql::set_pause(tx, version.id, Some(pause))?;
    tx.journal(Entry::new(sql::SUBJECT, version.procedure.0, "pause").details(&json!({
        "version": version.id.0,
        "from": pause.from.to_string(),
        "until": pause.until.map(|it| it.to_string()),
        "reason": pause.reason,
    })));
    site::outdate(tx, EDITION)?;
    Ok(Ok(()))
}

/// Ends a pause.
///
/// # Errors
/// Any [`Fault`] of the engine; a refusal within.
pub fn resume(tx: &mut Tx<'_>, version: &Version) -> Changed<()> {
    if version.paused.is_none() {
        return Ok(Err(ChangeError::NotPaused));
    }
    sql::set_pause(tx, version.id, None)?;
    tx.journal(
        Entry::new(sql::SUBJECT, version.procedure.0, "resume")
            .details(&json!({"version": version.id.0})),
    );
    site::outdate(tx, EDITION)?;
    Ok(Ok(()))
}

/// Abolishes a procedure from a day on, by a decision.
///
/// # Errors
/// Any [`Fault`] of the engine; a refusal within.
pub fn abolish(
    tx: &mut Tx<'_>,
    version: &Version,
    from: Date,
    decision: &str,
) -> Changed<VersionId> {
    if from < tx.now().civil().date() {
        return Ok(Err(ChangeError::InThePast));
    }
    let last = newest(tx, &version.body.code)?;
    let Some(last) = last.filter(|it| it.state == sql::PUBLISHED) else {
        return Ok(Err(ChangeError::Abolished));
    };
    if last.in_force_from >= from {
        return Ok(Err(ChangeError::NotLast { from: last.in_force_from }));
    }
    let body = ProcedureVersion { decision: decision.to_owned(), ..(*last.body).clone() };
    let id = sql::insert_state(tx, &body, from, sql::ABOLISHED)?;
    site::outdate(tx, EDITION)?;
    Ok(Ok(id))
}

/// What an import would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Procedures that are not there yet.
    pub added: Vec<ProcedureVersion>,
    /// Procedures that get a new version.
    pub changed: Vec<ProcedureVersion>,
    /// How many are there already, just so.
    pub unchanged: usize,
}

/// Works out an import without writing anything.
///
/// # Errors
/// Any [`Fault`] of the engine; every row that cannot be kept within.
pub fn plan(
    tx: &mut Tx<'_>,
    list: &[ProcedureVersion],
    from: Date,
) -> Result<Result<Plan, Vec<RowError>>, Fault> {
    let newest: HashMap<String, Version> = sql::newest(tx)?;
    let today = tx.now().civil().date();
    let current: HashMap<String, Arc<ProcedureVersion>> = sql::all_in_force(tx, today)?
        .into_iter()
        .map(|it| (it.body.code.clone(), it.body))
        .collect();
    let mut plan = Plan::default();
    let mut errors = Vec::new();
    let list: Vec<ProcedureVersion> = list.iter().cloned().map(tidied).collect();
    let mut seen = HashSet::new();
    for (it, row) in list.iter().zip(1..) {
        errors.extend(it.errors(row));
        if !seen.insert(it.code.as_str()) {
            let message = format!("Mã {} có hai lần. Hãy bỏ một dòng.", it.code);
            errors.push(RowError { row, field: "code", message });
        }
        match newest.get(&it.code) {
            None => plan.added.push(it.clone()),
            Some(old) if *old.body == *it => plan.unchanged += 1,
            // A later version waits, and the file says what holds until then: nothing to do.
            Some(old)
                if old.in_force_from > from
                    && current.get(&it.code).is_some_and(|now| **now == *it) =>
            {
                plan.unchanged += 1;
            }
            Some(old) if old.in_force_from >= from => errors.push(RowError {
                row,
                field: "in_force_from",
                message: ChangeError::NotLast { from: old.in_force_from }.to_string(),
            }),
            Some(_) => plan.changed.push(it.clone()),
        }
    }
    Ok(if errors.is_empty() { Ok(plan) } else { Err(errors) })
}

/// Carries an import out: all of it, or nothing. A pause of a changed procedure goes on.
///
/// # Errors
/// Any [`Fault`] of the engine; every row that cannot be kept within.
pub fn import(
    tx: &mut Tx<'_>,
    list: &[ProcedureVersion],
    from: Date,
) -> Result<Result<Plan, Vec<RowError>>, Fault> {
    let plan = match plan(tx, list, from)? {
        Ok(it) => it,
        Err(errors) => return Ok(Err(errors)),
    };
    for it in &plan.added {
        sql::insert_version(tx, it, from)?;
    }
    for it in &plan.changed {
        let pause = newest(tx, &it.code)?.and_then(|it| it.paused);
        let id = sql::insert_version(tx, it, from)?;
        if pause.is_some() {
            sql::set_pause(tx, id, pause.as_ref())?;
        }
    }
    if !plan.added.is_empty() || !plan.changed.is_empty() {
        site::outdate(tx, EDITION)?;
    }
    Ok(Ok(plan))
}
