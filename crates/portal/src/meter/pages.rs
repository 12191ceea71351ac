//! The meter in the office: every unit at a glance, one unit with what is missing, and posting it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use citizen::procedures::facts as procedures;
use domain::{
    access::Action,
    ids::UnitId,
    publication::{Figure, Item, Measure},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Filled, Html, Path, Redirect, Shell, Site, State, Typed, Who, demand, told,
};
use store::Tx;

use super::{
    count::{Around, Base, CATALOGUE, Count, record},
    sql,
};

/// The list's address.
pub(super) const PAGE: &str = "/co-quan/muc-niem-yet";
/// Missing procedures of one page.
const LINES: usize = 50;
/// Days of the table over time.
const DAYS: usize = 24;
/// Places whose figure has a column of its own.
pub(super) const PLACES: [Measure; 4] =
    [Measure::Board, Measure::Here, Measure::Province, Measure::National];
const SORTS: [(&str, &str); 3] =
    [("", "Theo cây đơn vị"), ("thap", "Niêm yết thấp nhất trước"), ("ten", "Theo tên")];

/// The day that was asked for: today unless a day of the past was.
pub(super) fn day_of(who: &Who, asked: &Typed) -> Date {
    let typed = site::form::parse_date(asked.get("ngay"));
    typed.filter(|it| *it < who.today()).unwrap_or_else(|| who.today())
}

/// Units that `who` may look at, with a board of their own.
pub(super) fn seen(who: &Who, around: &Around<'_>) -> Vec<UnitId> {
    let may = |it: &UnitId| who.can_at(Action::EvaluationView, *it);
    around.units().into_iter().filter(may).collect()
}

/// Every set that `who` may look at on `day`: catalogues of today, and settled ones beneath.
pub(super) fn counts(who: &Who, tx: &mut Tx<'_>, day: Date) -> Result<Vec<Count>, Failure> {
    let around = Around::load(tx, &who.tree, day)?;
    let bases = sql::bases(tx)?;
    let mut counts = Vec::new();
    for unit in seen(who, &around) {
        counts.extend(around.count(tx, unit, None)?);
        for base in bases.iter().filter(|it| it.unit == unit && it.as_of <= day) {
            counts.extend(around.count(tx, unit, Some(base))?);
        }
    }
    Ok(counts)
}

/// Narrows and sorts as the address says.
pub(super) fn wanted(who: &Who, mut counts: Vec<Count>, asked: &Typed) -> Vec<Count> {
    let q = text::fold(asked.get("q"));
    counts.retain(|it| {
        let title = text::fold(who.tree.title(it.unit));
        q.split(' ').all(|word| title.contains(word))
    });
    let board = |it: &Count| figure(&it.figures(), Measure::Board).and_then(|it| it.tenths());
    match asked.get("sap") {
        "thap" => counts.sort_by_cached_key(board),
        "ten" => counts.sort_by_cached_key(|it| text::sort_key(who.tree.title(it.unit))),
        _ => {}
    }
    counts
}

pub(super) fn figure(figures: &[Figure], measure: Measure) -> Option<Figure> {
    figures.iter().find(|it| it.measure == measure).copied()
}

/// “282/375 (75,2%)”, or that nobody answered.
pub(super) fn cell(figures: &[Figure], measure: Measure) -> String {
    figure(figures, measure).map_or_else(
        || "chưa có trả lời".to_owned(),
        |it| format!("{}/{} ({})", it.part, it.whole, it.share()),
    )
}

