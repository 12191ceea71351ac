//! One case with its timeline, and the steps that whoever looks may take.

use askama::Template;
use domain::{
    conduct::{Command, Conclusion, Measure, Status, decide},
    ids::{AccountId, ConductCaseId, FeedbackId, StaffId},
    text::{date, date_time},
};
use people::staff::facts as staff;
use site::{Failure, Html, Mistakes, Path, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    desk, open,
    sql::{self, Happened, Kept},
};
use crate::feedback::facts as feedback;

pub(super) struct EventView {
    pub at: String,
    pub by: String,
    pub what: String,
    pub words: String,
}

struct CorrectionView {
    place: usize,
    measure: &'static str,
    what: String,
    due: String,
    checker: String,
    done: String,
    found: String,
    is_late: bool,
    may_check: bool,
    is_apology: bool,
}

struct FileView {
    id: i64,
    name: String,
    size: String,
    side: &'static str,
}

struct ReportView {
    id: i64,
    code: String,
    status: &'static str,
    text: String,
}

/// Which steps are open to whoever looks.
#[derive(Debug, Clone, Copy, Default)]
struct May {
    screen: bool,
    turn_down: bool,
    seal: bool,
    assign: bool,
    begin: bool,
    find: bool,
    conclude: bool,
    correct: bool,
    draft: bool,
    reply: bool,
    close: bool,
}

#[derive(Template)]
#[template(path = "conduct/templates/show.html")]
struct Show<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    edition: i64,
    code: String,
    unit: String,
    accused: String,
    accused_title: String,
    accused_unit: String,
    source: &'static str,
    origin: String,
    summary: String,
    happened: String,
    received: String,
    status: &'static str,
    is_open: bool,
    is_late: bool,
    due: String,
    next: &'static str,
    verifier: String,
    explain: String,
    conclusion: &'static str,
    corrections: Vec<CorrectionView>,
    files: Vec<FileView>,
    reports: Vec<ReportView>,
    events: Vec<EventView>,
    draft: String,
    draft_by: String,
    /// Whoever looks drafted the answer himself: another one releases it.
    is_own_draft: bool,
    may: May,
    /// Why nothing can be concluded yet; empty if it can, or that is not asked.
    waits: String,
    officials: Vec<(String, String)>,
    conclusions: Vec<(String, String)>,
    measures: Vec<(String, String)>,
}

/// What is said of each step, who took it and when.
pub(super) fn timeline(tx: &mut Tx<'_>, events: &[Happened]) -> Result<Vec<EventView>, Failure> {
    let accounts: Vec<AccountId> = events.iter().map(|it| it.by).collect();
    let names = staff::account_names(tx, &accounts)?;
    let name = |id: AccountId| {
        names.iter().find(|it| it.0 == id).map_or_else(String::new, |it| it.1.clone())
    };
    Ok(events
        .iter()
        .map(|it| {
            let command: Option<Command> = serde_json::from_str(&it.command).ok();
            let what = match (&command, it.step.as_str()) {
                (Some(Command::Conclude { conclusion, .. }), _) => {
                    format!("Kết luận: {}", conclusion.label())
                }
                (Some(Command::Correct { measure, due_on, .. }), _) => {
                    format!("Biện pháp: {}, xong trước {}", measure.label(), date(*due_on))
                }
                (Some(Command::Begin { explain_until }), _) => format!(
                    "Bắt đầu xác minh; báo cho cán bộ, giải trình trước {}",
                    date_time(*explain_until)
                ),
                (Some(it), _) => it.label().to_owned(),
                (None, "open") => "Mở vụ việc".to_owned(),
                (None, "join") => "Nhập thêm phản ánh".to_owned(),
                (None, "draft") => "Soạn trả lời".to_owned(),
                (None, _) => "Báo quá hạn".to_owned(),
            };
            EventView {
                at: date_time(it.at.civil()),
                by: name(it.by),
                what,
                words: it.words.clone(),
            }
        })
        .collect())
}

fn may(who: &Who, kept: &Kept) -> May {
    let now = who.now.civil();
    let maker = desk::maker(who, kept);
    let case = &kept.case;
    let verifier = domain::conduct::Verifier { staff: StaffId(-1), is_under_accused: false };
    let far = domain::conduct::Conclusion::Unproven;
    let can = |command: &Command| decide(case, command, "…", maker, now).is_ok();
    // A conclusion that has to wait is shown with the reason.
    let concludes = case.status == Status::Verifying && maker.decides;
    let answers =
        matches!(case.status, Status::Concluded | Status::Corrective | Status::TurnedDown);
    May {
        screen: can(&Command::Screen { due_at: now }),
        turn_down: can(&Command::TurnDown),
        seal: can(&Command::Seal),
        assign: can(&Command::Assign { verifier }),
        begin: can(&Command::Begin { explain_until: now }),
        find: can(&Command::Find),
        conclude: concludes && who.staff != Some(case.accused)
            || can(&Command::Conclude { conclusion: far, due_at: now }),
        correct: can(&Command::Correct {
            measure: Measure::Reminder,
            due_on: now.date(),
            checker: StaffId(-1),
        }),
        draft: answers && maker.handles,
        reply: can(&Command::Reply),
        close: can(&Command::Close),
    }
}

