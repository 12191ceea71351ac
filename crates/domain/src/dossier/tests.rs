//! The straight path, the law's noes, and a machine that cannot be led astray.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::ids::{AccountId, StaffId, UnitId};

mod money;

const NOW: Instant = Instant::from_epoch_ms(1_770_000_000_000);

fn maker(account: i64, parts: &[Part]) -> Maker {
    Maker {
        account: AccountId(account),
        staff: Some(StaffId(account)),
        parts: parts.to_vec(),
        lent: Vec::new(),
        answers_for: Vec::new(),
    }
}
fn counter() -> Maker {
    maker(1, &[Part::Counter, Part::Cashier])
}
fn officer() -> Maker {
    maker(2, &[Part::Officer])
}
fn leader() -> Maker {
    maker(3, &[Part::Signer, Part::Dispatcher, Part::Reviewer])
}
fn clerk() -> Maker {
    maker(4, &[Part::Clerk])
}
fn day(n: i8) -> DateTime {
    date(2026, 3, n).at(17, 0, 0, 0)
}
fn submit() -> Command {
    What::Submit { channel: ChannelKind::Direct, unit: UnitId(9), submitted_at: day(2) }.into()
}
fn accept(fee: i64) -> Command {
    What::Accept {
        code: "A".into(),
        received_at: day(2),
        due_at: day(16),
        fee: Dong(fee),
        agreed_days: None,
        hop: None,
    }
    .into()
}
fn put_up() -> Command {
    What::PutUp { officer: StaffId(2), hop: None, review: false }.into()
}
fn sign(staff: i64) -> Command {
    What::Sign { signer: StaffId(staff), hop: None }.into()
}
fn give() -> Command {
    What::Return { channel: ReturnChannel::Counter, collector: Collector::Applicant }.into()
}

fn rings() -> Hop {
    let at = NOW.civil();
    Hop { step: 3, holder: None, due_at: Some(at), moves_at: Some(at) }
}
fn asked(unit: i64) -> Asked {
    Asked { unit: UnitId(unit), due_at: day(10) }
}

/// Takes steps that must be allowed.
#[track_caller]
fn walk(steps: Vec<(Maker, Command)>) -> (Dossier, Vec<Event>) {
    let mut dossier = Dossier::default();
    let mut events = Vec::new();
    for (by, command) in steps {
        let event = decide(&dossier, command, &by, NOW).unwrap();
        dossier.apply(&event);
        events.push(event);
    }
    (dossier, events)
}

fn in_process() -> Dossier {
    walk(vec![
        (counter(), submit()),
        (counter(), accept(0)),
        (counter(), What::Transfer { unit: UnitId(8), hop: None }.into()),
        (leader(), What::Assign { officer: StaffId(2), hop: None }.into()),
        (officer(), What::Begin { officer: StaffId(2) }.into()),
    ])
    .0
}

#[track_caller]
fn refused(dossier: &Dossier, by: &Maker, command: Command) -> Refused {
    decide(dossier, command, by, NOW).unwrap_err()
}

#[test]
fn the_straight_path_ends_in_the_citizens_hand() {
    let (dossier, events) = walk(vec![
        (counter(), submit()),
        (counter(), accept(8000)),
        (counter(), What::Transfer { unit: UnitId(8), hop: None }.into()),
        (leader(), What::Assign { officer: StaffId(2), hop: None }.into()),
        (officer(), What::Begin { officer: StaffId(2) }.into()),
        (officer(), put_up()),
        (leader(), sign(3)),
        (clerk(), What::Number { number: "12/QĐ-UBND".into(), hop: None }.into()),
        (counter(), What::MarkPaid { amount: Dong(8000), resume: None, paid_at: None }.into()),
        (counter(), give()),
    ]);
    assert_eq!(dossier.status, Status::Returned);
    assert_eq!(dossier.status.public(), Some(PublicStatus::Returned));
    assert_eq!((dossier.financial, dossier.delivery), (Financial::Paid, Delivery::Delivered));
    assert!(dossier.finished_at.is_some() && dossier.returned_at.is_some());
    assert_eq!(Dossier::fold(&events), dossier);
}

