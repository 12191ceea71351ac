//! The state machine: one table of steps, and what each requires.

use jiff::civil::DateTime;
use thiserror::Error;

use super::{Command, CommandKind, Dossier, Event, Maker, Part, Status, What, Words};
use crate::{Refusal, ids::UnitId, time::Instant};

mod may;

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Always here.
    Status(Status),
    /// Nowhere else.
    Same,
    /// To processing, unless somebody who was asked has not answered.
    ProcessingUnlessAwaited,
    /// To processing once nothing is owed any more.
    ProcessingIfPaid,
    /// To the signer, unless the workflow has a reviewer look at it first.
    SignerUnlessReviewed,
    /// To what comes next when the time at a step is over.
    Onward,
    /// To where the dossier stood before the withdrawal was asked for.
    BeforeWithdraw,
    /// To what it was before the last step.
    BeforeLast,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name in the domain reference.
    pub id: &'static str,
    /// The step.
    pub kind: CommandKind,
    /// From where.
    pub from: &'static [Status],
    /// To where.
    pub to: To,
    /// By whom.
    pub by: &'static [Part],
    /// What else it requires, for people.
    pub requires: &'static str,
}

use Status::{
    Accepted, Archived, Assigned, AwaitPayment, AwaitSupplement, ClosedNoSupplement, Consulting,
    Correcting, Draft, IntakeSupplement, Processing, RefusedIntake, ResultAtCounter, Returned,
    Submitted, ToNumber, ToReview, ToSign, Transferred, Verifying, WithdrawRequested, Withdrawn,
};

const fn rule(
    id: &'static str,
    kind: CommandKind,
    from: &'static [Status],
    to: To,
    by: &'static [Part],
    requires: &'static str,
) -> Rule {
    Rule { id, kind, from, to, by, requires }
}

const COUNTER: &[Part] = &[Part::Counter, Part::CounterHead];
const OFFICER: &[Part] = &[Part::Officer];
const OPEN: &[Status] = &[
    Accepted,
    Transferred,
    Assigned,
    Processing,
    Verifying,
    Consulting,
    AwaitSupplement,
    AwaitPayment,
    ToReview,
    ToSign,
    ToNumber,
    WithdrawRequested,
];
/// From where a dossier moves on by itself.
pub(super) const MOVED_ON: &[Status] = &[Accepted, Transferred, Assigned, Processing, ToReview];
/// No decision exists yet: the citizen may still stop it (NĐ 118/2025 Đ.21).
const STOPPABLE: &[Status] = &[
    Submitted,
    IntakeSupplement,
    Accepted,
    Transferred,
    Assigned,
    Processing,
    Verifying,
    Consulting,
    AwaitSupplement,
    AwaitPayment,
    ToReview,
    ToSign,
];

/// Accepted once, whatever became of it.
const EVER_ACCEPTED: &[Status] = &[
    Accepted,
    Transferred,
    Assigned,
    Processing,
    Verifying,
    Consulting,
    AwaitSupplement,
    AwaitPayment,
    ToReview,
    ToSign,
    ToNumber,
    ResultAtCounter,
    WithdrawRequested,
    Withdrawn,
    ClosedNoSupplement,
    Returned,
    Archived,
    Correcting,
];
const CASHIER: &[Part] = &[Part::Cashier, Part::CounterHead, Part::System];

