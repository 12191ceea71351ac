//! All SQL that writes and finds dossiers. Lists and searches are in `list/sql.rs`.

use domain::{
    dossier::{Dossier, Event},
    ids::{DossierId, ProcedureId, StaffId, UnitId, VersionId},
};
use jiff::civil::DateTime;
use store::{Fault, Row, Tx};

mod attached;
mod course;
mod history;
pub(super) mod openings;
pub mod party;
mod person;
pub mod tickets;
pub mod visits;

pub use attached::{File, NewFile, Paper, files, insert_file, insert_papers, papers, same_file};
pub use course::{
    MemberKey, documents, insert_document, keep_series_number, members, ringing, series_given,
    series_next, series_taken, set_members, set_timer, timers,
};
use history::say;
pub use history::{events, history, once_sent_back};
pub use party::{Collection, Member, MemberOutcome, Organisation, ProxyPaper};
pub use person::{Person, correct_person, people_of, person, set_lang};
use person::{insert_person, insert_words};

/// What the journal calls a dossier.
pub const SUBJECT: &str = "dossier";

/// A dossier as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number here.
    pub id: DossierId,
    /// Its code, printed on the receipt.
    pub code: String,
    /// The commune or district.
    pub body: UnitId,
    /// The one-stop shop that received it.
    pub unit: UnitId,
    /// The office that settles it.
    pub competent: UnitId,
    /// The version of the procedure that holds for it.
    pub version: VersionId,
    /// The row of its workflow.
    pub workflow: i64,
    /// Id of its rule pack.
    pub rules: String,
    /// Whether the due time lies beyond the calendar that is known.
    pub provisional: bool,
    /// The applicant's name.
    pub applicant: String,
    /// Its state: the fold of its events.
    pub dossier: Dossier,
    /// Grows with every change.
    pub edition: i64,
}

/// A dossier that is about to be written for the first time.
pub struct New<'a> {
    pub code: &'a str,
    pub body: UnitId,
    pub unit: UnitId,
    pub competent: UnitId,
    pub version: VersionId,
    pub workflow: i64,
    pub rules: &'a str,
    pub channel: &'a str,
    pub received_at: DateTime,
    pub provisional: bool,
    pub person: &'a Person,
}

/// The next number of the sequence `name`, from 1. The row is the lock: no number is given twice.
pub fn next_number(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    tx.insert(
        "insert into sequence (name, value) values (?1, 1)
         on conflict (name) do update set value = sequence.value + 1
         returning value",
        &[name.into()],
    )
}

/// Writes a new dossier, its people and its events.
pub fn insert(
    tx: &mut Tx<'_>,
    new: &New<'_>,
    after: &Dossier,
    events: &[Event],
) -> Result<DossierId, Fault> {
    let facts = Facts::of(after)?;
    let id: DossierId = tx.insert(
        "insert into dossier
           (code, body, unit, competent, version, workflow, rules, channel, status, is_open,
            financial, delivery, synchronisation, step, holder, step_due_at, received_at,
            due_original_at, due_at, finished_at, returned_at, provisional, applicant, fee, state,
            edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19, ?20, ?21, ?22, ?23, ?24, ?25, 1)
         returning id",
        &[
            new.code.into(),
            new.body.into(),
            new.unit.into(),
            new.competent.into(),
            new.version.into(),
            new.workflow.into(),
            new.rules.into(),
            new.channel.into(),
            after.status.code().into(),
            after.status.is_open().into(),
            after.financial.code().into(),
            after.delivery.code().into(),
            after.sync.code().into(),
            facts.step.into(),
            facts.holder.into(),
            facts.step_due_at.into(),
            new.received_at.into(),
            after.due_original_at.into(),
            after.due_at.into(),
            after.finished_at.into(),
            after.returned_at.into(),
            new.provisional.into(),
            new.person.name.as_str().into(),
            after.fee_due.0.into(),
            facts.state.into(),
        ],
    )?;
    insert_person(tx, id, new.person)?;
    party::insert_members(tx, id, &new.person.members)?;
    insert_words(tx, id, new.person)?;
    say(tx, id, events);
    Ok(id)
}

/// The columns that repeat what the state says, for lists and indexes.
struct Facts {
    step: i64,
    holder: Option<StaffId>,
    step_due_at: Option<DateTime>,
    state: String,
}

/// What stands where a name stood that was erased.
pub const ERASED: &str = "(đã xóa)";

/// In whose hands it is: nobody's once it is over, or while a whole office has it.
pub fn holder(dossier: &Dossier) -> Option<StaffId> {
    use domain::dossier::Status::{Assigned, AwaitPayment, AwaitSupplement, Consulting};
    use domain::dossier::Status::{Processing, Verifying};
    let named = dossier.hop.and_then(|it| it.holder);
    match dossier.status {
        Assigned | Processing | Verifying | Consulting | AwaitSupplement | AwaitPayment => {
            named.or(dossier.officer)
        }
        it if it.is_over() => None,
        _ => named,
    }
}

