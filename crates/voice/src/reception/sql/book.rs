//! SQL of the book of receptions and of what was promised.

use domain::{
    ids::{ReceptionId, UnitId},
    reception::{Matter, Outcome, RefusalGround},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Row, Select, Tx};

/// An entry.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: i64,
    pub unit: UnitId,
    pub year: i64,
    pub number: i64,
    pub reception: Option<ReceptionId>,
    pub booking: Option<i64>,
    pub received: Instant,
    pub day: Date,
    pub receiver: String,
    /// Name, address, number of papers, telephone.
    pub sealed: String,
    pub people: i64,
    pub matter: Matter,
    pub summary: String,
    pub settled_by: String,
    pub request: String,
    pub outcome: Outcome,
    pub refusal: Option<RefusalGround>,
    pub document: String,
    pub papers: String,
    pub answer_due: DateTime,
    pub answered: Option<Instant>,
    pub answer: String,
    pub feedback: Option<i64>,
}

/// Stands for what an entry became where that is sealed: which one it is, is told nowhere.
pub const SEALED: i64 = 0;

impl Entry {
    /// Whether what was said went the sealed way: nothing of it stands here.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.feedback == Some(SEALED)
    }

    /// Whether an answer is owed and was due before `now`.
    #[must_use]
    pub fn is_late(&self, now: DateTime) -> bool {
        self.answered.is_none() && !self.is_sealed() && self.answer_due < now
    }
}

const ENTRY: &str = "id, unit, year, number, reception, booking, received_at, day, receiver, sealed, people, matter,
    summary, settled_by, request, outcome, refusal, document, papers, answer_due, answered_at, answer, feedback";

fn entry(row: &Row) -> Result<Entry, Fault> {
    let refusal: String = row.get(16)?;
    Ok(Entry {
        id: row.get(0)?,
        unit: row.get(1)?,
        year: row.get(2)?,
        number: row.get(3)?,
        reception: row.get::<Option<i64>>(4)?.map(ReceptionId),
        booking: row.get(5)?,
        received: Instant::from_epoch_ms(row.get(6)?),
        day: row.parse(7, "date", |it| it.parse().ok())?,
        receiver: row.get(8)?,
        sealed: row.get(9)?,
        people: row.get(10)?,
        matter: row.parse(11, "matter", Matter::from_code)?,
        summary: row.get(12)?,
        settled_by: row.get(13)?,
        request: row.get(14)?,
        outcome: row.parse(15, "outcome", Outcome::from_code)?,
        refusal: RefusalGround::from_code(&refusal),
        document: row.get(17)?,
        papers: row.get(18)?,
        answer_due: row.parse(19, "time", |it| it.parse().ok())?,
        answered: row.get::<Option<i64>>(20)?.map(Instant::from_epoch_ms),
        answer: row.get(21)?,
        feedback: row.get(22)?,
    })
}

/// The next number of the unit's book of a year: it is taken with its entry or not at all.
pub fn next_number(tx: &mut Tx<'_>, unit: UnitId, year: i64) -> Result<i64, Fault> {
    tx.insert(
        "insert into reception_series (unit, year, last) values (?1, ?2, 1)
         on conflict (unit, year) do update set last = reception_series.last + 1 returning last",
        &[unit.into(), year.into()],
    )
}

/// Keeps an entry under its number.
pub fn insert(tx: &mut Tx<'_>, it: &Entry) -> Result<i64, Fault> {
    let by = tx.by();
    tx.insert(
        "insert into reception_entry (unit, year, number, reception, booking, received_at, day, receiver, sealed,
           people, matter, summary, settled_by, request, outcome, refusal, document, papers, answer_due, account,
           answered_at, answer)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
           ?22)
         returning id",
        &[
            it.unit.into(),
            it.year.into(),
            it.number.into(),
            it.reception.map(|it| it.0).into(),
            it.booking.into(),
            it.received.into(),
            it.day.into(),
            it.receiver.as_str().into(),
            it.sealed.as_str().into(),
            it.people.into(),
            it.matter.code().into(),
            it.summary.as_str().into(),
            it.settled_by.as_str().into(),
            it.request.as_str().into(),
            it.outcome.code().into(),
            it.refusal.map_or("", RefusalGround::code).into(),
            it.document.as_str().into(),
            it.papers.as_str().into(),
            it.answer_due.into(),
            by.into(),
            it.answered.into(),
            it.answer.as_str().into(),
        ],
    )
}

/// One entry.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Entry>, Fault> {
    let sql = format!("select {ENTRY} from reception_entry where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(entry).transpose()
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub units: Vec<UnitId>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub matter: Option<Matter>,
    pub outcome: Option<Outcome>,
    /// Those that wait for an answer.
    pub unanswered: bool,
    pub year: Option<i64>,
    pub number: Option<i64>,
}

fn select(columns: &'static str, it: &Filter) -> Select {
    let mut select = Select::new(columns, "reception_entry")
        .and_in("unit", it.units.clone())
        .and_if("day >= ?", it.from)
        .and_if("day <= ?", it.until)
        .and_if("matter = ?", it.matter.map(Matter::code))
        .and_if("outcome = ?", it.outcome.map(Outcome::code))
        .and_if("year = ?", it.year)
        .and_if("number = ?", it.number);
    if it.unanswered {
        // What is sealed is answered where it lies.
        select = select.and("answered_at is null and (feedback <> 0 or feedback is null)", []);
    }
    select
}

