//! SQL of the publication meter: settled catalogues, answers of other portals, figures of days.

use std::collections::HashSet;

use domain::{
    ids::UnitId,
    procedure::ServiceLevel,
    publication::{Figure, Measure, Portal},
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// A catalogue as it was settled on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub unit: UnitId,
    /// What people call it.
    pub name: String,
    /// The day on which it was settled.
    pub as_of: Date,
    /// Which procedures these are, and by which document.
    pub definition: String,
}

/// A procedure of a settled catalogue.
pub(super) struct BaseItem {
    pub code: String,
    pub name: String,
    pub level: ServiceLevel,
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn base(row: &Row) -> Result<Base, Fault> {
    Ok(Base {
        id: row.get(0)?,
        unit: row.get(1)?,
        name: row.get(2)?,
        as_of: row.parse(3, "date", date)?,
        definition: row.get(4)?,
    })
}

/// Every settled catalogue, newest first.
pub(super) fn bases(tx: &mut Tx<'_>) -> Result<Vec<Base>, Fault> {
    let rows = tx.query(
        "select id, unit, name, as_of, definition from publication_base order by as_of desc, id desc",
        &[],
    )?;
    rows.iter().map(base).collect()
}

/// Keeps a settled catalogue.
pub(super) fn insert_base(
    tx: &mut Tx<'_>,
    it: &Base,
    items: &[(String, String, ServiceLevel)],
) -> Result<i64, Fault> {
    let id: i64 = tx.insert(
        "insert into publication_base (unit, name, as_of, definition) values (?1, ?2, ?3, ?4) returning id",
        &[
            it.unit.into(),
            it.name.as_str().into(),
            it.as_of.into(),
            it.definition.as_str().into(),
        ],
    )?;
    for (code, name, level) in items {
        tx.execute(
            "insert into publication_base_item (base, code, name, level) values (?1, ?2, ?3, ?4)",
            &[id.into(), code.as_str().into(), name.as_str().into(), level.code().into()],
        )?;
    }
    Ok(id)
}

/// The procedures of a settled catalogue, by code.
pub(super) fn base_items(tx: &mut Tx<'_>, base: i64) -> Result<Vec<BaseItem>, Fault> {
    let rows = tx.query(
        "select code, name, level from publication_base_item where base = ?1 order by code",
        &[base.into()],
    )?;
    rows.iter()
        .map(|row| {
            let level = row.parse(2, "online level", ServiceLevel::from_code)?;
            Ok(BaseItem { code: row.get(0)?, name: row.get(1)?, level })
        })
        .collect()
}

/// What another portal said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub id: i64,
    pub unit: UnitId,
    pub portal: Portal,
    pub as_of: Date,
    pub source: String,
    pub codes: i64,
    pub undone: bool,
}

const ANSWER: &str = "a.id, a.unit, a.portal, a.as_of, a.source,
    (select count(*) from publication_answer_code c where c.answer = a.id), a.undone_ms";

fn answer(row: &Row) -> Result<Answer, Fault> {
    let undone: Option<i64> = row.get(6)?;
    Ok(Answer {
        id: row.get(0)?,
        unit: row.get(1)?,
        portal: row.parse(2, "portal", Portal::from_code)?,
        as_of: row.parse(3, "date", date)?,
        source: row.get(4)?,
        codes: row.get(5)?,
        undone: undone.is_some(),
    })
}

/// Answers for these units, the newest first.
pub(super) fn answers(
    tx: &mut Tx<'_>,
    units: Vec<UnitId>,
    limit: i64,
) -> Result<Vec<Answer>, Fault> {
    let select = Select::new(ANSWER, "publication_answer a")
        .and_in("a.unit", units)
        .order_by("a.as_of desc, a.id desc");
    select.rows(tx, limit)?.iter().map(answer).collect()
}

