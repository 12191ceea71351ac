//! SQL of messages about dossiers, narrowed to what somebody sees.

use domain::{
    ids::{DossierId, UnitId},
    message::{Channel, Kind, State},
    time::Instant,
};
use messages::facts::{COLUMNS, Kept, WIDTH, read};
use store::{Fault, Param, Row, Select, Tx};

use crate::dossiers::facts::Seen;

/// A message and the dossier that it is about.
#[derive(Debug, Clone)]
pub struct Line {
    /// The message.
    pub it: Kept,
    /// Its dossier; 0 if it is about something else.
    pub dossier: DossierId,
    /// The dossier's code.
    pub code: String,
}

const FROM: &str = "outbox o left join dossier d on o.subject = 'dossier' and d.id = o.subject_id";

fn columns() -> &'static str {
    static ALL: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| format!("{COLUMNS}, coalesce(d.id, 0), coalesce(d.code, '')"));
    ALL.as_str()
}

fn line(row: &Row) -> Result<Line, Fault> {
    Ok(Line { it: read(row)?, dossier: row.get(WIDTH)?, code: row.get(WIDTH + 1)? })
}

/// Messages whose dossiers somebody sees, or which are told at a counter of his.
fn narrowed(seen: &Seen, units: Option<&[UnitId]>) -> Select {
    let select = Select::new(columns(), FROM).and("o.kind <> 'trial'", []);
    let Some(units) = units.filter(|_| !seen.everything) else { return select };
    let mut condition = String::from("1 = 0");
    let mut values: Vec<Param> = Vec::new();
    let kinds = [
        ("d.body", seen.bodies.as_slice()),
        ("d.unit", seen.counters.as_slice()),
        ("d.competent", seen.divisions.as_slice()),
        ("o.subject <> 'dossier' and o.unit", units),
    ];
    for (column, units) in kinds.into_iter().filter(|it| !it.1.is_empty()) {
        let marks = vec!["?"; units.len()].join(", ");
        condition.push_str(&format!(" or ({column} in ({marks}))"));
        values.extend(units.iter().map(|it| Param::from(*it)));
    }
    select.and(&condition, values)
}

/// Whose messages somebody sees.
#[derive(Debug, Clone)]
pub struct Scope {
    /// By their dossiers.
    pub seen: Seen,
    /// By the counter that tells them; nothing for all.
    pub units: Option<Vec<UnitId>>,
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; any if empty.
    pub states: Vec<State>,
    /// By this channel.
    pub channel: Option<Channel>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// A dossier's code, a telephone or an e-mail, whole.
    pub word: String,
    /// Queued at this moment or later.
    pub from: Option<Instant>,
    /// Queued before this moment.
    pub until: Option<Instant>,
}

fn filtered(scope: &Scope, it: &Filter) -> Select {
    let mut select = narrowed(&scope.seen, scope.units.as_deref());
    if !it.states.is_empty() {
        let codes: Vec<Param> = it.states.iter().map(|it| Param::from(it.code())).collect();
        select = select.and_in("o.state", codes);
    }
    if !it.word.is_empty() {
        let word = || Param::from(it.word.as_str());
        select =
            select.and("d.code = ? or o.recipient = ? or o.email = ?", [word(), word(), word()]);
    }
    select
        .and_if("o.channel = ?", it.channel.map(Channel::code))
        .and_if("o.kind = ?", it.kind.map(Kind::code))
        .and_if("o.created_ms >= ?", it.from.map(Instant::epoch_ms))
        .and_if("o.created_ms < ?", it.until.map(Instant::epoch_ms))
}

/// A page of messages: what is still to be done oldest first, all others newest first.
pub fn page(
    tx: &mut Tx<'_>,
    scope: &Scope,
    it: &Filter,
    (oldest_first, beyond): (bool, Option<i64>),
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let select = filtered(scope, it);
    let select = if oldest_first {
        select.and_if("o.id > ?", beyond).order_by("o.id")
    } else {
        select.and_if("o.id < ?", beyond).order_by("o.id desc")
    };
    select.rows(tx, limit)?.iter().map(line).collect()
}

/// How many there are, up to `count_max`.
pub fn count(tx: &mut Tx<'_>, scope: &Scope, it: &Filter, count_max: i64) -> Result<i64, Fault> {
    filtered(scope, it).count(tx, count_max)
}

/// One message that somebody sees.
pub fn one(tx: &mut Tx<'_>, scope: &Scope, id: i64) -> Result<Option<Line>, Fault> {
    let select = narrowed(&scope.seen, scope.units.as_deref()).and("o.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(line).transpose()
}

/// Messages about a dossier, the newest first.
pub fn of_dossier(tx: &mut Tx<'_>, id: DossierId, limit: i64) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "select {COLUMNS} from outbox o where o.subject = 'dossier' and o.subject_id = ?1
         order by o.id desc limit ?2"
    );
    tx.query(&sql, &[id.into(), limit.into()])?.iter().map(read).collect()
}

/// Messages that somebody has to tell, and since when the oldest waits.
pub fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<Instant>), Fault> {
    let row = tx.query_one(
        "select count(*), min(created_ms) from outbox where state in ('failed', 'given_up')",
        &[],
    )?;
    let Some(row) = row else { return Ok((0, None)) };
    Ok((row.get(0)?, row.get::<Option<i64>>(1)?.map(Instant::from_epoch_ms)))
}
