//! The pages of a filing: one step a page, what was said shown back, what came of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::{
    dossiers::{Stored, facts as dossiers, put_away},
    procedures::facts::{self as procedures, Version},
};
use domain::{
    dossier::ReturnChannel,
    party::Authority,
    procedure::{PaperRole, ServiceLevel},
    text,
};
use site::{
    Asked, Failure, Filled, FilledWithFiles, Html, Mistakes, Path, Redirect, Shell, Site, State,
    Typed, Upload, Who, Words, form::TOO_LARGE, told,
};
use store::Tx;

use super::{
    draft::{self, Draft, FILES_BYTES_MAX, FILES_MAX},
    reading::{Judged, Step, Way, file_line, offered, papers},
    send,
};

/// The version in force today.
pub(super) fn version(tx: &mut Tx<'_>, code: &str, who: &Who) -> Result<Version, Failure> {
    procedures::in_force(tx, code, who.today())?.ok_or(Failure::NotFound)
}

struct StepView {
    code: &'static str,
    label: String,
    state: &'static str,
}

struct PaperView {
    place: i64,
    name: String,
    group: String,
    way: String,
    files: Vec<(i64, String, String)>,
    /// It is only shown to the official, at the counter.
    shown_only: bool,
}

/// A line of what was said, and the step that it was said in.
struct Said {
    step: &'static str,
    label: String,
    lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "filing/templates/step.html")]
struct StepPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    secret: String,
    name: String,
    unit: String,
    mark: String,
    step: Step,
    label: String,
    steps: Vec<StepView>,
    before: Option<&'static str>,
    papers: Vec<PaperView>,
    ways: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
    said: Vec<Said>,
    fee: String,
    limit: String,
    problems: String,
    idle_days: i64,
}

#[derive(Template)]
#[template(path = "filing/templates/done.html")]
struct Done {
    shell: Shell,
    name: String,
    unit: String,
    code: String,
    secret: String,
    sent: String,
    answer_due: String,
    status: String,
}

/// GET `/nop/{code}/{secret}`, with `buoc` for a step.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path((code, secret)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (inner, asker, of, word) = (site.clone(), who.clone(), code.clone(), secret.clone());
    let (it, draft) = site
        .read(&who, move |tx| Ok((version(tx, &of, &asker)?, Draft::take(&inner, tx, &of, &word)?)))
        .await?;
    if draft.dossier().is_some() {
        return Ok(done(&site, &who, &it, draft).await?.into_response());
    }
    let words = site.shell(&who).words;
    let asked_step = Step::from_code(asked.get("buoc"));
    let step = asked_step.unwrap_or_else(|| {
        if draft.typed.pairs().is_empty() {
            Step::Person
        } else {
            send::judge(&draft, &it, words, who.today()).map_or(Step::Review, |it| it.0)
        }
    });
    let m = Mistakes::none(draft.typed.clone());
    Ok(page(&site, &who, (&code, &secret), &it, &draft, step, &m)?.into_response())
}

async fn done(site: &Site, who: &Who, it: &Version, draft: Draft) -> Result<Html<String>, Failure> {
    let Some(id) = draft.dossier() else { return Err(Failure::NotFound) };
    let found = site
        .read(who, move |tx| {
            let kept = dossiers::by_id(tx, id)?.ok_or(Failure::NotFound)?;
            let secret = dossiers::secret_of(tx, &kept.code)?.unwrap_or_default();
            let sent = super::sql::of_dossier(tx, id)?.ok_or(Failure::NotFound)?;
            Ok((kept, secret, sent))
        })
        .await?;
    let (kept, secret, (sent, answer_due)) = found;
    let shell = site.shell(who);
    let status = kept.dossier.status.public().map_or_else(String::new, |it| match who.lang {
        site::Lang::Vi => it.label().to_owned(),
        site::Lang::En => it.english().to_owned(),
    });
    site.page(&Done {
        name: it.body.name.clone(),
        unit: who.tree.title(draft.unit()).to_owned(),
        code: kept.code,
        secret,
        sent: shell.words.moment(sent.civil()),
        answer_due: shell.words.moment(answer_due),
        status,
        shell,
    })
}

fn way_label(words: Words, way: Way) -> String {
    match way {
        Way::File => words.say("filing-way-file"),
        Way::Paper => words.say("filing-way-paper"),
        Way::NotMine => words.say("filing-way-not-mine"),
    }
}

fn return_label(words: Words, way: ReturnChannel) -> String {
    match way {
        ReturnChannel::Counter => words.say("filing-return-counter"),
        ReturnChannel::Post => words.say("filing-return-post"),
        ReturnChannel::Online => words.say("filing-return-online"),
    }
}

