//! SQL of cases about conduct.

use std::collections::HashSet;

use domain::{
    conduct::{Case, Conclusion, Measure, Source, Status},
    ids::{AccountId, ConductCaseId, StaffId, UnitId},
    time::Instant,
};
use jiff::civil::{Date, DateTime};
use store::{Fault, Row, Select, Tx};

/// A case as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: ConductCaseId,
    pub code: String,
    /// Who handles it.
    pub unit: UnitId,
    /// Where the accused worked when it was opened.
    pub accused_unit: UnitId,
    pub source: Source,
    pub origin: String,
    pub summary: String,
    pub happened_on: Option<Date>,
    pub concluded_on: Option<Date>,
    pub replied_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub case: Case,
    /// The answer to the sender, as it is drafted, and who drafted it.
    pub draft: Option<(String, AccountId)>,
    pub edition: i64,
}

const COLUMNS: &str =
    "c.id, c.code, c.unit, c.accused_unit, c.source, c.origin, c.summary, c.happened_on,
    c.concluded_on, c.replied_on, c.closed_on, c.state, c.edition, c.draft, c.draft_by";

fn kept(row: &Row) -> Result<Kept, Fault> {
    let day = |at: usize| row.parse_opt(at, "date", |it: &str| it.parse::<Date>().ok());
    let draft: String = row.get(13)?;
    let by: Option<AccountId> = row.get(14)?;
    Ok(Kept {
        id: row.get(0)?,
        code: row.get(1)?,
        unit: row.get(2)?,
        accused_unit: row.get(3)?,
        source: row.parse(4, "source", Source::from_code)?,
        origin: row.get(5)?,
        summary: row.get(6)?,
        happened_on: day(7)?,
        concluded_on: day(8)?,
        replied_on: day(9)?,
        closed_on: day(10)?,
        case: row.parse(11, "case", |it| serde_json::from_str(it).ok())?,
        edition: row.get(12)?,
        draft: by.filter(|_| !draft.is_empty()).map(|by| (draft, by)),
    })
}

/// The next number of a unit's year. Its row is the lock.
pub fn next_number(tx: &mut Tx<'_>, unit: UnitId, year: i16) -> Result<i64, Fault> {
    tx.insert(
        "insert into conduct_counter (unit, year, value) values (?1, ?2, 1)
         on conflict (unit, year) do update set value = conduct_counter.value + 1 returning value",
        &[unit.into(), i64::from(year).into()],
    )
}

fn state(case: &Case) -> Result<String, Fault> {
    serde_json::to_string(case).map_err(|e| Fault::Broken(format!("case: {e}")))
}

pub fn insert(tx: &mut Tx<'_>, it: &Kept) -> Result<ConductCaseId, Fault> {
    tx.insert(
        "insert into conduct_case (code, unit, accused, accused_unit, source, origin, summary, happened_on, status,
            received_at, due_at, state, draft, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', 1) returning id",
        &[
            it.code.as_str().into(),
            it.unit.into(),
            it.case.accused.into(),
            it.accused_unit.into(),
            it.source.code().into(),
            it.origin.as_str().into(),
            it.summary.as_str().into(),
            it.happened_on.into(),
            it.case.status.code().into(),
            it.case.received_at.into(),
            it.case.due_at.into(),
            state(&it.case)?.into(),
        ],
    )
}

/// Writes what a step changed; `false` if somebody else was quicker.
pub fn keep(tx: &mut Tx<'_>, it: &Kept) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update conduct_case set verifier = ?3, status = ?4, conclusion = ?5, due_at = ?6, explain_until = ?7,
            concluded_on = ?8, correct_by = ?9, replied_on = ?10, closed_on = ?11, state = ?12, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.into(),
            it.edition.into(),
            it.case.verifier.into(),
            it.case.status.code().into(),
            it.case.conclusion.map(Conclusion::code).into(),
            it.case.due_at.into(),
            it.case.explain_until.into(),
            it.concluded_on.into(),
            it.case.correction_due().into(),
            it.replied_on.into(),
            it.closed_on.into(),
            state(&it.case)?.into(),
        ],
    )?;
    Ok(touched == 1)
}

