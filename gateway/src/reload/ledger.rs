//! What became of each attempt to load: the generations still alive, and the last refusal.
//!
//! Never keeps a generation alive, and never grows: dead generations are forgotten.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;
use serde::Serialize;

use crate::generation::Generation;

/// Why the last refused attempt was refused.
#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    /// when
    pub at: Timestamp,
    /// every fault with its place; `witgate check` shows the text around it, too
    pub reason: String,
}

/// Where the generation in force comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// the files on disk
    #[default]
    Files,
    /// a rollback; the files on disk wait for their next change
    Rollback {
        /// the number that this generation had before
        to: u64,
    },
}

/// A replaced generation that somebody still holds.
pub struct Retired {
    /// the generation
    pub generation: Arc<Generation>,
    /// when it was replaced
    pub at: Timestamp,
}

/// The record behind `GET /generations`.
#[derive(Default)]
pub struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    retired: Vec<(u64, Timestamp, Weak<Generation>)>,
    last_refusal: Option<Refusal>,
    origin: Origin,
}

impl Ledger {
    /// A generation was replaced; it lives on while requests hold it.
    pub fn retired(&self, generation: &Arc<Generation>) {
        let mut inner = self.inner();
        inner.retired.retain(|(.., weak)| weak.strong_count() > 0);
        inner.retired.push((generation.number, Timestamp::now(), Arc::downgrade(generation)));
    }

    /// An attempt was refused.
    pub fn refused(&self, reason: String) {
        let refusal = Refusal { at: Timestamp::now(), reason };
        self.inner().last_refusal = Some(refusal);
    }

    /// An attempt was accepted: what was refused before it is history.
    pub fn accepted(&self) {
        self.inner().last_refusal = None;
    }

    /// Where the generation comes from that is about to be in force.
    pub fn comes_from(&self, origin: Origin) {
        self.inner().origin = origin;
    }

    /// Where the generation in force comes from.
    pub fn origin(&self) -> Origin {
        self.inner().origin
    }

    /// The replaced generations that requests still hold. The one in force is recorded as replaced a moment before it
    /// is.
    pub fn draining(&self, in_force: u64) -> Vec<Retired> {
        let inner = self.inner();
        let held = inner.retired.iter().filter(|(number, ..)| *number != in_force);
        held.filter_map(|(_, at, weak)| Some(Retired { generation: weak.upgrade()?, at: *at })).collect()
    }

    /// The last refusal since the generation in force was accepted.
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.inner().last_refusal.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
