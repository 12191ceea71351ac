//! The steps of a filing: each is kept whatever is wrong with it, gone on from when nothing is, and sent at the end.

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::{Stored, facts as dossiers, put_away},
    eforms::{
        papers as declarations,
        walk::{FIRST, Part, Walk},
    },
    procedures::facts::{self as procedures, Version},
    tracking,
};
use domain::{ids::DossierId, text};
use site::{
    Asked, Failure, Filled, FilledWithFiles, Mistakes, Path, Redirect, Site, State, Typed, Upload,
    Who, Words, form::TOO_LARGE, told,
};
use store::Tx;

use super::{
    at_hand::Filing,
    declaring::{self, Declared},
    draft::{self, Draft, FILES_BYTES_MAX, FILES_MAX},
    owner::{self, Asker},
    proof::{self, Proof},
    reading::{self, Step, Way},
    send,
    view::{Here, done, page},
};
use crate::account::facts as accounts;

/// Papers that one address may have printed within [`WINDOW_S`].
const PRINTS_MAX: u32 = 40;
const WINDOW_S: i64 = 15 * 60;
/// What one address may send within [`UPLOADS_S`], in shares of two megabytes: files are put away before they
/// are judged. A gigabyte is a commune's busy hour and no disk.
const UPLOAD_SHARE: usize = 2 * 1024 * 1024;
const UPLOAD_SHARES_MAX: u32 = 500;
const UPLOADS_S: i64 = 3600;

/// The version in force today.
pub(super) fn version(tx: &mut Tx<'_>, code: &str, who: &Who) -> Result<Version, Failure> {
    procedures::in_force(tx, code, who.today())?.ok_or(Failure::NotFound)
}

/// In an address: the mistakes of the step are told.
const TOLD: &str = "sai";

/// GET `/nop/{code}/{secret}`, with `buoc` for a step and `phan` for a part of the declaration.
pub async fn show(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    let (inner, asker, of, word) = (site.clone(), who.clone(), code.clone(), secret.clone());
    let sender = whose.visitor.clone();
    let filing = site
        .read(&who, move |tx| Filing::take(&inner, &asker, tx, (&of, &word), sender.as_ref()))
        .await?;
    let address = (code.as_str(), secret.as_str());
    whose.opens(&filing.draft, &format!("/nop/{code}/{secret}"))?;
    if filing.draft.dossier().is_some() {
        return Ok(done(&site, &whose, address, &filing).await?.into_response());
    }
    let words = site.shell(&who).words;
    let wanted = Step::from_code(asked.get("buoc"));
    let wanted = wanted.filter(|it| filing.declares() || *it != Step::Form);
    let mut part = Part::asked(&asked);
    let walk = filing.draft.declared.as_ref().map(Declared::walk);
    // Whoever named no part sees it as his screen is: a question at a time on a telephone.
    let is_named = asked.has("phan") || asked.has("cau");
    if asked.get("cau") == FIRST || whose.on_phone && !is_named {
        let first =
            if wanted.is_some() { Walk::first_question } else { Walk::first_wrong_question };
        part.question = walk.as_ref().map_or("", first);
    }
    let step = match wanted {
        Some(it) => it,
        None if filing.draft.is_fresh() => Step::Person,
        None => {
            let step = filing.judge(words, who.today()).map_or(Step::Review, |it| it.0);
            part.at = walk.and_then(|it| it.first_wrong()).or(part.at);
            step
        }
    };
    let mut m = Mistakes::none(filing.draft.typed.clone());
    if asked.has(TOLD) {
        m.by_field = filing.told_at(step, words, who.today());
        part.told = true;
    }
    Ok(page(&site, &who, &filing, &Here { address, step, part }, &m)?.into_response())
}

/// What a form wants done.
enum Wish {
    /// Go on to the next step.
    Next,
    /// Keep it and stay.
    Keep,
    /// One more row of a table, by its code.
    Row(String),
    /// Take a file out.
    Drop(i64),
    /// Send a code to the telephone.
    Code,
    /// Hold a code against the one that was sent.
    Confirm,
    /// Send it.
    Send,
}

