//! Figures of receipt and settlement (biểu II.06a), counted from the dossiers themselves: nobody
//! types a figure, every figure opens its dossiers, and the sums hold by construction.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    dossier::Status,
    ids::UnitId,
    tally::{Became, CameAs, Period, Tally},
};
use jiff::{ToSpan as _, civil::Date};
use site::{Asked, Failure, Html, Routes, Shell, Site, State, Typed, Who, form, get};

use crate::{dossiers::facts as dossiers, hand_entries::Late};

mod sheet;
mod sql;
#[cfg(test)]
mod tests;

use sql::Row;

/// Dossiers behind a figure that a page shows.
const SHOWN: usize = 100;

/// The routes of this slice.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .menu("Số liệu", "/co-quan/so-lieu", Action::RegisterPrint)
        .on("/co-quan/so-lieu", Action::RegisterPrint, get(table))
        .on("/co-quan/so-lieu/ho-so", Action::RegisterPrint, get(behind))
}

/// What the lines of the table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Sector,
    Procedure,
    Unit,
}

impl By {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Sector, "linh-vuc", "Lĩnh vực"),
        (Self::Procedure, "thu-tuc", "Thủ tục"),
        (Self::Unit, "noi-nhan", "Nơi tiếp nhận"),
    ];

    fn of(code: &str) -> Self {
        Self::ALL.iter().find(|it| it.1 == code).map_or(Self::Sector, |it| it.0)
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Sector => "linh-vuc",
            Self::Procedure => "thu-tuc",
            Self::Unit => "noi-nhan",
        }
    }

    /// What a dossier's line is known by, and what people read.
    fn key(self, row: &Row, who: &Who) -> (String, String) {
        match self {
            Self::Sector => (row.sector.clone(), row.sector.clone()),
            Self::Procedure => (row.procedure.clone(), format!("{} ({})", row.name, row.procedure)),
            Self::Unit => (row.unit.to_string(), who.tree.title(row.unit).to_owned()),
        }
    }
}

/// What was asked for.
#[derive(Debug, Clone)]
struct Wanted {
    period: Period,
    by: By,
    unit: Option<UnitId>,
    wrong: Option<&'static str>,
}

impl Wanted {
    /// Read from an address; a date that cannot be is told and the month so far is shown.
    fn of(asked: &Typed, today: Date) -> Self {
        let month = Period { from: today.first_of_month(), until: today };
        let (from, until) = (asked.get("tu"), asked.get("den"));
        let read = (form::parse_date(from), form::parse_date(until));
        let (period, wrong) = match read {
            _ if from.is_empty() && until.is_empty() => (month, None),
            // What has not been cannot be counted.
            (Some(from), Some(until)) if from <= until && from <= today => {
                (Period { from, until: until.min(today) }, None)
            }
            (Some(_), Some(_)) => {
                (month, Some("Ngày đầu kỳ phải trước ngày cuối kỳ và không ở tương lai."))
            }
            _ => (month, Some("Hãy gõ cả hai ngày theo dạng ngày/tháng/năm, như 01/03/2026.")),
        };
        let unit = asked.get("don-vi").parse().ok().map(UnitId);
        Self { period, by: By::of(asked.get("theo")), unit, wrong }
    }

    /// The unit, and whether parts of linked cases are counted: in one body's own table only.
    fn scope(&self, who: &Who) -> (Option<UnitId>, bool) {
        let bodies = who
            .tree
            .all()
            .filter(|it| matches!(it.kind.as_str(), "commune" | "district" | "province"))
            .filter(|it| who.can_at(Action::DossierView, it.id));
        (self.unit, self.unit.is_some() || bodies.count() <= 1)
    }

    fn query(&self) -> String {
        let unit = self.unit.map(|it| format!("&don-vi={it}")).unwrap_or_default();
        format!(
            "tu={}&den={}&theo={}{unit}",
            site::percent(&domain::text::date(self.period.from)),
            site::percent(&domain::text::date(self.period.until)),
            self.by.code()
        )
    }
}

/// A line of the table.
struct LineOf {
    key: String,
    label: String,
    tally: Tally,
}

/// Counts every dossier that the asker sees in the period, line by line.
async fn counted(site: &Site, who: &Who, wanted: &Wanted) -> Result<(Vec<LineOf>, Late), Failure> {
    let (asker, wanted) = (who.clone(), wanted.clone());
    let (mut lines, late) = site
        .read(who, move |tx| {
            let seen = dossiers::seen(&asker);
            let mut lines: std::collections::BTreeMap<String, LineOf> =
                std::collections::BTreeMap::new();
            let mut late = Late::default();
            let days = (wanted.period.from, wanted.period.until);
            sql::each(tx, &seen, wanted.scope(&asker), &wanted.period, |row| {
                if let Some(place) = row.place(&wanted.period) {
                    let (key, label) = wanted.by.key(&row, &asker);
                    let line = lines.entry(key.clone()).or_insert_with(|| LineOf {
                        key,
                        label,
                        tally: Tally::default(),
                    });
                    line.tally.count(place);
                    if let Some(entered) = row.entered {
                        late.count(row.counted.received_at.date(), entered, days);
                    }
                }
                true
            })?;
            Ok((lines.into_values().collect::<Vec<_>>(), late))
        })
        .await?;
    lines.sort_by_cached_key(|it| domain::text::fold(&it.label));
    Ok((lines, late))
}

