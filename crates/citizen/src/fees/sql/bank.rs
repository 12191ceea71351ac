//! Statements of banks, their lines, and what they were matched with.

use domain::{
    ids::{DossierId, UnitId},
    money::Dong,
    time::Instant,
};
use jiff::civil::DateTime;
use store::{Fault, Row, Select, Tx};

/// A line of a statement as it is kept.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its row.
    pub id: i64,
    /// Whose account it is.
    pub unit: UnitId,
    /// When the bank booked it, civil time.
    pub booked_at: DateTime,
    /// How much.
    pub amount: Dong,
    /// What the payer wrote.
    pub content: String,
    /// The bank's reference.
    pub reference: String,
    /// How much of it is accounted for.
    pub matched: Dong,
    /// Why nothing more is to be done with it.
    pub aside: String,
}

impl Line {
    /// What is not accounted for.
    #[must_use]
    pub const fn left(&self) -> Dong {
        Dong(self.amount.0.saturating_sub(self.matched.0))
    }
}

const LINE: &str =
    "l.id, a.unit, l.booked_at, l.amount, l.content, l.reference, l.matched, l.aside";
const FROM: &str = "fee_statement_line l join fee_account a on a.id = l.account";

fn line_of(row: &Row) -> Result<Line, Fault> {
    Ok(Line {
        id: row.get(0)?,
        unit: row.get(1)?,
        booked_at: row.parse(2, "time", |it| it.parse().ok())?,
        amount: Dong(row.get(3)?),
        content: row.get(4)?,
        reference: row.get(5)?,
        matched: Dong(row.get(6)?),
        aside: row.get(7)?,
    })
}

/// Keeps that a statement was read.
pub fn insert_statement(tx: &mut Tx<'_>, account: i64, file: &str) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_statement (account, file_name, made_by, at_ms, rows_new, rows_known)
         values (?1, ?2, ?3, ?4, 0, 0) returning id",
        &[account.into(), file.into(), tx.by().into(), tx.now().into()],
    )
}

/// Says how many of its lines were new.
pub fn count_statement(tx: &mut Tx<'_>, id: i64, new: usize, known: usize) -> Result<(), Fault> {
    tx.execute(
        "update fee_statement set rows_new = ?2, rows_known = ?3 where id = ?1",
        &[id.into(), new.into(), known.into()],
    )?;
    Ok(())
}

/// Keeps a line unless it is known. `false`: it is.
pub fn insert_line(
    tx: &mut Tx<'_>,
    (account, statement): (i64, i64),
    mark: &str,
    (booked_at, amount): (DateTime, Dong),
    (content, reference): (&str, &str),
) -> Result<bool, Fault> {
    let touched = tx.execute(
        "insert into fee_statement_line (account, statement, mark, booked_at, amount, content, reference,
           matched, aside)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '')
         on conflict (account, mark) do nothing",
        &[
            account.into(),
            statement.into(),
            mark.into(),
            booked_at.into(),
            amount.0.into(),
            content.into(),
            reference.into(),
        ],
    )?;
    Ok(touched > 0)
}

/// Which lines somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Something is left to be done.
    Open,
    /// Wholly accounted for.
    Matched,
    /// Put aside with a reason.
    Aside,
    /// All of them.
    All,
}

/// What somebody looks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Of these units' accounts.
    pub units: Option<Vec<UnitId>>,
    /// Which.
    pub which: Which,
    /// Exactly this much.
    pub amount: Option<Dong>,
}

fn narrowed(it: &Filter) -> Select {
    let mut select = Select::new(LINE, FROM);
    if let Some(units) = &it.units {
        select = select.and_in("a.unit", units.clone());
    }
    select = select.and_if("l.amount = ?", it.amount.map(|it| it.0));
    match it.which {
        Which::Open => select.and("l.matched < l.amount and l.aside = ''", []),
        Which::Matched => select.and("l.matched = l.amount", []),
        Which::Aside => select.and("l.aside <> ''", []),
        Which::All => select,
    }
}

/// A page of lines, the newest first: those before `before`.
pub fn lines(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let select = narrowed(filter).and_if("l.id < ?", before).order_by("l.id desc");
    select.rows(tx, limit)?.iter().map(line_of).collect()
}

/// How many there are, up to `count_max`.
pub fn count(tx: &mut Tx<'_>, filter: &Filter, count_max: i64) -> Result<i64, Fault> {
    narrowed(filter).count(tx, count_max)
}

