//! Every step of a case, by whoever takes it; who handles a case about whom.

use domain::{
    access::{Action, Role},
    conduct::{Case, Command, Maker, Source, Status, Verifier, decide},
    deadline::{TimeLimit, due_at},
    feedback::Status as FeedbackStatus,
    ids::{AccountId, ConductCaseId, FeedbackId, StaffId, UnitId},
    text::date,
};
use jiff::civil::{Date, DateTime};
use people::{calendar::facts::calendars, staff::facts as staff};
use site::{Failure, OrRefuse as _, Site, Who};
use store::{Fault, Tx, journal::Entry};

use super::{
    SUBJECT, limits_on, show,
    sql::{self, Kept},
};
use crate::feedback::facts::{self as feedback, NewFile};

/// Roles that lead a unit.
const LEADS: [Role; 2] = [Role::Leader, Role::UnitHead];

/// Where somebody works: the unit of his first right today.
pub(super) fn place_of(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<Option<UnitId>, Fault> {
    let grants = staff::grants_of(tx, &[id])?;
    Ok(grants.iter().find(|it| it.holds_on(day)).map(|it| it.unit))
}

/// The units that somebody leads today.
fn leads(tx: &mut Tx<'_>, id: StaffId, day: Date) -> Result<Vec<UnitId>, Fault> {
    let grants = staff::grants_of(tx, &[id])?;
    let led = grants.iter().filter(|it| it.holds_on(day) && LEADS.contains(&it.role));
    Ok(led.map(|it| it.unit).collect())
}

/// Who handles a case about an official: the body where he works; of a head, the unit above all that he leads.
pub(super) fn unit_for(
    tx: &mut Tx<'_>,
    who: &Who,
    accused: StaffId,
) -> Result<(UnitId, UnitId), Failure> {
    let today = who.today();
    let works_at = place_of(tx, accused, today)?.ok_or(Failure::NotFound)?;
    let led = leads(tx, accused, today)?;
    let line = who.tree.line(works_at);
    // A room or a counter handles nothing about its own: its body does.
    let is_body = |it: &UnitId| {
        who.tree.known(*it).is_some_and(|it| !matches!(it.kind.as_str(), "one_stop" | "division"))
    };
    let above = line.iter().copied().find(|unit| {
        let led_by_him = led.iter().any(|own| who.tree.line(*unit).contains(own));
        is_body(unit) && !led_by_him
    });
    let unit = above.ok_or_else(|| {
        Failure::Refused(
            "Người bị phản ánh đứng đầu đơn vị cao nhất trong hệ thống này. Chuyển phản ánh lên cấp trên theo thẩm \
             quyền."
                .to_owned(),
        )
    })?;
    Ok((unit, works_at))
}

/// Whether somebody works under the accused, who leads.
pub(super) fn is_under(
    tx: &mut Tx<'_>,
    who: &Who,
    (staff, accused): (StaffId, StaffId),
) -> Result<bool, Fault> {
    let led = leads(tx, accused, who.today())?;
    if led.is_empty() {
        return Ok(false);
    }
    let grants = staff::grants_of(tx, &[staff])?;
    let mut held = grants.iter().filter(|it| it.holds_on(who.today()));
    Ok(held.any(|it| who.tree.line(it.unit).iter().any(|unit| led.contains(unit))))
}

/// What whoever acts is in a case.
pub(super) fn maker(who: &Who, kept: &Kept) -> Maker {
    let roles = who.roles_at(kept.unit);
    Maker {
        staff: who.staff,
        handles: who.can_at(Action::ConductHandle, kept.unit),
        decides: roles.iter().any(|it| LEADS.contains(it)),
    }
}

/// Whether whoever asks sees the whole of a case: those who handle it, who verifies it or checks what was put right;
/// never the accused. What went the sealed way is seen by nobody here.
pub(super) fn sees(who: &Who, kept: &Kept) -> bool {
    if who.staff == Some(kept.case.accused) || kept.case.status == Status::Sealed {
        return false;
    }
    let has_part = who.staff.is_some_and(|it| {
        kept.case.verifier == Some(it) || kept.case.corrections.iter().any(|c| c.checker == it)
    });
    has_part || who.can_at(Action::ConductHandle, kept.unit)
}

/// The case, if whoever asks sees the whole of it.
pub(super) fn find(tx: &mut Tx<'_>, who: &Who, id: ConductCaseId) -> Result<Kept, Failure> {
    sql::find(tx, id)?.filter(|it| sees(who, it)).ok_or(Failure::NotFound)
}

/// So many working days of a unit from now.
pub(super) fn days_from_now(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    (unit, days): (UnitId, u32),
) -> Result<DateTime, Failure> {
    let calendar = calendars(site, tx)?.of(&who.tree.line(unit)).clone();
    due_at(&calendar, who.now.civil(), TimeLimit::WorkingDays(days)).or_refuse()
}

/// A step that somebody wants to take, with what belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub command: Command,
    pub words: String,
    /// What is to be changed, of a correction.
    pub what: String,
}

