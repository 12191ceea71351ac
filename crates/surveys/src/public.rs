//! What everybody sees of surveys: how the sample was drawn and how to draw it again, from the moment the frame is
//! frozen; the figures, once they are published.

use askama::Template;
use axum::response::Response;
use domain::{ids::SurveyId, survey::Status, text, time::Instant};
use site::{Failure, Html, Path, Shell, Site, State, Who, Words};
use store::{Fault, Tx};

use crate::{
    desk,
    outcome::{self, View},
    sql::{self, Survey, people},
};

/// Surveys that are listed.
const SHOWN: i64 = 200;

struct Line {
    id: SurveyId,
    title: String,
    unit: String,
    state: String,
    until: String,
}

#[derive(Template)]
#[template(path = "templates/public_list.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
}

fn state(shell: &Shell, it: &Survey) -> String {
    match it.status {
        Status::Draft | Status::Framed => shell.words.say("survey-state-framed"),
        Status::Drawn => shell.words.say("survey-state-drawn"),
        Status::Open => shell.words.say("survey-state-open"),
        Status::Closed => shell.words.say("survey-state-closed"),
        Status::Published => shell.words.say("survey-state-published"),
        Status::Void => shell.words.say("survey-state-void"),
    }
}

/// GET `/khao-sat`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let shell = site.shell(&who);
    let found = site.read(&who, |tx| Ok(sql::public(tx, SHOWN)?)).await?;
    let lines = found
        .into_iter()
        .map(|it| Line {
            id: it.id,
            unit: who.tree.title(it.unit).to_owned(),
            state: state(&shell, &it),
            until: text::date_in(it.closes_on, who.lang),
            title: it.title,
        })
        .collect();
    site.page(&List { shell, lines })
}

/// The list of surveys, on the citizens' first page, while people answer one.
pub fn greets(words: Words, tx: &mut Tx<'_>) -> Result<Option<(&'static str, String)>, Fault> {
    let today = tx.now().civil().date();
    Ok(sql::is_any_answered(tx, today)?.then(|| ("/khao-sat", words.say("home-surveys"))))
}

fn public(tx: &mut Tx<'_>, id: SurveyId) -> Result<Survey, Failure> {
    let it = sql::find(tx, id)?.filter(|it| it.status.is_public());
    it.ok_or(Failure::NotFound)
}

struct StratumLine {
    name: String,
    population: u64,
    size: String,
}

#[derive(Template)]
#[template(path = "templates/public_show.html")]
struct Show {
    shell: Shell,
    it: Survey,
    unit: String,
    state: String,
    frozen: String,
    seed_on: String,
    seeded: String,
    until: String,
    strata: Vec<StratumLine>,
    population: u64,
    is_drawn: bool,
    command: String,
    v: Option<View>,
    calls: String,
}

/// GET `/khao-sat/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (id, asker) = (SurveyId(id), who.clone());
    let shell = site.shell(&who);
    let (it, strata, is_drawn, v) = site
        .read(&who, move |tx| {
            let it = public(tx, id)?;
            let is_drawn = !it.seed.is_empty();
            let strata: Vec<StratumLine> = if it.frame_hash.is_empty() {
                Vec::new()
            } else if is_drawn {
                desk::drawn(tx, &it)?
                    .strata
                    .into_iter()
                    .map(|it| StratumLine {
                        name: it.stratum,
                        population: it.population,
                        size: it.size.to_string(),
                    })
                    .collect()
            } else {
                let strata = people::strata(tx, id)?;
                strata
                    .into_iter()
                    .map(|it| StratumLine {
                        name: it.name,
                        population: it.population,
                        size: "–".to_owned(),
                    })
                    .collect()
            };
            let form = desk::form_of(tx, &it)?;
            let found = desk::results_of(&it)?.filter(|_| it.status == Status::Published);
            let v = found.map(|found| outcome::view(&asker, &form, &found, asker.lang));
            Ok((it, strata, is_drawn, v))
        })
        .await?;
    let moment = |ms: Option<i64>| {
        ms.map_or_else(String::new, |it| {
            text::date_time_in(Instant::from_epoch_ms(it).civil(), who.lang)
        })
    };
    let calls = v.as_ref().map_or_else(String::new, |v| {
        let said = [v.calls.called(), v.calls.wanted, v.calls.denied, v.calls.unreachable]
            .map(|it| it.to_string());
        let [called, wanted, denied, unreachable] = &said;
        let values = [
            ("called", called.as_str()),
            ("wanted", wanted.as_str()),
            ("denied", denied.as_str()),
            ("unreachable", unreachable.as_str()),
        ];
        shell.words.say_with("survey-call-backs-text", &values)
    });
    site.page(&Show {
        calls,
        unit: who.tree.title(it.unit).to_owned(),
        state: state(&shell, &it),
        frozen: moment(it.frozen_ms),
        seeded: moment(it.seeded_ms),
        seed_on: it.seed_on.map_or_else(String::new, |on| text::date_in(on, who.lang)),
        until: text::date_in(it.closes_on, who.lang),
        population: strata.iter().map(|it| it.population).sum(),
        command: format!(
            "motcua survey draw --frame khung-{id}.txt --frame-hash {} --seed \"{}\" --size {}",
            it.frame_hash,
            it.seed.replace(['"', '\\', '$', '`'], "?"),
            it.size
        ),
        strata,
        is_drawn,
        v,
        it,
        shell,
    })
}

fn plain(text: String, name: &str) -> Response {
    site::file(text, "text/plain; charset=utf-8", name, true)
}

/// GET `/khao-sat/{id}/khung.txt`: the frame, as it was hashed.
pub async fn frame(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    let text = site
        .read(&who, move |tx| {
            let it = public(tx, id)?;
            if it.frame_hash.is_empty() {
                return Err(Failure::NotFound);
            }
            Ok(desk::frame_of(tx, &it)?.text())
        })
        .await?;
    Ok(plain(text, &format!("khung-{id}.txt")))
}

/// GET `/khao-sat/{id}/mau.txt`: the sample.
pub async fn sample(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let id = SurveyId(id);
    let text = site
        .read(&who, move |tx| {
            let it = public(tx, id)?;
            if it.seed.is_empty() {
                return Err(Failure::NotFound);
            }
            Ok(desk::drawn(tx, &it)?.text())
        })
        .await?;
    Ok(plain(text, &format!("mau-{id}.txt")))
}
