//! SQL of the hotline: numbers, duty, calls, lists of calls.

use domain::{
    hotline::{BackResult, CallKind, TestResult},
    ids::{HotlineCallId, PositionId, UnitId},
    time::Instant,
};
use jiff::civil::{Date, DateTime, Time};
use store::{Fault, Row, Select, Tx};

/// A number of the board.
#[derive(Debug, Clone)]
pub(super) struct Number {
    pub id: i64,
    pub unit: UnitId,
    pub position: Option<PositionId>,
    pub label: String,
    pub phone: String,
    pub hours: String,
    pub posted: Instant,
    pub verified_at: Option<Instant>,
    pub verified: Option<TestResult>,
}

const NUMBER: &str = "id, unit, position, label, phone, hours, posted_at, verified_at, verified";

fn number(row: &Row) -> Result<Number, Fault> {
    let verified: String = row.get(8)?;
    Ok(Number {
        id: row.get(0)?,
        unit: row.get(1)?,
        position: row.get(2)?,
        label: row.get(3)?,
        phone: row.get(4)?,
        hours: row.get(5)?,
        posted: Instant::from_epoch_ms(row.get(6)?),
        verified_at: row.get::<Option<i64>>(7)?.map(Instant::from_epoch_ms),
        verified: TestResult::from_code(&verified),
    })
}

/// The numbers that stand on the boards of these units.
pub(super) fn numbers(tx: &mut Tx<'_>, units: Vec<UnitId>) -> Result<Vec<Number>, Fault> {
    let select = Select::new(NUMBER, "hotline_number")
        .and_in("unit", units)
        .and("removed_at is null", [])
        .order_by("unit, place, id");
    select.rows(tx, 2_000)?.iter().map(number).collect()
}

/// One number, if it was not removed.
pub(super) fn find_number(tx: &mut Tx<'_>, id: i64) -> Result<Option<Number>, Fault> {
    let sql = format!("select {NUMBER} from hotline_number where id = ?1 and removed_at is null");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(number).transpose()
}

/// Puts a number on the board.
pub(super) fn insert_number(tx: &mut Tx<'_>, it: &Number, place: i64) -> Result<i64, Fault> {
    let now = tx.now();
    tx.insert(
        "insert into hotline_number (unit, position, label, phone, hours, place, posted_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.unit.into(),
            it.position.into(),
            it.label.as_str().into(),
            it.phone.as_str().into(),
            it.hours.as_str().into(),
            place.into(),
            now.into(),
        ],
    )
}

/// Other hours.
pub(super) fn change_hours(tx: &mut Tx<'_>, id: i64, hours: &str) -> Result<(), Fault> {
    tx.execute("update hotline_number set hours = ?2 where id = ?1", &[id.into(), hours.into()])?;
    Ok(())
}

/// Takes a number from the board.
pub(super) fn remove_number(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update hotline_number set removed_at = ?2 where id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Writes what came of a test call.
pub(super) fn verify(tx: &mut Tx<'_>, id: i64, result: TestResult) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update hotline_number set verified_at = ?2, verified = ?3 where id = ?1",
        &[id.into(), now.into(), result.code().into()],
    )?;
    Ok(())
}

/// Somebody's duty.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    pub id: i64,
    pub unit: UnitId,
    pub day: Date,
    pub from: Time,
    pub until: Time,
    pub position: PositionId,
    pub name: String,
    pub title: String,
    pub stands_in_for: String,
}

const SHIFT: &str = "id, unit, day, from_time, until_time, position, name, title, stands_in_for";

fn shift(row: &Row) -> Result<Shift, Fault> {
    Ok(Shift {
        id: row.get(0)?,
        unit: row.get(1)?,
        day: row.parse(2, "date", |it| it.parse().ok())?,
        from: row.parse(3, "time", |it| it.parse().ok())?,
        until: row.parse(4, "time", |it| it.parse().ok())?,
        position: row.get(5)?,
        name: row.get(6)?,
        title: row.get(7)?,
        stands_in_for: row.get(8)?,
    })
}

