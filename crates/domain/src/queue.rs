//! The queue at a one-stop shop (hàng chờ): whose turn it is, and the life of a ticket.
//!
//! The rule of order, in one sentence: *every ticket has a time that counts, and the earliest is called
//! first.* For whoever simply came it is the time of the ticket. A priority, and a booking whose slot has
//! begun and that was claimed in time, count as some minutes earlier. Nothing else is looked at, so that
//! nobody starves: whoever comes later than those minutes after somebody is never called before him.
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.13 (lấy số), NĐ 63/2010/NĐ-CP Đ.18 k.8 (ưu tiên).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Refusal, law::Versions, time::Instant};

#[cfg(test)]
mod tests;

const MINUTE_MS: i64 = 60_000;

/// What a unit decided about its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRule {
    /// Minutes by which a priority counts as earlier.
    pub priority_minutes: i64,
    /// Minutes by which a booking, from the start of its slot, counts as earlier than that start.
    pub booking_minutes: i64,
    /// Minutes of one slot.
    pub slot_minutes: i64,
    /// Minutes after the end of its slot until when a booking can be claimed.
    pub grace_minutes: i64,
    /// Calls that somebody gets before he counts as absent.
    pub calls_least: i64,
}

impl Default for QueueRule {
    fn default() -> Self {
        Self {
            priority_minutes: 30,
            booking_minutes: 30,
            slot_minutes: 30,
            grace_minutes: 15,
            calls_least: 2,
        }
    }
}

/// A ticket that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which one.
    pub id: i64,
    /// Since when it waits in this turn: when it was taken, or came back after it was missed.
    pub since: Instant,
    /// Whether a priority was declared.
    pub priority: bool,
    /// The start of the slot that was booked.
    pub slot_at: Option<Instant>,
}

impl QueueRule {
    /// The time that counts for `ticket` at `now`.
    #[must_use]
    pub fn counts_from(&self, ticket: &Waiting, now: Instant) -> Instant {
        let since = ticket.since.epoch_ms();
        let by_priority = if ticket.priority {
            since.saturating_sub(self.priority_minutes.max(0).saturating_mul(MINUTE_MS))
        } else {
            since
        };
        let by_booking = match ticket.slot_at {
            Some(slot) if slot <= now && self.in_time(slot, ticket.since) => {
                let early = self.booking_minutes.max(0).saturating_mul(MINUTE_MS);
                // Whoever claims late within the grace is not ahead of who came long before him.
                slot.epoch_ms().saturating_sub(early).max(since.saturating_sub(early))
            }
            _ => since,
        };
        Instant::from_epoch_ms(by_priority.min(by_booking))
    }

    /// Whether a booking of the slot that starts at `slot` can be claimed at `at`.
    #[must_use]
    pub fn in_time(&self, slot: Instant, at: Instant) -> bool {
        let last = (self.slot_minutes.max(0) + self.grace_minutes.max(0)).saturating_mul(MINUTE_MS);
        at.epoch_ms() <= slot.epoch_ms().saturating_add(last)
    }

    /// The most that one ticket can get ahead of another that was there before it, in minutes.
    #[must_use]
    pub fn ahead_most(&self) -> i64 {
        self.priority_minutes.max(self.booking_minutes).max(0)
    }

    /// The tickets in the order in which they are called at `now`.
    #[must_use]
    pub fn in_order(&self, waiting: &[Waiting], now: Instant) -> Vec<Waiting> {
        let mut order = waiting.to_vec();
        order.sort_by_key(|it| (self.counts_from(it, now), it.since, it.id));
        order
    }

    /// Whose turn it is at `now`.
    #[must_use]
    pub fn next(&self, waiting: &[Waiting], now: Instant) -> Option<i64> {
        waiting.iter().min_by_key(|it| (self.counts_from(it, now), it.since, it.id)).map(|it| it.id)
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Waits for its turn.
    Waiting,
    /// Was called to a desk.
    Called,
    /// Is at the desk.
    Serving,
    /// Was served.
    Done,
    /// Was called and did not come.
    Missed,
}

impl TicketStatus {
    /// Every status, in the order of a ticket's life.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Called, Self::Serving, Self::Done, Self::Missed];

    /// The stable name in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Serving => "serving",
            Self::Done => "done",
            Self::Missed => "missed",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Đang chờ",
            Self::Called => "Đã gọi",
            Self::Serving => "Đang phục vụ",
            Self::Done => "Đã xong",
            Self::Missed => "Vắng mặt",
        }
    }

    /// The status with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What a desk does with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketStep {
    /// Calls it for the first time.
    Call,
    /// Calls it again.
    CallAgain,
    /// The person is here.
    Start,
    /// The person was served.
    Finish,
    /// Nobody came.
    Miss,
    /// Back to those who wait.
    PutBack,
    /// To another lane or desk.
    Transfer,
}

impl TicketStep {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Call,
        Self::CallAgain,
        Self::Start,
        Self::Finish,
        Self::Miss,
        Self::PutBack,
        Self::Transfer,
    ];

    /// Its word in addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Call => "goi",
            Self::CallAgain => "goi-lai",
            Self::Start => "bat-dau",
            Self::Finish => "xong",
            Self::Miss => "vang",
            Self::PutBack => "tra-lai",
            Self::Transfer => "chuyen",
        }
    }

    /// What the button says.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Call => "Gọi",
            Self::CallAgain => "Gọi lại",
            Self::Start => "Bắt đầu",
            Self::Finish => "Xong",
            Self::Miss => "Vắng mặt",
            Self::PutBack => "Trả lại hàng chờ",
            Self::Transfer => "Chuyển",
        }
    }

    /// The step with this word.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.slug() == slug)
    }
}

