//! Papers on their way between units: the list, its workbook, and what rings on the first page.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::{Action, Scope},
    ids::UnitId,
    link::HandOverState,
};
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Shell, Site, State, Typed, Who};
use store::{Fault, Tx};

use super::{
    chain::{SlipView, slip_view},
    slip::may_print,
    sql::{self, Wanted},
    states,
};
use crate::dossiers::{sql as dossiers, view::Around};

/// Rows of one page, and of one workbook at most.
const ROWS: i64 = 50;
const WORKBOOK_ROWS_MAX: i64 = 10_000;

/// What waits between units, for the first page.
pub struct Alarm {
    /// What its figure says.
    pub label: &'static str,
    /// Where all of it is.
    pub href: &'static str,
    /// How many.
    pub count: i64,
    /// Whether it rings.
    pub is_late: bool,
}

/// The units whose slips somebody sees; nothing: all.
fn units_of(who: &Who) -> Option<Vec<UnitId>> {
    match who.scope(Action::DossierView) {
        Scope::Everything => None,
        Scope::Units(units) => Some(units),
    }
}

/// The commune, district or province of a unit; itself, if there is none above it.
fn body_of(who: &Who, unit: UnitId) -> UnitId {
    let is_body = |it: &UnitId| {
        who.tree.known(*it).is_some_and(|it| !matches!(it.kind.as_str(), "division" | "one_stop"))
    };
    who.tree.line(unit).into_iter().find(is_body).unwrap_or(unit)
}

/// The units that are somebody's own: those of the bodies where he works, of what he sees. Whoever sees
/// what lies below has not to take up what is sent there.
fn own_of(who: &Who) -> Vec<UnitId> {
    let today = who.today();
    let held = who.grants.iter().filter(|it| it.holds_on(today));
    let bodies: Vec<UnitId> = held.map(|it| body_of(who, it.unit)).collect();
    let seen = units_of(who);
    let all = who.tree.all().map(|it| it.id);
    all.filter(|it| seen.as_ref().is_none_or(|seen| seen.contains(it)))
        .filter(|it| bodies.contains(&body_of(who, *it)))
        .collect()
}

/// What waits for whoever signs in, and what of his does elsewhere; late ones apart.
pub fn alarms(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<Alarm>, Fault> {
    let (units, own) = (units_of(who), own_of(who));
    let mut of = |way: &str, late: bool| {
        let wanted = Wanted {
            units: units.clone(),
            own: own.clone(),
            way: way.to_owned(),
            state: Some(HandOverState::Waiting),
            due_before: late.then(|| who.now.civil()),
            before: None,
        };
        sql::count(tx, &wanted)
    };
    let all = [
        (
            "bàn giao liên thông chờ nhận",
            "/co-quan/lien-thong?chieu=in&trang-thai=waiting",
            of("in", false)?,
            false,
        ),
        (
            "bàn giao chờ nhận đã quá giờ",
            "/co-quan/lien-thong?chieu=in&trang-thai=late",
            of("in", true)?,
            true,
        ),
        (
            "bàn giao đã gửi, bên nhận quá giờ",
            "/co-quan/lien-thong?chieu=out&trang-thai=late",
            of("out", true)?,
            true,
        ),
    ];
    Ok(all
        .into_iter()
        .filter(|it| it.2 > 0)
        .map(|(label, href, count, is_late)| Alarm { label, href, count, is_late })
        .collect())
}

struct Line {
    slip: SlipView,
    /// Its place in the list.
    place: String,
    href: String,
    code: String,
    parent_code: String,
}

#[derive(Template)]
#[template(path = "dossiers/links/templates/list.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    count: String,
    ways: Vec<(String, String)>,
    way: String,
    states: Vec<(String, String)>,
    state: String,
    query: String,
    next: Option<String>,
    is_filtered: bool,
}

