//! The line to one issuer's feed: one attempt after another, and the last word of it.
//!
//! Never takes half an answer, and never forgets a word because an attempt failed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::document::Cursor;
use super::fill::Fill;
use super::kept::{self, Brought, Kept, TakeFault};
use super::pace::{Outcome, Pace};
use crate::causes::with_causes;
use crate::clock::now_unix;
use crate::feed_timing::FeedTiming;
use crate::fetch::{Answer, FetchFault, Fetched};
use crate::place::{Place, PlaceFault};

/// Longest document that is read, in bytes: names of 16 MiB at most, and what stands around each.
const MAX_DOCUMENT_BYTES: usize = 24 * 1024 * 1024;
/// Of failures in a row this many stay unsaid between two lines in the log.
const FAILURES_PER_LINE: u32 = 30;
/// A server that may wait and answers sooner than this, with nothing new, does not wait.
const LEAST_WAIT: Duration = Duration::from_secs(1);
/// How often is looked whether an alarm has ended.
const ALARM_CHECK: Duration = Duration::from_secs(1);

/// What its background task and who judges share.
pub(super) struct Line {
    pub place: Place,
    pub timing: FeedTiming,
    pub kept: ArcSwapOption<Kept>,
    /// True once the first attempt has ended, however it ended.
    pub attempted: watch::Sender<bool>,
    /// When the first attempt began.
    begun: OnceLock<Instant>,
    /// Whether the log says that the last word is too old.
    alarmed: AtomicBool,
    fill: Fill,
}

