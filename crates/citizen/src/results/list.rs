//! The list of results: search, filters, paging, workbook, print.

use std::collections::HashSet;

use askama::Template;
use axum::response::Response;
use domain::{
    dossier::Outcome,
    ids::DossierId,
    results::{NEAR_DAYS, Validity, validity},
    text,
};
use jiff::{ToSpan as _, civil::Date};
use people::sheets::{self, Sheet};
use prints::{BookColumn, BookRow, BookSheet};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::{Fault, Tx};

use super::{
    ADDRESS,
    sql::{self, Filter, Kept},
};
use crate::dossiers::facts as dossiers;

/// Rows of one page.
const ROWS: usize = 50;
/// Results counted at most, and written into one workbook at most.
const COUNT_MAX: i64 = 20_000;

/// It was handed over.
pub(super) const GIVEN: &str = "Đã giao";

/// What became of a result, as people read it today.
pub(super) fn state_of(it: &Kept, today: Date) -> (&'static str, &'static str) {
    match validity(it.state, it.expires_on, today) {
        Validity::Revoked => ("Đã thu hồi", "bad"),
        Validity::Replaced => ("Đã thay thế", ""),
        Validity::Expired => ("Hết thời hạn", "warn"),
        Validity::Valid if near(it, today) => ("Sắp hết thời hạn", "warn"),
        Validity::Valid if it.collected_at.is_some() => (GIVEN, "good"),
        Validity::Valid => ("Chờ giao", ""),
    }
}

fn near(it: &Kept, today: Date) -> bool {
    let last = today.checked_add(NEAR_DAYS.days()).unwrap_or(today);
    it.expires_on.is_some_and(|day| today <= day && day <= last)
}

struct Line {
    id: i64,
    number: String,
    kind: String,
    holder: String,
    /// The members of a group with their numbers, each in a few words.
    members: Vec<String>,
    code: String,
    issued: String,
    expires: String,
    state: &'static str,
    tone: &'static str,
    /// It waits to be handed over and the citizen has the electronic one already.
    downloaded: bool,
}

/// The results with the members of groups to whom they were given.
type WithMembers = Vec<(Kept, Vec<(String, String)>)>;

/// Of these those that wait to be handed over and that their citizens have already.
fn at_home(tx: &mut Tx<'_>, found: &WithMembers) -> Result<HashSet<DossierId>, Fault> {
    let waits = found.iter().filter(|(it, _)| it.collected_at.is_none() && it.file.is_some());
    super::facts::downloaded_among(tx, waits.map(|(it, _)| it.dossier).collect())
}

fn with_members(tx: &mut Tx<'_>, found: Vec<Kept>) -> Result<WithMembers, Fault> {
    let granted = |it: &Kept| it.outcome == Outcome::Granted.code();
    let ids: Vec<DossierId> = found.iter().filter(|it| granted(it)).map(|it| it.dossier).collect();
    let members = dossiers::granted_members(tx, &ids)?;
    let of = |it: Kept| {
        let his = members.get(&it.dossier).filter(|_| granted(&it)).cloned().unwrap_or_default();
        (it, his)
    };
    Ok(found.into_iter().map(of).collect())
}

/// A member of a group and the number of his result.
pub(super) fn member((name, number): &(String, String)) -> String {
    if number.is_empty() { name.clone() } else { format!("{name}: số {number}") }
}

fn line((it, members): (Kept, Vec<(String, String)>), today: Date) -> Line {
    let (state, tone) = state_of(&it, today);
    Line {
        id: it.id,
        number: if it.number.is_empty() { "không số".to_owned() } else { it.number },
        kind: it.kind,
        holder: it.holder,
        members: members.iter().map(member).collect(),
        code: it.dossier_code,
        issued: text::date(it.issued_on),
        expires: it.expires_on.map_or_else(String::new, text::date),
        state,
        tone,
        downloaded: false,
    }
}

fn read(who: &Who, asked: &Typed) -> (Filter, bool) {
    let today = who.today();
    let day = |name: &str| {
        let typed = asked.get(name);
        let read = site::form::parse_date(typed);
        (read, !typed.is_empty() && read.is_none())
    };
    let ((from, wrong_from), (until, wrong_until)) = (day("tu"), day("den"));
    let filter = Filter {
        q: asked.get("q").to_owned(),
        state: asked.get("trang-thai").to_owned(),
        today: Some(today),
        near: today.checked_add(NEAR_DAYS.days()).ok(),
        from,
        until,
        body: None,
    };
    (filter, wrong_from || wrong_until)
}

