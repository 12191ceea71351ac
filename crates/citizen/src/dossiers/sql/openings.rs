//! SQL of who opened a dossier on which day.

use domain::ids::{AccountId, DossierId};
use jiff::civil::Date;
use store::{Fault, Tx, journal::Entry};

use super::SUBJECT;

/// Whether `account` opened the dossier on `day` already.
pub(in crate::dossiers) fn is_written(
    tx: &mut Tx<'_>,
    id: DossierId,
    account: AccountId,
    day: Date,
) -> Result<bool, Fault> {
    let found = tx.query_one(
        "select 1 from dossier_opening where dossier = ?1 and account = ?2 and day = ?3",
        &[id.into(), account.into(), day.into()],
    )?;
    Ok(found.is_some())
}

/// Journals that `account` opened the dossier on `day`, unless it was journalled before: of many at once one is.
pub(in crate::dossiers) fn write(
    tx: &mut Tx<'_>,
    id: DossierId,
    account: AccountId,
    day: Date,
    what: &str,
) -> Result<(), Fault> {
    let is_first = tx.execute(
        "insert into dossier_opening (dossier, account, day) values (?1, ?2, ?3)
         on conflict (dossier, account) do update set day = excluded.day
           where dossier_opening.day < excluded.day",
        &[id.into(), account.into(), day.into()],
    )?;
    if is_first > 0 {
        let details = serde_json::json!({ "what": what });
        tx.journal(Entry::new(SUBJECT, id.0, "read").details(&details));
    }
    Ok(())
}

/// Codes of dossiers by their numbers.
pub(in crate::dossiers) fn codes_of(
    tx: &mut Tx<'_>,
    ids: &[DossierId],
) -> Result<Vec<(DossierId, String)>, Fault> {
    let select = store::Select::new("id, code", "dossier").and_in("id", ids.to_vec());
    let rows = select.rows(tx, i64::try_from(ids.len()).unwrap_or(i64::MAX))?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