impl Step {
    pub fn new(command: Command, words: String) -> Self {
        Self { command, words, what: String::new() }
    }
}

/// Takes a step, at the moment of the transaction.
///
/// # Errors
/// [`Failure::Refused`] if it may not be taken, or somebody changed the case since it was read.
pub(super) fn take(
    tx: &mut Tx<'_>,
    who: &Who,
    kept: &mut Kept,
    step: &Step,
) -> Result<(), Failure> {
    let now = who.now.civil();
    let status =
        decide(&kept.case, &step.command, &step.words, maker(who, kept), now).or_refuse()?;
    kept.case.apply(&step.command, status, now);
    let day = now.date();
    match &step.command {
        Command::Conclude { .. } => kept.concluded_on = Some(day),
        Command::Reply => kept.replied_on = Some(day),
        Command::Close => kept.closed_on = Some(day),
        Command::Correct { measure, due_on, checker } => {
            let place = kept.case.corrections.len().saturating_sub(1);
            let correction = sql::Correction {
                case: kept.id,
                place: i64::try_from(place).unwrap_or(0),
                measure: *measure,
                what: step.what.clone(),
                due_on: *due_on,
                checker: *checker,
                done_on: None,
                found: String::new(),
            };
            sql::add_correction(tx, &correction)?;
        }
        Command::Check { at } => {
            sql::end_correction(tx, kept.id, i64::try_from(*at).unwrap_or(0), &step.words)?;
        }
        _ => {}
    }
    if !sql::keep(tx, kept)? {
        return Err(changed());
    }
    kept.edition += 1;
    let command =
        serde_json::to_string(&step.command).map_err(|e| Fault::Broken(format!("command: {e}")))?;
    sql::add_event(tx, kept.id, step.command.code(), &command, &step.words)?;
    let details = serde_json::json!({ "step": step.command.code(), "status": status });
    tx.journal(Entry::new(SUBJECT, kept.id.0, "step_conduct").details(&details));
    Ok(())
}

/// It is a denunciation: the case, the reports that it looks into and its files go the sealed way in this transaction.
/// `pool` holds the files with their bytes. The hashes of open files that are waste.
///
/// # Errors
/// As [`take`].
pub(super) fn seal(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    kept: &mut Kept,
    (words, pool): (&str, &[NewFile]),
) -> Result<Vec<String>, Failure> {
    take(tx, who, kept, &Step::new(Command::Seal, words.to_owned()))?;
    let case = depart(tx, kept, None)?;
    feedback::receive_case(site, tx, &case, pool)
}

/// What a case held when it left for the sealed path.
#[derive(Debug, Clone)]
pub(crate) struct Departed {
    /// Who handled it.
    pub unit: UnitId,
    /// Whom it is about.
    pub accused: StaffId,
    /// His name and title.
    pub accused_name: String,
    /// What was reported, as the office wrote it.
    pub summary: String,
    /// When it happened; empty if that is not known.
    pub happened: String,
    /// Every word of it: where it came from, its steps, its corrections, the answer that was drafted.
    pub words: Vec<String>,
    /// Its evidence and his explanation, without their bytes.
    pub files: Vec<NewFile>,
    /// The reports that leave with it.
    pub reports: Vec<FeedbackId>,
}

