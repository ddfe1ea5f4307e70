//! One issuer's keys as they are now, and the one fetch that may be under way for them.
//!
//! Never evicts a key set because a fetch failed or a key was not found, and never runs two fetches at once.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use witgate_token::{DroppedKey, KeySet, Profile};

use crate::causes::with_causes;
use crate::config::{IssuerConfig, KeySetFault, Timing};
use crate::facts::{Facts, Known};
use crate::revocation::RevocationList;
use crate::schedule::{Ask, Schedule};
use crate::source::{self, Obtained, Source, SourceFault};
use crate::watch::Watch;

/// A key set that was obtained, with its number.
pub(crate) struct Held {
    pub keys: KeySet,
    /// 1 for the first key set; one more each time the document changes.
    pub generation: u64,
    /// Unlike that of any other key set of this process.
    pub id: u64,
    /// The keys of the document that were left out.
    pub dropped: Vec<DroppedKey>,
    /// SHA-256 of the document. The document itself may be a secret.
    digest: [u8; 32],
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
    schedule: Schedule,
    facts: Facts,
    refresher: OnceLock<Refresher>,
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
pub(crate) enum RefreshFault {
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
        let same_source = source.place == config.source && source.key_origins == config.key_origins;
        let same_feed = self.revoked.is_from(config.revocations.as_ref());
        self.profile == config.profile && same_source && same_feed && source.allowances == config.allowances()
    }

    pub fn new(profile: Profile, source: Source, revoked: RevocationList, timing: Timing, runtime: Handle) -> Self {
        let (held, schedule, facts, refresher) = Default::default();
        Self { profile, id: next_id(), revoked, source, timing, runtime, held, schedule, facts, refresher }
    }

    /// The key set as it is now, without waiting.
    pub fn held(&self) -> Option<Arc<Held>> {
        self.held.load_full()
    }

