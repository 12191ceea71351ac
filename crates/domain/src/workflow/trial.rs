//! A workflow walked through on a sample dossier: dates, people, what would keep it. Nothing is
//! written.

use jiff::civil::DateTime;

use super::{Block, Present, Workflow};
use crate::calendar::WorkCalendar;

/// One step of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which step, from 0.
    pub step: usize,
    /// When the dossier comes, civil time in Viet Nam.
    pub from: DateTime,
    /// When the step is due; nothing if the calendar does not reach so far.
    pub due_at: Option<DateTime>,
    /// When it moves on by itself, if it does.
    pub moves_at: Option<DateTime>,
    /// By when each of those who are asked is to answer, in the order of the step's questions.
    pub answers_by: Vec<Option<DateTime>>,
    /// What would keep it here.
    pub blocks: Vec<Block>,
    /// Its share of the limit, in minutes of office time.
    pub minutes: i64,
}

/// A walk through a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Where it comes by, in order.
    pub stops: Vec<Stop>,
    /// When the last step is due.
    pub done_at: Option<DateTime>,
}

impl Workflow {
    /// Walks a dossier through that is received at `start` and has `limit_minutes` of office
    /// time; each step takes all the time that it has.
    #[must_use]
    pub fn walk(
        &self,
        calendar: &WorkCalendar,
        start: DateTime,
        limit_minutes: i64,
        present: &Present,
    ) -> Trial {
        let mut at_time = Some(start);
        let mut stops = Vec::with_capacity(self.steps.len());
        for (at, step) in self.steps.iter().enumerate() {
            let Some(from) = at_time else { break };
            let minutes = self.step_minutes(at, limit_minutes);
            let after = |minutes: i64| calendar.after_minutes(from, minutes);
            let due_at = if minutes > 0 { after(minutes) } else { Some(from) };
            let moves_at =
                step.moves_after.filter(|it| *it > 0 && self.may_move_on(at)).and_then(after);
            stops.push(Stop {
                step: at,
                from,
                due_at,
                moves_at,
                answers_by: step.questions.iter().map(|it| after(it.minutes)).collect(),
                blocks: step.blocks(present),
                minutes,
            });
            // A timer that rings before the step is due moves it on earlier.
            at_time = match (due_at, moves_at) {
                (Some(due), Some(moves)) => Some(due.min(moves)),
                (due, _) => due,
            };
        }
        Trial { done_at: if stops.len() == self.steps.len() { at_time } else { None }, stops }
    }
}
