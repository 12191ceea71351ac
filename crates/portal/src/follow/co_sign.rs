//! Links for those who must sign the declaration too, made by the applicant himself: the other parent and the bride
//! sign from where they are. The office sees that he made them.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use citizen::eforms::signing;
use site::{Failure, Filled, Html, Path, Redirect, Shell, Site, State, Who};
use store::Tx;

use super::{WINDOW_S, ask_for_secret, code_of, is_let_in, take};

/// Links made for one dossier within [`WINDOW_S`].
const LINKS_MAX: u32 = 30;

/// Somebody who must sign.
struct Line {
    code: String,
    name: String,
    state: String,
    is_owed: bool,
    /// His link, if it was made just now.
    link: Option<Made>,
}

/// A link that is shown once.
struct Made {
    address: String,
    qr: String,
    /// What to do with it, and until when.
    given: String,
    /// The address as a text message carries it.
    by_text: String,
}

#[derive(Template)]
#[template(path = "follow/templates/co_sign.html")]
struct Page {
    shell: Shell,
    code: String,
    procedure: String,
    lines: Vec<Line>,
}

/// What the page shows; nothing if nobody must sign, or the dossier is over.
struct Found {
    procedure: String,
    due: Vec<signing::Due>,
    declaration: citizen::eforms::facts::Declaration,
    dossier: domain::ids::DossierId,
}

fn load(tx: &mut Tx<'_>, code: &str) -> Result<Option<Found>, Failure> {
    let (dossier, on_desk) = take(tx, code)?;
    if on_desk.kept.dossier.status.is_over() {
        return Ok(None);
    }
    let procedure = on_desk.version.body.name.clone();
    Ok(signing::of_dossier(tx, dossier)?.map(|(declaration, due)| Found {
        procedure,
        due,
        declaration,
        dossier,
    }))
}

fn page(
    site: &Site,
    who: &Who,
    code: &str,
    found: Found,
    made: Option<(&str, Made)>,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let mut lines: Vec<Line> = found
        .due
        .iter()
        .map(|it| Line {
            code: it.signer.code.clone(),
            name: it.titled(shell.words),
            state: it.said(shell.words),
            is_owed: it.is_owed(),
            link: None,
        })
        .collect();
    if let Some((signer, link)) = made
        && let Some(line) = lines.iter_mut().find(|it| it.code == signer)
    {
        line.link = Some(link);
    }
    site.page(&Page { code: code.to_owned(), procedure: found.procedure, lines, shell })
}

/// GET `/ho-so/{code}/cung-ky`
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
    let of = code.clone();
    Ok(match site.read(&who, move |tx| load(tx, &of)).await? {
        Some(found) => page(&site, &who, &code, found, None)?.into_response(),
        None => Redirect::to(&format!("/ho-so/{code}")).into_response(),
    })
}

/// POST `/ho-so/{code}/cung-ky`: a link for one signer, in place of one that he had; shown once.
pub async fn make(
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
    site.limiter
        .take(&format!("co-sign-link:{code}"), LINKS_MAX, WINDOW_S, who.now)
        .map_err(|wait_s| Failure::TooMany { wait_s })?;
    let (of, signer) = (code.clone(), typed.get("nguoi").to_owned());
    let asked = signer.clone();
    let made = site
        .write(&who, move |tx| {
            let Some(found) = load(tx, &of)? else { return Ok(None) };
            // Who answered meanwhile is not asked again: the page says what he said.
            let owed = |it: &signing::Due| it.signer.code == asked && it.is_owed();
            if !found.due.iter().any(owed) {
                return Ok(Some((found, None)));
            }
            let secret = signing::ask(tx, found.dossier, &found.declaration, &asked)?;
            Ok(load(tx, &of)?.map(|it| (it, Some(secret))))
        })
        .await?;
    let Some((found, secret)) = made else {
        return Ok(Redirect::to(&format!("/ho-so/{code}")).into_response());
    };
    let link = match secret {
        Some(secret) => {
            let (address, qr, until) = signing::link(&site, &who, &secret)?;
            let words = site.shell(&who).words;
            let text = words.say_with("co-sign-text", &[("address", &address)]);
            let given = words.say_with("co-sign-give", &[("until", &until)]);
            let by_text = format!("sms:?&body={}", site::percent(&text));
            Some(Made { address, qr, given, by_text })
        }
        None => None,
    };
    Ok(page(&site, &who, &code, found, link.map(|it| (signer.as_str(), it)))?.into_response())
}
