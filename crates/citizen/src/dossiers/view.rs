//! What handlers of this slice share: who may see what, names, choices.

use std::sync::Arc;

use domain::{
    access::{Action, Grant, Role, Scope},
    dossier::{Maker, Part},
    ids::{DossierId, StaffId, UnitId},
    workflow::Way,
};
use people::{
    calendar::facts::{Calendars, calendars},
    staff::facts as staff,
};
use site::{Failure, Site, Who};
use store::{Fault, Select, Tx};

use super::{
    desk::{self, Desk, OnDesk},
    parts::{Actor, RolesHere, maker},
    sql::{self, Kept},
};

/// Who asks, and what stands around the desk.
pub(crate) struct Around {
    pub site: Site,
    pub who: Who,
    pub calendars: Arc<Calendars>,
}

impl Around {
    pub fn load(site: &Site, who: &Who, tx: &mut Tx<'_>) -> Result<Self, Fault> {
        Ok(Self { site: site.clone(), who: who.clone(), calendars: calendars(site, tx)? })
    }

    pub fn desk(&self) -> Desk<'_> {
        Desk { tree: &self.who.tree, calendars: &self.calendars }
    }

    /// The roles held for a unit by grants within its own body: a grant over the district
    /// lets see its communes' dossiers, not act in their place.
    fn roles_within(&self, grants: &[Grant], unit: UnitId, body: UnitId) -> Vec<Role> {
        let line = self.who.tree.line(unit);
        let upto = line.iter().position(|it| *it == body).map_or(line.len(), |at| at + 1);
        let near = line.get(..upto).unwrap_or(&line);
        let today = self.who.today();
        grants
            .iter()
            .filter(|it| it.holds_on(today) && near.contains(&it.unit))
            .map(|it| it.role)
            .collect()
    }

    /// The commune, district or province of a unit.
    pub fn body_of(&self, unit: UnitId) -> UnitId {
        self.desk().office(unit).map_or(unit, |it| it.body)
    }

    /// The units for which this person answers when they are asked for an opinion.
    pub fn answers_for(&self) -> Vec<UnitId> {
        let units = self.who.tree.all().filter(|it| it.kind != "one_stop").map(|it| it.id);
        units
            .filter(|unit| {
                let roles = self.roles_within(&self.who.grants, *unit, self.body_of(*unit));
                roles
                    .iter()
                    .any(|it| matches!(it, Role::Specialist | Role::UnitHead | Role::Leader))
            })
            .collect()
    }

    /// Those for whom this person stands in today.
    pub fn stands_in_for(&self, tx: &mut Tx<'_>) -> Result<Vec<StaffId>, Fault> {
        match self.who.staff {
            Some(id) => staff::stood_in_for(tx, id, self.who.today()),
            None => Ok(Vec::new()),
        }
    }

    /// This person and those for whom he stands in today.
    pub fn own_and_stood_in_for(&self, tx: &mut Tx<'_>) -> Result<Vec<StaffId>, Fault> {
        let mut all = self.stands_in_for(tx)?;
        // Nobody is number 0: an account without a member of staff holds nothing.
        all.push(self.who.staff.unwrap_or(StaffId(0)));
        Ok(all)
    }

    /// What this person may be on a dossier: by what he is himself, and by what those are for
    /// whom he stands in.
    pub fn maker(&self, tx: &mut Tx<'_>, kept: &Kept) -> Result<Maker, Fault> {
        Ok(self.place(tx, kept)?.0)
    }

    /// [`Self::maker`], and what this person does beside the step's main handler.
    pub fn place(&self, tx: &mut Tx<'_>, kept: &Kept) -> Result<(Maker, Vec<Way>), Fault> {
        let mut maker = self.maker_by(&self.who.grants, &[], kept);
        for absent in self.stands_in_for(tx)? {
            let mut grants = self.who.grants.to_vec();
            grants.extend(staff::grants_of(tx, &[absent])?);
            let lent = self.maker_by(&grants, &[absent], kept);
            for part in lent.parts {
                if !maker.parts.contains(&part) {
                    maker.parts.push(part);
                    maker.lent.push((part, absent));
                }
            }
            for unit in lent.answers_for {
                if !maker.answers_for.contains(&unit) {
                    maker.answers_for.push(unit);
                }
            }
        }
        let mut ways = self.takes_part(tx, kept.id)?;
        // Who has it in his own hands helps nobody with it, whatever the step says of people like him.
        let holder = sql::holder(&kept.dossier);
        if !ways.is_empty() && holder.is_some_and(|it| self.who.staff == Some(it)) {
            ways.clear();
        }
        if ways.contains(&Way::CoHandler) {
            maker.parts.push(Part::CoHandler);
        }
        Ok((maker, ways))
    }

    /// What this person does on the present step of a dossier beside its main handler, by its
    /// workflow.
    pub fn takes_part(&self, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<Way>, Fault> {
        let members = sql::members(tx, id)?;
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let (keys, titles) = self.member_keys(tx)?;
        let is_meant = |it: &sql::MemberKey| {
            keys.contains(&it.who) && (it.title.is_empty() || titles.contains(&it.title))
        };
        Ok(members.iter().filter(|it| is_meant(it)).map(|it| it.way).collect())
    }

    /// What this person is wherever he is something, as members of a step are kept: unit and role,
    /// and the folded titles of his positions.
    pub fn member_keys(&self, tx: &mut Tx<'_>) -> Result<(Vec<String>, Vec<String>), Fault> {
        let people = self.own_and_stood_in_for(tx)?;
        let absent = self.stands_in_for(tx)?;
        let mut grants = self.who.grants.to_vec();
        grants.extend(staff::grants_of(tx, &absent)?);
        let mut keys = Vec::new();
        for unit in self.who.tree.all() {
            let body = self.body_of(unit.id);
            for role in self.roles_within(&grants, unit.id, body) {
                keys.push(desk::key(unit.id, false, role.code()));
                keys.push(desk::key(body, true, role.code()));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let mut titles = Vec::new();
        for id in people {
            if let Some(it) = staff::person(tx, id, self.who.today())? {
                titles.push(domain::text::fold(&it.title));
            }
        }
        Ok((keys, titles))
    }

    fn maker_by(&self, grants: &[Grant], stands_in_for: &[StaffId], kept: &Kept) -> Maker {
        let actor = Actor { account: self.who.account, staff: self.who.staff, stands_in_for };
        let asked = kept.dossier.open_consultations().map(|it| it.unit);
        let roles = RolesHere {
            at_counter: self.roles_within(grants, kept.unit, kept.body),
            at_office: self.roles_within(grants, kept.competent, kept.body),
            at_consulted: asked
                .map(|unit| (unit, self.roles_within(grants, unit, self.body_of(unit))))
                .collect(),
        };
        maker(&actor, &roles, &kept.dossier)
    }

    /// What this person may be at a one-stop shop before there is a dossier.
    pub fn maker_at(&self, unit: UnitId) -> Maker {
        let actor = Actor { account: self.who.account, staff: self.who.staff, stands_in_for: &[] };
        let at_counter = self.roles_within(&self.who.grants, unit, self.body_of(unit));
        let roles = RolesHere { at_counter, ..RolesHere::default() };
        maker(&actor, &roles, &domain::dossier::Dossier::default())
    }

    /// The dossier, if this person may see it; else it does not exist for him.
    pub fn take(&self, tx: &mut Tx<'_>, id: DossierId) -> Result<OnDesk, Failure> {
        let found = desk::take(tx, id)?;
        if self.sees(&found.kept) || !self.takes_part(tx, id)?.is_empty() {
            Ok(found)
        } else {
            Err(Failure::NotFound)
        }
    }

    /// Whether this person may see it.
    pub fn sees(&self, kept: &Kept) -> bool {
        sees(&self.who, kept)
    }

    /// One-stop shops where this person receives.
    pub fn counters(&self) -> Vec<UnitId> {
        let one_stops = self.who.tree.all().filter(|it| it.kind == "one_stop").map(|it| it.id);
        let receives = |unit: &UnitId| {
            self.maker_at(*unit)
                .plays_any(&[domain::dossier::Part::Counter, domain::dossier::Part::CounterHead])
        };
        one_stops.filter(receives).collect()
    }

    /// Everybody who may hold dossiers of a body, by name.
    pub fn workers(&self, tx: &mut Tx<'_>, body: UnitId) -> Result<Vec<staff::Person>, Fault> {
        let mut units = vec![body];
        units.extend(self.who.tree.children(body));
        let roles =
            [Role::CounterOfficial, Role::UnitHead, Role::Specialist, Role::Clerk, Role::Leader];
        staff::with_any_role(tx, &roles, &units, self.who.today())
    }

    /// People who hold `role` within a body.
    pub fn people(
        &self,
        tx: &mut Tx<'_>,
        role: Role,
        unit: UnitId,
        body: UnitId,
    ) -> Result<Vec<staff::Person>, Fault> {
        let mut units = self.who.tree.line(unit);
        if let Some(at) = units.iter().position(|it| *it == body) {
            units.truncate(at + 1);
        }
        staff::with_any_role(tx, &[role], &units, self.who.today())
    }
}

/// Whether somebody may see a dossier: that of his units, or one on which they were asked.
pub(super) fn sees(who: &Who, kept: &Kept) -> bool {
    let units = [kept.unit, kept.competent, kept.body];
    let asked = kept.dossier.consultations.iter().map(|it| it.unit);
    units.into_iter().chain(asked).any(|it| who.can_at(Action::DossierView, it))
}

/// The name of a member of staff; a dash for nobody.
pub(super) fn name_of(
    tx: &mut Tx<'_>,
    id: Option<StaffId>,
    day: jiff::civil::Date,
) -> Result<String, Fault> {
    let Some(id) = id else { return Ok("–".to_owned()) };
    Ok(staff::person(tx, id, day)?.map_or_else(|| "–".to_owned(), |it| it.name))
}

/// The units whose dossiers somebody sees, cut to what an index answers: whole bodies,
/// one-stop shops, divisions.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub everything: bool,
    pub bodies: Vec<UnitId>,
    pub counters: Vec<UnitId>,
    pub divisions: Vec<UnitId>,
}

impl Seen {
    pub fn of(who: &Who) -> Self {
        Self::by(who, Action::DossierView)
    }

    /// The units for which somebody may do `action`.
    pub fn by(who: &Who, action: Action) -> Self {
        let units = match who.scope(action) {
            Scope::Everything => return Self { everything: true, ..Self::default() },
            Scope::Units(units) => units,
        };
        let mut seen = Self::default();
        for unit in units {
            let Some(it) = who.tree.known(unit) else { continue };
            match it.kind.as_str() {
                "one_stop" => seen.counters.push(unit),
                "division" => seen.divisions.push(unit),
                _ => seen.bodies.push(unit),
            }
        }
        let whole = seen.bodies.clone();
        let within = |unit: &UnitId| {
            who.tree.known(*unit).and_then(|it| it.parent).is_some_and(|it| whole.contains(&it))
        };
        seen.counters.retain(|it| !within(it));
        seen.divisions.retain(|it| !within(it));
        seen
    }

    /// Adds the condition that a dossier `d` is among them. One condition where one will do, so that its index is used.
    pub fn narrow(&self, select: Select) -> Select {
        if self.everything {
            return select;
        }
        let kinds = [
            ("d.body", &self.bodies),
            ("d.unit", &self.counters),
            ("d.competent", &self.divisions),
        ];
        let used: Vec<_> = kinds.into_iter().filter(|(_, units)| !units.is_empty()).collect();
        match used.as_slice() {
            [(column, units)] => select.and_in(column, (*units).clone()),
            many => {
                let mut condition = String::from("1 = 0");
                let mut values = Vec::new();
                for (column, units) in many {
                    condition.push_str(&format!(" or {column} in ("));
                    condition.push_str(&vec!["?"; units.len()].join(", "));
                    condition.push(')');
                    values.extend(units.iter().map(|it| store::Param::from(*it)));
                }
                select.and(&condition, values)
            }
        }
    }
}
