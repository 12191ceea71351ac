//! Figures of trips: how often people had to come, by unit, procedure and month. Every figure opens
//! its dossiers.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::{DossierId, UnitId},
    visit::{FEW, average, share},
};
use jiff::civil::Date;
use people::sheets::{Sheet, to_save};
use site::{AdminGroup, Asked, Failure, Routes, Shell, Site, State, Typed, Who, get};

use super::{
    sql::visits::{self, By, Figure, Only},
    view::Seen,
};

const ADDRESS: &str = "/co-quan/luot-di";
/// Rows of one page of dossiers.
const ROWS: i64 = 50;
/// Rows of one workbook at most.
const WORKBOOK_ROWS_MAX: i64 = 20_000;

/// Routes of the figures.
pub(super) fn routes() -> Routes {
    Routes::default()
        .admin(
            AdminGroup::Oversight,
            ("Lượt đi của người dân", ADDRESS),
            Action::EvaluationView,
            "Mỗi hồ sơ người dân phải đến mấy lượt, theo đơn vị, thủ tục, tháng.",
        )
        .on(ADDRESS, Action::EvaluationView, get(figures))
        .on("/co-quan/luot-di/ho-so", Action::EvaluationView, get(dossiers))
}

struct Row {
    name: String,
    /// The address of its dossiers, with a mark to add what is asked of them.
    href: String,
    dossiers: String,
    visits: String,
    average: String,
    few: String,
    few_share: String,
    in_vain: String,
}

struct Group {
    title: &'static str,
    head: &'static str,
    rows: Vec<Row>,
}

/// The filter bar.
struct Asking {
    from: String,
    until: String,
    unit: String,
    procedure: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/trips.html")]
struct Page {
    shell: Shell,
    asked: Asking,
    units: Vec<(String, String)>,
    total: Option<Row>,
    groups: Vec<Group>,
    wrong_date: bool,
    query: String,
}

struct Wanted {
    asked: visits::Asked,
    from: Date,
    until: Date,
    wrong_date: bool,
}

/// What is asked for; from the first of January unless something else is said.
fn wanted(typed: &Typed, who: &Who) -> Wanted {
    let today = who.today();
    let first = Date::new(today.year(), 1, 1).unwrap_or(today);
    let read = |name: &str| site::form::parse_date(typed.get(name));
    let (from, until) = (read("tu").unwrap_or(first), read("den").unwrap_or(today));
    let wrong = |name: &str| !typed.get(name).is_empty() && read(name).is_none();
    let asked = visits::Asked {
        from: from.to_string(),
        until: until.to_string(),
        unit: typed.get("don-vi").parse().ok().map(UnitId),
        procedure: Some(typed.get("thu-tuc").to_owned()).filter(|it| !it.is_empty()),
        month: Some(typed.get("thang").to_owned()).filter(|it| it.len() == 7),
        only: match typed.get("luot") {
            "it" => Only::Few,
            "nhieu" => Only::Many,
            "mat-cong" => Only::InVain,
            _ => Only::All,
        },
    };
    Wanted { asked, from, until, wrong_date: wrong("tu") || wrong("den") }
}

fn query(it: &Wanted, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("tu", domain::text::date(it.from)),
        ("den", domain::text::date(it.until)),
        ("don-vi", it.asked.unit.map_or_else(String::new, |it| it.to_string())),
        ("thu-tuc", it.asked.procedure.clone().unwrap_or_default()),
        ("thang", it.asked.month.clone().unwrap_or_default()),
    ];
    for (name, value) in more {
        pairs.retain(|(it, _)| it != name);
        pairs.push((name, (*value).to_owned()));
    }
    let pairs = pairs.iter().filter(|it| !it.1.is_empty());
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{name}={}", site::percent(value))).collect();
    pairs.join("&")
}

fn name_of(by: By, it: &Figure, who: &Who) -> String {
    match by {
        By::All => "Tất cả".to_owned(),
        By::Unit => it.of.parse().ok().map(UnitId).map_or_else(String::new, |id| {
            let title = who.tree.title(id);
            title.strip_prefix("Ủy ban nhân dân ").unwrap_or(title).to_owned()
        }),
        By::Procedure => format!("{} ({})", it.name, it.of),
        By::Month => match it.of.split_once('-') {
            Some((year, month)) => format!("Tháng {month}/{year}"),
            None => it.of.clone(),
        },
    }
}

