//! One issuer's keys as they are now, and the one fetch that may be under way for them.
//!
//! Never evicts a key set because a fetch failed or a key was not found, and never runs two fetches at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};
use witgate_token::{KeySet, Profile};

use crate::config::{IssuerConfig, KeySetFault, KeySource, Timing};
use crate::revocation::RevocationList;
use crate::source::{Obtained, Source, SourceFault};

/// A key set that was obtained, with its number.
pub(crate) struct Held {
    pub keys: KeySet,
    /// 1 for the first key set; one more each time the document changes.
    pub generation: u64,
    /// Unlike that of any other key set of this process.
    pub id: u64,
    document: Vec<u8>,
}

/// Names what must not be mistaken for one another, and is never given twice.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

fn next_id() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// One issuer. Shared by all clones of the keyring.
pub(crate) struct Issuer {
    pub profile: Profile,
    /// Unlike that of any other issuer object of this process, also of one with the same name.
    pub id: u64,
    pub revoked: RevocationList,
    source: Source,
    timing: Timing,
    runtime: Handle,
    held: ArcSwapOption<Held>,
    schedule: Mutex<Schedule>,
    refresher: OnceLock<Refresher>,
}

/// When the last fetch started, whether it still runs, and until when its result counts as fresh.
#[derive(Default)]
struct Schedule {
    /// Closed when the fetch has ended, however it ended.
    flight: Option<watch::Receiver<()>>,
    started: Option<Instant>,
    fresh_for: Duration,
}

/// The background task of one issuer; ends with it.
struct Refresher(AbortHandle);

impl Drop for Refresher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a fetch brought no new key set. For the operator's log only.
#[derive(Debug, thiserror::Error)]
enum RefreshFault {
    #[error(transparent)]
    Source(#[from] SourceFault),
    #[error("the fetch took longer than its deadline")]
    Deadline,
    #[error(transparent)]
    Content(#[from] KeySetFault),
}

impl Issuer {
    /// Whether it is exactly what this configuration says.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        let source = &self.source;
        let same_keys = source.place == config.source && source.allow_http == config.allow_http;
        self.profile == config.profile && same_keys && self.revoked.is_from(config.revocations.as_ref())
    }

    pub fn new(profile: Profile, source: Source, revoked: RevocationList, timing: Timing, runtime: Handle) -> Self {
        let (held, schedule, refresher) = Default::default();
        Self { profile, id: next_id(), revoked, source, timing, runtime, held, schedule, refresher }
    }

    /// The key set as it is now, without waiting.
    pub fn held(&self) -> Option<Arc<Held>> {
        self.held.load_full()
    }

    /// Whether this very key set is still in force.
    pub fn has_key_set(&self, id: u64) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.id == id)
    }

    /// Makes sure that the key is there if it can be had; waits at most the wait deadline.
    pub async fn ensure(self: &Arc<Self>, kid: Option<&str>) {
        if !self.has(kid)
            && let Some(mut flight) = self.start_or_join()
        {
            // The channel closes when the fetch ends; what it brought is in `held`.
            let _ = timeout(self.timing.wait_deadline, flight.changed()).await;
        }
        self.refresher.get_or_init(|| Refresher(self.runtime.spawn(refresh(Arc::downgrade(self))).abort_handle()));
    }

    /// Parses a document and puts it in force. Errors leave the old one in force.
    pub fn accept(&self, document: Vec<u8>) -> Result<(), KeySetFault> {
        let before = self.held();
        if before.as_ref().is_some_and(|held| held.document == document) {
            return Ok(());
        }
        let (keys, dropped) = KeySet::from_jwks(&document)?;
        for key in dropped {
            tracing::warn!(profile = %self.profile.name, index = key.index, kid = ?key.kid, reason = %key.fault, "key left out");
        }
        if keys.is_empty() {
            return Err(KeySetFault::NoUsableKey);
        }
        let generation = before.map_or(1, |held| held.generation + 1);
        tracing::info!(profile = %self.profile.name, generation, keys = keys.len(), "key set in force");
        self.held.store(Some(Arc::new(Held { keys, generation, id: next_id(), document })));
        Ok(())
    }

    fn has(&self, kid: Option<&str>) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.keys.contains(kid))
    }

    /// The running fetch, or a new one; nothing while the last start is too recent.
    fn start_or_join(self: &Arc<Self>) -> Option<watch::Receiver<()>> {
        let mut schedule = self.schedule();
        if let Some(running) = schedule.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Some(running.clone());
        }
        let now = Instant::now();
        if schedule.started.is_some_and(|started| now < started + self.cooldown()) {
            return None;
        }
        let (done, flight) = watch::channel(());
        schedule.started = Some(now);
        schedule.flight = Some(flight.clone());
        let issuer = Arc::clone(self);
        self.runtime.spawn(async move {
            issuer.fetch().await;
            drop(done);
        });
        Some(flight)
    }

    async fn fetch(&self) {
        match self.try_fetch().await {
            Ok(fresh_for) => self.schedule().fresh_for = fresh_for,
            Err(fault) => {
                self.schedule().fresh_for = Duration::ZERO;
                let kept = self.held.load().is_some();
                tracing::warn!(profile = %self.profile.name, reason = %with_causes(&fault), old_keys_kept = kept, "no new key set");
            }
        }
    }

    async fn try_fetch(&self) -> Result<Duration, RefreshFault> {
        let obtained = timeout(self.timing.fetch_deadline, self.source.obtain()).await;
        let Obtained { document, max_age } = obtained.map_err(|_| RefreshFault::Deadline)??;
        self.accept(document)?;
        if matches!(self.source.place, KeySource::JwksFile(_)) {
            return Ok(self.timing.file_check);
        }
        let wanted = max_age.unwrap_or(self.timing.default_fresh);
        Ok(wanted.clamp(self.timing.min_fresh, self.timing.max_fresh))
    }

    fn cooldown(&self) -> Duration {
        if self.held.load().is_some() { self.timing.cooldown } else { self.timing.first_cooldown }
    }

    /// How long the background task waits: four fifths of the freshness, and at least the cooldown.
    fn until_refresh(&self) -> Duration {
        let schedule = self.schedule();
        let due = (schedule.fresh_for * 4 / 5).max(self.cooldown());
        let since = schedule.started.map_or(due, |started| started.elapsed());
        due.saturating_sub(since)
    }

    /// A panic while it is held leaves nothing half done: each field stands alone.
    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error and all its causes in one line, for the operator.
fn with_causes(fault: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(fault), |one| one.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Fetches again before the key set goes stale, until the issuer is gone.
async fn refresh(issuer: Weak<Issuer>) {
    loop {
        let Some(pause) = issuer.upgrade().map(|issuer| issuer.until_refresh()) else { return };
        sleep(pause).await;
        let Some(flight) = issuer.upgrade().map(|issuer| issuer.start_or_join()) else { return };
        if let Some(mut flight) = flight {
            // Ends with the fetch, which has its own deadline.
            let _ = flight.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::FetchFault;

    #[test]
    fn the_operator_sees_each_cause_once() {
        let io = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let fault = RefreshFault::from(SourceFault::from(io));
        assert_eq!(with_causes(&fault), "cannot read the file: no such file");
        let fault = RefreshFault::from(SourceFault::from(FetchFault::Status(404)));
        assert_eq!(with_causes(&fault), "the server answered with status 404");
    }
}
