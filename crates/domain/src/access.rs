//! Who may do what: one table, and nothing else, decides.
//!
//! A role is granted within a unit and all below it, for a period. [`can`] is the only
//! question that is asked; a query's [`Scope`] is the same answer for many objects at once.

use jiff::civil::Date;

use crate::ids::UnitId;

#[cfg(test)]
mod tests;

/// What a person is in the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Quản trị hệ thống: units, people, accounts, calendar, catalogue.
    Administrator,
    /// Trưởng Bộ phận Một cửa, trưởng phòng: assigns and oversees.
    UnitHead,
    /// Công chức một cửa: receives, asks for supplements, returns.
    CounterOfficial,
    /// Công chức chuyên môn: settles.
    Specialist,
    /// Văn thư: numbers, stamps, issues.
    Clerk,
    /// Lãnh đạo: signs.
    Leader,
    /// Công chức cải cách hành chính, kiểm soát thủ tục: catalogue, postings, figures.
    ReformOfficer,
    /// Kiểm tra, kiểm toán: reads everything, changes nothing.
    Auditor,
    /// Trưởng xóm, nhân viên bưu điện, tổ công nghệ số: files for people who cannot, and sees nothing else.
    Intermediary,
    /// Công chức tiếp công dân, xử lý đơn: citizens' voice, from every door to its answer.
    ReceptionOfficer,
    /// Điều tra viên khảo sát: enters what people answered on paper and by telephone, and sees nothing else.
    Interviewer,
}

impl Role {
    /// Every role, in the order in which people list them.
    pub const ALL: [Self; 11] = [
        Self::Administrator,
        Self::UnitHead,
        Self::CounterOfficial,
        Self::Specialist,
        Self::Clerk,
        Self::Leader,
        Self::ReformOfficer,
        Self::Auditor,
        Self::Intermediary,
        Self::ReceptionOfficer,
        Self::Interviewer,
    ];

