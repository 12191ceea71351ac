//! Answering: a link that works once, for one sheet, until the survey closes.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    survey::{
        Status,
        form::{Answers, Form, Kind, TEXT_CHARS_MAX},
    },
    text,
};
use site::{
    Asked, Failure, Filled, Html, Lang, Path, Redirect, Shell, Site, State, Typed, Who,
    form::{is_token, new_token},
};

use crate::{
    desk::{self, Sent, Taken},
    secrets,
    sql::{self, Survey},
};

/// Sheets from one address within an hour: a family or a hall sends some, a stuffer many.
const SHEETS_PER_ADDRESS_MAX: u32 = 20;
/// Codes that are tried from one address within a quarter of an hour.
const TRIES_PER_ADDRESS_MAX: u32 = 60;
const HOUR_S: i64 = 3_600;
const QUARTER_S: i64 = 15 * 60;

fn limit(site: &Site, who: &Who, what: &str, most: u32, window_s: i64) -> Result<(), i64> {
    site.limiter.take(&format!("{what}:{}", who.origin), most, window_s, who.now)
}

#[derive(Template)]
#[template(path = "templates/code.html")]
struct CodeForm {
    shell: Shell,
    typed: String,
    wrong: String,
}

/// GET `/ks`: the code of a letter is typed.
pub async fn code_form(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let shell = site.shell(&who);
    site.page(&CodeForm { shell, typed: String::new(), wrong: String::new() })
}

