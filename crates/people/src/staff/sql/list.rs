//! SQL of the list of people, and of how far somebody reaches among them.

use std::collections::HashMap;

use domain::ids::{PositionId, StaffId, UnitId};
use jiff::civil::Date;
use store::{Fault, Param, Row, Select, Tx};

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folded words; each begins a word of the name.
    pub words: Vec<String>,
    /// Digits of a telephone.
    pub phone: Option<String>,
    /// People of these units.
    pub units: Option<Vec<UnitId>>,
    /// Whether they hold a position today.
    pub holds: Option<bool>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By given name, as offices list people.
    Name,
    /// The same, from the end.
    NameDown,
    /// Who came last comes first.
    Newest,
}

/// Somebody, as lists and forms need him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The number.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// What it is sorted by.
    pub name_key: String,
    /// The telephone; empty if none is known.
    pub phone: String,
    /// The address of mail; empty if none is known.
    pub email: String,
    /// Whether he is made up.
    pub demo: bool,
}

impl Kept {
    /// The name, with a word that he is made up.
    pub fn shown(&self) -> String {
        super::marked(&self.name, self.demo)
    }
}

const COLUMNS: &str = "s.id, s.name, s.name_key, s.phone, s.email, s.demo";

fn kept(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        name: row.get(1)?,
        name_key: row.get(2)?,
        phone: row.get(3)?,
        email: row.get(4)?,
        demo: row.get(5)?,
    })
}

/// A condition over `staff s`: people of these units, with its values. That is of those where
/// they hold or will hold a position; for who holds none any more, of those where they did.
pub fn belongs(units: &[UnitId], day: Date) -> (String, Vec<Param>) {
    if units.is_empty() {
        return ("1 = 0".to_owned(), Vec::new());
    }
    let marks = vec!["?"; units.len()].join(", ");
    let condition = format!(
        "exists (select 1 from holding h join position p on p.id = h.position
           where h.staff = s.id and (h.valid_until >= ? or h.valid_until is null)
             and p.unit in ({marks}))
         or (not exists (select 1 from holding h
               where h.staff = s.id and (h.valid_until >= ? or h.valid_until is null))
             and exists (select 1 from holding h join position p on p.id = h.position
               where h.staff = s.id and p.unit in ({marks})))"
    );
    let ids = || units.iter().map(|it| Param::from(*it));
    let day = || std::iter::once(Param::from(day));
    (condition, day().chain(ids()).chain(day()).chain(ids()).collect())
}

/// Narrows a query over `staff s` to people of these units.
pub fn of_units(select: Select, units: &[UnitId], day: Date) -> Select {
    let (condition, values) = belongs(units, day);
    select.and(&condition, values)
}

fn narrowed(reach: Option<&[UnitId]>, filter: &Filter, day: Date) -> Select {
    let mut select = Select::new(COLUMNS, "staff s");
    for units in [reach, filter.units.as_deref()].into_iter().flatten() {
        select = of_units(select, units, day);
    }
    for word in &filter.words {
        select = select.and("' ' || s.search like ?", [format!("% {word}%").into()]);
    }
    select = select.and_if("s.phone like ?", filter.phone.as_ref().map(|it| format!("%{it}%")));
    let held = "exists (select 1 from holding h where h.staff = s.id and h.valid_from <= ?
        and (h.valid_until >= ? or h.valid_until is null))";
    match filter.holds {
        None => select,
        Some(true) => select.and(held, [day.into(), day.into()]),
        Some(false) => select.and(&format!("not {held}"), [day.into(), day.into()]),
    }
}

/// A page of people: those after `after`, a place in the order.
pub fn page(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    order: Order,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let day = tx.now().civil().date();
    let mut select = narrowed(reach, filter, day);
    if let Some((key, id)) = after {
        let both = [Param::from(&key), Param::from(&key), id.into()];
        select = match order {
            Order::Name => select.and("s.name_key > ? or (s.name_key = ? and s.id > ?)", both),
            Order::NameDown => select.and("s.name_key < ? or (s.name_key = ? and s.id < ?)", both),
            Order::Newest => select.and("s.id < ?", [id.into()]),
        };
    }
    let select = match order {
        Order::Name => select.order_by("s.name_key, s.id"),
        Order::NameDown => select.order_by("s.name_key desc, s.id desc"),
        Order::Newest => select.order_by("s.id desc"),
    };
    select.rows(tx, limit)?.iter().map(kept).collect()
}

/// How many there are, up to `count_max`.
pub fn count(
    tx: &mut Tx<'_>,
    reach: Option<&[UnitId]>,
    filter: &Filter,
    count_max: i64,
) -> Result<i64, Fault> {
    let day = tx.now().civil().date();
    narrowed(reach, filter, day).count(tx, count_max)
}

/// Somebody, if he is of these units.
pub fn find(tx: &mut Tx<'_>, id: StaffId, reach: Option<&[UnitId]>) -> Result<Option<Kept>, Fault> {
    let day = tx.now().civil().date();
    let mut select = Select::new(COLUMNS, "staff s").and("s.id = ?", [id.into()]);
    if let Some(units) = reach {
        select = of_units(select, units, day);
    }
    select.rows(tx, 1)?.first().map(kept).transpose()
}

/// A position that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub position: PositionId,
    pub title: String,
    pub unit: UnitId,
}

/// What each of these people holds on `day`, heads first.
pub fn posts(
    tx: &mut Tx<'_>,
    ids: &[StaffId],
    day: Date,
) -> Result<HashMap<StaffId, Vec<Post>>, Fault> {
    let mut found: HashMap<StaffId, Vec<Post>> = HashMap::new();
    for some in ids.chunks(500) {
        let select = Select::new(
            "h.staff, p.id, p.title, p.unit",
            "holding h join position p on p.id = h.position",
        )
        .and_in("h.staff", some.to_vec())
        .and(
            "h.valid_from <= ? and (h.valid_until >= ? or h.valid_until is null)",
            [day.into(), day.into()],
        )
        .order_by("p.rank, h.id");
        for row in select.rows(tx, 10_000)? {
            let post = Post { position: row.get(1)?, title: row.get(2)?, unit: row.get(3)? };
            found.entry(row.get(0)?).or_default().push(post);
        }
    }
    Ok(found)
}

/// People with this folded name.
pub fn namesakes(tx: &mut Tx<'_>, name: &str) -> Result<Vec<Kept>, Fault> {
    let select = Select::new(COLUMNS, "staff s")
        .and("s.name_key = ?", [domain::text::name_key(name).into()])
        .order_by("s.id");
    select.rows(tx, 100)?.iter().map(kept).collect()
}
