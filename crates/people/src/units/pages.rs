//! The tree of units as of a day, and one unit with all that it was.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Object},
    ids::UnitId,
    org::UnitKind,
    text,
};
use jiff::civil::Date;
use site::{Asked, Failure, Html, Path, Shell, Site, State, Typed, Who};

use super::{
    reach::Reach,
    sql::{self, Kept, Version},
};
use crate::sheets::{self, Sheet};

/// What somebody looks for among the units.
struct Wish {
    day: Date,
    words: Vec<String>,
    kind: Option<UnitKind>,
    wrong_day: bool,
}

impl Wish {
    fn read(asked: &Typed, today: Date) -> Self {
        let day = asked.get("ngay");
        let read = site::form::parse_date(day);
        Self {
            day: read.unwrap_or(today),
            words: text::words(asked.get("q")),
            kind: UnitKind::of(asked.get("loai")),
            wrong_day: !day.is_empty() && read.is_none(),
        }
    }

    fn is_whole_tree(&self) -> bool {
        self.words.is_empty() && self.kind.is_none()
    }

    fn fits(&self, kept: &Kept, version: &Version) -> bool {
        let said = format!(" {} {}", text::fold(&version.title), text::fold(&version.agency_code));
        let code = text::fold(&version.code);
        self.kind.is_none_or(|it| it == kept.kind)
            && self.words.iter().all(|it| said.contains(&format!(" {it}")) || code == *it)
    }
}

/// The units that are looked for, in the order of the tree, with their depth.
fn found<'a>(reach: &'a Reach, wish: &Wish) -> Vec<(&'a Kept, &'a Version, usize)> {
    reach
        .ordered(wish.day)
        .into_iter()
        .filter_map(|(id, depth)| {
            let kept = reach.get(id)?;
            let version = kept.versions.iter().find(|it| it.holds_on(wish.day))?;
            wish.fits(kept, version).then_some((kept, version, depth))
        })
        .collect()
}

struct Line {
    id: UnitId,
    depth: usize,
    title: String,
    above: String,
    kind: &'static str,
    code: String,
    agency_code: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "units/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    day: String,
    wrong_day: bool,
    kind: String,
    kinds: Vec<(String, String)>,
    query: String,
    count: String,
    is_tree: bool,
    lines: Vec<Line>,
}

pub(super) fn kinds() -> impl Iterator<Item = (String, String)> {
    UnitKind::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()))
}

fn query(asked: &Typed) -> String {
    let pairs = asked.pairs().iter().filter(|(_, value)| !value.is_empty());
    let one = |(name, value): &(String, String)| {
        format!("{}={}", site::percent(name), site::percent(value))
    };
    pairs.map(one).collect::<Vec<_>>().join("&")
}

async fn reach(site: &Site, who: &Who) -> Result<Reach, Failure> {
    let asker = who.clone();
    site.read(who, move |tx| Ok(Reach::load(tx, &asker, Action::UnitManage)?)).await
}

/// GET `/co-quan/quan-tri/don-vi`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let reach = reach(&site, &who).await?;
    let wish = Wish::read(&asked, who.today());
    let is_tree = wish.is_whole_tree();
    let lines: Vec<Line> = found(&reach, &wish)
        .into_iter()
        .map(|(kept, version, depth)| Line {
            id: kept.id,
            depth: if is_tree { depth.min(5) } else { 0 },
            title: version.title.clone(),
            above: version.parent.map_or_else(String::new, |it| reach.title(it).to_owned()),
            kind: kept.kind.label(),
            code: version.code.clone(),
            agency_code: version.agency_code.clone(),
            from: text::date(version.from),
            until: version.until.map_or_else(String::new, text::date),
        })
        .collect();
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        day: text::date(wish.day),
        wrong_day: wish.wrong_day,
        kind: asked.get("loai").to_owned(),
        kinds: std::iter::once((String::new(), "Mọi loại".to_owned())).chain(kinds()).collect(),
        query: query(&asked),
        count: format!("{} đơn vị vào ngày {}", text::number(count), text::date(wish.day)),
        is_tree,
        lines,
    })
}

