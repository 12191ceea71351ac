//! One dossier: where it stands, why its date, what was done, what can be done.

use crate::lateness::facts as lateness;
use askama::Template;
use domain::{
    dossier::{CommandKind, Delivery, Financial, Status, Words},
    ids::DossierId,
    workflow::Workflow,
};
use site::{Asked, Failure, Html, Mistakes, Path, Shell, Site, State, Who, show::Working};

use super::{
    checklist, links, openings, papers, printing,
    sql::{self, Person},
    turns::Turns,
    view::Around,
    visits::{Beside, beside},
};

mod history;
pub(super) mod missing;
pub(super) mod returned;

use history::{Done, Names, done};
use missing::Missing;
use returned::Returned;

struct Button {
    href: String,
    label: String,
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

/// One step of a workflow and how far the dossier is with it.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What is done, and by whom.
    pub title: String,
    /// `done`, `now`, or empty for what is to come.
    pub state: &'static str,
    /// Its share of the limit, in minutes of office time.
    pub minutes: i64,
}

#[derive(Template)]
#[template(path = "dossiers/templates/show.html")]
struct Show {
    shell: Shell,
    /// What was not taken, and what was typed with it.
    m: Mistakes,
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
    /// Whether handing on and putting up for signature stand side by side.
    two_ways_on: bool,
    steps: Vec<StepView>,
    done: Vec<Done>,
    papers: checklist::View,
    /// Whether a new dossier can be begun from this one.
    may_clone: bool,
    procedure_code: String,
    /// Documents that the present step still has to make.
    owed: Vec<String>,
    /// What keeps the dossier at its step.
    kept_by: Vec<String>,
    /// What whoever looks does on this step beside its main handler.
    takes_part: &'static str,
    /// When it moves on by itself.
    moves_at: Option<String>,
    prints: Vec<papers::Printable>,
    /// Just received: the paper that the citizen waits for.
    fresh: Option<papers::Printable>,
    /// The paper that is handed out now waits in the print queue already.
    queued: bool,
    /// What the draft or the result says, if it is a refusal, and why.
    refusal: Option<String>,
    /// That its draft was returned, and why.
    returned: Option<Returned>,
    /// What its result still lacks.
    missing: Vec<Missing>,
    /// What rings on it, and why.
    ringing: Vec<(&'static str, String)>,
    /// An apology is drafted, and whoever looks may send it.
    letter_waits: bool,
    /// Under which number the apology went out; empty if none did.
    letter_number: String,
    /// That it was received on paper and entered afterwards.
    on_paper: Option<crate::hand_entries::Mark>,
    provisional: bool,
    erased: bool,
    may_correct: bool,
    may_read_journal: bool,
    signer: String,
    person: Person,
    person_born: String,
    unit: String,
    competent: String,
    officer: String,
    holder: String,
    fee_due: String,
    fee_paid: String,
    /// The square code by which what is owed can be paid; it is no payment.
    pay: Option<(crate::fees::facts::PayRequest, String)>,
    may_collect: bool,
    number: String,
    may_add_files: bool,
    ties: Vec<site::Tie>,
    beside: Beside,
    at_counter: bool,
    /// The case of which it is a part, or the parts that it has.
    chain: links::Chain,
}

/// The way through the workflow: what is done, where it is, what comes.
pub(super) fn way(
    workflow: &Workflow,
    dossier: &domain::dossier::Dossier,
    limit_minutes: i64,
) -> Vec<Stage> {
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
            Stage {
                title: format!("{} ({})", step.task, step.actor),
                state,
                // A share of what was promised, not of what the workflow was written for.
                minutes: workflow.step_minutes(at, limit_minutes),
            }
        })
        .collect()
}

/// The way as the office reads it: how long each step has, and in whose hands the present one is.
fn steps(way: Vec<Stage>, dossier: &domain::dossier::Dossier, holder: &str) -> Vec<StepView> {
    let finished = dossier.finished_at.is_some();
    way.into_iter()
        .map(|it| {
            let detail = match (it.state, dossier.hop) {
                ("now", Some(hop)) if !finished => {
                    let due = hop.due_at.map_or_else(String::new, |it| {
                        format!(" · xong trước {}", domain::text::date_time(it))
                    });
                    format!("{holder}{due}")
                }
                _ => match (it.minutes / 60, it.minutes % 60) {
                    (0, 0) => String::new(),
                    (0, minutes) => format!("{minutes} phút làm việc"),
                    (hours, 0) => format!("{hours} giờ làm việc"),
                    (hours, minutes) => format!("{hours} giờ {minutes} phút làm việc"),
                },
            };
            StepView { title: it.title, detail, state: it.state }
        })
        .collect()
}

