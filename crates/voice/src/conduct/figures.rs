//! Figures of cases: by conclusion, measure and unit. No name of anybody.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::{
    access::{Action, Scope},
    conduct::{Conclusion, Measure, Status},
    ids::UnitId,
};
use jiff::civil::Date;
use people::sheets::{Sheet, to_save};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::Tx;

use super::sql::{self, Filter, Kept};

/// Cases that are counted.
const COUNTED_MAX: i64 = 20_000;

#[derive(Debug, Clone, Default)]
struct Count {
    opened: i64,
    unsettled: i64,
    late: i64,
    turned_down: i64,
    sealed: i64,
    conclusions: BTreeMap<&'static str, i64>,
    measures: BTreeMap<&'static str, i64>,
    done: i64,
}

impl Count {
    fn add(&mut self, it: &Kept, now: jiff::civil::DateTime) {
        let case = &it.case;
        self.opened += 1;
        self.unsettled += i64::from(case.status.is_unsettled());
        self.late += i64::from(case.is_late(now));
        self.turned_down += i64::from(
            case.conclusion.is_none()
                && matches!(case.status, Status::TurnedDown | Status::Replied | Status::Closed),
        );
        self.sealed += i64::from(case.status == Status::Sealed);
        if let Some(it) = case.conclusion {
            *self.conclusions.entry(it.code()).or_default() += 1;
        }
        for it in &case.corrections {
            *self.measures.entry(it.measure.code()).or_default() += 1;
            self.done += i64::from(it.done_on.is_some());
        }
    }

    fn cells(&self) -> Vec<(String, i64)> {
        let mut all = vec![
            ("Mở trong kỳ".to_owned(), self.opened),
            ("Đang xác minh".to_owned(), self.unsettled),
            ("Quá hạn".to_owned(), self.late),
            ("Không thụ lý".to_owned(), self.turned_down),
            ("Chuyển đường tố cáo".to_owned(), self.sealed),
        ];
        let of = |map: &BTreeMap<&str, i64>, code| map.get(code).copied().unwrap_or(0);
        all.extend(Conclusion::ALL.iter().map(|it| {
            (format!("Kết luận: {}", it.label().to_lowercase()), of(&self.conclusions, it.code()))
        }));
        all.extend(
            Measure::ALL.iter().map(|it| (it.label().to_owned(), of(&self.measures, it.code()))),
        );
        all.push(("Biện pháp đã làm xong".to_owned(), self.done));
        all
    }
}

struct Asking {
    units: Vec<UnitId>,
    from: Date,
    until: Date,
}

fn ask(who: &Who, asked: &Typed) -> Asking {
    let today = who.today();
    let first = Date::new(today.year(), 1, 1).unwrap_or(today);
    let day = |name: &str| site::form::parse_date(asked.get(name));
    Asking {
        units: match who.scope(Action::VoiceFigures) {
            Scope::Everything => who.tree.all().map(|it| it.id).collect(),
            Scope::Units(units) => units,
        },
        from: day("tu").unwrap_or(first),
        until: day("den").unwrap_or(today),
    }
}

/// What is counted, and how often, under a name.
type Counted = (String, Vec<(String, i64)>);

/// The whole, then each unit that handled any.
fn counted(tx: &mut Tx<'_>, who: &Who, asking: &Asking) -> Result<Vec<Counted>, Failure> {
    let filter = Filter {
        units: asking.units.clone(),
        from: Some(asking.from.at(0, 0, 0, 0)),
        until: asking.until.tomorrow().ok().map(|it| it.at(0, 0, 0, 0)),
        with_sealed: true,
        ..Filter::default()
    };
    let now = who.now.civil();
    let (mut whole, mut by_unit) = (Count::default(), BTreeMap::<UnitId, Count>::new());
    for it in sql::list(tx, &filter, COUNTED_MAX)? {
        whole.add(&it, now);
        by_unit.entry(it.accused_unit).or_default().add(&it, now);
    }
    let mut all = vec![("Tất cả".to_owned(), whole.cells())];
    all.extend(by_unit.into_iter().map(|(unit, it)| (who.tree.title(unit).to_owned(), it.cells())));
    Ok(all)
}

#[derive(Template)]
#[template(path = "conduct/templates/figures.html")]
struct Page {
    shell: Shell,
    from: String,
    until: String,
    heads: Vec<String>,
    /// What is counted, then the whole and each unit.
    rows: Vec<(String, Vec<i64>)>,
    export: String,
}

fn turned(all: &[(String, Vec<(String, i64)>)]) -> (Vec<String>, Vec<(String, Vec<i64>)>) {
    let heads = all.iter().map(|it| it.0.clone()).collect();
    let labels = all.first().map_or(&[][..], |it| &it.1);
    let rows = labels.iter().enumerate().map(|(at, (label, _))| {
        let cells = all.iter().map(|it| it.1.get(at).map_or(0, |it| it.1)).collect();
        (label.clone(), cells)
    });
    (heads, rows.collect())
}

/// GET `/co-quan/vu-viec/so-lieu`
pub async fn figures(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asking = ask(&who, &asked);
    let (from, until) = (domain::text::date(asking.from), domain::text::date(asking.until));
    let asker = who.clone();
    let all = site.read(&who, move |tx| counted(tx, &asker, &asking)).await?;
    let (heads, rows) = turned(&all);
    let export = format!(
        "/co-quan/vu-viec/so-lieu/xuat?tu={}&den={}",
        site::percent(&from),
        site::percent(&until)
    );
    site.page(&Page { shell: site.shell(&who), from, until, heads, rows, export })
}

/// GET `/co-quan/vu-viec/so-lieu/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let asking = ask(&who, &asked);
    let asker = who.clone();
    let all = site.read(&who, move |tx| counted(tx, &asker, &asking)).await?;
    let rows = all.into_iter().flat_map(|(unit, cells)| {
        cells.into_iter().map(move |(label, count)| vec![unit.clone(), label, count.to_string()])
    });
    let sheet = Sheet {
        name: "Số liệu",
        heads: &[("Đơn vị", 36), ("Số liệu", 36), ("Số", 10)],
        rows: rows.collect(),
    };
    Ok(to_save(&[sheet], &format!("so-lieu-vu-viec-{}.xlsx", who.today()))?)
}
