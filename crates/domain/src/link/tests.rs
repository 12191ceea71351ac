//! Links: which way they go, and by when papers are confirmed.

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;
use crate::{calendar::WorkCalendar, hours::OfficeHours};

fn calendar() -> WorkCalendar {
    WorkCalendar::new(Vec::new(), date(2030, 12, 31), OfficeHours::new(Vec::new()))
}

const CUTOFF: Time = time(15, 0, 0, 0);

#[test]
fn papers_are_confirmed_on_the_day_or_at_the_start_of_the_next() {
    let due = |at| hand_over_due(&calendar(), at, CUTOFF);
    let monday = date(2026, 10, 26);
    assert_eq!(due(monday.at(9, 0, 0, 0)), Some(monday.at(17, 0, 0, 0)));
    // “After 15:00” is strict.
    assert_eq!(due(monday.at(15, 0, 0, 0)), Some(monday.at(17, 0, 0, 0)));
    assert_eq!(due(monday.at(15, 1, 0, 0)), Some(date(2026, 10, 27).at(9, 0, 0, 0)));
    let friday = date(2026, 10, 30);
    assert_eq!(due(friday.at(15, 30, 0, 0)), Some(date(2026, 11, 2).at(9, 0, 0, 0)));
    // Given on a Saturday desk.
    assert_eq!(due(date(2026, 10, 31).at(9, 0, 0, 0)), Some(date(2026, 11, 2).at(9, 0, 0, 0)));
}

#[test]
fn the_straight_way_ends_with_the_result_in_hand() {
    let way = [
        LinkAct::Give,
        LinkAct::Accept,
        LinkAct::Finish,
        LinkAct::SendBack,
        LinkAct::RefuseResult,
        LinkAct::SendBack,
        LinkAct::Receive,
    ];
    let mut state = LinkState::Planned;
    for act in way {
        assert!(state.is_open());
        state = state.after(act).unwrap();
    }
    assert_eq!(state, LinkState::Done);
}

#[test]
fn what_lies_at_the_counter_is_not_accepted() {
    assert_ne!(LinkState::Queued.after(LinkAct::Arrive).unwrap(), LinkState::Accepted);
    assert!(LinkState::AtCounter.after(LinkAct::Finish).is_err());
    assert!(LinkState::Finished.after(LinkAct::Receive).is_err(), "it is not back yet");
}

#[test]
fn a_sequence_waits_and_parallels_do_not() {
    use Arrangement::{Parallel, Sequence};
    let open = [(Sequence, LinkState::Accepted)];
    assert!(has_turn(Parallel, &open));
    assert!(!has_turn(Sequence, &open));
    assert!(has_turn(Sequence, &[(Sequence, LinkState::Done), (Parallel, LinkState::AtCounter)]));
}

proptest! {
    /// Whatever happens, what is over stays over and an unheard-of step changes nothing.
    #[test]
    fn what_is_over_stays_over(acts in prop::collection::vec(0..LinkAct::ALL.len(), 0..40)) {
        let mut state = LinkState::Planned;
        for at in acts {
            let before = state;
            if let Ok(after) = state.after(LinkAct::ALL[at]) {
                prop_assert!(before.is_open());
                state = after;
            }
            if state == LinkState::Done {
                prop_assert!(before == LinkState::Done || before == LinkState::SentBack);
            }
        }
    }

    /// Confirmation is due in office time, after the giving and within one working day of it.
    #[test]
    fn confirmation_is_due_after_giving(day in 0_i64..1500, minute in 0_i64..1440) {
        use jiff::ToSpan as _;
        let calendar = calendar();
        let at = date(2024, 1, 1).at(0, 0, 0, 0)
            .checked_add(day.days()).unwrap().checked_add(minute.minutes()).unwrap();
        let due = hand_over_due(&calendar, at, CUTOFF).unwrap();
        prop_assert!(due > at);
        prop_assert!(calendar.works_on(due.date()));
        prop_assert!(calendar.working_days_between(at.date(), due.date()) <= 1);
    }
}
