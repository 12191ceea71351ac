//! Figures of feedback: counted from rows, never from percentages.

use domain::{
    feedback::{Class, Closing, Door, Status},
    ids::UnitId,
    time::Instant,
};
use jiff::civil::{Date, Time};
use store::{Fault, Select, Tx};

use crate::feedback::facts::Figures;

/// What figures need of one feedback.
#[derive(Debug, Clone, Copy)]
pub(in crate::feedback) struct Counted {
    pub unit: UnitId,
    pub class: Class,
    pub door: Door,
    status: Status,
    closing: Option<Closing>,
    has_right: bool,
    answered_late: Option<bool>,
    is_over: bool,
    reopened: bool,
}

/// Rows that figures are counted from at most.
const MOST: i64 = 500_000;

/// What these units received from a day to a day, but for letters with a register of their own.
pub(in crate::feedback) fn rows(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    from: Date,
    until: Date,
) -> Result<Vec<Counted>, Fault> {
    let start = |day: Date| Instant::from_civil(day.to_datetime(Time::midnight())).epoch_ms();
    let end = until.tomorrow().unwrap_or(until);
    let select = Select::new(
        "f.unit, f.class, f.door, f.status, f.closing, f.anonymous, f.answered_late, f.due_at, f.reopened",
        "feedback f",
    )
    .and_in("f.unit", units.to_vec())
    .and("f.received_at >= ? and f.received_at < ?", [start(from).into(), start(end).into()])
    .and("f.class not in ('denunciation', 'complaint')", []);
    let now = tx.now().epoch_ms();
    select
        .rows(tx, MOST)?
        .iter()
        .map(|row| {
            let class = row.parse(1, "class", Class::from_code)?;
            let due: Option<i64> = row.get(7)?;
            Ok(Counted {
                unit: UnitId(row.get(0)?),
                class,
                door: row.parse(2, "door", Door::from_code)?,
                status: row.parse(3, "status", Status::from_code)?,
                closing: row.parse_opt(4, "closing", Closing::from_code)?,
                has_right: class.has_right(row.get(5)?),
                answered_late: row.get::<Option<i64>>(6)?.map(|it| it == 1),
                is_over: due.is_some_and(|it| it < now),
                reopened: row.get::<i64>(8)? > 0,
            })
        })
        .collect()
}

impl Counted {
    /// Adds it.
    pub(in crate::feedback) fn count_into(&self, all: &mut Figures) {
        all.received += 1;
        all.closed += i64::from(self.status == Status::Closed);
        all.solved += i64::from(self.closing == Some(Closing::Solved));
        all.reopened += i64::from(self.reopened);
        if !self.has_right || matches!(self.status, Status::Rejected | Status::Transferred) {
            return;
        }
        all.with_right += 1;
        match (self.answered_late, self.is_over) {
            (Some(false), _) => all.in_time += 1,
            (Some(true), _) | (None, true) => all.late += 1,
            (None, false) => all.waiting += 1,
        }
    }
}

/// Petitions of a kind that these units registered in a period: received, and settled of them.
pub(in crate::feedback) fn petitions(
    tx: &mut Tx<'_>,
    class: Class,
    units: &[UnitId],
    (from, until): (Date, Date),
) -> Result<(i64, i64), Fault> {
    let start = |day: Date| Instant::from_civil(day.to_datetime(Time::midnight())).epoch_ms();
    let end = until.tomorrow().unwrap_or(until);
    let select = Select::new("p.stage", "petition p")
        .and("p.kind = ?", [class.code().into()])
        .and_in("p.unit", units.to_vec())
        .and("p.received_at >= ? and p.received_at < ?", [start(from).into(), start(end).into()]);
    let received = select.count(tx, MOST)?;
    let settled = select.and("p.stage in ('concluded', 'finished')", []).count(tx, MOST)?;
    Ok((received, settled))
}
