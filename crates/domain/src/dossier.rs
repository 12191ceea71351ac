//! The life of one dossier, from submission to the returned result.
//!
//! [`rules::TABLE`] is the whole state machine; [`decide`] asks it and changes nothing;
//! [`Dossier::apply`] carries what happened into the state and cannot fail. Folding all
//! events of a dossier gives its state ([`Dossier::fold`]).
//!
//! Law: NĐ 61/2018/NĐ-CP Đ.16–21; NĐ 118/2025/NĐ-CP Đ.21.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, StaffId, UnitId},
    money::Dong,
    procedure::ChannelKind,
    time::Instant,
};

mod choice;
pub(crate) mod codes;
mod command;
pub mod rules;
mod status;
#[cfg(test)]
mod tests;
mod timing;
pub mod turn;
mod what;

pub use choice::{Collector, Ground, ReturnChannel};
pub use command::{Asked, Command, CommandKind, Hop, Maker, OnPaper, Part, Resume, What, Words};
pub use rules::{Refused, decide, decide_all};
pub use status::{Aggregate, Delivery, Financial, Outcome, PublicStatus, Status, Sync};
pub use timing::{Precision, Timing, timing};

/// Something that happened to a dossier; kept for ever, never changed.
///
/// `what` holds no personal data. `words` may be erased; the fold does not need them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    #[serde(with = "epoch_ms")]
    pub at: Instant,
    /// Who did it.
    pub by: AccountId,
    /// Where the dossier stands after it.
    pub status: Status,
    /// What was done.
    pub what: What,
    /// In whose place he did it, if he had the right to only by standing in for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<StaffId>,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

mod epoch_ms {
    //! Instants as whole milliseconds.

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::time::Instant;

    pub fn serialize<S: Serializer>(at: &Instant, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_i64(at.epoch_ms())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        i64::deserialize(from).map(Instant::from_epoch_ms)
    }
}

codes::codes! {
    /// Why the clock stands still.
    pub enum SuspensionKind {
        /// The citizen's papers are missing.
        Supplement = "supplement", "Chờ công dân bổ sung";
        /// The citizen's money is missing.
        Payment = "payment", "Chờ nghĩa vụ tài chính";
        /// Sector law does not count the verification.
        Verification = "verification", "Thời gian xác minh không tính vào thời hạn";
        /// Sector law does not count the consultation.
        Consultation = "consultation", "Thời gian lấy ý kiến không tính vào thời hạn";
    }
}

/// A time in which the clock stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Why.
    pub kind: SuspensionKind,
    /// From when, civil time in Viet Nam.
    pub from: DateTime,
    /// Until when; still standing if nothing.
    pub until: Option<DateTime>,
}

/// A question to another unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// Who is asked.
    pub unit: UnitId,
    /// When, civil time in Viet Nam.
    pub asked_at: DateTime,
    /// By when an answer is wanted.
    pub due_at: DateTime,
    /// When it was answered, or given up.
    pub closed_at: Option<DateTime>,
    /// Whether it was answered.
    pub answered: bool,
}

/// Who may take the last step back, and to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastStep {
    /// Who made it.
    pub by: AccountId,
    /// What it was.
    pub kind: CommandKind,
    /// When, civil time in Viet Nam.
    #[serde(default)]
    pub at: Option<DateTime>,
    /// The dossier before it.
    pub before: Dossier,
}

