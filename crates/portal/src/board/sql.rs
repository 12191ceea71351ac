//! SQL of a unit's screen: slides, rules, hotline.

use domain::{
    ids::{PositionId, UnitId},
    publication::Slide,
};
use store::{Fault, Tx};

/// A slide as a unit wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Which.
    pub slide: Slide,
    /// Its place, from 1.
    pub place: i64,
    /// Seconds for which it stays.
    pub seconds: i64,
    /// Whether it is shown.
    pub shown: bool,
}

/// How a unit sets up its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Every slide, in order.
    pub slides: Vec<Plan>,
    /// The rules at the counter; empty if none are written.
    pub rules: String,
    /// Positions whose holders' telephones are shown.
    pub phones: Vec<PositionId>,
    /// Grows with every change; 0 before the first.
    pub edition: i64,
}

/// How `unit` sets up its screen; what it never set is as it comes.
pub(super) fn load(tx: &mut Tx<'_>, unit: UnitId) -> Result<Setup, Fault> {
    let head =
        tx.query_one("select rules, edition from bulletin where unit = ?1", &[unit.into()])?;
    let (rules, edition) = match head {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (String::new(), 0),
    };
    let rows = tx.query(
        "select slide, place, seconds, shown from bulletin_slide where unit = ?1",
        &[unit.into()],
    )?;
    let mut slides = Vec::new();
    for row in &rows {
        slides.push(Plan {
            slide: row.parse(0, "slide", Slide::from_code)?,
            place: row.get(1)?,
            seconds: row.get(2)?,
            shown: row.get(3)?,
        });
    }
    for (place, slide) in (1..).zip(Slide::ALL) {
        if !slides.iter().any(|it| it.slide == *slide) {
            slides.push(Plan { slide: *slide, place, seconds: Slide::SECONDS, shown: true });
        }
    }
    slides.sort_by_key(|it| (it.place, it.slide));
    let rows = tx.query(
        "select position from bulletin_phone where unit = ?1 order by position",
        &[unit.into()],
    )?;
    let phones: Result<Vec<PositionId>, Fault> = rows.iter().map(|row| row.get(0)).collect();
    Ok(Setup { slides, rules, phones: phones?, edition })
}

/// Keeps a set-up; false if it is no longer the one that was read.
pub(super) fn keep(tx: &mut Tx<'_>, unit: UnitId, it: &Setup) -> Result<bool, Fault> {
    let kept = tx.execute(
        "insert into bulletin (unit, rules, edition) values (?1, ?2, 1)
         on conflict (unit) do update set rules = excluded.rules, edition = bulletin.edition + 1
         where bulletin.edition = ?3",
        &[unit.into(), it.rules.as_str().into(), it.edition.into()],
    )?;
    if kept == 0 {
        return Ok(false);
    }
    tx.execute("delete from bulletin_slide where unit = ?1", &[unit.into()])?;
    for slide in &it.slides {
        tx.execute(
            "insert into bulletin_slide (unit, slide, place, seconds, shown) values (?1, ?2, ?3, ?4, ?5)",
            &[
                unit.into(),
                slide.slide.code().into(),
                slide.place.into(),
                slide.seconds.into(),
                slide.shown.into(),
            ],
        )?;
    }
    tx.execute("delete from bulletin_phone where unit = ?1", &[unit.into()])?;
    for position in &it.phones {
        tx.execute(
            "insert into bulletin_phone (unit, position) values (?1, ?2)",
            &[unit.into(), (*position).into()],
        )?;
    }
    Ok(true)
}