/// Keeps the answer to the sender as somebody drafted it.
pub fn keep_draft(
    tx: &mut Tx<'_>,
    id: ConductCaseId,
    words: &str,
    by: AccountId,
) -> Result<(), Fault> {
    tx.execute(
        "update conduct_case set draft = ?2, draft_by = ?3 where id = ?1",
        &[id.into(), words.into(), by.into()],
    )?;
    Ok(())
}

/// Takes out of the open what was said in a case that left for the sealed path: its words, its files, and which reports
/// it looked into.
pub fn empty(tx: &mut Tx<'_>, id: ConductCaseId) -> Result<(), Fault> {
    let sql = "update conduct_case set summary = '', origin = '', happened_on = null, draft = '', draft_by = null
               where id = ?1";
    tx.execute(sql, &[id.into()])?;
    tx.execute("update conduct_event set words = '' where conduct_case = ?1", &[id.into()])?;
    tx.execute(
        "update conduct_correction set what = '', found = '' where conduct_case = ?1",
        &[id.into()],
    )?;
    tx.execute("delete from conduct_file where conduct_case = ?1", &[id.into()])?;
    Ok(())
}

/// Reports and their case are tied no more: one of them, or all of the case.
pub fn untie(tx: &mut Tx<'_>, id: ConductCaseId, report: Option<i64>) -> Result<(), Fault> {
    match report {
        Some(it) => tx.execute("delete from conduct_report where feedback = ?1", &[it.into()])?,
        None => tx.execute("delete from conduct_report where conduct_case = ?1", &[id.into()])?,
    };
    Ok(())
}

pub fn find(tx: &mut Tx<'_>, id: ConductCaseId) -> Result<Option<Kept>, Fault> {
    let select = Select::new(COLUMNS, "conduct_case c").and("c.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// What is wanted of a list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those handled by these units.
    pub units: Vec<UnitId>,
    /// Not those about him.
    pub not_about: Option<StaffId>,
    pub statuses: Vec<Status>,
    pub conclusion: Option<Conclusion>,
    pub source: Option<Source>,
    pub from: Option<DateTime>,
    pub until: Option<DateTime>,
    /// Only what is late at this moment.
    pub late_at: Option<DateTime>,
    pub before: Option<i64>,
    /// Those too that left for the sealed path: for figures, never for a list.
    pub with_sealed: bool,
}

fn select(it: &Filter) -> Select {
    let statuses: Vec<&str> = it.statuses.iter().map(|it| it.code()).collect();
    let mut select = Select::new(COLUMNS, "conduct_case c")
        .and_in("c.unit", it.units.clone())
        .and_if("c.accused <> ?", it.not_about)
        .and_if("c.conclusion = ?", it.conclusion.map(Conclusion::code))
        .and_if("c.source = ?", it.source.map(Source::code))
        .and_if("c.received_at >= ?", it.from)
        .and_if("c.received_at < ?", it.until)
        .and_if("c.id < ?", it.before);
    if !statuses.is_empty() {
        select = select.and_in("c.status", statuses);
    }
    if !it.with_sealed {
        select = select.and("c.status <> 'sealed'", []);
    }
    if let Some(now) = it.late_at {
        let day = now.date();
        select = select.and(
            "c.status not in ('closed', 'sealed') and (c.due_at < ? or c.correct_by < ?)",
            [now.into(), day.into()],
        );
    }
    select
}

/// Cases, the newest first.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Kept>, Fault> {
    select(filter).order_by("c.id desc").rows(tx, limit)?.iter().map(kept).collect()
}

pub fn count(tx: &mut Tx<'_>, filter: &Filter, count_max: i64) -> Result<i64, Fault> {
    select(filter).count(tx, count_max)
}

/// Cases in which somebody has a part: accused and told, verifier, or to check what was put right.
pub fn of_person(tx: &mut Tx<'_>, staff: StaffId, limit: i64) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, "conduct_case c")
        .and(
            "(c.verifier = ? or (c.accused = ? and c.explain_until is not null) or exists
              (select 1 from conduct_correction x where x.conduct_case = c.id and x.checker = ?))",
            [staff.into(), staff.into(), staff.into()],
        )
        .and("c.status <> 'sealed'", [])
        .order_by("c.id desc");
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// Open cases whose step is over its time and that were not told of for this time.
pub fn late(tx: &mut Tx<'_>, now: DateTime, limit: i64) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, "conduct_case c")
        .and("c.status not in ('closed', 'sealed')", [])
        .and("c.due_at < ?", [now.into()])
        .and("(c.late_for <> c.due_at or c.late_for is null)", [])
        .order_by("c.id");
    select.rows(tx, limit)?.iter().map(kept).collect()
}