/// POST `/ks`
pub async fn code(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Redirect, Failure> {
    let tries = limit(&site, &who, "survey-code", TRIES_PER_ADDRESS_MAX, QUARTER_S);
    tries.map_err(|wait_s| Failure::TooMany { wait_s })?;
    if let Some(code) = secrets::read_code(&site, typed.get("ma")) {
        return Ok(Redirect::to(&format!("/ks/{code}")));
    }
    let shell = site.shell(&who);
    let wrong = shell.words.say("survey-code-wrong");
    let typed = typed.get("ma").chars().take(40).collect();
    Err(Failure::Mistaken(site.page(&CodeForm { shell, typed, wrong })?))
}

/// A choice as it is shown: code, words, whether it is chosen.
pub struct ChoiceView {
    pub code: String,
    pub text: String,
    pub chosen: bool,
}

/// A question as it is shown.
pub struct QuestionView {
    pub code: String,
    pub number: usize,
    pub text: String,
    pub kind: &'static str,
    pub required: bool,
    pub wrong: bool,
    pub choices: Vec<ChoiceView>,
    pub typed: String,
    /// The heading of a factor that begins here; empty if none does.
    pub heading: String,
}

/// The name of a question's field.
pub fn field(code: &str) -> String {
    format!("q-{code}")
}

/// What a form sends, read as answers of `form`.
pub fn read(form: &Form, typed: &Typed) -> Answers {
    form.read(|code| {
        let name = field(code);
        let sent = typed.pairs().iter().filter(|it| it.0 == name);
        sent.map(|it| it.1.as_str()).collect()
    })
}

/// The questions of a form with what was answered so far.
pub fn questions(form: &Form, lang: Lang, answers: &Answers, checked: bool) -> Vec<QuestionView> {
    let say = |vi: &str, en: &str| {
        if lang == Lang::En && !en.is_empty() { en.to_owned() } else { vi.to_owned() }
    };
    let mut factor = "";
    form.question
        .iter()
        .zip(1..)
        .map(|(it, number)| {
            let given = answers.get(&it.code);
            let is = |code: &str| given.is_some_and(|it| it.iter().any(|it| it == code));
            let heading = if it.factor == factor {
                String::new()
            } else {
                factor = &it.factor;
                let of = form.factor.iter().find(|of| of.code == it.factor);
                of.map_or_else(String::new, |it| say(&it.vi, &it.en))
            };
            QuestionView {
                code: it.code.clone(),
                number,
                text: say(&it.vi, &it.en),
                kind: it.kind.code(),
                required: it.required,
                wrong: checked && it.required && given.is_none(),
                choices: form
                    .choices(it)
                    .iter()
                    .map(|it| ChoiceView {
                        code: it.code.clone(),
                        text: say(&it.vi, &it.en),
                        chosen: is(&it.code),
                    })
                    .collect(),
                typed: if it.kind == Kind::Text {
                    given.and_then(|it| it.first()).cloned().unwrap_or_default()
                } else {
                    String::new()
                },
                heading,
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "templates/answer.html")]
struct Page {
    shell: Shell,
    title: String,
    unit: String,
    code: String,
    token: String,
    begun: String,
    until: String,
    id: String,
    questions: Vec<QuestionView>,
    wrong: bool,
    text_max: usize,
}

#[derive(Template)]
#[template(path = "templates/answer_end.html")]
struct End {
    shell: Shell,
    title: String,
    text: String,
    id: String,
}

/// The language in which a survey is asked: the reader's, if it has it.
fn in_lang(it: &Survey, who: &Who) -> Lang {
    if it.languages.contains(who.lang.code()) { who.lang } else { Lang::Vi }
}

fn end(
    site: &Site,
    who: &Who,
    id: &str,
    (title, text): (String, String),
) -> Result<Html<String>, Failure> {
    site.page(&End { shell: site.shell(who), title, text, id: id.to_owned() })
}

/// What is said where nobody answers.
fn not_open(site: &Site, who: &Who, it: &Survey) -> Result<Html<String>, Failure> {
    let words = site.shell(who).words;
    let text = if matches!(it.status, Status::Drawn) {
        words.say("survey-not-yet")
    } else if it.status == Status::Void {
        words.say("survey-void")
    } else {
        let day = it.closed_on.unwrap_or(it.closes_on).min(it.closes_on);
        words.say_with("survey-late", &[("day", &text::date_in(day, who.lang))])
    };
    end(site, who, &it.id.to_string(), (words.say("survey-closed"), text))
}

/// Who works for the office and is signed in answers for nobody.
fn official(site: &Site, who: &Who, it: &Survey) -> Result<Html<String>, Failure> {
    let words = site.shell(who).words;
    let said = (words.say("survey-official"), words.say("survey-official-text"));
    end(site, who, &it.id.to_string(), said)
}

/// GET `/ks/{secret}`: the questions.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let words = site.shell(&who).words;
    if secret == "cam-on" {
        let id = asked.get("ks").parse::<i64>().map_or_else(|_| String::new(), |it| it.to_string());
        return end(
            &site,
            &who,
            &id,
            (words.say("survey-thanks"), words.say("survey-thanks-text")),
        );
    }
    let tries = limit(&site, &who, "survey-code", TRIES_PER_ADDRESS_MAX, QUARTER_S);
    tries.map_err(|wait_s| Failure::TooMany { wait_s })?;
    let Some(code) = secrets::read_code(&site, &secret) else { return Err(Failure::NotFound) };
    let (inner, wanted) = (site.clone(), code.clone());
    let found = site
        .read(&who, move |tx| {
            let Some((survey, it)) = desk::behind(&inner, tx, &wanted)? else { return Ok(None) };
            let form = desk::form_of(tx, &survey)?;
            Ok(Some((survey, it.state == "used", form)))
        })
        .await?;
    let Some((survey, used, form)) = found else { return Err(Failure::NotFound) };
    if who.session.is_some() {
        return official(&site, &who, &survey);
    }
    if !desk::is_answered(&survey, who.today()) {
        return not_open(&site, &who, &survey);
    }
    if used {
        let id = survey.id.to_string();
        return end(&site, &who, &id, (words.say("survey-used"), words.say("survey-used-text")));
    }
    let begun = secrets::close_begun(&site, &code, who.now)?;
    page(&site, &who, (&survey, &form), (&code, new_token(), begun), (&Answers::new(), false))
}

fn page(
    site: &Site,
    who: &Who,
    (survey, form): (&Survey, &Form),
    (code, token, begun): (&str, String, String),
    (answers, checked): (&Answers, bool),
) -> Result<Html<String>, Failure> {
    let lang = in_lang(survey, who);
    site.page(&Page {
        title: survey.title.clone(),
        unit: who.tree.title(survey.unit).to_owned(),
        code: code.to_owned(),
        token,
        begun,
        until: text::date_in(survey.closes_on, who.lang),
        id: survey.id.to_string(),
        questions: questions(form, lang, answers, checked),
        wrong: checked,
        text_max: TEXT_CHARS_MAX,
        shell: site.shell(who),
    })
}

/// POST `/ks/{secret}`: the sheet.
pub async fn send(
    State(site): State<Site>,
    who: Who,
    Path(secret): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let Some(code) = secrets::read_code(&site, &secret) else { return Err(Failure::NotFound) };
    let (inner, wanted) = (site.clone(), code.clone());
    let found = site
        .read(&who, move |tx| {
            let Some((survey, it)) = desk::behind(&inner, tx, &wanted)? else { return Ok(None) };
            let form = desk::form_of(tx, &survey)?;
            Ok(Some((survey, it.state == "used", form)))
        })
        .await?;
    let Some((survey, used, form)) = found else { return Err(Failure::NotFound) };
    if who.session.is_some() {
        return Err(Failure::Mistaken(official(&site, &who, &survey)?));
    }
    if !used && !desk::is_answered(&survey, who.today()) {
        return Err(Failure::Mistaken(not_open(&site, &who, &survey)?));
    }
    let answers = read(&form, &typed);
    let token = Some(typed.get("lan-gui")).filter(|it| is_token(it)).map(str::to_owned);
    let again = || {
        let begun = typed.get("mo-luc").to_owned();
        let token = token.clone().unwrap_or_else(new_token);
        let page = page(&site, &who, (&survey, &form), (&code, token, begun), (&answers, true))?;
        Err(Failure::Mistaken(page))
    };
    let Some(sent_token) = token.clone() else { return again() };
    if answers.is_empty() || !form.missing(&answers).is_empty() {
        return again();
    }
    // Whoever sends one sheet after another from one place is stopped, and only that it happened is told.
    let what = format!("survey-from:{}", survey.id);
    if !used && let Err(wait_s) = limit(&site, &who, &what, SHEETS_PER_ADDRESS_MAX, HOUR_S) {
        let id = survey.id;
        site.as_program("survey", move |tx| Ok(sql::blocked(tx, id)?)).await?;
        return Err(Failure::TooMany { wait_s });
    }
    let seconds = secrets::seconds_since(&site, &code, (typed.get("mo-luc"), who.now));
    let (inner, kept) = (site.clone(), answers.clone());
    let asked = code.clone();
    // As the program and from nowhere: what is written bears nobody's account and no address.
    let taken = site
        .as_program("survey", move |tx| {
            let sent = Sent { code: &asked, token: &sent_token, answers: &kept, seconds };
            desk::take(&inner, tx, &sent)
        })
        .await?;
    let words = site.shell(&who).words;
    match taken {
        Taken::Thanks | Taken::Again => {
            Ok(Redirect::to(&format!("/ks/cam-on?ks={}", survey.id)).into_response())
        }
        Taken::Used => {
            let said = (words.say("survey-used"), words.say("survey-used-text"));
            Err(Failure::Mistaken(end(&site, &who, &survey.id.to_string(), said)?))
        }
        Taken::NotOpen => Err(Failure::Mistaken(not_open(&site, &who, &survey)?)),
        Taken::Unknown => Err(Failure::NotFound),
    }
}
