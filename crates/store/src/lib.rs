//! The database: one handle, one transaction type, one SQL dialect.
//!
//! A transaction carries the instant and the person it is made for, so that
//! everything written in it bears the same stamp. It commits when the closure
//! returns `Ok` and leaves nothing behind when it returns `Err`; there is no
//! commit to forget.
//!
//! **Invariant:** SQL is written once, in the subset that SQLite and PostgreSQL
//! share. Only this crate knows which of them is running.

use std::sync::{
    Arc, Condvar, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use domain::{ids::AccountId, time::Instant};

mod blobs;
mod carry;
mod fault;
mod fill;
pub mod journal;
mod memo;
mod migrate;
mod postgresql;
mod schema;
mod select;
mod sqlite;
mod value;
mod watch;

#[cfg(test)]
mod tests;

pub use blobs::{Blobs, StoredBlob};
pub use carry::{Carried, carry_all, is_untouched, tables};
pub use fault::Fault;
pub use fill::Filling;
pub use memo::Memo;
pub use migrate::{Migration, to_postgres};
pub use schema::SCHEMA;
pub use select::{Select, prefix_end};
pub use value::{Cell, Param, Row, Value};
pub use watch::Statement;

/// Rows of one insert at most, on PostgreSQL.
const ROWS_MAX: usize = 16;
/// Readers beside the writer, on SQLite.
const READERS_MAX: usize = 4;

/// How long a request waits for one of them.
const READER_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(15);

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |it: u8| DIGITS.get(usize::from(it & 15)).copied().unwrap_or('0');
    bytes.iter().flat_map(|it| [digit(it >> 4), digit(*it)]).collect()
}

/// Who acts, when and from where; every transaction has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The moment of the request.
    pub now: Instant,
    /// Whose request it is.
    pub by: AccountId,
    /// Where it came from: an address, `cli`, `job`, `demo`.
    pub origin: Arc<str>,
}

impl Stamp {
    /// A stamp for the program's own work.
    #[must_use]
    pub fn of_program(now: Instant, origin: &str) -> Self {
        Self { now, by: AccountId(0), origin: origin.into() }
    }
}

/// Which engine keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgresql,
}

enum Connection<'db> {
    Sqlite(&'db rusqlite::Connection),
    Postgresql(&'db mut postgresql::Connection),
}

/// A transaction under way.
pub struct Tx<'db> {
    connection: Connection<'db>,
    stamp: Stamp,
    entries: Vec<journal::Entry>,
    writes: bool,
    watch: Arc<watch::Watch>,
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
}

/// The database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    watch: Arc<watch::Watch>,
    /// Commits on PostgreSQL do not wait for the disk.
    filling: AtomicBool,
}

enum Kind {
    Sqlite(Sqlite),
    Postgresql(postgresql::Pool),
}

struct Sqlite {
    writer: Mutex<rusqlite::Connection>,
    readers: Mutex<Vec<rusqlite::Connection>>,
    reader_free: Condvar,
    /// No readers of their own: a database in memory has only its writer.
    in_memory: bool,
}

