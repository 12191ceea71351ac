//! The one place that asks the machine for the time.

use domain::time::Instant;

/// Now, by the machine's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
pub fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let ms = since.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX));
    Instant::from_epoch_ms(ms)
}
