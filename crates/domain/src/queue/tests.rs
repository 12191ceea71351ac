//! The order of the queue: who comes first, and that nobody waits for ever.

use proptest::prelude::*;

use super::*;

const RULE: QueueRule = QueueRule {
    priority_minutes: 30,
    booking_minutes: 20,
    slot_minutes: 30,
    grace_minutes: 15,
    calls_least: 2,
};

fn at(minutes: i64) -> Instant {
    Instant::from_epoch_ms(minutes * MINUTE_MS)
}

fn plain(id: i64, since: i64) -> Waiting {
    Waiting { id, since: at(since), priority: false, slot_at: None }
}

#[test]
fn whoever_came_first_is_called_first() {
    let waiting = [plain(2, 5), plain(1, 3), plain(3, 9)];
    assert_eq!(RULE.next(&waiting, at(10)), Some(1));
    assert_eq!(RULE.next(&[], at(10)), None);
}

#[test]
fn a_priority_goes_before_those_of_the_last_half_hour_and_no_further() {
    let urgent = Waiting { priority: true, ..plain(9, 60) };
    assert_eq!(RULE.next(&[plain(1, 31), urgent], at(61)), Some(9));
    assert_eq!(RULE.next(&[plain(1, 29), urgent], at(61)), Some(1), "he has waited longer");
}

#[test]
fn a_booking_counts_from_its_slot_on_and_only_if_it_is_claimed_in_time() {
    let booked = Waiting { slot_at: Some(at(60)), ..plain(9, 50) };
    let others = [plain(1, 39), plain(2, 45), booked];
    assert_eq!(
        RULE.in_order(&others, at(59)).iter().map(|it| it.id).collect::<Vec<_>>(),
        [1, 2, 9]
    );
    assert_eq!(
        RULE.in_order(&others, at(60)).iter().map(|it| it.id).collect::<Vec<_>>(),
        [1, 9, 2]
    );
    let late = Waiting { slot_at: Some(at(60)), ..plain(9, 106) };
    assert_eq!(RULE.next(&[plain(1, 104), late], at(110)), Some(1));
    assert!(RULE.in_time(at(60), at(105)) && !RULE.in_time(at(60), at(106)));
}

#[test]
fn the_life_of_a_ticket_is_this_table() {
    use TicketStatus::{Called, Done, Missed, Serving, Waiting};
    let mut table = String::new();
    for status in TicketStatus::ALL {
        for step in TicketStep::ALL {
            if let Ok(next) = after(status, step, 2, &RULE) {
                table.push_str(&format!("{} {} {}\n", status.code(), step.slug(), next.code()));
            }
        }
    }
    assert_eq!(
        table,
        "waiting goi called\ncalled goi-lai called\ncalled bat-dau serving\ncalled vang missed\n\
         called tra-lai waiting\ncalled chuyen waiting\nserving xong done\nserving tra-lai waiting\n\
         serving chuyen waiting\nmissed tra-lai waiting\n"
    );
    assert_eq!(
        after(Called, TicketStep::Miss, 1, &RULE),
        Err(QueueRefused::CalledTooLittle { called: 1, least: 2 })
    );
    assert_eq!(after(Done, TicketStep::Call, 1, &RULE), Err(QueueRefused::NotNow(Done)));
    assert!(after(Missed, TicketStep::Start, 1, &RULE).is_err());
    assert!(after(Waiting, TicketStep::Start, 0, &RULE).is_err());
    assert!(after(Serving, TicketStep::Call, 1, &RULE).is_err());
}

#[test]
fn a_number_is_said_digit_by_digit() {
    assert_eq!(label("A", 12), "A012");
    assert_eq!(label("B", 1204), "B1204");
    assert_eq!(spoken("A012", 3), "Mời số A không một hai đến quầy số 3");
}

#[test]
fn the_expected_wait_is_rounded_up() {
    assert_eq!(expected_minutes(0, 3, 8), 0);
    assert_eq!(expected_minutes(4, 3, 8), 11);
    assert_eq!(expected_minutes(4, 0, 8), 32, "no desk is open yet: as if one were");
}

