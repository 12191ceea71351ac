//! Who holds a dossier, in one word for every list, page and workbook: a name, or whose turn it is and who
//! may take it. The rule is `domain::dossier::turn`.

use std::collections::{HashMap, hash_map::Entry};

use domain::{
    access::Role,
    dossier::{Dossier, Part, Status, turn::turn_of},
    ids::{StaffId, UnitId},
};
use store::{Fault, Tx};

use super::{
    list::sql::Line,
    sql,
    view::{Around, name_of},
};

/// What stands where nothing is to be done any more.
pub(super) const NOBODY: &str = "–";

/// Who may take a turn, looked up once for each office.
#[derive(Default)]
pub(crate) struct Turns {
    people: HashMap<(Part, UnitId), Vec<(StaffId, String)>>,
}

/// The roles that take a turn, the nearest first: where nobody has one, the next one acts.
const fn roles(part: Part) -> &'static [Role] {
    match part {
        Part::Dispatcher | Part::Reviewer => &[Role::UnitHead, Role::Leader],
        Part::Signer => &[Role::Leader],
        Part::Clerk => &[Role::Clerk],
        // The counter is a place, and an officer is named when there is one.
        _ => &[],
    }
}

impl Turns {
    fn people(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        part: Part,
        competent: UnitId,
    ) -> Result<&[(StaffId, String)], Fault> {
        match self.people.entry((part, competent)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let body = around.body_of(competent);
                let mut found = Vec::new();
                for role in roles(part) {
                    found = around.people(tx, *role, competent, body)?;
                    if !found.is_empty() {
                        break;
                    }
                }
                Ok(place.insert(found.into_iter().map(|it| (it.id, it.name)).collect()))
            }
        }
    }

    /// Who holds a dossier with this status: `named`, or whose turn it is in the office that settles it.
    pub fn held(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        named: Option<String>,
        (status, competent): (&str, UnitId),
    ) -> Result<String, Fault> {
        if let Some(name) = named.filter(|it| !it.is_empty()) {
            return Ok(name);
        }
        let Some(turn) = Status::from_code(status).and_then(turn_of) else {
            return Ok(NOBODY.to_owned());
        };
        let people = self.people(tx, around, turn.part, competent)?;
        let names: Vec<String> = people.iter().map(|it| it.1.clone()).collect();
        Ok(turn.said(&names))
    }

    /// The same for a dossier that lies on the desk.
    pub fn held_now(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        dossier: &Dossier,
        competent: UnitId,
    ) -> Result<String, Fault> {
        let named = match sql::holder(dossier) {
            Some(it) => Some(name_of(tx, Some(it), around.who.today())?),
            None => None,
        };
        self.held(tx, around, named, (dossier.status.code(), competent))
    }

    /// Puts the word into the lines of a list, and which results are at home already.
    pub fn tell(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        lines: &mut [Line],
    ) -> Result<(), Fault> {
        for it in lines.iter_mut() {
            let word = self.held(tx, around, it.holder.take(), (&it.status, it.competent))?;
            it.holder = Some(word);
        }
        let waits = |it: &&mut Line| it.status == Status::ResultAtCounter.code();
        let ids = lines.iter_mut().filter(waits).map(|it| it.id).collect();
        let taken = crate::results::facts::downloaded_among(tx, ids)?;
        for it in lines.iter_mut().filter(waits) {
            it.downloaded = taken.contains(&it.id);
        }
        Ok(())
    }

    /// The offices of a body in which it may be somebody's turn, with the statuses in which it is.
    pub fn of_person(
        &mut self,
        tx: &mut Tx<'_>,
        around: &Around,
        body: UnitId,
        person: StaffId,
    ) -> Result<Vec<(UnitId, Vec<&'static str>)>, Fault> {
        let mut all = Vec::new();
        for unit in around.desk().competent(body) {
            let mut statuses = Vec::new();
            for part in domain::dossier::turn::TURNS {
                let people = self.people(tx, around, part, unit)?;
                if people.iter().any(|it| it.0 == person) {
                    statuses.extend(domain::dossier::turn::Turn::statuses(part).map(Status::code));
                }
            }
            if !statuses.is_empty() {
                all.push((unit, statuses));
            }
        }
        Ok(all)
    }
}