/// The line with this number.
pub fn line(tx: &mut Tx<'_>, id: i64) -> Result<Option<Line>, Fault> {
    let sql = format!("select {LINE} from {FROM} where l.id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(line_of).transpose()
}

/// Accounts for so much more of a line, or less. `false`: there is not so much left.
pub fn account_for(tx: &mut Tx<'_>, id: i64, more: Dong) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_statement_line set matched = matched + ?2
         where id = ?1 and matched + ?2 >= 0 and matched + ?2 <= amount and aside = ''",
        &[id.into(), more.0.into()],
    )?;
    Ok(touched > 0)
}

/// Puts a line aside with a reason, or takes it up again with none.
pub fn set_aside(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<(), Fault> {
    tx.execute(
        "update fee_statement_line set aside = ?2, aside_by = ?3, aside_ms = ?4 where id = ?1",
        &[id.into(), why.into(), tx.by().into(), tx.now().into()],
    )?;
    Ok(())
}

/// A match as it is kept.
#[derive(Debug, Clone)]
pub struct Match {
    /// Its row.
    pub id: i64,
    /// The line.
    pub line: i64,
    /// The dossier.
    pub dossier: DossierId,
    /// Its code.
    pub code: String,
    /// The receipt.
    pub receipt: i64,
    /// How much.
    pub amount: Dong,
    /// When it was undone, and why.
    pub undone: Option<(Instant, String)>,
}

fn match_of(row: &Row) -> Result<Match, Fault> {
    let why: Option<String> = row.get(7)?;
    Ok(Match {
        id: row.get(0)?,
        line: row.get(1)?,
        dossier: row.get(2)?,
        code: row.get(3)?,
        receipt: row.get(4)?,
        amount: Dong(row.get(5)?),
        undone: row
            .get::<Option<i64>>(6)?
            .map(|at| (Instant::from_epoch_ms(at), why.unwrap_or_default())),
    })
}

const MATCH: &str =
    "select m.id, m.line, m.dossier, d.code, m.receipt, m.amount, m.undone_ms, m.undo_reason
    from fee_match m join dossier d on d.id = m.dossier";

/// Keeps a match.
pub fn insert_match(
    tx: &mut Tx<'_>,
    line: i64,
    dossier: DossierId,
    receipt: i64,
    amount: Dong,
) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_match (line, dossier, receipt, amount, made_by, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            line.into(),
            dossier.into(),
            receipt.into(),
            amount.0.into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )
}

/// The matches of a line, oldest first.
pub fn matches(tx: &mut Tx<'_>, line: i64) -> Result<Vec<Match>, Fault> {
    let sql = format!("{MATCH} where m.line = ?1 order by m.id");
    tx.query(&sql, &[line.into()])?.iter().map(match_of).collect()
}

/// The match that a receipt stands for, if it still stands.
pub fn match_of_receipt(tx: &mut Tx<'_>, receipt: i64) -> Result<Option<Match>, Fault> {
    let sql = format!("{MATCH} where m.receipt = ?1 and m.undone_ms is null");
    tx.query_one(&sql, &[receipt.into()])?.as_ref().map(match_of).transpose()
}

/// Undoes a match. `false`: it is undone.
pub fn undo_match(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<bool, Fault> {
    let touched = tx.execute(
        "update fee_match set undone_by = ?2, undone_ms = ?3, undo_reason = ?4
         where id = ?1 and undone_ms is null",
        &[id.into(), tx.by().into(), tx.now().into(), why.into()],
    )?;
    Ok(touched > 0)
}

/// Codes of dossiers of a body that owe money, the newest first.
pub fn codes_owing(tx: &mut Tx<'_>, body: UnitId, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select code from dossier where body = ?1 and financial = 'due' order by id desc limit ?2",
        &[body.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Codes of a body's dossiers that owe nothing, the newest first.
pub fn codes_settled(tx: &mut Tx<'_>, body: UnitId, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select code from dossier where body = ?1 and financial <> 'due' order by id desc limit ?2",
        &[body.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Erases what settled lines up to a day say of payers.
pub(in crate::fees) fn forget_contents(
    tx: &mut Tx<'_>,
    until: jiff::civil::Date,
) -> Result<usize, Fault> {
    let after = until.saturating_add(jiff::Span::new().days(1)).to_string();
    tx.execute(
        "update fee_statement_line set content = ''
         where content <> '' and booked_at < ?1 and (matched >= amount or aside <> '')",
        &[after.into()],
    )
}
