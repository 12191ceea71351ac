//! The catalogue in the office: the list, one procedure with its versions, pauses and ends.

use std::collections::HashSet;

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    text,
};
use jiff::civil::Date;
use prints::vi::short_date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, OrShowAgain as _, Path, Shell,
    Site, State, Typed, Who, told,
};
use store::Tx;

use super::{
    changes::{self, Changed},
    exchange::body_label,
    facts,
    sql::{self, Line, Paused, Version},
};

/// Lines of one page.
const LINES: usize = 50;

/// What a list can be sorted by.
const SORTS: [(&str, &str); 4] =
    [("ma", "Mã"), ("ten", "Tên"), ("linh-vuc", "Lĩnh vực"), ("ngay", "Hiệu lực mới nhất")];

/// What a procedure is on a day, as people read it.
const STATES: [(&str, &str); 4] = [
    ("ap-dung", "Đang áp dụng"),
    ("tam-dung", "Tạm dừng"),
    ("sap-co", "Sắp có hiệu lực"),
    ("bai-bo", "Đã bãi bỏ"),
];

fn state_of(it: &Line, day: Date) -> &'static str {
    let paused =
        it.paused.is_some_and(|(from, until)| from <= day && until.is_none_or(|it| day <= it));
    match (it.state == sql::PUBLISHED, it.is_current, paused) {
        (false, _, _) => "bai-bo",
        (true, false, _) => "sap-co",
        (true, true, true) => "tam-dung",
        (true, true, false) => "ap-dung",
    }
}

fn state_label(code: &str) -> &'static str {
    STATES.iter().find(|(it, _)| *it == code).map_or("", |(_, label)| label)
}

struct LineView {
    code: String,
    name: String,
    sector: String,
    from: String,
    next: Option<String>,
    state: &'static str,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "procedures/templates/office_list.html")]
struct List {
    shell: Shell,
    q: String,
    sector: String,
    state: String,
    sort: String,
    sectors: Vec<String>,
    states: &'static [(&'static str, &'static str)],
    sorts: &'static [(&'static str, &'static str)],
    lines: Vec<LineView>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
    may_change: bool,
}

/// The same list, another page.
pub(super) fn address(path: &str, asked: &Typed, page: usize) -> String {
    let mut pairs: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, value)| name != "trang" && !value.is_empty())
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    pairs.push(format!("trang={page}"));
    format!("{path}?{}", pairs.join("&"))
}

fn may_change(who: &Who) -> bool {
    who.can(Action::ProcedureManage, Object::Anything)
}

/// GET `/co-quan/thu-tuc`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let today = who.today();
    let inner = site.clone();
    let (mut lines, catalogue) = site
        .read(&who, move |tx| Ok((sql::lines(tx, today)?, facts::catalogue(&inner, tx)?)))
        .await?;
    let mut sectors: Vec<String> = lines.iter().map(|it| it.sector.clone()).collect();
    sectors.sort_by_cached_key(|it| text::sort_key(it));
    sectors.dedup();

    let q = text::fold(asked.get("q"));
    let (sector, state) = (asked.get("linh-vuc").to_owned(), asked.get("trang-thai").to_owned());
    let says = |it: &Line| {
        q.is_empty()
            || it.code.starts_with(asked.get("q"))
            || q.split(' ').all(|word| text::fold(&it.name).contains(word))
    };
    // Where nothing says so: as citizens search, with slips of the finger and everyday words.
    let meant: Option<HashSet<String>> = (!lines.iter().any(says)).then(|| {
        let found = catalogue.find(asked.get("q"), LINES);
        found.iter().map(|it| it.body.code.clone()).collect()
    });
    lines.retain(|it| {
        meant.as_ref().map_or_else(|| says(it), |codes| codes.contains(&it.code))
            && (sector.is_empty() || it.sector == sector)
            && (state.is_empty() || state_of(it, today) == state)
    });
    let sort = asked.get("sap").to_owned();
    match sort.as_str() {
        "ten" => lines.sort_by_cached_key(|it| text::sort_key(&it.name)),
        "linh-vuc" => {
            lines.sort_by_cached_key(|it| (text::sort_key(&it.sector), text::sort_key(&it.name)));
        }
        "ngay" => lines.sort_by_key(|it| std::cmp::Reverse(it.next.unwrap_or(it.from))),
        _ => {}
    }
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let to = |page| address("/co-quan/thu-tuc", &asked, page);
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        sector,
        state,
        sort,
        sectors,
        states: &STATES,
        sorts: &SORTS,
        count: lines.len(),
        previous: (page > 1).then(|| to(page - 1)),
        next: (from + LINES < lines.len()).then(|| to(page + 1)),
        lines: lines
            .into_iter()
            .skip(from)
            .take(LINES)
            .map(|it| LineView {
                state: state_label(state_of(&it, today)),
                from: short_date(it.from),
                next: it.next.map(short_date),
                is_current: it.is_current && it.state == sql::PUBLISHED,
                code: it.code,
                name: it.name,
                sector: it.sector,
            })
            .collect(),
        may_change: may_change(&who),
    })
}