/// Steps that need nothing but a press.
pub(super) const fn is_at_once(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::Begin
            | CommandKind::Resubmit
            | CommandKind::Sign
            | CommandKind::PutUp
            | CommandKind::Approve
            | CommandKind::Undo
            | CommandKind::SendByPost
            | CommandKind::Archive
    )
}

/// Steps that this program takes by itself or that have a page of their own.
const HIDDEN: &[CommandKind] = &[
    CommandKind::AdjustFee,
    CommandKind::CancelPayment,
    CommandKind::Refund,
    CommandKind::Submit,
    CommandKind::MoveOn,
    CommandKind::Recompute,
    CommandKind::Synchronise,
];

fn buttons(id: DossierId, open: Vec<CommandKind>, last: Option<CommandKind>) -> Vec<Button> {
    let mut main_given = false;
    open.into_iter()
        .filter(|it| !HIDDEN.contains(it))
        .map(|kind| {
            let leads_on = matches!(
                kind,
                CommandKind::Accept
                    | CommandKind::OnTheSpot
                    | CommandKind::Resubmit
                    | CommandKind::Transfer
                    | CommandKind::Assign
                    | CommandKind::Begin
                    | CommandKind::PutUp
                    | CommandKind::Approve
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
                href: super::steps::at_the_till(id, kind)
                    .unwrap_or_else(|| format!("/co-quan/ho-so/{id}/{}", kind.slug())),
                label: match (kind, last) {
                    (CommandKind::Undo, Some(last)) => format!("Hoàn tác: {}", last.label()),
                    _ => kind.label().to_owned(),
                },
                at_once: is_at_once(kind) && !matches!(kind.words(), Words::Owed),
                main,
            }
        })
        .collect()
}

/// GET `/co-quan/ho-so/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<DossierId>,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, (asked.has("moi"), Mistakes::default())).await
}

/// The dossier's page again, after something that was sent from it was not taken: why, and what was
/// typed there.
pub(crate) async fn again(
    site: &Site,
    who: &Who,
    id: DossierId,
    m: Mistakes,
) -> Result<Failure, Failure> {
    Ok(Failure::Mistaken(page(site, who, id, (false, m)).await?))
}

/// The number of the apology that stands; empty if there is none.
fn letter_number(
    tx: &mut store::Tx<'_>,
    on_desk: &super::desk::OnDesk,
    events: &[domain::dossier::Event],
) -> Result<String, Failure> {
    let stand = papers::standing(events);
    let sent = stand.iter().rev().find(|it| it.what.kind() == CommandKind::Extend);
    let Some(year) = sent.map(|it| it.at.civil().year()) else { return Ok(String::new()) };
    Ok(on_desk.apology_number(tx, year)?.unwrap_or_default())
}