/// The columns of the table: a number, what it is, which cell of the tally.
#[derive(Clone, Copy)]
enum Cell {
    All,
    Came(CameAs),
    Resolved,
    Became(Became),
    Pending,
}

/// Columns 3–13 of the form, and what was stopped, which the form has no column for.
const CELLS: [(&str, &str, Cell); 12] = [
    ("3", "tong", Cell::All),
    ("4", "online", Cell::Came(CameAs::Online)),
    ("5", "direct", Cell::Came(CameAs::Direct)),
    ("6", "carried", Cell::Came(CameAs::Carried)),
    ("7", "da-giai-quyet", Cell::Resolved),
    ("8", "early", Cell::Became(Became::Early)),
    ("9", "on_time", Cell::Became(Became::OnTime)),
    ("10", "late", Cell::Became(Became::Late)),
    ("11", "dang-giai-quyet", Cell::Pending),
    ("12", "pending_in_time", Cell::Became(Became::PendingInTime)),
    ("13", "pending_late", Cell::Became(Became::PendingLate)),
    ("", "stopped", Cell::Became(Became::Stopped)),
];

impl Cell {
    fn of(self, tally: &Tally) -> i64 {
        match self {
            Self::All => tally.all(),
            Self::Came(it) => tally.came(it),
            Self::Resolved => tally.resolved(),
            Self::Became(it) => tally.became(it),
            Self::Pending => tally.pending(),
        }
    }

    fn holds(self, (came, became): (CameAs, Became)) -> bool {
        match self {
            Self::All => true,
            Self::Came(it) => it == came,
            Self::Became(it) => it == became,
            Self::Resolved => matches!(became, Became::Early | Became::OnTime | Became::Late),
            Self::Pending => matches!(became, Became::PendingInTime | Became::PendingLate),
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::All => "Tổng số tiếp nhận",
            Self::Came(it) => it.label(),
            Self::Resolved => "Tổng số đã giải quyết",
            Self::Became(it) => it.label(),
            Self::Pending => "Tổng số đang giải quyết",
        }
    }
}

struct CellView {
    label: &'static str,
    number: String,
    href: String,
}

struct LineView {
    label: String,
    cells: Vec<CellView>,
}

