//! Forms for everybody: the list, and one to fill in, look over and print. Nothing that is typed
//! here is kept: it travels with the page until it is printed.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::{
    eform::{self, Answers, Block, Eform, Judgement},
    ids::UnitId,
    text,
};
use site::{Asked, Failure, Filled, Html, Lang, Path, Shell, Site, State, Typed, Who, Words};

use super::{
    facts::{self, FormVersion},
    fill,
    papers::{self, Around},
    walk::{self, FIRST, Part, View, WHOLE, Walk},
};
use crate::procedures::facts as procedures;

/// Papers that one address may have printed within [`WINDOW_S`].
const PRINTS_MAX: u32 = 40;
const WINDOW_S: i64 = 15 * 60;

struct Line {
    title: String,
    href: String,
    procedures: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "eforms/templates/public_list.html")]
struct List {
    shell: Shell,
    q: String,
    lines: Vec<Line>,
    count: String,
}

fn title(form: &Eform, words: Words) -> String {
    let english = words.lang == Lang::En && !form.title_en.is_empty();
    if english { form.title_en.clone() } else { form.title.clone() }
}

/// GET `/to-khai`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (inner, today) = (site.clone(), who.today());
    let (offered, catalogue) = site
        .read(&who, move |tx| Ok((facts::offered(tx, today)?, procedures::catalogue(&inner, tx)?)))
        .await?;
    let shell = site.shell(&who);
    let wanted = text::words(asked.get("q"));
    let lines: Vec<Line> = offered
        .into_iter()
        .map(|(it, codes)| Line {
            title: title(&it.form, shell.words),
            href: format!("/to-khai/{}", it.form.code),
            procedures: codes
                .into_iter()
                .filter_map(|code| {
                    let name = catalogue.get(&code)?.body.name.clone();
                    Some((code, name))
                })
                .collect(),
        })
        .filter(|it| {
            let names: Vec<&str> = it.procedures.iter().map(|it| it.1.as_str()).collect();
            let said = text::fold(&format!("{} {}", it.title, names.join(" ")));
            wanted.iter().all(|word| said.contains(word.as_str()))
        })
        .collect();
    let count = shell.words.say_with("eform-count", &[("count", &lines.len().to_string())]);
    site.page(&List { q: asked.get("q").to_owned(), lines, count, shell })
}

struct Step {
    title: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "eforms/templates/public_form.html")]
struct Page {
    shell: Shell,
    title: String,
    code: String,
    version: i64,
    steps: Vec<Step>,
    view: View,
    is_first: bool,
    is_last: bool,
    procedures: Vec<String>,
    sample: bool,
}

#[derive(Template)]
#[template(path = "eforms/templates/public_review.html")]
struct Review {
    shell: Shell,
    title: String,
    code: String,
    version: i64,
    blocks: Vec<(usize, Block)>,
    warnings: Vec<String>,
    oath: String,
    carried: Vec<(String, String)>,
    bodies: Vec<(String, String)>,
    body: String,
    signers: Vec<(String, String)>,
    procedures: Vec<String>,
    /// How it was filled in, for whoever goes back into it.
    part: String,
    question: String,
}

/// What is about to be shown.
struct Shown<'a> {
    it: &'a FormVersion,
    answers: &'a Answers,
    judged: &'a Judgement,
    procedures: &'a [String],
}

impl<'a> Shown<'a> {
    const fn walk(&self) -> Walk<'a> {
        Walk { form: &self.it.form, answers: self.answers, judged: self.judged }
    }
}

