//! SQL of receptions: rules, days, postings.

use domain::{
    ids::{PositionId, ReceptionId, UnitId},
    reception::{DayKind, DayState, Pattern},
    time::Instant,
};
use jiff::civil::{Date, Time};
use store::{Fault, Row, Select, Tx};

pub(super) mod book;
pub(super) mod bookings;

/// When somebody receives again and again.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub id: i64,
    pub unit: UnitId,
    pub position: PositionId,
    pub is_head: bool,
    pub pattern: Pattern,
    pub from: Time,
    pub until: Time,
    pub place: String,
    pub slot_minutes: i64,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
}

const RULE: &str =
    "id, unit, position, is_head, pattern, from_time, until_time, place, slot_minutes,
    valid_from, valid_until";

pub(super) fn time(text: &str) -> Option<Time> {
    text.parse().ok()
}

/// A time of day as it is kept: `08:30`.
pub(super) fn hm(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn rule(row: &Row) -> Result<Rule, Fault> {
    Ok(Rule {
        id: row.get(0)?,
        unit: row.get(1)?,
        position: row.get(2)?,
        is_head: row.get(3)?,
        pattern: row.parse(4, "pattern", Pattern::from_code)?,
        from: row.parse(5, "time", time)?,
        until: row.parse(6, "time", time)?,
        place: row.get(7)?,
        slot_minutes: row.get(8)?,
        valid_from: row.parse(9, "date", |it| it.parse().ok())?,
        valid_until: row.parse_opt(10, "date", |it| it.parse().ok())?,
    })
}

/// Keeps a new rule.
pub(super) fn insert_rule(tx: &mut Tx<'_>, it: &Rule) -> Result<i64, Fault> {
    let now = tx.now();
    tx.insert(
        "insert into reception_rule (unit, position, is_head, pattern, from_time, until_time, place,
           slot_minutes, valid_from, valid_until, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) returning id",
        &[
            it.unit.into(),
            it.position.into(),
            it.is_head.into(),
            it.pattern.code().into(),
            hm(it.from).into(),
            hm(it.until).into(),
            it.place.as_str().into(),
            it.slot_minutes.into(),
            it.valid_from.into(),
            it.valid_until.into(),
            now.into(),
        ],
    )
}

/// One rule.
pub(super) fn find_rule(tx: &mut Tx<'_>, id: i64) -> Result<Option<Rule>, Fault> {
    let row =
        tx.query_one(&format!("select {RULE} from reception_rule where id = ?1"), &[id.into()])?;
    row.as_ref().map(rule).transpose()
}

/// The rules that hold on a day or later.
pub(super) fn rules(tx: &mut Tx<'_>, units: Vec<UnitId>, day: Date) -> Result<Vec<Rule>, Fault> {
    let select = Select::new(RULE, "reception_rule")
        .and_in("unit", units)
        .and("(valid_until >= ? or valid_until is null)", [day.into()])
        .order_by("unit, id");
    select.rows(tx, 2_000)?.iter().map(rule).collect()
}

/// Every rule that holds on a day or later.
pub(super) fn all_rules(tx: &mut Tx<'_>, day: Date) -> Result<Vec<Rule>, Fault> {
    let rows = tx.query(
        &format!(
            "select {RULE} from reception_rule where (valid_until >= ?1 or valid_until is null) order by id"
        ),
        &[day.into()],
    )?;
    rows.iter().map(rule).collect()
}

/// Ends a rule; its days to come that nobody has seen go with it.
pub(super) fn end_rule(tx: &mut Tx<'_>, id: i64, last: Date) -> Result<usize, Fault> {
    tx.execute(
        "update reception_rule set valid_until = ?2 where id = ?1",
        &[id.into(), last.into()],
    )?;
    tx.execute(
        "delete from reception where rule = ?1 and day > ?2 and posted_at is null and state = 'planned'
           and not exists (select 1 from reception_booking b where b.reception = reception.id)
           and not exists (select 1 from reception_entry e where e.reception = reception.id)",
        &[id.into(), last.into()],
    )
}

