//! Whether a result holds, for anybody who has it in his hand; and the result itself, for whoever has
//! the receipt's secret.

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::{
    dossier::Outcome,
    results::{Validity, validity},
    text,
};
use site::{Asked, Failure, Html, Mistakes, Path, Shell, Site, State, Typed, Who, Words};
use store::Tx;

use super::{
    facts,
    numbers::ways,
    sql::{self, Kept},
};
use crate::{dossiers::facts as dossiers, tracking};

/// Questions from one address within [`WINDOW_S`].
const TRIES_MAX: u32 = 40;
const WINDOW_S: i64 = 15 * 60;

/// A result, whose it is as the public may read it, and of a group the members that are told.
struct Found {
    kept: Kept,
    holder: String,
    members: Vec<(String, String)>,
}

/// The results with names as the public may read them. `asked`: the ways of writing the number that was asked
/// for; whoever asks for the number of a member learns of that member alone.
fn with_names(
    tx: &mut Tx<'_>,
    found: Vec<Kept>,
    asked: Option<&[String]>,
) -> Result<Vec<Found>, Failure> {
    let ids: Vec<_> = found.iter().map(|it| it.dossier).collect();
    let members = dossiers::granted_members(tx, &ids)?;
    let mut named = Vec::new();
    for it in found {
        let name = match dossiers::by_id(tx, it.dossier)? {
            Some(kept) if kept.applicant == it.holder => dossiers::public_name(tx, &kept)?,
            _ => text::mask_name(&it.holder),
        };
        let granted = it.outcome == Outcome::Granted.code();
        let his = members.get(&it.dossier).filter(|_| granted).cloned();
        let mut his = his.unwrap_or_default();
        if let Some(ways) = asked.filter(|ways| !ways.contains(&text::fold(&it.number))) {
            his.retain(|(_, number)| ways.contains(&text::fold(number)));
        }
        let masked = |(name, number): (String, String)| match name == dossiers::ERASED {
            true => (name, number),
            false => (text::mask_name(&name), number),
        };
        let members = his.into_iter().map(masked).collect();
        named.push(Found { kept: it, holder: name, members });
    }
    Ok(named)
}

/// What anybody may know of a result.
struct Shown {
    kind: String,
    number: String,
    issued: String,
    expires: String,
    office: String,
    holder: String,
    members: Vec<(String, String)>,
    verdict: String,
    tone: &'static str,
    since: String,
}

fn shown(found: &Found, who: &Who, words: Words) -> Shown {
    let Found { kept: it, holder, members } = found;
    let (verdict, tone) = match validity(it.state, it.expires_on, who.today()) {
        Validity::Valid => (words.say("verify-valid"), "good"),
        Validity::Expired => (words.say("verify-expired"), "bad"),
        Validity::Revoked => (words.say("verify-revoked"), "bad"),
        Validity::Replaced => (words.say("verify-replaced"), "bad"),
    };
    Shown {
        kind: it.kind.clone(),
        number: it.number.clone(),
        issued: text::date(it.issued_on),
        expires: it.expires_on.map_or_else(String::new, text::date),
        office: who.tree.title(it.body).to_owned(),
        holder: holder.clone(),
        members: members.clone(),
        verdict,
        tone,
        since: it.ended_on.map_or_else(String::new, text::date),
    }
}

#[derive(Template)]
#[template(path = "results/templates/verify.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    found: Vec<Shown>,
    asked: bool,
}

fn count_try(site: &Site, who: &Who) -> Result<(), Failure> {
    let key = format!("verify:{}", who.origin);
    let taken = site.limiter.take(&key, TRIES_MAX, WINDOW_S, who.now);
    taken.map_err(|wait_s| Failure::TooMany { wait_s })
}

fn page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    found: &[Found],
    asked: bool,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    let found = found.iter().map(|it| shown(it, who, words)).collect();
    site.page(&Page { shell, m, found, asked })
}

/// GET `/kiem-tra?so=&ngay=`: by number and day, for whoever cannot scan.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (number, day) = (asked.get("so").to_owned(), site::form::parse_date(asked.get("ngay")));
    let words = site.shell(&who).words;
    let is_asked = asked.has("so");
    let mut m = Mistakes::none(asked);
    if !is_asked {
        return page(&site, &who, &m, &[], false);
    }
    if number.is_empty() {
        m.by_field.insert("so".to_owned(), words.say("verify-no-number"));
    }
    let Some(day) = day.filter(|_| !number.is_empty()) else {
        if day.is_none() {
            m.by_field.insert("ngay".to_owned(), words.say("verify-no-day"));
        }
        return Err(Failure::Mistaken(page(&site, &who, &m, &[], false)?));
    };
    count_try(&site, &who)?;
    let found = site
        .read(&who, move |tx| {
            // Zeros before a number change nothing: “8” is “08”.
            let keys = ways(&text::fold(&number));
            let mut found = sql::by_number(tx, &keys, day)?;
            // A member of a group has a number of his own.
            for it in sql::by_member_number(tx, &ways(number.trim()), day)? {
                if !found.iter().any(|known| known.id == it.id) {
                    found.push(it);
                }
            }
            with_names(tx, found, Some(&keys))
        })
        .await?;
    page(&site, &who, &m, &found, true)
}

/// GET `/kiem-tra/{code}`, from the square code on the slip.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    count_try(&site, &who)?;
    let code: String = code.to_lowercase().chars().take(64).collect();
    let found = site
        .read(&who, move |tx| {
            let found = sql::by_code(tx, &code)?;
            with_names(tx, found.into_iter().collect(), None)
        })
        .await?;
    let status = if found.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = page(&site, &who, &Mistakes::none(Typed::default()), &found, true)?;
    Ok((status, page).into_response())
}

/// GET `/ho-so/{code}/ket-qua/{id}`: the file, for a browser that has shown the receipt's secret, once
/// what is owed is paid. Each download is written down.
pub async fn download(
    State(site): State<Site>,
    who: Who,
    Path((code, id)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !tracking::sees(&site, &who, &headers, &code, tracking::Sight::Reads).await? {
        return Err(Failure::NotFound);
    }
    let found = site
        .write(&who, move |tx| {
            let kept = dossiers::by_code(tx, &code)?.ok_or(Failure::NotFound)?;
            let open = facts::for_citizen(tx, &kept)?.files.iter().any(|(it, _)| *it == id);
            if !open {
                return Err(Failure::NotFound);
            }
            let result = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
            facts::downloaded(tx, id)?;
            Ok(result)
        })
        .await?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    let name = format!("ket-qua-{}.pdf", found.dossier_code);
    Ok(site::file(bytes, "application/pdf", &name, true))
}
