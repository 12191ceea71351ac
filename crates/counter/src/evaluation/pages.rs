//! The pages of the evaluation: the indicators, what is behind each, what people said; Excel and paper.

use askama::Template;
use axum::response::Response;
use domain::{
    evaluation::{Found, IndicatorSet, Judged, share_bp, tenths},
    ids::{DossierId, StaffId},
};
use jiff::{ToSpan as _, civil::Date};
use people::{
    sheets::{Sheet, to_save},
    staff::facts as staff,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::{Fault, Tx};

use super::count::{Counted, Line, Scored, Wanted, count};
use crate::ratings;

/// Lines of a list at most; the rest is in the workbook.
const ROWS: usize = 500;

/// A month `2026-02`, a quarter `2026-q1` or a year `2026`: its days and what people call it.
fn period(text: &str) -> Option<(Date, Date, String)> {
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    let year: i16 = year.parse().ok().filter(|it| (2000..=2199).contains(it))?;
    let (first, months, name) = if rest.is_empty() {
        (1, 12_i64, format!("năm {year}"))
    } else if let Some(quarter) = rest.strip_prefix('q') {
        let quarter: i8 = quarter.parse().ok().filter(|it| (1..=4).contains(it))?;
        (quarter * 3 - 2, 3, format!("quý {quarter}/{year}"))
    } else {
        let month: i8 = rest.parse().ok().filter(|it| (1..=12).contains(it))?;
        (month, 1, format!("tháng {month}/{year}"))
    };
    let from = Date::new(year, first, 1).ok()?;
    let until = from.checked_add(months.months()).ok()?.yesterday().ok()?;
    Some((from, until, name))
}

/// The periods that can be chosen on a day: months, quarters, years, the newest first.
fn periods(today: Date) -> Vec<(String, String)> {
    let mut codes = Vec::new();
    let mut month = today.first_of_month();
    for _ in 0..12 {
        codes.push(month.strftime("%Y-%m").to_string());
        month = month.checked_sub(1.month()).unwrap_or(month);
    }
    let mut quarter = today;
    for _ in 0..5 {
        codes.push(format!("{}-q{}", quarter.year(), (quarter.month() + 2) / 3));
        quarter = quarter.checked_sub(3.months()).unwrap_or(quarter);
    }
    codes.extend([today.year(), today.year() - 1].map(|it| it.to_string()));
    codes.into_iter().filter_map(|it| period(&it).map(|(_, _, name)| (it, name))).collect()
}

struct Asking {
    wanted: Wanted,
    units: Vec<(String, String)>,
    code: String,
    name: String,
    query: String,
    set: &'static IndicatorSet,
}

fn ask(who: &Who, asked: &Typed) -> Result<Asking, Failure> {
    let (unit, units) = ratings::unit_of(who, asked)?;
    let code = Some(asked.get("ky")).filter(|it| period(it).is_some());
    let code = code.map_or_else(|| who.today().strftime("%Y-%m").to_string(), str::to_owned);
    let (from, until, name) = period(&code).ok_or(Failure::NotFound)?;
    let official = asked.get("can-bo").parse().ok().map(StaffId);
    let set = ratings::set_on(until).or_else(|| ratings::set_on(who.today()));
    let mut query = format!("don-vi={unit}&ky={code}");
    if let Some(it) = official {
        query.push_str(&format!("&can-bo={it}"));
    }
    Ok(Asking {
        wanted: Wanted { unit, official, from, until },
        units,
        code,
        name,
        query,
        set: set.ok_or(Failure::NotFound)?,
    })
}

struct LineView {
    number: u8,
    label: String,
    points: String,
    figure: String,
    source: String,
    note: String,
    rule: String,
    opens: bool,
}

/// Tenths of a point with one decimal, as the circular rounds them: `1,0`.
fn one_decimal(tenths: i64) -> String {
    format!("{},{}", tenths / 10, tenths % 10)
}

fn points_text(found: Found) -> String {
    match (tenths(found), found) {
        (Some(it), _) => one_decimal(it),
        (None, Found::Unrecorded) => "chưa có dữ liệu".to_owned(),
        (None, _) => "không phát sinh".to_owned(),
    }
}

fn views(set: &IndicatorSet, lines: &[Line]) -> Vec<LineView> {
    lines
        .iter()
        .filter_map(|it| {
            let indicator = set.indicator.iter().find(|law| law.number == it.number)?;
            Some(LineView {
                number: it.number,
                label: indicator.label.clone(),
                points: points_text(it.found),
                figure: if it.figure.is_empty() { "–".to_owned() } else { it.figure.clone() },
                source: it.source.clone(),
                note: it.note.clone(),
                rule: format!("2: {}; 1: {}; 0: {}", indicator.two, indicator.one, indicator.zero),
                opens: !it.figure.is_empty(),
            })
        })
        .collect()
}

/// What is left out, in a sentence: it is never scored as full nor as nought.
fn effect(judged: Option<&Judged>) -> String {
    match judged {
        None => "Kỳ này chưa có chỉ số nào tính được điểm.".to_owned(),
        Some(it) if it.left_out > 0 => format!(
            "Có {} chỉ số không tính được, bỏ ra ngoài tổng điểm. Mức xếp loại theo văn bản không đổi theo số \
             chỉ số, nên loại này là loại tạm tính.",
            it.left_out
        ),
        Some(_) => String::new(),
    }
}

/// A figure beside the indicators, and the list that it opens.
struct Fact {
    name: &'static str,
    value: String,
    list: &'static str,
}

fn is_in(list: &str, it: &Scored) -> bool {
    match list {
        "nhan" => it.received_in,
        "co-ket-qua" | "5" => it.finished_in,
        "som" => it.finished_in && it.timing == Some(domain::dossier::Timing::Early),
        "dung" => it.finished_in && it.timing == Some(domain::dossier::Timing::OnTime),
        "muon" => it.finished_in && it.timing == Some(domain::dossier::Timing::Late),
        "bo-sung" => it.supplements > 0,
        "tu-choi" => it.refused,
        "xin-loi" => it.extended,
        "9" => it.received_in && it.online,
        number => number.parse().is_ok_and(|number: u8| it.points(number).is_some()),
    }
}

const FACTS: [(&str, &str); 8] = [
    ("nhan", "Tiếp nhận trong kỳ"),
    ("co-ket-qua", "Có kết quả trong kỳ"),
    ("som", "Trước hạn"),
    ("dung", "Đúng hạn"),
    ("muon", "Quá hạn (theo ngày hẹn đầu tiên)"),
    ("bo-sung", "Phải bổ sung"),
    ("tu-choi", "Từ chối giải quyết"),
    ("xin-loi", "Xin lỗi, hẹn lại"),
];

fn facts(counted: &Counted) -> Vec<Fact> {
    let of = |list: &str| counted.dossiers.iter().filter(|it| is_in(list, it)).count();
    let mut facts: Vec<Fact> = FACTS
        .iter()
        .map(|&(list, name)| Fact { name, value: of(list).to_string(), list })
        .collect();
    let rated: Vec<i64> = counted
        .dossiers
        .iter()
        .filter(|it| it.finished_in)
        .filter_map(|it| it.rating.as_ref())
        .map(|it| it.face)
        .collect();
    let count = i64::try_from(rated.len()).unwrap_or(0);
    let glad = i64::try_from(rated.iter().filter(|it| **it >= 4).count()).unwrap_or(0);
    let value = match share_bp(glad, count) {
        Some(bp) => format!("{glad}/{count} ({})", domain::text::percent(bp)),
        None => "chưa có đánh giá".to_owned(),
    };
    facts.push(Fact { name: "Hài lòng và rất hài lòng", value, list: "" });
    let (glad, visits) = counted.visits;
    if let Some(bp) = share_bp(glad, visits) {
        let value = format!("{glad}/{visits} ({})", domain::text::percent(bp));
        facts.push(Fact {
            name: "Hài lòng, lượt đến không nộp hồ sơ", value, list: ""
        });
    }
    let value = counted.confirmed.to_string();
    facts.push(Fact {
        name: "Vụ việc về ứng xử kết luận đúng, đúng một phần", value, list: ""
    });
    facts
}

#[derive(Template)]
#[template(path = "evaluation/templates/evaluation.html")]
struct Page {
    shell: Shell,
    title: String,
    name: String,
    official: String,
    units: Vec<(String, String)>,
    unit: String,
    periods: Vec<(String, String)>,
    period: String,
    officials: Vec<(String, String)>,
    chosen: String,
    lines: Vec<LineView>,
    facts: Vec<Fact>,
    sum: String,
    most: String,
    class: String,
    effect: String,
    law: String,
    query: String,
}

fn names(tx: &mut Tx<'_>, ids: &[StaffId], day: Date) -> Result<Vec<(String, String)>, Fault> {
    let mut names = Vec::new();
    for id in ids {
        let name = staff::person(tx, *id, day)?.map_or_else(|| "–".to_owned(), |it| it.name);
        names.push((id.to_string(), name));
    }
    Ok(names)
}

struct Whole {
    asking: Asking,
    counted: Counted,
    official: String,
    officials: Vec<(String, String)>,
}

fn load(tx: &mut Tx<'_>, who: &Who, asked: &Typed) -> Result<Whole, Failure> {
    let asking = ask(who, asked)?;
    let counted = count(tx, who, asking.set, &asking.wanted)?;
    let official = match asking.wanted.official {
        Some(id) => names(tx, &[id], who.today())?.pop().map_or_else(String::new, |it| it.1),
        None => String::new(),
    };
    let mut officials = vec![(String::new(), "Cả đơn vị".to_owned())];
    let chosen = asking.wanted.official.filter(|it| !counted.officials.contains(it));
    let ids: Vec<StaffId> = counted.officials.iter().copied().chain(chosen).collect();
    officials.extend(names(tx, &ids, who.today())?);
    Ok(Whole { asking, counted, official, officials })
}

fn judge(whole: &Whole) -> Option<Judged> {
    let found: Vec<_> = whole.counted.lines.iter().map(|it| (it.number, it.found)).collect();
    whole.asking.set.judge(whole.asking.wanted.official.is_some(), &found)
}

/// GET `/co-quan/danh-gia`
pub async fn evaluation(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let whole = site.read(&who, move |tx| load(tx, &asker, &asked)).await?;
    let judged = judge(&whole);
    let asking = whole.asking;
    site.page(&Page {
        shell: site.shell(&who),
        title: who.tree.title(asking.wanted.unit).to_owned(),
        name: asking.name,
        official: whole.official,
        unit: asking.wanted.unit.to_string(),
        units: asking.units,
        periods: periods(who.today()),
        period: asking.code,
        officials: whole.officials,
        chosen: asking.wanted.official.map_or_else(String::new, |it| it.to_string()),
        lines: views(asking.set, &whole.counted.lines),
        facts: facts(&whole.counted),
        sum: judged.as_ref().map_or_else(|| "–".to_owned(), |it| one_decimal(it.tenths)),
        most: judged.as_ref().map_or_else(String::new, |it| one_decimal(it.most_tenths)),
        class: judged.as_ref().map_or_else(String::new, |it| it.class.clone()),
        effect: effect(judged.as_ref()),
        law: asking.set.title.clone(),
        query: asking.query,
    })
}

struct BehindLine {
    id: DossierId,
    code: String,
    procedure: String,
    timing: String,
    points: String,
    why: String,
}

#[derive(Template)]
#[template(path = "evaluation/templates/behind.html")]
struct Behind {
    shell: Shell,
    title: String,
    name: String,
    what: String,
    query: String,
    lines: Vec<BehindLine>,
    count: String,
    own: usize,
}

/// The dossiers of a list. What citizens answered about whoever looks is not shown to him.
fn behind_of(who: &Who, list: &str, all: &[Scored]) -> (Vec<BehindLine>, usize) {
    let number: Option<u8> = list.parse().ok();
    let told = matches!(number, Some(3 | 4 | 7));
    let mut own = 0;
    let mut lines = Vec::new();
    for it in all.iter().filter(|it| is_in(list, it)) {
        if told && it.rating.is_some() && who.staff.is_some() && it.officer == who.staff {
            own += 1;
            continue;
        }
        let points = number.and_then(|number| it.points(number));
        lines.push(BehindLine {
            id: it.id,
            code: it.code.clone(),
            procedure: it.procedure.clone(),
            timing: it.timing.map_or_else(|| "–".to_owned(), |it| it.label().to_owned()),
            points: points.as_ref().map_or_else(|| "–".to_owned(), |it| it.0.to_string()),
            why: points.map_or_else(String::new, |it| it.1),
        });
    }
    (lines, own)
}

fn list_name(set: &IndicatorSet, list: &str) -> String {
    let number: Option<u8> = list.parse().ok();
    let indicator = number.and_then(|number| set.indicator.iter().find(|it| it.number == number));
    if let Some(it) = indicator {
        return format!("Chỉ số {}: {}", it.number, it.label);
    }
    FACTS.iter().find(|it| it.0 == list).map_or_else(String::new, |it| it.1.to_owned())
}

/// GET `/co-quan/danh-gia/ho-so`
pub async fn behind(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (asker, list) = (who.clone(), asked.get("chi-so").to_owned());
    let whole = site.read(&who, move |tx| load(tx, &asker, &asked)).await?;
    let what = list_name(whole.asking.set, &list);
    if what.is_empty() {
        return Err(Failure::NotFound);
    }
    let (mut lines, own) = behind_of(&who, &list, &whole.counted.dossiers);
    let count = format!("{} hồ sơ", domain::text::number(i64::try_from(lines.len()).unwrap_or(0)));
    lines.truncate(ROWS);
    site.page(&Behind {
        shell: site.shell(&who),
        title: who.tree.title(whole.asking.wanted.unit).to_owned(),
        name: whole.asking.name,
        what,
        query: whole.asking.query,
        lines,
        count,
        own,
    })
}

const HEADS: &[(&str, u16)] =
    &[("Chỉ số", 10), ("Tên", 60), ("Điểm", 18), ("Số liệu", 50), ("Nguồn", 60), ("Ghi chú", 60)];
const DOSSIER_HEADS: &[(&str, u16)] = &[
    ("Chỉ số", 10),
    ("Mã hồ sơ", 26),
    ("Thủ tục", 16),
    ("So với hẹn", 14),
    ("Điểm", 8),
    ("Vì sao", 40),
];

/// GET `/co-quan/danh-gia/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let whole = site.read(&who, move |tx| load(tx, &asker, &asked)).await?;
    let judged = judge(&whole);
    let mut rows: Vec<Vec<String>> = views(whole.asking.set, &whole.counted.lines)
        .into_iter()
        .map(|it| vec![it.number.to_string(), it.label, it.points, it.figure, it.source, it.note])
        .collect();
    if let Some(it) = &judged {
        let sum = format!("{} / {}", one_decimal(it.tenths), one_decimal(it.most_tenths));
        let class = it.class.clone();
        rows.push(vec![
            String::new(),
            "Tổng điểm".into(),
            sum,
            class,
            String::new(),
            effect(judged.as_ref()),
        ]);
    }
    let mut dossiers = Vec::new();
    for number in ["1", "3", "4", "7"] {
        for it in behind_of(&who, number, &whole.counted.dossiers).0 {
            dossiers.push(vec![
                number.to_owned(),
                it.code,
                it.procedure,
                it.timing,
                it.points,
                it.why,
            ]);
        }
    }
    let sheets = [
        Sheet { name: "Chỉ số", heads: HEADS, rows },
        Sheet { name: "Hồ sơ", heads: DOSSIER_HEADS, rows: dossiers },
    ];
    Ok(to_save(&sheets, &format!("danh-gia-{}.xlsx", whole.asking.code))?)
}