/// A reception on a day.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub id: ReceptionId,
    pub unit: UnitId,
    pub rule: Option<i64>,
    pub position: PositionId,
    pub is_head: bool,
    pub leader: String,
    pub title: String,
    pub day: Date,
    pub from: Time,
    pub until: Time,
    pub place: String,
    pub kind: DayKind,
    pub agencies: String,
    pub slot_minutes: i64,
    pub state: DayState,
    pub moved_from: Option<Date>,
    pub reason: String,
    pub substitute: String,
    pub substitute_title: String,
    pub uid: String,
    pub sequence: i64,
    pub posted: Option<Instant>,
    pub changed: Instant,
    pub created: Instant,
}

impl Day {
    /// Who receives, as it is read: the substitute with whose place he takes, if there is one.
    pub fn receiver(&self) -> String {
        if self.substitute.is_empty() {
            format!("{} – {}", self.leader, self.title)
        } else {
            format!("{} – {} (tiếp thay {})", self.substitute, self.substitute_title, self.title)
        }
    }

    /// “07:30–11:00”.
    pub fn hours(&self) -> String {
        format!("{}–{}", hm(self.from), hm(self.until))
    }
}

const DAY: &str = "id, unit, rule, position, is_head, leader, title, day, from_time, until_time, place, kind,
    agencies, slot_minutes, state, moved_from, reason, substitute, substitute_title, uid, sequence, posted_at,
    changed_at, created_at";

fn day(row: &Row) -> Result<Day, Fault> {
    let date = |text: &str| text.parse().ok();
    Ok(Day {
        id: row.get(0).map(ReceptionId)?,
        unit: row.get(1)?,
        rule: row.get(2)?,
        position: row.get(3)?,
        is_head: row.get(4)?,
        leader: row.get(5)?,
        title: row.get(6)?,
        day: row.parse(7, "date", date)?,
        from: row.parse(8, "time", time)?,
        until: row.parse(9, "time", time)?,
        place: row.get(10)?,
        kind: row.parse(11, "kind", DayKind::from_code)?,
        agencies: row.get(12)?,
        slot_minutes: row.get(13)?,
        state: row.parse(14, "state", DayState::from_code)?,
        moved_from: row.parse_opt(15, "date", date)?,
        reason: row.get(16)?,
        substitute: row.get(17)?,
        substitute_title: row.get(18)?,
        uid: row.get(19)?,
        sequence: row.get(20)?,
        posted: row.get::<Option<i64>>(21)?.map(Instant::from_epoch_ms),
        changed: Instant::from_epoch_ms(row.get(22)?),
        created: Instant::from_epoch_ms(row.get(23)?),
    })
}

/// Whether the rule's named day was laid out before.
pub(super) fn has_named(tx: &mut Tx<'_>, rule: i64, named: Date) -> Result<bool, Fault> {
    let count = tx.query_number(
        "select count(*) from reception where rule = ?1 and named_day = ?2",
        &[rule.into(), named.into()],
    )?;
    Ok(count > 0)
}

/// Keeps a new day; nothing if the rule's named day is there already.
pub(super) fn insert_day(
    tx: &mut Tx<'_>,
    it: &Day,
    named: Option<Date>,
) -> Result<Option<ReceptionId>, Fault> {
    let now = tx.now();
    let row = tx.query_one(
        "insert into reception (unit, rule, named_day, position, is_head, leader, title, day, from_time,
           until_time, place, kind, agencies, slot_minutes, state, moved_from, reason, uid, changed_at, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'planned', ?15, ?16, ?17, ?18, ?18)
         on conflict (rule, named_day) do nothing returning id",
        &[
            it.unit.into(),
            it.rule.into(),
            named.into(),
            it.position.into(),
            it.is_head.into(),
            it.leader.as_str().into(),
            it.title.as_str().into(),
            it.day.into(),
            hm(it.from).into(),
            hm(it.until).into(),
            it.place.as_str().into(),
            it.kind.code().into(),
            it.agencies.as_str().into(),
            it.slot_minutes.into(),
            it.moved_from.into(),
            it.reason.as_str().into(),
            it.uid.as_str().into(),
            now.into(),
        ],
    )?;
    row.map(|it| it.get(0).map(ReceptionId)).transpose()
}

