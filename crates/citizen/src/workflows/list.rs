//! The list of workflows: search, filters, order, pages, and the same as a workbook.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::text;
use jiff::civil::Date;
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    address, changes,
    reading::hours_text,
    sql::{self, Version},
};
use crate::procedures::facts::{self as procedures, Catalogue};

/// Lines of one page.
const LINES: usize = 50;

/// What a list can be sorted by.
const SORTS: [(&str, &str); 3] = [("ma", "Mã"), ("ten", "Tên"), ("ngay", "Mới có hiệu lực")];

/// What a workflow is on a day.
const STATES: [(&str, &str); 4] = [
    ("ap-dung", "Đang áp dụng"),
    ("sap-co", "Có bản sắp áp dụng"),
    ("ban-nhap", "Có bản nháp"),
    ("chua-gan", "Chưa thủ tục nào theo"),
];

/// Codes of workflows that are for whatever has none of its own.
const DEFAULTS: [&str; 3] = [procedures::DEFAULT_COMMUNE, procedures::DEFAULT_ABOVE, "on-the-spot"];

struct Line {
    code: String,
    name: String,
    href: String,
    version: String,
    from: Option<Date>,
    from_text: String,
    next: Option<String>,
    has_draft: bool,
    steps: usize,
    hours: String,
    procedures: Vec<String>,
    is_default: bool,
}

impl Line {
    /// The code, or that it is for whatever has none of its own.
    fn shown_code(&self) -> &str {
        if DEFAULTS.contains(&self.code.as_str()) { "mặc định" } else { &self.code }
    }
}

impl Line {
    fn is(&self, state: &str) -> bool {
        match state {
            "ap-dung" => self.from.is_some(),
            "sap-co" => self.next.is_some(),
            "ban-nhap" => self.has_draft,
            "chua-gan" => self.procedures.is_empty() && !self.is_default,
            _ => true,
        }
    }

    /// For whom it is, in a few words.
    fn whom(&self) -> String {
        match (self.is_default, self.procedures.as_slice()) {
            (true, []) => "Thủ tục không có quy trình riêng".to_owned(),
            (false, []) => "Chưa gắn".to_owned(),
            (_, [one]) => one.clone(),
            (_, many) => format!("{} thủ tục", many.len()),
        }
    }
}

#[derive(Template)]
#[template(path = "workflows/templates/list.html")]
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
}

fn line(
    of_code: &[Version],
    catalogue: &Catalogue,
    bindings: &[(String, String)],
    has_draft: bool,
    today: Date,
) -> Option<Line> {
    let current = of_code.iter().find(|it| it.from <= today);
    let shown = current.or_else(|| of_code.first())?;
    let next = of_code.iter().rev().find(|it| it.from > today);
    let followers = changes::followers(catalogue, bindings, &shown.body.code);
    Some(Line {
        code: shown.body.code.clone(),
        name: shown.body.name.clone(),
        href: address(&shown.body.code),
        version: shown.body.version.to_string(),
        from: current.map(|it| it.from),
        from_text: text::date(shown.from),
        next: next.map(|it| text::date(it.from)),
        has_draft,
        steps: shown.body.steps.len(),
        hours: hours_text(shown.body.minutes()),
        procedures: followers.iter().map(|it| it.code.clone()).collect(),
        is_default: DEFAULTS.contains(&shown.body.code.as_str()),
    })
}

fn lines(site: &Site, tx: &mut Tx<'_>, today: Date) -> Result<Vec<Line>, Failure> {
    let catalogue = procedures::catalogue(site, tx)?;
    let (all, drafts, bindings) = (sql::all(tx)?, sql::drafts(tx)?, sql::bindings(tx)?);
    let mut lines: Vec<Line> = all
        .chunk_by(|a, b| a.body.code == b.body.code)
        .filter_map(|of_code| {
            let has_draft = drafts
                .iter()
                .any(|it| of_code.first().is_some_and(|a| a.body.code == it.body.code));
            line(of_code, &catalogue, &bindings, has_draft, today)
        })
        .collect();
    for draft in drafts.iter().filter(|it| !all.iter().any(|a| a.body.code == it.body.code)) {
        lines.push(Line {
            code: draft.body.code.clone(),
            name: draft.body.name.clone(),
            href: address(&draft.body.code),
            version: "–".to_owned(),
            from: None,
            from_text: "chưa công bố".to_owned(),
            next: None,
            has_draft: true,
            steps: draft.body.steps.len(),
            hours: hours_text(draft.body.minutes()),
            procedures: Vec::new(),
            is_default: false,
        });
    }
    Ok(lines)
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
    format!("/co-quan/quy-trinh?{}", pairs.join("&"))
}

const HEADS: &[(&str, u16)] = &[
    ("Mã", 18),
    ("Tên", 60),
    ("Phiên bản", 10),
    ("Hiệu lực từ", 14),
    ("Số bước", 9),
    ("Số giờ", 9),
    ("Áp dụng cho", 30),
];

/// GET `/co-quan/quy-trinh`; `?dang=xlsx` is the workbook of the same list.
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (inner, today) = (site.clone(), who.today());
    let mut lines = site.read(&who, move |tx| lines(&inner, tx, today)).await?;
    let words = text::words(asked.get("q"));
    let (procedure, state) = (asked.get("thu-tuc").to_owned(), asked.get("trang-thai").to_owned());
    lines.retain(|it| {
        let said = text::fold(&format!("{} {}", it.code, it.name));
        words.iter().all(|word| said.contains(word.as_str()))
            && (procedure.is_empty() || it.procedures.contains(&procedure))
            && it.is(&state)
    });
    match asked.get("sap") {
        "ten" => lines.sort_by_cached_key(|it| text::sort_key(&it.name)),
        "ngay" => lines.sort_by_key(|it| std::cmp::Reverse(it.from)),
        _ => lines.sort_by(|a, b| a.code.cmp(&b.code)),
    }
    if asked.get("dang") == "xlsx" {
        let rows = lines.iter().map(|it| {
            vec![
                it.code.clone(),
                it.name.clone(),
                it.version.clone(),
                it.from_text.clone(),
                it.steps.to_string(),
                it.hours.clone(),
                it.whom(),
            ]
        });
        let sheet = Sheet { name: "Quy trình nội bộ", heads: HEADS, rows: rows.collect() };
        return Ok(sheets::to_save(&[sheet], &format!("quy-trinh-noi-bo-{today}.xlsx"))?);
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
    })?;
    Ok(shown.into_response())
}
