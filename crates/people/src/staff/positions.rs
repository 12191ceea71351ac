//! The positions of a unit: what they are called, in which order, who signs, who holds them.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::{PositionId, StaffId, UnitId},
    text,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, mark_of, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    STALE,
    person::Wrong,
    sql::{
        self,
        holdings::{self, Holding, Position},
    },
};
use crate::units::facts::Reach;

/// What the journal calls a position.
const SUBJECT: &str = "position";

struct Holder {
    id: StaffId,
    name: String,
    from: String,
    is_to_come: bool,
}

struct Line {
    id: PositionId,
    title: String,
    rank: i64,
    signs: bool,
    holders: Vec<Holder>,
}

#[derive(Template)]
#[template(path = "staff/templates/positions.html")]
struct List<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    title: String,
    lines: Vec<Line>,
}

struct Around {
    title: String,
    positions: Vec<Position>,
    holders: Vec<Holding>,
}

async fn load(site: &Site, who: &Who, unit: UnitId) -> Result<Around, Failure> {
    let (asker, today) = (who.clone(), who.today());
    site.read(who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        reach.demand(unit)?;
        Ok(Around {
            title: reach.full_title(unit),
            positions: holdings::positions(tx, unit)?,
            holders: holdings::of_unit(tx, unit, today)?,
        })
    })
    .await
}

fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    around: Around,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let today = who.today();
    let Around { title, positions, holders } = around;
    let lines = positions
        .into_iter()
        .map(|it| Line {
            id: it.id,
            holders: holders
                .iter()
                .filter(|held| held.position == it.id)
                .map(|held| Holder {
                    id: held.staff,
                    name: held.name.clone(),
                    from: text::date(held.from),
                    is_to_come: held.from > today,
                })
                .collect(),
            title: it.title,
            rank: it.rank,
            signs: it.signs,
        })
        .collect();
    site.page(&List { shell: site.shell(who), m, unit, title, lines })
}

/// GET `/co-quan/quan-tri/don-vi/{id}/chuc-danh`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<i64>,
) -> Result<Html<String>, Failure> {
    let unit = UnitId(unit);
    let around = load(&site, &who, unit).await?;
    let last = around.positions.iter().map(|it| it.rank).max().unwrap_or(0);
    let mut typed = Typed::default();
    typed.set("thu-tu", (last + 10).min(999).to_string());
    typed.set("lan-gui", new_token());
    page(&site, &who, unit, around, &Mistakes::none(typed))
}

struct Draft {
    title: String,
    rank: i64,
    signs: bool,
}

fn read(fields: &mut Fields) -> Option<Draft> {
    let title = fields.text("ten", 200).map(|it| text::tidy(&it));
    let rank = fields.number("thu-tu", 0..=999);
    let signs = fields.typed().has("ky");
    Some(Draft { title: title?, rank: rank?, signs })
}

/// Whether another position of the unit is called so.
fn is_taken(
    tx: &mut Tx<'_>,
    unit: UnitId,
    own: Option<PositionId>,
    title: &str,
) -> Result<Option<Wrong>, store::Fault> {
    let folded = text::fold(title);
    let taken = holdings::positions(tx, unit)?
        .into_iter()
        .any(|it| Some(it.id) != own && text::fold(&it.title) == folded);
    let text = "Đơn vị đã có chức danh này. Nhiều người có thể cùng giữ một chức danh.";
    Ok(taken.then(|| ("ten", text.to_owned())))
}

/// POST `/co-quan/quan-tri/don-vi/{id}/chuc-danh`
pub async fn add(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = UnitId(unit);
    let around = load(&site, &who, unit).await?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let draft = read(&mut fields);
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, unit, around, &m)?)),
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        Reach::load(tx, &asker, Action::StaffManage)?.demand(unit)?;
        if let Some(wrong) = is_taken(tx, unit, None, &draft.title)? {
            return Ok(Err(wrong));
        }
        let id = sql::insert_position(tx, unit, &draft.title, draft.rank, draft.signs)?;
        let details = serde_json::json!({"unit": unit.0, "title": draft.title});
        tx.journal(Entry::new(SUBJECT, id.0, "create").details(&details));
        Ok(Ok(format!("/co-quan/quan-tri/don-vi/{unit}/chuc-danh")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã thêm chức danh.")),
        Sent::Wrong((field, text)) => {
            let m = Mistakes::one(as_typed, field, text);
            Err(Failure::Mistaken(page(&site, &who, unit, around, &m)?))
        }
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, unit, around, &m)?)),
    }
}