/// One day, held against others until the transaction is done if it is to be changed.
pub(super) fn find(tx: &mut Tx<'_>, id: ReceptionId, hold: bool) -> Result<Option<Day>, Fault> {
    let lock = if hold { tx.for_update() } else { "" };
    let sql = format!("select {DAY} from reception where id = ?1{lock}");
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(day).transpose()
}

/// Which days are wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub units: Vec<UnitId>,
    pub from: Date,
    pub until: Date,
    /// What the public sees alone.
    pub posted: bool,
}

/// The days of a time, in order.
pub(super) fn days(tx: &mut Tx<'_>, wanted: &Wanted) -> Result<Vec<Day>, Fault> {
    let mut select = Select::new(DAY, "reception")
        .and_in("unit", wanted.units.clone())
        .and("day >= ?", [wanted.from.into()])
        .and("day <= ?", [wanted.until.into()]);
    if wanted.posted {
        select = select.and("posted_at is not null", []);
    }
    select.order_by("day, from_time, id").rows(tx, 5_000)?.iter().map(day).collect()
}

/// Writes a change of a day: its sequence grows, so that calendars take it over.
pub(super) fn update(tx: &mut Tx<'_>, it: &Day) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update reception set day = ?2, from_time = ?3, until_time = ?4, place = ?5, state = ?6, moved_from = ?7,
           reason = ?8, substitute = ?9, substitute_title = ?10, sequence = sequence + 1, changed_at = ?11
         where id = ?1",
        &[
            it.id.0.into(),
            it.day.into(),
            hm(it.from).into(),
            hm(it.until).into(),
            it.place.as_str().into(),
            it.state.code().into(),
            it.moved_from.into(),
            it.reason.as_str().into(),
            it.substitute.as_str().into(),
            it.substitute_title.as_str().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The days of a unit that the public has not seen yet.
pub(super) fn unposted(tx: &mut Tx<'_>, unit: UnitId, from: Date) -> Result<Vec<Day>, Fault> {
    let sql = format!(
        "select {DAY} from reception where unit = ?1 and day >= ?2 and posted_at is null order by day, from_time, id"
    );
    tx.query(&sql, &[unit.into(), from.into()])?.iter().map(day).collect()
}

/// Shows a unit's days to the public and keeps what was posted.
pub(super) fn post(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (from, until): (Date, Date),
    (days, snapshot): (usize, &str),
) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "update reception set posted_at = ?4, changed_at = ?4
         where unit = ?1 and day >= ?2 and day <= ?3 and posted_at is null",
        &[unit.into(), from.into(), until.into(), now.into()],
    )?;
    tx.execute(
        "insert into reception_posting (unit, posted_at, account, days, snapshot) values (?1, ?2, ?3, ?4, ?5)",
        &[unit.into(), now.into(), by.into(), days.into(), snapshot.into()],
    )?;
    Ok(())
}

/// When something was posted, by whom, and how many days; the newest first.
pub(super) fn postings(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(Instant, i64, i64)>, Fault> {
    let rows = tx.query(
        "select posted_at, account, days from reception_posting where unit = ?1 order by posted_at desc, id desc
         limit 5",
        &[unit.into()],
    )?;
    let read = |row: &Row| Ok((Instant::from_epoch_ms(row.get(0)?), row.get(1)?, row.get(2)?));
    rows.iter().map(read).collect()
}

/// When the public calendar of these units last changed; nothing if nothing was posted.
pub(super) fn last_change(tx: &mut Tx<'_>, units: Vec<UnitId>) -> Result<Option<Instant>, Fault> {
    let rows = Select::new("max(changed_at)", "reception")
        .and_in("unit", units)
        .and("posted_at is not null", [])
        .rows(tx, 1)?;
    let last: Option<i64> = rows.first().map(|it| it.get(0)).transpose()?.flatten();
    Ok(last.map(Instant::from_epoch_ms))
}

/// Posted days to come of a unit.
pub(super) fn to_come(tx: &mut Tx<'_>, unit: UnitId, from: Date) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from reception where unit = ?1 and day > ?2 and state = 'planned' and posted_at is not null",
        &[unit.into(), from.into()],
    )
}
