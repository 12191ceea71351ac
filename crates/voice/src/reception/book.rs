//! The book of receptions: its entries without names, one entry whole, the book on paper.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    ids::UnitId,
    reception::{Matter, Outcome},
    text,
};
use people::sheets::{self, Sheet};
use prints::{OfficePaper, PaperColumn};
use site::{Asked, Failure, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand};
use store::{Tx, journal};

use super::{
    ENTRY, entry, rules_on,
    sql::{
        self,
        book::{Entry, Filter, Promise},
    },
    units,
};
use crate::{feedback::facts as feedback, onward, typed::agency};

/// Where the book is read.
pub(super) const PAGE: &str = "/co-quan/tiep-cong-dan/so";
/// Rows of one page; of an export and of a printed book.
const ROWS: usize = 50;
const BOOK_ROWS_MAX: i64 = 2_000;
/// What the feedback of an entry is taken from.
pub(crate) const SOURCE: &str = "reception_entry";
/// What stands for a denunciation where it is not told.
const SEALED: &str = "(nội dung tố cáo, đã niêm phong)";
/// What stands for whoever came where he is not told, and where nobody knows him any more.
const MASKED: &str = "(đã che)";
const FORGOTTEN: &str = "(đã xóa theo thời hạn lưu)";

struct Line {
    id: i64,
    number: String,
    day: String,
    unit: String,
    receiver: String,
    people: i64,
    matter: &'static str,
    summary: String,
    outcome: &'static str,
    answer: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "reception/templates/list.html")]
struct List {
    shell: Shell,
    units: Vec<(String, String)>,
    unit: String,
    matters: Vec<(String, String)>,
    matter: String,
    outcomes: Vec<(String, String)>,
    outcome: String,
    waits: Vec<(String, String)>,
    wait: String,
    q: String,
    from: String,
    until: String,
    wrong_date: bool,
    query: String,
    count: String,
    lines: Vec<Line>,
    is_filtered: bool,
    first: Option<String>,
    next: Option<String>,
    new_at: Option<UnitId>,
}

/// A number of the book as people write it: `007/2026`.
pub(super) fn number(it: &Entry) -> String {
    format!("{:03}/{}", it.number, it.year)
}

fn summary(it: &Entry) -> String {
    if it.matter == Matter::Denunciation { SEALED.to_owned() } else { it.summary.clone() }
}

fn read(who: &Who, asked: &Typed) -> (Filter, bool) {
    let mut ids: Vec<UnitId> =
        units(who, &[Action::ReceptionKeep]).into_iter().map(|it| it.0).collect();
    if let Ok(unit) = asked.get("don-vi").parse().map(UnitId) {
        ids.retain(|it| *it == unit);
    }
    let date = |name| site::form::parse_date(asked.get(name));
    let wrong = ["tu", "den"].iter().any(|it| !asked.get(it).is_empty() && date(it).is_none());
    let (number, year) = match asked.get("q").split_once('/') {
        Some((number, year)) => (number.trim().parse().ok(), year.trim().parse().ok()),
        None => (asked.get("q").parse().ok(), None),
    };
    let filter = Filter {
        units: ids,
        from: date("tu"),
        until: date("den"),
        matter: Matter::from_code(asked.get("loai")),
        outcome: Outcome::from_code(asked.get("xu-ly")),
        unanswered: asked.get("tra-loi") == "cho",
        year,
        number,
    };
    (filter, wrong)
}

fn address(asked: &Typed, more: Option<i64>) -> String {
    let kept = asked.pairs().iter().filter(|(name, value)| name != "sau" && !value.is_empty());
    let mut pairs: Vec<String> = kept
        .map(|(name, value)| format!("{}={}", site::percent(name), site::percent(value)))
        .collect();
    pairs.extend(more.map(|it| format!("sau={it}")));
    format!("?{}", pairs.join("&"))
}

fn choices<T: Copy>(
    first: &str,
    all: &[T],
    of: fn(T) -> (&'static str, &'static str),
) -> Vec<(String, String)> {
    let mut found = vec![(String::new(), first.to_owned())];
    found.extend(
        all.iter().map(|it| of(*it)).map(|(code, label)| (code.to_owned(), label.to_owned())),
    );
    found
}