fn hm(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// The duty of a unit within a time.
pub(super) fn shifts(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (from, until): (Date, Date),
) -> Result<Vec<Shift>, Fault> {
    let rows = tx.query(
        &format!(
            "select {SHIFT} from hotline_shift where unit = ?1 and day >= ?2 and day <= ?3
             order by day, from_time, id"
        ),
        &[unit.into(), from.into(), until.into()],
    )?;
    rows.iter().map(shift).collect()
}

/// One duty.
pub(super) fn find_shift(tx: &mut Tx<'_>, id: i64) -> Result<Option<Shift>, Fault> {
    let sql = format!("select {SHIFT} from hotline_shift where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(shift).transpose()
}

/// Keeps a duty.
pub(super) fn insert_shift(tx: &mut Tx<'_>, it: &Shift) -> Result<i64, Fault> {
    tx.insert(
        "insert into hotline_shift (unit, day, from_time, until_time, position, name, title)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.unit.into(),
            it.day.into(),
            hm(it.from).into(),
            hm(it.until).into(),
            it.position.into(),
            it.name.as_str().into(),
            it.title.as_str().into(),
        ],
    )
}

/// Takes a duty away.
pub(super) fn delete_shift(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("delete from hotline_shift where id = ?1", &[id.into()])?;
    Ok(())
}

/// Gives a duty to somebody else.
pub(super) fn replace(tx: &mut Tx<'_>, it: &Shift) -> Result<(), Fault> {
    tx.execute(
        "update hotline_shift set position = ?2, name = ?3, title = ?4, stands_in_for = ?5 where id = ?1",
        &[
            it.id.into(),
            it.position.into(),
            it.name.as_str().into(),
            it.title.as_str().into(),
            it.stands_in_for.as_str().into(),
        ],
    )?;
    Ok(())
}

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub id: HotlineCallId,
    pub unit: UnitId,
    pub called: String,
    pub at: Instant,
    pub kind: CallKind,
    pub seconds: i64,
    pub mark: String,
    /// Name and telephone of who called; empty if nothing is known.
    pub sealed: String,
    pub anonymous: bool,
    pub subject: String,
    pub officer: String,
    pub promise: String,
    pub due: Option<DateTime>,
    pub back: Option<BackResult>,
    pub back_note: String,
    pub back_at: Option<Instant>,
    pub batch: Option<i64>,
    pub feedback: Option<i64>,
}

const CALL: &str = "id, unit, called, called_at, kind, seconds, mark, sealed, anonymous, subject, officer, promise,
    due_at, back, back_note, back_at, batch, feedback";

fn call(row: &Row) -> Result<Call, Fault> {
    let back: String = row.get(13)?;
    Ok(Call {
        id: row.get(0).map(HotlineCallId)?,
        unit: row.get(1)?,
        called: row.get(2)?,
        at: Instant::from_epoch_ms(row.get(3)?),
        kind: row.parse(4, "kind", CallKind::from_code)?,
        seconds: row.get(5)?,
        mark: row.get(6)?,
        sealed: row.get(7)?,
        anonymous: row.get(8)?,
        subject: row.get(9)?,
        officer: row.get(10)?,
        promise: row.get(11)?,
        due: row.parse_opt(12, "time", |it| it.parse().ok())?,
        back: BackResult::from_code(&back),
        back_note: row.get(14)?,
        back_at: row.get::<Option<i64>>(15)?.map(Instant::from_epoch_ms),
        batch: row.get(16)?,
        feedback: row.get(17)?,
    })
}

/// Keeps a call; nothing if it is there already.
pub(super) fn insert_call(tx: &mut Tx<'_>, it: &Call) -> Result<Option<HotlineCallId>, Fault> {
    let by = tx.by();
    let row = tx.query_one(
        "insert into hotline_call (unit, called, called_at, kind, seconds, mark, sealed, anonymous, subject, officer,
           promise, due_at, account, batch)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         on conflict (unit, mark) do nothing returning id",
        &[
            it.unit.into(),
            it.called.as_str().into(),
            it.at.into(),
            it.kind.code().into(),
            it.seconds.into(),
            it.mark.as_str().into(),
            it.sealed.as_str().into(),
            it.anonymous.into(),
            it.subject.as_str().into(),
            it.officer.as_str().into(),
            it.promise.as_str().into(),
            it.due.into(),
            by.into(),
            it.batch.into(),
        ],
    )?;
    row.map(|it| it.get(0).map(HotlineCallId)).transpose()
}

