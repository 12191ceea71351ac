//! Papers and files of dossiers.

use domain::ids::{AccountId, DossierId};
use store::{Fault, Tx, journal::Entry};

use super::SUBJECT;

/// A paper as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its row; 0 before it is kept.
    pub id: i64,
    /// Order, from 1.
    pub place: i64,
    /// What it is.
    pub name: String,
    /// original, certified, copy, shown, in_database.
    pub form: String,
    /// How many.
    pub count: i64,
    /// Whether it is there and in order.
    pub sufficient: bool,
    /// What the official noted.
    pub note: String,
}

/// A file of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its row.
    pub id: i64,
    /// The paper that it shows.
    pub paper: Option<i64>,
    /// scan, result, print.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its type, as sniffed from its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Its name in the file store.
    pub sha256: String,
    /// What its signatures came to when it came in, as JSON; empty if it carries none.
    pub verdict: String,
    /// off, waiting, clean, infected: how the search for malware stands.
    pub scan: String,
    /// When, milliseconds since the epoch.
    pub added_ms: i64,
    /// By whom.
    pub added_by: AccountId,
}

/// Writes the papers of a dossier.
pub fn insert_papers(tx: &mut Tx<'_>, id: DossierId, papers: &[Paper]) -> Result<(), Fault> {
    let rows: Vec<store::Param> = papers
        .iter()
        .flat_map(|paper| {
            [
                id.into(),
                paper.place.into(),
                paper.name.as_str().into(),
                paper.form.as_str().into(),
                paper.count.into(),
                paper.sufficient.into(),
                paper.note.as_str().into(),
            ]
        })
        .collect();
    let head = "insert into dossier_paper
       (dossier, place, name, form, count, sufficient, note) values";
    tx.insert_rows(head, "", 7, &rows)
}

/// Its papers, in order.
pub fn papers(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Paper>, Fault> {
    let rows = tx.query(
        "select id, place, name, form, count, sufficient, note
         from dossier_paper where dossier = ?1 order by place, id",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Paper {
                id: row.get(0)?,
                place: row.get(1)?,
                name: row.get(2)?,
                form: row.get(3)?,
                count: row.get(4)?,
                sufficient: row.get(5)?,
                note: row.get(6)?,
            })
        })
        .collect()
}

/// A file that was put away, before it is a dossier's.
pub struct NewFile<'a> {
    /// The paper that it shows.
    pub paper: Option<i64>,
    /// scan, result, print.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its type, as sniffed from its bytes.
    pub media_type: &'a str,
    /// Where it is.
    pub stored: &'a store::StoredBlob,
    /// What its signatures came to, as JSON; empty if it carries none.
    pub verdict: &'a str,
    /// off, waiting, clean.
    pub scan: &'a str,
}

/// The file with the same bytes, of the same kind and beside the same paper.
pub fn same_file(
    tx: &mut Tx<'_>,
    id: DossierId,
    (kind, paper): (&str, Option<i64>),
    sha256: &str,
) -> Result<Option<i64>, Fault> {
    let row = tx.query_one(
        "select id from dossier_file
         where dossier = ?1 and kind = ?2 and sha256 = ?3 and coalesce(paper, 0) = ?4
         order by id limit 1",
        &[id.into(), kind.into(), sha256.into(), paper.unwrap_or(0).into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Adds a file that was put away.
pub fn insert_file(tx: &mut Tx<'_>, id: DossierId, new: &NewFile<'_>) -> Result<i64, Fault> {
    let file: i64 = tx.insert(
        "insert into dossier_file
           (dossier, paper, kind, name, media_type, size, sha256, added_ms, added_by, verdict, scan)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) returning id",
        &[
            id.into(),
            new.paper.into(),
            new.kind.into(),
            new.name.into(),
            new.media_type.into(),
            new.stored.size.into(),
            new.stored.sha256.as_str().into(),
            tx.now().into(),
            tx.by().into(),
            new.verdict.into(),
            new.scan.into(),
        ],
    )?;
    tx.journal(
        Entry::new(SUBJECT, id.0, "add_file")
            .details(&serde_json::json!({"file": file, "kind": new.kind}))
            // The hash tells whoever has the paper that it was here: it can be erased with it.
            .words(Some(new.stored.sha256.clone())),
    );
    Ok(file)
}

/// Its files, newest last.
pub fn files(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<File>, Fault> {
    let rows = tx.query(
        "select id, paper, kind, name, media_type, size, sha256, added_ms, added_by, verdict, scan
         from dossier_file where dossier = ?1 order by id",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(File {
                id: row.get(0)?,
                paper: row.get(1)?,
                kind: row.get(2)?,
                name: row.get(3)?,
                media_type: row.get(4)?,
                size: row.get(5)?,
                sha256: row.get(6)?,
                added_ms: row.get(7)?,
                added_by: row.get(8)?,
                verdict: row.get(9)?,
                scan: row.get(10)?,
            })
        })
        .collect()
}
