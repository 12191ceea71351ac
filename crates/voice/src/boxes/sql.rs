//! SQL of boxes, their openings and slips.

use domain::{
    ids::{AccountId, BoxOpeningId, PositionId, UnitId},
    reception::Pattern,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// A box on a wall.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub id: i64,
    pub unit: UnitId,
    pub place: String,
    pub keepers: [PositionId; 2],
    pub pattern: Pattern,
    pub since: Date,
}

const BOX: &str = "id, unit, place, first_keeper, second_keeper, pattern, since";

fn read_box(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        unit: row.get(1)?,
        place: row.get(2)?,
        keepers: [row.get(3)?, row.get(4)?],
        pattern: row.parse(5, "pattern", Pattern::from_code)?,
        since: row.parse(6, "date", |it| it.parse().ok())?,
    })
}

/// The boxes of these units.
pub(super) fn boxes(tx: &mut Tx<'_>, units: Vec<UnitId>) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(BOX, "suggestion_box")
        .and_in("unit", units)
        .and("removed_at is null", [])
        .order_by("unit, id");
    select.rows(tx, 1_000)?.iter().map(read_box).collect()
}

/// One box, held against others until the transaction is done.
pub(super) fn find_box(tx: &mut Tx<'_>, id: i64) -> Result<Option<Kept>, Fault> {
    let sql = format!(
        "select {BOX} from suggestion_box where id = ?1 and removed_at is null{}",
        tx.for_update()
    );
    tx.query_one(&sql, &[id.into()])?.as_ref().map(read_box).transpose()
}

/// One box, whether it hangs or not.
pub(super) fn any_box(tx: &mut Tx<'_>, id: i64) -> Result<Option<Kept>, Fault> {
    let sql = format!("select {BOX} from suggestion_box where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(read_box).transpose()
}

/// Keeps a box.
pub(super) fn insert_box(tx: &mut Tx<'_>, it: &Kept) -> Result<i64, Fault> {
    let [first, second] = it.keepers;
    tx.insert(
        "insert into suggestion_box (unit, place, first_keeper, second_keeper, pattern, since)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            it.unit.into(),
            it.place.as_str().into(),
            first.into(),
            second.into(),
            it.pattern.code().into(),
            it.since.into(),
        ],
    )
}

/// Other keepers, another pattern.
pub(super) fn change_box(
    tx: &mut Tx<'_>,
    id: i64,
    pattern: Pattern,
    [first, second]: [PositionId; 2],
) -> Result<(), Fault> {
    tx.execute(
        "update suggestion_box set pattern = ?2, first_keeper = ?3, second_keeper = ?4 where id = ?1",
        &[id.into(), pattern.code().into(), first.into(), second.into()],
    )?;
    Ok(())
}

/// Takes a box from its wall.
pub(super) fn remove_box(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update suggestion_box set removed_at = ?2 where id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// An opening.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    pub id: BoxOpeningId,
    pub kept: i64,
    pub unit: UnitId,
    pub day: Date,
    /// waiting, open, closed, given_up.
    pub state: String,
    pub code_sha256: String,
    pub first: AccountId,
    pub first_name: String,
    pub second: Option<AccountId>,
    pub second_name: String,
    pub declared: Option<i64>,
    pub why: String,
    pub opened: Option<Instant>,
    pub closed: Option<Instant>,
}

const OPENING: &str =
    "id, box, unit, day, state, code_sha256, first_account, first_name, second_account,
    second_name, declared, why, opened_at, closed_at";

fn opening(row: &Row) -> Result<Opening, Fault> {
    let at = |column: usize| -> Result<Option<Instant>, Fault> {
        Ok(row.get::<Option<i64>>(column)?.map(Instant::from_epoch_ms))
    };
    Ok(Opening {
        id: row.get(0).map(BoxOpeningId)?,
        kept: row.get(1)?,
        unit: row.get(2)?,
        day: row.parse(3, "date", |it| it.parse().ok())?,
        state: row.get(4)?,
        code_sha256: row.get(5)?,
        first: row.get(6)?,
        first_name: row.get(7)?,
        second: row.get(8)?,
        second_name: row.get(9)?,
        declared: row.get(10)?,
        why: row.get(11)?,
        opened: at(12)?,
        closed: at(13)?,
    })
}

/// One opening, held against others until the transaction is done if it is to be changed.
pub(super) fn find(
    tx: &mut Tx<'_>,
    id: BoxOpeningId,
    hold: bool,
) -> Result<Option<Opening>, Fault> {
    let lock = if hold { tx.for_update() } else { "" };
    let sql = format!("select {OPENING} from box_opening where id = ?1{lock}");
    tx.query_one(&sql, &[id.0.into()])?.as_ref().map(opening).transpose()
}