/// One call, held against others until the transaction is done if it is to be changed.
pub(super) fn find_call(
    tx: &mut Tx<'_>,
    id: HotlineCallId,
    hold: bool,
) -> Result<Option<Call>, Fault> {
    let lock = if hold { tx.for_update() } else { "" };
    let sql = format!("select {CALL} from hotline_call where id = ?1{lock}");
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(call).transpose()
}

/// Which calls are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub units: Vec<UnitId>,
    pub kind: Option<CallKind>,
    /// Those that are still to be called back.
    pub owed: bool,
    pub from: Option<Instant>,
    pub until: Option<Instant>,
}

fn select(columns: &'static str, it: &Filter) -> Select {
    let select = Select::new(columns, "hotline_call")
        .and_in("unit", it.units.clone())
        .and_if("kind = ?", it.kind.map(CallKind::code))
        .and_if("called_at >= ?", it.from)
        .and_if("called_at < ?", it.until);
    if it.owed { select.and("due_at is not null and back = ''", []) } else { select }
}

/// Calls, the newest first, those before `before` (moment, number) alone.
pub(super) fn page(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Call>, Fault> {
    let mut select = select(CALL, filter);
    if let Some((at, id)) = before {
        select = select.and(
            "(called_at < ? or (called_at = ? and id < ?))",
            [at.into(), at.into(), id.into()],
        );
    }
    select.order_by("called_at desc, id desc").rows(tx, limit)?.iter().map(call).collect()
}

/// What figures need of a call, and nothing else of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub kind: CallKind,
    pub anonymous: bool,
    pub is_handed_on: bool,
    pub due: Option<DateTime>,
    pub back_at: Option<Instant>,
}

impl From<&Call> for Counted {
    fn from(it: &Call) -> Self {
        Self {
            kind: it.kind,
            anonymous: it.anonymous,
            is_handed_on: it.feedback.is_some(),
            due: it.due,
            back_at: it.back_at,
        }
    }
}

