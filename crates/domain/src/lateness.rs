//! When a dossier rings: before it is late, when it is, and when nothing happens to it.
//!
//! Everything is told by office time of its own calendar: a weekend warns nobody.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Refusal,
    calendar::WorkCalendar,
    dossier::{Dossier, Status, SuspensionKind, codes::codes},
    text,
};

#[cfg(test)]
mod tests;

codes! {
    /// Why a dossier rings (cảnh báo).
    pub enum AlarmKind {
        /// The step that it is at has used up its hours.
        StepLate = "step_late", "Quá giờ của bước đang làm";
        /// A first part of its time is used up.
        HolderWarned = "holder_warned", "Sắp đến hạn";
        /// Most of its time is used up.
        HeadWarned = "head_warned", "Sát hạn";
        /// Its appointment has passed.
        Late = "late", "Quá hạn trả kết quả";
        /// An apology is drafted and nobody has sent it.
        ApologyOwed = "apology_owed", "Cần gửi phiếu xin lỗi, hẹn lại";
        /// The one new appointment that the law allows has passed too.
        LateAgain = "late_again", "Quá cả ngày đã hẹn lại";
        /// It is late and the citizen has not been told.
        ApologyMissed = "apology_missed", "Quá hạn mà chưa xin lỗi, chưa hẹn lại";
        /// Nothing has happened to it for long.
        Still = "still", "Không có ai xử lý";
        /// Nothing has happened to it for very long.
        StillLong = "still_long", "Bị bỏ quên";
        /// What the citizen was to bring is not here, and the time for it is over.
        SupplementOver = "supplement_over", "Hết thời gian chờ công dân bổ sung";
    }
}

codes! {
    /// Who is rung for; a head hears what his people did not answer.
    pub enum Ear {
        /// Whoever holds it.
        Holder = "holder", "Người đang giữ";
        /// The head of the office.
        Head = "head", "Người đứng đầu đơn vị";
        /// The leader of the body and those above.
        Above = "above", "Lãnh đạo và cấp trên";
    }
}

impl AlarmKind {
    /// Who is rung for.
    #[must_use]
    pub const fn ear(self) -> Ear {
        match self {
            Self::StepLate | Self::HolderWarned | Self::Still | Self::SupplementOver => Ear::Holder,
            Self::HeadWarned | Self::Late | Self::ApologyOwed | Self::StillLong => Ear::Head,
            Self::ApologyMissed | Self::LateAgain => Ear::Above,
        }
    }
}

/// When dossiers ring: what an office decides for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Percent of its time after which the holder is warned.
    pub holder_percent: u8,
    /// Percent of its time after which the head is warned.
    pub head_percent: u8,
    /// Office hours without any event after which the holder is rung for.
    pub still_hours: u16,
    /// Office hours without any event after which the head is.
    pub still_long_hours: u16,
}

impl Default for Thresholds {
    /// Two thirds, nine tenths, two working days, a working week.
    fn default() -> Self {
        Self { holder_percent: 67, head_percent: 90, still_hours: 16, still_long_hours: 40 }
    }
}

/// Why thresholds cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ThresholdsError {
    /// The head is warned before the holder.
    #[error("Mức báo cho người đứng đầu phải lớn hơn mức báo cho người giữ hồ sơ.")]
    PercentOrder,
    /// The same for silence.
    #[error("Số giờ báo cho người đứng đầu phải lớn hơn số giờ báo cho người giữ hồ sơ.")]
    HoursOrder,
}

impl Refusal for ThresholdsError {}

impl Thresholds {
    /// Checks that the holder hears before the head.
    ///
    /// # Errors
    /// Which pair is the wrong way round.
    pub const fn check(&self) -> Result<(), ThresholdsError> {
        if self.holder_percent >= self.head_percent {
            return Err(ThresholdsError::PercentOrder);
        }
        if self.still_hours >= self.still_long_hours {
            return Err(ThresholdsError::HoursOrder);
        }
        Ok(())
    }
}

/// An alarm and what gave cause to it: the same cause rings once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Why it rings.
    pub kind: AlarmKind,
    /// What gave cause, such as the appointment that passed.
    pub cause: String,
}

/// What the alarms of a dossier are told from. Times are civil time in Viet Nam.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    /// The dossier.
    pub dossier: &'a Dossier,
    /// Whether its limit began anew when the citizen's papers came.
    pub restarts: bool,
    /// When something happened to it last.
    pub last_event_at: DateTime,
    /// Whether an apology is drafted and not sent.
    pub apology_owed: bool,
}