/// The address of the same list with other words for `name`; none: without them.
pub(super) fn address(path: &str, asked: &Typed, name: &str, value: Option<&str>) -> String {
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

/// Choices of a filter.
pub(super) fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

/// The day and the row of the last result of the page before, as its address writes them.
fn after(typed: &str) -> Option<(Date, i64)> {
    let (day, id) = typed.split_once('_')?;
    day.parse().ok().zip(id.parse().ok())
}

#[derive(Template)]
#[template(path = "results/templates/list.html")]
struct List {
    shell: Shell,
    q: String,
    state: String,
    states: Vec<(String, String)>,
    from: String,
    until: String,
    wrong_date: bool,
    query: String,
    count: String,
    near: i64,
    lines: Vec<Line>,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/ket-qua`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (filter, wrong_date) = read(&who, &asked);
    let (asker, before) = (who.clone(), after(asked.get("sau")));
    let (mut found, home, count, near) = site
        .read(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            let soon = Filter {
                state: "sap".to_owned(),
                q: String::new(),
                from: None,
                until: None,
                ..filter.clone()
            };
            let found = sql::page(tx, &seen, &filter, before, limit)?;
            let found = with_members(tx, found)?;
            let home = at_home(tx, &found)?;
            Ok((
                found,
                home,
                sql::count(tx, &seen, &filter, COUNT_MAX)?,
                sql::count(tx, &seen, &soon, 1_000)?,
            ))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found
        .last()
        .filter(|_| more)
        .map(|(it, _)| format!("{}_{}", it.issued_on, it.id))
        .map(|it| address(ADDRESS, &asked, "sau", Some(&it)));
    let today = who.today();
    site.page(&List {
        shell: site.shell(&who),
        q: asked.get("q").to_owned(),
        state: asked.get("trang-thai").to_owned(),
        states: options(&[
            ("", "Tất cả"),
            ("cho", "Chờ giao"),
            ("cap-lai", "Cấp lại, chờ giao"),
            ("da-giao", "Đã giao"),
            ("sap", "Sắp hết thời hạn"),
            ("het", "Hết thời hạn"),
            ("thu-hoi", "Đã thu hồi"),
            ("thay", "Đã thay thế"),
            ("hoan-tac", "Bước ban hành đã hoàn tác"),
        ]),
        from: asked.get("tu").to_owned(),
        until: asked.get("den").to_owned(),
        wrong_date,
        query: address("", &asked, "sau", None),
        count: format!("{} kết quả", text::number(count)),
        near,
        lines: found
            .into_iter()
            .map(|it| {
                let downloaded = it.0.collected_at.is_none() && home.contains(&it.0.dossier);
                Line { downloaded, ..line(it, today) }
            })
            .collect(),
        is_filtered: ["q", "trang-thai", "tu", "den"].iter().any(|it| !asked.get(it).is_empty()),
        first: asked.has("sau").then(|| address(ADDRESS, &asked, "sau", None)),
        next,
    })
}

/// The rows of the workbook and of the print, with the days of the first and the last of them.
struct Rows {
    rows: Vec<[String; 8]>,
    days: Option<(Date, Date)>,
}

/// What a print's cover says of its time: nothing if that is one year, which then stands there.
fn period(filter: &Filter, days: Option<(Date, Date)>) -> String {
    let from = filter.from.or(days.map(|it| it.0));
    let until = filter.until.or(days.map(|it| it.1));
    let by_year = filter.from.is_none() && filter.until.is_none();
    match (from, until) {
        (Some(from), Some(until)) if by_year && from.year() == until.year() => String::new(),
        (Some(from), Some(until)) => {
            format!("Từ ngày {} đến ngày {}", text::date(from), text::date(until))
        }
        (Some(from), None) => format!("Từ ngày {}", text::date(from)),
        (None, Some(until)) => format!("Đến ngày {}", text::date(until)),
        (None, None) => String::new(),
    }
}

async fn all(site: &Site, who: &Who, asked: &Typed) -> Result<Rows, Failure> {
    let (filter, _) = read(who, asked);
    let (asker, today) = (who.clone(), who.today());
    let found = site
        .read(who, move |tx| {
            let found = sql::page(tx, &dossiers::seen(&asker), &filter, None, COUNT_MAX)?;
            Ok(with_members(tx, found)?)
        })
        .await?;
    let issued = || found.iter().map(|it| it.0.issued_on);
    let days = issued().min().zip(issued().max());
    let mut rows: Vec<[String; 8]> = found
        .into_iter()
        .map(|it| line(it, today))
        .map(|it| {
            [
                it.number,
                it.issued,
                it.kind,
                it.holder,
                it.code,
                it.expires,
                it.state.to_owned(),
                it.members.join("; "),
            ]
        })
        .collect();
    rows.reverse();
    Ok(Rows { rows, days })
}

const HEADS: [(&str, u16); 8] = [
    ("Số", 12),
    ("Ngày ban hành", 12),
    ("Kết quả", 40),
    ("Cấp cho", 26),
    ("Mã hồ sơ", 24),
    ("Thời hạn", 12),
    ("Tình trạng", 16),
    ("Ghi chú", 14),
];

/// GET `/co-quan/ket-qua/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let rows = all(&site, &who, &asked).await?.rows.into_iter().map(Vec::from).collect();
    let sheet = Sheet { name: "Kết quả", heads: &HEADS, rows };
    Ok(sheets::to_save(&[sheet], &format!("so-ket-qua-{}.xlsx", who.today()))?)
}

/// Rows of one printed register at most.
const PRINT_ROWS_MAX: usize = 5_000;

/// GET `/co-quan/ket-qua/in`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let Rows { rows, days } = all(&site, &who, &asked).await?;
    if rows.len() > PRINT_ROWS_MAX {
        let max = text::number(i64::try_from(PRINT_ROWS_MAX).unwrap_or(0));
        return Err(Failure::Refused(format!(
            "Có hơn {max} kết quả. Hãy lọc theo tháng rồi in lại."
        )));
    }
    let (from, _) = read(&who, &asked);
    let home = who.home().ok_or(Failure::Forbidden)?;
    let sheet = BookSheet {
        agency: super::papers::agency(&who, home),
        title: "Sổ kết quả giải quyết thủ tục hành chính".to_owned(),
        year: days.map_or_else(|| who.today(), |it| it.1).year(),
        period: period(&from, days),
        opened_on: from.from,
        columns: HEADS
            .iter()
            .map(|(head, width)| BookColumn {
                head: (*head).to_owned(),
                width: *width,
                centred: *width <= 12,
            })
            .collect(),
        rows: rows
            .into_iter()
            .map(|it| BookRow { cells: it.to_vec(), ..BookRow::default() })
            .collect(),
        made_on: Some(who.today()),
        keeper: who.name.to_string(),
        demo: site.config.demo,
        ..BookSheet::default()
    };
    let bytes = super::papers::made(move || prints::render_book(&sheet)).await?;
    Ok(site::file(bytes, "application/pdf", "so-ket-qua.pdf", false))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Filter, period};

    #[test]
    fn the_cover_of_a_print_names_the_time_of_its_rows() {
        let none = Filter::default();
        assert_eq!(period(&none, None), "");
        let within = Some((date(2026, 1, 5), date(2026, 11, 20)));
        assert_eq!(period(&none, within), "", "one year stands there as a year");
        let over = Some((date(2025, 3, 5), date(2026, 11, 20)));
        assert_eq!(period(&none, over), "Từ ngày 05/03/2025 đến ngày 20/11/2026");
        let month = Filter {
            from: Some(date(2025, 3, 1)),
            until: Some(date(2025, 3, 31)),
            ..Filter::default()
        };
        assert_eq!(period(&month, over), "Từ ngày 01/03/2025 đến ngày 31/03/2025");
        let since = Filter { from: Some(date(2025, 1, 1)), ..Filter::default() };
        assert_eq!(period(&since, over), "Từ ngày 01/01/2025 đến ngày 20/11/2026");
        assert_eq!(period(&since, None), "Từ ngày 01/01/2025");
    }
}
