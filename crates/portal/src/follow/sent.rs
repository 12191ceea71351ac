//! What somebody sent, read back: who asks, what was declared, papers and files; for whoever has the dossier's secret
//! or is known to be its applicant. A telephone alone follows and reads nothing.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use citizen::{
    dossiers::facts as dossiers,
    eforms::{facts as eforms, papers as declarations},
    tracking::{self, Sight},
};
use domain::{
    eform::{self, Block},
    ids::{AccountId, DossierId},
    procedure::ChannelKind,
};
use site::{Failure, Html, Lang, Path, Shell, Site, State, Who, Words};
use store::{Fault, Tx};

use super::{WINDOW_S, ask_for_secret, code_of, take};
use crate::filing::facts as filings;

/// Papers that one address may have printed within [`WINDOW_S`].
const PRINTS_MAX: u32 = 60;

#[derive(Template)]
#[template(path = "follow/templates/sent.html")]
struct Page {
    shell: Shell,
    code: String,
    procedure: String,
    unit: String,
    person: Vec<(String, String)>,
    blocks: Vec<Block>,
    papers: Vec<(String, String)>,
    files: Vec<SentFile>,
}

/// What was sent as a file.
struct SentFile {
    row: i64,
    name: String,
    size: String,
    /// Why nobody opens it; empty if it can be opened.
    held: String,
}

/// Why nobody opens a file; empty if it can be opened.
fn held(words: Words, it: &dossiers::Attached) -> String {
    match it.scan.as_str() {
        "waiting" => words.say("sent-file-waits"),
        "infected" => words.say("sent-file-infected"),
        _ => String::new(),
    }
}

/// What whoever sent files is told of those that nobody can open, on the page of his dossier.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(super) fn told(words: Words, tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<String>, Fault> {
    let files = sent_files(tx, id)?;
    let any = |state: &str| files.iter().any(|it| it.scan == state);
    let mut told = Vec::new();
    if any("infected") {
        told.push(words.say("sent-infected"));
    }
    if any("waiting") {
        told.push(words.say("sent-waits"));
    }
    Ok(told)
}

/// The dossier, if it was sent over the line and this browser may read it.
async fn may_read(
    site: &Site,
    who: &Who,
    headers: &HeaderMap,
    code: &str,
) -> Result<Option<Response>, Failure> {
    match tracking::sight(site, who, headers, code).await? {
        None => Ok(Some(ask_for_secret(code))),
        Some(Sight::Follows) => Err(Failure::NotFound),
        Some(Sight::Reads | Sight::Own) => Ok(None),
    }
}

fn load(tx: &mut Tx<'_>, code: &str) -> Result<super::OnDesk, Failure> {
    let (_, on_desk) = take(tx, code)?;
    let kept = &on_desk.kept;
    let is_here = kept.dossier.channel == Some(ChannelKind::Online);
    if !is_here || kept.applicant == dossiers::ERASED {
        return Err(Failure::NotFound);
    }
    Ok(on_desk)
}

/// What the counter wrote beside no paper: files that came over the line.
fn sent_files(tx: &mut Tx<'_>, id: DossierId) -> Result<Vec<dossiers::Attached>, Fault> {
    let all = dossiers::attached(tx, id)?;
    Ok(all.into_iter().filter(|it| it.added_by == AccountId(0) && it.kind == "scan").collect())
}

/// GET `/ho-so/{code}/da-gui`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if let Some(away) = may_read(&site, &who, &headers, &code).await? {
        return Ok(away);
    }
    let (shell, of, english) = (site.shell(&who), code.clone(), who.lang == Lang::En);
    let words = shell.words;
    let (on_desk, said, declared, papers, files) = site
        .read(&who, move |tx| {
            let on_desk = load(tx, &of)?;
            let id = on_desk.kept.id;
            let said = dossiers::applicant(tx, id)?.unwrap_or_default();
            // The oldest is what was sent; the office may have put something right since.
            let declared = eforms::declared(tx, id)?.pop();
            Ok((on_desk, said, declared, dossiers::papers(tx, id)?, sent_files(tx, id)?))
        })
        .await?;
    let born = said.birth_date.parse().map(domain::text::date).unwrap_or_default();
    let mut person = vec![
        (words.say("filing-name"), said.name),
        (words.say("filing-number"), said.id_number),
        (words.say("filing-birth"), born),
        (words.say("filing-phone"), said.phone),
        (words.say("filing-email"), said.email),
        (words.say("filing-address"), said.address),
        (words.say("filing-request"), said.request),
        (words.say("filing-proxy-name"), said.proxy_name),
    ];
    person.retain(|it| !it.1.is_empty());
    let blocks = declared.map_or_else(Vec::new, |it| {
        eform::blocks(&it.version.form, &it.judged(), &BTreeMap::new(), english)
    });
    let way = |form: &str| match form {
        "copy" => words.say("filing-way-file"),
        _ => words.say("filing-way-paper"),
    };
    let page: Html<String> = site.page(&Page {
        procedure: on_desk.version.body.name.clone(),
        unit: who.tree.title(on_desk.kept.unit).to_owned(),
        person,
        blocks,
        papers: papers.into_iter().map(|it| (it.name, way(&it.form))).collect(),
        files: files
            .into_iter()
            .map(|it| SentFile {
                row: it.id,
                size: format!("{} KB", it.size / 1024 + 1),
                held: held(words, &it),
                name: it.name,
            })
            .collect(),
        code,
        shell,
    })?;
    Ok(page.into_response())
}

/// GET `/ho-so/{code}/da-gui/{file}`: a file as it was sent.
pub async fn file(
    State(site): State<Site>,
    who: Who,
    Path((code, row)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if let Some(away) = may_read(&site, &who, &headers, &code).await? {
        return Ok(away);
    }
    let found = site
        .read(&who, move |tx| {
            let on_desk = load(tx, &code)?;
            let files = sent_files(tx, on_desk.kept.id)?;
            let it = files.into_iter().find(|it| it.id == row).ok_or(Failure::NotFound)?;
            // What nobody at the office opens is not given back from here either.
            if it.is_held() { Err(Failure::NotFound) } else { Ok(it) }
        })
        .await?;
    let bytes = site.blobs.get(&found.sha256).await?.ok_or(Failure::NotFound)?;
    Ok(site::file(bytes, &found.media_type, &found.name, true))
}

/// GET `/ho-so/{code}/to-khai.pdf`: the declaration on paper, as it was sent.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if let Some(away) = may_read(&site, &who, &headers, &code).await? {
        return Ok(away);
    }
    let key = format!("eform-print:{}", who.origin);
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, PRINTS_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let (inner, asker, of) = (site.clone(), who.clone(), code.clone());
    let sheet = site
        .read(&who, move |tx| {
            let on_desk = load(tx, &of)?;
            filings::sheet(&inner, &asker, tx, (on_desk.kept.id, on_desk.kept.unit))
        })
        .await?;
    declarations::sent(&site, sheet, &format!("to-khai-{code}.pdf")).await
}
