//! Forms with files on their way in. A photograph over a slow line may take its time; what lies in memory
//! meanwhile is bounded, for each address and for all, and a line that has gone quiet is let go.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{Failure, Site};

/// A request that takes longer is given up.
const REQUEST_MAX: Duration = Duration::from_secs(120);
/// One that brings files: a hundred megabytes at four hundred kilobits a second.
const FILES_MAX: Duration = Duration::from_secs(45 * 60);
/// How long a body may say nothing.
pub(crate) const QUIET_MAX: Duration = Duration::from_secs(30);
/// Bytes of all forms that are in memory at once, and of those from one address: a whole office may stand
/// behind one address.
const ALL_BYTES_MAX: usize = 512 * 1024 * 1024;
const ONE_ADDRESS_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Seconds after which it is tried again.
const WAIT_S: i64 = 15;

/// What is in memory.
#[derive(Debug, Default)]
struct InMemory {
    all: usize,
    /// By where it comes from.
    by: HashMap<String, usize>,
}

/// What is in memory, counted by every request that brings files.
#[derive(Debug, Default)]
pub(crate) struct Arriving(Mutex<InMemory>);

/// What one request has in memory; given back when it is answered.
#[derive(Debug)]
pub(crate) struct Weight {
    of: Arc<Arriving>,
    from: String,
    bytes: AtomicUsize,
}

impl Arriving {
    pub fn from(self: &Arc<Self>, from: String) -> Arc<Weight> {
        Arc::new(Weight { of: self.clone(), from, bytes: AtomicUsize::new(0) })
    }
}

impl Weight {
    /// Counts more bytes.
    ///
    /// # Errors
    /// [`Failure::Busy`] if too much is in memory already.
    pub fn more(&self, bytes: usize) -> Result<(), Failure> {
        let mut it = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = it.by.get(&self.from).copied().unwrap_or(0);
        if it.all + bytes > ALL_BYTES_MAX || mine + bytes > ONE_ADDRESS_BYTES_MAX {
            return Err(Failure::Busy { wait_s: WAIT_S });
        }
        it.all += bytes;
        it.by.insert(self.from.clone(), mine + bytes);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        let bytes = self.bytes.load(Ordering::Relaxed);
        let mut it = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        it.all = it.all.saturating_sub(bytes);
        if let Some(mine) = it.by.get_mut(&self.from) {
            *mine = mine.saturating_sub(bytes);
            if *mine == 0 {
                it.by.remove(&self.from);
            }
        }
    }
}

/// Whether the request brings a form in parts.
pub(crate) fn is_in_parts(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| it.starts_with("multipart/form-data"))
}

/// Gives each request its time, and one that brings files its weight.
pub(crate) async fn weighed(
    State(site): State<Site>,
    mut request: Request,
    next: Next,
) -> Response {
    let brings_files = is_in_parts(&request);
    let (most, weight) = if brings_files {
        let weight = site.arriving.from(crate::who::origin(&site, &request));
        request.extensions_mut().insert(weight.clone());
        (FILES_MAX, Some(weight))
    } else {
        (REQUEST_MAX, None)
    };
    // What only asks has nothing more to say.
    let heard = Arc::new(AtomicBool::new(request.method().is_safe()));
    let request = {
        let heard = heard.clone();
        request.map(|body| Body::new(Listened { body, heard }))
    };
    let answer = tokio::time::timeout(most, next.run(request)).await;
    drop(weight);
    let mut answer = answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response());
    // Who was answered before he had said everything hears that this line ends: a proxy would send the next
    // person's question down a line that nobody listens to.
    if !heard.load(Ordering::Relaxed) {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// A body of which is known whether it was heard to its end.
struct Listened {
    body: Body,
    heard: Arc<AtomicBool>,
}

impl HttpBody for Listened {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.heard.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_memory_is_bounded_and_given_back() {
        let all = Arc::new(Arriving::default());
        let one = all.from("a".to_owned());
        one.more(ONE_ADDRESS_BYTES_MAX).unwrap();
        let same = all.from("a".to_owned());
        assert!(same.more(1).is_err(), "one address does not fill the memory");
        let other = all.from("b".to_owned());
        other.more(ONE_ADDRESS_BYTES_MAX).unwrap();
        assert!(all.from("c".to_owned()).more(1).is_err(), "nor do many");
        drop(one);
        same.more(1).unwrap();
        all.from("c".to_owned()).more(1).unwrap();
        drop((same, other));
        let left = all.0.lock().unwrap();
        assert!(left.all == 0 && left.by.is_empty());
    }
}
