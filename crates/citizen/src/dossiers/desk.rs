//! The work itself: receive, take a step, tell a due date. Everything that acts on dossiers
//! (pages, the demo, the bench, jobs) comes through here.

use domain::{
    calendar::WorkCalendar,
    codes::{AgencyCode, CodeRegime, DossierCode, DossierCodeError},
    deadline::{
        AfterPause, DeadlineError, Explanation, Extension, Pause, Term, TimeLimit, explain,
    },
    dossier::{
        Command, Dossier, Event, Hop, Maker, Part, Refused, Resume, SuspensionKind, What, decide,
        decide_all,
    },
    ids::{DossierId, StaffId, UnitId},
    law::{AfterSupplement, CodeShape, RulePack},
    money::Dong,
    org::UnitKind,
    procedure::{ChannelKind, ProcedureVersion, Tier},
    workflow::Workflow,
};
use jiff::civil::{Date, DateTime};
use people::calendar::facts::Calendars;
use site::{Failure, OrRefuse, tree::Tree};
use store::Tx;

use super::sql::{self, Kept, New, Paper, Person};
use crate::procedures::facts::{self as procedures, Version};

/// Hours that a limit of days is worth, for sharing it out among steps.
const SECRET_DIGITS: usize = 6;

/// Why the desk says no before the state machine is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// No such procedure today.
    #[error("Thủ tục {code} không có trong danh mục đang áp dụng.")]
    NoProcedure {
        /// Its code.
        code: String,
    },
    /// Paused.
    #[error("Thủ tục này đang tạm dừng tiếp nhận: {reason}")]
    Paused {
        /// Why.
        reason: String,
    },
    /// Its limit is not published.
    #[error(
        "Thủ tục này chưa công bố thời hạn giải quyết nên chưa hẹn trả được. Hãy đề nghị công chức \
         cải cách hành chính bổ sung thời hạn trong danh mục."
    )]
    NoLimit,
    /// The unit does not settle it.
    #[error("Đơn vị không tiếp nhận thủ tục này.")]
    NotHere,
    /// The unit has no agency code.
    #[error(
        "Đơn vị chưa có mã định danh. Quản trị hệ thống cần khai báo trước khi tiếp nhận hồ sơ."
    )]
    NoAgencyCode,
    /// No rules for the day.
    #[error("Không có bộ quy tắc nào có hiệu lực vào ngày tiếp nhận.")]
    NoRules,
    /// It settles nothing at once.
    #[error("Thủ tục này không thuộc loại giải quyết ngay tại Bộ phận Một cửa.")]
    NotOnTheSpot,
    /// Somebody else changed it in the meantime.
    #[error(
        "Hồ sơ vừa được người khác xử lý. Hãy mở lại hồ sơ để xem trạng thái mới trước khi làm tiếp."
    )]
    Stale,
}

impl domain::Refusal for DeskError {}

fn no(error: &DeskError) -> Failure {
    Failure::Refused(error.to_string())
}

/// What the desk stands on: the units of today and the calendars.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The units.
    pub tree: &'a Tree,
    /// The calendars and rule packs.
    pub calendars: &'a Calendars,
}

/// The office around a one-stop shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Office {
    /// The commune, district or province.
    pub body: UnitId,
    /// Its tier.
    pub tier: Tier,
}

impl<'a> Desk<'a> {
    /// The body that a unit belongs to.
    #[must_use]
    pub fn office(&self, unit: UnitId) -> Option<Office> {
        self.tree.line(unit).into_iter().find_map(|it| {
            let tier = match UnitKind::of(&self.tree.unit(it)?.kind)? {
                UnitKind::Province => Tier::Province,
                UnitKind::District => Tier::District,
                UnitKind::Commune => Tier::Commune,
                UnitKind::Division | UnitKind::OneStop => return None,
            };
            Some(Office { body: it, tier })
        })
    }

    /// The calendar of a unit.
    #[must_use]
    pub fn calendar(&self, unit: UnitId) -> &'a WorkCalendar {
        self.calendars.of(&self.tree.line(unit))
    }

    /// Units that may settle what a one-stop shop receives: the body and its divisions.
    #[must_use]
    pub fn competent(&self, body: UnitId) -> Vec<UnitId> {
        let mut units = vec![body];
        units.extend(self.tree.children(body).iter().copied().filter(|it| {
            self.tree.unit(*it).is_some_and(|it| UnitKind::of(&it.kind) == Some(UnitKind::Division))
        }));
        units
    }
}