/// The opening of a box that is going on.
pub(super) fn running(tx: &mut Tx<'_>, kept: i64) -> Result<Option<Opening>, Fault> {
    let sql = format!(
        "select {OPENING} from box_opening where box = ?1 and state in ('waiting', 'open')"
    );
    tx.query_one(&sql, &[kept.into()])?.as_ref().map(opening).transpose()
}

/// Openings of these units, the newest first.
pub(super) fn openings(
    tx: &mut Tx<'_>,
    units: Vec<UnitId>,
    limit: i64,
) -> Result<Vec<Opening>, Fault> {
    let select = Select::new(OPENING, "box_opening")
        .and_in("unit", units)
        .and("state <> 'given_up'", [])
        .order_by("id desc");
    select.rows(tx, limit)?.iter().map(opening).collect()
}

/// The day on which a box was opened last.
pub(super) fn last_opened(tx: &mut Tx<'_>, kept: i64) -> Result<Option<Date>, Fault> {
    let row = tx.query_one(
        "select max(day) from box_opening where box = ?1 and state in ('open', 'closed')",
        &[kept.into()],
    )?;
    let day: Option<String> = row.map(|it| it.get(0)).transpose()?.flatten();
    Ok(day.and_then(|it| it.parse().ok()))
}

/// Begins an opening.
pub(super) fn insert(tx: &mut Tx<'_>, it: &Kept, name: &str) -> Result<BoxOpeningId, Fault> {
    let (now, by) = (tx.now(), tx.by());
    let id: i64 = tx.insert(
        "insert into box_opening (box, unit, day, state, code_sha256, first_account, first_name, begun_at)
         values (?1, ?2, ?3, 'waiting', '', ?4, ?5, ?6) returning id",
        &[it.id.into(), it.unit.into(), now.civil().date().into(), by.into(), name.into(), now.into()],
    )?;
    Ok(BoxOpeningId(id))
}

/// Keeps what the second one has to type.
pub(super) fn set_code(tx: &mut Tx<'_>, id: BoxOpeningId, sha256: &str) -> Result<(), Fault> {
    tx.execute(
        "update box_opening set code_sha256 = ?2 where id = ?1",
        &[id.0.into(), sha256.into()],
    )?;
    Ok(())
}

/// Counts a wrong code; after so many the opening is given up.
pub(super) fn wrong_code(tx: &mut Tx<'_>, id: BoxOpeningId, most: i64) -> Result<(), Fault> {
    tx.execute(
        "update box_opening set tries = tries + 1,
           state = case when tries + 1 >= ?2 then 'given_up' else state end
         where id = ?1",
        &[id.0.into(), most.into()],
    )?;
    Ok(())
}

/// The second one is here: it is open.
pub(super) fn confirm(tx: &mut Tx<'_>, id: BoxOpeningId, name: &str) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "update box_opening set state = 'open', second_account = ?2, second_name = ?3, opened_at = ?4 where id = ?1",
        &[id.0.into(), by.into(), name.into(), now.into()],
    )?;
    Ok(())
}

/// It does not take place.
pub(super) fn give_up(tx: &mut Tx<'_>, id: BoxOpeningId) -> Result<(), Fault> {
    tx.execute(
        "update box_opening set state = 'given_up' where id = ?1 and state = 'waiting'",
        &[id.0.into()],
    )?;
    Ok(())
}

/// How many slips both counted.
pub(super) fn declare(tx: &mut Tx<'_>, id: BoxOpeningId, slips: i64) -> Result<(), Fault> {
    tx.execute("update box_opening set declared = ?2 where id = ?1", &[id.0.into(), slips.into()])?;
    Ok(())
}

/// Closes it for good.
pub(super) fn close(tx: &mut Tx<'_>, id: BoxOpeningId, why: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "update box_opening set state = 'closed', why = ?2, closed_at = ?3 where id = ?1",
        &[id.0.into(), why.into(), now.into()],
    )?;
    Ok(())
}

/// A slip.
#[derive(Debug, Clone)]
pub(super) struct Slip {
    pub id: i64,
    pub opening: BoxOpeningId,
    pub year: i64,
    pub number: i64,
    pub sha256: String,
    /// new, feedback, aside.
    pub state: String,
    pub words: String,
    pub aside: String,
    pub reason: String,
    pub created: Instant,
}

