//! The PostgreSQL half: connections that remember their statements.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use postgres::{
    Client, Statement,
    types::{ToSql, Type},
};

use crate::{Fault, Param, Row, Value};

/// Connections kept open at most.
pub(crate) const CONNECTIONS_MAX: u32 = 8;
/// How long a request waits for a connection.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// A connection that lay unused for so long is asked whether its server is still there.
const DOUBTED_AFTER: Duration = Duration::from_secs(5);

/// Statements that a connection remembers.
const STATEMENTS_MAX: usize = 512;

/// A connection and the statements it has prepared.
pub(crate) struct Connection {
    pub(crate) client: Client,
    statements: HashMap<String, Statement>,
    /// A transaction is open. A connection that comes back so is not used again: its work panicked.
    pub(crate) busy: bool,
    /// When it was last taken or asked, by the machine's own clock.
    used: Instant,
}

/// Opens connections for the pool.
pub(crate) struct Manager {
    config: postgres::Config,
}

impl Manager {
    pub(crate) fn new(url: &str) -> Result<Self, Fault> {
        Ok(Self { config: url.parse()? })
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = postgres::Error;

    fn connect(&self) -> Result<Connection, postgres::Error> {
        let client = self.config.connect(postgres::NoTls)?;
        Ok(Connection { client, statements: HashMap::new(), busy: false, used: Instant::now() })
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), postgres::Error> {
        connection.client.simple_query("").map(drop)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.busy || connection.client.is_closed()
    }
}

/// The connections. The driver has a runtime inside, which must not be dropped within another:
/// the last connections are closed on a thread of their own.
pub(crate) struct Pool(Option<r2d2::Pool<Manager>>);

impl Pool {
    pub(crate) fn get(&self) -> Result<r2d2::PooledConnection<Manager>, Fault> {
        let pool = self.0.as_ref().ok_or_else(|| Fault::Pool("closed".to_owned()))?;
        for _ in 0..CONNECTIONS_MAX {
            let mut found = pool.get().map_err(|e| Fault::Pool(e.to_string()))?;
            // The server may have been started anew meanwhile: a dead connection is closed by the
            // question, and the pool lets it go.
            if found.used.elapsed() < DOUBTED_AFTER || found.client.simple_query("").is_ok() {
                found.used = Instant::now();
                return Ok(found);
            }
        }
        pool.get().map_err(|e| Fault::Pool(e.to_string()))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(pool) = self.0.take() {
            std::thread::spawn(move || drop(pool)).join().ok();
        }
    }
}

pub(crate) fn pool(url: &str) -> Result<Pool, Fault> {
    let pool = r2d2::Pool::builder()
        .max_size(CONNECTIONS_MAX)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(WAIT_MAX)
        .build(Manager::new(url)?)
        .map_err(|e| Fault::Pool(e.to_string()))?;
    Ok(Pool(Some(pool)))
}

/// `?1` in our SQL is `$1` here. A question mark inside quotes is left alone.
pub(crate) fn numbered(sql: &str) -> String {
    let mut quoted = false;
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                quoted = !quoted;
                out.push(c);
            }
            '?' if !quoted && chars.peek().is_some_and(char::is_ascii_digit) => out.push('$'),
            _ => out.push(c),
        }
    }
    out
}

fn kind(param: &Param) -> Type {
    match param {
        Param::Integer(_) => Type::INT8,
        Param::Text(_) => Type::TEXT,
        Param::Bytes(_) => Type::BYTEA,
    }
}

fn bound(params: &[Param]) -> Vec<&(dyn ToSql + Sync)> {
    params
        .iter()
        .map(|it| -> &(dyn ToSql + Sync) {
            match it {
                Param::Integer(it) => it,
                Param::Text(it) => it,
                Param::Bytes(it) => it,
            }
        })
        .collect()
}

impl Connection {
    fn prepared(&mut self, sql: &str, params: &[Param]) -> Result<Statement, Fault> {
        if let Some(found) = self.statements.get(sql) {
            return Ok(found.clone());
        }
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        let kinds: Vec<Type> = params.iter().map(kind).collect();
        let statement = self.client.prepare_typed(&numbered(sql), &kinds)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Param]) -> Result<Vec<Row>, Fault> {
        let statement = self.prepared(sql, params)?;
        let rows = self.client.query(&statement, &bound(params))?;
        rows.iter().map(read).collect()
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param]) -> Result<usize, Fault> {
        let statement = self.prepared(sql, params)?;
        let touched = self.client.execute(&statement, &bound(params))?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }
}

fn read(row: &postgres::Row) -> Result<Row, Fault> {
    let mut cells = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(at)?.map(|it| Value::Integer(i64::from(it)))
            }
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => {
                row.try_get::<_, Option<String>>(at)?.map(Value::Text)
            }
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
            ref other => {
                return Err(Fault::Broken(format!(
                    "column {at} is of type {other}, which the two engines do not share"
                )));
            }
        };
        cells.push(cell.unwrap_or(Value::Null));
    }
    Ok(Row(cells))
}