struct Line {
    href: String,
    title: String,
    base: String,
    places: Vec<(&'static str, String, Option<i64>)>,
    level4: String,
    level3: String,
}

#[derive(Template)]
#[template(path = "meter/templates/overview.html")]
struct Overview {
    shell: Shell,
    q: String,
    day: String,
    sort: String,
    sorts: Vec<(String, String)>,
    query: String,
    lines: Vec<Line>,
    rules: Vec<(&'static str, &'static str)>,
}

/// What each measure counts, for people.
pub(super) const fn meaning(measure: Measure) -> &'static str {
    match measure {
        Measure::Board => {
            "Đang treo ở bảng niêm yết của đơn vị trong ngày, theo sổ niêm yết (bản cũ vẫn tính là có, và được nêu riêng)."
        }
        Measure::Here => {
            "Có trang trên cổng này và trang đủ các bộ phận mà NĐ 63/2010/NĐ-CP Điều 8 yêu cầu."
        }
        Measure::Province => {
            "Có mã trong trả lời mới nhất của Cổng dịch vụ công tỉnh tính đến ngày xem."
        }
        Measure::National => {
            "Có mã trong trả lời mới nhất của Cổng Dịch vụ công quốc gia tính đến ngày xem."
        }
        Measure::Level4 => "Nộp, trả phí và nhận kết quả trực tuyến.",
        Measure::Level3 => "Nộp trực tuyến.",
        Measure::Level2 => "Tải được mẫu đơn.",
        Measure::Level1 => "Chỉ có thông tin.",
        Measure::LevelUnknown => "Danh mục không ghi mức độ.",
    }
}

/// GET `/co-quan/muc-niem-yet`
pub async fn overview(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let day = day_of(&who, &asked);
    let asker = who.clone();
    let counts = site.read(&who, move |tx| counts(&asker, tx, day)).await?;
    let shown = text::date(day);
    let lines = wanted(&who, counts, &asked).into_iter().map(|it| {
        let figures = it.figures();
        let places = PLACES.map(|measure| {
            let tenths = figure(&figures, measure).and_then(|it| it.tenths());
            (measure.label(), cell(&figures, measure), tenths)
        });
        Line {
            href: format!("{PAGE}/{}?bo={}&ngay={shown}", it.unit, it.base),
            title: who.tree.title(it.unit).to_owned(),
            base: it.base_name,
            places: places.to_vec(),
            level4: cell(&figures, Measure::Level4),
            level3: cell(&figures, Measure::Level3),
        }
    });
    site.page(&Overview {
        lines: lines.collect(),
        q: asked.get("q").to_owned(),
        query: format!("q={}&ngay={shown}&sap={}", site::percent(asked.get("q")), asked.get("sap")),
        day: shown,
        sort: asked.get("sap").to_owned(),
        sorts: SORTS
            .iter()
            .map(|(code, label)| ((*code).to_owned(), (*label).to_owned()))
            .collect(),
        rules: Measure::ALL.iter().map(|it| (it.label(), meaning(*it))).collect(),
        shell: site.shell(&who),
    })
}

/// A set of a unit as the address names it, and every set that the unit has.
pub(super) struct Chosen {
    pub count: Count,
    pub sets: Vec<(String, String)>,
    pub recorded: Vec<sql::Recorded>,
}

/// Reads what `{unit}?bo=&ngay=` names.
pub(super) fn chosen(
    who: &Who,
    tx: &mut Tx<'_>,
    unit: UnitId,
    asked: &Typed,
) -> Result<Chosen, Failure> {
    demand(who, Action::EvaluationView, unit)?;
    let day = day_of(who, asked);
    let bases: Vec<Base> = sql::bases(tx)?.into_iter().filter(|it| it.unit == unit).collect();
    let id: i64 = asked.get("bo").parse().unwrap_or(CATALOGUE);
    let base = match id {
        CATALOGUE => None,
        id => Some(bases.iter().find(|it| it.id == id).ok_or(Failure::NotFound)?),
    };
    let around = Around::load(tx, &who.tree, day)?;
    let count = around.count(tx, unit, base)?.ok_or(Failure::NotFound)?;
    let mut sets = vec![(CATALOGUE.to_string(), "Danh mục hiện hành".to_owned())];
    sets.extend(bases.into_iter().map(|it| (it.id.to_string(), it.name)));
    let recorded = sql::recorded(tx, unit, count.base, DAYS)?;
    Ok(Chosen { count, sets, recorded })
}

struct FigureView {
    measure: Measure,
    part: i64,
    whole: i64,
    share: String,
    tenths: i64,
    missing: i64,
    note: String,
}

struct ItemView {
    code: String,
    name: String,
    sector: String,
    level: &'static str,
    known: bool,
    note: String,
}

