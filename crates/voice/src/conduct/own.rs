//! The pages of whoever has a part in a case: the accused explains himself and reads what was concluded, never who
//! reported it; whoever verifies or checks finds his cases.

use askama::Template;
use axum::response::Response;
use domain::{
    conduct::{Command, Conclusion},
    ids::{ConductCaseId, StaffId},
    text::{date, date_time},
};
use site::{
    Failure, Fields, Html, Mistakes, Path, Shell, Site, State, Typed, Who, form::FilledWithFiles,
    told,
};
use store::Tx;

use super::{
    ADDRESS, OWN, WORDS_MAX,
    desk::{self, Step},
    files,
    sql::{self, Kept},
};

/// Cases that are shown.
const SHOWN: i64 = 200;

struct Line {
    href: String,
    code: String,
    part: &'static str,
    status: &'static str,
    due: String,
    is_due: bool,
}

#[derive(Template)]
#[template(path = "conduct/templates/mine.html")]
struct Mine {
    shell: Shell,
    lines: Vec<Line>,
}

fn himself(who: &Who) -> Result<StaffId, Failure> {
    who.staff.ok_or(Failure::NotFound)
}

/// GET `/co-quan/vu-viec-cua-toi`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let Some(staff) = who.staff else {
        return site.page(&Mine { shell: site.shell(&who), lines: Vec::new() });
    };
    let found = site.read(&who, move |tx| Ok(sql::of_person(tx, staff, SHOWN)?)).await?;
    let now = who.now.civil();
    let lines = found.into_iter().map(|it| {
        let case = &it.case;
        if case.accused == staff {
            return Line {
                href: format!("{OWN}/{}", it.id),
                part: "bị phản ánh",
                status: case.status.label(),
                due: case.explain_until.map_or_else(String::new, date_time),
                is_due: case.may_explain(now) && !case.explained,
                code: it.code,
            };
        }
        let checks = case.corrections.iter().find(|it| it.checker == staff && it.done_on.is_none());
        Line {
            href: format!("{ADDRESS}/{}", it.id),
            part: if case.verifier == Some(staff) {
                "xác minh"
            } else {
                "kiểm tra chấn chỉnh"
            },
            status: case.status.label(),
            due: checks.map_or_else(
                || case.due_at.map_or_else(String::new, date_time),
                |it| date(it.due_on),
            ),
            is_due: checks.is_some() || (case.status.is_unsettled() && !case.found),
            code: it.code,
        }
    });
    let lines = lines.collect();
    site.page(&Mine { shell: site.shell(&who), lines })
}

struct FileView {
    id: i64,
    name: String,
}

struct Said {
    at: String,
    words: String,
}

#[derive(Template)]
#[template(path = "conduct/templates/accused.html")]
struct Accused<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    code: String,
    source: &'static str,
    summary: String,
    happened: String,
    status: &'static str,
    until: String,
    may_explain: bool,
    explained: Vec<Said>,
    files: Vec<FileView>,
    conclusion: &'static str,
    reasons: String,
    corrections: Vec<(String, String, String)>,
}

/// A case about whoever asks, of which he was told.
fn find(tx: &mut Tx<'_>, staff: StaffId, id: ConductCaseId) -> Result<Kept, Failure> {
    let found = sql::find(tx, id)?.filter(|it| {
        it.case.accused == staff
            && it.case.explain_until.is_some()
            && it.case.status != domain::conduct::Status::Sealed
    });
    found.ok_or(Failure::NotFound)
}

async fn page(
    site: &Site,
    who: &Who,
    id: ConductCaseId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let staff = himself(who)?;
    let (kept, events, all, corrections) = site
        .read(who, move |tx| {
            let kept = find(tx, staff, id)?;
            let events = sql::events(tx, id)?;
            Ok((kept, events, sql::files(tx, id)?, sql::corrections(tx, &[id])?))
        })
        .await?;
    let case = &kept.case;
    let explained = events
        .iter()
        .filter(|it| it.step == "explain")
        .map(|it| Said { at: date_time(it.at.civil()), words: it.words.clone() });
    let reasons = events.iter().rev().find(|it| it.step == "conclude");
    site.page(&Accused {
        shell: site.shell(who),
        m,
        id: id.0,
        code: kept.code.clone(),
        source: kept.source.label(),
        summary: kept.summary.clone(),
        happened: kept.happened_on.map_or_else(String::new, date),
        status: case.status.label(),
        until: case.explain_until.map_or_else(String::new, date_time),
        may_explain: case.may_explain(who.now.civil()),
        explained: explained.collect(),
        files: all
            .into_iter()
            .filter(|it| it.side == "explanation")
            .map(|it| FileView { id: it.id, name: it.name })
            .collect(),
        conclusion: case.conclusion.map_or("", Conclusion::label),
        reasons: reasons.map_or_else(String::new, |it| it.words.clone()),
        corrections: corrections
            .into_iter()
            .map(|it| {
                let done = it.done_on.map_or_else(|| "chưa xong".to_owned(), date);
                (
                    it.measure.label().to_owned(),
                    format!("{} (trước {})", it.what, date(it.due_on)),
                    done,
                )
            })
            .collect(),
    })
}

/// GET `/co-quan/vu-viec-cua-toi/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ConductCaseId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::none(Typed::default())).await
}

/// POST `/co-quan/vu-viec-cua-toi/{id}`: he explains himself, with files if he likes.
pub async fn explain(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ConductCaseId>,
    FilledWithFiles(typed, uploads): FilledWithFiles,
) -> Result<Response, Failure> {
    let staff = himself(&who)?;
    site.read(&who, move |tx| find(tx, staff, id).map(|_| ())).await?;
    let files = files::taken(&site, &who, (&typed, uploads), "explanation").await?;
    let mut fields = Fields::of(typed);
    let words = fields.text("giai-trinh", WORDS_MAX);
    let files = match files {
        Ok(it) => Some(it),
        Err(wrong) => {
            fields.wrong("tep", wrong);
            None
        }
    };
    let (words, files) = match fields.finish(words.zip(files)) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
    };
    let asker = who.clone();
    site.write(&who, move |tx| {
        let mut kept = find(tx, staff, id)?;
        desk::take(tx, &asker, &mut kept, &Step::new(Command::Explain, words))?;
        files::keep(tx, id, &files)
    })
    .await?;
    Ok(told(&format!("{OWN}/{id}"), "Đã gửi giải trình."))
}