/// From when the present limit runs: the receipt, or the last papers that made it begin anew.
#[must_use]
pub fn run_began_at(dossier: &Dossier, restarts: bool) -> Option<DateTime> {
    let anew = dossier
        .suspensions
        .iter()
        .filter(|it| restarts && it.kind == SuspensionKind::Supplement)
        .filter_map(|it| it.until)
        .next_back();
    anew.or(dossier.received_at)
}

/// Percent of its office time that a dossier has used up at `now`, pauses left out; nothing
/// while it has no appointment. More than 100 once it is late.
#[must_use]
pub fn used_percent(
    calendar: &WorkCalendar,
    dossier: &Dossier,
    restarts: bool,
    now: DateTime,
) -> Option<i64> {
    let (began_at, due_at) = (run_began_at(dossier, restarts)?, dossier.due_at?);
    let paused: i64 = dossier
        .suspensions
        .iter()
        .filter(|it| it.from >= began_at)
        .filter_map(|it| Some(calendar.minutes_between(it.from, it.until?)))
        .sum();
    let total = calendar.minutes_between(began_at, due_at) - paused;
    let used = calendar.minutes_between(began_at, now.max(began_at)) - paused;
    if now > due_at {
        return Some((used.max(0) * 100 / total.max(1)).max(101));
    }
    Some(used.max(0) * 100 / total.max(1))
}

/// Every alarm that `it` gives cause to at `now`.
#[must_use]
pub fn alarms(
    calendar: &WorkCalendar,
    it: &Watched<'_>,
    thresholds: &Thresholds,
    now: DateTime,
) -> Vec<Alarm> {
    let dossier = it.dossier;
    if !dossier.status.is_open() || dossier.received_at.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut ring = |kind, at: DateTime| found.push(Alarm { kind, cause: at.to_string() });
    let waits_for_citizen = dossier.is_suspended()
        && dossier.suspensions.last().is_some_and(|it| {
            matches!(it.kind, SuspensionKind::Supplement | SuspensionKind::Payment)
        });
    if let Some(until) = dossier.supplement_until.filter(|it| now > *it) {
        ring(AlarmKind::SupplementOver, until);
    }
    if waits_for_citizen {
        return found;
    }
    if let Some(due_at) = dossier.due_at {
        let used = used_percent(calendar, dossier, it.restarts, now).unwrap_or(0);
        if now > due_at {
            ring(AlarmKind::Late, due_at);
            if dossier.extensions > 0 {
                ring(AlarmKind::LateAgain, due_at);
            } else if calendar.working_days_between(due_at.date(), now.date()) > 1 {
                ring(AlarmKind::ApologyMissed, due_at);
            }
        } else if used >= i64::from(thresholds.head_percent) {
            ring(AlarmKind::HeadWarned, due_at);
        } else if used >= i64::from(thresholds.holder_percent) {
            ring(AlarmKind::HolderWarned, due_at);
        }
        if it.apology_owed {
            ring(AlarmKind::ApologyOwed, due_at);
        }
    }
    if let Some(step_due_at) = dossier.hop.and_then(|it| it.due_at)
        && now > step_due_at
        && dossier.status != Status::WithdrawRequested
    {
        ring(AlarmKind::StepLate, step_due_at);
    }
    let silent = calendar.minutes_between(it.last_event_at, now.max(it.last_event_at));
    if silent >= i64::from(thresholds.still_long_hours) * 60 {
        ring(AlarmKind::StillLong, it.last_event_at);
    } else if silent >= i64::from(thresholds.still_hours) * 60 {
        ring(AlarmKind::Still, it.last_event_at);
    }
    found
}

codes! {
    /// Where the time of a late dossier went, as it is written to the citizen.
    pub enum LatenessCause {
        /// It was not handed to the office that settles it.
        Transfer = "transfer", "Chậm chuyển hồ sơ đến bộ phận chuyên môn";
        /// Nobody was named to settle it.
        Assignment = "assignment", "Chậm phân công người thụ lý";
        /// Appraisal took longer than its share.
        Appraisal = "appraisal", "Việc thẩm định cần thêm thời gian";
        /// A verification on the spot was needed.
        Verification = "verification", "Phải xác minh thực tế";
        /// Another office has not answered.
        Consultation = "consultation", "Chờ ý kiến của cơ quan phối hợp";
        /// The draft waits for its signature.
        Signature = "signature", "Kết quả đang chờ ký";
        /// The signed result waits for its number.
        Numbering = "numbering", "Kết quả đang chờ vào số, đóng dấu";
    }
}

