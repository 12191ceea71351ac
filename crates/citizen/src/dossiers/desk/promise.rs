//! The promise: which version is received under, which limit holds, which date it gives.

use domain::{
    calendar::WorkCalendar,
    deadline::{Explanation, Term, TimeLimit, explain},
    procedure::{ChannelKind, ProcedureVersion},
};
use jiff::civil::DateTime;
use site::{Failure, OrRefuse};
use store::Tx;

use domain::ids::UnitId;

use super::{Desk, DeskError, OnDesk, no};
use crate::procedures::facts::{self as procedures, Version};

/// A promise before it is made: what the counter shows for confirmation.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The version of the procedure.
    pub version: Version,
    /// Its limit as people read it.
    pub limit_text: String,
    /// The date and its working.
    pub explanation: Explanation,
}

/// The published limit, a shorter one that was agreed on, or what was agreed on where none is
/// published: a promise may be shorter than the law, never longer.
pub(super) fn limit_of(
    body: &ProcedureVersion,
    channel: ChannelKind,
    agreed_days: Option<u16>,
) -> Result<TimeLimit, Failure> {
    let published = body.limit(channel).and_then(|it| it.time_limit());
    let agreed = agreed_days.filter(|it| *it > 0).map(|it| TimeLimit::WorkingDays(it.into()));
    let shorter = published.zip(agreed).is_some_and(|it| is_shorter(it.0, it.1));
    if shorter { agreed } else { published.or(agreed) }.ok_or_else(|| no(&DeskError::NoLimit))
}

impl OnDesk {
    /// Minutes of office time of what was promised first: its steps share them.
    #[must_use]
    pub fn limit_minutes(&self, calendar: &WorkCalendar) -> i64 {
        let dossier = &self.kept.dossier;
        let channel = dossier.channel.unwrap_or(ChannelKind::Direct);
        match (dossier.received_at, dossier.due_original_at) {
            (Some(from), Some(until)) => {
                let limit = limit_of(&self.version.body, channel, dossier.agreed_days);
                limit.map_or_else(
                    |_| calendar.minutes_between(from, until),
                    |it| it.office_minutes(calendar, (from, until)),
                )
            }
            _ => self.workflow.minutes(),
        }
    }
}

/// Whether so many agreed working days end before the published limit, whatever days off lie within.
const fn is_shorter(published: TimeLimit, agreed: TimeLimit) -> bool {
    match (published, agreed) {
        (TimeLimit::WorkingDays(law), TimeLimit::WorkingDays(days)) => days < law,
        // A working day is rarely more than two days long; Tết is what the margin is for.
        (TimeLimit::CalendarDays(law), TimeLimit::WorkingDays(days)) => days * 2 + 7 <= law,
        (TimeLimit::Months(law), TimeLimit::WorkingDays(days)) => days * 2 + 7 <= law * 28,
        _ => false,
    }
}

/// What would be promised for a dossier handed in so.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be received.
pub fn promise(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    procedure: &str,
    unit: UnitId,
    (channel, agreed_days): (ChannelKind, Option<u16>),
    received_at: DateTime,
) -> Result<Promise, Failure> {
    let version = receivable(tx, procedure, received_at.date())?;
    let limit = limit_of(&version.body, channel, agreed_days)?;
    let explanation = explain(desk.calendar(unit), &Term::new(limit, received_at)).or_refuse()?;
    let limit_text = limit_text(&version.body, channel, agreed_days);
    Ok(Promise { version, limit_text, explanation })
}

/// The version under which a dossier can be accepted on `day`.
pub(super) fn receivable(
    tx: &mut Tx<'_>,
    procedure: &str,
    day: jiff::civil::Date,
) -> Result<Version, Failure> {
    let version = procedures::in_force(tx, procedure, day)?
        .ok_or_else(|| no(&DeskError::NoProcedure { code: procedure.to_owned() }))?;
    match version.paused_on(day) {
        Some(paused) => Err(no(&DeskError::Paused { reason: paused.reason.clone() })),
        None => Ok(version),
    }
}

/// The limit as people read it.
#[must_use]
pub fn limit_text(
    body: &ProcedureVersion,
    channel: ChannelKind,
    agreed_days: Option<u16>,
) -> String {
    let published = body.limit(channel).and_then(|it| it.time_limit());
    if let (Some(law), Some(days)) = (published, agreed_days)
        && is_shorter(law, TimeLimit::WorkingDays(days.into()))
    {
        return format!("{days} ngày làm việc, thống nhất ngắn hơn quy định");
    }
    match (body.limit(channel).filter(|it| it.time_limit().is_some()), agreed_days) {
        (Some(it), _) => it.text(),
        (None, Some(days)) => {
            format!("{days} ngày làm việc, do nơi tiếp nhận hẹn (chưa công bố thời hạn)")
        }
        (None, None) => String::new(),
    }
}