fn answer_said(it: &Entry) -> String {
    match it.answered {
        _ if it.is_sealed() => "Theo đường niêm phong".to_owned(),
        Some(at) => format!("Đã trả lời {}", text::date(at.civil().date())),
        None => format!("Hạn {}", text::date_time(it.answer_due)),
    }
}

/// GET `/co-quan/tiep-cong-dan/so`
pub(super) async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (filter, wrong_date) = read(&who, &asked);
    let before = asked.get("sau").parse().ok();
    let (mut found, count) = site
        .read(&who, move |tx| {
            let limit = i64::try_from(ROWS).unwrap_or(50) + 1;
            Ok((sql::book::page(tx, &filter, before, limit)?, sql::book::count(tx, &filter)?))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|it| address(&asked, Some(it.id)));
    let now = who.now.civil();
    let mine = units(&who, &[Action::ReceptionKeep]);
    let home = who.home().map(|it| who.tree.line(it)).unwrap_or_default();
    let new_at = home
        .into_iter()
        .find(|it| mine.iter().any(|(id, _)| id == it))
        .or_else(|| mine.first().map(|it| it.0));
    let mut all_units = vec![(String::new(), "Mọi đơn vị".to_owned())];
    all_units.extend(mine.into_iter().map(|(id, title)| (id.to_string(), title)));
    let filters = ["q", "loai", "xu-ly", "tra-loi", "don-vi", "tu", "den"];
    site.page(&List {
        shell: site.shell(&who),
        units: all_units,
        unit: asked.get("don-vi").to_owned(),
        matters: choices("Mọi loại", Matter::ALL, |it| (it.code(), it.label())),
        matter: asked.get("loai").to_owned(),
        outcomes: choices("Mọi kết quả", Outcome::ALL, |it| (it.code(), it.label())),
        outcome: asked.get("xu-ly").to_owned(),
        waits: crate::typed::options(&[("", "Tất cả"), ("cho", "Chưa trả lời")]),
        wait: asked.get("tra-loi").to_owned(),
        q: asked.get("q").to_owned(),
        from: asked.get("tu").to_owned(),
        until: asked.get("den").to_owned(),
        wrong_date,
        query: address(&asked, None),
        count: format!("{} lượt", text::number(count)),
        lines: found
            .into_iter()
            .map(|it| Line {
                id: it.id,
                number: number(&it),
                day: text::date(it.day),
                unit: who.tree.title(it.unit).to_owned(),
                people: it.people,
                matter: it.matter.label(),
                summary: summary(&it),
                outcome: it.outcome.label(),
                late: it.is_late(now),
                answer: answer_said(&it),
                receiver: it.receiver,
            })
            .collect(),
        is_filtered: filters.iter().any(|it| !asked.get(it).is_empty()),
        first: asked.has("sau").then(|| address(&asked, None)),
        next,
        new_at,
    })
}

/// GET `/co-quan/tiep-cong-dan/so/xuat`: the list as a workbook, without names.
pub(super) async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (filter, _) = read(&who, &asked);
    let found = site.read(&who, move |tx| Ok(sql::book::in_order(tx, &filter, 20_000)?)).await?;
    let rows = found.iter().map(|it| {
        vec![
            number(it),
            text::date(it.day),
            who.tree.title(it.unit).to_owned(),
            it.receiver.clone(),
            it.people.to_string(),
            it.matter.label().to_owned(),
            summary(it),
            it.settled_by.clone(),
            it.outcome.label().to_owned(),
            it.document.clone(),
            answer_said(it),
        ]
    });
    let sheet = Sheet {
        name: "Sổ tiếp công dân",
        heads: &[
            ("Số", 10),
            ("Ngày", 12),
            ("Đơn vị", 28),
            ("Người tiếp", 30),
            ("Số người", 10),
            ("Phân loại", 20),
            ("Tóm tắt nội dung", 50),
            ("Cơ quan đã giải quyết", 24),
            ("Kết quả tiếp", 28),
            ("Cơ quan, văn bản", 24),
            ("Trả lời", 24),
        ],
        rows: rows.collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("so-tiep-cong-dan-{}.xlsx", who.today()))?)
}

/// Whether `who` may read off paper who came: as of any sender, and of a denunciation as its keeper alone.
fn may_reveal(who: &Who, it: &Entry) -> bool {
    let sealed = it.matter == Matter::Denunciation;
    who.can_at(Action::SenderReveal, it.unit)
        && (!sealed || who.can_at(Action::DenunciationKeep, it.unit))
}