/// Where the time of an open dossier goes now.
#[must_use]
pub const fn cause_of(status: Status) -> LatenessCause {
    match status {
        Status::Accepted | Status::Submitted => LatenessCause::Transfer,
        Status::Transferred => LatenessCause::Assignment,
        Status::Verifying => LatenessCause::Verification,
        Status::Consulting => LatenessCause::Consultation,
        Status::ToSign => LatenessCause::Signature,
        Status::ToNumber => LatenessCause::Numbering,
        _ => LatenessCause::Appraisal,
    }
}

/// The cause in a sentence for the apology letter; names of offices, never of people.
#[must_use]
pub fn cause_in_words(dossier: &Dossier, asked: &[String]) -> String {
    let cause = cause_of(dossier.status);
    match cause {
        LatenessCause::Consultation if !asked.is_empty() => {
            format!("Chờ ý kiến của {}", asked.join(", "))
        }
        LatenessCause::Appraisal if dossier.consultations.iter().any(|it| it.answered) => {
            "Việc lấy ý kiến cơ quan phối hợp và thẩm định cần thêm thời gian".to_owned()
        }
        it => it.label().to_owned(),
    }
}

/// The new appointment that a draft proposes: what the remaining steps need from now on, at the
/// end of a working day after today and after the old appointment.
#[must_use]
pub fn new_appointment(
    calendar: &WorkCalendar,
    due_at: DateTime,
    remaining_minutes: i64,
    now: DateTime,
) -> Option<DateTime> {
    let after = now.date().max(due_at.date());
    let next = calendar.nth_after(after, 1)?;
    let needed = calendar.after_minutes(now, remaining_minutes.max(1))?.date();
    let day = calendar.working_from(needed.max(next))?;
    Some(day.to_datetime(calendar.hours.closing(day)))
}

/// Whether an apology is to be drafted: it will be late by what its steps still need, the last day
/// for telling so has come and `percent` of its time is used up; or it is late already. None if one
/// was sent before.
#[must_use]
pub fn apology_is_due(
    calendar: &WorkCalendar,
    dossier: &Dossier,
    remaining_minutes: i64,
    (days_before, restarts, percent): (u16, bool, u8),
    now: DateTime,
) -> bool {
    let (Some(due_at), Some(received_at)) = (dossier.due_at, dossier.received_at) else {
        return false;
    };
    if !dossier.status.is_open() || dossier.extensions > 0 || dossier.is_suspended() {
        return false;
    }
    if now > due_at {
        return true;
    }
    let latest = crate::deadline::apology_latest(calendar, due_at.date(), days_before);
    let its_day = latest.is_some_and(|it| now.date() >= it && received_at.date() < now.date());
    let needed = calendar.after_minutes(now, remaining_minutes.max(0));
    let used = used_percent(calendar, dossier, restarts, now).unwrap_or(0);
    its_day && used >= i64::from(percent) && needed.is_none_or(|it| it > due_at)
}

/// An alarm in a sentence for whoever reads it.
#[must_use]
pub fn in_words(kind: AlarmKind, cause_at: DateTime) -> String {
    let when = text::date_time(cause_at);
    match kind {
        AlarmKind::StepLate => format!("Bước đang làm phải xong trước {when}."),
        AlarmKind::HolderWarned | AlarmKind::HeadWarned => format!("Hẹn trả {when}."),
        AlarmKind::Late => format!("Đã hẹn trả {when}."),
        AlarmKind::ApologyOwed => {
            format!("Hẹn trả {when}; phiếu xin lỗi đã soạn sẵn, chưa ai gửi.")
        }
        AlarmKind::ApologyMissed => {
            format!("Đã hẹn trả {when}; người dân chưa được xin lỗi và hẹn lại.")
        }
        AlarmKind::LateAgain => {
            format!("Đã xin lỗi và hẹn lại {when}; pháp luật chỉ cho hẹn lại một lần.")
        }
        AlarmKind::Still | AlarmKind::StillLong => format!("Không có thao tác nào từ {when}."),
        AlarmKind::SupplementOver => format!("Công dân được bổ sung đến {when}."),
    }
}
