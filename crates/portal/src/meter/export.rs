//! The meter as workbooks and on paper.

use axum::response::Response;
use domain::{ids::UnitId, publication::Measure, text};
use people::sheets::{Sheet, to_save};
use prints::{Agency, PublicationRow, PublicationSheet};
use site::{Asked, Failure, Path, Site, State, Who};
use store::Fault;

use super::pages::{self, chosen, counts, day_of, lacking, meaning, measure_of, missing, wanted};

/// Missing procedures that a printed sheet lists at most.
const PRINTED_MAX: usize = 500;

const OVERVIEW: &[(&str, u16)] = &[
    ("Đơn vị", 36),
    ("Danh mục", 30),
    ("Ngày", 12),
    ("Số liệu", 36),
    ("Tử số", 10),
    ("Mẫu số", 10),
    ("Tỷ lệ", 10),
    ("Mẫu số là gì", 70),
];
const MISSING: &[(&str, u16)] = &[
    ("Còn thiếu ở đâu", 36),
    ("Mã", 14),
    ("Thủ tục", 70),
    ("Lĩnh vực", 26),
    ("Mức độ", 26),
    ("Ghi chú", 50),
];
const PAST: &[(&str, u16)] = &[
    ("Ngày", 12),
    ("Số liệu", 36),
    ("Tử số", 10),
    ("Mẫu số", 10),
    ("Tỷ lệ", 10),
    ("Mẫu số là gì", 70),
];

fn rows(who: &Who, it: &super::count::Count) -> Vec<Vec<String>> {
    let of = |figure: domain::publication::Figure| {
        vec![
            who.tree.title(it.unit).to_owned(),
            it.base_name.clone(),
            text::date(it.day),
            figure.measure.label().to_owned(),
            figure.part.to_string(),
            figure.whole.to_string(),
            figure.share(),
            it.definition.clone(),
        ]
    };
    it.figures().into_iter().map(of).collect()
}

/// GET `/co-quan/muc-niem-yet/xuat`: every figure of every unit in view.
pub async fn overview(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let (asker, day) = (who.clone(), day_of(&who, &asked));
    let counts = site.read(&who, move |tx| counts(&asker, tx, day)).await?;
    drop(turn);
    let rows = wanted(&who, counts, &asked).iter().flat_map(|it| rows(&who, it)).collect();
    let sheet = Sheet { name: "Mức niêm yết", heads: OVERVIEW, rows };
    Ok(to_save(&[sheet], "muc-niem-yet.xlsx")?)
}

/// GET `/co-quan/muc-niem-yet/{unit}/xuat`: a unit's figures, what is missing where, and the figures over time.
pub async fn unit(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let asker = who.clone();
    let found = site.read(&who, move |tx| chosen(&asker, tx, unit, &asked)).await?;
    drop(turn);
    let count = &found.count;
    let lines = pages::PLACES.into_iter().flat_map(|measure| {
        missing(count, measure, "").into_iter().map(move |it| {
            vec![
                measure.label().to_owned(),
                it.code.clone(),
                it.name.clone(),
                it.sector.clone(),
                it.level.label().to_owned(),
                lacking(it, measure),
            ]
        })
    });
    let past = found.recorded.iter().flat_map(|it| {
        it.figures.iter().map(|(figure, definition)| {
            vec![
                text::date(it.day),
                figure.measure.label().to_owned(),
                figure.part.to_string(),
                figure.whole.to_string(),
                figure.share(),
                definition.clone(),
            ]
        })
    });
    let sheets = [
        Sheet { name: "Số liệu", heads: OVERVIEW, rows: rows(&who, count) },
        Sheet { name: "Còn thiếu", heads: MISSING, rows: lines.collect() },
        Sheet { name: "Theo thời gian", heads: PAST, rows: past.collect() },
    ];
    Ok(to_save(&sheets, "muc-niem-yet.xlsx")?)
}

/// GET `/co-quan/muc-niem-yet/{unit}/in.pdf`: the figures and what is missing, to sign.
pub async fn print(
    State(site): State<Site>,
    who: Who,
    Path(unit): Path<UnitId>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let turn = site.one_at_a_time().await?;
    let (asker, measure) = (who.clone(), measure_of(&asked));
    let found = site.read(&who, move |tx| chosen(&asker, tx, unit, &asked)).await?;
    let count = found.count;
    let here = who.tree.unit(unit);
    let above = here.and_then(|it| it.parent);
    let lines = missing(&count, measure, "");
    let left_out = lines.len().saturating_sub(PRINTED_MAX);
    let note = if left_out == 0 {
        String::new()
    } else {
        format!("Còn {left_out} thủ tục nữa: xem tệp Excel.")
    };
    let sheet = PublicationSheet {
        agency: Agency {
            parent: above.map_or_else(String::new, |it| who.tree.title(it).to_owned()),
            name: who.tree.title(unit).to_owned(),
            place: here.map_or_else(String::new, |it| it.place.clone()),
        },
        base: count.base_name.clone(),
        definition: count.definition.clone(),
        day: text::date(count.day),
        rows: count
            .figures()
            .iter()
            .map(|it| PublicationRow {
                label: it.measure.label().to_owned(),
                part: it.part.to_string(),
                whole: it.whole.to_string(),
                share: it.share(),
                meaning: meaning(it.measure).to_owned(),
            })
            .collect(),
        missing_title: Measure::label(measure).to_owned(),
        missing: lines
            .iter()
            .take(PRINTED_MAX)
            .map(|it| (it.code.clone(), it.name.clone()))
            .collect(),
        note,
        made_on: Some(who.today()),
        demo: site.config.demo,
    };
    let made = tokio::task::spawn_blocking(move || prints::render_publication(&sheet)).await;
    drop(turn);
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Failure::Fault(Fault::Broken(format!("print: {e}"))))?;
    Ok(site::file(bytes, "application/pdf", "muc-niem-yet.pdf", false))
}
