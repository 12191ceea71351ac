//! Questions before one files, kept by the reform officers: written in plain lines, checked against
//! the catalogue's papers, tried before they are kept.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    eform::Eform,
    guide::{Answers, Guide},
    procedure::PaperRole,
    text,
};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State,
    Who, told,
};

use super::{
    carried, guides_text,
    texts::{self, Kind, OFF, Text},
};
use crate::{
    eforms::facts as eforms,
    procedures::facts::{Version, catalogue},
};

/// The list.
pub(super) const PAGE: &str = "/co-quan/quan-tri/cau-hoi";
/// Characters of a guide at most.
const CHARS_MAX: usize = 30_000;

struct LineView {
    code: String,
    name: String,
    questions: usize,
    papers: usize,
    state: &'static str,
    warnings: usize,
}

#[derive(Template)]
#[template(path = "find/templates/guides.html")]
struct List {
    shell: Shell,
    q: String,
    lines: Vec<LineView>,
    others: Vec<(String, String)>,
}

/// Procedures without questions that a search offers at most.
const OTHERS_MAX: usize = 8;

/// GET `/co-quan/quan-tri/cau-hoi`
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (all, catalogue) =
        site.read(&who, move |tx| Ok((texts::guides(tx)?, catalogue(&inner, tx)?))).await?;
    let q: String = asked.get("q").chars().take(200).collect();
    let words = text::words(&q);
    let name_of = |code: &str| {
        catalogue
            .get(code)
            .map_or_else(|| "(không còn trong danh mục)".to_owned(), |it| it.body.name.clone())
    };
    let lines = all
        .iter()
        .filter(|it| {
            let said = text::fold(&format!("{} {}", it.name, name_of(&it.name)));
            words.iter().all(|word| said.contains(word.as_str()))
        })
        .map(|it| {
            let papers = catalogue.get(&it.name).map_or(&[][..], |it| it.body.papers.as_slice());
            LineView {
                code: it.name.clone(),
                name: name_of(&it.name),
                questions: it.it.questions.len(),
                papers: it.it.papers.len(),
                state: match (it.is_off, it.is_changed) {
                    (true, _) => "đang tắt",
                    (_, true) => "cơ quan đã sửa",
                    _ => "",
                },
                warnings: it.it.mistakes(papers, |code| catalogue.get(code).is_some()).len(),
            }
        })
        .collect();
    let others = if q.is_empty() { Vec::new() } else { catalogue.find(&q, OTHERS_MAX) };
    site.page(&List {
        shell: site.shell(&who),
        q,
        lines,
        others: others
            .into_iter()
            .filter(|it| !all.iter().any(|one| one.name == it.body.code))
            .map(|it| (it.body.code.clone(), it.body.name.clone()))
            .collect(),
    })
}

struct PaperView {
    name: String,
    covered: String,
}

/// What a trial shows: the questions that come up, and which line speaks of which paper.
struct Trial {
    questions: Vec<(String, String)>,
    papers: Vec<PaperView>,
    warnings: Vec<String>,
}

fn trial(guide: &Guide, it: &Version, warnings: Vec<String>) -> Trial {
    let all = guide.conclude(&Answers::default(), &it.body.papers);
    let lines: Vec<_> = all.papers.iter().chain(&all.spared).collect();
    let covered = |name: &String| {
        let by: Vec<&str> = lines
            .iter()
            .filter(|line| line.official.contains(name))
            .map(|line| line.name.as_str())
            .collect();
        if !by.is_empty() {
            by.join("; ")
        } else if all.remarks.contains(name) {
            "lời chung, không phải giấy tờ".to_owned()
        } else {
            String::new()
        }
    };
    Trial {
        questions: guide
            .questions
            .iter()
            .map(|it| {
                let answers: Vec<&str> = it.answers().into_iter().map(|it| it.1).collect();
                (it.ask.clone(), answers.join(" / "))
            })
            .collect(),
        papers: it
            .body
            .papers
            .iter()
            .filter(|it| it.role != PaperRole::Note)
            .map(|it| PaperView { name: it.name.clone(), covered: covered(&it.name) })
            .collect(),
        warnings,
    }
}

#[derive(Template)]
#[template(path = "find/templates/guide.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    name: String,
    is_new: bool,
    is_shipped: bool,
    is_changed: bool,
    is_off: bool,
    edition: i64,
    trial: Option<Trial>,
}

struct Around {
    version: Arc<Version>,
    text: Option<Text<Guide>>,
    codes: Arc<crate::procedures::facts::Catalogue>,
    /// The form that is declared over the line, if there is one.
    form: Option<Eform>,
}

async fn around(site: &Site, who: &Who, code: String) -> Result<Around, Failure> {
    let (inner, today) = (site.clone(), who.today());
    site.read(who, move |tx| {
        let codes = catalogue(&inner, tx)?;
        let version = codes.get(&code).cloned().ok_or(Failure::NotFound)?;
        let text = texts::guides(tx)?.into_iter().find(|it| it.name == code);
        let form = eforms::form_for(tx, &code, today)?.map(|it| it.form);
        Ok(Around { version, text, codes, form })
    })
    .await
}

