//! Tries within a time, counted in memory: sign-in, tracking, anything that can be guessed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::time::Instant;

/// Keys remembered at most; beyond that the oldest windows are dropped.
const KEYS_MAX: usize = 50_000;

#[derive(Debug, Clone, Copy)]
struct Window {
    opened_ms: i64,
    length_ms: i64,
    tries: u32,
}

/// How wrong tries of one thing are slowed: so many are free, then each waits longer than the one
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slowing {
    /// Tries before the first wait.
    pub free: u32,
    /// The longest wait, in seconds. The first is a minute; each is twice the one before.
    pub longest_s: i64,
}

impl Slowing {
    /// Seconds to wait after this many wrong tries, if any.
    #[must_use]
    pub fn wait_s(self, tries: u32) -> Option<i64> {
        let over = tries.checked_sub(self.free)?;
        Some(FIRST_WAIT_S.checked_shl(over.min(20)).unwrap_or(i64::MAX).min(self.longest_s))
    }
}

/// Seconds of the first wait.
const FIRST_WAIT_S: i64 = 60;
/// Wrong tries are forgotten if none follows for so long.
const FORGOTTEN_MS: i64 = 24 * 3600 * 1000;

#[derive(Debug, Clone, Copy)]
struct Slowed {
    tries: u32,
    last_ms: i64,
    free_at_ms: i64,
}

/// Counts tries by key.
#[derive(Default)]
pub struct Limiter {
    windows: Mutex<HashMap<String, Window>>,
    slowed: Mutex<HashMap<String, Slowed>>,
}