#[test]
fn on_the_spot_receives_does_and_returns_in_one_go() {
    let settle =
        What::SettleOnTheSpot { officer: StaffId(1), signer: StaffId(3), number: None }.into();
    let (after, events) =
        decide_all(&Dossier::default(), [submit(), accept(0), settle, give()], &counter(), NOW)
            .unwrap();
    assert_eq!(after.status, Status::Returned);
    assert_eq!(events.len(), 4);
    let alone = What::SettleOnTheSpot { officer: StaffId(1), signer: StaffId(1), number: None };
    let found =
        decide_all(&Dossier::default(), [submit(), accept(0), alone.into()], &counter(), NOW);
    assert_eq!(found.unwrap_err(), Refused::SignerIsOfficer);
}

/// Who settles does not sign (one-stop.md 1.2).
#[test]
fn an_officer_cannot_sign_his_own() {
    let mut dossier = in_process();
    let event = decide(&dossier, put_up(), &officer(), NOW).unwrap();
    dossier.apply(&event);
    let both = maker(2, &[Part::Officer, Part::Signer]);
    assert_eq!(refused(&dossier, &both, sign(2)), Refused::SignerIsOfficer);
    assert!(!dossier.may_try(CommandKind::Sign, &both, NOW.civil()));
    assert_eq!(refused(&dossier, &leader(), sign(5)), Refused::NotInPerson);
}

/// NĐ 61/2018 Đ.19: one supplement, one new appointment.
#[test]
fn a_second_supplement_and_a_second_appointment_are_refused() {
    let mut dossier = in_process();
    let ask = || Command::saying(What::RequestSupplement { until: day(20) }, "thiếu giấy");
    let take = |dossier: &mut Dossier, by: &Maker, command| {
        let event = decide(dossier, command, by, NOW).unwrap();
        dossier.apply(&event);
    };
    take(&mut dossier, &officer(), ask());
    assert_eq!(dossier.due_at, None, "the clock stands still");
    let resume = Resume { due_at: day(27), original_due_at: None, restart: true };
    take(&mut dossier, &counter(), What::Supplement { resume, hop: None }.into());
    assert_eq!(dossier.due_at, Some(day(27)));
    assert_eq!(refused(&dossier, &officer(), ask()), Refused::SupplementTwice);
    let extend =
        |due_at| Command::saying(What::Extend { due_at, notice_by: due_at.date() }, "chờ xác minh");
    assert_eq!(refused(&dossier, &leader(), extend(day(26))), Refused::ExtensionNotLater);
    take(&mut dossier, &leader(), extend(day(30)));
    assert_eq!(dossier.due_original_at, Some(day(27)), "the original is kept");
    assert_eq!(refused(&dossier, &leader(), extend(day(31))), Refused::ExtensionTwice);
}

#[test]
fn a_refusal_needs_its_reason_and_a_proxy_his_name() {
    let dossier = in_process();
    let refuse: Command = What::Refuse { officer: StaffId(2), hop: None, review: false }.into();
    assert_eq!(
        refused(&dossier, &officer(), refuse),
        Refused::NoWords { kind: CommandKind::Refuse }
    );
    let spaces =
        Command::saying(What::Refuse { officer: StaffId(2), hop: None, review: false }, "  \n");
    assert!(matches!(refused(&dossier, &officer(), spaces), Refused::NoWords { .. }));
}

#[test]
fn what_is_owed_is_paid_before_the_result_is_handed_over() {
    let (dossier, _) = walk(vec![
        (counter(), submit()),
        (counter(), accept(8000)),
        (
            counter(),
            What::SettleOnTheSpot { officer: StaffId(1), signer: StaffId(3), number: None }.into(),
        ),
    ]);
    assert_eq!(refused(&dossier, &counter(), give()), Refused::Unpaid);
}

