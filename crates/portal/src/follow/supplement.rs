//! Answering what is asked: files beside the papers that are missing, a note, once however often it is sent.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use citizen::dossiers::{
    Stored,
    desk::Desk,
    facts as dossiers,
    online::{self, Asked, Sent},
    put_away,
};
use domain::dossier::Status;
use people::calendar::facts::calendars;
use serde::{Deserialize, Serialize};
use site::{
    Failure, FilledWithFiles, Html, Mistakes, Path, Redirect, Shell, Site, State, Typed, Upload,
    Who, Words, form::TOO_LARGE, told,
};
use store::Fault;

use super::{SENDS_MAX, WINDOW_S, ask_for_secret, code_of, is_let_in, pass, sql, take};
use crate::{
    account::facts::{Citizen, PurposeText, Visitor},
    filing::{FILES_BYTES_MAX, FILES_MAX},
    vault::{AGREE, Offer, Shelf},
};

/// The field that carries files which were put away from one showing of the form to the next, sealed.
const KEPT: &str = "tep-luu";
/// Characters of the note at most.
const NOTE_MAX: usize = 2_000;

/// A file of the form, beside the row of the paper that it shows; 0 beside none.
#[derive(Serialize, Deserialize)]
struct Carried {
    paper: i64,
    stored: Stored,
}

/// The files that the form carries. Sealed by us for this dossier: nobody names a file that he did not send.
fn carried(site: &Site, code: &str, typed: &Typed) -> Vec<Carried> {
    let opened =
        typed.all(KEPT).filter_map(|it| site.seal.open(&format!("{KEPT} {code}"), it).ok());
    opened.filter_map(|it| serde_json::from_str(&it).ok()).collect()
}

fn sealed(site: &Site, code: &str, files: &[Carried]) -> Result<Vec<String>, Failure> {
    let close = |it: &Carried| {
        let text = serde_json::to_string(it).map_err(|e| Fault::Broken(e.to_string()))?;
        Ok(site.seal.close(&format!("{KEPT} {code}"), &text)?)
    };
    files.iter().map(close).collect()
}

struct FileView {
    /// Its place among the files of the form.
    at: usize,
    name: String,
    size: String,
}

struct PaperView {
    /// Its row; 0 for another paper.
    id: i64,
    name: String,
    note: String,
    files: Vec<FileView>,
    /// What of his store can stand for it.
    offers: Vec<Offer>,
}

#[derive(Template)]
#[template(path = "follow/templates/supplement.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    procedure: String,
    unit: String,
    pass: String,
    words: String,
    asked_at: String,
    until: String,
    papers: Vec<PaperView>,
    kept: Vec<String>,
    /// What he is asked to agree to before his store is used.
    store_asks: Option<PurposeText>,
    problems: String,
}

/// The files beside those rows.
fn files_of(files: &[Carried], is_of: impl Fn(i64) -> bool) -> Vec<FileView> {
    let found = files.iter().enumerate().filter(|(_, it)| is_of(it.paper));
    found
        .map(|(at, it)| FileView {
            at,
            name: it.stored.name.clone(),
            size: format!("{} KB", it.stored.size / 1024 + 1),
        })
        .collect()
}

/// What the page is about.
struct Scene {
    asked: Option<Asked>,
    procedure: String,
    unit: domain::ids::UnitId,
    shelf: Shelf,
}

/// The field in which a result of one's store is chosen for the paper of this row.
fn store_field(row: i64) -> String {
    format!("kho-{row}")
}

impl Scene {
    /// The papers for which something of the store was chosen: their rows and those of the results.
    fn chosen(&self, asked: &Asked, typed: &Typed) -> Vec<(i64, i64)> {
        let of = |it: &online::Wanted| {
            Some((it.id, self.shelf.chosen(typed, &store_field(it.id), &it.name)?.id))
        };
        asked.papers.iter().filter_map(of).collect()
    }
}

async fn scene(
    site: &Site,
    who: &Who,
    code: &str,
    sender: Option<&Citizen>,
) -> Result<Scene, Failure> {
    let (code, sender) = (code.to_owned(), sender.cloned());
    site.read(who, move |tx| {
        let (id, on_desk) = take(tx, &code)?;
        let number = dossiers::applicant(tx, id)?.unwrap_or_default().id_number;
        Ok(Scene {
            shelf: Shelf::of(tx, sender.as_ref(), &number)?,
            asked: online::asked(tx, &on_desk)?,
            procedure: on_desk.version.body.name.clone(),
            unit: on_desk.kept.unit,
        })
    })
    .await
}

