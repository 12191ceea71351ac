//! SQL of devices that asked for notices.

use store::{Fault, Tx};

/// A device as it is kept: what stands for it, and its address and keys under the installation's seal.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What stands for it.
    pub device: String,
    /// Sealed JSON.
    pub held: String,
}

/// Keeps a device for a subject, asked for in this session of its owner; one that is known is kept anew. The oldest
/// go where there are more than `most`.
pub fn keep(
    tx: &mut Tx<'_>,
    (subject, id): (&str, i64),
    (device, held, session): (&str, &str, Option<i64>),
    most: i64,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "insert into push_device (subject, subject_id, device, held, added_ms, session)
         values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (subject, subject_id, device) do update set held = excluded.held, session = excluded.session",
        &[subject.into(), id.into(), device.into(), held.into(), now.into(), session.into()],
    )?;
    tx.execute(
        "delete from push_device where subject = ?1 and subject_id = ?2 and id not in
           (select p.id from push_device p where p.subject = ?1 and p.subject_id = ?2
            order by p.id desc limit ?3)",
        &[subject.into(), id.into(), most.into()],
    )?;
    Ok(())
}

/// Devices of a subject, the newest first.
pub fn of(tx: &mut Tx<'_>, (subject, id): (&str, i64)) -> Result<Vec<Kept>, Fault> {
    let rows = tx.query(
        "select device, held from push_device where subject = ?1 and subject_id = ?2 order by id desc",
        &[subject.into(), id.into()],
    )?;
    rows.iter().map(|row| Ok(Kept { device: row.get(0)?, held: row.get(1)? })).collect()
}

/// What stands for each device of a subject.
pub fn marks(tx: &mut Tx<'_>, (subject, id): (&str, i64)) -> Result<Vec<String>, Fault> {
    let rows = tx.query(
        "select device from push_device where subject = ?1 and subject_id = ?2 order by id",
        &[subject.into(), id.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether a subject has one.
pub fn any(tx: &mut Tx<'_>, (subject, id): (&str, i64)) -> Result<bool, Fault> {
    let row = tx.query_one(
        "select 1 from push_device where subject = ?1 and subject_id = ?2 limit 1",
        &[subject.into(), id.into()],
    )?;
    Ok(row.is_some())
}

/// Devices of one subject become devices of another as well.
pub fn copy(
    tx: &mut Tx<'_>,
    (from, from_id): (&str, i64),
    (to, to_id): (&str, i64),
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        "insert into push_device (subject, subject_id, device, held, added_ms, session)
         select ?3, cast(?4 as bigint), p.device, p.held, cast(?5 as bigint), p.session from push_device p
         where p.subject = ?1 and p.subject_id = ?2
         on conflict (subject, subject_id, device) do nothing",
        &[from.into(), from_id.into(), to.into(), to_id.into(), now.into()],
    )?;
    Ok(())
}

/// A device of one subject is gone.
pub fn drop_one(tx: &mut Tx<'_>, (subject, id): (&str, i64), device: &str) -> Result<(), Fault> {
    tx.execute(
        "delete from push_device where subject = ?1 and subject_id = ?2 and device = ?3",
        &[subject.into(), id.into(), device.into()],
    )?;
    Ok(())
}

/// A device is gone from every subject.
pub fn drop_everywhere(tx: &mut Tx<'_>, device: &str) -> Result<(), Fault> {
    tx.execute("delete from push_device where device = ?1", &[device.into()])?;
    Ok(())
}

/// Devices that were asked for in a session are gone.
pub fn drop_session(tx: &mut Tx<'_>, session: i64) -> Result<(), Fault> {
    tx.execute("delete from push_device where session = ?1", &[session.into()])?;
    Ok(())
}

/// Devices of a subject that were not asked for in this session are gone from every subject.
pub fn drop_others(tx: &mut Tx<'_>, (subject, id): (&str, i64), session: i64) -> Result<(), Fault> {
    tx.execute(
        "delete from push_device where device in
           (select p.device from push_device p
            where p.subject = ?1 and p.subject_id = ?2 and coalesce(p.session, 0) <> ?3)",
        &[subject.into(), id.into(), session.into()],
    )?;
    Ok(())
}

/// A session goes on as another one: its devices with it.
pub fn hand_on(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<(), Fault> {
    tx.execute(
        "update push_device set session = ?2 where session = ?1",
        &[from.into(), to.into()],
    )?;
    Ok(())
}

/// Devices of a subject are gone.
pub fn forget(tx: &mut Tx<'_>, subject: &str, id: i64) -> Result<(), Fault> {
    tx.execute(
        "delete from push_device where subject = ?1 and subject_id = ?2",
        &[subject.into(), id.into()],
    )?;
    Ok(())
}
