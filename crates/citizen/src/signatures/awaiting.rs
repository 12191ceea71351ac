//! What stands first on the counter's page: dossiers in which malware was found after they had come in. Whoever
//! sent it is asked for another file by somebody, never by the program.

use domain::access::Action;
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::sql;
use crate::dossiers::facts::acts_at;

/// Dossiers that are looked at, and that one page shows.
const LOOKED_AT: i64 = 200;
const SHOWN: usize = 5;

/// See the module.
pub(super) fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let all = sql::infected(tx, LOOKED_AT)?;
    let own = all.into_iter().filter(|it| acts_at(who, Action::DossierReceive, it.unit));
    let line = |it: sql::InfectedRow| Awaiting {
        label: format!("Hồ sơ {}: {} tệp có mã độc, cần đề nghị gửi tệp khác", it.code, it.files),
        href: format!("/co-quan/ho-so/{}", it.dossier),
        opens: "Mở hồ sơ",
        is_bad: true,
        ..Awaiting::default()
    };
    Ok(own.take(SHOWN).map(line).collect())
}
