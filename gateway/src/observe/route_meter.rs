//! One route as the metrics know it: its name, and the counters of the statuses that it has answered with lately. To find a
//! counter by its labels costs more than to count.
//!
//! Never counts anything that the registry does not have: the counters are the registry's own.

use std::sync::{Arc, OnceLock};

use prometheus_client::metrics::counter::Counter;

/// Statuses whose counters are kept at hand; others are looked up each time.
const STATUSES: usize = 8;

/// Each with its status; the first places are taken first.
type Counters = [OnceLock<(u16, Counter)>; STATUSES];

/// A route's counters of requests.
#[derive(Debug)]
pub struct RouteMeter {
    name: Arc<str>,
    /// made with the first request, as most of a large table's routes may never have one
    known: OnceLock<Box<Counters>>,
}

impl RouteMeter {
    /// Of a route with this name.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), known: OnceLock::new() }
    }

    /// The route's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, for whoever keeps it.
    pub fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Counts one request; `look_up` finds the counter of its status.
    pub(super) fn count(&self, status: u16, look_up: impl Fn() -> Counter) {
        for place in self.known.get_or_init(Box::default).iter() {
            let (of, counter) = place.get_or_init(|| (status, look_up()));
            if *of == status {
                counter.inc();
                return;
            }
        }
        look_up().inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_own_counter() {
        let counters: Vec<Counter> = (0..20).map(|_| Counter::default()).collect();
        let meter = RouteMeter::new("orders");
        for round in 1..=3 {
            for (status, counter) in (200..).zip(&counters) {
                meter.count(status, || counter.clone());
                assert_eq!(counter.get(), round, "status {status}");
            }
        }
    }
}
