//! Who may call to say that money came, and what they said.

use domain::{fees::calls::Shape, ids::UnitId, money::Dong, time::Instant};
use jiff::civil::DateTime;
use store::{Fault, Row, Tx};

/// Somebody who may call.
#[derive(Debug, Clone)]
pub struct Caller {
    pub id: i64,
    pub account: i64,
    /// Whose account it is.
    pub unit: UnitId,
    pub bank: String,
    pub number: String,
    pub shape: Shape,
    pub name: String,
    pub code: String,
    pub partner: String,
    /// Sealed.
    pub secret: String,
    pub is_on: bool,
    pub edition: i64,
    pub heard: Option<Instant>,
    pub failed: Option<Instant>,
    pub failure: String,
}

/// A call that was believed.
#[derive(Debug, Clone)]
pub struct Told {
    pub id: i64,
    pub reference: String,
    pub amount: Dong,
    pub line: Option<i64>,
    pub outcome: String,
    pub why: String,
    pub at: Instant,
    pub repeats: i64,
}

const CALLER: &str =
    "c.id, c.account, a.unit, a.bank_name, a.number, c.shape, c.name, c.code, c.partner,
    c.secret, c.is_on, c.edition, c.heard_ms, c.failed_ms, c.failure";
const FROM: &str = "fee_caller c join fee_account a on a.id = c.account";

fn caller_of(row: &Row) -> Result<Caller, Fault> {
    let instant =
        |at: usize| Ok::<_, Fault>(row.get::<Option<i64>>(at)?.map(Instant::from_epoch_ms));
    Ok(Caller {
        id: row.get(0)?,
        account: row.get(1)?,
        unit: row.get(2)?,
        bank: row.get(3)?,
        number: row.get(4)?,
        shape: row.parse(5, "shape", Shape::from_code)?,
        name: row.get(6)?,
        code: row.get(7)?,
        partner: row.get(8)?,
        secret: row.get(9)?,
        is_on: row.get(10)?,
        edition: row.get(11)?,
        heard: instant(12)?,
        failed: instant(13)?,
        failure: row.get(14)?,
    })
}

/// Everybody who may call, by name.
pub fn callers(tx: &mut Tx<'_>) -> Result<Vec<Caller>, Fault> {
    let sql = format!("select {CALLER} from {FROM} order by c.name, c.id");
    tx.query(&sql, &[])?.iter().map(caller_of).collect()
}

/// The one with this number.
pub fn caller(tx: &mut Tx<'_>, id: i64) -> Result<Option<Caller>, Fault> {
    let sql = format!("select {CALLER} from {FROM} where c.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(caller_of).transpose()
}

/// The one whose address was called.
pub fn caller_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Caller>, Fault> {
    let sql = format!("select {CALLER} from {FROM} where c.code = ?1");
    tx.query_one(&sql, &[code.into()])?.as_ref().map(caller_of).transpose()
}

/// Whether somebody calls for an account now: its money is told by itself.
pub fn is_heard(tx: &mut Tx<'_>, account: i64) -> Result<bool, Fault> {
    let sql = "select count(*) from fee_caller where account = ?1 and is_on = 1";
    Ok(tx.query_number(sql, &[account.into()])? > 0)
}

/// Lets somebody call.
pub fn insert_caller(tx: &mut Tx<'_>, it: &Caller) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_caller (account, shape, name, code, partner, secret, is_on, edition, failure)
         values (?1, ?2, ?3, ?4, ?5, ?6, 1, 1, '') returning id",
        &[
            it.account.into(),
            it.shape.code().into(),
            it.name.as_str().into(),
            it.code.as_str().into(),
            it.partner.as_str().into(),
            it.secret.as_str().into(),
        ],
    )
}

/// Keeps what was changed. `false`: somebody else was first.
pub fn keep_caller(tx: &mut Tx<'_>, it: &Caller) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_caller set name = ?3, partner = ?4, secret = ?5, is_on = ?6, edition = edition + 1
         where id = ?1 and edition = ?2",
        &[
            it.id.into(),
            it.edition.into(),
            it.name.as_str().into(),
            it.partner.as_str().into(),
            it.secret.as_str().into(),
            it.is_on.into(),
        ],
    )?;
    Ok(touched > 0)
}

/// It was heard and believed, or not and why.
pub fn heard(tx: &mut Tx<'_>, id: i64, failure: Option<&str>) -> Result<(), Fault> {
    let now = tx.now();
    match failure {
        None => tx.execute(
            "update fee_caller set heard_ms = ?2 where id = ?1",
            &[id.into(), now.into()],
        )?,
        Some(why) => tx.execute(
            "update fee_caller set failed_ms = ?2, failure = ?3 where id = ?1",
            &[id.into(), now.into(), why.into()],
        )?,
    };
    Ok(())
}

fn told_of(row: &Row) -> Result<Told, Fault> {
    Ok(Told {
        id: row.get(0)?,
        reference: row.get(1)?,
        amount: Dong(row.get(2)?),
        line: row.get(3)?,
        outcome: row.get(4)?,
        why: row.get(5)?,
        at: Instant::from_epoch_ms(row.get(6)?),
        repeats: row.get(7)?,
    })
}

