//! The workflows that ship, and the default.

use super::*;
use crate::dossier::Outcome;

fn shipped() -> Vec<Workflow> {
    serde_json::from_str(include_str!("../../../../data/workflows.json")).unwrap()
}

#[test]
fn every_workflow_that_ships_begins_at_the_counter_and_has_steps() {
    let all = shipped();
    assert_eq!(all.len(), 31);
    for it in &all {
        assert_eq!(it.check(None), Ok(()), "{}", it.name);
        for step in &it.steps[1..] {
            let again = part_of(&step.actor, false, false);
            let part = step.part;
            let leads = matches!(part, Part::Dispatcher | Part::Reviewer | Part::Signer);
            assert!(part == again || leads, "{}: {part:?}, {again:?}", step.actor);
        }
    }
    // Nghệ An QĐ 3857/QĐ-UBND 26/11/2025: 168 hours are 21 days.
    let real = all.iter().find(|it| it.code == "1.012994").unwrap();
    assert_eq!(real.minutes(), 168 * 60);
    assert_eq!(real.check(Some(21)), Ok(()));
    assert!(matches!(real.check(Some(20)), Err(WorkflowError::TooLong { .. })));
}

#[test]
fn what_is_out_of_bounds_is_grave() {
    let grave = |change: fn(&mut Workflow)| {
        let mut it = default_for("QT.1", "Thử", 10);
        change(&mut it);
        assert!(it.minutes() != 0 || it.steps.is_empty());
        it.findings(None).iter().any(|it| it.is_grave)
    };
    assert!(!grave(|_| ()));
    assert!(!grave(|it| it.steps[2].minutes = MINUTES_MAX));
    assert!(grave(|it| it.steps[2].minutes = MINUTES_MAX + 1));
    assert!(grave(|it| it.steps.iter_mut().for_each(|it| it.minutes = i64::MAX)));
    assert!(grave(|it| it.steps[2].minutes = -1));
    assert!(grave(|it| it.steps[2].moves_after = Some(MINUTES_MAX + 1)));
    assert!(grave(|it| it.name = "a".repeat(NAME_CHARS_MAX + 1)));
    assert!(grave(|it| it.name = "a\u{7}b".to_owned()));
    assert!(grave(|it| it.steps[2].actor = "a\u{202e}b".to_owned()));
    assert!(!grave(|it| it.steps[2].task = "một\nhai".to_owned()));
    assert!(grave(|it| it.steps.clear()));
    assert!(grave(|it| it.steps = vec![it.steps[0].clone(); STEPS_MAX + 1]));
}

#[test]
fn the_default_adds_up_to_the_limit_and_knows_whose_turn_it_is() {
    for days in [1, 3, 5, 10, 30] {
        let it = default_for("default-commune", "mặc định", days);
        assert_eq!(it.minutes(), i64::from(days) * MINUTES_PER_DAY);
        assert_eq!(it.check(Some(days)), Ok(()));
        assert_eq!(it.next_of(1, Part::Officer), Some(2));
        assert_eq!(it.next_of(1, Part::Counter), Some(5));
    }
}

#[test]
fn steps_of_a_longer_workflow_shrink_to_the_limit() {
    let it = default_for("x", "x", 10);
    let half: i64 = (0..it.steps.len()).map(|at| it.step_minutes(at, it.minutes() / 2)).sum();
    assert!(half <= it.minutes() / 2);
    assert_eq!(it.step_minutes(2, it.minutes() * 2), it.steps[2].minutes);
}

#[test]
fn an_old_workflow_is_written_as_it_was_read() {
    let text = include_str!("../../../../data/workflows.json");
    let before: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(shipped()).unwrap(), serde_json::Value::Array(before));
    for it in shipped() {
        let blocked = (0..it.steps.len()).find(|at| it.leave(*at, &Present::default()).is_err());
        assert_eq!(blocked, None, "{}", it.name);
    }
}

#[test]
fn a_step_is_left_with_all_that_it_demands_and_the_refusal_names_the_rest() {
    let mut it = default_for("x", "x", 10);
    let step = &mut it.steps[2];
    step.guards = vec![
        Guard::FeePaid,
        Guard::Paper { name: "Giấy chứng sinh".into() },
        Guard::File { of: FileKind::Scan },
        Guard::ConsultationsBack,
    ];
    step.documents = vec!["Biên bản xác minh".into()];
    step.questions = vec![Question { kind: "division".into(), name: String::new(), minutes: 60 }];
    let refused = it.leave(2, &Present::default()).unwrap_err();
    assert_eq!(refused.number, 3);
    assert_eq!(
        refused.blocks,
        [
            Block::Unpaid,
            Block::NoPaper("Giấy chứng sinh".into()),
            Block::NoFile(FileKind::Scan),
            Block::NotAsked,
            Block::NoDocument("Biên bản xác minh".into()),
        ]
    );
    let text = refused.to_string();
    assert!(text.contains("chưa nộp đủ phí") && text.contains("“Biên bản xác minh”"), "{text}");
    let whole = Present {
        is_paid: true,
        papers: vec!["GIẤY CHỨNG SINH (bản chính)".into()],
        documents: vec!["biên bản  xác minh".into()],
        files: vec![FileKind::Scan],
        asked: 2,
        awaited: 0,
    };
    assert_eq!(it.leave(2, &whole), Ok(()));
    let waits = Present { awaited: 1, ..whole };
    assert_eq!(it.leave(2, &waits).unwrap_err().blocks, [Block::Awaited(1)]);
    assert_eq!(it.leave(0, &Present::default()), Ok(()), "other steps demand nothing");
}