/// GET `/co-quan/danh-gia/in`
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let whole = site.read(&who, move |tx| load(tx, &asker, &asked)).await?;
    let judged = judge(&whole);
    let unit = whole.asking.wanted.unit;
    let above = who.tree.known(unit).and_then(|it| it.parent);
    let sheet = prints::EvaluationSheet {
        agency: prints::Agency {
            parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
            name: who.tree.title(unit).to_owned(),
            place: who.tree.known(unit).map_or_else(String::new, |it| it.place.clone()),
        },
        period: whole.asking.name.clone(),
        official: whole.official.clone(),
        law: whole.asking.set.title.clone(),
        rows: views(whole.asking.set, &whole.counted.lines)
            .into_iter()
            .map(|it| prints::EvaluationRow {
                number: it.number.to_string(),
                label: it.label,
                points: it.points,
                figure: it.figure,
                source: it.source,
            })
            .collect(),
        sum: judged.as_ref().map_or_else(String::new, |it| {
            format!("{} / {}", one_decimal(it.tenths), one_decimal(it.most_tenths))
        }),
        class: judged.as_ref().map_or_else(String::new, |it| it.class.clone()),
        effect: effect(judged.as_ref()),
        made_on: Some(who.today()),
        demo: site.config.demo,
    };
    let made = tokio::task::spawn_blocking(move || prints::render_evaluation(&sheet)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    let name = format!("danh-gia-{}.pdf", whole.asking.code);
    Ok(site::file(bytes, "application/pdf", &name, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_month_a_quarter_or_a_year() {
        let days = |text: &str| period(text).map(|(a, b, _)| format!("{a} {b}"));
        assert_eq!(days("2024-02").as_deref(), Some("2024-02-01 2024-02-29"));
        assert_eq!(days("2026-q4").as_deref(), Some("2026-10-01 2026-12-31"));
        assert_eq!(days("2026").as_deref(), Some("2026-01-01 2026-12-31"));
        for bad in ["", "26-02", "2026-13", "2026-q5", "2026-02-03"] {
            assert_eq!(days(bad), None, "{bad}");
        }
        let all = periods(jiff::civil::date(2026, 2, 28));
        assert_eq!(all.len(), 19);
        assert_eq!(all[0], ("2026-02".to_owned(), "tháng 2/2026".to_owned()));
    }
}