/// The whole state machine (one-stop.md 1.4).
#[rustfmt::skip]
pub const TABLE: &[Rule] = &[
    rule("t0", CommandKind::Submit, &[Draft], To::Status(Submitted), &[Part::Citizen, Part::Counter, Part::CounterHead, Part::Lead], ""),
    rule("t1", CommandKind::Accept, &[Submitted], To::Status(Accepted), COUNTER, "Hồ sơ đủ thành phần"),
    rule("t2", CommandKind::RequestIntakeSupplement, &[Submitted], To::Status(IntakeSupplement), COUNTER, "Chỉ một lần trước tiếp nhận"),
    rule("t3", CommandKind::Resubmit, &[IntakeSupplement], To::Status(Submitted), &[Part::Citizen, Part::Counter, Part::CounterHead], ""),
    rule("t4", CommandKind::RefuseIntake, &[Submitted, IntakeSupplement], To::Status(RefusedIntake), COUNTER, "Có lý do bằng văn bản"),
    rule("t5", CommandKind::Transfer, &[Accepted], To::Status(Transferred), COUNTER, ""),
    rule("t6", CommandKind::Assign, &[Transferred], To::Status(Assigned), &[Part::Dispatcher], ""),
    rule("t6", CommandKind::Reassign, &[Assigned, Processing, Verifying, Consulting], To::Same, &[Part::Dispatcher], "Có lý do"),
    rule("t6", CommandKind::Begin, &[Transferred, Assigned], To::Status(Processing), OFFICER, ""),
    rule("t6", CommandKind::HandOver, &[Processing], To::Same, &[Part::Officer, Part::Reviewer], ""),
    rule("t6", CommandKind::Contribute, &[Assigned, Processing, Verifying, Consulting, AwaitSupplement, AwaitPayment, ToReview, ToSign], To::Same, &[Part::CoHandler], "Bước quy trình có người phối hợp"),
    rule("t7", CommandKind::Verify, &[Processing], To::Status(Verifying), &[Part::Officer, Part::CoHandler], ""),
    rule("t7", CommandKind::FinishVerify, &[Verifying], To::Status(Processing), &[Part::Officer, Part::CoHandler], ""),
    rule("t7", CommandKind::Consult, &[Processing, Consulting], To::Status(Consulting), OFFICER, "Nêu nội dung và hạn trả lời"),
    rule("t7", CommandKind::ConsultMany, &[Processing, Consulting], To::Status(Consulting), OFFICER, "Các đơn vị mà bước quy trình nêu; đồng hồ chính vẫn chạy"),
    rule("t7", CommandKind::Answer, &[Consulting], To::ProcessingUnlessAwaited, &[Part::Consulted, Part::Officer], "Đơn vị được hỏi tự trả lời; người hỏi chỉ nhập thay văn bản giấy, có số, ngày"),
    rule("t7", CommandKind::SkipAnswer, &[Consulting], To::Status(Processing), OFFICER, "Quá hạn trả lời"),
    rule("t8", CommandKind::RequestSupplement, &[Processing], To::Status(AwaitSupplement), &[Part::Officer, Part::Signer], "Chỉ một lần"),
    rule("t9", CommandKind::Supplement, &[AwaitSupplement], To::Status(Processing), &[Part::Citizen, Part::Counter, Part::CounterHead], ""),
    rule("t10", CommandKind::CloseNoSupplement, &[AwaitSupplement], To::Status(ClosedNoSupplement), &[Part::Counter, Part::CounterHead, Part::System], "Quá hạn bổ sung"),
    rule("t11", CommandKind::RequestPayment, &[Processing], To::Status(AwaitPayment), &[Part::Officer, Part::Cashier], ""),
    rule("t12", CommandKind::MarkPaid, &[AwaitPayment], To::ProcessingIfPaid, CASHIER, "Có biên lai"),
    rule("t12", CommandKind::MarkPaid, &[Accepted, Transferred, Assigned, Processing, Verifying, Consulting, AwaitSupplement, ToReview, ToSign, ToNumber, ResultAtCounter], To::Same, CASHIER, "Có biên lai"),
    rule("t12", CommandKind::AdjustFee, &[AwaitPayment], To::ProcessingIfPaid, CASHIER, "Có lý do"),
    rule("t12", CommandKind::AdjustFee, &[Accepted, Transferred, Assigned, Processing, Verifying, Consulting, AwaitSupplement, ToReview, ToSign, ToNumber, ResultAtCounter], To::Same, CASHIER, "Có lý do"),
    rule("t12", CommandKind::CancelPayment, EVER_ACCEPTED, To::Same, CASHIER, "Có lý do; biên lai giữ nguyên số"),
    rule("t12", CommandKind::Refund, EVER_ACCEPTED, To::Same, CASHIER, "Người khác duyệt"),
    rule("t13", CommandKind::RequestWithdraw, STOPPABLE, To::Status(WithdrawRequested), &[Part::Citizen, Part::Counter, Part::CounterHead, Part::Lead], "Chưa có kết quả giải quyết"),
    rule("t13", CommandKind::Withdraw, &[WithdrawRequested], To::Status(Withdrawn), &[Part::Counter, Part::CounterHead, Part::Lead], ""),
    rule("t13", CommandKind::RejectWithdraw, &[WithdrawRequested], To::BeforeWithdraw, &[Part::Citizen, Part::Counter, Part::CounterHead], "Có lý do; hoặc người nộp không rút nữa"),
    rule("t14", CommandKind::PutUp, &[Processing], To::SignerUnlessReviewed, OFFICER, ""),
    rule("t14", CommandKind::Refuse, &[Processing], To::SignerUnlessReviewed, OFFICER, "Có lý do bằng văn bản"),
    rule("t14", CommandKind::Approve, &[ToReview], To::SignerUnlessReviewed, &[Part::Reviewer], "Người thẩm tra không phải người thụ lý"),
    rule("t14", CommandKind::SendBack, &[ToReview, ToSign], To::Status(Processing), &[Part::Signer, Part::Reviewer], "Có lý do"),
    rule("t14", CommandKind::Sign, &[ToSign], To::Status(ToNumber), &[Part::Signer], "Người ký không phải người thụ lý"),
    rule("t14", CommandKind::Number, &[ToNumber], To::Status(ResultAtCounter), &[Part::Clerk], ""),
    rule("t14", CommandKind::OnTheSpot, &[Accepted], To::Status(ResultAtCounter), COUNTER, "Người ký không phải người thụ lý"),
    rule("t15", CommandKind::SendByPost, &[ResultAtCounter], To::Same, &[Part::Counter, Part::CounterHead, Part::Post], "Kết quả đang chờ nhận"),
    rule("t15", CommandKind::PostFailed, &[ResultAtCounter], To::Same, &[Part::Counter, Part::CounterHead, Part::Post], "Kết quả đang gửi bưu chính"),
    rule("t15", CommandKind::Return, &[ResultAtCounter], To::Status(Returned), &[Part::Counter, Part::CounterHead, Part::Post, Part::Lead], "Đã nộp đủ phí, lệ phí"),
    rule("t16", CommandKind::Extend, &[Accepted, Transferred, Assigned, Processing, Verifying, Consulting, ToReview, ToSign, ToNumber], To::Same, &[Part::Dispatcher, Part::Signer], "Chỉ một lần; ngày hẹn mới sau ngày hẹn cũ"),
    rule("t17", CommandKind::Correct, &[ResultAtCounter, Returned], To::Status(Correcting), &[Part::Counter, Part::CounterHead, Part::Officer], "Sai sót của cơ quan"),
    rule("t17", CommandKind::FinishCorrection, &[Correcting], To::Status(ResultAtCounter), &[Part::Signer], ""),
    rule("end", CommandKind::Archive, &[Returned, Withdrawn, ClosedNoSupplement, RefusedIntake], To::Status(Archived), &[Part::Clerk, Part::System], ""),
    rule("auto", CommandKind::MoveOn, MOVED_ON, To::Onward, &[Part::System], "Hết giờ của bước mà quy trình cho tự chuyển"),
    rule("cal", CommandKind::Recompute, OPEN, To::Same, &[Part::System], "Lịch làm việc thay đổi"),
    rule("syn", CommandKind::Synchronise, Status::ALL, To::Same, &[Part::System], ""),
    rule("undo", CommandKind::Undo, Status::ALL, To::BeforeLast, &[Part::Citizen, Part::Counter, Part::CounterHead, Part::Dispatcher, Part::Officer, Part::CoHandler, Part::Reviewer, Part::Signer, Part::Clerk, Part::Consulted, Part::Cashier, Part::Post], "Bước cuối do chính mình làm, chưa ai làm tiếp; bước giao giấy cho dân hoặc dừng, chạy đồng hồ: trong 15 phút"),
];

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The step is not open from where the dossier stands.
    #[error("Hồ sơ đang ở trạng thái “{}”, không thực hiện được bước “{}”.", .status.label(), .kind.label())]
    WrongStatus {
        /// Where it stands.
        status: Status,
        /// What was wanted.
        kind: CommandKind,
    },
    /// Somebody else's step.
    #[error("Bước “{}” không thuộc nhiệm vụ của bạn trên hồ sơ này.", .kind.label())]
    NotYours {
        /// What was wanted.
        kind: CommandKind,
    },
    /// A reason is owed.
    #[error("Hãy ghi rõ lý do hoặc nội dung của bước “{}”.", .kind.label())]
    NoWords {
        /// What was wanted.
        kind: CommandKind,
    },
    /// Only one request for supplement.
    #[error("Hồ sơ đã được yêu cầu bổ sung một lần; pháp luật chỉ cho yêu cầu một lần.")]
    SupplementTwice,
    /// Only one new appointment.
    #[error("Hồ sơ đã hẹn lại một lần; pháp luật chỉ cho hẹn lại một lần.")]
    ExtensionTwice,
    /// A new appointment must lie after the old one.
    #[error("Ngày hẹn mới phải sau ngày hẹn đang có.")]
    ExtensionNotLater,
    /// Who settles does not sign.
    #[error("Người thụ lý không được tự ký kết quả. Hãy trình người có thẩm quyền khác.")]
    SignerIsOfficer,
    /// Who settles does not review.
    #[error("Người thụ lý không được tự thẩm tra bản trình của mình.")]
    ReviewerIsOfficer,
    /// Nobody is asked, or somebody who still owes an answer.
    #[error("Chọn ít nhất một đơn vị chưa được hỏi.")]
    NobodyAsked,
    /// The time at the step is not over.
    #[error("Chưa đến lúc hồ sơ tự chuyển bước.")]
    NotYet,
    /// Acts as somebody else.
    #[error("Bước này phải do chính người đứng tên thực hiện.")]
    NotInPerson,
    /// The unit was not asked, or has answered.
    #[error("Đơn vị này không được lấy ý kiến hoặc đã trả lời.")]
    NotAsked,
    /// Who asked answers for whom he asked, with nothing to show for it.
    #[error("Nhập thay đơn vị được hỏi thì phải ghi số, ngày của văn bản trả lời.")]
    AnswerWithoutPaper,
    /// Money is owed.
    #[error("Người nộp chưa nộp đủ phí, lệ phí. Hãy thu đủ trước khi trả kết quả.")]
    Unpaid,
    /// The result is with the post, not at the counter.
    #[error(
        "Kết quả đã gửi qua bưu chính, không còn ở quầy. Bưu gửi chuyển hoàn thì ghi nhận ở trang “Bưu \
         gửi” rồi mới giao."
    )]
    InPost,
    /// The amount is nought or less.
    #[error("Số tiền phải lớn hơn 0.")]
    NoAmount,
    /// Nothing is owed, or more is offered than is owed.
    #[error("Hồ sơ không còn khoản nào phải nộp, hoặc số tiền lớn hơn số phải nộp.")]
    NothingOwed,
    /// It is the same amount, or none at all.
    #[error("Số tiền phải nộp mới phải khác số đang ghi và không âm.")]
    SameFee,
    /// Less was paid.
    #[error("Số tiền lớn hơn số đã nộp của hồ sơ.")]
    NotPaidSoMuch,
    /// Something is still owed: what was paid is a part of it.
    #[error(
        "Hồ sơ còn khoản phải nộp nên chưa hoàn trả được. Thu nhầm thì hủy biên lai; thu thừa thì sửa số phải nộp trước."
    )]
    DebtLeft,
    /// The result is not where the step needs it.
    #[error("Kết quả không ở trạng thái gửi nhận phù hợp với bước này.")]
    WrongDelivery,
    /// Whoever was asked still has time to answer.
    #[error("Chưa hết hạn trả lời ({}); chỉ giải quyết không chờ ý kiến khi đã quá hạn.", crate::text::date_time(*.due_at))]
    AnswerNotDue {
        /// Until when.
        due_at: DateTime,
    },
    /// The citizen still has time to supplement.
    #[error("Người nộp còn được bổ sung đến {}; chưa đóng hồ sơ được.", crate::text::date_time(*.until))]
    SupplementNotDue {
        /// Until when.
        until: DateTime,
    },
    /// A paper went out or the clock was moved, and it was not taken back at once.
    #[error(
        "Bước này đã giao giấy cho người dân hoặc đã làm đồng hồ dừng, chạy; chỉ hoàn tác được trong {UNDO_MINUTES} phút."
    )]
    UndoTooLate,
    /// Nothing to take back, or not by this person.
    #[error("Chỉ người vừa làm bước cuối mới hoàn tác được, khi chưa ai làm bước tiếp theo.")]
    NothingToUndo,
}

