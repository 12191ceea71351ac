//! SQL of surveys: the survey itself. What belongs to one is in the files beside.

use domain::{
    access::Scope,
    ids::{AccountId, SurveyId, UnitId},
    survey::Status,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

pub mod answers;
pub mod forms;
pub mod people;

const COLUMNS: &str = "s.id, s.unit, s.form, s.title, s.source, s.status, s.period_from, s.period_until, s.closes_on,
    s.languages, s.error_bp, s.floor, s.reserve, s.size, s.roll, s.frame_hash, s.frozen_at, s.seed_way, s.seed_source,
    s.seed_on, s.seed_half, s.seed_half_by, s.seed, s.seeded_at, s.opened_on, s.reminded_on, s.blocked, s.closed_on,
    s.close_reason, s.results, s.results_hash, s.published_on, s.void_reason, s.edition";

/// Of whom people are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Of dossiers that have their result.
    Dossiers,
    /// Of a list that somebody brings.
    Roll,
}

impl Source {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dossiers => "dossiers",
            Self::Roll => "roll",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Dossiers => "Người có hồ sơ đã trả kết quả",
            Self::Roll => "Danh sách nhập vào",
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Dossiers, Self::Roll].into_iter().find(|it| it.code() == code)
    }
}

/// A survey.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Its number.
    pub id: SurveyId,
    /// Whose it is, and about whose subtree it asks.
    pub unit: UnitId,
    /// The row of its form.
    pub form: i64,
    /// Its title.
    pub title: String,
    /// Of whom people are drawn.
    pub source: Source,
    /// How far it is.
    pub status: Status,
    /// First and last day of results; nothing for a roll.
    pub period: Option<(Date, Date)>,
    /// The last day on which people answer.
    pub closes_on: Date,
    /// `vi`, or `vi,en`.
    pub languages: String,
    /// e of the size rule, basis points.
    pub error_bp: u64,
    /// Sheets of one unit at least.
    pub floor: u64,
    /// Who stands ready in each stratum.
    pub reserve: u64,
    /// How many are drawn; 0 until the frame is frozen.
    pub size: u64,
    /// The sealed roll; empty once the frame is frozen.
    pub roll: String,
    /// The hash of the frame; empty until it is frozen.
    pub frame_hash: String,
    /// When it was frozen, milliseconds since the epoch.
    pub frozen_ms: Option<i64>,
    /// `source` or `two`.
    pub seed_way: String,
    /// Where the seed comes from.
    pub seed_source: String,
    /// The first day on which it can be known.
    pub seed_on: Option<Date>,
    /// What the first of two said, sealed.
    pub seed_half: String,
    /// The account that said it.
    pub seed_half_by: Option<i64>,
    /// The seed; empty until it is known.
    pub seed: String,
    /// When it was said, milliseconds since the epoch.
    pub seeded_ms: Option<i64>,
    /// First day on which people answer.
    pub opened_on: Option<Date>,
    /// The day on which they were reminded.
    pub reminded_on: Option<Date>,
    /// Sheets from one address too many.
    pub blocked: i64,
    /// The day on which it closed.
    pub closed_on: Option<Date>,
    /// Why before its day; empty: it was its day.
    pub close_reason: String,
    /// The frozen figures as JSON.
    pub results: String,
    /// Their hash.
    pub results_hash: String,
    /// The day on which they became public.
    pub published_on: Option<Date>,
    /// Why it was given up.
    pub void_reason: String,
    /// Grows with every change.
    pub edition: i64,
}

fn day(row: &Row, at: usize) -> Result<Option<Date>, Fault> {
    let text: String = row.get(at)?;
    if text.is_empty() { Ok(None) } else { row.parse(at, "date", |it| it.parse().ok()).map(Some) }
}

fn size(row: &Row, at: usize) -> Result<u64, Fault> {
    Ok(u64::try_from(row.get::<i64>(at)?).unwrap_or(0))
}

fn survey(row: &Row) -> Result<Survey, Fault> {
    Ok(Survey {
        id: SurveyId(row.get(0)?),
        unit: row.get(1)?,
        form: row.get(2)?,
        title: row.get(3)?,
        source: row.parse(4, "source", Source::from_code)?,
        status: row.parse(5, "status", Status::from_code)?,
        period: day(row, 6)?.zip(day(row, 7)?),
        closes_on: row.parse(8, "date", |it| it.parse().ok())?,
        languages: row.get(9)?,
        error_bp: size(row, 10)?,
        floor: size(row, 11)?,
        reserve: size(row, 12)?,
        size: size(row, 13)?,
        roll: row.get(14)?,
        frame_hash: row.get(15)?,
        frozen_ms: row.get(16)?,
        seed_way: row.get(17)?,
        seed_source: row.get(18)?,
        seed_on: day(row, 19)?,
        seed_half: row.get(20)?,
        seed_half_by: row.get(21)?,
        seed: row.get(22)?,
        seeded_ms: row.get(23)?,
        opened_on: day(row, 24)?,
        reminded_on: day(row, 25)?,
        blocked: row.get(26)?,
        closed_on: day(row, 27)?,
        close_reason: row.get(28)?,
        results: row.get(29)?,
        results_hash: row.get(30)?,
        published_on: day(row, 31)?,
        void_reason: row.get(32)?,
        edition: row.get(33)?,
    })
}

