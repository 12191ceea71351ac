//! What a step of a dossier means to those that it goes together with.

use domain::{
    dossier::{Collector, CommandKind, Event, Maker, Outcome, Part, What},
    link::{HandOverState, LinkAct, LinkError, LinkState, waits_for_children},
};
use site::{Failure, OrRefuse};
use store::Tx;

use super::{
    acts::{close_waiting, move_on, withdraw},
    sql::{self, Link},
};
use crate::{
    dossiers::{desk::Desk, sql::Kept},
    relay::outgoing as relay,
};

/// Steps of a child that its lead hears of, or that a child does not take.
const OF_A_CHILD: &[CommandKind] = &[
    CommandKind::Accept,
    CommandKind::RefuseIntake,
    CommandKind::RequestIntakeSupplement,
    CommandKind::Number,
    CommandKind::OnTheSpot,
    CommandKind::Withdraw,
    CommandKind::CloseNoSupplement,
    CommandKind::SendByPost,
    CommandKind::Return,
    CommandKind::Undo,
];

/// Those around a dossier, before a step of its.
pub struct Followed {
    above: Option<Link>,
    children: Vec<Link>,
    undone: Option<CommandKind>,
}

/// Whether a step may be taken by one of a case of several.
///
/// # Errors
/// [`Failure::Refused`] if the others stand in its way.
pub fn before(tx: &mut Tx<'_>, kept: &Kept, event: &Event) -> Result<Followed, Failure> {
    let kind = event.what.kind();
    let ends = matches!(kind, CommandKind::Withdraw | CommandKind::CloseNoSupplement);
    let children = if waits_for_children(kind) || ends {
        sql::children(tx, kept.id)?.into_iter().filter(|it| it.state.is_open()).collect()
    } else {
        Vec::new()
    };
    if waits_for_children(kind) && !children.is_empty() {
        return Err(LinkError::StillOpen { open: children.len() }).or_refuse();
    }
    // What the outside is told is no news to it.
    let silent = matches!(kind, CommandKind::Submit | CommandKind::Synchronise);
    let above = if silent { None } else { sql::above(tx, kept.id)? };
    let undone = match kind {
        CommandKind::Undo => kept.dossier.last.as_ref().map(|it| it.kind),
        _ => None,
    };
    if let Some(link) = &above {
        match &event.what {
            What::RequestIntakeSupplement => return Err(LinkError::ConfirmOrRefuse).or_refuse(),
            What::SendByPost => return Err(LinkError::ResultGoesBack).or_refuse(),
            What::Return { collector, .. } if *collector != Collector::Lead => {
                return Err(LinkError::ResultGoesBack).or_refuse();
            }
            What::Undo => match undone {
                Some(CommandKind::Number) if link.state == LinkState::Finished => {}
                Some(it) if OF_A_CHILD.contains(&it) => {
                    return Err(LinkError::AlreadyTold).or_refuse();
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(Followed { above, children, undone })
}

impl Followed {
    /// What the step, now taken, means to the others.
    ///
    /// # Errors
    /// [`Failure::Refused`] if somebody else was first.
    pub fn after(
        self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        kept: &Kept,
        event: &Event,
    ) -> Result<(), Failure> {
        // Who stops the whole stops its parts; nobody has to do it one by one.
        for mut child in self.children {
            let lead = Maker { account: event.by, parts: vec![Part::Lead], ..Maker::system() };
            if child.state.after(LinkAct::Withdraw).is_err() {
                continue;
            }
            match withdraw(tx, desk, &lead, &mut child, "Hồ sơ chính đã dừng") {
                // Signed already: its result comes, and is not needed.
                Ok(()) | Err(Failure::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let Some(mut link) = self.above else { return Ok(()) };
        let words = event.words.clone();
        let act = match &event.what {
            What::Accept { .. } => {
                move_on(tx, &mut link, LinkAct::Accept, None)?;
                close_waiting(tx, link.id, HandOverState::Confirmed, "")?;
                Some(LinkAct::Accept)
            }
            What::RefuseIntake { .. } => {
                let why = words.clone().unwrap_or_default();
                move_on(tx, &mut link, LinkAct::Refuse, words)?;
                close_waiting(tx, link.id, HandOverState::Refused, &why)?;
                Some(LinkAct::Refuse)
            }
            What::Number { .. } | What::SettleOnTheSpot { .. } => {
                link.outcome = Some(kept.dossier.outcome.unwrap_or(Outcome::Granted));
                link.number = kept.dossier.number.clone().unwrap_or_default();
                move_on(tx, &mut link, LinkAct::Finish, None)?;
                Some(LinkAct::Finish)
            }
            What::Undo if self.undone == Some(CommandKind::Number) => {
                link.outcome = None;
                link.number = String::new();
                move_on(tx, &mut link, LinkAct::Unfinish, None)?;
                Some(LinkAct::Unfinish)
            }
            What::Withdraw | What::CloseNoSupplement => {
                move_on(tx, &mut link, LinkAct::Withdraw, words)?;
                close_waiting(tx, link.id, HandOverState::Recalled, "")?;
                Some(LinkAct::Withdraw)
            }
            // The lead did it.
            What::Return { .. } => return Ok(()),
            _ => None,
        };
        if link.parent.is_none() {
            relay::report(tx, desk, &link, kept, (event, act))?;
        }
        Ok(())
    }
}
