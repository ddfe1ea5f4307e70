//! What came of the comparisons with one candidate: counts, and differing requests as cases.
//!
//! Never holds a request's credentials, and never more than [`MOST_DIFFERENCES`] cases: those of one kind are kept once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Kinds of differences that are kept for one candidate.
const MOST_DIFFERENCES: usize = 64;

/// Counts of one candidate since it was loaded.
#[derive(Debug, Default)]
pub struct Tally {
    agreed: AtomicU64,
    differed: AtomicU64,
    faulted: AtomicU64,
    dropped: AtomicU64,
    differences: Mutex<Vec<Difference>>,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// the candidate decided as the live plugin
    pub agreed: u64,
    /// it decided otherwise
    pub differed: u64,
    /// it broke
    pub faulted: u64,
    /// it was not asked: the queue was full
    pub dropped: u64,
}

/// One kind of difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// the route's name
    pub route: String,
    /// the live plugin's answer, in short
    pub live: String,
    /// the candidate's
    pub candidate: String,
    /// how often
    pub times: u64,
    /// the first such request as a case that expects the live answer, in TOML
    pub case: String,
    /// what must be equal to be of this kind
    #[serde(skip)]
    pub(super) kind: String,
}

/// What one comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Agreed,
    Differed,
    Faulted,
}

impl Found {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Differed => "differed",
            Self::Faulted => "faulted",
        }
    }
}

impl Tally {
    /// The counts.
    pub fn counts(&self) -> Counts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            agreed: load(&self.agreed),
            differed: load(&self.differed),
            faulted: load(&self.faulted),
            dropped: load(&self.dropped),
        }
    }

    /// The differences that were kept, in the order in which they were first seen.
    pub fn differences(&self) -> Vec<Difference> {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, found: Found) {
        let counter = match found {
            Found::Agreed => &self.agreed,
            Found::Differed => &self.differed,
            Found::Faulted => &self.faulted,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps a difference, or counts one of its kind; `make` is called for a new kind with room only. Called by the
    /// shadow thread, never by a worker.
    pub(super) fn keep(&self, kind: String, make: impl FnOnce(String) -> Difference) {
        let mut kept = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter_mut().find(|one| one.kind == kind) {
            known.times += 1;
        } else if kept.len() < MOST_DIFFERENCES {
            kept.push(make(kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_one_kind_are_kept_once_and_all_are_bounded() {
        let tally = Tally::default();
        let made = |kind: String| Difference {
            route: String::new(),
            live: String::new(),
            candidate: String::new(),
            times: 1,
            case: String::new(),
            kind,
        };
        for n in 0..MOST_DIFFERENCES * 3 {
            tally.keep(format!("kind {}", n / 2), made);
        }
        let kept = tally.differences();
        assert_eq!(kept.len(), MOST_DIFFERENCES);
        assert!(kept.iter().all(|one| one.times == 2));
    }
}