/// What somebody hands in at the counter.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The procedure's code.
    pub procedure: String,
    /// The one-stop shop.
    pub unit: UnitId,
    /// How it came.
    pub channel: ChannelKind,
    /// When it was handed in, civil time in Viet Nam.
    pub received_at: DateTime,
    /// Who.
    pub person: Person,
    /// What.
    pub papers: Vec<Paper>,
    /// What is to be paid.
    pub fee: Dong,
}

/// What was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its row.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// When the result is promised.
    pub due_at: DateTime,
}

/// A promise before it is made: what the counter shows for confirmation.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The version of the procedure.
    pub version: Version,
    /// Its limit as people read it.
    pub limit_text: String,
    /// The date and its working.
    pub explanation: Explanation,
}

fn limit_of(body: &ProcedureVersion, channel: ChannelKind) -> Result<TimeLimit, Failure> {
    body.limit(channel).and_then(|it| it.time_limit()).ok_or_else(|| no(&DeskError::NoLimit))
}

/// What would be promised for a dossier handed in so.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be received.
pub fn promise(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    procedure: &str,
    unit: UnitId,
    channel: ChannelKind,
    received_at: DateTime,
) -> Result<Promise, Failure> {
    let day = received_at.date();
    let version = procedures::in_force(tx, procedure, day)?
        .ok_or_else(|| no(&DeskError::NoProcedure { code: procedure.to_owned() }))?;
    if let Some(paused) = version.paused_on(day) {
        return Err(no(&DeskError::Paused { reason: paused.reason.clone() }));
    }
    let limit = limit_of(&version.body, channel)?;
    let explanation = explain(desk.calendar(unit), &Term::new(limit, received_at)).or_refuse()?;
    let limit_text = version.body.limit(channel).map_or_else(String::new, |it| it.text());
    Ok(Promise { version, limit_text, explanation })
}

/// Receives a dossier: code, receipt, clock.
///
/// # Errors
/// [`Failure::Refused`] if it cannot be received, [`Failure::Fault`] otherwise.
pub fn receive(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
) -> Result<Received, Failure> {
    let opened = open(tx, desk, intake)?;
    let commands = [opened.submit(intake), opened.accept(intake)];
    let (after, events) = decide_all(&Dossier::default(), commands, maker, tx.now()).or_refuse()?;
    opened.keep(tx, intake, &after, &events)
}

/// Receives a dossier, settles it and, if nothing is owed any more, returns the result, all at
/// the desk (NĐ 61/2018 Đ.17 k.5).
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not settled at once or the law says no.
pub fn settle_on_the_spot(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
    signer: StaffId,
    number: Option<String>,
) -> Result<Received, Failure> {
    let opened = open(tx, desk, intake)?;
    if !opened.promise.version.body.on_the_spot {
        return Err(no(&DeskError::NotOnTheSpot));
    }
    let officer = maker.staff.ok_or(Refused::NotInPerson).or_refuse()?;
    let mut commands = vec![
        opened.submit(intake),
        opened.accept(intake),
        What::SettleOnTheSpot { officer, signer, number }.into(),
    ];
    if intake.fee.0 > 0 {
        commands.push(What::MarkPaid { amount: intake.fee, resume: None }.into());
    }
    commands.push(
        What::Return {
            channel: domain::dossier::ReturnChannel::Counter,
            collector: domain::dossier::Collector::Applicant,
        }
        .into(),
    );
    let (after, events) = decide_all(&Dossier::default(), commands, maker, tx.now()).or_refuse()?;
    opened.keep(tx, intake, &after, &events)
}

/// A dossier about to be opened.
struct Opened {
    promise: Promise,
    office: Office,
    pack: String,
    workflow: i64,
    code: String,
    due_at: DateTime,
}

