//! What an administrator may change, and how its form reads.

use domain::{
    calendar::{CalendarEntry, DayKind, EntryState},
    hours::{Duty, HoursRule, MonthDay, Season, Span},
    ids::UnitId,
};
use jiff::civil::{Date, Time};
use site::{Fields, Mistakes, Typed};

/// One change of the calendar or of the office hours.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Day {
        unit: Option<UnitId>,
        entry: CalendarEntry,
    },
    Revoke {
        id: i64,
        reason: String,
    },
    Hours {
        unit: Option<UnitId>,
        rule: HoursRule,
    },
    /// A rule of office hours is taken out; the one before holds again.
    RevokeHours {
        id: i64,
        reason: String,
    },
    /// Documents have settled the calendar up to the end of this day.
    Settled {
        through: Date,
        source: String,
    },
}

impl Change {
    /// What people read before they confirm, and citizens as the reason.
    pub fn reason(&self) -> String {
        match self {
            Self::Day { entry: it, .. } => format!(
                "{} {}: {} ({})",
                domain::text::date(it.date),
                it.kind.label(),
                it.reason,
                it.source
            ),
            Self::Revoke { reason, .. } => format!("bỏ một ngày trong lịch: {reason}"),
            Self::RevokeHours { reason, .. } => format!("bỏ một quy định giờ làm việc: {reason}"),
            Self::Hours { rule, .. } => format!(
                "giờ làm việc mới từ {}: {} ({})",
                domain::text::date(rule.valid_from),
                super::hours_text(rule),
                rule.source
            ),
            Self::Settled { through, source } => {
                format!("lịch đã chốt đến hết {} ({source})", domain::text::date(*through))
            }
        }
    }
}

/// Reads the form. `units` are those that may be chosen; 0 stands for everywhere.
pub(super) fn read(typed: Typed, units: &[(String, String)]) -> Result<Change, Mistakes> {
    let mut fields = Fields::of(typed);
    let whole = match fields.typed().get("viec") {
        "bo" => {
            let id = fields.number("bo", 1..=i64::MAX);
            let reason = fields.text("ly-do", 300);
            id.zip(reason).map(|(id, reason)| Change::Revoke { id, reason })
        }
        "bo-gio" => {
            let id = fields.number("bo", 1..=i64::MAX);
            let reason = fields.text("ly-do", 300);
            id.zip(reason).map(|(id, reason)| Change::RevokeHours { id, reason })
        }
        "gio" => hours(&mut fields, units),
        "chot" => {
            let through = fields.date("chot-den");
            let source = fields.text("chot-can-cu", 300);
            through.zip(source).map(|(through, source)| Change::Settled { through, source })
        }
        _ => day(&mut fields, units),
    };
    fields.finish(whole)
}

fn unit(fields: &mut Fields, name: &str, units: &[(String, String)]) -> Option<Option<UnitId>> {
    fields.choice(name, |it| {
        let known = units.iter().any(|(id, _)| id == it);
        let id: i64 = it.parse().ok().filter(|_| known)?;
        Some((id != 0).then_some(UnitId(id)))
    })
}

fn day(fields: &mut Fields, units: &[(String, String)]) -> Option<Change> {
    let unit = unit(fields, "don-vi", units);
    let date = fields.date("ngay");
    let kind = fields.choice("loai", DayKind::from_code);
    let reason = fields.text("ly-do", 300);
    let source = fields.text("can-cu", 300);
    let decided_on = fields.optional_date("ngay-ban-hanh");
    let entry = CalendarEntry {
        date: date?,
        kind: kind?,
        reason: reason?,
        source: source?,
        decided_on: decided_on?,
        state: EntryState::Confirmed,
    };
    Some(Change::Day { unit: unit?, entry })
}

fn hours(fields: &mut Fields, units: &[(String, String)]) -> Option<Change> {
    let unit = unit(fields, "gio-don-vi", units);
    let from = fields.date("gio-tu-ngay");
    let until = fields.optional_date("gio-den-ngay");
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        fields.wrong("gio-den-ngay", "Ngày hết hiệu lực không thể trước ngày bắt đầu.");
    }
    let summer = season(fields, "he", "mùa hè", true);
    let winter = season(fields, "dong", "mùa đông", false);
    let duties = match fields.typed().get("thu-bay") {
        "" => Some(Vec::new()),
        _ => span(fields, "thu-bay").map(|it| vec![Duty { weekday: 6, spans: vec![it] }]),
    };
    let source = fields.text("gio-can-cu", 300);
    let seasons: Vec<Season> = [summer?, winter?].into_iter().flatten().collect();
    let rule = HoursRule {
        valid_from: from?,
        valid_until: until?,
        seasons,
        duties: duties?,
        source: source?,
    };
    if let Some(MonthDay { month, day }) = rule.uncovered() {
        fields.wrong(
            "dong-tu",
            format!(
                "Từ {day}/{month} chưa có giờ làm việc. Ghi mùa đông cho phần còn lại của năm, hoặc cho \
                 mùa hè từ 1/1 đến 31/12."
            ),
        );
        return None;
    }
    Some(Change::Hours { unit: unit?, rule })
}

/// A season; the second one may be left empty: then the first holds all the year.
fn season(fields: &mut Fields, key: &str, name: &str, owed: bool) -> Option<Option<Season>> {
    let at = |part: &str| format!("{key}-{part}");
    let empty =
        ["tu", "den", "sang", "chieu"].iter().all(|it| fields.typed().get(&at(it)).is_empty());
    if empty && !owed {
        return Some(None);
    }
    let from = month_day(fields, &at("tu"));
    let until = month_day(fields, &at("den"));
    let morning = span(fields, &at("sang"));
    let afternoon = span(fields, &at("chieu"));
    if let (Some(morning), Some(afternoon)) = (morning, afternoon)
        && afternoon.from < morning.until
    {
        fields.wrong(&at("chieu"), "Giờ chiều phải sau giờ sáng.");
    }
    let spans = vec![morning?, afternoon?];
    Some(Some(Season { name: name.to_owned(), from: from?, until: until?, spans }))
}

fn month_day(fields: &mut Fields, name: &str) -> Option<MonthDay> {
    let text = fields.typed().get(name);
    let read = text.split_once(['/', '-']).and_then(|(day, month)| {
        let (day, month) = (day.trim().parse().ok()?, month.trim().parse().ok()?);
        // A leap year, so that 29/2 may be written.
        Date::new(2024, month, day).ok().map(|_| MonthDay { month, day })
    });
    if read.is_none() {
        fields.wrong(name, "Nhập ngày/tháng, ví dụ 16/4.");
    }
    read
}

fn span(fields: &mut Fields, name: &str) -> Option<Span> {
    let text = fields.typed().get(name);
    let read = text.split_once(['-', '–']).and_then(|(from, until)| {
        let span = Span { from: time(from)?, until: time(until)? };
        (span.from < span.until).then_some(span)
    });
    if read.is_none() {
        fields.wrong(name, "Nhập giờ mở và giờ đóng, ví dụ 7:30-11:30.");
    }
    read
}

fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let (hour, minute) = text.split_once([':', 'h', 'g']).unwrap_or((text, "0"));
    let minute = if minute.is_empty() { "0" } else { minute };
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}
