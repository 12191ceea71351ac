//! The workflows that ship, and the default.

use super::*;

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