/// What the workflow knows of one dossier. All times are civil time in Viet Nam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// How far the business is.
    pub status: Status,
    /// Whether money is owed.
    pub financial: Financial,
    /// Where the result is.
    pub delivery: Delivery,
    /// Whether the outside systems know.
    pub sync: Sync,
    /// How it came in.
    pub channel: Option<ChannelKind>,
    /// What the (draft) result says.
    pub outcome: Option<Outcome>,
    /// The dossier code (mã hồ sơ), since acceptance.
    pub code: Option<String>,
    /// The number of the result document.
    pub number: Option<String>,
    /// The unit that received it and owns the receipt.
    pub received_by: Option<UnitId>,
    /// The unit that settles it and owns the clock.
    pub settled_by: Option<UnitId>,
    /// Who settles it.
    pub officer: Option<StaffId>,
    /// Everybody who has worked on it as officer or put it up; none of them may sign it.
    pub workers: Vec<StaffId>,
    /// Who reviewed the draft last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<StaffId>,
    /// Who signed.
    pub signer: Option<StaffId>,
    /// The present step of the workflow.
    pub hop: Option<Hop>,
    /// When it was handed in.
    pub submitted_at: Option<DateTime>,
    /// When it was accepted.
    pub received_at: Option<DateTime>,
    /// What the law's clock gives without the extension. Restarts and pauses move it, an
    /// extension never does: figures are counted against this.
    pub due_original_at: Option<DateTime>,
    /// What the citizen was told last; nothing while the clock stands still.
    pub due_at: Option<DateTime>,
    /// When the result reached the counter.
    pub finished_at: Option<DateTime>,
    /// When the citizen got it.
    pub returned_at: Option<DateTime>,
    /// When it was closed without a result.
    pub ended_at: Option<DateTime>,
    /// Requests before acceptance; one at most.
    pub intake_supplements: u8,
    /// Requests after acceptance; one at most.
    pub supplements: u8,
    /// When the missing papers are to be here.
    pub supplement_until: Option<DateTime>,
    /// New appointments; one at most.
    pub extensions: u8,
    /// What that appointment was; a pause after it does not make it earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<DateTime>,
    /// Mistakes put right or being put right.
    pub corrections: u8,
    /// When the correction is due.
    pub correction_due_at: Option<DateTime>,
    /// Working days that the counter promised where no limit is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_days: Option<u16>,
    /// What is to be paid.
    pub fee_due: Dong,
    /// What was paid.
    pub fee_paid: Dong,
    /// When the clock stood still.
    pub suspensions: Vec<Suspension>,
    /// Who was asked.
    pub consultations: Vec<Consultation>,
    /// Where it goes back to if the withdrawal is not allowed.
    pub before_withdraw: Option<Status>,
    /// The last step, as long as it can be taken back.
    pub last: Option<Box<LastStep>>,
}

impl Default for Dossier {
    /// A draft of which nothing is known.
    fn default() -> Self {
        Self {
            status: Status::Draft,
            financial: Financial::NotRequired,
            delivery: Delivery::None,
            sync: Sync::NotNeeded,
            channel: None,
            outcome: None,
            code: None,
            number: None,
            received_by: None,
            settled_by: None,
            officer: None,
            workers: Vec::new(),
            reviewer: None,
            signer: None,
            hop: None,
            submitted_at: None,
            received_at: None,
            due_original_at: None,
            due_at: None,
            finished_at: None,
            returned_at: None,
            ended_at: None,
            intake_supplements: 0,
            supplements: 0,
            supplement_until: None,
            extensions: 0,
            extended_to: None,
            corrections: 0,
            correction_due_at: None,
            agreed_days: None,
            fee_due: Dong::ZERO,
            fee_paid: Dong::ZERO,
            suspensions: Vec::new(),
            consultations: Vec::new(),
            before_withdraw: None,
            last: None,
        }
    }
}

