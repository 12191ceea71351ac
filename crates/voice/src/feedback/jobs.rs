//! What the program does by itself: late things go to the head, senders are asked again, silence closes.

use domain::{
    feedback::{Class, Command, life::days_after},
    ids::AccountId,
    time::Instant,
};
use site::{Failure, Site};
use store::{Tx, journal::Entry};

use super::{
    SUBJECT,
    desk::{self, By},
    intake, petitions, rules,
    sql::{core, list},
};

/// Rows that one run looks after at most; the rest waits for the next.
const AT_ONCE: i64 = 500;
const PROGRAM: By = By::Office(AccountId(0));

/// Each hour: what is late and its head has not heard of; who has something that is due soon.
pub(super) fn escalate(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    for mut kept in list::to_escalate(tx, AT_ONCE)? {
        kept.escalated = Some(tx.now());
        if core::keep(tx, &kept)? {
            desk::note(tx, &kept, PROGRAM, ("escalate", "", true))?;
            tx.journal(Entry::new(SUBJECT, kept.id.0, "feedback_escalate"));
        }
    }
    let today = tx.now().civil().date();
    let days = rules::on(today)?.remind_before_days;
    for kept in list::to_remind(tx, days, AT_ONCE)? {
        let calendar = intake::calendar(site, tx, kept.state.unit)?;
        let near = |due: Instant| calendar.working_days_between(today, due.civil().date()) <= days;
        if !kept.due.is_some_and(near) {
            continue;
        }
        core::reminded(tx, kept.id)?;
        desk::note(tx, &kept, PROGRAM, ("remind_officer", "", false))?;
    }
    Ok(())
}

/// Each hour: senders are asked again whether it is solved; who says nothing after that closes it, and no more.
pub(super) fn close_silent(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let now = tx.now().civil();
    let limits = rules::on(now.date())?;
    for mut kept in list::answered(tx, AT_ONCE)? {
        let state = &kept.state;
        let over = |since: jiff::civil::DateTime, days| days_after(since, days) <= now;
        let command = match (state.answered_at, state.reminded_at) {
            (_, Some(at)) if over(at, limits.silence_days) => Command::CloseSilent,
            (Some(at), None) if over(at, limits.ask_again_days) => Command::Remind,
            _ => continue,
        };
        desk::carry_out(site, tx, &mut kept, PROGRAM, (command, None))?;
    }
    Ok(())
}

/// Each night: clocks of what runs are counted anew, as a changed calendar moves them.
pub(super) fn count_clocks(site: &Site, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let some = list::running(tx, after, AT_ONCE)?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id.0;
        for mut kept in some {
            if kept.state.class == Class::Complaint && kept.state.is_sorted {
                petitions::follow(site, tx, &mut kept, PROGRAM)?;
                continue;
            }
            let calendar = intake::calendar(site, tx, kept.state.unit)?;
            let due = intake::due(&calendar, &kept.state.term);
            if due != kept.due {
                kept.due = due;
                // It is not late any more: when it is, its head hears of it again.
                kept.escalated = kept.escalated.filter(|_| due.is_some_and(|it| it < tx.now()));
                core::keep(tx, &kept)?;
            }
        }
    }
}
