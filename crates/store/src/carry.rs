//! Everything of one database carried into another, empty one: between the two engines, or within one.

use crate::{Db, Engine, Fault, Param, SCHEMA, Stamp, Tx, Value};

/// Rows that are read at a time.
const ROWS_AT_ONCE: i64 = 2_000;

/// A table whose rows were carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The table.
    pub table: &'static str,
    /// Its rows, as many here as there.
    pub rows: i64,
}

/// The tables in the order in which the schema makes them: what is referred to comes first.
pub fn tables() -> impl DoubleEndedIterator<Item = &'static str> {
    let lines = SCHEMA.iter().flat_map(|it| it.sql.lines());
    let mut made: Vec<&str> = Vec::new();
    for line in lines {
        if let Some(rest) = line.strip_prefix("create table ") {
            made.extend(rest.split([' ', '(']).next());
        } else if let Some((old, _)) =
            line.strip_prefix("alter table ").and_then(|it| it.split_once(" rename to "))
        {
            // Made anew beside the old one, whose name and place it then took.
            made.retain(|it| *it != old);
        }
    }
    made.into_iter()
}

/// A column of a table.
struct Column {
    name: String,
    /// What its nothings are: an engine wants to know even of them.
    nothing: Param,
    /// Its place in the key, from 1; 0 if it is none of the key.
    in_key: i64,
}

fn columns(tx: &mut Tx<'_>, table: &str) -> Result<Vec<Column>, Fault> {
    let sql = match tx.engine() {
        Engine::Sqlite => "select name, type, pk from pragma_table_info(?1) order by cid",
        Engine::Postgresql => {
            "select cast(a.attname as text), cast(format_type(a.atttypid, null) as text),
                    cast(coalesce(array_position(cast(i.indkey as int2[]), a.attnum) + 1, 0) as bigint)
             from pg_attribute a
             left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
             where a.attrelid = cast(?1 as regclass) and a.attnum > 0 and not a.attisdropped
             order by a.attnum"
        }
    };
    let rows = tx.query(sql, &[table.into()])?;
    rows.iter()
        .map(|row| {
            let nothing = match row.get::<String>(1)?.as_str() {
                "INTEGER" | "bigint" | "integer" => Param::Integer(None),
                "BLOB" | "bytea" => Param::Bytes(None),
                _ => Param::Text(None),
            };
            Ok(Column { name: row.get(0)?, nothing, in_key: row.get(2)? })
        })
        .collect()
}

fn param(value: Value, column: &Column) -> Param {
    match value {
        Value::Null => column.nothing.clone(),
        Value::Integer(it) => Param::Integer(Some(it)),
        Value::Text(it) => Param::Text(Some(it)),
        Value::Bytes(it) => Param::Bytes(Some(it)),
    }
}

/// A table's columns, and the places of its key in a row, in the key's order.
struct Shape {
    columns: Vec<Column>,
    key: Vec<usize>,
}

impl Shape {
    fn of(tx: &mut Tx<'_>, table: &str) -> Result<Self, Fault> {
        let columns = columns(tx, table)?;
        let mut key: Vec<usize> = (0..columns.len())
            .filter(|at| columns.get(*at).is_some_and(|it| it.in_key > 0))
            .collect();
        key.sort_by_key(|at| columns.get(*at).map(|it| it.in_key));
        if key.is_empty() {
            return Err(Fault::Broken(format!("table {table} has no key")));
        }
        Ok(Self { columns, key })
    }

    fn key_names(&self) -> String {
        let names: Vec<&str> = self
            .key
            .iter()
            .filter_map(|at| self.columns.get(*at))
            .map(|it| it.name.as_str())
            .collect();
        names.join(", ")
    }

    /// The rows after `last`, by the key.
    fn select(&self, table: &str, last: &[Param]) -> String {
        let names = self.key_names();
        let after = if last.is_empty() {
            String::new()
        } else {
            let marks: Vec<String> = (1..=last.len()).map(|at| format!("?{at}")).collect();
            format!("where ({names}) > ({})", marks.join(", "))
        };
        format!("select * from {table} {after} order by {names} limit {ROWS_AT_ONCE}")
    }
}

fn count(tx: &mut Tx<'_>, table: &str) -> Result<i64, Fault> {
    tx.query_number(&format!("select count(*) from {table}"), &[])
}

fn carry(
    from: &mut Tx<'_>,
    to: &mut Tx<'_>,
    table: &'static str,
    told: &mut impl FnMut(&'static str, i64),
) -> Result<Carried, Fault> {
    let shape = Shape::of(from, table)?;
    let head = format!("insert into {table} values");
    let width = shape.columns.len();
    let mut last: Vec<Param> = Vec::new();
    let mut rows = 0;
    loop {
        let found = from.query(&shape.select(table, &last), &last)?;
        let Some(end) = found.last() else { break };
        let at_end = |at: &usize| end.0.get(*at).cloned().zip(shape.columns.get(*at));
        last = shape.key.iter().filter_map(at_end).map(|(value, it)| param(value, it)).collect();
        rows += i64::try_from(found.len()).unwrap_or(i64::MAX);
        let params: Vec<Param> = found
            .into_iter()
            .flat_map(|row| row.0.into_iter().zip(&shape.columns))
            .map(|(value, column)| param(value, column))
            .collect();
        to.insert_rows(&head, "", width, &params)?;
        told(table, rows);
    }
    // PostgreSQL goes on counting from where the numbers that were carried end.
    if let (Engine::Postgresql, [at]) = (to.engine(), shape.key.as_slice())
        && let Some(key) = shape.columns.get(*at)
        && matches!(key.nothing, Param::Integer(_))
    {
        let name = &key.name;
        to.query(
            &format!(
                "select setval(pg_get_serial_sequence(?1, ?2),
                               (select coalesce(max({name}), 0) + 1 from {table}), false)"
            ),
            &[table.into(), name.as_str().into()],
        )?;
    }
    if count(to, table)? != rows {
        return Err(Fault::Broken(format!("table {table} did not arrive whole")));
    }
    Ok(Carried { table, rows })
}

fn has_nothing(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(count(tx, "account")? == 0 && count(tx, "journal")? == 0)
}

/// Whether a database holds nothing but what the schema itself puts there.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn is_untouched(db: &Db, stamp: &Stamp) -> Result<bool, Fault> {
    db.read_blocking(stamp.clone(), has_nothing)
}

/// Carries every row of `from` into `to` in one transaction, keys and all; `told` hears of each
/// table how many rows have gone. Nobody may write to `from` meanwhile.
///
/// # Errors
/// [`Fault::Broken`] if there is something in `to` or a table does not arrive whole; any [`Fault`]
/// of the engines. Then nothing was written.
pub fn carry_all(
    from: &Db,
    to: &Db,
    stamp: &Stamp,
    mut told: impl FnMut(&'static str, i64),
) -> Result<Vec<Carried>, Fault> {
    from.read_blocking(stamp.clone(), |source| {
        to.write_blocking(stamp.clone(), |target| {
            if !has_nothing(target)? {
                return Err(Fault::Broken("there is something in the database carried to".into()));
            }
            // What the schema itself puts there.
            for table in tables().rev() {
                target.execute(&format!("delete from {table}"), &[])?;
            }
            tables().map(|table| carry(source, target, table, &mut told)).collect()
        })
    })
}
