//! Who does what to a dossier: parts, makers, commands.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{
    choice::{Collector, Ground, ReturnChannel},
    codes::codes,
    status::Sync,
};
use crate::{
    ids::{AccountId, StaffId, UnitId},
    money::Dong,
    procedure::ChannelKind,
};

codes! {
    /// A part that somebody plays on one dossier (vai trên hồ sơ).
    pub enum Part {
        /// The applicant or who acts for him.
        Citizen = "citizen", "Công dân, tổ chức";
        /// Who receives and returns at the counter.
        Counter = "counter", "Công chức Một cửa";
        /// The head of the one-stop shop.
        CounterHead = "counter_head", "Phụ trách Một cửa";
        /// The head of the settling unit, who names the officer.
        Dispatcher = "dispatcher", "Người phân công";
        /// Who settles it (thụ lý).
        Officer = "officer", "Công chức thụ lý";
        /// Who works on it beside the main handler, as the workflow says.
        CoHandler = "co_handler", "Người phối hợp";
        /// The unit leader who checks the draft.
        Reviewer = "reviewer", "Người thẩm tra";
        /// Who signs the result.
        Signer = "signer", "Người ký";
        /// Who numbers and stamps it.
        Clerk = "clerk", "Văn thư";
        /// Who is asked for an opinion.
        Consulted = "consulted", "Cơ quan được lấy ý kiến";
        /// Who takes the money.
        Cashier = "cashier", "Người thu phí";
        /// The post.
        Post = "post", "Bưu chính";
        /// Who leads the case of which this is a child (liên thông).
        Lead = "lead", "Cơ quan chủ trì hồ sơ liên thông";
        /// The program itself.
        System = "system", "Hệ thống";
    }
}

/// Somebody about to act, and what he may be on this dossier.
///
/// The caller works out the parts from rights, unit, assignment and substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// Who is signed in.
    pub account: AccountId,
    /// Who that is among the staff; nobody for a citizen or the program.
    pub staff: Option<StaffId>,
    /// The parts that he may play on this dossier.
    pub parts: Vec<Part>,
    /// Those of his parts that he has only in place of somebody who is away, and of whom.
    pub lent: Vec<(Part, StaffId)>,
    /// The offices that were asked and for which he may answer.
    pub answers_for: Vec<UnitId>,
}

impl Maker {
    /// The program itself (account 0).
    #[must_use]
    pub fn system() -> Self {
        Self {
            account: AccountId(0),
            staff: None,
            parts: vec![Part::System],
            lent: Vec::new(),
            answers_for: Vec::new(),
        }
    }

    /// Whether he may play one of `parts`.
    #[must_use]
    pub fn plays_any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.parts.contains(part))
    }

    /// In whose place he plays one of `parts`, when he plays none of them himself.
    #[must_use]
    pub fn in_place_of(&self, parts: &[Part]) -> Option<StaffId> {
        let lent = |part: &Part| self.lent.iter().find(|it| it.0 == *part).map(|it| it.1);
        let played = || parts.iter().filter(|it| self.parts.contains(it));
        if played().any(|it| lent(it).is_none()) { None } else { played().find_map(lent) }
    }
}

