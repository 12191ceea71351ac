//! Everyday words, kept by the reform officers: listed, changed, tried before they are kept.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    search::{Synonym, Synonyms},
    text,
};
use people::sheets::{self, Sheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State,
    Typed, Who, told,
};

use super::texts::{self, Kind, OFF, Text};
use crate::procedures::facts::{Catalogue, catalogue};

/// The list.
pub(super) const PAGE: &str = "/co-quan/quan-tri/tu-dong-nghia";
/// Lines of one page.
const LINES: usize = 60;
/// Phrases that people say, and that the catalogue says, at most.
const SAY_MAX: usize = 40;
const MEAN_MAX: usize = 6;
/// Characters of a phrase at most.
const PHRASE_MAX: usize = 60;
/// What is shown of a trial.
const FOUND_MAX: usize = 3;
const TRIED_MAX: usize = 8;

const STATES: [(&str, &str); 3] =
    [("sua", "Cơ quan đã sửa hoặc thêm"), ("goc", "Như bản gốc"), ("tat", "Đang tắt")];

fn state_of(it: &Text<Synonym>) -> &'static str {
    match (it.is_off, it.is_changed) {
        (true, _) => "tat",
        (false, true) => "sua",
        (false, false) => "goc",
    }
}

struct LineView {
    href: String,
    say: String,
    mean: String,
    state: &'static str,
}

struct Tried {
    asked: String,
    found: Vec<(String, String)>,
}

fn tried(catalogue: &Catalogue, asked: &str) -> Tried {
    let found = catalogue.find(asked, FOUND_MAX).into_iter();
    Tried {
        asked: asked.to_owned(),
        found: found.map(|it| (it.body.code.clone(), it.body.name.clone())).collect(),
    }
}

#[derive(Template)]
#[template(path = "find/templates/synonyms.html")]
struct List {
    shell: Shell,
    q: String,
    state: String,
    states: &'static [(&'static str, &'static str)],
    trial: String,
    tried: Option<Tried>,
    lines: Vec<LineView>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
}

fn place(asked: &Typed, page: usize) -> String {
    let kept = ["q", "trang-thai"].into_iter().filter(|it| !asked.get(it).is_empty());
    let mut pairs: Vec<String> =
        kept.map(|it| format!("{it}={}", site::percent(asked.get(it)))).collect();
    pairs.push(format!("trang={page}"));
    format!("{PAGE}?{}", pairs.join("&"))
}

const HEADS: &[(&str, u16)] = &[("Dân nói", 60), ("Danh mục gọi", 60), ("Trạng thái", 24)];

/// GET `/co-quan/quan-tri/tu-dong-nghia`; `?thu=` tries a question, `?dang=xlsx` is the workbook.
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let inner = site.clone();
    let (mut all, catalogue) =
        site.read(&who, move |tx| Ok((texts::synonyms(tx)?, catalogue(&inner, tx)?))).await?;
    let words = text::words(asked.get("q"));
    let state = asked.get("trang-thai").to_owned();
    all.retain(|it| {
        let said = text::fold(&format!("{} {}", it.it.say.join(" "), it.it.mean.join(" ")));
        words.iter().all(|word| said.contains(word.as_str()))
            && (state.is_empty() || state_of(it) == state)
    });
    let label = |it: &Text<Synonym>| {
        STATES.iter().find(|one| one.0 == state_of(it)).map_or("", |one| one.1)
    };
    if asked.get("dang") == "xlsx" {
        let rows = all
            .iter()
            .map(|it| vec![it.it.say.join("; "), it.it.mean.join("; "), label(it).to_owned()]);
        let sheet = Sheet { name: "Từ đồng nghĩa", heads: HEADS, rows: rows.collect() };
        return Ok(sheets::to_save(&[sheet], &format!("tu-dong-nghia-{}.xlsx", who.today()))?);
    }
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let count = all.len();
    let trial: String = asked.get("thu").chars().take(200).collect();
    let shown = site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        tried: (!trial.is_empty()).then(|| tried(&catalogue, &trial)),
        trial,
        state,
        states: &STATES,
        count,
        previous: (page > 1).then(|| place(&asked, page - 1)),
        next: (from + LINES < count).then(|| place(&asked, page + 1)),
        lines: all
            .iter()
            .skip(from)
            .take(LINES)
            .map(|it| LineView {
                href: format!("{PAGE}/{}", site::percent(&it.name)),
                say: it.it.say.join(", "),
                mean: it.it.mean.join(", "),
                state: if state_of(it) == "goc" { "" } else { label(it) },
            })
            .collect(),
    })?;
    Ok(shown.into_response())
}

#[derive(Template)]
#[template(path = "find/templates/synonym.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    name: String,
    is_new: bool,
    is_shipped: bool,
    is_changed: bool,
    is_off: bool,
    edition: i64,
    tried: Vec<Tried>,
}

/// The text that a form is about; a new one has none.
struct Around {
    name: String,
    text: Option<Text<Synonym>>,
}

fn page(
    site: &Site,
    who: &Who,
    it: &Around,
    m: &Mistakes,
    tried: Vec<Tried>,
) -> Result<Html<String>, Failure> {
    let text = it.text.as_ref();
    site.page(&Form {
        shell: site.shell(who),
        m,
        name: it.name.clone(),
        is_new: text.is_none(),
        is_shipped: text.is_some_and(|it| it.is_shipped),
        is_changed: text.is_some_and(|it| it.is_changed),
        is_off: text.is_some_and(|it| it.is_off),
        edition: text.map_or(0, |it| it.edition),
        tried,
    })
}

