//! Tries what is on disk, and swaps it in when it is whole.
//!
//! Never tries the same bytes twice, and never swaps in a part.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;

use super::capabilities;
use super::ledger::Ledger;
use super::snapshot::{self, Snapshot};
use crate::config::Faults;
use crate::generation::{Builder, Generation};
use crate::observe::metrics::Metrics;

/// What became of one look at the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// nothing is different from the last look
    Unchanged,
    /// this generation is in force now
    Accepted(u64),
    /// the generation in force stays
    Refused,
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
}

/// Digests of what was read.
struct Seen {
    /// at the last look
    last: [u8; 32],
    /// by the generation in force
    in_force: [u8; 32],
}

impl Reloader {
    /// Loads the first generation. Blocks.
    ///
    /// # Errors
    /// Every fault of what is on disk.
    pub fn start(path: PathBuf, builder: Builder, metrics: Arc<Metrics>) -> Result<Self, Faults> {
        let snapshot = snapshot::take(&path);
        let first = builder.build(1, snapshot.draft?, &snapshot.components, None)?;
        metrics.reload(Some(first.number));
        Ok(Self {
            path,
            builder,
            metrics,
            current: Arc::new(ArcSwap::from_pointee(first)),
            ledger: Ledger::default(),
            seen: Mutex::new(Seen { last: snapshot.digest, in_force: snapshot.digest }),
        })
    }

    /// The folders that matter to the generation in force.
    pub fn folders(&self) -> Vec<PathBuf> {
        snapshot::folders(&self.path, &self.current.load().config)
    }

    /// Looks at the disk and, when it changed, tries it. Blocks: never call it on a worker. Calls exclude each other.
    pub fn look(&self) -> Outcome {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = snapshot::take(&self.path);
        let digest = snapshot.digest;
        if digest == seen.last {
            return Outcome::Unchanged;
        }
        seen.last = digest;
        if digest == seen.in_force {
            // Somebody put back what is in force already: the refusal in between is history.
            self.ledger.accepted();
            return Outcome::Unchanged;
        }
        let began = Instant::now();
        match self.build(snapshot) {
            Ok(next) => {
                seen.in_force = digest;
                self.swap(next, began)
            }
            Err(faults) => self.refuse(&faults),
        }
    }

    fn build(&self, snapshot: Snapshot) -> Result<Generation, Faults> {
        let current = self.current.load_full();
        self.builder.build(current.number + 1, snapshot.draft?, &snapshot.components, Some(&current))
    }

    fn swap(&self, next: Generation, began: Instant) -> Outcome {
        let number = next.number;
        // The record comes first, so that nobody sees the new generation beside yesterday's refusal.
        self.ledger.retired(&self.current.load_full());
        self.ledger.accepted();
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
