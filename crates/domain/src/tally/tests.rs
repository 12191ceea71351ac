//! The example of the circular, and the identities over made-up dossiers.

use jiff::{ToSpan as _, civil::date};
use proptest::prelude::*;

use super::*;

fn month() -> Period {
    Period { from: date(2026, 3, 1), until: date(2026, 3, 31) }
}

fn dossier(received: (i8, i8), due: (i8, i8), finished: Option<(i8, i8)>) -> Counted {
    let at = |(month, day)| date(2026, month, day).at(10, 0, 0, 0);
    Counted {
        received_at: at(received),
        due_at: Some(date(2026, due.0, due.1).at(17, 0, 0, 0)),
        online: false,
        finished_at: finished.map(at),
        stopped_at: None,
        paused: false,
        precision: Precision::Day,
    }
}

/// one-stop.md 8.1: carried 5, online 20, direct 30; early 30, on time 10, late 2; pending 13.
#[test]
fn the_example_of_the_reference_adds_up() {
    let mut all = Vec::new();
    all.extend(vec![dossier((2, 20), (3, 3), Some((3, 2))); 5]);
    let online = |it: Counted| Counted { online: true, ..it };
    all.extend(vec![online(dossier((3, 2), (3, 10), Some((3, 5)))); 20]);
    all.extend(vec![dossier((3, 2), (3, 10), Some((3, 5))); 5]);
    all.extend(vec![dossier((3, 2), (3, 10), Some((3, 10))); 10]);
    all.extend(vec![dossier((3, 2), (3, 10), Some((3, 11))); 2]);
    all.extend(vec![dossier((3, 25), (4, 3), None); 11]);
    all.extend(vec![dossier((3, 20), (3, 27), Some((4, 1))); 2]);
    let mut tally = Tally::default();
    all.iter().filter_map(|it| place(it, &month())).for_each(|it| tally.count(it));
    assert_eq!((tally.all(), tally.resolved(), tally.pending()), (55, 42, 13));
    assert_eq!(tally.came(CameAs::Carried), 5);
    assert_eq!(tally.became(Became::PendingLate), 2);
}

#[test]
fn a_result_within_the_new_appointment_is_late_by_the_first_promise() {
    // The extension is no field at all: only the first appointment is counted against.
    let late = dossier((3, 2), (3, 10), Some((3, 12)));
    assert_eq!(place(&late, &month()), Some((CameAs::Direct, Became::Late)));
}

#[test]
fn what_waits_for_the_citizen_is_pending_in_time_and_what_was_stopped_is_told_apart() {
    let paused = Counted { paused: true, ..dossier((3, 2), (3, 10), None) };
    assert_eq!(place(&paused, &month()), Some((CameAs::Direct, Became::PendingInTime)));
    let stopped = Counted {
        stopped_at: Some(date(2026, 3, 9).at(9, 0, 0, 0)),
        ..dossier((3, 2), (3, 10), None)
    };
    assert_eq!(place(&stopped, &month()), Some((CameAs::Direct, Became::Stopped)));
    let april = Period { from: date(2026, 4, 1), until: date(2026, 4, 30) };
    assert_eq!(place(&stopped, &april), None, "it ended before");
}

fn any_dossier() -> impl Strategy<Value = Counted> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (0..400i32, 0..40i32, 0..120i32, 0..3u8, flags).prop_map(
        |(received, limit, took, end, (online, paused, by_moment))| {
            let at = |days: i32| {
                date(2026, 1, 1).at(9, 30, 0, 0).checked_add(days.days()).expect("a date")
            };
            Counted {
                received_at: at(received),
                due_at: (limit < 38).then(|| at(received + limit)),
                online,
                finished_at: (end == 1).then(|| at(received + took)),
                stopped_at: (end == 2).then(|| at(received + took)),
                paused: paused && end == 0,
                precision: if by_moment { Precision::Moment } else { Precision::Day },
            }
        },
    )
}

proptest! {
    /// Opening + received = resolved + stopped + pending, in every period; what is pending at the
    /// end of one is the opening of the next; nothing is received or resolved in two.
    #[test]
    fn nothing_is_lost_between_periods_and_nothing_counted_twice(
        all in proptest::collection::vec(any_dossier(), 0..60),
        cuts in proptest::collection::btree_set(1..500i32, 1..6),
    ) {
        let day = |n: i32| date(2026, 1, 1).checked_add(n.days()).expect("a date");
        let mut edges: Vec<i32> = vec![0];
        edges.extend(cuts);
        edges.push(600);
        let mut before: Option<Tally> = None;
        let (mut received, mut ended) = (0, 0);
        for pair in edges.windows(2) {
            let period = Period { from: day(pair[0]), until: day(pair[1] - 1) };
            let mut tally = Tally::default();
            all.iter().filter_map(|it| place(it, &period)).for_each(|it| tally.count(it));
            let became: i64 = Became::ALL.iter().map(|it| tally.became(*it)).sum();
            prop_assert_eq!(tally.all(), became);
            prop_assert_eq!(
                tally.all(),
                tally.resolved() + tally.became(Became::Stopped) + tally.pending()
            );
            if let Some(before) = before {
                prop_assert_eq!(tally.came(CameAs::Carried), before.pending());
            }
            received += tally.came(CameAs::Online) + tally.came(CameAs::Direct);
            ended += tally.resolved() + tally.became(Became::Stopped);
            before = Some(tally);
        }
        let whole = i64::try_from(all.len()).expect("a number");
        prop_assert_eq!(received, whole);
        prop_assert_eq!(ended + before.map_or(0, |it| it.pending()), whole);
    }

    /// Figures of parts add up to the figures of the whole.
    #[test]
    fn the_sum_of_units_is_the_body(all in proptest::collection::vec(any_dossier(), 0..40)) {
        let period = Period { from: date(2026, 3, 1), until: date(2026, 9, 30) };
        let tally = |some: &[Counted]| {
            let mut tally = Tally::default();
            some.iter().filter_map(|it| place(it, &period)).for_each(|it| tally.count(it));
            tally
        };
        let (left, right) = all.split_at(all.len() / 2);
        let mut sum = tally(left);
        sum.add(&tally(right));
        prop_assert_eq!(sum, tally(&all));
    }
}
