//! The register of complaints.

use askama::Template;
use axum::response::Response;
use domain::{
    access::Action,
    feedback::{
        Class,
        petition::{Stage, Step},
    },
    ids::FeedbackId,
    text,
};
use people::sheets::{self, Sheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Routes, Shell, Site, State, Who, get,
    post, told,
};
use store::{Tx, journal};

use super::{super::sql::core, Entry, sql};

const PAGE: &str = "/co-quan/don-khieu-nai";
/// Rows of the register.
const ROWS: i64 = 500;

/// The routes of the register.
pub(in crate::feedback) fn routes() -> Routes {
    let (view, sort) = (Action::FeedbackView, Action::FeedbackSort);
    Routes::default()
        .menu("Đơn khiếu nại", PAGE, sort)
        .on(PAGE, view, get(list))
        .on("/co-quan/don-khieu-nai/xuat", view, get(export))
        .on("/co-quan/don-khieu-nai/{id}", view, get(page))
        .on("/co-quan/don-khieu-nai/{id}/buoc", sort, post(take))
}

/// How a step is shown.
pub(in crate::feedback) struct StepView {
    pub at: String,
    pub by: String,
    pub what: &'static str,
    pub words: String,
}

/// What may be done next, in order.
pub(in crate::feedback) fn open_steps(stage: Stage) -> &'static [Step] {
    match stage {
        Stage::Registered => {
            &[Step::Accept, Step::Refer, Step::Decline, Step::Withdraw, Step::Several]
        }
        Stage::Accepted => &[Step::Conclude, Step::Extend, Step::Withdraw],
        Stage::Concluded => &[Step::Finish],
        Stage::Declined | Stage::Referred | Stage::Withdrawn | Stage::Finished => &[],
    }
}

/// What a form about a step says: the step, the number of a document, words.
pub(in crate::feedback) fn read_step(f: &mut Fields) -> Option<(Step, String, String)> {
    let step = f.choice("buoc", Step::from_code);
    let document = f.optional_text("so-van-ban", 80);
    let words = f.optional_text("ghi-chu", 1_000);
    let (step, document, words) = (step?, document?, words?);
    let needs_document =
        matches!(step, Step::Conclude | Step::Refer | Step::Decline | Step::Extend);
    if needs_document && document.is_empty() {
        f.wrong("so-van-ban", "Bước này phải có số quyết định hoặc số văn bản.");
    }
    if step != Step::Accept && step != Step::Finish && words.is_empty() {
        f.wrong(
            "ghi-chu",
            match step {
                Step::Several => "Hãy ghi bao nhiêu người ký, hoặc phải xác minh ở những nơi nào.",
                _ => "Hãy ghi lý do hoặc tóm tắt.",
            },
        );
    }
    Some((step, document, words))
}

struct Line {
    id: i64,
    number: String,
    code: String,
    unit: String,
    received: String,
    stage: &'static str,
    due: String,
    is_late: bool,
    document: String,
}

fn line(who: &Who, it: &Entry) -> Line {
    Line {
        id: it.id.0,
        number: format!("{}/{}", it.number, it.year),
        code: it.code.clone(),
        unit: who.tree.title(it.unit).to_owned(),
        received: text::date(it.petition.received_at.date()),
        stage: it.petition.stage.label(),
        due: it.due.map_or_else(String::new, |it| text::date(it.civil().date())),
        is_late: it.due.is_some_and(|it| it < who.now),
        document: it.document.clone(),
    }
}

#[derive(Template)]
#[template(path = "feedback/templates/complaints.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
    struck: Vec<StruckLine>,
    stage: String,
    stages: Vec<(String, String)>,
}

/// A number that bears no letter any more.
struct StruckLine {
    number: String,
    unit: String,
    code: String,
    why: &'static str,
    at: String,
}

fn struck_line(who: &Who, it: sql::Struck) -> StruckLine {
    StruckLine {
        number: format!("{}/{}", it.number, it.year),
        unit: who.tree.title(it.unit).to_owned(),
        code: it.code,
        why: match it.why.as_str() {
            "moved" => "Đã chuyển sang sổ của đơn vị khác",
            "sorted" => "Đã phân loại lại, không phải khiếu nại",
            _ => "Không còn ở sổ này",
        },
        at: text::date(it.at.civil().date()),
    }
}

fn register(tx: &mut Tx<'_>, who: &Who, stage: Option<Stage>) -> Result<Vec<Entry>, Failure> {
    let units = super::super::office::units(who, Action::FeedbackView);
    Ok(sql::list(tx, Class::Complaint, Some(units), stage, ROWS)?)
}

