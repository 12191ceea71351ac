//! One workflow: its versions, its steps as a picture and as a table, the procedures that follow it.

use askama::Template;
use axum::response::Response;
use domain::{
    text,
    workflow::{Finding, Step, Workflow},
};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, OrShowAgain as _, Path, Shell,
    Site, State, Who, told,
};
use store::Tx;

use super::{
    address, changes, picture,
    reading::hours_text,
    sql::{self, Version},
};
use crate::procedures::facts as procedures;

struct VersionView {
    id: i64,
    version: u32,
    from: String,
    source: String,
    state: &'static str,
    is_shown: bool,
}

/// A step as the table shows it.
pub struct StepRow {
    pub number: usize,
    pub actor: String,
    pub part: &'static str,
    pub task: String,
    pub hours: String,
    /// What it demands and who else takes part, a line each.
    pub more: Vec<String>,
    pub findings: Vec<Finding>,
}

struct Follower {
    code: String,
    name: String,
    is_bound: bool,
}

#[derive(Template)]
#[template(path = "workflows/templates/show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    code: String,
    name: String,
    source: String,
    version: u32,
    picture: String,
    steps: Vec<StepRow>,
    total: String,
    versions: Vec<VersionView>,
    followers: Vec<Follower>,
    draft: Option<String>,
    is_default: bool,
    procedures: Vec<(String, String)>,
    /// Which version is shown, for links.
    shown: i64,
}

/// What a step says beside who, what and how long.
#[must_use]
pub fn more(step: &Step) -> Vec<String> {
    let mut lines = Vec::new();
    for it in &step.members {
        let title =
            if it.title.is_empty() { String::new() } else { format!(", chức danh {}", it.title) };
        lines.push(format!(
            "{}: {} ({}{title})",
            it.way.label(),
            it.role.label(),
            it.place.label().to_lowercase()
        ));
    }
    for it in &step.questions {
        lines.push(format!(
            "Hỏi song song: {}, trả lời trong {} giờ",
            it.label(),
            hours_text(it.minutes)
        ));
    }
    lines.extend(step.guards.iter().map(|it| format!("Điều kiện: {}", it.label())));
    lines.extend(step.documents.iter().map(|it| format!("Phải lập: {it}")));
    if let Some(it) = &step.series {
        lines.push(format!("Lấy số từ sổ {}: {}", it.name, it.pattern));
    }
    if let Some(minutes) = step.moves_after {
        lines.push(format!("Tự chuyển sau {} giờ làm việc", hours_text(minutes)));
    }
    lines
}

/// The steps as a table, each with what is to be said of it.
#[must_use]
pub fn rows(body: &Workflow, findings: &[Finding]) -> Vec<StepRow> {
    body.steps
        .iter()
        .enumerate()
        .map(|(at, step)| StepRow {
            number: at + 1,
            actor: step.actor.clone(),
            part: step.part.label(),
            task: step.task.clone(),
            hours: hours_text(step.minutes.max(0)),
            more: more(step),
            findings: findings.iter().filter(|it| it.step == Some(at)).cloned().collect(),
        })
        .collect()
}

/// Steps with mistakes that keep a workflow from being published.
#[must_use]
pub fn grave_steps(findings: &[Finding]) -> Vec<usize> {
    findings.iter().filter(|it| it.is_grave).filter_map(|it| it.step).collect()
}

struct Loaded {
    versions: Vec<Version>,
    draft: Option<String>,
    followers: Vec<Follower>,
    procedures: Vec<(String, String)>,
    findings: Vec<Finding>,
    shown: Version,
}

