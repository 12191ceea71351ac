//! People as a table: every row read, every mistake told, nothing written unless all are right.

use std::collections::BTreeMap;

use domain::{
    identity::{Email, Phone},
    ids::{PositionId, UnitId},
    text,
};
use jiff::civil::Date;
use serde::Serialize;
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::SUBJECT,
    person::{Draft, namesake, position_of},
    sql::{self, holdings},
};
use crate::{
    sheets::{Sheet, Table},
    units::facts::{Reach, plain},
};

/// Mistakes told at most; whoever has more starts with these.
const MISTAKES_MAX: usize = 200;
/// What stands above the columns, with their widths. The first three are owed.
const HEADS: &[(&str, u16)] = &[
    ("Họ và tên", 28),
    ("Đơn vị", 44),
    ("Chức danh", 34),
    ("Từ ngày", 14),
    ("Điện thoại", 16),
    ("Thư điện tử", 28),
];

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowMistake {
    /// The row, as a spreadsheet numbers it; 0 for the whole file.
    pub row: usize,
    /// What stands above the cell.
    pub column: &'static str,
    /// What is wrong and what to do, in Vietnamese.
    pub message: String,
}

/// Somebody who would be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The row.
    pub row: usize,
    /// The name.
    pub name: String,
    /// The telephone; empty if none was given.
    pub phone: String,
    /// The address of mail; empty if none was given.
    pub email: String,
    /// The unit.
    pub unit: UnitId,
    /// The unit's title.
    pub unit_title: String,
    /// The position.
    pub position: String,
    /// Whether the unit has no such position yet.
    pub is_new_position: bool,
    /// The first day.
    pub from: Date,
    known: Option<PositionId>,
}

/// What a table would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Who would be added, in the order of the rows.
    pub people: Vec<NewPerson>,
}

impl Plan {
    /// How many positions would be new.
    #[must_use]
    pub fn new_positions(&self) -> usize {
        let mut new: Vec<(UnitId, String)> = self
            .people
            .iter()
            .filter(|it| it.is_new_position)
            .map(|it| (it.unit, text::fold(&it.position)))
            .collect();
        new.sort();
        new.dedup();
        new.len()
    }
}

/// The sample to fill in: the table, and the units with their numbers.
pub(super) fn sample(reach: &Reach) -> Vec<Sheet> {
    let today = reach.today();
    let units = reach.ordered(today).into_iter().map(|(id, _)| {
        let code = reach.near(id).map_or_else(String::new, |it| it.agency_code.clone());
        vec![id.to_string(), reach.full_title(id), code]
    });
    let units: Vec<Vec<String>> = units.collect();
    vec![
        Sheet { name: "Cán bộ", heads: HEADS, rows: Vec::new() },
        Sheet {
            name: "Đơn vị",
            heads: &[("Số", 8), ("Tên", 60), ("Mã định danh", 20)],
            rows: units,
        },
    ]
}

/// Reads a table against what there is.
///
/// # Errors
/// Any [`Fault`] of the engine. Mistakes are a value.
pub fn plan(
    tx: &mut Tx<'_>,
    reach: &Reach,
    table: &Table,
) -> Result<Result<Plan, Vec<RowMistake>>, Fault> {
    let heads: Vec<String> = table.heads.iter().map(|it| text::fold(it)).collect();
    let places: Vec<Option<usize>> =
        HEADS.iter().map(|(head, _)| heads.iter().position(|it| *it == text::fold(head))).collect();
    let mut mistakes: Vec<RowMistake> = HEADS
        .iter()
        .zip(&places)
        .take(3)
        .filter(|(_, place)| place.is_none())
        .map(|((head, _), _)| RowMistake {
            row: 0,
            column: head,
            message: format!("Thiếu cột “{head}”. Hãy dùng tệp mẫu."),
        })
        .collect();
    if !mistakes.is_empty() {
        return Ok(Err(mistakes));
    }
    let mut plan = Plan::default();
    let mut seen: BTreeMap<(String, String, UnitId), usize> = BTreeMap::new();
    for (row, cells) in &table.rows {
        let cell = |at: usize| {
            let place = places.get(at).copied().flatten();
            place.and_then(|it| cells.get(it)).map_or("", |it| it.trim())
        };
        let Some(person) = read_row(tx, reach, *row, &cell, &mut mistakes)? else { continue };
        let key = (text::fold(&person.name), person.phone.clone(), person.unit);
        if let Some(before) = seen.insert(key, *row) {
            let message = format!("Người này đã có ở dòng {before}. Hãy bỏ một dòng.");
            mistakes.push(RowMistake { row: *row, column: "Họ và tên", message });
        }
        plan.people.push(person);
    }
    if mistakes.is_empty() {
        return Ok(Ok(plan));
    }
    mistakes.truncate(MISTAKES_MAX);
    Ok(Err(mistakes))
}

