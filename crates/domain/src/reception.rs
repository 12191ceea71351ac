//! Reception of citizens (tiếp công dân): how often, when it is posted, who speaks for many, what a book says.
//!
//! Law: Luật Tiếp công dân 2013 Đ.9, Đ.15, Đ.18, Đ.22, Đ.24, Đ.28, as dated in `law/reception.toml`.

use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
};
use serde::Deserialize;

use crate::{calendar::WorkCalendar, dossier::codes::codes, law::Versions};

#[cfg(test)]
mod tests;

codes! {
    /// Whose days the law counts.
    pub enum Rank {
        /// Chủ tịch UBND cấp xã.
        CommuneChairman = "commune_chairman", "Chủ tịch UBND cấp xã";
        /// Chủ tịch UBND cấp huyện.
        DistrictChairman = "district_chairman", "Chủ tịch UBND cấp huyện";
        /// Người đứng đầu cơ quan, đơn vị.
        AgencyHead = "agency_head", "Người đứng đầu cơ quan, đơn vị";
    }
}

codes! {
    /// Within which time a minimum is reached.
    pub enum Every {
        /// Monday to Sunday.
        Week = "week", "tuần";
        /// A month of the calendar.
        Month = "month", "tháng";
    }
}

/// How often somebody of a rank receives citizens at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// Who.
    pub rank: Rank,
    /// So many days.
    pub days: u32,
    /// Within this.
    pub every: Every,
}

/// The rules of one time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptionRules {
    /// Its name for ever.
    pub id: String,
    /// The first day.
    pub from: Date,
    /// By which documents.
    pub source: String,
    /// Whether the documents were read.
    pub verified: bool,
    /// What is unsure.
    #[serde(default)]
    pub note: String,
    /// Working days before a reception by which its time must be posted.
    pub posted_days: u32,
    /// Working days within which somebody who came is answered.
    pub answer_days: u32,
    /// Working days within which a refusal is told; 0 if no number is given.
    pub refusal_days: u32,
    /// Whether somebody else may receive in the head's place and the day still counts.
    pub substitutes: bool,
    /// What the book is called.
    pub book_form: String,
    /// What the notice of refusal is called.
    pub refusal_form: String,
    /// What the receipt of papers is called; empty if there is none of its own.
    pub receipt_form: String,
    /// The least numbers of days.
    pub minimum: Vec<Minimum>,
}

impl ReceptionRules {
    /// The minimum for the head of a unit of this kind: a rank without a number of its own is an agency's head.
    #[must_use]
    pub fn minimum_of(&self, kind: &str) -> Option<Minimum> {
        let rank = match kind {
            "commune" => Rank::CommuneChairman,
            "district" => Rank::DistrictChairman,
            _ => Rank::AgencyHead,
        };
        let of = |rank| self.minimum.iter().copied().find(|it: &Minimum| it.rank == rank);
        of(rank).or_else(|| of(Rank::AgencyHead))
    }
}

/// The file `law/reception.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptionFile {
    rules: Vec<ReceptionRules>,
}

/// The rules by their days.
#[must_use]
pub fn versions(file: ReceptionFile) -> Versions<ReceptionRules> {
    Versions::new(file.rules.into_iter().map(|it| (it.from, it)).collect())
}

/// When something comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Each week on this day.
    Weekly(Weekday),
    /// On the first to the fourth such weekday of a month; 5 is the last.
    NthWeekday(i8, Weekday),
    /// On this day of each month, or its last day if it is shorter.
    MonthDay(i8),
}