/// Who came, as he may be shown.
fn shown(visitor: entry::Visitor, may: bool) -> entry::Visitor {
    let stands = if visitor.name.is_empty() { FORGOTTEN } else { MASKED };
    if may && !visitor.name.is_empty() {
        return visitor;
    }
    let said = if may { visitor.said } else { String::new() };
    entry::Visitor { name: stands.to_owned(), said, ..entry::Visitor::default() }
}

/// GET `/co-quan/tiep-cong-dan/so/in`: the book with its legal columns. Who came stands in it for those alone who may
/// know senders; of each entry that is so opened a look is written down.
pub(super) async fn print(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let (filter, _) = read(&who, &asked);
    let home = filter.units.first().copied().ok_or(Failure::NotFound)?;
    let one = filter.units.len() == 1;
    let (inner, asker) = (site.clone(), who.clone());
    let found = site
        .write(&who, move |tx| {
            let found = sql::book::in_order(tx, &filter, BOOK_ROWS_MAX)?;
            let details = serde_json::json!({ "what": "book" });
            let mut all = Vec::with_capacity(found.len());
            for it in found {
                let may = may_reveal(&asker, &it);
                let visitor = entry::opened(&inner, &it)?;
                if may && !visitor.name.is_empty() {
                    tx.journal(journal::Entry::new(ENTRY, it.id, "look").details(&details));
                }
                let visitor = shown(visitor, may);
                let promises = sql::book::promises_of(tx, it.id)?;
                all.push((it, visitor, promises));
            }
            Ok(all)
        })
        .await?;
    let rules = rules_on(who.today())?;
    let mark = |on: bool| if on { "x" } else { "" }.to_owned();
    let rows = found.iter().map(|(it, visitor, promises)| {
        let follow: Vec<String> = promises.iter().map(followed).collect();
        let told = if it.answer.is_empty() { answer_said(it) } else { it.answer.clone() };
        vec![
            number(it),
            text::date(it.day),
            format!("{}\n{}", visitor.name, visitor.address).trim_end().to_owned(),
            visitor.id_number.clone(),
            summary(it),
            it.matter.label().to_owned(),
            it.people.to_string(),
            it.settled_by.clone(),
            mark(it.outcome == Outcome::TakenUp || it.outcome == Outcome::Explained),
            if it.outcome == Outcome::Guided { it.document.clone() } else { String::new() },
            if it.outcome == Outcome::HandedOn { it.document.clone() } else { String::new() },
            [told].into_iter().chain(follow).collect::<Vec<_>>().join("\n"),
        ]
    });
    let paper = OfficePaper {
        agency: if one { agency(&who, home) } else { agency(&who, who.home().unwrap_or(home)) },
        form: rules.book_form.clone(),
        title: "SỔ TIẾP CÔNG DÂN".to_owned(),
        subtitle: match (asked.get("tu"), asked.get("den")) {
            ("", "") => String::new(),
            (from, until) => format!("Từ {from} đến {until}"),
        },
        columns: [
            ("STT", 8),
            ("Ngày tiếp", 10),
            ("Họ tên, địa chỉ", 14),
            ("Số CCCD, hộ chiếu", 10),
            ("Nội dung vụ việc", 18),
            ("Phân loại", 8),
            ("Số người", 5),
            ("Cơ quan đã giải quyết", 9),
            ("Thuộc thẩm quyền", 6),
            ("Hướng dẫn", 8),
            ("Chuyển, thụ lý", 8),
            ("Theo dõi kết quả", 14),
        ]
        .iter()
        .map(|(head, width)| PaperColumn::left(head, *width))
        .collect(),
        rows: rows.collect(),
        landscape: true,
        made_on: Some(who.today()),
        demo: site.config.demo,
        ..OfficePaper::default()
    };
    Ok(crate::typed::pdf(&paper, "so-tiep-cong-dan.pdf")?)
}

fn followed(it: &Promise) -> String {
    match it.kept {
        Some(_) => format!("Đã làm: {} – {}", it.what, it.result),
        None => format!("Hứa: {} – {}, hạn {}", it.what, it.responsible, text::date_time(it.due)),
    }
}

