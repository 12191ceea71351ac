//! What is counted: a unit's procedures of a day, where each is published, and the figures that come of it.

use std::collections::{HashMap, HashSet};

use citizen::{
    levels::facts::{self as levels, BodyLevels},
    procedures::facts::{self as procedures, Version},
};
use domain::{
    ids::UnitId,
    procedure::ServiceLevel,
    publication::{Figure, Item, Portal, figures, lacks},
    text,
};
use jiff::civil::Date;
use site::{
    Failure, Site,
    tree::{Tree, UnitToday},
};
use store::{Fault, Tx, journal::Entry};

use super::sql;
pub use super::sql::Base;

/// The catalogue in force on the day, where a settled one is not meant.
pub const CATALOGUE: i64 = 0;
/// What the journal calls what was settled or answered.
pub(super) const SUBJECT: &str = "publication";

/// A set of procedures of a unit on a day.
#[derive(Debug, Clone)]
pub struct Count {
    /// Whose.
    pub unit: UnitId,
    /// Which set: [`CATALOGUE`], or a settled one.
    pub base: i64,
    /// What people call the set.
    pub base_name: String,
    /// What the denominator is, in words.
    pub definition: String,
    /// The end of this day.
    pub day: Date,
    /// The procedures.
    pub items: Vec<Item>,
    /// The day of the answer of each portal that gave one.
    pub answered: Vec<(Portal, Date)>,
}

impl Count {
    /// Its figures.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        figures(&self.items)
    }
}

/// Catalogues that are read once for many units.
pub(super) struct Around<'a> {
    tree: &'a Tree,
    day: Date,
    versions: Vec<Version>,
}

impl<'a> Around<'a> {
    pub fn load(tx: &mut Tx<'_>, tree: &'a Tree, day: Date) -> Result<Self, Fault> {
        Ok(Self { tree, day, versions: procedures::all_on(tx, day)? })
    }

    /// Units with a board of their own.
    pub fn units(&self) -> Vec<UnitId> {
        let has_board = |it: &&UnitToday| procedures::tier_of(&it.kind).is_some();
        self.tree.all().filter(has_board).map(|it| it.id).collect()
    }

    /// Counts a set of a unit; nothing if the unit has no board.
    pub fn count(
        &self,
        tx: &mut Tx<'_>,
        unit: UnitId,
        base: Option<&Base>,
    ) -> Result<Option<Count>, Fault> {
        let kind = self.tree.unit(unit).map(|it| it.kind.clone());
        let Some(tier) = kind.as_deref().and_then(procedures::tier_of) else { return Ok(None) };
        let day = text::date(self.day);
        let by_code: HashMap<&str, &Version> =
            self.versions.iter().map(|it| (it.body.code.as_str(), it)).collect();
        let (wanted, base_name, definition) = match base {
            None => {
                let with_districts = self.tree.has_districts();
                let own = |it: &&Version| {
                    it.body.body == "ubnd" && it.body.settled_by(tier, with_districts)
                };
                // As the unit offers it: what it set, never above what it can.
                let body = levels::body_of(self.tree, unit);
                let offered = BodyLevels::read(tx, self.tree, body, self.day)?;
                let of = |it: &Version| {
                    let held = offered.held(&it.body, self.day);
                    (it.body.code.clone(), it.body.name.clone(), held.level)
                };
                let wanted: Vec<_> = self.versions.iter().filter(own).map(of).collect();
                let definition = format!(
                    "thủ tục đang công bố, do Ủy ban nhân dân {} giải quyết, theo danh mục có hiệu lực ngày {day}",
                    tier.label().to_lowercase()
                );
                (wanted, "Danh mục hiện hành".to_owned(), definition)
            }
            Some(base) => {
                let items = sql::base_items(tx, base.id)?;
                let wanted = items.into_iter().map(|it| (it.code, it.name, it.level)).collect();
                (wanted, base.name.clone(), base.definition.clone())
            }
        };
        let line = self.tree.line(unit);
        let hung = procedures::posted_on(tx, unit, self.day)?;
        let hung: HashMap<&str, &procedures::Hung> =
            hung.iter().map(|it| (it.code.as_str(), it)).collect();
        let province = sql::answer_on(tx, line.clone(), Portal::Province, self.day)?;
        let national = sql::answer_on(tx, line, Portal::National, self.day)?;
        let told = |answer: &Option<(Date, HashSet<String>)>, code: &str| {
            answer.as_ref().map(|(_, codes)| codes.contains(code))
        };
        let item = |(code, name, level): (String, String, ServiceLevel)| {
            let version = by_code.get(code.as_str());
            let hangs = hung.get(code.as_str());
            Item {
                name,
                sector: version.map_or_else(String::new, |it| it.body.sector.clone()),
                level,
                posted_on: hangs.map(|it| it.posted_on),
                posted_old: hangs.zip(version).is_some_and(|(hangs, it)| hangs.version != it.id),
                lacks: version.map(|it| lacks(&it.body)),
                province: told(&province, &code),
                national: told(&national, &code),
                code,
            }
        };
        let mut items: Vec<Item> = wanted.into_iter().map(item).collect();
        items.sort_by_cached_key(|it| (text::sort_key(&it.name), it.code.clone()));
        let answered = [(Portal::Province, &province), (Portal::National, &national)];
        Ok(Some(Count {
            unit,
            base: base.map_or(CATALOGUE, |it| it.id),
            base_name,
            definition,
            day: self.day,
            items,
            answered: answered
                .into_iter()
                .filter_map(|(portal, it)| it.as_ref().map(|(day, _)| (portal, *day)))
                .collect(),
        }))
    }
}

