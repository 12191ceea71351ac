//! Visits: when the citizen came, and which dossiers one coming served.

use domain::{
    ids::{DossierId, UnitId, VisitId},
    time::Instant,
    visit::{Cause, SAME_VISIT_MINUTES},
};
use store::{Fault, Row, Select, Tx};

use crate::dossiers::view::Seen;

/// A visit as a dossier's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// The visit.
    pub visit: VisitId,
    /// Why.
    pub cause: Cause,
    /// When.
    pub at: Instant,
    /// Other dossiers that the same visit served.
    pub others: i64,
}

/// The visit of the same person at the same counter within the hour; nothing if he was away.
fn same_visit(
    tx: &mut Tx<'_>,
    id: DossierId,
    unit: UnitId,
    now: Instant,
) -> Result<Option<VisitId>, Fault> {
    let since = now.epoch_ms() - SAME_VISIT_MINUTES * 60_000;
    let row = tx.query_one(
        "select v.id from visit v
         where v.unit = ?1 and v.last_ms >= ?2 and v.last_ms <= ?3 and exists (
           select 1 from dossier_visit dv
             join dossier_person p on p.dossier = dv.dossier
             join dossier_person me on me.dossier = ?4
             left join dossier_party o on o.dossier = p.dossier
             left join dossier_party mine on mine.dossier = me.dossier
           where dv.visit = v.id and (p.dossier = me.dossier
             or (me.id_number <> '' and p.id_number = me.id_number)
             or (me.proxy_id_number <> '' and p.proxy_id_number = me.proxy_id_number)
             or (mine.tax_code <> '' and o.tax_code = mine.tax_code)
             or (me.id_number = '' and p.id_number = '' and me.phone <> ''
                 and p.phone = me.phone and p.name = me.name)))
         order by v.id desc limit 1",
        &[unit.into(), since.into(), now.into(), id.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Begins a visit.
pub fn begin(tx: &mut Tx<'_>, unit: UnitId) -> Result<VisitId, Fault> {
    let now = tx.now();
    tx.insert(
        "insert into visit (unit, began_ms, last_ms) values (?1, ?2, ?2) returning id",
        &[unit.into(), now.into()],
    )
}

/// Writes that the citizen came for this dossier: to the visit that is named, else to the one
/// that he is still on, else to a new one.
pub fn came(
    tx: &mut Tx<'_>,
    id: DossierId,
    unit: UnitId,
    cause: Cause,
    on: Option<VisitId>,
) -> Result<VisitId, Fault> {
    let now = tx.now();
    let on = match on {
        Some(it) => Some(it),
        None => same_visit(tx, id, unit, now)?,
    };
    let visit = match on {
        Some(it) => {
            let set = "update visit set last_ms = ?2 where id = ?1 and last_ms < ?2";
            tx.execute(set, &[it.into(), now.into()])?;
            it
        }
        None => begin(tx, unit)?,
    };
    tx.execute(
        "insert into dossier_visit (dossier, visit, cause, at_ms) values (?1, ?2, ?3, ?4)
         on conflict (dossier, visit, cause) do nothing",
        &[id.into(), visit.into(), cause.code().into(), now.into()],
    )?;
    Ok(visit)
}

/// Puts what was handed in on another visit: one that several dossiers share.
pub fn share(tx: &mut Tx<'_>, id: DossierId, visit: VisitId) -> Result<(), Fault> {
    tx.execute(
        "update dossier_visit set visit = ?2 where dossier = ?1 and cause = 'intake' and visit <> ?2",
        &[id.into(), visit.into()],
    )?;
    Ok(())
}

/// Takes back what the step at `at` said.
pub fn take_back(tx: &mut Tx<'_>, id: DossierId, at: Instant) -> Result<(), Fault> {
    tx.execute(
        "delete from dossier_visit where dossier = ?1 and at_ms = ?2",
        &[id.into(), at.into()],
    )?;
    Ok(())
}

/// Every coming for a dossier, the first first.
pub fn of(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Came>, Fault> {
    let rows = tx.query(
        "select t.visit, t.cause, t.at_ms,
                (select count(distinct o.dossier) from dossier_visit o
                   where o.visit = t.visit and o.dossier <> t.dossier)
         from dossier_visit t where t.dossier = ?1 order by t.at_ms, t.visit",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Came {
                visit: row.get(0)?,
                cause: row.parse(1, "cause", Cause::from_code)?,
                at: Instant::from_epoch_ms(row.get(2)?),
                others: row.get(3)?,
            })
        })
        .collect()
}

/// How often the citizen had to come for a dossier.
pub fn trips(tx: &mut Tx<'_>, id: DossierId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(distinct visit) from dossier_visit where dossier = ?1",
        &[id.into()],
    )
}

