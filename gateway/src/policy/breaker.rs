//! The breaker of one plugin: too many faults in a window, and the plugin is not asked for a while.
//!
//! Never locks: all workers share it, and a call of a plugin that works pays one load.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::config;

/// The deadline of a breaker that is closed.
const CLOSED: u64 = 0;
/// A place in the ring of fault times that no fault has taken.
const NO_FAULT: u64 = 0;

/// Counts faults and opens; times are milliseconds since it was made, plus one.
pub(super) struct Breaker {
    born: Instant,
    window: u64,
    open_for: u64,
    /// when the next trial is due; [`CLOSED`] while calls pass
    open_until: AtomicU64,
    /// the times of the last faults, one place fewer than it takes to open
    ring: Box<[AtomicU64]>,
    /// where the next fault goes
    next: AtomicUsize,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// the plugin works
    Free,
    /// one call to see whether it works again; its end must be told
    Trial,
    /// not now; the next trial is due after this time
    Shut(Duration),
}

impl Breaker {
    pub(super) fn new(settings: &config::Breaker) -> Self {
        let places = settings.faults.saturating_sub(1);
        Self {
            born: Instant::now(),
            window: milliseconds(settings.window),
            open_for: milliseconds(settings.open),
            open_until: AtomicU64::new(CLOSED),
            ring: (0..places).map(|_| AtomicU64::new(NO_FAULT)).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// Asks for one call.
    pub(super) fn admit(&self) -> Admission {
        match self.open_until.load(Ordering::Relaxed) {
            CLOSED => Admission::Free,
            due => self.admit_at(due, self.now()),
        }
    }

    /// The trial went well: calls pass again. The next fault within the window opens it at once.
    pub(super) fn trial_went_well(&self) {
        let now = self.now();
        self.ring.iter().for_each(|place| place.store(now, Ordering::Relaxed));
        self.open_until.store(CLOSED, Ordering::Relaxed);
    }

    /// Counts a fault; true when this one opened it.
    pub(super) fn fault(&self) -> bool {
        self.fault_at(self.now())
    }

    /// One caller gets the trial; for the others it stays shut until that one is overdue.
    fn admit_at(&self, due: u64, now: u64) -> Admission {
        if now < due {
            return Admission::Shut(Duration::from_millis(due - now));
        }
        let next = now + self.open_for;
        match self.open_until.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Admission::Trial,
            Err(CLOSED) => Admission::Free,
            Err(_) => Admission::Shut(Duration::from_millis(self.open_for)),
        }
    }

    fn fault_at(&self, now: u64) -> bool {
        let oldest = match self.ring.len() {
            0 => now,
            places => self.ring[self.next.fetch_add(1, Ordering::Relaxed) % places].swap(now, Ordering::Relaxed),
        };
        let opens = oldest != NO_FAULT && now.saturating_sub(oldest) <= self.window;
        let was_open = self.open_until.load(Ordering::Relaxed) != CLOSED;
        if opens || was_open {
            self.open_until.store(now + self.open_for, Ordering::Relaxed);
        }
        opens && !was_open
    }

    fn now(&self) -> u64 {
        milliseconds(self.born.elapsed()) + 1
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(faults: usize) -> Breaker {
        let (window, open) = (Duration::from_millis(100), Duration::from_millis(50));
        Breaker::new(&config::Breaker { faults, window, open })
    }

    fn admit(breaker: &Breaker, now: u64) -> Admission {
        match breaker.open_until.load(Ordering::Relaxed) {
            CLOSED => Admission::Free,
            due => breaker.admit_at(due, now),
        }
    }

    #[test]
    fn so_many_faults_in_the_window_open_it_and_fewer_do_not() {
        let slow = breaker(3);
        for now in (1..1000).step_by(51) {
            assert!(!slow.fault_at(now), "two faults in any window, at {now}");
        }
        let quick = breaker(3);
        assert_eq!([10, 60, 110].map(|now| quick.fault_at(now)), [false, false, true]);
        assert_eq!(admit(&quick, 111), Admission::Shut(Duration::from_millis(49)));
        assert!(breaker(1).fault_at(1), "one fault is enough where one is written");
    }

    #[test]
    fn one_caller_tries_and_the_others_wait_for_what_it_finds() {
        let breaker = breaker(1);
        assert!(breaker.fault_at(10));
        assert_eq!(admit(&breaker, 60), Admission::Trial);
        assert_eq!(admit(&breaker, 61), Admission::Shut(Duration::from_millis(49)));
        assert!(!breaker.fault_at(62), "it was open already");
        assert_eq!(admit(&breaker, 63), Admission::Shut(Duration::from_millis(49)), "for the whole time again");
        assert_eq!(admit(&breaker, 112), Admission::Trial, "a trial that is given up is followed by another");
    }

    #[test]
    fn after_a_good_trial_the_next_fault_opens_it_at_once() {
        let breaker = breaker(10);
        let now = breaker.now();
        (0..10).for_each(|_| assert!(!breaker.fault_at(now) || breaker.admit() != Admission::Free));
        assert!(matches!(breaker.admit(), Admission::Shut(_)));
        breaker.trial_went_well();
        assert_eq!(breaker.admit(), Admission::Free);
        assert!(breaker.fault_at(breaker.now()));
    }
}