async fn page(
    site: &Site,
    who: &Who,
    id: DossierId,
    (is_fresh, m): (bool, Mistakes),
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let shell = site.shell(who);
    let (page, is_own) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let on_desk = around.take(tx, id)?;
            let (maker, takes_part) = around.place(tx, &on_desk.kept)?;
            let kept = &on_desk.kept;
            let dossier = &kept.dossier;
            let (events, asides) = sql::history(tx, id)?;
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
            let mut names = Names::on(today);
            let holder = Turns::default().held_now(tx, &around, dossier, kept.competent)?;
            let channel = dossier.channel.unwrap_or(domain::procedure::ChannelKind::Direct);
            let late = dossier.is_overdue(now, on_desk.version.body.precision(channel));
            let calendar = around.desk().calendar(kept.unit);
            let missed_first = dossier.extended_to.is_some()
                && dossier.due_original_at.is_some_and(|it| it.date() < today);
            let due_note = match dossier.due_at {
                None if dossier.is_suspended() => "Đồng hồ đang dừng".to_owned(),
                // Told a later day with an apology, the citizen still was not served in time.
                Some(_) if dossier.status.is_open() && !late && missed_first => {
                    "Đã quá hạn hẹn ban đầu".to_owned()
                }
                Some(due) if dossier.status.is_open() && !late && due.date() == today => {
                    "Hẹn trả hôm nay".to_owned()
                }
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
            let erased = kept.applicant == sql::ERASED;
            let mut prints: Vec<_> = papers::printable(dossier, &events).collect();
            if erased {
                prints.retain(|it| it.form == prints::Form::ControlSlip);
            }
            let wanted = match dossier.status {
                Status::IntakeSupplement => "yeu-cau-bo-sung",
                Status::RefusedIntake => "tu-choi",
                _ => "giay-hen",
            };
            let fresh = prints.iter().find(|it| is_fresh && it.slug == wanted).cloned();
            let queued = match &fresh {
                Some(it) => printing::is_waiting(tx, id, it.slug)?,
                None => false,
            };
            let refused = dossier.outcome == Some(domain::dossier::Outcome::Refused);
            let refusal = events
                .iter()
                .rev()
                .find(|it| refused && it.what.kind() == CommandKind::Refuse)
                .map(|it| it.words.clone().unwrap_or_default());
            let ringing = lateness::ringing(tx, id)?;
            let counter = maker
                .plays_any(&[domain::dossier::Part::Counter, domain::dossier::Part::CounterHead]);
            let limit_minutes = on_desk.limit_minutes(calendar);
            let mut open = if erased { Vec::new() } else { dossier.open_commands(&maker, now) };
            if on_desk.questions().is_empty() {
                open.retain(|it| *it != CommandKind::ConsultMany);
            }
            // What is settled at the desk is returned, not sent on: that stands first.
            open.retain(|it| *it != CommandKind::OnTheSpot || on_desk.is_settled_at_once());
            open.sort_by_key(|it| *it != CommandKind::OnTheSpot);
            let letter_waits =
                open.contains(&CommandKind::Extend) && lateness::drafted(tx, id)?.is_some();
            let chain = links::chain(tx, &around, &on_desk, &maker)?;
            open.retain(|it| !links::hides(&chain, dossier.status, *it));
            let last = dossier.last.as_ref().map(|it| it.kind);
            let is_own = !maker.parts.is_empty() || !takes_part.is_empty();
            let demanded = on_desk.demanded(tx)?;
            let ties = inner.ties_of(&asker, tx, id)?;
            let papers = checklist::view(tx, (&inner, &asker), &on_desk, &maker)?;
            let missing = match erased {
                true => Vec::new(),
                false => missing::of(&on_desk, &maker, &ties, &papers.own),
            };
            let page = Show {
                m,
                fresh,
                queued,
                refusal,
                returned: returned::mark(tx, kept, &events)?,
                missing,
                ringing,
                letter_waits,
                letter_number: letter_number(tx, &on_desk, &events)?,
                on_paper: crate::hand_entries::mark_of(tx, &asker, id)?,
                provisional: kept.provisional && dossier.due_at.is_some(),
                erased,
                may_correct: counter && !erased && !dossier.status.is_over(),
                may_read_journal: asker
                    .can(domain::access::Action::JournalRead, domain::access::Object::Anything),
                signer: names.of_staff(tx, dossier.signer)?,
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
                two_ways_on: [CommandKind::HandOver, CommandKind::PutUp]
                    .iter()
                    .all(|it| open.contains(it)),
                buttons: buttons(id, open, last),
                steps: steps(way(&on_desk.workflow, dossier, limit_minutes), dossier, &holder),
                done: done(tx, &asker, &mut names, &events, asides, id)?,
                papers,
                may_clone: counter && !erased,
                procedure_code: on_desk.version.body.code.clone(),
                prints,
                person_born: site::form::parse_date(&person.birth_date)
                    .map_or_else(String::new, domain::text::date),
                unit: asker.tree.title(kept.unit).to_owned(),
                competent: asker.tree.title(kept.competent).to_owned(),
                officer: names.of_staff(tx, dossier.officer)?,
                holder,
                fee_due: dossier.fee_due.to_string(),
                fee_paid: dossier.fee_paid.to_string(),
                pay: crate::fees::facts::pay_request(tx, kept)?.map(|it| {
                    let qr = crate::fees::qr_of(&it);
                    (it, qr)
                }),
                may_collect: asker.can_at(domain::access::Action::FeeCollect, kept.unit),
                number: match dossier.finished_at {
                    Some(_) => crate::results::facts::standing_number(tx, id)?
                        .or_else(|| dossier.number.clone())
                        .unwrap_or_default(),
                    None => dossier.number.clone().unwrap_or_default(),
                },
                may_add_files: !maker.parts.is_empty() && !erased,
                owed: demanded.documents,
                kept_by: if is_own { demanded.kept_by } else { Vec::new() },
                takes_part: takes_part.first().map_or("", |it| it.label()),
                moves_at: dossier.moves_at().map(domain::text::date_time),
                ties: ties.into_iter().filter(|it| !it.href.is_empty()).collect(),
                beside: beside(tx, &around, id, &person)?,
                at_counter: counter && !erased,
                person,
                chain,
            };
            Ok((page, is_own))
        })
        .await?;
    // Whoever opens it looks into somebody's affairs: that is written down.
    openings::opened(site, who, id, is_own, "page").await?;
    site.page(&page)
}