#[derive(Template)]
#[template(path = "meter/templates/unit.html")]
struct UnitPage {
    shell: Shell,
    unit: UnitId,
    title: String,
    base: String,
    base_name: String,
    definition: String,
    sets: Vec<(String, String)>,
    day: String,
    figures: Vec<FigureView>,
    silent: Vec<&'static str>,
    past: Vec<(String, Vec<String>)>,
    measures: Vec<(String, String)>,
    missing: Measure,
    q: String,
    count: usize,
    lines: Vec<ItemView>,
    previous: Option<String>,
    next: Option<String>,
    query: String,
    may_post: bool,
    page: usize,
    /// Somebody asked for every tick, without a script.
    all_ticked: bool,
}

/// Columns of the table over time.
const OVER_TIME: [Measure; 7] = [
    Measure::Board,
    Measure::Here,
    Measure::Province,
    Measure::National,
    Measure::Level4,
    Measure::Level3,
    Measure::Level2,
];

fn note_of(count: &Count, measure: Measure) -> String {
    let answer = |portal: Measure| {
        let of = count.answered.iter().find(|(it, _)| it.code() == portal.code());
        of.map_or_else(String::new, |(_, day)| format!(" Trả lời ngày {}.", text::date(*day)))
    };
    let old = count.items.iter().filter(|it| it.posted_old).count();
    match measure {
        Measure::Board if old > 0 => {
            format!("{} Trong đó {old} thủ tục treo bản cũ.", meaning(measure))
        }
        Measure::Province | Measure::National => format!("{}{}", meaning(measure), answer(measure)),
        other => meaning(other).to_owned(),
    }
}

/// Why an item does not count, as people read it.
pub(super) fn lacking(it: &Item, measure: Measure) -> String {
    match (measure, &it.lacks) {
        (Measure::Here, None) => "không có trang trên cổng này trong ngày xem".to_owned(),
        (Measure::Here, Some(lacks)) => {
            format!("trang còn thiếu: {}", lacks.join(", ").to_lowercase())
        }
        (Measure::Board, None) => "không còn trong danh mục hiện hành".to_owned(),
        _ => String::new(),
    }
}

/// What is missing by a measure, narrowed by words.
pub(super) fn missing<'a>(count: &'a Count, measure: Measure, q: &str) -> Vec<&'a Item> {
    let folded = text::fold(q);
    let says = |it: &&Item| {
        let name = text::fold(&format!("{} {}", it.name, it.sector));
        it.code.starts_with(q) || folded.split(' ').all(|word| name.contains(word))
    };
    count.items.iter().filter(|it| it.counts_for(measure) == Some(false)).filter(says).collect()
}

/// The measure that the address asks for.
pub(super) fn measure_of(asked: &Typed) -> Measure {
    Measure::from_code(asked.get("thieu")).filter(|it| !it.is_level()).unwrap_or(Measure::Board)
}

