//! The list of people.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::{StaffId, UnitId},
    text,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};

use super::{
    ADDRESS,
    sql::list::{self, Filter, Kept, Order},
};
use crate::{
    sheets::{self, Sheet},
    units::facts::{Reach, plain},
};

/// Rows of one page.
const ROWS: usize = 50;
/// People counted at most, and written into one workbook at most.
const COUNT_MAX: i64 = 20_000;

/// What was asked for.
pub(super) fn read(asked: &Typed, reach: &Reach) -> Filter {
    let q = asked.get("q");
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    let is_phone = digits.len() >= 4 && q.chars().all(|c| c.is_ascii_digit() || " .+".contains(c));
    let unit = asked.get("don-vi").parse().ok().map(UnitId);
    Filter {
        words: if is_phone { Vec::new() } else { text::words(q).into_iter().take(8).collect() },
        phone: is_phone.then_some(digits),
        units: unit.map(|it| reach.subtree(it)),
        holds: match asked.get("chuc-vu") {
            "giu" => Some(true),
            "khong" => Some(false),
            _ => None,
        },
    }
}

fn order(asked: &Typed) -> Order {
    match asked.get("xep") {
        "ten-nguoc" => Order::NameDown,
        "moi" => Order::Newest,
        _ => Order::Name,
    }
}

/// The address of the same list with other words for `name`; none: without them.
pub(crate) fn address(path: &str, asked: &Typed, name: &str, value: Option<&str>) -> String {
    let kept = asked
        .pairs()
        .iter()
        .filter(|(it, value)| it != name && it != "sau" && it != "lang" && !value.is_empty());
    let mut pairs: Vec<String> =
        kept.map(|(it, value)| format!("{}={}", site::percent(it), site::percent(value))).collect();
    if let Some(value) = value {
        pairs.push(format!("{name}={}", site::percent(value)));
    }
    format!("{path}?{}", pairs.join("&"))
}

struct Line {
    id: StaffId,
    name: String,
    posts: Vec<String>,
    phone: String,
    email: String,
}

async fn lines(
    site: &Site,
    who: &Who,
    found: Vec<Kept>,
    reach: &Reach,
) -> Result<Vec<Line>, Failure> {
    let ids: Vec<StaffId> = found.iter().map(|it| it.id).collect();
    let today = who.today();
    let posts = site.read(who, move |tx| Ok(list::posts(tx, &ids, today)?)).await?;
    let line = |it: Kept| Line {
        id: it.id,
        posts: posts.get(&it.id).map_or_else(Vec::new, |held| {
            held.iter()
                .map(|post| format!("{} – {}", post.title, plain(&reach.full_title(post.unit))))
                .collect()
        }),
        name: it.shown(),
        phone: it.phone,
        email: it.email,
    };
    Ok(found.into_iter().map(line).collect())
}

#[derive(Template)]
#[template(path = "staff/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    unit: String,
    units: Vec<(String, String)>,
    holds: String,
    holdings: Vec<(String, String)>,
    sort: String,
    sorts: Vec<(String, String)>,
    query: String,
    count: String,
    lines: Vec<Line>,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
}

pub(crate) fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

/// GET `/co-quan/quan-tri/can-bo`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, wanted) = (who.clone(), asked.clone());
    let (reach, mut found, count) = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let filter = read(&wanted, &reach);
            let narrow = reach.narrow();
            let after = wanted
                .get("sau")
                .rsplit_once('_')
                .and_then(|(key, id)| Some((key.to_owned(), id.parse().ok()?)));
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let found = list::page(tx, narrow.as_deref(), &filter, order(&wanted), after, limit)?;
            let count = list::count(tx, narrow.as_deref(), &filter, COUNT_MAX)?;
            Ok((reach, found, count))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| address(ADDRESS, &asked, "sau", Some(&format!("{}_{}", it.name_key, it.id))));
    let mut units = options(&[("", "Mọi đơn vị")]);
    units.extend(reach.options(who.today()));
    let lines = lines(&site, &who, found, &reach).await?;
    let is_filtered = ["q", "don-vi", "chuc-vu"].iter().any(|it| !asked.get(it).is_empty());
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        unit: asked.get("don-vi").to_owned(),
        units,
        holds: asked.get("chuc-vu").to_owned(),
        holdings: options(&[
            ("", "Tất cả"),
            ("giu", "Đang giữ chức danh"),
            ("khong", "Không giữ chức danh"),
        ]),
        sort: asked.get("xep").to_owned(),
        sorts: options(&[
            ("", "Theo tên"),
            ("ten-nguoc", "Theo tên, từ cuối"),
            ("moi", "Mới thêm trước"),
        ]),
        query: address("", &asked, "sau", None),
        count: format!("{} người", text::number(count)),
        lines,
        is_filtered,
        first: asked.has("sau").then(|| address(ADDRESS, &asked, "sau", None)),
        next,
    })
}

/// GET `/co-quan/quan-tri/can-bo/xuat`: what the list shows, as a workbook.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let asker = who.clone();
    let (reach, found) = site
        .read(&who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::StaffManage)?;
            let filter = read(&asked, &reach);
            let narrow = reach.narrow();
            let order = order(&asked);
            let found = list::page(tx, narrow.as_deref(), &filter, order, None, COUNT_MAX)?;
            Ok((reach, found))
        })
        .await?;
    let lines = lines(&site, &who, found, &reach).await?;
    let rows = lines
        .into_iter()
        .map(|it| vec![it.id.to_string(), it.name, it.posts.join("\n"), it.phone, it.email]);
    let sheet = Sheet {
        name: "Cán bộ",
        heads: &[
            ("Số", 8),
            ("Họ và tên", 30),
            ("Chức danh đang giữ", 60),
            ("Điện thoại", 16),
            ("Thư điện tử", 30),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("can-bo-{}.xlsx", who.today()))?)
}

/// People to choose from at most.
const CANDIDATES_MAX: i64 = 500;

/// Somebody to choose.
pub(crate) struct Candidate {
    pub id: StaffId,
    pub name: String,
    pub posts: String,
}

/// People within reach, by name, with what they hold.
pub(crate) fn candidates(
    tx: &mut store::Tx<'_>,
    reach: &Reach,
    filter: &Filter,
) -> Result<Vec<Candidate>, store::Fault> {
    let narrow = reach.narrow();
    let found = list::page(tx, narrow.as_deref(), filter, Order::Name, None, CANDIDATES_MAX)?;
    let ids: Vec<StaffId> = found.iter().map(|it| it.id).collect();
    let posts = list::posts(tx, &ids, reach.today())?;
    let posts_of = |id: StaffId| {
        let held = posts.get(&id).into_iter().flatten();
        held.map(|it| format!("{}, {}", it.title, plain(&reach.full_title(it.unit))))
            .collect::<Vec<_>>()
            .join("; ")
    };
    Ok(found
        .into_iter()
        .map(|it| Candidate { id: it.id, posts: posts_of(it.id), name: it.shown() })
        .collect())
}
