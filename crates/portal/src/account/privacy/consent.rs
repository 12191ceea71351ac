//! Consent by purpose: what is asked, what was said, when, and what stops when it is taken back.

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use domain::{
    consent::{ConsentFile, LastSaid, Purpose, Said, holds, on},
    ids::CitizenId,
    time::Instant,
};
use jiff::civil::Date;
use site::{Failure, Filled, Html, Lang, Path, Shell, Site, State, Who, told};
use store::{Fault, Tx, journal::Entry};

use crate::account::{
    SUBJECT, home::demand_whole, sending, session::SignedIn, sql::privacy as sql,
};

static FILE: LazyLock<Option<ConsentFile>> = LazyLock::new(|| {
    let file = toml::from_str(include_str!("../../../../../law/consent.toml"));
    file.inspect_err(|error| tracing::error!(%error, "law/consent.toml does not read")).ok()
});

fn all() -> &'static [Purpose] {
    FILE.as_ref().map_or(&[], |it| &it.purpose)
}

/// The law by which consent is asked.
pub(in crate::account) fn basis() -> &'static str {
    FILE.as_ref().map_or("", |it| &it.basis)
}

/// The text of a purpose that is shown on `day`.
pub(in crate::account) fn shown(code: &str, day: Date) -> Option<&'static Purpose> {
    on(all(), day).into_iter().find(|it| it.code == code)
}

/// In the reader's language.
pub(in crate::account) fn in_lang(it: &Said, lang: Lang) -> &str {
    match lang {
        Lang::Vi => &it.vi,
        Lang::En => &it.en,
    }
}

/// See [`crate::account::facts::agrees`].
pub(in crate::account) fn agrees(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
) -> Result<bool, Fault> {
    let today = tx.now().civil().date();
    let last = sql::said(tx, citizen)?.into_iter().rev().find(|it| it.purpose == purpose);
    let last = last.map(|it| LastSaid { version: it.version, agreed: it.agreed });
    Ok(holds(all(), purpose, last, today))
}

/// See [`crate::account::facts::word`].
pub(in crate::account) fn word(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
) -> Result<Option<(Instant, bool)>, Fault> {
    let last = sql::said(tx, citizen)?.into_iter().rev().find(|it| it.purpose == purpose);
    let Some(last) = last else { return Ok(None) };
    let known = Some(LastSaid { version: last.version, agreed: last.agreed });
    let agreed = holds(all(), purpose, known, tx.now().civil().date());
    // What was agreed to and is asked anew is neither a yes nor a no.
    Ok((agreed || !last.agreed).then_some((last.at, agreed)))
}

/// See [`crate::account::facts::say`].
pub(in crate::account) fn say(
    tx: &mut Tx<'_>,
    citizen: CitizenId,
    purpose: &str,
    agreed: bool,
    lang: Lang,
) -> Result<(), Fault> {
    let Some(it) = shown(purpose, tx.now().civil().date()) else {
        return Err(Fault::Broken(format!("there is no purpose {purpose}")));
    };
    sql::say(tx, citizen, purpose, it.version, agreed, lang)?;
    let act = if agreed { "consent" } else { "withdraw_consent" };
    let details = serde_json::json!({ "purpose": purpose, "version": it.version });
    tx.journal(Entry::new(SUBJECT, citizen.0, act).details(&details));
    Ok(())
}

struct Line {
    code: String,
    title: String,
    text: String,
    data: String,
    stops: String,
    agreed: bool,
    /// When what holds was said; empty if nothing was.
    since: String,
    /// A newer text asks for more than the one that was agreed to.
    asks_again: bool,
    /// The account itself: taking it back closes the account.
    is_account: bool,
}

struct Past {
    when: String,
    title: String,
    version: i64,
    agreed: bool,
}

#[derive(Template)]
#[template(path = "account/templates/consents.html")]
struct Page {
    shell: Shell,
    lines: Vec<Line>,
    past: Vec<Past>,
    basis: &'static str,
}

/// GET `/tai-khoan/dong-y`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
) -> Result<Html<String>, Failure> {
    let citizen = it.citizen.id;
    let said = site.read(&who, move |tx| Ok(sql::said(tx, citizen)?)).await?;
    let shell = site.shell(&who);
    let (words, today) = (shell.words, who.today());
    let lines = on(all(), today)
        .into_iter()
        .map(|purpose| {
            let last = said.iter().rev().find(|it| it.purpose == purpose.code);
            let known = last.map(|it| LastSaid { version: it.version, agreed: it.agreed });
            let agreed = holds(all(), &purpose.code, known, today);
            Line {
                code: purpose.code.clone(),
                title: in_lang(&purpose.title, who.lang).to_owned(),
                text: in_lang(&purpose.text, who.lang).to_owned(),
                data: in_lang(&purpose.data, who.lang).to_owned(),
                stops: in_lang(&purpose.stops, who.lang).to_owned(),
                agreed,
                since: last.map_or_else(String::new, |it| words.moment(it.at.civil())),
                asks_again: !agreed && last.is_some_and(|it| it.agreed),
                is_account: purpose.code == "account",
            }
        })
        .collect();
    let past = said
        .iter()
        .rev()
        .map(|it| Past {
            when: words.moment(it.at.civil()),
            title: title_of(&it.purpose, it.version, who.lang),
            version: it.version,
            agreed: it.agreed,
        })
        .collect();
    site.page(&Page { shell, lines, past, basis: basis() })
}

/// The heading under which a version was shown.
pub(in crate::account) fn title_of(purpose: &str, version: i64, lang: Lang) -> String {
    let found = all().iter().find(|it| it.code == purpose && it.version == version);
    found.map_or_else(|| purpose.to_owned(), |it| in_lang(&it.title, lang).to_owned())
}

/// POST `/tai-khoan/dong-y/{code}`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    it: SignedIn,
    Path(purpose): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand_whole(&site, &who, &it)?;
    let agreed = typed.get("dong-y") == "1";
    // An account without this consent is none: closing it has its own page.
    if shown(&purpose, who.today()).is_none() || purpose == "account" {
        return Err(Failure::NotFound);
    }
    let (citizen, lang, inner) = (it.citizen, who.lang, site.clone());
    site.write(&who, move |tx| {
        if agrees(tx, citizen.id, &purpose)? != agreed {
            say(tx, citizen.id, &purpose, agreed, lang)?;
            if purpose == "notify" {
                sending::heed(&inner, tx, &citizen, agreed)?;
            }
        }
        Ok(())
    })
    .await?;
    let words = site.shell(&who).words;
    let text =
        if agreed { words.say("consent-given-now") } else { words.say("consent-withdrawn-now") };
    Ok(told("/tai-khoan/dong-y", &text))
}

/// The purposes that are shown on `day`.
pub(super) fn of_day(day: Date) -> Vec<&'static Purpose> {
    on(all(), day)
}
