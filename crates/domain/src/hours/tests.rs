//! The hours of Nghệ An, and a Saturday desk.

use jiff::civil::{date, time};

use super::*;

#[derive(Deserialize)]
struct File {
    rule: Vec<HoursRule>,
}

/// The hours in `law/hours.toml`.
pub(crate) fn nghe_an() -> OfficeHours {
    let file: File = toml::from_str(include_str!("../../../../law/hours.toml")).unwrap();
    OfficeHours::new(file.rule)
}

#[test]
fn summer_and_winter_change_on_their_days_and_both_have_eight_hours() {
    let hours = nghe_an();
    for (day, opening) in [
        (date(2020, 4, 15), time(7, 30, 0, 0)),
        (date(2020, 4, 16), time(7, 0, 0, 0)),
        (date(2020, 10, 15), time(7, 0, 0, 0)),
        (date(2020, 10, 16), time(7, 30, 0, 0)),
        (date(2021, 1, 1), time(7, 30, 0, 0)),
    ] {
        assert_eq!(hours.opening(day), opening, "{day}");
        assert_eq!(hours.spans(day).iter().map(Span::minutes).sum::<i64>(), 480, "{day}");
        assert_eq!(hours.closing(day), time(17, 0, 0, 0));
    }
}

#[test]
fn minutes_do_not_count_over_lunch_nor_before_opening_nor_after_closing() {
    let hours = nghe_an();
    let day = date(2026, 2, 10);
    let between = |a, b| hours.minutes_between(day, a, b);
    assert_eq!(between(time(11, 0, 0, 0), time(14, 0, 0, 0)), 90);
    assert_eq!(between(time(6, 0, 0, 0), time(8, 0, 0, 0)), 30);
    assert_eq!(between(time(16, 30, 0, 0), time(22, 0, 0, 0)), 30);
    assert_eq!(hours.after(day, time(11, 0, 0, 0), 90).unwrap().to_string(), "2026-02-10T14:00:00");
    assert_eq!(hours.after(day, time(16, 0, 0, 0), 90), Err(30));
}

#[test]
fn a_saturday_desk_is_open_on_saturdays_only() {
    let morning = Span { from: time(7, 30, 0, 0), until: time(11, 30, 0, 0) };
    let mut rule = nghe_an().rules[0].clone();
    rule.duties = vec![Duty { weekday: 6, spans: vec![morning] }];
    let hours = OfficeHours::new(vec![rule]);
    assert_eq!(hours.duty(date(2026, 2, 14)), [morning]);
    assert!(hours.duty(date(2026, 2, 15)).is_empty());
}