struct VersionView {
    id: String,
    from: String,
    until: String,
    state: &'static str,
    decision: String,
    is_shown: bool,
}

#[derive(Template)]
#[template(path = "procedures/templates/office_show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: &'a Version,
    versions: Vec<VersionView>,
    body: &'a str,
    tiers: String,
    channels: String,
    papers: Vec<(String, String)>,
    paused: Option<String>,
    is_abolished: bool,
    may_change: bool,
}

fn pause_text(it: &Paused) -> String {
    let from = short_date(it.from);
    match it.until {
        Some(until) => format!("từ {from} đến hết {}: {}", short_date(until), it.reason),
        None => format!("từ {from} đến khi có thông báo: {}", it.reason),
    }
}

/// Every version of `code`, newest first, and the one that is looked at: that in force
/// today, else the newest.
fn versions(tx: &mut Tx<'_>, code: &str) -> Result<(Version, Vec<Version>), Failure> {
    let today = tx.now().civil().date();
    let all = sql::versions(tx, code)?;
    let shown = all.iter().find(|it| it.in_force_from <= today).or_else(|| all.first());
    Ok((shown.cloned().ok_or(Failure::NotFound)?, all))
}

fn shown(
    site: &Site,
    who: &Who,
    it: &Version,
    all: &[Version],
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let newest = all.first();
    site.page(&Show {
        shell: site.shell(who),
        m,
        it,
        versions: all
            .iter()
            .map(|one| VersionView {
                id: one.id.to_string(),
                from: short_date(one.in_force_from),
                until: one.in_force_until.map_or_else(|| "–".to_owned(), short_date),
                state: if one.state == sql::PUBLISHED { "Công bố" } else { "Bãi bỏ" },
                decision: one.body.decision.clone(),
                is_shown: one.id == it.id,
            })
            .collect(),
        body: body_label(&it.body.body),
        tiers: it.body.tiers.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        channels: it.body.channels.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        papers: it.body.papers.iter().map(|it| (it.name.clone(), it.role.label().into())).collect(),
        paused: it.paused.as_ref().map(pause_text),
        is_abolished: newest.is_some_and(|it| it.state != sql::PUBLISHED),
        may_change: may_change(who),
    })
}

/// GET `/co-quan/thu-tuc/{code}`; `?ban=` names another version.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (it, all) = site.read(&who, move |tx| versions(tx, &code)).await?;
    let other = all.iter().find(|it| it.id.to_string() == asked.get("ban"));
    shown(&site, &who, other.unwrap_or(&it), &all, &Mistakes::default())
}

/// What the form on a procedure's page asks for.
enum Wish {
    Pause(Paused),
    Resume,
    Abolish { from: Date, decision: String },
}

impl Wish {
    fn read(typed: Typed) -> Result<Self, Mistakes> {
        let which = typed.get("viec").to_owned();
        let mut fields = Fields::of(typed);
        let wish = match which.as_str() {
            "tam-dung" => {
                let from = fields.date("dung-tu");
                let until = fields.optional_date("dung-den");
                let reason = fields.text("ly-do", 500);
                from.zip(until)
                    .zip(reason)
                    .map(|((from, until), reason)| Self::Pause(Paused { from, until, reason }))
            }
            "bai-bo" => {
                let from = fields.date("bo-tu");
                let decision = fields.text("quyet-dinh", 300);
                if !fields.typed().has("chac-chan") {
                    fields.wrong("chac-chan", "Đánh dấu để xác nhận bãi bỏ thủ tục này.");
                }
                from.zip(decision).map(|(from, decision)| Self::Abolish { from, decision })
            }
            _ => Some(Self::Resume),
        };
        fields.finish(wish)
    }

    fn carry_out(self, tx: &mut Tx<'_>, it: &Version) -> Changed<&'static str> {
        Ok(match self {
            Self::Pause(pause) => changes::pause(tx, it, &pause)?.map(|()| "Đã ghi việc tạm dừng."),
            Self::Resume => changes::resume(tx, it)?.map(|()| "Thủ tục được tiếp nhận trở lại."),
            Self::Abolish { from, decision } => {
                changes::abolish(tx, it, from, &decision)?.map(|_| "Đã ghi việc bãi bỏ.")
            }
        })
    }
}

/// POST `/co-quan/thu-tuc/{code}/trang-thai`: pause, resume, abolish.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let back = format!("/co-quan/thu-tuc/{}", site::percent(&code));
    let code_read = code.clone();
    let (it, all) = site.read(&who, move |tx| versions(tx, &code_read)).await?;
    let wish = Wish::read(typed).or_show_again(|m| shown(&site, &who, &it, &all, &m))?;
    let done = site
        .write(&who, move |tx| {
            let (it, _) = versions(tx, &code)?;
            wish.carry_out(tx, &it)?.or_refuse()
        })
        .await?;
    Ok(told(&back, done))
}