fn authorities(words: Words) -> Vec<(String, String)> {
    let of = |it: Authority| it.code().to_owned();
    vec![
        (String::new(), words.say("filing-authority-choose")),
        (of(Authority::Guardian), words.say("filing-authority-guardian")),
        (of(Authority::Certified), words.say("filing-authority-certified")),
        (of(Authority::Letter), words.say("filing-authority-letter")),
        (of(Authority::ByLaw), words.say("filing-authority-by-law")),
    ]
}

/// What was said in every step, for the last look.
fn said(words: Words, it: &Version, draft: &Draft) -> Vec<Said> {
    let typed = &draft.typed;
    let line = |label: String, name: &str| (label, typed.get(name).to_owned());
    let mut person = vec![
        line(words.say("filing-name"), "ho-ten"),
        line(words.say("filing-number"), "so-giay-to"),
        line(words.say("filing-birth"), "ngay-sinh"),
        line(words.say("filing-phone"), "dien-thoai"),
        line(words.say("filing-email"), "email"),
        line(words.say("filing-address"), "dia-chi"),
        line(words.say("filing-request"), "noi-dung"),
    ];
    if typed.get("nop-thay") == "1" {
        person.push(line(words.say("filing-proxy-name"), "nguoi-nop"));
        person.push(line(words.say("filing-proxy-number"), "so-nguoi-nop"));
    }
    person.retain(|it| !it.1.is_empty());
    let handed = papers(&it.body).filter_map(|(place, paper)| {
        let way = Way::from_code(typed.get(&format!("cach-{place}")))?;
        if way == Way::NotMine {
            return None;
        }
        let files: Vec<&str> = draft.files_at(place).map(|it| it.stored.name.as_str()).collect();
        let how = way_label(words, way);
        let how = match way {
            Way::File if !files.is_empty() => format!("{how}: {}", files.join(", ")),
            _ => how,
        };
        Some((paper.name.clone(), how))
    });
    let way = ReturnChannel::from_code(typed.get("nhan-ket-qua"));
    let mut receive = vec![(
        words.say("filing-return"),
        way.map_or_else(String::new, |it| return_label(words, it)),
    )];
    if way == Some(ReturnChannel::Post) {
        receive.push(line(words.say("filing-post-address"), "dia-chi-nhan"));
    }
    let of = |step: Step, lines| Said { step: step.code(), label: step.label(words), lines };
    vec![of(Step::Person, person), of(Step::Papers, handed.collect()), of(Step::Receive, receive)]
}

fn page(
    site: &Site,
    who: &Who,
    (code, secret): (&str, &str),
    it: &Version,
    draft: &Draft,
    step: Step,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    let first_wrong = send::judge(draft, it, words, who.today()).map(|it| it.0);
    let place = |step: Step| Step::ALL.iter().position(|it| *it == step).unwrap_or(0);
    let steps = Step::ALL
        .into_iter()
        .map(|it| StepView {
            code: it.code(),
            label: it.label(words),
            state: if it == step {
                "now"
            } else if first_wrong.is_none_or(|wrong| place(it) < place(wrong)) {
                "done"
            } else {
                ""
            },
        })
        .collect();
    let papers = papers(&it.body)
        .map(|(place, paper)| PaperView {
            place,
            name: paper.name.clone(),
            group: paper.group.clone(),
            way: m.typed(&format!("cach-{place}")).to_owned(),
            files: draft
                .files_at(place)
                .map(|it| (it.id, it.stored.name.clone(), file_line(it)))
                .collect(),
            shown_only: paper.role == PaperRole::Show,
        })
        .collect();
    let level: ServiceLevel = it.body.level;
    site.page(&StepPage {
        code: code.to_owned(),
        secret: secret.to_owned(),
        name: it.body.name.clone(),
        unit: who.tree.title(draft.unit()).to_owned(),
        mark: draft.mark(),
        label: step.label(words),
        before: step.before().map(Step::code),
        ways: offered(level)
            .into_iter()
            .map(|it| (it.code().to_owned(), return_label(words, it)))
            .collect(),
        authorities: authorities(words),
        said: if step == Step::Review { said(words, it, draft) } else { Vec::new() },
        fee: it.body.fee_text(),
        limit: it.body.limit_text(),
        problems: words.say("problems"),
        idle_days: super::IDLE_DAYS,
        steps,
        papers,
        step,
        m,
        shell,
    })
}

/// What a form wants done.
enum Wish {
    /// Go on to the next step.
    Next,
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
            None if wish == "gui" => Self::Send,
            None => Self::Next,
        }
    }
}

