//! SQL of notices.

use domain::{ids::DossierId, time::Instant};
use store::{Fault, Row, Select, Tx};

use crate::dossiers::facts::Seen;

/// A notice as it is kept.
pub(super) struct Kept {
    pub id: i64,
    pub dossier: DossierId,
    pub phone: String,
    pub text: String,
    pub queued: Instant,
    pub told: Option<Instant>,
}

const COLUMNS: &str = "o.id, o.subject_id, o.recipient, o.text, o.created_ms, o.sent_ms";
const FROM: &str = "outbox o join dossier d on d.id = o.subject_id";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        dossier: row.get(1)?,
        phone: row.get(2)?,
        text: row.get(3)?,
        queued: Instant::from_epoch_ms(row.get(4)?),
        told: row.get::<Option<i64>>(5)?.map(Instant::from_epoch_ms),
    })
}

/// Queues a notice unless the same was queued before.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    dedupe: &str,
    kind: &str,
    dossier: DossierId,
    phone: &str,
    text: &str,
) -> Result<(), Fault> {
    // Whoever was not told yet is told the newest only.
    tx.execute(
        "delete from outbox where subject = 'dossier' and subject_id = ?1 and sent_ms is null
           and kind in ('new_date', 'extended')",
        &[dossier.into()],
    )?;
    tx.execute(
        "insert into outbox (dedupe, kind, subject, subject_id, recipient, text, created_ms)
         values (?1, ?2, 'dossier', ?3, ?4, ?5, ?6)
         on conflict (dedupe) do nothing",
        &[dedupe.into(), kind.into(), dossier.into(), phone.into(), text.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Notices that wait, and since when the oldest does.
pub(super) fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<Instant>), Fault> {
    let count = tx.query_number("select count(*) from outbox where sent_ms is null", &[])?;
    let oldest = tx.query_one(
        "select created_ms from outbox where sent_ms is null order by id limit 1",
        &[],
    )?;
    let oldest = oldest.map(|row| row.get(0)).transpose()?;
    Ok((count, oldest.map(Instant::from_epoch_ms)))
}

/// A page of notices on dossiers that somebody sees.
pub(super) fn page(
    tx: &mut Tx<'_>,
    seen: &Seen,
    waiting: bool,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let select = seen.narrow(Select::new(COLUMNS, FROM)).and("o.subject = 'dossier'", []);
    let select = if waiting {
        // Nobody is told a new date of what is settled already.
        select
            .and("o.sent_ms is null and d.is_open = 1", [])
            .and_if("o.id > ?", after)
            .order_by("o.id")
    } else {
        select.and("o.sent_ms is not null", []).and_if("o.id < ?", after).order_by("o.id desc")
    };
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// The dossier of a notice that waits, if the asker sees it.
pub(super) fn waiting(tx: &mut Tx<'_>, seen: &Seen, id: i64) -> Result<Option<DossierId>, Fault> {
    let select = seen
        .narrow(Select::new(COLUMNS, FROM))
        .and("o.subject = 'dossier' and o.sent_ms is null and o.id = ?", [id.into()]);
    let rows = select.rows(tx, 1)?;
    Ok(rows.first().map(kept).transpose()?.map(|it| it.dossier))
}

/// Marks a notice as told.
pub(super) fn tell(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("update outbox set sent_ms = ?2 where id = ?1", &[id.into(), tx.now().into()])?;
    Ok(())
}
