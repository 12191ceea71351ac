//! Asking for the dossier back, with a page that says what it means before it is done.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use citizen::dossiers::{desk::Desk, online};
use domain::dossier::Status;
use people::calendar::facts::calendars;
use site::{Failure, Filled, Html, Mistakes, Path, Redirect, Shell, Site, State, Who, told};

use super::{ask_for_secret, code_of, is_let_in, sql, take};

/// Characters of the reason at most.
const WHY_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "follow/templates/withdraw.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    procedure: String,
    unit: String,
    problems: String,
}

/// The form; nothing if the dossier cannot be asked back.
async fn page(
    site: &Site,
    who: &Who,
    code: &str,
    m: &Mistakes,
) -> Result<Option<Html<String>>, Failure> {
    let (of, now) = (code.to_owned(), who.now.civil());
    let (open, procedure, unit) = site
        .read(who, move |tx| {
            let (_, on_desk) = take(tx, &of)?;
            let open = online::open(&on_desk, now).withdraw;
            Ok((open, on_desk.version.body.name.clone(), on_desk.kept.unit))
        })
        .await?;
    if !open {
        return Ok(None);
    }
    let shell = site.shell(who);
    let page = site.page(&Page {
        m,
        code: code.to_owned(),
        procedure,
        unit: who.tree.title(unit).to_owned(),
        problems: shell.words.say("problems"),
        shell,
    })?;
    Ok(Some(page))
}

/// GET `/ho-so/{code}/rut`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code).await? {
        return Ok(ask_for_secret(&code));
    }
    Ok(match page(&site, &who, &code, &Mistakes::default()).await? {
        Some(page) => page.into_response(),
        None => Redirect::to(&format!("/ho-so/{code}")).into_response(),
    })
}

/// POST `/ho-so/{code}/rut`
pub async fn send(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code).await? {
        return Ok(ask_for_secret(&code));
    }
    let words = site.shell(&who).words;
    let here = format!("/ho-so/{code}");
    let why = domain::text::tidy(typed.get("ly-do"));
    let mut m = Mistakes::none(typed);
    if why.chars().count() > WHY_MAX {
        let max = WHY_MAX.to_string();
        let said = words.say_with("filing-too-long", &[("count", &max)]);
        m.by_field.insert("ly-do".to_owned(), said);
    }
    if m.typed("chac-chan") != "1" {
        m.by_field.insert("chac-chan".to_owned(), words.say("withdraw-sure-owed"));
    }
    if m.any() {
        return match page(&site, &who, &code, &m).await? {
            Some(page) => Err(Failure::Mistaken(page)),
            None => Ok(Redirect::to(&here).into_response()),
        };
    }
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (id, on_desk) = take(tx, &code)?;
        // A second click finds that it was asked.
        if on_desk.kept.dossier.status == Status::WithdrawRequested {
            return Ok(());
        }
        let calendars = calendars(&inner, tx)?;
        let desk = Desk { tree: &asker.tree, calendars: &calendars };
        let after = online::request_withdraw(tx, desk, id, &why)?;
        sql::insert(tx, id, "request_withdraw", 0, after.kept.edition).map_err(Failure::from)
    })
    .await?;
    Ok(told(&here, &words.say("withdraw-sent")))
}

/// POST `/ho-so/{code}/khong-rut`: the dossier goes on after all, while nobody has decided.
pub async fn stay(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code).await? {
        return Ok(ask_for_secret(&code));
    }
    let here = format!("/ho-so/{code}");
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (id, on_desk) = take(tx, &code)?;
        // A second click, or an office that was first: the page says how it stands.
        if !online::open(&on_desk, asker.now.civil()).stay {
            return Ok(());
        }
        let calendars = calendars(&inner, tx)?;
        let desk = Desk { tree: &asker.tree, calendars: &calendars };
        let after = online::stay(tx, desk, id)?;
        sql::insert(tx, id, "reject_withdraw", 0, after.kept.edition).map_err(Failure::from)
    })
    .await?;
    Ok(told(&here, &site.shell(&who).words.say("withdraw-stayed")))
}
