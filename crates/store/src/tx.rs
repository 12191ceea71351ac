//! A transaction under way: statements, the stamp that its rows bear, what it says to the journal.

use std::sync::Arc;

use domain::{ids::AccountId, time::Instant};

use crate::{
    Cell, Engine, Fault, Param, Row, Stamp, journal, postgresql, sqlite, to_postgres, watch,
};

/// Rows of one insert at most, on PostgreSQL.
const ROWS_MAX: usize = 16;

pub(crate) enum Connection<'db> {
    Sqlite(&'db rusqlite::Connection),
    Postgresql(&'db mut postgresql::Connection),
}

/// A transaction under way.
pub struct Tx<'db> {
    connection: Connection<'db>,
    stamp: Stamp,
    pub(crate) entries: Vec<journal::Entry>,
    writes: bool,
    watch: Arc<watch::Watch>,
}

impl<'db> Tx<'db> {
    pub(crate) fn new(
        connection: Connection<'db>,
        stamp: Stamp,
        writes: bool,
        watch: Arc<watch::Watch>,
    ) -> Self {
        Self { connection, stamp, entries: Vec::new(), writes, watch }
    }
}

impl Tx<'_> {
    /// The moment of this transaction; all its rows bear it.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.stamp.now
    }

    /// The person this transaction is made for.
    #[must_use]
    pub fn by(&self) -> AccountId {
        self.stamp.by
    }

    /// Where the request came from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.stamp.origin
    }

    /// Which engine runs. For the few places where the two differ (`doctor`, backup).
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.connection {
            Connection::Sqlite(_) => Engine::Sqlite,
            Connection::Postgresql(_) => Engine::Postgresql,
        }
    }

    /// What a `select` ends with that holds its rows until the transaction is done, so that nobody
    /// changes them meanwhile: nothing where there is one writer, or where nothing is written.
    #[must_use]
    pub fn for_share(&self) -> &'static str {
        if self.writes && self.engine() == Engine::Postgresql { " for share" } else { "" }
    }

    /// The same, held against other writers and other holders: for a row that is about to change by
    /// what it says.
    #[must_use]
    pub fn for_update(&self) -> &'static str {
        if self.writes && self.engine() == Engine::Postgresql { " for update" } else { "" }
    }

    /// Moves the stamp on, for work that plays many moments in one transaction (the simulator).
    pub fn restamp(&mut self, stamp: Stamp) {
        self.stamp = stamp;
    }

    /// Runs a query and reads all its rows.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn query(&mut self, sql: &str, params: &[Param]) -> Result<Vec<Row>, Fault> {
        self.watch.see(sql, params)?;
        match &mut self.connection {
            Connection::Sqlite(it) => sqlite::query(it, sql, params),
            Connection::Postgresql(it) => it.query(sql, params),
        }
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn query_one(&mut self, sql: &str, params: &[Param]) -> Result<Option<Row>, Fault> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// The one number that a query gives.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine, or if there is no row or no number.
    pub fn query_number(&mut self, sql: &str, params: &[Param]) -> Result<i64, Fault> {
        match self.query_one(sql, params)? {
            Some(row) => row.get(0),
            None => Err(Fault::Broken("a count gave no row".to_owned())),
        }
    }

    /// Runs a statement; says how many rows it touched.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn execute(&mut self, sql: &str, params: &[Param]) -> Result<usize, Fault> {
        self.watch.see(sql, params)?;
        match &mut self.connection {
            Connection::Sqlite(it) => sqlite::execute(it, sql, params),
            Connection::Postgresql(it) => it.execute(sql, params),
        }
    }

    /// Runs an `insert … returning id` and gives the id.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn insert<Id: Cell>(&mut self, sql: &str, params: &[Param]) -> Result<Id, Fault> {
        match self.query_one(sql, params)? {
            Some(row) => row.get(0),
            None => Err(Fault::Broken("an insert returned no id".to_owned())),
        }
    }

    /// Inserts many rows: `head` is the statement up to its `values`, `tail` what follows them,
    /// `params` one row of `width` values after another.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn insert_rows(
        &mut self,
        head: &str,
        tail: &str,
        width: usize,
        params: &[Param],
    ) -> Result<(), Fault> {
        // SQLite is a call away; to PostgreSQL it is the number of journeys that costs.
        let rows = match self.connection {
            Connection::Sqlite(_) => 1,
            Connection::Postgresql(_) => ROWS_MAX,
        };
        for params in params.chunks(width.saturating_mul(rows).max(1)) {
            let mut sql = String::with_capacity(head.len() + tail.len() + params.len() * 5);
            sql.push_str(head);
            for at in 1..=params.len() {
                let first = (at - 1).is_multiple_of(width.max(1));
                sql.push_str(if first && at > 1 {
                    "), (?"
                } else if first {
                    " (?"
                } else {
                    ", ?"
                });
                sql.push_str(&at.to_string());
            }
            sql.push_str(") ");
            sql.push_str(tail);
            self.execute(&sql, params)?;
        }
        Ok(())
    }

    /// Runs several statements of DDL.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        match &mut self.connection {
            Connection::Sqlite(it) => Ok(it.execute_batch(sql)?),
            Connection::Postgresql(it) => Ok(it.client.batch_execute(&to_postgres(sql))?),
        }
    }

    /// Says something to the journal. It is chained and written when the transaction
    /// commits, so that the chain is locked as shortly as can be.
    pub fn journal(&mut self, entry: journal::Entry) {
        self.entries.push(entry.stamped(&self.stamp));
    }

    /// Forgets what was said to the journal; whether there was anything.
    pub(crate) fn forget_entries(&mut self) -> bool {
        let said = !self.entries.is_empty();
        self.entries.clear();
        said
    }
}