/// The survey with this number.
pub fn find(tx: &mut Tx<'_>, id: SurveyId) -> Result<Option<Survey>, Fault> {
    let sql = format!("select {COLUMNS} from survey s where s.id = ?1");
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(survey).transpose()
}

/// The same, held until the transaction is done.
pub fn held(tx: &mut Tx<'_>, id: SurveyId) -> Result<Option<Survey>, Fault> {
    let sql = format!("select {COLUMNS} from survey s where s.id = ?1{}", tx.for_update());
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(survey).transpose()
}

/// The same, shared with others who put sheets in: neither its close nor the mixing of its sheets goes on meanwhile.
pub fn shared(tx: &mut Tx<'_>, id: SurveyId) -> Result<Option<Survey>, Fault> {
    let sql = format!("select {COLUMNS} from survey s where s.id = ?1{}", tx.for_share());
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(survey).transpose()
}

/// What of a survey somebody sets.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose it is, and about whose subtree it asks.
    pub unit: UnitId,
    /// The row of its form.
    pub form: i64,
    /// Its title.
    pub title: String,
    /// Of whom people are drawn.
    pub source: Source,
    /// First and last day of results; nothing for a roll.
    pub period: Option<(Date, Date)>,
    /// The last day on which people answer.
    pub closes_on: Date,
    /// `vi`, or `vi,en`.
    pub languages: String,
    /// e of the size rule, basis points.
    pub error_bp: u64,
    /// Sheets of one unit at least.
    pub floor: u64,
    /// Who stands ready in each stratum.
    pub reserve: u64,
    /// Sealed.
    pub roll: String,
}

fn date_text(day: Option<Date>) -> String {
    day.map_or_else(String::new, |it| it.to_string())
}

fn whole(it: u64) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

/// A new survey.
pub fn insert(tx: &mut Tx<'_>, it: &Plan) -> Result<SurveyId, Fault> {
    let now = tx.now();
    let id: i64 = tx.insert(
        "insert into survey (unit, form, title, search, source, status, period_from, period_until, closes_on,
           languages, error_bp, floor, reserve, size, roll, frame_hash, seed_way, seed_source, seed_on, seed_half,
           seed, opened_on, reminded_on, blocked, closed_on, close_reason, results, results_hash, published_on,
           void_reason, created_at, edition)
         values (?1, ?2, ?3, ?4, ?5, 'draft', ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, '', '', '', '', '', '', '', '',
           0, '', '', '', '', '', '', ?14, 1) returning id",
        &[
            it.unit.into(),
            it.form.into(),
            it.title.as_str().into(),
            domain::text::fold(&it.title).into(),
            it.source.code().into(),
            date_text(it.period.map(|it| it.0)).into(),
            date_text(it.period.map(|it| it.1)).into(),
            it.closes_on.to_string().into(),
            it.languages.as_str().into(),
            whole(it.error_bp).into(),
            whole(it.floor).into(),
            whole(it.reserve).into(),
            it.roll.as_str().into(),
            now.into(),
        ],
    )?;
    Ok(SurveyId(id))
}

/// Another plan for a survey that nobody was written down for; whether its edition was still that one.
pub fn change(tx: &mut Tx<'_>, id: SurveyId, edition: i64, it: &Plan) -> Result<bool, Fault> {
    let changed = tx.execute(
        "update survey set unit = ?3, form = ?4, title = ?5, search = ?6, source = ?7, period_from = ?8,
           period_until = ?9, closes_on = ?10, languages = ?11, error_bp = ?12, floor = ?13, reserve = ?14,
           roll = ?15, edition = edition + 1
         where id = ?1 and edition = ?2 and status = 'draft'",
        &[
            id.0.into(),
            edition.into(),
            it.unit.into(),
            it.form.into(),
            it.title.as_str().into(),
            domain::text::fold(&it.title).into(),
            it.source.code().into(),
            date_text(it.period.map(|it| it.0)).into(),
            date_text(it.period.map(|it| it.1)).into(),
            it.closes_on.to_string().into(),
            it.languages.as_str().into(),
            whole(it.error_bp).into(),
            whole(it.floor).into(),
            whole(it.reserve).into(),
            it.roll.as_str().into(),
        ],
    )?;
    Ok(changed > 0)
}

/// The frame was frozen.
pub fn freeze(
    tx: &mut Tx<'_>,
    id: SurveyId,
    (hash, size): (&str, u64),
    (way, source, on): (&str, &str, Option<Date>),
) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "update survey set status = 'framed', frame_hash = ?2, size = ?3, seed_way = ?4, seed_source = ?5,
           seed_on = ?6, frozen_at = ?7, frozen_by = ?8, roll = '', edition = edition + 1 where id = ?1",
        &[
            id.0.into(),
            hash.into(),
            whole(size).into(),
            way.into(),
            source.into(),
            date_text(on).into(),
            now.into(),
            by.into(),
        ],
    )?;
    Ok(())
}