/// The other dossiers of the visit in which this one was handed in, with it.
pub fn handed_in_together(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select o.dossier from dossier_visit t
           join dossier_visit o on o.visit = t.visit and o.cause = 'intake'
         where t.dossier = ?1 and t.cause = 'intake' order by o.dossier",
        &[id.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// What the figures are about: dossiers whose result was handed over in these days.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// From this day on.
    pub from: String,
    /// Through this day.
    pub until: String,
    /// A body, a one-stop shop or a division.
    pub unit: Option<UnitId>,
    /// The procedure's code.
    pub procedure: Option<String>,
    /// The month, `YYYY-MM`.
    pub month: Option<String>,
    /// Only those with few trips, with more, or with one in vain.
    pub only: Only,
}

/// Which of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// At most two trips.
    Few,
    /// More than two.
    Many,
    /// With a trip in vain.
    InVain,
}

/// A line of the figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figure {
    /// What it is about: a unit's number, a procedure's code or a month; empty for all.
    pub of: String,
    /// The name, if the database knows it.
    pub name: String,
    /// Dossiers.
    pub dossiers: i64,
    /// Visits, each once however many dossiers it served.
    pub visits: i64,
    /// Dossiers with at most two trips.
    pub few: i64,
    /// Dossiers with a trip in vain.
    pub in_vain: i64,
}

const TRIPS: &str = "(select count(distinct t.visit) from dossier_visit t where t.dossier = d.id)";
const IN_VAIN: &str = "exists (select 1 from dossier_visit t
    where t.dossier = d.id and t.cause in ('no_result', 'not_served'))";
/// Those whose trips are known from the beginning: what was received before trips were counted
/// stays out, instead of looking better than it was.
const KNOWN: &str = "d.channel <> 'direct'
    or exists (select 1 from dossier_visit t where t.dossier = d.id and t.cause = 'intake')
    or exists (select 1 from dossier_proxy x where x.dossier = d.id and x.authority = 'post')";

fn narrowed(seen: &Seen, asked: &Asked, columns: &'static str) -> Select {
    let from = "dossier d join procedure_version v on v.id = d.version
        join procedure p on p.id = v.procedure";
    let mut select = seen
        .narrow(Select::new(columns, from))
        .and("d.returned_at >= ?", [asked.from.as_str().into()])
        .and("d.returned_at < ?", [format!("{}T99", asked.until).into()])
        .and(KNOWN, [])
        .and_if("p.code = ?", asked.procedure.clone())
        .and_if("substr(d.returned_at, 1, 7) = ?", asked.month.clone());
    if let Some(unit) = asked.unit {
        let of = [unit.into(), unit.into(), unit.into()];
        select = select.and("d.body = ? or d.unit = ? or d.competent = ?", of);
    }
    match asked.only {
        Only::All => select,
        Only::Few => select.and(&format!("{TRIPS} <= 2"), []),
        Only::Many => select.and(&format!("{TRIPS} > 2"), []),
        Only::InVain => select.and(IN_VAIN, []),
    }
}

/// By what the figures are parted: the group, and the two lists of columns that go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// All together.
    All,
    /// By the commune or district.
    Unit,
    /// By procedure.
    Procedure,
    /// By month of handing over.
    Month,
}

macro_rules! columns {
    ($key:literal, $name:literal) => {
        (
            concat!(
                $key,
                ", ",
                $name,
                ", count(*),
                cast(coalesce(sum(case when (select count(distinct t.visit) from dossier_visit t
                  where t.dossier = d.id) <= 2 then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(case when exists (select 1 from dossier_visit t
                  where t.dossier = d.id and t.cause in ('no_result', 'not_served'))
                  then 1 else 0 end), 0) as bigint)"
            ),
            concat!($key, ", count(distinct t.visit)"),
        )
    };
}

impl By {
    const fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::All => columns!("''", "''"),
            Self::Unit => columns!("cast(d.body as text)", "''"),
            Self::Procedure => columns!("p.code", "max(v.name)"),
            Self::Month => columns!("substr(d.returned_at, 1, 7)", "''"),
        }
    }

    const fn group(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Unit => "d.body",
            Self::Procedure => "p.code",
            Self::Month => "substr(d.returned_at, 1, 7)",
        }
    }
}

/// Lines of one table at most.
const LINES_MAX: i64 = 2_000;