#[test]
fn a_withdrawal_is_possible_until_there_is_a_decision() {
    let mut dossier = in_process();
    let event = decide(&dossier, What::RequestWithdraw.into(), &counter(), NOW).unwrap();
    dossier.apply(&event);
    let no = Command::saying(What::RejectWithdraw, "đã có quyết định");
    let event = decide(&dossier, no, &counter(), NOW).unwrap();
    dossier.apply(&event);
    assert_eq!(dossier.status, Status::Processing);
    {
        let command = put_up();
        let event = decide(&dossier, command, &officer(), NOW).unwrap();
        dossier.apply(&event);
    }
    let event = decide(&dossier, sign(3), &leader(), NOW).unwrap();
    dossier.apply(&event);
    assert!(matches!(
        refused(&dossier, &counter(), What::RequestWithdraw.into()),
        Refused::WrongStatus { .. }
    ));
}

#[test]
fn two_who_were_asked_must_both_answer() {
    let mut dossier = in_process();
    let ask = |unit| {
        Command::saying(
            What::Consult { unit: UnitId(unit), due_at: day(10), pause: false },
            "xin ý kiến",
        )
    };
    let answer = |unit| {
        let what = What::Answer { unit: UnitId(unit), resume: None, paper: letter("5/CV") };
        Command::saying(what, "đồng ý")
    };
    let mut take = |command, status| {
        let event = decide(&dossier, command, &officer(), NOW).unwrap();
        dossier.apply(&event);
        assert_eq!(dossier.status, status);
    };
    take(ask(20), Status::Consulting);
    take(ask(21), Status::Consulting);
    take(answer(20), Status::Consulting);
    take(answer(21), Status::Processing);
}

#[test]
fn the_last_step_is_taken_back_by_its_maker_only_and_once() {
    let before = in_process();
    let mut dossier = before.clone();
    let event = decide(&dossier, put_up(), &officer(), NOW).unwrap();
    dossier.apply(&event);
    assert_eq!(refused(&dossier, &leader(), What::Undo.into()), Refused::NothingToUndo);
    let event = decide(&dossier, What::Undo.into(), &officer(), NOW).unwrap();
    dossier.apply(&event);
    assert_eq!(Dossier { last: None, ..before }, dossier);
    assert_eq!(refused(&dossier, &officer(), What::Undo.into()), Refused::NothingToUndo);
}

#[test]
fn who_has_lost_his_part_by_his_own_step_may_still_take_it_back() {
    let before = in_process();
    let mut dossier = before.clone();
    dossier.apply(&decide(&dossier, put_up(), &officer(), NOW).unwrap());
    let without_a_part = maker(2, &[]);
    assert!(dossier.may_try(CommandKind::Undo, &without_a_part, NOW.civil()));
    assert!(decide(&dossier, What::Undo.into(), &without_a_part, NOW).is_ok());
    assert!(!dossier.may_try(CommandKind::Undo, &maker(7, &[]), NOW.civil()));
}

#[test]
fn a_step_taken_in_somebodys_place_says_in_whose() {
    let own = maker(2, &[Part::Officer]);
    let lent = Maker { lent: vec![(Part::Officer, StaffId(9))], ..own.clone() };
    let in_place_of = |by: &Maker| decide(&in_process(), put_up(), by, NOW).unwrap().in_place_of;
    assert_eq!((in_place_of(&own), in_place_of(&lent)), (None, Some(StaffId(9))));
}

fn minutes_later(minutes: i64) -> Instant {
    Instant::from_epoch_ms(NOW.epoch_ms() + minutes * 60_000)
}

