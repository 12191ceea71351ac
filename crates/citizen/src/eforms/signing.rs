//! Who must sign beside the one who files (cùng ký): each gets a link with a secret of its own, sees the whole
//! declaration and signs it or does not. A declaration that is made anew is signed anew.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    dossier::Part,
    eform::{self, Answer, Block, Signer},
    ids::DossierId,
    text,
    time::Instant,
};
use sha2::{Digest as _, Sha256};
use site::{Failure, Filled, Html, Lang, Mistakes, Path, Shell, Site, State, Typed, Who, Words};
use store::{Fault, Tx, journal::Entry};

use super::{
    facts::{self, Declaration},
    sql,
};
use crate::dossiers::facts::{self as dossiers, Around};

/// Days for which a link holds.
const DAYS: i64 = 14;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Wrong names at one link within [`WINDOW_S`].
const WRONG_MAX: u32 = 6;
const WINDOW_S: i64 = 15 * 60;

/// How far a signer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// He was not asked yet.
    Unasked,
    /// His link waits.
    Waiting,
    /// His link is over; nobody answered.
    Over,
    /// He signed, milliseconds since the epoch.
    Signed(i64),
    /// He did not sign.
    Refused(i64),
}

/// Somebody who must sign a declaration.
#[derive(Debug, Clone)]
pub struct Due {
    /// What the form says of him.
    pub signer: Signer,
    /// His name as it was declared.
    pub name: String,
    /// How far he is.
    pub stage: Stage,
    /// Whether the applicant made his link himself, online.
    pub by_applicant: bool,
}

impl Due {
    /// Whether a link can be made for him, or made anew.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        matches!(self.stage, Stage::Unasked | Stage::Waiting | Stage::Over)
    }

    /// As what he signs, and his name.
    #[must_use]
    pub fn titled(&self, words: Words) -> String {
        let (vi, en) = (&self.signer.label, &self.signer.label_en);
        let label = if words.lang == Lang::En && !en.is_empty() { en } else { vi };
        format!("{label}: {}", self.name)
    }

    /// How far he is, in the reader's words.
    #[must_use]
    pub fn said(&self, words: Words) -> String {
        match self.stage {
            Stage::Unasked => words.say("co-sign-unasked"),
            Stage::Waiting => words.say("co-sign-waiting"),
            Stage::Over => words.say("co-sign-over"),
            Stage::Signed(at) => words.say_with("co-sign-signed", &[("at", &moment_in(words, at))]),
            Stage::Refused(at) => {
                words.say_with("co-sign-refused", &[("at", &moment_in(words, at))])
            }
        }
    }
}

/// Who must sign a declaration, in the order of the form.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn due(tx: &mut Tx<'_>, it: &Declaration) -> Result<Vec<Due>, Fault> {
    let judged = it.judged();
    let now = tx.now().epoch_ms();
    let asked = sql::signings(tx, it.id)?;
    let of = it.version.form.signers.iter().filter(|s| judged.signers.contains(&s.code));
    Ok(of
        .map(|signer| {
            let link = asked.iter().find(|it| it.signer == signer.code);
            Due {
                name: judged.answers.get(&signer.name).map_or("", Answer::text).to_owned(),
                stage: link.map_or(Stage::Unasked, |it| stage(it, now)),
                by_applicant: link.is_some_and(|it| it.made_by.0 == 0),
                signer: signer.clone(),
            }
        })
        .collect())
}

/// The newest declaration of a dossier and who must sign it; nothing if nobody must.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn of_dossier(
    tx: &mut Tx<'_>,
    dossier: DossierId,
) -> Result<Option<(Declaration, Vec<Due>)>, Fault> {
    let Some(newest) = facts::declared(tx, dossier)?.into_iter().next() else { return Ok(None) };
    let due = due(tx, &newest)?;
    Ok((!due.is_empty()).then_some((newest, due)))
}

fn stage(it: &sql::Signing, now: i64) -> Stage {
    match (it.answer.as_str(), it.answered_ms) {
        ("signed", Some(at)) => Stage::Signed(at),
        ("refused", Some(at)) => Stage::Refused(at),
        _ if now - it.made_ms > DAYS * DAY_MS => Stage::Over,
        _ => Stage::Waiting,
    }
}

/// How signers confirmed, for the printed declaration.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub fn confirmed(tx: &mut Tx<'_>, it: &Declaration) -> Result<BTreeMap<String, String>, Fault> {
    let signed = due(tx, it)?.into_iter().filter_map(|it| match it.stage {
        Stage::Signed(at) => {
            Some((it.signer.code, format!("Đã xác nhận qua mạng lúc {}", moment(at))))
        }
        _ => None,
    });
    Ok(signed.collect())
}

