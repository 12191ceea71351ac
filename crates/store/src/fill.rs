//! Filling an empty database in bulk.
//!
//! What is filled for the first time can be filled again: until it is whole, nothing waits for
//! the disk. A killed process still leaves a sound database; only a power cut may not.

use std::sync::{PoisonError, atomic::Ordering};

use crate::{Db, Fault, Kind};

/// While it lives, commits do not wait for the disk. Afterwards they do again, and what was
/// written lies on the disk.
pub struct Filling<'db> {
    db: &'db Db,
    open: bool,
}

impl Db {
    /// Commits do not wait for the disk until the filling is [finished](Filling::finish) or dropped.
    /// Only for a database that nobody works with yet.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn filling(&self) -> Result<Filling<'_>, Fault> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                writer.execute_batch(
                    "pragma synchronous = off; pragma cache_size = -400000;
                     pragma wal_autocheckpoint = 20000;",
                )?;
            }
            Kind::Postgresql(_) => self.inner.filling.store(true, Ordering::Relaxed),
        }
        Ok(Filling { db: self, open: true })
    }
}

impl Filling<'_> {
    /// Ends it: counts the tables anew for the planner, and waits for the disk.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn finish(mut self) -> Result<(), Fault> {
        self.end()?;
        self.db.analyse()
    }

    fn end(&mut self) -> Result<(), Fault> {
        if !std::mem::take(&mut self.open) {
            return Ok(());
        }
        match &self.db.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                // In this order: the checkpoint waits for the disk, also for pages that were
                // moved before without waiting.
                writer.execute_batch(crate::sqlite::SETTINGS)?;
                writer.execute_batch("pragma wal_checkpoint(truncate);")?;
            }
            Kind::Postgresql(pool) => {
                self.db.inner.filling.store(false, Ordering::Relaxed);
                // A commit that waits for the disk takes those before it along.
                let mut connection = pool.get()?;
                connection.client.batch_execute(
                    "begin; set local synchronous_commit = on; select txid_current(); commit",
                )?;
            }
        }
        Ok(())
    }
}

impl Drop for Filling<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(%error, "a filling could not be ended");
        }
    }
}
