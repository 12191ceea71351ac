//! The list of forms: search, filters, order, pages, and the same as a workbook.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{eform::Eform, text};
use jiff::civil::Date;
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Filled, Shell, Site, State, Typed, Who, told};
use store::{Tx, journal::Entry};

use super::{
    PAGE, SUBJECT, address, facts, news, shipped,
    sql::{self, Version},
};

/// Lines of one page.
const LINES: usize = 50;

/// What a list can be sorted by.
const SORTS: [(&str, &str); 3] = [("ten", "Tên"), ("ma", "Mã"), ("ngay", "Mới có hiệu lực")];

/// What a form is on a day.
const STATES: [(&str, &str); 5] = [
    ("ap-dung", "Đang áp dụng"),
    ("sap-co", "Có bản sắp áp dụng"),
    ("ban-nhap", "Có bản nháp"),
    ("chua-gan", "Chưa gắn thủ tục"),
    ("ban-moi", "Có bản mẫu mới của phần mềm"),
];

struct Line {
    code: String,
    name: String,
    href: String,
    version: String,
    from: Option<Date>,
    from_text: String,
    next: Option<String>,
    has_draft: bool,
    has_news: bool,
    fields: usize,
    procedures: Vec<String>,
}

impl Line {
    fn of(body: &Eform, bindings: &[(String, String)]) -> Self {
        let bound = bindings.iter().filter(|(_, form)| *form == body.code);
        Self {
            code: body.code.clone(),
            name: body.title.clone(),
            href: address(&body.code),
            version: "–".to_owned(),
            from: None,
            from_text: "chưa công bố".to_owned(),
            next: None,
            has_draft: false,
            has_news: false,
            fields: body.fields().count(),
            procedures: bound.map(|(procedure, _)| procedure.clone()).collect(),
        }
    }

    fn is(&self, state: &str) -> bool {
        match state {
            "ap-dung" => self.from.is_some(),
            "sap-co" => self.next.is_some(),
            "ban-nhap" => self.has_draft,
            "chua-gan" => self.procedures.is_empty(),
            "ban-moi" => self.has_news,
            _ => true,
        }
    }

    /// The procedures in a few words.
    fn whom(&self) -> String {
        if self.procedures.is_empty() {
            "Chưa gắn".to_owned()
        } else {
            self.procedures.join(", ")
        }
    }
}

#[derive(Template)]
#[template(path = "eforms/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    procedure: String,
    state: String,
    sort: String,
    states: &'static [(&'static str, &'static str)],
    sorts: &'static [(&'static str, &'static str)],
    lines: Vec<Line>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
    workbook: String,
    /// How many forms ship that are not here.
    missing: usize,
    /// How many forms ship otherwise now, and how many of them can be taken over as they are.
    news: (usize, usize),
}

fn line(of: &[Version], bindings: &[(String, String)], today: Date) -> Option<Line> {
    let current = of.iter().find(|it| it.from <= today);
    let shown = current.or_else(|| of.first())?;
    let next = of.iter().rev().find(|it| it.from > today);
    Some(Line {
        version: shown.body.version.to_string(),
        from: current.map(|it| it.from),
        from_text: text::date(shown.from),
        next: next.map(|it| text::date(it.from)),
        ..Line::of(&shown.body, bindings)
    })
}

fn lines(tx: &mut Tx<'_>, today: Date) -> Result<Loaded, Failure> {
    let (all, drafts, bindings) = (sql::all(tx)?, sql::drafts(tx)?, sql::bindings(tx)?);
    let of = all.chunk_by(|a, b| a.body.code == b.body.code);
    let mut lines: Vec<Line> = of.filter_map(|it| line(it, &bindings, today)).collect();
    for draft in drafts {
        match lines.iter_mut().find(|it| it.code == draft.body.code) {
            Some(it) => it.has_draft = true,
            None => lines.push(Line { has_draft: true, ..Line::of(&draft.body, &bindings) }),
        }
    }
    let known = |code: &String| all.iter().any(|it| it.body.code == *code);
    let missing = shipped::all()?.iter().filter(|it| !known(&it.code)).count();
    let news = news::all(tx)?;
    for it in &news {
        let found = lines.iter_mut().filter(|line| line.code == it.shipped.code);
        found.for_each(|line| line.has_news = true);
    }
    let ready = news.iter().filter(|it| it.is_ready()).count();
    Ok(Loaded { lines, missing, news: (news.len(), ready) })
}

