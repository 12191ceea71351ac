//! The way of feedback, step by step; the law's numbers; what of a text names somebody.

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::{limits::Rules, petition::*, *};
use crate::{
    calendar::tests::shipped,
    deadline::{Term, TimeLimit},
    ids::{StaffId, UnitId},
};

fn rules() -> Rules {
    let file: LimitsFile = toml::from_str(include_str!("../../../../law/feedback.toml")).unwrap();
    read(file)
}

fn limits() -> Limits {
    rules().limits.on(date(2026, 3, 2)).unwrap().clone()
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn fresh(class: Class) -> Feedback {
    let received_at = at("2026-03-02T09:00");
    Feedback {
        unit: UnitId(2),
        class,
        is_sorted: false,
        status: Status::Received,
        received_at,
        term: Term::new(TimeLimit::WorkingDays(10), received_at),
        officer: None,
        answered_at: None,
        reminded_at: None,
        unsolved: false,
        reopened: 0,
        closing: None,
    }
}

fn done(it: &mut Feedback, command: Command, now: &str) {
    let decided = decide(it, command, at(now), &limits()).unwrap();
    apply(it, &decided);
}

fn answer() -> Command {
    Command::Answer { drafted_by: 7, released_by: 8 }
}

fn why() -> String {
    "Vì thế".to_owned()
}

fn answered() -> Feedback {
    let mut it = fresh(Class::Suggestion);
    done(&mut it, Command::Sort { class: Class::Suggestion }, "2026-03-02T10:00");
    done(&mut it, Command::Assign { officer: StaffId(5) }, "2026-03-02T10:05");
    done(&mut it, answer(), "2026-03-05T10:00");
    it
}

#[test]
fn every_class_has_its_law_from_2008_on_and_a_question_fifteen_working_days() {
    let limits = limits();
    for class in Class::ALL {
        let law = limits.of(*class).unwrap();
        assert!(!law.test.is_empty() && !law.law.is_empty() && !law.competent.is_empty());
    }
    assert_eq!(limits.of(Class::Question).unwrap().answer, TimeLimit::WorkingDays(15));
    assert_eq!(limits.sort, TimeLimit::WorkingDays(2));
    assert_eq!(limits.transfer, TimeLimit::WorkingDays(5));
    assert_eq!(limits.of(Class::Complaint).unwrap().identity, Identity::Mandatory);
    assert!(rules().limits.on(date(2008, 3, 28)).is_none());
}

#[test]
fn only_the_senders_yes_says_solved_and_silence_only_closes() {
    let mut it = answered();
    let early = decide(&it, Command::CloseSilent, at("2026-03-30T10:00"), &limits());
    assert_eq!(early.unwrap_err(), Refused::TooEarly, "nobody asked him again");
    done(&mut it, Command::Remind, "2026-03-10T10:00");
    let early = decide(&it, Command::CloseSilent, at("2026-03-20T09:59"), &limits());
    assert_eq!(early.unwrap_err(), Refused::TooEarly);
    let mut silent = it.clone();
    done(&mut silent, Command::CloseSilent, "2026-03-20T10:00");
    assert_eq!((silent.status, silent.closing), (Status::Closed, Some(Closing::Silence)));
    done(&mut it, Command::Solved, "2026-03-11T10:00");
    assert_eq!((it.status, it.closing), (Status::Closed, Some(Closing::Solved)));
}

#[test]
fn a_no_opens_it_once_by_right_and_then_by_the_offices_will() {
    let mut it = answered();
    done(&mut it, Command::Unsolved, "2026-03-06T10:00");
    assert_eq!((it.status, it.reopened), (Status::Reopened, 1));
    assert_eq!(it.term.received_at, at("2026-03-06T10:00"), "a clock of its own");
    done(&mut it, answer(), "2026-03-10T10:00");
    done(&mut it, Command::Unsolved, "2026-03-11T10:00");
    assert_eq!((it.status, it.unsolved, it.reopened), (Status::Answered, true, 1));
    let mut silent = it.clone();
    done(&mut silent, Command::Remind, "2026-03-16T10:00");
    done(&mut silent, Command::CloseSilent, "2026-03-26T10:00");
    assert_eq!(silent.closing, Some(Closing::Unsolved), "never counted as solved");
    done(&mut it, Command::Reopen { reason: why() }, "2026-03-12T10:00");
    assert_eq!((it.status, it.reopened), (Status::Reopened, 2));
}

#[test]
fn nobody_releases_his_own_draft_nor_answers_what_was_not_sorted_or_is_a_petition() {
    let it = fresh(Class::Question);
    let now = at("2026-03-03T10:00");
    assert_eq!(decide(&it, answer(), now, &limits()).unwrap_err(), Refused::NotSorted);
    let mut it = fresh(Class::Question);
    done(&mut it, Command::Sort { class: Class::Question }, "2026-03-03T10:00");
    let own = Command::Answer { drafted_by: 7, released_by: 7 };
    assert_eq!(decide(&it, own, now, &limits()).unwrap_err(), Refused::OwnDraft);
    let mut it = fresh(Class::Complaint);
    done(&mut it, Command::Sort { class: Class::Complaint }, "2026-03-03T10:00");
    assert_eq!(decide(&it, answer(), now, &limits()).unwrap_err(), Refused::Petition);
}

#[test]
fn the_first_class_keeps_the_clock_of_receipt_and_another_one_starts_its_own() {
    let mut it = fresh(Class::Suggestion);
    done(&mut it, Command::Sort { class: Class::Question }, "2026-03-03T10:00");
    assert_eq!(it.term.received_at, at("2026-03-02T09:00"));
    assert_eq!(it.term.limit, TimeLimit::WorkingDays(15));
    done(&mut it, Command::Sort { class: Class::Proposal }, "2026-03-05T10:00");
    assert_eq!(it.term.received_at, at("2026-03-05T10:00"));
    let same =
        decide(&it, Command::Sort { class: Class::Proposal }, at("2026-03-06T10:00"), &limits());
    assert_eq!(same.unwrap_err(), Refused::SameClass);
}

#[test]
fn while_its_sender_is_asked_the_clock_stands_still() {
    let calendar = shipped();
    let mut it = fresh(Class::Suggestion);
    let due = it.term.due(&calendar).unwrap().at.unwrap();
    assert_eq!(due.date(), date(2026, 3, 16));
    done(&mut it, Command::AskMore { words: why() }, "2026-03-04T10:00");
    assert_eq!(it.term.due(&calendar).unwrap().at, None);
    done(&mut it, Command::Supply, "2026-03-06T10:00");
    assert_eq!(it.status, Status::Received);
    assert_eq!(it.term.due(&calendar).unwrap().at.unwrap().date(), date(2026, 3, 18));
}

#[test]
fn a_reason_is_owed_with_every_no() {
    let it = fresh(Class::Suggestion);
    for command in [
        Command::Reject { reason: "  ".into() },
        Command::AskMore { words: String::new() },
        Command::HandOn { unit: UnitId(3), reason: String::new() },
        Command::HandOut { body: "Sở".into(), reason: String::new() },
    ] {
        assert_eq!(decide(&it, command, it.received_at, &limits()).unwrap_err(), Refused::NoReason);
    }
}

#[test]
fn a_complaint_ends_as_its_register_says_and_not_otherwise() {
    let limits = limits();
    let mut it = fresh(Class::Complaint);
    let now = at("2026-03-03T10:00");
    let step = |stage| Command::Petition { stage };
    assert!(decide(&it, step(Stage::Accepted), now, &limits).is_err(), "not sorted yet");
    done(&mut it, Command::Sort { class: Class::Complaint }, "2026-03-03T10:00");
    for command in
        [Command::Reject { reason: why() }, Command::HandOut { body: "Sở".into(), reason: why() }]
    {
        assert_eq!(decide(&it, command, now, &limits).unwrap_err(), Refused::Petition);
    }
    for (stage, status, closing) in [
        (Stage::Declined, Status::Rejected, None),
        (Stage::Referred, Status::Transferred, None),
        (Stage::Withdrawn, Status::Closed, Some(Closing::Withdrawn)),
        (Stage::Finished, Status::Closed, Some(Closing::Decided)),
    ] {
        let mut ended = it.clone();
        done(&mut ended, step(stage), "2026-03-04T10:00");
        assert_eq!((ended.status, ended.closing), (status, closing));
        let again = Command::Reopen { reason: why() };
        assert_eq!(decide(&ended, again, now, &limits).unwrap_err(), Refused::Petition);
    }
    done(&mut it, Command::AskMore { words: why() }, "2026-03-04T10:00");
    done(&mut it, step(Stage::Accepted), "2026-03-05T10:00");
    assert!(it.status == Status::Handling && !it.term.is_paused());
}

#[test]
fn that_several_people_signed_is_said_once_before_it_is_taken_up() {
    let rules = rules();
    let limits = rules.denunciation.on(date(2026, 3, 2)).unwrap();
    let now = at("2026-03-03T09:00");
    let it = step(&petition(false), Step::Several, now, limits).unwrap();
    assert!(it.several && it.stage == Stage::Registered);
    assert_eq!(due(&it, limits), "2026-03-16");
    let twice = step(&it, Step::Several, now, limits);
    assert_eq!(twice.unwrap_err(), PetitionRefused::SeveralAlready);
    let it = step(&it, Step::Accept, now, limits).unwrap();
    assert!(step(&it, Step::Several, now, limits).is_err());
}

fn petition(remote: bool) -> Petition {
    Petition {
        stage: Stage::Registered,
        weight: Weight::Plain,
        several: false,
        remote,
        received_at: at("2026-03-02T09:00"),
        accepted_at: None,
        concluded_at: None,
        extensions: 0,
    }
}

fn due(it: &Petition, limits: &PetitionLimits) -> String {
    next_due(it, &shipped(), limits).unwrap().unwrap().date().to_string()
}

/// Luật Khiếu nại 2011 Đ.28: 30 ngày, phức tạp 45; vùng xa 45, phức tạp 60.
#[test]
fn a_complaint_has_two_columns() {
    let rules = rules();
    let limits = rules.complaint.on(date(2026, 3, 2)).unwrap();
    for (remote, plain, complex) in
        [(false, "2026-04-03", "2026-04-20"), (true, "2026-04-20", "2026-05-04")]
    {
        let it = step(&petition(remote), Step::Accept, at("2026-03-04T09:00"), limits).unwrap();
        assert_eq!(due(&it, limits), plain);
        let it = step(&it, Step::Extend, at("2026-03-20T09:00"), limits).unwrap();
        assert_eq!(due(&it, limits), complex);
        let more = step(&it, Step::Extend, at("2026-03-21T09:00"), limits);
        assert_eq!(more.unwrap_err(), PetitionRefused::NoMoreExtension);
    }
    assert_eq!(rules.complaint.on(date(2026, 7, 1)).unwrap().accept, TimeLimit::WorkingDays(7));
    assert_eq!(limits.accept, TimeLimit::CalendarDays(10));
}

/// Luật Tố cáo 2018 Đ.24, 30: 7 ngày làm việc (10), 30 ngày, gia hạn một lần, đặc biệt phức tạp hai lần.
#[test]
fn a_denunciation_is_checked_in_seven_working_days_and_settled_in_thirty_sixty_or_ninety() {
    let rules = rules();
    let limits = rules.denunciation.on(date(2026, 3, 2)).unwrap();
    assert_eq!(due(&petition(false), limits), "2026-03-11");
    assert_eq!(due(&Petition { several: true, ..petition(false) }, limits), "2026-03-16");
    let mut it = step(&petition(false), Step::Accept, at("2026-03-04T09:00"), limits).unwrap();
    for day in ["2026-04-03", "2026-05-04", "2026-06-02"] {
        assert_eq!(due(&it, limits), day);
        let next = step(&it, Step::Extend, at("2026-03-20T09:00"), limits);
        it = next.unwrap_or(it);
    }
    assert!(step(&it, Step::Extend, at("2026-03-20T09:00"), limits).is_err());
    let it = step(&it, Step::Conclude, at("2026-05-25T09:00"), limits).unwrap();
    assert_eq!(due(&it, limits), "2026-06-01");
    assert!(step(&it, Step::Accept, at("2026-05-26T09:00"), limits).is_err());
}

#[test]
fn what_names_somebody_is_found_and_a_date_is_not() {
    let text = "Tôi là nguyễn  Văn A, CCCD 040 099 001 234, gọi 0912.345.678 hoặc a.b@mail.vn ngày 02/03/2026, \
                số 15, hồ sơ 000.00.12";
    let redacted = redacted(text, &["Nguyễn Văn A"]);
    assert_eq!(
        redacted,
        "Tôi là [tên đã ẩn], CCCD [số đã ẩn], gọi [số đã ẩn] hoặc [thư điện tử đã ẩn] ngày 02/03/2026, số 15, hồ sơ \
         000.00.12"
    );
    assert!(suspicious(&redacted, &["Nguyễn Văn A"]).is_empty());
    assert!(suspicious("Chị A nói ở xóm 5", &["A"]).is_empty(), "one word is no name");
}

proptest! {
    /// Whatever is done in whatever order: solved only by the sender's yes, one pause open exactly while he is asked,
    /// and what is over has ended.
    #[test]
    fn no_order_of_steps_breaks_what_must_hold(steps in prop::collection::vec(0_u8..17, 0..40)) {
        let limits = limits();
        let mut it = fresh(Class::Suggestion);
        let mut now = it.received_at;
        for step in steps {
            now = life::days_after(now, 1);
            let command = match step {
                0 => Command::Sort { class: Class::Question },
                1 => Command::Sort { class: Class::Conduct },
                2 => Command::Assign { officer: StaffId(1) },
                3 => Command::AskMore { words: why() },
                4 => Command::Supply,
                5 => Command::Reject { reason: why() },
                6 => Command::HandOn { unit: UnitId(i64::from(it.unit.0 == 2) + 2), reason: why() },
                7 => Command::HandOut { body: "Sở".into(), reason: why() },
                8 | 9 => answer(),
                10 => Command::Solved,
                11 => Command::Unsolved,
                12 => Command::Remind,
                13 => Command::Sort { class: Class::Complaint },
                14 => Command::Petition { stage: Stage::Accepted },
                15 => Command::Petition { stage: Stage::Finished },
                _ => Command::CloseSilent,
            };
            let yes = command == Command::Solved;
            let Ok(decided) = decide(&it, command, now, &limits) else { continue };
            apply(&mut it, &decided);
            prop_assert_eq!(it.closing == Some(Closing::Solved), yes && it.status == Status::Closed);
            prop_assert_eq!(it.closing.is_some(), it.status == Status::Closed);
            if !it.status.is_over() {
                prop_assert_eq!(it.term.is_paused(), it.status == Status::NeedInfo);
                prop_assert!(it.term.due(&shipped()).is_ok());
            }
        }
    }

    /// Nothing is lost of what names nobody, and what is found is found no more.
    #[test]
    fn redacting_twice_changes_nothing(text in "[ a-zđ0-9.@/-]{0,60}") {
        let once = redacted(&text, &["van a"]);
        prop_assert_eq!(redacted(&once, &["van a"]), once.clone());
        prop_assert!(suspicious(&once, &["van a"]).is_empty());
    }
}
