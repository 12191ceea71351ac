//! SQL of papers that are used again.

use std::collections::BTreeMap;

use domain::{
    ids::{DossierId, UnitId},
    paper::{LastWord, Older, PaperMark},
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Tx};

/// Papers looked at for one person at most.
const ROWS_MAX: i64 = 80;

/// A paper that the same person filed before.
#[derive(Debug, Clone)]
pub(super) struct Filed {
    pub paper: i64,
    pub dossier: DossierId,
    pub code: String,
    pub name: String,
    pub older: Older,
    pub received_at: DateTime,
    /// The first scan of it.
    pub file: i64,
}

/// Papers with a scan that this person filed in a body, the newest first.
pub(super) fn filed(tx: &mut Tx<'_>, id_number: &str, body: UnitId) -> Result<Vec<Filed>, Fault> {
    if id_number.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx.query(
        "select p.id, p.dossier, d.code, p.name, p.form, p.valid_until, d.received_at,
                (select min(f.id) from dossier_file f where f.paper = p.id and f.kind = 'scan')
         from dossier_person x join dossier d on d.id = x.dossier
           join dossier_paper p on p.dossier = d.id
         where x.id_number = ?1 and d.body = ?2
         order by d.id desc, p.place, p.id limit ?3",
        &[id_number.into(), body.into(), ROWS_MAX.into()],
    )?;
    let mut filed = Vec::new();
    for row in &rows {
        let file: Option<i64> = row.get(7)?;
        filed.push(Filed {
            paper: row.get(0)?,
            dossier: row.get(1)?,
            code: row.get(2)?,
            name: row.get(3)?,
            older: Older {
                mark: row.parse(4, "mark", PaperMark::from_code)?,
                scanned: file.is_some(),
                valid_until: row.parse_opt(5, "date", |it| it.parse().ok())?,
            },
            received_at: row.parse(6, "time", |it| it.parse().ok())?,
            file: file.unwrap_or(0),
        });
    }
    Ok(filed)
}

/// A person's last word in a body.
pub(super) fn last_word(
    tx: &mut Tx<'_>,
    id_number: &str,
    body: UnitId,
) -> Result<Option<LastWord>, Fault> {
    let row = tx.query_one(
        "select at_ms, agreed from paper_consent where id_number = ?1 and body = ?2
         order by id desc limit 1",
        &[id_number.into(), body.into()],
    )?;
    row.map(|row| Ok(LastWord { at: Instant::from_epoch_ms(row.get(0)?), agreed: row.get(1)? }))
        .transpose()
}

/// Keeps what a person said, at the dossier with which he said it.
pub(super) fn say(
    tx: &mut Tx<'_>,
    (body, dossier): (UnitId, DossierId),
    id_number: &str,
    agreed: bool,
    way: &str,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into paper_consent (body, id_number, dossier, agreed, way, at_ms, by_account)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            body.into(),
            id_number.into(),
            dossier.into(),
            agreed.into(),
            way.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )
}

/// Keeps from which paper a paper is used again, and copies the rows of its scans.
pub(super) fn reuse(
    tx: &mut Tx<'_>,
    (dossier, paper): (DossierId, i64),
    source: &Filed,
    consent: i64,
) -> Result<(), Fault> {
    tx.execute(
        "insert into paper_reuse (paper, source, source_dossier, consent) values (?1, ?2, ?3, ?4)",
        &[paper.into(), source.paper.into(), source.dossier.into(), consent.into()],
    )?;
    tx.execute(
        "insert into dossier_file
           (dossier, paper, kind, name, media_type, size, sha256, added_ms, added_by, verdict,
            scan)
         select ?1, ?2, kind, name, media_type, size, sha256, ?3, ?4, verdict, scan
         from dossier_file where paper = ?5 and kind = 'scan'",
        &[dossier.into(), paper.into(), tx.now().into(), tx.by().into(), source.paper.into()],
    )?;
    Ok(())
}

/// A paper used again, as the receipt says it.
pub(super) struct Reused {
    pub paper: i64,
    pub name: String,
    pub source_code: String,
    pub way: String,
    pub at: Instant,
}

/// Papers of a dossier that are used again.
pub(super) fn of(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Reused>, Fault> {
    let rows = tx.query(
        "select r.paper, p.name, d.code, c.way, c.at_ms
         from dossier_paper p join paper_reuse r on r.paper = p.id
           join dossier d on d.id = r.source_dossier join paper_consent c on c.id = r.consent
         where p.dossier = ?1 order by p.place, p.id",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Reused {
                paper: row.get(0)?,
                name: row.get(1)?,
                source_code: row.get(2)?,
                way: row.get(3)?,
                at: Instant::from_epoch_ms(row.get(4)?),
            })
        })
        .collect()
}

/// The file of an older paper: its dossier, type, name and place in the file store.
pub(super) fn file(
    tx: &mut Tx<'_>,
    id: i64,
) -> Result<Option<(DossierId, String, String, String)>, Fault> {
    let row = tx.query_one(
        "select dossier, media_type, name, sha256 from dossier_file
         where id = ?1 and kind = 'scan' and paper is not null",
        &[id.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).transpose()
}

/// Rows of papers of a new dossier that are marked as used again, by their place.
pub(super) fn waiting(tx: &mut Tx<'_>, dossier: DossierId) -> Result<BTreeMap<i64, i64>, Fault> {
    let rows = tx.query(
        "select place, id from dossier_paper where dossier = ?1 and form = 'reused'",
        &[dossier.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
