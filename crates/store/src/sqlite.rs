//! The SQLite half: one writer, a few readers that cannot write.

use rusqlite::{Connection, config::DbConfig, types::ValueRef};

use crate::{Fault, Param, Row, Value};

/// Statements that a connection remembers.
const STATEMENTS_MAX: usize = 256;

/// How the writer works. FULL: a power cut loses nothing that was acknowledged.
pub(crate) const SETTINGS: &str = "pragma synchronous = full; pragma foreign_keys = on;
    pragma busy_timeout = 15000; pragma cache_size = -16000; pragma temp_store = memory;
    pragma wal_autocheckpoint = 1000;";

pub(crate) fn open_writer(path: &str) -> Result<Connection, Fault> {
    let connection = Connection::open(path)?;
    connection.execute_batch("pragma journal_mode = wal;")?;
    connection.execute_batch(SETTINGS)?;
    remember_statements(&connection)?;
    Ok(connection)
}

/// Keeps statements as they were planned. The planner would else look at each bound value, and
/// plan the statement anew whenever it is another.
fn remember_statements(connection: &Connection) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

pub(crate) fn open_reader(path: &str) -> Result<Connection, Fault> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "pragma query_only = on; pragma busy_timeout = 15000; pragma cache_size = -8000;
         pragma temp_store = memory;",
    )?;
    remember_statements(&connection)?;
    Ok(connection)
}

/// A transaction that only reads. Its beginning and end are statements that the connection
/// remembers: parsing them takes as long as a short read.
pub(crate) struct Reading<'a>(&'a Connection);

impl<'a> Reading<'a> {
    pub(crate) fn begin(connection: &'a Connection) -> Result<Self, Fault> {
        connection.prepare_cached("begin")?.execute([])?;
        Ok(Self(connection))
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.0
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("rollback").and_then(|mut it| it.execute([]));
        if let Err(error) = ended {
            tracing::error!(%error, "a reading transaction could not be ended");
        }
    }
}

fn text(bytes: &[u8]) -> String {
    // Vietnamese is hardly ASCII: the standard library looks at it byte by byte.
    match simdutf8::basic::from_utf8(bytes) {
        Ok(it) => it.to_owned(),
        // Not written by us.
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Param]) -> Result<(), Fault> {
    for (at, param) in params.iter().enumerate() {
        match param {
            Param::Integer(it) => statement.raw_bind_parameter(at + 1, it)?,
            Param::Text(it) => statement.raw_bind_parameter(at + 1, it.as_deref())?,
            Param::Bytes(it) => statement.raw_bind_parameter(at + 1, it.as_deref())?,
        }
    }
    Ok(())
}

pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    params: &[Param],
) -> Result<Vec<Row>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Vec::with_capacity(width);
        for at in 0..width {
            cells.push(match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(it) => Value::Integer(it),
                ValueRef::Text(it) => Value::Text(text(it)),
                ValueRef::Blob(it) => Value::Bytes(it.to_vec()),
                ValueRef::Real(it) => {
                    return Err(Fault::Broken(format!("column {at} holds the float {it}")));
                }
            });
        }
        found.push(Row(cells));
    }
    Ok(found)
}

pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    params: &[Param],
) -> Result<usize, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement.raw_execute()?)
}