fn read_row<'a>(
    tx: &mut Tx<'_>,
    reach: &Reach,
    row: usize,
    cell: &impl Fn(usize) -> &'a str,
    mistakes: &mut Vec<RowMistake>,
) -> Result<Option<NewPerson>, Fault> {
    let before = mistakes.len();
    let mut wrong = |at: usize, message: String| {
        let column = HEADS.get(at).map_or("", |it| it.0);
        mistakes.push(RowMistake { row, column, message });
    };
    let name = text::tidy(cell(0));
    match name.chars().count() {
        0 => wrong(0, "Chưa có họ và tên.".to_owned()),
        1..=120 => {}
        _ => wrong(0, "Họ và tên dài quá 120 ký tự.".to_owned()),
    }
    let from = match cell(3) {
        "" => Some(reach.today()),
        typed => site::form::parse_date(typed),
    };
    if from.is_none() {
        wrong(3, "Ghi ngày theo dạng ngày/tháng/năm, ví dụ 31/12/2026.".to_owned());
    }
    let unit = unit_of(reach, cell(1), from.unwrap_or_else(|| reach.today()));
    if let Err(message) = &unit {
        wrong(1, message.clone());
    }
    let position = text::tidy(cell(2));
    if position.is_empty() || position.chars().count() > 200 {
        wrong(2, "Ghi tên chức danh, tối đa 200 ký tự.".to_owned());
    }
    let phone = match cell(4) {
        "" => Ok(String::new()),
        typed => Phone::parse(&with_zero(typed)).map(|it| it.reveal().to_owned()),
    };
    if let Err(refusal) = &phone {
        wrong(4, refusal.to_string());
    }
    let email = match cell(5) {
        "" => Ok(String::new()),
        typed => Email::parse(typed).map(|it| it.reveal().to_owned()),
    };
    if let Err(refusal) = &email {
        wrong(5, refusal.to_string());
    }
    let (Some(from), Ok(unit), Ok(phone), Ok(email)) = (from, unit, phone, email) else {
        return Ok(None);
    };
    let draft = Draft { name, phone, email };
    if let Some(same) = namesake(tx, reach, &draft)? {
        wrong(0, same);
    }
    if mistakes.len() > before {
        return Ok(None);
    }
    let known = holdings::positions(tx, unit)?
        .into_iter()
        .find(|it| text::fold(&it.title) == text::fold(&position));
    Ok(Some(NewPerson {
        row,
        name: draft.name,
        phone: draft.phone,
        email: draft.email,
        unit,
        unit_title: reach.full_title(unit),
        is_new_position: known.is_none(),
        position: known.as_ref().map_or(position, |it| it.title.clone()),
        known: known.map(|it| it.id),
        from,
    }))
}

/// A spreadsheet that takes a telephone for a number drops its zero.
fn with_zero(typed: &str) -> String {
    let bare = typed.len() == 9 && typed.bytes().all(|it| it.is_ascii_digit());
    if bare { format!("0{typed}") } else { typed.to_owned() }
}

/// The unit of a cell: its number, its agency identifier, or its name, with the one above after a
/// comma if several are called so.
fn unit_of(reach: &Reach, typed: &str, day: Date) -> Result<UnitId, String> {
    if typed.is_empty() {
        return Err(
            "Chưa có đơn vị: ghi tên, số hoặc mã định danh như trang “Đơn vị” của tệp mẫu."
                .to_owned(),
        );
    }
    let folded = text::fold(typed);
    let fits = |id: UnitId| {
        let Some(version) = reach.near(id) else { return false };
        id.to_string() == typed
            || (!version.agency_code.is_empty() && version.agency_code == typed)
            || text::fold(&version.title) == folded
            || text::fold(plain(&version.title)) == folded
            || text::fold(&reach.full_title(id)) == folded
    };
    let found: Vec<UnitId> =
        reach.all().map(|it| it.id).filter(|id| reach.may_choose(*id, day) && fits(*id)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!(
            "Không có đơn vị “{typed}” vào ngày {}. Ghi như trang “Đơn vị” của tệp mẫu.",
            text::date(day)
        )),
        several => Err(format!(
            "Có {} đơn vị tên “{typed}”. Ghi số của đơn vị, hoặc thêm cấp trên sau dấu phẩy.",
            several.len()
        )),
    }
}

/// Adds everybody of a plan.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn apply(tx: &mut Tx<'_>, plan: &Plan, demo: bool) -> Result<(), Fault> {
    for it in &plan.people {
        let known = match it.known {
            Some(id) => Ok(id),
            None => {
                let folded = text::fold(&it.position);
                let made = holdings::positions(tx, it.unit)?;
                let made = made.into_iter().find(|has| text::fold(&has.title) == folded);
                made.map(|it| it.id).ok_or_else(|| it.position.clone())
            }
        };
        let position = position_of(tx, it.unit, known)?;
        let name = sql::marked(&it.name, demo);
        let id = sql::insert(tx, &name, &it.phone, &it.email, demo)?;
        sql::insert_holding(tx, id, position, it.from, None)?;
        let details = serde_json::json!({
            "position": position.0,
            "from": it.from.to_string(),
            "row": it.row,
        });
        tx.journal(Entry::new(SUBJECT, id.0, "import").details(&details));
    }
    Ok(())
}