fn page(
    site: &Site,
    who: &Who,
    code: &str,
    (scene, asked): (&Scene, &Asked),
    files: &[Carried],
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    let mut papers = Vec::with_capacity(asked.papers.len() + 1);
    for it in &asked.papers {
        papers.push(PaperView {
            id: it.id,
            name: it.name.clone(),
            note: it.note.clone(),
            files: files_of(files, |row| row == it.id),
            offers: scene.shelf.offers(words, &m.typed, &store_field(it.id), &it.name),
        });
    }
    papers.push(PaperView {
        id: 0,
        name: words.say("supplement-other"),
        note: String::new(),
        files: files_of(files, |row| !asked.papers.iter().any(|it| it.id == row)),
        offers: Vec::new(),
    });
    let offered = papers.iter().any(|it| !it.offers.is_empty());
    site.page(&Page {
        m,
        code: code.to_owned(),
        procedure: scene.procedure.clone(),
        unit: who.tree.title(scene.unit).to_owned(),
        pass: pass(site, who, code)?,
        words: asked.words.clone(),
        asked_at: words.moment(asked.at.civil()),
        until: asked.until.map_or_else(String::new, |it| words.moment(it)),
        papers,
        kept: sealed(site, code, files)?,
        store_asks: scene.shelf.asks(who.lang, who.today()).filter(|_| offered),
        problems: words.say("problems"),
        shell,
    })
}

/// GET `/ho-so/{code}/bo-sung`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Visitor(sender): Visitor,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code, &Typed::default()).await? {
        return Ok(ask_for_secret(&code));
    }
    let scene = scene(&site, &who, &code, sender.as_ref()).await?;
    let Some(asked) = &scene.asked else {
        return Ok(Redirect::to(&format!("/ho-so/{code}")).into_response());
    };
    let m = Mistakes::default();
    Ok(page(&site, &who, &code, (&scene, asked), &[], &m)?.into_response())
}