codes! {
    /// What can be done to a dossier; one button each.
    pub enum CommandKind {
        /// t0
        Submit = "submit", "Nộp hồ sơ";
        /// t1
        Accept = "accept", "Tiếp nhận";
        /// Receive, do and return in one go.
        OnTheSpot = "on_the_spot", "Giải quyết ngay";
        /// t2
        RequestIntakeSupplement = "request_intake_supplement", "Yêu cầu hoàn thiện trước tiếp nhận";
        /// t3
        Resubmit = "resubmit", "Nộp lại hồ sơ đã hoàn thiện";
        /// t4
        RefuseIntake = "refuse_intake", "Từ chối tiếp nhận";
        /// t5
        Transfer = "transfer", "Chuyển bộ phận chuyên môn";
        /// t6
        Assign = "assign", "Phân công";
        /// t6
        Reassign = "reassign", "Phân công lại";
        /// t6
        Begin = "begin", "Bắt đầu thụ lý";
        /// t6
        HandOver = "hand_over", "Chuyển bước";
        /// t6
        Contribute = "contribute", "Ghi ý kiến phối hợp";
        /// t7
        Verify = "verify", "Xác minh";
        /// t7
        FinishVerify = "finish_verify", "Kết thúc xác minh";
        /// t7
        Consult = "consult", "Hỏi ý kiến";
        /// t7
        ConsultMany = "consult_many", "Lấy ý kiến song song";
        /// t7
        Answer = "answer", "Trả lời ý kiến";
        /// t7
        SkipAnswer = "skip_answer", "Giải quyết khi quá hạn lấy ý kiến";
        /// t8
        RequestSupplement = "request_supplement", "Yêu cầu bổ sung";
        /// t9
        Supplement = "supplement", "Nhận bổ sung";
        /// t10
        CloseNoSupplement = "close_no_supplement", "Đóng do không bổ sung";
        /// t11
        RequestPayment = "request_payment", "Yêu cầu nghĩa vụ tài chính";
        /// t12
        MarkPaid = "mark_paid", "Xác nhận đã nộp tiền";
        /// t12
        AdjustFee = "adjust_fee", "Sửa số tiền phải nộp";
        /// Money that was marked as paid was not, or was taken wrongly.
        CancelPayment = "cancel_payment", "Hủy ghi nhận nộp tiền";
        /// Money is given back.
        Refund = "refund", "Hoàn trả phí, lệ phí";
        /// t13
        RequestWithdraw = "request_withdraw", "Yêu cầu rút hồ sơ";
        /// t13
        Withdraw = "withdraw", "Cho rút hồ sơ";
        /// t13
        RejectWithdraw = "reject_withdraw", "Không cho rút";
        /// t14
        PutUp = "put_up", "Trình ký";
        /// t14
        Refuse = "refuse", "Trình từ chối giải quyết";
        /// t14
        Approve = "approve", "Thẩm tra đạt, trình ký";
        /// t14
        SendBack = "send_back", "Trả lại bản trình";
        /// t14
        Sign = "sign", "Ký";
        /// t14
        Number = "number", "Vào số, đóng dấu, phát hành";
        /// t15
        SendByPost = "send_by_post", "Gửi kết quả qua bưu chính";
        /// t15
        PostFailed = "post_failed", "Bưu chính không phát được";
        /// t15
        Return = "return", "Trả kết quả";
        /// t16
        Extend = "extend", "Xin lỗi và hẹn lại";
        /// t17
        Correct = "correct", "Sửa sai sót kết quả";
        /// t17
        FinishCorrection = "finish_correction", "Ký kết quả đã sửa";
        /// After the end.
        Archive = "archive", "Lưu trữ";
        /// Its time at a step is over.
        MoveOn = "move_on", "Tự chuyển bước";
        /// The calendar changed.
        Recompute = "recompute", "Tính lại hẹn trả do đổi lịch";
        /// The outside systems were told.
        Synchronise = "synchronise", "Ghi nhận đồng bộ";
        /// The last step is taken back.
        Undo = "undo", "Hoàn tác";
    }
}

/// Whether a command takes words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// It has nothing to say.
    None,
    /// It may say something.
    Welcome,
    /// It must say something.
    Owed,
}

