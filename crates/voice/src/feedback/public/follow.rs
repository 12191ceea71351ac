//! Following what one sent: code and secret, how far it is, yes or no, more when it is asked for.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    feedback::{Command, Status, petition::Stage},
    ids::FeedbackId,
};
use site::{
    Asked, Failure, Fields, Filled, FilledWithFiles, Html, Lang, Mistakes, Path, Redirect, Shell,
    Site, State, Typed, Who, Words, limit::Slowing,
};
use store::{Fault, Tx};
use subtle::ConstantTimeEq as _;

use super::{
    super::{
        desk::{self, By},
        facts::nowhere,
        files,
        intake::{self, NewFile},
        petitions,
        sealed::close,
        sql::{
            answers,
            core::{self, Kept},
            events, sender,
        },
    },
    class_name, pass,
};

/// Wrong secrets of one code from one address.
const WRONG: Slowing = Slowing { free: 6, longest_s: 15 * 60 };

#[derive(Template)]
#[template(path = "feedback/templates/ask.html")]
struct Ask<'a> {
    shell: Shell,
    m: &'a Mistakes,
    problems: String,
}

fn ask_page(site: &Site, who: &Who, m: &Mistakes) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    site.page(&Ask { problems: shell.words.say("fb-problems"), shell, m })
}

/// GET `/phan-anh/theo-doi`
pub(super) async fn ask(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("ma", asked.get("ma").chars().take(20).collect::<String>());
    ask_page(&site, &who, &Mistakes::none(typed))
}

/// A code or a secret as people type it.
fn read(typed: &str) -> String {
    typed
        .to_uppercase()
        .chars()
        .filter(|it| it.is_ascii_alphanumeric() || *it == '-')
        .take(20)
        .collect()
}

/// POST `/phan-anh/theo-doi`
pub(super) async fn open(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    super::limit(&site, &who, "feedback-follow", 60)?;
    let words = site.shell(&who).words;
    let mut code = read(typed.get("ma"));
    if !code.starts_with("PA-") {
        code = format!("PA-{code}");
    }
    let secret = read(typed.get("ma-bi-mat")).replace('-', "");
    let key = format!("feedback-of:{code}:{}", who.origin);
    site.limiter.knock(&key, WRONG, who.now).map_err(|wait_s| Failure::TooMany { wait_s })?;
    let asked = code.clone();
    let known = site
        .read(&who, move |tx| {
            Ok(match core::by_code(tx, &asked)? {
                Some(it) => core::secret_of(tx, it.id)?,
                None => String::new(),
            })
        })
        .await?;
    let given = intake::secret_hash(&code, &secret);
    if known.len() != given.len() || !bool::from(known.as_bytes().ct_eq(given.as_bytes())) {
        let m = Mistakes::one(typed, "ma-bi-mat", words.say("fb-wrong-secret"));
        return Err(Failure::Mistaken(ask_page(&site, &who, &m)?));
    }
    site.limiter.forgive(&key);
    let mut response = Redirect::to(&format!("/phan-anh/theo-doi/{code}")).into_response();
    pass::give(&site, &who, &mut response, &code)?;
    Ok(response)
}

/// One thing on the timeline.
struct Line {
    at: String,
    what: String,
    words: String,
}

/// One that was cut from a mixed letter.
struct Part {
    code: String,
    class: &'static str,
    status: &'static str,
    answers: Vec<String>,
}

#[derive(Template)]
#[template(path = "feedback/templates/follow.html")]
struct Follow<'a> {
    shell: Shell,
    m: &'a Mistakes,
    problems: String,
    code: String,
    unit: String,
    class: &'static str,
    status: &'static str,
    tone: &'static str,
    said: String,
    due: String,
    has_right: bool,
    is_sealed: bool,
    stage: String,
    answers: Vec<(String, String)>,
    asks: String,
    can_say: bool,
    may_reopen: bool,
    ended: String,
    lines: Vec<Line>,
    parts: Vec<Part>,
    looks: usize,
    me_too: i64,
}

const fn status_name(status: Status, lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => status.label(),
        Lang::En => status.english(),
    }
}

