//! The list of cases, and the reports of citizens that wait to be looked into.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use domain::{
    conduct::{Conclusion, Source, Status},
    ids::{StaffId, UnitId},
    text::{date_time, fold, words},
};
use people::{
    sheets::{Sheet, to_save},
    staff::facts as staff,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::{Fault, Tx};

use super::{
    ADDRESS, awaits, desk,
    sql::{self, Filter, Kept},
};
use crate::feedback::facts as feedback;

/// Rows of one page.
const ROWS: usize = 50;
/// Cases that are looked through.
const LOOKED_MAX: i64 = 5_000;
/// Reports that are shown.
const REPORTS_MAX: i64 = 100;

/// The views: name in the address, label, states.
const VIEWS: [(&str, &str, &[Status]); 8] = [
    (
        "",
        "Đang xử lý",
        &[
            Status::Received,
            Status::Screened,
            Status::Assigned,
            Status::Verifying,
            Status::Concluded,
            Status::Corrective,
            Status::TurnedDown,
            Status::Replied,
        ],
    ),
    ("cho-sang-loc", "Chờ sàng lọc", &[Status::Received]),
    ("xac-minh", "Đang xác minh", &[Status::Screened, Status::Assigned, Status::Verifying]),
    ("chan-chinh", "Đang chấn chỉnh", &[Status::Corrective, Status::Replied]),
    ("cho-tra-loi", "Chờ trả lời", &[Status::Concluded, Status::Corrective, Status::TurnedDown]),
    ("qua-han", "Quá hạn", &[]),
    ("ket-thuc", "Đã kết thúc", &[Status::Closed]),
    ("tat-ca", "Tất cả", &[]),
];

struct Asking {
    filter: Filter,
    view: &'static str,
    words: Vec<String>,
}

fn ask(who: &Who, asked: &Typed) -> Asking {
    let view = VIEWS.iter().find(|it| it.0 == asked.get("xem")).unwrap_or(&VIEWS[0]);
    let day = |name: &str| site::form::parse_date(asked.get(name));
    let start = |day: jiff::civil::Date| day.at(0, 0, 0, 0);
    let wanted = asked.get("don-vi").parse().ok().map(UnitId);
    let mut units = awaits::units(who);
    if let Some(wanted) = wanted {
        units.retain(|it| *it == wanted);
    }
    Asking {
        filter: Filter {
            units,
            not_about: who.staff,
            statuses: view.2.to_vec(),
            conclusion: Conclusion::from_code(asked.get("ket-luan")),
            source: Source::from_code(asked.get("nguon")),
            from: day("tu").map(start),
            until: day("den").and_then(|it| it.tomorrow().ok()).map(start),
            late_at: (view.0 == "qua-han").then(|| who.now.civil()),
            before: asked.get("truoc").parse().ok(),
            with_sealed: false,
        },
        view: view.0,
        words: words(asked.get("q")),
    }
}

struct Line {
    kept: Kept,
    accused: String,
    verifier: String,
    measures: String,
}

/// The names of some people, asked for at once.
struct Names(HashMap<StaffId, String>);

impl Names {
    fn of(tx: &mut Tx<'_>, mut ids: Vec<StaffId>) -> Result<Self, Fault> {
        ids.sort_unstable();
        ids.dedup();
        Ok(Self(staff::names(tx, &ids)?.into_iter().collect()))
    }

    fn get(&self, id: StaffId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| "–".to_owned())
    }
}

