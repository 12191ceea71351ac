//! The work itself: receive, take a step, tell a due date. Everything that acts on dossiers
//! (pages, the demo, the bench, jobs) comes through here.

use std::{collections::HashMap, sync::Arc};

use domain::{
    calendar::WorkCalendar,
    deadline::{AfterPause, DeadlineError, Explanation, Extension, Pause, Term, explain},
    dossier::{
        Command, CommandKind, Dossier, Ground, Hop, Maker, Part, Resume, SuspensionKind, What,
        decide, decide_all,
    },
    ids::{DossierId, StaffId, UnitId, VersionId},
    law::RulePack,
    money::Dong,
    org::UnitKind,
    procedure::{ChannelKind, ProcedureVersion, Tier},
    workflow::Workflow,
};
use jiff::civil::DateTime;
use people::calendar::facts::Calendars;
use site::{Failure, OrRefuse, tree::Tree};
use store::Tx;

use super::{
    links,
    sql::{self, Kept, Paper, Person},
};
use crate::{
    lateness::facts as lateness,
    procedures::facts::{self as procedures, Version},
    results::facts as results,
};

mod at_once;
mod beside;
mod course;
mod money;
mod numbers;
mod opening;
mod promise;

pub use at_once::{AtOnceNumber, settle_and_charge, settle_on_the_spot};
pub use beside::{answer_members, hand_to_filer, receive_together};
pub(super) use course::key;
pub use course::move_all_on;
use course::{hop_to, intake_hop};
pub use numbers::typed_number_taken;
use opening::Opened;
pub use opening::hand_in;
pub use promise::{Promise, limit_text, promise};
use promise::{limit_of, receivable};

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
        "Thủ tục này chưa công bố thời hạn giải quyết. Hãy nhập số ngày làm việc hẹn trả, và đề \
         nghị công chức cải cách hành chính bổ sung thời hạn trong danh mục."
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
    /// Members of the group have no outcome.
    #[error(
        "Còn {count} thành viên của hồ sơ nhóm chưa có kết quả. Ghi kết quả cho từng thành viên trước."
    )]
    MembersPending {
        /// How many.
        count: i64,
    },
    /// Members of the group have no number.
    #[error("Còn {count} thành viên được đồng ý mà chưa có số. Ghi số cho từng thành viên trước.")]
    MembersUnnumbered {
        /// How many.
        count: i64,
    },
    /// The body has issued under this number in this year.
    #[error("Số {number} đã cấp cho hồ sơ {code} trong năm.{next}")]
    NumberTaken {
        /// As it was typed.
        number: String,
        /// The dossier that has it.
        code: String,
        /// A sentence with the next number that is free; empty if there is none to tell.
        next: String,
    },
    /// No number is proposed for the members of a group.
    #[error(
        "Không tìm được số còn trống cho thành viên của hồ sơ nhóm. Ghi số cho từng thành viên."
    )]
    NoFreeNumber,
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
    /// Working days that were agreed on where no limit is published, or fewer than are published.
    pub agreed_days: Option<u16>,
}

/// What was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its row.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// When the result is promised; nothing if it was not accepted.
    pub due_at: Option<DateTime>,
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
    let opened = Opened::accepted(tx, desk, intake)?;
    let commands = [opened.submit(intake), opened.accept(desk, intake)?];
    let (after, events) = decide_all(&Dossier::default(), commands, maker, tx.now()).or_refuse()?;
    opened.keep(tx, intake, &after, &events)
}

/// What the counter does with a dossier that it does not accept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAccepted {
    /// It is to be completed first; everything is asked for at once.
    Complete,
    /// It is turned away.
    Refuse(Ground),
}

/// Keeps a dossier that is not accepted as it was handed in, with the words of the paper that
/// the citizen gets instead of a receipt (NĐ 61/2018 Đ.17 k.3, NĐ 118/2025 Đ.18).
///
/// # Errors
/// [`Failure::Refused`] if the procedure is not received here or the reason is missing.
pub fn hold_back(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    maker: &Maker,
    intake: &Intake,
    (why, words): (NotAccepted, String),
) -> Result<Received, Failure> {
    let opened = Opened::at_counter(tx, desk, intake)?;
    let what = match why {
        NotAccepted::Complete => What::RequestIntakeSupplement,
        NotAccepted::Refuse(ground) => What::RefuseIntake { ground },
    };
    let commands = [opened.submit(intake), Command::saying(what, words)];
    let (after, events) = decide_all(&Dossier::default(), commands, maker, tx.now()).or_refuse()?;
    opened.keep(tx, intake, &after, &events)
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
    let limit = limit_of(body, channel, dossier.agreed_days)?;
    let received_at = dossier
        .received_at
        .ok_or_else(|| store::Fault::Broken("a dossier without a time of receipt".into()))?;
    let restarts = body.clock.restarts(pack);
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
            source: if body.clock.after_supplement.is_some() {
                body.clock.source.clone()
            } else {
                pack.map_or_else(String::new, |it| it.restart_source.clone())
            },
        })
        .collect();
    let extension = dossier.extended_to.map(|due_at| Extension {
        due_at,
        reason: reason.to_owned(),
        source: pack.map_or_else(String::new, |it| it.extension_source.clone()),
    });
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
    pub workflow: Arc<Workflow>,
}

