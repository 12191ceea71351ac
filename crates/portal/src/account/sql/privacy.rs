//! SQL of consent, of closing an account and of what is over.

use domain::{ids::CitizenId, retention::Kept, time::Instant};
use jiff::civil::Date;
use site::Lang;
use store::{Fault, Tx};

/// What somebody said about a purpose.
#[derive(Debug, Clone)]
pub(in crate::account) struct SaidOf {
    pub purpose: String,
    pub version: i64,
    pub agreed: bool,
    pub lang: String,
    pub at: Instant,
}

/// All that somebody said, the oldest first.
pub(in crate::account) fn said(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<Vec<SaidOf>, Fault> {
    let rows = tx.query(
        "select purpose, version, agreed, lang, at_ms from citizen_consent
         where citizen = ?1 order by id",
        &[citizen.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(SaidOf {
                purpose: row.get(0)?,
                version: row.get(1)?,
                agreed: row.get(2)?,
                lang: row.get(3)?,
                at: Instant::from_epoch_ms(row.get(4)?),
            })
        })
        .collect()
}

/// Keeps what somebody says.
pub(in crate::account) fn say(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
    version: i64,
    agreed: bool,
    lang: Lang,
) -> Result<(), Fault> {
    tx.execute(
        "insert into citizen_consent (citizen, purpose, version, agreed, lang, at_ms)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            citizen.into(),
            purpose.into(),
            version.into(),
            agreed.into(),
            lang.code().into(),
            tx.now().into(),
        ],
    )?;
    Ok(())
}

/// Closes an account: what names anybody goes; that there was one, and what was agreed to, stays.
pub(in crate::account) fn close(tx: &mut Tx<'_>, citizen: CitizenId) -> Result<(), Fault> {
    tx.execute("delete from citizen_link where citizen = ?1", &[citizen.into()])?;
    tx.execute("delete from citizen_session where citizen = ?1", &[citizen.into()])?;
    tx.execute("delete from citizen_code where citizen = ?1", &[citizen.into()])?;
    tx.execute(
        "delete from citizen_code
         where phone <> '' and phone in
           (select phone from citizen where id = ?1 and phone_confirmed_ms is not null)",
        &[citizen.into()],
    )?;
    tx.execute("delete from citizen_dossier where citizen = ?1", &[citizen.into()])?;
    tx.execute(
        "update citizen set name = '', id_number = null, birth_date = '', phone = '',
           phone_confirmed_ms = null, counter_phone = '', identified_by = '', identified_ms = null,
           email = '', address = '', closed_ms = ?2, edition = edition + 1
         where id = ?1",
        &[citizen.into(), tx.now().into()],
    )?;
    Ok(())
}

/// Codes that are over.
pub(in crate::account) fn sweep_codes(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    tx.execute("delete from citizen_code where created_ms < ?1", &[before.into()])
}

/// Sessions that ended or expired before.
pub(in crate::account) fn sweep_sessions(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    tx.execute(
        "delete from citizen_session
         where expires_ms < ?1 or (ended_ms is not null and ended_ms < ?1)",
        &[before.into()],
    )
}

/// Marks of sign-ins that were used before.
pub(in crate::account) fn sweep_sign_ins(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    tx.execute("delete from citizen_sign_in where at_ms < ?1", &[before.into()])
}

/// Accounts that [`unused`] gives at a time.
pub(in crate::account) const AT_ONCE: usize = 500;

/// Open accounts that nobody has signed in with since; [`AT_ONCE`] of them.
pub(in crate::account) fn unused(
    tx: &mut Tx<'_>,
    before: Instant,
) -> Result<Vec<CitizenId>, Fault> {
    let rows = tx.query(
        "select id from citizen where closed_ms is null and seen_ms < ?1 order by id limit 500",
        &[before.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// What is left of accounts that were closed before.
pub(in crate::account) fn sweep_closed(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    tx.execute(
        "delete from citizen_consent
         where citizen in (select id from citizen where closed_ms < ?1)",
        &[before.into()],
    )
}

/// Writes down what a rule erased.
pub(in crate::account) fn ran(
    tx: &mut Tx<'_>,
    kept: Kept,
    until: Date,
    erased: usize,
) -> Result<(), Fault> {
    tx.execute(
        "insert into retention_run (kept, at_ms, until, erased) values (?1, ?2, ?3, ?4)",
        &[kept.code().into(), tx.now().into(), until.into(), erased.into()],
    )?;
    Ok(())
}

/// A run of a rule.
pub(in crate::account) struct Run {
    pub at: Instant,
    pub erased: i64,
}

/// The last run of a rule that erased something, and how much it has erased in all.
pub(in crate::account) fn last_run(
    tx: &mut Tx<'_>,
    kept: Kept,
) -> Result<(Option<Run>, i64), Fault> {
    let row = tx.query_one(
        "select at_ms, erased from retention_run where kept = ?1 order by id desc limit 1",
        &[kept.code().into()],
    )?;
    let sum = tx.query_number(
        "select cast(coalesce(sum(erased), 0) as bigint) from retention_run where kept = ?1",
        &[kept.code().into()],
    )?;
    let run = row.map(|row| {
        Ok::<_, Fault>(Run { at: Instant::from_epoch_ms(row.get(0)?), erased: row.get(1)? })
    });
    Ok((run.transpose()?, sum))
}

/// When the job ran last.
pub(in crate::account) fn job_ran(tx: &mut Tx<'_>, job: &str) -> Result<Option<Instant>, Fault> {
    let row = tx.query_one("select ran_ms from job_run where name = ?1", &[job.into()])?;
    row.map(|row| Ok(Instant::from_epoch_ms(row.get(0)?))).transpose()
}