fn shown(site: &Site, who: &Who, of: &Shown<'_>, part: Part<'_>) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let words = shell.words;
    let form = &of.it.form;
    let walk = of.walk();
    let view = walk.view(who, words, part)?;
    let here = Part { at: view.at, question: &view.question, ..Part::default() };
    let english = words.lang == Lang::En;
    let steps = walk.parts().into_iter().filter_map(|at| {
        let page = form.pages.get(at)?;
        let title = if english && !page.title_en.is_empty() { &page.title_en } else { &page.title };
        let state = match view.at {
            Some(now) if now == at => "now",
            Some(now) if now > at => "done",
            _ => "",
        };
        Some(Step { title: title.clone(), state })
    });
    site.page(&Page {
        title: title(form, words),
        code: form.code.clone(),
        version: of.it.id,
        is_first: walk.backward(here).is_none(),
        is_last: walk.onward(here).is_none(),
        steps: steps.collect(),
        procedures: of.procedures.to_vec(),
        sample: site.config.demo && super::shipped::sample(&form.code)?.is_some(),
        view,
        shell,
    })
}

/// Bodies to which a declaration can go.
fn bodies(who: &Who) -> Vec<(String, String)> {
    let of = who.tree.all().filter(|it| matches!(it.kind.as_str(), "commune" | "district"));
    of.map(|it| (it.id.to_string(), it.title.clone())).collect()
}

fn review(
    site: &Site,
    who: &Who,
    of: &Shown<'_>,
    (body, part): (&str, Part<'_>),
) -> Result<Html<String>, Failure> {
    let shell = site.shell(who);
    let english = shell.words.lang == Lang::En;
    let form = &of.it.form;
    let said = |vi: &str, en: &str| {
        if english && !en.is_empty() { en.to_owned() } else { vi.to_owned() }
    };
    let blocks = eform::blocks(form, of.judged, &std::collections::BTreeMap::new(), english);
    let place = |code: &str| form.pages.iter().position(|it| it.code == code).unwrap_or(0);
    let signers = form.signers.iter().filter(|it| of.judged.signers.contains(&it.code));
    let name =
        |field: &str| of.judged.answers.get(field).map_or("", eform::Answer::text).to_owned();
    site.page(&Review {
        title: title(form, shell.words),
        code: form.code.clone(),
        version: of.it.id,
        blocks: blocks.into_iter().map(|it| (place(&it.code), it)).collect(),
        warnings: of.judged.warnings.iter().map(|it| said(&it.say.vi, &it.say.en)).collect(),
        oath: said(&form.oath, &form.oath_en),
        carried: fill::carried(form, &of.judged.answers, |_| false),
        bodies: bodies(who),
        body: body.to_owned(),
        signers: signers.map(|it| (said(&it.label, &it.label_en), name(&it.name))).collect(),
        procedures: of.procedures.to_vec(),
        part: part.code(),
        question: part.question.to_owned(),
        shell,
    })
}

/// The version that a page was begun with, or the one of today.
async fn version(
    site: &Site,
    who: &Who,
    code: String,
    begun: i64,
) -> Result<(FormVersion, Vec<String>), Failure> {
    let today = who.today();
    site.read(who, move |tx| {
        let begun = facts::version(tx, begun)?.filter(|it| it.form.code == code);
        let it = match begun {
            Some(it) => it,
            None => facts::in_force(tx, &code, today)?.ok_or(Failure::NotFound)?,
        };
        let bindings = super::sql::bindings(tx)?.into_iter();
        let of = bindings.filter(|(_, form)| *form == code).map(|(procedure, _)| procedure);
        Ok((it, of.collect()))
    })
    .await
}

/// GET `/to-khai/{code}`; `?phan=tat-ca` shows all parts on one page, `?cau=dau` a question at a time as a telephone
/// has it anyway, `?mau=1` a filled sample of the demo.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (it, procedures) = version(&site, &who, code, 0).await?;
    let sample = if asked.has("mau") && site.config.demo {
        super::shipped::sample(&it.form.code)?
    } else {
        None
    };
    let mut answers = sample.unwrap_or_default();
    let judged = fill::proposed(&it.form, &asked, &mut answers, who.today());
    let of = Shown { it: &it, answers: &answers, judged: &judged, procedures: &procedures };
    let mut part = Part { at: (asked.get("phan") != WHOLE).then_some(0), ..Part::default() };
    let is_named = asked.has("phan") || asked.has("cau");
    if asked.get("cau") == FIRST || !is_named && walk::is_phone(&headers) {
        part.question = of.walk().first_question();
    }
    shown(&site, &who, &of, part)
}

