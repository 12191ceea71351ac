//! A draft becomes a version, or goes away: both are asked for once more.

use askama::Template;
use axum::response::Response;
use domain::text;
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrRefuse as _, OrShowAgain as _, Path, Shell, Site,
    State, Typed, Who, told,
};

use super::{
    address, changes, differences,
    edit::{self, Loaded},
    sql,
};

#[derive(Template)]
#[template(path = "workflows/templates/publish.html")]
struct Publish<'a> {
    shell: Shell,
    m: &'a Mistakes,
    href: String,
    name: String,
    edition: i64,
    changes: Vec<String>,
    grave: Vec<String>,
    light: Vec<String>,
}

#[derive(Template)]
#[template(path = "workflows/templates/discard.html")]
struct Discard {
    shell: Shell,
    href: String,
    name: String,
    edition: i64,
    changes: Vec<String>,
    is_new: bool,
}

/// A draft, and what is different in it from the version that it was taken from.
async fn load(site: &Site, who: &Who, code: String) -> Result<(Loaded, Vec<String>), Failure> {
    let inner = site.clone();
    site.read(who, move |tx| {
        let it = edit::load(&inner, tx, &code)?;
        let newest = sql::versions(tx, &code)?.into_iter().next();
        let lines = differences::between(newest.as_ref().map(|it| &it.body), &it.draft.body);
        Ok((it, lines))
    })
    .await
}

fn shown(
    site: &Site,
    who: &Who,
    (it, lines): &(Loaded, Vec<String>),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let said = |is_grave: bool| {
        let found = it.findings.iter().filter(|it| it.is_grave == is_grave);
        found
            .map(|it| match it.step {
                Some(at) => format!("Bước {}: {}", at + 1, it.text),
                None => it.text.clone(),
            })
            .collect()
    };
    site.page(&Publish {
        shell: site.shell(who),
        m,
        href: address(&it.draft.body.code),
        name: it.draft.body.name.clone(),
        edition: it.draft.edition,
        changes: lines.clone(),
        grave: said(true),
        light: said(false),
    })
}

/// GET `/co-quan/quy-trinh/{code}/cong-bo`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let loaded = load(&site, &who, code).await?;
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    shown(&site, &who, &loaded, &Mistakes::none(typed))
}

/// POST `/co-quan/quy-trinh/{code}/cong-bo`
pub async fn publish(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let loaded = load(&site, &who, code.clone()).await?;
    let edition = typed.get("an-ban").parse().unwrap_or(0_i64);
    let today = who.today();
    let mut fields = Fields::of(typed);
    let from = fields.date("tu-ngay");
    if from.is_some_and(|it| it < today) {
        fields.wrong("tu-ngay", changes::WorkflowChangeError::InThePast.to_string());
    }
    let from = fields.finish(from).or_show_again(|m| shown(&site, &who, &loaded, &m))?;
    let (inner, back) = (site.clone(), address(&code));
    site.write(&who, move |tx| {
        let it = edit::load(&inner, tx, &code)?;
        changes::publish(tx, &it.draft, edition, (from, it.limit))?.or_refuse()
    })
    .await?;
    let when = if from == today {
        "từ bây giờ".to_owned()
    } else {
        format!("từ {}", text::date(from))
    };
    Ok(told(&back, &format!("Đã công bố: hồ sơ mới theo phiên bản này {when}.")))
}

/// GET `/co-quan/quy-trinh/{code}/bo`
pub async fn discard_form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let (it, changes) = load(&site, &who, code).await?;
    site.page(&Discard {
        shell: site.shell(&who),
        href: address(&it.draft.body.code),
        name: it.draft.body.name.clone(),
        edition: it.draft.edition,
        changes,
        is_new: it.draft.based_on.is_none(),
    })
}

/// POST `/co-quan/quy-trinh/{code}/bo`
pub async fn discard(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let edition = typed.get("an-ban").parse().unwrap_or(0_i64);
    let is_new = site
        .write(&who, move |tx| {
            let draft = sql::draft(tx, &code)?.ok_or(Failure::NotFound)?;
            changes::discard(tx, &draft, edition)?.or_refuse()?;
            Ok(draft.based_on.is_none().then_some(()).ok_or(code))
        })
        .await?;
    let to = is_new.err().map_or_else(|| "/co-quan/quy-trinh".to_owned(), |it| address(&it));
    Ok(told(&to, "Đã bỏ bản nháp."))
}