fn row(by: By, it: &Figure, who: &Who, wanted: &Wanted) -> Row {
    let key = match by {
        By::All => None,
        By::Unit => Some("don-vi"),
        By::Procedure => Some("thu-tuc"),
        By::Month => Some("thang"),
    };
    let more: Vec<(&str, &str)> = key.map(|key| (key, it.of.as_str())).into_iter().collect();
    let number = domain::text::number;
    Row {
        name: name_of(by, it, who),
        href: format!("/co-quan/luot-di/ho-so?{}", query(wanted, &more)),
        dossiers: number(it.dossiers),
        visits: number(it.visits),
        average: average(it.visits, it.dossiers),
        few: number(it.few),
        few_share: share(it.few, it.dossiers).replace(' ', "\u{a0}"),
        in_vain: number(it.in_vain),
    }
}

const GROUPS: [(By, &str, &str); 3] = [
    (By::Unit, "Theo đơn vị", "Đơn vị"),
    (By::Procedure, "Theo thủ tục", "Thủ tục"),
    (By::Month, "Theo tháng trả kết quả", "Tháng"),
];

/// GET `/co-quan/luot-di`, with `?dang=xlsx` as a workbook.
pub async fn figures(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let seen = Seen::by(&who, Action::EvaluationView);
    let wanted = wanted(&asked, &who);
    let of = wanted.asked.clone();
    let (total, parts) = site
        .read(&who, move |tx| {
            let of = visits::Asked { only: Only::All, ..of };
            let total = visits::figures(tx, &seen, &of, By::All)?;
            let mut parts = Vec::new();
            for (by, _, _) in GROUPS {
                parts.push(visits::figures(tx, &seen, &of, by)?);
            }
            Ok((total, parts))
        })
        .await?;
    let groups: Vec<Group> = GROUPS
        .iter()
        .zip(parts)
        .map(|((by, title, head), mut figures)| {
            match by {
                By::Month => figures.sort_by(|a, b| b.of.cmp(&a.of)),
                _ => figures.sort_by(|a, b| b.dossiers.cmp(&a.dossiers).then(a.of.cmp(&b.of))),
            }
            let rows = figures.iter().map(|it| row(*by, it, &who, &wanted)).collect();
            Group { title, head, rows }
        })
        .collect();
    let total = total.first().map(|it| row(By::All, it, &who, &wanted));
    if asked.get("dang") == "xlsx" {
        let rows = total.iter().map(|it| cells("Tất cả", it));
        let rows = rows.chain(
            groups.iter().flat_map(|group| group.rows.iter().map(|it| cells(group.title, it))),
        );
        let sheet = Sheet { name: "Lượt đi", heads: FIGURE_HEADS, rows: rows.collect() };
        return Ok(to_save(&[sheet], "luot-di.xlsx")?);
    }
    let mut units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    units.extend(
        who.tree
            .all()
            .filter(|it| matches!(it.kind.as_str(), "commune" | "district" | "province"))
            .filter(|it| who.can_at(Action::EvaluationView, it.id))
            .map(|it| (it.id.to_string(), it.title.clone())),
    );
    let page = Page {
        shell: site.shell(&who),
        asked: Asking {
            from: domain::text::date(wanted.from),
            until: domain::text::date(wanted.until),
            unit: asked.get("don-vi").to_owned(),
            procedure: asked.get("thu-tuc").to_owned(),
        },
        units,
        total,
        groups,
        wrong_date: wanted.wrong_date,
        query: query(&wanted, &[]),
    };
    Ok(site.page(&page)?.into_response())
}

const FIGURE_HEADS: &[(&str, u16)] = &[
    ("Nhóm", 22),
    ("Tên", 60),
    ("Hồ sơ đã trả", 14),
    ("Lượt đến", 12),
    ("Bình quân lượt/hồ sơ", 14),
    ("Hồ sơ không quá 2 lượt", 16),
    ("Tỷ lệ", 10),
    ("Hồ sơ có lượt mất công", 16),
];

