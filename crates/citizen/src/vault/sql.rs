//! SQL of what citizens hold, and of what of it stands for papers.

use domain::{
    dossier::{Financial, Outcome},
    ids::{DossierId, UnitId, VersionId},
    results::ResultState,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

use super::{Held, HeldFile};
use crate::dossiers::facts::ERASED;

const COLUMNS: &str = "r.id, r.dossier, r.code, r.kind, r.number, r.issued_on, r.expires_on, r.outcome,
    r.state, r.decision, r.ended_on, r.collected_ms, coalesce(nullif(r.holder, ''), d.applicant), d.body,
    d.code, d.financial, d.version, f.id, f.name, f.media_type, f.size, f.sha256, f.scan";
const FROM: &str =
    "result r join dossier d on d.id = r.dossier left join dossier_file f on f.id = r.file";
/// Results of one citizen at most: nobody is given so many.
const ROWS_MAX: i64 = 5_000;

fn date(row: &Row, at: usize) -> Result<Option<Date>, Fault> {
    row.parse_opt(at, "date", |it: &str| it.parse().ok())
}

fn held(row: &Row) -> Result<(Held, VersionId), Fault> {
    let file = match row.get::<Option<i64>>(17)? {
        Some(id) => Some(HeldFile {
            id,
            name: row.get(18)?,
            media_type: row.get(19)?,
            size: row.get(20)?,
            sha256: row.get(21)?,
            scan: row.get(22)?,
        }),
        None => None,
    };
    let it = Held {
        id: row.get(0)?,
        dossier: row.get(1)?,
        code: row.get(2)?,
        kind: row.get(3)?,
        number: row.get(4)?,
        issued_on: date(row, 5)?.ok_or_else(|| Fault::Broken("a result without a day".into()))?,
        expires_on: date(row, 6)?,
        granted: row.get::<String>(7)? == Outcome::Granted.code(),
        state: row.parse(8, "state of a result", ResultState::from_code)?,
        decision: row.get(9)?,
        ended_on: date(row, 10)?,
        collected: row.get::<Option<i64>>(11)?.is_some(),
        holder: row.get(12)?,
        body: row.get(13)?,
        dossier_code: row.get(14)?,
        owed: row.get::<String>(15)? == Financial::Due.code(),
        procedure: String::new(),
        published: String::new(),
        file,
    };
    Ok((it, row.get(16)?))
}

/// The results of these dossiers that were not undone, the newest first, with the versions of their procedures.
pub(super) fn of_dossiers(
    tx: &mut Tx<'_>,
    dossiers: &[DossierId],
) -> Result<Vec<(Held, VersionId)>, Fault> {
    let select = Select::new(COLUMNS, FROM)
        .and_in("r.dossier", dossiers.to_vec())
        .and("r.state <> 'undone' and d.applicant <> ?", [ERASED.into()])
        .order_by("r.issued_on desc, r.id desc");
    select.rows(tx, ROWS_MAX)?.iter().map(held).collect()
}

/// Whether a dossier bears this number.
pub(super) fn bears(tx: &mut Tx<'_>, dossier: DossierId, number: &str) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from dossier_person where dossier = ?1 and id_number = ?2",
        &[dossier.into(), number.into()],
    )?;
    Ok(count > 0 && !number.is_empty())
}

/// Keeps that a result stands for a paper, and names its file once more.
pub(super) fn stand(
    tx: &mut Tx<'_>,
    (dossier, paper): (DossierId, i64),
    (result, file): (i64, &HeldFile),
    (way, agreed): (&str, Instant),
) -> Result<(), Fault> {
    // Asked for anew and taken from the store once more: the last one counts.
    tx.execute("delete from paper_result where paper = ?1", &[paper.into()])?;
    tx.execute(
        "insert into paper_result (paper, dossier, result, sha256, way, agreed_ms, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            paper.into(),
            dossier.into(),
            result.into(),
            file.sha256.as_str().into(),
            way.into(),
            agreed.into(),
            tx.now().into(),
        ],
    )?;
    tx.execute(
        "insert into dossier_file
           (dossier, paper, kind, name, media_type, size, sha256, added_ms, added_by, verdict, scan)
         select ?1, ?2, 'scan', name, media_type, size, sha256, ?3, ?4, verdict, scan
         from dossier_file where id = ?5",
        &[dossier.into(), paper.into(), tx.now().into(), tx.by().into(), file.id.into()],
    )?;
    Ok(())
}

/// A result that stands for a paper, as it is now in the register.
pub(super) struct Standing {
    pub paper: i64,
    pub code: String,
    pub kind: String,
    pub number: String,
    pub issued_on: Date,
    pub expires_on: Option<Date>,
    pub state: ResultState,
    pub body: UnitId,
    pub way: String,
    pub agreed: Instant,
    pub is_same_file: bool,
}

/// What stands for papers of a dossier.
pub(super) fn standing(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Standing>, Fault> {
    let rows = tx.query(
        "select p.paper, r.code, r.kind, r.number, r.issued_on, r.expires_on, r.state, d.body, p.way,
                p.agreed_ms, p.sha256, r.sha256
         from paper_result p join dossier_paper q on q.id = p.paper and q.form = 'from_store'
           join result r on r.id = p.result join dossier d on d.id = r.dossier
         where p.dossier = ?1 order by p.paper",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| {
            let issued = date(row, 4)?;
            Ok(Standing {
                paper: row.get(0)?,
                code: row.get(1)?,
                kind: row.get(2)?,
                number: row.get(3)?,
                issued_on: issued.ok_or_else(|| Fault::Broken("a result without a day".into()))?,
                expires_on: date(row, 5)?,
                state: row.parse(6, "state of a result", ResultState::from_code)?,
                body: row.get(7)?,
                way: row.get(8)?,
                agreed: Instant::from_epoch_ms(row.get(9)?),
                is_same_file: row.get::<String>(10)? == row.get::<String>(11)?,
            })
        })
        .collect()
}

/// Where a result stands for a paper: the code of the dossier and when it was taken, the newest first.
pub(super) fn uses(
    tx: &mut Tx<'_>,
    result: i64,
) -> Result<Vec<(DossierId, String, Instant)>, Fault> {
    let rows = tx.query(
        "select d.id, d.code, p.at_ms from paper_result p join dossier d on d.id = p.dossier
         where p.result = ?1 order by p.at_ms desc, p.paper limit 50",
        &[result.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, Instant::from_epoch_ms(row.get(2)?))))
        .collect()
}

/// A dossier's people are erased: nothing says any more whose results it used.
pub(super) fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute("delete from paper_result where dossier = ?1", &[dossier.into()])?;
    Ok(())
}

/// Papers of a dossier that are marked as standing in the store, by their place, without what stands for them.
pub(super) fn waiting(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<(i64, i64)>, Fault> {
    let rows = tx.query(
        "select place, id from dossier_paper where dossier = ?1 and form = 'from_store'
           and id not in (select paper from paper_result) order by place",
        &[dossier.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
