//! The client of one issuer's feed of revocations: polls its address, and keeps the last whole snapshot.
//!
//! Never takes half a snapshot or an older one, never forgets one because a poll failed, and never vouches for one that is too old.

use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout, timeout_at};
use url::Url;
use witgate_token::{Refusal, Revocations, Verified};

use super::FeedState;
use super::document::{self, DocumentFault};
use super::fill::Fill;
use crate::causes::with_causes;
use crate::clock::now_unix;
use crate::config::IssuerConfig;
use crate::feed_timing::FeedTiming;
use crate::fetch::{self, Answer, FetchFault};
use crate::guard::Allowances;

/// Longest document that is read, in bytes: names of 16 MiB at most, and what stands around each.
const MAX_DOCUMENT_BYTES: usize = 24 * 1024 * 1024;
/// How far the issuer's clock may be ahead of ours, in seconds. A document of a far future would shut out all after it.
const AHEAD_SECONDS: u64 = 300;
/// Of failures in a row this many stay unsaid between two lines in the log.
const FAILURES_PER_LINE: u32 = 30;

/// One issuer's feed. Nothing is fetched before the first token that verifies could be meant.
pub(crate) struct Feed {
    profile: String,
    address: Url,
    allowances: Allowances,
    client: reqwest::Client,
    timing: FeedTiming,
    runtime: Handle,
    snapshot: ArcSwapOption<Snapshot>,
    /// True once the first attempt has ended, however it ended.
    attempted: watch::Sender<bool>,
    poller: OnceLock<Poller>,
    fill: Fill,
}

#[derive(Clone)]
struct Snapshot {
    /// When the issuer made it, in seconds since 1970-01-01 UTC.
    issued_at: u64,
    revoked: Arc<Revocations>,
    etag: Option<HeaderValue>,
    /// When the poll that brought or confirmed it began.
    asked: Instant,
}

/// The background task of one feed; ends with it.
struct Poller(AbortHandle);