    /// The stable name in the database. Never changed once released.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::UnitHead => "unit_head",
            Self::CounterOfficial => "counter_official",
            Self::Specialist => "specialist",
            Self::Clerk => "clerk",
            Self::Leader => "leader",
            Self::ReformOfficer => "reform_officer",
            Self::Auditor => "auditor",
            Self::Intermediary => "intermediary",
            Self::ReceptionOfficer => "reception_officer",
            Self::Interviewer => "interviewer",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Administrator => "Quản trị hệ thống",
            Self::UnitHead => "Trưởng đơn vị, Trưởng Bộ phận Một cửa",
            Self::CounterOfficial => "Công chức một cửa",
            Self::Specialist => "Công chức chuyên môn",
            Self::Clerk => "Văn thư",
            Self::Leader => "Lãnh đạo ký duyệt",
            Self::ReformOfficer => "Công chức cải cách hành chính",
            Self::Auditor => "Kiểm tra, giám sát",
            Self::Intermediary => "Người hỗ trợ nộp hồ sơ (trưởng xóm, bưu điện)",
            Self::ReceptionOfficer => "Công chức tiếp công dân, xử lý đơn",
            Self::Interviewer => "Điều tra viên khảo sát",
        }
    }

    /// The role with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What can be done. Every route names one; a route without one cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read what is public: home, catalogue, notice boards.
    PublicRead,
    /// Follow a dossier with its code and secret.
    DossierTrack,
    /// Sign in and out, and the steps between.
    SignIn,
    /// One's own account: password, second factor, sessions.
    OwnAccount,
    /// The first page after sign-in.
    OfficeHome,
    /// See dossiers.
    DossierView,
    /// Receive at the counter, ask for supplements at intake, decline, settle on the spot.
    DossierReceive,
    /// Assign and re-assign, also many at once.
    DossierAssign,
    /// Work on a dossier: appraise, consult, draft, put up for signature.
    DossierSettle,
    /// Sign results, refusals, apologies.
    DossierSign,
    /// Number, stamp and issue.
    DossierNumber,
    /// Hand the result to the citizen, collect fees.
    DossierReturn,
    /// Take any step of a dossier that its workflow opens to the person: the dossier's own
    /// rules decide which.
    DossierStep,
    /// Registers and exports.
    RegisterPrint,
    /// Change the catalogue, import and export it.
    ProcedureManage,
    /// Post procedures at a unit and check the posting.
    PostingManage,
    /// See the working calendar.
    CalendarView,
    /// Change the working calendar and office hours.
    CalendarManage,
    /// Change units.
    UnitManage,
    /// Change people, positions, holdings.
    StaffManage,
    /// Say who stands in for somebody who is away.
    SubstitutionManage,
    /// The first page of the administration.
    AdminHome,
    /// Change accounts, roles, second-factor policy.
    AccountManage,
    /// Read the journal and print its head.
    JournalRead,
    /// Erase personal data.
    PersonErase,
    /// Change internal workflows, try them, publish them.
    WorkflowManage,
    /// Take the whole configuration out and bring one in.
    ConfigExchange,
    /// Take a ticket, look at the call screen, book a time.
    QueueTicket,
    /// Call and serve tickets at a desk.
    QueueServe,
    /// Set up desks, lanes and opening times of a queue; its figures.
    QueueManage,
    /// Collect and refund fees, print receipts.
    FeeCollect,
    /// Change the table of fees, accounts and exemptions.
    FeeManage,
    /// Cash books and bank statements.
    CashBook,
    /// Write into the registers of certification and civil status.
    BookKeep,
    /// Open and close those registers.
    BookClose,
    /// The register of results: look, print, post.
    ResultRegister,
    /// Revoke a result, issue it anew.
    ResultRevoke,
    /// Rate what was just received.
    RatingGive,
    /// Evaluations of counters and officials, satisfaction.
    EvaluationView,
    /// Late dossiers, who holds them, what was escalated.
    LatenessView,
    /// Other installations that dossiers go to and come from.
    RelayManage,
    /// A message from another installation, signed by it.
    RelayReceive,
    /// Certificates that are trusted, the office's seals.
    SealManage,
    /// Fill in and send a dossier over the portal.
    OnlineFile,
    /// A citizen's own account on the portal.
    CitizenAccount,
    /// What the portal offers: forms, questions, everyday words, identity providers.
    PortalManage,
    /// File for a citizen who cannot, with his consent.
    FilingAssist,
    /// Say something to an office, follow it, say whether it is solved; book a reception.
    FeedbackSend,
    /// Write down what somebody says by telephone, at the counter, on a slip.
    FeedbackLog,
    /// Read feedback without its sender.
    FeedbackView,
    /// Classify feedback, hand it on, assign it, turn it down.
    FeedbackSort,
    /// Draft an answer to feedback.
    FeedbackAnswer,
    /// Release an answer and its publication, which somebody else drafted.
    FeedbackPublish,
    /// See who sent feedback; every look is journalled.
    SenderReveal,
    /// The sealed path of denunciations.
    DenunciationKeep,
    /// Set up boxes, signs with QR, the board of hotlines, limits of answers.
    VoiceManage,
    /// Open a suggestion box, as one of two.
    BoxOpen,
    /// Write down calls and keep what was promised in them.
    HotlineKeep,
    /// Screen, verify and conclude reports about officials.
    ConductHandle,
    /// Plan when leaders receive citizens.
    ReceptionManage,
    /// Keep the book of receptions and its promises.
    ReceptionKeep,
    /// Figures and reports of feedback, receptions and conduct.
    VoiceFigures,
    /// Answer a survey with one's own link.
    SurveyAnswer,
    /// Set up surveys, draw samples, close them.
    SurveyManage,
    /// Enter what people answered on paper or by telephone.
    SurveyEnter,
    /// Results of surveys that are closed.
    SurveyRead,
}