fn waits(who: &Who, kept: &Kept) -> String {
    let conclude = Command::Conclude { conclusion: Conclusion::Unproven, due_at: who.now.civil() };
    let decided = decide(&kept.case, &conclude, "…", desk::maker(who, kept), who.now.civil());
    decided.err().map_or_else(String::new, |it| it.to_string())
}

pub(super) async fn page(
    site: &Site,
    who: &Who,
    id: ConductCaseId,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (asker, m, shell) = (who.clone(), m.clone(), site.shell(who));
    let inner = site.clone();
    let page = site
        .read(who, move |tx| {
            let who = &asker;
            let kept = desk::find(tx, who, id)?;
            let case = &kept.case;
            let now = who.now.civil();
            let maker = desk::maker(who, &kept);
            let person = |tx: &mut Tx<'_>, id: StaffId| -> Result<staff::Person, Failure> {
                let none = staff::Person { id, name: "–".to_owned(), title: String::new() };
                Ok(staff::person(tx, id, who.today())?.unwrap_or(none))
            };
            let accused = person(tx, case.accused)?;
            let verifier = match case.verifier {
                Some(id) => person(tx, id)?.name,
                None => String::new(),
            };
            let mut corrections = Vec::new();
            for it in sql::corrections(tx, &[id])? {
                let place = usize::try_from(it.place).unwrap_or(0);
                let check = Command::Check { at: place };
                corrections.push(CorrectionView {
                    place,
                    measure: it.measure.label(),
                    is_apology: it.measure == Measure::Apology,
                    what: it.what,
                    due: date(it.due_on),
                    checker: person(tx, it.checker)?.name,
                    done: it.done_on.map_or_else(String::new, date),
                    is_late: it.done_on.is_none() && it.due_on < now.date(),
                    may_check: decide(case, &check, "…", maker, now).is_ok(),
                    found: it.found,
                });
            }
            let mut reports = Vec::new();
            if maker.handles {
                for report in sql::reports_of(tx, id)? {
                    if let Some(it) = feedback::by_id(tx, FeedbackId(report))? {
                        reports.push(ReportView {
                            id: report,
                            code: it.code,
                            status: it.status.label(),
                            text: it.text,
                        });
                    }
                }
            }
            let files = sql::files(tx, id)?.into_iter().map(|it| FileView {
                id: it.id,
                name: it.name,
                size: format!("{} KB", (it.size + 1023) / 1024),
                side: if it.side == "explanation" {
                    "cán bộ giải trình"
                } else {
                    "tài liệu xác minh"
                },
            });
            let events = sql::events(tx, id)?;
            let draft_by = match &kept.draft {
                Some((_, by)) => staff::account_name(tx, *by)?,
                None => String::new(),
            };
            let may = may(who, &kept);
            let mut officials =
                if may.assign || may.correct { open::officials(tx, who)? } else { Vec::new() };
            officials.retain(|it| it.0 != case.accused.to_string());
            if let Some(own) = who.staff.filter(|_| !officials.is_empty()) {
                officials.insert(0, (own.to_string(), format!("{} (tôi)", who.name)));
            }
            let explain = match (case.explain_until, case.explained) {
                (None, _) => "chưa báo cho cán bộ".to_owned(),
                (Some(_), true) => "cán bộ đã giải trình".to_owned(),
                (Some(until), false) if now > until => {
                    format!("cán bộ không giải trình trong hạn ({})", date_time(until))
                }
                (Some(until), false) => format!("chờ cán bộ giải trình đến {}", date_time(until)),
            };
            let choices = |all: &mut dyn Iterator<Item = (&'static str, &'static str)>| {
                all.map(|(code, label)| (code.to_owned(), label.to_owned())).collect::<Vec<_>>()
            };
            let page = Show {
                shell,
                m: &m,
                id: id.0,
                edition: kept.edition,
                unit: who.tree.title(kept.unit).to_owned(),
                accused: accused.name,
                accused_title: accused.title,
                accused_unit: who.tree.title(kept.accused_unit).to_owned(),
                source: kept.source.label(),
                happened: kept.happened_on.map_or_else(String::new, date),
                received: date_time(case.received_at),
                status: case.status.label(),
                is_open: case.status.is_open(),
                is_late: case.is_late(now),
                due: case.due_at.map_or_else(String::new, date_time),
                next: desk::next(case),
                verifier,
                explain,
                conclusion: case.conclusion.map_or("", Conclusion::label),
                corrections,
                files: files.collect(),
                reports,
                events: timeline(tx, &events)?,
                is_own_draft: kept.draft.as_ref().is_some_and(|it| it.1 == who.account),
                draft: kept.draft.as_ref().map_or_else(String::new, |it| it.0.clone()),
                draft_by,
                waits: if may.conclude { waits(who, &kept) } else { String::new() },
                may,
                officials,
                conclusions: choices(&mut Conclusion::ALL.iter().map(|it| (it.code(), it.label()))),
                measures: choices(&mut Measure::ALL.iter().map(|it| (it.code(), it.label()))),
                code: kept.code,
                origin: kept.origin,
                summary: kept.summary,
            };
            inner.page(&page)
        })
        .await?;
    Ok(page)
}

/// GET `/co-quan/vu-viec/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<ConductCaseId>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, &Mistakes::none(Typed::default())).await
}
