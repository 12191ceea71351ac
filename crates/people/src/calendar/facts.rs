//! The calendar and the rules for other slices: loaded once, asked often.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    calendar::{WorkCalendar, YearFile},
    hours::{HoursRule, OfficeHours},
    ids::UnitId,
    law::{RuleFile, RulePack, Versions, packs},
};
use jiff::civil::Date;
use serde::Deserialize;
use site::Site;
use store::{Fault, Tx};

use super::sql;

/// The setting that grows with every change of the calendar.
pub const EDITION: &str = "calendar_edition";

/// Calendars by unit, and the rule packs by date.
#[derive(Debug)]
pub struct Calendars {
    general: Arc<WorkCalendar>,
    by_unit: HashMap<UnitId, Arc<WorkCalendar>>,
    packs: Versions<RulePack>,
    /// Calendars as they were known after a decision, laid out when somebody asks.
    earlier: Mutex<HashMap<Known, Arc<WorkCalendar>>>,
}

/// A unit with a calendar of its own, or none, and the last decision that was known.
type Known = (Option<UnitId>, Option<Date>);

impl Calendars {
    /// The calendar of the nearest unit of `line` (a unit and those above it) that has one of
    /// its own, else the general one.
    #[must_use]
    pub fn of(&self, line: &[UnitId]) -> &Arc<WorkCalendar> {
        line.iter().find_map(|unit| self.by_unit.get(unit)).unwrap_or(&self.general)
    }

    /// The calendar of `line` as people knew it on `day`. There are as many of them as there were
    /// decisions, so each is laid out once.
    #[must_use]
    pub fn known_on(&self, line: &[UnitId], day: Date) -> Arc<WorkCalendar> {
        let unit = line.iter().find(|unit| self.by_unit.contains_key(unit)).copied();
        let now = self.of(line);
        let (last, decided_since) = now.decided_by(day);
        if !decided_since {
            return now.clone();
        }
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        let known = || Arc::new(now.as_known_on(day));
        earlier.entry((unit, last)).or_insert_with(known).clone()
    }

    /// The general calendar.
    #[must_use]
    pub fn general(&self) -> &Arc<WorkCalendar> {
        &self.general
    }

    /// The rule pack in force on a day.
    #[must_use]
    pub fn pack_on(&self, day: Date) -> Option<&RulePack> {
        self.packs.on(day)
    }

    /// The rule pack with this id.
    #[must_use]
    pub fn pack(&self, id: &str) -> Option<&RulePack> {
        self.packs.all().find(|it| it.id == id)
    }
}

/// Files of `law/` as they ship.
pub mod shipped {
    use super::{Deserialize, Fault, HoursRule, RuleFile, YearFile};

    const YEARS: &[&str] = &[
        include_str!("../../../../law/calendar/2019.toml"),
        include_str!("../../../../law/calendar/2020.toml"),
        include_str!("../../../../law/calendar/2021.toml"),
        include_str!("../../../../law/calendar/2022.toml"),
        include_str!("../../../../law/calendar/2023.toml"),
        include_str!("../../../../law/calendar/2024.toml"),
        include_str!("../../../../law/calendar/2025.toml"),
        include_str!("../../../../law/calendar/2026.toml"),
        include_str!("../../../../law/calendar/2027.toml"),
    ];

    #[derive(Deserialize)]
    struct HoursFile {
        rule: Vec<HoursRule>,
    }

    fn broken(what: &str, error: &toml::de::Error) -> Fault {
        Fault::Broken(format!("law/{what}: {error}"))
    }

    /// The years of `law/calendar`.
    ///
    /// # Errors
    /// If a file does not read.
    pub fn years() -> Result<Vec<YearFile>, Fault> {
        YEARS.iter().map(|it| toml::from_str(it).map_err(|e| broken("calendar", &e))).collect()
    }

    /// The office hours of `law/hours.toml`.
    ///
    /// # Errors
    /// If the file does not read.
    pub fn hours() -> Result<Vec<HoursRule>, Fault> {
        let file: HoursFile = toml::from_str(include_str!("../../../../law/hours.toml"))
            .map_err(|e| broken("hours.toml", &e))?;
        Ok(file.rule)
    }

    /// The rule packs of `law/rules`.
    ///
    /// # Errors
    /// If the file does not read.
    pub fn rules() -> Result<RuleFile, Fault> {
        toml::from_str(include_str!("../../../../law/rules/one-stop.toml"))
            .map_err(|e| broken("rules/one-stop.toml", &e))
    }
}

/// Writes the calendar and the hours that ship into an empty database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn seed(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut through = None;
    for year in shipped::years()? {
        for entry in &year.entry {
            sql::insert_entry(tx, None, entry)?;
        }
        if !year.estimated {
            through = through.max(Date::new(year.year, 12, 31).ok());
        }
    }
    for rule in shipped::hours()? {
        sql::insert_hours(tx, None, &rule)?;
    }
    if let Some(day) = through {
        sql::set_confirmed_through(tx, day)?;
    }
    site::outdate(tx, EDITION)
}

/// The calendar that ships, without a database: for the command line.
///
/// # Errors
/// If a file of `law/` does not read.
pub fn shipped_calendar() -> Result<WorkCalendar, Fault> {
    let years = shipped::years()?;
    let through = years
        .iter()
        .filter(|it| !it.estimated)
        .filter_map(|it| Date::new(it.year, 12, 31).ok())
        .max()
        .ok_or_else(|| Fault::Broken("law/calendar has no settled year".into()))?;
    let entries = years.into_iter().flat_map(|it| it.entry).collect();
    Ok(WorkCalendar::new(entries, through, OfficeHours::new(shipped::hours()?)))
}

/// Reads all calendars from the database.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn load(tx: &mut Tx<'_>) -> Result<Calendars, Fault> {
    let through = sql::confirmed_through(tx)?
        .ok_or_else(|| Fault::Broken("the calendar was not seeded".into()))?;
    let entries = sql::entries(tx)?;
    let hours = sql::hours(tx)?;
    let tree = site::tree_of(tx)?;
    // What was decided for everybody, for the units above, and for the unit: the nearest last,
    // where it goes before the others.
    let of = |unit: Option<UnitId>| {
        let line = unit.map(|it| tree.line(it)).unwrap_or_default();
        let levels = || std::iter::once(None).chain(line.iter().rev().copied().map(Some));
        let days_of = |level| entries.iter().filter(move |it| it.unit == level);
        let days = levels().flat_map(days_of).map(|it| it.entry.clone()).collect();
        let rules_of = |level| {
            hours.iter().filter(move |(_, it, _)| *it == level).map(|(.., it)| it.clone()).collect()
        };
        Arc::new(WorkCalendar::new(days, through, OfficeHours::layered(levels().map(rules_of))))
    };
    let mut units: Vec<UnitId> = entries
        .iter()
        .filter_map(|it| it.unit)
        .chain(hours.iter().filter_map(|(_, unit, _)| *unit))
        .collect();
    units.sort_unstable();
    units.dedup();
    Ok(Calendars {
        general: of(None),
        by_unit: units.into_iter().map(|unit| (unit, of(Some(unit)))).collect(),
        packs: packs(vec![shipped::rules()?]),
        earlier: Mutex::default(),
    })
}

/// [`load`], kept until the calendar changes.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn calendars(site: &Site, tx: &mut Tx<'_>) -> Result<Arc<Calendars>, Fault> {
    // Both only grow, so their sum is new whenever one of them is.
    let edition = site::edition_held(tx, EDITION)? + site::edition(tx, site::UNITS_EDITION)?;
    site.cached(edition, || load(tx))
}
