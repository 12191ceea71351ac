//! The raw driver writing the rows of an intake: the least that any program must do.
//!
//! The statements are those that the product ran, recorded in the same run; only what must be
//! new for each dossier is put in place: its number, its code, its form's token, its link, its entries.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use domain::text::number;
use store::{Param, Statement};

use super::machine;
use crate::Problem;

/// The writing statements of one intake.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// In order.
    pub statements: Vec<Statement>,
    /// The dossier's number.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// What is kept of the form's token.
    pub token: String,
    /// The code of the link by which it is rated.
    pub link: String,
}

/// What a driver did in how long.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// Intakes.
    pub intakes: f64,
    /// Seconds that went by.
    pub wall_s: f64,
    /// Seconds on processors.
    pub cpu_s: Option<f64>,
}

impl Done {
    /// Intakes in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.intakes / self.wall_s
    }

    /// Microseconds on processors for one intake.
    #[must_use]
    pub fn cpu_us(&self) -> Option<f64> {
        self.cpu_s.map(|it| it * 1e6 / self.intakes)
    }
}

const DOSSIER: &str = "insert into dossier";
const JOURNAL: &str = "insert into journal";
const HEAD: &str = "update journal_head";

fn is(statement: &Statement, head: &str) -> bool {
    statement
        .sql
        .trim_start()
        .strip_prefix(head)
        .is_some_and(|it| it.starts_with(|c: char| c.is_whitespace() || c == '('))
}

/// Gives out what is new for each intake.
pub struct Feed<'a> {
    recorded: &'a Recorded,
    /// The first entry of the recorded intake, and how many there were.
    first_entry: i64,
    entries: i64,
    next_entry: AtomicI64,
    next: AtomicI64,
}

impl<'a> Feed<'a> {
    /// Goes on after what is in the journal.
    ///
    /// # Errors
    /// If the recorded statements are not those of an intake.
    pub fn new(recorded: &'a Recorded, journal_entries: i64) -> Result<Self, Problem> {
        let of_journal = recorded.statements.iter().filter(|it| is(it, JOURNAL));
        let ids: Vec<i64> = of_journal
            .flat_map(|it| it.params.chunks(10))
            .filter_map(|row| match row.first() {
                Some(Param::Integer(Some(id))) => Some(*id),
                _ => None,
            })
            .collect();
        let first_entry = *ids
            .first()
            .ok_or_else(|| Problem::Refused("Lần tiếp nhận mẫu không ghi nhật ký.".to_owned()))?;
        Ok(Self {
            recorded,
            first_entry,
            entries: i64::try_from(ids.len()).unwrap_or(0),
            next_entry: AtomicI64::new(journal_entries + 1),
            next: AtomicI64::new(1),
        })
    }

    fn one(&self) -> One<'_> {
        let serial = self.next.fetch_add(1, Ordering::Relaxed);
        One {
            feed: self,
            first_entry: self.next_entry.fetch_add(self.entries, Ordering::Relaxed),
            code: format!("{}/{serial}", self.recorded.code),
            token: format!("{}/{serial}", self.recorded.token),
            link: format!("{}/{serial}", self.recorded.link),
            id: 0,
        }
    }
}

/// One intake to be written.
struct One<'a> {
    feed: &'a Feed<'a>,
    first_entry: i64,
    code: String,
    token: String,
    link: String,
    id: i64,
}

