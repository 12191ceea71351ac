//! Books of receipts and the receipts in them.

use domain::{
    fees::{Assessment, Method},
    ids::{AccountId, DossierId, UnitId},
    money::Dong,
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Row, Select, Tx};

/// A book of receipts.
#[derive(Debug, Clone)]
pub struct Book {
    /// Its row.
    pub id: i64,
    /// Whose.
    pub unit: UnitId,
    /// Ký hiệu.
    pub prefix: String,
    /// First number.
    pub first: i64,
    /// Last number.
    pub last: i64,
    /// The number that is given next.
    pub next: i64,
    /// When it was closed.
    pub closed: Option<Instant>,
    /// Who closed it.
    pub closed_by: Option<AccountId>,
}

const BOOK: &str = "id, unit, prefix, first, last, next, closed_ms, closed_by";

fn book_of(row: &Row) -> Result<Book, Fault> {
    Ok(Book {
        id: row.get(0)?,
        unit: row.get(1)?,
        prefix: row.get(2)?,
        first: row.get(3)?,
        last: row.get(4)?,
        next: row.get(5)?,
        closed: row.get::<Option<i64>>(6)?.map(Instant::from_epoch_ms),
        closed_by: row.get(7)?,
    })
}

/// Every book, the open ones first.
pub fn books(tx: &mut Tx<'_>) -> Result<Vec<Book>, Fault> {
    let sql = format!("select {BOOK} from fee_book order by unit, id desc");
    tx.query(&sql, &[])?.iter().map(book_of).collect()
}

/// The book with this number.
pub fn book(tx: &mut Tx<'_>, id: i64) -> Result<Option<Book>, Fault> {
    let sql = format!("select {BOOK} from fee_book where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(book_of).transpose()
}

/// Opens a book.
pub fn open_book(
    tx: &mut Tx<'_>,
    unit: UnitId,
    prefix: &str,
    first: i64,
    last: i64,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_book (unit, prefix, first, last, next, opened_ms, opened_by)
         values (?1, ?2, ?3, ?4, ?3, ?5, ?6) returning id",
        &[unit.into(), prefix.into(), first.into(), last.into(), tx.now().into(), tx.by().into()],
    )
}

/// Whether a book of the unit has numbers of that prefix within.
pub fn overlaps(
    tx: &mut Tx<'_>,
    unit: UnitId,
    prefix: &str,
    first: i64,
    last: i64,
) -> Result<bool, Fault> {
    let sql = "select count(*) from fee_book
         where unit = ?1 and prefix = ?2 and first <= ?4 and last >= ?3";
    let params = [unit.into(), prefix.into(), first.into(), last.into()];
    Ok(tx.query_number(sql, &params)? > 0)
}

/// Closes a book for good. `false`: it is closed.
pub fn close_book(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    let sql =
        "update fee_book set closed_ms = ?2, closed_by = ?3 where id = ?1 and closed_ms is null";
    Ok(tx.execute(sql, &[id.into(), tx.now().into(), tx.by().into()])? > 0)
}

