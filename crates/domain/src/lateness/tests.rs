//! When a dossier rings, by the calendar that ships.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{
    calendar::tests::shipped,
    dossier::{Hop, Suspension},
};

/// Received on Monday 2 March 2026 at 08:00, due in ten working days: Monday 16 March.
fn ten_days() -> Dossier {
    Dossier {
        status: Status::Processing,
        received_at: Some(date(2026, 3, 2).at(8, 0, 0, 0)),
        due_at: Some(date(2026, 3, 16).at(17, 0, 0, 0)),
        due_original_at: Some(date(2026, 3, 16).at(17, 0, 0, 0)),
        ..Dossier::default()
    }
}

fn rings(dossier: &Dossier, now: DateTime) -> Vec<AlarmKind> {
    let it = Watched { dossier, restarts: true, last_event_at: now, apology_owed: false };
    let found = alarms(&shipped(), &it, &Thresholds::default(), now);
    found.into_iter().map(|it| it.kind).collect()
}

#[test]
fn the_holder_hears_first_then_the_head_then_everybody() {
    let it = ten_days();
    assert_eq!(rings(&it, date(2026, 3, 9).at(9, 0, 0, 0)), []);
    assert_eq!(rings(&it, date(2026, 3, 12).at(9, 0, 0, 0)), [AlarmKind::HolderWarned]);
    // A weekend uses up nothing.
    assert_eq!(rings(&it, date(2026, 3, 14).at(9, 0, 0, 0)), [AlarmKind::HeadWarned]);
    assert_eq!(rings(&it, date(2026, 3, 16).at(16, 59, 0, 0)), [AlarmKind::HeadWarned]);
    assert_eq!(rings(&it, date(2026, 3, 16).at(17, 1, 0, 0)), [AlarmKind::Late]);
    // A working day after it nobody has apologised: that is for those above.
    let untold = rings(&it, date(2026, 3, 18).at(8, 0, 0, 0));
    assert_eq!(untold, [AlarmKind::Late, AlarmKind::ApologyMissed]);
    let again = Dossier { extensions: 1, ..it };
    let late = rings(&again, date(2026, 3, 17).at(8, 0, 0, 0));
    assert_eq!(late, [AlarmKind::Late, AlarmKind::LateAgain]);
    assert_eq!(AlarmKind::LateAgain.ear(), Ear::Above);
}

#[test]
fn nobody_is_warned_while_the_citizen_is_waited_for_until_his_time_is_over() {
    let mut it = ten_days();
    it.status = Status::AwaitSupplement;
    it.suspensions.push(Suspension {
        kind: SuspensionKind::Supplement,
        from: date(2026, 3, 4).at(8, 0, 0, 0),
        until: None,
    });
    it.supplement_until = Some(date(2026, 3, 20).at(17, 0, 0, 0));
    assert_eq!(rings(&it, date(2026, 3, 19).at(9, 0, 0, 0)), []);
    assert_eq!(rings(&it, date(2026, 3, 23).at(9, 0, 0, 0)), [AlarmKind::SupplementOver]);
}

#[test]
fn a_limit_that_began_anew_is_measured_from_its_new_beginning() {
    let mut it = ten_days();
    it.suspensions.push(Suspension {
        kind: SuspensionKind::Supplement,
        from: date(2026, 3, 4).at(8, 0, 0, 0),
        until: Some(date(2026, 3, 16).at(8, 0, 0, 0)),
    });
    it.due_at = Some(date(2026, 3, 30).at(17, 0, 0, 0));
    let now = date(2026, 3, 18).at(8, 0, 0, 0);
    assert_eq!(used_percent(&shipped(), &it, true, now), Some(18));
    // Where it goes on, the wait is left out: two days of twelve before, two after.
    let used = used_percent(&shipped(), &it, false, now);
    assert_eq!(used, Some(30));
}

