//! SQL of results by post: parcels, and the lists that go with them.

use domain::{
    ids::{DossierId, UnitId},
    results::ParcelState,
    text,
};
use jiff::civil::Date;
use store::{Fault, Row, Select, Tx, prefix_end};

use super::date;
use crate::dossiers::facts::Seen;

/// A parcel.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: i64,
    pub dossier: DossierId,
    pub unit: UnitId,
    pub sent_on: Date,
    pub tracking: String,
    pub recipient: String,
    pub phone: String,
    pub address: String,
    pub state: ParcelState,
    pub code: String,
}

const PARCEL: &str =
    "p.id, p.dossier, p.unit, p.sent_on, p.tracking, p.recipient, p.phone, p.address,
    p.state, d.code";
const PARCELS: &str = "parcel p join dossier d on d.id = p.dossier";

fn parcel_of(row: &Row) -> Result<Parcel, Fault> {
    Ok(Parcel {
        id: row.get(0)?,
        dossier: row.get(1)?,
        unit: row.get(2)?,
        sent_on: date(row, 3)?.ok_or_else(|| Fault::Broken("a parcel without a day".into()))?,
        tracking: row.get(4)?,
        recipient: row.get(5)?,
        phone: row.get(6)?,
        address: row.get(7)?,
        state: row.parse(8, "state of a parcel", ParcelState::from_code)?,
        code: row.get(9)?,
    })
}

/// The result of a dossier is to go by post: to whom and where its people say.
pub fn insert_parcel(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "insert into parcel
           (dossier, unit, sent_on, tracking, recipient, phone, address, state, state_on, manifest,
            edition)
         select d.id, d.unit, ?2, '', p.name, p.phone, p.address, 'waiting', ?2, null, 1
         from dossier d join dossier_person p on p.dossier = d.id where d.id = ?1",
        &[id.into(), today.into()],
    )?;
    Ok(())
}

/// The parcels of a dossier that are under way have come to this end.
pub fn end_parcels(tx: &mut Tx<'_>, id: DossierId, state: ParcelState) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "update parcel set state = ?2, state_on = ?3, edition = edition + 1
         where dossier = ?1 and state in ('waiting', 'handed')",
        &[id.into(), state.code().into(), today.into()],
    )?;
    Ok(())
}

/// The newest parcel of a dossier that has none under way is under way again: with the post if it went
/// with a list.
pub fn reopen_parcel(tx: &mut Tx<'_>, id: DossierId) -> Result<(), Fault> {
    let today = tx.now().civil().date();
    tx.execute(
        "update parcel set state = case when manifest is null then 'waiting' else 'handed' end,
           state_on = ?2, edition = edition + 1
         where id = (select max(id) from parcel where dossier = ?1)
           and state not in ('waiting', 'handed')",
        &[id.into(), today.into()],
    )?;
    Ok(())
}

/// The post's number of a dossier's newest parcel; empty if there is none.
pub fn tracking_of(tx: &mut Tx<'_>, id: DossierId) -> Result<String, Fault> {
    let row = tx.query_one(
        "select tracking from parcel where dossier = ?1 and state <> 'cancelled'
         order by id desc limit 1",
        &[id.into()],
    )?;
    row.map_or(Ok(String::new()), |row| row.get(0))
}

