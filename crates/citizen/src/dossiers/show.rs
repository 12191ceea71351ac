//! One dossier: where it stands, why its date, what was done, what can be done.

use askama::Template;
use domain::{
    dossier::{CommandKind, Delivery, Event, Financial, Status, Words},
    ids::DossierId,
    workflow::Workflow,
};
use people::staff::facts as staff;
use site::{Failure, Html, Path, Shell, Site, State, Who, show::Working};
use store::{Fault, Tx};

use super::{
    papers,
    sql::{self, File, Paper, Person},
    view::{Around, name_of},
};

struct Button {
    href: String,
    label: &'static str,
    /// Needs no form: one press does it.
    at_once: bool,
    main: bool,
}

/// One step of the way through a workflow, as a page shows it.
#[derive(Debug, Clone)]
pub struct StepView {
    /// What is done, and by whom.
    pub title: String,
    /// How long it takes, or by when.
    pub detail: String,
    /// `done`, `now`, or empty for what is to come.
    pub state: &'static str,
}

struct Done {
    when: String,
    who: String,
    what: &'static str,
    words: String,
}

struct PaperView {
    name: String,
    form: &'static str,
    count: i64,
    note: String,
}

#[derive(Template)]
#[template(path = "dossiers/templates/show.html")]
struct Show {
    shell: Shell,
    id: DossierId,
    edition: i64,
    code: String,
    procedure: String,
    status: &'static str,
    financial: &'static str,
    delivery: &'static str,
    due: String,
    due_note: String,
    due_class: &'static str,
    original: Option<String>,
    working: Option<Working>,
    buttons: Vec<Button>,
    steps: Vec<StepView>,
    done: Vec<Done>,
    papers: Vec<PaperView>,
    files: Vec<File>,
    prints: Vec<papers::Printable>,
    person: Person,
    person_born: String,
    unit: String,
    competent: String,
    officer: String,
    holder: String,
    fee_due: String,
    fee_paid: String,
    number: String,
    may_add_files: bool,
}

/// What the papers' forms are called.
pub(super) fn form_label(code: &str) -> &'static str {
    match code {
        "original" => "bản chính",
        "certified" => "sao chứng thực",
        "copy" => "bản chụp",
        "shown" => "xuất trình",
        "in_database" => "đã có trong CSDL",
        _ => "",
    }
}

/// The way through the workflow: what is done, where it is, what comes.
pub(super) fn way(
    workflow: &Workflow,
    dossier: &domain::dossier::Dossier,
    holder: &str,
) -> Vec<StepView> {
    let finished = dossier.finished_at.is_some();
    let now = dossier.hop.map_or(0, |it| usize::from(it.step));
    let last = workflow.steps.len().saturating_sub(1);
    workflow
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let state = if dossier.status == Status::Returned || dossier.status == Status::Archived
            {
                "done"
            } else if finished {
                if at < last { "done" } else { "now" }
            } else if at < now {
                "done"
            } else if at == now {
                "now"
            } else {
                ""
            };
            let hours = match (step.minutes / 60, step.minutes % 60) {
                (0, 0) => String::new(),
                (hours, 0) => format!("{hours} giờ làm việc"),
                (hours, minutes) => format!("{hours} giờ {minutes} phút làm việc"),
            };
            let detail = match (state, dossier.hop) {
                ("now", Some(hop)) if !finished => {
                    let due = hop.due_at.map_or_else(String::new, |it| {
                        format!(" · xong trước {}", domain::text::date_time(it))
                    });
                    format!("{holder}{due}")
                }
                _ => hours,
            };
            StepView { title: format!("{} ({})", step.task, step.actor), detail, state }
        })
        .collect()
}

fn done(tx: &mut Tx<'_>, events: &[Event]) -> Result<Vec<Done>, Fault> {
    let mut done = Vec::with_capacity(events.len());
    for event in events.iter().rev() {
        let who = staff::account_name(tx, event.by)?;
        done.push(Done {
            when: domain::text::date_time(event.at.civil()),
            who: if who.is_empty() { "Hệ thống".to_owned() } else { who },
            what: event.what.kind().label(),
            words: event.words.clone().unwrap_or_default(),
        });
    }
    Ok(done)
}

/// Steps that need nothing but a press.
pub(super) const fn is_at_once(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Begin
            | CommandKind::Resubmit
            | CommandKind::Sign
            | CommandKind::Verify
            | CommandKind::FinishVerify
            | CommandKind::PutUp
            | CommandKind::Undo
            | CommandKind::SendByPost
            | CommandKind::Archive
    )
}