/// The first of two people said his half.
pub fn seed_half(tx: &mut Tx<'_>, id: SurveyId, sealed: &str) -> Result<(), Fault> {
    let by = tx.by();
    tx.execute(
        "update survey set seed_half = ?2, seed_half_by = ?3, edition = edition + 1 where id = ?1",
        &[id.0.into(), sealed.into(), by.into()],
    )?;
    Ok(())
}

/// The seed is known.
pub fn seed(tx: &mut Tx<'_>, id: SurveyId, seed: &str) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "update survey set status = 'drawn', seed = ?2, seeded_at = ?3, seeded_by = ?4, seed_half = '',
           edition = edition + 1 where id = ?1",
        &[id.0.into(), seed.into(), now.into(), by.into()],
    )?;
    Ok(())
}

/// People answer from today on.
pub fn open(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "update survey set status = 'open', opened_on = ?2, edition = edition + 1 where id = ?1",
        &[id.0.into(), today.into()],
    )?;
    Ok(())
}

/// Nobody answers any more.
pub fn close(
    tx: &mut Tx<'_>,
    id: SurveyId,
    reason: &str,
    (results, hash): (&str, &str),
) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "update survey set status = 'closed', closed_on = ?2, close_reason = ?3, results = ?4, results_hash = ?5,
           edition = edition + 1 where id = ?1",
        &[id.0.into(), today.into(), reason.into(), results.into(), hash.into()],
    )?;
    Ok(())
}

/// The figures are public.
pub fn publish(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "update survey set status = 'published', published_on = ?2, edition = edition + 1 where id = ?1",
        &[id.0.into(), today.into()],
    )?;
    Ok(())
}

/// It was given up.
pub fn void(tx: &mut Tx<'_>, id: SurveyId, reason: &str) -> Result<(), Fault> {
    tx.execute(
        "update survey set status = 'void', void_reason = ?2, roll = '', seed_half = '', edition = edition + 1
         where id = ?1",
        &[id.0.into(), reason.into()],
    )?;
    Ok(())
}

/// Those who have not answered were reminded.
pub fn reminded(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute("update survey set reminded_on = ?2 where id = ?1", &[id.0.into(), today.into()])?;
    Ok(())
}

/// A sheet from one address too many was turned away.
pub fn blocked(tx: &mut Tx<'_>, id: SurveyId) -> Result<(), Fault> {
    tx.execute("update survey set blocked = blocked + 1 where id = ?1", &[id.0.into()])?;
    Ok(())
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folded words of the title.
    pub q: String,
    /// A status.
    pub status: Option<Status>,
}

/// Surveys that somebody may see, the newest first.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Survey>, Fault> {
    let mut select = Select::new(COLUMNS, "survey s")
        .and_if("s.status = ?", filter.status.map(Status::code))
        .and_if("s.id < ?", before)
        .order_by("s.id desc");
    if let Scope::Units(units) = scope {
        select = select.and_in("s.unit", units.clone());
    }
    let all: Result<Vec<Survey>, Fault> = select.rows(tx, limit)?.iter().map(survey).collect();
    let mut all = all?;
    all.retain(|it| domain::text::fold(&it.title).contains(&filter.q));
    Ok(all)
}

/// Surveys that the public knows of, the newest first.
pub fn public(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Survey>, Fault> {
    let select =
        Select::new(COLUMNS, "survey s").and("s.status <> 'draft'", []).order_by("s.id desc");
    select.rows(tx, limit)?.iter().map(survey).collect()
}

/// Surveys that people answer.
pub fn open_ones(tx: &mut Tx<'_>) -> Result<Vec<Survey>, Fault> {
    let select = Select::new(COLUMNS, "survey s").and("s.status = 'open'", []).order_by("s.id");
    select.rows(tx, 1_000)?.iter().map(survey).collect()
}

/// Whether people may answer some survey on a day: [`crate::desk::is_answered`] without reading one.
pub fn is_any_answered(tx: &mut Tx<'_>, today: Date) -> Result<bool, Fault> {
    let sql = "select 1 from survey where status = 'open' and closes_on >= ?1 limit 1";
    Ok(tx.query_one(sql, &[today.into()])?.is_some())
}

/// Surveys that are closed, of units, the newest first.
pub fn with_results(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Survey>, Fault> {
    let select = Select::new(COLUMNS, "survey s")
        .and("s.status in ('closed', 'published')", [])
        .order_by("s.closed_on desc, s.id desc");
    select.rows(tx, limit)?.iter().map(survey).collect()
}

/// How many surveys of a unit are under way.
pub fn under_way(tx: &mut Tx<'_>, unit: UnitId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from survey where unit = ?1 and status in ('framed', 'drawn', 'open')",
        &[unit.into()],
    )
}

/// Who took part in the seed: the account of the first half.
pub fn half_by(it: &Survey) -> Option<AccountId> {
    it.seed_half_by.map(AccountId)
}