/// The parcel of a dossier that is under way.
pub fn open_parcel(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Parcel>, Fault> {
    let select = Select::new(PARCEL, PARCELS)
        .and("p.dossier = ? and p.state in ('waiting', 'handed')", [id.into()])
        .order_by("p.id desc");
    select.rows(tx, 1)?.first().map(parcel_of).transpose()
}

/// A parcel on a dossier that somebody sees.
pub fn parcel(tx: &mut Tx<'_>, seen: &Seen, id: i64) -> Result<Option<Parcel>, Fault> {
    let select = seen.narrow(Select::new(PARCEL, PARCELS)).and("p.id = ?", [id.into()]);
    select.rows(tx, 1)?.first().map(parcel_of).transpose()
}

/// Sets the post's number.
pub fn set_tracking(tx: &mut Tx<'_>, id: i64, tracking: &str) -> Result<(), Fault> {
    tx.execute(
        "update parcel set tracking = ?2, edition = edition + 1 where id = ?1",
        &[id.into(), tracking.into()],
    )?;
    Ok(())
}

/// The parcel under way with this number, on a dossier that somebody sees.
pub fn by_tracking(tx: &mut Tx<'_>, seen: &Seen, tracking: &str) -> Result<Option<Parcel>, Fault> {
    let select = seen
        .narrow(Select::new(PARCEL, PARCELS))
        .and("p.tracking = ?", [tracking.into()])
        .order_by("p.id desc");
    select.rows(tx, 1)?.first().map(parcel_of).transpose()
}

/// Parcels of some states, newest first; with `q` those of a number, a name or a dossier.
pub fn parcels(
    tx: &mut Tx<'_>,
    seen: &Seen,
    (state, q): (Option<ParcelState>, &str),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Parcel>, Fault> {
    let mut select = seen
        .narrow(Select::new(PARCEL, PARCELS))
        .and_if("p.state = ?", state.map(ParcelState::code))
        .and_if("p.id < ?", before)
        .order_by("p.id desc");
    if q.chars().any(|it| it.is_ascii_digit()) {
        let code = q.trim().to_uppercase();
        select = select
            .and("p.tracking = ? or d.code = ?", [code.as_str().into(), code.as_str().into()]);
    } else {
        for word in text::words(q).into_iter().take(8) {
            select = select.and(
                "d.id in (select dossier from dossier_word where word >= ? and word < ?)",
                [word.as_str().into(), prefix_end(&word).into()],
            );
        }
    }
    select.rows(tx, limit)?.iter().map(parcel_of).collect()
}

/// The parcels that wait at a counter, oldest first.
pub fn waiting_at(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Parcel>, Fault> {
    let select = Select::new(PARCEL, PARCELS)
        .and("p.unit = ? and p.state = 'waiting'", [unit.into()])
        .order_by("p.id");
    select.rows(tx, 500)?.iter().map(parcel_of).collect()
}

/// A list of parcels for the post: the next number of the counter's year, with all that wait.
pub fn insert_manifest(tx: &mut Tx<'_>, unit: UnitId, postman: &str) -> Result<i64, Fault> {
    let today = tx.now().civil().date();
    let year = i64::from(today.year());
    let name = format!("manifest:{unit}:{year}");
    let number = crate::dossiers::facts::next_number(tx, &name)?;
    let id: i64 = tx.insert(
        "insert into manifest (unit, year, number, made_on, postman, made_ms, made_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning id",
        &[
            unit.into(),
            year.into(),
            number.into(),
            today.into(),
            postman.into(),
            tx.now().into(),
            tx.by().into(),
        ],
    )?;
    tx.execute(
        "update parcel set state = 'handed', state_on = ?3, manifest = ?2, edition = edition + 1
         where unit = ?1 and state = 'waiting'",
        &[unit.into(), id.into(), today.into()],
    )?;
    Ok(id)
}

/// A list of parcels.
pub struct Manifest {
    pub id: i64,
    pub unit: UnitId,
    pub number: String,
    pub made_on: Date,
    pub postman: String,
    pub by: domain::ids::AccountId,
}

const MANIFEST: &str = "select id, unit, year, number, made_on, postman, made_by from manifest";

fn manifest_of(row: &Row) -> Result<Manifest, Fault> {
    Ok(Manifest {
        id: row.get(0)?,
        unit: row.get(1)?,
        number: format!("{:02}/{}", row.get::<i64>(3)?, row.get::<i64>(2)?),
        made_on: date(row, 4)?.ok_or_else(|| Fault::Broken("a manifest without a day".into()))?,
        postman: row.get(5)?,
        by: row.get(6)?,
    })
}

/// A list of parcels by its row.
pub fn manifest(tx: &mut Tx<'_>, id: i64) -> Result<Option<Manifest>, Fault> {
    let row = tx.query_one(&format!("{MANIFEST} where id = ?1"), &[id.into()])?;
    row.as_ref().map(manifest_of).transpose()
}

/// The newest lists of a counter.
pub fn manifests(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Manifest>, Fault> {
    let sql = format!("{MANIFEST} where unit = ?1 order by id desc limit 20");
    tx.query(&sql, &[unit.into()])?.iter().map(manifest_of).collect()
}

/// The parcels on a list.
pub fn of_manifest(tx: &mut Tx<'_>, id: i64) -> Result<Vec<Parcel>, Fault> {
    let select = Select::new(PARCEL, PARCELS).and("p.manifest = ?", [id.into()]).order_by("p.id");
    select.rows(tx, 500)?.iter().map(parcel_of).collect()
}
