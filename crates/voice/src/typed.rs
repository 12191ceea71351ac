//! Fields that several slices ask for: a time of day, how often, who holds a position.

use domain::{
    ids::{PositionId, UnitId},
    reception::Pattern,
};
use jiff::civil::{Date, Time, Weekday};
use people::staff::facts::{self as staff, Holder};
use site::Fields;
use store::{Fault, Tx};

/// Rows of a part of an archive of the configuration at most.
const ARCHIVED_MAX: usize = 20_000;

/// A time of day, such as `07:30` or `7h30`.
pub(crate) fn time(fields: &mut Fields, name: &str) -> Option<Time> {
    let typed = fields.typed().get(name).replace(['h', 'g'], ":");
    let mut parts = typed.split(':').map(str::trim);
    let hour = parts.next().and_then(|it| it.parse().ok());
    let minute =
        parts.next().map_or(Some(0), |it| if it.is_empty() { Some(0) } else { it.parse().ok() });
    let read = hour.zip(minute).and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    if read.is_none() {
        fields.wrong(name, "Nhập giờ và phút, ví dụ 07:30.");
    }
    read
}

/// Two times of which the second is later.
pub(crate) fn span(fields: &mut Fields, from: &str, until: &str) -> Option<(Time, Time)> {
    let (start, end) = (time(fields, from), time(fields, until));
    let (start, end) = start.zip(end)?;
    if start >= end {
        fields.wrong(until, "Giờ kết thúc phải sau giờ bắt đầu.");
        return None;
    }
    Some((start, end))
}

/// How often: `nhip` with `thu`, `lan`, `ngay-thang`.
pub(crate) fn pattern(fields: &mut Fields) -> Option<Pattern> {
    let kind = fields.choice("nhip", |it| matches!(it, "w" | "n" | "d").then(|| it.to_owned()))?;
    if kind == "d" {
        let day = fields.number("ngay-thang", 1..=31)?;
        return i8::try_from(day).ok().map(Pattern::MonthDay);
    }
    let weekday =
        fields.choice("thu", |it| Weekday::from_monday_one_offset(it.parse().ok()?).ok())?;
    if kind == "w" {
        return Some(Pattern::Weekly(weekday));
    }
    let nth = fields.choice("lan", |it| it.parse::<i8>().ok().filter(|it| (1..=5).contains(it)))?;
    Some(Pattern::NthWeekday(nth, weekday))
}

/// The choices of [`pattern`].
pub(crate) struct PatternChoices {
    /// `nhip`.
    pub kinds: Vec<(String, String)>,
    /// `thu`.
    pub weekdays: Vec<(String, String)>,
    /// `lan`.
    pub nths: Vec<(String, String)>,
}

/// See [`PatternChoices`].
pub(crate) fn pattern_choices() -> PatternChoices {
    let kinds = [("w", "Hằng tuần"), ("n", "Một thứ trong tháng"), ("d", "Một ngày trong tháng")];
    let nths = ["lần thứ 1", "lần thứ 2", "lần thứ 3", "lần thứ 4", "lần cuối cùng"];
    PatternChoices {
        kinds: options(&kinds),
        weekdays: (1_i8..=7)
            .filter_map(|it| Some((it, Weekday::from_monday_one_offset(it).ok()?)))
            .map(|(at, day)| (at.to_string(), domain::text::weekday(day).to_owned()))
            .collect(),
        nths: (1..).zip(nths).map(|(at, it)| (at.to_string(), it.to_owned())).collect(),
    }
}

/// Choices of a list.
pub(crate) fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

/// Whoever holds a position of a unit on a day, heads first.
pub(crate) fn holders(tx: &mut Tx<'_>, unit: UnitId, day: Date) -> Result<Vec<Holder>, Fault> {
    staff::holders(tx, &[unit], day)
}

/// A position as an archive of the configuration names it: by its title, not by whose it is. Nothing where nobody holds
/// it.
pub(crate) fn title_of(
    tx: &mut Tx<'_>,
    (unit, position): (UnitId, PositionId),
    day: Date,
) -> Result<Option<String>, Fault> {
    let held = holders(tx, unit, day)?.into_iter().find(|it| it.position == position);
    Ok(held.map(|it| it.title))
}

/// The position of a unit that an archive names so, another than `not`.
pub(crate) fn position_titled(
    tx: &mut Tx<'_>,
    (unit, title): (UnitId, &str),
    not: Option<PositionId>,
    day: Date,
) -> Result<Option<PositionId>, Fault> {
    let all = holders(tx, unit, day)?;
    let found = all.into_iter().find(|it| it.title == title && Some(it.position) != not);
    Ok(found.map(|it| it.position))
}

/// What is said of a line of an archive whose unit or position is not here.
pub(crate) fn not_here(part: &str, name: &str) -> String {
    format!("{part}: bỏ qua một dòng, vì ở đây không có “{name}”")
}

/// Rows of a part of an archive, read.
///
/// # Errors
/// [`site::Failure::Refused`] if they do not read as what they should be, or are too many.
pub(crate) fn archived<T: serde::de::DeserializeOwned>(
    value: &serde_json::Value,
    part: &str,
) -> Result<Vec<T>, site::Failure> {
    let rows: Vec<T> = serde_json::from_value(value.clone()).map_err(|e| {
        let said = site::form::json_said(&e);
        site::Failure::Refused(format!("{part}: phần này trong tệp không đúng dạng: {said}"))
    })?;
    if rows.len() > ARCHIVED_MAX {
        return Err(site::Failure::Refused(format!("{part}: quá nhiều dòng trong tệp.")));
    }
    Ok(rows)
}

/// Holders as choices of a list.
pub(crate) fn holder_options(holders: &[Holder], none: &str) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), none.to_owned())];
    all.extend(
        holders.iter().map(|it| (it.position.to_string(), format!("{} – {}", it.title, it.name))),
    );
    all
}

/// The holder that was chosen under `name`.
pub(crate) fn holder(fields: &mut Fields, name: &str, holders: &[Holder]) -> Option<Holder> {
    fields.choice(name, |it| {
        let id: PositionId = it.parse().ok()?;
        holders.iter().find(|it| it.position == id).cloned()
    })
}

/// A printed paper to look at.
///
/// # Errors
/// When the typesetter fails.
pub(crate) fn pdf(
    paper: &prints::OfficePaper,
    name: &str,
) -> Result<axum::response::Response, Fault> {
    let bytes =
        prints::render_office_paper(paper).map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", name, false))
}

/// The agency on papers of a unit.
pub(crate) fn agency(who: &site::Who, unit: UnitId) -> prints::Agency {
    let parent = who.tree.line(unit).into_iter().nth(1).and_then(|it| who.tree.unit(it));
    let own = who.tree.known(unit);
    prints::Agency {
        parent: parent.map(|it| it.title.clone()).unwrap_or_default(),
        name: own.map(|it| it.title.clone()).unwrap_or_default(),
        place: own.map(|it| it.place.clone()).unwrap_or_default(),
    }
}