/// The figures, by what they are parted.
pub fn figures(tx: &mut Tx<'_>, seen: &Seen, asked: &Asked, by: By) -> Result<Vec<Figure>, Fault> {
    let (counted, visits) = by.columns();
    let lines = narrowed(seen, asked, counted).grouped_by(by.group()).rows(tx, LINES_MAX)?;
    let came = narrowed(seen, asked, visits)
        .joined(" join dossier_visit t on t.dossier = d.id")
        .grouped_by(by.group())
        .rows(tx, LINES_MAX)?;
    let mut visits = std::collections::HashMap::new();
    for row in &came {
        visits.insert(row.get::<String>(0)?, row.get::<i64>(1)?);
    }
    let mut figures = Vec::with_capacity(lines.len());
    for row in &lines {
        let of: String = row.get(0)?;
        figures.push(Figure {
            name: row.get(1)?,
            dossiers: row.get(2)?,
            visits: visits.get(&of).copied().unwrap_or(0),
            few: row.get(3)?,
            in_vain: row.get(4)?,
            of,
        });
    }
    figures.retain(|it| it.dossiers > 0);
    Ok(figures)
}

/// A dossier behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// The procedure's name.
    pub procedure: String,
    /// The one-stop shop.
    pub unit: UnitId,
    /// When it was received, as it is kept.
    pub received_at: String,
    /// When the result was handed over, as it is kept.
    pub returned_at: String,
    /// Trips.
    pub trips: i64,
}

/// The dossiers behind a figure, newest first, those before `before`.
pub fn behind(
    tx: &mut Tx<'_>,
    seen: &Seen,
    asked: &Asked,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Behind>, Fault> {
    let columns = "d.id, d.code, v.name, d.unit, d.received_at, d.returned_at,
        (select count(distinct t.visit) from dossier_visit t where t.dossier = d.id)";
    let rows = narrowed(seen, asked, columns)
        .and_if("d.id < ?", before)
        .order_by("d.id desc")
        .rows(tx, limit)?;
    rows.iter()
        .map(|row: &Row| {
            Ok(Behind {
                id: row.get(0)?,
                code: row.get(1)?,
                procedure: row.get(2)?,
                unit: row.get(3)?,
                received_at: row.get(4)?,
                returned_at: row.get(5)?,
                trips: row.get(6)?,
            })
        })
        .collect()
}

/// How many dossiers are behind a figure.
pub fn count_behind(tx: &mut Tx<'_>, seen: &Seen, asked: &Asked) -> Result<i64, Fault> {
    narrowed(seen, asked, "1").count(tx, 100_000)
}

/// What people usually need in one visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Its row; 0 before it is kept.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Codes of its procedures, in order.
    pub procedures: Vec<String>,
    /// What to say to the citizen.
    pub hint: String,
    /// Grows with every change.
    pub edition: i64,
}

/// Every package, by name.
pub fn packages(tx: &mut Tx<'_>) -> Result<Vec<Package>, Fault> {
    let rows = tx.query(
        "select id, name, procedures, hint, edition from visit_package order by name",
        &[],
    )?;
    let list = |it: &str| serde_json::from_str::<Vec<String>>(it).ok();
    rows.iter()
        .map(|row| {
            Ok(Package {
                id: row.get(0)?,
                name: row.get(1)?,
                procedures: row.parse(2, "procedures", list)?,
                hint: row.get(3)?,
                edition: row.get(4)?,
            })
        })
        .collect()
}

fn listed(codes: &[String]) -> Result<String, Fault> {
    serde_json::to_string(codes).map_err(|e| Fault::Broken(format!("a package: {e}")))
}

/// Adds a package.
pub fn insert_package(tx: &mut Tx<'_>, it: &Package) -> Result<i64, Fault> {
    let codes = listed(&it.procedures)?;
    tx.insert(
        "insert into visit_package (name, procedures, hint, edition) values (?1, ?2, ?3, 1)
         returning id",
        &[it.name.as_str().into(), codes.into(), it.hint.as_str().into()],
    )
}

/// Changes a package. `false`: somebody else was first.
pub fn update_package(tx: &mut Tx<'_>, it: &Package) -> Result<bool, Fault> {
    let codes = listed(&it.procedures)?;
    let touched = tx.execute(
        "update visit_package set name = ?3, procedures = ?4, hint = ?5, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.into(),
            it.edition.into(),
            it.name.as_str().into(),
            codes.into(),
            it.hint.as_str().into(),
        ],
    )?;
    Ok(touched == 1)
}

/// Takes a package away.
pub fn delete_package(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from visit_package where id = ?1", &[id.into()])
}
