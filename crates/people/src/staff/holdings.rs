//! Giving somebody a position, and taking it.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::{PositionId, StaffId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::journal::Entry;

use super::{
    ADDRESS,
    facts::SUBJECT,
    person::{Wrong, demand, position_of, position_options, read_position},
    sql::{
        self,
        holdings::{self, Holding, Position},
    },
};
use crate::units::facts::Reach;

#[derive(Template)]
#[template(path = "staff/templates/give.html")]
struct Give<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: StaffId,
    name: String,
    units: Vec<(String, String)>,
    unit: String,
    unit_title: String,
    positions: Vec<(String, String)>,
}

/// What the form needs: how far the administrator reaches, the name, the unit's positions.
struct Around {
    reach: Reach,
    name: String,
    positions: Vec<Position>,
}

async fn load(
    site: &Site,
    who: &Who,
    id: StaffId,
    unit: Option<UnitId>,
) -> Result<Around, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        let name = demand(tx, &reach, id)?.shown();
        let positions = match unit {
            Some(unit) if reach.holds(unit) => holdings::positions(tx, unit)?,
            Some(_) => return Err(Failure::NotFound),
            None => Vec::new(),
        };
        Ok(Around { reach, name, positions })
    })
    .await
}

fn page(
    site: &Site,
    who: &Who,
    id: StaffId,
    around: &Around,
    unit: Option<UnitId>,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    site.page(&Give {
        shell: site.shell(who),
        m,
        id,
        name: around.name.clone(),
        units: around.reach.options(who.today()),
        unit: unit.map_or_else(String::new, |it| it.to_string()),
        unit_title: unit.map_or_else(String::new, |it| around.reach.full_title(it)),
        positions: position_options(&around.positions),
    })
}

/// GET `/co-quan/quan-tri/can-bo/{id}/chuc-vu?don-vi=`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (id, unit) = (StaffId(id), asked.get("don-vi").parse().ok().map(UnitId));
    let around = load(&site, &who, id, unit).await?;
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    page(&site, &who, id, &around, unit, &Mistakes::none(typed))
}

struct Draft {
    position: Result<PositionId, String>,
    from: Date,
    until: Option<Date>,
}

/// POST `/co-quan/quan-tri/can-bo/{id}/chuc-vu`
pub async fn give(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let id = StaffId(id);
    let unit = typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)?;
    let around = load(&site, &who, id, Some(unit)).await?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let position = read_position(&mut fields, &around.positions);
    let from = fields.date("tu-ngay");
    let until = fields.optional_date("den-ngay");
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        fields.wrong("den-ngay", "Ngày thôi giữ không thể trước ngày bắt đầu.");
    }
    if from.is_some_and(|from| !around.reach.exists(unit, from)) {
        fields.wrong("tu-ngay", "Đơn vị không hoạt động vào ngày này. Hãy chọn ngày khác.");
    }
    let draft = (|| Some(Draft { position: position?, from: from?, until: until? }))();
    let again =
        |m: &Mistakes| Err(Failure::Mistaken(page(&site, &who, id, &around, Some(unit), m)?));
    let draft = match fields.finish(draft) {
        Ok(it) => it,
        Err(m) => return again(&m),
    };
    let asker = who.clone();
    let done = once(&site, &who, sending, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        demand(tx, &reach, id)?;
        if !reach.holds(unit) {
            return Err(Failure::NotFound);
        }
        let (from, until) = (draft.from, draft.until);
        if let Ok(position) = &draft.position
            && let Some(other) = holdings::overlapping(tx, (id, *position), from, until, 0)?
        {
            let end = other.until.map_or_else(|| "nay".to_owned(), text::date);
            let text = format!(
                "Đã giữ chức danh này từ {} đến {end}. Hãy chọn thời gian khác.",
                text::date(other.from)
            );
            return Ok(Err::<_, Wrong>(("tu-ngay", text)));
        }
        let position = position_of(tx, unit, draft.position)?;
        sql::insert_holding(tx, id, position, from, until)?;
        let details = serde_json::json!({
            "position": position.0,
            "from": from.to_string(),
            "until": until.map(|it| it.to_string()),
        });
        tx.journal(Entry::new(SUBJECT, id.0, "give_position").details(&details));
        Ok(Ok(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => Ok(told(&location, "Đã giao chức danh.")),
        Sent::Wrong((field, text)) => {
            let m = Mistakes::one(as_typed, field, text);
            again(&m)
        }
        Sent::Before(m) => again(&m),
    }
}

#[derive(Template)]
#[template(path = "staff/templates/end.html")]
struct End<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    staff: StaffId,
    name: String,
    title: String,
    unit: String,
    from: String,
    has_begun: bool,
}