impl One<'_> {
    /// The value that stands in place of a recorded one.
    fn param(&self, statement: &Statement, param: &Param) -> Param {
        let old = self.feed.recorded;
        match param {
            Param::Text(Some(text)) if *text == old.code => self.code.as_str().into(),
            Param::Text(Some(text)) if *text == old.token => self.token.as_str().into(),
            Param::Text(Some(text)) if *text == old.link => self.link.as_str().into(),
            Param::Integer(Some(it)) => {
                let entry = it - self.feed.first_entry;
                let is_entry = (0..self.feed.entries).contains(&entry)
                    && (is(statement, JOURNAL)
                        || is(statement, "insert into journal_words")
                        || is(statement, HEAD));
                if is_entry {
                    (self.first_entry + entry).into()
                } else if *it == old.id && !is(statement, DOSSIER) {
                    self.id.into()
                } else {
                    (*it).into()
                }
            }
            other => other.clone(),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> Problem {
    Problem::Refused(format!("Trình điều khiển thô: {error}"))
}

/// Writes `intakes` of them with the raw SQLite driver, one transaction each.
///
/// # Errors
/// If a statement is refused.
pub fn on_sqlite(path: &str, feed: &Feed<'_>, intakes: u32) -> Result<Done, Problem> {
    let mut connection = rusqlite::Connection::open(path).map_err(broken)?;
    // As the product's writer.
    connection
        .execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
             pragma cache_size = -16000; pragma temp_store = memory;",
        )
        .map_err(broken)?;
    connection.set_prepared_statement_cache_capacity(64);
    let (begin, cpu) = (std::time::Instant::now(), machine::thread_cpu());
    for _ in 0..intakes {
        let mut one = feed.one();
        let tx = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(broken)?;
        for statement in &feed.recorded.statements {
            let mut prepared = tx.prepare_cached(&statement.sql).map_err(broken)?;
            for (at, param) in statement.params.iter().enumerate() {
                let at = at + 1;
                match one.param(statement, param) {
                    Param::Integer(it) => prepared.raw_bind_parameter(at, it),
                    Param::Text(it) => prepared.raw_bind_parameter(at, it),
                    Param::Bytes(it) => prepared.raw_bind_parameter(at, it),
                }
                .map_err(broken)?;
            }
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next().map_err(broken)? {
                if is(statement, DOSSIER) {
                    one.id = row.get(0).map_err(broken)?;
                }
            }
        }
        tx.commit().map_err(broken)?;
    }
    Ok(done(intakes, begin, cpu))
}

fn done(intakes: u32, begin: std::time::Instant, cpu: Option<std::time::Duration>) -> Done {
    let cpu = machine::thread_cpu().zip(cpu).map(|(after, before)| after.saturating_sub(before));
    Done {
        intakes: intakes.into(),
        wall_s: begin.elapsed().as_secs_f64(),
        cpu_s: cpu.map(|it| it.as_secs_f64()),
    }
}

/// The same on PostgreSQL, over `connections` at once.
///
/// # Errors
/// If a statement is refused.
pub fn on_postgresql(
    url: &str,
    feed: &Feed<'_>,
    intakes: u32,
    connections: u32,
) -> Result<Done, Problem> {
    let begin = std::time::Instant::now();
    let each = intakes / connections.max(1);
    let parts = std::thread::scope(|scope| {
        let work: Vec<_> = (0..connections.max(1))
            .map(|_| scope.spawn(|| one_connection(url, feed, each)))
            .collect();
        work.into_iter()
            .map(|it| it.join().unwrap_or_else(|_| Err(broken("một luồng đã hỏng"))))
            .collect::<Result<Vec<_>, Problem>>()
    })?;
    let cpu_s = parts.iter().map(|it| it.cpu_s).sum::<Option<f64>>();
    let intakes = parts.iter().map(|it| it.intakes).sum();
    Ok(Done { intakes, wall_s: begin.elapsed().as_secs_f64(), cpu_s })
}

fn one_connection(url: &str, feed: &Feed<'_>, intakes: u32) -> Result<Done, Problem> {
    use postgres::types::{ToSql, Type};
    let mut client = postgres::Client::connect(url, postgres::NoTls).map_err(broken)?;
    let mut prepared: HashMap<&str, postgres::Statement> = HashMap::new();
    for it in &feed.recorded.statements {
        let kinds: Vec<Type> = it
            .params
            .iter()
            .map(|it| match it {
                Param::Integer(_) => Type::INT8,
                Param::Text(_) => Type::TEXT,
                Param::Bytes(_) => Type::BYTEA,
            })
            .collect();
        let text = it.sql.replace('?', "$");
        let statement = client.prepare_typed(&text, &kinds).map_err(broken)?;
        prepared.insert(it.sql.as_str(), statement);
    }
    let (begin, cpu) = (std::time::Instant::now(), machine::thread_cpu());
    for _ in 0..intakes {
        let mut one = feed.one();
        let mut tx = client.transaction().map_err(broken)?;
        for it in &feed.recorded.statements {
            let Some(statement) = prepared.get(it.sql.as_str()) else { continue };
            let values: Vec<Param> = it.params.iter().map(|param| one.param(it, param)).collect();
            let bound: Vec<&(dyn ToSql + Sync)> = values
                .iter()
                .map(|it| -> &(dyn ToSql + Sync) {
                    match it {
                        Param::Integer(it) => it,
                        Param::Text(it) => it,
                        Param::Bytes(it) => it,
                    }
                })
                .collect();
            let rows = tx.query(statement, &bound).map_err(broken)?;
            if let Some(row) = rows.first()
                && is(it, DOSSIER)
            {
                one.id = row.try_get(0).map_err(broken)?;
            }
        }
        tx.commit().map_err(broken)?;
    }
    Ok(done(intakes, begin, cpu))
}

/// How many rows each table of the product has.
pub type Rows = std::collections::BTreeMap<String, i64>;

/// Says where two ways of writing the same intakes differ.
///
/// # Errors
/// If one wrote other rows than the other: the comparison would be worth nothing.
pub fn same_rows(by_http: &Rows, by_hand: &Rows, intakes: (f64, f64)) -> Result<(), Problem> {
    for (table, http) in by_http {
        let raw = by_hand.get(table).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "counts of rows are small")]
        let (http_each, raw_each) = (*http as f64 / intakes.0, raw as f64 / intakes.1);
        // A session or a sequence of numbers is made once, not for each dossier.
        if (http_each - raw_each).abs() > 0.05 {
            return Err(Problem::Refused(format!(
                "Bảng {table}: qua HTTP thêm {} dòng, trình điều khiển thô thêm {} dòng cho cùng số \
                 hồ sơ; phép so sánh không còn đúng.",
                number(*http),
                number(raw)
            )));
        }
    }
    Ok(())
}