impl Refusal for Refused {}

/// What happens to the dossier if `command` is carried out by `by` at `now`.
///
/// It changes nothing; [`Dossier::apply`] does.
///
/// Law: NĐ 61/2018/NĐ-CP Đ.16–21; NĐ 118/2025/NĐ-CP Đ.21.
///
/// # Errors
/// [`Refused`], in words for the person who asked.
pub fn decide(
    dossier: &Dossier,
    command: Command,
    by: &Maker,
    now: Instant,
) -> Result<Event, Refused> {
    let kind = command.what.kind();
    let status = dossier.status;
    let rule = TABLE
        .iter()
        .find(|it| it.kind == kind && it.from.contains(&status))
        .ok_or(Refused::WrongStatus { status, kind })?;
    // What one did oneself one may take back, whatever has become of one's part in it.
    if kind != CommandKind::Undo && !by.plays_any(rule.by) {
        return Err(Refused::NotYours { kind });
    }
    let words = command.words.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    let proxy = matches!(command.what, What::Return { collector: super::Collector::Proxy, .. });
    if words.is_none() && (kind.words() == Words::Owed || proxy) {
        return Err(Refused::NoWords { kind });
    }
    guard(dossier, &command.what, by, now.civil())?;
    let status = match rule.to {
        To::Status(to) => to,
        To::Same => status,
        To::ProcessingUnlessAwaited => {
            if dossier.open_consultations().count() > 1 {
                Consulting
            } else {
                Processing
            }
        }
        To::ProcessingIfPaid => {
            let (due, paid) = match &command.what {
                What::MarkPaid { amount, .. } => (dossier.fee_due, dossier.fee_paid.plus(*amount)),
                What::AdjustFee { amount, .. } => (*amount, dossier.fee_paid),
                _ => (dossier.fee_due, dossier.fee_paid),
            };
            if paid >= due { Processing } else { status }
        }
        To::SignerUnlessReviewed => {
            if command.what.is_reviewed() {
                ToReview
            } else {
                ToSign
            }
        }
        To::Onward => match status {
            Accepted => Transferred,
            ToReview => ToSign,
            it => it,
        },
        To::BeforeWithdraw => dossier.before_withdraw.unwrap_or(status),
        To::BeforeLast => dossier.last.as_ref().map_or(status, |it| it.before.status),
    };
    let in_place_of = by.in_place_of(rule.by);
    Ok(Event { at: now, by: by.account, status, what: command.what, in_place_of, words })
}

