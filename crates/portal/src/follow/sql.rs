//! SQL of what citizens did over the line.

use domain::{
    ids::{DossierId, UnitId},
    time::Instant,
};
use store::{Fault, Row, Select, Tx};

pub(super) mod kept;

/// Writes down what a citizen did, with the edition of the dossier after it.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    kind: &str,
    files: usize,
    edition: i64,
) -> Result<(), Fault> {
    let files = i64::try_from(files).unwrap_or(i64::MAX);
    tx.execute(
        "insert into citizen_act (dossier, kind, at_ms, files, edition) values (?1, ?2, ?3, ?4, ?5)",
        &[dossier.into(), kind.into(), tx.now().into(), files.into(), edition.into()],
    )?;
    Ok(())
}

/// Whether the dossier `d` of an act `a` goes on and no official has done anything on it since: what the program does
/// by itself (a limit that ran out, money that came) answers nobody. The journal is asked only where something was done.
macro_rules! fresh {
    () => {
        "(d.is_open = 1 or d.status = 'submitted') and (a.edition = d.edition or not exists
          (select 1 from journal j
           where j.subject = 'dossier' and j.subject_id = a.dossier and j.actor <> 0 and j.act <> 'read'
             and j.id > coalesce((select max(o.id) from journal o
                   where o.subject = 'dossier' and o.subject_id = a.dossier and o.actor = 0
                     and o.act = a.kind and o.at_ms <= a.at_ms), 0)))"
    };
}
pub(crate) use fresh;

/// What a citizen did.
pub(super) struct Act {
    pub kind: String,
    pub at: Instant,
    pub files: i64,
    /// No official has acted on the dossier since.
    pub is_fresh: bool,
}

fn act(row: &Row, from: usize) -> Result<Act, Fault> {
    Ok(Act {
        kind: row.get(from)?,
        at: Instant::from_epoch_ms(row.get(from + 1)?),
        files: row.get(from + 2)?,
        is_fresh: row.get::<i64>(from + 3)? == 1,
    })
}

/// What the citizen did last on a dossier.
pub(super) fn last(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<Act>, Fault> {
    let row = tx.query_one(
        concat!(
            "select a.kind, a.at_ms, a.files, case when ",
            fresh!(),
            " then 1 else 0 end
             from citizen_act a join dossier d on d.id = a.dossier
             where a.dossier = ?1 order by a.id desc limit 1"
        ),
        &[dossier.into()],
    )?;
    row.map(|row| act(&row, 0)).transpose()
}

/// What the list is narrowed by.
pub(super) struct Filter {
    pub units: Vec<UnitId>,
    /// Only what no official has acted on since.
    pub fresh: bool,
    pub kind: Option<String>,
    pub after: Option<i64>,
}

/// A line of the list.
pub(super) struct Line {
    pub id: i64,
    pub dossier: DossierId,
    pub code: String,
    pub applicant: String,
    pub unit: UnitId,
    pub status: String,
    pub procedure: String,
    pub act: Act,
}

fn narrowed(columns: &'static str, filter: &Filter) -> Select {
    let from = "citizen_act a join dossier d on d.id = a.dossier \
                join procedure_version v on v.id = d.version";
    let select = Select::new(columns, from)
        .and_in("d.unit", filter.units.clone())
        .and_if("a.kind = ?", filter.kind.clone());
    if filter.fresh { select.and(fresh!(), []) } else { select }
}

/// What citizens did on dossiers of these counters, the newest first.
pub(super) fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Line>, Fault> {
    let columns = concat!(
        "a.id, d.id, d.code, d.applicant, d.unit, d.status, v.name, a.kind, a.at_ms, a.files, case when ",
        fresh!(),
        " then 1 else 0 end"
    );
    let select = narrowed(columns, filter).and_if("a.id < ?", filter.after).order_by("a.id desc");
    let rows = select.rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                id: row.get(0)?,
                dossier: row.get(1)?,
                code: row.get(2)?,
                applicant: row.get(3)?,
                unit: row.get(4)?,
                status: row.get(5)?,
                procedure: row.get(6)?,
                act: act(row, 7)?,
            })
        })
        .collect()
}

/// How many there are.
pub(super) fn count(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64, Fault> {
    narrowed("1", filter).count(tx, 10_000)
}

/// How many wait on these counters: no official has acted on them since.
pub(crate) fn waiting(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<i64, Fault> {
    count(tx, &Filter { units: units.to_vec(), fresh: true, kind: None, after: None })
}
