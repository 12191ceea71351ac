//! Postings: what hangs at each place of each unit, and whether it is what is in force.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::{ProcedureId, StaffId, UnitId, VersionId},
    text,
};
use jiff::civil::Date;
use prints::vi::short_date;
use serde_json::json;
use site::{Asked, Failure, Filled, Html, Shell, Site, State, Who, demand, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::{Catalogue, catalogue, tier_of},
    office::address,
    sql,
};

/// Lines of one page.
const LINES: usize = 100;

/// Where procedures are posted.
const PLACES: [(&str, &str); 3] =
    [("board", "Bảng niêm yết"), ("kiosk", "Máy tra cứu"), ("qr", "Mã QR tại quầy")];

/// How a posting stands against what is in force.
const STATES: [(&str, &str); 4] = [
    ("thieu", "Chưa niêm yết"),
    ("cu", "Bản cũ"),
    ("dung", "Đang niêm yết"),
    ("go", "Phải gỡ xuống"),
];

/// One line of a unit's postings.
struct Line {
    version: VersionId,
    procedure: ProcedureId,
    code: String,
    name: String,
    state: &'static str,
    posted_on: Option<Date>,
    checked_on: Option<Date>,
}

/// Puts what should hang beside what does.
fn lines(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    who: &Who,
    unit: UnitId,
    place: &str,
) -> Result<Vec<Line>, Failure> {
    let here = who.tree.unit(unit).ok_or(Failure::NotFound)?;
    let tier = tier_of(&here.kind).ok_or(Failure::NotFound)?;
    let mut hanging: HashMap<ProcedureId, sql::Posting> =
        sql::postings(tx, unit, place)?.into_iter().map(|it| (it.procedure, it)).collect();
    let mut lines: Vec<Line> = catalogue
        .of_tier(tier, who.tree.has_districts())
        .map(|it| {
            let hangs = hanging.remove(&it.procedure);
            let state = match &hangs {
                None => "thieu",
                Some(hangs) if hangs.version == it.id => "dung",
                Some(_) => "cu",
            };
            Line {
                version: it.id,
                procedure: it.procedure,
                code: it.body.code.clone(),
                name: it.body.name.clone(),
                state,
                posted_on: hangs.as_ref().map(|it| it.posted_on),
                checked_on: hangs.and_then(|it| it.checked_on),
            }
        })
        .collect();
    lines.extend(hanging.into_values().map(|it| Line {
        version: it.version,
        procedure: it.procedure,
        code: it.code,
        name: it.name,
        state: "go",
        posted_on: Some(it.posted_on),
        checked_on: it.checked_on,
    }));
    lines.sort_by_cached_key(|it| (text::sort_key(&it.name), it.code.clone()));
    Ok(lines)
}

struct LineView {
    version: VersionId,
    code: String,
    name: String,
    state: &'static str,
    good: bool,
    posted_on: String,
    checked_on: String,
}

