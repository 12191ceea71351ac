//! Forms and the bank of questions: those that ship, those that an office makes of them.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::UnitId,
    survey::form::{Choice, Factor, Form, Kind, QUESTIONS_MAX, Question},
    text,
};
use serde::Deserialize;
use site::{Asked, Failure, Filled, Html, Path, Redirect, Shell, Site, State, Typed, Who, told};
use store::{Fault, Tx, journal::Entry};

use crate::sql::forms::{self as sql, KeptForm};

/// Where forms are.
pub const PAGE: &str = "/co-quan/mau-khao-sat";
/// What the journal calls one.
const SUBJECT: &str = "survey_form";
/// Letters of what is asked at most.
const TEXT_CHARS_MAX: usize = 400;

#[derive(Deserialize)]
struct Shipped {
    form: Vec<Form>,
}

/// Brings in the forms that ship; one that was changed since comes as another version.
pub fn seed(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let shipped: Shipped = toml::from_str(include_str!("../../../data/surveys.toml"))
        .map_err(|e| Fault::Broken(format!("data/surveys.toml: {e}")))?;
    for form in shipped.form {
        let kept = sql::shipped(tx, &form.code)?;
        if kept.as_ref().is_some_and(|it| it.form == form) {
            continue;
        }
        let version = kept.map_or(1, |it| it.version + 1);
        sql::insert(tx, None, version, &form, true)?;
    }
    Ok(())
}

/// A form in a list.
pub struct FormLine {
    pub id: i64,
    pub code: String,
    pub title: String,
    pub version: i64,
    pub whose: String,
    pub questions: usize,
    pub state: &'static str,
    pub may_change: bool,
}

fn line(who: &Who, it: &KeptForm) -> FormLine {
    FormLine {
        id: it.id,
        code: it.form.code.clone(),
        title: it.form.vi.clone(),
        version: it.version,
        whose: it.unit.map_or_else(|| "Có sẵn".to_owned(), |it| who.tree.title(it).to_owned()),
        questions: it.form.question.len(),
        state: if it.frozen {
            "đã khóa"
        } else if it.form.mistakes().is_empty() {
            "dùng được"
        } else {
            "chưa xong"
        },
        may_change: !it.frozen && it.unit.is_some_and(|it| who.can_at(Action::SurveyManage, it)),
    }
}

/// A question of the bank.
struct BankLine {
    code: String,
    text: String,
    kind: &'static str,
    form: String,
}

#[derive(Template)]
#[template(path = "templates/forms.html")]
struct List {
    shell: Shell,
    q: String,
    forms: Vec<FormLine>,
    bank: Vec<BankLine>,
    units: Vec<(String, String)>,
}

/// Units for which somebody sets up surveys.
pub fn units_of(who: &Who, action: Action) -> Vec<(String, String)> {
    let bodies = ["province", "district", "commune"];
    who.tree
        .all()
        .filter(|it| bodies.contains(&it.kind.as_str()) && who.can_at(action, it.id))
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect()
}

/// GET `/co-quan/mau-khao-sat`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let scope = who.scope(Action::SurveyManage);
    let all = site.read(&who, move |tx| Ok(sql::list(tx, &scope)?)).await?;
    let q = text::fold(asked.get("q"));
    let found = |it: &str| q.is_empty() || text::fold(it).contains(&q);
    let mut bank: Vec<BankLine> = Vec::new();
    for it in &all {
        for question in &it.form.question {
            let known = bank.iter().any(|it| it.text == question.vi);
            if !known && found(&question.vi) {
                bank.push(BankLine {
                    code: question.code.clone(),
                    text: question.vi.clone(),
                    kind: question.kind.label(),
                    form: it.form.code.clone(),
                });
            }
        }
    }
    site.page(&List {
        q: asked.get("q").to_owned(),
        forms: all.iter().map(|it| line(&who, it)).collect(),
        bank,
        units: units_of(&who, Action::SurveyManage),
        shell: site.shell(&who),
    })
}

