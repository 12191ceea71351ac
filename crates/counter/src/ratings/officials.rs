//! The officials of a unit and what citizens say of each, for their head: whole packets, a quarter at a time.

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Role},
    ids::{StaffId, UnitId},
    rating::PACKET,
    text::{fold, sort_key},
};
use people::{
    sheets::{Sheet, to_save},
    staff::facts as staff,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    figures::{self, Figure},
    official_on, sql,
};

/// Where it is.
pub(super) const ADDRESS: &str = "/co-quan/danh-gia/can-bo";
/// Rows of one page.
const ROWS: usize = 50;
/// Those who serve citizens, and whoever answers for them.
const SERVES: [Role; 6] = [
    Role::CounterOfficial,
    Role::UnitHead,
    Role::Specialist,
    Role::Clerk,
    Role::Leader,
    Role::ReceptionOfficer,
];

struct Row {
    id: StaffId,
    name: String,
    title: String,
    count: usize,
    figures: Vec<Figure>,
}

/// The units whose evaluation somebody may see, and the one that is asked for.
pub(crate) fn unit_of(
    who: &Who,
    asked: &Typed,
) -> Result<(UnitId, Vec<(String, String)>), Failure> {
    let kinds = ["province", "district", "commune", "one_stop"];
    let units: Vec<_> = who
        .tree
        .all()
        .filter(|it| kinds.contains(&it.kind.as_str()) && who.can_at(Action::EvaluationView, it.id))
        .collect();
    let wanted = asked.get("don-vi").parse().ok().map(UnitId);
    let home = who.home();
    let unit = units
        .iter()
        .find(|it| Some(it.id) == wanted)
        .or_else(|| units.iter().find(|it| wanted.is_none() && Some(it.id) == home))
        .or_else(|| units.first().filter(|_| wanted.is_none()))
        .ok_or(Failure::NotFound)?
        .id;
    Ok((unit, units.iter().map(|it| (it.id.to_string(), it.title.clone())).collect()))
}

struct Asking {
    unit: UnitId,
    units: Vec<(String, String)>,
    quarter: domain::rating::Quarter,
    q: String,
    order: String,
}

fn ask(who: &Who, asked: &Typed) -> Result<Asking, Failure> {
    let (unit, units) = unit_of(who, asked)?;
    Ok(Asking {
        unit,
        units,
        quarter: figures::quarter_of(asked.get("ky"), who.today()),
        q: asked.get("q").to_owned(),
        order: asked.get("xep").to_owned(),
    })
}

fn rows(tx: &mut Tx<'_>, who: &Who, asking: &Asking) -> Result<Vec<Row>, Failure> {
    let mut units = who.tree.subtree(asking.unit);
    // Whoever serves at a counter often has his rights at the body that it belongs to.
    let known = who.tree.known(asking.unit).filter(|it| it.kind == "one_stop");
    let body = known.and_then(|it| it.parent);
    units.extend(body.filter(|it| who.can_at(Action::EvaluationView, *it)));
    let mut people = staff::with_any_role(tx, &SERVES, &units, who.today())?;
    let wanted = fold(&asking.q);
    people.retain(|it| fold(&it.name).contains(&wanted) || fold(&it.title).contains(&wanted));
    let ids: Vec<StaffId> = people.iter().map(|it| it.id).collect();
    let mut all = sql::about(tx, &ids)?;
    let set = official_on(asking.quarter.days().1).or_else(|| official_on(who.today()));
    let mut rows: Vec<Row> = people
        .into_iter()
        .map(|it| {
            let about = all.remove(&it.id).unwrap_or_default();
            let standing = figures::standing(&about, asking.quarter, set);
            Row {
                id: it.id,
                count: standing.open.len(),
                figures: standing.figures,
                name: it.name,
                title: it.title,
            }
        })
        .collect();
    rows.sort_by_cached_key(|it| sort_key(&it.name));
    match asking.order.as_str() {
        "luot" => rows.sort_by_key(|it| std::cmp::Reverse(it.count)),
        // By what is sure: the low end of the interval, worst first; of whom nothing can be said last.
        "thap" => rows.sort_by_key(|it| {
            it.figures.first().and_then(|it| it.share).map_or(i64::MAX, |it| it.low_bp)
        }),
        _ => {}
    }
    Ok(rows)
}

