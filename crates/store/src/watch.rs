//! Watching statements: tests make one fail, the bench learns what an act writes.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use crate::{Fault, Param};

/// A statement that ran, with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its text, in our dialect.
    pub sql: String,
    /// What was bound.
    pub params: Vec<Param>,
}

impl Statement {
    /// Whether it changes rows.
    #[must_use]
    pub fn writes(&self) -> bool {
        let verb = self.sql.split_whitespace().next().unwrap_or("");
        matches!(verb, "insert" | "update" | "delete")
    }
}

/// What is to become of the next statements.
pub(crate) struct Watch {
    /// Statements that may still run; below 0: all.
    fail_after: AtomicI64,
    recording: AtomicBool,
    recorded: Mutex<Vec<Statement>>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            fail_after: AtomicI64::new(-1),
            recording: AtomicBool::new(false),
            recorded: Mutex::default(),
        }
    }

    pub(crate) fn fail_after(&self, statements: i64) {
        self.fail_after.store(statements, Ordering::Relaxed);
    }

    pub(crate) fn record(&self) {
        self.recording.store(true, Ordering::Relaxed);
    }

    pub(crate) fn recorded(&self) -> Vec<Statement> {
        self.recording.store(false, Ordering::Relaxed);
        std::mem::take(&mut self.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asked before each statement.
    pub(crate) fn see(&self, sql: &str, params: &[Param]) -> Result<(), Fault> {
        if self.recording.load(Ordering::Relaxed) {
            let statement = Statement { sql: sql.to_owned(), params: params.to_vec() };
            self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(statement);
        }
        if self.fail_after.load(Ordering::Relaxed) >= 0
            && self.fail_after.fetch_sub(1, Ordering::Relaxed) == 0
        {
            return Err(Fault::Injected);
        }
        Ok(())
    }
}
