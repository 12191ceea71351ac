//! Rates, exemptions, accounts, and what a dossier is to pay.

use domain::{
    fees::{Assessment, Beyond, Exemption, FeeKind, Moment, Rate},
    ids::{AccountId, DossierId, UnitId},
    money::Dong,
    procedure::ChannelKind,
    time::Instant,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx};

/// A rate as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRate {
    /// Its row.
    pub id: i64,
    /// The line of the table that it belongs to.
    pub series: i64,
    /// The procedure's code.
    pub procedure: String,
    /// What it says.
    pub rate: Rate,
    /// First day.
    pub from: Date,
    /// Last day; none if nothing.
    pub until: Option<Date>,
}

/// An exemption as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptExemption {
    /// Its row.
    pub id: i64,
    /// The line that it belongs to.
    pub series: i64,
    /// What it says.
    pub exemption: Exemption,
    /// First day.
    pub from: Date,
    /// Last day; none if nothing.
    pub until: Option<Date>,
}

/// An account to which citizens pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAccount {
    /// Its row.
    pub id: i64,
    /// Whose it is.
    pub unit: UnitId,
    /// The bank's BIN.
    pub bank: String,
    /// The bank's name.
    pub bank_name: String,
    /// Its number.
    pub number: String,
    /// In whose name.
    pub holder: String,
    /// Which column of its statement says what, as JSON.
    pub mapping: String,
    /// First day.
    pub from: Date,
    /// Last day; none if nothing.
    pub until: Option<Date>,
}

/// What a dossier is to pay and why.
#[derive(Debug, Clone)]
pub struct KeptAssessment {
    /// In đồng.
    pub amount: Dong,
    /// Typed by somebody.
    pub by_hand: bool,
    /// Why.
    pub reason: String,
    /// Holds alone.
    pub replaces: bool,
    /// How it came about.
    pub assessment: Assessment,
    /// By whom.
    pub by: AccountId,
    /// When.
    pub at: Instant,
}

fn date(it: &str) -> Option<Date> {
    it.parse().ok()
}

fn channel_of(code: &str) -> Option<Option<ChannelKind>> {
    if code.is_empty() { Some(None) } else { ChannelKind::from_code(code).map(Some) }
}

const RATE: &str = "id, series, procedure, name, kind, channel, amount, unit, beyond_after,
    beyond_amount, cap, basis, valid_from, valid_until";

fn kept_rate(row: &Row) -> Result<KeptRate, Fault> {
    let after: Option<i64> = row.get(8)?;
    let beyond = after.zip(row.get::<Option<i64>>(9)?);
    Ok(KeptRate {
        id: row.get(0)?,
        series: row.get(1)?,
        procedure: row.get(2)?,
        rate: Rate {
            name: row.get(3)?,
            kind: row.parse(4, "kind of fee", FeeKind::from_code)?,
            channel: row.parse(5, "channel", channel_of)?,
            amount: Dong(row.get(6)?),
            unit: row.get(7)?,
            beyond: beyond.map(|(after, amount)| Beyond {
                after: u32::try_from(after).unwrap_or(u32::MAX),
                amount: Dong(amount),
            }),
            cap: row.get::<Option<i64>>(10)?.map(Dong),
            basis: row.get(11)?,
        },
        from: row.parse(12, "date", date)?,
        until: row.parse_opt(13, "date", date)?,
    })
}

/// What somebody looks for in the table.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Procedures; all if nothing.
    pub procedures: Option<Vec<String>>,
    /// In force on this day; of all times if nothing.
    pub on: Option<Date>,
}

fn narrowed(filter: &Filter) -> Select {
    let mut select = Select::new(RATE, "fee_rate");
    if let Some(codes) = &filter.procedures {
        select = select.and_in("procedure", codes.clone());
    }
    if let Some(day) = filter.on {
        select = select.and(
            "valid_from <= ? and (valid_until >= ? or valid_until is null)",
            [day.into(), day.into()],
        );
    }
    select.order_by("procedure, series, valid_from")
}

