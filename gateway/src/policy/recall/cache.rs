//! The decision cache of a plugin: a memory for each worker.
//!
//! Never shared by two plugins, or by two generations of one: another config may answer otherwise.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::kept::Kept;
use super::memory::{Key, Memory};
use super::table::{Answer, Gone, State};
use crate::policy::decision::Call;
use crate::policy::exchange::Exchange;
use crate::policy::refill::Refill;
use crate::policy::transcript::Transcript;

/// See the module.
pub(in crate::policy) struct DecisionCache {
    workers: Box<[Mutex<Memory>]>,
    /// drops what is over, off the workers: that may be much
    refill: Refill,
}

impl Drop for DecisionCache {
    /// The last request of a replaced generation may end on a worker.
    fn drop(&mut self) {
        self.refill.end(Box::new(std::mem::take(&mut self.workers)));
    }
}

/// What the cache has to say to a call.
pub(in crate::policy) enum Recalled<R> {
    /// This was answered when everything was the same.
    Answer(R),
    /// Nothing yet: the call should be noted.
    Unknown,
    /// It did not look.
    Resting,
}

impl DecisionCache {
    /// An empty one that takes about `bytes`, all workers together; each has its share and learns for itself.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(in crate::policy) fn new(bytes: usize, workers: usize, refill: &Refill) -> Result<Self, getrandom::Error> {
        let mut key = Key::default();
        getrandom::fill(&mut key)?;
        let workers = (0..workers).map(|_| Mutex::new(Memory::new(key, bytes / workers))).collect();
        Ok(Self { workers, refill: refill.clone() })
    }

    /// The kept answer to a call, if there is one. Otherwise the exchange is as it was, but for what is foreseen.
    pub(in crate::policy) fn recall<R: Kept>(&self, worker: usize, call: Call, exchange: &mut Exchange) -> Recalled<R> {
        let Some(mut memory) = self.memory(worker).filter(|_| exchange.is_plain()) else { return Recalled::Resting };
        if !memory.worth.looks() {
            return Recalled::Resting;
        }
        let refusal = exchange.token_refusal;
        let found = memory.find(start(call), exchange);
        self.clear_away(memory.gone());
        if let Some(answer) = found.as_ref().and_then(|answer| answer.downcast_ref::<R>()) {
            memory.worth.found();
            exchange.notes.foreseen = None;
            return Recalled::Answer(answer.clone());
        }
        if exchange.notes.foreseen.is_some() {
            exchange.forget_claims();
        }
        exchange.token_refusal = refusal;
        Recalled::Unknown
    }

    /// Keeps the answer of a call, if that hangs on nothing but what was asked.
    pub(in crate::policy) fn learn<R: Kept>(&self, worker: usize, call: Call, noted: &Transcript, said: &R) {
        let Some(mut memory) = self.memory(worker) else { return };
        let kept = noted.is_repeatable() && {
            let answer: Answer = Arc::new(said.clone());
            memory.learn(start(call), noted, &answer, size_of::<R>() + said.bytes())
        };
        memory.worth.learned(kept);
        self.clear_away(memory.gone());
    }

    fn clear_away(&self, gone: Option<Gone>) {
        if let Some(gone) = gone.filter(|gone| !gone.is_empty()) {
            self.refill.end(Box::new(gone));
        }
    }

    /// A worker takes its own only, so nobody waits here.
    fn memory(&self, worker: usize) -> Option<MutexGuard<'_, Memory>> {
        Some(self.workers.get(worker)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where a call begins: its function, and the status that a response filter is handed.
fn start(call: Call) -> State {
    match call {
        Call::Authenticate => 1,
        Call::Authorize => 2,
        Call::Select => 3,
        Call::OnRequest => 4,
        Call::OnResponse(status) => 1 << 16 | State::from(status),
    }
}