impl Action {
    /// Every action, for the table that is printed and reviewed.
    pub const ALL: [Self; 66] = [
        Self::PublicRead,
        Self::DossierTrack,
        Self::SignIn,
        Self::OwnAccount,
        Self::OfficeHome,
        Self::DossierView,
        Self::DossierReceive,
        Self::DossierAssign,
        Self::DossierSettle,
        Self::DossierSign,
        Self::DossierNumber,
        Self::DossierReturn,
        Self::DossierStep,
        Self::RegisterPrint,
        Self::ProcedureManage,
        Self::PostingManage,
        Self::CalendarView,
        Self::CalendarManage,
        Self::UnitManage,
        Self::StaffManage,
        Self::SubstitutionManage,
        Self::AdminHome,
        Self::AccountManage,
        Self::JournalRead,
        Self::PersonErase,
        Self::WorkflowManage,
        Self::ConfigExchange,
        Self::QueueTicket,
        Self::QueueServe,
        Self::QueueManage,
        Self::FeeCollect,
        Self::FeeManage,
        Self::CashBook,
        Self::BookKeep,
        Self::BookClose,
        Self::ResultRegister,
        Self::ResultRevoke,
        Self::RatingGive,
        Self::EvaluationView,
        Self::LatenessView,
        Self::RelayManage,
        Self::RelayReceive,
        Self::SealManage,
        Self::OnlineFile,
        Self::CitizenAccount,
        Self::PortalManage,
        Self::FilingAssist,
        Self::FeedbackSend,
        Self::FeedbackLog,
        Self::FeedbackView,
        Self::FeedbackSort,
        Self::FeedbackAnswer,
        Self::FeedbackPublish,
        Self::SenderReveal,
        Self::DenunciationKeep,
        Self::VoiceManage,
        Self::BoxOpen,
        Self::HotlineKeep,
        Self::ConductHandle,
        Self::ReceptionManage,
        Self::ReceptionKeep,
        Self::VoiceFigures,
        Self::SurveyAnswer,
        Self::SurveyManage,
        Self::SurveyEnter,
        Self::SurveyRead,
    ];

    /// Whether anybody on the street may do it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(
            self,
            Self::PublicRead
                | Self::DossierTrack
                | Self::SignIn
                | Self::QueueTicket
                | Self::RatingGive
                | Self::RelayReceive
                | Self::OnlineFile
                | Self::CitizenAccount
                | Self::FeedbackSend
                | Self::SurveyAnswer
        )
    }
}