fn open(tx: &mut Tx<'_>, desk: Desk<'_>, intake: &Intake) -> Result<Opened, Failure> {
    let day = intake.received_at.date();
    let promise =
        promise(tx, desk, &intake.procedure, intake.unit, intake.channel, intake.received_at)?;
    let office = desk.office(intake.unit).ok_or_else(|| no(&DeskError::NotHere))?;
    if promise.version.body.body != "ubnd" || !promise.version.body.settled_by(office.tier, day) {
        return Err(no(&DeskError::NotHere));
    }
    let pack = desk.calendars.pack_on(day).ok_or_else(|| no(&DeskError::NoRules))?;
    let (workflow, _) = procedures::workflow_for(tx, &promise.version.body, office.tier, day)?;
    let code = next_code(tx, desk, pack, office.body, day)?;
    let due_at = promise.explanation.due.ok_or_else(|| no(&DeskError::NoLimit))?;
    Ok(Opened { promise, office, pack: pack.id.clone(), workflow, code, due_at })
}

impl Opened {
    fn submit(&self, intake: &Intake) -> Command {
        What::Submit {
            channel: intake.channel,
            unit: intake.unit,
            submitted_at: intake.received_at,
        }
        .into()
    }

    fn accept(&self, intake: &Intake) -> Command {
        What::Accept {
            code: self.code.clone(),
            received_at: intake.received_at,
            due_at: self.due_at,
            fee: intake.fee,
        }
        .into()
    }

    fn keep(
        self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        after: &Dossier,
        events: &[Event],
    ) -> Result<Received, Failure> {
        let mut person = intake.person.clone();
        person.secret = secret()?;
        let mut words = domain::text::words(&person.name);
        words.extend(domain::text::words(&person.proxy_name));
        words.sort();
        words.dedup();
        let new = New {
            code: &self.code,
            body: self.office.body,
            unit: intake.unit,
            competent: self.office.body,
            version: self.promise.version.id,
            workflow: self.workflow,
            rules: &self.pack,
            channel: intake.channel.code(),
            received_at: intake.received_at,
            provisional: self.promise.explanation.provisional,
            fee: intake.fee.0,
            person: &person,
            words: &words,
        };
        let id = sql::insert(tx, &new, after, events)?;
        sql::insert_papers(tx, id, &intake.papers)?;
        Ok(Received { id, code: self.code, due_at: self.due_at })
    }
}

/// The next code of the body's day. The sequence row is the lock.
fn next_code(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    pack: &RulePack,
    body: UnitId,
    day: Date,
) -> Result<String, Failure> {
    let agency = desk.tree.unit(body).map_or("", |it| it.agency_code.as_str());
    let agency = AgencyCode::parse(agency).map_err(|_| no(&DeskError::NoAgencyCode))?;
    let regime = match pack.code {
        CodeShape::RightToLeft if agency.right_to_left().is_ok() => CodeRegime::Agency2018,
        CodeShape::RightToLeft | CodeShape::LeftToRight => CodeRegime::Agency2025,
    };
    let name = format!("dossier:{agency}:{day}");
    let serial = sql::next_number(tx, &name)?;
    let serial = u32::try_from(serial)
        .map_err(|_| DossierCodeError::SerialRange { max: regime.serial_max() })
        .or_refuse()?;
    Ok(DossierCode::new(regime, &agency, day, serial).or_refuse()?.to_string())
}

fn secret() -> Result<String, Failure> {
    let digits = site::random_hex(8);
    let number = u64::from_str_radix(&digits, 16)
        .map_err(|e| store::Fault::Broken(format!("a random number: {e}")))?;
    Ok(format!("{:0width$}", number % 1_000_000, width = SECRET_DIGITS))
}

/// The term of a dossier: its limit, its pauses, its extension.
///
/// # Errors
/// [`Failure::Refused`] if the version has no limit.
pub fn term(
    dossier: &Dossier,
    body: &ProcedureVersion,
    pack: Option<&RulePack>,
    reason: &str,
) -> Result<Term, Failure> {
    let channel = dossier.channel.unwrap_or(ChannelKind::Direct);
    let limit = limit_of(body, channel)?;
    let received_at = dossier
        .received_at
        .ok_or_else(|| store::Fault::Broken("a dossier without a time of receipt".into()))?;
    let restarts = pack.is_none_or(|it| it.after_supplement == AfterSupplement::Restart);
    let pauses = dossier
        .suspensions
        .iter()
        .map(|it| Pause {
            from: it.from,
            until: it.until,
            after: if it.kind == SuspensionKind::Supplement && restarts {
                AfterPause::Restart
            } else {
                AfterPause::Resume
            },
            reason: it.kind.label().to_lowercase(),
        })
        .collect();
    let extension = match dossier.due_at {
        Some(due_at) if dossier.extensions > 0 => {
            Some(Extension { due_at, reason: reason.to_owned() })
        }
        _ => None,
    };
    Ok(Term { limit, received_at, pauses, extension })
}