/// Puts a dossier on the desk.
///
/// # Errors
/// [`Failure::NotFound`] if there is none.
pub fn take(tx: &mut Tx<'_>, id: DossierId) -> Result<OnDesk, Failure> {
    take_with(tx, &mut Shelf::default(), id)
}

/// Versions and workflows at hand, for whoever takes many dossiers while nobody changes the
/// catalogue.
#[derive(Default)]
pub struct Shelf {
    versions: HashMap<VersionId, Version>,
    workflows: HashMap<i64, Arc<Workflow>>,
}

/// [`take`] with what lies on the shelf; what does not is laid there.
///
/// # Errors
/// [`Failure::NotFound`] if there is none.
pub fn take_with(tx: &mut Tx<'_>, shelf: &mut Shelf, id: DossierId) -> Result<OnDesk, Failure> {
    let kept = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let version = match shelf.versions.get(&kept.version) {
        Some(it) => it.clone(),
        None => {
            let version = procedures::version(tx, kept.version)?
                .ok_or_else(|| store::Fault::Broken(format!("dossier {id} has no version")))?;
            shelf.versions.insert(kept.version, version.clone());
            version
        }
    };
    let workflow = match shelf.workflows.get(&kept.workflow) {
        Some(it) => it.clone(),
        None => {
            let workflow = procedures::workflow(tx, kept.workflow)?;
            shelf.workflows.insert(kept.workflow, workflow.clone());
            workflow
        }
    };
    Ok(OnDesk { kept, version, workflow })
}

impl OnDesk {
    /// The same once more, to try something on.
    pub(super) fn again(&self) -> Self {
        let (kept, version) = (self.kept.clone(), self.version.clone());
        Self { kept, version, workflow: self.workflow.clone() }
    }

    /// Whether no limit is published for it: whoever accepts it names one.
    #[must_use]
    pub fn needs_agreed_days(&self) -> bool {
        let channel = self.kept.dossier.channel.unwrap_or(ChannelKind::Direct);
        limit_of(&self.version.body, channel, None).is_err()
    }

    /// The acceptance of a dossier that was held back, with the promise made today. What is in
    /// force at acceptance holds for it: version, rules and workflow of today (one-stop.md 0.1).
    ///
    /// # Errors
    /// [`Failure::Refused`] if the procedure is not received today or no date can be promised.
    pub fn acceptance(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        now: DateTime,
        fee: Dong,
        agreed_days: Option<u16>,
    ) -> Result<What, Failure> {
        let code = &self.version.body.code;
        let version = receivable(tx, code, now.date())?;
        let office = desk.office(self.kept.unit).ok_or_else(|| no(&DeskError::NotHere))?;
        let pack = desk.calendars.pack_on(now.date()).ok_or_else(|| no(&DeskError::NoRules))?;
        let (workflow, _) = procedures::workflow_for(tx, &version.body, office.tier, now.date())?;
        self.workflow = procedures::workflow(tx, workflow)?;
        self.kept.workflow = workflow;
        self.kept.version = version.id;
        self.kept.rules.clone_from(&pack.id);
        self.version = version;
        let channel = self.kept.dossier.channel.unwrap_or(ChannelKind::Direct);
        let limit = limit_of(&self.version.body, channel, agreed_days)?;
        let term = Term::new(limit, now);
        let due = term.due(desk.calendar(self.kept.unit)).or_refuse()?;
        let code = self.kept.code.clone();
        let due_at = due.at.ok_or_else(|| no(&DeskError::NoLimit))?;
        let limit = limit.office_minutes(desk.calendar(self.kept.unit), (now, due_at));
        let hop = intake_hop(&self.workflow, desk.calendar(self.kept.unit), now, limit);
        Ok(What::Accept { code, received_at: now, due_at, fee, agreed_days, hop })
    }

