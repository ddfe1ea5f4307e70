//! How long a recording rests after a write that failed: a full disk is not asked again for each request.
//!
//! Never looks at a clock: whoever asks says what time it is.

use std::time::{Duration, Instant};

/// The first rest; each that follows is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest one: a disk that has room again is noticed by then.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// Whether one may write, and what was lost meanwhile.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// the end of the rest and its length; nothing while all is well
    rest: Option<(Instant, Duration)>,
    /// lines that were not written since it failed first
    lost: u64,
}

impl Backoff {
    /// Whether a rest is over, or none was needed.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.rest.is_none_or(|(end, _)| now >= end)
    }

    /// A line that was not even tried.
    pub(super) fn lose(&mut self) {
        self.lost += 1;
    }

    /// A write that failed: how long nothing is written now, and how many lines were lost so far, this one among them.
    pub(super) fn failed(&mut self, now: Instant) -> (Duration, u64) {
        self.lost += 1;
        let length = self.rest.map_or(FIRST, |(_, before)| before.saturating_mul(2).min(LONGEST));
        self.rest = Some((now + length, length));
        (length, self.lost)
    }

    /// The disk took what was written: how many lines were lost before, where any were.
    pub(super) fn recovered(&mut self) -> Option<u64> {
        let before = std::mem::take(self);
        before.rest.map(|_| before.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_is_followed_by_a_longer_rest_up_to_a_bound() {
        let (mut backoff, mut now) = (Backoff::default(), Instant::now());
        let mut rests = Vec::new();
        for _ in 0..8 {
            assert!(backoff.allows(now));
            let (rest, _) = backoff.failed(now);
            assert!(!backoff.allows(now) && !backoff.allows(now + rest - Duration::from_millis(1)));
            rests.push(rest.as_secs());
            now += rest;
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.lose();
        assert_eq!(backoff.recovered(), Some(9));
        assert_eq!(backoff.recovered(), None, "it is told once");
        assert_eq!(backoff.failed(now), (FIRST, 1), "and all begins anew");
    }
}