impl Drop for Poller {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a poll brought nothing. For the operator's log only.
#[derive(Debug, thiserror::Error)]
enum FeedFault {
    #[error(transparent)]
    Fetch(#[from] FetchFault),
    #[error("the fetch took longer than its deadline")]
    Deadline,
    #[error("the server says that nothing changed, and there is nothing yet")]
    NothingToKeep,
    #[error(transparent)]
    Document(#[from] DocumentFault),
    #[error("the document is older than the one in force: it was issued at {issued_at}, that one at {in_force}")]
    Older { issued_at: u64, in_force: u64 },
    #[error("the document is of {issued_at}, more than {AHEAD_SECONDS} seconds ahead of our clock at {now}")]
    Ahead { issued_at: u64, now: u64 },
    #[error("the reading was broken off")]
    BrokenOff,
}

impl Feed {
    pub fn new(
        profile: &str,
        address: Url,
        allowances: Allowances,
        client: reqwest::Client,
        timing: FeedTiming,
        runtime: Handle,
    ) -> Self {
        let (snapshot, poller, fill) = Default::default();
        let (profile, attempted) = (profile.to_owned(), watch::Sender::new(false));
        Self { profile, address, allowances, client, timing, runtime, snapshot, attempted, poller, fill }
    }

    /// Whether it is the one that this configuration names, under the same name and allowances.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        let same_address = config.revocations.as_ref() == Some(&self.address);
        same_address && self.profile == config.profile.name && self.allowances == config.allowances()
    }

    /// Starts to poll, and waits for the first attempt to end, until then at most.
    pub async fn ensure(self: &Arc<Self>, until: tokio::time::Instant) {
        self.poller.get_or_init(|| Poller(self.runtime.spawn(poll(Arc::downgrade(self))).abort_handle()));
        if !*self.attempted.borrow() {
            let mut attempted = self.attempted.subscribe();
            let _ = timeout_at(until, attempted.wait_for(|ended| *ended)).await;
        }
    }

    pub fn judge(&self, token: &Verified) -> Result<(), Refusal> {
        let snapshot = self.snapshot.load();
        let Some(snapshot) = &*snapshot else { return Err(Refusal::RevocationsUnavailable) };
        snapshot.revoked.judge(token)?;
        if snapshot.asked.elapsed() > self.timing.max_stale { Err(Refusal::RevocationsUnavailable) } else { Ok(()) }
    }

    pub fn report(&self) -> (FeedState, usize) {
        let snapshot = self.snapshot.load();
        let Some(snapshot) = &*snapshot else { return (FeedState::Awaited, 0) };
        let age = snapshot.asked.elapsed();
        let state = if age > self.timing.max_stale { FeedState::Stale(age) } else { FeedState::Fresh(age) };
        (state, snapshot.revoked.len())
    }

    /// One attempt: puts what came in force, and says how soon the server wants to be asked again.
    async fn attempt(&self) -> Result<Option<Duration>, FeedFault> {
        let asked = Instant::now();
        let before = self.snapshot.load_full();
        let etag = before.as_ref().and_then(|before| before.etag.as_ref());
        let get = fetch::get_if_changed(&self.client, &self.address, self.allowances, etag, MAX_DOCUMENT_BYTES);
        let answer = timeout(self.timing.deadline, get).await.map_err(|_| FeedFault::Deadline)??;
        let (next, max_age) = match answer {
            Answer::Changed { fetched, etag } => {
                let read = read(fetched.body).await?;
                let revoked = Arc::new(read.revocations);
                (Snapshot { issued_at: read.issued_at, revoked, etag, asked }, fetched.max_age)
            }
            Answer::Unchanged { max_age } => {
                let before = before.as_ref().ok_or(FeedFault::NothingToKeep)?;
                (Snapshot { asked, ..Snapshot::clone(before) }, max_age)
            }
        };
        self.put_in_force(before.as_deref(), next)?;
        Ok(max_age)
    }

    /// A cache on the way, or an issuer that lost its memory, could bring revoked tokens back.
    fn put_in_force(&self, before: Option<&Snapshot>, next: Snapshot) -> Result<(), FeedFault> {
        let now = now_unix();
        if next.issued_at > now.saturating_add(AHEAD_SECONDS) {
            return Err(FeedFault::Ahead { issued_at: next.issued_at, now });
        }
        if let Some(before) = before.filter(|before| next.issued_at < before.issued_at) {
            return Err(FeedFault::Older { issued_at: next.issued_at, in_force: before.issued_at });
        }
        if before.is_none_or(|before| !Arc::ptr_eq(&before.revoked, &next.revoked)) {
            tracing::debug!(profile = %self.profile, revocations = next.revoked.len(), "revocations in force");
        }
        self.fill.note(&self.profile, "the feed", next.revoked.len());
        self.snapshot.store(Some(Arc::new(next)));
        Ok(())
    }

    /// How long to wait after an attempt: what the server wants, within bounds.
    fn pause(&self, wanted: Option<Duration>) -> Duration {
        wanted.map_or(self.timing.poll, |wanted| wanted.clamp(self.timing.poll, self.timing.max_poll))
    }

    fn note_failure(&self, fault: &FeedFault, failures: u32) {
        if failures.is_multiple_of(FAILURES_PER_LINE) {
            let reason = with_causes(fault);
            let state = self.report().0;
            tracing::warn!(profile = %self.profile, reason, failures, ?state, "no new revocations");
        }
    }
}

/// A large document takes long to read, so no worker of the runtime does it.
async fn read(body: Vec<u8>) -> Result<document::Snapshot, FeedFault> {
    let read = tokio::task::spawn_blocking(move || document::read(&body)).await;
    Ok(read.map_err(|_| FeedFault::BrokenOff)??)
}

/// Asks again and again until the feed is gone.
async fn poll(feed: Weak<Feed>) {
    let mut failures = 0;
    loop {
        let Some(held) = feed.upgrade() else { return };
        let wanted = match held.attempt().await {
            Ok(wanted) => {
                if failures > 0 {
                    tracing::info!(profile = %held.profile, failures, "revocations are obtained again");
                }
                failures = 0;
                wanted
            }
            Err(fault) => {
                held.note_failure(&fault, failures);
                failures = failures.saturating_add(1);
                None
            }
        };
        held.attempted.send_replace(true);
        let pause = held.pause(wanted);
        drop(held);
        sleep(pause).await;
    }
}