#[test]
fn the_spread_of_ten_times() {
    let ten: Vec<i64> = (1..=10).rev().map(|it| it * 60).collect();
    let found = spread(ten).unwrap();
    assert_eq!(found, Spread { count: 10, mean: 330, ninety: 540, longest: 600 });
    assert_eq!(spread(vec![7]), Some(Spread { count: 1, mean: 7, ninety: 7, longest: 7 }));
    assert_eq!(spread(Vec::new()), None);
}

#[test]
fn the_groups_of_the_law_read_and_have_an_age() {
    let file: PriorityFile =
        toml::from_str(include_str!("../../../../law/queue/priority.toml")).unwrap();
    let sets = priorities(file);
    let set = sets.on(jiff::civil::date(2026, 2, 10)).unwrap();
    assert_eq!(set.group.len(), 5);
    assert!(set.elder_age >= set.elder_age_least);
    assert!(set.group.iter().all(|it| !it.source.is_empty()));
}

fn tickets() -> impl Strategy<Value = Vec<Waiting>> {
    let one = (0_i64..600, any::<bool>(), proptest::option::of(0_i64..40));
    proptest::collection::vec(one, 1..60).prop_map(|all| {
        all.into_iter()
            .zip(1..)
            .map(|((since, priority, slot), id)| Waiting {
                id,
                since: at(since),
                priority,
                slot_at: slot.map(|it| at(it * 15)),
            })
            .collect()
    })
}

proptest! {
    /// Nobody starves: who comes later by more than the most that anybody gets ahead is after him.
    #[test]
    fn nobody_who_comes_much_later_goes_before(waiting in tickets(), now in 600_i64..700) {
        let order = RULE.in_order(&waiting, at(now));
        for (place, early) in order.iter().enumerate() {
            for before in order.iter().take(place) {
                let ahead = (before.since.epoch_ms() - early.since.epoch_ms()) / MINUTE_MS;
                prop_assert!(ahead <= RULE.ahead_most(), "{before:?} before {early:?}");
            }
        }
    }

    /// The order does not depend on how the tickets were found, and loses none.
    #[test]
    fn the_order_is_one_and_whole(waiting in tickets(), now in 0_i64..700, seed in any::<u64>()) {
        let mut mixed = waiting.clone();
        let by = |it: &Waiting| it.id.unsigned_abs().wrapping_mul(seed | 1).rotate_left(17);
        mixed.sort_by_key(by);
        let order = RULE.in_order(&waiting, at(now));
        prop_assert_eq!(&order, &RULE.in_order(&mixed, at(now)));
        prop_assert_eq!(order.first().map(|it| it.id), RULE.next(&mixed, at(now)));
        prop_assert_eq!(order.len(), waiting.len());
    }

    /// Of two with the same claims the one who came first goes first.
    #[test]
    fn among_equals_the_first_is_first(waiting in tickets(), now in 0_i64..700) {
        let order = RULE.in_order(&waiting, at(now));
        for pair in order.windows(2) {
            if pair[0].priority == pair[1].priority && pair[0].slot_at == pair[1].slot_at {
                prop_assert!(pair[0].since <= pair[1].since);
            }
        }
    }

    /// With a steady stream of priorities, whoever waits is called after a bounded time.
    #[test]
    fn a_stream_of_priorities_passes_nobody_for_ever(gap in 1_i64..5) {
        let mut waiting = vec![plain(0, 0)];
        let mut called = None;
        for turn in 1..200 {
            let now = turn * gap;
            waiting.push(Waiting { priority: true, ..plain(turn, now) });
            let next = RULE.next(&waiting, at(now)).unwrap();
            if next == 0 { called = Some(now); break; }
            waiting.retain(|it| it.id != next);
        }
        prop_assert!(called.is_some_and(|it| it <= RULE.ahead_most() + gap), "{called:?}");
    }
}

#[test]
fn slots_lie_within_the_hours_of_the_office() {
    let span = |from: (i8, i8), until: (i8, i8)| crate::hours::Span {
        from: jiff::civil::time(from.0, from.1, 0, 0),
        until: jiff::civil::time(until.0, until.1, 0, 0),
    };
    let found = slots(&[span((7, 30), (9, 0)), span((13, 30), (14, 40))], 30);
    let shown: Vec<String> = found.iter().map(|it| it.strftime("%H:%M").to_string()).collect();
    assert_eq!(shown, ["07:30", "08:00", "08:30", "13:30", "14:00"]);
    assert!(slots(&[], 30).is_empty());
}