impl CommandKind {
    /// The last part of its address, without diacritics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Submit => "nop",
            Self::Accept => "tiep-nhan",
            Self::OnTheSpot => "giai-quyet-ngay",
            Self::RequestIntakeSupplement => "yeu-cau-hoan-thien",
            Self::Resubmit => "nop-lai",
            Self::RefuseIntake => "tu-choi-tiep-nhan",
            Self::Transfer => "chuyen",
            Self::Assign => "phan-cong",
            Self::Reassign => "phan-cong-lai",
            Self::Begin => "thu-ly",
            Self::HandOver => "chuyen-buoc",
            Self::Contribute => "phoi-hop",
            Self::Verify => "xac-minh",
            Self::FinishVerify => "ket-thuc-xac-minh",
            Self::Consult => "hoi-y-kien",
            Self::ConsultMany => "hoi-y-kien-song-song",
            Self::Answer => "tra-loi",
            Self::SkipAnswer => "khong-cho-y-kien",
            Self::RequestSupplement => "yeu-cau-bo-sung",
            Self::Supplement => "bo-sung",
            Self::CloseNoSupplement => "dong-ho-so",
            Self::RequestPayment => "yeu-cau-nop-tien",
            Self::MarkPaid => "da-nop-tien",
            Self::AdjustFee => "sua-phi",
            Self::CancelPayment => "huy-nop-tien",
            Self::Refund => "hoan-tra",
            Self::RequestWithdraw => "yeu-cau-rut",
            Self::Withdraw => "rut",
            Self::RejectWithdraw => "khong-cho-rut",
            Self::PutUp => "trinh-ky",
            Self::Refuse => "tu-choi",
            Self::Approve => "tham-tra",
            Self::SendBack => "tra-lai",
            Self::Sign => "ky",
            Self::Number => "cap-so",
            Self::SendByPost => "gui-buu-chinh",
            Self::PostFailed => "khong-phat-duoc",
            Self::Return => "tra-ket-qua",
            Self::Extend => "gia-han",
            Self::Correct => "dinh-chinh",
            Self::FinishCorrection => "ky-dinh-chinh",
            Self::Archive => "luu-tru",
            Self::MoveOn => "tu-chuyen",
            Self::Recompute => "tinh-lai",
            Self::Synchronise => "dong-bo",
            Self::Undo => "hoan-tac",
        }
    }

    /// The kind with that slug, if there is one.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }

    /// Whether it takes words: a reason, a list of papers, a question, a name.
    ///
    /// [`Self::Return`] and [`Self::OnTheSpot`] owe the name of a proxy and nothing else.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::RequestIntakeSupplement
            | Self::RefuseIntake
            | Self::Contribute
            | Self::Consult
            | Self::ConsultMany
            | Self::Answer
            | Self::SkipAnswer
            | Self::RequestSupplement
            | Self::RejectWithdraw
            | Self::Refuse
            | Self::SendBack
            | Self::Extend
            | Self::Correct
            | Self::PostFailed
            | Self::Recompute
            | Self::AdjustFee
            | Self::CancelPayment
            | Self::Refund
            | Self::Reassign => Words::Owed,
            Self::Begin | Self::Sign | Self::Number | Self::Synchronise | Self::Archive => {
                Words::None
            }
            Self::Submit
            | Self::Accept
            | Self::OnTheSpot
            | Self::Resubmit
            | Self::Transfer
            | Self::Assign
            | Self::HandOver
            | Self::Verify
            | Self::FinishVerify
            | Self::Supplement
            | Self::CloseNoSupplement
            | Self::RequestPayment
            | Self::MarkPaid
            | Self::RequestWithdraw
            | Self::Withdraw
            | Self::PutUp
            | Self::Approve
            | Self::MoveOn
            | Self::SendByPost
            | Self::Return
            | Self::FinishCorrection
            | Self::Undo => Words::Welcome,
        }
    }
}

/// One step of the workflow: which, in whose hands, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The step's place in [`crate::workflow::Workflow::steps`], from 0.
    pub step: u16,
    /// Who holds it; nobody yet if a unit as a whole does.
    pub holder: Option<StaffId>,
    /// When the step is due, civil time in Viet Nam.
    pub due_at: Option<DateTime>,
    /// When the dossier moves on from it by itself, if the workflow says so; civil time in
    /// Viet Nam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves_at: Option<DateTime>,
}

/// A paper on which an office answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnPaper {
    /// Its number, as it stands on it.
    pub number: String,
    /// Its day.
    pub on: jiff::civil::Date,
}

/// One of several units that are asked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who is asked.
    pub unit: UnitId,
    /// By when an answer is wanted, civil time in Viet Nam.
    pub due_at: DateTime,
}

/// The clock runs again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The new due time, civil time in Viet Nam.
    pub due_at: DateTime,
    /// What it would be without the extension; `None` if there was none.
    pub original_due_at: Option<DateTime>,
    /// Whether the limit counts from nought again (the rule) or goes on (sector law).
    pub restart: bool,
}

