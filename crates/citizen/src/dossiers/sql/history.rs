//! What the journal tells of a dossier: its steps, as events, and what happened beside them.

use domain::{
    dossier::{Event, What},
    ids::{DossierId, StaffId},
};
use serde::{Deserialize, Serialize};
use store::{
    Fault, Param, Select, Tx,
    journal::{self, Entry},
};

use super::SUBJECT;

/// What the journal keeps of an event: nothing that names anybody.
#[derive(Serialize, Deserialize)]
struct Details {
    status: domain::dossier::Status,
    what: What,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_place_of: Option<StaffId>,
}

pub(super) fn say(tx: &mut Tx<'_>, id: DossierId, events: &[Event]) {
    for event in events {
        let details = Details {
            status: event.status,
            what: event.what.clone(),
            in_place_of: event.in_place_of,
        };
        tx.journal(
            Entry::new(SUBJECT, id.0, event.what.kind().code())
                .details(&details)
                .words(event.words.clone()),
        );
    }
}

/// What happens to a dossier that is no step and that its page tells of.
const ASIDES: [&str; 18] = [
    "add_file",
    "name_document",
    "correct_person",
    "erase_person",
    "decide_members",
    "collect_members",
    "visit",
    "mark_papers",
    "reuse_paper",
    "use_store",
    "agree_reuse",
    "withdraw_reuse",
    "certify_copy",
    "revoke_copy",
    "print_paper",
    "reissue",
    "revoke_result",
    "hand_over_result",
];

/// Everything that happened to it, oldest first, as events. Entries of the journal that are
/// no steps (a file added) are left out.
pub fn events(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Event>, Fault> {
    Ok(history(tx, id)?.0)
}

/// Open dossiers that these people hold and whose draft was returned at least once, the newest first.
pub fn once_sent_back(
    tx: &mut Tx<'_>,
    holders: &[StaffId],
    limit: i64,
) -> Result<Vec<DossierId>, Fault> {
    if holders.is_empty() {
        return Ok(Vec::new());
    }
    let marks = vec!["?"; holders.len()].join(", ");
    let select = Select::new("d.id", "dossier d")
        .and(&format!("d.holder in ({marks})"), holders.iter().map(|it| Param::from(*it)))
        .and(
            "d.is_open = 1 and d.status in ('assigned', 'processing', 'verifying', 'consulting')",
            [],
        )
        .and(
            "exists (select 1 from journal j where j.subject = 'dossier' and j.subject_id = d.id
               and j.act = 'send_back')",
            [],
        )
        .order_by("d.id desc");
    select.rows(tx, limit)?.iter().map(|row| row.get(0)).collect()
}

/// [`events`], and beside them what happened that is no step: files added, the applicant put right
/// or erased. Who looked at it is for the journal.
pub fn history(tx: &mut Tx<'_>, id: DossierId) -> Result<(Vec<Event>, Vec<journal::Kept>), Fault> {
    let entries = journal::of(tx, SUBJECT, id.0)?;
    let (mut events, mut asides) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        if domain::dossier::CommandKind::from_code(&entry.act).is_none() {
            if ASIDES.contains(&entry.act.as_str()) || entry.act.starts_with("link_") {
                asides.push(entry);
            }
            continue;
        }
        let details: Details = serde_json::from_str(&entry.details).map_err(|e| {
            Fault::Broken(format!("journal entry {} does not read as a step: {e}", entry.id))
        })?;
        events.push(Event {
            at: entry.at,
            by: entry.by,
            status: details.status,
            what: details.what,
            in_place_of: details.in_place_of,
            words: entry.words,
        });
    }
    Ok((events, asides))
}
