//! The cash book: entries, closed days, hand-overs; refunds.

use domain::{
    fees::{
        Method,
        till::{EntryKind, Sums},
    },
    ids::{AccountId, DossierId, UnitId},
    money::Dong,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// An entry about to be written.
pub struct New<'a> {
    /// The one-stop shop.
    pub unit: UnitId,
    /// In whose book.
    pub collector: AccountId,
    /// Of which day.
    pub day: Date,
    /// About what.
    pub kind: EntryKind,
    /// How the money moved.
    pub method: Method,
    /// How much, more than nothing.
    pub amount: Dong,
    /// By which receipt.
    pub receipt: Option<i64>,
    /// By which refund.
    pub refund: Option<i64>,
    /// By which hand-over.
    pub handover: Option<i64>,
    /// What else is to be said.
    pub note: &'a str,
}

/// Appends an entry.
pub fn enter(tx: &mut Tx<'_>, it: &New<'_>) -> Result<(), Fault> {
    tx.insert::<i64>(
        "insert into fee_entry (unit, collector, day, kind, method, amount, receipt, refund, handover,
           note, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) returning id",
        &[
            it.unit.into(),
            it.collector.into(),
            it.day.into(),
            it.kind.code().into(),
            it.method.code().into(),
            it.amount.0.into(),
            it.receipt.into(),
            it.refund.into(),
            it.handover.into(),
            it.note.into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// The last day that a collector closed at a unit.
pub fn last_closed(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: AccountId,
) -> Result<Option<Date>, Fault> {
    let row = tx.query_one(
        "select day from fee_day where unit = ?1 and collector = ?2 order by day desc limit 1",
        &[unit.into(), collector.into()],
    )?;
    row.map(|row| row.parse(0, "date", |it| it.parse().ok())).transpose()
}

/// Cash of a collector from a day on, up to and with another, by kind.
fn moved(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: AccountId,
    from: Date,
    until: Date,
) -> Result<Sums, Fault> {
    let rows = tx.query(
        "select kind, cast(coalesce(sum(amount), 0) as bigint) from fee_entry
         where unit = ?1 and collector = ?2 and day >= ?3 and day <= ?4 and method = 'cash'
         group by kind",
        &[unit.into(), collector.into(), from.into(), until.into()],
    )?;
    let mut sums = Sums::default();
    for row in &rows {
        sums = sums.with(row.parse(0, "kind", EntryKind::from_code)?, Dong(row.get(1)?));
    }
    Ok(sums)
}

/// The sums of a stretch of days of one collector at one unit; the opening is all that went before.
pub fn sums(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: AccountId,
    from: Date,
    until: Date,
) -> Result<Sums, Fault> {
    let before = match from.yesterday() {
        Ok(day) => moved(tx, unit, collector, Date::constant(1, 1, 1), day)?,
        Err(_) => Sums::default(),
    };
    let opening = before.closing();
    Ok(Sums { opening, ..moved(tx, unit, collector, from, until)? })
}

/// The first day after `after` with an entry, if it lies before `before`.
pub fn unclosed_before(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: AccountId,
    after: Option<Date>,
    before: Date,
) -> Result<Option<Date>, Fault> {
    let after = after.unwrap_or(Date::constant(1, 1, 1));
    let row = tx.query_one(
        "select day from fee_entry
         where unit = ?1 and collector = ?2 and day > ?3 and day < ?4 order by day limit 1",
        &[unit.into(), collector.into(), after.into(), before.into()],
    )?;
    row.map(|row| row.parse(0, "date", |it| it.parse().ok())).transpose()
}

/// Closes a day. A second time fails on the key.
pub fn close(
    tx: &mut Tx<'_>,
    (unit, collector, day): (UnitId, AccountId, Date),
    sums: &Sums,
    counted: Dong,
    note: &str,
) -> Result<(), Fault> {
    tx.execute(
        "insert into fee_day (unit, collector, day, opening, receipts, cancelled, refunds, handed_over,
           closing, counted, note, closed_by, closed_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[
            unit.into(),
            collector.into(),
            day.into(),
            sums.opening.0.into(),
            sums.receipts.0.into(),
            sums.cancelled.0.into(),
            sums.refunds.0.into(),
            sums.handed_over.0.into(),
            sums.closing().0.into(),
            counted.0.into(),
            note.into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// A day that was closed.
pub struct ClosedDay {
    /// Which.
    pub day: Date,
    /// What was in the drawer.
    pub counted: Dong,
    /// What should have been.
    pub closing: Dong,
    /// Why it was not.
    pub note: String,
}

/// The closed days of a collector within a stretch.
pub fn closed_days(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: AccountId,
    from: Date,
    until: Date,
) -> Result<Vec<ClosedDay>, Fault> {
    let rows = tx.query(
        "select day, counted, closing, note from fee_day
         where unit = ?1 and collector = ?2 and day >= ?3 and day <= ?4 order by day",
        &[unit.into(), collector.into(), from.into(), until.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(ClosedDay {
                day: row.parse(0, "date", |it| it.parse().ok())?,
                counted: Dong(row.get(1)?),
                closing: Dong(row.get(2)?),
                note: row.get(3)?,
            })
        })
        .collect()
}

/// Closed days whose sums are not those of their entries. Empty in a sound database.
pub fn closed_wrongly(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select unit, collector, day, opening, receipts, cancelled, refunds, handed_over, closing
         from fee_day order by unit, collector, day",
        &[],
    )?;
    let mut wrong = Vec::new();
    for row in &rows {
        let (unit, collector): (UnitId, AccountId) = (row.get(0)?, row.get(1)?);
        let day: Date = row.parse(2, "date", |it| it.parse().ok())?;
        let amount = |at| row.get::<i64>(at).map(Dong);
        let kept = Sums {
            opening: amount(3)?,
            receipts: amount(4)?,
            cancelled: amount(5)?,
            refunds: amount(6)?,
            handed_over: amount(7)?,
        };
        if kept != sums(tx, unit, collector, day, day)? || kept.closing() != amount(8)? {
            wrong.push(format!("unit {unit}, account {collector}, {day}"));
        }
    }
    Ok(wrong)
}

/// An entry as it is shown.
pub struct Entry {
    /// Of which day.
    pub day: Date,
    /// About what.
    pub kind: EntryKind,
    /// How the money moved.
    pub method: Method,
    /// How much.
    pub amount: Dong,
    /// Receipt, refund or hand-over, as it is printed.
    pub paper: String,
    /// The dossier's code; empty if it is about none.
    pub code: String,
    /// What else was said.
    pub note: String,
    /// In whose book.
    pub collector: AccountId,
}

/// Entries of a unit's books within a stretch, oldest first.
pub fn entries(
    tx: &mut Tx<'_>,
    unit: UnitId,
    collector: Option<AccountId>,
    (from, until): (Date, Date),
    limit: i64,
) -> Result<Vec<Entry>, Fault> {
    let rows = Select::new(
        "e.day, e.kind, e.method, e.amount, coalesce(b.prefix, ''), coalesce(r.number, 0),
         coalesce(f.number, ''), coalesce(h.number, ''), coalesce(d.code, ''), e.note, e.collector",
        "fee_entry e left join fee_receipt r on r.id = e.receipt left join fee_book b on b.id = r.book
           left join fee_refund f on f.id = e.refund left join fee_handover h on h.id = e.handover
           left join dossier d on d.id = coalesce(r.dossier, f.dossier)",
    )
    .and("e.unit = ? and e.day >= ? and e.day <= ?", [unit.into(), from.into(), until.into()])
    .and_if("e.collector = ?", collector)
    .order_by("e.day, e.id")
    .rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            let (prefix, number): (String, i64) = (row.get(4)?, row.get(5)?);
            let (refund, handover): (String, String) = (row.get(6)?, row.get(7)?);
            Ok(Entry {
                day: row.parse(0, "date", |it| it.parse().ok())?,
                kind: row.parse(1, "kind", EntryKind::from_code)?,
                method: row.parse(2, "method", Method::from_code)?,
                amount: Dong(row.get(3)?),
                paper: if number > 0 {
                    format!("{prefix} {number:07}")
                } else {
                    refund + &handover
                },
                code: row.get(8)?,
                note: row.get(9)?,
                collector: row.get(10)?,
            })
        })
        .collect()
}

/// Who has entries in a unit's books.
pub fn collectors(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<AccountId>, Fault> {
    let sql = "select distinct collector from fee_entry where unit = ?1 order by collector";
    tx.query(sql, &[unit.into()])?.iter().map(|row| row.get(0)).collect()
}

/// Units in whose books there are entries.
pub fn units_with_entries(tx: &mut Tx<'_>) -> Result<Vec<UnitId>, Fault> {
    let rows = tx.query("select distinct unit from fee_entry order by unit", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// A hand-over as it is printed.
pub struct HandOver {
    /// The one-stop shop.
    pub unit: UnitId,
    /// Its number.
    pub number: String,
    /// Who hands over.
    pub collector: AccountId,
    /// How much.
    pub amount: Dong,
    /// To whom.
    pub taken_by: String,
    /// What else was said.
    pub note: String,
    /// When.
    pub at: Instant,
}

/// Writes a hand-over.
pub fn insert_handover(tx: &mut Tx<'_>, it: &HandOver) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_handover (unit, number, collector, amount, taken_by, note, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            it.unit.into(),
            it.number.as_str().into(),
            it.collector.into(),
            it.amount.0.into(),
            it.taken_by.as_str().into(),
            it.note.as_str().into(),
            it.at.into(),
        ],
    )
}

/// The hand-over with this number.
pub fn handover(tx: &mut Tx<'_>, id: i64) -> Result<Option<HandOver>, Fault> {
    let row = tx.query_one(
        "select unit, number, collector, amount, taken_by, note, at_ms from fee_handover where id = ?1",
        &[id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(HandOver {
        unit: row.get(0)?,
        number: row.get(1)?,
        collector: row.get(2)?,
        amount: Dong(row.get(3)?),
        taken_by: row.get(4)?,
        note: row.get(5)?,
        at: Instant::from_epoch_ms(row.get(6)?),
    }))
}

/// Hand-overs of a unit, the newest first.
pub fn handovers(
    tx: &mut Tx<'_>,
    unit: UnitId,
    limit: i64,
) -> Result<Vec<(i64, String, Dong)>, Fault> {
    let rows = tx.query(
        "select id, number, amount from fee_handover where unit = ?1 order by id desc limit ?2",
        &[unit.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, Dong(row.get(2)?)))).collect()
}

/// A refund as it is kept.
#[derive(Debug, Clone)]
pub struct Refund {
    /// Its row.
    pub id: i64,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Of which dossier.
    pub dossier: Option<DossierId>,
    /// That dossier's code; empty if it is of none.
    pub code: String,
    /// Of which line of a statement.
    pub line: Option<i64>,
    /// To whom.
    pub payee: String,
    /// How much.
    pub amount: Dong,
    /// How.
    pub method: Method,
    /// Why.
    pub reason: String,
    /// asked, approved, refused, paid.
    pub state: String,
    /// Of the slip.
    pub number: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked: Instant,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// What was said with it.
    pub decision: String,
    /// Who paid.
    pub paid_by: Option<AccountId>,
    /// When.
    pub paid: Option<Instant>,
}

const REFUND: &str = "f.id, f.unit, f.dossier, coalesce(d.code, ''), f.line, f.payee, f.amount, f.method,
    f.reason, f.state, f.number, f.asked_by, f.asked_ms, f.decided_by, f.decision, f.paid_by, f.paid_ms";
const REFUND_FROM: &str = "fee_refund f left join dossier d on d.id = f.dossier";

fn refund_of(row: &Row) -> Result<Refund, Fault> {
    Ok(Refund {
        id: row.get(0)?,
        unit: row.get(1)?,
        dossier: row.get(2)?,
        code: row.get(3)?,
        line: row.get(4)?,
        payee: row.get(5)?,
        amount: Dong(row.get(6)?),
        method: row.parse(7, "method", Method::from_code)?,
        reason: row.get(8)?,
        state: row.get(9)?,
        number: row.get(10)?,
        asked_by: row.get(11)?,
        asked: Instant::from_epoch_ms(row.get(12)?),
        decided_by: row.get(13)?,
        decision: row.get(14)?,
        paid_by: row.get(15)?,
        paid: row.get::<Option<i64>>(16)?.map(Instant::from_epoch_ms),
    })
}

/// Asks for a refund.
pub fn ask_refund(tx: &mut Tx<'_>, it: &Refund) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_refund (unit, dossier, line, payee, amount, method, reason, state, number,
           asked_by, asked_ms, decision)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'asked', '', ?8, ?9, '') returning id",
        &[
            it.unit.into(),
            it.dossier.into(),
            it.line.into(),
            it.payee.as_str().into(),
            it.amount.0.into(),
            it.method.code().into(),
            it.reason.as_str().into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )
}

/// The refund with this number.
pub fn refund(tx: &mut Tx<'_>, id: i64) -> Result<Option<Refund>, Fault> {
    let sql = format!("select {REFUND} from {REFUND_FROM} where f.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(refund_of).transpose()
}

/// Refunds of these units in this state, the newest first: those before `before`.
pub fn refunds(
    tx: &mut Tx<'_>,
    units: Option<Vec<UnitId>>,
    state: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Refund>, Fault> {
    let mut select = Select::new(REFUND, REFUND_FROM);
    if let Some(units) = units {
        select = select.and_in("f.unit", units);
    }
    let select =
        select.and_if("f.state = ?", state).and_if("f.id < ?", before).order_by("f.id desc");
    select.rows(tx, limit)?.iter().map(refund_of).collect()
}

/// What was asked for and is not refused, of a dossier or of a line: it is not asked for twice.
pub fn refunds_pending(
    tx: &mut Tx<'_>,
    dossier: Option<DossierId>,
    line: Option<i64>,
) -> Result<Dong, Fault> {
    let sql = "select cast(coalesce(sum(amount), 0) as bigint) from fee_refund
         where (dossier = ?1 or line = ?2) and state in ('asked', 'approved')";
    tx.query_number(sql, &[dossier.into(), line.into()]).map(Dong)
}

/// The request to give a line back that is not refused and not paid yet.
pub fn refund_of_line(tx: &mut Tx<'_>, line: i64) -> Result<Option<i64>, Fault> {
    let sql = "select id from fee_refund where line = ?1 and state in ('asked', 'approved')
         order by id desc limit 1";
    tx.query_one(sql, &[line.into()])?.map(|row| row.get(0)).transpose()
}

/// Decides a refund that was asked for. `false`: somebody else was first.
pub fn decide_refund(tx: &mut Tx<'_>, id: i64, state: &str, decision: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_refund set state = ?2, decision = ?3, decided_by = ?4, decided_ms = ?5
         where id = ?1 and state = 'asked'",
        &[id.into(), state.into(), decision.into(), tx.by().into(), tx.now().into()],
    )?;
    Ok(touched > 0)
}

/// Marks an approved refund as paid. `false`: somebody else was first.
pub fn pay_refund(tx: &mut Tx<'_>, id: i64, number: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_refund set state = 'paid', number = ?2, paid_by = ?3, paid_ms = ?4
         where id = ?1 and state = 'approved'",
        &[id.into(), number.into(), tx.by().into(), tx.now().into()],
    )?;
    Ok(touched > 0)
}
