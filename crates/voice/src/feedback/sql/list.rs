//! Lists: the office's, the public one, villages; and who works where.

use domain::{
    access::Role,
    feedback::{Class, Door},
    ids::{StaffId, UnitId},
    text,
    time::Instant,
};
use people::staff::facts::{Person, with_any_role};
use site::Who;
use store::{Fault, Select, Tx, prefix_end};

use super::{
    answers::PublicLine,
    core::{self, Kept, read_row},
};

/// Roles of people who work on something.
const OFFICIALS: [Role; 7] = [
    Role::Leader,
    Role::UnitHead,
    Role::Specialist,
    Role::ReceptionOfficer,
    Role::CounterOfficial,
    Role::Clerk,
    Role::ReformOfficer,
];

/// Officials of a unit and all below it.
pub(in crate::feedback) fn officials(
    tx: &mut Tx<'_>,
    who: &Who,
    unit: UnitId,
) -> Result<Vec<Person>, Fault> {
    with_any_role(tx, &OFFICIALS, &who.tree.subtree(unit), who.today())
}

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub(in crate::feedback) struct Filter {
    pub words: Vec<String>,
    pub units: Vec<UnitId>,
    /// Those that are open, answered, over; or one status.
    pub status: String,
    pub class: Option<Class>,
    pub door: Option<Door>,
    pub officer: Option<StaffId>,
    /// Whose own case is left out: nobody handles what is said about himself.
    pub not_about: Option<StaffId>,
    pub late: bool,
    /// Those with a draft that waits for a second pair of eyes.
    pub drafted: bool,
    /// Those with a proposal of what becomes public that waits for them.
    pub proposed: bool,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::feedback) enum Order {
    /// What is due first, first.
    Due,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

fn select(filter: &Filter, now: Instant) -> Select {
    let mut select = Select::new(core::ROW, "feedback f")
        .and_in("f.unit", filter.units.clone())
        // What is sealed is in no list.
        .and("f.status <> 'sealed'", [])
        .and_if("f.class = ?", filter.class.map(Class::code))
        .and_if("f.door = ?", filter.door.map(Door::code))
        .and_if("f.officer = ?", filter.officer)
        .and_if("(f.staff <> ? or f.staff is null)", filter.not_about);
    select = match &*filter.status {
        "" => select,
        "open" => select.and("f.status in ('received', 'handling', 'reopened', 'need_info')", []),
        "unsorted" => select.and("f.is_sorted = 0 and f.status in ('received', 'need_info')", []),
        one => select.and("f.status = ?", [one.into()]),
    };
    if filter.late {
        select = select.and(
            "f.status in ('received', 'handling', 'reopened') and (f.due_at < ? or f.sort_due_at < ?)",
            [now.into(), now.into()],
        );
    }
    if filter.drafted {
        select = select.and(
            "f.status in ('received', 'handling', 'reopened') and exists (select 1 from feedback_answer a
             where a.feedback = f.id and a.released_at is null and a.sent_back = '')",
            [],
        );
    }
    if filter.proposed {
        select = select.and(
            "f.status in ('answered', 'closed') and exists (select 1 from feedback_public p
             where p.feedback = f.id and p.published_at is null)",
            [],
        );
    }
    for word in &filter.words {
        select = select.and(
            "exists (select 1 from feedback_word w where w.feedback = f.id and w.word >= ? and w.word < ?)",
            [word.into(), prefix_end(word).into()],
        );
    }
    select
}

/// One page of a list: `from` rows are passed over.
pub(in crate::feedback) fn page(
    tx: &mut Tx<'_>,
    filter: &Filter,
    order: Order,
    (from, limit): (i64, i64),
) -> Result<Vec<Kept>, Fault> {
    let order = match order {
        Order::Due => "case when f.due_at is null then 1 else 0 end, f.due_at, f.id",
        Order::Newest => "f.received_at desc, f.id desc",
        Order::Oldest => "f.received_at, f.id",
    };
    let rows = select(filter, tx.now()).order_by(order).rows(tx, from + limit)?;
    rows.iter().skip(usize::try_from(from).unwrap_or(0)).map(read_row).collect()
}

/// How many there are, counted up to `most`.
pub(in crate::feedback) fn count(
    tx: &mut Tx<'_>,
    filter: &Filter,
    most: i64,
) -> Result<i64, Fault> {
    let now = tx.now();
    select(filter, now).count(tx, most)
}