fn lines(tx: &mut Tx<'_>, asking: &Asking, at_most: usize) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    // Without words to look for, what is not shown is not read.
    let limit = if asking.words.is_empty() {
        LOOKED_MAX.min(i64::try_from(at_most).unwrap_or(LOOKED_MAX))
    } else {
        LOOKED_MAX
    };
    let found = sql::list(tx, &asking.filter, limit)?;
    let people = found.iter().flat_map(|it| [Some(it.case.accused), it.case.verifier]).flatten();
    let names = Names::of(tx, people.collect())?;
    for kept in found {
        let accused = names.get(kept.case.accused);
        let text = fold(&format!("{} {} {} {accused}", kept.code, kept.origin, kept.summary));
        if !asking.words.iter().all(|it| text.contains(it.as_str())) {
            continue;
        }
        let verifier = kept.case.verifier.map_or_else(String::new, |id| names.get(id));
        let measures: Vec<&str> =
            kept.case.corrections.iter().map(|it| it.measure.label()).collect();
        lines.push(Line { accused, verifier, measures: measures.join(", "), kept });
        if lines.len() >= at_most {
            break;
        }
    }
    Ok(lines)
}

struct View {
    id: i64,
    code: String,
    accused: String,
    unit: String,
    source: &'static str,
    summary: String,
    status: &'static str,
    class: &'static str,
    conclusion: &'static str,
    verifier: String,
    due: String,
    step: &'static str,
    is_late: bool,
}

fn view(who: &Who, it: Line) -> View {
    let case = &it.kept.case;
    let summary: String = it.kept.summary.chars().take(160).collect();
    View {
        id: it.kept.id.0,
        accused: it.accused,
        unit: who.tree.title(it.kept.accused_unit).to_owned(),
        source: it.kept.source.label(),
        summary,
        status: case.status.label(),
        class: if case.status.is_open() { "" } else { "good" },
        conclusion: case.conclusion.map_or("", Conclusion::label),
        verifier: it.verifier,
        due: match (case.due_at, case.correction_due()) {
            (Some(due), _) => date_time(due),
            (None, Some(due)) => domain::text::date(due),
            (None, None) => String::new(),
        },
        step: desk::next(case),
        is_late: case.is_late(who.now.civil()),
        code: it.kept.code,
    }
}

struct Report {
    id: i64,
    code: String,
    text: String,
    accused: String,
    staff: String,
    due: String,
}

#[derive(Template)]
#[template(path = "conduct/templates/list.html")]
struct Page {
    shell: Shell,
    asked: Typed,
    view: String,
    views: Vec<(String, String)>,
    units: Vec<(String, String)>,
    conclusions: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    rows: Vec<View>,
    count: String,
    reports: Vec<Report>,
    /// Open cases that a report can be joined to.
    open: Vec<(String, String)>,
    may_count: bool,
    export: String,
    first: Option<String>,
    next: Option<String>,
}

fn choices<'a>(
    first: &str,
    rest: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let rest = rest.map(|(code, label)| (code.to_owned(), label.to_owned()));
    std::iter::once((String::new(), first.to_owned())).chain(rest).collect()
}

fn address(path: &str, asked: &Typed, before: Option<i64>) -> String {
    let mut parts: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, text)| name != "truoc" && !text.is_empty())
        .map(|(name, text)| format!("{}={}", site::percent(name), site::percent(text)))
        .collect();
    parts.extend(before.map(|it| format!("truoc={it}")));
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