fn load(site: &Site, tx: &mut Tx<'_>, code: &str, wanted: &str) -> Result<Option<Loaded>, Failure> {
    let today = tx.now().civil().date();
    let versions = sql::versions(tx, code)?;
    let draft = sql::draft(tx, code)?;
    let by = match &draft {
        Some(it) => people::staff::facts::account_name(tx, it.changed_by)?,
        None => String::new(),
    };
    let wanted = versions.iter().find(|it| it.id.to_string() == wanted);
    let current = wanted.or_else(|| versions.iter().find(|it| it.from <= today));
    let Some(shown) = current.or_else(|| versions.first()).cloned() else {
        return if draft.is_some() { Ok(None) } else { Err(Failure::NotFound) };
    };
    let (catalogue, bindings) = (procedures::catalogue(site, tx)?, sql::bindings(tx)?);
    let followers = changes::followers(&catalogue, &bindings, code);
    let findings = changes::findings(&catalogue, &bindings, &shown.body);
    Ok(Some(Loaded {
        followers: followers
            .iter()
            .map(|it| Follower {
                code: it.code.clone(),
                name: it.name.clone(),
                is_bound: it.code != code,
            })
            .collect(),
        procedures: catalogue
            .all()
            .iter()
            .map(|it| (it.body.code.clone(), it.body.name.clone()))
            .collect(),
        versions,
        draft: draft.map(|it| {
            let at = domain::time::Instant::from_epoch_ms(it.changed_ms).civil();
            format!("{} bởi {by}", text::date_time(at))
        }),
        findings,
        shown,
    }))
}

async fn page(
    site: &Site,
    who: &Who,
    code: String,
    wanted: String,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, name) = (site.clone(), code.clone());
    let loaded = site.read(who, move |tx| load(&inner, tx, &name, &wanted)).await?;
    // What was never published is its draft.
    let Some(it) = loaded else {
        let location = format!("{}/sua", address(&code));
        return Err(Failure::Elsewhere(axum::response::Redirect::to(&location)));
    };
    let today = who.today();
    let current = it.versions.iter().find(|v| v.from <= today).map(|v| v.id);
    let body = &it.shown.body;
    site.page(&Show {
        shell: site.shell(who),
        m,
        href: address(&code),
        name: body.name.clone(),
        source: body.source.clone(),
        version: body.version,
        picture: picture::draw(body, &grave_steps(&it.findings)),
        steps: rows(body, &it.findings),
        total: hours_text(body.minutes()),
        versions: it
            .versions
            .iter()
            .map(|v| VersionView {
                id: v.id,
                version: v.body.version,
                from: text::date(v.from),
                source: v.body.source.clone(),
                state: match (v.from > today, current == Some(v.id)) {
                    (true, _) => "sắp áp dụng",
                    (false, true) => "đang áp dụng",
                    (false, false) => "đã thay",
                },
                is_shown: v.id == it.shown.id,
            })
            .collect(),
        is_default: matches!(
            code.as_str(),
            procedures::DEFAULT_COMMUNE | procedures::DEFAULT_ABOVE | "on-the-spot"
        ),
        followers: it.followers,
        procedures: it.procedures,
        draft: it.draft,
        shown: it.shown.id,
        code,
    })
}

/// GET `/co-quan/quy-trinh/{code}`; `?ban=` names another version.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, code, asked.get("ban").to_owned(), &Mistakes::default()).await
}

/// POST `/co-quan/quy-trinh/{code}/ap-dung`: has a procedure follow this workflow, or no more.
pub async fn bind(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let back = address(&code);
    let lets_go = typed.get("viec") == "thoi";
    let mut fields = Fields::of(typed);
    let procedure = fields.text("thu-tuc", 200);
    // The list of proposals writes the code before the name.
    let procedure = procedure.and_then(|it| it.split_whitespace().next().map(str::to_owned));
    let read = fields.finish(procedure);
    let procedure = match read {
        Ok(it) => it,
        Err(m) => {
            let again = page(&site, &who, code, String::new(), &m).await?;
            return Err(m).or_show_again(|_| Ok(again));
        }
    };
    let said = if lets_go {
        format!("Thủ tục {procedure} không theo quy trình này nữa.")
    } else {
        format!("Hồ sơ mới của thủ tục {procedure} theo quy trình này từ bây giờ.")
    };
    site.write(&who, move |tx| {
        if lets_go {
            return Ok(changes::unbind(tx, &procedure, &code)?);
        }
        changes::bind(tx, &procedure, &code)?.or_refuse()
    })
    .await?;
    Ok(told(&back, &said))
}
