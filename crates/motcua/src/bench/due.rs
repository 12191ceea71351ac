//! Due dates in a second on one core.

use std::{hint::black_box, time::Duration};

use domain::deadline::{Term, TimeLimit, due_at, explain};
use jiff::civil::{DateTime, date};

use super::{
    figure::{Budget, Figure},
    machine,
};
use crate::Problem;

/// Due dates between two looks at the clock.
const BATCH: u32 = 2_000;

/// How often `work` is done in a second of this core's time.
fn rate(moments: &[DateTime], least: Duration, mut work: impl FnMut(DateTime)) -> f64 {
    let (begin, cpu) = (std::time::Instant::now(), machine::thread_cpu());
    let mut times = 0.0;
    let mut stream = moments.iter().cycle();
    while begin.elapsed() < least {
        for moment in stream.by_ref().take(BATCH as usize) {
            work(*moment);
        }
        times += f64::from(BATCH);
    }
    let on_core =
        machine::thread_cpu().zip(cpu).map(|(after, before)| after.saturating_sub(before));
    times / on_core.unwrap_or_else(|| begin.elapsed()).as_secs_f64()
}

/// Measures due dates.
///
/// # Errors
/// If the calendar that ships does not read.
pub fn measure(least: Duration) -> Result<Vec<Figure>, Problem> {
    let calendar = people::calendar::facts::shipped_calendar()?;
    // Two years of receipts, at all hours.
    let moments: Vec<DateTime> = (0..700_i64)
        .filter_map(|at| {
            let day = date(2025, 1, 2).checked_add(jiff::ToSpan::days(at)).ok()?;
            let hour = i8::try_from(7 + at % 11).ok()?;
            let minute = i8::try_from(at * 7 % 60).ok()?;
            Some(day.at(hour, minute, 0, 0))
        })
        .collect();
    let limit = TimeLimit::WorkingDays(10);
    let plain = rate(&moments, least, |it| {
        black_box(due_at(&calendar, black_box(it), limit).ok());
    });
    let explained = rate(&moments, least, |it| {
        black_box(explain(&calendar, &Term::new(limit, black_box(it))).ok());
    });
    Ok(vec![
        Figure::new("deadline.rate", "Ngày hẹn 10 ngày làm việc", Some(plain), "/giây một lõi")
            .budget(Budget::ValueAtLeast(5e6)),
        Figure::new(
            "deadline.explained.rate",
            "Ngày hẹn kèm giải thích từng ngày",
            Some(explained),
            "/giây một lõi",
        )
        .budget(Budget::ValueAtLeast(2e5)),
    ])
}
