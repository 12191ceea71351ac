//! SQL of the portal's texts: rows that are only added; the newest of a name counts.

use domain::{ids::AccountId, time::Instant};
use store::{Fault, Row, Tx};

/// A text as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub name: String,
    pub edition: i64,
    /// JSON; empty if it is as it ships again; `off` if it is not in use.
    pub body: String,
    pub by: AccountId,
    pub at: Instant,
}

const COLUMNS: &str = "select t.name, t.edition, t.body, t.by_account, t.at_ms from portal_text t";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        name: row.get(0)?,
        edition: row.get(1)?,
        body: row.get(2)?,
        by: row.get(3)?,
        at: Instant::from_epoch_ms(row.get(4)?),
    })
}

/// The newest text of every name of a kind, by name.
pub(super) fn newest(tx: &mut Tx<'_>, kind: &str) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "{COLUMNS} where t.kind = ?1 and not exists (select 1 from portal_text n
           where n.kind = t.kind and n.name = t.name and n.edition > t.edition)
         order by t.name"
    );
    tx.query(&sql, &[kind.into()])?.iter().map(kept).collect()
}

/// Every edition of a text, the newest first.
pub(super) fn history(tx: &mut Tx<'_>, kind: &str, name: &str) -> Result<Vec<Kept>, Fault> {
    let sql = format!("{COLUMNS} where t.kind = ?1 and t.name = ?2 order by t.edition desc");
    tx.query(&sql, &[kind.into(), name.into()])?.iter().map(kept).collect()
}

/// Adds an edition.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    kind: &str,
    (name, edition): (&str, i64),
    body: &str,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into portal_text (kind, name, edition, body, by_account, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[kind.into(), name.into(), edition.into(), body.into(), tx.by().into(), tx.now().into()],
    )
}
