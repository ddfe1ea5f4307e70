//! Which requests are sampled.
//!
//! Never draws lots: of every 1,000 calls of a worker the same number is taken, evenly spread, so that tests and
//! operators can count.

use std::sync::atomic::{AtomicU64, Ordering};

/// One whole, as a share.
const WHOLE: u64 = 1_000_000;

/// A share of the calls, counted for each worker alone.
#[derive(Debug)]
pub struct Share {
    millionths: u64,
    calls: Vec<AtomicU64>,
}

impl Share {
    /// A share in millionths, 0 to 1,000,000, of the calls of each of these workers.
    pub fn new(millionths: u32, workers: usize) -> Self {
        let calls = (0..workers.max(1)).map(|_| AtomicU64::new(0)).collect();
        Self { millionths: u64::from(millionths).min(WHOLE), calls }
    }

    /// The share as a number from 0 to 1.
    pub fn fraction(&self) -> f64 {
        f64::from(u32::try_from(self.millionths).unwrap_or(u32::MAX)) / 1_000_000.0
    }

    /// Whether this worker's next call is one of them.
    pub(in crate::policy) fn takes(&self, worker: usize) -> bool {
        let calls = &self.calls[worker % self.calls.len()];
        let before = calls.fetch_add(1, Ordering::Relaxed) % WHOLE;
        (before * self.millionths) / WHOLE != ((before + 1) * self.millionths) / WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_share_is_taken_evenly() {
        for (millionths, of, taken) in [(1_000_000, 500, 500), (100_000, 1000, 100), (0, 1000, 0), (1, 1_000_000, 1)] {
            let share = Share::new(millionths, 2);
            assert_eq!((0..of).filter(|_| share.takes(1)).count(), taken, "{millionths}");
        }
        let tenth = Share::new(100_000, 1);
        assert!((0..10).any(|_| tenth.takes(0)), "the first ten hold one");
    }
}
