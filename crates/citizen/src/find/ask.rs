//! Questions before one files: by a form of the address, so that it works anywhere and can be sent
//! on; the answers make a list of papers of one's own, to print.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    guide::{Answers, Conclusion, Guide, Needed, Outcome},
    ids::UnitId,
};
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};
use store::Fault;

use super::{carried::LEAD, facts::finder};
use crate::{
    levels::facts as levels,
    procedures::{
        facts::{Catalogue, Version, catalogue},
        place::{self, Place},
    },
};

struct AnswerView {
    id: String,
    label: String,
    is_given: bool,
}

struct QuestionView {
    id: String,
    ask: String,
    help: String,
    answers: Vec<AnswerView>,
    is_answered: bool,
}

struct OutcomeView {
    say: String,
    /// The other procedure's code and name; empty if there is none.
    code: String,
    name: String,
}

struct PaperView {
    name: String,
    help: String,
    only_shown: bool,
    official: Vec<String>,
}

#[derive(Template)]
#[template(path = "find/templates/ask.html")]
struct Ask {
    shell: Shell,
    it: Arc<Version>,
    intro: String,
    unit: String,
    questions: Vec<QuestionView>,
    done: bool,
    is_eligible: bool,
    stops: Vec<OutcomeView>,
    elsewhere: Vec<OutcomeView>,
    notes: Vec<OutcomeView>,
    papers: Vec<PaperView>,
    spared: Vec<PaperView>,
    remarks: Vec<String>,
    place: Option<Place>,
    /// Where one files over the line with these answers; empty where that cannot be done.
    online: String,
    /// Where an official does it for whoever answered; empty for everybody else.
    helped: String,
    query: String,
}

fn outcomes(list: &[Outcome], catalogue: &Catalogue) -> Vec<OutcomeView> {
    list.iter()
        .map(|it| {
            let to = catalogue.get(&it.to);
            OutcomeView {
                say: it.say.clone(),
                code: to.map_or_else(String::new, |it| it.body.code.clone()),
                name: to.map_or_else(String::new, |it| it.body.name.clone()),
            }
        })
        .collect()
}

fn papers(list: &[Needed]) -> Vec<PaperView> {
    list.iter()
        .map(|it| PaperView {
            name: it.name.clone(),
            help: it.help.clone(),
            only_shown: it.only_shown,
            official: it.official.clone(),
        })
        .collect()
}

/// The procedure, its guide and what was answered.
struct Read {
    it: Arc<Version>,
    guide: Guide,
    answers: Answers,
    catalogue: Arc<Catalogue>,
}

async fn read(site: &Site, who: &Who, code: &str, asked: &Typed) -> Result<Read, Failure> {
    let inner = site.clone();
    let look = move |tx: &mut store::Tx<'_>| Ok((finder(&inner, tx)?, catalogue(&inner, tx)?));
    let (finder, catalogue): (Arc<_>, Arc<_>) = site.glance(who, look).await?;
    let it = catalogue.get(code).cloned().ok_or(Failure::NotFound)?;
    let guide = finder.guide(code).cloned().ok_or(Failure::NotFound)?;
    let answers = Answers::of(&guide, asked.pairs());
    Ok(Read { it, guide, answers, catalogue })
}

/// The answers as they stand in an address.
fn query(answers: &Answers, unit: &str) -> String {
    let pairs = answers
        .pairs()
        .iter()
        .map(|(question, answer)| format!("{}={}", site::percent(question), site::percent(answer)));
    let unit = (!unit.is_empty()).then(|| format!("don-vi={unit}"));
    pairs.chain(unit).collect::<Vec<_>>().join("&")
}