/// GET `/co-quan/muc-niem-yet/{unit}?bo=&ngay=&thieu=&q=`
pub async fn unit(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, wish) = (who.clone(), asked.clone());
    let found = site.read(&who, move |tx| chosen(&asker, tx, unit, &wish)).await?;
    let (count, measure) = (&found.count, measure_of(&asked));
    let figures = count.figures();
    let lines = missing(count, measure, asked.get("q"));
    let page = asked.get("trang").parse().unwrap_or(1_usize).clamp(1, 1_000);
    let from = (page - 1) * LINES;
    let day = text::date(count.day);
    let here = format!("{PAGE}/{unit}?bo={}&ngay={day}", count.base);
    let query = format!("bo={}&ngay={day}&thieu={}", count.base, measure.code());
    let to = |page: usize| {
        let q = site::percent(asked.get("q"));
        format!("{here}&thieu={}&q={q}&trang={page}", measure.code())
    };
    let is_today = count.day == who.today();
    site.page(&UnitPage {
        unit,
        title: who.tree.title(unit).to_owned(),
        base: count.base.to_string(),
        base_name: count.base_name.clone(),
        definition: count.definition.clone(),
        silent: PLACES
            .into_iter()
            .filter(|it| figure(&figures, *it).is_none())
            .map(Measure::label)
            .collect(),
        figures: figures
            .iter()
            .map(|it| FigureView {
                measure: it.measure,
                part: it.part,
                whole: it.whole,
                share: it.share(),
                tenths: it.tenths().unwrap_or(0),
                missing: it.whole - it.part,
                note: note_of(count, it.measure),
            })
            .collect(),
        past: found
            .recorded
            .iter()
            .map(|it| {
                let of: Vec<Figure> = it.figures.iter().map(|(figure, _)| *figure).collect();
                let cells = OVER_TIME.map(|measure| {
                    figure(&of, measure).map_or_else(|| "–".to_owned(), |_| cell(&of, measure))
                });
                (text::date(it.day), cells.to_vec())
            })
            .collect(),
        measures: PLACES
            .into_iter()
            .filter(|it| figure(&figures, *it).is_some())
            .map(|it| (it.code().to_owned(), it.label().to_owned()))
            .collect(),
        missing: measure,
        q: asked.get("q").to_owned(),
        count: lines.len(),
        previous: (page > 1).then(|| to(page - 1)),
        next: (from + LINES < lines.len()).then(|| to(page + 1)),
        may_post: measure == Measure::Board
            && is_today
            && who.can_at(Action::PostingManage, unit)
            && lines.iter().any(|it| it.lacks.is_some()),
        lines: lines
            .into_iter()
            .skip(from)
            .take(LINES)
            .map(|it| ItemView {
                code: it.code.clone(),
                name: it.name.clone(),
                sector: it.sector.clone(),
                level: it.level.label(),
                known: it.lacks.is_some(),
                note: lacking(it, measure),
            })
            .collect(),
        page,
        all_ticked: asked.get("chon") == "het",
        sets: found.sets,
        day,
        query,
        shell: site.shell(&who),
    })
}

/// POST `/co-quan/muc-niem-yet/{unit}/niem-yet`: writes down that what was ticked hangs on the board now.
pub async fn hang(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    demand(&who, Action::PostingManage, unit)?;
    let base_id: i64 = typed.get("bo").parse().unwrap_or(CATALOGUE);
    if matches!(typed.get("viec"), "chon-het" | "bo-chon-het") {
        let ticks = if typed.get("viec") == "chon-het" { "het" } else { "" };
        let (q, page) = (site::percent(typed.get("q")), site::percent(typed.get("trang")));
        let to = format!("{PAGE}/{unit}?bo={base_id}&q={q}&trang={page}&chon={ticks}#con-thieu");
        return Ok(Redirect::to(&to).into_response());
    }
    let ticked: Vec<String> = typed.all("ma").map(str::to_owned).collect();
    let asker = who.clone();
    let done = site
        .write(&who, move |tx| {
            let today = asker.today();
            let bases = sql::bases(tx)?;
            let base = bases.iter().find(|it| it.id == base_id && it.unit == unit);
            if base_id != CATALOGUE && base.is_none() {
                return Err(Failure::NotFound);
            }
            let around = Around::load(tx, &asker.tree, today)?;
            let before = around.count(tx, unit, base)?.ok_or(Failure::NotFound)?;
            let mut done = 0_usize;
            for it in before.items.iter().filter(|it| ticked.contains(&it.code)) {
                if let Some(version) = procedures::in_force(tx, &it.code, today)? {
                    done += usize::from(procedures::post(tx, unit, &version)?);
                }
            }
            if done > 0 {
                for base in
                    std::iter::once(None).chain(bases.iter().filter(|it| it.unit == unit).map(Some))
                {
                    if let Some(after) = around.count(tx, unit, base)? {
                        record(tx, &after)?;
                    }
                }
            }
            Ok(done)
        })
        .await?;
    let said = match done {
        0 => "Chưa có gì thay đổi: hãy đánh dấu thủ tục đã treo ở bảng niêm yết.".to_owned(),
        done => format!("Đã ghi {done} thủ tục đang niêm yết."),
    };
    Ok(told(&format!("{PAGE}/{unit}?bo={base_id}"), &said))
}