impl Facts {
    fn of(dossier: &Dossier) -> Result<Self, Fault> {
        let hop = dossier.hop;
        Ok(Self {
            step: hop.map_or(0, |it| i64::from(it.step)),
            holder: holder(dossier),
            step_due_at: hop.and_then(|it| it.due_at),
            state: serde_json::to_string(dossier)
                .map_err(|e| Fault::Broken(format!("a dossier's state: {e}")))?,
        })
    }
}

/// The columns that indexes stand on and steps change.
fn indexed(dossier: &Dossier, competent: UnitId) -> [(&'static str, store::Param); 6] {
    [
        ("competent", competent.into()),
        ("status", dossier.status.code().into()),
        ("financial", dossier.financial.code().into()),
        ("is_open", dossier.status.is_open().into()),
        ("holder", holder(dossier).into()),
        ("due_at", dossier.due_at.into()),
    ]
}

/// Writes what `events` made of the dossier, and the events. `false`: somebody else was
/// first, and nothing was written.
///
/// A column that an index stands on is written only if it changed: naming it is what costs.
pub fn keep(
    tx: &mut Tx<'_>,
    kept: &Kept,
    after: &Dossier,
    events: &[Event],
) -> Result<bool, Fault> {
    let facts = Facts::of(after)?;
    let mut sql = String::from(
        "update dossier
         set delivery = ?3, synchronisation = ?4, step = ?5, step_due_at = ?6,
             due_original_at = ?7, finished_at = ?8, returned_at = ?9, provisional = ?10,
             state = ?11, received_at = coalesce(?12, received_at), fee = ?13,
             version = ?14, workflow = ?15, rules = ?16, edition = edition + 1",
    );
    let mut params = vec![
        kept.id.into(),
        kept.edition.into(),
        after.delivery.code().into(),
        after.sync.code().into(),
        facts.step.into(),
        facts.step_due_at.into(),
        after.due_original_at.into(),
        after.finished_at.into(),
        after.returned_at.into(),
        kept.provisional.into(),
        facts.state.into(),
        after.received_at.into(),
        after.fee_due.0.into(),
        kept.version.into(),
        kept.workflow.into(),
        kept.rules.as_str().into(),
    ];
    let before = indexed(&kept.dossier, kept.competent);
    // Before it is handed over, and again if that is taken back, the body as a whole settles it.
    let now = indexed(after, after.settled_by.unwrap_or(kept.body));
    for ((_, old), (name, new)) in before.into_iter().zip(now) {
        if new != old {
            params.push(new);
            sql.push_str(&format!(", {name} = ?{}", params.len()));
        }
    }
    sql.push_str(" where id = ?1 and edition = ?2");
    if tx.execute(&sql, &params)? == 0 {
        return Ok(false);
    }
    if after.consultations != kept.dossier.consultations {
        tx.execute("delete from dossier_consultation where dossier = ?1", &[kept.id.into()])?;
        for it in after.open_consultations() {
            tx.execute(
                "insert into dossier_consultation (unit, dossier) values (?1, ?2)
                 on conflict (unit, dossier) do nothing",
                &[it.unit.into(), kept.id.into()],
            )?;
        }
    }
    say(tx, kept.id, events);
    Ok(true)
}

const COLUMNS: &str = "select id, code, body, unit, competent, version, workflow, rules,
    provisional, applicant, state, edition from dossier";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        code: row.get(1)?,
        body: row.get(2)?,
        unit: row.get(3)?,
        competent: row.get(4)?,
        version: row.get(5)?,
        workflow: row.get(6)?,
        rules: row.get(7)?,
        provisional: row.get(8)?,
        applicant: row.get(9)?,
        dossier: row.parse(10, "dossier state", |it| serde_json::from_str(it).ok())?,
        edition: row.get(11)?,
    })
}

/// The dossier, if there is one. Whether the asker may see it is for the caller to say.
pub fn find(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Kept>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where id = ?1"), &[id.into()])?;
    row.as_ref().map(kept).transpose()
}