/// The answers as the address of a filing carries them.
fn led(answers: &Answers) -> String {
    let pairs = answers.pairs().iter().map(|(question, answer)| {
        format!("{LEAD}{}={}", site::percent(question), site::percent(answer))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The unit in an address, if it settles the procedure.
fn unit_of(who: &Who, it: &Version, asked: &Typed) -> Option<UnitId> {
    let unit = asked.get("don-vi").parse().ok().map(UnitId)?;
    place::settles(who, it, unit).then_some(unit)
}

/// GET `/thu-tuc/{code}/hoi`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let Read { it, guide, answers, catalogue } = read(&site, &who, &code, &asked).await?;
    let unit = unit_of(&who, &it, &asked);
    let done = guide.is_answered(&answers);
    let found =
        if done { guide.conclude(&answers, &it.body.papers) } else { Conclusion::default() };
    let place = match unit.filter(|_| done) {
        Some(unit) => place::at(&site, &who, &it, unit).await?,
        None => None,
    };
    // Whoever named no unit chooses one of those that take it where he begins.
    let online = match &place {
        Some(here) => here.online.clone(),
        None if levels::can_be_filed(&it.body) => place::online(&code, it.body.level, None),
        None => String::new(),
    };
    let helps = who.can(Action::FilingAssist, Object::Anything);
    let online = match online.as_str() {
        _ if !done || !found.is_eligible() || it.paused_on(who.today()).is_some() => String::new(),
        "" => String::new(),
        to => format!("{to}{}{}", if to.contains('?') { '&' } else { '?' }, led(&answers)),
    };
    let unit = unit.map(|it| it.to_string()).unwrap_or_default();
    let helped = if helps && !online.is_empty() {
        format!("/co-quan/nop-ho?thu-tuc={code}&don-vi={unit}&{}", led(&answers))
    } else {
        String::new()
    };
    let questions = guide.asked(&answers).into_iter().map(|question| QuestionView {
        id: question.id.clone(),
        ask: question.ask.clone(),
        help: question.help.clone(),
        is_answered: answers.to(&question.id).is_some(),
        answers: question
            .answers()
            .into_iter()
            .map(|(id, label)| AnswerView {
                id: id.to_owned(),
                label: label.to_owned(),
                is_given: answers.to(&question.id) == Some(id),
            })
            .collect(),
    });
    // Once an answer ends it, what was not answered is not asked any more.
    let ends = guide.ends(&answers);
    let questions = questions.filter(|it| !ends || it.is_answered).collect();
    site.page(&Ask {
        intro: guide.intro.clone(),
        questions,
        done,
        is_eligible: found.is_eligible(),
        stops: outcomes(&found.stops, &catalogue),
        elsewhere: outcomes(&found.elsewhere, &catalogue),
        notes: outcomes(&found.notes, &catalogue),
        papers: papers(&found.papers),
        spared: papers(&found.spared),
        remarks: found.remarks,
        place,
        online,
        helped,
        query: query(&answers, &unit),
        unit,
        shell: site.shell(&who),
        it,
    })
}

/// GET `/thu-tuc/{code}/hoi/in.pdf`: the list of one's own papers.
pub(super) async fn print(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let Read { it, guide, answers, catalogue } = read(&site, &who, &code, &asked).await?;
    if !guide.is_answered(&answers) {
        return Err(Failure::Refused(
            "Hãy trả lời hết các câu hỏi rồi mới in danh sách giấy tờ.".to_owned(),
        ));
    }
    let found = guide.conclude(&answers, &it.body.papers);
    let unit = unit_of(&who, &it, &asked);
    let place = match unit {
        Some(unit) => place::at(&site, &who, &it, unit).await?,
        None => None,
    };
    let said = |list: &[Outcome]| -> Vec<String> {
        outcomes(list, &catalogue)
            .into_iter()
            .map(|it| {
                if it.code.is_empty() {
                    it.say
                } else {
                    format!("{} ({} – {})", it.say, it.code, it.name)
                }
            })
            .collect()
    };
    let line = |it: &Needed| prints::ChecklistPaper {
        name: it.name.clone(),
        help: it.help.clone(),
        only_shown: it.only_shown,
        official: it.official.join(" "),
    };
    let unit_text = unit.map(|it| it.to_string()).unwrap_or_default();
    let sheet = prints::ChecklistSheet {
        agency: place::agency(&who, unit),
        code: it.body.code.clone(),
        name: it.body.name.clone(),
        answers: guide
            .asked(&answers)
            .into_iter()
            .filter_map(|question| {
                let label = question.label_of(answers.to(&question.id)?)?;
                Some((question.ask.clone(), label.to_owned()))
            })
            .collect(),
        stops: said(&found.stops).into_iter().chain(said(&found.elsewhere)).collect(),
        notes: said(&found.notes),
        papers: found.papers.iter().map(line).collect(),
        spared: found.spared.iter().map(|it| it.name.clone()).collect(),
        limit: it.body.limit_text(),
        due: place.as_ref().map(|it| it.due.clone()).unwrap_or_default(),
        fee: it.body.fee_text(),
        office: place.as_ref().map(|it| it.title.clone()).unwrap_or_default(),
        address: place.as_ref().map(|it| it.address.clone()).unwrap_or_default(),
        hours: place.as_ref().map(|it| it.hours.clone()).unwrap_or_default(),
        phone: place.as_ref().map(|it| it.phone.clone()).unwrap_or_default(),
        url: format!(
            "{}/thu-tuc/{}/hoi?{}",
            site.config.base_url,
            it.body.code,
            query(&answers, &unit_text)
        ),
        made_on: Some(who.today()),
        large: who.large,
        demo: site.config.demo,
    };
    let made = tokio::task::spawn_blocking(move || prints::render_checklist(&sheet)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", &format!("giay-to-can-mang-{code}.pdf"), false))
}
