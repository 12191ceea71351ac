//! SQL of erasing.

use domain::ids::DossierId;
use store::{Fault, Tx};

use crate::dossiers::facts::ERASED;

/// The hashes of a dossier's files.
pub(super) fn files(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let rows = tx.query("select sha256 from dossier_file where dossier = ?1", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Erases all that names a person in a dossier; the hashes of files that no row names any more.
pub(super) fn erase(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let mut hashes = files(tx, id)?;
    hashes.sort();
    hashes.dedup();
    tx.execute(
        "update dossier_person
         set name = ?2, id_number = '', birth_date = '', phone = '', email = '', address = '',
             proxy_name = '', proxy_id_number = '', request = ''
         where dossier = ?1",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute(
        "update dossier set applicant = ?2, edition = edition + 1 where id = ?1",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute("delete from dossier_word where dossier = ?1", &[id.into()])?;
    tx.execute("delete from dossier_file where dossier = ?1", &[id.into()])?;
    tx.execute(
        "update dossier_party set tax_code = '', representative = '', representative_title = ''
         where dossier = ?1",
        &[id.into()],
    )?;
    tx.execute("update dossier_proxy set number = '' where dossier = ?1", &[id.into()])?;
    tx.execute(
        "update dossier_member set name = ?2, id_number = '', detail = '', reason = ''
         where dossier = ?1",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute(
        "update dossier_collection set name = ?2, id_number = '', number = '' where dossier = ?1",
        &[id.into(), ERASED.into()],
    )?;
    tx.execute("update dossier_paper set note = '' where dossier = ?1", &[id.into()])?;
    tx.execute("delete from outbox where subject = 'dossier' and subject_id = ?1", &[id.into()])?;
    let mut orphans = Vec::new();
    for sha256 in hashes {
        let left = tx.query_number(
            "select count(*) from dossier_file where sha256 = ?1",
            &[sha256.as_str().into()],
        )?;
        if left == 0 {
            orphans.push(sha256);
        }
    }
    Ok(orphans)
}
