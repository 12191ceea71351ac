//! Many procedures at once: a sector, or all; shown first, then done.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{ids::UnitId, level::Setting, procedure::ServiceLevel, text};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Shell, Site, State, Who, told,
};
use store::Tx;

use super::{
    PAGE,
    facts::{self, BodyLevels, choices},
    pages::{lines, unit_of, units},
    set,
};
use crate::procedures::facts::{Version, catalogue};

/// Names that a preview lists at most.
const NAMES_MAX: usize = 200;

/// A procedure of a unit that would be set, or cannot be.
struct Step {
    unit: UnitId,
    version: Arc<Version>,
    /// Why not; empty if it can.
    why: String,
    was: ServiceLevel,
}

#[derive(Template)]
#[template(path = "levels/templates/many.html")]
struct Many<'a> {
    shell: Shell,
    m: &'a Mistakes,
    units: Vec<(String, String)>,
    sectors: Vec<(String, String)>,
    choices: Vec<(String, String)>,
    preview: Option<Preview>,
}

struct Preview {
    set: usize,
    kept: usize,
    changes: Vec<(String, String, &'static str)>,
    refused: Vec<(String, String)>,
    more: usize,
    label: &'static str,
    from: String,
}

/// Whom a form is about: one unit, or it and the bodies right below.
fn bodies(who: &Who, unit: UnitId, below: bool) -> Vec<UnitId> {
    let mut all = vec![unit];
    if below {
        let mine: Vec<UnitId> = units(who).into_iter().map(|it| it.0).collect();
        all.extend(who.tree.children(unit).iter().filter(|it| mine.contains(it)).copied());
    }
    all
}

/// What a wish comes to, procedure by procedure.
fn steps(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (unit, below): (UnitId, bool),
    sector: &str,
    setting: &Setting,
) -> Result<Vec<Step>, Failure> {
    let catalogue = catalogue(site, tx)?;
    let mut steps = Vec::new();
    for body in bodies(who, unit, below) {
        let levels = BodyLevels::read(tx, &who.tree, body, setting.from)?;
        for it in lines(&catalogue, who, body, &levels, setting.from) {
            if !sector.is_empty() && it.version.body.sector != sector {
                continue;
            }
            let obstacles = setting
                .level
                .map_or_else(Vec::new, |level| levels.means(&it.version.body).obstacles(level));
            let why: Vec<&str> = obstacles.iter().map(|it| it.label()).collect();
            steps.push(Step {
                unit: body,
                was: it.held.level,
                why: why.join("; "),
                version: it.version,
            });
        }
    }
    Ok(steps)
}

fn page(
    site: &Site,
    who: &Who,
    sectors: Vec<String>,
    m: &Mistakes,
    preview: Option<Preview>,
) -> Result<Html<String>, Failure> {
    let all = ("".to_owned(), "Mọi lĩnh vực".to_owned());
    site.page(&Many {
        shell: site.shell(who),
        m,
        units: units(who).into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
        sectors: std::iter::once(all)
            .chain(sectors.into_iter().map(|it| (it.clone(), it)))
            .collect(),
        choices: choices(),
        preview,
    })
}

async fn sectors(site: &Site, who: &Who) -> Result<Vec<String>, Failure> {
    let inner = site.clone();
    site.read(who, move |tx| Ok(catalogue(&inner, tx)?.sectors().to_vec())).await
}

/// GET `/co-quan/muc-do/nhieu`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let unit = unit_of(&who, asked.get("don-vi"))?;
    let mut m = Mistakes::default();
    m.typed.set("don-vi", unit.to_string());
    m.typed.set("linh-vuc", asked.get("linh-vuc"));
    m.typed.set("muc", ServiceLevel::Forms.code());
    m.typed.set("tu-ngay", text::date(who.today()));
    let sectors = sectors(&site, &who).await?;
    page(&site, &who, sectors, &m, None)
}

fn preview(who: &Who, steps: &[Step], setting: &Setting) -> Preview {
    let wanted = |it: &Step| setting.level.is_none_or(|level| level != it.was);
    let named = |it: &Step| {
        let title = who.tree.title(it.unit);
        (format!("{} – {}", it.version.body.code, it.version.body.name), title.to_owned())
    };
    let can: Vec<&Step> = steps.iter().filter(|it| it.why.is_empty()).collect();
    let changing: Vec<&&Step> = can.iter().filter(|it| wanted(it)).collect();
    let refused: Vec<&Step> = steps.iter().filter(|it| !it.why.is_empty()).collect();
    Preview {
        set: changing.len(),
        kept: can.len() - changing.len(),
        more: changing.len().saturating_sub(NAMES_MAX) + refused.len().saturating_sub(NAMES_MAX),
        changes: changing
            .iter()
            .take(NAMES_MAX)
            .map(|it| {
                let (name, title) = named(it);
                (name, title, it.was.label())
            })
            .collect(),
        refused: refused.iter().take(NAMES_MAX).map(|it| (named(it).0, it.why.clone())).collect(),
        label: setting.level.map_or("Theo danh mục", ServiceLevel::label),
        from: text::date(setting.from),
    }
}

/// POST `/co-quan/muc-do/nhieu`: shows what would be done, or does it.
pub(super) async fn change(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = unit_of(&who, typed.get("don-vi"))?;
    let (below, sector) = (typed.has("ca-cap-duoi"), typed.get("linh-vuc").to_owned());
    let does = typed.get("viec") == "ghi";
    let all_sectors = sectors(&site, &who).await?;
    let mut fields = Fields::of(typed.clone());
    let wish = set::read(&mut fields, who.today());
    if !sector.is_empty() && !all_sectors.contains(&sector) {
        fields.wrong("linh-vuc", "Hãy chọn một lĩnh vực trong danh sách.");
    }
    let (setting, reason) =
        fields.finish(wish).or_show_again(|m| page(&site, &who, all_sectors.clone(), &m, None))?;
    if !does {
        let (inner, asker) = (site.clone(), who.clone());
        let steps = site
            .read(&who, move |tx| steps(&inner, &asker, tx, (unit, below), &sector, &setting))
            .await?;
        let preview = preview(&who, &steps, &setting);
        let m = Mistakes::none(typed);
        return Ok(page(&site, &who, all_sectors, &m, Some(preview))?.into_response());
    }
    let turn = site.one_at_a_time().await?;
    let (inner, asker) = (site.clone(), who.clone());
    let (set, refused) = site
        .write(&who, move |tx| {
            let steps = steps(&inner, &asker, tx, (unit, below), &sector, &setting)?;
            let (mut set, mut refused) = (0_usize, 0_usize);
            for it in &steps {
                if !it.why.is_empty() {
                    refused += 1;
                } else if setting.level.is_none_or(|level| level != it.was) {
                    facts::set(tx, it.unit, &it.version.body.code, &setting, &reason)?;
                    set += 1;
                }
            }
            Ok((set, refused))
        })
        .await?;
    drop(turn);
    let left = if refused == 0 {
        String::new()
    } else {
        format!(" {refused} thủ tục chưa đủ điều kiện nên giữ nguyên.")
    };
    let said = format!("Đã đặt mức độ cho {set} thủ tục.{left}");
    Ok(told(&format!("{PAGE}?don-vi={unit}"), &said).into_response())
}