impl Pattern {
    /// The stable text of the database: `w1` (Monday), `n2-4` (second Thursday), `d15`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Weekly(day) => format!("w{}", day.to_monday_one_offset()),
            Self::NthWeekday(nth, day) => format!("n{nth}-{}", day.to_monday_one_offset()),
            Self::MonthDay(day) => format!("d{day}"),
        }
    }

    /// Reads [`Pattern::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let weekday = |text: &str| Weekday::from_monday_one_offset(text.parse().ok()?).ok();
        let (kind, rest) = code.split_at_checked(1)?;
        match kind {
            "w" => weekday(rest).map(Self::Weekly),
            "n" => {
                let (nth, day) = rest.split_once('-')?;
                let nth = nth.parse().ok().filter(|it| (1..=5).contains(it))?;
                Some(Self::NthWeekday(nth, weekday(day)?))
            }
            "d" => rest.parse().ok().filter(|it| (1..=31).contains(it)).map(Self::MonthDay),
            _ => None,
        }
    }

    /// What people call it: “thứ Hai hằng tuần”, “thứ Năm tuần thứ 2 của tháng”, “ngày 15 hằng tháng”.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::Weekly(day) => format!("{} hằng tuần", crate::text::weekday(day)),
            Self::NthWeekday(5, day) => {
                format!("{} cuối cùng của tháng", crate::text::weekday(day))
            }
            Self::NthWeekday(nth, day) => {
                format!("{} lần thứ {nth} trong tháng", crate::text::weekday(day))
            }
            Self::MonthDay(day) => format!("ngày {day} hằng tháng"),
        }
    }

    /// Its days from `from` to `until`, whatever they are.
    #[must_use]
    pub fn days(self, from: Date, until: Date) -> Vec<Date> {
        let mut days = Vec::new();
        let mut day = from;
        while day <= until {
            if self.falls_on(day) {
                days.push(day);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }

    fn falls_on(self, day: Date) -> bool {
        match self {
            Self::Weekly(weekday) => day.weekday() == weekday,
            Self::NthWeekday(5, weekday) => {
                day.weekday() == weekday && day.day() + 7 > day.days_in_month()
            }
            Self::NthWeekday(nth, weekday) => {
                day.weekday() == weekday && (day.day() - 1) / 7 + 1 == nth
            }
            Self::MonthDay(at) => day.day() == at.min(day.days_in_month()),
        }
    }

    /// The first and last day of the week or month that `day` lies in.
    const fn is_weekly(self) -> bool {
        matches!(self, Self::Weekly(_))
    }
}

/// The first and the last day of the week or the month of `day`.
#[must_use]
pub fn period_of(every: Every, day: Date) -> (Date, Date) {
    match every {
        Every::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            let first = day.saturating_sub(back.days());
            (first, first.saturating_add(6.days()))
        }
        Every::Month => (day.first_of_month(), day.last_of_month()),
    }
}

/// A day that a rule comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedDay {
    /// The working day.
    pub day: Date,
    /// The day that the rule names, if that is a day off.
    pub moved_from: Option<Date>,
}

/// The working days that a pattern comes to: a day off gives way to the next working day of its week or month,
/// else to the last one before it, else there is none that time.
#[must_use]
pub fn plan(calendar: &WorkCalendar, pattern: Pattern, from: Date, until: Date) -> Vec<PlannedDay> {
    let every = if pattern.is_weekly() { Every::Week } else { Every::Month };
    let mut days: Vec<PlannedDay> = Vec::new();
    for named in pattern.days(from, until) {
        let (first, last) = period_of(every, named);
        let next = calendar.working_from(named).filter(|it| *it <= last);
        let found = next.or_else(|| calendar.working_until(named).filter(|it| *it >= first));
        let Some(day) = found.filter(|it| from <= *it && !days.iter().any(|old| old.day == *it))
        else {
            continue;
        };
        days.push(PlannedDay { day, moved_from: (day != named).then_some(named) });
    }
    days
}

/// The last day on which a reception on `day` can be posted so that so many working days lie between.
#[must_use]
pub fn posted_latest(calendar: &WorkCalendar, day: Date, working_days: u32) -> Option<Date> {
    let mut at = day;
    for _ in 0..working_days {
        at = calendar.working_until(at.yesterday().ok()?)?;
    }
    Some(at)
}

/// A week or a month in which fewer days are planned than the law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// Days that are planned or were held.
    pub planned: u32,
    /// Days that are owed.
    pub needed: u32,
    /// Within what.
    pub every: Every,
}

impl Shortfall {
    /// “tháng 12/2026 mới có 1/2 ngày”, “tuần 07/12–13/12 mới có 0/1 ngày”.
    #[must_use]
    pub fn said(&self) -> String {
        let when = match self.every {
            Every::Month => format!("tháng {:02}/{}", self.from.month(), self.from.year()),
            Every::Week => {
                format!("tuần {}–{}", self.from.strftime("%d/%m"), self.until.strftime("%d/%m"))
            }
        };
        format!("{when} mới có {}/{} ngày", self.planned, self.needed)
    }
}

