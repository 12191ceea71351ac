//! Figures by unit, class and door; closed and solved apart.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{Class, Door},
    ids::UnitId,
    text,
};
use jiff::{ToSpan as _, civil::Date};
use people::sheets::{self, Sheet};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::{Fault, Tx};

use super::{
    super::{
        facts::Figures,
        sql::figures::{self, Counted},
    },
    list::unit_options,
    units,
};

struct Line {
    name: String,
    of: Figures,
    rate: String,
}

struct Table {
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "feedback/templates/figures.html")]
struct Page {
    shell: Shell,
    from: String,
    until: String,
    unit: String,
    units: Vec<(String, String)>,
    all: Line,
    tables: Vec<Table>,
    petitions: Vec<(String, i64, i64)>,
    export: String,
}

/// What was answered in time of all that was due; a dash out of nothing.
fn rate(of: Figures) -> String {
    let count = |it: i64| u64::try_from(it).unwrap_or(0);
    text::percent_of(count(of.in_time), count(of.in_time + of.late))
}

fn line(name: String, rows: &[Counted], keep: impl Fn(&Counted) -> bool) -> Line {
    let mut of = Figures::default();
    rows.iter().filter(|it| keep(it)).for_each(|it| it.count_into(&mut of));
    Line { name, rate: rate(of), of }
}

fn period(who: &Who, asked: &Typed) -> (Date, Date) {
    let today = who.today();
    let read = |name: &str| site::form::parse_date(asked.get(name));
    let until = read("den").unwrap_or(today);
    let from = read("tu").unwrap_or_else(|| until.checked_sub(89.days()).unwrap_or(until));
    (from.min(until), until)
}

fn scope(who: &Who, asked: &Typed) -> Vec<UnitId> {
    let mine = units(who, Action::VoiceFigures);
    match asked.get("don-vi").parse::<i64>() {
        Ok(it) => {
            let below = who.tree.subtree(UnitId(it));
            mine.into_iter().filter(|it| below.contains(it)).collect()
        }
        Err(_) => mine,
    }
}

/// Complaints and denunciations: received and settled, counts and nothing else.
fn petitions(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    (from, until): (Date, Date),
) -> Result<Vec<(String, i64, i64)>, Fault> {
    let mut all = Vec::new();
    for class in [Class::Complaint, Class::Denunciation] {
        let (received, settled) = figures::petitions(tx, class, units, (from, until))?;
        all.push((class.label().to_owned(), received, settled));
    }
    Ok(all)
}

type Made = (Line, Vec<Table>, Vec<(String, i64, i64)>);

async fn make(site: &Site, who: &Who, asked: &Typed) -> Result<Made, Failure> {
    let (from, until) = period(who, asked);
    let scope = scope(who, asked);
    let inner = scope.clone();
    let (rows, petitions) = site
        .read(who, move |tx| {
            Ok((figures::rows(tx, &inner, from, until)?, petitions(tx, &inner, (from, until))?))
        })
        .await?;
    let mut of_units: Vec<Line> = scope
        .iter()
        .map(|unit| line(who.tree.title(*unit).to_owned(), &rows, |it| it.unit == *unit))
        .filter(|it| it.of.received > 0)
        .collect();
    of_units.sort_by_cached_key(|it| text::sort_key(&it.name));
    let of_classes = Class::ALL
        .iter()
        .map(|class| line(class.label().to_owned(), &rows, |it| it.class == *class));
    let of_doors =
        Door::ALL.iter().map(|door| line(door.label().to_owned(), &rows, |it| it.door == *door));
    let some = |it: &Line| it.of.received > 0;
    let tables = vec![
        Table { title: "Theo đơn vị", lines: of_units },
        Table { title: "Theo loại", lines: of_classes.filter(some).collect() },
        Table { title: "Theo cửa tiếp nhận", lines: of_doors.filter(some).collect() },
    ];
    Ok((line("Tất cả".to_owned(), &rows, |_| true), tables, petitions))
}

/// GET `/co-quan/phan-anh/so-lieu`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (from, until) = period(&who, &asked);
    let (all, tables, petitions) = make(&site, &who, &asked).await?;
    let mut options = vec![(String::new(), "Mọi đơn vị".to_owned())];
    options.extend(unit_options(&who, Action::VoiceFigures));
    site.page(&Page {
        shell: site.shell(&who),
        from: text::date(from),
        until: text::date(until),
        unit: asked.get("don-vi").to_owned(),
        units: options,
        all,
        tables,
        petitions,
        export: format!(
            "/co-quan/phan-anh/so-lieu/xuat?tu={from}&den={until}&don-vi={}",
            site::percent(asked.get("don-vi"))
        ),
    })
}

/// GET `/co-quan/phan-anh/so-lieu/xuat`
pub(super) async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (all, tables, petitions) = make(&site, &who, &asked).await?;
    let row = |group: &str, it: &Line| {
        let of = it.of;
        let mut cells = vec![group.to_owned(), it.name.clone()];
        let numbers = [
            of.received,
            of.with_right,
            of.in_time,
            of.late,
            of.waiting,
            of.closed,
            of.solved,
            of.reopened,
        ];
        cells.extend(numbers.map(|it| it.to_string()));
        cells.push(it.rate.clone());
        cells
    };
    let mut rows = vec![row("Tất cả", &all)];
    for table in &tables {
        rows.extend(table.lines.iter().map(|it| row(table.title, it)));
    }
    for (name, received, settled) in petitions {
        rows.push(vec![
            "Sổ đơn".to_owned(),
            name,
            received.to_string(),
            String::new(),
            settled.to_string(),
        ]);
    }
    let sheet = Sheet {
        name: "Số liệu phản ánh",
        heads: &[
            ("Nhóm", 20),
            ("Tên", 36),
            ("Nhận", 10),
            ("Có quyền được trả lời", 12),
            ("Trả lời đúng hạn", 12),
            ("Trễ hạn", 10),
            ("Còn trong hạn", 12),
            ("Đã khép", 10),
            ("Đã giải quyết", 12),
            ("Xử lý lại", 10),
            ("Tỷ lệ đúng hạn", 14),
        ],
        rows,
    };
    Ok(sheets::to_save(&[sheet], &format!("so-lieu-phan-anh-{}.xlsx", who.today()))?)
}