/// What an event is called for whoever sent it; nothing if it is none of his business.
fn event_name(words: Words, act: &str) -> Option<String> {
    Some(match act {
        "receive" => words.say("fb-event-receive"),
        "sort" => words.say("fb-event-sort"),
        "ask_more" => words.say("fb-event-ask"),
        "supply" => words.say("fb-event-supply"),
        "reject" => words.say("fb-event-reject"),
        "hand_on" => words.say("fb-event-hand-on"),
        "hand_out" => words.say("fb-event-hand-out"),
        "answer" => words.say("fb-event-answer"),
        "solved" => words.say("fb-event-solved"),
        "unsolved" => words.say("fb-event-unsolved"),
        "reopen" => words.say("fb-event-reopen"),
        "remind" => words.say("fb-event-remind"),
        "close_silent" => words.say("fb-event-silent"),
        "split" => words.say("fb-event-split"),
        "escalate" => words.say("fb-event-escalate"),
        "conduct" => words.say("fb-event-conduct"),
        "petition" => words.say("fb-event-petition"),
        "seal" => words.say("fb-event-seal"),
        _ => return None,
    })
}

/// Released answers of one.
fn released(tx: &mut Tx<'_>, id: FeedbackId) -> Result<Vec<answers::Answer>, Fault> {
    let all = answers::of(tx, id)?;
    Ok(all.into_iter().filter(|it| it.released_at.is_some()).collect())
}

struct Seen {
    kept: Kept,
    released: Vec<answers::Answer>,
    events: Vec<events::Happened>,
    parts: Vec<(Kept, Vec<answers::Answer>)>,
    looks: usize,
    stage: Option<Stage>,
}

fn load(site: &Site, tx: &mut Tx<'_>, code: &str) -> Result<Seen, Failure> {
    let kept = core::by_code(tx, code)?.ok_or(Failure::NotFound)?;
    let id = kept.id;
    let mut parts = Vec::new();
    let all = match kept.state.status {
        Status::Sealed => close::parts(site, tx, id)?,
        _ => core::parts_of(tx, id)?,
    };
    for part in all {
        let told = released(tx, part.id)?;
        parts.push((part, told));
    }
    Ok(Seen {
        released: released(tx, id)?,
        events: events::of(tx, id)?,
        looks: sender::looks(tx, id)?.len(),
        stage: petitions::sql::find(tx, id)?.map(|it| it.petition.stage),
        parts,
        kept,
    })
}

fn stage_name(words: Words, stage: Stage) -> String {
    match stage {
        Stage::Registered => words.say("fb-stage-registered"),
        Stage::Accepted => words.say("fb-stage-accepted"),
        Stage::Declined => words.say("fb-stage-declined"),
        Stage::Referred => words.say("fb-stage-referred"),
        Stage::Withdrawn => words.say("fb-stage-withdrawn"),
        Stage::Concluded => words.say("fb-stage-concluded"),
        Stage::Finished => words.say("fb-stage-finished"),
    }
}

async fn show(site: &Site, who: &Who, code: &str, m: &Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asked) = (site.clone(), code.to_owned());
    let seen = site.read(who, move |tx| load(&inner, tx, &asked)).await?;
    let shell = site.shell(who);
    let (words, lang) = (shell.words, who.lang);
    let kept = &seen.kept;
    let status = kept.state.status;
    let is_sealed = status == Status::Sealed;
    let line = |it: &events::Happened| {
        Some(Line {
            at: words.moment(it.at.civil()),
            what: event_name(words, &it.act)?,
            words: if it.told && it.act != "supply" { it.words.clone() } else { String::new() },
        })
    };
    let asks = seen.events.iter().rev().find(|it| it.act == "ask_more");
    site.page(&Follow {
        m,
        problems: words.say("fb-problems"),
        code: kept.code.clone(),
        unit: who.tree.title(kept.state.unit).to_owned(),
        class: class_name(kept.state.class, lang),
        status: status_name(status, lang),
        tone: match status {
            Status::Answered | Status::Closed => "good",
            Status::Rejected => "bad",
            Status::NeedInfo => "warn",
            _ => "",
        },
        said: kept.text.clone(),
        due: kept.due.map_or_else(String::new, |it| words.moment(it.civil())),
        has_right: kept.state.class.has_right(kept.anonymous),
        is_sealed,
        stage: seen.stage.map_or_else(String::new, |it| stage_name(words, it)),
        answers: seen
            .released
            .iter()
            .map(|it| {
                let at = it.released_at.map_or_else(String::new, |at| words.moment(at.civil()));
                (at, it.text.clone())
            })
            .collect(),
        asks: match (status, asks) {
            (Status::NeedInfo, Some(it)) => it.words.clone(),
            _ => String::new(),
        },
        can_say: status == Status::Answered && !kept.state.unsolved,
        may_reopen: kept.state.reopened == 0,
        ended: match (status, kept.state.closing) {
            (Status::Closed, Some(domain::feedback::Closing::Solved)) => {
                words.say("fb-ended-solved")
            }
            (Status::Closed, Some(domain::feedback::Closing::Silence)) => {
                words.say("fb-ended-silence")
            }
            (Status::Closed, Some(domain::feedback::Closing::Decided)) => {
                words.say("fb-ended-decided")
            }
            (Status::Closed, Some(domain::feedback::Closing::Withdrawn)) => {
                words.say("fb-ended-withdrawn")
            }
            (Status::Closed, _) => words.say("fb-ended-unsolved"),
            (Status::Answered, _) if kept.state.unsolved => words.say("fb-said-no"),
            _ => String::new(),
        },
        lines: seen.events.iter().filter_map(line).collect(),
        parts: seen
            .parts
            .iter()
            .map(|(it, told)| Part {
                code: it.code.clone(),
                class: class_name(it.state.class, lang),
                status: status_name(it.state.status, lang),
                answers: told.iter().map(|it| it.text.clone()).collect(),
            })
            .collect(),
        looks: seen.looks,
        me_too: kept.me_too,
        shell,
    })
}