impl Wish {
    fn of(typed: &Typed) -> Self {
        let wish = typed.get("viec");
        if let Some(file) = wish.strip_prefix("bo-tep-").and_then(|it| it.parse().ok()) {
            return Self::Drop(file);
        }
        if let Some(table) = wish.strip_prefix("dong.") {
            return Self::Row(table.to_owned());
        }
        match wish {
            "luu" => Self::Keep,
            "ma" => Self::Code,
            "xac-nhan" => Self::Confirm,
            "gui" => Self::Send,
            _ => Self::Next,
        }
    }
}

/// What became of a form once it was kept.
enum Kept {
    /// It goes on here.
    Done(String),
    Wrong(Box<Filing>, Step, BTreeMap<String, String>),
    /// It was sent, now or before; now it is this dossier.
    Sent(Option<DossierId>),
}

/// Whether two windows typed the same, whatever the order in which it was kept.
fn is_same(one: &Typed, other: &Typed) -> bool {
    let sorted = |it: &Typed| {
        let mut pairs = it.pairs().to_vec();
        pairs.retain(|it| !it.1.is_empty());
        pairs.sort();
        pairs
    };
    sorted(one) == sorted(other)
}

/// Where a form leads that was kept and in which nothing is wrong, with `here` for the draft's address.
fn led(here: &str, filing: &Filing, (step, part): (Step, Part<'_>), sent: &Typed) -> String {
    let Some(declared) = filing.draft.declared.as_ref().filter(|_| step == Step::Form) else {
        return format!("{here}?buoc={}", step.next(filing.declares()).code());
    };
    let form = format!("{here}?buoc={}", Step::Form.code());
    let walk = declared.walk();
    if walk.has_news(part, sent) {
        return format!("{form}{}&moi=1", part.address());
    }
    match walk.onward(part) {
        Some(next) => format!("{form}{}", next.address()),
        None => format!("{here}?buoc={}", step.next(true).code()),
    }
}

/// Puts the files of a form away; what cannot be taken, by the field.
async fn take_files(
    site: &Site,
    who: &Who,
    draft: &Draft,
    typed: &Typed,
    uploads: Vec<Upload>,
) -> Result<(Vec<(i64, Stored)>, BTreeMap<String, String>), Failure> {
    let words = site.shell(who).words;
    let mut wrong = BTreeMap::new();
    for name in typed.all(TOO_LARGE) {
        wrong.insert("tep".to_owned(), words.say_with("filing-file-large", &[("name", name)]));
    }
    let mine: Vec<Upload> = uploads.into_iter().filter(|it| it.field.starts_with("tep-")).collect();
    let bytes: usize = mine.iter().map(|it| it.bytes.len()).sum();
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX).saturating_add(draft.bytes());
    if draft.files.len() + mine.len() > FILES_MAX || bytes > FILES_BYTES_MAX {
        wrong.insert("tep".to_owned(), words.say("filing-files-many"));
        return Ok((Vec::new(), wrong));
    }
    let fields: Vec<String> = mine.iter().map(|it| it.field.clone()).collect();
    let mut stored = Vec::new();
    for (field, it) in fields.into_iter().zip(put_away(site, who, mine).await?) {
        match it {
            Ok(it) => {
                let place = field.trim_start_matches("tep-").parse().unwrap_or(0);
                stored.push((place, it));
            }
            Err(why) => {
                wrong.insert(field, why);
            }
        }
    }
    Ok((stored, wrong))
}

