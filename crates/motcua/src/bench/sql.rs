//! SQL of the bench: how many rows the tables hold, and where the journal ends.

use domain::time::Instant;
use store::{Db, Fault, Stamp};

use super::raw::Rows;

/// Rows of every table of the product.
pub(super) fn rows(db: &Db, now: Instant) -> Result<Rows, Fault> {
    db.read_blocking(Stamp::of_program(now, "bench"), |tx| {
        let mut rows = Rows::new();
        for table in store::tables() {
            let count = tx.query_number(&format!("select count(*) from {table}"), &[])?;
            rows.insert(table.to_owned(), count);
        }
        Ok(rows)
    })
}

/// Lets the journal's head name its last entry.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn end_at_last_entry(db: &Db, now: Instant) -> Result<usize, Fault> {
    db.write_blocking(Stamp::of_program(now, "bench"), |tx| {
        tx.execute("update journal_head set entries = (select max(id) from journal)", &[])
    })
}
