//! What is trusted, what we sign with, what is set about files.

use domain::ids::{StaffId, UnitId};
use store::{Fault, Tx};

/// A certificate that is trusted.
pub(super) struct Root {
    pub id: i64,
    pub fingerprint: String,
    pub subject: String,
    pub not_after_ms: i64,
    pub der: String,
}

pub(super) fn roots(tx: &mut Tx<'_>) -> Result<Vec<Root>, Fault> {
    let rows = tx.query(
        "select id, fingerprint, subject, not_after_ms, der from trusted_root order by id",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Root {
                id: row.get(0)?,
                fingerprint: row.get(1)?,
                subject: row.get(2)?,
                not_after_ms: row.get(3)?,
                der: row.get(4)?,
            })
        })
        .collect()
}

/// Adds one; `None` if it is there already.
pub(super) fn add_root(
    tx: &mut Tx<'_>,
    it: &signing::Certificate,
    der: &str,
) -> Result<Option<i64>, Fault> {
    let fingerprint = it.fingerprint();
    let known = tx.query_one(
        "select id from trusted_root where fingerprint = ?1",
        &[fingerprint.as_str().into()],
    )?;
    if known.is_some() {
        return Ok(None);
    }
    tx.insert(
        "insert into trusted_root (fingerprint, subject, not_after_ms, der, added_ms, added_by)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            fingerprint.into(),
            it.subject_line().into(),
            it.not_after.saturating_mul(1000).into(),
            der.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )
    .map(Some)
}

pub(super) fn remove_root(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from trusted_root where id = ?1", &[id.into()])
}

/// A unit's seal, without the key.
pub(super) struct SealRow {
    pub id: i64,
    pub unit: UnitId,
    pub subject: String,
    pub issuer: String,
    pub fingerprint: String,
    pub not_before_ms: i64,
    pub not_after_ms: i64,
    /// Nobody whom we trust issued it.
    pub untrusted: bool,
}

pub(super) fn seals(tx: &mut Tx<'_>) -> Result<Vec<SealRow>, Fault> {
    let rows = tx.query(
        "select id, unit, subject, issuer, fingerprint, not_before_ms, not_after_ms, untrusted
         from unit_seal order by unit",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(SealRow {
                id: row.get(0)?,
                unit: row.get(1)?,
                subject: row.get(2)?,
                issuer: row.get(3)?,
                fingerprint: row.get(4)?,
                not_before_ms: row.get(5)?,
                not_after_ms: row.get(6)?,
                untrusted: row.get::<i64>(7)? == 1,
            })
        })
        .collect()
}

