//! When requests are sent. Never waits by itself.

use std::time::{Duration, Instant};

/// When requests are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// each connection asks again as soon as it is answered
    Saturating,
    /// so many requests a second arrive, at random moments (a Poisson process), answered or not
    PerSecond(f64),
}

impl Pace {
    /// The share of one of several threads.
    pub fn of_one(self, threads: usize) -> Self {
        match self {
            Self::Saturating => Self::Saturating,
            #[expect(clippy::cast_precision_loss, reason = "a few threads")]
            Self::PerSecond(rate) => Self::PerSecond(rate / threads as f64),
        }
    }
}

/// The moments at which requests are due.
pub struct Arrivals {
    random: fastrand::Rng,
    /// between two, on average
    mean: Duration,
    next: Instant,
}

impl Arrivals {
    /// So many a second from `start` on; the same seed gives the same moments.
    pub fn new(per_second: f64, start: Instant, seed: u64) -> Self {
        let mean = Duration::from_secs_f64(1.0 / per_second);
        Self { random: fastrand::Rng::with_seed(seed), mean, next: start }
    }

    /// The moment of the next request.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Takes the next request when it is due.
    pub fn due(&mut self, now: Instant) -> Option<Instant> {
        let due = self.next;
        (due <= now).then(|| {
            // exponentially distributed gaps; 1 - u is never 0
            self.next += self.mean.mul_f64(-(1.0 - self.random.f64()).ln());
            due
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_due_as_the_rate_says() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(1000.0, start, 7);
        let mut count = 0;
        while arrivals.due(start + Duration::from_secs(10)).is_some() {
            count += 1;
        }
        assert!((9_600..10_400).contains(&count), "{count} of 10,000");
        assert!(arrivals.due(start + Duration::from_secs(10)).is_none());
    }
}