/// Whether `role` may do `action` at all; *where* is [`can`]'s business.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    use Role::{
        Administrator, Auditor, Clerk, CounterOfficial, Intermediary, Interviewer, Leader,
        ReceptionOfficer, ReformOfficer, Specialist, UnitHead,
    };
    match action {
        Action::PublicRead
        | Action::DossierTrack
        | Action::SignIn
        | Action::OwnAccount
        | Action::OfficeHome
        | Action::CalendarView
        | Action::QueueTicket
        | Action::RatingGive
        | Action::RelayReceive
        | Action::OnlineFile
        | Action::CitizenAccount
        | Action::FeedbackSend
        | Action::SurveyAnswer => true,
        Action::DossierView | Action::LatenessView => {
            !matches!(role, Administrator | Intermediary | ReceptionOfficer | Interviewer)
        }
        Action::DossierReceive
        | Action::DossierReturn
        | Action::QueueServe
        | Action::FeeCollect => {
            matches!(role, CounterOfficial | UnitHead)
        }
        Action::DossierAssign => matches!(role, UnitHead | Leader),
        Action::DossierSettle => matches!(role, Specialist | UnitHead),
        Action::DossierSign | Action::ResultRevoke => matches!(role, Leader),
        Action::DossierNumber => matches!(role, Clerk),
        Action::DossierStep => {
            matches!(role, UnitHead | CounterOfficial | Specialist | Clerk | Leader)
        }
        Action::RegisterPrint | Action::ResultRegister | Action::CashBook => {
            matches!(role, CounterOfficial | UnitHead | Clerk | Leader | ReformOfficer | Auditor)
        }
        Action::ProcedureManage
        | Action::WorkflowManage
        | Action::FeeManage
        | Action::PortalManage => {
            matches!(role, Administrator | ReformOfficer)
        }
        Action::PostingManage => matches!(role, ReformOfficer | CounterOfficial | UnitHead),
        Action::CalendarManage | Action::UnitManage | Action::StaffManage => {
            matches!(role, Administrator)
        }
        Action::AdminHome => matches!(role, Administrator | UnitHead | ReformOfficer),
        Action::SubstitutionManage | Action::QueueManage => {
            matches!(role, Administrator | UnitHead)
        }
        Action::AccountManage
        | Action::PersonErase
        | Action::ConfigExchange
        | Action::RelayManage
        | Action::SealManage => matches!(role, Administrator),
        Action::BookKeep => matches!(role, CounterOfficial | UnitHead | Specialist | Clerk),
        Action::BookClose => matches!(role, UnitHead | Leader),
        Action::EvaluationView => matches!(role, UnitHead | Leader | ReformOfficer | Auditor),
        Action::FilingAssist => matches!(role, CounterOfficial | UnitHead | Intermediary),
        Action::JournalRead => matches!(role, Auditor | Administrator),
        Action::FeedbackLog | Action::BoxOpen => {
            matches!(role, UnitHead | CounterOfficial | Clerk | ReceptionOfficer)
        }
        Action::FeedbackView => {
            matches!(
                role,
                UnitHead
                    | CounterOfficial
                    | Specialist
                    | Clerk
                    | Leader
                    | ReformOfficer
                    | Auditor
                    | ReceptionOfficer
            )
        }
        Action::FeedbackSort | Action::ConductHandle | Action::ReceptionKeep => {
            matches!(role, UnitHead | Leader | ReceptionOfficer)
        }
        Action::FeedbackAnswer => {
            matches!(role, UnitHead | Specialist | Leader | ReceptionOfficer)
        }
        Action::FeedbackPublish => {
            matches!(role, UnitHead | Leader)
        }
        Action::SenderReveal | Action::DenunciationKeep => {
            matches!(role, Leader | ReceptionOfficer)
        }
        Action::VoiceManage => {
            matches!(role, UnitHead | ReformOfficer | ReceptionOfficer)
        }
        Action::HotlineKeep => {
            matches!(role, UnitHead | CounterOfficial | Clerk | Leader | ReceptionOfficer)
        }
        Action::ReceptionManage => {
            matches!(role, UnitHead | Clerk | ReceptionOfficer)
        }
        Action::VoiceFigures => {
            matches!(role, UnitHead | Leader | ReformOfficer | Auditor | ReceptionOfficer)
        }
        Action::SurveyManage => {
            matches!(role, ReformOfficer)
        }
        Action::SurveyEnter => {
            matches!(role, Interviewer)
        }
        Action::SurveyRead => {
            matches!(role, UnitHead | Leader | ReformOfficer | Auditor)
        }
    }
}

/// A role within a unit and all below it, for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The top of the subtree.
    pub unit: UnitId,
    /// First day.
    pub from: Date,
    /// Last day, or none.
    pub until: Option<Date>,
}

impl Grant {
    /// Whether the grant holds on `day`.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// What an action is done to.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// Something that belongs to no unit: one's own account, a public page, a list that its
    /// query narrows by [`Scope`].
    Anything,
    /// Something of a unit; its line is the unit and all above it.
    OfUnit(&'a [UnitId]),
}

/// Whether somebody with `grants` may do `action` to `object` on `day`.
#[must_use]
pub fn can(grants: &[Grant], day: Date, action: Action, object: Object<'_>) -> bool {
    if action.is_public() {
        return true;
    }
    grants.iter().any(|grant| {
        grant.holds_on(day)
            && may(grant.role, action)
            && match object {
                Object::Anything => true,
                Object::OfUnit(line) => line.contains(&grant.unit),
            }
    })
}

/// Whose files a query may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every unit's.
    Everything,
    /// These units'.
    Units(Vec<UnitId>),
}

impl Scope {
    /// Whether a file of `unit` is within.
    #[must_use]
    pub fn holds(&self, unit: UnitId) -> bool {
        match self {
            Self::Everything => true,
            Self::Units(units) => units.contains(&unit),
        }
    }
}
