//! SQL of erasing.

use domain::ids::DossierId;
use store::{Fault, Tx};

use crate::dossiers::facts::ERASED;

/// The hashes of a dossier's files.
pub(super) fn files(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let rows = tx.query("select sha256 from dossier_file where dossier = ?1", &[id.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Erases all that names a person in a dossier; the hashes of files that no row names any more, those among them that
/// other slices let go.
pub(super) fn erase(
    tx: &mut Tx<'_>,
    id: DossierId,
    let_go: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let mut hashes = files(tx, id)?;
    hashes.extend(let_go);
    hashes.sort();
    hashes.dedup();
    // What a person said about his papers goes with the last dossier that names him.
    tx.execute(
        "delete from paper_consent where id not in (select consent from paper_reuse)
           and id_number in (select id_number from dossier_person where dossier = ?1)
           and not exists (select 1 from dossier_person p
             where p.id_number = paper_consent.id_number and p.dossier <> ?1)",
        &[id.into()],
    )?;
    tx.execute(
        "update paper_consent set id_number = ''
         where id_number in (select id_number from dossier_person where dossier = ?1)
           and not exists (select 1 from dossier_person p
             where p.id_number = paper_consent.id_number and p.dossier <> ?1)",
        &[id.into()],
    )?;
    tx.execute("update result set holder = '' where dossier = ?1", &[id.into()])?;
    // The copy's code stays known; the scan that it is about is gone.
    tx.execute("update electronic_copy set sha256 = '' where dossier = ?1", &[id.into()])?;
    tx.execute(
        "delete from print_again where job in (select id from print_job where dossier = ?1)",
        &[id.into()],
    )?;
    tx.execute("delete from print_job where dossier = ?1", &[id.into()])?;
    tx.execute("delete from served where dossier = ?1", &[id.into()])?;
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
    crate::dossiers::links::facts::erase(tx, id)?;
    // Which step made which document stands in the journal; the documents themselves are gone.
    tx.execute("delete from dossier_document where dossier = ?1", &[id.into()])?;
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
    messages::facts::forget(tx, "dossier", id.0)?;
    site::files::unnamed(tx, hashes)
}