impl Dossier {
    /// The state that all its events, in order, make of a draft.
    #[must_use]
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut dossier = Self::default();
        for event in events {
            dossier.apply(event);
        }
        dossier
    }

    /// Whether the clock stands still.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspensions.last().is_some_and(|it| it.until.is_none())
    }

    /// The consultations that wait for an answer.
    pub fn open_consultations(&self) -> impl Iterator<Item = &Consultation> {
        self.consultations.iter().filter(|it| it.closed_at.is_none())
    }

    /// When it moves on by itself, if nobody does anything before; civil time in Viet Nam.
    #[must_use]
    pub fn moves_at(&self) -> Option<DateTime> {
        let rings = rules::MOVED_ON.contains(&self.status);
        self.hop.filter(|_| rings).and_then(|it| it.moves_at)
    }

    /// The step of the workflow at which it is, from 0.
    #[must_use]
    pub fn at_step(&self) -> usize {
        self.hop.map_or(0, |it| usize::from(it.step))
    }

    /// Carries an event into the state. Cannot fail: what happened, happened.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at.civil();
        match &event.what {
            What::Synchronise { sync } => {
                self.sync = *sync;
                return;
            }
            What::Undo => {
                let sync = self.sync;
                if let Some(last) = self.last.take() {
                    *self = last.before;
                }
                self.sync = sync;
                self.status = event.status;
            }
            // What was handed in cannot be un-handed in; it can be refused or withdrawn.
            What::Submit { .. } => self.last = None,
            _ => {
                let before = Self { last: None, ..self.clone() };
                let kind = event.what.kind();
                self.last = Some(Box::new(LastStep { by: event.by, kind, at: Some(at), before }));
            }
        }
        if self.sync == Sync::Synced {
            self.sync = Sync::Pending;
        }
        let from = self.status;
        self.status = event.status;
        self.carry(&event.what, from, at);
        if let Some(resume) = event.what.resume() {
            self.resume(resume, event.what.resumed_at().unwrap_or(at));
        }
    }

    fn carry(&mut self, what: &What, from: Status, at: DateTime) {
        match what {
            What::Submit { channel, unit, submitted_at } => {
                self.channel = Some(*channel);
                self.received_by = Some(*unit);
                self.submitted_at = Some(*submitted_at);
            }
            What::Accept { code, received_at, due_at, fee, agreed_days, hop } => {
                self.agreed_days = *agreed_days;
                self.step(*hop);
                self.code = Some(code.clone());
                self.received_at = Some(*received_at);
                self.due_at = Some(*due_at);
                self.due_original_at = Some(*due_at);
                self.owe(*fee);
            }
            What::RequestIntakeSupplement => {
                self.intake_supplements = self.intake_supplements.saturating_add(1);
            }
            What::RefuseIntake { .. } => self.ended_at = Some(at),
            What::Transfer { unit, hop } => {
                self.settled_by = Some(*unit);
                self.step(*hop);
            }
            What::Assign { officer, hop } | What::Reassign { officer, hop } => {
                self.officer = Some(*officer);
                self.step(*hop);
                if let (None, Some(present)) = (hop, self.hop.as_mut()) {
                    present.holder = Some(*officer);
                }
            }
            What::Begin { officer } => {
                // Whoever sets to work on what nobody was named for is its officer.
                self.officer.get_or_insert(*officer);
                self.worked(*officer);
            }
            What::HandOver { hop } => {
                self.hop = Some(*hop);
                self.officer = hop.holder.or(self.officer);
            }
            What::Verify { pause } => self.suspend(*pause, SuspensionKind::Verification, at),
            What::ConsultMany { asked } => {
                for it in asked {
                    self.ask(it.unit, at, it.due_at);
                }
            }
            What::Consult { unit, due_at, pause } => {
                self.ask(*unit, at, *due_at);
                self.suspend(*pause, SuspensionKind::Consultation, at);
            }
            What::Answer { unit, .. } => {
                let mut open = self.consultations.iter_mut();
                if let Some(it) = open.find(|it| it.unit == *unit && it.closed_at.is_none()) {
                    it.closed_at = Some(at);
                    it.answered = true;
                }
            }
            What::SkipAnswer { .. } => {
                for it in self.consultations.iter_mut().filter(|it| it.closed_at.is_none()) {
                    it.closed_at = Some(at);
                }
            }
            What::RequestSupplement { until } => {
                self.supplements = self.supplements.saturating_add(1);
                self.supplement_until = Some(*until);
                self.suspend(true, SuspensionKind::Supplement, at);
            }
            What::Supplement { hop, .. } => {
                self.supplement_until = None;
                self.step(*hop);
            }
            What::CloseNoSupplement | What::Withdraw => {
                self.before_withdraw = None;
                self.close_suspension(at);
                self.ended_at = Some(at);
            }
            What::RequestPayment { amount, pause } => {
                self.owe(*amount);
                self.suspend(*pause, SuspensionKind::Payment, at);
            }
            What::MarkPaid { amount, .. } => {
                self.fee_paid = self.fee_paid.plus(*amount);
                self.owe(Dong::ZERO);
            }
            What::AdjustFee { amount, .. } => {
                self.fee_due = *amount;
                self.owe(Dong::ZERO);
            }
            What::CancelPayment { amount } => {
                self.fee_paid = Dong(self.fee_paid.0.saturating_sub(amount.0));
                self.owe(Dong::ZERO);
            }
            What::Refund { amount } => {
                self.fee_paid = Dong(self.fee_paid.0.saturating_sub(amount.0));
                self.fee_due = self.fee_due.min(self.fee_paid);
                self.owe(Dong::ZERO);
            }
            What::RequestWithdraw => self.before_withdraw = Some(from),
            What::RejectWithdraw => self.before_withdraw = None,
            What::PutUp { officer, hop, .. } | What::Refuse { officer, hop, .. } => {
                self.outcome = what.outcome();
                self.worked(*officer);
                self.step(*hop);
            }
            What::Approve { reviewer, hop, .. } => {
                self.reviewer = Some(*reviewer);
                self.step(*hop);
            }
            What::MoveOn { unit, hop } => {
                self.settled_by = unit.or(self.settled_by);
                self.hop = Some(*hop);
            }
            What::SendBack { hop } => {
                self.outcome = None;
                self.step(*hop);
            }
            What::Sign { signer, hop } => {
                self.signer = Some(*signer);
                self.step(*hop);
            }
            What::Number { number, hop } => {
                self.number = Some(number.clone());
                self.step(*hop);
                self.finished_at = Some(at);
                self.delivery = Delivery::Waiting;
            }
            What::SettleOnTheSpot { officer, signer, number } => {
                self.officer = Some(*officer);
                self.worked(*officer);
                self.signer = Some(*signer);
                self.number.clone_from(number);
                self.outcome = Some(Outcome::Granted);
                self.finished_at = Some(at);
                self.delivery = Delivery::Waiting;
            }
            What::SendByPost => self.delivery = Delivery::InPost,
            What::PostFailed => self.delivery = Delivery::Waiting,
            What::Return { .. } => {
                self.delivery = Delivery::Delivered;
                self.returned_at = Some(at);
            }
            What::Extend { due_at, .. } => {
                self.extensions = self.extensions.saturating_add(1);
                self.due_at = Some(*due_at);
                self.extended_to = Some(*due_at);
            }
            What::Correct { due_at } => {
                self.corrections = self.corrections.saturating_add(1);
                self.correction_due_at = *due_at;
            }
            What::FinishCorrection { signer, number } => {
                self.signer = Some(*signer);
                self.number = Some(number.clone());
                self.correction_due_at = None;
                self.delivery = Delivery::Waiting;
            }
            What::Recompute { due_at, original_due_at } => {
                self.due_at = Some(*due_at);
                self.due_original_at = Some(*original_due_at);
            }
            What::Resubmit
            | What::Contribute
            | What::FinishVerify { .. }
            | What::Archive
            | What::Synchronise { .. }
            | What::Undo => {}
        }
    }

    fn ask(&mut self, unit: UnitId, asked_at: DateTime, due_at: DateTime) {
        self.consultations.push(Consultation {
            unit,
            asked_at,
            due_at,
            closed_at: None,
            answered: false,
        });
    }

    fn step(&mut self, hop: Option<Hop>) {
        if hop.is_some() {
            self.hop = hop;
        }
    }

    fn worked(&mut self, officer: StaffId) {
        if !self.workers.contains(&officer) {
            self.workers.push(officer);
        }
    }

    /// Adds to what is owed and says whether it is covered.
    fn owe(&mut self, more: Dong) {
        self.fee_due = self.fee_due.plus(more);
        self.financial = if self.fee_due <= Dong::ZERO {
            Financial::NotRequired
        } else if self.fee_paid >= self.fee_due {
            Financial::Paid
        } else {
            Financial::Due
        };
    }

    fn suspend(&mut self, pause: bool, kind: SuspensionKind, at: DateTime) {
        if pause && !self.is_suspended() {
            self.suspensions.push(Suspension { kind, from: at, until: None });
            self.due_at = None;
        }
    }

    fn close_suspension(&mut self, at: DateTime) {
        if let Some(open) = self.suspensions.last_mut().filter(|it| it.until.is_none()) {
            open.until = Some(at.max(open.from));
        }
    }

    fn resume(&mut self, resume: Resume, at: DateTime) {
        self.close_suspension(at);
        self.due_at = Some(resume.due_at);
        self.due_original_at = Some(resume.original_due_at.unwrap_or(resume.due_at));
    }
}
