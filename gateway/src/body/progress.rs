//! How far a client's connection is: the heads that were completed, the answers that ended, the uploads that are on their way.
//!
//! Never looks at a byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The counts of one connection.
#[derive(Clone)]
pub struct Progress(Arc<Counts>);

struct Counts {
    heads: AtomicU64,
    answers: AtomicU64,
    uploads: AtomicU64,
    made: Instant,
    /// when the last answer or upload ended, in microseconds since `made`
    ended: AtomicU64,
}

/// Counts an answer when it is dropped: with its body's last byte, or with the connection.
pub struct Answering(Arc<Counts>);

/// A request's body, until it is dropped: an upstream may answer before it has all of it.
pub struct Uploading(Arc<Counts>);

impl Counts {
    fn note_end(&self) {
        let micros = u64::try_from(self.made.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.ended.store(micros, Ordering::Relaxed);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.note_end();
        self.0.answers.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Uploading {
    fn drop(&mut self) {
        self.0.note_end();
        self.0.uploads.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Progress {
    fn default() -> Self {
        let (heads, answers, uploads, ended) = Default::default();
        Self(Arc::new(Counts { heads, answers, uploads, ended, made: Instant::now() }))
    }
}

impl Progress {
    /// A head is complete; its request lasts as long as what this gives back.
    pub fn begin(&self) -> Answering {
        self.0.heads.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(&self.0))
    }

    /// The request has a body.
    pub fn upload(&self) -> Uploading {
        self.0.uploads.fetch_add(1, Ordering::Relaxed);
        Uploading(Arc::clone(&self.0))
    }

    /// Heads that were completed.
    pub fn heads(&self) -> u64 {
        self.0.heads.load(Ordering::Relaxed)
    }

    /// Whether a request has no whole answer yet.
    pub fn is_answering(&self) -> bool {
        self.heads() != self.0.answers.load(Ordering::Relaxed)
    }

    /// Whether what comes belongs to a request that is known.
    pub fn is_busy(&self) -> bool {
        self.is_answering() || self.0.uploads.load(Ordering::Relaxed) > 0
    }

    /// The end of the last answer or upload, or the beginning of the connection.
    pub fn idle_since(&self) -> Instant {
        self.0.made + Duration::from_micros(self.0.ended.load(Ordering::Relaxed))
    }
}