/// GET `/co-quan/quan-tri/don-vi/xuat`: what the list shows, as a workbook.
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let reach = reach(&site, &who).await?;
    let wish = Wish::read(&asked, who.today());
    let rows = found(&reach, &wish)
        .into_iter()
        .map(|(kept, version, _)| {
            vec![
                kept.id.to_string(),
                version.title.clone(),
                kept.kind.label().to_owned(),
                version.parent.map_or_else(String::new, |it| reach.title(it).to_owned()),
                version.code.clone(),
                version.agency_code.clone(),
                version.address.clone(),
                version.phone.clone(),
                version.place.clone(),
                text::date(version.from),
                version.until.map_or_else(String::new, text::date),
            ]
        })
        .collect();
    let sheet = Sheet {
        name: "Đơn vị",
        heads: &[
            ("Số", 8),
            ("Tên", 46),
            ("Loại", 22),
            ("Cấp trên", 40),
            ("Mã thống kê", 12),
            ("Mã định danh", 20),
            ("Địa chỉ", 40),
            ("Điện thoại", 16),
            ("Địa danh", 20),
            ("Từ ngày", 12),
            ("Đến ngày", 12),
        ],
        rows,
    };
    Ok(sheets::to_save(&[sheet], &format!("don-vi-{}.xlsx", wish.day))?)
}

struct Past {
    from: String,
    until: String,
    title: String,
    parent: String,
    code: String,
    agency_code: String,
    address: String,
    phone: String,
    place: String,
    is_now: bool,
}

struct Kin {
    id: UnitId,
    title: String,
    since: String,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "units/templates/show.html")]
struct Show {
    shell: Shell,
    id: UnitId,
    title: String,
    kind: &'static str,
    state: String,
    is_live: bool,
    has_end: bool,
    versions: Vec<Past>,
    above: Vec<Kin>,
    children: Vec<Kin>,
    predecessors: Vec<Kin>,
    successors: Vec<Kin>,
    may_people: bool,
}

/// GET `/co-quan/quan-tri/don-vi/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (asker, id) = (who.clone(), UnitId(id));
    let (reach, successions) = site
        .read(&who, move |tx| {
            Ok((Reach::load(tx, &asker, Action::UnitManage)?, sql::successions(tx)?))
        })
        .await?;
    let kept = reach.demand(id)?;
    let today = who.today();
    let kin = |unit: UnitId, since: String| Kin {
        id: unit,
        title: reach.full_title(unit),
        since,
        is_open: reach.holds(unit),
    };
    let versions: Vec<Past> = kept
        .versions
        .iter()
        .rev()
        .map(|it| Past {
            from: text::date(it.from),
            until: it.until.map_or_else(String::new, text::date),
            title: it.title.clone(),
            parent: it.parent.map_or_else(|| "–".to_owned(), |it| reach.full_title(it)),
            code: it.code.clone(),
            agency_code: it.agency_code.clone(),
            address: it.address.clone(),
            phone: it.phone.clone(),
            place: it.place.clone(),
            is_now: it.holds_on(today),
        })
        .collect();
    let last_day = kept.versions.last().and_then(|it| it.until);
    let state = match (reach.exists(id, today), last_day, kept.versions.first()) {
        (true, None, _) => "đang hoạt động".to_owned(),
        (true, Some(last), _) => format!("hoạt động đến hết {}", text::date(last)),
        (false, Some(last), _) if last < today => format!("đã kết thúc {}", text::date(last)),
        (false, _, Some(first)) => format!("hoạt động từ {}", text::date(first.from)),
        (false, _, None) => String::new(),
    };
    let children = reach.all().filter(|it| {
        reach.near(it.id).is_some_and(|version| version.parent == Some(id))
            && reach.exists(it.id, today)
    });
    let mut children: Vec<&Kept> = children.collect();
    children.sort_by_cached_key(|it| (it.kind, text::sort_key(reach.title(it.id))));
    let child =
        |it: &Kept| Kin { title: reach.title(it.id).to_owned(), ..kin(it.id, String::new()) };
    let children: Vec<Kin> = children.into_iter().map(child).collect();
    let mut above = reach.line(id);
    above.remove(0);
    above.reverse();
    let since = |day: Date| text::date(day);
    site.page(&Show {
        shell: site.shell(&who),
        id,
        title: reach.title(id).to_owned(),
        kind: kept.kind.label(),
        state,
        is_live: reach.exists(id, today),
        has_end: last_day.is_some(),
        above: above.into_iter().map(|it| kin(it, String::new())).collect(),
        children,
        predecessors: successions
            .iter()
            .filter(|(_, to, _)| *to == id)
            .map(|(from, _, day)| kin(*from, since(*day)))
            .collect(),
        successors: successions
            .iter()
            .filter(|(from, ..)| *from == id)
            .map(|(_, to, day)| kin(*to, since(*day)))
            .collect(),
        may_people: who.can(Action::StaffManage, Object::Anything),
        versions,
    })
}
