//! How many log lines a plugin may write in one second, over all its instances.
//!
//! Never drops one silently: the first of a second is told, how many there were is told with the next that is written or when the
//! plugin goes, and the metrics count each.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::observe::policies::PolicyCounters;
use crate::observe::rate::Rate;

/// The key under `[plugins.NAME.limits]`.
const KEY: &str = "log-lines-per-second";

/// The rate of one plugin.
pub(super) struct LogRate {
    plugin: String,
    most: u64,
    rate: Rate,
    counters: PolicyCounters,
    /// dropped since it was last told how many
    untold: AtomicU64,
}

impl LogRate {
    /// At most this many lines in one second.
    pub(super) fn new(plugin: &str, most: u64, counters: PolicyCounters) -> Self {
        Self { plugin: plugin.to_owned(), most, rate: Rate::per_second(most), counters, untold: AtomicU64::new(0) }
    }

    /// Whether one more line may be written at this time, in seconds since 1970-01-01 UTC.
    pub(super) fn admits(&self, now: u64) -> bool {
        if self.rate.admits(now) {
            self.tell();
            return true;
        }
        self.counters.log_line_dropped();
        if self.untold.fetch_add(1, Ordering::Relaxed) == 0 {
            let (plugin, most) = (self.plugin.as_str(), self.most);
            tracing::warn!(target: "policy", plugin, "policy writes more than {KEY} = {most}: the rest of this second is dropped");
        }
        false
    }

    fn tell(&self) {
        // The usual case costs a load: nothing was dropped.
        if self.untold.load(Ordering::Relaxed) == 0 {
            return;
        }
        let dropped = self.untold.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            let (plugin, most) = (self.plugin.as_str(), self.most);
            tracing::warn!(target: "policy", plugin, dropped, "policy wrote more than {KEY} = {most}: lines were dropped");
        }
    }
}

impl Drop for LogRate {
    fn drop(&mut self) {
        self.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::metrics::Metrics;

    #[test]
    fn what_is_too_much_in_one_second_is_dropped_and_counted() {
        let metrics = Metrics::default();
        let rate = LogRate::new("authz", 2, metrics.policies().of("authz"));
        let written: Vec<bool> = [7, 7, 7, 7, 8].into_iter().map(|now| rate.admits(now)).collect();
        assert_eq!(written, [true, true, false, false, true]);
        assert_eq!(rate.untold.load(Ordering::Relaxed), 0, "the line of the next second told of them");
        let text = metrics.encode().expect("metrics");
        assert!(text.contains("witgate_policy_log_lines_dropped_total{plugin=\"authz\"} 2"), "{text}");
    }
}