/// POST `/nop/{code}/{secret}`: keeps a step whatever is wrong with it, then goes on, stays or sends.
pub async fn save(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    let sender = whose.account().cloned();
    let here = format!("/nop/{code}/{secret}");
    let step = Step::from_code(typed.get("buoc")).unwrap_or(Step::Person);
    let (inner, of, word) = (site.clone(), code.clone(), secret.clone());
    let draft = site.read(&who, move |tx| Draft::take(&inner, tx, &of, &word)).await?;
    if draft.dossier().is_some() {
        return Ok(Redirect::to(&here).into_response());
    }
    // Whoever had the form open keeps what he typed though he is signed out by now; he sees more when he is back.
    let gone = match whose.opens(&draft, &format!("{here}?buoc={}", step.code())) {
        Ok(()) => None,
        Err(why) if owner::has_pass(&site, &who, &secret, typed.get("phien")) => Some(why),
        Err(why) => return Err(why),
    };
    let wish = if gone.is_some() { Wish::Keep } else { Wish::of(&typed) };
    let is_nobodys = draft.citizen().is_none() && draft.assistant().is_none();
    let code_typed = typed.get(proof::FIELD).to_owned();
    if matches!(wish, Wish::Code) {
        accounts::may_ask(&site, &who).map_err(|wait_s| Failure::TooMany { wait_s })?;
    }
    let sent: usize = uploads.iter().map(|it| it.bytes.len()).sum();
    for _ in 0..sent.div_ceil(UPLOAD_SHARE) {
        let key = format!("filing-files:{}", who.origin);
        site.limiter
            .take(&key, UPLOAD_SHARES_MAX, UPLOADS_S, who.now)
            .map_err(|wait_s| Failure::TooMany { wait_s })?;
    }
    let (stored, wrong) = take_files(&site, &who, &draft, &typed, uploads).await?;
    let (inner, asker, of) = (site.clone(), who.clone(), (code.clone(), secret.clone()));
    let asked = Part::asked(&typed);
    let (part_at, question) = (asked.at, asked.question.to_owned());
    let (is_kept_only, asks_code) = (matches!(wish, Wish::Keep), matches!(wish, Wish::Code));
    let sent = Sent { step, typed, stored, wrong, sender };
    let (kept, waste) =
        site.write(&who, move |tx| keep(&inner, &asker, tx, (&of.0, &of.1), (wish, sent))).await?;
    draft::erase(&site, waste).await?;
    if asks_code {
        accounts::send_now(&site);
    }
    if let Some(sign_in) = gone {
        return Err(sign_in);
    }
    let sent = if let Kept::Sent(it) = &kept { *it } else { None };
    let mut answer = answered(
        &site,
        &whose,
        (&code, &secret),
        (step, (part_at, &question), &code_typed),
        is_kept_only,
        kept,
    )?;
    // Who has just sent it follows it, whoever else tried secrets from his address.
    if let Some(id) = sent
        && let Some(kept) = site.read(&who, move |tx| Ok(dossiers::by_id(tx, id)?)).await?
    {
        let reads = (tracking::Sight::Reads, None);
        tracking::give(&site, &who, &mut answer, &kept.code, reads)?;
    }
    if is_nobodys {
        whose.remember(&site, &mut answer, (&code, &secret))?;
    }
    Ok(answer)
}

/// What somebody sees who kept a step.
fn answered(
    site: &Site,
    whose: &Asker,
    (code, secret): (&str, &str),
    (step, (part_at, question), code_typed): (Step, (Option<usize>, &str), &str),
    is_kept_only: bool,
    kept: Kept,
) -> Result<Response, Failure> {
    let who = &whose.who;
    match kept {
        Kept::Done(next) if is_kept_only => {
            let words = site.shell(who).words;
            let is_mine = whose.account().is_some();
            let said =
                if is_mine { words.say("filing-kept-mine") } else { words.say("filing-kept") };
            Ok(told(&next, &said))
        }
        Kept::Done(next) => Ok(Redirect::to(&next).into_response()),
        Kept::Sent(_) => Ok(Redirect::to(&format!("/nop/{code}/{secret}")).into_response()),
        Kept::Wrong(filing, at, by_field) => {
            let mut m = Mistakes { by_field, typed: filing.draft.typed.clone() };
            m.typed.set(proof::FIELD, code_typed);
            let mut part = Part { at: part_at, question, told: true, ..Part::default() };
            // Somebody who sends is led to the first part that is not right yet.
            if at != step && at == Step::Form {
                let walk = filing.draft.declared.as_ref().map(Declared::walk);
                let question = walk.filter(|_| whose.on_phone);
                part.at = walk.and_then(|it| it.first_wrong());
                part.question = question.map_or("", |it| it.first_wrong_question());
            }
            // What the draft tells by itself is led to: whoever goes back later comes to a page, not to a form that
            // was sent.
            if m.by_field == filing.told_at(at, site.shell(who).words, who.today()) {
                let shown = if at == Step::Form { part.address() } else { String::new() };
                let to = format!("/nop/{code}/{secret}?buoc={}{shown}&{TOLD}=1", at.code());
                return Ok(Redirect::to(&to).into_response());
            }
            let address = (code, secret);
            let page = page(site, who, &filing, &Here { address, step: at, part }, &m)?;
            Err(Failure::Mistaken(page))
        }
    }
}