/// Several steps in one go, each on what the one before made: all of them or none.
///
/// # Errors
/// What the first step that is refused is refused for.
pub fn decide_all(
    dossier: &Dossier,
    commands: impl IntoIterator<Item = Command>,
    by: &Maker,
    now: Instant,
) -> Result<(Dossier, Vec<Event>), Refused> {
    let mut after = dossier.clone();
    let mut events = Vec::new();
    for command in commands {
        let event = decide(&after, command, by, now)?;
        after.apply(&event);
        events.push(event);
    }
    Ok((after, events))
}

fn guard(dossier: &Dossier, what: &What, by: &Maker, now: DateTime) -> Result<(), Refused> {
    let in_person =
        |staff| if by.staff == Some(staff) { Ok(()) } else { Err(Refused::NotInPerson) };
    match what {
        What::RequestIntakeSupplement if dossier.intake_supplements > 0 => {
            Err(Refused::SupplementTwice)
        }
        What::RequestSupplement { .. } if dossier.supplements > 0 => Err(Refused::SupplementTwice),
        What::Extend { due_at, .. } => {
            if dossier.extensions > 0 {
                return Err(Refused::ExtensionTwice);
            }
            if dossier.due_at.is_none_or(|it| *due_at <= it) {
                return Err(Refused::ExtensionNotLater);
            }
            Ok(())
        }
        What::Begin { officer } | What::PutUp { officer, .. } | What::Refuse { officer, .. } => {
            in_person(*officer)
        }
        What::Sign { signer, .. } | What::FinishCorrection { signer, .. } => {
            in_person(*signer)?;
            if dossier.has_worked(*signer) {
                return Err(Refused::SignerIsOfficer);
            }
            Ok(())
        }
        What::SettleOnTheSpot { officer, signer, .. } => {
            in_person(*officer)?;
            if officer == signer { Err(Refused::SignerIsOfficer) } else { Ok(()) }
        }
        What::Approve { reviewer, .. } => {
            in_person(*reviewer)?;
            if dossier.has_worked(*reviewer) { Err(Refused::ReviewerIsOfficer) } else { Ok(()) }
        }
        What::ConsultMany { asked } => {
            let open = |unit| dossier.open_consultations().any(|it| it.unit == unit);
            let twice =
                |(at, unit): (usize, UnitId)| asked.iter().skip(at + 1).any(|it| it.unit == unit);
            let units = || asked.iter().map(|it| it.unit);
            if asked.is_empty() || units().any(open) || units().enumerate().any(twice) {
                return Err(Refused::NobodyAsked);
            }
            Ok(())
        }
        What::MoveOn { .. } if dossier.moves_at().is_none_or(|it| now < it) => Err(Refused::NotYet),
        What::Answer { unit, paper, .. } => {
            let asked = dossier.open_consultations().any(|it| it.unit == *unit);
            // Its officer files an answer that came on paper; others answer for their own office.
            match (asked, by.answers_for.contains(unit)) {
                (true, true) => Ok(()),
                (true, false) if by.plays_any(OFFICER) => {
                    let named = paper.as_ref().is_some_and(|it| !it.number.trim().is_empty());
                    if named { Ok(()) } else { Err(Refused::AnswerWithoutPaper) }
                }
                _ => Err(Refused::NotAsked),
            }
        }
        What::SkipAnswer { .. } => match dossier.open_consultations().map(|it| it.due_at).max() {
            Some(due_at) if now <= due_at => Err(Refused::AnswerNotDue { due_at }),
            _ => Ok(()),
        },
        What::CloseNoSupplement => match dossier.supplement_until {
            Some(until) if now <= until => Err(Refused::SupplementNotDue { until }),
            _ => Ok(()),
        },
        What::RequestPayment { amount, .. } | What::MarkPaid { amount, .. } if amount.0 <= 0 => {
            Err(Refused::NoAmount)
        }
        What::MarkPaid { amount, .. }
            if amount.0 > dossier.fee_due.0.saturating_sub(dossier.fee_paid.0) =>
        {
            Err(Refused::NothingOwed)
        }
        What::AdjustFee { amount, .. } if amount.0 < 0 || *amount == dossier.fee_due => {
            Err(Refused::SameFee)
        }
        What::CancelPayment { amount } | What::Refund { amount } if amount.0 <= 0 => {
            Err(Refused::NoAmount)
        }
        What::CancelPayment { amount } | What::Refund { amount } if *amount > dossier.fee_paid => {
            Err(Refused::NotPaidSoMuch)
        }
        // What was paid on a debt is no payment too much, unless nothing comes of the dossier any more.
        What::Refund { .. }
            if dossier.financial == super::Financial::Due
                && !matches!(dossier.status, Withdrawn | ClosedNoSupplement) =>
        {
            Err(Refused::DebtLeft)
        }
        What::Return { .. } if dossier.financial == super::Financial::Due => Err(Refused::Unpaid),
        What::Return { channel, .. }
            if *channel != super::ReturnChannel::Post
                && dossier.delivery == super::Delivery::InPost =>
        {
            Err(Refused::InPost)
        }
        What::SendByPost if dossier.delivery != super::Delivery::Waiting => {
            Err(Refused::WrongDelivery)
        }
        What::PostFailed if dossier.delivery != super::Delivery::InPost => {
            Err(Refused::WrongDelivery)
        }
        What::Undo => match &dossier.last {
            Some(last) if last.by == by.account && can_be_undone(last.kind) => {
                if dossier.undo_is_late(now) { Err(Refused::UndoTooLate) } else { Ok(()) }
            }
            _ => Err(Refused::NothingToUndo),
        },
        _ => Ok(()),
    }
}