/// GET `/co-quan/don-khieu-nai`
async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let (asker, stage) = (who.clone(), Stage::from_code(asked.get("giai-doan")));
    let (found, struck) = site
        .read(&who, move |tx| {
            let found = register(tx, &asker, stage)?;
            let units = super::super::office::units(&asker, Action::FeedbackView);
            Ok((found, sql::struck(tx, Class::Complaint, units, ROWS)?))
        })
        .await?;
    let mut stages = vec![(String::new(), "Tất cả".to_owned())];
    stages.extend(Stage::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    site.page(&List {
        shell: site.shell(&who),
        lines: found.iter().map(|it| line(&who, it)).collect(),
        struck: struck.into_iter().map(|it| struck_line(&who, it)).collect(),
        stage: asked.get("giai-doan").to_owned(),
        stages,
    })
}

/// GET `/co-quan/don-khieu-nai/xuat`
async fn export(State(site): State<Site>, who: Who) -> Result<Response, Failure> {
    let asker = who.clone();
    let found = site.read(&who, move |tx| register(tx, &asker, None)).await?;
    let row = |it: &Entry| {
        let it = line(&who, it);
        vec![it.number, it.code, it.unit, it.received, it.stage.to_owned(), it.due, it.document]
    };
    let sheet = Sheet {
        name: "Sổ đơn khiếu nại",
        heads: &[
            ("Số", 10),
            ("Mã", 14),
            ("Đơn vị", 30),
            ("Ngày nhận", 12),
            ("Giai đoạn", 30),
            ("Hạn bước tới", 12),
            ("Số văn bản", 24),
        ],
        rows: found.iter().map(row).collect(),
    };
    Ok(sheets::to_save(&[sheet], &format!("so-don-khieu-nai-{}.xlsx", who.today()))?)
}

#[derive(Template)]
#[template(path = "feedback/templates/complaint.html")]
struct One<'a> {
    shell: Shell,
    m: &'a Mistakes,
    line: Line,
    said: String,
    weight: &'static str,
    remote: bool,
    several: bool,
    source: String,
    steps: Vec<StepView>,
    open: Vec<(String, String)>,
    may: bool,
}

fn found(tx: &mut Tx<'_>, who: &Who, id: FeedbackId, action: Action) -> Result<Entry, Failure> {
    let entry = sql::find(tx, id)?.filter(|it| it.class == Class::Complaint);
    let entry = entry.filter(|it| who.can_at(action, it.unit)).ok_or(Failure::NotFound)?;
    // Nobody handles what is said about himself.
    let staff = core::find(tx, id)?.and_then(|it| it.staff);
    if staff.is_some() && staff == who.staff { Err(Failure::NotFound) } else { Ok(entry) }
}

async fn show(
    site: &Site,
    who: &Who,
    id: FeedbackId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (entry, said, taken, names) = site
        .read(who, move |tx| {
            let entry = found(tx, &asker, id, Action::FeedbackView)?;
            let said = core::find(tx, id)?.map_or_else(String::new, |it| it.text);
            let taken = sql::steps(tx, id)?;
            let by: Vec<_> = taken.iter().map(|it| it.by).collect();
            Ok((entry, said, taken, people::staff::facts::account_names(tx, &by)?))
        })
        .await?;
    let limits =
        super::super::rules::petition_on(Class::Complaint, entry.petition.received_at.date())?;
    let name = |by| names.iter().find(|it| it.0 == by).map_or_else(String::new, |it| it.1.clone());
    let mut open = vec![(String::new(), "Chọn bước".to_owned())];
    let next = open_steps(entry.petition.stage);
    open.extend(next.iter().map(|it| (it.code().to_owned(), it.label().to_owned())));
    site.page(&One {
        shell: site.shell(who),
        m,
        line: line(who, &entry),
        said,
        weight: entry.petition.weight.label(),
        remote: entry.petition.remote,
        several: entry.petition.several,
        source: limits.source.clone(),
        steps: taken
            .into_iter()
            .map(|it| StepView {
                at: text::date_time(it.at.civil()),
                by: name(it.by),
                what: Step::from_code(&it.step).map_or("", Step::label),
                words: it.words,
            })
            .collect(),
        may: who.can_at(Action::FeedbackSort, entry.unit) && !next.is_empty(),
        open,
    })
}

/// GET `/co-quan/don-khieu-nai/{id}`
async fn page(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
) -> Result<Html<String>, Failure> {
    show(&site, &who, id, &Mistakes::default()).await
}

/// POST `/co-quan/don-khieu-nai/{id}/buoc`
async fn take(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let whole = read_step(&mut fields);
    let (step, document, words) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(show(&site, &who, id, &m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let entry = found(tx, &asker, id, Action::FeedbackSort)?;
        super::take(&inner, tx, &entry, (step, &document, &words))?;
        tx.journal(journal::Entry::new("petition", id.0, "petition_step").details(&step.code()));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{id}"), "Đã ghi vào sổ đơn."))
}
