//! Answering what is asked: files beside the papers that are missing, a note, once however often it is sent. Both are
//! kept before that, so that whoever leaves finds them again.

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
use domain::{
    dossier::Status,
    ids::{DossierId, UnitId},
};
use people::calendar::facts::calendars;
use site::{
    Asked as Query, Failure, FilledWithFiles, Html, Mistakes, Path, Redirect, Shell, Site, State,
    Typed, Upload, Who, Words, form::TOO_LARGE, told,
};
use store::Tx;

use super::{
    SENDS_MAX, WINDOW_S, ask_for_secret, code_of, has_pass, is_let_in,
    kept::{self, Kept, KeptFile, WINDOW},
    pass, sql, take,
};
use crate::{
    account::facts::{Citizen, PurposeText, Visitor},
    filing::{FILES_BYTES_MAX, FILES_MAX, HELD, IDLE_DAYS, erase},
    vault::{AGREE, Offer, Shelf},
};

/// Characters of the note at most.
const NOTE_MAX: usize = 2_000;
/// In an address: what is wrong is told; and what one declares and agrees to, which is not kept.
const TOLD: &str = "sai";
const SAID: [&str; 2] = ["dong-y", AGREE];
/// Characters of a field that are kept at most: what is too long is told, not cut before one sees it.
const KEPT_MAX: usize = 4 * NOTE_MAX;
/// Forms with files of one dossier within [`WINDOW_S`]: a browser sends each file as it is chosen.
const UPLOADS_MAX: u32 = 60;
/// Words of one dossier that are kept within [`WINDOW_S`]: a browser sends them as they are typed.
const KEEPS_MAX: u32 = 900;

struct FileView {
    /// Its row.
    id: i64,
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
    mark: String,
    /// See [`WINDOW`].
    window: String,
    /// What the browser held last, and has sent.
    arrived: String,
    /// What the browser seals with what it holds while the network is gone.
    key: String,
    idle_days: i64,
    /// What he is asked to agree to before his store is used.
    store_asks: Option<PurposeText>,
    problems: String,
}

/// The files beside those rows.
fn files_of(files: &[KeptFile], is_of: impl Fn(i64) -> bool) -> Vec<FileView> {
    let found = files.iter().filter(|it| is_of(it.paper));
    found
        .map(|it| FileView {
            id: it.id,
            name: it.stored.name.clone(),
            size: format!("{} KB", it.stored.size / 1024 + 1),
        })
        .collect()
}

/// What the page is about.
struct Scene {
    id: DossierId,
    asked: Option<Asked>,
    /// What was typed and chosen and not sent yet.
    kept: Kept,
    procedure: String,
    unit: UnitId,
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
    let (inner, code, sender) = (site.clone(), code.to_owned(), sender.cloned());
    site.read(who, move |tx| look(&inner, tx, &code, sender.as_ref())).await
}

fn look(
    site: &Site,
    tx: &mut Tx<'_>,
    code: &str,
    sender: Option<&Citizen>,
) -> Result<Scene, Failure> {
    let (id, on_desk) = take(tx, code)?;
    let number = dossiers::applicant(tx, id)?.unwrap_or_default().id_number;
    let asked = online::asked(tx, &on_desk)?;
    Ok(Scene {
        id,
        shelf: Shelf::of(tx, sender, &number)?,
        kept: Kept::of(site, tx, id, asked.as_ref())?,
        asked,
        procedure: on_desk.version.body.name.clone(),
        unit: on_desk.kept.unit,
    })
}

fn page(
    site: &Site,
    who: &Who,
    (code, headers): (&str, &HeaderMap),
    (scene, asked): (&Scene, &Asked),
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let files = &scene.kept.files;
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
        pass: pass(site, who, headers, code)?,
        words: asked.words.clone(),
        asked_at: words.moment(asked.at.civil()),
        until: asked.until.map_or_else(String::new, |it| words.moment(it)),
        papers,
        mark: scene.kept.mark(),
        window: m.typed(WINDOW).to_owned(),
        arrived: scene.kept.typed.get(HELD).to_owned(),
        key: scene.kept.key(site),
        idle_days: IDLE_DAYS,
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
    Query(query): Query,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    if !is_let_in(&site, &who, &headers, &code).await? {
        return Ok(ask_for_secret(&code));
    }
    let scene = scene(&site, &who, &code, sender.as_ref()).await?;
    let Some(asked) = &scene.asked else {
        return Ok(Redirect::to(&format!("/ho-so/{code}")).into_response());
    };
    let mut m = Mistakes::none(scene.kept.typed.clone());
    if query.has(TOLD) {
        for name in SAID {
            m.typed.set(name, query.get(name));
        }
        m.by_field = judge(site.shell(&who).words, (asked, &scene), &m.typed.clone());
    }
    m.typed.set(WINDOW, site::form::new_token());
    Ok(page(&site, &who, (&code, &headers), (&scene, asked), &m)?.into_response())
}

/// What a form wants done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Keep it and stay.
    Keep,
    /// Take a file out.
    Drop(i64),
    /// Send it.
    Send,
}

