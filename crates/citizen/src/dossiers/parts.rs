//! Which parts somebody may play on one dossier: rights become parts here and nowhere else.

use domain::{
    access::Role,
    dossier::{Dossier, Maker, Part},
    ids::{AccountId, StaffId, UnitId},
};

/// Somebody who is about to act, as the office knows him.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    /// The account.
    pub account: AccountId,
    /// The member of staff behind it.
    pub staff: Option<StaffId>,
    /// Those for whom he stands in today, himself not included.
    pub stands_in_for: &'a [StaffId],
}

/// Roles that somebody holds today for the units of one dossier.
#[derive(Debug, Clone, Default)]
pub struct RolesHere {
    /// For the one-stop shop that received it.
    pub at_counter: Vec<Role>,
    /// For the office that settles it.
    pub at_office: Vec<Role>,
    /// For each office that was asked for its opinion and has not answered.
    pub at_consulted: Vec<(UnitId, Vec<Role>)>,
}

/// The maker of a step on `dossier`.
///
/// A specialist is its officer if it was assigned to him or to somebody whom he stands in
/// for, or if nobody was named yet. The one-stop law's separation (who settles does not
/// sign) is the state machine's business.
#[must_use]
pub fn maker(actor: &Actor<'_>, roles: &RolesHere, dossier: &Dossier) -> Maker {
    let mut parts = Vec::new();
    for role in &roles.at_counter {
        match role {
            Role::CounterOfficial => parts.extend([Part::Counter, Part::Cashier, Part::Post]),
            Role::UnitHead => parts.push(Part::CounterHead),
            _ => {}
        }
    }
    let is_his = match (dossier.officer, actor.staff) {
        (None, _) => true,
        (Some(officer), Some(staff)) => officer == staff || actor.stands_in_for.contains(&officer),
        (Some(_), None) => false,
    };
    for role in &roles.at_office {
        match role {
            Role::Specialist if is_his => parts.push(Part::Officer),
            Role::UnitHead => {
                parts.extend([Part::Dispatcher, Part::Reviewer]);
                if dossier.officer.is_some() && is_his {
                    parts.push(Part::Officer);
                }
            }
            Role::Leader => parts.extend([Part::Signer, Part::Dispatcher, Part::Reviewer]),
            Role::Clerk => parts.push(Part::Clerk),
            _ => {}
        }
    }
    let answers = |roles: &[Role]| {
        roles.iter().any(|it| matches!(it, Role::Specialist | Role::UnitHead | Role::Leader))
    };
    let asked = roles.at_consulted.iter().filter(|(_, roles)| answers(roles));
    let answers_for: Vec<UnitId> = asked.map(|(unit, _)| *unit).collect();
    if !answers_for.is_empty() {
        parts.push(Part::Consulted);
    }
    parts.sort_by_key(|it| it.code());
    parts.dedup();
    Maker { account: actor.account, staff: actor.staff, parts, lent: Vec::new(), answers_for }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(at_counter: &[Role], at_office: &[Role], officer: Option<i64>) -> Vec<Part> {
        let actor =
            Actor { account: AccountId(1), staff: Some(StaffId(5)), stands_in_for: &[StaffId(6)] };
        let roles = RolesHere {
            at_counter: at_counter.to_vec(),
            at_office: at_office.to_vec(),
            at_consulted: Vec::new(),
        };
        let dossier = Dossier { officer: officer.map(StaffId), ..Dossier::default() };
        maker(&actor, &roles, &dossier).parts
    }

    #[test]
    fn a_counter_official_receives_collects_and_posts_and_settles_nothing() {
        assert_eq!(
            parts(&[Role::CounterOfficial], &[Role::CounterOfficial], None),
            [Part::Cashier, Part::Counter, Part::Post]
        );
    }

    #[test]
    fn a_specialist_works_on_his_own_on_what_nobody_has_and_for_whom_he_stands_in() {
        assert_eq!(parts(&[], &[Role::Specialist], None), [Part::Officer]);
        assert_eq!(parts(&[], &[Role::Specialist], Some(5)), [Part::Officer]);
        assert_eq!(parts(&[], &[Role::Specialist], Some(6)), [Part::Officer]);
        assert_eq!(parts(&[], &[Role::Specialist], Some(7)), []);
    }

    #[test]
    fn a_leader_signs_and_an_auditor_plays_no_part() {
        assert!(parts(&[], &[Role::Leader], None).contains(&Part::Signer));
        assert_eq!(parts(&[Role::Auditor], &[Role::Auditor], None), []);
        assert_eq!(parts(&[Role::Administrator], &[Role::Administrator], None), []);
    }
}