/// The form, if somebody may use it.
pub fn seen(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<KeptForm, Failure> {
    let it = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let may = it.unit.is_none_or(|unit| who.can_at(Action::SurveyManage, unit));
    if may { Ok(it) } else { Err(Failure::NotFound) }
}

/// POST `/co-quan/mau-khao-sat`: an empty form of a unit, or a copy of another to be changed.
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Redirect, Failure> {
    let unit = typed.get("don-vi").parse().map(UnitId).map_err(|_| Failure::NotFound)?;
    site::demand(&who, Action::SurveyManage, unit)?;
    let from: Option<i64> = typed.get("tu").parse().ok();
    let asker = who.clone();
    let id = site
        .write(&who, move |tx| {
            let form = match from {
                Some(id) => seen(tx, &asker, id)?.form,
                None => Form {
                    code: "PHIEU".to_owned(),
                    vi: "Phiếu khảo sát mới".to_owned(),
                    ..Form::default()
                },
            };
            let version = sql::newest(tx, Some(unit), &form.code)? + 1;
            let id = sql::insert(tx, Some(unit), version, &form, false)?;
            tx.journal(Entry::new(SUBJECT, id, "create"));
            Ok(id)
        })
        .await?;
    Ok(Redirect::to(&format!("{PAGE}/{id}")))
}

struct QuestionView {
    at: usize,
    code: String,
    vi: String,
    en: String,
    kind: &'static str,
    kind_label: &'static str,
    factor: String,
    required: bool,
    own: String,
    choices: Vec<String>,
}

#[derive(Template)]
#[template(path = "templates/form.html")]
struct Edit {
    shell: Shell,
    id: i64,
    edition: i64,
    form: Form,
    version: i64,
    whose: String,
    may_change: bool,
    frozen: bool,
    shared: String,
    factors: String,
    questions: Vec<QuestionView>,
    mistakes: Vec<(String, String)>,
    stale: bool,
    kinds: Vec<(&'static str, &'static str)>,
    bank: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

/// Choices as lines: code, Vietnamese, English, what it counts (a level, or per cent with its sign).
fn choices_text(all: &[Choice]) -> String {
    let lines = all.iter().map(|it| {
        let counts = match (it.level, it.percent) {
            (Some(level), _) => level.to_string(),
            (None, Some(percent)) => format!("{percent}%"),
            (None, None) => String::new(),
        };
        format!("{} | {} | {} | {counts}", it.code, it.vi, it.en)
            .trim_end_matches([' ', '|'])
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(|it| text::tidy(it).chars().take(TEXT_CHARS_MAX).collect()).collect()
}

fn lines(typed: &str) -> impl Iterator<Item = Vec<String>> {
    typed.lines().filter(|it| !it.trim().is_empty()).take(40).map(cells)
}

fn choices(typed: &str) -> Vec<Choice> {
    lines(typed)
        .map(|row| {
            let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
            let counts = cell(3);
            let percent = counts.strip_suffix('%').map(str::trim);
            Choice {
                code: cell(0),
                vi: cell(1),
                en: cell(2),
                level: if percent.is_none() { counts.parse().ok() } else { None },
                percent: percent.and_then(|it| it.parse().ok()),
            }
        })
        .collect()
}

fn factors_text(all: &[Factor]) -> String {
    let lines = all.iter().map(|it| {
        let scored = if it.scored { "tính" } else { "không tính" };
        format!("{} | {} | {} | {scored}", it.code, it.vi, it.en)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn factors(typed: &str) -> Vec<Factor> {
    lines(typed)
        .map(|row| {
            let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
            Factor {
                code: cell(0),
                vi: cell(1),
                en: cell(2),
                scored: text::fold(&cell(3)) == "tinh",
            }
        })
        .collect()
}

/// The form as it was typed.
fn read(typed: &Typed) -> Form {
    let short =
        |name: &str| text::tidy(typed.get(name)).chars().take(TEXT_CHARS_MAX).collect::<String>();
    let mut form = Form {
        code: short("ma"),
        vi: short("ten"),
        en: short("ten-en"),
        choice: choices(typed.get("phuong-an")),
        factor: factors(typed.get("nhom")),
        question: Vec::new(),
    };
    for at in 0..QUESTIONS_MAX {
        let Some(kind) = Kind::from_code(typed.get(&format!("kieu-{at}"))) else { break };
        form.question.push(Question {
            code: short(&format!("ma-{at}")),
            kind,
            factor: short(&format!("nhom-{at}")),
            vi: short(&format!("hoi-{at}")),
            en: short(&format!("hoi-en-{at}")),
            required: typed.has(&format!("bat-buoc-{at}")),
            choice: choices(typed.get(&format!("rieng-{at}"))),
        });
    }
    form
}

fn page(
    site: &Site,
    who: &Who,
    it: &KeptForm,
    (form, stale): (Form, bool),
    bank: Vec<(String, String)>,
) -> Result<Html<String>, Failure> {
    let line = line(who, it);
    let questions = form
        .question
        .iter()
        .enumerate()
        .map(|(at, it)| QuestionView {
            at,
            code: it.code.clone(),
            vi: it.vi.clone(),
            en: it.en.clone(),
            kind: it.kind.code(),
            kind_label: it.kind.label(),
            factor: it.factor.clone(),
            required: it.required,
            own: choices_text(&it.choice),
            choices: form.choices(it).iter().map(|it| it.vi.clone()).collect(),
        })
        .collect();
    site.page(&Edit {
        id: it.id,
        edition: it.edition,
        version: it.version,
        whose: line.whose,
        may_change: line.may_change,
        frozen: it.frozen,
        shared: choices_text(&form.choice),
        factors: factors_text(&form.factor),
        questions,
        mistakes: form.mistakes(),
        stale,
        kinds: Kind::ALL.iter().map(|it| (it.code(), it.label())).collect(),
        bank,
        units: units_of(who, Action::SurveyManage),
        form,
        shell: site.shell(who),
    })
}

/// Every question that somebody may take over: form's row and code, and what is asked.
fn bank(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<(String, String)>, Fault> {
    let mut bank: Vec<(String, String)> = Vec::new();
    for it in sql::list(tx, &who.scope(Action::SurveyManage))? {
        for question in &it.form.question {
            let label = format!("{} – {}", it.form.code, question.vi);
            if !bank.iter().any(|it| it.1 == label) {
                bank.push((format!("{}:{}", it.id, question.code), label));
            }
        }
    }
    Ok(bank)
}

/// GET `/co-quan/mau-khao-sat/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (it, bank) =
        site.read(&who, move |tx| Ok((seen(tx, &asker, id)?, bank(tx, &asker)?))).await?;
    let form = it.form.clone();
    page(&site, &who, &it, (form, false), bank)
}

/// What a button of the editor does to the form beside keeping it; the question to go on with.
fn act(tx: &mut Tx<'_>, who: &Who, form: &mut Form, typed: &Typed) -> Result<usize, Failure> {
    let act = typed.get("viec");
    let (name, at) = act.split_once(':').unwrap_or((act, ""));
    let at: Option<usize> = at.parse().ok().filter(|it| *it < form.question.len());
    match (name, at) {
        ("bo", Some(at)) => {
            form.question.remove(at);
            Ok(at.saturating_sub(1))
        }
        ("len", Some(at)) if at > 0 => {
            form.question.swap(at, at - 1);
            Ok(at - 1)
        }
        ("them", _) if form.question.len() < QUESTIONS_MAX => {
            form.question.push(Question {
                code: format!("C{}", form.question.len() + 1),
                kind: Kind::Scale,
                factor: String::new(),
                vi: String::new(),
                en: String::new(),
                required: false,
                choice: Vec::new(),
            });
            Ok(form.question.len() - 1)
        }
        ("ngan-hang", _) if form.question.len() < QUESTIONS_MAX => {
            let (from, code) = typed.get("cau").split_once(':').ok_or(Failure::NotFound)?;
            let from = from.parse().map_err(|_| Failure::NotFound)?;
            let from = seen(tx, who, from)?.form;
            let taken = from.question.iter().find(|it| it.code == code).ok_or(Failure::NotFound)?;
            let mut taken = taken.clone();
            // Its answers come along, unless this form has the same.
            if taken.kind != Kind::Text && taken.choice.is_empty() && from.choice != form.choice {
                taken.choice.clone_from(&from.choice);
            }
            if !form.factor.iter().any(|it| it.code == taken.factor) {
                taken.factor = String::new();
            }
            if form.question.iter().any(|it| it.code == taken.code) {
                taken.code = format!("C{}", form.question.len() + 1);
            }
            form.question.push(taken);
            Ok(form.question.len() - 1)
        }
        _ => Ok(0),
    }
}

/// POST `/co-quan/mau-khao-sat/{id}`: keeps what was typed, and does what the pressed button says.
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let edition: i64 = typed.get("ban").parse().unwrap_or(0);
    let asker = who.clone();
    let pressed = typed.get("viec").to_owned();
    let wanted = typed.clone();
    let done = site
        .write(&who, move |tx| {
            let it = seen(tx, &asker, id)?;
            let unit = it.unit.ok_or(Failure::NotFound)?;
            site::demand(&asker, Action::SurveyManage, unit)?;
            if it.frozen {
                return Err(Failure::Refused(
                    "Phiên bản này đã dùng cho một cuộc khảo sát nên không sửa được nữa. Hãy tạo bản sao rồi sửa."
                        .to_owned(),
                ));
            }
            let mut form = read(&wanted);
            let at = act(tx, &asker, &mut form, &wanted)?;
            if sql::change(tx, id, edition, &form)? {
                tx.journal(Entry::new(SUBJECT, id, "change"));
                return Ok(Ok(at));
            }
            Ok(Err((it, bank(tx, &asker)?)))
        })
        .await?;
    match done {
        Ok(_) if pressed == "luu" || pressed.is_empty() => {
            Ok(told(&format!("{PAGE}/{id}"), "Đã lưu mẫu phiếu."))
        }
        Ok(at) => Ok(Redirect::to(&format!("{PAGE}/{id}#cau-{at}")).into_response()),
        Err((it, bank)) => {
            Err(Failure::Mistaken(page(&site, &who, &it, (read(&typed), true), bank)?))
        }
    }
}
