//! What happened to one issuer's fetches, for metrics and the operator's log.
//!
//! Never decides anything, and its lock is never held across a wait.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Counters and the last events.
#[derive(Default)]
pub(crate) struct Facts {
    inner: Mutex<Known>,
}

/// The facts at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub succeeded: u64,
    pub failed: u64,
    pub last_failure: Option<String>,
    pub last_success: Option<Instant>,
    /// Whether the last fetch failed.
    pub is_failing: bool,
}

impl Facts {
    /// A fetch brought a usable key set, changed or not.
    pub fn succeeded(&self) {
        let mut known = self.lock();
        known.succeeded += 1;
        known.last_success = Some(Instant::now());
        known.is_failing = false;
    }

    /// A fetch failed. True when the one before it did not fail for the same reason.
    pub fn failed(&self, reason: &str) -> bool {
        let mut known = self.lock();
        known.failed += 1;
        let is_news = !known.is_failing || known.last_failure.as_deref() != Some(reason);
        known.is_failing = true;
        if is_news {
            known.last_failure = Some(reason.to_owned());
        }
        is_news
    }

    /// Whether the last fetch failed.
    pub fn is_failing(&self) -> bool {
        self.lock().is_failing
    }

    /// All of it, as it is now.
    pub fn known(&self) -> Known {
        self.lock().clone()
    }

    /// A panic while it is held leaves nothing half done: each field stands alone.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_news_once() {
        let facts = Facts::default();
        assert!(facts.failed("a") && !facts.failed("a") && facts.failed("b") && !facts.failed("b"));
        facts.succeeded();
        assert!(facts.failed("b"), "it had recovered in between");
        let known = facts.known();
        assert_eq!((known.succeeded, known.failed, known.last_failure.as_deref()), (1, 5, Some("b")));
    }
}
