//! SQL of figures: every dossier of a period, once.

use domain::{
    dossier::{Dossier, Precision, Status},
    ids::{DossierId, UnitId, VersionId},
    procedure::ChannelKind,
    tally::{Became, CameAs, Counted, Period, place},
    time::Instant,
};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
};
use store::{Fault, Select, Tx};

use crate::{
    dossiers::{facts::Seen, links::facts::NO_CHILD},
    procedures::facts as procedures,
};

/// Rows read at once.
const CHUNK: i64 = 2_000;

/// A dossier as figures see it.
pub(super) struct Row {
    pub id: DossierId,
    pub code: String,
    pub unit: UnitId,
    pub sector: String,
    pub procedure: String,
    pub name: String,
    pub status: String,
    pub counted: Counted,
    /// The day on which it was entered, if it was received on paper.
    pub entered: Option<Date>,
}

impl Row {
    pub fn place(&self, period: &Period) -> Option<(CameAs, Became)> {
        place(&self.counted, period)
    }
}

/// Shows `each` every accepted dossier that came before the period's end and was not resolved
/// before its beginning, by number, until it says no. A part of a linked case counts at its own unit
/// and not in a table over several: there the case counts once, at its lead.
pub(super) fn each(
    tx: &mut Tx<'_>,
    seen: &Seen,
    (unit, counts_parts): (Option<UnitId>, bool),
    period: &Period,
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), Fault> {
    let after_end = period.until.checked_add(1.day()).unwrap_or(period.until).at(0, 0, 0, 0);
    let begin = period.from.at(0, 0, 0, 0);
    let mut precise = std::collections::HashMap::new();
    let mut after = DossierId(0);
    loop {
        let mut select = seen
            .narrow(Select::new(
                "d.id, d.code, d.unit, v.sector, p.code, v.name, d.status, d.received_at,
                 d.due_original_at, d.finished_at, d.channel, d.version, d.is_open, d.due_at,
                 case when d.is_open = 0 and d.finished_at is null then d.state else '' end, h.entered_ms",
                "dossier d left join hand_entry h on h.dossier = d.id join procedure_version v on v.id = d.version
                 join procedure p on p.id = v.procedure",
            ))
            .and("d.id > ?", [after.into()])
            .and(
                "d.status not in ('draft', 'submitted', 'intake_supplement', 'refused_intake')",
                [],
            )
            .and("d.received_at < ?", [after_end.into()])
            .and("d.finished_at >= ? or d.finished_at is null", [begin.into()]);
        if let Some(unit) = unit {
            let of = [unit.into(), unit.into(), unit.into()];
            select = select.and("d.body = ? or d.unit = ? or d.competent = ?", of);
        }
        if !counts_parts {
            select = select.and(NO_CHILD, []);
        }
        let rows = select.order_by("d.id").rows(tx, CHUNK)?;
        let full = i64::try_from(rows.len()).is_ok_and(|it| it == CHUNK);
        for row in &rows {
            after = row.get(0)?;
            let version: VersionId = row.get(11)?;
            let channel: String = row.get(10)?;
            let channel = ChannelKind::from_code(&channel).unwrap_or(ChannelKind::Direct);
            let key = (version, channel.code());
            let precision = match precise.get(&key) {
                Some(it) => *it,
                None => {
                    let found = procedures::version(tx, version)?;
                    let it = found.map_or(Precision::Day, |it| it.body.precision(channel));
                    precise.insert(key, it);
                    it
                }
            };
            if let Some(row) = read(row, channel, precision)?
                && !each(row)
            {
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}

fn read(
    row: &store::Row,
    channel: ChannelKind,
    precision: Precision,
) -> Result<Option<Row>, Fault> {
    let time = |it: &str| it.parse::<DateTime>().ok();
    let finished_at = row.parse_opt(9, "time", time)?;
    let is_open: bool = row.get(12)?;
    let due_at: Option<String> = row.get(13)?;
    let status: String = row.get(6)?;
    // What ended without a result says in its state when it did.
    let ended: String = row.get(14)?;
    let stopped_at = if ended.is_empty() {
        None
    } else {
        let state: Dossier = serde_json::from_str(&ended)
            .map_err(|e| Fault::Broken(format!("a dossier's state: {e}")))?;
        // Withdrawn before it was ever accepted: it was never received.
        if state.received_at.is_none() {
            return Ok(None);
        }
        state.ended_at
    };
    let counted = Counted {
        received_at: row.parse(7, "time", time)?,
        due_at: row.parse_opt(8, "time", time)?,
        online: channel == ChannelKind::Online,
        finished_at,
        stopped_at,
        paused: is_open && due_at.is_none(),
        precision,
    };
    debug_assert!(Status::from_code(&status).is_some(), "{status}");
    Ok(Some(Row {
        id: row.get(0)?,
        code: row.get(1)?,
        unit: row.get(2)?,
        sector: row.get(3)?,
        procedure: row.get(4)?,
        name: row.get(5)?,
        status,
        counted,
        entered: row.get::<Option<i64>>(15)?.map(|it| Instant::from_epoch_ms(it).civil().date()),
    }))
}
