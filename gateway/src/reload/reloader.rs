//! Tries what is on disk, and swaps it in when it is whole. Goes back to the generation before, when told to.
//!
//! Never tries the same bytes twice unless it is told to, and never swaps in a part.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;

use super::capabilities;
use super::kept::Kept;
use super::ledger::{Ledger, Origin};
use super::seen::Seen;
use super::snapshot::{self, Snapshot};
use super::stamps::Stamps;
use crate::config::Faults;
use crate::generation::{Builder, Generation};
use crate::observe::metrics::Metrics;

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// what is on disk is in force, or was refused before
    Unchanged,
    /// this generation is in force now
    Accepted(u64),
    /// the generation in force stays
    Refused,
    /// there is no generation to go back to
    NothingBefore,
    /// what was to be undone is not in force any more
    Overtaken,
}

/// The one owner of the generation in force.
pub struct Reloader {
    path: PathBuf,
    builder: Builder,
    metrics: Arc<Metrics>,
    /// what workers read
    pub current: Arc<ArcSwap<Generation>>,
    /// what operators read
    pub ledger: Ledger,
    seen: Mutex<Seen>,
    /// the files that the last look found named, also where it was refused
    named: Mutex<Vec<PathBuf>>,
    /// how the files stood when their contents were last found to be those of the last look
    same: Mutex<Option<Stamps>>,
}

impl Reloader {
    /// Loads the first generation. Blocks.
    ///
    /// # Errors
    /// Every fault of what is on disk.
    pub fn start(path: PathBuf, builder: Builder, metrics: Arc<Metrics>) -> Result<Self, Faults> {
        let Snapshot { digest, keys, draft, material } = snapshot::take(&path);
        let first = builder.build(1, draft?, &material, None)?;
        metrics.reload(Some(first.number));
        let in_force = Kept::of(&first, digest, keys, material);
        Ok(Self {
            path,
            builder,
            metrics,
            current: Arc::new(ArcSwap::from_pointee(first)),
            ledger: Ledger::default(),
            seen: Mutex::new(Seen::first(in_force)),
            named: Mutex::default(),
            same: Mutex::default(),
        })
    }