struct Loaded {
    lines: Vec<Line>,
    missing: usize,
    news: (usize, usize),
}

/// The same list, another page.
fn place(asked: &Typed, page: usize) -> String {
    let kept = asked
        .pairs()
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "trang" | "dang") && !value.is_empty());
    let mut pairs: Vec<String> = kept
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    if page > 0 {
        pairs.push(format!("trang={page}"));
    }
    format!("{PAGE}?{}", pairs.join("&"))
}

const HEADS: &[(&str, u16)] = &[
    ("Mã", 24),
    ("Tên", 60),
    ("Phiên bản", 10),
    ("Hiệu lực từ", 14),
    ("Số mục", 9),
    ("Thủ tục", 30),
];

/// GET `/co-quan/bieu-mau`; `?dang=xlsx` is the workbook of the same list.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let today = who.today();
    let Loaded { mut lines, missing, news } = site.read(&who, move |tx| lines(tx, today)).await?;
    let words = text::words(asked.get("q"));
    let (procedure, state) = (asked.get("thu-tuc").to_owned(), asked.get("trang-thai").to_owned());
    lines.retain(|it| {
        let said = text::fold(&format!("{} {}", it.code, it.name));
        words.iter().all(|word| said.contains(word.as_str()))
            && (procedure.is_empty() || it.procedures.contains(&procedure))
            && it.is(&state)
    });
    match asked.get("sap") {
        "ma" => lines.sort_by(|a, b| a.code.cmp(&b.code)),
        "ngay" => lines.sort_by_key(|it| std::cmp::Reverse(it.from)),
        _ => lines.sort_by_cached_key(|it| text::sort_key(&it.name)),
    }
    if asked.get("dang") == "xlsx" {
        let rows = lines.iter().map(|it| {
            vec![
                it.code.clone(),
                it.name.clone(),
                it.version.clone(),
                it.from_text.clone(),
                it.fields.to_string(),
                it.whom(),
            ]
        });
        let sheet = Sheet { name: "Biểu mẫu điện tử", heads: HEADS, rows: rows.collect() };
        return Ok(sheets::to_save(&[sheet], &format!("bieu-mau-dien-tu-{today}.xlsx"))?);
    }
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let count = lines.len();
    let shown = site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        procedure,
        state,
        sort: asked.get("sap").to_owned(),
        states: &STATES,
        sorts: &SORTS,
        lines: lines.into_iter().skip(from).take(LINES).collect(),
        count,
        previous: (page > 1).then(|| place(&asked, page - 1)),
        next: (from + LINES < count).then(|| place(&asked, page + 1)),
        workbook: format!("{}&dang=xlsx", place(&asked, 0)),
        missing,
        news,
    })?;
    Ok(shown.into_response())
}

/// POST `/co-quan/bieu-mau/co-san`: puts in force what ships and is not here.
pub async fn seed(
    State(site): State<Site>,
    who: Who,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let today = who.today();
    let count = site
        .write(&who, move |tx| {
            let count = facts::seed(tx, today)?;
            if count > 0 {
                let details = serde_json::json!({"shipped": count});
                tx.journal(Entry::new(SUBJECT, 0, "import").details(&details));
            }
            Ok(count)
        })
        .await?;
    Ok(told(PAGE, &format!("Đã thêm {count} biểu mẫu có sẵn.")))
}
