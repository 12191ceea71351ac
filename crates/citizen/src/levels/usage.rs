//! How much each level is used: procedures and dossiers by unit and level, in a period.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::UnitId,
    level::{LEVELS, Use},
    procedure::{ProcedureVersion, ServiceLevel},
    text,
};
use jiff::civil::Date;
use site::{Asked, Failure, Shell, Site, State, Typed, Who, form};
use store::Tx;

use super::{
    facts::BodyLevels,
    pages::lines,
    sheet,
    sql::{self, Came},
};
use crate::{
    dossiers::facts as dossiers,
    procedures::facts::{Catalogue, catalogue, tier_of},
};

/// A period, both days included.
pub(super) type Days = (Date, Date);

/// A unit's use, level by level.
pub(super) struct UnitUse {
    pub unit: UnitId,
    pub title: String,
    /// In the order of [`LEVELS`].
    pub levels: [Use; 4],
}

impl UnitUse {
    pub fn total(&self) -> Use {
        self.levels.iter().fold(Use::default(), |sum, it| sum.and(*it))
    }
}

/// A procedure that can be handed in online, and how often it was.
pub(super) struct ProcedureUse {
    pub code: String,
    pub name: String,
    pub level: ServiceLevel,
    pub received: u64,
    pub online: u64,
}

/// What was asked for: from when to when, whose, and what was wrong with it.
struct Wanted {
    days: Days,
    unit: Option<UnitId>,
    wrong: Option<&'static str>,
}

impl Wanted {
    fn of(asked: &Typed, who: &Who) -> Self {
        let today = who.today();
        let year = (today.first_of_year(), today);
        let (from, until) = (asked.get("tu"), asked.get("den"));
        let (days, wrong) = match (form::parse_date(from), form::parse_date(until)) {
            _ if from.is_empty() && until.is_empty() => (year, None),
            (Some(from), Some(until)) if from <= until && from <= today => {
                ((from, until.min(today)), None)
            }
            (Some(_), Some(_)) => {
                (year, Some("Ngày đầu kỳ phải trước ngày cuối kỳ và không ở tương lai."))
            }
            _ => (year, Some("Hãy gõ cả hai ngày theo dạng ngày/tháng/năm, như 01/03/2026.")),
        };
        Self { days, unit: asked.get("don-vi").parse().ok().map(UnitId), wrong }
    }
}

/// Bodies whose figures `who` may see.
fn bodies(who: &Who) -> Vec<(UnitId, String)> {
    who.tree
        .all()
        .filter(|it| tier_of(&it.kind).is_some() && who.can_at(Action::RegisterPrint, it.id))
        .map(|it| (it.id, it.title.clone()))
        .collect()
}

fn place_of(level: ServiceLevel) -> usize {
    LEVELS.iter().position(|it| *it == level).unwrap_or(0)
}

/// Counts the dossiers of a unit by the level that held when each came.
fn counted(
    catalogue: &Catalogue,
    who: &Who,
    (unit, title): (UnitId, String),
    levels: &BodyLevels,
    came: &[&Came],
    until: Date,
) -> (UnitUse, Vec<ProcedureUse>) {
    let mut all = UnitUse { unit, title, levels: [Use::default(); 4] };
    let mut by_code: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for it in came {
        let level = catalogue
            .get(&it.procedure)
            .map_or(ServiceLevel::Information, |version| levels.held(&version.body, it.on).level);
        let online = if it.online { it.count } else { 0 };
        if let Some(place) = all.levels.get_mut(place_of(level)) {
            *place = place.and(Use { received: it.count, online, ..Use::default() });
        }
        let sum = by_code.entry(&it.procedure).or_default();
        *sum = (sum.0 + it.count, sum.1 + online);
    }
    let mut procedures = Vec::new();
    for line in lines(catalogue, who, unit, levels, until) {
        let body: &ProcedureVersion = &line.version.body;
        let (received, online) = by_code.get(body.code.as_str()).copied().unwrap_or_default();
        if let Some(place) = all.levels.get_mut(place_of(line.held.level)) {
            place.procedures += 1;
            place.used += u64::from(online > 0);
        }
        if line.held.level.offers_filing() {
            procedures.push(ProcedureUse {
                code: body.code.clone(),
                name: body.name.clone(),
                level: line.held.level,
                received,
                online,
            });
        }
    }
    procedures.sort_by_key(|it| (std::cmp::Reverse(it.received), it.online));
    (all, procedures)
}