/// One-stop.md 1.2: a due date is never changed by hand, not by going back and forth either.
#[test]
fn a_step_that_moved_the_clock_is_taken_back_at_once_or_never() {
    let mut dossier = in_process();
    let ask = Command::saying(What::RequestSupplement { until: day(20) }, "thiếu giấy");
    dossier.apply(&decide(&dossier, ask, &officer(), NOW).unwrap());
    assert!(decide(&dossier, What::Undo.into(), &officer(), minutes_later(15)).is_ok());
    let late = decide(&dossier, What::Undo.into(), &officer(), minutes_later(16));
    assert_eq!(late.unwrap_err(), Refused::UndoTooLate);
    assert!(!dossier.may_try(CommandKind::Undo, &officer(), minutes_later(16).civil()));
    let resume = Resume { due_at: day(27), original_due_at: None, restart: true };
    let supplement = What::Supplement { resume, hop: None };
    dossier.apply(&decide(&dossier, supplement.into(), &counter(), NOW).unwrap());
    let late = decide(&dossier, What::Undo.into(), &counter(), minutes_later(60 * 24));
    assert_eq!(late.unwrap_err(), Refused::UndoTooLate);
    // A step that nobody outside has seen can be taken back the day after.
    let mut dossier = in_process();
    dossier.apply(&decide(&dossier, put_up(), &officer(), NOW).unwrap());
    assert!(decide(&dossier, What::Undo.into(), &officer(), minutes_later(60 * 24)).is_ok());
}

#[test]
fn a_dossier_is_not_closed_nor_an_answer_skipped_before_its_day() {
    let mut dossier = in_process();
    let ask = Command::saying(What::RequestSupplement { until: day(20) }, "thiếu giấy");
    dossier.apply(&decide(&dossier, ask, &officer(), NOW).unwrap());
    let close = || What::CloseNoSupplement.into();
    assert_eq!(
        refused(&dossier, &counter(), close()),
        Refused::SupplementNotDue { until: day(20) }
    );
    let after = Instant::from_civil(day(20).saturating_add(jiff::Span::new().minutes(1)));
    assert!(decide(&dossier, close(), &counter(), after).is_ok());
    let mut dossier = in_process();
    let ask = What::Consult { unit: UnitId(20), due_at: day(10), pause: false };
    dossier.apply(&decide(&dossier, Command::saying(ask, "hỏi"), &officer(), NOW).unwrap());
    let skip = || Command::saying(What::SkipAnswer { resume: None }, "quá hạn");
    assert_eq!(refused(&dossier, &officer(), skip()), Refused::AnswerNotDue { due_at: day(10) });
    let after = Instant::from_civil(day(10).saturating_add(jiff::Span::new().minutes(1)));
    assert!(decide(&dossier, skip(), &officer(), after).is_ok());
}

fn letter(number: &str) -> Option<OnPaper> {
    Some(OnPaper { number: number.to_owned(), on: day(9).date() })
}

#[test]
fn an_office_answers_for_itself_only_and_the_officer_files_what_came_on_paper() {
    let mut dossier = in_process();
    let ask = |unit| {
        let what = What::Consult { unit: UnitId(unit), due_at: day(10), pause: false };
        Command::saying(what, "xin ý kiến")
    };
    for unit in [20, 21] {
        dossier.apply(&decide(&dossier, ask(unit), &officer(), NOW).unwrap());
    }
    let mut asked = maker(7, &[Part::Consulted]);
    asked.answers_for = vec![UnitId(20)];
    let on = |unit, paper| {
        let what = What::Answer { unit: UnitId(unit), resume: None, paper };
        Command::saying(what, "đồng ý")
    };
    assert_eq!(refused(&dossier, &asked, on(21, letter("5/CV"))), Refused::NotAsked);
    assert!(decide(&dossier, on(20, None), &asked, NOW).is_ok());
    // Who asked has nothing to say in their place but what stands on their paper.
    assert_eq!(refused(&dossier, &officer(), on(21, None)), Refused::AnswerWithoutPaper);
    assert_eq!(refused(&dossier, &officer(), on(21, letter(" "))), Refused::AnswerWithoutPaper);
    assert!(decide(&dossier, on(21, letter("5/CV")), &officer(), NOW).is_ok());
}

#[test]
fn whoever_it_is_handed_to_is_its_officer_and_so_is_who_begins_unnamed() {
    let mut dossier = in_process();
    let hop = Hop { step: 3, holder: Some(StaffId(5)), due_at: None, moves_at: None };
    dossier.apply(&decide(&dossier, What::HandOver { hop }.into(), &officer(), NOW).unwrap());
    assert_eq!(dossier.officer, Some(StaffId(5)));
    assert_eq!(dossier.workers, [StaffId(2)], "who worked on it may still not sign it");
    let (dossier, _) = walk(vec![
        (counter(), submit()),
        (counter(), accept(0)),
        (counter(), What::Transfer { unit: UnitId(8), hop: None }.into()),
        (officer(), What::Begin { officer: StaffId(2) }.into()),
    ]);
    assert_eq!(dossier.officer, Some(StaffId(2)));
}

