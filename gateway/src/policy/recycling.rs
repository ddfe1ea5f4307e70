//! When an instance has served long enough: by calls, by age, by the memory it holds.
//!
//! Never ends an instance itself: `stock` does, when there is another one.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::config::Recycle;

/// An instance that is due and has no successor is looked at again after so many calls.
const CALLS_UNTIL_NEXT_LOOK: u64 = 100;

/// How long one instance has served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    calls: u64,
    born: Duration,
    last_call: u64,
    /// no look before this call
    next_look: u64,
    /// linear memory from which on it is replaced, in bytes
    memory_mark: usize,
}

impl Service {
    /// A new instance that holds `memory` of at most `most` bytes. One that starts near its mark may fill half of the
    /// rest: it would be replaced after each call otherwise.
    pub(super) fn begin(recycle: &Recycle, memory: usize, most: usize) -> Self {
        let halfway = memory + most.saturating_sub(memory) / 2;
        Self {
            calls: 0,
            born: now(),
            last_call: jittered(recycle.calls, RandomState::new().hash_one(0_u8)),
            next_look: 0,
            memory_mark: if memory < recycle.memory_bytes { recycle.memory_bytes } else { halfway },
        }
    }

    /// Counts a good call; true when the instance should be replaced. `memory` is what it holds, in bytes.
    pub(super) fn served(&mut self, recycle: &Recycle, memory: usize) -> bool {
        self.calls += 1;
        self.calls >= self.next_look
            && (self.calls >= self.last_call
                || memory >= self.memory_mark
                || now().saturating_sub(self.born) >= recycle.age)
    }

    /// There is no successor yet.
    pub(super) fn postpone(&mut self) {
        self.next_look = self.calls + CALLS_UNTIL_NEXT_LOOK;
    }
}

/// A tenth more or less, so that the instances of a plugin do not end together.
fn jittered(calls: u64, random: u64) -> u64 {
    let tenth = calls / 10;
    calls - tenth + random % (2 * tenth + 1)
}

/// Time since the machine started, a few milliseconds coarse: it is read at every call, and this clock costs no system
/// call.
fn now() -> Duration {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1000;

    fn recycle(calls: u64, age: Duration) -> Recycle {
        Recycle { calls, age, memory_bytes: 750 }
    }

    #[test]
    fn it_ends_by_calls_by_age_or_by_memory() {
        let long = Duration::from_secs(3600);
        let by_calls = recycle(10, long);
        let mut service = Service::begin(&by_calls, 0, MOST);
        let served = (1..=20).find(|_| service.served(&by_calls, 0));
        assert!(served.is_some_and(|calls| (9..=11).contains(&calls)), "{served:?}");

        let by_memory = recycle(1000, long);
        let mut service = Service::begin(&by_memory, 100, MOST);
        assert!(!service.served(&by_memory, 749) && service.served(&by_memory, 750));
        let mut service = Service::begin(&by_memory, 800, MOST);
        assert!(!service.served(&by_memory, 899) && service.served(&by_memory, 900), "it starts above the mark");

        let by_age = recycle(1000, Duration::ZERO);
        assert!(Service::begin(&by_age, 0, MOST).served(&by_age, 0));
    }

    #[test]
    fn one_without_a_successor_serves_on_for_a_while() {
        let recycle = recycle(1, Duration::from_secs(3600));
        let mut service = Service::begin(&recycle, 0, MOST);
        assert!(service.served(&recycle, 0));
        service.postpone();
        let next = (1..=1000).find(|_| service.served(&recycle, 0));
        assert_eq!(next, Some(CALLS_UNTIL_NEXT_LOOK));
    }

    #[test]
    fn jitter_stays_within_a_tenth() {
        for random in [0, 1, 7, u64::MAX] {
            assert!((90..=110).contains(&jittered(100, random)));
            assert_eq!(jittered(1, random), 1);
        }
    }
}