/// The seal of a unit, closed.
pub(super) fn closed_seal(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<String>, Fault> {
    let row = tx.query_one("select closed from unit_seal where unit = ?1", &[unit.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// The seals of all units, closed.
pub(super) fn closed_seals(tx: &mut Tx<'_>) -> Result<Vec<(UnitId, String)>, Fault> {
    let rows = tx.query("select unit, closed from unit_seal order by unit", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Whether somebody whom we trust issued a unit's seal.
pub(super) fn set_untrusted(tx: &mut Tx<'_>, unit: UnitId, untrusted: bool) -> Result<(), Fault> {
    tx.execute(
        "update unit_seal set untrusted = ?2 where unit = ?1",
        &[unit.into(), i64::from(untrusted).into()],
    )?;
    Ok(())
}

/// A file of which nothing is wrong but the issuer of a certificate.
pub(super) struct UntrustedFile {
    pub id: i64,
    pub dossier: i64,
    pub sha256: String,
    pub added_ms: i64,
}

/// Such files after one of them, in their order.
pub(super) fn untrusted_files(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<UntrustedFile>, Fault> {
    let rows = tx.query(
        "select id, dossier, sha256, added_ms from dossier_file
         where id > ?1 and verdict <> '' and replace(verdict, ?3, '') <> verdict
         order by id limit ?2",
        &[after.into(), limit.into(), signing::Problem::Issuer.to_string().into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(UntrustedFile {
                id: row.get(0)?,
                dossier: row.get(1)?,
                sha256: row.get(2)?,
                added_ms: row.get(3)?,
            })
        })
        .collect()
}

/// What the signatures of a file came to.
pub(super) fn set_verdict(tx: &mut Tx<'_>, file: i64, verdict: &str) -> Result<(), Fault> {
    tx.execute(
        "update dossier_file set verdict = ?2 where id = ?1",
        &[file.into(), verdict.into()],
    )?;
    Ok(())
}

/// Puts a seal in the place of the one before.
pub(super) fn keep_seal(
    tx: &mut Tx<'_>,
    unit: UnitId,
    it: &signing::Certificate,
    (closed, untrusted): (&str, bool),
) -> Result<(), Fault> {
    tx.execute("delete from unit_seal where unit = ?1", &[unit.into()])?;
    tx.execute(
        "insert into unit_seal
           (unit, subject, issuer, fingerprint, not_before_ms, not_after_ms, closed, added_ms, added_by,
            untrusted)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            unit.into(),
            it.subject_line().into(),
            it.issuer_line().into(),
            it.fingerprint().into(),
            it.not_before.saturating_mul(1000).into(),
            it.not_after.saturating_mul(1000).into(),
            closed.into(),
            tx.now().into(),
            tx.by().into(),
            i64::from(untrusted).into(),
        ],
    )?;
    Ok(())
}

pub(super) fn remove_seal(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from unit_seal where id = ?1", &[id.into()])
}

/// Whose certificate one is.
pub(super) struct SignerRow {
    pub id: i64,
    pub staff: StaffId,
    pub fingerprint: String,
    pub id_number: String,
    pub subject: String,
    pub not_after_ms: i64,
}

pub(super) fn signers(tx: &mut Tx<'_>) -> Result<Vec<SignerRow>, Fault> {
    let rows = tx.query(
        "select id, staff, fingerprint, id_number, subject, not_after_ms
         from staff_certificate order by id",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(SignerRow {
                id: row.get(0)?,
                staff: row.get(1)?,
                fingerprint: row.get(2)?,
                id_number: row.get(3)?,
                subject: row.get(4)?,
                not_after_ms: row.get(5)?,
            })
        })
        .collect()
}

pub(super) fn add_signer(
    tx: &mut Tx<'_>,
    staff: StaffId,
    it: &signing::Certificate,
) -> Result<(), Fault> {
    tx.execute(
        "insert into staff_certificate
           (staff, fingerprint, id_number, subject, not_after_ms, added_ms, added_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (staff, fingerprint) do nothing",
        &[
            staff.into(),
            it.fingerprint().into(),
            it.id_number().into(),
            it.subject_line().into(),
            it.not_after.saturating_mul(1000).into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    Ok(())
}

pub(super) fn remove_signer(tx: &mut Tx<'_>, id: i64) -> Result<usize, Fault> {
    tx.execute("delete from staff_certificate where id = ?1", &[id.into()])
}

pub(super) fn setting(tx: &mut Tx<'_>, name: &str) -> Result<String, Fault> {
    let row = tx.query_one("select value from file_setting where name = ?1", &[name.into()])?;
    row.map_or(Ok(String::new()), |row| row.get(0))
}

pub(super) fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    tx.execute(
        "insert into file_setting (name, value) values (?1, ?2)
         on conflict (name) do update set value = ?2",
        &[name.into(), value.into()],
    )?;
    Ok(())
}

/// A file that is kept apart.
pub(super) struct HeldRow {
    pub code: String,
    pub name: String,
    pub scan: String,
    pub added_ms: i64,
}

/// The newest files that wait or are infected.
pub(super) fn held(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<HeldRow>, Fault> {
    let rows = tx.query(
        "select d.code, f.name, f.scan, f.added_ms
         from dossier_file f join dossier d on d.id = f.dossier
         where f.scan in ('waiting', 'infected') order by f.id desc limit ?1",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(HeldRow {
                code: row.get(0)?,
                name: row.get(1)?,
                scan: row.get(2)?,
                added_ms: row.get(3)?,
            })
        })
        .collect()
}

/// A dossier under way with malware in files that nobody replaced yet.
pub(super) struct InfectedRow {
    pub dossier: i64,
    pub code: String,
    pub unit: UnitId,
    pub files: i64,
}

/// The oldest dossiers under way that hold malware, and nothing in its place: no one asked for another file yet,
/// none came.
pub(super) fn infected(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<InfectedRow>, Fault> {
    let rows = tx.query(
        "select d.id, d.code, d.unit, count(*)
         from dossier_file f join dossier d on d.id = f.dossier
         where f.scan = 'infected'
           and d.status in ('submitted', 'accepted', 'transferred', 'assigned', 'processing', 'verifying',
                            'consulting')
           and not exists (select 1 from dossier_file o
                           where o.dossier = f.dossier and o.id > f.id and o.scan <> 'infected'
                             and coalesce(o.paper, 0) = coalesce(f.paper, 0))
         group by d.id, d.code, d.unit order by d.id limit ?1",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(InfectedRow {
                dossier: row.get(0)?,
                code: row.get(1)?,
                unit: row.get(2)?,
                files: row.get(3)?,
            })
        })
        .collect()
}

/// The oldest files that wait to be looked through: row, dossier, name in the store.
pub(super) fn waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(i64, i64, String)>, Fault> {
    let rows = tx.query(
        "select id, dossier, sha256 from dossier_file where scan = 'waiting' order by id limit ?1",
        &[limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

pub(super) fn set_scan(tx: &mut Tx<'_>, file: i64, scan: &str) -> Result<(), Fault> {
    tx.execute(
        "update dossier_file set scan = ?2 where id = ?1 and scan = 'waiting'",
        &[file.into(), scan.into()],
    )?;
    Ok(())
}

pub(super) fn release_all(tx: &mut Tx<'_>) -> Result<usize, Fault> {
    tx.execute("update dossier_file set scan = 'off' where scan = 'waiting'", &[])
}
