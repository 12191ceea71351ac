//! Events of a life, kept by the reform officers.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    life_event::{Group, LifeEvent},
    text,
};
use site::{
    Failure, Fields, Filled, Html, Mistakes, OrShowAgain as _, Path, Shell, Site, State, Typed,
    Who, told,
};

use super::texts::{self, Kind, OFF, Text};
use crate::procedures::facts::{Catalogue, catalogue};

/// The list.
pub(super) const PAGE: &str = "/co-quan/quan-tri/su-kien";
/// Characters of the procedures' field at most.
const GROUPS_MAX: usize = 8_000;

struct LineView {
    code: String,
    name: String,
    groups: usize,
    procedures: usize,
    state: &'static str,
    gone: String,
}

#[derive(Template)]
#[template(path = "find/templates/events_edit.html")]
struct List {
    shell: Shell,
    lines: Vec<LineView>,
}

/// GET `/co-quan/quan-tri/su-kien`
pub(super) async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let inner = site.clone();
    let (all, catalogue) =
        site.read(&who, move |tx| Ok((texts::events(tx)?, catalogue(&inner, tx)?))).await?;
    let lines = all
        .iter()
        .map(|it| {
            let codes: Vec<&String> = it.it.groups.iter().flat_map(|it| &it.procedures).collect();
            let gone = codes.iter().filter(|code| catalogue.get(code).is_none());
            LineView {
                code: it.name.clone(),
                name: it.it.name.clone(),
                groups: it.it.groups.len(),
                procedures: codes.len(),
                state: match (it.is_off, it.is_changed) {
                    (true, _) => "đang tắt",
                    (_, true) => "cơ quan đã sửa",
                    _ => "",
                },
                gone: gone.map(|it| it.as_str()).collect::<Vec<_>>().join(", "),
            }
        })
        .collect();
    site.page(&List { shell: site.shell(&who), lines })
}

/// The groups as they are typed: a line `# tên | tên tiếng Anh`, then a code a line.
fn typed_groups(groups: &[Group], catalogue: &Catalogue) -> String {
    let mut lines = Vec::new();
    for group in groups {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let english =
            if group.english.is_empty() { String::new() } else { format!(" | {}", group.english) };
        lines.push(format!("# {}{english}", group.title));
        for code in &group.procedures {
            let name = catalogue.get(code).map_or("", |it| it.body.name.as_str());
            lines.push(format!("{code} {name}").trim().to_owned());
        }
    }
    lines.join("\n")
}

/// Reads what [`typed_groups`] writes; behind a code anything may stand.
fn read_groups(typed: &str) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, line) in (1..).zip(typed.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if let Some(title) = line.strip_prefix('#') {
            let (title, english) = title.split_once('|').unwrap_or((title, ""));
            groups.push(Group {
                title: text::tidy(title),
                english: text::tidy(english),
                procedures: Vec::new(),
            });
            continue;
        }
        let code = line.split_whitespace().next().unwrap_or_default();
        match groups.last_mut() {
            Some(group) => group.procedures.push(code.to_owned()),
            None => {
                return Err(format!(
                    "Dòng {number}: phải có tên nhóm, bắt đầu bằng dấu #, đứng trước."
                ));
            }
        }
    }
    Ok(groups)
}

#[derive(Template)]
#[template(path = "find/templates/event_edit.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    code: String,
    is_new: bool,
    is_shipped: bool,
    is_changed: bool,
    is_off: bool,
    edition: i64,
}

struct Around {
    code: String,
    text: Option<Text<LifeEvent>>,
    catalogue: Arc<Catalogue>,
}

async fn around(site: &Site, who: &Who, code: String) -> Result<Around, Failure> {
    let inner = site.clone();
    let (all, catalogue) =
        site.read(who, move |tx| Ok((texts::events(tx)?, catalogue(&inner, tx)?))).await?;
    if code == "moi" {
        return Ok(Around { code, text: None, catalogue });
    }
    let text = all.into_iter().find(|it| it.name == code).ok_or(Failure::NotFound)?;
    Ok(Around { code, text: Some(text), catalogue })
}

fn page(site: &Site, who: &Who, it: &Around, m: &Mistakes) -> Result<Html<String>, Failure> {
    let text = it.text.as_ref();
    site.page(&Form {
        shell: site.shell(who),
        m,
        code: it.code.clone(),
        is_new: text.is_none(),
        is_shipped: text.is_some_and(|it| it.is_shipped),
        is_changed: text.is_some_and(|it| it.is_changed),
        is_off: text.is_some_and(|it| it.is_off),
        edition: text.map_or(0, |it| it.edition),
    })
}

