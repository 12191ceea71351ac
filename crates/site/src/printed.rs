//! Papers that anybody may ask for: set once for each content, one at a time, kept while there is room.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::Fault;
use tokio::sync::Semaphore;

use crate::{Failure, Site};

/// How long somebody waits for a paper that another one is having set.
const WAIT: Duration = Duration::from_secs(25);
/// Seconds after which to ask again.
const ASK_AGAIN_S: i64 = 30;
/// Bytes of papers that are kept.
const KEPT_BYTES_MAX: usize = 48 << 20;

/// What a paper says, as one number.
type Key = [u8; 32];

#[derive(Default)]
struct Shelf {
    papers: HashMap<Key, (u64, Bytes)>,
    asked: u64,
    bytes: usize,
}

impl Shelf {
    fn take(&mut self, key: &Key) -> Option<Bytes> {
        self.asked += 1;
        let asked = self.asked;
        self.papers.get_mut(key).map(|(last, paper)| {
            *last = asked;
            paper.clone()
        })
    }

    /// Keeps a paper; those not asked for the longest make room.
    fn keep(&mut self, key: Key, paper: Bytes, room: usize) {
        self.asked += 1;
        self.bytes += paper.len();
        if let Some((_, old)) = self.papers.insert(key, (self.asked, paper)) {
            self.bytes -= old.len();
        }
        while self.bytes > room {
            let oldest = self.papers.iter().min_by_key(|(_, (last, _))| *last).map(|(key, _)| *key);
            let Some((_, old)) = oldest.and_then(|it| self.papers.remove(&it)) else { break };
            self.bytes -= old.len();
        }
    }
}

/// The papers that were set, and the turn to set one.
#[derive(Clone)]
pub(crate) struct Printed {
    shelf: Arc<Mutex<Shelf>>,
    turn: Arc<Semaphore>,
    wait: Duration,
    room: usize,
}

impl Default for Printed {
    fn default() -> Self {
        Self::with(WAIT, KEPT_BYTES_MAX)
    }
}

impl Printed {
    fn with(wait: Duration, room: usize) -> Self {
        Self { shelf: Arc::default(), turn: Arc::new(Semaphore::new(1)), wait, room }
    }

    fn find(&self, key: &Key) -> Option<Bytes> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).take(key)
    }

    /// The paper under `key`, or what `make` makes of it while nobody else makes one.
    ///
    /// The work goes on and is kept if the one who asked has gone: asking again and again is not
    /// a way to have it done many times at once.
    async fn get(
        &self,
        key: Key,
        make: impl FnOnce() -> Result<Vec<u8>, Fault> + Send + 'static,
    ) -> Result<Bytes, Failure> {
        if let Some(it) = self.find(&key) {
            return Ok(it);
        }
        let turn = tokio::time::timeout(self.wait, self.turn.clone().acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(Failure::Busy { wait_s: ASK_AGAIN_S })?;
        if let Some(it) = self.find(&key) {
            return Ok(it);
        }
        let (shelf, room) = (self.shelf.clone(), self.room);
        let made = tokio::task::spawn_blocking(move || {
            let paper = Bytes::from(make()?);
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.keep(key, paper.clone(), room);
            drop(turn);
            Ok::<_, Fault>(paper)
        })
        .await;
        Ok(made.map_err(|e| Fault::Worker(e.to_string()))??)
    }
}

impl Site {
    /// What `make` makes of `content`, made once for as long as it says the same.
    ///
    /// # Errors
    /// [`Failure::Busy`] if other papers are being made for too long; what `make` fails with.
    pub async fn printed_once<T: Serialize + Send + 'static>(
        &self,
        content: T,
        make: impl FnOnce(&T) -> Result<Vec<u8>, Fault> + Send + 'static,
    ) -> Result<Bytes, Failure> {
        let said = serde_json::to_vec(&content)
            .map_err(|e| Fault::Broken(format!("content of a paper: {e}")))?;
        let mut hasher = Sha256::new();
        hasher.update(std::any::type_name::<T>());
        hasher.update([0]);
        hasher.update(&said);
        self.printed.get(hasher.finalize().into(), move || make(&content)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn made(
        times: &Arc<AtomicUsize>,
        takes: Duration,
    ) -> impl FnOnce() -> Result<Vec<u8>, Fault> + use<> {
        let times = times.clone();
        move || {
            times.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(takes);
            Ok(vec![7; 100])
        }
    }

    #[tokio::test]
    async fn what_says_the_same_is_set_once_however_many_ask() {
        let (printed, times) = (Printed::default(), Arc::new(AtomicUsize::new(0)));
        let takes = Duration::from_millis(60);
        let (one, two, three) = tokio::join!(
            printed.get([1; 32], made(&times, takes)),
            printed.get([1; 32], made(&times, takes)),
            printed.get([1; 32], made(&times, takes)),
        );
        for it in [one, two, three] {
            assert_eq!(it.expect("a paper").len(), 100);
        }
        assert_eq!(times.load(Ordering::SeqCst), 1);
        printed.get([2; 32], made(&times, takes)).await.expect("another content");
        assert_eq!(times.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_told_when_to_come_back() {
        let printed = Printed::with(Duration::from_millis(20), KEPT_BYTES_MAX);
        let times = Arc::new(AtomicUsize::new(0));
        let (first, second) = tokio::join!(
            printed.get([1; 32], made(&times, Duration::from_millis(300))),
            printed.get([2; 32], made(&times, Duration::ZERO)),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(Failure::Busy { wait_s: ASK_AGAIN_S })), "{second:?}");
        assert_eq!(times.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn who_goes_away_does_not_have_it_made_twice() {
        let (printed, times) = (Printed::default(), Arc::new(AtomicUsize::new(0)));
        let takes = Duration::from_millis(200);
        let asked = printed.get([1; 32], made(&times, takes));
        assert!(tokio::time::timeout(Duration::from_millis(20), asked).await.is_err(), "gone");
        printed.get([1; 32], made(&times, takes)).await.expect("a paper");
        assert_eq!(times.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn papers_make_room_and_a_mistake_is_not_kept() {
        let printed = Printed::with(WAIT, 250);
        let times = Arc::new(AtomicUsize::new(0));
        for key in [1, 2, 1, 3] {
            printed.get([key; 32], made(&times, Duration::ZERO)).await.expect("a paper");
        }
        assert!(printed.find(&[2; 32]).is_none(), "not asked for the longest");
        assert!(printed.find(&[1; 32]).is_some() && printed.find(&[3; 32]).is_some());
        let failed = || Err(Fault::Broken("print".to_owned()));
        assert!(printed.get([4; 32], failed).await.is_err());
        assert!(printed.find(&[4; 32]).is_none());
    }
}