/// The figures of a unit's catalogue on a day; nothing if the unit has no board.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_unit(
    tx: &mut Tx<'_>,
    tree: &Tree,
    unit: UnitId,
    day: Date,
) -> Result<Option<Count>, Fault> {
    Around::load(tx, tree, day)?.count(tx, unit, None)
}

/// Settles a catalogue under a name, with the level of each procedure on that day.
///
/// # Errors
/// Any [`Fault`] of the engine; a name that the unit has used is taken.
pub fn settle(
    tx: &mut Tx<'_>,
    (unit, as_of): (UnitId, Date),
    (name, definition): (&str, &str),
    items: &[(String, String, ServiceLevel)],
) -> Result<Base, Fault> {
    let mut base =
        Base { id: 0, unit, name: name.to_owned(), as_of, definition: definition.to_owned() };
    base.id = sql::insert_base(tx, &base, items)?;
    let details = serde_json::json!({"unit": unit, "as_of": as_of, "procedures": items.len()});
    tx.journal(Entry::new(SUBJECT, base.id, "settle").details(&details));
    Ok(base)
}

/// Brings in which procedures another portal publishes; it holds for the unit and all below it.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn answer(
    tx: &mut Tx<'_>,
    (unit, portal, as_of): (UnitId, Portal, Date),
    source: &str,
    codes: &[String],
) -> Result<i64, Fault> {
    let id = sql::insert_answer(tx, (unit, portal, as_of), source, codes)?;
    let details = serde_json::json!({
        "unit": unit, "portal": portal, "as_of": as_of, "codes": codes.len(),
    });
    tx.journal(Entry::new(SUBJECT, id, "answer").details(&details));
    Ok(id)
}

/// Keeps the figures of a set, unless they are those that were kept last.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn record(tx: &mut Tx<'_>, it: &Count) -> Result<(), Fault> {
    let figures = it.figures();
    let last = sql::recorded(tx, it.unit, it.base, 1)?;
    let same = |last: &sql::Recorded| {
        last.day <= it.day && last.figures.iter().map(|(figure, _)| *figure).eq(figures.clone())
    };
    if last.first().is_some_and(same) {
        return Ok(());
    }
    sql::record(tx, (it.unit, it.base, it.day), &figures, &it.definition)
}

/// Records the figures of `day` for one settled catalogue.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn record_settled(tx: &mut Tx<'_>, tree: &Tree, base: &Base, day: Date) -> Result<(), Fault> {
    let found = Around::load(tx, tree, day)?.count(tx, base.unit, Some(base))?;
    found.map_or(Ok(()), |it| record(tx, &it))
}

/// Records the figures of `day` for every unit and every settled catalogue.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn record_all(tx: &mut Tx<'_>, tree: &Tree, day: Date) -> Result<(), Fault> {
    let around = Around::load(tx, tree, day)?;
    for unit in around.units() {
        if let Some(it) = around.count(tx, unit, None)? {
            record(tx, &it)?;
        }
    }
    for base in sql::bases(tx)?.iter().filter(|it| it.as_of <= day) {
        if let Some(it) = around.count(tx, base.unit, Some(base))? {
            record(tx, &it)?;
        }
    }
    Ok(())
}

/// The job: the figures of today, for every unit.
pub(super) fn daily(_: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let tree = site::tree_of(tx)?;
    let today = tx.now().civil().date();
    Ok(record_all(tx, &tree, today)?)
}
