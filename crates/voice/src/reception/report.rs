//! Figures and the legal report of receptions: days by leader, people, groups, classes, promises, by time and subtree.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    ids::UnitId,
    reception::{DayState, Matter, Outcome},
    text,
};
use jiff::civil::Date;
use people::sheets::{self, Sheet};
use prints::{OfficePaper, PaperColumn, PaperSigner};
use site::{Asked, Failure, Shell, Site, State, Who, demand};
use store::Tx;

use super::{
    rules_on,
    sql::{self, Wanted, book::Filter},
    units,
};
use crate::typed::{agency, pdf};

/// Entries that are counted at most.
const ENTRIES_MAX: i64 = 50_000;
/// People from whom on a group is counted as many (đoàn đông người).
const GROUP_PEOPLE: i64 = 5;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LeaderLine {
    pub unit: String,
    pub leader: String,
    pub planned: usize,
    pub held: usize,
    pub substituted: usize,
    pub cancelled: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub leaders: Vec<LeaderLine>,
    /// What is counted, and how many.
    pub counts: Vec<(&'static str, i64)>,
}

/// Counts everything of a subtree within a time.
pub(super) fn count(
    who: &Who,
    tx: &mut Tx<'_>,
    units: Vec<UnitId>,
    (from, until): (Date, Date),
) -> Result<Figures, Failure> {
    let wanted = Wanted { units: units.clone(), from, until, posted: false };
    let mut leaders: BTreeMap<(UnitId, String), LeaderLine> = BTreeMap::new();
    for it in sql::days(tx, &wanted)? {
        let name = format!("{} – {}", it.leader, it.title);
        let line = leaders.entry((it.unit, name.clone())).or_insert_with(|| LeaderLine {
            unit: who.tree.title(it.unit).to_owned(),
            leader: name,
            ..LeaderLine::default()
        });
        line.planned += 1;
        match it.state {
            DayState::Cancelled => line.cancelled += 1,
            DayState::Held if it.substitute.is_empty() => line.held += 1,
            DayState::Held => line.substituted += 1,
            DayState::Planned => {}
        }
    }
    let filter =
        Filter { units: units.clone(), from: Some(from), until: Some(until), ..Filter::default() };
    let entries = sql::book::in_order(tx, &filter, ENTRIES_MAX)?;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let of = |matter: Matter| number(entries.iter().filter(|it| it.matter == matter).count());
    let by = |outcome: Outcome| number(entries.iter().filter(|it| it.outcome == outcome).count());
    let in_time =
        |it: &&sql::book::Entry| it.answered.is_some_and(|at| at.civil() <= it.answer_due);
    let now = tx.now().civil();
    let late = |it: &&sql::book::Entry| match it.answered {
        Some(at) => at.civil() > it.answer_due,
        None => it.answer_due < now,
    };
    let promises = sql::book::promises(tx, units, false, Some((from, until)))?;
    let kept = |it: &&sql::book::Promise| it.kept.is_some_and(|at| at.civil() <= it.due);
    let broken = |it: &&sql::book::Promise| match it.kept {
        Some(at) => at.civil() > it.due,
        None => it.due < now,
    };
    let counts = vec![
        ("Lượt tiếp", number(entries.len())),
        ("Số người", entries.iter().map(|it| it.people).sum()),
        (
            "Đoàn đông người (từ 5 người)",
            number(entries.iter().filter(|it| it.people >= GROUP_PEOPLE).count()),
        ),
        ("Khiếu nại", of(Matter::Complaint)),
        ("Tố cáo", of(Matter::Denunciation)),
        ("Kiến nghị, phản ánh", of(Matter::Petition)),
        ("Nội dung khác", of(Matter::Other)),
        ("Giải thích, trả lời tại chỗ", by(Outcome::Explained)),
        ("Hướng dẫn", by(Outcome::Guided)),
        ("Thụ lý", by(Outcome::TakenUp)),
        ("Chuyển cơ quan có thẩm quyền", by(Outcome::HandedOn)),
        ("Từ chối tiếp", by(Outcome::Refused)),
        ("Đã trả lời đúng hạn", number(entries.iter().filter(in_time).count())),
        ("Trả lời trễ hoặc quá hạn", number(entries.iter().filter(late).count())),
        ("Việc đã hứa đến hạn trong kỳ", number(promises.len())),
        ("Việc hứa làm đúng hạn", number(promises.iter().filter(kept).count())),
        ("Việc hứa trễ hoặc quá hạn", number(promises.iter().filter(broken).count())),
    ];
    Ok(Figures { leaders: leaders.into_values().collect(), counts })
}

#[derive(Template)]
#[template(path = "reception/templates/report.html")]
struct Page {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    title: String,
    from: String,
    until: String,
    wrong_date: bool,
    leaders: Vec<LeaderLine>,
    counts: Vec<(&'static str, i64)>,
    query: String,
}

/// GET `/co-quan/tiep-cong-dan/bao-cao?don-vi=&tu=&den=`, with `xuat=xlsx` or `xuat=pdf`
pub(super) async fn page(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let all = units(&who, &[Action::VoiceFigures]);
    let chosen = asked.get("don-vi").parse().ok().map(UnitId);
    let unit = chosen.or_else(|| all.first().map(|it| it.0)).ok_or(Failure::NotFound)?;
    demand(&who, Action::VoiceFigures, unit)?;
    let today = who.today();
    let first = Date::new(today.year(), 1, 1).unwrap_or(today);
    let read = |name: &str| site::form::parse_date(asked.get(name));
    let (from, until) = (read("tu").unwrap_or(first), read("den").unwrap_or(today));
    let wrong_date = ["tu", "den"].iter().any(|it| !asked.get(it).is_empty() && read(it).is_none());
    let _turn = if asked.has("xuat") { Some(site.one_at_a_time().await?) } else { None };
    let asker = who.clone();
    let figures = site
        .read(&who, move |tx| {
            let subtree = asker.tree.subtree(unit);
            count(&asker, tx, subtree, (from, until))
        })
        .await?;
    let title = who.tree.title(unit).to_owned();
    let name = format!("bao-cao-tiep-cong-dan-{from}-{until}");
    let leader_rows = figures.leaders.iter().map(|it| {
        vec![
            it.unit.clone(),
            it.leader.clone(),
            it.planned.to_string(),
            it.held.to_string(),
            it.substituted.to_string(),
            it.cancelled.to_string(),
        ]
    });
    match asked.get("xuat") {
        "xlsx" => {
            let leaders = Sheet {
                name: "Lãnh đạo tiếp dân",
                heads: &[
                    ("Đơn vị", 28),
                    ("Người tiếp", 36),
                    ("Buổi theo lịch", 12),
                    ("Tự tiếp", 12),
                    ("Người khác tiếp thay", 12),
                    ("Hủy", 10),
                ],
                rows: leader_rows.collect(),
            };
            let counts = Sheet {
                name: "Số liệu",
                heads: &[("Chỉ tiêu", 40), ("Số lượng", 12)],
                rows: figures
                    .counts
                    .iter()
                    .map(|(label, it)| vec![(*label).to_owned(), it.to_string()])
                    .collect(),
            };
            Ok(sheets::to_save(&[counts, leaders], &format!("{name}.xlsx"))?)
        }
        "pdf" => {
            let law = rules_on(today)?;
            let signer = |title: &str, hint: &str| PaperSigner {
                title: title.to_owned(),
                hint: hint.to_owned(),
                name: String::new(),
            };
            let paper = OfficePaper {
                agency: agency(&who, unit),
                title: "BÁO CÁO KẾT QUẢ TIẾP CÔNG DÂN".to_owned(),
                subtitle: format!("Từ {} đến {}", text::date(from), text::date(until)),
                fields: figures
                    .counts
                    .iter()
                    .map(|(label, it)| ((*label).to_owned(), it.to_string()))
                    .collect(),
                columns: vec![
                    PaperColumn::left("Đơn vị", 22),
                    PaperColumn::left("Người tiếp", 30),
                    PaperColumn::centred("Buổi theo lịch", 10),
                    PaperColumn::centred("Tự tiếp", 10),
                    PaperColumn::centred("Tiếp thay", 10),
                    PaperColumn::centred("Hủy", 8),
                ],
                rows: leader_rows.collect(),
                after: vec![format!("Căn cứ: {}.", law.source)],
                signers: vec![
                    signer("Người lập", "(Ký, ghi rõ họ tên)"),
                    signer("Thủ trưởng đơn vị", "(Ký, đóng dấu)"),
                ],
                made_on: Some(today),
                demo: site.config.demo,
                ..OfficePaper::default()
            };
            Ok(pdf(&paper, &format!("{name}.pdf"))?)
        }
        _ => Ok(site
            .page(&Page {
                shell: site.shell(&who),
                units: all.into_iter().map(|(id, title)| (id.to_string(), title)).collect(),
                unit: unit.to_string(),
                title,
                from: text::date(from),
                until: text::date(until),
                wrong_date,
                leaders: figures.leaders,
                counts: figures.counts,
                query: format!("?don-vi={unit}&tu={from}&den={until}"),
            })?
            .into_response()),
    }
}