impl Db {
    /// Opens the database at `url` and brings its schema up to date.
    ///
    /// `url` is `postgres://…`, or `sqlite:` and a path, or a path, or `:memory:`.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn open(url: &str, now: Instant) -> Result<Self, Fault> {
        Self::open_with(url, now, SCHEMA)
    }

    /// [`Db::open`] with other migrations. For tests.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn open_with(url: &str, now: Instant, migrations: &[Migration]) -> Result<Self, Fault> {
        let kind = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Kind::Postgresql(postgresql::pool(url)?)
        } else {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            let in_memory = path.starts_with(":memory:");
            let writer = sqlite::open_writer(path)?;
            let mut readers = Vec::new();
            if !in_memory {
                for _ in 0..READERS_MAX {
                    readers.push(sqlite::open_reader(path)?);
                }
            }
            Kind::Sqlite(Sqlite {
                writer: Mutex::new(writer),
                readers: Mutex::new(readers),
                reader_free: Condvar::new(),
                in_memory,
            })
        };
        let watch = Arc::new(watch::Watch::new());
        let db = Self { inner: Arc::new(Inner { kind, watch, filling: AtomicBool::new(false) }) };
        db.write_blocking(Stamp::of_program(now, "migration"), |tx| {
            tx.batch(migrate::TABLE)?;
            migrate::run(tx, migrations)
        })?;
        Ok(db)
    }

    /// Files of the schema that this database has not seen yet. None, once it was opened.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn pending(&self, now: Instant) -> Result<Vec<&'static str>, Fault> {
        self.read_blocking(Stamp::of_program(now, "migration"), migrate::pending)
    }

    /// Which engine keeps the data.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner.kind {
            Kind::Sqlite(_) => Engine::Sqlite,
            Kind::Postgresql(_) => Engine::Postgresql,
        }
    }

    /// Lets the next `statements` statements run and fails the one after. For tests.
    pub fn fail_after(&self, statements: u32) {
        self.inner.watch.fail_after(i64::from(statements));
    }

    /// Forgets a failure that was asked for and has not come. For tests.
    pub fn fail_no_more(&self) {
        self.inner.watch.fail_after(-1);
    }

    /// Remembers every statement from now on, whoever runs it. For the bench and for tests.
    pub fn record(&self) {
        self.inner.watch.record();
    }

    /// Ends [`Db::record`] and gives what ran, in order.
    #[must_use]
    pub fn recorded(&self) -> Vec<Statement> {
        self.inner.watch.recorded()
    }

    /// Runs `work` in one writing transaction, on a thread that may block.
    ///
    /// # Errors
    /// What `work` returns, or the engine's [`Fault`]; then nothing was written.
    pub async fn write<T, E>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let db = self.clone();
        let done = tokio::task::spawn_blocking(move || db.write_blocking(stamp, work)).await;
        done.unwrap_or_else(|e| Err(Fault::Worker(e.to_string()).into()))
    }

    /// Runs `work` in one transaction that cannot write, on a thread that may block.
    ///
    /// # Errors
    /// What `work` returns, or the engine's [`Fault`].
    pub async fn read<T, E>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let db = self.clone();
        let done = tokio::task::spawn_blocking(move || db.read_blocking(stamp, work)).await;
        done.unwrap_or_else(|e| Err(Fault::Worker(e.to_string()).into()))
    }

    /// [`Db::read`] for what takes microseconds: a few rows by their keys. On SQLite it is read
    /// at once, where it is asked for, unless every reader is busy: waking a thread takes
    /// longer than the reading.
    ///
    /// # Errors
    /// What `work` returns, or the engine's [`Fault`].
    pub async fn glance<T, E>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        if let Kind::Sqlite(it) = &self.inner.kind
            && let Some(reader) = it.free_reader()
        {
            return self.read_with(reader, stamp, work);
        }
        self.read(stamp, work).await
    }

    /// [`Db::write`] for callers that may block: jobs, commands and tests.
    ///
    /// # Errors
    /// What `work` returns, or the engine's [`Fault`]; then nothing was written.
    pub fn write_blocking<T, E: From<Fault>>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let mut writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                let inner = writer
                    .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                    .map_err(Fault::from)?;
                let mut tx = self.tx(Connection::Sqlite(&inner), stamp, true);
                let value = work(&mut tx)?;
                journal::append(&mut tx)?;
                drop(tx);
                inner.commit().map_err(Fault::from)?;
                Ok(value)
            }
            Kind::Postgresql(pool) => {
                let mut connection = pool.get()?;
                self.on_postgresql(&mut connection, true, stamp, work)
            }
        }
    }

    /// [`Db::read`] for callers that may block: jobs, commands and tests.
    ///
    /// # Errors
    /// What `work` returns, or the engine's [`Fault`].
    pub fn read_blocking<T, E: From<Fault>>(
        &self,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.inner.kind {
            Kind::Sqlite(it) if it.in_memory => {
                let mut writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                let inner = writer.transaction().map_err(Fault::from)?;
                let mut tx = self.tx(Connection::Sqlite(&inner), stamp, false);
                read_only(&mut tx, work)
            }
            Kind::Sqlite(it) => self.read_with(it.borrow_reader()?, stamp, work),
            Kind::Postgresql(pool) => {
                let mut connection = pool.get()?;
                self.on_postgresql(&mut connection, false, stamp, |tx| read_only(tx, work))
            }
        }
    }

    fn read_with<T, E: From<Fault>>(
        &self,
        reader: Reader<'_>,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(connection) = reader.connection.as_ref() else {
            return Err(Fault::Pool("a reader was given back twice".to_owned()).into());
        };
        let open = sqlite::Reading::begin(connection)?;
        let mut tx = self.tx(Connection::Sqlite(open.connection()), stamp, false);
        read_only(&mut tx, work)
    }

    fn on_postgresql<T, E: From<Fault>>(
        &self,
        connection: &mut postgresql::Connection,
        writes: bool,
        stamp: Stamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        connection.busy = true;
        let begin = match (writes, self.inner.filling.load(Ordering::Relaxed)) {
            (false, _) => "begin isolation level repeatable read read only",
            (true, false) => "begin",
            (true, true) => "begin; set local synchronous_commit = off",
        };
        connection.client.batch_execute(begin).map_err(Fault::from)?;
        let mut tx = self.tx(Connection::Postgresql(connection), stamp, writes);
        let done = work(&mut tx).and_then(|value| {
            journal::append(&mut tx)?;
            Ok(value)
        });
        drop(tx);
        match done {
            Ok(value) => {
                connection.client.batch_execute("commit").map_err(Fault::from)?;
                connection.busy = false;
                Ok(value)
            }
            Err(error) => {
                match connection.client.batch_execute("rollback") {
                    Ok(()) => connection.busy = false,
                    Err(error) => tracing::warn!(%error, "rollback failed; the connection is lost"),
                }
                Err(error)
            }
        }
    }

    fn tx<'db>(&self, connection: Connection<'db>, stamp: Stamp, writes: bool) -> Tx<'db> {
        Tx { connection, stamp, entries: Vec::new(), writes, watch: self.inner.watch.clone() }
    }

    /// Copies a SQLite database into the file `to`, while others go on working.
    ///
    /// # Errors
    /// [`Fault::Broken`] on PostgreSQL, which has its own tools; else the engine's.
    pub fn copy_to(&self, to: &str) -> Result<(), Fault> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                writer.execute("vacuum into ?1", [to])?;
                Ok(())
            }
            Kind::Postgresql(_) => {
                Err(Fault::Broken("PostgreSQL is backed up with pg_dump".to_owned()))
            }
        }
    }

    /// Tells the engine to look at its tables again, after much was written.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn analyse(&self) -> Result<(), Fault> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(writer.execute_batch("analyze; pragma wal_checkpoint(truncate);")?)
            }
            Kind::Postgresql(pool) => {
                let mut connection = pool.get()?;
                Ok(connection.client.batch_execute("analyze")?)
            }
        }
    }
}