/// A browser without the pass asks for the secret again.
fn let_in(site: &Site, who: &Who, headers: &HeaderMap, code: &str) -> Result<(), Failure> {
    if pass::sees(site, who, headers, code) {
        return Ok(());
    }
    let path = format!("/phan-anh/theo-doi?ma={}", site::percent(code));
    Err(Failure::Elsewhere(Redirect::to(&path)))
}

/// GET `/phan-anh/theo-doi/{code}`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let_in(&site, &who, &headers, &code)?;
    show(&site, &who, &code, &Mistakes::default()).await
}

/// POST `/phan-anh/theo-doi/{code}/giai-quyet`: yes, or no and why.
pub(super) async fn say(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let_in(&site, &who, &headers, &code)?;
    let words = site.shell(&who).words;
    let mut fields = Fields::of(typed.clone());
    let yes = match typed.get("da-giai-quyet") {
        "co" => Some(true),
        "chua" => Some(false),
        _ => {
            fields.wrong("da-giai-quyet", words.say("fb-say-yes-or-no"));
            None
        }
    };
    let why = fields.optional_text("vi-sao", 1_000);
    if yes == Some(false) && why.as_ref().is_some_and(|it| it.chars().count() < 5) {
        fields.wrong("vi-sao", words.say("fb-say-why"));
    }
    let (yes, why) = match fields.finish(yes.zip(why)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show(&site, &who, &code, &m).await?)),
    };
    let (inner, asked) = (site.clone(), code.clone());
    site.write(&nowhere(&who), move |tx| {
        let mut kept = core::by_code(tx, &asked)?.ok_or(Failure::NotFound)?;
        let done = match (kept.state.status, yes) {
            (Status::Closed, true) | (Status::Reopened, false) => return Ok(()),
            (_, true) => Command::Solved,
            (_, false) => Command::Unsolved,
        };
        desk::carry_out(&inner, tx, &mut kept, By::Sender, (done, Some(why)))
    })
    .await?;
    Ok(site::told(&format!("/phan-anh/theo-doi/{code}"), &words.say("fb-thanks-said")))
}

/// POST `/phan-anh/theo-doi/{code}/bo-sung`
pub(super) async fn supply(
    State(site): State<Site>,
    who: Who,
    headers: HeaderMap,
    Path(code): Path<String>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let_in(&site, &who, &headers, &code)?;
    super::limit(&site, &who, "feedback-send", super::PER_ADDRESS_MAX)?;
    let words = site.shell(&who).words;
    let mut fields = Fields::of(typed.clone());
    let said = fields.optional_text("bo-sung", crate::feedback::SAID_MAX);
    if said.as_ref().is_some_and(String::is_empty) {
        fields.wrong("bo-sung", words.say("fb-say-more"));
    }
    let taken = match files::take(&site, &who, (&typed, uploads), false).await? {
        Ok(it) => Some(it),
        Err(wrong) => {
            fields.wrong("tep", wrong);
            None
        }
    };
    let (said, taken) = match fields.finish(said.zip(taken)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show(&site, &who, &code, &m).await?)),
    };
    let (inner, asked) = (site.clone(), code.clone());
    site.write(&nowhere(&who), move |tx| {
        let mut kept = core::by_code(tx, &asked)?.ok_or(Failure::NotFound)?;
        desk::carry_out(&inner, tx, &mut kept, By::Sender, (Command::Supply, Some(said)))?;
        for it in taken {
            let NewFile { sha256, name, media_type, size, .. } = it;
            events::insert_file(
                tx,
                kept.id,
                &events::SentFile { id: 0, sha256, name, media_type, size },
            )?;
        }
        Ok(())
    })
    .await?;
    Ok(site::told(&format!("/phan-anh/theo-doi/{code}"), &words.say("fb-thanks-supplied")))
}
