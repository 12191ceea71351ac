//! The path of a case, step by step, and what never happens on it.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const ACCUSED: StaffId = StaffId(1);
const VERIFIER: StaffId = StaffId(2);
const HEAD: StaffId = StaffId(3);

fn at(day: i8) -> DateTime {
    date(2026, 3, day).at(9, 0, 0, 0)
}

const fn maker(staff: StaffId, handles: bool, decides: bool) -> Maker {
    Maker { staff: Some(staff), handles, decides }
}

const BY_HEAD: Maker = maker(HEAD, true, true);
const BY_VERIFIER: Maker = maker(VERIFIER, false, false);
const BY_ACCUSED: Maker = maker(ACCUSED, true, true);

fn assign(staff: StaffId) -> Command {
    Command::Assign { verifier: Verifier { staff, is_under_accused: false } }
}

fn take(case: &mut Case, command: Command, by: Maker, day: i8) -> Result<(), Refused> {
    let status = decide(case, &command, "vì thế", by, at(day))?;
    case.apply(&command, status, at(day));
    Ok(())
}

fn verifying() -> Case {
    let mut case = opened(ACCUSED, at(2), Some(at(4)));
    take(&mut case, Command::Screen { due_at: at(23) }, BY_HEAD, 2).unwrap();
    take(&mut case, assign(VERIFIER), BY_HEAD, 2).unwrap();
    take(&mut case, Command::Begin { explain_until: at(5) }, BY_VERIFIER, 2).unwrap();
    case
}

fn concluded(conclusion: Conclusion) -> Case {
    let mut case = verifying();
    take(&mut case, Command::Explain, BY_ACCUSED, 3).unwrap();
    take(&mut case, Command::Find, BY_VERIFIER, 3).unwrap();
    take(&mut case, Command::Conclude { conclusion, due_at: at(20) }, BY_HEAD, 3).unwrap();
    case
}

#[test]
fn a_case_goes_from_the_report_to_what_was_put_right() {
    let mut case = concluded(Conclusion::Partly);
    assert_eq!(decide(&case, &Command::Reply, "…", BY_HEAD, at(4)), Err(Refused::NotCorrected));
    let correct =
        Command::Correct { measure: Measure::Apology, due_on: date(2026, 3, 9), checker: HEAD };
    take(&mut case, correct, BY_HEAD, 4).unwrap();
    take(&mut case, Command::Reply, BY_HEAD, 5).unwrap();
    assert_eq!(decide(&case, &Command::Close, "", BY_HEAD, at(5)), Err(Refused::StillCorrecting));
    assert!(!case.is_late(at(9)) && case.is_late(at(10)));
    assert_eq!(
        decide(&case, &Command::Check { at: 0 }, "x", BY_VERIFIER, at(6)),
        Err(Refused::NotYours)
    );
    take(&mut case, Command::Check { at: 0 }, BY_HEAD, 6).unwrap();
    assert_eq!(
        decide(&case, &Command::Check { at: 0 }, "x", BY_HEAD, at(6)),
        Err(Refused::NoSuchCorrection)
    );
    take(&mut case, Command::Close, BY_HEAD, 6).unwrap();
    assert_eq!((case.status, case.is_late(at(30))), (Status::Closed, false));
}

#[test]
fn nothing_is_concluded_before_the_accused_was_heard_or_let_his_time_pass() {
    let conclude = Command::Conclude { conclusion: Conclusion::True, due_at: at(20) };
    let mut case = verifying();
    take(&mut case, Command::Find, BY_VERIFIER, 3).unwrap();
    let early = decide(&case, &conclude, "vì", BY_HEAD, at(5));
    assert_eq!(early, Err(Refused::StillToExplain { until: at(5) }));
    assert_eq!(decide(&case, &conclude, "vì", BY_HEAD, at(6)), Ok(Status::Concluded));
    assert_eq!(
        decide(&case, &Command::Explain, "tôi", BY_ACCUSED, at(6)),
        Err(Refused::TooLate { until: at(5) })
    );
    take(&mut case, Command::Explain, BY_ACCUSED, 4).unwrap();
    assert_eq!(decide(&case, &conclude, "vì", BY_HEAD, at(4)), Ok(Status::Concluded));
    assert_eq!(decide(&case, &conclude, " ", BY_HEAD, at(4)), Err(Refused::NoWords));
    let mut unfound = verifying();
    take(&mut unfound, Command::Explain, BY_ACCUSED, 4).unwrap();
    assert_eq!(decide(&unfound, &conclude, "vì", BY_HEAD, at(4)), Err(Refused::NothingFound));
}

#[test]
fn another_verifier_finds_anew_and_takes_no_day_from_the_accused() {
    let mut case = verifying();
    take(&mut case, Command::Find, BY_VERIFIER, 3).unwrap();
    take(&mut case, assign(HEAD), BY_HEAD, 3).unwrap();
    assert!(!case.found);
    take(&mut case, Command::Begin { explain_until: at(4) }, BY_HEAD, 3).unwrap();
    assert_eq!(case.explain_until, Some(at(5)));
}