/// Minutes within which a step can be taken back that put a paper into the citizen's hand or
/// moved the clock: long enough for a wrong press, too short to move an appointment by hand.
pub const UNDO_MINUTES: i64 = 15;

/// Steps that end with a paper in the citizen's hand.
const fn hands_out_a_paper(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::RequestIntakeSupplement
            | CommandKind::RefuseIntake
            | CommandKind::RequestSupplement
            | CommandKind::CloseNoSupplement
            | CommandKind::Withdraw
            | CommandKind::Return
    )
}

/// Whether a step can be taken back at all: a receipt, money and a letter are out of the house.
#[must_use]
pub const fn can_be_undone(kind: CommandKind) -> bool {
    !matches!(
        kind,
        CommandKind::Submit
            | CommandKind::Accept
            | CommandKind::OnTheSpot
            | CommandKind::MarkPaid
            | CommandKind::AdjustFee
            | CommandKind::CancelPayment
            | CommandKind::Refund
            | CommandKind::Extend
            | CommandKind::MoveOn
            | CommandKind::Recompute
            | CommandKind::Synchronise
            | CommandKind::Undo
    )
}

/// The table as a Markdown document, for people who review it.
#[must_use]
pub fn table_for_people() -> String {
    let mut text = String::from(
        "# Các bước của hồ sơ\n\nBảng này được viết ra từ mã nguồn; mỗi bước nêu ai được làm và điều kiện.\n\n\
         | bước | từ | đến | ai | điều kiện |\n|---|---|---|---|---|\n",
    );
    for rule in TABLE {
        let from: Vec<&str> = if rule.from.len() == Status::ALL.len() {
            vec!["mọi trạng thái"]
        } else {
            rule.from.iter().map(|it| it.label()).collect()
        };
        let to = match rule.to {
            To::Status(it) => it.label(),
            To::Same => "(giữ nguyên)",
            To::ProcessingUnlessAwaited => "Đang thụ lý, khi đã đủ ý kiến",
            To::ProcessingIfPaid => "Đang thụ lý, khi đã nộp đủ",
            To::SignerUnlessReviewed => "Chờ ký, hoặc chờ thẩm tra nếu quy trình có bước thẩm tra",
            To::Onward => "(bước kế tiếp của quy trình)",
            To::BeforeWithdraw => "(trạng thái trước khi yêu cầu rút)",
            To::BeforeLast => "(trạng thái trước bước cuối)",
        };
        let by: Vec<&str> = rule.by.iter().map(|it| it.label()).collect();
        let by = if by.len() > 8 { "người vừa làm".to_owned() } else { by.join(", ") };
        text.push_str(&format!(
            "| {} {} | {} | {to} | {by} | {} |\n",
            rule.id,
            rule.kind.label(),
            from.join(", "),
            rule.requires,
        ));
    }
    text
}