/// Whether `due` is so near that an apology is due now: today, or within a working day.
#[must_use]
pub fn near(calendar: &WorkCalendar, now: DateTime, due: DateTime) -> bool {
    now < due && calendar.working_days_between(now.date(), due.date()) <= 1
}

/// A dossier with all that is needed to act on it.
pub struct OnDesk {
    /// The dossier.
    pub kept: Kept,
    /// The version that holds for it.
    pub version: Version,
    /// Its workflow.
    pub workflow: Workflow,
}

/// Puts a dossier on the desk.
///
/// # Errors
/// [`Failure::NotFound`] if there is none.
pub fn take(tx: &mut Tx<'_>, id: DossierId) -> Result<OnDesk, Failure> {
    let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let version = procedures::version(tx, kept.version)?
        .ok_or_else(|| store::Fault::Broken(format!("dossier {id} has no version")))?;
    let workflow = procedures::workflow(tx, kept.workflow)?;
    Ok(OnDesk { kept, version, workflow })
}

impl OnDesk {
    /// The working of its due date.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the calendar cannot tell.
    pub fn explain(&self, desk: Desk<'_>, reason: &str) -> Result<Explanation, Failure> {
        let pack = desk.calendars.pack(&self.kept.rules);
        let term = term(&self.kept.dossier, &self.version.body, pack, reason)?;
        explain(desk.calendar(self.kept.unit), &term).or_refuse()
    }

    /// How the clock goes on if the pause ends at `now`; nothing if it does not stand still.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the calendar cannot tell.
    pub fn resume(&self, desk: Desk<'_>, now: DateTime) -> Result<Option<Resume>, Failure> {
        if !self.kept.dossier.is_suspended() {
            return Ok(None);
        }
        let pack = desk.calendars.pack(&self.kept.rules);
        let mut dossier = self.kept.dossier.clone();
        let restart = match dossier.suspensions.last_mut() {
            Some(open) => {
                open.until = Some(now.max(open.from));
                open.kind == SuspensionKind::Supplement
                    && pack.is_none_or(|it| it.after_supplement == AfterSupplement::Restart)
            }
            None => false,
        };
        dossier.extensions = 0;
        let term = term(&dossier, &self.version.body, pack, "")?;
        let due = term.due(desk.calendar(self.kept.unit)).or_refuse()?;
        let due_at = due.at.ok_or(DeadlineError::PausesOverlap).or_refuse()?;
        Ok(Some(Resume { due_at, original_due_at: None, restart }))
    }

    /// The hop to the step whose turn is `part`'s, with its own due time; nothing if the
    /// workflow has no such step ahead.
    #[must_use]
    pub fn hop(
        &self,
        desk: Desk<'_>,
        part: Part,
        holder: Option<StaffId>,
        now: DateTime,
    ) -> Option<Hop> {
        let from = self.kept.dossier.hop.map_or(1, |it| usize::from(it.step));
        let at = self.workflow.next_of(from, part).or_else(|| self.workflow.next_of(0, part))?;
        let calendar = desk.calendar(self.kept.unit);
        let limit = match (self.kept.dossier.received_at, self.kept.dossier.due_original_at) {
            (Some(from), Some(until)) => calendar.minutes_between(from, until),
            _ => self.workflow.minutes(),
        };
        let minutes = self.workflow.step_minutes(at, limit);
        let due_at = if minutes > 0 { calendar.after_minutes(now, minutes) } else { None };
        Some(Hop { step: u16::try_from(at).ok()?, holder, due_at })
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules say no or somebody else was first.
    pub fn step(
        &mut self,
        tx: &mut Tx<'_>,
        maker: &Maker,
        command: Command,
    ) -> Result<(), Failure> {
        let event = decide(&self.kept.dossier, command, maker, tx.now()).or_refuse()?;
        let mut after = self.kept.dossier.clone();
        after.apply(&event);
        if !sql::keep(tx, &self.kept, &after, std::slice::from_ref(&event))? {
            return Err(no(&DeskError::Stale));
        }
        self.kept.dossier = after;
        self.kept.edition += 1;
        Ok(())
    }
}