#[derive(Template)]
#[template(path = "figures/templates/table.html")]
struct Table {
    shell: Shell,
    from: String,
    until: String,
    quick: Vec<(String, &'static str)>,
    bys: Vec<(String, String)>,
    by: String,
    by_label: &'static str,
    units: Vec<(String, String)>,
    unit: String,
    wrong: Option<&'static str>,
    lines: Vec<LineView>,
    total: LineView,
    on_time: String,
    query: String,
    /// What of it was entered afterwards, in words.
    late: String,
    late_href: String,
}

fn line_view(label: &str, key: Option<&str>, tally: &Tally, query: &str) -> LineView {
    let line = key.map(|it| format!("&dong={}", site::percent(it))).unwrap_or_default();
    let cells = CELLS
        .iter()
        .map(|(_, code, cell)| {
            let number = cell.of(tally);
            CellView {
                label: cell.label(),
                number: domain::text::number(number),
                href: if number > 0 {
                    format!("/co-quan/so-lieu/ho-so?{query}{line}&o={code}")
                } else {
                    String::new()
                },
            }
        })
        .collect();
    LineView { label: label.to_owned(), cells }
}

/// Periods that are asked for most.
fn quick(today: Date, wanted: &Wanted) -> Vec<(String, &'static str)> {
    let month = today.first_of_month();
    let before = month.checked_sub(1.day()).unwrap_or(month);
    let quarter_month = (today.month() - 1) / 3 * 3 + 1;
    let quarter = Date::new(today.year(), quarter_month, 1).unwrap_or(month);
    [
        (month, today, "Tháng này"),
        (before.first_of_month(), before, "Tháng trước"),
        (quarter, today, "Quý này"),
        (today.first_of_year(), today, "Năm nay"),
    ]
    .into_iter()
    .map(|(from, until, label)| {
        let it = Wanted { period: Period { from, until }, ..wanted.clone() };
        (it.query(), label)
    })
    .collect()
}

/// GET `/co-quan/so-lieu`
async fn table(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let wanted = Wanted::of(&asked, who.today());
    let (lines, late) = counted(&site, &who, &wanted).await?;
    drop(turn);
    let mut total = Tally::default();
    lines.iter().for_each(|it| total.add(&it.tally));
    if asked.get("dang") == "xlsx" {
        let place = wanted
            .unit
            .map_or_else(|| site.shell(&who).unit_name, |it| who.tree.title(it).to_owned());
        return sheet::to_save(&place, &wanted, &lines, (&total, late));
    }
    let query = wanted.query();
    let (early, on_time) = (total.became(Became::Early), total.became(Became::OnTime));
    let part = u64::try_from(early + on_time).unwrap_or(0);
    let whole = u64::try_from(total.resolved()).unwrap_or(0);
    let page = site.page(&Table {
        shell: site.shell(&who),
        from: domain::text::date(wanted.period.from),
        until: domain::text::date(wanted.period.until),
        quick: quick(who.today(), &wanted),
        bys: By::ALL.iter().map(|it| (it.1.to_owned(), it.2.to_owned())).collect(),
        by: wanted.by.code().to_owned(),
        by_label: By::ALL.iter().find(|it| it.0 == wanted.by).map_or("", |it| it.2),
        units: crate::lateness::facts::units_of(&who),
        unit: wanted.unit.map(|it| it.to_string()).unwrap_or_default(),
        wrong: wanted.wrong,
        lines: lines
            .iter()
            .map(|it| line_view(&it.label, Some(&it.key), &it.tally, &query))
            .collect(),
        total: line_view("Tổng cộng", None, &total, &query),
        on_time: if whole > 0 { domain::text::percent_of(part, whole) } else { String::new() },
        late: late.said(),
        late_href: format!(
            "/co-quan/nhap-bu?{}den={}{}",
            if late.from_before > 0 {
                String::new()
            } else {
                format!("tu={}&", wanted.period.from)
            },
            wanted.period.until,
            wanted.unit.map_or_else(String::new, |it| format!("&don-vi={it}"))
        ),
        query,
    })?;
    Ok(page.into_response())
}

struct DossierView {
    id: i64,
    code: String,
    procedure: String,
    unit: String,
    status: &'static str,
    received: String,
    due: String,
    ended: String,
    became: &'static str,
}

#[derive(Template)]
#[template(path = "figures/templates/behind.html")]
struct Behind {
    shell: Shell,
    title: &'static str,
    about: String,
    count: String,
    lines: Vec<DossierView>,
    back: String,
    next: Option<String>,
}

/// GET `/co-quan/so-lieu/ho-so`: the dossiers behind a figure.
async fn behind(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let turn = site.one_at_a_time().await?;
    let wanted = Wanted::of(&asked, who.today());
    let cell = CELLS.iter().find(|it| it.1 == asked.get("o")).map(|it| it.2);
    let cell = cell.ok_or(Failure::NotFound)?;
    let line = asked.has("dong").then(|| asked.get("dong").to_owned());
    let after: i64 = asked.get("sau").parse().unwrap_or(0);
    let (asker, inner, of_line) = (who.clone(), wanted.clone(), line.clone());
    let (count, found, label) = site
        .read(&who, move |tx| {
            let seen = dossiers::seen(&asker);
            let (mut count, mut found, mut label) = (0_i64, Vec::new(), String::new());
            sql::each(tx, &seen, inner.scope(&asker), &inner.period, |row| {
                let Some(place) = row.place(&inner.period).filter(|it| cell.holds(*it)) else {
                    return true;
                };
                let (key, name) = inner.by.key(&row, &asker);
                if of_line.as_ref().is_some_and(|it| *it != key) {
                    return true;
                }
                label = name;
                count += 1;
                if row.id.0 > after && found.len() <= SHOWN {
                    found.push((row, place.1));
                }
                true
            })?;
            Ok((count, found, label))
        })
        .await?;
    drop(turn);
    let more = found.len() > SHOWN;
    let query = wanted.query();
    let of_line =
        line.as_ref().map(|it| format!("&dong={}", site::percent(it))).unwrap_or_default();
    let last = found.get(SHOWN.saturating_sub(1)).map(|it| it.0.id);
    let next = last
        .filter(|_| more)
        .map(|it| format!("/co-quan/so-lieu/ho-so?{query}{of_line}&o={}&sau={it}", asked.get("o")));
    let day = |it: jiff::civil::DateTime| domain::text::date(it.date());
    let lines = found
        .into_iter()
        .take(SHOWN)
        .map(|(row, became)| DossierView {
            id: row.id.0,
            code: row.code.clone(),
            procedure: row.name.clone(),
            unit: who.tree.title(row.unit).to_owned(),
            status: Status::from_code(&row.status).map_or("", Status::label),
            received: day(row.counted.received_at),
            due: row.counted.due_at.map_or_else(|| "–".to_owned(), day),
            ended: row
                .counted
                .finished_at
                .or(row.counted.stopped_at)
                .map_or_else(|| "–".to_owned(), day),
            became: became.label(),
        })
        .collect();
    let period = format!(
        "{} – {}",
        domain::text::date(wanted.period.from),
        domain::text::date(wanted.period.until)
    );
    site.page(&Behind {
        shell: site.shell(&who),
        title: cell.label(),
        about: if line.is_some() { format!("{label}, {period}") } else { period },
        count: format!("{} hồ sơ", domain::text::number(count)),
        lines,
        back: format!("/co-quan/so-lieu?{query}"),
        next,
    })
}
