//! SQL of alarms, drafts of apologies and what is late.

use domain::{
    ids::{DossierId, StaffId, UnitId},
    lateness::Alarm,
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Param, Row, Select, Tx};

use super::watch::Draft;
use crate::dossiers::facts::Seen;

/// An open dossier by the columns that tell whether it may ring.
pub(super) struct Candidate {
    pub id: DossierId,
    pub unit: UnitId,
    pub received_at: DateTime,
    pub due_at: Option<DateTime>,
    pub step_due_at: Option<DateTime>,
    pub waits_for_papers: bool,
    pub last_event_ms: i64,
    /// It rings already, or an apology is drafted.
    pub is_ringing: bool,
}

fn time(text: &str) -> Option<DateTime> {
    text.parse().ok()
}

/// Open dossiers after `after`, by number. Looks, papers that were printed and messages are no events: they move
/// nothing, and whoever opens what lies still does not wake it.
pub(super) fn candidates(
    tx: &mut Tx<'_>,
    after: DossierId,
    limit: i64,
) -> Result<Vec<Candidate>, Fault> {
    let rows = tx.query(
        "select d.id, d.unit, d.received_at, d.due_at, d.step_due_at, d.status,
                coalesce((select j.at_ms from journal j
                          where j.subject = 'dossier' and j.subject_id = d.id
                            and j.act not in ('look', 'read', 'print_paper', 'tell', 'recompute',
                                               'synchronise')
                          order by j.id desc limit 1), 0),
                case when exists (select 1 from alarm a
                                  where a.dossier = d.id and a.cleared_ms is null)
                       or exists (select 1 from apology_draft p
                                  where p.dossier = d.id and p.state = 'waiting')
                     then 1 else 0 end
         from dossier d
         where d.is_open = 1 and d.id > ?1
         order by d.id limit ?2",
        &[after.into(), limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            let status: String = row.get(5)?;
            Ok(Candidate {
                id: row.get(0)?,
                unit: row.get(1)?,
                received_at: row.parse(2, "time", time)?,
                due_at: row.parse_opt(3, "time", time)?,
                step_due_at: row.parse_opt(4, "time", time)?,
                waits_for_papers: status == domain::dossier::Status::AwaitSupplement.code(),
                last_event_ms: row.get(6)?,
                is_ringing: row.get::<i64>(7)? == 1,
            })
        })
        .collect()
}

/// An alarm that rings.
pub(super) struct Ringing {
    pub id: i64,
    pub kind: String,
    pub cause: String,
}

