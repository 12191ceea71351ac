//! What was begun in this browser without an account and not sent: gone on with, discarded, or taken into the account.

use askama::Template;
use axum::response::Response;
use site::{Failure, Filled, Html, Path, Shell, Site, State, told};

use super::{
    draft::{Draft, KEY},
    owner::{Asker, Waiting},
};

#[derive(Template)]
#[template(path = "filing/templates/begun.html")]
struct Page {
    shell: Shell,
    lines: Vec<Waiting>,
    /// Somebody is signed in who may take them into his account.
    may_take: bool,
}

/// GET `/nop`
pub async fn list(State(site): State<Site>, asker: Asker) -> Result<Html<String>, Failure> {
    let (inner, of) = (site.clone(), asker.clone());
    let lines = site.read(&asker.who, move |tx| Ok(of.waiting(&inner, tx)?)).await?;
    let may_take = asker.account().is_some();
    site.page(&Page { shell: site.shell(&asker.who), lines, may_take })
}

/// POST `/nop/{code}/{secret}/vao-tai-khoan`: from now on the draft is the account's alone.
pub async fn take(
    State(site): State<Site>,
    asker: Asker,
    Path((code, secret)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let here = format!("/nop/{code}/{secret}");
    let me = asker.account().map(|it| it.id).ok_or(Failure::NotFound)?;
    let (inner, of, who) = (site.clone(), here.clone(), asker.who.clone());
    site.write(&who, move |tx| {
        let draft = Draft::take(&inner, tx, &code, &secret)?;
        asker.opens(&draft, &of)?;
        if draft.dossier().is_some() || draft.assistant().is_some() {
            return Err(Failure::NotFound);
        }
        let key = inner.seal.close(KEY, &secret)?;
        Ok(draft.give_to(tx, me, &key)?)
    })
    .await?;
    Ok(told("/tai-khoan#dang-dien", &site.shell(&who).words.say("begun-taken")))
}
