//! The keys of one source as they are now, and the one fetch that may be under way for them.
//!
//! Never evicts a key set because a fetch failed or a key was not found, and never runs two fetches at once.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use witgate_token::{DroppedKey, KeySet};

use crate::causes::{clipped, with_causes};
use crate::config::{IssuerConfig, KeySetFault, Timing};
use crate::facts::{Facts, Known};
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

/// How seldom the background task asks for a key set that was never there.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Of failures in a row without any key set, one in so many is in the log.
const FAILURES_PER_LINE: u32 = 30;

/// Names what must not be mistaken for one another, and is never given twice.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

pub(crate) fn next_id() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// What one source of keys gives. Shared by all clones of the keyring, and by issuers of which only the profile changed.
pub(crate) struct Keys {
    /// The name of the profile, for the log.
    profile: String,
    source: Source,
    timing: Timing,
    runtime: Handle,
    held: ArcSwapOption<Held>,
    schedule: Schedule,
    facts: Facts,
    refresher: OnceLock<Refresher>,
}

/// The background task of one source; ends with it.
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

impl Keys {
    pub fn new(profile: &str, source: Source, timing: Timing, runtime: Handle) -> Self {
        let (held, schedule, facts, refresher) = Default::default();
        Self { profile: profile.to_owned(), source, timing, runtime, held, schedule, facts, refresher }
    }

    /// Whether they come from exactly where this configuration says, for the same profile and issuer by name.
    pub fn are_of(&self, config: &IssuerConfig) -> bool {
        let (source, profile) = (&self.source, &config.profile);
        let same_names = self.profile == profile.name && *source.issuer == *profile.issuer;
        let same_place = source.place == config.source && source.key_origins == config.key_origins;
        same_names && same_place && source.allowances == config.allowances()
    }

    /// The key set as it is now, without waiting.
    pub fn held(&self) -> Option<Arc<Held>> {
        self.held.load_full()
    }