/// What rings on a dossier, oldest first.
pub(super) fn ringing(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Ringing>, Fault> {
    let rows = tx.query(
        "select id, kind, cause from alarm where dossier = ?1 and cleared_ms is null order by id",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| Ok(Ringing { id: row.get(0)?, kind: row.get(1)?, cause: row.get(2)? }))
        .collect()
}

/// Rings; what rang for the same cause before rings on, as known as it was.
pub(super) fn raise(tx: &mut Tx<'_>, dossier: DossierId, alarm: &Alarm) -> Result<i64, Fault> {
    tx.insert(
        "insert into alarm (dossier, kind, cause, ear, raised_ms) values (?1, ?2, ?3, ?4, ?5)
         on conflict (dossier, kind, cause) do update set cleared_ms = null
         returning id",
        &[
            dossier.into(),
            alarm.kind.code().into(),
            alarm.cause.as_str().into(),
            alarm.kind.ear().code().into(),
            tx.now().into(),
        ],
    )
}

/// It rings no more.
pub(super) fn clear(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("update alarm set cleared_ms = ?2 where id = ?1", &[id.into(), tx.now().into()])?;
    Ok(())
}

/// Clears what rings on dossiers that are over, and drops their drafts.
pub(super) fn clear_what_is_over(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.execute(
        "update alarm set cleared_ms = ?1
         where cleared_ms is null
           and exists (select 1 from dossier d where d.id = alarm.dossier and d.is_open = 0)",
        &[tx.now().into()],
    )?;
    tx.execute(
        "update apology_draft set state = 'dropped'
         where state = 'waiting'
           and exists (select 1 from dossier d where d.id = apology_draft.dossier and d.is_open = 0)",
        &[],
    )?;
    Ok(())
}

/// Keeps a draft as it would be written now. What was sent stays sent.
pub(super) fn draft(tx: &mut Tx<'_>, dossier: DossierId, it: &Draft) -> Result<(), Fault> {
    tx.execute(
        "insert into apology_draft (dossier, due_at, new_due_at, cause, words, drafted_ms, state)
         values (?1, ?2, ?3, ?4, ?5, ?6, 'waiting')
         on conflict (dossier) do update
         set due_at = excluded.due_at, new_due_at = excluded.new_due_at, cause = excluded.cause,
             words = excluded.words, drafted_ms = excluded.drafted_ms, state = 'waiting'
         where apology_draft.state <> 'sent'
           and (apology_draft.due_at <> excluded.due_at
                or apology_draft.new_due_at <> excluded.new_due_at
                or apology_draft.words <> excluded.words or apology_draft.state <> 'waiting')",
        &[
            dossier.into(),
            it.due_at.into(),
            it.new_due_at.into(),
            it.cause.code().into(),
            it.words.as_str().into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// No apology is owed any more.
pub(super) fn drop_draft(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "update apology_draft set state = 'dropped' where dossier = ?1 and state = 'waiting'",
        &[dossier.into()],
    )?;
    Ok(())
}

/// The apology went out with a new appointment.
pub(super) fn sent(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "update apology_draft set state = 'sent' where dossier = ?1 and state = 'waiting'",
        &[dossier.into()],
    )?;
    tx.execute(
        "update alarm set cleared_ms = ?2
         where dossier = ?1 and cleared_ms is null
           and kind in ('apology_owed', 'apology_missed', 'late', 'head_warned', 'holder_warned')",
        &[dossier.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Something happened to a dossier: silence about it is over.
pub(super) fn touched(tx: &mut Tx<'_>, dossier: DossierId) -> Result<(), Fault> {
    tx.execute(
        "update alarm set cleared_ms = ?2
         where dossier = ?1 and cleared_ms is null and kind in ('still', 'still_long')",
        &[dossier.into(), tx.now().into()],
    )?;
    Ok(())
}

/// A draft that waits.
pub(super) struct KeptDraft {
    pub new_due_at: DateTime,
    pub words: String,
}

/// The draft of a dossier that waits to be sent.
pub(super) fn waiting_draft(
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<Option<KeptDraft>, Fault> {
    let row = tx.query_one(
        "select new_due_at, words from apology_draft where dossier = ?1 and state = 'waiting'",
        &[dossier.into()],
    )?;
    row.map(|row| Ok(KeptDraft { new_due_at: row.parse(0, "time", time)?, words: row.get(1)? }))
        .transpose()
}

/// Whose alarms are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Only those that are for whoever asks.
    pub mine: Option<Mine>,
    /// Only this kind.
    pub kind: Option<&'static str>,
    /// Only this ear.
    pub ear: Option<&'static str>,
    /// A body or a one-stop shop.
    pub unit: Option<UnitId>,
    /// Those that nobody said he knows.
    pub unknown: bool,
}

/// What makes an alarm somebody's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Mine {
    /// Himself and those for whom he stands in.
    pub holders: Vec<StaffId>,
    /// What he takes up where nobody is named, by status.
    pub statuses: Vec<&'static str>,
    /// Where he does.
    pub body: Option<UnitId>,
    /// The offices that he heads.
    pub heads: Vec<UnitId>,
    /// Whether he hears of what was not answered below.
    pub above: bool,
}

/// An alarm as a page shows it.
pub(super) struct Line {
    pub id: i64,
    pub dossier: DossierId,
    pub code: String,
    pub procedure: String,
    pub kind: String,
    pub cause: DateTime,
    pub holder: Option<String>,
    pub status: String,
    pub unit: UnitId,
    pub competent: UnitId,
    pub raised: Instant,
    pub known: Option<(Instant, String)>,
}

const COLUMNS: &str = "a.id, d.id, d.code, v.name, a.kind, a.cause, s.name, d.status, d.unit,
    a.raised_ms, a.known_ms, k.name, d.competent";
const FROM: &str = "alarm a join dossier d on d.id = a.dossier
    join procedure_version v on v.id = d.version
    left join staff s on s.id = d.holder left join account k on k.id = a.known_by";

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn narrowed(seen: &Seen, asked: &Asked, from: &str) -> Select {
    let mut select = seen.narrow(Select::new(COLUMNS, from)).and("a.cleared_ms is null", []);
    if let Some(mine) = &asked.mine {
        let mut ways = vec!["1 = 0".to_owned()];
        let mut values: Vec<Param> = Vec::new();
        if !mine.holders.is_empty() {
            ways.push(format!("a.ear = 'holder' and d.holder in ({})", marks(mine.holders.len())));
            values.extend(mine.holders.iter().map(|it| Param::from(*it)));
        }
        if let (Some(body), false) = (mine.body, mine.statuses.is_empty()) {
            ways.push(format!(
                "a.ear = 'holder' and d.holder is null and d.body = ? and d.status in ({})",
                marks(mine.statuses.len())
            ));
            values.push(body.into());
            values.extend(mine.statuses.iter().map(|it| Param::from(*it)));
        }
        for unit in &mine.heads {
            let ear = "a.ear <> 'holder' and (d.body = ? or d.unit = ? or d.competent = ?)";
            ways.push(ear.to_owned());
            values.extend([Param::from(*unit), (*unit).into(), (*unit).into()]);
        }
        if mine.above {
            ways.push("a.ear = 'above'".to_owned());
        }
        let ways: Vec<String> = ways.into_iter().map(|it| format!("({it})")).collect();
        select = select.and(&ways.join(" or "), values);
    }
    if let Some(unit) = asked.unit {
        let of = [unit.into(), unit.into(), unit.into()];
        select = select.and("d.body = ? or d.unit = ? or d.competent = ?", of);
    }
    if asked.unknown {
        select = select.and("a.known_ms is null", []);
    }
    select.and_if("a.kind = ?", asked.kind).and_if("a.ear = ?", asked.ear)
}

fn line(row: &Row) -> Result<Line, Fault> {
    let known: Option<i64> = row.get(10)?;
    let by: Option<String> = row.get(11)?;
    Ok(Line {
        id: row.get(0)?,
        dossier: row.get(1)?,
        code: row.get(2)?,
        procedure: row.get(3)?,
        kind: row.get(4)?,
        cause: row.parse(5, "time", time)?,
        holder: row.get(6)?,
        status: row.get(7)?,
        unit: row.get(8)?,
        competent: row.get(12)?,
        raised: Instant::from_epoch_ms(row.get(9)?),
        known: known.map(|at| (Instant::from_epoch_ms(at), by.unwrap_or_default())),
    })
}

/// A page of what rings, newest first.
pub(super) fn page(
    tx: &mut Tx<'_>,
    seen: &Seen,
    asked: &Asked,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let select = narrowed(seen, asked, FROM).and_if("a.id < ?", before).order_by("a.id desc");
    select.rows(tx, limit)?.iter().map(line).collect()
}

/// How many ring, up to ten thousand.
pub(super) fn count(tx: &mut Tx<'_>, seen: &Seen, asked: &Asked) -> Result<i64, Fault> {
    narrowed(seen, asked, "alarm a join dossier d on d.id = a.dossier").count(tx, 10_000)
}

/// The dossier of an alarm that rings, if the asker sees it.
pub(super) fn rings_for(
    tx: &mut Tx<'_>,
    seen: &Seen,
    id: i64,
) -> Result<Option<(DossierId, String)>, Fault> {
    let select = narrowed(seen, &Asked::default(), FROM).and("a.id = ?", [id.into()]);
    let rows = select.rows(tx, 1)?;
    Ok(rows.first().map(line).transpose()?.map(|it| (it.dossier, it.kind)))
}

/// Those of some alarms that ring for somebody: he says that he knows, and nobody else does for him.
pub(super) fn may_know(
    tx: &mut Tx<'_>,
    seen: &Seen,
    mine: Mine,
    ids: Vec<i64>,
) -> Result<Vec<i64>, Fault> {
    let limit = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let asked = Asked { mine: Some(mine), ..Asked::default() };
    let select = narrowed(seen, &asked, FROM).and_in("a.id", ids);
    select.rows(tx, limit)?.iter().map(|row| row.get(0)).collect()
}

/// Somebody said that he knows. The first one counts.
pub(super) fn know(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let told = tx.execute(
        "update alarm set known_ms = ?2, known_by = ?3 where id = ?1 and known_ms is null",
        &[id.into(), tx.now().into(), tx.by().into()],
    )?;
    Ok(told > 0)
}

/// An apology that waits.
pub(super) struct Owed {
    pub dossier: DossierId,
    pub code: String,
    pub procedure: String,
    pub due_at: DateTime,
    pub new_due_at: DateTime,
    pub words: String,
    pub holder: Option<String>,
    pub unit: UnitId,
    pub status: String,
    pub competent: UnitId,
}

/// How many apologies wait to be sent, up to ten thousand.
pub(super) fn count_apologies(tx: &mut Tx<'_>, seen: &Seen) -> Result<i64, Fault> {
    let waiting = Select::new("d.id", "apology_draft p join dossier d on d.id = p.dossier");
    seen.narrow(waiting).and("p.state = 'waiting' and d.is_open = 1", []).count(tx, 10_000)
}

/// Apologies that wait to be sent, the oldest appointment first.
pub(super) fn apologies(
    tx: &mut Tx<'_>,
    seen: &Seen,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Owed>, Fault> {
    let mut select = seen
        .narrow(Select::new(
            "d.id, d.code, v.name, p.due_at, p.new_due_at, p.words, s.name, d.unit, d.status,
             d.competent",
            "apology_draft p join dossier d on d.id = p.dossier
             join procedure_version v on v.id = d.version left join staff s on s.id = d.holder",
        ))
        .and("p.state = 'waiting' and d.is_open = 1", []);
    if let Some((due, id)) = after {
        select = select.and("(p.due_at, d.id) > (?, ?)", [due.as_str().into(), id.into()]);
    }
    let rows = select.order_by("p.due_at, d.id").rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(Owed {
                dossier: row.get(0)?,
                code: row.get(1)?,
                procedure: row.get(2)?,
                due_at: row.parse(3, "time", time)?,
                new_due_at: row.parse(4, "time", time)?,
                words: row.get(5)?,
                holder: row.get(6)?,
                unit: row.get(7)?,
                status: row.get(8)?,
                competent: row.get(9)?,
            })
        })
        .collect()
}

/// A dossier that is late now.
pub(super) struct LateNow {
    pub code: String,
    pub procedure: String,
    pub status: String,
    pub unit: UnitId,
    pub competent: UnitId,
    pub holder: Option<StaffId>,
    pub holder_name: Option<String>,
    pub received_at: DateTime,
    pub first_due_at: Option<DateTime>,
    pub due_at: DateTime,
}

/// What is late on a day, the longest first.
pub(super) fn late(
    tx: &mut Tx<'_>,
    seen: &Seen,
    unit: Option<UnitId>,
    midnight: DateTime,
    limit: i64,
) -> Result<Vec<LateNow>, Fault> {
    let mut select = seen
        .narrow(Select::new(
            "d.code, v.name, d.status, d.unit, d.competent, d.holder, s.name, d.received_at,
             d.due_original_at, d.due_at",
            "dossier d join procedure_version v on v.id = d.version
             left join staff s on s.id = d.holder",
        ))
        .and("d.is_open = 1 and d.due_at < ?", [midnight.into()]);
    if let Some(unit) = unit {
        let of = [unit.into(), unit.into(), unit.into()];
        select = select.and("d.body = ? or d.unit = ? or d.competent = ?", of);
    }
    let rows = select.order_by("d.due_at, d.id").rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(LateNow {
                code: row.get(0)?,
                procedure: row.get(1)?,
                status: row.get(2)?,
                unit: row.get(3)?,
                competent: row.get(4)?,
                holder: row.get(5)?,
                holder_name: row.get(6)?,
                received_at: row.parse(7, "time", time)?,
                first_due_at: row.parse_opt(8, "time", time)?,
                due_at: row.parse(9, "time", time)?,
            })
        })
        .collect()
}