const SLIP: &str = "id, opening, year, number, sha256, state, words, aside, reason, created_at";

fn slip(row: &Row) -> Result<Slip, Fault> {
    Ok(Slip {
        id: row.get(0)?,
        opening: row.get(1).map(BoxOpeningId)?,
        year: row.get(2)?,
        number: row.get(3)?,
        sha256: row.get(4)?,
        state: row.get(5)?,
        words: row.get(6)?,
        aside: row.get(7)?,
        reason: row.get(8)?,
        created: Instant::from_epoch_ms(row.get(9)?),
    })
}

/// A new slip under the next number of its box, taken with it or not at all.
pub(super) fn insert_slip(
    tx: &mut Tx<'_>,
    opening: &Opening,
    sha256: &str,
) -> Result<(i64, i64), Fault> {
    let now = tx.now();
    let year = i64::from(opening.day.year());
    let number: i64 = tx.insert(
        "insert into box_series (box, year, last) values (?1, ?2, 1)
         on conflict (box, year) do update set last = box_series.last + 1 returning last",
        &[opening.kept.into(), year.into()],
    )?;
    let id = tx.insert(
        "insert into box_slip (opening, box, year, number, sha256, state, created_at)
         values (?1, ?2, ?3, ?4, ?5, 'new', ?6) returning id",
        &[
            opening.id.0.into(),
            opening.kept.into(),
            year.into(),
            number.into(),
            sha256.into(),
            now.into(),
        ],
    )?;
    Ok((id, number))
}

/// The slips of an opening, by their numbers.
pub(super) fn slips(tx: &mut Tx<'_>, opening: BoxOpeningId) -> Result<Vec<Slip>, Fault> {
    let sql = format!("select {SLIP} from box_slip where opening = ?1 order by number");
    tx.query(&sql, &[opening.0.into()])?.iter().map(slip).collect()
}

/// One slip.
pub(super) fn find_slip(tx: &mut Tx<'_>, id: i64) -> Result<Option<Slip>, Fault> {
    let sql = format!("select {SLIP} from box_slip where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(slip).transpose()
}

/// Puts a slip aside with its reason.
pub(super) fn put_aside(
    tx: &mut Tx<'_>,
    id: i64,
    (words, kind, reason): (&str, &str, &str),
) -> Result<(), Fault> {
    tx.execute(
        "update box_slip set state = 'aside', words = ?2, aside = ?3, reason = ?4 where id = ?1 and state <> 'feedback'",
        &[id.into(), words.into(), kind.into(), reason.into()],
    )?;
    Ok(())
}

/// Ties a slip to what it became.
pub(super) fn tie(tx: &mut Tx<'_>, id: i64, (words, feedback): (&str, i64)) -> Result<(), Fault> {
    tx.execute(
        "update box_slip set state = 'feedback', words = ?2, feedback = ?3, aside = '', reason = '' where id = ?1",
        &[id.into(), words.into(), feedback.into()],
    )?;
    Ok(())
}

/// What a slip became.
pub(super) fn became(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Fault> {
    let row = tx.query_one("select feedback from box_slip where id = ?1", &[id.into()])?;
    Ok(row.map(|it| it.get::<Option<i64>>(0)).transpose()?.flatten())
}

/// What a slip became is sealed: neither its words nor its picture stand here, nor which one it became.
pub(super) fn wipe(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(
        "update box_slip set state = 'feedback', words = '', sha256 = '', aside = '', reason = '', feedback = null
         where id = ?1",
        &[id.into()],
    )?;
    Ok(())
}

/// What was added to a closed opening: when, by whom, what.
pub(super) fn notes(
    tx: &mut Tx<'_>,
    opening: BoxOpeningId,
) -> Result<Vec<(Instant, String, String)>, Fault> {
    let rows = tx.query(
        "select written_at, name, words from box_note where opening = ?1 order by id",
        &[opening.0.into()],
    )?;
    let read = |row: &Row| Ok((Instant::from_epoch_ms(row.get(0)?), row.get(1)?, row.get(2)?));
    rows.iter().map(read).collect()
}

/// Adds a note.
pub(super) fn insert_note(
    tx: &mut Tx<'_>,
    opening: BoxOpeningId,
    name: &str,
    words: &str,
) -> Result<(), Fault> {
    let (now, by) = (tx.now(), tx.by());
    tx.execute(
        "insert into box_note (opening, written_at, account, name, words) values (?1, ?2, ?3, ?4, ?5)",
        &[opening.0.into(), now.into(), by.into(), name.into(), words.into()],
    )?;
    Ok(())
}