fn page(
    site: &Site,
    who: &Who,
    it: &Around,
    m: &Mistakes,
    trial: Option<Trial>,
) -> Result<Html<String>, Failure> {
    let text = it.text.as_ref();
    site.page(&Form {
        shell: site.shell(who),
        m,
        code: it.version.body.code.clone(),
        name: it.version.body.name.clone(),
        is_new: text.is_none(),
        is_shipped: text.is_some_and(|it| it.is_shipped),
        is_changed: text.is_some_and(|it| it.is_changed),
        is_off: text.is_some_and(|it| it.is_off),
        edition: text.map_or(0, |it| it.edition),
        trial,
    })
}

/// What a new guide begins with: a question, and a line for each paper of the catalogue.
fn started(it: &Version) -> String {
    let mut text = "Giới thiệu: Trả lời vài câu để biết cần mang giấy gì.\n\n\
        Câu hỏi ai-di: Ai đi nộp giấy tờ?\n  - tu-di: Tôi tự đi\n  - nguoi-khac: Người khác đi thay\n"
        .to_owned();
    for paper in it.body.papers_to_bring().take(12) {
        let words = text::words(&paper.name);
        let known = words.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(" ");
        let short: String = paper.name.chars().take(90).collect();
        text.push_str(&format!(
            "\nGiấy tờ: {}\n  Nhận ra: {known}\n",
            text::tidy(&short).replace(':', ",")
        ));
    }
    text
}

/// GET `/co-quan/quan-tri/cau-hoi/{code}`
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let it = around(&site, &who, code).await?;
    let mut m = Mistakes::default();
    let text =
        it.text.as_ref().map_or_else(|| started(&it.version), |it| guides_text::write(&it.it));
    m.typed.set("bo-cau-hoi", text);
    let trial = it.text.as_ref().map(|text| trial(&text.it, &it.version, warnings(&text.it, &it)));
    page(&site, &who, &it, &m, trial)
}

/// What a reader of the guide should know and that does not keep it from being used.
fn warnings(guide: &Guide, it: &Around) -> Vec<String> {
    let all = guide.mistakes(&it.version.body.papers, |code| it.codes.get(code).is_some());
    let of_guide = all
        .into_iter()
        .filter(|it| !it.is_grave)
        .map(|it| format!("{}: {}", place(&it.at), it.text));
    let of_form = guide.fills.iter().zip(1..).filter_map(|(fill, number)| {
        let taken = it.form.as_ref().is_some_and(|form| carried::takes(form, fill.pair()));
        let said = if it.form.is_some() {
            format!("tờ khai không có mục “{}” nhận câu trả lời “{}”.", fill.field, fill.value)
        } else {
            "thủ tục này không có tờ khai điện tử.".to_owned()
        };
        (!taken).then(|| format!("Điền tờ khai {number}: {said}"))
    });
    of_guide.chain(of_form).collect()
}

/// `cau-hoi-2` as people say it.
fn place(at: &str) -> String {
    let (what, number) = at.rsplit_once('-').unwrap_or((at, ""));
    let what = match what {
        "cau-hoi" => "Câu hỏi",
        "giay-to" => "Giấy tờ",
        "to-khai" => "Điền tờ khai",
        _ => "Kết luận",
    };
    format!("{what} {number}")
}

/// POST `/co-quan/quan-tri/cau-hoi/{code}`: try, keep, switch off, give back as it ships.
pub(super) async fn save(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = around(&site, &who, code.clone()).await?;
    let edition = typed.get("ban").parse().unwrap_or(0_i64);
    let does = typed.get("viec").to_owned();
    if matches!(does.as_str(), "tat" | "goc") {
        if it.text.is_none() {
            return Err(Failure::NotFound);
        }
        let body = if does == "goc" { "" } else { OFF };
        site.write(&who, move |tx| texts::put(tx, Kind::Guide, (&code, edition), body)).await?;
        let said = if does == "goc" {
            "Đã trở về bản gốc."
        } else {
            "Đã tắt câu hỏi của thủ tục này."
        };
        return Ok(told(PAGE, said));
    }
    let mut fields = Fields::of(typed.clone());
    let guide = fields.text("bo-cau-hoi", CHARS_MAX).and_then(|text| {
        let read = guides_text::read(&it.version.body.code, &text);
        let guide = match read {
            Ok(guide) => guide,
            Err(wrong) => {
                fields.wrong("bo-cau-hoi", wrong.join(" "));
                return None;
            }
        };
        let all = guide.mistakes(&it.version.body.papers, |code| it.codes.get(code).is_some());
        let grave: Vec<String> = all
            .iter()
            .filter(|it| it.is_grave)
            .map(|it| format!("{}: {}", place(&it.at), it.text))
            .collect();
        if !grave.is_empty() {
            fields.wrong("bo-cau-hoi", grave.join(" "));
            return None;
        }
        Some(guide)
    });
    let guide = fields.finish(guide).or_show_again(|m| page(&site, &who, &it, &m, None))?;
    if does == "thu" {
        let trial = trial(&guide, &it.version, warnings(&guide, &it));
        let m = Mistakes::none(typed);
        return Ok(page(&site, &who, &it, &m, Some(trial))?.into_response());
    }
    let is_new = it.text.is_none();
    let body = serde_json::to_string(&guide).map_err(|e| store::Fault::Broken(e.to_string()))?;
    site.write(&who, move |tx| {
        let edition = if is_new { texts::edition_of(tx, Kind::Guide, &code)? } else { edition };
        texts::put(tx, Kind::Guide, (&code, edition), &body)
    })
    .await?;
    Ok(told(PAGE, "Đã lưu. Người dân được hỏi theo bản mới ngay.").into_response())
}