struct RowView {
    id: StaffId,
    name: String,
    title: String,
    count: String,
    cells: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "ratings/templates/officials.html")]
struct Page {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    title: String,
    quarters: Vec<(String, String)>,
    quarter: String,
    label: String,
    q: String,
    orders: Vec<(String, String)>,
    order: String,
    heads: Vec<String>,
    rows: Vec<RowView>,
    count: String,
    export: String,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/danh-gia/can-bo`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asking = ask(&who, &asked)?;
    let asker = who.clone();
    let (asking, rows) = site
        .read(&who, move |tx| {
            let rows = rows(tx, &asker, &asking)?;
            Ok((asking, rows))
        })
        .await?;
    let set = official_on(asking.quarter.days().1).or_else(|| official_on(who.today()));
    let mut heads = vec!["Hài lòng chung".to_owned()];
    heads.extend(set.into_iter().flat_map(|it| &it.item).map(|it| it.label.clone()));
    let skip: usize = asked.get("trang").parse().unwrap_or(0);
    let query = format!(
        "don-vi={}&ky={}&q={}&xep={}",
        asking.unit,
        asking.quarter.code(),
        site::percent(&asking.q),
        site::percent(&asking.order)
    );
    let whole = rows.len();
    let shown = rows.into_iter().skip(skip * ROWS).take(ROWS);
    let rows = shown
        .map(|it| RowView {
            id: it.id,
            name: it.name,
            title: it.title,
            count: if it.count == 0 {
                format!("chưa đủ {PACKET} lượt")
            } else {
                it.count.to_string()
            },
            cells: it
                .figures
                .iter()
                .map(|cell| {
                    let said = if it.count == 0 { String::new() } else { cell.said() };
                    (cell.label.clone(), cell.percent(), said)
                })
                .collect(),
        })
        .collect();
    site.page(&Page {
        shell: site.shell(&who),
        units: asking.units,
        unit: asking.unit.to_string(),
        title: who.tree.title(asking.unit).to_owned(),
        quarters: figures::quarters(who.today()),
        quarter: asking.quarter.code(),
        label: asking.quarter.label(),
        q: asking.q,
        orders: [("", "Tên"), ("luot", "Nhiều lượt trước"), ("thap", "Thấp trước")]
            .map(|it| (it.0.to_owned(), it.1.to_owned()))
            .to_vec(),
        order: asking.order,
        heads,
        rows,
        count: format!("{whole} cán bộ, công chức"),
        export: format!("{ADDRESS}/xuat?{query}"),
        first: (skip > 0).then(|| format!("{ADDRESS}?{query}")),
        next: ((skip + 1) * ROWS < whole).then(|| format!("{ADDRESS}?{query}&trang={}", skip + 1)),
    })
}

/// GET `/co-quan/danh-gia/can-bo/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asking = ask(&who, &asked)?;
    let code = asking.quarter.code();
    let asker = who.clone();
    let rows = site.read(&who, move |tx| rows(tx, &asker, &asking)).await?;
    let lines = rows.into_iter().flat_map(|it| {
        let (name, title, count) = (it.name, it.title, it.count);
        it.figures.into_iter().map(move |cell| {
            let bp = |it: i64| domain::text::percent(it);
            let number = |it: i64| it.to_string();
            let share = cell.share;
            vec![
                name.clone(),
                title.clone(),
                if count == 0 {
                    format!("chưa đủ {PACKET} lượt")
                } else {
                    count.to_string()
                },
                cell.label.clone(),
                share.map_or_else(String::new, |it| number(it.good)),
                share.map_or_else(String::new, |it| number(it.of)),
                share.map_or_else(String::new, |it| bp(it.low_bp)),
                share.map_or_else(String::new, |it| bp(it.high_bp)),
            ]
        })
    });
    let sheet = Sheet {
        name: "Cán bộ",
        heads: &[
            ("Họ tên", 28),
            ("Chức danh", 28),
            ("Lượt đánh giá", 16),
            ("Mục", 18),
            ("Tốt", 8),
            ("Trên", 8),
            ("Thấp nhất (95%)", 16),
            ("Cao nhất (95%)", 16),
        ],
        rows: lines.collect(),
    };
    Ok(to_save(&[sheet], &format!("danh-gia-can-bo-{code}.xlsx"))?)
}
