//! The editor: a draft, step by step, saved with every press of a button.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::Part,
    workflow::{NAME_CHARS_MAX, Place, STEPS_MAX, Way, Workflow, WorkflowCode, default_for},
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, OrShowAgain as _, Path, Shell, Site,
    State, Who, told,
};
use store::Tx;

use super::{
    address, changes, picture,
    reading::{self, StepForm},
    show::grave_steps,
    sql::{self, Draft},
};
use crate::procedures::facts as procedures;

/// Working days for which the steps of a new workflow are shared out.
const NEW_DAYS: u32 = 10;

type Options = Vec<(&'static str, &'static str)>;

#[derive(Template)]
#[template(path = "workflows/templates/edit.html")]
struct Edit<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    code: String,
    is_new: bool,
    picture: String,
    whole: Vec<(bool, String)>,
    steps: Vec<StepForm>,
    is_full: bool,
    parts: Options,
    ways: Options,
    roles: Options,
    places: Options,
    kinds: Options,
    grave: usize,
    total: String,
}

#[derive(Template)]
#[template(path = "workflows/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    models: Vec<(String, String)>,
    procedures: Vec<(String, String)>,
}

/// A draft and what is wrong with it.
pub struct Loaded {
    /// The draft.
    pub draft: Draft,
    /// What is wrong with it.
    pub findings: Vec<domain::workflow::Finding>,
    /// The shortest limit of the procedures that follow it, in minutes of office time.
    pub limit: Option<i64>,
}

/// The draft of a workflow with its findings.
pub fn load(site: &Site, tx: &mut Tx<'_>, code: &str) -> Result<Loaded, Failure> {
    let draft = sql::draft(tx, code)?.ok_or(Failure::NotFound)?;
    let (catalogue, bindings) = (procedures::catalogue(site, tx)?, sql::bindings(tx)?);
    let limit = changes::shortest_limit(&changes::followers(&catalogue, &bindings, code));
    Ok(Loaded { findings: draft.body.findings(limit), draft, limit })
}

fn shown(site: &Site, who: &Who, it: &Loaded, m: &Mistakes) -> Result<Html<String>, Failure> {
    let body = &it.draft.body;
    let steps = reading::forms(m, &it.findings);
    site.page(&Edit {
        shell: site.shell(who),
        m,
        href: address(&body.code),
        code: body.code.clone(),
        is_new: it.draft.based_on.is_none(),
        picture: picture::draw(body, &grave_steps(&it.findings)),
        whole: it
            .findings
            .iter()
            .filter(|it| it.step.is_none())
            .map(|it| (it.is_grave, it.text.clone()))
            .collect(),
        is_full: steps.len() >= STEPS_MAX,
        steps,
        parts: reading::PARTS.iter().map(|it: &Part| (it.code(), it.label())).collect(),
        ways: Way::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        roles: reading::ROLES.iter().map(|it| (it.code(), it.label())).collect(),
        places: Place::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        kinds: reading::KINDS.iter().map(|it| (it.code(), it.label())).collect(),
        grave: it.findings.iter().filter(|it| it.is_grave).count(),
        total: reading::hours_text(body.minutes().max(0)),
    })
}

/// GET `/co-quan/quy-trinh/{code}/sua`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let it = site.read(&who, move |tx| load(&inner, tx, &code)).await?;
    let m = Mistakes::none(reading::typed_of(&it.draft.body, it.draft.edition));
    shown(&site, &who, &it, &m)
}

/// POST `/co-quan/quy-trinh/{code}/nhap-moi`: begins a draft, or finds the one that there is.
pub async fn begin(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let to = format!("{}/sua", address(&code));
    site.write(&who, move |tx| changes::begin(tx, &code)?.ok_or(Failure::NotFound)).await?;
    Ok(told(&to, "Đây là bản nháp. Hồ sơ chỉ theo nội dung này sau khi công bố."))
}

/// POST `/co-quan/quy-trinh/{code}/sua`: keeps the draft and does what the button says.
pub async fn keep(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let wish = typed.get("viec").to_owned();
    let edition = typed.get("an-ban").parse().unwrap_or(0_i64);
    let (inner, name) = (site.clone(), code.clone());
    let it = site.read(&who, move |tx| load(&inner, tx, &name)).await?;
    let read = reading::read(typed, &it.draft.body);
    let mut body = read.or_show_again(|m| shown(&site, &who, &it, &m))?;
    let at = reading::rearrange(&mut body.steps, &wish);
    let base = address(&code);
    site.write(&who, move |tx| {
        let draft = sql::draft(tx, &code)?.ok_or(Failure::NotFound)?;
        changes::keep(tx, &draft, edition, &body)?.or_refuse()
    })
    .await?;
    Ok(match wish.as_str() {
        "thu" => axum::response::Redirect::to(&format!("{base}/thu?ban=nhap")).into_response(),
        "cong-bo" => axum::response::Redirect::to(&format!("{base}/cong-bo")).into_response(),
        _ => {
            let to = if at > 0 { format!("{base}/sua#buoc-{at}") } else { format!("{base}/sua") };
            told(&to, "Đã ghi bản nháp.")
        }
    })
}

async fn new_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (all, procedures) = site
        .read(who, move |tx| {
            let catalogue = procedures::catalogue(&inner, tx)?;
            let procedures = catalogue.all().iter();
            let procedures = procedures.map(|it| (it.body.code.clone(), it.body.name.clone()));
            Ok((sql::all(tx)?, procedures.collect()))
        })
        .await?;
    let mut models = vec![(String::new(), "Sáu bước thường gặp".to_owned())];
    models.extend(
        all.chunk_by(|a, b| a.body.code == b.body.code)
            .filter_map(|it| it.first())
            .map(|it| (it.body.code.clone(), format!("{} – {}", it.body.code, it.body.name))),
    );
    site.page(&New { shell: site.shell(who), m, models, procedures })
}

/// GET `/co-quan/quy-trinh/moi`
pub async fn new_form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    new_page(&site, &who, &Mistakes::default()).await
}

/// POST `/co-quan/quy-trinh/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let model = typed.get("mau").to_owned();
    let mut fields = Fields::of(typed);
    // The list of proposals writes the code before the name.
    let code = fields.read("ma", |it| {
        let (code, name) = it.split_once(" – ").unwrap_or((it, ""));
        let code = if name.is_empty() { it } else { code };
        WorkflowCode::parse(code).map(|it| it.as_str().to_owned())
    });
    let name = fields.text("ten", NAME_CHARS_MAX).map(|it| domain::text::tidy(&it));
    let (code, name) = match fields.finish(code.zip(name)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(new_page(&site, &who, &m).await?)),
    };
    let to = format!("{}/sua", address(&code));
    site.write(&who, move |tx| {
        let found = sql::versions(tx, &model)?.into_iter().next();
        let steps = match found {
            Some(it) => it.body.steps,
            None => default_for(&code, &name, NEW_DAYS).steps,
        };
        let body = Workflow { code, version: 0, name, source: String::new(), steps };
        changes::create(tx, &body)?.or_refuse()
    })
    .await?;
    Ok(told(&to, "Đã lập bản nháp. Hồ sơ chỉ theo nội dung này sau khi công bố."))
}