    /// The key set as it is now, for a moment: quicker than [`Keys::held`], since workers do not meet at its counts.
    pub fn held_now(&self) -> Guard<Option<Arc<Held>>> {
        self.held.load()
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

    /// Until when somebody who asks now may be kept waiting.
    pub fn wait_end(&self) -> Instant {
        Instant::now() + self.timing.wait_deadline
    }

    /// Makes sure that the key is there if it can be had; waits until then at most.
    pub async fn ensure(self: &Arc<Self>, kid: Option<&str>, until: Instant) {
        let flight = if self.has(kid) { None } else { self.start_or_join() };
        self.keep_fresh();
        if let Some(mut flight) = flight {
            // The channel closes when the fetch ends; what it brought is in `held`.
            let _ = timeout_at(until, flight.changed()).await;
        }
    }

    /// Whether the source fails to say which keys there are: the last attempt failed, or it takes longer than anybody waits.
    pub fn are_in_doubt(&self) -> bool {
        self.facts.is_failing() || self.schedule.is_overdue(self.timing.wait_deadline)
    }

    /// Fetches in the background where `is_called_for` and the cooldown is over. Never waits. A file is watched anyway.
    pub fn look_again(self: &Arc<Self>, is_called_for: impl FnOnce() -> bool) {
        let may_begin = self.source.place.file().is_none() && self.schedule.may_begin(self.cooldown());
        if may_begin && is_called_for() {
            // Another caller may have been quicker: then this joins, and nobody waits for it.
            let _ = self.start_or_join();
        }
    }

    /// Parses a document and puts it in force. Errors leave the old one in force.
    fn accept(&self, obtained: &Obtained) -> Result<(), KeySetFault> {
        let digest = Sha256::digest(obtained.document.as_slice()).into();
        let before = self.held();
        if before.as_ref().is_some_and(|held| held.digest == digest) {
            return Ok(());
        }
        let (keys, mut dropped) = source::keys(&self.source.place, &obtained.document)?;
        for key in &mut dropped {
            key.kid = key.kid.take().map(|kid| clipped(&kid));
        }
        if keys.is_empty() {
            return Err(dropped.first().map_or(KeySetFault::NoUsableKey, |first| KeySetFault::AllLeftOut(first.fault)));
        }
        let generation = before.map_or(1, |held| held.generation + 1);
        let profile = &self.profile;
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
        let keys = Arc::clone(self);
        self.runtime.spawn(async move {
            keys.fetch().await;
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

    fn note(&self, reason: &str) {
        let failure = self.facts.failed(reason);
        let old_keys_kept = self.held.load().is_some();
        let is_said = match self.source.place.file() {
            // A file that is looked at again and again says the same each time: once is enough.
            Some(_) => failure.is_news,
            None => old_keys_kept || (failure.in_a_row - 1).is_multiple_of(FAILURES_PER_LINE),
        };
        if is_said {
            tracing::warn!(profile = %self.profile, reason, old_keys_kept, "no new key set");
        }
    }

    async fn try_fetch(&self) -> Result<Duration, RefreshFault> {
        let obtained = timeout(self.timing.fetch_deadline, self.source.obtain()).await;
        let obtained = obtained.map_err(|_| RefreshFault::Deadline)??;
        self.accept(&obtained)?;
        let wanted = obtained.max_age.unwrap_or(self.timing.default_fresh);
        Ok(wanted.clamp(self.timing.min_fresh, self.timing.max_fresh))
    }

    /// The same for the background task: it asks ever more seldom for keys that were never there. A token need not wait.
    fn background_cooldown(&self) -> Duration {
        if self.held.load().is_some() {
            self.timing.cooldown
        } else {
            backed_off(self.timing.first_cooldown, self.facts.failed_in_a_row())
        }
    }

    fn cooldown(&self) -> Duration {
        if self.held.load().is_some() { self.timing.cooldown } else { self.timing.first_cooldown }
    }
}

/// Twice as long with each failure after the first one, up to [`LONGEST_PAUSE`].
fn backed_off(first: Duration, failed: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX);
    first.saturating_mul(doubled).min(LONGEST_PAUSE.max(first))
}

/// Fetches again before the key set goes stale, until nobody has the keys.
async fn refresh(keys: Weak<Keys>) {
    loop {
        let Some(pause) = keys.upgrade().map(|keys| keys.schedule.until_due(keys.background_cooldown())) else {
            return;
        };
        if !pause.is_zero() {
            sleep(pause).await;
            // Meanwhile a token may have brought what was due.
            continue;
        }
        let Some(flight) = keys.upgrade().map(|keys| keys.start_or_join()) else { return };
        if let Some(mut flight) = flight {
            // Ends with the fetch, which has its own deadline.
            let _ = flight.changed().await;
        }
    }
}

/// Reads the file again after each event and each pause, until nobody has the keys.
async fn follow(keys: Weak<Keys>, mut watch: Watch) {
    loop {
        let Some(pause) = keys.upgrade().map(|keys| keys.timing.file_check) else { return };
        watch.changed(pause).await;
        // A reading that is under way may have begun before the change: it is waited for, and then one more is made.
        loop {
            let Some((mut flight, is_new)) = keys.upgrade().map(|keys| keys.reread()) else { return };
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
    fn the_pause_doubles_up_to_a_minute() {
        let seconds = |failed| backed_off(Duration::from_secs(1), failed).as_secs();
        assert_eq!([0, 1, 2, 3, 6, 7, 32, 33, u32::MAX].map(seconds), [1, 1, 2, 4, 32, 60, 60, 60, 60]);
        let rare = Duration::from_secs(3600);
        assert_eq!(backed_off(rare, 5), rare, "never more often than a token may");
    }

    #[test]
    fn the_operator_sees_each_cause_once() {
        let io = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let fault = RefreshFault::from(SourceFault::from(io));
        assert_eq!(with_causes(&fault), "cannot read the file: no such file");
        let fault = RefreshFault::from(SourceFault::from(FetchFault::Status(404)));
        assert_eq!(with_causes(&fault), "the server answered with status 404");
    }
}