/// Calls as figures need them.
pub(super) fn counted(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Counted>, Fault> {
    let read = |row: &Row| {
        Ok(Counted {
            kind: row.parse(0, "kind", CallKind::from_code)?,
            anonymous: row.get(1)?,
            is_handed_on: row.get::<Option<i64>>(2)?.is_some(),
            due: row.parse_opt(3, "time", |it| it.parse().ok())?,
            back_at: row.get::<Option<i64>>(4)?.map(Instant::from_epoch_ms),
        })
    };
    let columns = "kind, anonymous, feedback, due_at, back_at";
    select(columns, filter)
        .order_by("called_at desc, id desc")
        .rows(tx, limit)?
        .iter()
        .map(read)
        .collect()
}

/// How many there are.
pub(super) fn count(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Fault> {
    select("id", filter).count(tx, 100_000)
}

/// What is owed: until when, and how many.
pub(super) fn owed(tx: &mut Tx<'_>, units: Vec<UnitId>) -> Result<Vec<DateTime>, Fault> {
    let filter = Filter { units, owed: true, ..Filter::default() };
    let rows = select("due_at", &filter).order_by("due_at").rows(tx, 1_000)?;
    rows.iter().map(|row| row.parse(0, "time", |it| it.parse().ok())).collect()
}

/// Writes what came of calling back, once; false if that was written before.
pub(super) fn back(
    tx: &mut Tx<'_>,
    id: HotlineCallId,
    result: BackResult,
    note: &str,
) -> Result<bool, Fault> {
    let now = tx.now();
    let done = tx.execute(
        "update hotline_call set back = ?2, back_note = ?3, back_at = ?4 where id = ?1 and back = ''",
        &[id.0.into(), result.code().into(), note.into(), now.into()],
    )?;
    Ok(done > 0)
}

/// Stands for what a call became where that is sealed: which one it is, is told nowhere.
pub(super) const SEALED: i64 = 0;

/// Ties a call to what it became.
pub(super) fn tie(tx: &mut Tx<'_>, id: HotlineCallId, feedback: i64) -> Result<bool, Fault> {
    let done = tx.execute(
        "update hotline_call set feedback = ?2 where id = ?1 and feedback is null",
        &[id.0.into(), feedback.into()],
    )?;
    Ok(done > 0)
}

/// What a call became is sealed: neither who called nor what was said or promised stands here, and nobody is called back
/// from here. Its mark stays, so that a list that is brought in again does not bring it back.
pub(super) fn wipe(tx: &mut Tx<'_>, id: HotlineCallId) -> Result<(), Fault> {
    tx.execute(
        "update hotline_call set sealed = '', subject = '', promise = '', back_note = '', feedback = ?2,
           due_at = case when back = '' then null else due_at end
         where id = ?1",
        &[id.0.into(), SEALED.into()],
    )?;
    Ok(())
}

/// A list that was brought in.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub id: i64,
    pub unit: UnitId,
    pub made: Instant,
    pub name: String,
    pub calls: i64,
    pub twice: i64,
    pub wrong: i64,
    pub undone: bool,
}

const BATCH: &str = "id, unit, made_at, name, calls, twice, wrong, undone_at";

fn batch(row: &Row) -> Result<Batch, Fault> {
    Ok(Batch {
        id: row.get(0)?,
        unit: row.get(1)?,
        made: Instant::from_epoch_ms(row.get(2)?),
        name: row.get(3)?,
        calls: row.get(4)?,
        twice: row.get(5)?,
        wrong: row.get(6)?,
        undone: row.get::<Option<i64>>(7)?.is_some(),
    })
}

/// Begins to bring a list in.
pub(super) fn insert_batch(
    tx: &mut Tx<'_>,
    unit: UnitId,
    name: &str,
    wrong: usize,
) -> Result<i64, Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.insert(
        "insert into hotline_import (unit, made_at, account, name, calls, twice, wrong)
         values (?1, ?2, ?3, ?4, 0, 0, ?5) returning id",
        &[unit.into(), now.into(), by.into(), name.into(), wrong.into()],
    )
}

/// Says how many calls a list brought, and how many were there before.
pub(super) fn close_batch(
    tx: &mut Tx<'_>,
    id: i64,
    calls: usize,
    twice: usize,
) -> Result<(), Fault> {
    tx.execute(
        "update hotline_import set calls = ?2, twice = ?3 where id = ?1",
        &[id.into(), calls.into(), twice.into()],
    )?;
    Ok(())
}

/// The lists of a unit, the newest first.
pub(super) fn batches(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Batch>, Fault> {
    let sql =
        format!("select {BATCH} from hotline_import where unit = ?1 order by id desc limit 20");
    tx.query(&sql, &[unit.into()])?.iter().map(batch).collect()
}

/// One list.
pub(super) fn find_batch(tx: &mut Tx<'_>, id: i64) -> Result<Option<Batch>, Fault> {
    let sql = format!("select {BATCH} from hotline_import where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(batch).transpose()
}

/// Takes back what a list brought; calls that somebody has worked on since stay. How many went and how many stay.
pub(super) fn undo_batch(tx: &mut Tx<'_>, id: i64) -> Result<(usize, i64), Fault> {
    let now = tx.now();
    let gone = tx.execute(
        "delete from hotline_call where batch = ?1 and back = '' and feedback is null",
        &[id.into()],
    )?;
    tx.execute("update hotline_import set undone_at = ?2 where id = ?1", &[id.into(), now.into()])?;
    let stay =
        tx.query_number("select count(*) from hotline_call where batch = ?1", &[id.into()])?;
    Ok((gone, stay))
}
