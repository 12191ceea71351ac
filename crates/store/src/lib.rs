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
    Arc, Mutex, PoisonError,
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
mod readers;
mod schema;
mod select;
mod sqlite;
mod tx;
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
pub use tx::Tx;
pub use value::{Cell, Param, Row, Value};
pub use watch::Statement;

use readers::{Reader, Sqlite};
use tx::Connection;

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

/// The database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    watch: Arc<watch::Watch>,
    /// Writers of this process on PostgreSQL take turns before they take a connection: those who wait hold none,
    /// and whoever only reads always finds one.
    turn: Mutex<()>,
    /// Commits on PostgreSQL do not wait for the disk.
    filling: AtomicBool,
}

enum Kind {
    Sqlite(Sqlite),
    Postgresql(postgresql::Pool),
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
            Kind::Sqlite(readers::Sqlite::open(url.strip_prefix("sqlite:").unwrap_or(url))?)
        };
        let db = Self::of(kind);
        db.write_blocking(Stamp::of_program(now, "migration"), |tx| {
            tx.batch(migrate::TABLE)?;
            migrate::run(tx, migrations)
        })?;
        Ok(db)
    }

    fn of(kind: Kind) -> Self {
        let watch = Arc::new(watch::Watch::new());
        let (turn, filling) = (Mutex::new(()), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { kind, watch, turn, filling }) }
    }

    /// Another database in memory that holds what this one holds. For tests, which else make the same database anew
    /// each time.
    ///
    /// # Errors
    /// [`Fault::Broken`] on PostgreSQL, which copies its databases itself; else the engine's.
    pub fn copy_in_memory(&self) -> Result<Self, Fault> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(Self::of(Kind::Sqlite(Sqlite::copy_of(&writer)?)))
            }
            Kind::Postgresql(_) => {
                Err(Fault::Broken("PostgreSQL copies its databases itself".to_owned()))
            }
        }
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
                let _turn = self.inner.turn.lock().unwrap_or_else(PoisonError::into_inner);
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
        let Some(connection) = reader.connection() else {
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
        // Writers come one after another, as on SQLite: what a rule has looked at stays so until the
        // transaction ends, whatever another process does. The lock is the database's own and ends with
        // the transaction.
        let begin = match (writes, self.inner.filling.load(Ordering::Relaxed)) {
            (false, _) => "begin isolation level repeatable read read only",
            (true, false) => "begin; select pg_advisory_xact_lock(7)",
            (true, true) => {
                "begin; select pg_advisory_xact_lock(7); set local synchronous_commit = off"
            }
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
        Tx::new(connection, stamp, writes, self.inner.watch.clone())
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

    /// Tells the engine to look at its tables again, after much was written. What SQLite samples of rows for it is not
    /// kept: it would outlast the erasing of whom the rows name. PostgreSQL takes its samples anew by itself.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn analyse(&self) -> Result<(), Fault> {
        match &self.inner.kind {
            Kind::Sqlite(it) => {
                let writer = it.writer.lock().unwrap_or_else(PoisonError::into_inner);
                writer.execute_batch("analyze")?;
                let sampled = "select count(*) from sqlite_schema where name = 'sqlite_stat4'";
                if writer.query_row(sampled, [], |row| row.get::<_, i64>(0))? > 0 {
                    writer.execute_batch("delete from sqlite_stat4; analyze sqlite_schema;")?;
                }
                Ok(writer.execute_batch("pragma wal_checkpoint(truncate);")?)
            }
            Kind::Postgresql(pool) => {
                let mut connection = pool.get()?;
                Ok(connection.client.batch_execute("analyze")?)
            }
        }
    }
}

/// Work that only reads has nothing to say to the journal: what it said would be lost.
fn read_only<T, E: From<Fault>>(
    tx: &mut Tx<'_>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let value = work(tx)?;
    if !tx.forget_entries() {
        return Ok(value);
    }
    Err(Fault::Broken("a reading transaction spoke to the journal".to_owned()).into())
}