/// GET `/co-quan/quan-tri/su-kien/{event}`; `moi` is a new one.
pub(super) async fn form(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
) -> Result<Html<String>, Failure> {
    let it = around(&site, &who, code).await?;
    let mut typed = Typed::default();
    if let Some(text) = &it.text {
        let event = &text.it;
        typed.set("ten", event.name.as_str());
        typed.set("tieng-anh", event.english.as_str());
        typed.set("gioi-thieu", event.intro.as_str());
        typed.set("gioi-thieu-anh", event.intro_english.as_str());
        typed.set("tu-khoa", event.words.as_str());
        typed.set("nhom", typed_groups(&event.groups, &it.catalogue));
    }
    page(&site, &who, &it, &Mistakes::none(typed))
}

/// POST `/co-quan/quan-tri/su-kien/{event}`
pub(super) async fn save(
    State(site): State<Site>,
    who: Who,
    Path(code): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let it = around(&site, &who, code).await?;
    let edition = typed.get("ban").parse().unwrap_or(0_i64);
    let does = typed.get("viec").to_owned();
    if matches!(does.as_str(), "tat" | "goc") {
        let Some(text) = &it.text else { return Err(Failure::NotFound) };
        let (name, body) = (text.name.clone(), if does == "goc" { "" } else { OFF });
        site.write(&who, move |tx| texts::put(tx, Kind::Event, (&name, edition), body)).await?;
        let said = if does == "goc" {
            "Đã trở về bản gốc."
        } else {
            "Đã cất trang này khỏi cổng."
        };
        return Ok(told(PAGE, said));
    }
    let mut fields = Fields::of(typed);
    let own = fields.typed().get("ma").to_owned();
    let name = fields.text("ten", 80);
    let english = fields.optional_text("tieng-anh", 80);
    let intro = fields.optional_text("gioi-thieu", 300);
    let intro_english = fields.optional_text("gioi-thieu-anh", 300);
    let words = fields.optional_text("tu-khoa", 200);
    let groups = fields.text("nhom", GROUPS_MAX).and_then(|typed| match read_groups(&typed) {
        Ok(groups) => Some(groups),
        Err(why) => {
            fields.wrong("nhom", why);
            None
        }
    });
    let texts_read = name.zip(english).zip(intro).zip(intro_english).zip(words).zip(groups);
    let event = texts_read.map(|(((((name, english), intro), intro_english), words), groups)| {
        let code = if it.text.is_some() { it.code.clone() } else { own };
        LifeEvent { code, name, english, intro, intro_english, words, groups }
    });
    if let Some(event) = &event {
        for (at, why) in event.mistakes(|code| it.catalogue.get(code).is_some()) {
            // Groups share one field.
            let field = if at.starts_with("nhom") { "nhom".to_owned() } else { at };
            fields.wrong(&field, why);
        }
        if it.text.is_none() && event.code == "moi" {
            fields.wrong("ma", "Địa chỉ này dành cho trang thêm mới. Hãy chọn địa chỉ khác.");
        }
    }
    let event = fields.finish(event).or_show_again(|m| page(&site, &who, &it, &m))?;
    let body = serde_json::to_string(&event).map_err(|e| store::Fault::Broken(e.to_string()))?;
    let is_new = it.text.is_none();
    site.write(&who, move |tx| {
        if is_new && texts::events(tx)?.iter().any(|it| it.name == event.code) {
            return Err(Failure::Refused(
                "Đã có trang với địa chỉ này. Hãy sửa trang đó.".to_owned(),
            ));
        }
        let edition =
            if is_new { texts::edition_of(tx, Kind::Event, &event.code)? } else { edition };
        texts::put(tx, Kind::Event, (&event.code, edition), &body)
    })
    .await?;
    Ok(told(PAGE, "Đã lưu. Trang của người dân đổi ngay.").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_as_they_are_written() {
        let groups =
            read_groups("# Trước hết | First\n1.001193 Đăng ký khai sinh\n\n# Sau đó\n2.000986\n")
                .unwrap();
        assert_eq!((groups.len(), groups[0].english.as_str()), (2, "First"));
        assert_eq!(groups[0].procedures, ["1.001193"]);
        assert_eq!(groups[1].title, "Sau đó");
        assert!(read_groups("1.001193").unwrap_err().starts_with("Dòng 1"));
    }
}