/// Reports that no case looks into yet, but for those about whoever asks.
pub(super) fn waiting(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<feedback::ConductReport>, Failure> {
    let mut found = feedback::conduct_reports(tx, &awaits::units(who), REPORTS_MAX)?;
    let ids: Vec<i64> = found.iter().map(|it| it.id.0).collect();
    let tied = sql::cases_of_reports(tx, &ids)?;
    found.retain(|it| {
        !tied.iter().any(|tie| tie.0 == it.id.0) && (it.staff.is_none() || it.staff != who.staff)
    });
    Ok(found)
}

/// GET `/co-quan/vu-viec`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asking = ask(&who, &asked);
    let (asker, view_of) = (who.clone(), asking.view);
    let (mut found, count, reports, open) = site
        .read(&who, move |tx| {
            let found = lines(tx, &asking, ROWS + 1)?;
            let count = sql::count(tx, &asking.filter, LOOKED_MAX)?;
            let mut reports = Vec::new();
            let waiting = waiting(tx, &asker)?;
            let names = Names::of(tx, waiting.iter().filter_map(|it| it.staff).collect())?;
            for it in waiting {
                let name = it.staff.map_or_else(String::new, |id| names.get(id));
                reports.push((it, name));
            }
            let unsettled =
                [Status::Received, Status::Screened, Status::Assigned, Status::Verifying];
            let joins = Filter {
                units: awaits::units(&asker),
                not_about: asker.staff,
                statuses: unsettled.to_vec(),
                ..Filter::default()
            };
            let mut open = Vec::new();
            if !reports.is_empty() {
                let cases = sql::list(tx, &joins, 100)?;
                let names = Names::of(tx, cases.iter().map(|it| it.case.accused).collect())?;
                for it in cases {
                    let name = names.get(it.case.accused);
                    open.push((it.id.to_string(), format!("{} – {name}", it.code)));
                }
            }
            Ok((found, count, reports, open))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let last = found.last().filter(|_| more).map(|it| it.kept.id.0);
    let units = awaits::units(&who);
    let units = units.iter().map(|it| (it.to_string(), who.tree.title(*it).to_owned()));
    let all = (String::new(), "Mọi đơn vị".to_owned());
    site.page(&Page {
        shell: site.shell(&who),
        view: view_of.to_owned(),
        views: VIEWS.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect(),
        units: std::iter::once(all).chain(units).collect(),
        conclusions: choices(
            "Mọi kết luận",
            Conclusion::ALL.iter().map(|it| (it.code(), it.label())),
        ),
        sources: choices("Mọi nguồn", Source::ALL.iter().map(|it| (it.code(), it.label()))),
        rows: found.into_iter().map(|it| view(&who, it)).collect(),
        count: format!("{} vụ việc", domain::text::number(count)),
        reports: reports
            .into_iter()
            .map(|(it, staff)| Report {
                id: it.id.0,
                code: it.code,
                text: it.text.chars().take(240).collect(),
                accused: it.accused,
                staff,
                due: it.due.map_or_else(String::new, |it| date_time(it.civil())),
            })
            .collect(),
        open,
        may_count: who.can(domain::access::Action::VoiceFigures, domain::access::Object::Anything),
        export: address("/co-quan/vu-viec/xuat", &asked, None),
        first: asked.has("truoc").then(|| address(ADDRESS, &asked, None)),
        next: last.map(|it| address(ADDRESS, &asked, Some(it))),
        asked,
    })
}

/// GET `/co-quan/vu-viec/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asking = ask(&who, &asked);
    let most = usize::try_from(LOOKED_MAX).unwrap_or(usize::MAX);
    let found = site.read(&who, move |tx| lines(tx, &asking, most)).await?;
    let rows = found.into_iter().map(|it| {
        let (received, measures) = (it.kept.case.received_at, it.measures.clone());
        let concluded = it.kept.concluded_on.map_or_else(String::new, domain::text::date);
        let it = view(&who, it);
        vec![
            it.code,
            date_time(received),
            it.source.to_owned(),
            it.accused,
            it.unit,
            it.summary,
            it.status.to_owned(),
            it.due,
            if it.is_late { "quá hạn".to_owned() } else { String::new() },
            it.conclusion.to_owned(),
            concluded,
            measures,
        ]
    });
    let sheet = Sheet {
        name: "Vụ việc",
        heads: &[
            ("Số", 16),
            ("Mở lúc", 24),
            ("Nguồn", 26),
            ("Cán bộ", 28),
            ("Đơn vị", 28),
            ("Nội dung", 60),
            ("Trạng thái", 22),
            ("Hạn", 24),
            ("Quá hạn", 12),
            ("Kết luận", 22),
            ("Ngày kết luận", 16),
            ("Biện pháp", 36),
        ],
        rows: rows.collect(),
    };
    Ok(to_save(&[sheet], &format!("vu-viec-{}.xlsx", who.today()))?)
}
