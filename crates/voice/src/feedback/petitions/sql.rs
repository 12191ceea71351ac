//! SQL of the register of petitions.

use domain::{
    feedback::{
        Class,
        petition::{Petition, Stage, Weight},
    },
    ids::{AccountId, FeedbackId, UnitId},
    time::Instant,
};
use store::{Fault, Row, Select, Tx};

/// One petition as it is kept.
#[derive(Debug, Clone)]
pub(in crate::feedback) struct Entry {
    pub id: FeedbackId,
    pub code: String,
    pub class: Class,
    pub unit: UnitId,
    pub year: i64,
    pub number: i64,
    pub petition: Petition,
    pub due: Option<Instant>,
    /// The number of the decision or of the letter.
    pub document: String,
    pub edition: i64,
}

const COLUMNS: &str =
    "p.feedback, f.code, p.kind, p.unit, p.year, p.number, p.stage, p.weight, p.several, p.remote,
    p.received_at, p.accepted_at, p.concluded_at, p.extensions, p.due_at, p.document, p.edition";

fn read(row: &Row) -> Result<Entry, Fault> {
    let civil = |it: i64| Instant::from_epoch_ms(it).civil();
    let extensions: i64 = row.get(13)?;
    Ok(Entry {
        id: FeedbackId(row.get(0)?),
        code: row.get(1)?,
        class: row.parse(2, "class", Class::from_code)?,
        unit: UnitId(row.get(3)?),
        year: row.get(4)?,
        number: row.get(5)?,
        petition: Petition {
            stage: row.parse(6, "stage", Stage::from_code)?,
            weight: row.parse(7, "weight", Weight::from_code)?,
            several: row.get(8)?,
            remote: row.get(9)?,
            received_at: civil(row.get(10)?),
            accepted_at: row.get::<Option<i64>>(11)?.map(civil),
            concluded_at: row.get::<Option<i64>>(12)?.map(civil),
            extensions: u8::try_from(extensions).unwrap_or(u8::MAX),
        },
        due: row.get::<Option<i64>>(14)?.map(Instant::from_epoch_ms),
        document: row.get(15)?,
        edition: row.get(16)?,
    })
}

fn ms(it: Option<jiff::civil::DateTime>) -> Option<i64> {
    it.map(|it| Instant::from_civil(it).epoch_ms())
}

/// The petition that a feedback is.
pub(in crate::feedback) fn find(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Option<Entry>, Fault> {
    let sql = format!(
        "select {COLUMNS} from petition p join feedback f on f.id = p.feedback where p.feedback = ?1"
    );
    tx.query_one(&sql, &[id.0.into()])?.map(|it| read(&it)).transpose()
}

/// Petitions of one kind, the open ones first, then the newest.
pub(in crate::feedback) fn list(
    tx: &mut Tx<'_>,
    class: Class,
    units: Option<Vec<UnitId>>,
    stage: Option<Stage>,
    limit: i64,
) -> Result<Vec<Entry>, Fault> {
    let mut select = Select::new(COLUMNS, "petition p join feedback f on f.id = p.feedback")
        .and("p.kind = ?", [class.code().into()])
        .and_if("p.stage = ?", stage.map(Stage::code))
        .order_by("case when p.stage in ('registered', 'accepted', 'concluded') then 0 else 1 end, p.feedback desc");
    if let Some(units) = units {
        select = select.and_in("p.unit", units);
    }
    select.rows(tx, limit)?.iter().map(read).collect()
}

/// Enters one with the next number of its unit's year.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    (id, class, unit): (FeedbackId, Class, UnitId),
    it: &Petition,
    due: Option<Instant>,
) -> Result<(), Fault> {
    // Whoever wants a number of the same unit waits here.
    let held = format!("select id from unit where id = ?1{}", tx.for_update());
    tx.query(&held, &[unit.into()])?;
    let year = i64::from(tx.now().civil().year());
    let mut last = 0;
    // A number that was struck out is given to nobody else.
    for table in ["petition", "petition_struck"] {
        let most = tx.query_number(
            &format!(
                "select coalesce(max(number), 0) from {table} where kind = ?1 and unit = ?2 and year = ?3"
            ),
            &[class.code().into(), unit.into(), year.into()],
        )?;
        last = most.max(last);
    }
    tx.execute(
        "insert into petition (feedback, kind, unit, year, number, stage, weight, several, remote, received_at,
            extensions, due_at, document, edition)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, '', 1)",
        &[
            id.0.into(),
            class.code().into(),
            unit.into(),
            year.into(),
            (last + 1).into(),
            it.stage.code().into(),
            it.weight.code().into(),
            it.several.into(),
            it.remote.into(),
            Instant::from_civil(it.received_at).into(),
            due.into(),
        ],
    )?;
    Ok(())
}

