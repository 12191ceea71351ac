//! SQL of the bench: how many rows the tables hold.

use domain::time::Instant;
use store::{Db, Fault, Stamp};

use super::raw::Rows;

/// Rows of every table of the product.
pub(super) fn rows(db: &Db, now: Instant) -> Result<Rows, Fault> {
    let tables = store::SCHEMA
        .iter()
        .flat_map(|it| it.sql.lines())
        .filter_map(|line| line.trim().strip_prefix("create table ")?.split([' ', '(']).next());
    db.read_blocking(Stamp::of_program(now, "bench"), |tx| {
        let mut rows = Rows::new();
        for table in tables {
            let count = tx.query_number(&format!("select count(*) from {table}"), &[])?;
            rows.insert(table.to_owned(), count);
        }
        Ok(rows)
    })
}