/// What is done, as structure only: no name, no reason, no free text.
///
/// All words that a person types are in [`Command::words`] and [`super::Event::words`],
/// which can be erased without touching the chain of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named as those of the dossier that they fill")]
pub enum What {
    /// It is handed in.
    Submit { channel: ChannelKind, unit: UnitId, submitted_at: DateTime },
    /// It is complete and taken in; the receipt promises `due_at`.
    Accept {
        code: String,
        received_at: DateTime,
        due_at: DateTime,
        fee: Dong,
        /// Working days that the counter promised where no limit is published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed_days: Option<u16>,
        /// The step of receipt, where the workflow has a timer for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hop: Option<Hop>,
    },
    /// Something is missing before acceptance; everything is asked for at once.
    RequestIntakeSupplement,
    /// It is handed in again.
    Resubmit,
    /// It is turned away.
    RefuseIntake { ground: Ground },
    /// It goes to the unit that settles it.
    Transfer { unit: UnitId, hop: Option<Hop> },
    /// An officer is named.
    Assign { officer: StaffId, hop: Option<Hop> },
    /// Another officer is named.
    Reassign { officer: StaffId, hop: Option<Hop> },
    /// The officer sets to work.
    Begin { officer: StaffId },
    /// It goes on to another step.
    HandOver { hop: Hop },
    /// A co-handler says what he found.
    Contribute,
    /// A verification begins; `pause` only where the procedure's law says so.
    Verify { pause: bool },
    /// It ends.
    FinishVerify { resume: Option<Resume> },
    /// Another unit is asked; `pause` only where the procedure's law says so.
    Consult { unit: UnitId, due_at: DateTime, pause: bool },
    /// Several units are asked at once, as the workflow says; the clock runs on.
    ConsultMany { asked: Vec<Asked> },
    /// That unit answers.
    Answer {
        unit: UnitId,
        resume: Option<Resume>,
        /// The paper on which it answered, where somebody else entered it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paper: Option<OnPaper>,
    },
    /// Nobody answers in time, and work goes on without.
    SkipAnswer { resume: Option<Resume> },
    /// Papers are missing after appraisal; the clock stops.
    RequestSupplement { until: DateTime },
    /// They came.
    Supplement { resume: Resume, hop: Option<Hop> },
    /// They did not come in time.
    CloseNoSupplement,
    /// The citizen is to pay.
    RequestPayment { amount: Dong, pause: bool },
    /// Money came in and is confirmed.
    MarkPaid {
        amount: Dong,
        resume: Option<Resume>,
        /// When the bank booked it, if that was before it was confirmed here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paid_at: Option<DateTime>,
    },
    /// What is to be paid in all is another amount.
    AdjustFee {
        amount: Dong,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
    },
    /// Money that was marked as paid is not there; it is owed again.
    CancelPayment { amount: Dong },
    /// Money is given back; it is not owed any more.
    Refund { amount: Dong },
    /// The citizen wants it stopped.
    RequestWithdraw,
    /// It is stopped.
    Withdraw,
    /// It goes on.
    RejectWithdraw,
    /// A draft result goes to the signer, or to the reviewer first.
    PutUp {
        officer: StaffId,
        hop: Option<Hop>,
        /// Whether the workflow has it reviewed first.
        #[serde(default, skip_serializing_if = "is_no")]
        review: bool,
    },
    /// A draft refusal goes to the signer, or to the reviewer first.
    Refuse {
        officer: StaffId,
        hop: Option<Hop>,
        /// Whether the workflow has it reviewed first.
        #[serde(default, skip_serializing_if = "is_no")]
        review: bool,
    },
    /// The reviewer passes the draft to the signer, or to the next reviewer.
    Approve {
        reviewer: StaffId,
        hop: Option<Hop>,
        /// Whether the workflow has it reviewed once more.
        #[serde(default, skip_serializing_if = "is_no")]
        review: bool,
    },
    /// The draft comes back.
    SendBack { hop: Option<Hop> },
    /// It is signed.
    Sign { signer: StaffId, hop: Option<Hop> },
    /// It has its number, its stamp, and is at the counter.
    Number { number: String, hop: Option<Hop> },
    /// It is done at the desk, at once, under a delegation (NĐ 61/2018 Đ.17 k.5).
    SettleOnTheSpot { officer: StaffId, signer: StaffId, number: Option<String> },
    /// The post takes it.
    SendByPost,
    /// The post brings it back.
    PostFailed,
    /// The citizen has it.
    Return { channel: ReturnChannel, collector: Collector },
    /// A new appointment with an apology; `notice_by` is the last day on time for it.
    Extend { due_at: DateTime, notice_by: Date },
    /// The agency's own mistake is to be put right.
    Correct { due_at: Option<DateTime> },
    /// It is.
    FinishCorrection { signer: StaffId, number: String },
    /// It goes to the archive.
    Archive,
    /// Its time at a step is over: the workflow sends it on. `unit` settles it from here, if
    /// nobody did yet.
    MoveOn { unit: Option<UnitId>, hop: Hop },
    /// The calendar changed, and the appointment with it.
    Recompute { due_at: DateTime, original_due_at: DateTime },
    /// The outside systems answered.
    Synchronise { sync: Sync },
    /// The step before is taken back.
    Undo,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_no(it: &bool) -> bool {
    !*it
}

/// What somebody wants done to a dossier, and the words that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The structure.
    pub what: What,
    /// Reason, list of papers, question, answer, or the proxy's name.
    pub words: Option<String>,
}

impl Command {
    /// Without words.
    #[must_use]
    pub const fn new(what: What) -> Self {
        Self { what, words: None }
    }

    /// With words.
    #[must_use]
    pub fn saying(what: What, words: impl Into<String>) -> Self {
        Self { what, words: Some(words.into()) }
    }
}

impl From<What> for Command {
    fn from(what: What) -> Self {
        Self::new(what)
    }
}
