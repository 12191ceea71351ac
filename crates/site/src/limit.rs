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

/// Counts tries by key.
#[derive(Default)]
pub struct Limiter {
    windows: Mutex<HashMap<String, Window>>,
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
                drop_oldest(&mut windows);
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

/// Drops the older half: whoever fills the memory with new keys pushes out his own first ones.
fn drop_oldest(windows: &mut HashMap<String, Window>) {
    let mut opened: Vec<i64> = windows.values().map(|it| it.opened_ms).collect();
    let middle = opened.len() / 2;
    let (_, &mut at, _) = opened.select_nth_unstable(middle);
    let mut left = middle;
    windows.retain(|_, it| {
        let old = it.opened_ms <= at && left > 0;
        left -= usize::from(old);
        !old
    });
}

#[cfg(test)]
mod tests {
    use super::*;

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