pub fn told_late(tx: &mut Tx<'_>, id: ConductCaseId) -> Result<(), Fault> {
    tx.execute("update conduct_case set late_for = due_at where id = ?1", &[id.into()])?;
    Ok(())
}

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub at: Instant,
    pub by: AccountId,
    pub step: String,
    pub command: String,
    pub words: String,
}

pub fn add_event(
    tx: &mut Tx<'_>,
    case: ConductCaseId,
    step: &str,
    command: &str,
    words: &str,
) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "insert into conduct_event (conduct_case, at_ms, actor, step, command, words)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[case.into(), now.into(), by.into(), step.into(), command.into(), words.into()],
    )?;
    Ok(())
}

pub fn events(tx: &mut Tx<'_>, case: ConductCaseId) -> Result<Vec<Happened>, Fault> {
    let rows = tx.query(
        "select at_ms, actor, step, command, words from conduct_event where conduct_case = ?1 order by id",
        &[case.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Happened {
                at: Instant::from_epoch_ms(row.get(0)?),
                by: row.get(1)?,
                step: row.get(2)?,
                command: row.get(3)?,
                words: row.get(4)?,
            })
        })
        .collect()
}

/// What was laid down to be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub case: ConductCaseId,
    pub place: i64,
    pub measure: Measure,
    pub what: String,
    pub due_on: Date,
    pub checker: StaffId,
    pub done_on: Option<Date>,
    pub found: String,
}

const CORRECTION: &str =
    "x.conduct_case, x.place, x.measure, x.what, x.due_on, x.checker, x.done_on, x.found";

fn correction(row: &Row) -> Result<Correction, Fault> {
    Ok(Correction {
        case: row.get(0)?,
        place: row.get(1)?,
        measure: row.parse(2, "measure", Measure::from_code)?,
        what: row.get(3)?,
        due_on: row.parse(4, "date", |it| it.parse().ok())?,
        checker: row.get(5)?,
        done_on: row.parse_opt(6, "date", |it| it.parse().ok())?,
        found: row.get(7)?,
    })
}

pub fn add_correction(tx: &mut Tx<'_>, it: &Correction) -> Result<(), Fault> {
    tx.execute(
        "insert into conduct_correction (conduct_case, place, measure, what, due_on, checker, found)
         values (?1, ?2, ?3, ?4, ?5, ?6, '')",
        &[
            it.case.into(),
            it.place.into(),
            it.measure.code().into(),
            it.what.as_str().into(),
            it.due_on.into(),
            it.checker.into(),
        ],
    )?;
    Ok(())
}

pub fn end_correction(
    tx: &mut Tx<'_>,
    case: ConductCaseId,
    place: i64,
    found: &str,
) -> Result<(), Fault> {
    let day = tx.now().civil().date();
    tx.execute(
        "update conduct_correction set done_on = ?3, found = ?4 where conduct_case = ?1 and place = ?2",
        &[case.into(), place.into(), day.into(), found.into()],
    )?;
    Ok(())
}

/// What was laid down in these cases.
pub fn corrections(tx: &mut Tx<'_>, cases: &[ConductCaseId]) -> Result<Vec<Correction>, Fault> {
    let select = Select::new(CORRECTION, "conduct_correction x")
        .and_in("x.conduct_case", cases.to_vec())
        .order_by("x.conduct_case, x.place");
    select.rows(tx, 10_000)?.iter().map(correction).collect()
}