/// Steps that this program takes by itself or that have a page of their own.
const HIDDEN: &[CommandKind] = &[
    CommandKind::Submit,
    CommandKind::OnTheSpot,
    CommandKind::Recompute,
    CommandKind::Synchronise,
];

fn buttons(id: DossierId, open: Vec<CommandKind>) -> Vec<Button> {
    let mut main_given = false;
    open.into_iter()
        .filter(|it| !HIDDEN.contains(it))
        .map(|kind| {
            let leads_on = matches!(
                kind,
                CommandKind::Accept
                    | CommandKind::Resubmit
                    | CommandKind::Transfer
                    | CommandKind::Assign
                    | CommandKind::Begin
                    | CommandKind::PutUp
                    | CommandKind::Sign
                    | CommandKind::Number
                    | CommandKind::Return
                    | CommandKind::Supplement
                    | CommandKind::FinishVerify
                    | CommandKind::Answer
            );
            let main = leads_on && !main_given;
            main_given |= main;
            Button {
                href: format!("/co-quan/ho-so/{id}/{}", kind.slug()),
                label: kind.label(),
                at_once: is_at_once(kind) && !matches!(kind.words(), Words::Owed),
                main,
            }
        })
        .collect()
}

fn paper_view(it: Paper) -> PaperView {
    PaperView { name: it.name, form: form_label(&it.form), count: it.count, note: it.note }
}

/// GET `/co-quan/ho-so/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let shell = site.shell(&who);
    let page = site
        .read(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let maker = around.maker(tx, &on_desk.kept)?;
            let kept = &on_desk.kept;
            let dossier = &kept.dossier;
            let events = sql::events(tx, id)?;
            let reason = events
                .iter()
                .rev()
                .find(|it| it.what.kind() == CommandKind::Extend)
                .and_then(|it| it.words.clone())
                .unwrap_or_default();
            let working = if dossier.received_at.is_some() {
                match on_desk.explain(around.desk(), &reason) {
                    Ok(it) => Some(Working::of(&it)),
                    Err(Failure::Refused(_)) => None,
                    Err(other) => return Err(other),
                }
            } else {
                None
            };
            let today = asker.today();
            let now = asker.now.civil();
            let holder = dossier.hop.and_then(|it| it.holder).or(dossier.officer);
            let holder = name_of(tx, holder, today)?;
            let channel = dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
            let late = dossier.is_overdue(now, on_desk.version.body.precision(channel));
            let calendar = around.desk().calendar(kept.unit);
            let due_note = match dossier.due_at {
                None if dossier.is_suspended() => "Đồng hồ đang dừng".to_owned(),
                Some(due) if dossier.status.is_open() && !late => format!(
                    "Còn {} ngày làm việc",
                    calendar.working_days_between(today, due.date())
                ),
                Some(due) if late && due.date() == today => "Quá giờ hẹn".to_owned(),
                Some(due) if late => format!(
                    "Quá hạn {} ngày làm việc",
                    calendar.working_days_between(due.date(), today)
                ),
                _ => String::new(),
            };
            let person = sql::person(tx, id)?.unwrap_or_default();
            let original = dossier.due_original_at.filter(|it| Some(*it) != dossier.due_at);
            let prints = papers::printable(dossier, &events).collect();
            Ok(Show {
                shell,
                id,
                edition: kept.edition,
                code: kept.code.clone(),
                procedure: on_desk.version.body.name.clone(),
                status: dossier.status.label(),
                financial: if dossier.financial == Financial::NotRequired {
                    ""
                } else {
                    dossier.financial.label()
                },
                delivery: if dossier.delivery == Delivery::None {
                    ""
                } else {
                    dossier.delivery.label()
                },
                due: dossier.due_at.map_or_else(|| "–".to_owned(), domain::text::date_time),
                due_note,
                due_class: if late { "bad" } else { "warn" },
                original: original.map(domain::text::date_time),
                working,
                buttons: buttons(id, dossier.open_commands(&maker, now)),
                steps: way(&on_desk.workflow, dossier, &holder),
                done: done(tx, &events)?,
                papers: sql::papers(tx, id)?.into_iter().map(paper_view).collect(),
                files: sql::files(tx, id)?,
                prints,
                person_born: site::form::parse_date(&person.birth_date)
                    .map_or_else(String::new, domain::text::date),
                person,
                unit: asker.tree.title(kept.unit).to_owned(),
                competent: asker.tree.title(kept.competent).to_owned(),
                officer: name_of(tx, dossier.officer, today)?,
                holder,
                fee_due: dossier.fee_due.to_string(),
                fee_paid: dossier.fee_paid.to_string(),
                number: dossier.number.clone().unwrap_or_default(),
                may_add_files: !maker.parts.is_empty(),
            })
        })
        .await?;
    site.page(&page)
}
