//! SQL of marks on papers.

use std::collections::BTreeMap;

use domain::{
    ids::{AccountId, DossierId},
    paper::PaperMark,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Tx};

/// A paper on the list of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dossiers) struct Listed {
    pub id: i64,
    pub place: i64,
    pub name: String,
    pub mark: PaperMark,
    pub count: i64,
    pub note: String,
    pub valid_until: Option<Date>,
}

/// The list of a dossier, in order.
pub(in crate::dossiers) fn listed(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Listed>, Fault> {
    let rows = tx.query(
        "select id, place, name, form, count, note, valid_until
         from dossier_paper where dossier = ?1 order by place, id",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                id: row.get(0)?,
                place: row.get(1)?,
                name: row.get(2)?,
                mark: row.parse(3, "mark", PaperMark::from_code)?,
                count: row.get(4)?,
                note: row.get(5)?,
                valid_until: row.parse_opt(6, "date", |it| it.parse().ok())?,
            })
        })
        .collect()
}

/// Marks a paper anew.
pub(super) fn set(tx: &mut Tx<'_>, it: &Listed) -> Result<(), Fault> {
    tx.execute(
        "update dossier_paper set form = ?2, count = ?3, sufficient = ?4, note = ?5, valid_until = ?6
         where id = ?1",
        &[
            it.id.into(),
            it.mark.code().into(),
            it.count.into(),
            it.mark.is_there().into(),
            it.note.as_str().into(),
            it.valid_until.map(|it| it.to_string()).into(),
        ],
    )?;
    Ok(())
}

/// Puts a paper on the list; gives its row.
pub(in crate::dossiers) fn add(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    it: &Listed,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into dossier_paper (dossier, place, name, form, count, sufficient, note, valid_until)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning id",
        &[
            dossier.into(),
            it.place.into(),
            it.name.as_str().into(),
            it.mark.code().into(),
            it.count.into(),
            it.mark.is_there().into(),
            it.note.as_str().into(),
            it.valid_until.map(|it| it.to_string()).into(),
        ],
    )
}

/// Keeps who marked a paper, as what and when.
pub(super) fn log(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    was: Option<PaperMark>,
    it: &Listed,
    cause: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into paper_mark (dossier, paper, was, became, count, cause, at_ms, by_account)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            dossier.into(),
            it.id.into(),
            was.map_or("", PaperMark::code).into(),
            it.mark.code().into(),
            it.count.into(),
            cause.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    Ok(())
}

/// The last time that a paper was marked.
pub(super) struct LastMark {
    pub was: Option<PaperMark>,
    pub cause: String,
    pub at: Instant,
    pub by: AccountId,
}

/// The last mark of each paper of a dossier that was marked after it was handed in.
pub(super) fn last_marks(
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<BTreeMap<i64, LastMark>, Fault> {
    let rows = tx.query(
        "select paper, was, cause, at_ms, by_account from paper_mark where dossier = ?1 order by id",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| {
            let last = LastMark {
                was: PaperMark::from_code(&row.get::<String>(1)?),
                cause: row.get(2)?,
                at: Instant::from_epoch_ms(row.get(3)?),
                by: row.get(4)?,
            };
            Ok((row.get(0)?, last))
        })
        .collect()
}