/// How much somebody is to check, and the nearest day.
pub fn to_check(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<Correction>, Fault> {
    let select = Select::new(CORRECTION, "conduct_correction x")
        .and("x.checker = ?", [staff.into()])
        .and("x.done_on is null", [])
        .order_by("x.due_on");
    select.rows(tx, 500)?.iter().map(correction).collect()
}

/// Ties reports of citizens to a case.
pub fn tie_report(tx: &mut Tx<'_>, feedback: i64, case: ConductCaseId) -> Result<(), Fault> {
    tx.execute(
        "insert into conduct_report (feedback, conduct_case) values (?1, ?2)",
        &[feedback.into(), case.into()],
    )?;
    Ok(())
}

/// The reports that a case looks into.
pub fn reports_of(tx: &mut Tx<'_>, case: ConductCaseId) -> Result<Vec<i64>, Fault> {
    let rows = tx.query(
        "select feedback from conduct_report where conduct_case = ?1 order by feedback",
        &[case.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Of these reports those that have a case, with it.
pub fn cases_of_reports(
    tx: &mut Tx<'_>,
    reports: &[i64],
) -> Result<Vec<(i64, ConductCaseId)>, Fault> {
    let select = Select::new("r.feedback, r.conduct_case", "conduct_report r")
        .and_in("r.feedback", reports.to_vec());
    let rows = select.rows(tx, 10_000)?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub fn tie_rating(tx: &mut Tx<'_>, rating: i64, case: ConductCaseId) -> Result<(), Fault> {
    tx.execute(
        "insert into conduct_rating (rating, conduct_case) values (?1, ?2)",
        &[rating.into(), case.into()],
    )?;
    Ok(())
}

/// A case that began with a rating: rating, case, code, unit, accused.
pub type OfRating = (i64, ConductCaseId, String, UnitId, StaffId);

/// The cases of these ratings.
pub fn of_ratings(tx: &mut Tx<'_>, ratings: &[i64]) -> Result<Vec<OfRating>, Fault> {
    let from = "conduct_rating r join conduct_case c on c.id = r.conduct_case";
    let select = Select::new("r.rating, c.id, c.code, c.unit, c.accused", from)
        .and_in("r.rating", ratings.to_vec());
    let rows = select.rows(tx, 10_000)?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .collect()
}

/// Of these ratings those whose case found the complaint untrue.
pub fn untrue_ratings(tx: &mut Tx<'_>, ratings: &[i64]) -> Result<HashSet<i64>, Fault> {
    let from = "conduct_rating r join conduct_case c on c.id = r.conduct_case";
    let select = Select::new("r.rating", from)
        .and_in("r.rating", ratings.to_vec())
        .and("c.conclusion = 'untrue'", []);
    let rows = select.rows(tx, 200_000)?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Cases that were confirmed on these days, of an official or of units.
pub fn confirmed(
    tx: &mut Tx<'_>,
    official: Option<StaffId>,
    units: Option<&[UnitId]>,
    (from, until): (Date, Date),
) -> Result<Vec<Kept>, Fault> {
    let mut select = Select::new(COLUMNS, "conduct_case c")
        .and("c.conclusion in ('true', 'partly')", [])
        .and("c.concluded_on >= ?", [from.into()])
        .and("c.concluded_on <= ?", [until.into()])
        .and_if("c.accused = ?", official);
    if let Some(units) = units {
        select = select.and_in("c.accused_unit", units.to_vec());
    }
    select.order_by("c.id").rows(tx, 10_000)?.iter().map(kept).collect()
}

/// A file of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub id: i64,
    /// evidence or explanation
    pub side: String,
    pub name: String,
    pub kind: String,
    pub size: i64,
    pub sha256: String,
    pub by: AccountId,
    pub at: Instant,
}

pub fn add_file(tx: &mut Tx<'_>, case: ConductCaseId, it: &File) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "insert into conduct_file (conduct_case, side, name, kind, size, sha256, account, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            case.into(),
            it.side.as_str().into(),
            it.name.as_str().into(),
            it.kind.as_str().into(),
            it.size.into(),
            it.sha256.as_str().into(),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub fn files(tx: &mut Tx<'_>, case: ConductCaseId) -> Result<Vec<File>, Fault> {
    let rows = tx.query(
        "select id, side, name, kind, size, sha256, account, at_ms from conduct_file
         where conduct_case = ?1 order by id",
        &[case.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(File {
                id: row.get(0)?,
                side: row.get(1)?,
                name: row.get(2)?,
                kind: row.get(3)?,
                size: row.get(4)?,
                sha256: row.get(5)?,
                by: row.get(6)?,
                at: Instant::from_epoch_ms(row.get(7)?),
            })
        })
        .collect()
}