/// What became of a form once it was kept.
enum Kept {
    Done,
    Wrong(Box<Draft>, Step, BTreeMap<String, String>),
    Sent,
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
    who: Who,
    Path((code, secret)): Path<(String, String)>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let here = format!("/nop/{code}/{secret}");
    let step = Step::from_code(typed.get("buoc")).unwrap_or(Step::Person);
    let (inner, asker, of, word) = (site.clone(), who.clone(), code.clone(), secret.clone());
    let (it, draft) = site
        .read(&who, move |tx| Ok((version(tx, &of, &asker)?, Draft::take(&inner, tx, &of, &word)?)))
        .await?;
    if draft.dossier().is_some() {
        return Ok(Redirect::to(&here).into_response());
    }
    let wish = Wish::of(&typed);
    let (stored, mut wrong) = take_files(&site, &who, &draft, &typed, uploads).await?;
    let next = match wish {
        Wish::Next => format!("{here}?buoc={}", step.next().code()),
        Wish::Keep | Wish::Drop(_) => format!("{here}?buoc={}", step.code()),
        Wish::Send => here.clone(),
    };
    let (inner, asker, of, word) = (site.clone(), who.clone(), code.clone(), secret.clone());
    let mine = it.clone();
    let is_kept_only = matches!(wish, Wish::Keep);
    let (kept, waste) = site
        .write(&who, move |tx| {
            let mut draft = Draft::take(&inner, tx, &of, &word)?;
            if draft.dossier().is_some() {
                return Ok((Kept::Sent, Vec::new()));
            }
            let words = Words::new(asker.lang);
            let before = draft.typed.clone();
            draft.fill(&step.fields(&mine.body), &typed);
            // Two windows: what the other one changed is not lost unseen.
            let stale = typed.get("dau") != draft.mark() && before != draft.typed;
            if stale && step != Step::Review {
                wrong.insert("dau".to_owned(), words.say("filing-changed-elsewhere"));
                return Ok((Kept::Wrong(Box::new(draft), step, wrong), Vec::new()));
            }
            for (place, it) in &stored {
                draft.add(tx, *place, it)?;
                // A file says by itself that it comes as a file.
                draft.typed.set(&format!("cach-{place}"), Way::File.code());
            }
            let waste = match wish {
                Wish::Drop(file) => draft.drop_file(tx, file)?,
                _ => Vec::new(),
            };
            draft.keep(&inner, tx)?;
            let draft = Draft::take(&inner, tx, &of, &word)?;
            match wish {
                Wish::Keep | Wish::Drop(_) => {}
                Wish::Next => {
                    let mut judged = Judged::new(words);
                    match step {
                        Step::Person => drop(judged.person(&draft.typed, asker.today())),
                        Step::Papers => drop(judged.papers(&draft, &mine.body)),
                        Step::Receive => drop(judged.receive(&draft.typed, mine.body.level)),
                        Step::Review => {}
                    }
                    wrong.extend(judged.by_field);
                }
                Wish::Send => {
                    if let Some((step, judged)) = send::judge(&draft, &mine, words, asker.today()) {
                        return Ok((Kept::Wrong(Box::new(draft), step, judged.by_field), waste));
                    }
                    if typed.get("dong-y") != "1" {
                        let owed = words.say("filing-agree-owed");
                        let wrong = BTreeMap::from([("dong-y".to_owned(), owed)]);
                        return Ok((Kept::Wrong(Box::new(draft), Step::Review, wrong), waste));
                    }
                    send::send(&inner, &asker, tx, &draft, &mine)?;
                    return Ok((Kept::Sent, waste));
                }
            }
            let kept = if wrong.is_empty() {
                Kept::Done
            } else {
                Kept::Wrong(Box::new(draft), step, wrong)
            };
            Ok((kept, waste))
        })
        .await?;
    draft::erase(&site, waste).await?;
    match kept {
        Kept::Done if is_kept_only => Ok(told(&next, &site.shell(&who).words.say("filing-kept"))),
        Kept::Done => Ok(Redirect::to(&next).into_response()),
        Kept::Sent => Ok(Redirect::to(&here).into_response()),
        Kept::Wrong(draft, step, by_field) => {
            let m = Mistakes { by_field, typed: draft.typed.clone() };
            let page = page(&site, &who, (&code, &secret), &it, &draft, step, &m)?;
            Err(Failure::Mistaken(page))
        }
    }
}

/// POST `/nop/{code}/{secret}/bo`: forgets a draft.
pub async fn discard(
    State(site): State<Site>,
    who: Who,
    Path((code, secret)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (inner, of) = (site.clone(), code.clone());
    let waste = site
        .write(&who, move |tx| {
            let draft = Draft::take(&inner, tx, &of, &secret)?;
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