/// Rates, by procedure.
pub fn rates(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<KeptRate>, Fault> {
    narrowed(filter).rows(tx, limit)?.iter().map(kept_rate).collect()
}

/// The rate with this number.
pub fn rate(tx: &mut Tx<'_>, id: i64) -> Result<Option<KeptRate>, Fault> {
    let row = tx.query_one(&format!("select {RATE} from fee_rate where id = ?1"), &[id.into()])?;
    row.as_ref().map(kept_rate).transpose()
}

/// Writes a rate; of a new line if `series` is nothing.
pub fn insert_rate(
    tx: &mut Tx<'_>,
    series: Option<i64>,
    procedure: &str,
    it: &Rate,
    from: Date,
    until: Option<Date>,
) -> Result<i64, Fault> {
    let id: i64 = tx.insert(
        "insert into fee_rate (series, procedure, name, kind, channel, amount, unit, beyond_after,
           beyond_amount, cap, basis, valid_from, valid_until)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) returning id",
        &[
            series.unwrap_or(0).into(),
            procedure.into(),
            it.name.as_str().into(),
            it.kind.code().into(),
            it.channel.map_or("", ChannelKind::code).into(),
            it.amount.0.into(),
            it.unit.as_str().into(),
            it.beyond.map(|it| i64::from(it.after)).into(),
            it.beyond.map(|it| it.amount.0).into(),
            it.cap.map(|it| it.0).into(),
            it.basis.as_str().into(),
            from.into(),
            until.into(),
        ],
    )?;
    if series.is_none() {
        tx.execute("update fee_rate set series = id where id = ?1", &[id.into()])?;
    }
    Ok(id)
}

/// Ends a rate with a day.
pub fn end_rate(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<(), Fault> {
    tx.execute("update fee_rate set valid_until = ?2 where id = ?1", &[id.into(), until.into()])?;
    Ok(())
}

/// Takes back a rate that has not begun.
pub fn delete_rate(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute("delete from fee_rate where id = ?1", &[id.into()])?;
    Ok(())
}

/// The procedures that have a rate of any time.
pub fn procedures_with_rates(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let rows = tx.query("select distinct procedure from fee_rate order by procedure", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

const EXEMPTION: &str = "id, series, name, percent, sector, procedure, channel, proof, basis,
    valid_from, valid_until";

fn kept_exemption(row: &Row) -> Result<KeptExemption, Fault> {
    Ok(KeptExemption {
        id: row.get(0)?,
        series: row.get(1)?,
        exemption: Exemption {
            name: row.get(2)?,
            percent: u8::try_from(row.get::<i64>(3)?).unwrap_or(100),
            sector: row.get(4)?,
            procedure: row.get(5)?,
            channel: row.parse(6, "channel", channel_of)?,
            proof: row.get(7)?,
            basis: row.get(8)?,
        },
        from: row.parse(9, "date", date)?,
        until: row.parse_opt(10, "date", date)?,
    })
}

/// Exemptions, of a day or of all times.
pub fn exemptions(tx: &mut Tx<'_>, on: Option<Date>) -> Result<Vec<KeptExemption>, Fault> {
    let mut select = Select::new(EXEMPTION, "fee_exemption");
    if let Some(day) = on {
        select = select.and(
            "valid_from <= ? and (valid_until >= ? or valid_until is null)",
            [day.into(), day.into()],
        );
    }
    select
        .order_by("sector, name, valid_from")
        .rows(tx, 2_000)?
        .iter()
        .map(kept_exemption)
        .collect()
}

/// Writes an exemption; of a new line if `series` is nothing.
pub fn insert_exemption(
    tx: &mut Tx<'_>,
    series: Option<i64>,
    it: &Exemption,
    from: Date,
    until: Option<Date>,
) -> Result<i64, Fault> {
    let id: i64 = tx.insert(
        "insert into fee_exemption (series, name, percent, sector, procedure, channel, proof, basis,
           valid_from, valid_until)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) returning id",
        &[
            series.unwrap_or(0).into(),
            it.name.as_str().into(),
            i64::from(it.percent).into(),
            it.sector.as_str().into(),
            it.procedure.as_str().into(),
            it.channel.map_or("", ChannelKind::code).into(),
            it.proof.as_str().into(),
            it.basis.as_str().into(),
            from.into(),
            until.into(),
        ],
    )?;
    if series.is_none() {
        tx.execute("update fee_exemption set series = id where id = ?1", &[id.into()])?;
    }
    Ok(id)
}

/// Ends an exemption with a day.
pub fn end_exemption(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<bool, Fault> {
    let sql = "update fee_exemption set valid_until = ?2
               where id = ?1 and (valid_until > ?2 or valid_until is null)";
    Ok(tx.execute(sql, &[id.into(), until.into()])? > 0)
}

/// When fees are collected, where that was set.
pub fn moments(tx: &mut Tx<'_>) -> Result<Vec<(String, Moment)>, Fault> {
    let rows = tx.query("select procedure, moment from fee_moment order by procedure", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.parse(1, "moment", Moment::from_code)?))).collect()
}