/// Why an attempt brought nothing. For the operator's log only.
#[derive(Debug, thiserror::Error)]
enum FeedFault {
    #[error(transparent)]
    Place(#[from] PlaceFault),
    #[error("the fetch took longer than its deadline")]
    Deadline,
    #[error("the server says that nothing changed, and there is nothing yet")]
    NothingToKeep,
    #[error(transparent)]
    Take(#[from] TakeFault),
    #[error("the reading was broken off")]
    BrokenOff,
}

impl FeedFault {
    /// Of an attempt from where we are. What the server cannot answer there is asked for as a whole next time.
    fn outcome(&self) -> Outcome {
        match self {
            Self::Take(fault) if fault.is_gap() => Outcome::Gap,
            Self::Take(TakeFault::Document(_))
            | Self::Place(PlaceFault::Fetch(FetchFault::Status(400 | 404 | 410))) => {
                Outcome::Failed { is_hopeless: true }
            }
            _ => Outcome::Failed { is_hopeless: false },
        }
    }
}

impl Line {
    pub fn new(place: Place, timing: FeedTiming) -> Self {
        let (kept, begun, alarmed, fill) = Default::default();
        Self { place, timing, kept, attempted: watch::Sender::new(false), begun, alarmed, fill }
    }

    /// How old the last word is; where there is none, since when it is asked for. Nothing before the first attempt.
    pub fn age(&self) -> Option<Duration> {
        let kept = self.kept.load();
        let since = kept.as_ref().map(|kept| kept.as_of).or_else(|| self.begun.get().copied());
        since.map(|since| since.elapsed())
    }

    /// Asks again and again, and looks after the age of what came. Ends only when it is dropped.
    pub async fn follow(self: Arc<Self>) {
        self.begun.get_or_init(Instant::now);
        tokio::join!(self.poll(), self.watch_age());
    }

    async fn poll(&self) {
        let mut pace = Pace::default();
        loop {
            let outcome = self.attempt(&pace).await.unwrap_or_else(|fault| {
                self.note_failure(&fault, pace.failures());
                fault.outcome()
            });
            let failures = pace.failures();
            let pause = pace.after(outcome, &self.timing);
            if failures > 0 && pace.failures() == 0 {
                tracing::info!(profile = %self.place.profile, failures, "revocations are obtained again");
            }
            self.attempted.send_replace(true);
            sleep(pause).await;
        }
    }

    /// One attempt: puts what came in force.
    async fn attempt(&self, pace: &Pace) -> Result<Outcome, FeedFault> {
        let (asked, before) = (Instant::now(), self.kept.load_full());
        let usable = before.as_ref().filter(|_| !pace.wants_all());
        let cursor = usable.and_then(|before| before.cursor.as_ref());
        let wait = if cursor.is_some() && pace.may_wait() { self.timing.wait } else { Duration::ZERO };
        let etag = usable.and_then(|before| before.etag.as_ref());
        let (query, is_from_cursor) = (query(cursor, wait), cursor.is_some());
        let get = timeout(wait + self.timing.deadline, self.place.get(&query, etag, MAX_DOCUMENT_BYTES));
        match get.await.map_err(|_| FeedFault::Deadline)?? {
            Answer::Changed { fetched, etag } => {
                // The server speaks of when it answers. One that may not wait is believed from when it was asked on.
                let as_of = if wait.is_zero() { asked } else { Instant::now() };
                let max_age = fetched.max_age;
                let (next, brought) = take(before, fetched, etag, as_of).await?;
                let has_cursor = next.cursor.is_some();
                self.put_in_force(next);
                let is_hasty = !wait.is_zero() && asked.elapsed() < LEAST_WAIT;
                let polled = Outcome::Polled { wanted: max_age };
                Ok(if has_cursor { outcome(brought, is_from_cursor, is_hasty) } else { polled })
            }
            Answer::Unchanged { max_age } => {
                let before = before.ok_or(FeedFault::NothingToKeep)?;
                self.put_in_force(before.confirmed(asked));
                Ok(Outcome::Polled { wanted: max_age })
            }
        }
    }

    fn put_in_force(&self, next: Kept) {
        let (profile, revocations) = (&self.place.profile, next.revoked.len());
        if self.kept.load().as_ref().is_none_or(|before| !Arc::ptr_eq(&before.revoked, &next.revoked)) {
            tracing::debug!(%profile, revocations, "revocations in force");
        }
        self.fill.note(profile, "the feed", revocations);
        self.kept.store(Some(Arc::new(next)));
        self.look_at_age();
    }

    async fn watch_age(&self) {
        loop {
            let young = self.look_at_age();
            // Just past the edge, where it counts as old.
            sleep(young.map_or(ALARM_CHECK, |young| young + Duration::from_millis(1))).await;
        }
    }

    /// Raises the alarm or ends it, each with one line, and says how long the last word is young still.
    fn look_at_age(&self) -> Option<Duration> {
        let age = self.age().unwrap_or_default();
        let is_old = age > self.timing.alarm_after;
        let (profile, seconds) = (&self.place.profile, age.as_secs());
        match (self.alarmed.swap(is_old, Ordering::Relaxed), is_old) {
            (false, true) => {
                tracing::error!(%profile, seconds, "ALARM: the feed of revocations has said nothing for too long")
            }
            (true, false) => {
                tracing::warn!(%profile, seconds, "the alarm has ended: the feed of revocations speaks again")
            }
            _ => {}
        }
        (!is_old).then(|| self.timing.alarm_after - age)
    }

    fn note_failure(&self, fault: &FeedFault, failures: u32) {
        if failures.is_multiple_of(FAILURES_PER_LINE) {
            let (reason, age) = (with_causes(fault), self.age());
            tracing::warn!(profile = %self.place.profile, reason, failures, ?age, "no new revocations");
        }
    }
}

/// A snapshot where a delta was asked for is right after a new epoch, but not again and again.
fn outcome(brought: Brought, is_from_cursor: bool, is_hasty: bool) -> Outcome {
    match brought {
        Brought::Snapshot if is_from_cursor => Outcome::Hasty,
        Brought::Delta { revocations: 0 } if is_hasty => Outcome::Hasty,
        Brought::Delta { revocations: 0 } => Outcome::Silence,
        Brought::Snapshot | Brought::Delta { .. } => Outcome::News,
    }
}

/// What is asked of the server: what is new from where we are on, or everything.
fn query(cursor: Option<&Cursor>, wait: Duration) -> Vec<(&'static str, String)> {
    let Some(Cursor { epoch, number }) = cursor else { return Vec::new() };
    vec![("epoch", epoch.clone()), ("after", number.to_string()), ("wait", wait.as_secs().to_string())]
}

/// A large document takes long to read, so no worker of the runtime does it.
async fn take(
    before: Option<Arc<Kept>>,
    fetched: Fetched,
    etag: Option<HeaderValue>,
    as_of: Instant,
) -> Result<(Kept, Brought), FeedFault> {
    let taking =
        tokio::task::spawn_blocking(move || kept::take(before.as_deref(), &fetched.body, etag, as_of, now_unix()));
    Ok(taking.await.map_err(|_| FeedFault::BrokenOff)??)
}