#[test]
fn a_draft_passes_the_reviewer_where_the_workflow_has_one() {
    let mut dossier = in_process();
    let put_up = What::PutUp { officer: StaffId(2), hop: None, review: true };
    dossier.apply(&decide(&dossier, put_up.into(), &officer(), NOW).unwrap());
    assert_eq!(dossier.status, Status::ToReview);
    assert!(matches!(refused(&dossier, &leader(), sign(3)), Refused::WrongStatus { .. }));
    let approve = |staff, review| What::Approve { reviewer: StaffId(staff), hop: None, review };
    // Who settles does not review, and nobody in somebody else's name.
    let own = maker(2, &[Part::Officer, Part::Reviewer]);
    assert_eq!(refused(&dossier, &own, approve(2, false).into()), Refused::ReviewerIsOfficer);
    assert!(!dossier.may_try(CommandKind::Approve, &own, NOW.civil()));
    assert_eq!(refused(&dossier, &leader(), approve(9, false).into()), Refused::NotInPerson);
    let twice = decide(&dossier, approve(3, true).into(), &leader(), NOW).unwrap();
    assert_eq!(twice.status, Status::ToReview, "a second review follows");
    let back = Command::saying(What::SendBack { hop: None }, "sai tên");
    assert_eq!(decide(&dossier, back, &leader(), NOW).unwrap().status, Status::Processing);
    dossier.apply(&decide(&dossier, approve(3, false).into(), &leader(), NOW).unwrap());
    assert_eq!((dossier.status, dossier.reviewer), (Status::ToSign, Some(StaffId(3))));
}

#[test]
fn a_co_handler_helps_and_the_main_handler_keeps_the_step() {
    let mut dossier = in_process();
    let helper = maker(6, &[Part::CoHandler]);
    let says = Command::saying(What::Contribute, "Ranh giới đúng bản đồ");
    dossier.apply(&decide(&dossier, says, &helper, NOW).unwrap());
    assert_eq!((dossier.status, dossier.officer), (Status::Processing, Some(StaffId(2))));
    assert!(dossier.workers == [StaffId(2)], "who helps may still be asked to sign");
    assert_eq!(
        refused(&dossier, &helper, put_up()),
        Refused::NotYours { kind: CommandKind::PutUp }
    );
    assert!(decide(&dossier, What::Verify { pause: false }.into(), &helper, NOW).is_ok());
}

#[test]
fn many_are_asked_at_once_and_the_clock_runs_on() {
    let mut dossier = in_process();
    let due = dossier.due_at;
    let ask = |units: &[i64]| {
        let asked = units.iter().map(|it| asked(*it)).collect();
        Command::saying(What::ConsultMany { asked }, "xin ý kiến")
    };
    assert_eq!(refused(&dossier, &officer(), ask(&[])), Refused::NobodyAsked);
    assert_eq!(refused(&dossier, &officer(), ask(&[20, 20])), Refused::NobodyAsked);
    dossier.apply(&decide(&dossier, ask(&[20, 21, 22]), &officer(), NOW).unwrap());
    assert_eq!(dossier.open_consultations().count(), 3);
    assert!(!dossier.is_suspended() && dossier.due_at == due);
    assert_eq!(refused(&dossier, &officer(), ask(&[21])), Refused::NobodyAsked);
    for (unit, status) in
        [(21, Status::Consulting), (20, Status::Consulting), (22, Status::Processing)]
    {
        let what = What::Answer { unit: UnitId(unit), resume: None, paper: letter("5/CV") };
        dossier.apply(&decide(&dossier, Command::saying(what, "được"), &officer(), NOW).unwrap());
        assert_eq!(dossier.status, status);
    }
}

