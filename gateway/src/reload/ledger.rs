//! What became of each attempt to load: the generations still alive, and the last refusal.
//!
//! Never keeps a generation alive, and never grows: dead generations are forgotten.

use std::sync::{Arc, Mutex, PoisonError, Weak};

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

/// The record behind `GET /generations`.
#[derive(Default)]
pub struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    retired: Vec<(u64, Weak<Generation>)>,
    last_refusal: Option<Refusal>,
}

impl Ledger {
    /// A generation was replaced; it lives on while requests hold it.
    pub fn retired(&self, generation: &Arc<Generation>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.retired.retain(|(_, weak)| weak.strong_count() > 0);
        inner.retired.push((generation.number, Arc::downgrade(generation)));
    }

    /// An attempt was refused.
    pub fn refused(&self, reason: String) {
        let refusal = Refusal { at: Timestamp::now(), reason };
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).last_refusal = Some(refusal);
    }

    /// An attempt was accepted: what was refused before it is history.
    pub fn accepted(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).last_refusal = None;
    }

    /// The numbers of replaced generations that requests still hold. The one in force is recorded as replaced a moment
    /// before it is.
    pub fn draining(&self, in_force: u64) -> Vec<u64> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let held = inner.retired.iter().filter(|(number, weak)| *number != in_force && weak.strong_count() > 0);
        held.map(|(number, _)| *number).collect()
    }

    /// The last refusal since the generation in force was accepted.
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).last_refusal.clone()
    }
}