async fn around(
    site: &Site,
    who: &Who,
    name: String,
) -> Result<(Around, Vec<Text<Synonym>>), Failure> {
    let all = site.read(who, |tx| Ok(texts::synonyms(tx)?)).await?;
    if name == "moi" {
        return Ok((Around { name, text: None }, all));
    }
    let text = all.iter().find(|it| it.name == name).cloned().ok_or(Failure::NotFound)?;
    Ok((Around { name, text: Some(text) }, all))
}

/// GET `/co-quan/quan-tri/tu-dong-nghia/{name}`; `moi` is a new one.
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(name): Path<String>,
) -> Result<Html<String>, Failure> {
    let (it, _) = around(&site, &who, name).await?;
    let mut m = Mistakes::default();
    if let Some(text) = &it.text {
        m.typed.set("noi", text.it.say.join("\n"));
        m.typed.set("goi", text.it.mean.join("\n"));
    }
    page(&site, &who, &it, &m, Vec::new())
}

/// The phrases of a field, a line each.
fn phrases(fields: &mut Fields, name: &str, many: usize) -> Option<Vec<String>> {
    let whole = fields.text(name, many * (PHRASE_MAX + 1))?;
    let all: Vec<String> = whole.lines().map(text::tidy).filter(|it| !it.is_empty()).collect();
    if all.len() > many {
        fields.wrong(name, format!("Tối đa {many} dòng, đang có {}.", all.len()));
        return None;
    }
    if let Some(long) = all.iter().find(|it| it.chars().count() > PHRASE_MAX) {
        fields.wrong(name, format!("“{long}” dài quá {PHRASE_MAX} ký tự."));
        return None;
    }
    if let Some(bare) = all.iter().find(|it| text::fold(it).is_empty()) {
        fields.wrong(name, format!("“{bare}” không có chữ nào."));
        return None;
    }
    Some(all)
}

/// The synonyms with this one in place of what holds under its name.
fn with(all: &[Text<Synonym>], name: &str, it: Synonym, idle: Vec<String>) -> Synonyms {
    let others = all.iter().filter(|one| one.name != name && !one.is_off);
    let synonyms = others.map(|one| one.it.clone()).chain(std::iter::once(it)).collect();
    Synonyms { idle, synonyms }
}

/// POST `/co-quan/quan-tri/tu-dong-nghia/{name}`: try, keep, switch off, give back as it ships.
pub(super) async fn save(
    State(site): State<Site>,
    who: Who,
    Path(name): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (it, all) = around(&site, &who, name).await?;
    let edition = typed.get("ban").parse().unwrap_or(0_i64);
    let does = typed.get("viec").to_owned();
    if matches!(does.as_str(), "tat" | "goc") {
        let Some(text) = &it.text else { return Err(Failure::NotFound) };
        let body = if does == "goc" { "" } else { OFF };
        let (name, is_shipped) = (text.name.clone(), text.is_shipped);
        site.write(&who, move |tx| texts::put(tx, Kind::Synonym, (&name, edition), body)).await?;
        let said = match (does.as_str(), is_shipped) {
            ("goc", _) => "Đã trở về bản gốc.",
            (_, true) => "Đã tắt dòng này; bật lại bằng “Trở về bản gốc”.",
            (_, false) => "Đã xóa dòng này.",
        };
        return Ok(told(PAGE, said));
    }
    let mut fields = Fields::of(typed.clone());
    let say = phrases(&mut fields, "noi", SAY_MAX);
    let mean = phrases(&mut fields, "goi", MEAN_MAX);
    let wish = say.zip(mean).map(|(say, mean)| Synonym { say, mean });
    let own = it.name.clone();
    let taken = |phrase: &str| {
        let folded = text::fold(phrase);
        let other = all.iter().filter(|one| one.name != own && !one.is_off);
        let mut said = other.flat_map(|one| &one.it.say);
        said.any(|one| {
            text::tidy(one).to_lowercase() == text::tidy(phrase).to_lowercase()
                && !folded.is_empty()
        })
    };
    if let Some(twice) = wish.as_ref().and_then(|it| it.say.iter().find(|it| taken(it))) {
        fields.wrong("noi", format!("“{twice}” đã có ở một dòng khác. Hãy sửa dòng đó."));
    }
    let wish = fields.finish(wish).or_show_again(|m| page(&site, &who, &it, &m, Vec::new()))?;
    if does == "thu" {
        let (inner, name, said) = (site.clone(), it.name.clone(), wish.clone());
        let tried = site
            .read(&who, move |tx| {
                let idle = texts::in_use(tx)?.idle;
                let catalogue = catalogue(&inner, tx)?;
                let trial = catalogue.with_synonyms(with(&all, &name, said.clone(), idle));
                Ok(said.say.iter().take(TRIED_MAX).map(|it| tried(&trial, it)).collect())
            })
            .await?;
        let m = Mistakes::none(typed);
        return Ok(page(&site, &who, &it, &m, tried)?.into_response());
    }
    let body = serde_json::to_string(&wish).map_err(|e| store::Fault::Broken(e.to_string()))?;
    let is_new = it.text.is_none();
    let name = if !is_new {
        it.name
    } else {
        let base = texts::name_of(&wish);
        let free = |it: &String| !all.iter().any(|one| one.name == *it);
        let numbered = (2..1_000).map(|n| format!("{base}-{n}"));
        std::iter::once(format!("{base}-rieng")).chain(numbered).find(free).unwrap_or(base)
    };
    site.write(&who, move |tx| {
        // A name that the office gave up before goes on where it stopped.
        let edition = if is_new { texts::edition_of(tx, Kind::Synonym, &name)? } else { edition };
        texts::put(tx, Kind::Synonym, (&name, edition), &body)
    })
    .await?;
    Ok(told(PAGE, "Đã lưu. Ô tìm kiếm dùng ngay từ mới."))
}