/// Entries, the newest first, those before `before` alone.
pub fn page(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Fault> {
    let select = select(ENTRY, filter).and_if("id < ?", before).order_by("id desc");
    select.rows(tx, limit)?.iter().map(entry).collect()
}

/// Entries in the order of the book.
pub fn in_order(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Entry>, Fault> {
    let select = select(ENTRY, filter).order_by("unit, year, number");
    select.rows(tx, limit)?.iter().map(entry).collect()
}

/// How many there are.
pub fn count(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Fault> {
    select("id", filter).count(tx, 50_000)
}

/// Writes the answer, once; false if it was answered before.
pub fn answer(tx: &mut Tx<'_>, id: i64, words: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let done = tx.execute(
        "update reception_entry set answered_at = ?2, answer = ?3 where id = ?1 and answered_at is null",
        &[id.into(), now.into(), words.into()],
    )?;
    Ok(done > 0)
}

/// Ties an entry to what it became, once; false if it was tied before.
pub fn tie(tx: &mut Tx<'_>, id: i64, feedback: i64) -> Result<bool, Fault> {
    let done = tx.execute(
        "update reception_entry set feedback = ?2 where id = ?1 and feedback is null",
        &[id.into(), feedback.into()],
    )?;
    Ok(done > 0)
}

/// What an entry became is sealed: of who came, what he said, brought and was promised nothing stands here. The book keeps
/// that somebody was received about a denunciation, when, by whom, and how it was dealt with.
pub fn wipe(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update reception_entry set sealed = '', summary = '', settled_by = '', request = '', document = '', papers = '',
           answer = '', matter = ?2, feedback = ?3 where id = ?1",
        &[id.into(), Matter::Denunciation.code().into(), SEALED.into()],
    )?;
    tx.execute("delete from reception_promise where entry = ?1", &[id.into()])?;
    Ok(())
}

/// Entries up to a day that still know who came, the oldest first.
pub fn to_forget(tx: &mut Tx<'_>, until: Date, limit: i64) -> Result<Vec<Entry>, Fault> {
    let select = Select::new(ENTRY, "reception_entry")
        .and("forgotten = 0", [])
        .and("day <= ?", [until.into()])
        .order_by("day, id");
    select.rows(tx, limit)?.iter().map(entry).collect()
}

/// Nobody knows any more who came; `left` is what stays sealed.
pub fn forget(tx: &mut Tx<'_>, id: i64, left: &str) -> Result<(), Fault> {
    tx.execute(
        "update reception_entry set forgotten = 1, sealed = ?2 where id = ?1",
        &[id.into(), left.into()],
    )?;
    Ok(())
}

/// Something that was promised.
#[derive(Debug, Clone)]
pub struct Promise {
    pub id: i64,
    pub entry: i64,
    pub unit: UnitId,
    pub what: String,
    pub responsible: String,
    pub due: DateTime,
    pub kept: Option<Instant>,
    pub result: String,
}

const PROMISE: &str = "id, entry, unit, what, responsible, due_at, kept_at, result";

fn promise(row: &Row) -> Result<Promise, Fault> {
    Ok(Promise {
        id: row.get(0)?,
        entry: row.get(1)?,
        unit: row.get(2)?,
        what: row.get(3)?,
        responsible: row.get(4)?,
        due: row.parse(5, "time", |it| it.parse().ok())?,
        kept: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
        result: row.get(7)?,
    })
}

/// Keeps a promise.
pub fn insert_promise(tx: &mut Tx<'_>, it: &Promise) -> Result<i64, Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.insert(
        "insert into reception_promise (entry, unit, what, responsible, due_at, account, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.entry.into(),
            it.unit.into(),
            it.what.as_str().into(),
            it.responsible.as_str().into(),
            it.due.into(),
            by.into(),
            now.into(),
        ],
    )
}

/// One promise.
pub fn find_promise(tx: &mut Tx<'_>, id: i64) -> Result<Option<Promise>, Fault> {
    let sql = format!("select {PROMISE} from reception_promise where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(promise).transpose()
}

/// The promises of an entry.
pub fn promises_of(tx: &mut Tx<'_>, entry: i64) -> Result<Vec<Promise>, Fault> {
    let sql =
        format!("select {PROMISE} from reception_promise where entry = ?1 order by due_at, id");
    tx.query(&sql, &[entry.into()])?.iter().map(promise).collect()
}

/// Promises of these units: those that are open alone, or those that were due within a time.
pub fn promises(
    tx: &mut Tx<'_>,
    units: Vec<UnitId>,
    open: bool,
    between: Option<(Date, Date)>,
) -> Result<Vec<Promise>, Fault> {
    let mut select = Select::new(PROMISE, "reception_promise").and_in("unit", units);
    if open {
        select = select.and("kept_at is null", []);
    }
    if let Some((from, until)) = between {
        let until = until.tomorrow().unwrap_or(until);
        select = select.and("due_at >= ?", [from.into()]).and("due_at < ?", [until.into()]);
    }
    select.order_by("due_at, id").rows(tx, 5_000)?.iter().map(promise).collect()
}

/// Writes that a promise was kept, and how; false if that was written before.
pub fn keep_promise(tx: &mut Tx<'_>, id: i64, result: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let done = tx.execute(
        "update reception_promise set kept_at = ?2, result = ?3 where id = ?1 and kept_at is null",
        &[id.into(), now.into(), result.into()],
    )?;
    Ok(done > 0)
}