#[test]
fn a_step_beyond_its_hours_and_a_dossier_that_nobody_touches_ring() {
    let mut it = ten_days();
    it.hop = Some(Hop {
        step: 1,
        holder: None,
        due_at: Some(date(2026, 3, 3).at(11, 0, 0, 0)),
        moves_at: None,
    });
    assert_eq!(rings(&it, date(2026, 3, 3).at(14, 0, 0, 0)), [AlarmKind::StepLate]);
    it.hop = None;
    let watched = Watched {
        dossier: &it,
        restarts: true,
        last_event_at: date(2026, 3, 2).at(8, 0, 0, 0),
        apology_owed: false,
    };
    let kinds = |now| {
        let found = alarms(&shipped(), &watched, &Thresholds::default(), now);
        found.into_iter().map(|it| it.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(date(2026, 3, 3).at(16, 0, 0, 0)), []);
    assert_eq!(kinds(date(2026, 3, 4).at(8, 0, 0, 0)), [AlarmKind::Still]);
    assert_eq!(kinds(date(2026, 3, 9).at(8, 0, 0, 0)), [AlarmKind::StillLong]);
}

/// NĐ 61/2018 Đ.19 k.9: no later than one day before the due day, once.
#[test]
fn the_apology_is_drafted_on_its_day_if_the_steps_need_longer() {
    let (it, calendar) = (ten_days(), shipped());
    let due = |minutes, now| apology_is_due(&calendar, &it, minutes, (1, true, 67), now);
    let friday = date(2026, 3, 13).at(8, 0, 0, 0);
    assert!(due(3 * 480, friday), "three days' work and two days left");
    assert!(!due(480, friday), "a day's work fits");
    assert!(!due(3 * 480, date(2026, 3, 11).at(8, 0, 0, 0)), "too early to tell");
    assert!(due(0, date(2026, 3, 16).at(17, 1, 0, 0)), "late already");
    let again = Dossier { extensions: 1, ..ten_days() };
    assert!(!apology_is_due(&calendar, &again, 5 * 480, (1, true, 67), friday), "once only");
    // A day's limit: in the morning nobody apologises for the afternoon.
    let short = Dossier {
        received_at: Some(date(2026, 3, 5).at(15, 30, 0, 0)),
        due_at: Some(date(2026, 3, 6).at(17, 0, 0, 0)),
        ..ten_days()
    };
    let morning = date(2026, 3, 6).at(8, 0, 0, 0);
    assert!(!apology_is_due(&calendar, &short, 600, (1, true, 67), morning));
    let new = new_appointment(&calendar, it.due_at.unwrap(), 3 * 480, friday).unwrap();
    assert_eq!(new, date(2026, 3, 18).at(17, 0, 0, 0));
    let next = new_appointment(&calendar, it.due_at.unwrap(), 10, friday).unwrap();
    assert_eq!(next, date(2026, 3, 17).at(17, 0, 0, 0), "after the old appointment");
}

#[test]
fn the_cause_is_where_the_dossier_stands() {
    let mut it = ten_days();
    it.status = Status::Consulting;
    let asked = ["Phòng Tài nguyên và Môi trường".to_owned()];
    assert_eq!(cause_in_words(&it, &asked), "Chờ ý kiến của Phòng Tài nguyên và Môi trường");
    it.status = Status::ToSign;
    assert_eq!(cause_in_words(&it, &[]), "Kết quả đang chờ ký");
}

#[test]
fn thresholds_the_wrong_way_round_are_refused() {
    assert_eq!(Thresholds::default().check(), Ok(()));
    let wrong = Thresholds { holder_percent: 90, ..Thresholds::default() };
    assert_eq!(wrong.check(), Err(ThresholdsError::PercentOrder));
    let wrong = Thresholds { still_hours: 40, ..Thresholds::default() };
    assert_eq!(wrong.check(), Err(ThresholdsError::HoursOrder));
}

proptest! {
    /// As time passes an open dossier rings louder, never softer.
    #[test]
    fn time_makes_it_louder(first in 0..40_000i64, more in 0..40_000i64) {
        let it = ten_days();
        let at = |minutes: i64| {
            let span = jiff::Span::new().minutes(minutes);
            date(2026, 3, 2).at(8, 0, 0, 0).checked_add(span).unwrap()
        };
        let loud = |now| {
            let found = rings(&it, now);
            found.into_iter().map(AlarmKind::ear).max().map_or(0, |it| it as u8 + 1)
        };
        prop_assert!(loud(at(first)) <= loud(at(first + more)));
    }
}
