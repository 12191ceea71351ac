//! How hard the texts of the citizens' pages are to read: the hardest first, with what makes them so.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    plain::{self, GRADE_WANTED, LONG, Reading, VERY_LONG},
    procedure::PaperRole,
    text,
};
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Shell, Site, State, Typed, Who};

use super::{
    facts::{Finder, finder},
    texts::hard_words,
};
use crate::procedures::facts::{Catalogue, catalogue};

/// The page.
pub(super) const PAGE: &str = "/co-quan/quan-tri/do-de-doc";
/// Lines of one page.
const LINES: usize = 40;
/// Characters of a text that a list shows.
const SHOWN: usize = 220;
/// Rows of a workbook at most.
const ROWS_MAX: usize = 5_000;

/// Where texts of citizens' pages come from.
const KINDS: [(&str, &str); 4] = [
    ("giay-to", "Giấy tờ trong danh mục"),
    ("dieu-kien", "Điều kiện, lưu ý trong danh mục"),
    ("cau-hoi", "Câu hỏi trước khi nộp"),
    ("su-kien", "Việc trong đời"),
];

/// A text, where it stands, and what it comes to.
struct Judged {
    kind: &'static str,
    whose: String,
    href: String,
    text: String,
    reading: Reading,
}

fn judge(all: &mut Vec<Judged>, kind: &'static str, (whose, href): (&str, &str), text: &str) {
    if text.trim().is_empty() {
        return;
    }
    all.push(Judged {
        kind,
        whose: whose.to_owned(),
        href: href.to_owned(),
        text: text.to_owned(),
        reading: plain::read(text, hard_words()),
    });
}

/// Every text that citizens read, the hardest first.
fn judged(catalogue: &Catalogue, finder: &Finder) -> Vec<Judged> {
    let mut all = Vec::new();
    for it in catalogue.all() {
        let body = &it.body;
        let place = (body.name.as_str(), format!("/co-quan/thu-tuc/{}", body.code));
        for paper in &body.papers {
            let kind = if paper.role == PaperRole::Note { "dieu-kien" } else { "giay-to" };
            judge(&mut all, kind, (place.0, &place.1), &paper.name);
        }
        judge(&mut all, "dieu-kien", (place.0, &place.1), &body.conditions);
        let Some(guide) = finder.guide(&body.code) else { continue };
        let place = (body.name.as_str(), format!("/co-quan/quan-tri/cau-hoi/{}", body.code));
        let asked = guide.questions.iter().flat_map(|it| [it.ask.as_str(), it.help.as_str()]);
        let papers = guide.papers.iter().flat_map(|it| [it.name.as_str(), it.help.as_str()]);
        let outcomes = guide.outcomes.iter().map(|it| it.say.as_str());
        for text in asked.chain(papers).chain(outcomes).chain([guide.intro.as_str()]) {
            judge(&mut all, "cau-hoi", (place.0, &place.1), text);
        }
    }
    for it in finder.events() {
        let href = format!("/co-quan/quan-tri/su-kien/{}", it.code);
        judge(&mut all, "su-kien", (&it.name, &href), &it.intro);
    }
    // The same sentence stands in many procedures: once is enough to mend it.
    all.sort_by(|a, b| {
        (b.reading.grade, b.reading.longest, &a.text).cmp(&(
            a.reading.grade,
            a.reading.longest,
            &b.text,
        ))
    });
    all
}

/// Texts that are alike, told once with how many procedures have them.
fn once(all: Vec<Judged>) -> Vec<(Judged, usize)> {
    let mut found: Vec<(Judged, usize)> = Vec::new();
    for it in all {
        match found.last_mut().filter(|(last, _)| last.text == it.text) {
            Some((_, count)) => *count += 1,
            None => found.push((it, 1)),
        }
    }
    found
}

struct LineView {
    kind: &'static str,
    whose: String,
    href: String,
    text: String,
    count: usize,
    grade: u32,
    longest: usize,
    words: Vec<(String, String)>,
    is_plain: bool,
}

struct Mine {
    text: String,
    reading: Option<Reading>,
}

#[derive(Template)]
#[template(path = "find/templates/reading.html")]
struct List {
    shell: Shell,
    kind: String,
    kinds: &'static [(&'static str, &'static str)],
    only_hard: bool,
    mine: Mine,
    lines: Vec<LineView>,
    count: usize,
    hard: usize,
    share: String,
    previous: Option<String>,
    next: Option<String>,
    wanted: u32,
    long: usize,
    very_long: usize,
}