impl Wish {
    fn of(typed: &Typed) -> Self {
        let wish = typed.get("viec");
        match wish.strip_prefix("bo-tep-").and_then(|it| it.parse().ok()) {
            Some(file) => Self::Drop(file),
            None if wish == "luu" => Self::Keep,
            None => Self::Send,
        }
    }
}

/// Files that came with a form, each beside the row of its paper; what cannot be taken, by the field.
type Came = (Vec<(i64, Stored)>, BTreeMap<String, String>);

/// Puts the files of a form away, beside `held` that lie there already.
async fn take_files(
    site: &Site,
    who: &Who,
    held: &[KeptFile],
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<Came, Failure> {
    let words = site.shell(who).words;
    let (mut came, mut wrong) = (Vec::new(), BTreeMap::new());
    for name in typed.all(TOO_LARGE) {
        wrong.insert("tep".to_owned(), words.say_with("filing-file-large", &[("name", name)]));
    }
    let mine: Vec<Upload> = uploads.into_iter().filter(|it| it.field.starts_with("tep-")).collect();
    let new: usize = mine.iter().map(|it| it.bytes.len()).sum();
    let size: i64 = held.iter().map(|it| it.stored.size).sum();
    let bytes = i64::try_from(new).unwrap_or(i64::MAX).saturating_add(size);
    if held.len() + mine.len() > FILES_MAX || bytes > FILES_BYTES_MAX {
        wrong.insert("tep".to_owned(), words.say("filing-files-many"));
        return Ok((came, wrong));
    }
    let fields: Vec<String> = mine.iter().map(|it| it.field.clone()).collect();
    for (field, it) in fields.into_iter().zip(put_away(site, who, mine).await?) {
        match it {
            Ok(stored) => {
                came.push((field.trim_start_matches("tep-").parse().unwrap_or(0), stored))
            }
            Err(why) => {
                wrong.insert(field, why);
            }
        }
    }
    Ok((came, wrong))
}

/// What became of a form.
enum Done {
    Sent,
    Kept,
    /// What is wrong, by the field.
    Wrong(Box<Scene>, BTreeMap<String, String>),
}

/// A note as it is kept: its lines, tidied.
fn note_of(typed: &Typed) -> String {
    let lines = typed.get("ghi-chu").trim().lines().map(domain::text::tidy);
    lines.collect::<Vec<_>>().join("\n")
}

/// What of a form is kept until it is sent; what one declares and agrees to is said anew each time.
fn kept_of(scene: &Scene, typed: &Typed) -> Typed {
    let mut kept = Typed::default();
    let papers = scene.asked.iter().flat_map(|it| &it.papers).map(|it| store_field(it.id));
    for name in papers.chain(["ghi-chu".to_owned(), WINDOW.to_owned()]) {
        kept.set(&name, typed.get(&name).chars().take(KEPT_MAX).collect::<String>());
    }
    // The last of what a browser held, and has sent.
    let held = if typed.has(HELD) { typed } else { &scene.kept.typed };
    kept.set(HELD, held.get(HELD).chars().take(KEPT_MAX).collect::<String>());
    kept
}

/// POST `/ho-so/{code}/bo-sung`: keeps it, takes a file out, or sends. Whatever is wrong, nothing is lost.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    Visitor(sender): Visitor,
    Path(code): Path<String>,
    headers: HeaderMap,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let code = code_of(&code)?;
    let may = has_pass(&site, &who, &code, &typed).await?
        || is_let_in(&site, &who, &headers, &code).await?;
    if !may {
        return Ok(ask_for_secret(&code));
    }
    let wish = Wish::of(&typed);
    let brings = uploads.iter().any(|it| !it.bytes.is_empty());
    let (key, most) = match wish {
        Wish::Send => (format!("supplement-of:{code}"), SENDS_MAX),
        _ if brings => (format!("supplement-files:{code}"), UPLOADS_MAX),
        _ => (format!("supplement-keep:{code}"), KEEPS_MAX),
    };
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, most, WINDOW_S, who.now).map_err(too_many)?;
    let here = format!("/ho-so/{code}");
    let before = scene(&site, &who, &code, sender.as_ref()).await?;
    if before.asked.is_none() {
        return Ok(sent(&site, &who, &here));
    }
    let came = take_files(&site, &who, &before.kept.files, &typed, uploads).await?;
    let (inner, asker, of, again) = (site.clone(), who.clone(), code.clone(), typed.clone());
    let me = sender.clone();
    let done = site
        .write(&who, move |tx| work(&inner, &asker, tx, (&of, me.as_ref()), (wish, &again, came)))
        .await;
    match done {
        Ok((done, waste)) => {
            erase(&site, waste).await?;
            match done {
                Done::Sent => Ok(sent(&site, &who, &here)),
                Done::Kept => {
                    let said = site.shell(&who).words.say("supplement-kept");
                    Ok(told(&format!("{here}/bo-sung"), &said))
                }
                Done::Wrong(scene, by_field) => {
                    let asked = scene.asked.clone().ok_or(Failure::NotFound)?;
                    let mut seen = scene.kept.typed.clone();
                    for name in SAID {
                        seen.set(name, typed.get(name));
                    }
                    // What is kept tells by itself what is wrong: whoever goes back comes to a page, not to a form
                    // that was sent.
                    if by_field == judge(site.shell(&who).words, (&asked, &scene), &seen) {
                        let said = SAID.iter().filter(|it| typed.get(it) == "1");
                        let said: String = said.map(|it| format!("&{it}=1")).collect();
                        let to = format!("{here}/bo-sung?{TOLD}=1{said}");
                        return Ok(Redirect::to(&to).into_response());
                    }
                    let m = Mistakes { by_field, typed };
                    let page = page(&site, &who, (&code, &headers), (&scene, &asked), &m)?;
                    Err(Failure::Mistaken(page))
                }
            }
        }
        // Two clicks in one moment: the second finds what the first one did.
        Err(Failure::Refused(why)) => match scene(&site, &who, &code, None).await?.asked {
            None => Ok(sent(&site, &who, &here)),
            Some(_) => Err(Failure::Refused(why)),
        },
        Err(other) => Err(other),
    }
}