#[test]
fn who_verifies_is_neither_the_accused_nor_below_him() {
    let mut case = opened(ACCUSED, at(2), None);
    take(&mut case, Command::Screen { due_at: at(23) }, BY_HEAD, 2).unwrap();
    assert_eq!(decide(&case, &assign(ACCUSED), "", BY_HEAD, at(2)), Err(Refused::VerifierAccused));
    let under = Command::Assign { verifier: Verifier { staff: VERIFIER, is_under_accused: true } };
    assert_eq!(decide(&case, &under, "", BY_HEAD, at(2)), Err(Refused::VerifierUnder));
    let clerk = maker(VERIFIER, true, false);
    assert_eq!(decide(&case, &assign(VERIFIER), "", clerk, at(2)), Err(Refused::NotDecider));
    let stranger = maker(StaffId(9), false, false);
    assert_eq!(decide(&case, &Command::Seal, "x", stranger, at(2)), Err(Refused::NotYours));
}

#[test]
fn what_was_not_confirmed_has_no_measure_and_is_answered_all_the_same() {
    for conclusion in [Conclusion::Untrue, Conclusion::Unproven] {
        let mut case = concluded(conclusion);
        let correct = Command::Correct {
            measure: Measure::Reminder,
            due_on: date(2026, 3, 9),
            checker: HEAD,
        };
        assert_eq!(decide(&case, &correct, "x", BY_HEAD, at(4)), Err(Refused::NothingToCorrect));
        take(&mut case, Command::Reply, BY_HEAD, 4).unwrap();
        take(&mut case, Command::Close, BY_HEAD, 4).unwrap();
    }
    let mut case = opened(ACCUSED, at(2), None);
    take(&mut case, Command::TurnDown, BY_HEAD, 2).unwrap();
    take(&mut case, Command::Reply, BY_HEAD, 2).unwrap();
}

#[test]
fn the_accused_checks_nothing_and_no_day_lies_in_the_past() {
    let case = concluded(Conclusion::True);
    let correct = |due_on, checker| Command::Correct { measure: Measure::Lessons, due_on, checker };
    let himself = decide(&case, &correct(date(2026, 3, 9), ACCUSED), "x", BY_HEAD, at(4));
    assert_eq!(himself, Err(Refused::ChecksHimself));
    let past = decide(&case, &correct(date(2026, 3, 3), HEAD), "x", BY_HEAD, at(4));
    assert_eq!(past, Err(Refused::PastDay));
}

#[test]
fn the_limits_that_ship_read_and_hold() {
    let file: LimitFile = toml::from_str(include_str!("../../../../law/conduct.toml")).unwrap();
    let all = limits(file);
    let now = all.on(date(2026, 3, 2)).unwrap();
    assert_eq!((now.screening_days, now.conclusion_days), (2, 15));
    assert!(now.explanation_days > 0 && now.explanation_days < now.conclusion_days);
}

fn command() -> impl Strategy<Value = Command> {
    let staff = (1_i64..4).prop_map(StaffId);
    prop_oneof![
        Just(Command::Screen { due_at: at(23) }),
        Just(Command::TurnDown),
        Just(Command::Seal),
        (staff.clone(), any::<bool>()).prop_map(|(staff, is_under_accused)| Command::Assign {
            verifier: Verifier { staff, is_under_accused }
        }),
        (1_i8..28).prop_map(|day| Command::Begin { explain_until: at(day) }),
        Just(Command::Explain),
        Just(Command::Find),
        proptest::sample::select(Conclusion::ALL)
            .prop_map(|conclusion| Command::Conclude { conclusion, due_at: at(20) }),
        (proptest::sample::select(Measure::ALL), staff).prop_map(|(measure, checker)| {
            Command::Correct { measure, due_on: date(2026, 3, 27), checker }
        }),
        (0_usize..3).prop_map(|at| Command::Check { at }),
        Just(Command::Reply),
        Just(Command::Close),
    ]
}

proptest! {
    /// Whoever does what in whatever order: the rules that stand above the steps hold.
    #[test]
    fn whatever_is_tried_nobody_judges_himself_and_nobody_is_judged_unheard(
        tried in proptest::collection::vec((command(), 1_i64..4, any::<bool>(), any::<bool>(), 1_i8..28), 0..60),
    ) {
        let mut case = opened(ACCUSED, at(1), None);
        let mut last = 1;
        for (command, staff, handles, decides, day) in tried {
            let day = day.max(last);
            let by = maker(StaffId(staff), handles || decides, decides);
            let Ok(status) = decide(&case, &command, "vì", by, at(day)) else { continue };
            last = day;
            if !matches!(command, Command::Explain) {
                prop_assert_ne!(by.staff, Some(ACCUSED));
            }
            if matches!(command, Command::Conclude { .. }) {
                let until = case.explain_until.expect("he was told");
                prop_assert!(case.explained || at(day) > until);
                prop_assert!(case.found);
            }
            prop_assert!(case.status.is_open(), "nothing happens after the end");
            case.apply(&command, status, at(day));
            prop_assert_ne!(case.verifier, Some(ACCUSED));
            let confirmed = case.conclusion.is_some_and(Conclusion::is_confirmed);
            prop_assert!(case.corrections.is_empty() || confirmed);
            if status == Status::Closed {
                prop_assert!(!case.is_correcting());
                prop_assert!(!confirmed || !case.corrections.is_empty());
            }
        }
    }
}
