//! What of results stands first on the counter's page: those that were issued anew for a dossier that is over, so
//! that no pile of dossiers shows them.

use domain::access::{Action, Object};
use site::{Awaiting, Failure, Site, Who};
use store::Tx;

use super::{
    ADDRESS,
    sql::{self, Filter},
};
use crate::{dossiers::facts as dossiers, lateness::facts as lateness};

/// Results counted at most.
const COUNT_MAX: i64 = 1_000;

/// See the module.
pub(super) fn awaits(_: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Vec<Awaiting>, Failure> {
    let hands_over = who.can(Action::DossierReturn, Object::Anything);
    let Some(body) = lateness::body_of(who).filter(|_| hands_over) else { return Ok(Vec::new()) };
    let state = "cap-lai".to_owned();
    let filter = Filter { state, body: Some(body), ..Filter::default() };
    let count = sql::count(tx, &dossiers::seen(who), &filter, COUNT_MAX)?;
    let line = Awaiting {
        label: format!("{count} kết quả cấp lại chờ giao cho người dân"),
        href: format!("{ADDRESS}?trang-thai=cap-lai"),
        ..Awaiting::default()
    };
    Ok(if count > 0 { vec![line] } else { Vec::new() })
}