/// The numbers of open feedback of a unit, of classes that anybody may read of, once for each of the words in it.
pub(in crate::feedback) fn with_words(
    tx: &mut Tx<'_>,
    unit: UnitId,
    words: &[String],
) -> Result<Vec<i64>, Fault> {
    let since = tx.now().epoch_ms() - 90 * 24 * 3_600_000;
    let open: Vec<String> = Class::OPEN.iter().map(|it| it.code().to_owned()).collect();
    let select = Select::new("w.feedback", "feedback_word w join feedback f on f.id = w.feedback")
        .and_in("w.word", words.to_vec())
        .and_in("f.class", open)
        .and("f.unit = ?", [unit.into()])
        // Nobody else reads what no official has read: it may be something else than its sender took it for.
        .and("f.is_sorted = 1 and f.status in ('received', 'handling', 'reopened')", [])
        .and("f.received_at >= ?", [since.into()]);
    select.rows(tx, 20_000)?.iter().map(|it| it.get(0)).collect()
}

/// A village of a unit.
#[derive(Debug, Clone)]
pub struct Village {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it is offered no more.
    pub is_gone: bool,
}

/// The villages of a unit by name; those that are gone too, if `all`.
pub(in crate::feedback) fn villages(
    tx: &mut Tx<'_>,
    unit: UnitId,
    all: bool,
) -> Result<Vec<Village>, Fault> {
    let mut select = Select::new("id, name, is_gone", "village").and("unit = ?", [unit.into()]);
    if !all {
        select = select.and("is_gone = 0", []);
    }
    let mut found: Vec<Village> = select
        .rows(tx, 1_000)?
        .iter()
        .map(|it| Ok(Village { id: it.get(0)?, name: it.get(1)?, is_gone: it.get(2)? }))
        .collect::<Result<_, Fault>>()?;
    found.sort_by_cached_key(|it| (it.is_gone, village_key(&it.name)));
    Ok(found)
}

/// `Xóm 2` before `Xóm 10`.
fn village_key(name: &str) -> String {
    let words = text::words(name);
    let wide = words.iter().map(|it| match it.parse::<u32>() {
        Ok(number) => format!("{number:06}"),
        Err(_) => it.clone(),
    });
    wide.collect::<Vec<_>>().join(" ")
}

/// The name of a village; empty if there is none.
pub(in crate::feedback) fn village(tx: &mut Tx<'_>, id: Option<i64>) -> Result<String, Fault> {
    let Some(id) = id else { return Ok(String::new()) };
    let row = tx.query_one("select name from village where id = ?1", &[id.into()])?;
    row.map_or_else(|| Ok(String::new()), |it| it.get(0))
}

/// Adds a village, or takes back one that was gone; whether anything changed.
pub(in crate::feedback) fn add_village(
    tx: &mut Tx<'_>,
    unit: UnitId,
    name: &str,
) -> Result<bool, Fault> {
    let touched = tx.execute(
        "insert into village (unit, name, key, is_gone) values (?1, ?2, ?3, 0)
         on conflict (unit, key) do update set is_gone = 0, name = excluded.name",
        &[unit.into(), name.into(), text::fold(name).into()],
    )?;
    Ok(touched > 0)
}

/// A village is offered no more; what happened there keeps its name.
pub(in crate::feedback) fn end_village(
    tx: &mut Tx<'_>,
    unit: UnitId,
    id: i64,
) -> Result<bool, Fault> {
    let sql = "update village set is_gone = 1 where id = ?1 and unit = ?2";
    Ok(tx.execute(sql, &[id.into(), unit.into()])? > 0)
}

/// What was published, the newest first.
pub(in crate::feedback) fn published(
    tx: &mut Tx<'_>,
    words: &[String],
    (unit, class): (Option<Vec<UnitId>>, Option<Class>),
    (from, limit): (i64, i64),
) -> Result<Vec<PublicLine>, Fault> {
    let mut select = Select::new(
        "f.code, p.unit, p.class, p.said, p.answered, p.published_at",
        "feedback_public p join feedback f on f.id = p.feedback",
    )
    .and("p.published_at is not null", [])
    .and_if("p.class = ?", class.map(Class::code))
    .order_by("p.published_at desc, p.feedback desc");
    if let Some(units) = unit {
        select = select.and_in("p.unit", units);
    }
    for word in words {
        select = select.and(
            "exists (select 1 from feedback_public_word w where w.feedback = p.feedback and w.word >= ? and w.word < ?)",
            [word.into(), prefix_end(word).into()],
        );
    }
    let rows = select.rows(tx, from + limit)?;
    rows.iter()
        .skip(usize::try_from(from).unwrap_or(0))
        .map(|row| {
            Ok(PublicLine {
                code: row.get(0)?,
                unit: UnitId(row.get(1)?),
                class: row.parse(2, "class", Class::from_code)?,
                said: row.get(3)?,
                answered: row.get(4)?,
                published_at: Instant::from_epoch_ms(row.get(5)?),
            })
        })
        .collect()
}