fn moment(ms: i64) -> String {
    text::date_time(Instant::from_epoch_ms(ms).civil())
}

/// A moment in the reader's language.
fn moment_in(words: Words, ms: i64) -> String {
    words.moment(Instant::from_epoch_ms(ms).civil())
}

fn hash(secret: &str) -> String {
    store::hex(&Sha256::digest(secret.as_bytes()))
}

/// Makes the link of a signer, in place of one that he had, and gives its secret, which is kept nowhere.
///
/// # Errors
/// [`Failure::Refused`] if he need not sign or has answered already.
pub fn ask(
    tx: &mut Tx<'_>,
    dossier: DossierId,
    it: &Declaration,
    signer: &str,
) -> Result<String, Failure> {
    let found = due(tx, it)?.into_iter().find(|due| due.signer.code == signer);
    match found.map(|it| it.stage) {
        None => return Err(Failure::NotFound),
        Some(Stage::Signed(_) | Stage::Refused(_)) => {
            return Err(Failure::Refused("Người này đã trả lời về tờ khai này.".to_owned()));
        }
        Some(Stage::Unasked | Stage::Waiting | Stage::Over) => {}
    }
    let secret = site::random_hex(16);
    sql::put_signing(tx, it.id, signer, &hash(&secret))?;
    let details = serde_json::json!({"signer": signer});
    tx.journal(Entry::new(dossiers::SUBJECT, dossier.0, "ask_co_sign").details(&details));
    Ok(secret)
}

/// The link of a secret: its address, its square code, and until when it holds.
///
/// # Errors
/// A [`Fault`] if the code cannot be drawn.
pub fn link(site: &Site, who: &Who, secret: &str) -> Result<(String, String, String), Fault> {
    let address = format!("{}/ky/{secret}", site.config.base_url);
    let qr = prints::qr_svg(&address).map_err(|e| Fault::Broken(format!("qr: {e}")))?;
    Ok((address, qr, moment_in(Words::new(who.lang), who.now.epoch_ms() + DAYS * DAY_MS)))
}

#[derive(Template)]
#[template(path = "eforms/templates/link.html")]
struct Link {
    shell: Shell,
    id: DossierId,
    code: String,
    label: String,
    name: String,
    address: String,
    qr: String,
    until: String,
}

/// POST `/co-quan/ho-so/{id}/to-khai/ky`: a link for one signer, shown once.
pub async fn make(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Filled(typed): Filled,
) -> Result<Html<String>, Failure> {
    let (inner, asker, signer) = (site.clone(), who.clone(), typed.get("nguoi").to_owned());
    let (secret, code, due) = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            if !maker.plays_any(&[Part::Counter, Part::CounterHead]) {
                return Err(Failure::NotFound);
            }
            let newest = facts::declared(tx, id)?.into_iter().next().ok_or(Failure::NotFound)?;
            let secret = ask(tx, id, &newest, &signer)?;
            let due = due(tx, &newest)?.into_iter().find(|it| it.signer.code == signer);
            Ok((secret, on_desk.kept.code, due.ok_or(Failure::NotFound)?))
        })
        .await?;
    let (address, qr, until) = link(&site, &who, &secret)?;
    site.page(&Link {
        shell: site.shell(&who),
        id,
        code,
        label: due.signer.label,
        name: due.name,
        until,
        qr,
        address,
    })
}

struct Loaded {
    dossier: DossierId,
    code: String,
    signing: sql::Signing,
    declaration: Declaration,
    due: Due,
    /// Made anew since, or its people were erased.
    is_past: bool,
}

fn load(tx: &mut Tx<'_>, secret: &str) -> Result<Loaded, Failure> {
    let signing = sql::signing(tx, &hash(secret))?.ok_or(Failure::NotFound)?;
    let dossier = sql::dossier_of(tx, signing.declaration)?.ok_or(Failure::NotFound)?;
    let all = facts::declared(tx, dossier)?;
    let newest = all.first().map(|it| it.id);
    let declaration = all.into_iter().find(|it| it.id == signing.declaration);
    let declaration = declaration.ok_or(Failure::NotFound)?;
    let due = due(tx, &declaration)?.into_iter().find(|it| it.signer.code == signing.signer);
    let kept = dossiers::by_id(tx, dossier)?.ok_or(Failure::NotFound)?;
    Ok(Loaded {
        dossier,
        code: kept.code,
        is_past: newest != Some(declaration.id) || kept.dossier.status.is_over(),
        due: due.ok_or(Failure::NotFound)?,
        signing,
        declaration,
    })
}