    /// The files that matter: to the generation in force, and to what was refused last.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = snapshot::files(&self.path, &self.current.load().config);
        files.extend_from_slice(&self.named.lock().unwrap_or_else(PoisonError::into_inner));
        files
    }

    /// Writes what was recorded and waits, and records nothing more: for the end of the process.
    pub fn stop_recording(&self) {
        self.builder.stop_recording();
    }

    /// Whether the disk differs from the last look. Reads only what has been touched since it was last found the same.
    /// Blocks.
    pub fn differs(&self) -> bool {
        let now = Stamps::of(self.files());
        let mut same = self.same.lock().unwrap_or_else(PoisonError::into_inner);
        if same.as_ref() == Some(&now) {
            return false;
        }
        let snapshot = snapshot::take(&self.path);
        let seen = self.seen();
        let differs = seen.is_news(&snapshot) || seen.new_keys().is_some();
        drop(seen);
        *same = (!differs && snapshot.is_readable() && now.are_settled()).then_some(now);
        differs
    }

    /// Looks at the disk and, when it changed, tries it. Keys and secrets of what is in force are taken up also where the disk
    /// waits or was refused. Blocks: never call it on a worker. Calls exclude each other.
    pub fn look(&self) -> Outcome {
        self.attempt(false)
    }

    /// The same, also when these very bytes were refused before: something else may have been mended. Ends a rollback.
    pub fn reload(&self) -> Outcome {
        self.attempt(true)
    }

    /// Builds the generation before the one in force once more, from memory; it stays until the disk changes. A second
    /// rollback undoes the first. Undoes only the generation of this number: another one may mend it. Blocks.
    pub fn rollback(&self, meant: u64) -> Outcome {
        let mut seen = self.seen();
        let began = Instant::now();
        let current = self.current.load_full();
        if current.number != meant {
            return Outcome::Overtaken;
        }
        let Some(previous) = &seen.previous else { return Outcome::NothingBefore };
        let keys = previous.keys_now();
        match self.builder.build(current.number + 1, previous.draft(), &previous.material, Some(&current)) {
            Ok(next) => {
                tracing::warn!(
                    from = current.number,
                    to = previous.number,
                    "rolled back; the files on disk wait for their next change"
                );
                let origin = Origin::Rollback { to: previous.number };
                if let Some(previous) = seen.previous.take() {
                    seen.rolled_back(Kept::of(&next, previous.digest, keys, previous.material));
                }
                self.ledger.accepted();
                self.swap(next, origin, began)
            }
            Err(faults) => self.refuse(&faults),
        }
    }

    /// The number of the generation that a rollback would return to.
    pub fn previous(&self) -> Option<u64> {
        // An attempt may hold the lock for seconds; the page then shows nothing rather than wait.
        self.seen.try_lock().ok()?.previous.as_ref().map(|kept| kept.number)
    }

    fn attempt(&self, is_asked_for: bool) -> Outcome {
        let mut seen = self.seen();
        let snapshot = snapshot::take(&self.path);
        if seen.is_news(&snapshot) || is_asked_for {
            return self.try_disk(&mut seen, snapshot);
        }
        match seen.new_keys() {
            Some(keys) => self.renew(&mut seen, keys),
            None => Outcome::Unchanged,
        }
    }

    fn try_disk(&self, seen: &mut Seen, snapshot: Snapshot) -> Outcome {
        seen.looked(&snapshot);
        if let Ok(draft) = &snapshot.draft {
            *self.named.lock().unwrap_or_else(PoisonError::into_inner) = snapshot::files(&self.path, draft.config());
        }
        if seen.is_in_force(&snapshot) {
            // Somebody put back what is in force already: the refusal in between is history.
            self.ledger.accepted();
            return Outcome::Unchanged;
        }
        let Snapshot { digest, keys, draft, material } = snapshot;
        let began = Instant::now();
        let current = self.current.load_full();
        let built = draft.and_then(|draft| self.builder.build(current.number + 1, draft, &material, Some(&current)));
        drop(current);
        match built {
            Ok(next) => {
                seen.accepted(Kept::of(&next, digest, keys, material));
                self.ledger.accepted();
                self.swap(next, Origin::Files, began)
            }
            Err(faults) => self.refuse(&faults),
        }
    }

    /// Builds what is in force once more, from memory, for its keys and secrets are not those of yesterday. It stays where it
    /// comes from, and a rollback returns to where it would have returned to.
    fn renew(&self, seen: &mut Seen, keys: Stamps) -> Outcome {
        let began = Instant::now();
        let current = self.current.load_full();
        seen.in_force.keys = keys;
        let kept = &seen.in_force;
        match self.builder.build(current.number + 1, kept.draft(), &kept.material, Some(&current)) {
            Ok(next) => {
                tracing::info!("a key or secret changed: what is in force is built once more, not what is on disk");
                seen.in_force.number = next.number;
                if !seen.disk_is_refused() {
                    self.ledger.accepted();
                }
                self.swap(next, self.ledger.origin(), began)
            }
            Err(faults) => self.refuse(&faults),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn swap(&self, next: Generation, origin: Origin, began: Instant) -> Outcome {
        let number = next.number;
        // The record comes first, so that nobody sees the new generation beside yesterday's refusal.
        self.ledger.retired(&self.current.load_full());
        self.ledger.comes_from(origin);
        self.metrics.reload(Some(number));
        for change in capabilities::changes(&self.current.load(), &next) {
            tracing::info!(generation = number, "{change}");
        }
        self.current.store(Arc::new(next));
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(generation = number, millis, "a new generation is in force");
        Outcome::Accepted(number)
    }

    fn refuse(&self, faults: &Faults) -> Outcome {
        let reason = faults.brief();
        self.metrics.reload(None);
        tracing::error!(generation = self.current.load().number, %reason, "reload refused, the generation in force stays");
        self.ledger.refused(reason);
        Outcome::Refused
    }
}

#[cfg(test)]
pub(super) mod tests;
