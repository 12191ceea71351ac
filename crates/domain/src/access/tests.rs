//! The table as text, and where a grant reaches.

use jiff::civil::date;

use super::*;

/// The table that a person reviews: change it here only with a reason in the commit.
#[test]
fn the_table_of_rights_is_as_reviewed() {
    let mut table = String::new();
    for action in Action::ALL {
        let who: Vec<&str> =
            Role::ALL.into_iter().filter(|role| may(*role, action)).map(Role::code).collect();
        let who = if who.len() == Role::ALL.len() { "everybody".into() } else { who.join(" ") };
        table.push_str(&format!("{action:?}: {who}\n"));
    }
    assert_eq!(
        table,
        "\
PublicRead: everybody
DossierTrack: everybody
SignIn: everybody
OwnAccount: everybody
OfficeHome: everybody
DossierView: unit_head counter_official specialist clerk leader reform_officer auditor
DossierReceive: unit_head counter_official
DossierAssign: unit_head leader
DossierSettle: unit_head specialist
DossierSign: leader
DossierNumber: clerk
DossierReturn: unit_head counter_official
DossierStep: unit_head counter_official specialist clerk leader
RegisterPrint: unit_head counter_official clerk leader reform_officer auditor
ProcedureManage: administrator reform_officer
PostingManage: unit_head counter_official reform_officer
CalendarView: everybody
CalendarManage: administrator
UnitManage: administrator
StaffManage: administrator
SubstitutionManage: administrator unit_head
AdminHome: administrator unit_head reform_officer
AccountManage: administrator
JournalRead: administrator auditor
PersonErase: administrator
WorkflowManage: administrator reform_officer
ConfigExchange: administrator
QueueTicket: everybody
QueueServe: unit_head counter_official
QueueManage: administrator unit_head
FeeCollect: unit_head counter_official
FeeManage: administrator reform_officer
CashBook: unit_head counter_official clerk leader reform_officer auditor
BookKeep: unit_head counter_official specialist clerk
BookClose: unit_head leader
ResultRegister: unit_head counter_official clerk leader reform_officer auditor
ResultRevoke: leader
RatingGive: everybody
EvaluationView: unit_head leader reform_officer auditor
LatenessView: unit_head counter_official specialist clerk leader reform_officer auditor
RelayManage: administrator
RelayReceive: everybody
SealManage: administrator
OnlineFile: everybody
CitizenAccount: everybody
PortalManage: administrator reform_officer
FilingAssist: unit_head counter_official intermediary
FeedbackSend: everybody
FeedbackLog: unit_head counter_official clerk reception_officer
FeedbackView: unit_head counter_official specialist clerk leader reform_officer auditor reception_officer
FeedbackSort: unit_head leader reception_officer
FeedbackAnswer: unit_head specialist leader reception_officer
FeedbackPublish: unit_head leader
SenderReveal: leader reception_officer
DenunciationKeep: leader reception_officer
VoiceManage: unit_head reform_officer reception_officer
BoxOpen: unit_head counter_official clerk reception_officer
HotlineKeep: unit_head counter_official clerk leader reception_officer
ConductHandle: unit_head leader reception_officer
ReceptionManage: unit_head clerk reception_officer
ReceptionKeep: unit_head leader reception_officer
VoiceFigures: unit_head leader reform_officer auditor reception_officer
SurveyAnswer: everybody
SurveyManage: reform_officer
SurveyEnter: interviewer
SurveyRead: unit_head leader reform_officer auditor
"
    );
}

#[test]
fn a_grant_reaches_its_subtree_and_its_period_and_no_further() {
    let grant = Grant {
        role: Role::CounterOfficial,
        unit: UnitId(2),
        from: date(2026, 1, 1),
        until: Some(date(2026, 6, 30)),
    };
    let ask = |day, line: &[i64], action| {
        let line: Vec<UnitId> = line.iter().copied().map(UnitId).collect();
        can(&[grant], day, action, Object::OfUnit(&line))
    };
    let day = date(2026, 3, 1);
    assert!(ask(day, &[2, 1], Action::DossierReceive));
    assert!(ask(day, &[5, 2, 1], Action::DossierReceive));
    assert!(!ask(day, &[3, 1], Action::DossierReceive), "a neighbour's");
    assert!(!ask(day, &[1], Action::DossierReceive), "the unit above");
    assert!(!ask(day, &[2, 1], Action::DossierSign), "another role's");
    assert!(!ask(date(2026, 7, 1), &[2, 1], Action::DossierReceive), "after the period");
    assert!(!ask(date(2025, 12, 31), &[2, 1], Action::DossierReceive), "before it");
}

#[test]
fn nobody_may_do_only_what_is_public() {
    for action in Action::ALL {
        let allowed = can(&[], date(2026, 1, 1), action, Object::Anything);
        assert_eq!(allowed, action.is_public(), "{action:?}");
    }
}