    /// Whether this very key set is still in force.
    pub fn has_key_set(&self, id: u64) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.id == id)
    }

    /// What happened to its fetches so far.
    pub fn known(&self) -> Known {
        self.facts.known()
    }

    /// Reads the file of a source that has one, and says which; nothing otherwise. Blocks.
    pub fn read_at_start(&self) -> Option<(&Path, Result<(), RefreshFault>)> {
        let path = self.source.place.file()?;
        let read = self.source.read(path).map_err(RefreshFault::from);
        let accepted = read.and_then(|obtained| Ok(self.accept(&obtained)?));
        if accepted.is_ok() {
            self.facts.succeeded();
        }
        Some((path, accepted))
    }

    /// Reads the file again whenever it may have changed, from now on.
    pub fn follow(self: &Arc<Self>, watch: Watch) {
        self.refresher
            .get_or_init(|| Refresher(self.runtime.spawn(follow(Arc::downgrade(self), watch)).abort_handle()));
    }

    /// Fetches again before the key set goes stale, from now on.
    pub fn keep_fresh(self: &Arc<Self>) {
        self.refresher.get_or_init(|| Refresher(self.runtime.spawn(refresh(Arc::downgrade(self))).abort_handle()));
    }

    /// Makes sure that the key is there if it can be had; waits at most the wait deadline.
    pub async fn ensure(self: &Arc<Self>, kid: Option<&str>) {
        if !self.has(kid)
            && let Some(mut flight) = self.start_or_join()
        {
            // The channel closes when the fetch ends; what it brought is in `held`.
            let _ = timeout(self.timing.wait_deadline, flight.changed()).await;
        }
        self.keep_fresh();
    }

    /// Parses a document and puts it in force. Errors leave the old one in force.
    fn accept(&self, obtained: &Obtained) -> Result<(), KeySetFault> {
        let digest = Sha256::digest(obtained.document.as_slice()).into();
        let before = self.held();
        if before.as_ref().is_some_and(|held| held.digest == digest) {
            return Ok(());
        }
        let (keys, dropped) = source::keys(&self.source.place, &obtained.document)?;
        if keys.is_empty() {
            return Err(dropped.first().map_or(KeySetFault::NoUsableKey, |first| KeySetFault::AllLeftOut(first.fault)));
        }
        let generation = before.map_or(1, |held| held.generation + 1);
        let profile = &self.profile.name;
        for key in &dropped {
            tracing::warn!(%profile, index = key.index, kid = ?key.kid, reason = %key.fault, "key left out");
        }
        if obtained.is_open_to_others {
            tracing::warn!(%profile, "the secret file may be read by others than its owner; take that away: chmod 600");
        }
        tracing::info!(%profile, generation, keys = keys.len(), "key set in force");
        self.held.store(Some(Arc::new(Held { keys, generation, id: next_id(), dropped, digest })));
        Ok(())
    }

    fn has(&self, kid: Option<&str>) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.keys.contains(kid))
    }

    /// The running fetch, or a new one; nothing while the last start is too recent.
    fn start_or_join(self: &Arc<Self>) -> Option<watch::Receiver<()>> {
        match self.schedule.ask(self.cooldown())? {
            Ask::Join(flight) => Some(flight),
            Ask::Begin(done, flight) => {
                self.begin(done);
                Some(flight)
            }
        }
    }

    /// A reading that pays no heed to the cooldown, since the file may have changed; or the one under way, and false.
    fn reread(self: &Arc<Self>) -> (watch::Receiver<()>, bool) {
        match self.schedule.ask_now() {
            Ask::Join(flight) => (flight, false),
            Ask::Begin(done, flight) => {
                self.begin(done);
                (flight, true)
            }
        }
    }

    fn begin(self: &Arc<Self>, done: watch::Sender<()>) {
        let issuer = Arc::clone(self);
        self.runtime.spawn(async move {
            issuer.fetch().await;
            drop(done);
        });
    }

    async fn fetch(&self) {
        match self.try_fetch().await {
            Ok(fresh_for) => {
                self.schedule.fresh_for(fresh_for);
                self.facts.succeeded();
            }
            Err(fault) => {
                self.schedule.fresh_for(Duration::ZERO);
                self.note(&with_causes(&fault));
            }
        }
    }

    /// A file that is looked at again and again says the same each time: once is enough.
    fn note(&self, reason: &str) {
        let is_news = self.facts.failed(reason);
        if is_news || self.source.place.file().is_none() {
            let old_keys_kept = self.held.load().is_some();
            tracing::warn!(profile = %self.profile.name, reason, old_keys_kept, "no new key set");
        }
    }

    async fn try_fetch(&self) -> Result<Duration, RefreshFault> {
        let obtained = timeout(self.timing.fetch_deadline, self.source.obtain()).await;
        let obtained = obtained.map_err(|_| RefreshFault::Deadline)??;
        self.accept(&obtained)?;
        let wanted = obtained.max_age.unwrap_or(self.timing.default_fresh);
        Ok(wanted.clamp(self.timing.min_fresh, self.timing.max_fresh))
    }

    fn cooldown(&self) -> Duration {
        if self.held.load().is_some() { self.timing.cooldown } else { self.timing.first_cooldown }
    }
}

/// Fetches again before the key set goes stale, until the issuer is gone.
async fn refresh(issuer: Weak<Issuer>) {
    loop {
        let Some(pause) = issuer.upgrade().map(|issuer| issuer.schedule.until_due(issuer.cooldown())) else { return };
        sleep(pause).await;
        let Some(flight) = issuer.upgrade().map(|issuer| issuer.start_or_join()) else { return };
        if let Some(mut flight) = flight {
            // Ends with the fetch, which has its own deadline.
            let _ = flight.changed().await;
        }
    }
}

/// Reads the file again after each event and each pause, until the issuer is gone.
async fn follow(issuer: Weak<Issuer>, mut watch: Watch) {
    loop {
        let Some(pause) = issuer.upgrade().map(|issuer| issuer.timing.file_check) else { return };
        watch.changed(pause).await;
        // A reading that is under way may have begun before the change: it is waited for, and then one more is made.
        loop {
            let Some((mut flight, is_new)) = issuer.upgrade().map(|issuer| issuer.reread()) else { return };
            let _ = flight.changed().await;
            if is_new {
                break;
            }
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