#[test]
fn the_program_moves_it_on_when_its_time_is_over_and_not_before() {
    let system = Maker::system();
    let hop = |minutes| Hop {
        step: 1,
        holder: None,
        due_at: None,
        moves_at: Some(minutes_later(minutes).civil()),
    };
    let go = || -> Command { What::MoveOn { unit: Some(UnitId(8)), hop: rings() }.into() };
    let (mut dossier, _) = walk(vec![(counter(), submit()), (counter(), accept(0))]);
    assert_eq!(refused(&dossier, &system, go()), Refused::NotYet, "it has no timer");
    dossier.hop = Some(hop(5));
    assert_eq!(refused(&dossier, &system, go()), Refused::NotYet);
    dossier.hop = Some(hop(0));
    assert_eq!(
        refused(&dossier, &counter(), go()),
        Refused::NotYours { kind: CommandKind::MoveOn }
    );
    dossier.apply(&decide(&dossier, go(), &system, NOW).unwrap());
    assert_eq!((dossier.status, dossier.settled_by), (Status::Transferred, Some(UnitId(8))));
    dossier.status = Status::AwaitSupplement;
    assert_eq!(dossier.moves_at(), None, "nothing moves while the clock stands still");
    dossier.status = Status::ToReview;
    assert_eq!(decide(&dossier, go(), &system, NOW).unwrap().status, Status::ToSign);
}

#[test]
fn what_was_written_before_drafts_were_reviewed_still_reads() {
    let old = r#"{"kind":"put_up","officer":2,"hop":{"step":3,"holder":null,"due_at":null}}"#;
    let what: What = serde_json::from_str(old).unwrap();
    assert!(matches!(what, What::PutUp { review: false, .. }));
    assert_eq!(serde_json::to_string(&what).unwrap(), old, "and is written as before");
}

#[test]
fn the_calendar_and_the_outside_world_do_not_stand_in_the_way_of_nothing_else() {
    let dossier = in_process();
    let system = Maker::system();
    let recompute = What::Recompute { due_at: day(20), original_due_at: day(20) };
    let event = decide(&dossier, Command::saying(recompute, "đổi lịch"), &system, NOW).unwrap();
    let mut after = dossier.clone();
    after.apply(&event);
    assert_eq!((after.due_at, after.status), (Some(day(20)), dossier.status));
}

#[test]
fn events_read_back_from_what_the_journal_keeps() {
    let event = decide(&in_process(), put_up(), &officer(), NOW).unwrap();
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    assert!(!text.contains("words"), "no words, no field");
}

#[test]
fn the_table_for_people_is_the_one_in_the_documents() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/generated/dossier.md");
    let table = rules::table_for_people();
    if std::env::var_os("MOTCUA_BLESS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), table, "run with MOTCUA_BLESS=1");
}

