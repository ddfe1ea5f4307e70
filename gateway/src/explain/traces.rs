//! The traces of live requests that operators asked for, the last few of them.
//!
//! Never grows beyond its bounds in number and bytes, and never makes a worker wait: readers and writers share a list that
//! is replaced, not locked.

use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::Serialize;

use super::report::Report;
use crate::observe::rate::Rate;

/// Traces that are kept.
const MOST: usize = 64;
/// Their documents together, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Traced requests in one second, over all workers.
const TRACES_PER_SECOND: u64 = 10;
/// Debug headers that are looked at in one second: a signature costs CPU time, and anybody can send one.
const CHECKS_PER_SECOND: u64 = 50;

/// The list, and who may add to it.
#[derive(Debug)]
pub struct Traces {
    kept: ArcSwap<VecDeque<Arc<Kept>>>,
    /// debug headers looked at
    pub checks: Rate,
    /// requests traced
    pub traced: Rate,
}

/// One trace.
#[derive(Debug, Clone, Serialize)]
pub struct Kept {
    /// the request's id
    pub request_id: String,
    /// when it was answered
    pub at: jiff::Timestamp,
    /// the route's name
    pub route: Option<String>,
    /// of the answer
    pub status: Option<u16>,
    /// the whole document, as JSON
    #[serde(skip)]
    pub document: String,
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            kept: ArcSwap::default(),
            checks: Rate::per_second(CHECKS_PER_SECOND),
            traced: Rate::per_second(TRACES_PER_SECOND),
        }
    }
}

impl Traces {
    /// Keeps a report; the oldest give way.
    pub fn keep(&self, report: &Report) {
        let Ok(document) = serde_json::to_string(report) else { return };
        // It would push out all the others, and then itself.
        if document.len() > MOST_BYTES {
            return;
        }
        let kept = Arc::new(Kept {
            request_id: report.request_id.clone(),
            at: report.at,
            route: report.record.route.clone(),
            status: report.answer.status,
            document,
        });
        self.kept.rcu(|list| {
            let mut list = VecDeque::clone(list);
            list.push_back(Arc::clone(&kept));
            while list.len() > MOST || bytes(&list) > MOST_BYTES {
                list.pop_front();
            }
            list
        });
    }

    /// Those that are kept, the oldest first.
    pub fn list(&self) -> Vec<Arc<Kept>> {
        self.kept.load().iter().cloned().collect()
    }

    /// The trace of a request.
    pub fn find(&self, request_id: &str) -> Option<Arc<Kept>> {
        self.kept.load().iter().find(|one| one.request_id == request_id).cloned()
    }
}

fn bytes(list: &VecDeque<Arc<Kept>>) -> usize {
    list.iter().map(|one| one.document.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::report::Answer;
    use crate::policy::trace::{Candidate, Trace};

    fn report(id: usize, padding: usize) -> Report {
        let trace = Trace::default();
        trace.note(|record| record.candidates.push(Candidate { route: "x".repeat(padding), verdict: String::new() }));
        Report::of(id.to_string(), 1, &trace, Answer::forwarded(Some(200)))
    }

    #[test]
    fn the_oldest_give_way_by_number_and_by_bytes() {
        let traces = Traces::default();
        (0..MOST + 3).for_each(|id| traces.keep(&report(id, 0)));
        assert_eq!(traces.list().len(), MOST);
        assert!(traces.find("2").is_none() && traces.find("3").is_some());
        (0..5).for_each(|id| traces.keep(&report(1000 + id, MOST_BYTES / 3)));
        assert_eq!(traces.list().len(), 2, "two large ones fit");
        assert!(traces.find("1004").is_some());
        traces.keep(&report(2000, MOST_BYTES));
        assert!(traces.find("2000").is_none() && traces.list().len() == 2, "one that is too large pushes nobody out");
    }
}