/// What a job looks after: answered, and not over.
pub(in crate::feedback) fn answered(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(core::ROW, "feedback f")
        .and("f.status = 'answered'", [])
        .order_by("f.answered_at, f.id");
    select.rows(tx, limit)?.iter().map(read_row).collect()
}

/// What is late and its head has not heard of.
pub(in crate::feedback) fn to_escalate(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Kept>, Fault> {
    let now = tx.now();
    let select = Select::new(core::ROW, "feedback f")
        .and("f.status in ('received', 'handling', 'reopened') and f.escalated_at is null", [])
        .and("(f.due_at < ? or f.sort_due_at < ?)", [now.into(), now.into()]);
    select.rows(tx, limit)?.iter().map(read_row).collect()
}

/// What runs, for a job that counts its clocks anew when the calendar has changed.
pub(in crate::feedback) fn running(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(core::ROW, "feedback f")
        .and("f.status in ('received', 'handling', 'reopened')", [])
        .and("f.id > ?", [after.into()])
        .order_by("f.id");
    select.rows(tx, limit)?.iter().map(read_row).collect()
}

/// How much a unit still has to do; what has a register of its own is counted there.
pub(in crate::feedback) fn open_of(tx: &mut Tx<'_>, unit: UnitId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from feedback
         where unit = ?1 and status in ('received', 'handling', 'reopened', 'need_info', 'answered')
           and not exists (select 1 from petition p where p.feedback = feedback.id)",
        &[unit.into()],
    )
}

/// Petitions that a unit still has to settle.
pub(in crate::feedback) fn petitions_of(tx: &mut Tx<'_>, unit: UnitId) -> Result<i64, Fault> {
    tx.query_number(
        "select count(*) from petition where unit = ?1 and stage in ('registered', 'accepted', 'concluded')",
        &[unit.into()],
    )
}

/// What is due within so many working days at the most and whose officer was not reminded, what is due first, first: how
/// many they are by the calendar of its unit, whoever asks counts.
pub(in crate::feedback) fn to_remind(
    tx: &mut Tx<'_>,
    days: u32,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    // Weekends, and the longest holidays between them.
    let most = 2 * i64::from(days) + 14;
    let until = tx.now().epoch_ms() + most * 24 * 3_600_000;
    let select = Select::new(core::ROW, "feedback f")
        .and(
            "f.status in ('received', 'handling', 'reopened') and f.officer_reminded_at is null",
            [],
        )
        .and("f.officer is not null and f.due_at < ?", [until.into()])
        .order_by("f.due_at, f.id");
    select.rows(tx, limit)?.iter().map(read_row).collect()
}

/// What Open311 asks for.
#[derive(Debug, Clone, Default)]
pub(in crate::feedback) struct Wanted {
    pub codes: Vec<String>,
    pub classes: Vec<Class>,
    /// Milliseconds: received from, until.
    pub period: Option<(i64, i64)>,
    /// Open ones, closed ones; both if nothing is said.
    pub open: Option<bool>,
}

/// The feedback that Open311 carries, the newest first.
pub(in crate::feedback) fn carried(
    tx: &mut Tx<'_>,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let classes: Vec<String> =
        wanted.classes.iter().filter(|it| it.is_open()).map(|it| it.code().to_owned()).collect();
    let mut select = Select::new(core::ROW, "feedback f")
        .and("f.is_erased = 0 and f.status <> 'sealed'", [])
        .and_in("f.class", classes)
        .order_by("f.received_at desc, f.id desc");
    if !wanted.codes.is_empty() {
        select = select.and_in("f.code", wanted.codes.clone());
    }
    if let Some((from, until)) = wanted.period {
        select =
            select.and("f.received_at >= ? and f.received_at <= ?", [from.into(), until.into()]);
    }
    select = match wanted.open {
        Some(true) => {
            select.and("f.status in ('received', 'handling', 'reopened', 'need_info')", [])
        }
        Some(false) => {
            select.and("f.status in ('answered', 'closed', 'rejected', 'transferred')", [])
        }
        None => select,
    };
    select.rows(tx, limit)?.iter().map(read_row).collect()
}
