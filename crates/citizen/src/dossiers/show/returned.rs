//! A draft that a reviewer or the signer returned to its officer, until it is put up again.

use domain::{
    dossier::{CommandKind, Event},
    ids::{DossierId, StaffId},
};
use people::staff::facts as staff;
use store::{Fault, Tx};

use crate::dossiers::{papers::standing, sql};

/// Drafts that the first page shows at most.
const SHOWN: i64 = 30;

/// That a draft was returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dossiers) struct Returned {
    pub id: DossierId,
    pub code: String,
    pub by: String,
    pub when: String,
    pub why: String,
}

/// The return that still asks for something: no draft was put up after it.
fn last(events: &[Event]) -> Option<&Event> {
    let turns = [CommandKind::PutUp, CommandKind::Refuse, CommandKind::SendBack];
    let turn = standing(events).into_iter().rev().find(|it| turns.contains(&it.what.kind()))?;
    (turn.what.kind() == CommandKind::SendBack).then_some(turn)
}

/// The return of a draft that its officer has to answer; nothing if there is none.
pub(in crate::dossiers) fn mark(
    tx: &mut Tx<'_>,
    kept: &sql::Kept,
    events: &[Event],
) -> Result<Option<Returned>, Fault> {
    let Some(event) = last(events).filter(|_| kept.dossier.status.is_open()) else {
        return Ok(None);
    };
    Ok(Some(Returned {
        id: kept.id,
        code: kept.code.clone(),
        by: staff::account_name(tx, event.by)?,
        when: domain::text::date_time(event.at.civil()),
        why: event.words.clone().unwrap_or_default(),
    }))
}

/// The drafts that were returned to these people and that they hold.
pub(in crate::dossiers) fn to(
    tx: &mut Tx<'_>,
    holders: &[StaffId],
) -> Result<Vec<Returned>, Fault> {
    let mut all = Vec::new();
    for id in sql::once_sent_back(tx, holders, SHOWN)? {
        let Some(kept) = sql::find(tx, id)? else { continue };
        let events = sql::events(tx, id)?;
        all.extend(mark(tx, &kept, &events)?);
    }
    Ok(all)
}