    /// The working of its due date.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the calendar cannot tell.
    pub fn explain(&self, desk: Desk<'_>, reason: &str) -> Result<Explanation, Failure> {
        let pack = desk.calendars.pack(&self.kept.rules);
        let term = term(&self.kept.dossier, &self.version.body, pack, reason)?;
        // What is over keeps the working by which it was promised, whatever was decided since.
        match self.kept.dossier.finished_at {
            Some(at) => {
                let line = desk.tree.line(self.kept.unit);
                explain(&desk.calendars.known_on(&line, at.date()), &term).or_refuse()
            }
            None => explain(desk.calendar(self.kept.unit), &term).or_refuse(),
        }
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
                open.kind == SuspensionKind::Supplement && self.version.body.clock.restarts(pack)
            }
            None => false,
        };
        let term = term(&dossier, &self.version.body, pack, "")?;
        let due = term.due(desk.calendar(self.kept.unit)).or_refuse()?;
        let due_at = due.at.ok_or(DeadlineError::PausesOverlap).or_refuse()?;
        // What the citizen was told with an apology is not taken back by a pause.
        let original_due_at = due.original_at.filter(|it| *it != due_at);
        Ok(Some(Resume { due_at, original_due_at, restart }))
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
        self.hop_at(desk, at, holder, now)
    }

    /// The hop to the next step of `part`'s after the present one; the present one if it is the
    /// last of them.
    #[must_use]
    pub fn hop_on(
        &self,
        desk: Desk<'_>,
        part: Part,
        holder: Option<StaffId>,
        now: DateTime,
    ) -> Option<Hop> {
        let present = self.kept.dossier.hop.map_or(0, |it| usize::from(it.step));
        let at = self.workflow.next_of(present + 1, part).unwrap_or(present);
        self.hop_at(desk, at, holder, now)
    }

    pub(super) fn hop_at(
        &self,
        desk: Desk<'_>,
        at: usize,
        holder: Option<StaffId>,
        now: DateTime,
    ) -> Option<Hop> {
        let calendar = desk.calendar(self.kept.unit);
        hop_to(&self.workflow, calendar, at, holder, (now, self.limit_minutes(calendar)))
    }

    /// Takes a step. Money is not taken or given back by a step alone: see [`Self::take_payment`],
    /// [`Self::cancel_payment`], [`Self::refund`].
    ///
    /// # Errors
    /// [`Failure::Refused`] if the rules say no or somebody else was first.
    pub fn step(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        command: Command,
    ) -> Result<(), Failure> {
        match command.what {
            What::MarkPaid { .. } | What::CancelPayment { .. } | What::Refund { .. } => {
                let kind = command.what.kind().code();
                Err(store::Fault::Broken(format!("{kind} goes through the till")).into())
            }
            _ => self.go(tx, desk, maker, command),
        }
    }

    fn go(
        &mut self,
        tx: &mut Tx<'_>,
        desk: Desk<'_>,
        maker: &Maker,
        command: Command,
    ) -> Result<(), Failure> {
        let event = decide(&self.kept.dossier, command, maker, tx.now()).or_refuse()?;
        beside::allow(tx, &self.kept, &event)?;
        results::before(tx, self.kept.id, &event)?;
        let followed = links::follow::before(tx, &self.kept, &event)?;
        let mut after = self.kept.dossier.clone();
        after.apply(&event);
        self.may_leave(tx, &after, &event)?;
        self.claim_numbers(tx, &event)?;
        self.number_apology(tx, &event)?;
        if after.due_at != self.kept.dossier.due_at {
            let known = desk.calendar(self.kept.unit).confirmed_through;
            self.kept.provisional = after.due_at.is_some_and(|it| it.date() > known);
        }
        if !sql::keep(tx, &self.kept, &after, std::slice::from_ref(&event))? {
            return Err(no(&DeskError::Stale));
        }
        results::follow(tx, self.kept.id, &self.version.body, &after, &event)?;
        let mut kept = self.kept.clone();
        kept.dossier = after;
        kept.edition += 1;
        // What is in force at acceptance holds for it: its step may be another workflow's now.
        let before = (event.what.kind() != CommandKind::Accept).then_some(&self.kept);
        beside::follow(tx, &self.kept, &event)?;
        if !matches!(event.what.kind(), CommandKind::Recompute | CommandKind::Synchronise) {
            lateness::touched(tx, self.kept.id)?;
        }
        course::follow(tx, before, &kept, &self.workflow)?;
        let was = self.kept.dossier.status;
        crate::notices::follow(tx, desk.tree.title(kept.unit), (was, &kept), &event)?;
        self.kept = kept;
        followed.after(tx, desk, &self.kept, &event)
    }
}
