//! Times of many rounds, and what they come to.
//!
//! Never an average: one hiccup of the machine must not move a result.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Of a hundred times, how many are not longer than the long one that is told.
const LONG: usize = 99;

/// What many times come to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// half of the times are shorter, in nanoseconds
    pub median_nanos: u64,
    /// 99 of 100 times are not longer, in nanoseconds
    pub p99_nanos: u64,
    /// a round's median by the reference's time in the same round; of these ratios the median
    pub by_reference: f64,
}

/// Times, by the round in which they were taken.
#[derive(Debug, Default)]
pub(super) struct Times(Vec<Vec<Duration>>);

impl Times {
    /// Begins a round.
    pub(super) fn round(&mut self) {
        self.0.push(Vec::new());
    }

    /// Adds a time to the last round.
    pub(super) fn add(&mut self, time: Duration) {
        self.0.last_mut().into_iter().for_each(|round| round.push(time));
    }

    /// `reference` has one time for each round.
    pub(super) fn spread(&self, reference: &[Duration]) -> Spread {
        let mut all: Vec<Duration> = self.0.concat();
        let mut ratios: Vec<f64> = self
            .0
            .iter()
            .zip(reference)
            .filter(|(round, reference)| !round.is_empty() && !reference.is_zero())
            .map(|(round, reference)| median(&mut round.clone()).as_secs_f64() / reference.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        let by_reference = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
        let median_nanos = super::nanos(median(&mut all));
        let long = all.len().saturating_sub(1) * LONG / 100;
        Spread { median_nanos, p99_nanos: all.get(long).copied().map(super::nanos).unwrap_or_default(), by_reference }
    }
}

/// Sorts, and takes the one in the middle; zero of none.
pub(super) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_round_of_a_slow_machine_moves_no_ratio() {
        let mut times = Times::default();
        for slowness in [1, 1, 8, 1, 3] {
            times.round();
            (0..20).for_each(|_| times.add(Duration::from_micros(10 * slowness)));
        }
        let reference = [1, 1, 8, 1, 3].map(|slowness| Duration::from_micros(5 * slowness));
        let spread = times.spread(&reference);
        assert_eq!((spread.median_nanos, spread.p99_nanos), (10_000, 80_000));
        assert!((spread.by_reference - 2.0).abs() < 1e-9, "{spread:?}");
    }

    #[test]
    fn nothing_measured_is_nothing() {
        assert_eq!(Times::default().spread(&[]), Spread { median_nanos: 0, p99_nanos: 0, by_reference: 0.0 });
    }
}