/// Dossiers whose applicant bears this number, the newest first.
pub fn of_number(tx: &mut Tx<'_>, number: &str) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select dossier from dossier_person where id_number = ?1 order by dossier desc limit 500",
        &[number.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The code of an open dossier on the same procedure, with the same number of the applicant's
/// paper, at the same commune or district.
pub fn twin(
    tx: &mut Tx<'_>,
    id_number: &str,
    procedure: ProcedureId,
    body: UnitId,
) -> Result<Option<String>, Fault> {
    let row = tx.query_one(
        "select d.code from dossier_person p join dossier d on d.id = p.dossier
           join procedure_version v on v.id = d.version
         where p.id_number = ?1 and v.procedure = ?2 and d.body = ?3 and d.returned_at is null
           and d.status in ('accepted', 'transferred', 'assigned', 'processing', 'verifying',
             'consulting', 'await_supplement', 'await_payment', 'to_review', 'to_sign', 'to_number',
             'result_at_counter', 'intake_supplement')
         order by d.id desc limit 1",
        &[id_number.into(), procedure.into(), body.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The dossier with this code, if there is one.
pub fn find_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Kept>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} where code = ?1"), &[code.into()])?;
    row.as_ref().map(kept).transpose()
}

/// The number of the newest dossier; 0 if there is none.
pub fn newest(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.query_number("select coalesce(max(id), 0) from dossier", &[])
}

/// Every dossier after `after`, for `motcua check`, and whether the columns that lists and figures
/// read say what its state says.
pub fn all_after(
    tx: &mut Tx<'_>,
    after: DossierId,
    limit: i64,
) -> Result<Vec<(Kept, bool)>, Fault> {
    let sql = format!(
        "{}, status, is_open, financial, delivery, synchronisation, step, holder, step_due_at,
         received_at, due_original_at, due_at, finished_at, returned_at, fee
         from dossier where id > ?1 order by id limit ?2",
        COLUMNS.trim_end_matches(" from dossier")
    );
    let rows = tx.query(&sql, &[after.into(), limit.into()])?;
    rows.iter().map(|row| Ok((kept(row)?, repeats(row)?))).collect()
}

/// Dossiers that the journal knows and that have no row.
pub fn without_row(tx: &mut Tx<'_>) -> Result<Vec<DossierId>, Fault> {
    let rows = tx.query(
        "select distinct j.subject_id from journal j
         where j.subject = ?1 and not exists (select 1 from dossier d where d.id = j.subject_id)
         order by j.subject_id",
        &[SUBJECT.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many open dossiers a unit receives, settles or answers for.
pub fn open_at(tx: &mut Tx<'_>, unit: domain::ids::UnitId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from dossier
         where is_open = 1 and (unit = ?1 or body = ?1 or competent = ?1)",
        &[unit.into()],
    )
}

fn repeats(row: &Row) -> Result<bool, Fault> {
    let it = kept(row)?;
    let state = &it.dossier;
    let facts = Facts::of(state)?;
    let text = |at| row.get::<String>(at);
    let time = |at| row.parse_opt(at, "time", |it: &str| it.parse::<DateTime>().ok());
    Ok(text(12)? == state.status.code()
        && row.get::<bool>(13)? == state.status.is_open()
        && text(14)? == state.financial.code()
        && text(15)? == state.delivery.code()
        && text(16)? == state.sync.code()
        && row.get::<i64>(17)? == facts.step
        && row.get::<Option<StaffId>>(18)? == facts.holder
        && time(19)? == facts.step_due_at
        && (state.received_at.is_none() || time(20)? == state.received_at)
        && time(21)? == state.due_original_at
        && time(22)? == state.due_at
        && time(23)? == state.finished_at
        && time(24)? == state.returned_at
        && row.get::<i64>(25)? == state.fee_due.0
        && it.competent == state.settled_by.unwrap_or(it.body)
        && state.code.as_ref().is_none_or(|code| *code == it.code))
}

/// Open dossiers after `after` that are due on `due_from` or later, or whose clock stands still,
/// for a change of the calendar that touches no day before.
pub fn open_after(
    tx: &mut Tx<'_>,
    after: DossierId,
    due_from: jiff::civil::Date,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "{COLUMNS} where is_open = 1 and id > ?1 and (due_original_at >= ?2 or due_at is null)
         order by id limit ?3"
    );
    let from = due_from.to_string();
    tx.query(&sql, &[after.into(), from.into(), limit.into()])?.iter().map(kept).collect()
}

/// Dossiers after `after` of a one-stop shop or a body, received or with a result on one of the days.
pub fn of_period(
    tx: &mut Tx<'_>,
    unit: UnitId,
    after: DossierId,
    (from, until): (jiff::civil::Date, jiff::civil::Date),
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "{COLUMNS} where id > ?1 and (unit = ?2 or body = ?2) and received_at < ?4
           and (received_at >= ?3 or finished_at >= ?3)
         order by id limit ?5"
    );
    let (first, last) = (from.at(0, 0, 0, 0), until.tomorrow().unwrap_or(until).at(0, 0, 0, 0));
    let params = [after.into(), unit.into(), first.into(), last.into(), limit.into()];
    tx.query(&sql, &params)?.iter().map(kept).collect()
}

/// Dossiers of a one-stop shop that were handed over since a moment, the newest first.
pub fn returned_since(
    tx: &mut Tx<'_>,
    unit: UnitId,
    since: jiff::civil::DateTime,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let sql = format!(
        "{COLUMNS} where unit = ?1 and returned_at >= ?2 order by returned_at desc, id desc limit ?3"
    );
    tx.query(&sql, &[unit.into(), since.into(), limit.into()])?.iter().map(kept).collect()
}

/// Marks a date as provisional or settled. No step of the dossier: its date stays.
pub fn set_provisional(tx: &mut Tx<'_>, id: DossierId, provisional: bool) -> Result<(), Fault> {
    tx.execute(
        "update dossier set provisional = ?2 where id = ?1",
        &[id.into(), provisional.into()],
    )?;
    Ok(())
}