fn cells(group: &str, it: &Row) -> Vec<String> {
    vec![
        group.to_owned(),
        it.name.clone(),
        it.dossiers.clone(),
        it.visits.clone(),
        it.average.clone(),
        it.few.clone(),
        it.few_share.clone(),
        it.in_vain.clone(),
    ]
}

struct Line {
    id: DossierId,
    code: String,
    procedure: String,
    unit: String,
    received: String,
    returned: String,
    trips: i64,
    many: bool,
    may_open: bool,
}

#[derive(Template)]
#[template(path = "dossiers/templates/trips_dossiers.html")]
struct Dossiers {
    shell: Shell,
    lines: Vec<Line>,
    count: String,
    next: Option<String>,
    back: String,
    query: String,
    asked: String,
    about: String,
}

fn day(text: &str) -> String {
    text.get(..10).and_then(|it| it.parse().ok()).map_or_else(String::new, domain::text::date)
}

/// GET `/co-quan/luot-di/ho-so`: what stands behind a figure.
pub async fn dossiers(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let as_sheet = asked.get("dang") == "xlsx";
    let seen = Seen::by(&who, Action::EvaluationView);
    let wanted = wanted(&asked, &who);
    let of = wanted.asked.clone();
    let before = asked.get("truoc").parse().ok().filter(|_| !as_sheet);
    let limit = if as_sheet { WORKBOOK_ROWS_MAX } else { ROWS + 1 };
    let (mut found, count) = site
        .read(&who, move |tx| {
            let count = visits::count_behind(tx, &seen, &of)?;
            Ok((visits::behind(tx, &seen, &of, before, limit)?, count))
        })
        .await?;
    if as_sheet && count > WORKBOOK_ROWS_MAX {
        return Err(Failure::Refused(format!(
            "Có hơn {} hồ sơ. Hãy lọc theo tháng rồi xuất lại.",
            domain::text::number(WORKBOOK_ROWS_MAX)
        )));
    }
    let full = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = found.len() > full && !as_sheet;
    if more {
        found.truncate(full);
    }
    let only = asked.get("luot").to_owned();
    let with_only = query(&wanted, &[("luot", &only)]);
    let next = found.last().filter(|_| more);
    let next = next.map(|it| format!("/co-quan/luot-di/ho-so?{with_only}&truoc={}", it.id));
    let lines: Vec<Line> = found
        .into_iter()
        .map(|it| Line {
            id: it.id,
            code: it.code,
            procedure: it.procedure,
            unit: who.tree.title(it.unit).to_owned(),
            received: day(&it.received_at),
            returned: day(&it.returned_at),
            trips: it.trips,
            many: it.trips > FEW,
            may_open: who.can_at(Action::DossierView, it.unit),
        })
        .collect();
    if as_sheet {
        let rows = lines.iter().map(|it| {
            vec![
                it.code.clone(),
                it.procedure.clone(),
                it.unit.clone(),
                it.received.clone(),
                it.returned.clone(),
                it.trips.to_string(),
            ]
        });
        let sheet = Sheet { name: "Hồ sơ", heads: DOSSIER_HEADS, rows: rows.collect() };
        return Ok(to_save(&[sheet], "luot-di-ho-so.xlsx")?);
    }
    let page = Dossiers {
        shell: site.shell(&who),
        lines,
        count: domain::text::number(count),
        next,
        back: format!("{ADDRESS}?{}", query(&wanted, &[("thang", "")])),
        query: query(&wanted, &[]),
        asked: only,
        about: format!(
            "Đã trả kết quả từ {} đến {}",
            domain::text::date(wanted.from),
            domain::text::date(wanted.until)
        ),
    };
    Ok(site.page(&page)?.into_response())
}

const DOSSIER_HEADS: &[(&str, u16)] = &[
    ("Mã hồ sơ", 26),
    ("Thủ tục", 60),
    ("Nơi tiếp nhận", 34),
    ("Ngày nhận", 14),
    ("Ngày trả", 14),
    ("Lượt đến", 10),
];