/// Any command at all, by anybody.
fn commands() -> impl Strategy<Value = (Maker, Command)> {
    let resume = Resume { due_at: day(20), original_due_at: None, restart: true };
    let whats = vec![
        What::Submit { channel: ChannelKind::Direct, unit: UnitId(9), submitted_at: day(2) },
        What::Accept {
            code: "A".into(),
            received_at: day(2),
            due_at: day(16),
            fee: Dong(0),
            agreed_days: None,
            hop: None,
        },
        What::RequestIntakeSupplement,
        What::Resubmit,
        What::RefuseIntake { ground: Ground::Other },
        What::Transfer { unit: UnitId(8), hop: None },
        What::Assign { officer: StaffId(2), hop: None },
        What::Reassign { officer: StaffId(5), hop: None },
        What::Begin { officer: StaffId(2) },
        What::Verify { pause: true },
        What::FinishVerify { resume: Some(resume) },
        What::Consult { unit: UnitId(7), due_at: day(9), pause: false },
        What::Answer { unit: UnitId(7), resume: None, paper: letter("5/CV") },
        What::SkipAnswer { resume: None },
        What::RequestSupplement { until: day(20) },
        What::Supplement { resume, hop: None },
        What::CloseNoSupplement,
        What::RequestPayment { amount: Dong(10), pause: true },
        What::MarkPaid { amount: Dong(10), resume: None, paid_at: None },
        What::MarkPaid { amount: Dong(4), resume: None, paid_at: Some(day(3)) },
        What::AdjustFee { amount: Dong(6), resume: None },
        What::CancelPayment { amount: Dong(4) },
        What::Refund { amount: Dong(3) },
        What::RequestWithdraw,
        What::Withdraw,
        What::RejectWithdraw,
        What::PutUp { officer: StaffId(2), hop: None, review: false },
        What::Refuse { officer: StaffId(2), hop: None, review: false },
        What::PutUp { officer: StaffId(2), hop: Some(rings()), review: true },
        What::Refuse { officer: StaffId(2), hop: None, review: true },
        What::Approve { reviewer: StaffId(3), hop: None, review: false },
        What::Approve { reviewer: StaffId(3), hop: None, review: true },
        What::Contribute,
        What::ConsultMany { asked: vec![asked(7), asked(11)] },
        What::MoveOn { unit: Some(UnitId(8)), hop: rings() },
        What::SendBack { hop: None },
        What::Sign { signer: StaffId(3), hop: None },
        What::Number { number: "1".into(), hop: None },
        What::SettleOnTheSpot { officer: StaffId(1), signer: StaffId(3), number: None },
        What::SendByPost,
        What::PostFailed,
        What::Return { channel: ReturnChannel::Counter, collector: Collector::Applicant },
        What::Extend { due_at: day(30), notice_by: day(15).date() },
        What::Correct { due_at: None },
        What::FinishCorrection { signer: StaffId(3), number: "2".into() },
        What::Archive,
        What::Recompute { due_at: day(18), original_due_at: day(18) },
        What::Undo,
        What::Undo,
    ];
    let makers = prop_oneof![
        Just(counter()),
        Just(officer()),
        Just(leader()),
        Just(clerk()),
        Just(maker(6, &[Part::CoHandler])),
        Just(Maker::system())
    ];
    (makers, proptest::sample::select(whats))
        .prop_map(|(by, what)| (by, Command::saying(what, "x")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_tried_the_fold_of_its_events_is_the_dossier(
        tries in proptest::collection::vec(commands(), 0..120),
    ) {
        let mut dossier = Dossier::default();
        let mut events = Vec::new();
        for (by, command) in tries {
            let kind = command.what.kind();
            let undo = kind == CommandKind::Undo;
            if let Ok(event) = decide(&dossier, command, &by, NOW) {
                prop_assert!(dossier.may_try(kind, &by, NOW.civil()), "{kind:?} was taken and had no button");
                let expected = undo.then(|| dossier.last.clone().unwrap().before);
                dossier.apply(&event);
                events.push(event);
                if let Some(mut expected) = expected {
                    expected.sync = dossier.sync;
                    prop_assert_eq!(&expected, &dossier);
                }
            }
            prop_assert!(dossier.supplements <= 1 && dossier.extensions <= 1);
            prop_assert!(dossier.intake_supplements <= 1);
            prop_assert!(dossier.fee_paid >= Dong(0) && dossier.fee_due >= Dong(0));
            prop_assert_eq!(dossier.financial == Financial::Due, dossier.fee_paid < dossier.fee_due);
            prop_assert!(dossier.signer.is_none() || dossier.signer != dossier.officer);
            prop_assert_eq!(dossier.returned_at.is_some(), dossier.delivery == Delivery::Delivered
                || (dossier.returned_at.is_some() && dossier.corrections > 0));
        }
        prop_assert_eq!(Dossier::fold(&events), dossier);
    }
}

#[test]
fn codes_read_back_and_every_status_has_a_face() {
    for status in Status::ALL {
        assert_eq!(Status::from_code(status.code()), Some(*status));
        assert_eq!(status.public().is_none(), *status == Status::Draft);
    }
    for kind in CommandKind::ALL {
        assert_eq!(CommandKind::from_slug(kind.slug()), Some(*kind));
        assert!(kind.slug().is_ascii());
    }
}
