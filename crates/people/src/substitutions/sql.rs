//! SQL of substitutions.

use domain::{
    ids::{StaffId, UnitId},
    substitution::Substitution,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

use crate::staff::facts::of_units;

/// A substitution as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub id: i64,
    /// Who, for whom, when.
    pub rule: Substitution,
    /// The name of who is away.
    pub absent: String,
    /// The name of who stands in.
    pub substitute: String,
    /// Why.
    pub reason: String,
}

/// Which part of time somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Those that are not over.
    Open,
    /// Those of today.
    Now,
    /// Those to come.
    Later,
    /// Those that are over.
    Past,
}

const COLUMNS: &str = "b.id, b.absent, b.substitute, b.valid_from, b.valid_until, s.name, t.name,
    b.reason";
const FROM: &str =
    "substitution b join staff s on s.id = b.absent join staff t on t.id = b.substitute";

fn kept(row: &Row) -> Result<Kept, Fault> {
    let date = |it: &str| it.parse().ok();
    Ok(Kept {
        id: row.get(0)?,
        rule: Substitution {
            absent: row.get(1)?,
            substitute: row.get(2)?,
            from: row.parse(3, "date", date)?,
            until: row.parse(4, "date", date)?,
        },
        absent: row.get(5)?,
        substitute: row.get(6)?,
        reason: row.get(7)?,
    })
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Folded words; each begins a word of one of the two names.
    pub words: Vec<String>,
    /// Which part of time.
    pub when: When,
}

fn narrowed(reach: Option<&[UnitId]>, filter: &Filter, today: Date) -> Select {
    let mut select = Select::new(COLUMNS, FROM);
    if let Some(units) = reach {
        select = of_units(select, units, today);
    }
    for word in &filter.words {
        let word = format!("% {word}%");
        select = select.and(
            "' ' || s.search like ? or ' ' || t.search like ?",
            [word.as_str().into(), word.as_str().into()],
        );
    }
    match filter.when {
        When::Open => select.and("b.valid_until >= ?", [today.into()]),
        When::Now => {
            select.and("b.valid_from <= ? and b.valid_until >= ?", [today.into(), today.into()])
        }
        When::Later => select.and("b.valid_from > ?", [today.into()]),
        When::Past => select.and("b.valid_until < ?", [today.into()]),
    }
}

/// A page of substitutions, the latest first: those after the place `after`.
pub fn page(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let today = tx.now().civil().date();
    let mut select = narrowed(reach, filter, today);
    if let Some((from, id)) = after {
        select = select.and(
            "b.valid_from < ? or (b.valid_from = ? and b.id < ?)",
            [from.as_str().into(), from.as_str().into(), id.into()],
        );
    }
    select.order_by("b.valid_from desc, b.id desc").rows(tx, limit)?.iter().map(kept).collect()
}

/// How many there are, up to `count_max`.
pub fn count(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    count_max: i64,
) -> Result<i64, Fault> {
    let today = tx.now().civil().date();
    narrowed(reach, filter, today).count(tx, count_max)
}

/// One substitution, if who is away is of these units.
pub fn find(tx: &mut Tx<'_>, id: i64, reach: Option<&[UnitId]>) -> Result<Option<Kept>, Fault> {
    let today = tx.now().civil().date();
    let mut select = Select::new(COLUMNS, FROM).and("b.id = ?", [id.into()]);
    if let Some(units) = reach {
        select = of_units(select, units, today);
    }
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// All in which one of these people is away or stands in, the latest first.
pub fn of(tx: &mut Tx<'_>, people: &[StaffId]) -> Result<Vec<Kept>, Fault> {
    let mut found = Vec::new();
    for column in ["b.absent", "b.substitute"] {
        let select = Select::new(COLUMNS, FROM).and_in(column, people.to_vec());
        let rows = select.order_by("b.valid_from desc, b.id desc").rows(tx, 1_000)?;
        found.extend(rows.iter().map(kept).collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_by_key(|it| (std::cmp::Reverse(it.rule.from), it.id));
    found.dedup_by_key(|it| it.id);
    Ok(found)
}

pub fn insert(tx: &mut Tx<'_>, it: &Substitution, reason: &str) -> Result<i64, Fault> {
    tx.insert(
        "insert into substitution (absent, substitute, valid_from, valid_until, reason)
         values (?1, ?2, ?3, ?4, ?5) returning id",
        &[it.absent.into(), it.substitute.into(), it.from.into(), it.until.into(), reason.into()],
    )
}

/// Sets another last day.
pub fn end(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<usize, Fault> {
    tx.execute("update substitution set valid_until = ?2 where id = ?1", &[id.into(), until.into()])
}

/// Takes back what has not begun.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from substitution where id = ?1", &[id.into()])
}

/// For whom `substitute` stands in on `day`.
pub fn stood_in_for(
    tx: &mut Tx<'_>,
    substitute: StaffId,
    day: Date,
) -> Result<Vec<StaffId>, Fault> {
    let rows = tx.query(
        "select absent from substitution
         where substitute = ?1 and valid_from <= ?2 and valid_until >= ?2",
        &[substitute.into(), day.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}