async fn held(site: &Site, who: &Who, id: i64) -> Result<(Reach, Holding), Failure> {
    let asker = who.clone();
    site.read(who, move |tx| {
        let reach = Reach::load(tx, &asker, Action::StaffManage)?;
        let it = holdings::find(tx, id)?.filter(|it| reach.holds(it.unit));
        Ok((reach, it.ok_or(Failure::NotFound)?))
    })
    .await
}

fn end_page(
    site: &Site,
    who: &Who,
    reach: &Reach,
    it: &Holding,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    site.page(&End {
        shell: site.shell(who),
        m,
        id: it.id,
        staff: it.staff,
        name: it.name.clone(),
        title: it.title.clone(),
        unit: reach.full_title(it.unit),
        from: text::date(it.from),
        has_begun: it.from <= who.today(),
    })
}

/// GET `/co-quan/quan-tri/chuc-vu/{id}`
pub async fn end_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (reach, it) = held(&site, &who, id).await?;
    let mut typed = Typed::default();
    typed.set("ngay-cuoi", text::date(it.until.unwrap_or_else(|| who.today())));
    end_page(&site, &who, &reach, &it, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/chuc-vu/{id}`: the last day, or taken back before it began.
pub async fn end(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (reach, it) = held(&site, &who, id).await?;
    let takes_back = typed.get("viec") == "bo";
    let mut fields = Fields::of(typed);
    let last = if takes_back { Some(it.from) } else { fields.date("ngay-cuoi") };
    if last.is_some_and(|last| last < it.from) {
        let text = format!("Ngày cuối không thể trước ngày bắt đầu {}.", text::date(it.from));
        fields.wrong("ngay-cuoi", text);
    }
    let last = match fields.finish(last) {
        Ok(last) => last,
        Err(m) => return Err(Failure::Mistaken(end_page(&site, &who, &reach, &it, &m)?)),
    };
    let (asker, staff, today) = (who.clone(), it.staff, who.today());
    let done = site
        .write(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let it = holdings::find(tx, id)?.filter(|it| reach.holds(it.unit));
            let it = it.ok_or(Failure::NotFound)?;
            if takes_back {
                if it.from <= today {
                    return Err(Failure::Refused(
                        "Chức danh đã có hiệu lực nên không bỏ được; hãy ghi ngày cuối.".to_owned(),
                    ));
                }
                holdings::delete(tx, id)?;
            } else {
                let both = (it.staff, it.position);
                let again = holdings::overlapping(tx, both, it.from, Some(last), id)?;
                if let Some(other) = again {
                    return Ok(Some(other.from));
                }
                holdings::end(tx, id, last)?;
            }
            let details = serde_json::json!({
                "position": it.position.0,
                "last": (!takes_back).then(|| last.to_string()),
            });
            tx.journal(Entry::new(SUBJECT, it.staff.0, "end_position").details(&details));
            Ok(None)
        })
        .await?;
    if let Some(from) = done {
        let mut typed = Typed::default();
        typed.set("ngay-cuoi", text::date(last));
        let mut m = Mistakes::none(typed);
        let text = format!(
            "Người này giữ lại chức danh từ {}. Ngày cuối phải trước ngày đó.",
            text::date(from)
        );
        m.by_field.insert("ngay-cuoi".to_owned(), text);
        return Err(Failure::Mistaken(end_page(&site, &who, &reach, &it, &m)?));
    }
    Ok(told(&format!("{ADDRESS}/{staff}"), "Đã ghi việc thôi giữ chức danh."))
}
