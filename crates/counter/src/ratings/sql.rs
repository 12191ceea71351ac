//! SQL of ratings.

use std::collections::HashMap;

use domain::ids::{DossierId, UnitId};
use jiff::civil::Date;
use store::{Fault, Select, Tx};

/// What somebody says of a dossier.
pub(super) struct New<'a> {
    pub dossier: DossierId,
    pub unit: UnitId,
    pub face: i64,
    pub words: &'a str,
    pub door: &'a str,
    /// Item, answer, points.
    pub answers: Vec<(String, String, i64)>,
}

/// Keeps a rating; fails on the key if there is one already.
pub(super) fn insert(tx: &mut Tx<'_>, it: &New<'_>) -> Result<(), Fault> {
    let day = tx.now().civil().date();
    let id: i64 = tx.insert(
        "insert into rating (dossier, unit, day, face, words, door)
         values (?1, ?2, ?3, ?4, ?5, ?6) returning id",
        &[
            it.dossier.into(),
            it.unit.into(),
            day.into(),
            it.face.into(),
            it.words.into(),
            it.door.into(),
        ],
    )?;
    for (item, answer, points) in &it.answers {
        tx.execute(
            "insert into rating_answer (rating, item, answer, points) values (?1, ?2, ?3, ?4)",
            &[id.into(), item.into(), answer.into(), (*points).into()],
        )?;
    }
    Ok(())
}

/// Whether the dossier was rated.
pub(super) fn is_rated(tx: &mut Tx<'_>, dossier: DossierId) -> Result<bool, Fault> {
    let count =
        tx.query_number("select count(*) from rating where dossier = ?1", &[dossier.into()])?;
    Ok(count > 0)
}

/// A rating as figures see it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// 1 to 5.
    pub face: i64,
    /// Points by item.
    pub points: HashMap<String, i64>,
}

/// The ratings of one-stop shops since a day, by dossier.
pub(super) fn since(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
) -> Result<HashMap<DossierId, Given>, Fault> {
    const MOST: i64 = 200_000;
    let select = |columns, from_table: &str| {
        Select::new(columns, from_table)
            .and_in("r.unit", units.to_vec())
            .and("r.day >= ?", [from.into()])
    };
    let mut given: HashMap<DossierId, Given> = HashMap::new();
    for row in select("r.dossier, r.face", "rating r").rows(tx, MOST)? {
        given.entry(row.get(0)?).or_default().face = row.get(1)?;
    }
    let answers =
        select("r.dossier, a.item, a.points", "rating r join rating_answer a on a.rating = r.id");
    for row in answers.rows(tx, MOST)? {
        given.entry(row.get(0)?).or_default().points.insert(row.get(1)?, row.get(2)?);
    }
    Ok(given)
}

/// What was said with a rating; of which dossier it is not told.
pub struct Said {
    /// Its number.
    pub id: i64,
    /// The day.
    pub day: Date,
    /// The one-stop shop.
    pub unit: UnitId,
    /// 1 to 5.
    pub face: i64,
    /// The words.
    pub words: String,
}

/// What was said, the newest first.
pub(super) fn said(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    face: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Said>, Fault> {
    let select = Select::new("r.id, r.day, r.unit, r.face, r.words", "rating r")
        .and_in("r.unit", units.to_vec())
        .and("r.words <> ''", [])
        .and_if("r.face = ?", face)
        .and_if("r.id < ?", before)
        .order_by("r.id desc");
    let rows = select.rows(tx, limit)?;
    rows.iter()
        .map(|row| {
            Ok(Said {
                id: row.get(0)?,
                day: row.parse(1, "date", |it| it.parse().ok())?,
                unit: row.get(2)?,
                face: row.get(3)?,
                words: row.get(4)?,
            })
        })
        .collect()
}

/// What somebody wrote of himself beside his faces goes; the faces stay, they name nobody.
pub(super) fn erase(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<String>, Fault> {
    tx.execute("update rating set words = '' where dossier = ?1", &[dossier.into()])?;
    Ok(Vec::new())
}