/// The evidence of a case, without its bytes.
pub(super) fn evidence(tx: &mut Tx<'_>, id: ConductCaseId) -> Result<Vec<NewFile>, Fault> {
    let files = sql::files(tx, id)?.into_iter().map(|it| NewFile {
        sha256: it.sha256,
        name: it.name,
        media_type: it.kind,
        size: it.size,
        bytes: None,
    });
    Ok(files.collect())
}

/// Takes everything that was said in a case out of the open. `report` alone leaves it, if it is settled already: what was
/// concluded stays, without its words.
pub(super) fn depart(
    tx: &mut Tx<'_>,
    kept: &Kept,
    report: Option<FeedbackId>,
) -> Result<Departed, Failure> {
    let day = tx.now().civil().date();
    let accused = staff::person(tx, kept.case.accused, day)?;
    let mut words = vec![
        format!("Vụ việc {}, nguồn: {}", kept.code, kept.source.label()),
        kept.origin.clone(),
        kept.summary.clone(),
    ];
    let events = sql::events(tx, kept.id)?;
    for it in show::timeline(tx, &events)? {
        words.push(format!("{}, {}: {} {}", it.at, it.by, it.what, it.words));
    }
    for it in sql::corrections(tx, &[kept.id])? {
        words.push(format!("{}: {} {}", it.measure.label(), it.what, it.found));
    }
    if let Some((draft, _)) = &kept.draft {
        words.push(format!("Dự thảo trả lời: {draft}"));
    }
    let reports = match report {
        Some(_) => Vec::new(),
        None => sql::reports_of(tx, kept.id)?.into_iter().map(FeedbackId).collect(),
    };
    let files = evidence(tx, kept.id)?;
    sql::empty(tx, kept.id)?;
    sql::untie(tx, kept.id, report.map(|it| it.0))?;
    Ok(Departed {
        unit: kept.unit,
        accused: kept.case.accused,
        accused_name: accused.map_or_else(String::new, |it| format!("{}, {}", it.name, it.title)),
        summary: kept.summary.clone(),
        happened: kept.happened_on.map_or_else(String::new, date),
        words,
        files,
        reports,
    })
}

/// The case that looks into a report leaves with it, because that turned out to be a denunciation on its own page.
pub(super) fn depart_with(
    tx: &mut Tx<'_>,
    report: FeedbackId,
) -> Result<Option<Departed>, Failure> {
    let Some((_, id)) = sql::cases_of_reports(tx, &[report.0])?.pop() else { return Ok(None) };
    let mut kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    if !kept.case.status.is_unsettled() {
        return depart(tx, &kept, Some(report)).map(Some);
    }
    let now = tx.now().civil();
    kept.case.apply(&Command::Seal, Status::Sealed, now);
    if !sql::keep(tx, &kept)? {
        return Err(changed());
    }
    let command = serde_json::to_string(&Command::Seal)
        .map_err(|e| Fault::Broken(format!("command: {e}")))?;
    sql::add_event(tx, id, Command::Seal.code(), &command, "")?;
    let details = serde_json::json!({ "step": Command::Seal.code(), "status": Status::Sealed });
    tx.journal(Entry::new(SUBJECT, id.0, "step_conduct").details(&details));
    depart(tx, &kept, None).map(Some)
}

/// Somebody else was quicker.
pub(super) fn changed() -> Failure {
    Failure::Refused(
        "Vụ việc này vừa được người khác xử lý ở cửa sổ khác. Hãy mở lại trang để xem trạng thái mới."
            .to_owned(),
    )
}

/// Somebody named to verify a case.
pub(super) fn verifier(
    tx: &mut Tx<'_>,
    who: &Who,
    (staff, accused): (StaffId, StaffId),
) -> Result<Verifier, Fault> {
    Ok(Verifier { staff, is_under_accused: is_under(tx, who, (staff, accused))? })
}

