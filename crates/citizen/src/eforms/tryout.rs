//! A form looked at and filled in on trial, as wide as a desk or a telephone: nothing is kept.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::eform::{self, Answers, Block, Eform};
use site::{Asked, Failure, Filled, Html, Path, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    address,
    fill::{self, Asking},
    papers::{self, Around},
    shipped, sql,
};

#[derive(Template)]
#[template(path = "eforms/templates/try.html")]
struct Try {
    shell: Shell,
    href: String,
    name: String,
    which: String,
    is_draft: bool,
    narrow: bool,
    has_sample: bool,
    problems: Vec<(String, String)>,
    passed: bool,
    warnings: Vec<String>,
    signers: Vec<String>,
    blocks: Vec<(usize, Block)>,
    fields: String,
}

fn wanted(tx: &mut Tx<'_>, code: &str, which: &str) -> Result<(Eform, bool), Failure> {
    if which == "nhap" {
        let draft = sql::draft(tx, code)?.ok_or(Failure::NotFound)?;
        return Ok((draft.body, true));
    }
    let versions = sql::versions(tx, code)?;
    let asked = versions.iter().find(|it| it.id.to_string() == which);
    Ok((asked.or_else(|| versions.first()).ok_or(Failure::NotFound)?.body.clone(), false))
}

async fn load(site: &Site, who: &Who, code: &str, which: &str) -> Result<(Eform, bool), Failure> {
    let (code, which) = (code.to_owned(), which.to_owned());
    site.read(who, move |tx| wanted(tx, &code, &which)).await
}

fn page(
    site: &Site,
    who: &Who,
    (form, is_draft): &(Eform, bool),
    (answers, asked): (&Answers, &Typed),
    (told, more): (bool, &str),
) -> Result<Html<String>, Failure> {
    let judged = fill::without_files(form, eform::judge(form, answers, who.today()));
    let shell = site.shell(who);
    let units = fill::units(&who.tree);
    let asking = Asking {
        form,
        answers,
        judged: &judged,
        section: None,
        only: &[],
        told,
        more,
        takes_files: false,
        units: &units,
        today: who.today(),
        words: shell.words,
    };
    let passed = told && judged.mistakes.is_empty();
    let none = std::collections::BTreeMap::new();
    let blocks = if passed { eform::blocks(form, &judged, &none, false) } else { Vec::new() };
    let label = |code: &String| {
        let found = form.signers.iter().find(|it| it.code == *code);
        found.map_or_else(String::new, |it| it.label.clone())
    };
    site.page(&Try {
        href: address(&form.code),
        name: form.title.clone(),
        which: asked.get("ban").to_owned(),
        is_draft: *is_draft,
        narrow: asked.get("kieu") == "dien-thoai",
        has_sample: shipped::sample(&form.code)?.is_some(),
        problems: asking.problems(),
        passed,
        warnings: judged.warnings.iter().map(|it| it.say.vi.clone()).collect(),
        signers: judged.signers.iter().map(label).collect(),
        blocks: blocks.into_iter().map(|it| (0, it)).collect(),
        fields: fill::html(&asking)?,
        shell,
    })
}

/// GET `/co-quan/bieu-mau/{code}/thu`: `?ban=nhap` the draft, `?kieu=dien-thoai` narrow, `?mau=1` a sample.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let it = load(&site, &who, &code, asked.get("ban")).await?;
    let sample = if asked.has("mau") { shipped::sample(&code)? } else { None };
    let mut answers = sample.unwrap_or_default();
    fill::proposed(&it.0, &asked, &mut answers, who.today());
    page(&site, &who, &it, (&answers, &asked), (false, ""))
}

/// POST: judges what was typed, or prints it.
pub async fn fill(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = load(&site, &who, &code, typed.get("ban")).await?;
    let mut answers = fill::read_here(&it.0, &typed, &who.tree);
    let judged = fill::proposed(&it.0, &typed, &mut answers, who.today());
    if typed.get("viec") == "in" {
        let judged = papers::with_places(&it.0, &answers, judged);
        let around =
            Around { made_on: Some(who.today()), demo: site.config.demo, ..Around::default() };
        let sheet = papers::sheet(&it.0, &judged, &around.to_unit(who.tree.seat()));
        return papers::sent(&site, sheet, "dien-thu.pdf").await;
    }
    let more = typed.get("viec").strip_prefix("dong.").unwrap_or_default().to_owned();
    let told = more.is_empty();
    Ok(page(&site, &who, &it, (&answers, &typed), (told, &more))?.into_response())
}
