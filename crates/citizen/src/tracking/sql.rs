//! SQL of the links by which a dossier is rated.

use domain::ids::DossierId;
use store::{Fault, Tx};

/// Bytes of a link's code: 64 bits cannot be guessed by whoever is slowed.
const CODE_BYTES: usize = 8;

/// Gives a dossier its link, if it has none.
pub fn make_link(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    let code = site::random_hex(CODE_BYTES);
    tx.execute(
        "insert into rating_link (dossier, code) values (?1, ?2) on conflict (dossier) do nothing",
        &[dossier.into(), code.into()],
    )?;
    Ok(())
}

/// The code of a dossier's link.
pub fn link_of(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Option<String>, Fault> {
    let row = tx.query_one("select code from rating_link where dossier = ?1", &[dossier.into()])?;
    row.map(|it| it.get(0)).transpose()
}

/// The dossier that a link opens.
pub fn of_link(tx: &mut Tx<'_>, code: &str) -> Result<Option<DossierId>, Fault> {
    let row = tx.query_one("select dossier from rating_link where code = ?1", &[code.into()])?;
    row.map(|it| it.get(0)).transpose()
}
