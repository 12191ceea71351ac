//! SQL of people served lately.

use domain::{
    ids::{AccountId, DossierId, UnitId},
    time::Instant,
};
use store::{Fault, Tx};

/// A dossier that an account received.
pub(super) struct Served {
    pub dossier: DossierId,
    pub unit: UnitId,
    pub name: String,
    pub id_number: String,
    pub at: Instant,
}

/// Remembers that whoever acts now served the people of a dossier.
pub(in crate::dossiers) fn served(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "insert into served (account, dossier, at_ms) values (?1, ?2, ?3)
         on conflict (account, dossier) do update set at_ms = excluded.at_ms",
        &[tx.by().into(), dossier.into(), tx.now().into()],
    )?;
    Ok(())
}

/// The last dossiers of an account since then, the newest first.
pub(super) fn lately(
    tx: &mut Tx<'_>,
    account: AccountId,
    since: Instant,
) -> Result<Vec<Served>, Fault> {
    let rows = tx.query(
        "select s.dossier, d.unit, p.name, p.id_number, s.at_ms
         from served s join dossier d on d.id = s.dossier
           join dossier_person p on p.dossier = s.dossier
         where s.account = ?1 and s.at_ms >= ?2
         order by s.at_ms desc, s.dossier desc limit 60",
        &[account.into(), since.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Served {
                dossier: row.get(0)?,
                unit: row.get(1)?,
                name: row.get(2)?,
                id_number: row.get(3)?,
                at: Instant::from_epoch_ms(row.get(4)?),
            })
        })
        .collect()
}
