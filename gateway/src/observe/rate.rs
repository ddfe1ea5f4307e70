//! How many of something may happen in one second, over all workers.
//!
//! Never waits: what is too much is told so at once.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where the second begins in the packed word; below it stands the count.
const SECOND_BITS: u32 = 24;

/// A limit for each second of a clock.
#[derive(Debug)]
pub struct Rate {
    most: u64,
    /// the second of the last one, and how many it had
    state: AtomicU64,
}

impl Rate {
    /// At most this many in one second.
    pub const fn per_second(most: u64) -> Self {
        Self { most, state: AtomicU64::new(0) }
    }

    /// Whether one more may happen at this time, in seconds since 1970-01-01 UTC. Counts it if so.
    pub fn admits(&self, now: u64) -> bool {
        let next = |state: u64| {
            let count = if state >> SECOND_BITS == now { state & ((1 << SECOND_BITS) - 1) } else { 0 };
            (count < self.most).then_some((now << SECOND_BITS) | (count + 1))
        };
        self.state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own_count() {
        let rate = Rate::per_second(2);
        let taken: Vec<bool> = [7, 7, 7, 8, 8, 8].into_iter().map(|second| rate.admits(second)).collect();
        assert_eq!(taken, [true, true, false, true, true, false]);
    }
}
