//! The list of feedback, and the same as a workbook. Nobody's name is in it.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Door, Status},
    ids::UnitId,
    text,
    time::Instant,
};
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};

use super::{
    super::sql::{
        core::Kept,
        list::{self, Filter, Order},
    },
    PAGE, units,
};

/// Rows of one page.
const ROWS: i64 = 40;
/// Rows counted, and written into one workbook, at most.
const COUNT_MAX: i64 = 20_000;

fn filter(who: &Who, asked: &Typed) -> Filter {
    let mine = units(who, Action::FeedbackView);
    let units = match asked.get("don-vi").parse::<i64>() {
        Ok(unit) => {
            let below = who.tree.subtree(UnitId(unit));
            mine.into_iter().filter(|it| below.contains(it)).collect()
        }
        Err(_) => mine,
    };
    Filter {
        words: text::words(asked.get("q")).into_iter().take(8).collect(),
        units,
        status: asked.get("trang-thai").to_owned(),
        class: Class::from_code(asked.get("loai")),
        door: Door::from_code(asked.get("cua")),
        officer: who.staff.filter(|_| !asked.get("cua-toi").is_empty()),
        not_about: who.staff,
        late: !asked.get("qua-han").is_empty(),
        drafted: !asked.get("cho-duyet").is_empty(),
        proposed: !asked.get("cho-cong-khai").is_empty(),
    }
}

fn order(asked: &Typed) -> Order {
    match asked.get("xep") {
        "moi" => Order::Newest,
        "cu" => Order::Oldest,
        _ => Order::Due,
    }
}

const FILTERS: [&str; 10] = [
    "q",
    "don-vi",
    "trang-thai",
    "loai",
    "cua",
    "cua-toi",
    "qua-han",
    "cho-duyet",
    "cho-cong-khai",
    "xep",
];

fn address(path: &str, asked: &Typed, page: Option<i64>) -> String {
    let mut pairs: Vec<String> = FILTERS
        .iter()
        .filter(|it| !asked.get(it).is_empty())
        .map(|it| format!("{it}={}", site::percent(asked.get(it))))
        .collect();
    pairs.extend(page.map(|it| format!("trang={it}")));
    format!("{path}?{}", pairs.join("&"))
}

/// The tone of a status.
pub(super) const fn tone(status: Status) -> &'static str {
    match status {
        Status::Answered | Status::Closed => "good",
        Status::NeedInfo | Status::Reopened => "warn",
        Status::Rejected => "bad",
        Status::Received | Status::Transferred | Status::Handling | Status::Sealed => "",
    }
}

/// Whether something is over its time, in words; empty if nothing is.
pub(super) fn late(it: &Kept, now: Instant) -> &'static str {
    if !it.state.status.is_open() {
        ""
    } else if it.due.is_some_and(|due| due < now) {
        "Quá hạn trả lời"
    } else if it.sort_due.is_some_and(|due| due < now) {
        "Quá hạn phân loại"
    } else {
        ""
    }
}

struct Line {
    id: i64,
    code: String,
    class: &'static str,
    said: String,
    unit: String,
    door: &'static str,
    received: String,
    due: String,
    late: &'static str,
    status: &'static str,
    tone: &'static str,
    me_too: i64,
}

fn line(who: &Who, it: &Kept) -> Line {
    let said: String = it.text.chars().take(110).collect();
    Line {
        id: it.id.0,
        code: it.code.clone(),
        class: it.state.class.label(),
        said: if said.len() < it.text.len() { format!("{said}…") } else { said },
        unit: who.tree.title(it.state.unit).to_owned(),
        door: it.door.label(),
        received: text::date(it.state.received_at.date()),
        due: it.due.map_or_else(String::new, |it| text::date(it.civil().date())),
        late: late(it, who.now),
        status: it.state.status.label(),
        tone: tone(it.state.status),
        me_too: it.me_too,
    }
}

#[derive(Template)]
#[template(path = "feedback/templates/list.html")]
struct List {
    shell: Shell,
    asked: Typed,
    units: Vec<(String, String)>,
    statuses: Vec<(String, String)>,
    classes: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    sorts: Vec<(String, String)>,
    count: String,
    lines: Vec<Line>,
    is_filtered: bool,
    export: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    may_log: bool,
    may_manage: bool,
    may_count: bool,
}

