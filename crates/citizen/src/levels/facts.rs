//! The level at which a unit offers a procedure, for whoever shows or files it.

use std::collections::HashMap;

use domain::{
    ids::UnitId,
    level::{Held, LEVELS, Means, SealState, Setting, held_on},
    procedure::{ProcedureVersion, ServiceLevel},
};
use jiff::civil::Date;
use site::tree::Tree;
use store::{Fault, Tx, journal::Entry};

use super::sql;
use crate::{
    fees::facts as fees, procedures::facts as procedures, signatures::facts as signatures,
};

/// What the journal calls a level that was set.
pub const SUBJECT: &str = "service_level";

/// Whether a unit can be paid by transfer and can sign results electronically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnitMeans {
    /// It, or a unit above it, has an account for fees.
    pub has_account: bool,
    /// The seal that it has.
    pub seal: SealState,
}

/// The commune, district or province that a unit belongs to: levels are its to set.
#[must_use]
pub fn body_of(tree: &Tree, unit: UnitId) -> UnitId {
    let is_body = |it: &UnitId| {
        let kind = tree.known(*it).map_or("", |it| it.kind.as_str());
        matches!(kind, "commune" | "district" | "province")
    };
    tree.line(unit).into_iter().find(is_body).unwrap_or(unit)
}

/// What a body has on a day.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn means_of(tx: &mut Tx<'_>, tree: &Tree, body: UnitId, day: Date) -> Result<UnitMeans, Fault> {
    Ok(UnitMeans {
        has_account: fees::has_account(tx, &tree.line(body), day)?,
        seal: signatures::seal_state(tx, body)?,
    })
}

/// The level at which `unit` (or the body that it is a part of) offers `procedure` on `day`: what the
/// unit set, else what the catalogue names, never above what is possible. A procedure that is not in
/// force on that day is information and no more.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn level_at(tx: &mut Tx<'_>, procedure: &str, unit: UnitId, day: Date) -> Result<Held, Fault> {
    let tree = site::tree_of(tx)?;
    let Some(version) = procedures::in_force(tx, procedure, day)? else {
        return Ok(held_on(&[], ServiceLevel::Unknown, Means::default(), day));
    };
    level_of(tx, &tree, &version.body, unit, day)
}

/// [`level_at`] for a procedure and an organisation that are at hand.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn level_of(
    tx: &mut Tx<'_>,
    tree: &Tree,
    procedure: &ProcedureVersion,
    unit: UnitId,
    day: Date,
) -> Result<Held, Fault> {
    let body = body_of(tree, unit);
    let has = means_of(tx, tree, body, day)?;
    let settings: Vec<Setting> =
        sql::of(tx, body, &procedure.code)?.into_iter().map(|it| it.setting).collect();
    let means = Means::of(procedure, has.has_account, has.seal);
    Ok(held_on(&settings, procedure.level, means, day))
}

/// Those of `units` whose bodies take a procedure over the line on `day`: at level 3 or above. What level 4
/// needs beside that is not asked.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn filed_at(
    tx: &mut Tx<'_>,
    tree: &Tree,
    procedure: &ProcedureVersion,
    units: &[UnitId],
    day: Date,
) -> Result<Vec<UnitId>, Fault> {
    let all = sql::of_procedure(tx, &procedure.code)?;
    let means = Means::of(procedure, true, SealState::Trusted);
    let offers = |unit: &&UnitId| {
        let body = body_of(tree, **unit);
        let own = all.iter().filter(|it| it.unit == body);
        let settings: Vec<Setting> = own.map(|it| it.setting).collect();
        held_on(&settings, procedure.level, means, day).level.offers_filing()
    };
    Ok(units.iter().filter(offers).copied().collect())
}

/// Whether any unit could take a procedure over the line.
#[must_use]
pub fn can_be_filed(procedure: &ProcedureVersion) -> bool {
    Means::of(procedure, true, SealState::Trusted).online
}

/// The levels of one body, read once.
#[derive(Debug, Clone, Default)]
pub struct BodyLevels {
    has: UnitMeans,
    settings: HashMap<String, Vec<Setting>>,
}

impl BodyLevels {
    /// Reads what a body set and has on `day`.
    ///
    /// # Errors
    /// Any [`Fault`] of the engine.
    pub fn read(tx: &mut Tx<'_>, tree: &Tree, body: UnitId, day: Date) -> Result<Self, Fault> {
        let mut settings: HashMap<String, Vec<Setting>> = HashMap::new();
        for it in sql::of_unit(tx, body)? {
            settings.entry(it.procedure).or_default().push(it.setting);
        }
        Ok(Self { has: means_of(tx, tree, body, day)?, settings })
    }

    /// What is there for a procedure.
    #[must_use]
    pub fn means(&self, procedure: &ProcedureVersion) -> Means {
        Means::of(procedure, self.has.has_account, self.has.seal)
    }

    /// The level of a procedure on a day.
    #[must_use]
    pub fn held(&self, procedure: &ProcedureVersion, day: Date) -> Held {
        let settings = self.settings.get(&procedure.code).map_or(&[][..], Vec::as_slice);
        held_on(settings, procedure.level, self.means(procedure), day)
    }

    /// The day from which the level that holds on `day` was set; nothing if it is the catalogue's.
    #[must_use]
    pub fn since(&self, code: &str, day: Date) -> Option<Date> {
        let settings = self.settings.get(code)?;
        let set = settings.iter().filter(|it| it.from <= day).max_by_key(|it| it.from)?;
        set.level.map(|_| set.from)
    }

    /// What is set from a later day on, the next first.
    #[must_use]
    pub fn next(&self, code: &str, day: Date) -> Option<Setting> {
        let settings = self.settings.get(code)?;
        let next = settings.iter().filter(|it| it.from > day).map(|it| it.from).min()?;
        settings.iter().rfind(|it| it.from == next).copied()
    }
}

/// Sets a level from a day on, with the reason, and writes it into the journal. What is not possible is
/// not set: the caller asks [`Means::obstacles`] first and says why.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn set(
    tx: &mut Tx<'_>,
    body: UnitId,
    procedure: &str,
    setting: &Setting,
    reason: &str,
) -> Result<(), Fault> {
    let id = sql::insert(tx, body, procedure, setting, reason)?;
    let details = serde_json::json!({
        "unit": body.0,
        "procedure": procedure,
        "level": setting.level.map_or("catalogue", ServiceLevel::code),
        "from": setting.from.to_string(),
        "reason": reason,
    });
    tx.journal(Entry::new(SUBJECT, id, "set").details(&details));
    Ok(())
}

/// Values and labels of the levels that can be set, for forms; the empty one gives the level back to the
/// catalogue.
#[must_use]
pub fn choices() -> Vec<(String, String)> {
    let catalogue = (String::new(), "Theo danh mục".to_owned());
    let levels = LEVELS.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    std::iter::once(catalogue).chain(levels).collect()
}