impl Limiter {
    /// Counts a try under `key`: at most `tries_max` within `window_s` seconds.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub fn take(&self, key: &str, tries_max: u32, window_s: i64, now: Instant) -> Result<(), i64> {
        let now_ms = now.epoch_ms();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            windows.retain(|_, it| now_ms < it.opened_ms + it.length_ms);
            if windows.len() >= KEYS_MAX {
                let older = middle_of(windows.values().map(|it| it.opened_ms).collect());
                drop_half(&mut windows, older, |it| it.opened_ms);
            }
        }
        let fresh = Window { opened_ms: now_ms, length_ms: window_s * 1000, tries: 0 };
        let window = windows.entry(key.to_owned()).or_insert(fresh);
        if now_ms >= window.opened_ms + window.length_ms || now_ms < window.opened_ms {
            *window = fresh;
        }
        if window.tries >= tries_max {
            return Err((window.opened_ms + window.length_ms - now_ms + 999) / 1000);
        }
        window.tries += 1;
        Ok(())
    }

    /// Counts a try under `key` before it is known whether it is a wrong one, so that of many at once
    /// each counts; [`Limiter::forgive`] forgets them. Gives the seconds that follow if it is wrong.
    ///
    /// # Errors
    /// Seconds to wait: it is too early to try again.
    pub fn knock(&self, key: &str, slowing: Slowing, now: Instant) -> Result<Option<i64>, i64> {
        let now_ms = now.epoch_ms();
        let mut slowed = self.slowed.lock().unwrap_or_else(PoisonError::into_inner);
        if slowed.len() >= KEYS_MAX {
            slowed.retain(|_, it| now_ms < it.last_ms + FORGOTTEN_MS);
            if slowed.len() >= KEYS_MAX {
                let older = middle_of(slowed.values().map(|it| it.last_ms).collect());
                drop_half(&mut slowed, older, |it| it.last_ms);
            }
        }
        let fresh = Slowed { tries: 0, last_ms: now_ms, free_at_ms: now_ms };
        let it = slowed.entry(key.to_owned()).or_insert(fresh);
        if now_ms >= it.last_ms + FORGOTTEN_MS || now_ms < it.last_ms {
            *it = fresh;
        }
        if now_ms < it.free_at_ms {
            return Err((it.free_at_ms - now_ms + 999) / 1000);
        }
        it.tries = it.tries.saturating_add(1);
        it.last_ms = now_ms;
        let wait_s = slowing.wait_s(it.tries);
        it.free_at_ms = now_ms + wait_s.unwrap_or(0) * 1000;
        Ok(wait_s)
    }

    /// Forgets the wrong tries under `key`.
    pub fn forgive(&self, key: &str) {
        self.slowed.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Forgets the wrong tries under every key that begins with `prefix`.
    pub fn forgive_all(&self, prefix: &str) {
        let mut slowed = self.slowed.lock().unwrap_or_else(PoisonError::into_inner);
        slowed.retain(|key, _| !key.starts_with(prefix));
    }

    /// Takes the last try under `key` back: it was no wrong one.
    pub fn give_back(&self, key: &str) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = windows.get_mut(key) {
            window.tries = window.tries.saturating_sub(1);
        }
    }

    /// Forgets the tries under `key`: the right word was given.
    pub fn forget(&self, key: &str) {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// The middle of these moments.
fn middle_of(mut moments: Vec<i64>) -> i64 {
    let middle = moments.len() / 2;
    let (_, &mut at, _) = moments.select_nth_unstable(middle);
    at
}

/// Drops the older half: whoever fills the memory with new keys pushes out his own first ones.
fn drop_half<T>(all: &mut HashMap<String, T>, at: i64, moment: impl Fn(&T) -> i64) {
    let mut left = all.len() / 2;
    all.retain(|_, it| {
        let old = moment(it) <= at && left > 0;
        left -= usize::from(old);
        !old
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_try_waits_longer_than_the_one_before_and_a_right_one_forgives() {
        let limiter = Limiter::default();
        let slowing = Slowing { free: 3, longest_s: 300 };
        let at = |s: i64| Instant::from_epoch_ms(s * 1000);
        assert_eq!(limiter.knock("a\nx", slowing, at(0)), Ok(None));
        assert_eq!(limiter.knock("a\nx", slowing, at(0)), Ok(None));
        assert_eq!(limiter.knock("a\nx", slowing, at(0)), Ok(Some(60)));
        assert_eq!(limiter.knock("a\nx", slowing, at(10)), Err(50), "an early try does not count");
        assert_eq!(limiter.knock("a\ny", slowing, at(10)), Ok(None), "another address");
        assert_eq!(limiter.knock("a\nx", slowing, at(60)), Ok(Some(120)));
        assert_eq!(limiter.knock("a\nx", slowing, at(180)), Ok(Some(240)));
        assert_eq!(limiter.knock("a\nx", slowing, at(420)), Ok(Some(300)), "the longest");
        assert_eq!(limiter.knock("a\nx", slowing, at(420 + 24 * 3600)), Ok(None), "a day later");
        limiter.knock("a\nx", slowing, at(420 + 24 * 3600)).unwrap();
        limiter.forgive("a\n");
        assert_eq!(
            limiter.knock("a\nx", slowing, at(420 + 24 * 3600)),
            Ok(Some(60)),
            "not its key"
        );
        limiter.forgive("a\nx");
        assert_eq!(limiter.knock("a\nx", slowing, at(420 + 24 * 3600)), Ok(None));
        limiter.forgive_all("a\n");
        assert_eq!(limiter.knock("a\nx", slowing, at(420 + 24 * 3600)), Ok(None));
    }

    #[test]
    fn tries_are_counted_within_their_window_and_by_key() {
        let limiter = Limiter::default();
        let at = |s: i64| Instant::from_epoch_ms(s * 1000);
        assert_eq!(limiter.take("a", 2, 60, at(0)), Ok(()));
        assert_eq!(limiter.take("a", 2, 60, at(10)), Ok(()));
        assert_eq!(limiter.take("a", 2, 60, at(20)), Err(40));
        assert_eq!(limiter.take("b", 2, 60, at(20)), Ok(()));
        assert_eq!(limiter.take("a", 2, 60, at(60)), Ok(()));
        limiter.take("c", 1, 60, at(0)).unwrap();
        limiter.give_back("c");
        assert_eq!(limiter.take("c", 1, 60, at(1)), Ok(()));
        // A flood of other keys does not give anybody new tries.
        for n in 0..KEYS_MAX + 10 {
            limiter.take(&format!("flood:{n}"), 1, 60, at(30)).unwrap();
        }
        assert_eq!(limiter.take("flood:50009", 1, 60, at(30)), Err(60));
        limiter.forget("b");
        assert_eq!(limiter.take("b", 1, 60, at(20)), Ok(()));
    }
}