/// Keeps what changed, if nobody else changed it since it was read.
pub(super) fn keep(tx: &mut Tx<'_>, it: &Entry) -> Result<bool, Fault> {
    let p = &it.petition;
    let touched = tx.execute(
        "update petition set stage = ?3, weight = ?4, several = ?5, accepted_at = ?6, concluded_at = ?7,
            extensions = ?8, due_at = ?9, document = ?10, edition = edition + 1
         where feedback = ?1 and edition = ?2",
        &[
            it.id.0.into(),
            it.edition.into(),
            p.stage.code().into(),
            p.weight.code().into(),
            p.several.into(),
            ms(p.accepted_at).into(),
            ms(p.concluded_at).into(),
            i64::from(p.extensions).into(),
            it.due.into(),
            (&it.document).into(),
        ],
    )?;
    Ok(touched == 1)
}

/// Writes down a step.
pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    it: &Entry,
    what: &str,
    words: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into petition_step (feedback, done_at, by_account, step, stage, sealed)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            it.id.0.into(),
            tx.now().into(),
            tx.by().into(),
            what.into(),
            it.petition.stage.code().into(),
            words.into(),
        ],
    )?;
    Ok(())
}

/// A step that was taken.
pub(in crate::feedback) struct Taken {
    pub at: Instant,
    pub by: AccountId,
    pub step: String,
    /// The words with it: sealed, if it is a denunciation.
    pub words: String,
}

/// Steps of a petition, the oldest first.
pub(in crate::feedback) fn steps(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<Taken>, Fault> {
    let rows = tx.query(
        "select done_at, by_account, step, sealed from petition_step where feedback = ?1 order by id limit 200",
        &[id.0.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Taken {
                at: Instant::from_epoch_ms(row.get(0)?),
                by: row.get(1)?,
                step: row.get(2)?,
                words: row.get(3)?,
            })
        })
        .collect()
}

/// A number of a register that bears no letter any more.
pub(in crate::feedback) struct Struck {
    pub unit: UnitId,
    pub year: i64,
    pub number: i64,
    /// The letter's code; empty if nothing may lead there.
    pub code: String,
    pub why: String,
    pub at: Instant,
}

/// Strikes a petition out of its register: the number stays taken, its steps stay with the letter.
pub(super) fn strike(tx: &mut Tx<'_>, it: &Entry, why: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into petition_struck (kind, unit, year, number, feedback, why, struck_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            it.class.code().into(),
            it.unit.into(),
            it.year.into(),
            it.number.into(),
            it.id.0.into(),
            why.into(),
            tx.now().into(),
        ],
    )?;
    tx.execute("delete from petition where feedback = ?1", &[it.id.0.into()])?;
    Ok(())
}

/// No step and no number of a register leads to this letter any more.
pub(super) fn forget(tx: &mut Tx<'_>, id: FeedbackId) -> Result<(), Fault> {
    tx.execute("delete from petition_step where feedback = ?1", &[id.0.into()])?;
    tx.execute(
        "update petition_struck set feedback = null, why = 'gone' where feedback = ?1",
        &[id.0.into()],
    )?;
    Ok(())
}

/// The numbers of these units that bear no letter any more, the newest first.
pub(in crate::feedback) fn struck(
    tx: &mut Tx<'_>,
    class: Class,
    units: Vec<UnitId>,
    limit: i64,
) -> Result<Vec<Struck>, Fault> {
    let select = Select::new(
        "p.unit, p.year, p.number, f.code, p.why, p.struck_at",
        "petition_struck p left join feedback f on f.id = p.feedback",
    )
    .and("p.kind = ?", [class.code().into()])
    .and_in("p.unit", units)
    .order_by("p.id desc");
    let read = |row: &Row| {
        Ok(Struck {
            unit: UnitId(row.get(0)?),
            year: row.get(1)?,
            number: row.get(2)?,
            code: row.get::<Option<String>>(3)?.unwrap_or_default(),
            why: row.get(4)?,
            at: Instant::from_epoch_ms(row.get(5)?),
        })
    };
    select.rows(tx, limit)?.iter().map(read).collect()
}

/// Whether a unit lies in a remote area.
pub(in crate::feedback) fn is_remote(tx: &mut Tx<'_>, unit: UnitId) -> Result<bool, Fault> {
    Ok(tx.query_one("select 1 from remote_unit where unit = ?1", &[unit.into()])?.is_some())
}

/// Says whether a unit lies in a remote area.
pub(in crate::feedback) fn set_remote(
    tx: &mut Tx<'_>,
    unit: UnitId,
    is: bool,
) -> Result<(), Fault> {
    if is {
        let sql = "insert into remote_unit (unit) values (?1) on conflict (unit) do nothing";
        tx.execute(sql, &[unit.into()])?;
    } else {
        tx.execute("delete from remote_unit where unit = ?1", &[unit.into()])?;
    }
    Ok(())
}