/// A reader on loan; it goes back even when the work panics.
struct Reader<'a> {
    home: &'a Sqlite,
    connection: Option<rusqlite::Connection>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let mut readers = self.home.readers.lock().unwrap_or_else(PoisonError::into_inner);
            readers.push(connection);
            drop(readers);
            self.home.reader_free.notify_one();
        }
    }
}

/// Work that only reads has nothing to say to the journal: what it said would be lost.
fn read_only<T, E: From<Fault>>(
    tx: &mut Tx<'_>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let value = work(tx)?;
    if tx.entries.is_empty() {
        return Ok(value);
    }
    tx.entries.clear();
    Err(Fault::Broken("a reading transaction spoke to the journal".to_owned()).into())
}

impl Sqlite {
    /// A reader that nobody uses just now.
    fn free_reader(&self) -> Option<Reader<'_>> {
        let reader = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        Some(Reader { home: self, connection: Some(reader) })
    }

    /// A reader; an outage if all of them stay busy: pages then say so instead of piling up.
    fn borrow_reader(&self) -> Result<Reader<'_>, Fault> {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut readers, _) = self
            .reader_free
            .wait_timeout_while(readers, READER_WAIT_MAX, |it| it.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let reader = readers.pop().ok_or_else(|| Fault::Pool("every reader is busy".to_owned()))?;
        Ok(Reader { home: self, connection: Some(reader) })
    }
}
