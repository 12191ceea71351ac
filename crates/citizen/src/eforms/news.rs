//! What the product made of a form that it ships since the office took it: offered, compared, taken over or passed.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::eform::{Eform, merged};
use jiff::civil::Date;
use site::{Failure, Filled, Html, OrRefuse as _, Path, Redirect, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use super::{
    PAGE, SUBJECT, address, changes, shipped,
    sql::{self, Version},
    transfer::is_same,
};

/// A form that ships otherwise than it is here.
pub(super) struct News {
    /// As it ships now.
    pub shipped: Eform,
    /// As it is here.
    newest: Version,
    /// As it was shipped when the office took it; nothing if no version here was ever shipped.
    base: Option<Version>,
    /// Somebody is at work on it.
    has_draft: bool,
}

impl News {
    /// The office changed nothing of what it took.
    fn is_unchanged(&self) -> bool {
        self.base.as_ref().is_some_and(|it| it.id == self.newest.id)
    }

    /// It can be taken over as it is.
    pub fn is_ready(&self) -> bool {
        self.is_unchanged() && !self.has_draft
    }
}

/// What is new of one form that ships.
fn of(tx: &mut Tx<'_>, it: Eform) -> Result<Option<News>, Fault> {
    let versions = sql::versions(tx, &it.code)?;
    let Some(newest) = versions.first().cloned() else { return Ok(None) };
    // The office has it, or had it and went on from there.
    let is_known = versions.iter().any(|version| is_same(&version.body, &it));
    if is_known || sql::passed(tx, &it.code)? == shipped::mark(&it)? {
        return Ok(None);
    }
    let mut base = None;
    for version in versions {
        if shipped::was_shipped(&version.body)? {
            base = Some(version);
            break;
        }
    }
    let has_draft = sql::draft(tx, &it.code)?.is_some();
    Ok(Some(News { shipped: it, newest, base, has_draft }))
}

/// Everything that is new.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<News>, Fault> {
    let mut found = Vec::new();
    for it in shipped::all()? {
        found.extend(of(tx, it)?);
    }
    Ok(found)
}

/// What is new of the form with that code.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn of_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<News>, Fault> {
    match shipped::all()?.into_iter().find(|it| it.code == code) {
        Some(it) => of(tx, it),
        None => Ok(None),
    }
}

/// Makes a version of what ships, from today or from when the newest one holds, and binds what it is newly for.
fn take(tx: &mut Tx<'_>, it: &News, today: Date) -> Result<(), Fault> {
    let id = changes::put_in_force(tx, &it.shipped, it.newest.from.max(today))?;
    let news = it.shipped.procedures.iter().filter(|p| !it.newest.body.procedures.contains(p));
    for procedure in news {
        if sql::bound_to(tx, procedure)?.is_none() {
            sql::bind(tx, procedure, &it.shipped.code)?;
            let details = serde_json::json!({"code": it.shipped.code, "procedure": procedure});
            tx.journal(Entry::new(SUBJECT, id, "bind").details(&details));
        }
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "eforms/templates/news.html")]
struct Page {
    shell: Shell,
    href: String,
    name: String,
    version: u32,
    is_unchanged: bool,
    has_draft: bool,
    /// What the product changed.
    theirs: Vec<String>,
    /// What the office changed.
    ours: Vec<String>,
    /// What both changed.
    both: Vec<String>,
    /// It is known what the office started from.
    has_base: bool,
    mark: String,
}

/// GET `/co-quan/bieu-mau/{code}/ban-moi`: what is new, against what is here.
pub async fn compare(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let href = address(&code);
    let found = site.read(&who, move |tx| Ok(of_code(tx, &code)?)).await?;
    let Some(it) = found else {
        return Err(Failure::Elsewhere(Redirect::to(&href)));
    };
    let from = it.base.as_ref().map_or(&it.newest.body, |it| &it.body);
    let both = it.base.as_ref().map(|base| merged(&base.body, &it.newest.body, &it.shipped).both);
    site.page(&Page {
        shell: site.shell(&who),
        name: it.newest.body.title.clone(),
        version: it.newest.body.version,
        is_unchanged: it.is_unchanged(),
        has_draft: it.has_draft,
        theirs: changes::differences(Some(from), &it.shipped),
        ours: match &it.base {
            Some(base) => changes::differences(Some(&base.body), &it.newest.body),
            None => Vec::new(),
        },
        both: both.unwrap_or_default(),
        has_base: it.base.is_some(),
        mark: mark_of(&it)?,
        href,
    })
}

/// What a page showed: as it ships, and as it is here.
fn mark_of(it: &News) -> Result<String, Fault> {
    Ok(format!("{}-{}", shipped::mark(&it.shipped)?, it.newest.id))
}

/// POST `/co-quan/bieu-mau/{code}/ban-moi`: takes it over at once, as a draft with the office's changes in it, or not.
pub async fn answer(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (href, today) = (address(&code), who.today());
    let wish = typed.get("viec").to_owned();
    let what = wish.clone();
    let lines = site
        .write(&who, move |tx| {
            let Some(it) = of_code(tx, &code)? else { return Ok(None) };
            if mark_of(&it)? != typed.get("dau") {
                return Err(Failure::Refused(
                    "Biểu mẫu vừa được thay đổi. Hãy mở lại trang để xem bản mới nhất.".to_owned(),
                ));
            }
            match what.as_str() {
                "nhan" if it.is_ready() => take(tx, &it, today)?,
                "nhap" => {
                    let base = it.base.as_ref().map(|it| &it.body);
                    let both = base.map(|base| merged(base, &it.newest.body, &it.shipped));
                    let both = both.map_or_else(|| it.shipped.clone(), |it| it.form);
                    changes::bring(tx, &both)?.or_refuse()?;
                }
                "giu" => {
                    sql::pass(tx, &code, &shipped::mark(&it.shipped)?)?;
                    let details = serde_json::json!({"code": code});
                    tx.journal(Entry::new(SUBJECT, it.newest.id, "pass_shipped").details(&details));
                }
                _ => {
                    return Err(Failure::Refused(
                        "Biểu mẫu này đơn vị đã sửa hoặc đang có bản nháp: nhận bản mới vào bản nháp."
                            .to_owned(),
                    ));
                }
            }
            Ok(Some(()))
        })
        .await?;
    if lines.is_none() {
        return Ok(Redirect::to(&href).into_response());
    }
    Ok(match wish.as_str() {
        "nhan" => told(&href, "Đã nhận bản mới của phần mềm. Tờ khai đang điền dở giữ bản cũ."),
        "nhap" => told(
            &format!("{href}/sua"),
            "Bản mới đã vào bản nháp, cùng những chỗ đơn vị đã sửa. Hãy xem lại rồi công bố.",
        ),
        _ => told(&href, "Giữ bản đang dùng. Khi phần mềm có bản mới nữa sẽ báo lại."),
    })
}

/// POST `/co-quan/bieu-mau/ban-moi`: takes over all that the office did not change.
pub async fn take_all(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let count = site
        .write(&who, move |tx| {
            let ready: Vec<News> = all(tx)?.into_iter().filter(News::is_ready).collect();
            for it in &ready {
                take(tx, it, today)?;
            }
            Ok(ready.len())
        })
        .await?;
    Ok(told(
        PAGE,
        &format!("Đã nhận bản mới của {count} biểu mẫu. Tờ khai đang điền dở giữ bản cũ."),
    ))
}