/// Says when a procedure's fee is collected.
pub fn set_moment(tx: &mut Tx<'_>, procedure: &str, moment: Moment) -> Result<(), Fault> {
    tx.execute(
        "insert into fee_moment (procedure, moment) values (?1, ?2)
         on conflict (procedure) do update set moment = excluded.moment",
        &[procedure.into(), moment.code().into()],
    )?;
    Ok(())
}

const ACCOUNT: &str = "id, unit, bank, bank_name, number, holder, mapping, valid_from, valid_until";

fn kept_account(row: &Row) -> Result<KeptAccount, Fault> {
    Ok(KeptAccount {
        id: row.get(0)?,
        unit: row.get(1)?,
        bank: row.get(2)?,
        bank_name: row.get(3)?,
        number: row.get(4)?,
        holder: row.get(5)?,
        mapping: row.get(6)?,
        from: row.parse(7, "date", date)?,
        until: row.parse_opt(8, "date", date)?,
    })
}

/// Every account, of all times.
pub fn accounts(tx: &mut Tx<'_>) -> Result<Vec<KeptAccount>, Fault> {
    let sql = format!("select {ACCOUNT} from fee_account order by unit, id");
    tx.query(&sql, &[])?.iter().map(kept_account).collect()
}

/// The account with this number.
pub fn account(tx: &mut Tx<'_>, id: i64) -> Result<Option<KeptAccount>, Fault> {
    let sql = format!("select {ACCOUNT} from fee_account where id = ?1");
    tx.query_one(&sql, &[id.into()])?.as_ref().map(kept_account).transpose()
}

/// The account of the first of `units` that has one on `day`, the newest.
pub fn account_of(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    day: Date,
) -> Result<Option<KeptAccount>, Fault> {
    let sql = format!(
        "select {ACCOUNT} from fee_account
         where unit = ?1 and valid_from <= ?2 and (valid_until >= ?2 or valid_until is null)
         order by id desc limit 1"
    );
    for unit in units {
        if let Some(row) = tx.query_one(&sql, &[(*unit).into(), day.into()])? {
            return kept_account(&row).map(Some);
        }
    }
    Ok(None)
}

/// Writes an account.
pub fn insert_account(tx: &mut Tx<'_>, it: &KeptAccount) -> Result<i64, Fault> {
    tx.insert(
        "insert into fee_account (unit, bank, bank_name, number, holder, mapping, valid_from, valid_until)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning id",
        &[
            it.unit.into(),
            it.bank.as_str().into(),
            it.bank_name.as_str().into(),
            it.number.as_str().into(),
            it.holder.as_str().into(),
            it.mapping.as_str().into(),
            it.from.into(),
            it.until.into(),
        ],
    )
}

/// Ends an account with a day.
pub fn end_account(tx: &mut Tx<'_>, id: i64, until: Date) -> Result<(), Fault> {
    let sql = "update fee_account set valid_until = ?2 where id = ?1";
    tx.execute(sql, &[id.into(), until.into()])?;
    Ok(())
}

/// Remembers which column of an account's statement says what.
pub fn set_mapping(tx: &mut Tx<'_>, id: i64, mapping: &str) -> Result<(), Fault> {
    let sql = "update fee_account set mapping = ?2 where id = ?1";
    tx.execute(sql, &[id.into(), mapping.into()])?;
    Ok(())
}

/// Writes what a dossier is to pay and why.
pub fn insert_assessment(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    it: &Assessment,
    (by_hand, reason, replaces): (bool, &str, bool),
) -> Result<(), Fault> {
    let working =
        serde_json::to_string(it).map_err(|e| Fault::Broken(format!("an assessment: {e}")))?;
    tx.insert::<i64>(
        "insert into fee_assessment (dossier, amount, by_hand, reason, replaces, working, made_by, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning id",
        &[
            dossier.into(),
            it.due().0.into(),
            by_hand.into(),
            reason.into(),
            replaces.into(),
            working.into(),
            tx.by().into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// What a dossier was to pay, oldest first.
pub fn assessments(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<KeptAssessment>, Fault> {
    let rows = tx.query(
        "select amount, by_hand, reason, replaces, working, made_by, at_ms from fee_assessment
         where dossier = ?1 order by id",
        &[dossier.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(KeptAssessment {
                amount: Dong(row.get(0)?),
                by_hand: row.get(1)?,
                reason: row.get(2)?,
                replaces: row.get(3)?,
                assessment: row.parse(4, "assessment", |it| serde_json::from_str(it).ok())?,
                by: row.get(5)?,
                at: Instant::from_epoch_ms(row.get(6)?),
            })
        })
        .collect()
}