/// A place in the list as addresses carry it: day, number, row.
fn place(text: &str) -> Option<(String, i64, i64)> {
    let mut parts = text.split('~');
    let day: jiff::civil::Date = parts.next()?.parse().ok()?;
    let (number, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then(|| (day.to_string(), number, id))
}

fn read(who: &Who, asked: &Typed) -> Wanted {
    let late = asked.get("trang-thai") == "late";
    let state = HandOverState::from_code(asked.get("trang-thai"));
    Wanted {
        units: units_of(who),
        own: own_of(who),
        way: asked.get("chieu").to_owned(),
        state: if late { Some(HandOverState::Waiting) } else { state },
        due_before: late.then(|| who.now.civil()),
        before: place(asked.get("truoc")),
    }
}

/// GET `/co-quan/lien-thong`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let as_book = asked.get("dang") == "xlsx";
    let turn = if as_book { Some(site.one_at_a_time().await?) } else { None };
    let rows = if as_book { WORKBOOK_ROWS_MAX } else { ROWS };
    let (inner, asker, wanted) = (site.clone(), who.clone(), read(&who, &asked));
    let (lines, count, more) = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let all = Wanted { before: None, ..wanted.clone() };
            let count = sql::count(tx, &all)?;
            let mut found = sql::page(tx, &wanted, rows + 1)?;
            let full = usize::try_from(rows).unwrap_or(usize::MAX);
            let more = found.len() > full;
            found.truncate(full);
            let mut lines = Vec::with_capacity(found.len());
            for it in found {
                let place = format!("{}~{}~{}", it.slip.day, it.slip.number, it.slip.id);
                let link = sql::find(tx, it.slip.link)?;
                let elsewhere = super::elsewhere(tx, link.as_ref())?;
                let mut href = String::new();
                let mut both = Vec::new();
                for (id, _) in [&it.child, &it.parent].into_iter().flatten() {
                    let found = dossiers::find(tx, *id)?.filter(|it| around.sees(it));
                    if found.is_some() && href.is_empty() {
                        href = format!("/co-quan/ho-so/{id}#lien-thong");
                    }
                    both.extend(found);
                }
                let may = (false, may_print(tx, &around, both.iter())?);
                let slip = slip_view(tx, &around, &it.slip, &elsewhere, may)?;
                let code = |it: Option<(domain::ids::DossierId, String)>| {
                    it.map_or_else(String::new, |it| it.1)
                };
                let (child, parent) = (code(it.child), code(it.parent));
                lines.push(Line { slip, place, href, code: child, parent_code: parent });
            }
            Ok((lines, count, more))
        })
        .await?;
    drop(turn);
    if as_book {
        return Ok(sheets::to_save(&[sheet(&lines)], "ban-giao-lien-thong.xlsx")?);
    }
    let (way, state) = (asked.get("chieu").to_owned(), asked.get("trang-thai").to_owned());
    let query = format!("?chieu={}&trang-thai={}", site::percent(&way), site::percent(&state));
    let last = lines.last().filter(|_| more).map(|it| it.place.clone());
    let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let mut all_states = states();
    all_states.push(pair("late", "Chờ xác nhận, đã quá giờ"));
    let page = List {
        shell: site.shell(&who),
        count: format!("{} phiếu bàn giao", domain::text::number(count)),
        ways: vec![
            pair("", "Giao và nhận"),
            pair("in", "Giao đến đơn vị tôi"),
            pair("out", "Đơn vị tôi giao đi"),
            pair("khac", "Giữa các đơn vị khác"),
        ],
        is_filtered: !way.is_empty() || !state.is_empty(),
        way,
        states: all_states,
        state,
        next: last.map(|it| format!("/co-quan/lien-thong{query}&truoc={it}")),
        query,
        lines,
    };
    Ok(site.page(&page)?.into_response())
}

fn sheet(lines: &[Line]) -> Sheet {
    Sheet {
        name: "Bàn giao liên thông",
        heads: &[
            ("Phiếu", 26),
            ("Chiều", 14),
            ("Hồ sơ", 26),
            ("Thuộc hồ sơ", 26),
            ("Bên giao", 40),
            ("Giao lúc", 40),
            ("Bên nhận", 40),
            ("Trạng thái", 18),
            ("Xác nhận trước", 28),
            ("Bên nhận ghi", 50),
        ],
        rows: lines
            .iter()
            .map(|it| {
                let slip = &it.slip;
                vec![
                    slip.number.clone(),
                    slip.direction.to_owned(),
                    it.code.clone(),
                    it.parent_code.clone(),
                    slip.from.clone(),
                    slip.given.clone(),
                    slip.to.clone(),
                    if slip.is_late {
                        format!("{} (quá giờ)", slip.state)
                    } else {
                        slip.state.to_owned()
                    },
                    slip.due.clone(),
                    slip.closed.clone(),
                ]
            })
            .collect(),
    }
}