struct PromiseView {
    id: i64,
    what: String,
    responsible: String,
    due: String,
    late: bool,
    kept: String,
    result: String,
}

#[derive(Template)]
#[template(path = "reception/templates/entry.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    number: String,
    unit: String,
    day: String,
    receiver: String,
    visitor: entry::Visitor,
    people: i64,
    matter: &'static str,
    summary: String,
    settled_by: String,
    request: String,
    outcome: &'static str,
    refusal: &'static str,
    document: String,
    papers: Vec<String>,
    answer: String,
    answered: bool,
    answer_state: String,
    late: bool,
    sealed: bool,
    promises: Vec<PromiseView>,
    feedback: Option<(i64, String, String)>,
    classes: Vec<(String, String)>,
    refusal_form: String,
    receipt_form: String,
}

/// Everything of one entry; whoever reads it is written down.
pub(super) struct Loaded {
    pub entry: Entry,
    pub visitor: entry::Visitor,
    promises: Vec<Promise>,
    feedback: Option<(i64, String, String)>,
}

pub(super) fn load(site: &Site, who: &Who, tx: &mut Tx<'_>, id: i64) -> Result<Loaded, Failure> {
    let it = sql::book::find(tx, id)?.ok_or(Failure::NotFound)?;
    demand(who, Action::ReceptionKeep, it.unit)?;
    // Whoever denounces somebody is known to those alone who keep denunciations.
    let may = it.matter != Matter::Denunciation || who.can_at(Action::DenunciationKeep, it.unit);
    let visitor = shown(entry::opened(site, &it)?, may);
    let details = serde_json::json!({ "what": "entry" });
    tx.journal(journal::Entry::new(ENTRY, id, "look").details(&details));
    let known = feedback::of_source(tx, SOURCE, id)?;
    Ok(Loaded {
        promises: sql::book::promises_of(tx, id)?,
        feedback: known.map(|(id, code, state)| (id.0, code, state.to_owned())),
        visitor,
        entry: it,
    })
}

pub(super) fn page(
    site: &Site,
    who: &Who,
    loaded: Loaded,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let it = loaded.entry;
    let rules = rules_on(it.day)?;
    let now = who.now.civil();
    let said = loaded.visitor.said.clone();
    site.page(&Show {
        shell: site.shell(who),
        m,
        id: it.id,
        number: number(&it),
        unit: who.tree.title(it.unit).to_owned(),
        day: text::date_time(it.received.civil()),
        people: it.people,
        matter: it.matter.label(),
        summary: if it.matter == Matter::Denunciation && !said.is_empty() {
            said
        } else {
            summary(&it)
        },
        outcome: it.outcome.label(),
        refusal: it.refusal.map_or("", |it| it.label()),
        papers: it.papers.lines().map(str::to_owned).filter(|it| !it.trim().is_empty()).collect(),
        answered: it.answered.is_some() || it.is_sealed(),
        answer_state: answer_said(&it),
        late: it.is_late(now),
        sealed: it.is_sealed(),
        promises: loaded
            .promises
            .into_iter()
            .map(|it| PromiseView {
                id: it.id,
                due: text::date_time(it.due),
                late: it.kept.is_none() && it.due < now,
                kept: it.kept.map_or_else(String::new, |at| text::date_time(at.civil())),
                what: it.what,
                responsible: it.responsible,
                result: it.result,
            })
            .collect(),
        feedback: loaded
            .feedback
            .or_else(|| it.feedback.map(|id| (id, String::new(), "niêm phong".to_owned()))),
        classes: onward::classes(),
        refusal_form: if it.refusal.is_some() { rules.refusal_form.clone() } else { String::new() },
        receipt_form: if it.papers.is_empty() {
            String::new()
        } else if rules.receipt_form.is_empty() {
            "Giấy biên nhận".to_owned()
        } else {
            rules.receipt_form.clone()
        },
        visitor: loaded.visitor,
        receiver: it.receiver,
        settled_by: it.settled_by,
        request: it.request,
        document: it.document,
        answer: it.answer,
    })
}

/// GET `/co-quan/tiep-cong-dan/so/{id}`
pub(super) async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let loaded = site.write(&who, move |tx| load(&inner, &asker, tx, id)).await?;
    let mut typed = Typed::default();
    typed.set("ngay-lam-viec", "10");
    page(&site, &who, loaded, &Mistakes::none(typed))
}
