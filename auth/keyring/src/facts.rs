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
    /// How many fetches failed since the last one that succeeded.
    pub failed_in_a_row: u32,
}

/// How a failure stands to those before it.
pub(crate) struct Failure {
    /// The one before it did not fail, or failed for another reason.
    pub is_news: bool,
    /// With this one.
    pub in_a_row: u32,
}

impl Facts {
    /// A fetch brought a usable key set, changed or not.
    pub fn succeeded(&self) {
        let mut known = self.lock();
        known.succeeded += 1;
        known.last_success = Some(Instant::now());
        known.failed_in_a_row = 0;
    }

    /// A fetch failed.
    pub fn failed(&self, reason: &str) -> Failure {
        let mut known = self.lock();
        known.failed += 1;
        let is_news = known.failed_in_a_row == 0 || known.last_failure.as_deref() != Some(reason);
        known.failed_in_a_row = known.failed_in_a_row.saturating_add(1);
        if is_news {
            known.last_failure = Some(reason.to_owned());
        }
        Failure { is_news, in_a_row: known.failed_in_a_row }
    }

    /// Whether the last fetch failed.
    pub fn is_failing(&self) -> bool {
        self.failed_in_a_row() > 0
    }

    /// How many fetches failed since the last one that succeeded.
    pub fn failed_in_a_row(&self) -> u32 {
        self.lock().failed_in_a_row
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
        let is_news = |reason| facts.failed(reason).is_news;
        assert!(is_news("a") && !is_news("a") && is_news("b") && !is_news("b"));
        assert!(facts.is_failing() && facts.failed_in_a_row() == 4);
        facts.succeeded();
        assert!(!facts.is_failing());
        assert!(is_news("b"), "it had recovered in between");
        let known = facts.known();
        assert_eq!((known.succeeded, known.failed, known.last_failure.as_deref()), (1, 5, Some("b")));
    }
}