/// What a case is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Whom it is about.
    pub accused: StaffId,
    /// Where it comes from.
    pub source: Source,
    /// Which article, which inspection; never who reported it.
    pub origin: String,
    /// What is reported, as the accused will read it.
    pub summary: String,
    /// When it happened.
    pub happened_on: Option<Date>,
    /// The citizens' reports that it looks into.
    pub feedback: Vec<FeedbackId>,
    /// The low rating from which it is opened.
    pub rating: Option<i64>,
}

/// Opens a case.
///
/// # Errors
/// [`Failure::Refused`] if nobody here may look into it; [`Failure::NotFound`] if it is not his to open; any fault.
pub fn open(
    site: &Site,
    tx: &mut Tx<'_>,
    who: &Who,
    it: &Opening,
) -> Result<ConductCaseId, Failure> {
    if who.staff == Some(it.accused) {
        return Err(Failure::Refused(
            "Không mở vụ việc về chính mình. Người khác có thẩm quyền sẽ mở.".to_owned(),
        ));
    }
    let (unit, accused_unit) = unit_for(tx, who, it.accused)?;
    // A head's case goes up to whoever is above him, whoever was told first.
    let tells =
        who.can_at(Action::ConductHandle, accused_unit) || who.can_at(Action::ConductHandle, unit);
    if !tells {
        return Err(Failure::NotFound);
    }
    let now = who.now.civil();
    let screened_by = days_from_now(site, tx, who, (unit, limits_on(now.date())?.screening_days))?;
    let number = sql::next_number(tx, unit, now.year())?;
    let kept = Kept {
        id: ConductCaseId(0),
        code: format!("VV-{unit}-{}-{number:03}", now.year()),
        unit,
        accused_unit,
        source: it.source,
        origin: it.origin.clone(),
        summary: it.summary.clone(),
        happened_on: it.happened_on,
        concluded_on: None,
        replied_on: None,
        closed_on: None,
        case: domain::conduct::opened(it.accused, now, Some(screened_by)),
        draft: None,
        edition: 1,
    };
    let id = sql::insert(tx, &kept)?;
    sql::add_event(tx, id, "open", "{}", "")?;
    tx.journal(Entry::new(SUBJECT, id.0, "open_conduct").details(&it.source));
    for report in &it.feedback {
        tie(tx, *report, id)?;
    }
    if let Some(rating) = it.rating {
        sql::tie_rating(tx, rating, id)?;
    }
    Ok(id)
}

/// Has a case look into a report.
pub(super) fn tie(tx: &mut Tx<'_>, report: FeedbackId, case: ConductCaseId) -> Result<(), Failure> {
    match sql::tie_report(tx, report.0, case) {
        Err(fault) if fault.is_taken() => {
            return Err(Failure::Refused("Phản ánh này đã thuộc một vụ việc.".to_owned()));
        }
        other => other?,
    }
    feedback::note_conduct(
        tx,
        report,
        "Đang được xem xét theo quy trình về ứng xử của cán bộ.",
        true,
    )
}

/// Answers whoever reported it: each report gets the words that one drafted and another releases.
pub(super) fn reply(
    site: &Site,
    tx: &mut Tx<'_>,
    kept: &Kept,
    (words, drafted_by): (&str, AccountId),
) -> Result<(), Failure> {
    for report in sql::reports_of(tx, kept.id)? {
        let id = FeedbackId(report);
        // What was answered, handed on or sealed meanwhile has gone its own way.
        let waits = |it: FeedbackStatus| it.is_open() || it == FeedbackStatus::NeedInfo;
        if feedback::by_id(tx, id)?.is_some_and(|it| waits(it.status)) {
            feedback::close_conduct(site, tx, id, (words, drafted_by))?;
        }
    }
    Ok(())
}

/// The case as its rules know it, for whoever shows it.
pub(super) fn next(case: &Case) -> &'static str {
    match case.status {
        Status::Received => "sàng lọc",
        Status::Screened => "giao xác minh",
        Status::Assigned => "bắt đầu xác minh",
        Status::Verifying => "kết luận",
        Status::Concluded | Status::TurnedDown => "trả lời",
        Status::Corrective => "chấn chỉnh, trả lời",
        Status::Replied => "kết thúc",
        Status::Closed | Status::Sealed => "",
    }
}