/// The open book of a unit that still has numbers, the oldest.
pub fn open_book_of(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<i64>, Fault> {
    let row = tx.query_one(
        "select id from fee_book where unit = ?1 and closed_ms is null and next <= last
         order by id limit 1",
        &[unit.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The next number of a book; nothing if it is closed or full. The row is the lock.
pub fn take_number(tx: &mut Tx<'_>, book: i64) -> Result<Option<i64>, Fault> {
    let row = tx.query_one(
        "update fee_book set next = next + 1
         where id = ?1 and closed_ms is null and next <= last returning next - 1",
        &[book.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// A receipt as it is kept.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its row.
    pub id: i64,
    /// The book's prefix.
    pub prefix: String,
    /// Its number.
    pub number: i64,
    /// For which dossier.
    pub dossier: DossierId,
    /// That dossier's code.
    pub code: String,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Who paid.
    pub payer: String,
    /// How much.
    pub amount: Dong,
    /// How.
    pub method: Method,
    /// What was given over the counter.
    pub given: Dong,
    /// When it was paid, civil time.
    pub paid_at: DateTime,
    /// What for.
    pub lines: Assessment,
    /// Who took it.
    pub collector: AccountId,
    /// When it was written.
    pub at: Instant,
    /// How often it was printed.
    pub prints: i64,
    /// When it was cancelled, and why.
    pub cancelled: Option<(Instant, String)>,
}

impl Receipt {
    /// Prefix and number as they are printed: `AB/26P 0000123`.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{} {:07}", self.prefix, self.number)
    }
}

const RECEIPT: &str = "r.id, b.prefix, r.number, r.dossier, d.code, r.unit, r.payer, r.amount,
    r.method, r.given, r.paid_at, r.lines, r.collector, r.at_ms, r.prints, r.cancelled_ms,
    r.cancel_reason";
const FROM: &str =
    "fee_receipt r join fee_book b on b.id = r.book join dossier d on d.id = r.dossier";

fn receipt_of(row: &Row) -> Result<Receipt, Fault> {
    let reason: Option<String> = row.get(16)?;
    Ok(Receipt {
        id: row.get(0)?,
        prefix: row.get(1)?,
        number: row.get(2)?,
        dossier: row.get(3)?,
        code: row.get(4)?,
        unit: row.get(5)?,
        payer: row.get(6)?,
        amount: Dong(row.get(7)?),
        method: row.parse(8, "method", Method::from_code)?,
        given: Dong(row.get(9)?),
        paid_at: row.parse(10, "time", |it| it.parse().ok())?,
        lines: row.parse(11, "lines", |it| serde_json::from_str(it).ok())?,
        collector: row.get(12)?,
        at: Instant::from_epoch_ms(row.get(13)?),
        prints: row.get(14)?,
        cancelled: row
            .get::<Option<i64>>(15)?
            .map(|at| (Instant::from_epoch_ms(at), reason.unwrap_or_default())),
    })
}

/// A receipt about to be written.
pub struct New<'a> {
    /// The book.
    pub book: i64,
    /// Its number in it.
    pub number: i64,
    /// For which dossier.
    pub dossier: DossierId,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Who paid.
    pub payer: &'a str,
    /// How much.
    pub amount: Dong,
    /// How.
    pub method: Method,
    /// What was given.
    pub given: Dong,
    /// When.
    pub paid_at: DateTime,
    /// What for.
    pub lines: &'a Assessment,
}

/// Writes a receipt.
pub fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<i64, Fault> {
    let lines =
        serde_json::to_string(it.lines).map_err(|e| Fault::Broken(format!("lines: {e}")))?;
    tx.insert(
        "insert into fee_receipt (book, number, dossier, unit, payer, amount, method, given, paid_at,
           lines, collector, at_ms, prints)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0) returning id",
        &[
            it.book.into(),
            it.number.into(),
            it.dossier.into(),
            it.unit.into(),
            it.payer.into(),
            it.amount.0.into(),
            it.method.code().into(),
            it.given.0.into(),
            it.paid_at.into(),
            lines.into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )
}

/// The receipt with this number.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Receipt>, Fault> {
    let sql = format!("select {RECEIPT} from {FROM} where r.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(receipt_of).transpose()
}

/// Receipts of a dossier, oldest first.
pub fn of_dossier(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Receipt>, Fault> {
    let sql = format!("select {RECEIPT} from {FROM} where r.dossier = ?1 order by r.id");
    tx.query(&sql, &[dossier.into()])?.iter().map(receipt_of).collect()
}

/// What somebody looks for among receipts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these units.
    pub units: Option<Vec<UnitId>>,
    /// Paid from this day.
    pub from: Option<jiff::civil::Date>,
    /// Paid until this day.
    pub until: Option<jiff::civil::Date>,
    /// A dossier code.
    pub code: Option<String>,
    /// A number.
    pub number: Option<i64>,
    /// How it was paid.
    pub method: Option<Method>,
    /// Only the cancelled ones.
    pub cancelled: bool,
}

fn narrowed(it: &Filter) -> Select {
    let mut select = Select::new(RECEIPT, FROM);
    if let Some(units) = &it.units {
        select = select.and_in("r.unit", units.clone());
    }
    let next = it.until.and_then(|it| it.tomorrow().ok());
    select = select
        .and_if("r.paid_at >= ?", it.from.map(|it| it.to_string()))
        .and_if("r.paid_at < ?", next.map(|it| it.to_string()))
        .and_if("d.code = ?", it.code.clone())
        .and_if("r.number = ?", it.number)
        .and_if("r.method = ?", it.method.map(Method::code));
    if it.cancelled { select.and("r.cancelled_ms is not null", []) } else { select }
}

/// A page of receipts, the newest first: those before `before`.
pub fn page(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Receipt>, Fault> {
    let select = narrowed(filter).and_if("r.id < ?", before).order_by("r.id desc");
    select.rows(tx, limit)?.iter().map(receipt_of).collect()
}

/// How many there are, up to `count_max`.
pub fn count(tx: &mut Tx<'_>, filter: &Filter, count_max: i64) -> Result<i64, Fault> {
    narrowed(filter).count(tx, count_max)
}

/// Counts one more print and gives how often it was printed before.
pub fn printed(tx: &mut Tx<'_>, id: i64) -> Result<i64, Fault> {
    tx.insert(
        "update fee_receipt set prints = prints + 1 where id = ?1 returning prints - 1",
        &[id.into()],
    )
}

/// Cancels a receipt; its number stays. `false`: it is cancelled.
pub fn cancel(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_receipt set cancelled_ms = ?2, cancelled_by = ?3, cancel_reason = ?4
         where id = ?1 and cancelled_ms is null",
        &[id.into(), tx.now().into(), tx.by().into(), reason.into()],
    )?;
    Ok(touched > 0)
}

/// Dossiers that owe money.
pub struct Owing {
    /// Its row.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// Whose.
    pub applicant: String,
    /// The procedure's code.
    pub procedure: String,
    /// The one-stop shop.
    pub unit: UnitId,
    /// Business status.
    pub status: String,
    /// The state, for the amounts.
    pub state: domain::dossier::Dossier,
}

/// A page of dossiers that owe money, the newest first.
pub fn owing(
    tx: &mut Tx<'_>,
    seen: &crate::dossiers::facts::Seen,
    (code, before): (Option<String>, Option<i64>),
    limit: i64,
) -> Result<Vec<Owing>, Fault> {
    let select = Select::new(
        "d.id, d.code, d.applicant, p.code, d.unit, d.status, d.state",
        "dossier d join procedure_version v on v.id = d.version
           join procedure p on p.id = v.procedure",
    );
    let rows = seen
        .narrow(select)
        .and("d.financial = 'due'", [])
        .and_if("d.code = ?", code)
        .and_if("d.id < ?", before)
        .order_by("d.id desc")
        .rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(Owing {
                id: row.get(0)?,
                code: row.get(1)?,
                applicant: row.get(2)?,
                procedure: row.get(3)?,
                unit: row.get(4)?,
                status: row.get(5)?,
                state: row.parse(6, "dossier state", |it| serde_json::from_str(it).ok())?,
            })
        })
        .collect()
}

/// Books that gave out more or fewer numbers than there are receipts.
pub fn gaps(tx: &mut Tx<'_>) -> Result<Vec<i64>, Fault> {
    let rows = tx.query(
        "select b.id from fee_book b left join fee_receipt r on r.book = b.id
         group by b.id, b.first, b.next
         having count(r.id) <> b.next - b.first
            or coalesce(max(r.number), b.first - 1) <> b.next - 1 order by b.id",
        &[],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Dossiers whose receipts, less what was refunded, are not what was paid, though there are receipts.
pub fn unlike_dossiers(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select d.code, d.state, cast(coalesce(sum(r.amount), 0) as bigint) as taken,
           (select cast(coalesce(sum(f.amount), 0) as bigint) from fee_refund f
            where f.dossier = d.id and f.state = 'paid') as given_back
         from dossier d join fee_receipt r on r.dossier = d.id
         where r.cancelled_ms is null group by d.id, d.code, d.state order by d.id",
        &[],
    )?;
    let mut wrong = Vec::new();
    for row in &rows {
        let state: domain::dossier::Dossier =
            row.parse(1, "dossier state", |it| serde_json::from_str(it).ok())?;
        let (taken, back): (i64, i64) = (row.get(2)?, row.get(3)?);
        if taken - back != state.fee_paid.0 {
            wrong.push(format!(
                "dossier {}: receipts {taken}, refunds {back}",
                row.get::<String>(0)?
            ));
        }
    }
    Ok(wrong)
}
