//! What a run of the load measured. Never a mean: latencies are kept whole, as a histogram.

use std::time::Duration;

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

/// The longest latency that is told apart, in nanoseconds: a minute.
const MOST: u64 = 60_000_000_000;
/// Significant digits of a latency.
const DIGITS: u8 = 3;

/// What a run measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// from the first request on
    pub elapsed: Duration,
    /// from when a request was sent, or was due, to the end of its answer; nanoseconds
    latencies: Histogram<u64>,
}

impl Default for Measured {
    fn default() -> Self {
        let latencies = Histogram::new_with_max(MOST, DIGITS).expect("bounds that hdrhistogram takes");
        Self { elapsed: Duration::ZERO, latencies }
    }
}

impl Measured {
    /// Notes one answer.
    pub fn note(&mut self, latency: Duration) {
        self.latencies.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(MOST));
    }

    /// Takes in what another thread measured at the same time.
    ///
    /// # Errors
    /// Never for two that this module made.
    pub fn add(&mut self, other: &Self) -> Result<()> {
        self.elapsed = self.elapsed.max(other.elapsed);
        self.latencies.add(&other.latencies).context("add two histograms")
    }

    /// Answers in all.
    pub fn answers(&self) -> u64 {
        self.latencies.len()
    }

    /// Answers a second.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn rate(&self) -> f64 {
        self.answers() as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency, in microseconds, that so large a share of the answers did not pass: 0.5 for the median.
    #[expect(clippy::cast_precision_loss, reason = "at most a minute")]
    pub fn micros_at(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1_000.0
    }
}