/// Why a desk cannot do that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QueueRefused {
    /// Not from here.
    #[error("Số này đang ở trạng thái “{}” nên không làm được việc đó. Hãy tải lại trang.", .0.label())]
    NotNow(TicketStatus),
    /// Not called often enough.
    #[error("Mới gọi {called} lần. Hãy gọi lại đủ {least} lần trước khi ghi vắng mặt.")]
    CalledTooLittle {
        /// How often.
        called: i64,
        /// How often it must be.
        least: i64,
    },
}

impl Refusal for QueueRefused {}

/// The status of a ticket after `step`.
///
/// Whoever was missed and comes after all is put back and waits anew, from then on.
///
/// # Errors
/// [`QueueRefused`] if the step is not open.
pub fn after(
    status: TicketStatus,
    step: TicketStep,
    called: i64,
    rule: &QueueRule,
) -> Result<TicketStatus, QueueRefused> {
    use TicketStatus::{Called, Done, Missed, Serving, Waiting};
    match (status, step) {
        (Waiting, TicketStep::Call) | (Called, TicketStep::CallAgain) => Ok(Called),
        (Called, TicketStep::Start) => Ok(Serving),
        (Serving, TicketStep::Finish) => Ok(Done),
        (Called, TicketStep::Miss) if called < rule.calls_least => {
            Err(QueueRefused::CalledTooLittle { called, least: rule.calls_least })
        }
        (Called, TicketStep::Miss) => Ok(Missed),
        (Called | Serving | Missed, TicketStep::PutBack)
        | (Called | Serving, TicketStep::Transfer) => Ok(Waiting),
        (status, _) => Err(QueueRefused::NotNow(status)),
    }
}

/// The number on a ticket: the lane's letter and three digits at least, `A012`.
#[must_use]
pub fn label(letter: &str, number: i64) -> String {
    format!("{letter}{number:03}")
}

/// What the screen says aloud: digits one by one, as people read them.
#[must_use]
pub fn spoken(label: &str, desk: i64) -> String {
    const DIGITS: [&str; 10] =
        ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    let mut words = Vec::new();
    for letter in label.chars() {
        let digit = letter.to_digit(10).and_then(|it| usize::try_from(it).ok());
        words.push(match digit.and_then(|it| DIGITS.get(it)) {
            Some(word) => (*word).to_owned(),
            None => letter.to_string(),
        });
    }
    format!("Mời số {} đến quầy số {desk}", words.join(" "))
}

/// Minutes that somebody with `ahead` people before him waits, where `desks` desks take
/// `serving_minutes` for each: rounded up, never less than the truth by rounding.
#[must_use]
pub fn expected_minutes(ahead: i64, desks: i64, serving_minutes: i64) -> i64 {
    let desks = desks.max(1);
    let whole = ahead.max(0).saturating_mul(serving_minutes.max(1));
    whole.saturating_add(desks - 1) / desks
}

/// What is told of many times: how many, their mean, the time that nine of ten do not exceed, the
/// longest. Seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many.
    pub count: i64,
    /// The mean, rounded to the nearest second.
    pub mean: i64,
    /// The 90th percentile by nearest rank: a time that was really measured.
    pub ninety: i64,
    /// The longest.
    pub longest: i64,
}

/// The spread of these seconds; nothing if there are none.
#[must_use]
pub fn spread(mut seconds: Vec<i64>) -> Option<Spread> {
    seconds.sort_unstable();
    let count = i64::try_from(seconds.len()).ok().filter(|it| *it > 0)?;
    let sum: i64 = seconds.iter().fold(0, |a, b| a.saturating_add(*b));
    let rank = usize::try_from((count * 9 + 9) / 10 - 1).ok()?;
    Some(Spread {
        count,
        mean: sum.saturating_add(count / 2) / count,
        ninety: *seconds.get(rank)?,
        longest: *seconds.last()?,
    })
}

/// Somebody who is served first when he says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PriorityGroup {
    /// The stable name.
    pub code: String,
    /// What the kiosk says; `{age}` stands for the age of the set or of the unit.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// By which document.
    pub source: String,
}

/// The groups in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PrioritySet {
    /// The first day.
    pub in_force_from: Date,
    /// From which age on, unless a unit says less.
    pub elder_age: i64,
    /// The least that a unit may say.
    pub elder_age_least: i64,
    /// The groups.
    pub group: Vec<PriorityGroup>,
}

/// `law/queue/priority.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct PriorityFile {
    /// The sets.
    pub set: Vec<PrioritySet>,
}

/// The sets by the day from which they hold.
#[must_use]
pub fn priorities(file: PriorityFile) -> Versions<PrioritySet> {
    Versions::new(file.set.into_iter().map(|it| (it.in_force_from, it)).collect())
}

/// The starts of the slots of a day that is open in these spans; each slot lies within one span.
#[must_use]
pub fn slots(spans: &[crate::hours::Span], minutes: i64) -> Vec<jiff::civil::Time> {
    let step = jiff::Span::new().minutes(minutes.clamp(5, 240));
    let mut starts = Vec::new();
    for span in spans {
        let mut at = span.from;
        while let Ok(end) = at.checked_add(step) {
            if end > span.until {
                break;
            }
            starts.push(at);
            at = end;
        }
    }
    starts
}