fn mark(it: &Position) -> String {
    mark_of([it.title.clone(), it.rank.to_string(), it.signs.to_string()])
}

#[derive(Template)]
#[template(path = "staff/templates/position.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: PositionId,
    unit: UnitId,
    unit_title: String,
    title: String,
}

async fn find(site: &Site, who: &Who, id: PositionId) -> Result<(String, Position), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        let it = holdings::find_position(tx, id)?.filter(|it| reach.holds(it.unit));
        let it = it.ok_or(Failure::NotFound)?;
        Ok((reach.full_title(it.unit), it))
    })
    .await
}

fn form_page(
    site: &Site,
    who: &Who,
    unit_title: String,
    it: &Position,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (id, unit, title) = (it.id, it.unit, it.title.clone());
    site.page(&Form { shell: site.shell(who), m, id, unit, unit_title, title })
}

/// GET `/co-quan/quan-tri/chuc-danh/{id}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (unit_title, it) = find(&site, &who, PositionId(id)).await?;
    let mut typed = Typed::default();
    typed.set("ten", it.title.as_str());
    typed.set("thu-tu", it.rank.to_string());
    if it.signs {
        typed.set("ky", "1");
    }
    typed.set("ban", mark(&it));
    form_page(&site, &who, unit_title, &it, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/chuc-danh/{id}`: changed, or taken away if nobody ever held it.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = PositionId(id);
    let (unit_title, it) = find(&site, &who, id).await?;
    let back = format!("/co-quan/quan-tri/don-vi/{}/chuc-danh", it.unit);
    let asker = who.clone();
    if typed.get("viec") == "xoa" {
        site.write(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let it = holdings::find_position(tx, id)?.filter(|it| reach.holds(it.unit));
            let it = it.ok_or(Failure::NotFound)?;
            if !holdings::delete_position(tx, id)? {
                return Err(Failure::Refused(
                    "Đã có người giữ chức danh này nên không xóa được; lịch sử phải còn. Hãy đổi \
                     tên nếu cần."
                        .to_owned(),
                ));
            }
            let details = serde_json::json!({"unit": it.unit.0, "title": it.title});
            tx.journal(Entry::new(SUBJECT, id.0, "remove").details(&details));
            Ok(())
        })
        .await?;
        return Ok(told(&back, "Đã xóa chức danh."));
    }
    let (seen, as_typed) = (typed.get("ban").to_owned(), typed.clone());
    let mut fields = Fields::of(typed);
    let draft = read(&mut fields);
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(form_page(&site, &who, unit_title, &it, &m)?));
        }
    };
    let done = site
        .write(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let old = holdings::find_position(tx, id)?.filter(|it| reach.holds(it.unit));
            let old = old.ok_or(Failure::NotFound)?;
            if mark(&old) != seen {
                return Ok(Some(("ban", STALE.to_owned())));
            }
            if let Some(wrong) = is_taken(tx, old.unit, Some(id), &draft.title)? {
                return Ok(Some(wrong));
            }
            let Draft { title, rank, signs } = draft;
            let new = Position { title, rank, signs, ..old.clone() };
            holdings::update_position(tx, &new)?;
            let details = serde_json::json!({
                "was": [old.title, old.rank.to_string(), old.signs.to_string()],
                "now": [new.title, new.rank.to_string(), new.signs.to_string()],
            });
            tx.journal(Entry::new(SUBJECT, id.0, "change").details(&details));
            Ok(None)
        })
        .await?;
    match done {
        None => Ok(told(&back, "Đã sửa chức danh.")),
        Some((field, text)) => {
            let (unit_title, it) = find(&site, &who, id).await?;
            let mut m = Mistakes::none(as_typed);
            m.typed.set("ban", mark(&it));
            m.by_field.insert(field.to_owned(), text);
            Err(Failure::Mistaken(form_page(&site, &who, unit_title, &it, &m)?))
        }
    }
}