fn place(asked: &Typed, page: Option<usize>, dang: &str) -> String {
    let kept = ["nguon", "kho"].into_iter().filter(|it| !asked.get(it).is_empty());
    let mut pairs: Vec<String> =
        kept.map(|it| format!("{it}={}", site::percent(asked.get(it)))).collect();
    pairs.extend(page.map(|it| format!("trang={it}")));
    if !dang.is_empty() {
        pairs.push(format!("dang={dang}"));
    }
    format!("{PAGE}?{}", pairs.join("&"))
}

const HEADS: &[(&str, u16)] = &[
    ("Nguồn", 26),
    ("Ở đâu", 50),
    ("Lời", 100),
    ("Số nơi dùng", 12),
    ("Đọc thông từ lớp", 12),
    ("Câu dài nhất (tiếng)", 12),
    ("Từ khó", 50),
];

fn label(kind: &str) -> &'static str {
    KINDS.iter().find(|it| it.0 == kind).map_or("", |it| it.1)
}

/// GET `/co-quan/quan-tri/do-de-doc`; `?thu=` judges a text of one's own, `?dang=xlsx` is the workbook.
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let inner = site.clone();
    let (catalogue, finder) =
        site.read(&who, move |tx| Ok((catalogue(&inner, tx)?, finder(&inner, tx)?))).await?;
    let turn = site.one_at_a_time().await?;
    let work = tokio::task::spawn_blocking(move || once(judged(&catalogue, &finder))).await;
    drop(turn);
    let mut all = work.map_err(|e| store::Fault::Worker(e.to_string()))?;
    let kind = asked.get("nguon").to_owned();
    let only_hard = asked.has("kho");
    all.retain(|(it, _)| kind.is_empty() || it.kind == kind);
    let hard = all.iter().filter(|(it, _)| !it.reading.is_plain()).count();
    let whole = u64::try_from(all.len()).unwrap_or(0);
    let share = text::percent_of(u64::try_from(hard).unwrap_or(0), whole);
    all.retain(|(it, _)| !only_hard || !it.reading.is_plain());
    if asked.get("dang") == "xlsx" {
        let rows = all.iter().take(ROWS_MAX).map(|(it, count)| {
            let words = it.reading.words.iter().map(|(hard, plain)| {
                if plain.is_empty() { hard.clone() } else { format!("{hard} → {plain}") }
            });
            vec![
                label(it.kind).to_owned(),
                it.whose.clone(),
                it.text.clone(),
                count.to_string(),
                it.reading.grade.to_string(),
                it.reading.longest.to_string(),
                words.collect::<Vec<_>>().join("; "),
            ]
        });
        let sheet = Sheet { name: "Độ dễ đọc", heads: HEADS, rows: rows.collect() };
        return Ok(sheets::to_save(&[sheet], &format!("do-de-doc-{}.xlsx", who.today()))?);
    }
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let count = all.len();
    let mine: String = asked.get("thu").chars().take(4_000).collect();
    let shown = site.page(&List {
        shell: site.shell(&who),
        kind,
        kinds: &KINDS,
        only_hard,
        mine: Mine {
            reading: (!mine.is_empty()).then(|| plain::read(&mine, hard_words())),
            text: mine,
        },
        count,
        hard,
        share,
        previous: (page > 1).then(|| place(&asked, Some(page - 1), "")),
        next: (from + LINES < count).then(|| place(&asked, Some(page + 1), "")),
        lines: all
            .into_iter()
            .skip(from)
            .take(LINES)
            .map(|(it, count)| LineView {
                kind: label(it.kind),
                whose: it.whose,
                href: it.href,
                is_plain: it.reading.is_plain(),
                grade: it.reading.grade,
                longest: it.reading.longest,
                words: it.reading.words,
                text: if it.text.chars().count() > SHOWN {
                    it.text.chars().take(SHOWN).chain("…".chars()).collect()
                } else {
                    it.text
                },
                count,
            })
            .collect(),
        wanted: GRADE_WANTED,
        long: LONG,
        very_long: VERY_LONG,
    })?;
    Ok(shown.into_response())
}