#[derive(Template)]
#[template(path = "procedures/templates/postings.html")]
struct Postings {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    place: String,
    places: &'static [(&'static str, &'static str)],
    state: String,
    states: &'static [(&'static str, &'static str)],
    counts: Vec<(&'static str, usize)>,
    lines: Vec<LineView>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// Units with a board of their own that `who` looks after.
fn units(who: &Who) -> Vec<(UnitId, String)> {
    who.tree
        .all()
        .filter(|it| tier_of(&it.kind).is_some() && who.can_at(Action::PostingManage, it.id))
        .map(|it| (it.id, it.title.clone()))
        .collect()
}

fn place_of(asked: &str) -> &'static str {
    PLACES.iter().find(|(it, _)| *it == asked).map_or("board", |(it, _)| it)
}

/// GET `/co-quan/niem-yet`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let units = units(&who);
    let unit = match asked.get("don-vi") {
        "" => units.first().map(|(it, _)| *it).ok_or(Failure::NotFound)?,
        typed => typed.parse().map_err(|_| Failure::NotFound)?,
    };
    demand(&who, Action::PostingManage, unit)?;
    let place = place_of(asked.get("noi"));
    let (site_read, who_read) = (site.clone(), who.clone());
    let all = site
        .read(&who, move |tx| {
            let catalogue = catalogue(&site_read, tx)?;
            lines(tx, &catalogue, &who_read, unit, place)
        })
        .await?;
    let state = asked.get("trang-thai").to_owned();
    let counts = STATES
        .iter()
        .map(|(code, label)| (*label, all.iter().filter(|it| it.state == *code).count()))
        .collect();
    let wanted: Vec<Line> =
        all.into_iter().filter(|it| state.is_empty() || it.state == state).collect();
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let to = |page| address("/co-quan/niem-yet", &asked, page);
    let day = |it: Option<Date>| it.map_or_else(|| "–".to_owned(), short_date);
    site.page(&Postings {
        shell: site.shell(&who),
        units: units.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        unit: unit.to_string(),
        place: place.to_owned(),
        places: &PLACES,
        state,
        states: &STATES,
        counts,
        count: wanted.len(),
        previous: (page > 1).then(|| to(page - 1)),
        next: (from + LINES < wanted.len()).then(|| to(page + 1)),
        lines: wanted
            .into_iter()
            .skip(from)
            .take(LINES)
            .map(|it| LineView {
                version: it.version,
                code: it.code,
                name: it.name,
                state: STATES.iter().find(|(code, _)| *code == it.state).map_or("", |(_, it)| it),
                good: it.state == "dung",
                posted_on: day(it.posted_on),
                checked_on: day(it.checked_on),
            })
            .collect(),
    })
}

/// Does `wish` to one line; says whether anything was done.
fn carry_out(
    tx: &mut Tx<'_>,
    wish: &str,
    line: &Line,
    unit: UnitId,
    place: &'static str,
    by: Option<StaffId>,
) -> Result<bool, Fault> {
    let today = tx.now().civil().date();
    let (done, act) = match (wish, line.state) {
        ("niem-yet", "thieu" | "cu") => {
            sql::unpost(tx, unit, place, line.procedure)?;
            sql::insert_posting(tx, unit, place, line.version, today)?;
            (true, "post")
        }
        ("kiem-tra", "dung") => {
            (sql::check_posting(tx, unit, place, line.version, today, by)?, "check_posting")
        }
        ("go", "cu" | "dung" | "go") => {
            (sql::unpost(tx, unit, place, line.procedure)? > 0, "unpost")
        }
        _ => (false, ""),
    };
    if done {
        let details = json!({"unit": unit.0, "place": place, "version": line.version.0});
        tx.journal(Entry::new(sql::SUBJECT, line.procedure.0, act).details(&details));
    }
    Ok(done)
}

/// POST `/co-quan/niem-yet`: post, check or take down what was ticked.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit: UnitId = typed.get("don-vi").parse().map_err(|_| Failure::NotFound)?;
    demand(&who, Action::PostingManage, unit)?;
    let place = place_of(typed.get("noi"));
    let wish = typed.get("viec").to_owned();
    let whole = typed.has("tat-ca");
    let ticked: Vec<VersionId> = typed.all("ban").filter_map(|it| it.parse().ok()).collect();
    let (site_write, who_write) = (site.clone(), who.clone());
    let done = site
        .write(&who, move |tx| {
            let catalogue = catalogue(&site_write, tx)?;
            let lines = lines(tx, &catalogue, &who_write, unit, place)?;
            let mut done = 0_usize;
            for line in lines.iter().filter(|it| whole || ticked.contains(&it.version)) {
                done += usize::from(carry_out(tx, &wish, line, unit, place, who_write.staff)?);
            }
            Ok(done)
        })
        .await?;
    let said = if done == 0 {
        "Chưa có gì thay đổi: hãy đánh dấu thủ tục cần làm.".to_owned()
    } else {
        format!("Đã ghi {done} thủ tục.")
    };
    Ok(told(&format!("/co-quan/niem-yet?don-vi={unit}&noi={place}"), &said))
}