#[test]
fn a_refusal_waits_for_nothing_that_a_step_demands() {
    let mut it = default_for("x", "x", 10);
    it.steps[2].guards = vec![Guard::FeePaid, Guard::ConsultationsBack];
    it.steps[3].documents = vec!["Tờ trình".into()];
    let demanding = |steps, outcome| it.demanding(steps, outcome).collect::<Vec<_>>();
    for granted in [None, Some(Outcome::Granted)] {
        assert_eq!(demanding(0..6, granted), [2, 3]);
        assert_eq!(demanding(2..3, granted), [2]);
    }
    assert_eq!(demanding(0..6, Some(Outcome::Refused)), [] as [usize; 0]);
    assert_eq!(demanding(0..99, None), [2, 3], "what is no step demands nothing");
}

#[test]
fn what_is_wrong_is_said_beside_its_step() {
    let mut it = default_for("x", "x", 10);
    let clean = it.findings(Some(10 * MINUTES_PER_DAY));
    assert_eq!(clean, [], "the default is sound");
    it.steps.swap(0, 2);
    it.steps[1].minutes = -1;
    it.steps[3].moves_after = Some(60);
    it.steps[0].series = Some(Series { name: "Sổ".into(), pattern: "QĐ".into() });
    it.steps[5].task.clear();
    let found = it.findings(Some(60));
    let at = |step: Option<usize>, words: &str| {
        found.iter().any(|it| it.step == step && it.is_grave && it.text.contains(words))
    };
    assert!(at(None, "dài hơn thời hạn"), "{found:?}");
    assert!(at(Some(0), "Bước đầu"));
    assert!(at(Some(0), "văn thư") && at(Some(0), "{so}"));
    assert!(at(Some(1), "âm"));
    assert!(at(Some(3), "không tự chuyển"));
    assert!(at(Some(5), "nội dung công việc"));
    assert!(Workflow { steps: Vec::new(), ..it }.findings(None).iter().any(|it| it.is_grave));
}

#[test]
fn a_review_is_found_only_between_the_officer_and_the_signer() {
    let real = shipped().into_iter().find(|it| it.code == "1.012994").unwrap();
    assert_eq!(real.review_after(2), Some(3));
    assert_eq!(real.review_after(3), None);
    assert_eq!(default_for("x", "x", 5).review_after(2), None);
    assert_eq!(real.last_of(4, Part::Officer), Some(2));
}

#[test]
fn numbers_are_written_by_their_pattern() {
    let series = Series { name: "QĐ".into(), pattern: "{so}/{nam}/QĐ-UBND".into() };
    assert_eq!(series.written(2026, 12), "12/2026/QĐ-UBND");
}

#[test]
fn a_trial_walks_the_real_calendar_and_says_what_would_keep_it() {
    use jiff::civil::date;
    let calendar = crate::calendar::WorkCalendar::new(
        Vec::new(),
        date(2026, 12, 31),
        crate::hours::tests::nghe_an(),
    );
    let mut it = default_for("x", "x", 5);
    it.steps[2].guards = vec![Guard::FeePaid];
    it.steps[2].questions =
        vec![Question { kind: "division".into(), name: String::new(), minutes: 480 }];
    it.steps[3].moves_after = Some(60);
    // Friday afternoon: the weekend is nobody's time.
    let start = date(2026, 1, 9).at(15, 0, 0, 0);
    let trial = it.walk(&calendar, start, 5 * MINUTES_PER_DAY, &Present::default());
    assert_eq!(trial.stops.len(), 6);
    assert_eq!(trial.stops[0].from, start);
    assert_eq!(trial.stops[0].blocks, []);
    assert_eq!(trial.stops[2].blocks, [Block::Unpaid]);
    assert_eq!(trial.stops[3].moves_at, None, "nobody signs by a timer");
    let sum: i64 = trial.stops.iter().map(|it| it.minutes).sum();
    assert_eq!(sum, 5 * MINUTES_PER_DAY);
    assert_eq!(trial.done_at, calendar.after_minutes(start, sum));
    for pair in trial.stops.windows(2) {
        assert_eq!(pair[0].due_at, Some(pair[1].from));
        assert!(calendar.works_on(pair[1].from.date()));
    }
    assert_eq!(trial.stops[2].answers_by, [calendar.after_minutes(trial.stops[2].from, 480)]);
}

#[test]
fn a_code_of_a_workflow_is_made_like_one() {
    let mut all: Vec<String> = shipped().into_iter().map(|it| it.code).collect();
    all.extend(["QT.032".to_owned(), "on-the-spot".to_owned(), "KS_1".to_owned()]);
    for code in &all {
        assert_eq!(WorkflowCode::parse(code).unwrap().as_str(), code);
    }
    for wrong in ["", "-5", "5", ".QT", "QT.", "QT..1", "QT 1", "QT/1", "Quy trình", "../x"] {
        assert_eq!(WorkflowCode::parse(wrong), Err(WorkflowCodeError::Shape), "{wrong}");
    }
    for taken in ["moi", "Nhap", "xuat"] {
        assert_eq!(WorkflowCode::parse(taken), Err(WorkflowCodeError::Reserved), "{taken}");
    }
}
