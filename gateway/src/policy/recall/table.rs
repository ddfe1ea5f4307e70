//! What is known after so many answers: what the policy asks next, or its own answer.
//!
//! Never larger than it may be: what was not used for the longest time goes first, half of the table at once.

use std::any::Any;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::policy::transcript::Question;

/// What an entry takes beside what it holds, in bytes: its place in a table that is half empty, and the counts of what is shared.
pub(super) const ENTRY_BYTES: usize = 144;

/// Where a policy stands: a keyed hash of all questions and answers so far.
pub(super) type State = u128;

/// An answer of whatever role.
pub(super) type Answer = Arc<dyn Any + Send + Sync>;

/// What follows a state.
#[derive(Clone)]
pub(super) enum Next {
    /// The policy asks these, whatever it is told.
    Ask(Run),
    /// The policy answers; with what the answer takes, in bytes.
    Say(Answer, usize),
}

/// Questions that follow one another.
#[derive(Clone)]
pub(super) struct Run {
    /// No other run has it: answers to other questions lead to another state.
    pub(super) id: u64,
    pub(super) questions: Arc<[Question]>,
}

impl Next {
    fn bytes(&self) -> usize {
        ENTRY_BYTES
            + match self {
                Self::Ask(run) => {
                    size_of_val(&*run.questions) + run.questions.iter().map(Question::bytes).sum::<usize>()
                }
                Self::Say(_, bytes) => *bytes,
            }
    }
}

/// The states of one worker. Each use moves an entry to the young half; when that is full, the old one goes.
pub(super) struct Table {
    young: FxHashMap<State, Next>,
    old: FxHashMap<State, Next>,
    young_bytes: usize,
    half_bytes: usize,
    runs: u64,
    /// what had to go, for somebody who has the time to drop it
    gone: Option<Gone>,
}

/// Entries that are over.
pub(super) type Gone = FxHashMap<State, Next>;

impl Table {
    /// An empty one that takes at most `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            young: FxHashMap::default(),
            old: FxHashMap::default(),
            young_bytes: 0,
            half_bytes: bytes / 2,
            runs: 0,
            gone: None,
        }
    }

    /// What follows a state, if that is known.
    pub(super) fn get(&mut self, state: State) -> Option<&Next> {
        if !self.young.contains_key(&state) {
            let next = self.old.remove(&state)?;
            self.put(state, next);
        }
        self.young.get(&state)
    }

    /// Notes what follows a state, in place of what did; false when it is too large for that.
    pub(super) fn put(&mut self, state: State, next: Next) -> bool {
        let bytes = next.bytes();
        if bytes > self.half_bytes {
            return false;
        }
        if self.young_bytes + bytes > self.half_bytes {
            let room = FxHashMap::with_capacity_and_hasher(self.young.len(), FxBuildHasher);
            let young = std::mem::replace(&mut self.young, room);
            self.gone = Some(std::mem::replace(&mut self.old, young));
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        if let Some(replaced) = self.young.insert(state, next) {
            self.young_bytes -= replaced.bytes();
        }
        true
    }

    /// What had to go since this was last asked.
    pub(super) fn gone(&mut self) -> Option<Gone> {
        self.gone.take()
    }

    /// A run that nobody has walked yet.
    pub(super) fn run(&mut self, questions: Arc<[Question]>) -> Run {
        self.runs += 1;
        Run { id: self.runs, questions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say() -> Next {
        Next::Say(Arc::new(()), 0)
    }

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let mut table = Table::new(20 * ENTRY_BYTES);
        for state in 0..1000 {
            table.put(state, say());
            assert!(table.get(0).is_some(), "in use: {state}");
            assert!(table.young.len() + table.old.len() <= 20);
            assert_eq!(table.young_bytes, table.young.len() * ENTRY_BYTES);
        }
        assert!(table.get(999).is_some() && table.get(500).is_none());
    }

    #[test]
    fn what_is_larger_than_half_is_not_kept() {
        let mut table = Table::new(10 * ENTRY_BYTES);
        table.put(1, say());
        assert!(!table.put(2, Next::Say(Arc::new(()), 5 * ENTRY_BYTES)));
        assert!(table.get(1).is_some() && table.get(2).is_none());
    }

    #[test]
    fn a_replaced_entry_weighs_once() {
        let mut table = Table::new(20 * ENTRY_BYTES);
        for _ in 0..100 {
            table.put(1, say());
        }
        assert_eq!(table.young_bytes, ENTRY_BYTES);
    }
}