#[derive(Template)]
#[template(path = "eforms/templates/sign.html")]
struct Sign<'a> {
    shell: Shell,
    m: &'a Mistakes,
    secret: String,
    title: String,
    code: String,
    label: String,
    name: String,
    blocks: Vec<Block>,
    oath: String,
    /// What became of it; empty while it waits.
    state: String,
}

fn state(words: Words, it: &Loaded) -> String {
    match it.due.stage {
        Stage::Signed(at) => words.say_with("eform-signed", &[("at", &moment_in(words, at))]),
        Stage::Refused(at) => words.say_with("eform-refused", &[("at", &moment_in(words, at))]),
        _ if it.is_past => words.say("eform-sign-past"),
        Stage::Over => words.say("eform-sign-over"),
        Stage::Waiting | Stage::Unasked => String::new(),
    }
}

/// Whether the link still shows what is signed: until it is answered or over, and for a day to whoever signed it. A
/// declaration that is past is nobody's business any more.
fn is_read(it: &Loaded, now: Instant) -> bool {
    !it.is_past
        && match it.due.stage {
            Stage::Waiting => true,
            Stage::Signed(at) => now.epoch_ms() - at < DAY_MS,
            Stage::Unasked | Stage::Over | Stage::Refused(_) => false,
        }
}

fn shown(
    site: &Site,
    who: &Who,
    secret: &str,
    it: &Loaded,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let english = shell.words.lang == Lang::En;
    let said = |vi: &str, en: &str| {
        if english && !en.is_empty() { en.to_owned() } else { vi.to_owned() }
    };
    let form = &it.declaration.version.form;
    let state = state(shell.words, it);
    let blocks = if is_read(it, who.now) {
        eform::blocks(form, &it.declaration.judged(), &BTreeMap::new(), english)
    } else {
        Vec::new()
    };
    site.page(&Sign {
        m,
        secret: secret.to_owned(),
        title: said(&form.title, &form.title_en),
        code: it.code.clone(),
        label: said(&it.due.signer.label, &it.due.signer.label_en),
        name: it.due.name.clone(),
        blocks,
        oath: said(&form.oath, &form.oath_en),
        state,
        shell,
    })
}

/// GET `/ky/{secret}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
) -> Result<Html<String>, Failure> {
    let asked = secret.clone();
    let it = site.read(&who, move |tx| load(tx, &asked)).await?;
    shown(&site, &who, &secret, &it, &Mistakes::default())
}

fn wrong(words: Words, it: &Loaded, typed: &Typed, signs: bool) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if text::fold(typed.get("ho-ten")) != text::fold(&it.due.name) {
        found.push(("ho-ten", words.say("eform-sign-name-wrong")));
    }
    if signs && typed.get("dong-y") != "1" {
        found.push(("dong-y", words.say("eform-sign-agree-missing")));
    }
    found
}

/// POST `/ky/{secret}`: signs, or does not.
pub async fn answer(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let words = site.shell(&who).words;
    let signs = typed.get("viec") != "khong";
    let key = format!("co-sign:{}", hash(&secret));
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, WRONG_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let asked = secret.clone();
    let it = site.read(&who, move |tx| load(tx, &asked)).await?;
    if !state(words, &it).is_empty() {
        return Ok(shown(&site, &who, &secret, &it, &Mistakes::none(typed))?.into_response());
    }
    let found = wrong(words, &it, &typed, signs);
    if !found.is_empty() {
        let mut m = Mistakes::none(typed);
        m.by_field = found.into_iter().map(|(at, text)| (at.to_owned(), text)).collect();
        return Err(Failure::Mistaken(shown(&site, &who, &secret, &it, &m)?));
    }
    let asked = secret.clone();
    site.write(&who, move |tx| {
        // What is signed is what was shown: nothing was declared anew in between.
        let it = load(tx, &asked)?;
        if it.is_past || it.due.stage != Stage::Waiting {
            return Ok(());
        }
        let (answer, act) =
            if signs { ("signed", "co_sign") } else { ("refused", "refuse_co_sign") };
        if sql::answer_signing(tx, it.signing.id, answer)? {
            let details = serde_json::json!({"signer": it.signing.signer});
            tx.journal(Entry::new(dossiers::SUBJECT, it.dossier.0, act).details(&details));
        }
        Ok(())
    })
    .await?;
    Ok(site::Redirect::to(&format!("/ky/{}", site::percent(&secret))).into_response())
}
