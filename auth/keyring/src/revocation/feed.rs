//! One issuer's feed as who judges sees it: there or not, young enough or not.
//!
//! Never fetches by itself, and never vouches for a word that is too old.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::timeout_at;
use witgate_token::{Refusal, Verified};

use super::FeedState;
use super::line::Line;
use crate::config::IssuerConfig;
use crate::feed_timing::FeedTiming;
use crate::place::Place;

/// One issuer's feed. Nothing is fetched before the first token that verifies could be meant.
pub(crate) struct Feed {
    line: Arc<Line>,
    runtime: Handle,
    follower: OnceLock<Follower>,
}

/// The background task of one feed; ends with it, also while the server holds an answer back.
struct Follower(AbortHandle);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Feed {
    pub fn new(place: Place, timing: FeedTiming, runtime: Handle) -> Self {
        Self { line: Arc::new(Line::new(place, timing)), runtime, follower: OnceLock::new() }
    }

    /// Whether it is the one that this configuration names.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        self.line.place.is_of(config.revocations.as_ref(), config)
    }

    /// Starts to follow it, and waits for the first attempt to end, until then at most.
    pub async fn ensure(&self, until: tokio::time::Instant) {
        let follow = || Follower(self.runtime.spawn(Arc::clone(&self.line).follow()).abort_handle());
        self.follower.get_or_init(follow);
        if !*self.line.attempted.borrow() {
            let mut attempted = self.line.attempted.subscribe();
            let _ = timeout_at(until, attempted.wait_for(|ended| *ended)).await;
        }
    }

    /// Judges one verified token by the last word, which counts for so long.
    pub fn judge(&self, token: &Verified, max_stale: Duration) -> Result<(), Refusal> {
        let kept = self.line.kept.load();
        let Some(kept) = &*kept else { return Err(Refusal::RevocationsUnavailable) };
        kept.revoked.judge(token)?;
        if kept.as_of.elapsed() > max_stale { Err(Refusal::RevocationsUnavailable) } else { Ok(()) }
    }

    /// How much longer the last word does for a sensitive request, and how long such a word does in all. Nothing left
    /// where it is too old or was never had.
    pub fn young_for(&self) -> (Duration, Duration) {
        let (kept, whole) = (self.line.kept.load(), self.line.timing.alarm_after);
        let left = kept.as_ref().map_or(Duration::ZERO, |kept| whole.saturating_sub(kept.as_of.elapsed()));
        (left, whole)
    }

    pub fn default_max_stale(&self) -> Duration {
        self.line.timing.max_stale
    }

    /// How it stands where the last word counts for so long, and how many revocations are in force.
    pub fn report(&self, max_stale: Duration) -> (FeedState, usize) {
        let kept = self.line.kept.load();
        let Some(kept) = &*kept else { return (FeedState::Awaited, 0) };
        let age = kept.as_of.elapsed();
        let state = match age {
            _ if age > max_stale => FeedState::Stale(age),
            _ if age > self.line.timing.alarm_after => FeedState::Alarmed(age),
            _ => FeedState::Fresh(age),
        };
        (state, kept.revoked.len())
    }

    /// Whether the last word, or the first one, has been awaited for too long.
    pub fn is_alarming(&self) -> bool {
        self.line.age().is_some_and(|age| age > self.line.timing.alarm_after)
    }
}
