//! The public page of answers.

use askama::Template;
use domain::{feedback::Class, ids::UnitId, text};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};

use super::{super::sql::list, class_name, form::bodies};

/// Answers of one page.
const ROWS: i64 = 20;

struct Line {
    code: String,
    unit: String,
    class: &'static str,
    said: String,
    answered: String,
    day: String,
}

#[derive(Template)]
#[template(path = "feedback/templates/answers.html")]
struct Answers {
    shell: Shell,
    q: String,
    unit: String,
    units: Vec<(String, String)>,
    class: String,
    classes: Vec<(String, String)>,
    lines: Vec<Line>,
    is_filtered: bool,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
}

fn address(asked: &Typed, page: i64) -> String {
    let mut pairs: Vec<String> = ["q", "don-vi", "loai"]
        .iter()
        .filter(|it| !asked.get(it).is_empty())
        .map(|it| format!("{it}={}", site::percent(asked.get(it))))
        .collect();
    pairs.push(format!("trang={page}"));
    format!("/phan-anh/tra-loi?{}", pairs.join("&"))
}

/// GET `/phan-anh/tra-loi`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let words: Vec<String> = text::words(asked.get("q")).into_iter().take(8).collect();
    let unit: Option<i64> = asked.get("don-vi").parse().ok();
    let units = unit.map(|it| who.tree.subtree(UnitId(it)));
    let class = Class::from_code(asked.get("loai")).filter(|it| it.is_open());
    let at: i64 = asked.get("trang").parse().unwrap_or(1).clamp(1, 5_000);
    let mut found = site
        .read(&who, move |tx| {
            Ok(list::published(tx, &words, (units, class), ((at - 1) * ROWS, ROWS + 1))?)
        })
        .await?;
    let more = found.len() > usize::try_from(ROWS).unwrap_or(20);
    found.truncate(usize::try_from(ROWS).unwrap_or(20));
    let shell = site.shell(&who);
    let mut options = vec![(String::new(), shell.words.say("fb-every-unit"))];
    options.extend(bodies(&who).into_iter().map(|it| (it.0.to_string(), it.1)));
    let mut classes = vec![(String::new(), shell.words.say("fb-every-class"))];
    classes.extend(
        Class::OPEN.iter().map(|it| (it.code().to_owned(), class_name(*it, who.lang).to_owned())),
    );
    site.page(&Answers {
        q: asked.get("q").to_owned(),
        unit: asked.get("don-vi").to_owned(),
        units: options,
        class: asked.get("loai").to_owned(),
        classes,
        lines: found
            .into_iter()
            .map(|it| Line {
                code: it.code,
                unit: who.tree.title(it.unit).to_owned(),
                class: class_name(it.class, who.lang),
                said: it.said,
                answered: it.answered,
                day: text::date_in(it.published_at.civil().date(), who.lang),
            })
            .collect(),
        is_filtered: ["q", "don-vi", "loai"].iter().any(|it| !asked.get(it).is_empty()),
        first: (at > 1).then(|| address(&asked, 1)),
        previous: (at > 1).then(|| address(&asked, at - 1)),
        next: more.then(|| address(&asked, at + 1)),
        shell,
    })
}