/// The weeks or months that begin from `from` to `until` with fewer days than `minimum`. A time without so many
/// working days owes as many as it has.
#[must_use]
pub fn shortfalls(
    minimum: Minimum,
    calendar: &WorkCalendar,
    days: &[Date],
    (from, until): (Date, Date),
) -> Vec<Shortfall> {
    let mut found = Vec::new();
    let (mut first, mut last) = period_of(minimum.every, from);
    if first < from && minimum.every == Every::Week {
        (first, last) = period_of(minimum.every, last.saturating_add(1.day()));
    }
    while first <= until {
        let mut held: Vec<&Date> = days.iter().filter(|it| first <= **it && **it <= last).collect();
        held.sort_unstable();
        held.dedup();
        let planned = u32::try_from(held.len()).unwrap_or(u32::MAX);
        let before = first.saturating_sub(1.day());
        let needed = minimum.days.min(calendar.working_days_between(before, last));
        if planned < needed {
            found.push(Shortfall {
                from: first,
                until: last,
                planned,
                needed,
                every: minimum.every,
            });
        }
        let Ok(next) = last.tomorrow() else { break };
        (first, last) = period_of(minimum.every, next);
    }
    found
}

/// How many speak for people who come with the same matter: 5 to 10 send one or two, more send at most five.
///
/// Law: Luật Tiếp công dân 2013 Đ.28.
#[must_use]
pub const fn representatives_max(people: u32) -> Option<u32> {
    match people {
        0..=4 => None,
        5..=10 => Some(2),
        _ => Some(5),
    }
}

/// The times at which somebody can be booked, each of so many minutes within the reception.
#[must_use]
pub fn slots(from: Time, until: Time, minutes: i64) -> Vec<Time> {
    let mut slots = Vec::new();
    let mut at = from;
    if minutes <= 0 {
        return slots;
    }
    loop {
        let end = at.saturating_add(minutes.minutes());
        if end > until || end <= at {
            return slots;
        }
        slots.push(at);
        at = end;
    }
}

codes! {
    /// How far a planned reception is.
    pub enum DayState {
        /// It is to come.
        Planned = "planned", "Theo lịch";
        /// It took place.
        Held = "held", "Đã tiếp";
        /// It does not take place.
        Cancelled = "cancelled", "Hủy";
    }
}

codes! {
    /// Why a reception is held.
    pub enum DayKind {
        /// By the rule.
        Periodic = "periodic", "Định kỳ";
        /// As the law asks when matters are pressing (Đ.18 k.3).
        Extraordinary = "extraordinary", "Đột xuất";
        /// Several agencies together.
        Joint = "joint", "Tiếp chung nhiều cơ quan";
    }
}

codes! {
    /// What somebody brought.
    pub enum Matter {
        /// Khiếu nại.
        Complaint = "complaint", "Khiếu nại";
        /// Tố cáo.
        Denunciation = "denunciation", "Tố cáo";
        /// Kiến nghị, phản ánh.
        Petition = "petition", "Kiến nghị, phản ánh";
        /// Anything else.
        Other = "other", "Nội dung khác";
    }
}

codes! {
    /// What was done with it.
    pub enum Outcome {
        /// Explained on the spot.
        Explained = "explained", "Giải thích, trả lời tại chỗ";
        /// Told where to turn.
        Guided = "guided", "Hướng dẫn đến cơ quan có thẩm quyền";
        /// Taken up: it is the unit's matter.
        TakenUp = "taken_up", "Thụ lý: thuộc thẩm quyền";
        /// Handed on to who is competent.
        HandedOn = "handed_on", "Chuyển cơ quan có thẩm quyền";
        /// Not received.
        Refused = "refused", "Từ chối tiếp";
    }
}

codes! {
    /// Why somebody may be refused (Luật Tiếp công dân 2013 Đ.9).
    pub enum RefusalGround {
        /// Đ.9 k.1.
        NotHimself = "not_himself", "Không làm chủ được hành vi do say rượu, dùng chất kích thích, bệnh tâm thần (Đ.9 k.1)";
        /// Đ.9 k.2.
        Threat = "threat", "Đe dọa, xúc phạm, vi phạm nội quy nơi tiếp công dân (Đ.9 k.2)";
        /// Đ.9 k.3.
        Settled = "settled", "Vụ việc đã giải quyết đúng luật, đã rà soát, thông báo mà vẫn cố tình kéo dài (Đ.9 k.3)";
        /// Đ.9 k.4.
        ByLaw = "by_law", "Trường hợp khác theo quy định của pháp luật (Đ.9 k.4)";
    }
}