/// Every unit that was asked for; and, for one unit alone, its procedures that go online.
fn read(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    days: Days,
) -> Result<(Vec<UnitUse>, Vec<ProcedureUse>), Failure> {
    let catalogue = catalogue(site, tx)?;
    let mut wanted = bodies(who);
    if let Some(unit) = unit {
        wanted.retain(|it| it.0 == unit);
        if wanted.is_empty() {
            return Err(Failure::NotFound);
        }
    }
    let came = sql::came(tx, &dossiers::seen(who), unit, days)?;
    let mut units = Vec::new();
    let mut procedures = Vec::new();
    for (id, title) in wanted {
        let levels = BodyLevels::read(tx, &who.tree, id, days.1)?;
        let mine: Vec<&Came> = came.iter().filter(|it| it.body == id).collect();
        let (all, list) = counted(&catalogue, who, (id, title), &levels, &mine, days.1);
        units.push(all);
        procedures = list;
    }
    if unit.is_none() {
        procedures.clear();
    }
    Ok((units, procedures))
}

struct LineView {
    title: String,
    href: String,
    cells: Vec<String>,
}

struct ProcedureView {
    name: String,
    code: String,
    level: &'static str,
    received: String,
    online: String,
    share: String,
}

#[derive(Template)]
#[template(path = "levels/templates/usage.html")]
struct Usage {
    shell: Shell,
    from: String,
    until: String,
    units: Vec<(String, String)>,
    unit: String,
    wrong: Option<&'static str>,
    lines: Vec<LineView>,
    total: LineView,
    procedures: Vec<ProcedureView>,
    workbook: String,
}

fn number(it: u64) -> String {
    text::number(i64::try_from(it).unwrap_or(i64::MAX))
}

fn line(title: String, href: String, levels: &[Use; 4], total: Use) -> LineView {
    let mut cells: Vec<String> = levels.iter().map(|it| number(it.procedures)).collect();
    cells.extend([number(total.received), number(total.online), total.share()]);
    let reach = levels.iter().skip(2).fold(Use::default(), |sum, it| sum.and(*it));
    cells.extend([number(reach.received), reach.share()]);
    LineView { title, href, cells }
}

/// GET `/co-quan/muc-do/su-dung`; `?dang=xlsx` is the workbook.
pub(super) async fn table(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let wanted = Wanted::of(&asked, &who);
    let turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let (unit, days) = (wanted.unit, wanted.days);
    let (units, procedures) =
        site.read(&who, move |tx| read(&inner, &asker, tx, unit, days)).await?;
    drop(turn);
    if asked.get("dang") == "xlsx" {
        return sheet::to_save(days, &units, &procedures);
    }
    let query = format!(
        "tu={}&den={}",
        site::percent(&text::date(days.0)),
        site::percent(&text::date(days.1))
    );
    let mut sum = UnitUse { unit: UnitId(0), title: String::new(), levels: [Use::default(); 4] };
    for it in &units {
        for (place, one) in sum.levels.iter_mut().zip(&it.levels) {
            *place = place.and(*one);
        }
    }
    let page = site.page(&Usage {
        shell: site.shell(&who),
        from: text::date(days.0),
        until: text::date(days.1),
        units: bodies(&who).into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        unit: unit.map(|it| it.to_string()).unwrap_or_default(),
        wrong: wanted.wrong,
        lines: units
            .iter()
            .map(|it| {
                let href = format!("/co-quan/muc-do/su-dung?don-vi={}&{query}", it.unit);
                line(it.title.clone(), href, &it.levels, it.total())
            })
            .collect(),
        total: line("Tổng cộng".to_owned(), String::new(), &sum.levels, sum.total()),
        procedures: procedures
            .iter()
            .map(|it| ProcedureView {
                name: it.name.clone(),
                code: it.code.clone(),
                level: it.level.label(),
                received: number(it.received),
                online: number(it.online),
                share: text::percent_of(it.online, it.received),
            })
            .collect(),
        workbook: format!(
            "/co-quan/muc-do/su-dung?{query}&don-vi={}&dang=xlsx",
            unit.map(|it| it.to_string()).unwrap_or_default()
        ),
    })?;
    Ok(page.into_response())
}