const TOLD: &str = "select id, reference, amount, line, outcome, why, at_ms, repeats from fee_call";

/// What was told under a reference, held until the transaction is done.
pub fn told_held(tx: &mut Tx<'_>, caller: i64, reference: &str) -> Result<Option<Told>, Fault> {
    let sql = format!("{TOLD} where caller = ?1 and reference = ?2{}", tx.for_update());
    tx.query_one(&sql, &[caller.into(), reference.into()])?.as_ref().map(told_of).transpose()
}

/// The call with this number, held until the transaction is done.
pub fn told_by_id_held(tx: &mut Tx<'_>, id: i64) -> Result<Option<Told>, Fault> {
    let sql = format!("{TOLD} where id = ?1{}", tx.for_update());
    tx.query_one(&sql, &[id.into()])?.as_ref().map(told_of).transpose()
}

/// Calls since `since_ms` that were not paid for and whose line has money left, with their lines: first those that
/// nobody has looked at, then the newest.
pub fn left_unmatched(
    tx: &mut Tx<'_>,
    since_ms: i64,
    limit: i64,
) -> Result<Vec<(i64, i64)>, Fault> {
    let rows = tx.query(
        "select c.id, l.id from fee_call c join fee_statement_line l on l.id = c.line
         where c.outcome = 'open' and c.at_ms >= ?1 and l.matched < l.amount and l.aside = ''
         order by case when c.why = '' then 0 else 1 end, c.id desc limit ?2",
        &[since_ms.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Calls of somebody, the newest first.
pub fn told(
    tx: &mut Tx<'_>,
    caller: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Told>, Fault> {
    let sql = format!("{TOLD} where caller = ?1 and id < ?2 order by id desc limit ?3");
    let before = before.unwrap_or(i64::MAX);
    tx.query(&sql, &[caller.into(), before.into(), limit.into()])?.iter().map(told_of).collect()
}

/// Keeps a call.
pub fn insert_told(
    tx: &mut Tx<'_>,
    caller: i64,
    (reference, amount): (&str, Dong),
    line: i64,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_call (caller, reference, amount, line, outcome, why, at_ms, repeats)
         values (?1, ?2, ?3, ?4, 'open', '', ?5, 0) returning id",
        &[caller.into(), reference.into(), amount.0.into(), line.into(), tx.now().into()],
    )
}

/// Says what came of a call.
pub fn outcome(tx: &mut Tx<'_>, id: i64, outcome: &str, why: &str) -> Result<(), Fault> {
    tx.execute(
        "update fee_call set outcome = ?2, why = ?3 where id = ?1",
        &[id.into(), outcome.into(), why.into()],
    )?;
    Ok(())
}

/// Says why a call is left to people, unless it was paid for meanwhile.
pub fn left_open(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<(), Fault> {
    tx.execute(
        "update fee_call set why = ?2 where id = ?1 and outcome = 'open'",
        &[id.into(), why.into()],
    )?;
    Ok(())
}

/// It was told once more.
pub fn repeated(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("update fee_call set repeats = repeats + 1 where id = ?1", &[id.into()])?;
    Ok(())
}

/// The statement of an account in which what was told stands: one a day.
pub fn statement_of_day(tx: &mut Tx<'_>, account: i64, name: &str) -> Result<i64, Fault> {
    let row = tx.query_one(
        "select id from fee_statement where account = ?1 and file_name = ?2 order by id limit 1",
        &[account.into(), name.into()],
    )?;
    match row {
        Some(row) => row.get(0),
        None => super::bank::insert_statement(tx, account, name),
    }
}

/// Whether a line of a statement was told by a call before.
pub fn was_told(
    tx: &mut Tx<'_>,
    account: i64,
    said: (&str, Dong),
    day: DateTime,
) -> Result<bool, Fault> {
    let Some(line) = known_line(tx, account, said, day)? else { return Ok(false) };
    let count = tx.query_number("select count(*) from fee_call where line = ?1", &[line.into()])?;
    Ok(count > 0)
}

/// The line of an account with this reference and amount, if the bank has named it before: by a call or in a
/// statement.
pub fn known_line(
    tx: &mut Tx<'_>,
    account: i64,
    (reference, amount): (&str, Dong),
    day: DateTime,
) -> Result<Option<i64>, Fault> {
    if reference.is_empty() {
        return Ok(None);
    }
    let (from, until) =
        (day.date().yesterday(), day.date().tomorrow().and_then(|it| it.tomorrow()));
    let (Ok(from), Ok(until)) = (from, until) else { return Ok(None) };
    let row = tx.query_one(
        "select id from fee_statement_line
         where account = ?1 and reference = ?2 and amount = ?3 and booked_at >= ?4 and booked_at < ?5
         order by id limit 1",
        &[account.into(), reference.into(), amount.0.into(), from.into(), until.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}