/// Keeps what came, then does what is wanted; the hashes of files that are waste now.
fn work(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    (code, sender): (&str, Option<&Citizen>),
    (wish, typed, (came, mut wrong)): (Wish, &Typed, Came),
) -> Result<(Done, Vec<String>), Failure> {
    let mut scene = look(site, tx, code, sender)?;
    // A second click finds that it was sent.
    let Some(asked) = scene.asked.clone() else { return Ok((Done::Sent, Vec::new())) };
    // What is sent is what the sender saw, not what another window added meanwhile.
    let is_unseen = scene.kept.is_unseen(typed);
    let said = kept_of(&scene, typed);
    let is_changed = scene.kept.was_changed_elsewhere(typed, &said);
    let (fields, dropped) = (
        // Two windows: what the other one wrote is not lost unseen.
        if is_changed { scene.kept.typed.clone() } else { said },
        match wish {
            Wish::Drop(file) => Some(file),
            Wish::Keep | Wish::Send => None,
        },
    );
    let mut waste = scene.kept.keep(site, tx, (fields, came, dropped))?;
    if is_changed {
        wrong.insert("dau".to_owned(), Words::new(who.lang).say("supplement-changed"));
        return Ok((Done::Wrong(Box::new(scene), wrong), waste));
    }
    let note = note_of(typed);
    if wish == Wish::Send {
        // A file that could not be taken is put right first: he did send one.
        let is_refused = wrong.keys().any(|it| it.starts_with("tep"));
        let mut judged = judge(Words::new(who.lang), (&asked, &scene), typed);
        if is_refused && !note_is_long(&note) {
            judged.remove("ghi-chu");
        }
        for (field, why) in judged {
            wrong.entry(field).or_insert(why);
        }
        if is_unseen && wrong.is_empty() {
            wrong.insert("dau".to_owned(), Words::new(who.lang).say("filing-changed-look"));
        }
    }
    if !wrong.is_empty() {
        return Ok((Done::Wrong(Box::new(scene), wrong), waste));
    }
    if wish != Wish::Send {
        return Ok((Done::Kept, waste));
    }
    let calendars = calendars(site, tx)?;
    let desk = Desk { tree: &who.tree, calendars: &calendars };
    let count = scene.kept.files.len();
    let beside = |paper: i64| (paper != 0).then_some(paper);
    let files = scene.kept.files.iter().map(|it| (beside(it.paper), it.stored.clone()));
    let from_store = scene.chosen(&asked, typed);
    let agreed = match sender.filter(|_| !from_store.is_empty()) {
        Some(me) => Some(scene.shelf.agree(tx, me, typed, Words::new(who.lang))?),
        None => None,
    };
    let out = Sent { files: files.collect(), from_store, agreed, words: note };
    let after = online::supplement(tx, desk, scene.id, &out)?;
    let was_accepted = after.kept.dossier.status != Status::Submitted;
    let kind = if was_accepted { "supplement" } else { "resubmit" };
    sql::insert(tx, scene.id, kind, count, after.kept.edition)?;
    waste.extend(kept::forget(tx, scene.id)?);
    Ok((Done::Sent, waste))
}

fn sent(site: &Site, who: &Who, here: &str) -> Response {
    told(here, &site.shell(who).words.say("supplement-sent"))
}

/// What stands in the way of sending.
fn judge(
    words: Words,
    (asked, scene): (&Asked, &Scene),
    typed: &Typed,
) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    let note = note_of(typed);
    let files = &scene.kept.files;
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
    if note_is_long(&note) {
        let max = NOTE_MAX.to_string();
        let said = words.say_with("filing-too-long", &[("count", &max)]);
        wrong.insert("ghi-chu".to_owned(), said);
    } else if note.is_empty() && (left > 0 || nothing) {
        wrong.insert("ghi-chu".to_owned(), words.say("supplement-note-owed"));
    }
    if typed.get("dong-y") != "1" {
        wrong.insert("dong-y".to_owned(), words.say("supplement-agree-owed"));
    }
    wrong
}

fn note_is_long(note: &str) -> bool {
    note.chars().count() > NOTE_MAX
}