/// Puts the files of the form away beside those that it carries; what cannot be taken, by the field.
async fn take_files(
    site: &Site,
    who: &Who,
    files: &mut Vec<Carried>,
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<BTreeMap<String, String>, Failure> {
    let words = site.shell(who).words;
    let mut wrong = BTreeMap::new();
    for name in typed.all(TOO_LARGE) {
        wrong.insert("tep".to_owned(), words.say_with("filing-file-large", &[("name", name)]));
    }
    let mine: Vec<Upload> = uploads.into_iter().filter(|it| it.field.starts_with("tep-")).collect();
    let new: usize = mine.iter().map(|it| it.bytes.len()).sum();
    let held: i64 = files.iter().map(|it| it.stored.size).sum();
    let bytes = i64::try_from(new).unwrap_or(i64::MAX).saturating_add(held);
    if files.len() + mine.len() > FILES_MAX || bytes > FILES_BYTES_MAX {
        wrong.insert("tep".to_owned(), words.say("filing-files-many"));
        return Ok(wrong);
    }
    let fields: Vec<String> = mine.iter().map(|it| it.field.clone()).collect();
    for (field, it) in fields.into_iter().zip(put_away(site, who, mine).await?) {
        let paper = field.trim_start_matches("tep-").parse().unwrap_or(0);
        match it {
            // The same file again, because an answer was lost on the way, is one.
            Ok(it) if files.iter().any(|f| f.paper == paper && f.stored.sha256 == it.sha256) => {}
            Ok(stored) => files.push(Carried { paper, stored }),
            Err(why) => {
                wrong.insert(field, why);
            }
        }
    }
    Ok(wrong)
}

/// POST `/ho-so/{code}/bo-sung`: takes a file out, or sends. Whatever is wrong, no file is lost.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    Visitor(sender): Visitor,
    Path(code): Path<String>,
    headers: HeaderMap,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code, &typed).await? {
        return Ok(ask_for_secret(&code));
    }
    let too_many = |wait_s| Failure::TooMany { wait_s };
    let of = format!("supplement-of:{code}");
    site.limiter.take(&of, SENDS_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let here = format!("/ho-so/{code}");
    let before = scene(&site, &who, &code, sender.as_ref()).await?;
    let Some(asked) = before.asked.clone() else { return Ok(sent(&site, &who, &here)) };
    let mut files = carried(&site, &code, &typed);
    let mut wrong = take_files(&site, &who, &mut files, &typed, uploads).await?;
    let wish = typed.get("viec");
    let dropped = wish.strip_prefix("bo-tep-").and_then(|it| it.parse::<usize>().ok());
    if let Some(at) = dropped.filter(|it| *it < files.len()) {
        files.remove(at);
    }
    let lines = typed.get("ghi-chu").trim().lines().map(domain::text::tidy);
    let note = lines.collect::<Vec<_>>().join("\n");
    if dropped.is_none() {
        judge(&site, &who, (&asked, &before), &files, &note, &typed, &mut wrong);
    }
    if dropped.is_some() || !wrong.is_empty() {
        let m = Mistakes { by_field: wrong, typed };
        let page = page(&site, &who, &code, (&before, &asked), &files, &m)?;
        return if m.any() { Err(Failure::Mistaken(page)) } else { Ok(page.into_response()) };
    }
    let (inner, asker, of) = (site.clone(), who.clone(), code.clone());
    let from_store = before.chosen(&asked, &typed);
    let (shelf, me) = (before.shelf.clone(), sender.clone());
    let done = site
        .write(&who, move |tx| {
            let (id, on_desk) = take(tx, &of)?;
            // A second click finds that it was sent.
            if online::asked(tx, &on_desk)?.is_none() {
                return Ok(());
            }
            let calendars = calendars(&inner, tx)?;
            let desk = Desk { tree: &asker.tree, calendars: &calendars };
            let count = files.len();
            let beside = |paper: i64| (paper != 0).then_some(paper);
            let files = files.into_iter().map(|it| (beside(it.paper), it.stored)).collect();
            let agreed = match me.filter(|_| !from_store.is_empty()) {
                Some(me) => Some(shelf.agree(tx, &me, &typed, Words::new(asker.lang))?),
                None => None,
            };
            let sent = Sent { files, from_store, agreed, words: note };
            let after = online::supplement(tx, desk, id, &sent)?;
            let was_accepted = after.kept.dossier.status != Status::Submitted;
            let kind = if was_accepted { "supplement" } else { "resubmit" };
            sql::insert(tx, id, kind, count, after.kept.edition)?;
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(sent(&site, &who, &here)),
        // Two clicks in one moment: the second finds what the first one did.
        Err(Failure::Refused(why)) => match scene(&site, &who, &code, None).await?.asked {
            None => Ok(sent(&site, &who, &here)),
            Some(_) => Err(Failure::Refused(why)),
        },
        Err(other) => Err(other),
    }
}

fn sent(site: &Site, who: &Who, here: &str) -> Response {
    told(here, &site.shell(who).words.say("supplement-sent"))
}

/// What stands in the way of sending.
fn judge(
    site: &Site,
    who: &Who,
    (asked, scene): (&Asked, &Scene),
    files: &[Carried],
    note: &str,
    typed: &Typed,
    wrong: &mut BTreeMap<String, String>,
) {
    let words = site.shell(who).words;
    let chosen = scene.chosen(asked, typed);
    for it in &asked.papers {
        let field = store_field(it.id);
        if !typed.get(&field).is_empty() && !chosen.iter().any(|known| known.0 == it.id) {
            wrong.insert(field, words.say("vault-owed"));
        }
    }
    if !chosen.is_empty() && scene.shelf.agreed().is_none() && typed.get(AGREE) != "1" {
        wrong.insert(AGREE.to_owned(), words.say("vault-agree-owed"));
    }
    let is_left = |it: &&online::Wanted| {
        !files.iter().any(|f| f.paper == it.id) && !chosen.iter().any(|known| known.0 == it.id)
    };
    let left = asked.papers.iter().filter(is_left).count();
    let nothing = files.is_empty() && chosen.is_empty();
    if note.chars().count() > NOTE_MAX {
        let max = NOTE_MAX.to_string();
        let said = words.say_with("filing-too-long", &[("count", &max)]);
        wrong.insert("ghi-chu".to_owned(), said);
    } else if wrong.keys().any(|it| it.starts_with("tep")) {
        // A file that could not be taken is put right first: he did send one.
    } else if note.is_empty() && (left > 0 || nothing) {
        wrong.insert("ghi-chu".to_owned(), words.say("supplement-note-owed"));
    }
    if typed.get("dong-y") != "1" {
        wrong.insert("dong-y".to_owned(), words.say("supplement-agree-owed"));
    }
}