fn options<T: Copy>(
    first: &str,
    all: &[T],
    of: impl Fn(T) -> (&'static str, &'static str),
) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), first.to_owned())];
    options.extend(
        all.iter().map(|it| of(*it)).map(|(code, label)| (code.to_owned(), label.to_owned())),
    );
    options
}

/// Units to choose from, by title.
pub(super) fn unit_options(who: &Who, action: Action) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = units(who, action)
        .into_iter()
        .filter_map(|it| who.tree.unit(it))
        .map(|it| (it.id.to_string(), it.title.clone()))
        .collect();
    all.sort_by_cached_key(|it| text::sort_key(&it.1));
    all
}

/// GET `/co-quan/phan-anh`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let at: i64 = asked.get("trang").parse().unwrap_or(1).clamp(1, 1_000);
    let (filter, order) = (filter(&who, &asked), order(&asked));
    let (mut found, count) = site
        .read(&who, move |tx| {
            let found = list::page(tx, &filter, order, ((at - 1) * ROWS, ROWS + 1))?;
            Ok((found, list::count(tx, &filter, COUNT_MAX)?))
        })
        .await?;
    let rows = usize::try_from(ROWS).unwrap_or(40);
    let more = found.len() > rows;
    found.truncate(rows);
    let mut units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    units.extend(unit_options(&who, Action::FeedbackView));
    let mut statuses = vec![
        (String::new(), "Tất cả".to_owned()),
        ("open".to_owned(), "Chưa xong".to_owned()),
        ("unsorted".to_owned(), "Chờ phân loại".to_owned()),
    ];
    let shown = Status::ALL.iter().filter(|it| **it != Status::Sealed);
    statuses.extend(shown.map(|it| (it.code().to_owned(), it.label().to_owned())));
    let classes: Vec<Class> = Class::ALL.iter().copied().filter(|it| !it.is_sealed()).collect();
    let can = |action| who.can(action, domain::access::Object::Anything);
    site.page(&List {
        shell: site.shell(&who),
        units,
        statuses,
        classes: options("Mọi loại", &classes, |it| (it.code(), it.label())),
        doors: options("Mọi cửa", Door::ALL, |it| (it.code(), it.label())),
        sorts: [("", "Hạn gần nhất trước"), ("moi", "Mới nhận trước"), ("cu", "Cũ nhất trước")]
            .map(|(code, label)| (code.to_owned(), label.to_owned()))
            .to_vec(),
        count: format!("{} phản ánh", text::number(count)),
        lines: found.iter().map(|it| line(&who, it)).collect(),
        is_filtered: FILTERS.iter().any(|it| *it != "xep" && !asked.get(it).is_empty()),
        export: address("/co-quan/phan-anh/xuat", &asked, None),
        first: (at > 1).then(|| address(PAGE, &asked, None)),
        previous: (at > 1).then(|| address(PAGE, &asked, Some(at - 1))),
        next: more.then(|| address(PAGE, &asked, Some(at + 1))),
        may_log: can(Action::FeedbackLog),
        may_manage: can(Action::VoiceManage),
        may_count: can(Action::VoiceFigures),
        asked,
    })
}

/// GET `/co-quan/phan-anh/xuat`
pub(super) async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (filter, order) = (filter(&who, &asked), order(&asked));
    let found =
        site.read(&who, move |tx| Ok(list::page(tx, &filter, order, (0, COUNT_MAX))?)).await?;
    let row = |it: &Kept| {
        let line = line(&who, it);
        let closing = it.state.closing.map_or("", domain::feedback::Closing::label);
        vec![
            line.code,
            line.class.to_owned(),
            // A sender may have written his telephone into it: a workbook leaves the house.
            domain::feedback::redacted(&it.text, &[]),
            line.unit,
            line.door.to_owned(),
            line.received,
            line.due,
            line.status.to_owned(),
            line.late.to_owned(),
            closing.to_owned(),
            it.state.reopened.to_string(),
        ]
    };
    let sheet = Sheet {
        name: "Phản ánh",
        heads: &[
            ("Mã", 14),
            ("Loại", 30),
            ("Nội dung (đã ẩn số)", 80),
            ("Đơn vị", 30),
            ("Cửa", 18),
            ("Ngày nhận", 12),
            ("Hạn trả lời", 12),
            ("Trạng thái", 22),
            ("Quá hạn", 20),
            ("Kết cục", 30),
            ("Số lần xử lý lại", 10),
        ],
        rows: found.iter().map(row).collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("phan-anh-{}.xlsx", who.today()))?)
}