/// What a form brought.
struct Sent {
    step: Step,
    typed: Typed,
    stored: Vec<(i64, Stored)>,
    /// What is wrong with its files.
    wrong: BTreeMap<String, String>,
    /// Whoever is signed in.
    sender: Option<accounts::Citizen>,
}

/// Keeps a step and does what is wanted; what became of it, and the hashes of files that are waste now.
fn keep(
    site: &Site,
    who: &Who,
    tx: &mut Tx<'_>,
    address: (&str, &str),
    (wish, sent): (Wish, Sent),
) -> Result<(Kept, Vec<String>), Failure> {
    let Sent { step, typed, mut stored, mut wrong, sender } = sent;
    let (words, today) = (Words::new(who.lang), who.today());
    let part = Part::asked(&typed);
    let here = format!("/nop/{}/{}", address.0, address.1);
    let mut filing = Filing::take(site, who, tx, address, sender.as_ref())?;
    if filing.draft.dossier().is_some() {
        return Ok((Kept::Sent(None), Vec::new()));
    }
    // A file beside a paper that the procedure does not have stands on no page.
    let places: Vec<i64> = reading::papers(&filing.it.body).map(|it| it.0).collect();
    stored.retain(|it| places.contains(&it.0));
    let mut waste = Vec::new();
    let was_asked = filing.proof == Proof::Sent;
    let draft = &mut filing.draft;
    // What is sent is what the sender looked over, not what another window made of it meanwhile.
    let is_unseen = typed.has("dau") && typed.get("dau") != draft.mark();
    let before = draft.typed.clone();
    draft.fill(&step.fields(&filing.it.body), &typed);
    match step {
        Step::Form => declaring::take(draft, (&who.tree, today), part, &typed)?,
        Step::Person => declaring::follow(draft, &before, (&who.tree, today)),
        Step::Papers | Step::Receive | Step::Review => {}
    }
    // Two windows: what the other one changed is not lost unseen.
    let stale = typed.get("dau") != draft.mark() && !is_same(&before, &draft.typed);
    if stale && step != Step::Review {
        // What this window brought is shown, not what the other one made of it.
        filing.draft.declared = Declared::of(tx, &filing.draft.typed)?;
        wrong.insert("dau".to_owned(), words.say("filing-changed-elsewhere"));
        return Ok((Kept::Wrong(Box::new(filing), step, wrong), waste));
    }
    // The declaration beside the last button stands for what was looked over: it goes with any change.
    let agreed: Vec<String> = typed.all("dong-y").map(str::to_owned).collect();
    draft.typed.set_all("dong-y", if step == Step::Review { agreed } else { Vec::new() });
    draft.has_arrived(typed.get(draft::HELD));
    for (place, it) in stored {
        draft.add(tx, place, it)?;
        // A file says by itself that it comes as a file.
        draft.typed.set(&format!("cach-{place}"), Way::File.code());
    }
    if let Wish::Drop(file) = wish {
        waste.extend(draft.drop_file(tx, file)?);
    }
    let refused = match wish {
        Wish::Code => proof::ask(site, tx, draft, words.lang)?,
        Wish::Confirm => proof::answer(site, tx, draft, typed.get(proof::FIELD))?,
        // Whoever typed the code and sends means both.
        Wish::Send if was_asked && typed.has(proof::FIELD) => {
            proof::answer(site, tx, draft, typed.get(proof::FIELD))?
        }
        _ => None,
    };
    draft.keep(site, tx)?;
    let filing = Filing::take(site, who, tx, address, sender.as_ref())?;
    let at_form = || format!("{here}?buoc={}{}", step.code(), part.address());
    let next = match wish {
        Wish::Keep | Wish::Drop(_) if step == Step::Form => at_form(),
        Wish::Keep | Wish::Drop(_) => format!("{here}?buoc={}", step.code()),
        Wish::Row(table) => format!("{}&dong={}", at_form(), site::percent(&table)),
        // The box of the code stands far below the beginning of the page.
        Wish::Code | Wish::Confirm => format!("{here}?buoc={}#xac-nhan", Step::Review.code()),
        Wish::Next => {
            let declared = filing.draft.declared.as_ref().filter(|_| step == Step::Form);
            // A part is left when nothing is wrong in it: the others are not judged yet.
            if declared.is_none_or(|it| it.walk().is_wrong(part)) {
                // Why a file was not taken says more than that there is none.
                for (field, why) in filing.judge_step(step, words, today).by_field {
                    wrong.entry(field).or_insert(why);
                }
            }
            led(&here, &filing, (step, part), &typed)
        }
        Wish::Send => {
            if let Some((step, judged)) = filing.judge(words, today) {
                return Ok((Kept::Wrong(Box::new(filing), step, judged.by_field), waste));
            }
            if is_unseen {
                wrong.insert("dau".to_owned(), words.say("filing-changed-look"));
            }
            wrong.extend(filing.owed(words, today));
            if wrong.is_empty() {
                let (id, left) = send::send(site, who, tx, &filing, sender.as_ref())?;
                waste.extend(left);
                // What an account sent is followed from the account.
                let draft = &filing.draft;
                let followed =
                    draft.citizen().is_none() && draft.assistant().is_none() && sender.is_none();
                return Ok((Kept::Sent(Some(id).filter(|_| followed)), waste));
            }
            String::new()
        }
    };
    if let Some(why) = refused {
        wrong.insert(proof::FIELD.to_owned(), why.said(words));
    }
    let kept = if wrong.is_empty() {
        Kept::Done(next)
    } else {
        Kept::Wrong(Box::new(filing), step, wrong)
    };
    Ok((kept, waste))
}

