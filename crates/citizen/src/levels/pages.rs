//! The list of a unit's procedures with the level of each.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::UnitId,
    level::{Held, Origin},
    procedure::ServiceLevel,
    text,
};
use jiff::civil::Date;
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Shell, Site, State, Typed, Who};

use super::{
    PAGE,
    facts::{BodyLevels, choices},
};
use crate::procedures::facts::{Catalogue, Version, catalogue, tier_of};

/// Lines of one page.
const LINES: usize = 50;

/// A procedure of a unit with its level.
pub(super) struct Line {
    pub version: Arc<Version>,
    pub held: Held,
    pub since: Option<Date>,
    pub next: Option<String>,
}

impl Line {
    fn origin(&self) -> String {
        match (self.held.origin, self.since) {
            (Origin::Unit, Some(day)) => format!("Đơn vị đặt từ {}", text::date(day)),
            (Origin::Unit, None) => "Đơn vị đặt".to_owned(),
            (Origin::Catalogue, _) => "Theo danh mục".to_owned(),
            (Origin::Nobody, _) => "Danh mục chưa công bố".to_owned(),
        }
    }

    fn why(&self) -> String {
        told(&self.held)
    }
}

/// Why a level is not what was wanted; empty if it is.
pub(super) fn told(held: &Held) -> String {
    if held.obstacles.is_empty() {
        return String::new();
    }
    let whys: Vec<&str> = held.obstacles.iter().map(|it| it.label()).collect();
    let wanted = held.wanted.number().unwrap_or(1);
    format!("Chưa lên được mức độ {wanted}: {}.", whys.join("; "))
}

/// Units whose levels `who` sets: bodies within reach.
pub(super) fn units(who: &Who) -> Vec<(UnitId, String)> {
    who.tree
        .all()
        .filter(|it| tier_of(&it.kind).is_some() && who.can_at(Action::PostingManage, it.id))
        .map(|it| (it.id, it.title.clone()))
        .collect()
}

/// The unit that was asked for, or the first; one out of reach does not exist.
pub(super) fn unit_of(who: &Who, asked: &str) -> Result<UnitId, Failure> {
    let units = units(who);
    let home = who.home().map(|it| super::facts::body_of(&who.tree, it));
    match asked {
        "" => home
            .filter(|it| units.iter().any(|(id, _)| id == it))
            .or_else(|| units.first().map(|it| it.0))
            .ok_or(Failure::NotFound),
        typed => {
            let unit = typed.parse().map(UnitId).map_err(|_| Failure::NotFound)?;
            let known = units.iter().any(|it| it.0 == unit);
            known.then_some(unit).ok_or(Failure::NotFound)
        }
    }
}

/// Every procedure that a unit settles.
pub(super) fn lines(
    catalogue: &Catalogue,
    who: &Who,
    unit: UnitId,
    levels: &BodyLevels,
    day: Date,
) -> Vec<Line> {
    let tier = who.tree.unit(unit).and_then(|it| tier_of(&it.kind));
    let Some(tier) = tier else { return Vec::new() };
    let mut lines: Vec<Line> = catalogue
        .of_tier(tier, who.tree.has_districts())
        .map(|it| Line {
            held: levels.held(&it.body, day),
            since: levels.since(&it.body.code, day),
            next: levels.next(&it.body.code, day).map(|next| {
                let level = next.level.map_or("theo danh mục", ServiceLevel::label);
                format!("từ {}: {level}", text::date(next.from))
            }),
            version: it.clone(),
        })
        .collect();
    lines.sort_by_cached_key(|it| {
        (text::sort_key(&it.version.body.sector), text::sort_key(&it.version.body.name))
    });
    lines
}

struct LineView {
    code: String,
    name: String,
    sector: String,
    catalogue: &'static str,
    level: &'static str,
    origin: String,
    why: String,
    next: Option<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "levels/templates/list.html")]
