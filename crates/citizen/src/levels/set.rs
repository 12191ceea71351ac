//! One procedure of one unit: its level, what stands in the way of others, what was set before.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::{Action, Object},
    ids::UnitId,
    level::{LEVELS, Setting},
    procedure::ServiceLevel,
    text,
};
use jiff::civil::Date;
use people::staff::facts as staff;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State, Who, told,
};
use store::{Fault, Tx};

use super::{
    PAGE,
    facts::{self, BodyLevels, choices},
    pages::{told as why, unit_of},
    sql,
};
use crate::procedures::facts::{Version, catalogue, tier_of};

/// Characters of a reason at most.
const REASON_MAX: usize = 300;

struct Row {
    from: String,
    level: &'static str,
    reason: String,
    who: String,
    at: String,
}

struct Possible {
    label: &'static str,
    why: String,
}

/// What the page shows beside its form.
struct Around {
    version: std::sync::Arc<Version>,
    levels: BodyLevels,
    history: Vec<Row>,
}

fn around(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    unit: UnitId,
    code: &str,
) -> Result<Around, Failure> {
    let catalogue = catalogue(site, tx)?;
    let version = catalogue.get(code).cloned().ok_or(Failure::NotFound)?;
    let tier = who.tree.unit(unit).and_then(|it| tier_of(&it.kind)).ok_or(Failure::NotFound)?;
    if !version.body.settled_by(tier, who.tree.has_districts()) || version.body.body != "ubnd" {
        return Err(Failure::NotFound);
    }
    let levels = BodyLevels::read(tx, &who.tree, unit, who.today())?;
    let mut history = Vec::new();
    for it in sql::of(tx, unit, code)?.into_iter().rev() {
        history.push(Row {
            from: text::date(it.setting.from),
            level: it.setting.level.map_or("Theo danh mục", ServiceLevel::label),
            reason: it.reason,
            who: staff::account_name(tx, it.by)?,
            at: text::date_time(it.at.civil()),
        });
    }
    Ok(Around { version, levels, history })
}

#[derive(Template)]
#[template(path = "levels/templates/set.html")]
struct Set<'a> {
    shell: Shell,
    m: &'a Mistakes,
    unit: UnitId,
    unit_title: String,
    code: String,
    name: String,
    catalogue: &'static str,
    level: &'static str,
    why: String,
    choices: Vec<(String, String)>,
    possible: Vec<Possible>,
    /// The catalogue names no way over the line: where that is put right, and whether whoever looks may.
    lacks_online: bool,
    may_edit: bool,
    history: Vec<Row>,
}

fn page(
    site: &Site,
    who: &Who,
    unit: UnitId,
    it: Around,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let body = &it.version.body;
    let held = it.levels.held(body, who.today());
    let means = it.levels.means(body);
    site.page(&Set {
        shell: site.shell(who),
        m,
        unit,
        unit_title: who.tree.title(unit).to_owned(),
        code: body.code.clone(),
        name: body.name.clone(),
        catalogue: body.level.label(),
        level: held.level.label(),
        why: why(&held),
        choices: choices(),
        possible: LEVELS
            .iter()
            .map(|level| Possible {
                label: level.label(),
                why: means
                    .obstacles(*level)
                    .iter()
                    .map(|it| it.label())
                    .collect::<Vec<_>>()
                    .join("; "),
            })
            .collect(),
        lacks_online: !means.online,
        may_edit: who.can(Action::ProcedureManage, Object::Anything),
        history: it.history,
    })
}

/// GET `/co-quan/muc-do/{unit}/{code}`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path((unit, code)): Path<(UnitId, String)>,
) -> Result<Html<String>, Failure> {
    let unit = unit_of(&who, &unit.to_string())?;
    let (inner, asker) = (site.clone(), who.clone());
    let it = site.read(&who, move |tx| around(&inner, &asker, tx, unit, &code)).await?;
    let mut m = Mistakes::default();
    m.typed.set("tu-ngay", text::date(who.today()));
    m.typed.set("muc", it.levels.held(&it.version.body, who.today()).level.code());
    page(&site, &who, unit, it, &m)
}

/// A level of a form: one that can be set, or none for the catalogue's.
pub(super) fn level_of(typed: &str) -> Option<Option<ServiceLevel>> {
    if typed.is_empty() {
        return Some(None);
    }
    LEVELS.into_iter().find(|it| it.code() == typed).map(Some)
}

/// The three fields by which a level is set; a day that is over changes nothing that citizens saw.
pub(super) fn read(fields: &mut Fields, today: Date) -> Option<(Setting, String)> {
    let level = fields.choice("muc", level_of);
    let from = fields.date("tu-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", "Chọn hôm nay hoặc một ngày sau: người dân đã thấy mức cũ.");
    }
    let reason = fields.text("ly-do", REASON_MAX);
    let ((level, from), reason) = level.zip(from).zip(reason)?;
    Some((Setting { from, level }, reason))
}

/// POST `/co-quan/muc-do/{unit}/{code}`
pub(super) async fn change(
    State(site): State<Site>,
    who: Who,
    Path((unit, code)): Path<(UnitId, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = unit_of(&who, &unit.to_string())?;
    let (inner, asker, asked) = (site.clone(), who.clone(), code.clone());
    let it = site.read(&who, move |tx| around(&inner, &asker, tx, unit, &asked)).await?;
    let mut fields = Fields::of(typed);
    let wish = read(&mut fields, who.today());
    if let Some(level) = wish.as_ref().and_then(|(it, _)| it.level) {
        let obstacles = it.levels.means(&it.version.body).obstacles(level);
        if !obstacles.is_empty() {
            let whys: Vec<&str> = obstacles.iter().map(|it| it.label()).collect();
            fields.wrong("muc", format!("Chưa đặt được mức này: {}.", whys.join("; ")));
        }
    }
    let (setting, reason) =
        fields.finish(wish).or_show_again(|m| page(&site, &who, unit, it, &m))?;
    let back = format!("{PAGE}/{unit}/{}", site::percent(&code));
    site.write(&who, move |tx| {
        // Pressed twice, it is set once.
        let last = sql::of(tx, unit, &code)?.pop();
        let same = last.is_some_and(|it| it.setting == setting && it.reason == reason);
        if !same {
            facts::set(tx, unit, &code, &setting, &reason)?;
        }
        Ok::<_, Fault>(()).map_err(Failure::from)
    })
    .await?;
    Ok(told(&back, "Đã ghi mức độ.").into_response())
}