/// GET `/nop/{code}/{secret}/to-khai.pdf`: the declaration on paper, as it stands or as it was sent.
pub async fn print(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    let key = format!("eform-print:{}", who.origin);
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, PRINTS_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let (inner, asker) = (site.clone(), who.clone());
    let sheet = site
        .read(&who, move |tx| {
            let draft = Draft::take(&inner, tx, &code, &secret)?;
            whose.opens(&draft, &format!("/nop/{code}/{secret}"))?;
            let is_nobodys = draft.citizen().is_none() && draft.assistant().is_none();
            // What was sent is read where the dossier is followed, by whoever has its secret.
            if let Some(id) = draft.dossier().filter(|_| is_nobodys && !whose.worked_on(&secret)) {
                let kept = citizen::dossiers::facts::by_id(tx, id)?.ok_or(Failure::NotFound)?;
                let to = format!("/ho-so/{}", kept.code);
                return Err(Failure::Elsewhere(Redirect::to(&to)));
            }
            declaring::sheet(&inner, &asker, tx, &draft)
        })
        .await?;
    let name = if sheet.dossier.is_empty() { "nhap" } else { &sheet.dossier };
    let name = format!("to-khai-{name}.pdf");
    declarations::sent(&site, sheet, &name).await
}

/// POST `/nop/{code}/{secret}/bo`: forgets a draft.
pub async fn discard(
    State(site): State<Site>,
    whose: Asker,
    Path((code, secret)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let who = whose.who.clone();
    let (inner, of) = (site.clone(), code.clone());
    let waste = site
        .write(&who, move |tx| {
            let draft = Draft::take(&inner, tx, &of, &secret)?;
            whose.opens(&draft, &format!("/nop/{of}/{secret}"))?;
            if draft.dossier().is_some() {
                return Err(Failure::NotFound);
            }
            Ok(draft.discard(tx)?)
        })
        .await?;
    draft::erase(&site, waste).await?;
    let words = site.shell(&who).words;
    Ok(told(&format!("/thu-tuc/{}", text::tidy(&code)), &words.say("filing-discarded")))
}