struct List {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    q: String,
    sector: String,
    sectors: Vec<String>,
    level: String,
    levels: Vec<(String, String)>,
    counts: Vec<(&'static str, usize)>,
    lines: Vec<LineView>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
    workbook: String,
}

fn place(asked: &Typed, unit: UnitId, page: Option<usize>, dang: &str) -> String {
    let mut pairs = vec![format!("don-vi={unit}")];
    for name in ["q", "linh-vuc", "muc"] {
        let value = asked.get(name);
        if !value.is_empty() {
            pairs.push(format!("{name}={}", site::percent(value)));
        }
    }
    pairs.extend(page.map(|it| format!("trang={it}")));
    if !dang.is_empty() {
        pairs.push(format!("dang={dang}"));
    }
    format!("{PAGE}?{}", pairs.join("&"))
}

const HEADS: &[(&str, u16)] = &[
    ("Mã", 14),
    ("Thủ tục", 80),
    ("Lĩnh vực", 30),
    ("Mức độ theo danh mục", 28),
    ("Mức độ đang cung cấp", 28),
    ("Nguồn", 28),
    ("Vướng mắc", 60),
    ("Sắp thay đổi", 34),
];

/// GET `/co-quan/muc-do`; `?dang=xlsx` is the workbook of the same list.
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let unit = unit_of(&who, asked.get("don-vi"))?;
    let today = who.today();
    let (inner, asker) = (site.clone(), who.clone());
    let mut all = site
        .read(&who, move |tx| {
            let catalogue = catalogue(&inner, tx)?;
            let levels = BodyLevels::read(tx, &asker.tree, unit, today)?;
            Ok(lines(&catalogue, &asker, unit, &levels, today))
        })
        .await?;
    let mut sectors: Vec<String> = all.iter().map(|it| it.version.body.sector.clone()).collect();
    sectors.dedup();
    let counts = domain::level::LEVELS
        .iter()
        .map(|level| (level.label(), all.iter().filter(|it| it.held.level == *level).count()))
        .collect();
    let words = text::words(asked.get("q"));
    let (sector, level) = (asked.get("linh-vuc").to_owned(), asked.get("muc").to_owned());
    all.retain(|it| {
        let said = text::fold(&format!("{} {}", it.version.body.code, it.version.body.name));
        words.iter().all(|word| said.contains(word.as_str()))
            && (sector.is_empty() || it.version.body.sector == sector)
            && (level.is_empty() || it.held.level.code() == level)
    });
    if asked.get("dang") == "xlsx" {
        let rows = all.iter().map(|it| {
            let body = &it.version.body;
            vec![
                body.code.clone(),
                body.name.clone(),
                body.sector.clone(),
                body.level.label().to_owned(),
                it.held.level.label().to_owned(),
                it.origin(),
                it.why(),
                it.next.clone().unwrap_or_default(),
            ]
        });
        let sheet = Sheet { name: "Mức độ", heads: HEADS, rows: rows.collect() };
        return Ok(sheets::to_save(&[sheet], &format!("muc-do-truc-tuyen-{today}.xlsx"))?);
    }
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let count = all.len();
    let shown = site.page(&List {
        shell: site.shell(&who),
        units: units(&who).into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        unit: unit.to_string(),
        q: asked.get("q").to_owned(),
        sector,
        sectors,
        level,
        levels: choices().into_iter().skip(1).collect(),
        counts,
        count,
        previous: (page > 1).then(|| place(&asked, unit, Some(page - 1), "")),
        next: (from + LINES < count).then(|| place(&asked, unit, Some(page + 1), "")),
        workbook: place(&asked, unit, None, "xlsx"),
        lines: all
            .into_iter()
            .skip(from)
            .take(LINES)
            .map(|it| LineView {
                origin: it.origin(),
                why: it.why(),
                code: it.version.body.code.clone(),
                name: it.version.body.name.clone(),
                sector: it.version.body.sector.clone(),
                catalogue: it.version.body.level.label(),
                level: it.held.level.label(),
                href: format!("{PAGE}/{unit}/{}", it.version.body.code),
                next: it.next,
            })
            .collect(),
    })?;
    Ok(shown.into_response())
}
