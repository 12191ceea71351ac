//! Closing one's account: what names the person goes at once; what stays by law is said beforehand.

use askama::Template;
use axum::response::Response;
use domain::ids::CitizenId;
use site::{Failure, Filled, Html, Mistakes, Shell, Site, State, Who, Words, told};
use store::{
    Fault, Tx,
    journal::{self, Entry},
};

use super::{consent, looks};
use crate::account::{
    SUBJECT,
    home::demand_whole,
    sending,
    session::{self, SignedIn},
    sql::privacy as sql,
};

#[derive(Template)]
#[template(path = "account/templates/erase.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    /// What has to be typed: the name, or the telephone of somebody who has none.
    typed_name: String,
    dossiers: String,
    /// What he began and did not send; empty if there is nothing.
    drafts: String,
}

/// What has to be typed again: the name, the telephone of whoever has none, a word of whoever has neither.
fn typed_name(it: &SignedIn, words: Words) -> String {
    let known = [&it.account.name, &it.account.phone].into_iter().find(|it| !it.is_empty());
    known.cloned().unwrap_or_else(|| words.say("erase-word"))
}

async fn page(
    site: &Site,
    who: &Who,
    it: &SignedIn,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (me, inner) = (it.citizen.clone(), site.clone());
    let (count, drafts) = site
        .read(who, move |tx| {
            let drafts = crate::filing::facts::drafts_of(&inner, tx, me.id)?.len();
            Ok((looks::dossiers_of(tx, &me)?.len(), drafts))
        })
        .await?;
    let shell = site.shell(who);
    let words = shell.words;
    let dossiers = words.say_with("erase-stay-dossiers", &[("count", &count.to_string())]);
    let drafts = match drafts {
        0 => String::new(),
        count => words.say_with("erase-goes-drafts", &[("count", &count.to_string())]),
    };
    site.page(&Page { shell, m, typed_name: typed_name(it, words), dossiers, drafts })
}

/// GET `/tai-khoan/dong`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
) -> Result<Html<String>, Failure> {
    demand_whole(&site, &who, &it)?;
    page(&site, &who, &it, &Mistakes::default()).await
}

/// POST `/tai-khoan/dong`
pub async fn close(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    let words = site.shell(&who).words;
    let is_same =
        domain::text::fold(typed.get("xac-nhan")) == domain::text::fold(&typed_name(&it, words));
    if !is_same || typed.get("xac-nhan").is_empty() {
        let mut m = Mistakes::none(typed);
        m.by_field.insert("xac-nhan".to_owned(), words.say("erase-wrong-name"));
        return Err(Failure::Mistaken(page(&site, &who, &it, &m).await?));
    }
    let (citizen, lang) = (it.citizen.id, who.lang);
    let waste = site.write(&who, move |tx| Ok(close_account(tx, citizen, lang)?)).await?;
    crate::filing::facts::erase(&site, waste).await?;
    let mut response = told("/rieng-tu", &words.say("erase-done"));
    session::leave_nothing(&mut response, &site);
    Ok(response)
}

/// Takes back what was agreed to and erases what names anybody, drafts with it; the hashes of files that are waste
/// now. The chain of the journal stays whole.
pub(super) fn close_account(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    lang: site::Lang,
) -> Result<Vec<String>, Fault> {
    for purpose in consent::of_day(tx.now().civil().date()) {
        if consent::agrees(tx, citizen, &purpose.code)? {
            consent::say(tx, citizen, &purpose.code, false, lang)?;
        }
    }
    let waste = crate::filing::facts::let_go(tx, citizen)?;
    sending::forget(tx, citizen)?;
    sql::close(tx, citizen)?;
    tx.journal(Entry::new(SUBJECT, citizen.0, "close_account"));
    journal::erase_words(tx, SUBJECT, citizen.0)?;
    Ok(waste)
}