/// What a form says that it showed.
fn part_of<'a>(typed: &'a Typed, form: &Eform) -> Part<'a> {
    let asked = Part::asked(typed);
    let at = asked.at.map(|at| if at < form.pages.len() { at } else { 0 });
    Part { at, question: asked.question, ..Part::default() }
}

/// POST `/to-khai/{code}`: one part further or back, one row more, the last look, the paper.
pub async fn fill(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let begun = typed.get("ban").parse().unwrap_or(0);
    let (it, procedures) = version(&site, &who, code, begun).await?;
    let mut answers = fill::read_here(&it.form, &typed, &who.tree);
    let judged = fill::proposed(&it.form, &typed, &mut answers, who.today());
    if eform::weight(&answers) > eform::WEIGHT_MAX {
        return Err(Failure::TooLarge);
    }
    let judged = fill::without_files(&it.form, judged);
    let of = Shown { it: &it, answers: &answers, judged: &judged, procedures: &procedures };
    let (walk, part) = (of.walk(), part_of(&typed, &it.form));
    let show = |part| shown(&site, &who, &of, part);
    let (what, which) = typed.get("viec").split_once('.').unwrap_or((typed.get("viec"), ""));
    match what {
        "dong" => Ok(show(Part { more: which, ..part })?.into_response()),
        "lui" => Ok(show(walk.backward(part).unwrap_or(part))?.into_response()),
        "sua" => {
            let to = which.parse::<usize>().ok().filter(|_| part.at.is_some());
            Ok(show(to.map_or_else(Part::default, |at| walk.to_part(at, part)))?.into_response())
        }
        "in" => {
            // Somebody who changed what the page carries is led back to the first mistake.
            if !judged.mistakes.is_empty() {
                return Err(Failure::Mistaken(show(walk.to_wrong(part))?));
            }
            let key = format!("eform-print:{}", who.origin);
            let too_many = |wait_s| Failure::TooMany { wait_s };
            site.limiter.take(&key, PRINTS_MAX, WINDOW_S, who.now).map_err(too_many)?;
            let unit = typed.get("don-vi").parse::<i64>().ok();
            let unit = unit.and_then(|it| who.tree.unit(UnitId(it)));
            let around = Around {
                made_on: Some(who.today()),
                demo: site.config.demo,
                url: format!("{}/to-khai/{}", site.config.base_url, it.form.code),
                ..Around::default()
            };
            let sheet = papers::sheet(&it.form, &judged, &around.to_unit(unit));
            papers::sent(&site, sheet, &format!("to-khai-{}.pdf", it.form.code)).await
        }
        _ if walk.is_wrong(part) => Err(Failure::Mistaken(show(Part { told: true, ..part })?)),
        _ if walk.has_news(part, &typed) => Ok(show(Part { news: true, ..part })?.into_response()),
        _ => match walk.onward(part) {
            Some(next) => Ok(show(next)?.into_response()),
            // The last look, or the first that is not right yet.
            None if judged.mistakes.is_empty() => {
                Ok(review(&site, &who, &of, (typed.get("don-vi"), part))?.into_response())
            }
            None => Err(Failure::Mistaken(show(walk.to_wrong(part))?)),
        },
    }
}

/// GET `/to-khai/{code}/in.pdf`: the form on paper, to be filled in by hand.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let (it, _) = version(&site, &who, code, 0).await?;
    let key = format!("eform-print:{}", who.origin);
    let too_many = |wait_s| Failure::TooMany { wait_s };
    site.limiter.take(&key, PRINTS_MAX, WINDOW_S, who.now).map_err(too_many)?;
    let around = Around {
        demo: site.config.demo,
        url: format!("{}/to-khai/{}", site.config.base_url, it.form.code),
        ..Around::default()
    };
    let sheet = papers::sheet(&it.form, &fill::blank(&it.form, who.today()), &around);
    papers::sent(&site, sheet, &format!("mau-{}.pdf", it.form.code)).await
}