/// The answer with this number.
pub(super) fn find_answer(tx: &mut Tx<'_>, id: i64) -> Result<Option<Answer>, Fault> {
    let select = Select::new(ANSWER, "publication_answer a").and("a.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(answer).transpose()
}

/// The newest answer of `portal` that holds on `day` for the last of `line`, a unit and those above it, and its codes.
pub(super) fn answer_on(
    tx: &mut Tx<'_>,
    line: Vec<UnitId>,
    portal: Portal,
    day: Date,
) -> Result<Option<(Date, HashSet<String>)>, Fault> {
    let select = Select::new(ANSWER, "publication_answer a")
        .and("a.undone_ms is null and a.portal = ?", [portal.code().into()])
        .and("a.as_of <= ?", [day.into()])
        .and_in("a.unit", line)
        .order_by("a.as_of desc, a.id desc");
    let Some(it) = select.rows(tx, 1)?.first().map(answer).transpose()? else { return Ok(None) };
    let rows =
        tx.query("select code from publication_answer_code where answer = ?1", &[it.id.into()])?;
    let codes: Result<HashSet<String>, Fault> = rows.iter().map(|row| row.get(0)).collect();
    Ok(Some((it.as_of, codes?)))
}

/// Keeps an answer with its codes.
pub(super) fn insert_answer(
    tx: &mut Tx<'_>,
    (unit, portal, as_of): (UnitId, Portal, Date),
    source: &str,
    codes: &[String],
) -> Result<i64, Fault> {
    let id: i64 = tx.insert(
        "insert into publication_answer (unit, portal, as_of, source, imported_ms, imported_by)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            unit.into(),
            portal.code().into(),
            as_of.into(),
            source.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    for code in codes {
        tx.execute(
            "insert into publication_answer_code (answer, code) values (?1, ?2)",
            &[id.into(), code.as_str().into()],
        )?;
    }
    Ok(id)
}

/// Takes an answer back; false if it was taken back before.
pub(super) fn undo_answer(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let done = tx.execute(
        "update publication_answer set undone_ms = ?2 where id = ?1 and undone_ms is null",
        &[id.into(), tx.now().into()],
    )?;
    Ok(done == 1)
}

/// Figures of a day as they were kept.
pub(super) struct Recorded {
    pub day: Date,
    pub figures: Vec<(Figure, String)>,
}

/// The figures of a unit by days, the newest first.
pub(super) fn recorded(
    tx: &mut Tx<'_>,
    unit: UnitId,
    base: i64,
    days: usize,
) -> Result<Vec<Recorded>, Fault> {
    let rows = Select::new("day, measure, part, whole, definition", "publication_figure")
        .and("unit = ?", [unit.into()])
        .and("base = ?", [base.into()])
        .order_by("day desc, id")
        .rows(tx, i64::try_from(days * Measure::ALL.len()).unwrap_or(i64::MAX))?;
    let mut found: Vec<Recorded> = Vec::new();
    for row in &rows {
        let day = row.parse(0, "date", date)?;
        let measure = row.parse(1, "measure", Measure::from_code)?;
        let figure = Figure { measure, part: row.get(2)?, whole: row.get(3)? };
        let it = (figure, row.get(4)?);
        let known = found.len();
        match found.last_mut().filter(|last| last.day == day) {
            Some(last) => last.figures.push(it),
            None if known < days => found.push(Recorded { day, figures: vec![it] }),
            None => break,
        }
    }
    Ok(found)
}

/// Keeps the figures of a day in place of those that were kept for it before.
pub(super) fn record(
    tx: &mut Tx<'_>,
    (unit, base, day): (UnitId, i64, Date),
    figures: &[Figure],
    definition: &str,
) -> Result<(), Fault> {
    tx.execute(
        "delete from publication_figure where unit = ?1 and base = ?2 and day = ?3",
        &[unit.into(), base.into(), day.into()],
    )?;
    for it in figures {
        tx.execute(
            "insert into publication_figure (unit, base, day, measure, part, whole, definition)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &[
                unit.into(),
                base.into(),
                day.into(),
                it.measure.code().into(),
                it.part.into(),
                it.whole.into(),
                definition.into(),
            ],
        )?;
    }
    Ok(())
}
